//! Parts of the language that this version reads but does not have yet.

use crate::diag::Diagnostic;

use super::ast::Span;

/// Fields that are computed from others, not read.
pub(super) const COMPUTED: [&str; 20] = [
    "path",
    "query",
    "cmd",
    "latency",
    "age",
    "size",
    "object",
    "patch",
    "podspec",
    "containers",
    "images",
    "image-repos",
    "caps",
    "hostpaths",
    "rbac",
    "role",
    "subjects",
    "actor",
    "sa-ns",
    "res",
];

/// Predicates that need computed fields or `any(...)`.
const PREDICATES: [&str; 31] = [
    "slow",
    "sa-cross-namespace",
    "forwarded",
    "spoofed-source-ip",
    "health",
    "noise",
    "interactive",
    "exec-shell",
    "exec-token-theft",
    "exec-metadata-api",
    "kubectl-cp",
    "configmap-credentials",
    "cluster-admin-binding",
    "anonymous-binding",
    "wildcard-role",
    "write-role",
    "exec-role",
    "escalating-role",
    "privileged-pod",
    "host-network",
    "host-pid",
    "host-ipc",
    "host-namespace",
    "host-path",
    "sensitive-host-path",
    "dangerous-capabilities",
    "runs-as-root",
    "controller-sa-pod",
    "nodeport-service",
    "ingress-no-tls",
    "opaque-patch",
];

/// Returns whether `name` will be a predicate.
pub(super) fn is_predicate(name: &str) -> bool {
    PREDICATES.contains(&name)
}

/// Returns the refusal of `construct`, which stands at `span`.
pub(super) fn later(span: Span, construct: &str) -> Diagnostic {
    Diagnostic::error(
        span,
        format!(
            "{construct} belongs to the language, but this version does \
                 not have it yet"
        ),
    )
}
