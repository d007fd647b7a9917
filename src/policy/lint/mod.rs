//! Finds what in a policy is probably not meant so: it is read, and an
//! apiserver says nothing of it.

mod finding; // What can be found,
mod table; //   in the light of what Kubernetes has:
mod field; //   what is ignored,
mod list; //    names that nothing has,
mod url; //     paths,
mod resource; // resources,
mod stage; //   stages,
mod reach; //   what no request gets to,
mod body; //    and what had better not be recorded;
mod coverage; // what should be.

#[cfg(test)]
mod tests;

pub use coverage::{ASKERS, Covered, Need, Verdict, coverage};
pub use finding::{Finding, Lint, Weight};

use super::space::{Live, TooLarge};
use super::{Loaded, Policy, Span, Version};

/// Finds what is probably not meant so in a policy that was read from
/// `text`, in the order of the text. `version` is that of the apiserver, if
/// it is known.
///
/// ```
/// use kaudit_filter::policy::{Lint, Version, lint, load};
/// let text = "
/// apiVersion: audit.k8s.io/v1
/// omitStages: [RequestReceived]
/// rules:
/// - level: Request
///   resources: [{resources: [deployments]}]
/// - level: Metadata
/// ";
/// let loaded = load(text, Version::NEWEST).expect("it is read");
/// let found = lint(&loaded, text, None);
/// assert_eq!(found[0].lint, Lint::WrongGroup);
/// assert_eq!(&text[found[0].span.clone()], "deployments");
/// ```
pub fn lint(
    loaded: &Loaded,
    text: &str,
    version: Option<Version>,
) -> Vec<Finding> {
    let policy = &loaded.policy;
    let mut lints = Lints { policy, text, version, found: Vec::new() };
    lints.fields(&loaded.warnings);
    for rule in &policy.rules {
        lints.lists(rule);
        lints.urls(rule);
        lints.resources(rule);
    }
    lints.stages();
    lints.streams();
    if let Err(TooLarge) = lints.requests() {
        let message = "this policy names too much to look at all requests: \
                       rules that nothing gets to, and bodies that had \
                       better not be recorded, are not all found";
        let help = "`policy explain` and `policy simulate` tell of single \
                    requests, and of recorded ones";
        let lint = Lint::TooLarge;
        lints.add(Finding::new(lint, 0..0, message).help(help));
    }
    let mut found = lints.found;
    found.sort_by_key(|it| (it.span.start, it.span.end));
    found
}

/// Findings, as they come.
struct Lints<'p> {
    policy: &'p Policy,
    text: &'p str,
    version: Option<Version>,
    found: Vec<Finding>,
}

impl Lints<'_> {
    /// Looks at all requests that there can be.
    fn requests(&mut self) -> Result<(), TooLarge> {
        let risks = body::asking();
        let mut live = Live::new(self.policy, &risks)?;
        self.reach(&mut live)?;
        self.bodies(&mut live)
    }

    fn add(&mut self, finding: Finding) {
        self.found.push(finding);
    }

    /// Returns whether the apiserver may be of a version that is at least
    /// this.
    fn may_be_from(&self, minor: u32) -> bool {
        self.version.is_none_or(|version| version.minor >= minor)
    }

    /// Returns how people call a rule: by its number, and its line.
    fn name(&self, rule: usize) -> String {
        let line = self
            .policy
            .rules
            .get(rule)
            .map_or(0, |rule| line_of(self.text, rule.span.start));
        format!("rule {} (line {line})", rule + 1)
    }

    /// Returns how people call several.
    fn names(&self, rules: &[usize]) -> String {
        const MOST: usize = 4;
        let shown = rules.iter().take(MOST).map(|rule| self.name(*rule));
        let shown = shown.collect::<Vec<_>>().join(", ");
        match rules.len().saturating_sub(MOST) {
            0 => shown,
            more => format!("{shown} and {more} more"),
        }
    }
}

/// Returns the number of the line that a place is in.
pub fn line_of(text: &str, at: usize) -> usize {
    let end = text.floor_char_boundary(at);
    1 + text[..end].bytes().filter(|byte| *byte == b'\n').count()
}

/// Returns where a list begins: its key.
fn key(list: &super::List) -> Span {
    list.key.clone().unwrap_or_default()
}
