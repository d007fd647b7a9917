//! Rules, and values of rules, that no request gets to, and requests that get
//! to none.

use super::{Finding, Lint, Lints};
use crate::policy::space::{Live, Scope, Side, TooLarge};
use crate::policy::{Item, Level, Outcome, Resource, Rule, Span};

impl Lints<'_> {
    /// Adds what no request gets to.
    pub(super) fn reach(
        &mut self,
        live: &mut Live<'_>,
    ) -> Result<(), TooLarge> {
        let policy = self.policy;
        let mut decides = Vec::new();
        for at in 0..policy.rules.len() {
            decides.push(live.decides(scope(at))?);
        }
        let mut both = policy.rules.iter().zip(&decides);
        let is_silent =
            !both.any(|(rule, decides)| *decides && rule.level > Level::None);
        if is_silent {
            let rule = &policy.rules[0];
            let span = rule.level_span.clone();
            let message = "nothing is recorded: all requests end at None";
            self.add(Finding::new(Lint::NothingRecorded, span, message));
        } else {
            self.gap(live)?;
        }
        for (at, decides) in decides.into_iter().enumerate() {
            let rule = &policy.rules[at];
            if decides {
                self.parts_of(at, live)?;
                if !is_silent {
                    self.redundant(at, live)?;
                }
            } else {
                let lint = Lint::UnreachableRule;
                let span = rule.span.clone();
                self.taken(scope(at), span, lint, "this rule", live)?;
            }
        }
        Ok(())
    }

    /// Adds that there are requests that no rule is for, if so.
    fn gap(&mut self, live: &mut Live<'_>) -> Result<(), TooLarge> {
        let Some(example) = live.gap()? else { return Ok(()) };
        let last = self.policy.rules.len() - 1;
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

    /// Adds which entries of a rule, and which values, no request gets to.
    fn parts_of(
        &mut self,
        at: usize,
        live: &mut Live<'_>,
    ) -> Result<(), TooLarge> {
        let rule = &self.policy.rules[at];
        if rule.resources.is_empty() {
            return self.values(scope(at), live);
        }
        for (entry, resource) in rule.resources.iter().enumerate() {
            let scope = Scope { entry: Some(entry), ..scope(at) };
            if live.decides(scope)? {
                self.values(scope, live)?;
            } else {
                let span = resource.span.clone();
                let lint = Lint::ShadowedValue;
                self.taken(scope, span, lint, "this entry", live)?;
            }
        }
        Ok(())
    }

    /// Adds the values of an entry, or of a rule without, that no request
    /// gets to.
    fn values(
        &mut self,
        scope: Scope<'_>,
        live: &mut Live<'_>,
    ) -> Result<(), TooLarge> {
        let rule = &self.policy.rules[scope.rule];
        let resource = scope.entry.map(|it| &rule.resources[it]);
        for (side, item) in items(rule, resource) {
            let scope = Scope { value: Some((side, &item.text)), ..scope };
            if live.exists(scope) && !live.decides(scope)? {
                let what = format!("`{}`", item.text);
                let (span, lint) = (item.span.clone(), Lint::ShadowedValue);
                self.taken(scope, span, lint, &what, live)?;
            }
        }
        Ok(())
    }

    /// Adds that other rules take all that a part of a rule is for.
    fn taken(
        &mut self,
        scope: Scope<'_>,
        span: Span,
        lint: Lint,
        what: &str,
        live: &mut Live<'_>,
    ) -> Result<(), TooLarge> {
        let takers = live.takers(scope)?;
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
    fn redundant(
        &mut self,
        at: usize,
        live: &mut Live<'_>,
    ) -> Result<(), TooLarge> {
        let (policy, rule) = (self.policy, &self.policy.rules[at]);
        let outcome = Outcome::of(policy, Some(at));
        let mut is_same = true;
        // What catches all is the last, mostly.
        let behind = (at + 1..policy.rules.len()).rev().map(Some);
        for next in [None].into_iter().chain(behind) {
            let other = Outcome::of(policy, next);
            if outcome == other || !live.passes(at, next)? {
                continue;
            }
            if outcome.level != other.level {
                return Ok(());
            }
            is_same = false;
        }
        let message = match is_same {
            true => "without this rule all would be the same",
            false => {
                "without this rule only stages would differ, or managed fields"
            }
        };
        let is_last = at + 1 == policy.rules.len();
        let is_tail = is_last && rule.level == Level::None;
        let span = rule.span.clone();
        let finding = Finding::note(Lint::RedundantRule, span, message);
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

/// Returns all of a rule.
fn scope(rule: usize) -> Scope<'static> {
    Scope { policy: 0, rule, entry: None, value: None }
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
