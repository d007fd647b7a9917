//! Slips of the pen: what stands where the grammar wants something else,
//! and what was probably meant.

use crate::diag::{Diagnostic, nearest};
use crate::event::{EVENT, alias, derived, field};
use crate::expr::ast::Name;
use crate::expr::lex::Kind;

use super::Parser;
use super::step::STEPS;

/// The comparisons that are words.
pub(super) const WORDS_FOR_COMPARE: [&str; 12] = [
    "in", "contains", "starts", "ends", "like", "matches", "eq", "ne", "lt",
    "le", "gt", "ge",
];

/// The functions of the language.
const FUNCTIONS: [&str; 10] = [
    "has", "empty", "any", "all", "none", "count", "len", "keys", "hour",
    "weekday",
];

/// Returns what a run of operator characters was meant to be.
pub(super) fn operator(text: &str) -> Option<&'static str> {
    Some(match text {
        "=>" | "==>" | ">==" => ">=",
        "=<" | "==<" | "<==" => "<=",
        "===" => "==",
        "!==" | "=!" | "<>" | "=!=" => "!=",
        "~" | "~=" | "==~" => "=~",
        "!=~" | "=!~" => "!~",
        _ => return None,
    })
}

/// Returns the comparison that other languages spell like this.
pub(super) fn comparison(word: &str) -> Option<&'static str> {
    Some(match word.to_ascii_lowercase().as_str() {
        "startswith" | "starts_with" | "beginswith" | "begins" => "starts",
        "prefix" | "hasprefix" => "starts",
        "endswith" | "ends_with" | "suffix" | "hassuffix" => "ends",
        "include" | "includes" | "has" | "contain" => "contains",
        "regex" | "regexp" | "match" | "rlike" | "re" => "matches",
        "glob" | "ilike" => "like",
        "is" | "equals" | "equal" => "=",
        "intersects" | "oneof" | "within" => "in",
        _ => return None,
    })
}

/// Returns the function that other languages spell like this.
fn function(word: &str) -> Option<&'static str> {
    Some(match word.to_ascii_lowercase().as_str() {
        "exists" | "exist" | "defined" | "present" | "isset" => "has",
        "missing" | "isempty" | "null" | "isnull" => "empty",
        "length" | "size" => "len",
        "some" | "exists_one" => "any",
        "every" => "all",
        _ => return None,
    })
}

/// Returns whether `word` joins conditions or begins a step.
pub(super) fn joins_or_begins_step(word: &str) -> bool {
    ["and", "or", "not"].contains(&word) || STEPS.contains(&word)
}

/// Returns whether a condition stands behind `word`.
fn begins_condition(word: &str) -> bool {
    ["and", "or", "not", "where", "skip"].contains(&word)
}

/// Returns whether `word` is `AND` or its like.
fn joins(word: &str) -> bool {
    let is = |it: &&str| it.eq_ignore_ascii_case(word) && *it != word;
    ["and", "or", "not"].iter().any(is)
}

fn in_small_letters(word: &str) -> String {
    format!("write `{}`, in small letters", word.to_ascii_lowercase())
}

/// Returns whether a path of this text can begin a comparison.
fn is_field(path: &str) -> bool {
    let head = path.split(['.', '[']).next().unwrap_or(path);
    let known = alias(head).is_some() || derived(head).is_some();
    known || field(EVENT, head).is_some()
}

