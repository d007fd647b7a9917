//! Rules, and values of rules, that no request gets to, and requests that get
//! to none.

use super::{Decider, Finding, Lint, Lints};
use crate::policy::space::{Diagram, Kind, Live, Side, TooLarge};
use crate::policy::{
    Item, Level, List, Outcome, Policy, Resource, Rule, Span, Target, is_path,
    is_resource,
};

impl Lints<'_> {
    /// Adds what no request gets to.
    pub(super) fn reach(&mut self) -> Result<(), TooLarge> {
        let policy = self.policy;
        let live = [
            Live::new(Kind::Resource, policy)?,
            Live::new(Kind::Path, policy)?,
        ];
        let deciders = live.iter().flat_map(|it| &it.deciders);
        let records = |rule: &Decider| {
            rule.is_some_and(|at| policy.rules[at].level > Level::None)
        };
        let is_silent = !deciders.clone().any(records);
        let has_gap = deciders.clone().any(Option::is_none);
        if is_silent {
            let rule = &policy.rules[0];
            let span = rule.level_span.clone();
            let message = "nothing is recorded: all requests end at None";
            self.add(Finding::new(Lint::NothingRecorded, span, message));
        } else if has_gap {
            self.gap()?;
        }
        for at in 0..policy.rules.len() {
            let found = self.rule(at, &live)?;
            if !found && !is_silent {
                self.redundant(at)?;
            }
        }
        Ok(())
    }

    /// Adds that there are requests that no rule is for.
    fn gap(&mut self) -> Result<(), TooLarge> {
        let last = self.policy.rules.len() - 1;
        let mut regions = Vec::new();
        for kind in Kind::ALL {
            let diagram = Diagram::new(kind, &[self.policy], |landing| {
                landing.rules[0].is_none()
            })?;
            regions.extend(diagram.example(|is_gap| *is_gap));
        }
        let Some(example) = regions.first() else { return Ok(()) };
        let message = "no rule is for everything else, which is not recorded";
        let span = self.policy.rules[last].span.clone();
        self.add(
            Finding::new(Lint::NoCatchAll, span, message)
                .help(format!("for example: {example}"))
                .help(
                    "end with `- level: Metadata`, or say with `- level: \
                     None` that it is meant so",
                ),
        );
        Ok(())
    }

    /// Adds what of a rule no request gets to; returns whether that is all of
    /// it.
    fn rule(&mut self, at: usize, live: &[Live; 2]) -> Result<bool, TooLarge> {
        let rule = &self.policy.rules[at];
        let decides = |entry| live.iter().any(|it| it.decides(at, entry));
        let entries: Vec<Option<usize>> = match rule.resources.len() {
            0 => vec![None],
            count => (0..count).map(Some).collect(),
        };
        if !entries.iter().any(|entry| decides(*entry)) {
            let span = rule.span.clone();
            let lint = Lint::UnreachableRule;
            self.taken(rule.clone(), span, lint, "this rule")?;
            return Ok(true);
        }
        for entry in entries {
            let resource = entry.map(|it| &rule.resources[it]);
            match resource {
                Some(resource) if !decides(entry) => {
                    let span = resource.span.clone();
                    let probe = with(rule, resource.clone());
                    let lint = Lint::ShadowedValue;
                    self.taken(probe, span, lint, "this entry")?;
                }
                Some(_) | None => self.values((at, entry), live)?,
            }
        }
        Ok(false)
    }

    /// Adds the values of an entry, or of a rule without, that no request
    /// gets to.
    fn values(
        &mut self,
        (at, entry): (usize, Option<usize>),
        live: &[Live; 2],
    ) -> Result<(), TooLarge> {
        let rule = &self.policy.rules[at];
        let resource = entry.map(|it| &rule.resources[it]);
        for (side, item) in items(rule, resource) {
            let fits =
                |text: &str, part: &str| matches(side, &item.text, text, part);
            let answers = live.iter();
            let answers =
                answers.map(|it| it.decides_where((at, entry), side, fits));
            let answers: Vec<bool> = answers.flatten().collect();
            if !answers.is_empty() && !answers.contains(&true) {
                let probe = only(rule, resource, side, item);
                let what = format!("`{}`", item.text);
                let span = item.span.clone();
                self.taken(probe, span, Lint::ShadowedValue, &what)?;
            }
        }
        Ok(())
    }

    /// Adds that other rules take all that `probe` is for.
    fn taken(
        &mut self,
        probe: Rule,
        span: Span,
        lint: Lint,
        what: &str,
    ) -> Result<(), TooLarge> {
        let takers: Vec<usize> =
            self.deciders(probe)?.into_iter().flatten().collect();
        let finding = match &takers[..] {
            // Why, the values themselves say.
            [] if lint == Lint::ShadowedValue => return Ok(()),
            [] => {
                let message = format!("no request is as {what} asks for");
                Finding::new(Lint::MatchesNothing, span, message)
            }
            _ => {
                let verb = if takers.len() == 1 { "takes" } else { "take" };
                let names = self.names(&takers);
                let message = format!(
                    "{what} is never reached: {names} {verb} all that it is \
                     for"
                );
                Finding::new(lint, span, message).help(
                    "the first rule that matches decides: put this one \
                     before, or remove it",
                )
            }
        };
        self.add(finding);
        Ok(())
    }

    /// Adds that a rule could be left out, or changes stages only.
    fn redundant(&mut self, at: usize) -> Result<(), TooLarge> {
        let mut rest: Policy = self.policy.clone();
        let rule = rest.rules.remove(at);
        let (mut is_same, mut is_level) = (true, true);
        for kind in Kind::ALL {
            let diagram = Diagram::new(kind, &[self.policy, &rest], |it| {
                let one = Outcome::of(self.policy, it.rules[0]);
                let other = Outcome::of(&rest, it.rules[1]);
                (one == other, one.level == other.level)
            })?;
            self.spend(diagram.size())?;
            is_same &= diagram.leaves().all(|(same, _)| *same);
            is_level &= diagram.leaves().all(|(_, level)| *level);
        }
        let message = match (is_same, is_level) {
            (true, _) => "without this rule all would be the same",
            (_, true) => {
                "without this rule only stages would differ, or managed fields"
            }
            (false, false) => return Ok(()),
        };
        let is_tail = at == rest.rules.len() && rule.level == Level::None;
        let finding = Finding::note(Lint::RedundantRule, rule.span, message);
        self.add(match (is_same, is_tail) {
            (true, true) => finding.help(
                "what no rule is for is not recorded anyway; to say so is no \
                 fault",
            ),
            (true, false) => finding.help("rules behind it decide alike"),
            (false, _) => finding,
        });
        Ok(())
    }
}

