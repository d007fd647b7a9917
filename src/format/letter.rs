//! Turns kept lines into messages for syslog: how grave, and a text.

use std::collections::BTreeMap;

use super::cells::Cells;
use super::fact::Fact;
use super::{Format, Shaper};
use crate::diag::Diagnostic;
use crate::expr::Selection;
use crate::expr::plan::{Level, Rule};
use crate::scan::Scanner;

/// How grave the rules are, by the names that `detect` writes into events.
#[derive(Clone, Debug, Default)]
pub struct Severities(BTreeMap<Box<str>, Level>);

impl Severities {
    /// Takes over the levels of these rules, those of
    /// [`Plan::rules`](crate::expr::plan::Plan::rules).
    pub fn new<'r>(rules: impl IntoIterator<Item = &'r Rule>) -> Severities {
        let level = |rule: &Rule| (rule.name.clone(), rule.level);
        Severities(rules.into_iter().map(level).collect())
    }

    /// Returns the digit of syslog for the gravest of the rules whose names
    /// stand in `names`, with commas.
    pub(super) fn digit(&self, names: &[u8]) -> Option<u8> {
        let names = names.split(|b| *b == b',');
        let names = names.filter_map(|name| str::from_utf8(name).ok());
        let level = names.filter_map(|name| self.0.get(name)).max()?;
        Some(match level {
            Level::Emergency => 0,
            Level::Alert => 1,
            Level::Critical => 2,
            Level::Error => 3,
            Level::Warning => 4,
            Level::Notice => 5,
            Level::Info => 6,
            Level::Debug => 7,
        })
    }
}

/// Reads from events how grave the rules are that hold for them.
#[derive(Debug)]
pub(super) struct Gauge {
    severities: Severities,
    rules: Selection,
    scanner: Scanner,
    cells: Cells,
}

impl Gauge {
    pub(super) fn new(severities: Severities) -> Result<Gauge, Diagnostic> {
        let field = Fact::Rules.field();
        let rules = Selection::new(&[&field]).map_err(|(_, error)| error)?;
        let cells = Cells::default();
        Ok(Gauge { severities, rules, scanner: Scanner::best(), cells })
    }

    /// Returns the digit of syslog for the event, if a rule says so.
    fn digit(&mut self, line: &[u8]) -> Option<u8> {
        if self.severities.0.is_empty() {
            return None;
        }
        let all = |_, _: &Cells| true;
        self.cells.fill(&self.rules, self.scanner, line, all);
        self.severities.digit(self.cells.first(0)?)
    }
}

/// Writes letters, reusing its memory.
///
/// A letter is `<N>TEXT` and a newline. `N` is the digit of syslog for the
/// gravest of the rules that hold, by the annotation `kaudit-filter/rules`;
/// where none does, `<N>` is left out. So that no text can pass for one, a
/// text that begins with `<` has a blank in front.
#[derive(Debug)]
pub struct Letters {
    shaper: Shaper,
    gauge: Gauge,
}

impl Letters {
    /// Makes ready to write letters whose texts are of this format.
    ///
    /// ```
    /// use kaudit_filter::format::{Format, Letters, Severities};
    /// use kaudit_filter::pipeline::Pipeline;
    ///
    /// let rules = "rule gone critical = code = 404\ndetect";
    /// let pipeline = Pipeline::compile(rules).expect("it is right");
    /// let severities = Severities::new(&pipeline.plan().rules);
    /// let format = Format::parse("template:{verb}").expect("it is right");
    /// let mut letters = Letters::new(&format, severities).expect("it is");
    /// let line = br#"{"verb":"get","annotations":{"kaudit-filter/rules":"gone"}}"#;
    /// let mut out = Vec::new();
    /// letters.write(line, &mut out);
    /// letters.write(br#"{"verb":"<0>"}"#, &mut out);
    /// assert_eq!(out, b"<2>get\n <0>\n");
    /// ```
    ///
    /// # Errors
    ///
    /// None that is known of: what is read are fields of the language.
    pub fn new(
        format: &Format,
        severities: Severities,
    ) -> Result<Letters, Diagnostic> {
        let gauge = Gauge::new(severities)?;
        Ok(Letters { shaper: format.shaper(), gauge })
    }

    /// Appends the letter of one kept line, given without its newline.
    ///
    /// * The most bytes of a format are those of the text: `<N>` and the
    ///   newline come on top.
    pub fn write(&mut self, line: &[u8], out: &mut Vec<u8>) {
        if let Some(digit) = self.gauge.digit(line) {
            out.extend_from_slice(&[b'<', b'0' + digit, b'>']);
            self.shaper.text(line, out);
        } else {
            let from = out.len();
            self.shaper.text(line, out);
            if out.get(from) == Some(&b'<') {
                out.insert(from, b' ');
            }
        }
        out.push(b'\n');
    }
}
