//! The steps of a plan as data: what is asked of an event, and what is done
//! to it, in order.

use crate::event::Path;

use super::plan::{NodeId, SubjectId};

/// An index into [`Plan::rules`](super::plan::Plan::rules).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RuleId(pub u32);

/// How grave it is that a rule holds: the words of syslog, lowest first.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord,
)]
pub enum Level {
    /// For those who look for a fault in the rules.
    Debug,
    /// Nothing out of the ordinary.
    Info,
    /// Ordinary, but worth to be known.
    #[default]
    Notice,
    /// Probably harmless.
    Warning,
    /// Probably not.
    Error,
    /// Somebody should look at it.
    Critical,
    /// Somebody should look at it at once.
    Alert,
    /// All is lost.
    Emergency,
}

impl Level {
    /// All of them, lowest first.
    pub const ALL: [Level; 8] = [
        Level::Debug,
        Level::Info,
        Level::Notice,
        Level::Warning,
        Level::Error,
        Level::Critical,
        Level::Alert,
        Level::Emergency,
    ];

    /// Returns the word for it, as it stands in a definition.
    ///
    /// ```
    /// use kaudit_filter::expr::plan::Level;
    /// assert_eq!(Level::default().word(), "notice");
    /// assert!(Level::Warning < Level::Critical);
    /// ```
    pub fn word(self) -> &'static str {
        match self {
            Level::Debug => "debug",
            Level::Info => "info",
            Level::Notice => "notice",
            Level::Warning => "warning",
            Level::Error => "error",
            Level::Critical => "critical",
            Level::Alert => "alert",
            Level::Emergency => "emergency",
        }
    }
}

/// A rule that a step looks for.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Its name: what is written into the event.
    pub name: Box<str>,
    /// How grave it is that it holds.
    pub level: Level,
    /// What it is about, for people.
    pub text: Option<Box<str>>,
    /// The condition.
    pub node: NodeId,
}

/// One step of a pipeline.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Keeps the events for which the node is true.
    Where(NodeId),
    /// Discards the events for which the node is true.
    Skip(NodeId),
    /// Changes what is at the targets.
    Edit(Action, Vec<Target>),
    /// Makes an event of at most this many bytes, its newline counted, as
    /// kube-apiserver's truncate backend does, and discards it if that is
    /// not possible.
    Fit {
        /// How long a line may be.
        bytes: u64,
        /// Whether bodies can be in the event: `level >= Request`.
        has_bodies: NodeId,
    },
    /// Keeps the events for which one of the rules holds, and writes the
    /// names of those that do into the annotation [`RULES`].
    Detect(Vec<RuleId>),
    /// Adds a name to the annotation [`TAGS`].
    Tag {
        /// The name.
        name: Box<str>,
        /// For which events; for all, if there is none.
        when: Option<NodeId>,
    },
    /// Writes an annotation.
    Label {
        /// Its key, [`PREFIX`] included.
        key: Box<str>,
        /// What is written.
        text: Box<str>,
    },
    /// Does what kube-apiserver would have done with this audit policy:
    /// skips events, cuts out what it would not have recorded, and lowers
    /// the level.
    Policy {
        /// The name of the file, as it was written.
        file: Box<str>,
        /// What the file holds.
        text: Box<str>,
    },
    /// Passes `keep` of every `of` events in a row, evenly spread, the first
    /// one among them.
    Sample {
        /// How many pass: at least one.
        keep: u64,
        /// Of how many: at least `keep`.
        of: u64,
    },
    /// Passes this many events, then ends the run.
    Head(u64),
    /// Counts the events; always the last step.
    Count(Count),
}

/// What is counted.
#[derive(Clone, Debug, PartialEq)]
pub struct Count {
    /// Of what the different values are counted, instead of the events.
    pub distinct: Option<SubjectId>,
    /// What events are grouped by.
    pub by: Vec<Column>,
    /// How many groups are shown, the greatest first; all, if it is not
    /// said.
    pub top: Option<u64>,
}

