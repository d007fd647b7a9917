//! The words of a policy as types: levels, stages, versions.

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
