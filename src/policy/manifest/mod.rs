//! Finds what is wrong with the way a kube-apiserver is told of its policy
//! and its log: the flags of a static pod, its mounts and its volumes.

mod pod; //     What a manifest says,
mod line; //    its flags, word by word,
mod kind; //    and what they take.
mod flag; //    The flags by themselves,
mod backend; // together,
mod mount; //   and the files that they name.

#[cfg(test)]
mod tests;

use super::lint::{Finding, Lint};
use super::{Problem, Version};
use pod::Pod;

/// Finds what is wrong with the manifest of a static pod, in the order of the
/// text. `version` is that of the apiserver, if it is known, `policy` the
/// name of the policy's file, if there is one.
///
/// ```
/// use kaudit_filter::policy::{Lint, lint_manifest};
/// let text = "
/// kind: Pod
/// spec:
///   containers:
///   - name: kube-apiserver
///     command:
///     - kube-apiserver
///     - --audit-policy-file=/etc/audit/policy.yaml
///     - --audit-log-path=-
/// ";
/// let found = lint_manifest(text, None, None).expect("it is YAML");
/// assert_eq!(found[0].lint, Lint::NotMounted);
/// ```
///
/// # Errors
///
/// What keeps the text from being read.
pub fn lint_manifest(
    text: &str,
    version: Option<Version>,
    policy: Option<&str>,
) -> Result<Vec<Finding>, Problem> {
    let tree = super::load::parse(text)?;
    let Some(pod) = Pod::read(&tree.root) else {
        let message = "no container of a kube-apiserver is in it";
        let finding = Finding::error(Lint::NoApiserver, 0..0, message);
        return Ok(vec![finding.help("give the manifest of its static pod")]);
    };
    let mut found = Vec::new();
    flag::check(&pod, version, &mut found);
    backend::check(&pod, version, &mut found);
    mount::check(&pod, policy, &mut found);
    found.sort_by_key(|it| (it.span.start, it.span.end));
    Ok(found)
}
