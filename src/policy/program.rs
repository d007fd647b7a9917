//! A policy made ready to decide on millions of requests.
//!
//! For each user, group, verb and namespace that rules name there is a set of
//! the rules that it does not rule out, one bit a rule. So a request is looked
//! up a few times, whatever the number of rules; only those in all of its sets
//! are asked for the resource.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use super::attributes::{Asker, Attributes, Facts, Request};
use super::matching::{Answer, Decision, Doubt};
use super::model::{List, Policy, Rule};

/// A policy that decides as [`Policy::decide`] does, only faster.
#[derive(Clone, Debug)]
pub struct Program {
    policy: Policy,
    /// What each rule decides, and what is decided where none matches.
    decisions: Vec<Decision>,
    default: Decision,
    users: Index,
    groups: Index,
    verbs: Index,
    namespaces: Index,
    api_groups: Index,
    /// The rules for everything, for resources, and for paths.
    for_all: Bits,
    for_resources: Bits,
    for_paths: Bits,
}

/// A set of rules.
#[derive(Clone, Debug, Default)]
struct Bits(Vec<u64>);

/// Which rules a name does not rule out.
#[derive(Clone, Debug, Default)]
struct Index {
    /// Those that do not ask.
    any: Bits,
    /// Those that ask for this name. All names are the policy's, so that
    /// nobody else can make them collide.
    of: HashMap<Box<str>, Bits, FixedState>,
}

impl Program {
    /// Makes a policy ready.
    ///
    /// ```
    /// use kaudit_filter::policy::{Facts, Program, Version, load};
    /// let text = "
    /// apiVersion: audit.k8s.io/v1
    /// rules:
    /// - {level: None, verbs: [watch]}
    /// - {level: Metadata}
    /// ";
    /// let policy = load(text, Version::NEWEST).expect("it is right").policy;
    /// let program = Program::new(policy);
    /// let facts = Facts::of_request("GET", "/api/v1/pods?watch=1", None);
    /// let decision = program.decide(&facts.attributes())?;
    /// assert_eq!(decision.rule, Some(0));
    /// # Ok::<(), kaudit_filter::policy::Doubt>(())
    /// ```
    pub fn new(policy: Policy) -> Program {
        let rules = &policy.rules;
        let all = 0..rules.len();
        let index = |list: fn(&Rule) -> &List| {
            Index::new(rules, |rule| list(rule).iter().collect())
        };
        Program {
            decisions: all.map(|at| policy.decision(Some(at))).collect(),
            default: policy.decision(None),
            users: index(|rule| &rule.users),
            groups: index(|rule| &rule.user_groups),
            verbs: index(|rule| &rule.verbs),
            namespaces: index(|rule| &rule.namespaces),
            api_groups: Index::new(rules, api_groups),
            for_all: Bits::of(rules, |rule| {
                !rule.is_for_resources() && !rule.is_for_paths()
            }),
            for_resources: Bits::of(rules, Rule::is_for_resources),
            for_paths: Bits::of(rules, Rule::is_for_paths),
            policy,
        }
    }

