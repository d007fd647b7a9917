//! What a policy says, and where in its text it says so.

use std::ops::Range;

use super::word::{Level, Stage, Stages};

/// The bytes of a text that something is about.
pub type Span = Range<usize>;

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
