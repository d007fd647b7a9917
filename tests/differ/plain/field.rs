//! Names of fields: what they stand for, and what they hold.

use super::super::tree::{Part, Path};

/// How the words beside a field are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Level,
    Int,
    Time,
    Span,
    Address,
    /// JSON of any kind: the word itself says what it is.
    Open,
}

const ALIASES: [(&str, &[&str]); 31] = [
    ("code", &["responseStatus", "code"]),
    ("status", &["responseStatus", "status"]),
    ("reason", &["responseStatus", "reason"]),
    ("message", &["responseStatus", "message"]),
    ("id", &["auditID"]),
    ("user", &["user", "username"]),
    ("uid", &["user", "uid"]),
    ("groups", &["user", "groups"]),
    (
        "credential",
        &["user", "extra", "authentication.kubernetes.io/credential-id"],
    ),
    (
        "caller-pod",
        &["user", "extra", "authentication.kubernetes.io/pod-name"],
    ),
    (
        "caller-node",
        &["user", "extra", "authentication.kubernetes.io/node-name"],
    ),
    ("impersonated", &["impersonatedUser", "username"]),
    ("impersonated-groups", &["impersonatedUser", "groups"]),
    ("constraint", &["authenticationMetadata", "impersonationConstraint"]),
    ("sourceip", &["sourceIPs"]),
    ("peer", &["sourceIPs", "-1"]),
    ("ua", &["userAgent"]),
    ("uri", &["requestURI"]),
    ("resource", &["objectRef", "resource"]),
    ("subresource", &["objectRef", "subresource"]),
    ("group", &["objectRef", "apiGroup"]),
    ("version", &["objectRef", "apiVersion"]),
    ("ns", &["objectRef", "namespace"]),
    ("name", &["objectRef", "name"]),
    ("decision", &["annotations", "authorization.k8s.io/decision"]),
    ("authz-reason", &["annotations", "authorization.k8s.io/reason"]),
    ("psa", &["annotations", "pod-security.kubernetes.io/audit-violations"]),
    ("time", &["stageTimestamp"]),
    ("received", &["requestReceivedTimestamp"]),
    ("request", &["requestObject"]),
    ("response", &["responseObject"]),
];

/// Returns the parts of a path without aliases.
pub(crate) fn resolved(path: &Path) -> Vec<Part> {
    let alias = ALIASES.iter().find(|(name, _)| path.head() == Some(name));
    let Some((name, keys)) = alias else { return path.parts.clone() };
    // `user.groups` is the JSON path; only `user` alone is the name.
    if *name == "user" && !path.is_alone() {
        return path.parts.clone();
    }
    let keys = keys.iter().map(|key| match *key {
        "-1" => Part::Nth(-1),
        key => Part::Key(key.to_owned()),
    });
    keys.chain(path.parts[1..].iter().cloned()).collect()
}

/// Returns what is at the path, which has no aliases.
pub(crate) fn kind(parts: &[Part]) -> Kind {
    let keys: Vec<&str> = parts
        .iter()
        .filter_map(|part| match part {
            Part::Key(key) => Some(key.as_str()),
            Part::Nth(_) | Part::Every | Part::Deep => None,
        })
        .collect();
    match keys[..] {
        ["requestObject" | "responseObject", ..] => Kind::Open,
        ["object" | "podspec" | "containers", ..] => Kind::Open,
        ["rbac" | "subjects" | "patch", ..] => Kind::Open,
        ["responseStatus", "metadata", ..] => Kind::Open,
        ["responseStatus", "code"] => Kind::Int,
        ["responseStatus", "details", "retryAfterSeconds"] => Kind::Int,
        ["stageTimestamp" | "requestReceivedTimestamp"] => Kind::Time,
        ["latency"] => Kind::Span,
        ["sourceIPs"] => Kind::Address,
        ["level"] => Kind::Level,
        _ => Kind::Text,
    }
}