impl<'a> Parser<'a, '_> {
    /// The error for a token behind a complete condition or step.
    pub(super) fn unexpected(&self) -> Diagnostic {
        let token = self.peek();
        let touches = token.span.start == self.end();
        match token.kind {
            Kind::Word if STEPS.contains(&token.text) => self.no_bar(),
            Kind::Word if token.text == "by" => self
                .expected("`|` or the end")
                .help("`by` belongs to `count`: `... | count by user`"),
            Kind::Close => {
                let message = "this `)` closes nothing";
                Diagnostic::error(token.span, message)
            }
            Kind::Compare if touches => self.unquoted_value(),
            Kind::Bang if self.is_negated_word() => {
                let word = self.peek_second().text;
                self.expected("`and`, `or`, `|` or the end")
                    .help(format!("write `not {word}`"))
            }
            Kind::Word if joins(token.text) => self
                .expected("`and`, `or`, `|` or the end")
                .help(in_small_letters(token.text)),
            Kind::Comma => self
                .expected("`and`, `or`, `|` or the end")
                .help("a list of values stands in ( )"),
            _ => self
                .expected("`and`, `or`, `|` or the end")
                .help(
                    "join conditions with `and` or `or`, steps with `|`; \
                     quote values that hold spaces",
                )
                .help_if(self.no_comparison()),
        }
    }

    /// The error for `code>=400 drop managedFields`, with the line that was
    /// meant.
    fn no_bar(&self) -> Diagnostic {
        let token = self.peek();
        let at = token.span.start;
        let from = self.text[..at].rfind('\n').map_or(0, |end| end + 1);
        let to =
            self.text[at..].find('\n').map_or(self.text.len(), |n| at + n);
        let before = self.text[from..at].trim();
        let after = self.text[at..to].trim();
        let message = format!("`|` is missing before `{}`", token.text);
        let help = format!("write `{before} | {after}`");
        Diagnostic::error(token.span, message)
            .help_if(Some(help).filter(|help| help.len() < 500))
    }

    /// The help for `verb get`.
    fn no_comparison(&self) -> Option<String> {
        let [.., first, name] = &self.tokens[..self.at] else {
            let name = self.tokens[..self.at].last()?;
            return self.compared(name.text);
        };
        let begins =
            matches!(first.kind, Kind::Open | Kind::Pipe | Kind::Bang)
                || begins_condition(first.text);
        let word = name.kind == Kind::Word;
        (begins && word).then(|| self.compared(name.text))?
    }

    fn compared(&self, name: &str) -> Option<String> {
        let value: String = self.peek().text.chars().take(40).collect();
        if joins(name) {
            return Some(in_small_letters(name));
        }
        Some(match name {
            "any" | "all" | "none" => {
                format!("write `{name}({value}, CONDITION)`")
            }
            "count" => format!("write `count by {value}`"),
            _ if FUNCTIONS.contains(&name) => {
                format!("write `{name}({value})`")
            }
            _ if function(&value) == Some("has") => {
                format!("write `has({name})`")
            }
            _ if is_field(name) => {
                format!("a comparison is written `{name} = {value}`")
            }
            _ => return None,
        })
    }

    /// Returns whether `!contains` comes next.
    fn is_negated_word(&self) -> bool {
        Self::is_word_for_compare(self.peek_second().text)
    }

    /// The help for `code = 200 or 201`, if the next token is such a value.
    pub(super) fn one_of(&self) -> Option<String> {
        let [.., field, op, value, or] = &self.tokens[..self.at] else {
            return None;
        };
        let equal = ["=", "==", "eq"].contains(&op.text);
        let joined = or.text == "or" || or.kind == Kind::OrOr;
        let (first, second) = (value.text, self.peek().text);
        (equal && joined && field.kind == Kind::Word)
            .then(|| format!("write `{} in ({first}, {second})`", field.text))
    }

    /// The error for `uri = /api?watch=true`.
    fn unquoted_value(&self) -> Diagnostic {
        let token = self.peek();
        let before = self.tokens.get(self.at.saturating_sub(1));
        let before = before.map_or("", |token| token.text);
        let after = match self.peek_second() {
            next if next.span.start == token.span.end => next.text,
            _ => "",
        };
        self.expected("`and`, `or`, `|` or the end").help(format!(
            "a value that holds `{}` stands in quotes: \"{before}{}{after}\"",
            token.text, token.text
        ))
    }

    /// The error for a token inside brackets that should be closed here.
    pub(super) fn unexpected_in_brackets(&self) -> Diagnostic {
        let token = self.peek();
        match token.kind {
            Kind::Pipe => self
                .expected("`)`")
                .help("`|` joins steps; conditions are joined with `or`"),
            Kind::Word => self.expected("`and`, `or` or `)`"),
            _ => self.expected("`)`"),
        }
    }

    /// The error where a condition should begin.
    pub(super) fn no_condition(&self) -> Diagnostic {
        let error = self.expected("a condition");
        match self.peek().kind {
            Kind::Text(..) if self.one_of().is_some() => {
                error.help_if(self.one_of())
            }
            Kind::Text(..) => error.help(
                "a field stands on the left, without quotes: `user = \"x\"`",
            ),
            Kind::Compare => {
                error.help("write the field before it, e.g. `code >= 400`")
            }
            Kind::OpenSquare => error.help("a list of values stands in ( )"),
            _ => error,
        }
    }

    /// Refuses a keyword where a condition should begin.
    pub(super) fn no_keyword(&self) -> Result<(), Diagnostic> {
        let word = self.peek().text;
        let joins = ["and", "or", "by", "if", "with", "to"].contains(&word);
        let step = STEPS.contains(&word);
        if joins || step || WORDS_FOR_COMPARE.contains(&word) {
            let error = self.expected("a condition");
            return Err(match step {
                true => error.help(format!("`{word}` begins a step")),
                false => error,
            });
        }
        Ok(())
    }

    /// The error for `exists(user)`.
    pub(super) fn unknown_function(&self, name: Name<'a>) -> Diagnostic {
        let message = format!("there is no function `{}`", name.text);
        let meant = comparison(name.text);
        let error = Diagnostic::error(name.span, message);
        if let Some(meant) = meant {
            return error.help(format!(
                "`{meant}` stands between field and value: `user {meant} ...`"
            ));
        }
        let meant =
            function(name.text).or_else(|| nearest(name.text, FUNCTIONS));
        match meant {
            Some(meant) => error.help(format!("did you mean `{meant}`?")),
            None => error.help(
                "there are has and empty; conditions are joined with `and`",
            ),
        }
    }

    /// The error for `dorp managedFields`, if that is what comes next.
    pub(super) fn misspelt_step(&self) -> Option<Diagnostic> {
        let token = self.peek();
        let next = self.peek_second();
        if token.kind != Kind::Word || next.kind != Kind::Word {
            return None;
        }
        let joins = joins_or_begins_step(next.text);
        if joins || WORDS_FOR_COMPARE.contains(&next.text) {
            return None;
        }
        if token.text == "not" || comparison(next.text).is_some() {
            return None;
        }
        let meant = step(token.text).or_else(|| nearest(token.text, STEPS))?;
        let message = format!("there is no step `{}`", token.text);
        let error = Diagnostic::error(token.span, message);
        Some(error.help(format!("did you mean `{meant}`?")))
    }
}

/// Returns the step that other languages spell like this.
fn step(word: &str) -> Option<&'static str> {
    Some(match word.to_ascii_lowercase().as_str() {
        "delete" | "del" | "remove" | "cut" | "exclude" | "fields" => "drop",
        "filter" | "select" | "search" | "grep" => "where",
        "ignore" | "except" | "discard" | "reject" => "skip",
        "take" | "first" => "head",
        "top" | "group" | "stats" | "summarize" => "count",
        "redact" | "hide" => "mask",
        _ => return None,
    })
}