/// Returns the rule with this entry only.
fn with(rule: &Rule, resource: Resource) -> Rule {
    Rule { resources: vec![resource], ..rule.clone() }
}

/// Returns the items of a rule and one of its entries.
fn items<'r>(
    rule: &'r Rule,
    resource: Option<&'r Resource>,
) -> Vec<(Side, &'r Item)> {
    let lists = [
        (Side::User, Some(&rule.users)),
        (Side::UserGroup, Some(&rule.user_groups)),
        (Side::Verb, Some(&rule.verbs)),
        (Side::Namespace, Some(&rule.namespaces)),
        (Side::Path, Some(&rule.non_resource_urls)),
        (Side::Resource, resource.map(|it| &it.resources)),
        (Side::Name, resource.map(|it| &it.resource_names)),
    ];
    let several = lists.into_iter().filter_map(|(side, list)| {
        list.filter(|list| list.items.len() > 1).map(|list| (side, list))
    });
    several
        .flat_map(|(side, list)| list.items.iter().map(move |it| (side, it)))
        .collect()
}

/// Returns whether an item is for a point of its side.
fn matches(side: Side, item: &str, text: &str, part: &str) -> bool {
    match side {
        Side::Path => is_path(item, text),
        Side::Resource => {
            let (resource, subresource) = (text, part);
            let target = Target { resource, subresource, ..Target::default() };
            is_resource(item, &target)
        }
        Side::User
        | Side::UserGroup
        | Side::Verb
        | Side::Group
        | Side::Namespace
        | Side::Name => item == text,
    }
}

/// Returns the rule with one item of a list only.
fn only(
    rule: &Rule,
    resource: Option<&Resource>,
    side: Side,
    item: &Item,
) -> Rule {
    let list = List { key: None, items: vec![item.clone()] };
    let mut rule = match resource {
        Some(resource) => with(rule, resource.clone()),
        None => rule.clone(),
    };
    match side {
        Side::User => rule.users = list,
        Side::UserGroup => rule.user_groups = list,
        Side::Verb => rule.verbs = list,
        Side::Namespace => rule.namespaces = list,
        Side::Path => rule.non_resource_urls = list,
        Side::Resource => {
            rule.resources
                .iter_mut()
                .for_each(|it| it.resources = list.clone());
        }
        Side::Name => {
            let all = rule.resources.iter_mut();
            all.for_each(|it| it.resource_names = list.clone());
        }
        Side::Group => (),
    }
    rule
}
