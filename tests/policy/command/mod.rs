//! What `kaudit-filter policy` says.

mod document; // What docs/policy.md shows.
mod check; // Findings, in text and JSON.
mod diff; // What differs.
mod explain; // Which rule decides.
mod simulate; // What a log would become.

/// How a policy begins.
const HEAD: &str = "apiVersion: audit.k8s.io/v1\nkind: Policy\n";

/// Returns a policy with these rules.
fn policy(rules: &str) -> String {
    format!("{HEAD}omitStages: [RequestReceived]\nrules:\n{rules}")
}
