//! What a policy records of the requests that CIS 3.2.2 asks for.

use crate::policy::{Facts, Level, Policy, Stage};

/// What should be recorded of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// That it was, and nothing of bodies.
    MetadataOnly,
    /// At least that it was.
    Metadata,
}

/// How well it is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// As it should be.
    Good,
    /// Of some users nothing is recorded.
    Missing,
    /// Bodies are recorded that hold secrets.
    Leaking,
}

impl Verdict {
    /// Returns the word for it.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Good => "ok",
            Verdict::Missing => "missing",
            Verdict::Leaking => "bodies",
        }
    }
}

/// A request, and what is recorded of it for each of [`ASKERS`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Covered {
    /// What is asked for.
    pub what: &'static str,
    /// What should be recorded.
    pub need: Need,
    /// What is.
    pub levels: Vec<Level>,
    /// How well that is done.
    pub verdict: Verdict,
}

/// Who asks: what they are called here, their names and their groups.
pub const ASKERS: [(&str, &str, &[&str]); 3] = [
    ("person", "jane", &["system:authenticated"]),
    ("admin", "root", &["system:masters", "system:authenticated"]),
    (
        "service account",
        "system:serviceaccount:shop:web",
        &[
            "system:serviceaccounts",
            "system:serviceaccounts:shop",
            "system:authenticated",
        ],
    ),
];

/// What CIS 3.2.2 asks for, in words, with a request that shows it.
const REQUESTS: [(&str, Need, &str, &str); 17] = [
    (
        "secrets, read",
        Need::MetadataOnly,
        "GET",
        "/api/v1/namespaces/shop/secrets/db",
    ),
    (
        "secrets, written",
        Need::MetadataOnly,
        "POST",
        "/api/v1/namespaces/shop/secrets",
    ),
    (
        "configmaps, read",
        Need::MetadataOnly,
        "GET",
        "/api/v1/namespaces/shop/configmaps/web",
    ),
    (
        "configmaps, written",
        Need::MetadataOnly,
        "PUT",
        "/api/v1/namespaces/shop/configmaps/web",
    ),
    (
        "token reviews",
        Need::MetadataOnly,
        "POST",
        "/apis/authentication.k8s.io/v1/tokenreviews",
    ),
    ("pods, created", Need::Metadata, "POST", "/api/v1/namespaces/shop/pods"),
    (
        "pods, changed",
        Need::Metadata,
        "PATCH",
        "/api/v1/namespaces/shop/pods/web",
    ),
    (
        "pods, deleted",
        Need::Metadata,
        "DELETE",
        "/api/v1/namespaces/shop/pods/web",
    ),
    (
        "deployments, created",
        Need::Metadata,
        "POST",
        "/apis/apps/v1/namespaces/shop/deployments",
    ),
    (
        "deployments, changed",
        Need::Metadata,
        "PATCH",
        "/apis/apps/v1/namespaces/shop/deployments/web",
    ),
    (
        "deployments, deleted",
        Need::Metadata,
        "DELETE",
        "/apis/apps/v1/namespaces/shop/deployments/web",
    ),
    (
        "pods/exec, as GET",
        Need::Metadata,
        "GET",
        "/api/v1/namespaces/shop/pods/web/exec",
    ),
    (
        "pods/exec, as POST",
        Need::Metadata,
        "POST",
        "/api/v1/namespaces/shop/pods/web/exec",
    ),
    (
        "pods/portforward",
        Need::Metadata,
        "GET",
        "/api/v1/namespaces/shop/pods/web/portforward",
    ),
    (
        "pods/proxy",
        Need::Metadata,
        "GET",
        "/api/v1/namespaces/shop/pods/web/proxy",
    ),
    (
        "services/proxy",
        Need::Metadata,
        "GET",
        "/api/v1/namespaces/shop/services/web/proxy",
    ),
    (
        "most others",
        Need::Metadata,
        "POST",
        "/apis/example.com/v1/namespaces/shop/things",
    ),
];

/// Returns what a policy records of what CIS 3.2.2 asks for.
///
/// ```
/// use kaudit_filter::policy::{Verdict, Version, coverage, load};
/// let text = "
/// apiVersion: audit.k8s.io/v1
/// rules:
/// - level: Request
/// ";
/// let policy = load(text, Version::NEWEST).expect("it is right").policy;
/// let covered = coverage(&policy);
/// assert_eq!(covered[0].what, "secrets, read");
/// assert_eq!(covered[0].verdict, Verdict::Good);
/// assert_eq!(covered[1].verdict, Verdict::Leaking);
/// ```
pub fn coverage(policy: &Policy) -> Vec<Covered> {
    let requests = REQUESTS.iter();
    requests
        .map(|(what, need, method, uri)| {
            let levels = ASKERS.iter().map(|(_, name, groups)| {
                let user = Some((*name, *groups));
                level(policy, &Facts::of_request(method, uri, user))
            });
            let levels: Vec<Level> = levels.collect();
            let verdict = verdict(*need, method, &levels);
            Covered { what, need: *need, levels, verdict }
        })
        .collect()
}

/// Returns what is recorded of a request when it ends.
fn level(policy: &Policy, facts: &Facts) -> Level {
    // All is known of these requests.
    let found = policy.decide(&facts.attributes());
    let found = found.unwrap_or_else(|_doubt| policy.decision(None));
    match found.omit_stages.contains(Stage::ResponseComplete) {
        true => Level::None,
        false => found.level,
    }
}

fn verdict(need: Need, method: &str, levels: &[Level]) -> Verdict {
    // What is read is in the answer only.
    let leak = match method {
        "GET" => Level::RequestResponse,
        _ => Level::Request,
    };
    let leaks = levels.iter().any(|level| *level >= leak);
    match need {
        _ if levels.contains(&Level::None) => Verdict::Missing,
        Need::MetadataOnly if leaks => Verdict::Leaking,
        Need::MetadataOnly | Need::Metadata => Verdict::Good,
    }
}