/// A key that events are grouped by.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// As it was written.
    pub name: Box<str>,
    /// Where its values are found.
    pub subject: SubjectId,
    /// Whether the field holds numbers, which JSON writes without quotes.
    pub holds_numbers: bool,
    /// Whether these numbers are nanoseconds.
    pub holds_durations: bool,
}

/// What the annotations that we write begin with.
pub const PREFIX: &str = "kaudit-filter/";

/// The annotation for the names of the rules that hold.
pub const RULES: &str = "kaudit-filter/rules";

/// The annotation for tags.
pub const TAGS: &str = "kaudit-filter/tags";

/// The top-level keys that a policy decides on.
pub const POLICY_READS: [&str; 6] =
    ["level", "stage", "requestURI", "verb", "user", "objectRef"];

/// What an edit does to its targets.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Cuts them out.
    Drop,
    /// Cuts everything else out.
    Keep,
    /// Puts this text in their place.
    Mask(Box<str>),
    /// Cuts text off behind so many bytes.
    Truncate(u64),
}

/// Places to edit.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// Where a path leads from the top of the event; `**` may stand
    /// anywhere in it, and a key right below `annotations` may hold `*` for
    /// any run of characters.
    pub path: Path,
    /// In which events; in all, if there is no condition.
    pub when: Option<NodeId>,
}

/// How many segments the paths of one step can have, one more counted for
/// the end of each path: what an edit can follow at once.
pub const MOST_SEGMENTS: usize = 128;

impl Step {
    /// Returns the conditions of the step; rules have theirs themselves.
    pub(super) fn nodes(&self) -> Vec<NodeId> {
        match self {
            Step::Where(node) | Step::Skip(node) => vec![*node],
            Step::Edit(_, targets) => {
                targets.iter().filter_map(|target| target.when).collect()
            }
            Step::Fit { has_bodies, .. } => vec![*has_bodies],
            Step::Tag { when, .. } => when.iter().copied().collect(),
            Step::Detect(_) | Step::Label { .. } => Vec::new(),
            Step::Policy { .. } | Step::Sample { .. } => Vec::new(),
            Step::Head(_) | Step::Count(_) => Vec::new(),
        }
    }

    /// Returns the rules that the step looks for.
    pub(super) fn rules(&self) -> &[RuleId] {
        match self {
            Step::Detect(rules) => rules,
            Step::Where(_) | Step::Skip(_) | Step::Edit(..) => &[],
            Step::Fit { .. } | Step::Tag { .. } | Step::Label { .. } => &[],
            Step::Policy { .. } | Step::Sample { .. } => &[],
            Step::Head(_) | Step::Count(_) => &[],
        }
    }

    /// Returns the step with other numbers.
    pub(super) fn renumbered(self, to: &mut impl Renumber) -> Step {
        match self {
            Step::Where(id) => Step::Where(to.node(id)),
            Step::Skip(id) => Step::Skip(to.node(id)),
            Step::Edit(action, targets) => {
                let targets = targets.into_iter().map(|target| Target {
                    when: target.when.map(|id| to.node(id)),
                    ..target
                });
                Step::Edit(action, targets.collect())
            }
            Step::Fit { bytes, has_bodies } => {
                Step::Fit { bytes, has_bodies: to.node(has_bodies) }
            }
            Step::Detect(rules) => {
                let rules = rules.into_iter().map(|id| to.rule(id));
                Step::Detect(rules.collect())
            }
            Step::Tag { name, when } => {
                Step::Tag { name, when: when.map(|id| to.node(id)) }
            }
            Step::Label { .. } | Step::Policy { .. } => self,
            Step::Sample { .. } | Step::Head(_) => self,
            Step::Count(Count { distinct, by, top }) => {
                let distinct = distinct.map(|id| to.subject(id));
                let by = by.into_iter().map(|column| {
                    let subject = to.subject(column.subject);
                    Column { subject, ..column }
                });
                Step::Count(Count { distinct, by: by.collect(), top })
            }
        }
    }
}

/// Gives new numbers to what steps refer to.
pub(super) trait Renumber {
    fn node(&mut self, id: NodeId) -> NodeId;
    fn rule(&mut self, id: RuleId) -> RuleId;
    fn subject(&mut self, id: SubjectId) -> SubjectId;
}
