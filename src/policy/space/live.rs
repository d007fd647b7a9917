//! Finds out which rules of a policy, and which of their values, ever decide.

use std::borrow::Cow;

use super::domain::{Domain, Value};
use super::search::Work;
use super::zone::Zone;
use super::{Example, Kind, Region, TooLarge};
use crate::policy::Policy;

/// A rule, or a part of it.
#[derive(Clone, Copy, Debug)]
pub(in crate::policy) struct Scope<'v> {
    /// The number of its policy,
    pub(in crate::policy) policy: usize,
    /// of the rule,
    pub(in crate::policy) rule: usize,
    /// and of an entry of `resources`; nothing, if all of them are meant.
    pub(in crate::policy) entry: Option<usize>,
    /// One value of a list; nothing, if all are meant.
    pub(in crate::policy) value: Option<Value<'v>>,
}

/// All requests, and what the first of some policies makes of them. The
/// others have rules that ask for requests, and decide nothing.
pub(in crate::policy) struct Live<'p> {
    domains: Vec<Domain<'p>>,
    policy: &'p Policy,
    work: Work,
}

/// How much is done for one policy: about a second's worth.
const WORK: usize = 40_000_000;

impl<'p> Live<'p> {
    /// Lays out all requests.
    pub(in crate::policy) fn new(
        policy: &'p Policy,
        asking: &'p Policy,
    ) -> Result<Live<'p>, TooLarge> {
        let both = [policy, asking];
        let domains = Kind::ALL.into_iter();
        let domains = domains.map(|kind| Domain::new(kind, &both));
        let domains = domains.collect::<Result<_, TooLarge>>()?;
        Ok(Live { domains, policy, work: Work(WORK) })
    }

    /// Returns whether some request is as a part of a rule asks for.
    pub(in crate::policy) fn exists(&self, scope: Scope<'_>) -> bool {
        let mut domains = self.domains.iter();
        domains.any(|domain| !zones(domain, scope).is_empty())
    }

    /// Returns whether a rule decides some request that is as this part of it
    /// asks for.
    pub(in crate::policy) fn decides(
        &mut self,
        scope: Scope<'_>,
    ) -> Result<bool, TooLarge> {
        self.takes(scope.rule, scope)
    }

    /// Returns the rules that decide requests that are as another one asks
    /// for.
    pub(in crate::policy) fn takers(
        &mut self,
        scope: Scope<'_>,
    ) -> Result<Vec<usize>, TooLarge> {
        let mut takers = Vec::new();
        for rule in 0..self.policy.rules.len() {
            if self.takes(rule, scope)? {
                takers.push(rule);
            }
        }
        Ok(takers)
    }

    fn takes(
        &mut self,
        rule: usize,
        scope: Scope<'_>,
    ) -> Result<bool, TooLarge> {
        for domain in &self.domains {
            let meant = zones(domain, scope);
            let its = domain.zones(0, rule, None);
            let wanted = match (scope.policy, scope.rule) == (0, rule) {
                true => &[&meant[..]][..],
                false => &[&meant[..], its],
            };
            let found = domain.find(
                wanted,
                |cube| cube.policy == 0 && cube.at < rule,
                &mut self.work,
            )?;
            if found.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Returns a request that no rule is for.
    pub(in crate::policy) fn gap(
        &mut self,
    ) -> Result<Option<Example>, TooLarge> {
        for domain in &self.domains {
            let found = domain.decided(&[None], &mut self.work)?;
            if found.is_some() {
                return Ok(found.as_ref().map(Region::example));
            }
        }
        Ok(None)
    }

    /// Returns whether without a rule some request that it decides would be
    /// decided by `next`, which stands behind it; or by none.
    pub(in crate::policy) fn passes(
        &mut self,
        rule: usize,
        next: Option<usize>,
    ) -> Result<bool, TooLarge> {
        for domain in &self.domains {
            let its = [Some(rule), next].into_iter().flatten();
            let wanted: Vec<&[Zone]> =
                its.map(|rule| domain.zones(0, rule, None)).collect();
            let found = domain.find(
                &wanted,
                |cube| {
                    let is_before = next.is_none_or(|next| cube.at < next);
                    cube.policy == 0 && cube.at != rule && is_before
                },
                &mut self.work,
            )?;
            if found.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Returns the zones of a rule, or of a part of it.
fn zones<'d>(domain: &'d Domain<'_>, scope: Scope<'_>) -> Cow<'d, [Zone]> {
    let zones = domain.zones(scope.policy, scope.rule, scope.entry);
    let Some(value) = scope.value else { return zones.into() };
    let some = zones.iter().filter_map(|zone| domain.narrowed(zone, value));
    some.collect()
}
