//! Says for which requests two policies decide differently: exactly, and in
//! as few words as that takes.

use super::space::{Domain, Kind, Region, TooLarge, Work};
use super::{Level, Policy, Stage, Stages};

/// What a decision comes to. Two that differ in nothing that is ever written
/// are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Outcome {
    /// How much is recorded,
    pub level: Level,
    /// at which stages it is not,
    pub omit_stages: Stages,
    /// and whether managed fields are left out of bodies.
    pub omit_managed_fields: bool,
}

/// Requests of which two policies record something different, by one rule
/// each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The rule that decides in the first, and in the second policy; none,
    /// if no rule matches.
    pub rules: [Option<usize>; 2],
    /// What is recorded with the first, and with the second.
    pub outcomes: [Outcome; 2],
    /// The requests: some of `count` parts, which have none in common.
    pub regions: Vec<Region>,
    /// How many parts there are; nothing, if it takes too many to tell: then
    /// there is one in `regions`.
    pub count: Option<u64>,
}

/// How many parts are told of each difference.
const PARTS: usize = 100;

/// How much is done to find all differences: about two seconds' worth,
const FIND: Work = Work(80_000_000);

/// to tell one of them in parts,
const TELL: usize = 400_000;

/// and to tell all.
const TELL_ALL: usize = 20_000_000;

impl Outcome {
    /// Returns what it comes to if a rule decides, or none.
    pub fn of(policy: &Policy, rule: Option<usize>) -> Outcome {
        let found = policy.decision(rule);
        let mut stages = Stage::ALL.into_iter();
        let is_silent = stages.all(|it| found.omit_stages.contains(it));
        let level = if is_silent { Level::None } else { found.level };
        match level {
            Level::None => Outcome {
                level,
                omit_stages: Stages::default(),
                omit_managed_fields: false,
            },
            Level::Metadata | Level::Request | Level::RequestResponse => {
                let has_body = level >= Level::Request;
                Outcome {
                    level,
                    omit_stages: found.omit_stages,
                    omit_managed_fields: has_body && found.omit_managed_fields,
                }
            }
        }
    }
}

/// Returns for which requests two policies decide differently, by the rules
/// that decide.
///
/// ```
/// use kaudit_filter::policy::{Level, Version, diff, load};
/// let policy = |level: &str| {
///     let text = format!("
/// apiVersion: audit.k8s.io/v1
/// rules:
/// - level: {level}
///   resources: [{{resources: [secrets]}}]
/// - level: Metadata
/// ");
///     load(&text, Version::NEWEST).expect("it is right").policy
/// };
/// let (old, new) = (policy("Metadata"), policy("Request"));
/// assert!(diff(&old, &old)?.is_empty());
/// let found = diff(&old, &new)?;
/// assert_eq!(found.len(), 1);
/// assert_eq!(found[0].outcomes[1].level, Level::Request);
/// let requests = found[0].regions[0].to_string();
/// assert_eq!(requests, "of the group core; on secrets");
/// # Ok::<(), kaudit_filter::policy::TooLarge>(())
/// ```
///
/// # Errors
///
/// If the policies name too much to look at all requests.
pub fn diff(
    one: &Policy,
    other: &Policy,
) -> Result<Vec<Difference>, TooLarge> {
    let (mut found, mut work) = (Vec::new(), FIND);
    let mut telling = TELL_ALL;
    for kind in Kind::ALL {
        let domain = Domain::new(kind, &[one, other])?;
        for rules in pairs(one, other) {
            let outcomes =
                [Outcome::of(one, rules[0]), Outcome::of(other, rules[1])];
            if outcomes[0] == outcomes[1] {
                continue;
            }
            let Some(some) = domain.decided(&rules, &mut work)? else {
                continue;
            };
            let most = TELL.min(telling);
            let mut left = Work(most);
            let told = domain.regions(&rules, PARTS, &mut left);
            telling -= most - left.0;
            let (regions, count) = match told {
                Ok((regions, count)) => (regions, Some(count)),
                Err(TooLarge) => (vec![some], None),
            };
            found.push(Difference { rules, outcomes, regions, count });
        }
    }
    Ok(found)
}

/// Returns all pairs of rules, with none behind the last of each.
fn pairs(
    one: &Policy,
    other: &Policy,
) -> impl Iterator<Item = [Option<usize>; 2]> {
    let all =
        |policy: &Policy| (0..policy.rules.len()).map(Some).chain([None]);
    let others = all(other);
    all(one).flat_map(move |rule| others.clone().map(move |it| [rule, it]))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::space::tests::{plain_requests, policy, requests};
    use super::*;

    fn outcome(policy: &Policy, request: &super::super::Example) -> Outcome {
        let found = policy.decide(&request.attributes());
        Outcome::of(policy, found.expect("all is known").rule)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]

        #[test]
        fn a_policy_does_not_differ_from_itself(policy in policy()) {
            assert_eq!(diff(&policy, &policy), Ok(vec![]));
        }

        #[test]
        fn what_is_found_is_so_and_nothing_else(
            one in policy(),
            other in policy(),
        ) {
            let found = diff(&one, &other).unwrap();
            for difference in &found {
                let outcomes = difference.outcomes;
                assert!(outcomes[0] != outcomes[1]);
                for region in &difference.regions {
                    let request = region.example();
                    let both = [outcome(&one, &request), outcome(&other, &request)];
                    assert_eq!(both, outcomes, "{region}: {request}");
                }
            }
            let made = requests(&[&one, &other]);
            for request in made.into_iter().chain(plain_requests()) {
                let both = [outcome(&one, &request), outcome(&other, &request)];
                let is_told = found.iter().any(|it| it.outcomes == both);
                assert_eq!(is_told, both[0] != both[1], "{request}");
            }
        }
    }
}
