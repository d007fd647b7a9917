//! Reads labels, which every record carries: `cluster=prod`.

use super::fact::FACTS;
use super::text;
use crate::expr::plan::PREFIX;

/// Pairs of a key and a text, in the order given.
///
/// ```
/// use kaudit_filter::format::Labels;
/// let mut labels = Labels::default();
/// assert!(labels.add("cluster=prod").is_ok());
/// assert!(labels.add("cluster=other").is_err());
/// assert!(labels.add("prod").is_err());
/// assert_eq!(labels.to_string(), "cluster=prod");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Labels(Vec<(Box<str>, Box<str>)>);

/// How long a key and a text may be.
const MOST: (usize, usize) = (63, 256);

impl Labels {
    /// Adds the label that `text` says: `KEY=TEXT`.
    ///
    /// # Errors
    ///
    /// What is wrong with it, a sentence without a dot.
    pub fn add(&mut self, text: &str) -> Result<(), String> {
        let shown = crate::diag::escape(text.as_bytes());
        let Some((key, value)) = text.split_once('=') else {
            return Err(format!("a label is KEY=TEXT, and `{shown}` is not"));
        };
        let is_key = |b: u8| b.is_ascii_alphanumeric() || b"_-.".contains(&b);
        let begins = key.starts_with(|c: char| c.is_ascii_alphabetic());
        if !begins || !key.bytes().all(is_key) || key.len() > MOST.0 {
            return Err(format!(
                "the key of the label `{shown}` is not a letter and then \
                 letters, digits, `_`, `-` and `.`, at most {} of them",
                MOST.0
            ));
        }
        if value.len() > MOST.1 {
            let most = MOST.1;
            return Err(format!("`{key}` has more than {most} bytes of text"));
        }
        if self.iter().any(|(known, _)| known == key) {
            return Err(format!("there are two labels `{key}`"));
        }
        if key == BROKEN || FACTS.iter().any(|(_, name)| *name == key) {
            return Err(format!(
                "a label cannot be called `{key}`, as a field is"
            ));
        }
        self.0.push((key.into(), value.into()));
        Ok(())
    }

    /// Returns each key with its text.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, text)| (&**key, &**text))
    }

    /// Returns whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the keys of the annotations that stand for them.
    pub(super) fn annotation(key: &str) -> String {
        format!("{PREFIX}{key}")
    }

    /// Appends ` key=text` for each.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        for (key, value) in self.iter() {
            out.push(b' ');
            out.extend_from_slice(key.as_bytes());
            out.push(b'=');
            text::word(value.as_bytes(), MOST.1, out);
        }
    }
}

/// What `json` and `csv` call that which is wrong with a line.
pub(super) const BROKEN: &str = "broken";

impl std::fmt::Display for Labels {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut bytes = Vec::new();
        self.write(&mut bytes);
        // All that `word` writes is UTF-8.
        let text = str::from_utf8(&bytes).unwrap_or_default();
        out.write_str(text.trim_start())
    }
}
