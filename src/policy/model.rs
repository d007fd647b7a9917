//! What a policy says, and where in its text it says so.

use std::ops::Range;

/// The bytes of a text that something is about.
pub type Span = Range<usize>;

/// How much of an event is recorded, lowest first.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord,
)]
pub enum Level {
    /// Nothing: there is no event.
    #[default]
    None,
    /// Who asked for what, and how it ended.
    Metadata,
    /// And what was sent.
    Request,
    /// And what was answered.
    RequestResponse,
}

impl Level {
    /// All of them, lowest first.
    pub const ALL: [Level; 4] =
        [Level::None, Level::Metadata, Level::Request, Level::RequestResponse];

    /// Returns the level that is called so, upper and lower case as it is.
    ///
    /// ```
    /// use kaudit_filter::policy::Level;
    /// assert_eq!(Level::named("Request"), Some(Level::Request));
    /// assert_eq!(Level::named("request"), None);
    /// assert!(Level::Metadata < Level::Request);
    /// ```
    pub fn named(name: &str) -> Option<Level> {
        Level::ALL.into_iter().find(|level| level.word() == name)
    }

    /// Returns the word for it.
    pub fn word(self) -> &'static str {
        match self {
            Level::None => "None",
            Level::Metadata => "Metadata",
            Level::Request => "Request",
            Level::RequestResponse => "RequestResponse",
        }
    }
}

/// When an event is written, in the course of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Stage {
    /// Before anything was done.
    RequestReceived,
    /// When the head of a long answer is sent; also where who asks is not
    /// known.
    ResponseStarted,
    /// When all is done.
    ResponseComplete,
    /// When the apiserver panicked.
    Panic,
}

impl Stage {
    /// All of them, in the order of a request.
    pub const ALL: [Stage; 4] = [
        Stage::RequestReceived,
        Stage::ResponseStarted,
        Stage::ResponseComplete,
        Stage::Panic,
    ];

    /// Returns the stage that is called so.
    ///
    /// ```
    /// use kaudit_filter::policy::Stage;
    /// assert_eq!(Stage::named("Panic"), Some(Stage::Panic));
    /// assert_eq!(Stage::named("panic"), None);
    /// ```
    pub fn named(name: &str) -> Option<Stage> {
        Stage::ALL.into_iter().find(|stage| stage.word() == name)
    }

    /// Returns the word for it.
    pub fn word(self) -> &'static str {
        match self {
            Stage::RequestReceived => "RequestReceived",
            Stage::ResponseStarted => "ResponseStarted",
            Stage::ResponseComplete => "ResponseComplete",
            Stage::Panic => "Panic",
        }
    }
}

/// A set of stages.
///
/// ```
/// use kaudit_filter::policy::{Stage, Stages};
/// let set: Stages = [Stage::Panic, Stage::Panic].into_iter().collect();
/// assert!(set.contains(Stage::Panic) && !set.is_empty());
/// let both = set.union([Stage::RequestReceived].into_iter().collect());
/// assert_eq!(both.iter().count(), 2);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Stages(u8);

impl Stages {
    /// Returns whether the stage is one of these.
    pub fn contains(self, stage: Stage) -> bool {
        self.0 & 1 << stage as u8 != 0
    }

    /// Returns whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Returns the stages of both.
    #[must_use]
    pub fn union(self, other: Stages) -> Stages {
        Stages(self.0 | other.0)
    }

    /// Goes through them, in the order of a request.
    pub fn iter(self) -> impl Iterator<Item = Stage> {
        Stage::ALL.into_iter().filter(move |stage| self.contains(*stage))
    }
}

impl FromIterator<Stage> for Stages {
    fn from_iter<I: IntoIterator<Item = Stage>>(stages: I) -> Stages {
        let bit = |stage: Stage| 1 << stage as u8;
        Stages(stages.into_iter().fold(0, |set, stage| set | bit(stage)))
    }
}

/// A version of Kubernetes: what its apiserver takes differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Version {
    /// The number behind `1.`.
    pub minor: u32,
}

impl Version {
    /// The newest that was read about.
    pub const NEWEST: Version = Version { minor: 37 };

    /// Reads `1.36`, `v1.36` or `1.36.2`.
    ///
    /// ```
    /// use kaudit_filter::policy::Version;
    /// let version = Version::parse("v1.36.2").expect("it is one");
    /// assert_eq!(version.minor, 36);
    /// assert!(version < Version::NEWEST);
    /// assert_eq!(Version::parse("2.0"), None);
    /// ```
    pub fn parse(text: &str) -> Option<Version> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let mut parts = text.split('.');
        let (major, minor) = (parts.next()?, parts.next()?.parse().ok()?);
        let patch = parts.next().is_none_or(|it| it.parse::<u32>().is_ok());
        let is_whole = patch && parts.next().is_none();
        (major == "1" && is_whole).then_some(Version { minor })
    }

    /// Returns whether `group: "*"` stands for all groups; before, it is
    /// refused.
    pub fn has_any_group(self) -> bool {
        self.minor >= 36
    }

    /// Returns whether fields that are not known or repeated are warned of;
    /// before, they are passed over in silence.
    pub fn warns(self) -> bool {
        self.minor >= 26
    }

    /// Returns whether `omitManagedFields` is known.
    pub fn omits_managed_fields(self) -> bool {
        self.minor >= 23
    }

    /// Returns whether policies of `audit.k8s.io/v1beta1` and `v1alpha1` are
    /// read.
    pub fn reads_beta(self) -> bool {
        self.minor < 24
    }
}

