//! Takes kept events in, one by one, and remembers what a report says.

use super::top::{Span, Tops};
use crate::diag::Diagnostic;
use crate::format::{Side, Sketch};
use crate::pipeline::{Judge, Pipeline, Reading, Verdict};

/// How much is remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Requests that are shown each.
    pub requests: usize,
    /// Different texts of a kind that are counted each.
    pub groups: usize,
}

/// What is counted, and what it is called.
pub(super) const SIDES: [(Side, &str); 5] = [
    (Side::Code, "Codes"),
    (Side::Actor, "Who"),
    (Side::Peer, "Addresses"),
    (Side::Resource, "Resources"),
    (Side::Verb, "Verbs"),
];

/// What a report is made of.
///
/// ```
/// use kaudit_filter::report::{Bounds, Digest};
/// let bounds = Bounds { requests: 10, groups: 10 };
/// let mut digest = Digest::outcomes(bounds).expect("it is right");
/// digest.add(br#"{"stage":"RequestReceived","verb":"get"}"#);
/// digest.add(br#"{"stage":"ResponseComplete","verb":"get"}"#);
/// assert_eq!(digest.requests(), 1);
/// ```
#[derive(Debug)]
pub struct Digest {
    pub(super) bounds: Bounds,
    sketch: Sketch,
    /// What tells the outcome of a request from its other stages.
    outcome: Option<Judge>,
    pub(super) tops: [Tops; SIDES.len()],
    pub(super) span: Span,
    /// The first requests, each in a line.
    pub(super) lines: Vec<Box<str>>,
    pub(super) count: u64,
    /// Lines of other stages, which are not counted.
    pub(super) stages: u64,
    /// What was lost before it could be read.
    pub(super) gaps: Vec<String>,
    /// Losses beyond those that are told one by one.
    pub(super) more_gaps: u64,
    text: Vec<u8>,
}

/// How many gaps are told one by one.
const MOST_GAPS: usize = 100;

impl Digest {
    /// Returns one that takes every event for a request.
    ///
    /// # Errors
    ///
    /// None that is known of: what is read are fields of the language.
    pub fn new(bounds: Bounds) -> Result<Digest, Diagnostic> {
        Ok(Digest {
            bounds,
            sketch: Sketch::new()?,
            outcome: None,
            tops: Default::default(),
            span: Span::default(),
            lines: Vec::new(),
            count: 0,
            stages: 0,
            gaps: Vec::new(),
            more_gaps: 0,
            text: Vec::new(),
        })
    }

    /// Returns one that counts a request once, by the stage that has its
    /// outcome. A line of which that cannot be said is counted.
    ///
    /// # Errors
    ///
    /// As [`Digest::new`].
    pub fn outcomes(bounds: Bounds) -> Result<Digest, Diagnostic> {
        let outcome = Pipeline::compile("outcome").map_err(|found| {
            let first = found.into_iter().next();
            let unknown = || Diagnostic::error(0..0, "no `outcome`");
            first.map_or_else(unknown, |found| found.diagnostic)
        })?;
        let outcome = Some(outcome.judge(Reading::default()));
        Ok(Digest { outcome, ..Digest::new(bounds)? })
    }

    /// Takes one kept line, given without its newline.
    pub fn add(&mut self, line: &[u8]) {
        if let Some(outcome) = &mut self.outcome {
            match outcome.judge(line, &mut Vec::new()).verdict {
                Verdict::Skip => {
                    self.stages += 1;
                    return;
                }
                Verdict::Keep | Verdict::Changed => {}
                Verdict::Unknown | Verdict::Foreign => {}
            }
        }
        self.sketch.read(line);
        let time = self.sketch.second();
        self.count += 1;
        self.span.add(time);
        for ((side, _), tops) in SIDES.iter().zip(&mut self.tops) {
            self.text.clear();
            self.sketch.show(*side, &mut self.text);
            tops.add(&self.text, time, self.bounds.groups);
        }
        if self.lines.len() < self.bounds.requests {
            self.text.clear();
            self.sketch.all(&mut self.text);
            // All that a sketch shows is UTF-8.
            let line = str::from_utf8(&self.text).unwrap_or_default();
            self.lines.push(line.into());
        }
    }

    /// Notes that something was lost before it could be read: a sentence.
    pub fn add_gap(&mut self, gap: String) {
        match self.gaps.len() < MOST_GAPS {
            true => self.gaps.push(gap),
            false => self.more_gaps += 1,
        }
    }

    /// Returns how many requests there are.
    pub fn requests(&self) -> u64 {
        self.count
    }

    /// Returns how many losses there are.
    pub fn gaps(&self) -> u64 {
        self.gaps.len() as u64 + self.more_gaps
    }

    /// Returns whether there is nothing to report.
    pub fn is_empty(&self) -> bool {
        self.requests() == 0 && self.gaps() == 0
    }
}
