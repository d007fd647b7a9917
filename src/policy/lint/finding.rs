//! Names what can be found in a policy, and how much it matters.

use crate::diag::{Diagnostic, escape};
use crate::policy::Span;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Weight {
    /// It is good to know.
    Note,
    /// The policy probably does not do what was meant.
    Warning,
    /// The apiserver does not start.
    Error,
}

impl Weight {
    /// Returns the word for it.
    pub fn word(self) -> &'static str {
        match self {
            Weight::Note => "note",
            Weight::Warning => "warning",
            Weight::Error => "error",
        }
    }
}

macro_rules! lints {
    ($($lint:ident $name:literal $about:literal,)*) => {
        /// What can be found.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Lint { $(#[doc = $about] $lint,)* }

        impl Lint {
            /// All of them.
            pub const ALL: &[Lint] = &[$(Lint::$lint,)*];

            /// Returns its short name.
            pub fn name(self) -> &'static str {
                match self { $(Lint::$lint => $name,)* }
            }

            /// Returns what it means.
            pub fn about(self) -> &'static str {
                match self { $(Lint::$lint => $about,)* }
            }
        }
    };
}

lints! {
    Unreadable "unreadable" "The file cannot be read.",
    Refused "refused" "An apiserver does not start with it.",
    Limit "limit"
        "It is too long or too deep for us to look at; an apiserver may start \
         with it.",
    UnknownField "unknown-field"
        "A field that is not known, or stands in the wrong place, is ignored.",
    RepeatedField "repeated-field"
        "A field is given twice; the last one counts, in JSON what it leaves \
         out stays from the first.",
    IgnoredDocument "ignored-document"
        "Of several YAML documents only the first is read.",
    WidenedRule "widened-rule"
        "What should have restricted a rule is ignored, so it takes more than \
         was meant.",
    EmptyList "empty-list" "An empty list restricts nothing.",
    UnreachableRule "unreachable-rule"
        "Earlier rules take all that a rule is for.",
    ShadowedValue "shadowed-value"
        "Earlier rules take all that one value of a rule is for.",
    RedundantRule "redundant-rule"
        "Without the rule nothing changes, or stages only.",
    MatchesNothing "matches-nothing"
        "No request is like this, or no ordinary one.",
    WrongGroup "wrong-group" "The resource is in another API group.",
    SingularResource "singular-resource"
        "Resources are named in the plural, in lower case.",
    UnknownResource "unknown-resource"
        "Kubernetes has no such resource, subresource or group.",
    DeadGroup "dead-group"
        "The group or resource was removed from Kubernetes.",
    SecretBody "secret-body" "Contents of secrets are recorded.",
    TokenBody "token-body" "Tokens are recorded.",
    ConfigmapBody "configmap-body" "Contents of configmaps are recorded.",
    NoBody "no-body" "The level asks for bodies that are never recorded.",
    Lost401 "lost-401" "Failed authentications leave no event.",
    NoOutcome "no-outcome" "It is not recorded how requests end.",
    TwoStages "two-stages" "Each request is recorded when it comes, too.",
    NoCatchAll "no-catch-all" "Requests that no rule is for are not recorded.",
    NothingRecorded "nothing-recorded" "Nothing at all is recorded.",
    NewWildcard "new-wildcard"
        "Before 1.36 an apiserver does not start with this group.",
    BarePath "bare-path" "The path alone; those below it are others.",
    DiscoveryOnly "discovery-only"
        "Paths of the API are discovery; resources are no paths.",
    NamesMissCreate "names-miss-create"
        "A create has no name yet, so that a rule with names never takes it.",
    NoApiserver "no-apiserver" "The manifest is of no kube-apiserver.",
    BadFlag "bad-flag" "A flag that no apiserver takes.",
    RepeatedFlag "repeated-flag" "A flag is given twice; the last one counts.",
    NoPolicyFlag "no-policy-flag"
        "Without --audit-policy-file nothing is recorded.",
    NoBackend "no-backend" "There is neither a log nor a webhook to write to.",
    OtherFile "other-file"
        "The manifest names another file than the one that is checked.",
    NotMounted "not-mounted"
        "The path is not that of a mounted file or folder.",
    HostPathType "host-path-type" "The type of the volume does not fit.",
    ReadOnlyLog "read-only-log" "The folder of the log cannot be written to.",
    WritablePolicy "writable-policy" "The apiserver can write to the policy.",
    LogMode "log-mode" "The mode loses events, or slows requests down.",
    LogFormat "log-format" "The format tells less than JSON.",
    Rotation "rotation" "Logs are not rotated, or never removed.",
    Untruncated "untruncated" "Events of any size are sent.",
    NotLookedAt "not-looked-at"
        "A value is that of a variable, or flags are in another file.",
    TooLarge "too-large" "The policy names too much to look at all requests.",
}

/// Something that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is.
    pub lint: Lint,
    /// How much it matters.
    pub weight: Weight,
    /// The bytes of the text it is about.
    pub span: Span,
    /// What is so, a sentence without a dot.
    pub message: String,
    /// What to do about it.
    pub help: Vec<String>,
}

impl Finding {
    /// Returns a warning.
    pub(in crate::policy) fn new(
        lint: Lint,
        span: Span,
        message: impl Into<String>,
    ) -> Finding {
        let message = escape(message.into().as_bytes()).into_owned();
        let help = Vec::new();
        Finding { lint, weight: Weight::Warning, span, message, help }
    }

    /// Returns a note.
    pub(in crate::policy) fn note(
        lint: Lint,
        span: Span,
        message: impl Into<String>,
    ) -> Finding {
        let weight = Weight::Note;
        Finding { weight, ..Finding::new(lint, span, message) }
    }

    /// Returns an error.
    pub(in crate::policy) fn error(
        lint: Lint,
        span: Span,
        message: impl Into<String>,
    ) -> Finding {
        let weight = Weight::Error;
        Finding { weight, ..Finding::new(lint, span, message) }
    }

    /// Adds one line of advice.
    #[must_use]
    pub(in crate::policy) fn help(
        mut self,
        text: impl Into<String>,
    ) -> Finding {
        self.help.push(escape(text.into().as_bytes()).into_owned());
        self
    }

    /// Returns it as something to be drawn under the text.
    pub fn diagnostic(&self) -> Diagnostic {
        let message = format!("{} [{}]", self.message, self.lint.name());
        let span = self.span.clone();
        let drawn = match self.weight {
            Weight::Note => Diagnostic::note(span, message),
            Weight::Warning => Diagnostic::warning(span, message),
            Weight::Error => Diagnostic::error(span, message),
        };
        Diagnostic { help: self.help.clone(), ..drawn }
    }
}