impl Default for Version {
    fn default() -> Version {
        Version::NEWEST
    }
}

/// A name in a list, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// As an apiserver reads it, without quotes.
    pub text: Box<str>,
    /// Where it stands, quotes included. What an alias stands for is where
    /// its anchor is.
    pub span: Span,
}

/// A list of names. One that is empty asks for nothing, whether its key is
/// there or not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct List {
    /// Where its key stands, if it does.
    pub key: Option<Span>,
    /// The names, in their order.
    pub items: Vec<Item>,
}

impl List {
    /// Returns whether no name is in it.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Goes through the names.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.items.iter().map(|item| &*item.text)
    }

    /// Returns whether this very name is in it.
    pub fn has(&self, name: &str) -> bool {
        self.iter().any(|item| item == name)
    }
}

/// A stage in a list, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageItem {
    /// The stage.
    pub stage: Stage,
    /// Where it stands.
    pub span: Span,
}

/// A yes or no, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flag {
    /// What was said.
    pub value: bool,
    /// Where its key stands.
    pub key: Span,
    /// Where it stands.
    pub span: Span,
}

/// An entry of `resources`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resource {
    /// Where the entry begins: its first key and what is behind it.
    pub span: Span,
    /// The group; "" is the core group, also where no group is given. Its
    /// span is empty then.
    pub group: Option<Item>,
    /// Resources, `pods/exec` and patterns among them; none stands for all.
    pub resources: List,
    /// Names of objects; none stands for all.
    pub resource_names: List,
}

impl Resource {
    /// Returns the group, "" for the core group.
    pub fn group(&self) -> &str {
        self.group.as_ref().map_or("", |group| &group.text)
    }
}

/// A rule of a policy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rule {
    /// Where the rule begins: its first key, and what is behind it if that
    /// is no list.
    pub span: Span,
    /// The level of the requests that the rule is about,
    pub level: Level,
    /// and where it stands.
    pub level_span: Span,
    /// Names of users.
    pub users: List,
    /// Groups, of which a user needs one.
    pub user_groups: List,
    /// Verbs.
    pub verbs: List,
    /// Where `resources` stands, if it does.
    pub resources_key: Option<Span>,
    /// Resources, of which a request is for one.
    pub resources: Vec<Resource>,
    /// Namespaces; "" is none.
    pub namespaces: List,
    /// Paths that are no resources.
    pub non_resource_urls: List,
    /// Where `omitStages` stands, if it does.
    pub omit_stages_key: Option<Span>,
    /// The stages that the rule itself omits, beside those of the policy.
    pub omit_stages: Vec<StageItem>,
    /// Whether managed fields are omitted; else the policy says so.
    pub omit_managed_fields: Option<Flag>,
}

/// An audit policy that an apiserver starts with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// The rules: at least one.
    pub rules: Vec<Rule>,
    /// Where `omitStages` stands, if it does.
    pub omit_stages_key: Option<Span>,
    /// The stages that all rules omit.
    pub omit_stages: Vec<StageItem>,
    /// Whether managed fields are omitted where a rule does not say so.
    pub omit_managed_fields: Option<Flag>,
    /// `metadata.name`, if it has one.
    pub name: Option<Box<str>>,
}

impl Policy {
    /// Returns the stages that a rule omits, those of the policy among them;
    /// those of the policy alone where no rule decides.
    ///
    /// ```
    /// use kaudit_filter::policy::{Stage, Version, load};
    /// let text = "
    /// apiVersion: audit.k8s.io/v1
    /// kind: Policy
    /// omitStages: [RequestReceived]
    /// rules:
    /// - level: Metadata
    ///   omitStages: [ResponseStarted]
    /// ";
    /// let policy = load(text, Version::NEWEST).expect("it is right").policy;
    /// assert!(policy.stages(Some(0)).contains(Stage::RequestReceived));
    /// assert!(policy.stages(Some(0)).contains(Stage::ResponseStarted));
    /// assert!(!policy.stages(None).contains(Stage::ResponseStarted));
    /// ```
    pub fn stages(&self, rule: Option<usize>) -> Stages {
        let rule = rule.and_then(|at| self.rules.get(at));
        let own = rule.map_or(&[][..], |rule| &rule.omit_stages);
        self.omit_stages.iter().chain(own).map(|it| it.stage).collect()
    }

    /// Returns whether a rule omits managed fields; what the policy says
    /// where no rule decides.
    pub fn omits_managed_fields(&self, rule: Option<usize>) -> bool {
        let rule = rule.and_then(|at| self.rules.get(at));
        let own = rule.and_then(|rule| rule.omit_managed_fields.as_ref());
        let said = own.or(self.omit_managed_fields.as_ref());
        said.is_some_and(|flag| flag.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_read_as_people_write_it() {
        for (text, expected) in [
            ("1.36", Some(36)),
            ("v1.23.4", Some(23)),
            ("1", None),
            ("1.x", None),
            ("1.2.3.4", None),
            ("1.2.x", None),
            ("", None),
        ] {
            let found = Version::parse(text).map(|version| version.minor);
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn the_words_of_levels_and_stages_lead_back_to_them() {
        for level in Level::ALL {
            assert_eq!(Level::named(level.word()), Some(level));
        }
        for stage in Stage::ALL {
            assert_eq!(Stage::named(stage.word()), Some(stage));
        }
    }
}
