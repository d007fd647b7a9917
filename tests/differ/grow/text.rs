//! Comparisons of text: words of a pool, parts of them, patterns.

use serde_json::Value;

use super::super::plain;
use super::super::pool::pool;
use super::super::tree::{Op, Subject, Term, Test};
use super::super::words::{BODY, Sort};
use super::{Maker, Reader, read};

impl Maker<'_> {
    /// Compares text with what is, or with what is nearly, in the pool.
    pub(super) fn text_test(
        &mut self,
        subject: Subject,
        sort: Sort,
        pool_name: &'static str,
        given: Option<&str>,
    ) -> Test {
        let open = sort == Sort::Open;
        let count = *self.dice.pick(&[1, 1, 1, 2, 3]);
        let op = match self.dice.below(20) {
            0..8 => Op::Eq,
            8..12 => Op::In,
            12 | 13 => Op::Starts,
            14 | 15 => Op::Ends,
            16 | 17 => Op::Contains,
            18 => Op::Like,
            _ => Op::Matches,
        };
        let equal = matches!(op, Op::Eq | Op::In);
        if equal && let Some(term) = self.other(open, op) {
            return Self::test(subject, op, vec![term]);
        }
        let mut values: Vec<Term> = (0..count)
            .map(|_| {
                let met = self.met(&subject);
                let word = match (given, &met) {
                    (Some(word), _) => word,
                    (None, Some(word)) => word,
                    (None, None) => self.dice.word(pool(pool_name)),
                };
                self.text_for(op, word)
            })
            .collect();
        if equal && self.dice.percent(4) {
            values.push(Term::Word("null".into()));
        }
        let listed = op == Op::In || values.len() > 1;
        Test { listed, ..Self::test(subject, op, values) }
    }

    /// Returns a short text that is found there in one of the events.
    fn met(&mut self, subject: &Subject) -> Option<String> {
        let Subject::Path(path) = subject else { return None };
        if path.relative || self.events.is_empty() || self.dice.percent(30) {
            return None;
        }
        let event = *self.dice.pick(self.events);
        let leaves = plain::leaves(event, path);
        let texts = leaves.iter().filter_map(Value::as_str);
        let texts: Vec<&str> = texts.filter(|t| t.len() < 80).collect();
        match texts[..] {
            [] => None,
            [..] => Some((*self.dice.pick(&texts)).to_owned()),
        }
    }

    /// Chooses a list, or another field, in some cases.
    fn other(&mut self, open: bool, op: Op) -> Option<Term> {
        if op == Op::In && self.dice.percent(30) {
            let mine =
                self.program.lists.iter().any(|(name, _)| name == "my-words");
            let name = if mine { "my-words" } else { "system-namespaces" };
            return Some(Term::List(name.into()));
        }
        if op != Op::Eq || !self.dice.percent(8) {
            return None;
        }
        let fields = ["ns", "sa-ns", "name", "user", "groups", "actor", "uid"];
        let text = read::path(self.dice.word(&fields));
        let body = read::path(self.dice.word(&BODY));
        let both = open && self.reader == Reader::Plain;
        let path = if both && self.dice.percent(50) { body } else { text };
        Some(Term::Field(path))
    }

    /// Turns a word of a pool into text that `op` may find in it.
    fn text_for(&mut self, op: Op, word: &str) -> Term {
        let chars: Vec<char> = word.chars().collect();
        let [one, two] = [(); 2].map(|()| self.dice.below(chars.len() + 1));
        let part: String = chars[one.min(two)..one.max(two)].iter().collect();
        let text = match op {
            Op::Starts => chars[..one].iter().collect(),
            Op::Ends => chars[one..].iter().collect(),
            Op::Contains => part,
            Op::Like => self.like(&chars),
            Op::Matches => return self.pattern(word, &part),
            Op::Eq | Op::In => return self.spelt(word),
            Op::Less | Op::AtMost | Op::More | Op::AtLeast => word.to_owned(),
        };
        self.spelt(&text)
    }

    fn like(&mut self, chars: &[char]) -> String {
        let mut text = String::new();
        for char in chars {
            match self.dice.below(8) {
                0 => text.push('?'),
                1 => text.push('*'),
                2 if text.ends_with('*') => (),
                _ => text.push(*char),
            }
        }
        text
    }

    fn pattern(&mut self, word: &str, part: &str) -> Term {
        let [word, part] = [word, part].map(regex::escape);
        let text = match self.dice.below(8) {
            0 => format!("^{part}"),
            1 => format!("{part}$"),
            2 => format!("^{word}$"),
            3 => format!("({part}|sys)"),
            4 => format!("{part}.*[a-e]"),
            5 => r"^[a-z]+(-[0-9])?$".to_owned(),
            6 => r"\d+".to_owned(),
            _ => part,
        };
        // `$` and backslashes have no place in a bare word.
        Term::Text { text, fold: self.dice.percent(20) }
    }

    /// Chooses how a text is written, and whether its case counts.
    fn spelt(&mut self, text: &str) -> Term {
        if text.is_ascii() && self.dice.percent(8) {
            let text = match self.dice.percent(50) {
                true => text.to_uppercase(),
                false => text.to_lowercase(),
            };
            return Term::Text { text, fold: true };
        }
        match is_word(text) && self.dice.percent(60) {
            true => Term::Word(text.to_owned()),
            false => Term::Text { text: text.to_owned(), fold: false },
        }
    }

    pub(super) fn quoted_term(&mut self, pool_name: &str) -> Term {
        let text = self.dice.word(pool(pool_name)).to_owned();
        Term::Text { text, fold: false }
    }

    /// Chooses a word, which needs no quotes if it can do without.
    pub(super) fn word_term(&mut self, pool_name: &str) -> Term {
        match self.quoted_term(pool_name) {
            Term::Text { text, .. } if is_word(&text) => Term::Word(text),
            other => other,
        }
    }
}

/// Returns whether a text can stand without quotes, and means itself.
fn is_word(text: &str) -> bool {
    let keyword = ["and", "or", "not", "where", "skip", "drop", "null"];
    !text.is_empty()
        && !keyword.contains(&text)
        && !text.starts_with(['@', '.', ':', '*', '?'])
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_.:/@*?+-".contains(c))
}
