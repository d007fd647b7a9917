//! Turns a table of TOML into values of the types that are wanted.
//!
//! Each key that is asked for is known from then on; what is left in the end
//! is unknown, and an error.

use std::ops::Range;

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::page::Located;
use crate::diag::{Diagnostic, nearest};

/// A value of TOML, as far as one is wanted anywhere.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Text(String),
    Truth(bool),
    Number(String),
    List(Vec<Located<Value>>),
    Table(Section),
    Time,
}

/// A table, and what was asked of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Section {
    keys: Vec<(Located<String>, Located<Value>)>,
    known: Vec<&'static str>,
}

impl Value {
    /// Takes over a value whose text begins at `base`.
    pub(super) fn located(
        value: &Spanned<DeValue<'_>>,
        base: usize,
    ) -> Located<Value> {
        let span = shifted(value.span(), base);
        let value = match value.get_ref() {
            DeValue::String(text) => Value::Text(text.as_ref().to_owned()),
            DeValue::Boolean(truth) => Value::Truth(*truth),
            DeValue::Integer(number) => Value::Number(number.to_string()),
            DeValue::Float(number) => Value::Number(number.to_string()),
            DeValue::Datetime(_) => Value::Time,
            DeValue::Array(items) => {
                let item = |item| Value::located(item, base);
                Value::List(items.iter().map(item).collect())
            }
            DeValue::Table(table) => Value::Table(Section::new(table, base)),
        };
        Located { value, span }
    }

    /// Returns what kind of value it is, in words.
    fn kind(&self) -> &'static str {
        match self {
            Value::Text(_) => "a string",
            Value::Truth(_) => "true or false",
            Value::Number(_) => "a number",
            Value::List(_) => "a list",
            Value::Table(_) => "a table",
            Value::Time => "a time",
        }
    }
}

fn shifted(span: Range<usize>, by: usize) -> Range<usize> {
    span.start + by..span.end + by
}

impl Section {
    /// Takes over a table whose text begins at `base`.
    pub(super) fn new(table: &DeTable<'_>, base: usize) -> Section {
        let key = |(key, value): (&Spanned<_>, &Spanned<DeValue<'_>>)| {
            let text: &std::borrow::Cow<'_, str> = key.get_ref();
            let span = shifted(key.span(), base);
            let key = Located { value: text.as_ref().to_owned(), span };
            (key, Value::located(value, base))
        };
        let keys = table.iter().map(key).collect();
        Section { keys, known: Vec::new() }
    }

    /// Returns the table at a key, which is made if it is not there; of a
    /// list of one, that one.
    pub(super) fn below(
        &mut self,
        key: &str,
        span: &Range<usize>,
    ) -> Option<&mut Section> {
        if self.find(key).is_none() {
            let value = Value::Table(Section::default());
            self.put(key, span, Located { value, span: span.clone() });
        }
        let at = self.find(key)?;
        match &mut self.keys[at].1.value {
            Value::Table(section) => Some(section),
            Value::List(items) => match &mut items[..] {
                [Located { value: Value::Table(section), .. }] => {
                    Some(section)
                }
                [..] => None,
            },
            Value::Text(_) | Value::Truth(_) => None,
            Value::Number(_) | Value::Time => None,
        }
    }

    /// Sets a key.
    pub(super) fn put(
        &mut self,
        key: &str,
        span: &Range<usize>,
        value: Located<Value>,
    ) {
        match self.find(key) {
            Some(at) => self.keys[at].1 = value,
            None => {
                let (key, span) = (key.to_owned(), span.clone());
                self.keys.push((Located { value: key, span }, value));
            }
        }
    }

    fn find(&self, key: &str) -> Option<usize> {
        self.keys.iter().position(|(known, _)| known.value == key)
    }

    fn take(&mut self, key: &'static str) -> Option<Located<Value>> {
        self.known.push(key);
        let at = self.find(key)?;
        Some(self.keys.swap_remove(at).1)
    }

    /// Takes a string.
    pub(super) fn text(
        &mut self,
        key: &'static str,
        wrong: &mut Vec<Diagnostic>,
    ) -> Option<Located<String>> {
        let found = self.take(key)?;
        text(key, found, wrong)
    }