    /// Returns the policy.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Returns what an apiserver with this policy records of a request, as
    /// [`Policy::decide`] does.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn decide(
        &self,
        attributes: &Attributes<'_>,
    ) -> Result<Decision, Doubt> {
        let user = attributes.user.as_ref();
        let user = user.map(|it| (it.name, it.groups.iter().copied()));
        self.first(&user, attributes.verb, &attributes.request)
    }

    /// Returns what is decided on what was read of an event.
    pub(super) fn decide_on(&self, facts: &Facts) -> Result<Decision, Doubt> {
        self.first(&facts.user(), facts.verb(), &facts.request())
    }

    /// Returns what the first rule decides that matches. A user is a name and
    /// groups.
    fn first<'a>(
        &self,
        user: &Asker<(&str, impl Iterator<Item = &'a str> + Clone)>,
        verb: Option<&str>,
        request: &Request<'_>,
    ) -> Result<Decision, Doubt> {
        for word in 0..self.policy.rules.len().div_ceil(64) {
            let verbs = match verb {
                Some(verb) => self.verbs.all(verb, word),
                None => u64::MAX,
            };
            let candidates = verbs & self.requests(request, word);
            let mut candidates = self.asked_by(user, candidates, word);
            while candidates != 0 {
                let at = word * 64 + candidates.trailing_zeros() as usize;
                let rule = &self.policy.rules[at];
                match rule.last_answer(user, verb, request) {
                    Answer::Matches => return Ok(self.decisions[at]),
                    Answer::Doubtful(doubt) => return Err(doubt),
                    Answer::Fails(_) => (),
                }
                candidates &= candidates - 1;
            }
        }
        Ok(self.default)
    }

    /// Returns those of 64 rules, `among` these, that a user does not rule
    /// out. The user is looked up only where one of them asks.
    fn asked_by<'a>(
        &self,
        user: &Asker<(&str, impl Iterator<Item = &'a str> + Clone)>,
        mut among: u64,
        word: usize,
    ) -> u64 {
        let (mut users, mut shared) =
            (self.users.any.word(word), self.groups.any.word(word));
        let (name, groups) = match user {
            Asker::Unknown => return among,
            Asker::Nobody => return among & users & shared,
            Asker::Somebody((name, groups)) => (name, groups),
        };
        if among & !users != 0 {
            users |= self.users.asking(name, word);
        }
        among &= users;
        if among & !shared != 0 {
            for group in groups.clone() {
                shared |= self.groups.asking(group, word);
            }
        }
        among & shared
    }

    fn requests(&self, request: &Request<'_>, word: usize) -> u64 {
        let for_all = self.for_all.word(word);
        match request {
            Request::Unknown => u64::MAX,
            Request::Path(_) => for_all | self.for_paths.word(word),
            Request::Resource(target) => {
                let namespaces = self.namespaces.all(target.namespace, word);
                let groups = self.api_groups.all(target.group, word);
                let resources = self.for_resources.word(word);
                for_all | resources & namespaces & groups
            }
        }
    }
}

/// Returns the groups that the resources of a rule are in; none, if they may
/// be in any.
fn api_groups(rule: &Rule) -> Vec<&str> {
    let groups = rule.resources.iter().map(|entry| entry.group());
    let groups: Vec<&str> = groups.collect();
    match groups.contains(&"*") {
        true => Vec::new(),
        false => groups,
    }
}

impl Index {
    /// Makes the index of the names that rules ask for; of one that does not
    /// ask there are none.
    fn new<'p>(
        rules: &'p [Rule],
        names: impl Fn(&'p Rule) -> Vec<&'p str>,
    ) -> Index {
        let mut index = Index::default();
        for (at, rule) in rules.iter().enumerate() {
            let names = names(rule);
            if names.is_empty() {
                index.any.add(at);
            }
            for name in names {
                index.of.entry(name.into()).or_default().add(at);
            }
        }
        index
    }

    /// Returns those of 64 rules that ask for a name.
    fn asking(&self, name: &str, word: usize) -> u64 {
        if self.of.is_empty() {
            return 0;
        }
        self.of.get(name).map_or(0, |bits| bits.word(word))
    }

    /// Returns those of 64 rules that a name does not rule out.
    fn all(&self, name: &str, word: usize) -> u64 {
        self.any.word(word) | self.asking(name, word)
    }
}

impl Bits {
    fn of(rules: &[Rule], holds: impl Fn(&Rule) -> bool) -> Bits {
        let mut bits = Bits::default();
        for (at, rule) in rules.iter().enumerate() {
            if holds(rule) {
                bits.add(at);
            }
        }
        bits
    }

    fn add(&mut self, at: usize) {
        let word = at / 64;
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << (at % 64);
    }

    fn word(&self, at: usize) -> u64 {
        self.0.get(at).copied().unwrap_or(0)
    }
}
