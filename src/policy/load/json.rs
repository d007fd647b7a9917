//! Turns JSON into a tree of values, as Go reads it: what is no text in
//! UTF-16, half a pair, becomes U+FFFD.

use super::tree::{self, Entry, Form, Node, Tree, Value};
use crate::policy::model::Span;
use crate::policy::problem::{Kind, Problem};

/// Reads a text that is one value.
pub(super) fn read(text: &str) -> Result<Tree, Problem> {
    let mut reader = Reader { text, at: 0, depth: 0, count: 0 };
    let root = reader.value()?;
    reader.blanks();
    match reader.at < text.len() {
        true => Err(reader.wrong("there is more behind its end")),
        false => Ok(Tree { root, form: Form::Json, second: None }),
    }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
    count: usize,
}

impl Reader<'_> {
    fn value(&mut self) -> Result<Node, Problem> {
        self.blanks();
        self.count += 1;
        tree::check_count(self.count, &(self.at..self.at))?;
        let start = self.at;
        let value = match self.peek() {
            Some(b'{') => return self.map(),
            Some(b'[') => return self.list(),
            Some(b'"') => Value::Text(self.text()?.into()),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            _ if self.takes("null") => Value::Null,
            _ if self.takes("true") => Value::Bool(true),
            _ if self.takes("false") => Value::Bool(false),
            _ => return Err(self.wrong("a value is missing")),
        };
        Ok(Node { value, span: start..self.at })
    }

    fn map(&mut self) -> Result<Node, Problem> {
        let start = self.enter()?;
        let mut entries = Vec::new();
        while !self.ends(b'}', entries.is_empty())? {
            let from = self.at;
            if self.peek() != Some(b'"') {
                return Err(self.wrong("a key in quotes is missing"));
            }
            let key = self.text()?.into();
            let at = from..self.at;
            self.blanks();
            if !self.takes(":") {
                return Err(self.wrong("a `:` is missing"));
            }
            entries.push(Entry { key, at, value: self.value()? });
        }
        self.depth -= 1;
        Ok(Node::map(entries, start..self.at))
    }

    fn list(&mut self) -> Result<Node, Problem> {
        let start = self.enter()?;
        let mut nodes = Vec::new();
        while !self.ends(b']', nodes.is_empty())? {
            nodes.push(self.value()?);
        }
        self.depth -= 1;
        Ok(Node::list(nodes, start..self.at))
    }

    /// Goes behind an opening bracket, and returns where it stands.
    fn enter(&mut self) -> Result<usize, Problem> {
        let start = self.at;
        tree::check_depth(self.depth, &(start..start + 1))?;
        self.depth += 1;
        self.at += 1;
        Ok(start)
    }

    /// Goes behind the end of a collection, or else to its next part.
    fn ends(&mut self, end: u8, is_first: bool) -> Result<bool, Problem> {
        self.blanks();
        if self.peek() == Some(end) {
            self.at += 1;
            return Ok(true);
        }
        if !is_first && !self.takes(",") {
            let end = char::from(end);
            return Err(self.wrong(&format!("a `,` or `{end}` is missing")));
        }
        self.blanks();
        Ok(false)
    }

    fn number(&mut self) -> Result<Value, Problem> {
        let start = self.at;
        let rest = &self.text[start..];
        let is_inner = |c: char| {
            c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | 'e' | 'E')
        };
        let end = rest.find(|c| !is_inner(c)).unwrap_or(rest.len());
        let number = &rest[..end];
        if serde_json::from_str::<serde::de::IgnoredAny>(number).is_err() {
            return Err(self.wrong("this is no number"));
        }
        self.at += end;
        Ok(Value::Number(number.parse().ok()))
    }

    /// Reads what is in quotes.
    fn text(&mut self) -> Result<String, Problem> {
        self.at += 1;
        let mut out = String::new();
        loop {
            let rest = &self.text[self.at..];
            let is_special = |c: char| c == '"' || c == '\\' || c < ' ';
            let end = rest.find(is_special).unwrap_or(rest.len());
            out.push_str(&rest[..end]);
            self.at += end;
            if self.takes("\"") {
                return Ok(out);
            }
            if !self.takes("\\") {
                return Err(self.wrong("a text does not end"));
            }
            out.push(self.escaped()?);
        }
    }

    /// Reads what is behind a backslash.
    fn escaped(&mut self) -> Result<char, Problem> {
        const PLAIN: [(&str, char); 8] = [
            ("\"", '"'),
            ("\\", '\\'),
            ("/", '/'),
            ("b", '\u{8}'),
            ("f", '\u{c}'),
            ("n", '\n'),
            ("r", '\r'),
            ("t", '\t'),
        ];
        if let Some((_, char)) = PLAIN.iter().find(|it| self.takes(it.0)) {
            return Ok(*char);
        }
        let Some(first) = self.unit() else {
            return Err(self.wrong("there is no such escape"));
        };
        let behind = self.at;
        let pair = match first {
            0xd800..=0xdbff if self.takes("\\") => self.unit(),
            _ => None,
        };
        let units = [first, pair.unwrap_or_default()];
        let units = &units[..1 + usize::from(pair.is_some())];
        match char::decode_utf16(units.iter().copied()).next() {
            Some(Ok(char)) => Ok(char),
            // What is behind half a pair is read by itself.
            Some(Err(_)) | None => {
                self.at = behind;
                Ok(char::REPLACEMENT_CHARACTER)
            }
        }
    }

    /// Reads a `u` and four digits.
    fn unit(&mut self) -> Option<u16> {
        let digits = self.text.get(self.at..self.at + 5)?.strip_prefix('u')?;
        let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let unit = u16::from_str_radix(digits, 16).ok().filter(|_| is_hex)?;
        self.at += 5;
        Some(unit)
    }

    fn blanks(&mut self) {
        let is_blank = |c: char| matches!(c, ' ' | '\t' | '\r' | '\n');
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start_matches(is_blank).len();
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Goes behind a word, if it comes next.
    fn takes(&mut self, word: &str) -> bool {
        let is_next = self.text[self.at..].starts_with(word);
        self.at += if is_next { word.len() } else { 0 };
        is_next
    }

    fn wrong(&self, why: &str) -> Problem {
        let span: Span = self.at..self.at;
        let message = format!("this is no JSON: {why}");
        Problem::new(Kind::Syntax, "", span, message)
            .help("what begins with `{` is read as JSON, not as YAML")
    }
}