    /// Takes a string, or several.
    pub(super) fn texts(
        &mut self,
        key: &'static str,
        wrong: &mut Vec<Diagnostic>,
    ) -> Vec<Located<String>> {
        let Some(found) = self.take(key) else { return Vec::new() };
        match found.value {
            Value::List(items) => {
                let item = |item| text(key, item, wrong);
                items.into_iter().filter_map(item).collect()
            }
            Value::Text(value) => vec![Located { value, span: found.span }],
            other => {
                let expected = "a string or a list of strings";
                wrong.push(mistyped(key, expected, &other, found.span));
                Vec::new()
            }
        }
    }

    /// Takes true or false.
    pub(super) fn truth(
        &mut self,
        key: &'static str,
        wrong: &mut Vec<Diagnostic>,
    ) -> Option<bool> {
        let Located { value, span } = self.take(key)?;
        match value {
            Value::Truth(truth) => Some(truth),
            other => {
                wrong.push(mistyped(key, "true or false", &other, span));
                None
            }
        }
    }

    /// Takes a number or a string: `max-line = 1000`, `max-line = "1M"`.
    pub(super) fn amount(
        &mut self,
        key: &'static str,
        wrong: &mut Vec<Diagnostic>,
    ) -> Option<Located<String>> {
        let Located { value, span } = self.take(key)?;
        match value {
            Value::Number(value) | Value::Text(value) => {
                Some(Located { value, span })
            }
            other => {
                wrong.push(mistyped(key, "a number", &other, span));
                None
            }
        }
    }

    /// Takes a table; one that is not there is empty.
    pub(super) fn section(
        &mut self,
        key: &'static str,
        wrong: &mut Vec<Diagnostic>,
    ) -> Section {
        match self.take(key) {
            None => Section::default(),
            Some(Located { value: Value::Table(section), .. }) => section,
            Some(Located { value, span }) => {
                let expected = format!("a table: [{key}]");
                wrong.push(mistyped(key, &expected, &value, span));
                Section::default()
            }
        }
    }

    /// Takes tables, each with where it stands.
    pub(super) fn sections(
        &mut self,
        key: &'static str,
        wrong: &mut Vec<Diagnostic>,
    ) -> Vec<Located<Section>> {
        let mut sections = Vec::new();
        let expected = format!("written as [[{key}]]");
        let Some(found) = self.take(key) else { return sections };
        let items = match found.value {
            Value::List(items) => items,
            other => {
                wrong.push(mistyped(key, &expected, &other, found.span));
                return sections;
            }
        };
        for Located { value, span } in items {
            match value {
                Value::Table(value) => sections.push(Located { value, span }),
                other => wrong.push(mistyped(key, &expected, &other, span)),
            }
        }
        sections
    }

    /// Takes all that is left, where any key may stand.
    pub(super) fn pairs(
        self,
        wrong: &mut Vec<Diagnostic>,
    ) -> Vec<(Located<String>, Located<String>)> {
        let pair = |(key, value): (Located<String>, _)| {
            Some((key.clone(), text(&key.value, value, wrong)?))
        };
        self.keys.into_iter().filter_map(pair).collect()
    }

    /// Refuses what nobody has asked for.
    pub(super) fn finish(self, wrong: &mut Vec<Diagnostic>) {
        for (Located { value: key, span }, _) in self.keys {
            let help = match nearest(&key, self.known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("known here are {}", self.known.join(", ")),
            };
            let what = format!("unknown key `{key}`");
            wrong.push(Diagnostic::error(span, what).help(help));
        }
    }
}

fn text(
    key: &str,
    found: Located<Value>,
    wrong: &mut Vec<Diagnostic>,
) -> Option<Located<String>> {
    let Located { value, span } = found;
    match value {
        Value::Text(value) => Some(Located { value, span }),
        other => {
            wrong.push(mistyped(key, "a string", &other, span));
            None
        }
    }
}

fn mistyped(
    key: &str,
    expected: &str,
    found: &Value,
    span: Range<usize>,
) -> Diagnostic {
    let what = format!("`{key}` is {expected}, and this is {}", found.kind());
    Diagnostic::error(span, what)
}
