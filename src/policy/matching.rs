//! Decides what of a request is recorded: the first rule that matches does.
//!
//! This is the definition, rule by rule, and says why one does not match;
//! [`Program`](super::Program) answers the same for millions.

use std::fmt::{self, Display, Formatter};

use super::attributes::{Asker, Attributes, Request, User};
use super::model::{Policy, Resource, Rule};
use super::request::Target;
use super::word::{Level, Stages};

/// What is recorded of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The number of the rule that decides; none, if no rule matches.
    pub rule: Option<usize>,
    /// How much is recorded.
    pub level: Level,
    /// The stages that are not.
    pub omit_stages: Stages,
    /// Whether managed fields are left out of bodies.
    pub omit_managed_fields: bool,
}

/// Why it cannot be told what an apiserver would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Doubt {
    /// A rule asks for users or groups, and the event has no `user`, or one
    /// that is not as an apiserver writes it.
    User,
    /// A rule asks for verbs, and the event has none.
    Verb,
    /// A rule asks for resources or paths, and the event has neither a
    /// `requestURI` nor an `objectRef`.
    Request,
    /// Stages are omitted, and the event has none.
    Stage,
    /// Less is to be recorded, and the event does not say how much was.
    Level,
}

impl Doubt {
    /// All of them.
    pub const ALL: [Doubt; 5] =
        [Doubt::User, Doubt::Verb, Doubt::Request, Doubt::Stage, Doubt::Level];
}

impl Display for Doubt {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Doubt::User => "no readable user",
            Doubt::Verb => "no verb",
            Doubt::Request => "no requestURI and no objectRef",
            Doubt::Stage => "no stage",
            Doubt::Level => "no level",
        })
    }
}

/// Why a rule does not match: the first of its conditions that fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mismatch {
    /// It asks for users or their groups, and nobody asks.
    Nobody,
    /// The user is none of its `users`,
    User,
    /// or in none of its `userGroups`.
    UserGroup,
    /// The verb is none of its `verbs`.
    Verb,
    /// It is for resources, and a path is asked for.
    NoResource,
    /// It is for paths, and a resource is asked for.
    NoPath,
    /// The namespace is none of its `namespaces`.
    Namespace,
    /// No entry of `resources` is for the group,
    Group,
    /// or of those, none for the resource,
    Resource,
    /// or of those, none for the name of the object.
    Name,
    /// The path is none of its `nonResourceURLs`.
    Path,
}

/// Whether a rule matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Answer {
    /// It does.
    Matches,
    /// It does not.
    Fails(Mismatch),
    /// It may.
    Doubtful(Doubt),
}

impl Policy {
    /// Returns what an apiserver with this policy records of a request.
    ///
    /// ```
    /// use kaudit_filter::policy::{Facts, Level, Version, load};
    /// let text = "
    /// apiVersion: audit.k8s.io/v1
    /// rules:
    /// - level: Metadata
    ///   resources: [{resources: [secrets]}]
    /// - level: Request
    /// ";
    /// let policy = load(text, Version::NEWEST).expect("it is right").policy;
    /// let facts = Facts::of_request("GET", "/api/v1/secrets", None);
    /// let decision = policy.decide(&facts.attributes())?;
    /// assert_eq!((decision.rule, decision.level), (Some(0), Level::Metadata));
    /// # Ok::<(), kaudit_filter::policy::Doubt>(())
    /// ```
    ///
    /// # Errors
    ///
    /// What is not known, and a rule asks for: one that no earlier rule keeps
    /// from being asked.
    pub fn decide(
        &self,
        attributes: &Attributes<'_>,
    ) -> Result<Decision, Doubt> {
        for (at, rule) in self.rules.iter().enumerate() {
            match rule.answer(attributes) {
                Answer::Matches => return Ok(self.decision(Some(at))),
                Answer::Fails(_) => (),
                Answer::Doubtful(doubt) => return Err(doubt),
            }
        }
        Ok(self.decision(None))
    }

    /// Returns whether each rule matches, those behind the deciding one too.
    pub fn why(&self, attributes: &Attributes<'_>) -> Vec<Answer> {
        self.rules.iter().map(|rule| rule.answer(attributes)).collect()
    }

    /// Returns what is recorded where a rule decides, or none.
    pub fn decision(&self, rule: Option<usize>) -> Decision {
        let decides = rule.and_then(|at| self.rules.get(at));
        Decision {
            rule,
            level: decides.map_or(Level::None, |rule| rule.level),
            omit_stages: self.stages(rule),
            omit_managed_fields: self.omits_managed_fields(rule),
        }
    }
}

impl Rule {
    /// Returns whether the rule matches a request.
    pub fn answer(&self, attributes: &Attributes<'_>) -> Answer {
        let Attributes { user, verb, request } = attributes;
        if let Some(mismatch) = self.user_mismatch(user) {
            return Answer::Fails(mismatch);
        }
        let is_listed = |verb: &str| self.verbs.has(verb);
        match *verb {
            Some(verb) if !self.verbs.is_empty() && !is_listed(verb) => {
                Answer::Fails(Mismatch::Verb)
            }
            verb => self.last_answer(user, verb, request),
        }
    }

    /// Returns whether the rule matches a request that neither its users nor
    /// its verbs rule out.
    pub(super) fn last_answer<U>(
        &self,
        user: &Asker<U>,
        verb: Option<&str>,
        request: &Request<'_>,
    ) -> Answer {
        let answer = self.request_answer(request);
        if answer != Answer::Matches {
            return answer;
        }
        if matches!(user, Asker::Unknown) && self.is_for_users() {
            return Answer::Doubtful(Doubt::User);
        }
        match verb.is_none() && !self.verbs.is_empty() {
            true => Answer::Doubtful(Doubt::Verb),
            false => Answer::Matches,
        }
    }

    /// Returns whether the rule asks who asks.
    fn is_for_users(&self) -> bool {
        !self.users.is_empty() || !self.user_groups.is_empty()
    }

    fn user_mismatch(&self, user: &Asker<User<'_>>) -> Option<Mismatch> {
        if !self.is_for_users() {
            return None;
        }
        let user = match user {
            Asker::Unknown => return None,
            Asker::Nobody => return Some(Mismatch::Nobody),
            Asker::Somebody(user) => user,
        };
        if !self.users.is_empty() && !self.users.has(user.name) {
            return Some(Mismatch::User);
        }
        let mut groups = user.groups.iter();
        let shares = self.user_groups.is_empty()
            || groups.any(|group| self.user_groups.has(group));
        (!shares).then_some(Mismatch::UserGroup)
    }

    /// Returns whether the rule matches what is asked for.
    fn request_answer(&self, request: &Request<'_>) -> Answer {
        let mismatch = match (self.is_for_resources(), request) {
            (true, Request::Resource(target)) => self.target_mismatch(target),
            (true, Request::Path(_)) => Some(Mismatch::NoResource),
            (false, _) if self.non_resource_urls.is_empty() => None,
            (false, Request::Resource(_)) => Some(Mismatch::NoPath),
            (false, Request::Path(path)) => self.path_mismatch(path),
            (_, Request::Unknown) => return Answer::Doubtful(Doubt::Request),
        };
        mismatch.map_or(Answer::Matches, Answer::Fails)
    }

    /// Returns whether the rule is about resources only.
    pub fn is_for_resources(&self) -> bool {
        !self.namespaces.is_empty() || !self.resources.is_empty()
    }

    /// Returns whether the rule is about paths only that are no resources.
    pub fn is_for_paths(&self) -> bool {
        !self.is_for_resources() && !self.non_resource_urls.is_empty()
    }

    fn target_mismatch(&self, target: &Target<'_>) -> Option<Mismatch> {
        if !self.namespaces.is_empty()
            && !self.namespaces.has(target.namespace)
        {
            return Some(Mismatch::Namespace);
        }
        // The entry that comes closest says what is wrong.
        let mut closest = Mismatch::Group;
        for entry in &self.resources {
            match (entry.mismatch(target)?, closest) {
                (Mismatch::Name, _) => closest = Mismatch::Name,
                (Mismatch::Resource, Mismatch::Group) => {
                    closest = Mismatch::Resource;
                }
                _ => (),
            }
        }
        (!self.resources.is_empty()).then_some(closest)
    }

    fn path_mismatch(&self, path: &str) -> Option<Mismatch> {
        let fits = self.non_resource_urls.iter().any(|it| is_path(it, path));
        (!fits).then_some(Mismatch::Path)
    }
}

impl Resource {
    /// Returns why the entry is not for what is asked for.
    fn mismatch(&self, target: &Target<'_>) -> Option<Mismatch> {
        if self.group() != "*" && self.group() != target.group {
            return Some(Mismatch::Group);
        }
        if self.resources.is_empty() {
            return None;
        }
        let mut resources = self.resources.iter();
        if !resources.any(|it| is_resource(it, target)) {
            return Some(Mismatch::Resource);
        }
        let names = &self.resource_names;
        let is_named = names.is_empty() || names.has(target.name);
        (!is_named).then_some(Mismatch::Name)
    }
}

/// Returns whether an item of `resources` is for what is asked for.
///
/// * `pods` is not for `pods/exec`, and `*/exec` not for `exec`.
/// * `pods/*` is for `pods` as well, whatever the documentation says.
///
/// ```
/// use kaudit_filter::policy::{Target, is_resource};
/// let pods = Target { resource: "pods", ..Target::default() };
/// assert!(is_resource("pods", &pods) && is_resource("pods/*", &pods));
/// let exec = Target { subresource: "exec", ..pods };
/// assert!(is_resource("*/exec", &exec) && !is_resource("pods", &exec));
/// ```
pub fn is_resource(item: &str, target: &Target<'_>) -> bool {
    let Target { resource, subresource, .. } = *target;
    if item == "*" {
        return true;
    }
    if subresource.is_empty() {
        return item == resource || item.strip_suffix("/*") == Some(resource);
    }
    // Whatever the resource is called, the first slash need not be ours.
    let is_both = item
        .strip_prefix(resource)
        .and_then(|rest| rest.strip_prefix('/'))
        .is_some_and(|rest| rest == subresource);
    is_both
        || item.strip_prefix("*/") == Some(subresource)
        || item.strip_suffix("/*") == Some(resource)
}

/// Returns whether an item of `nonResourceURLs` is for a path.
///
/// ```
/// use kaudit_filter::policy::is_path;
/// assert!(is_path("/healthz*", "/healthz/etcd"));
/// assert!(!is_path("/healthz", "/healthz/etcd"));
/// ```
pub fn is_path(item: &str, path: &str) -> bool {
    let begins = || path.starts_with(item.trim_end_matches('*'));
    item == "*" || item == path || (item.ends_with('*') && begins())
}
