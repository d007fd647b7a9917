//! Audit policies: read, decided on and applied as kube-apiserver does.

mod naive; //    A second reading of how rules match,
mod decide; //   beside which ours stands, on random policies;
mod upstream; // the cases of those who define it;
mod openshift; // and of those who apply policies as we do;
mod apply; //    what is left of events,
mod asker; //    also of those that do not say who asked;
mod run; //      how the step is used,
mod command; //  and what the commands for policies say.

use kaudit_filter::policy::{
    Asker, Attributes, Loaded, Policy, Problem, Request, Target, User,
    Version, load,
};
use serde_json::Value;

/// Reads a policy that is given as JSON, without what it says it is.
pub(crate) fn read(policy: &Value) -> Result<Loaded, Vec<Problem>> {
    let mut policy = policy.clone();
    policy["apiVersion"] = "audit.k8s.io/v1".into();
    policy["kind"] = "Policy".into();
    load(&policy.to_string(), Version::NEWEST)
}

#[track_caller]
pub(crate) fn policy(policy: &Value) -> Policy {
    read(policy).unwrap_or_else(|found| panic!("{policy}: {found:?}")).policy
}

/// Makes attributes of those of a case.
pub(crate) fn attributes(case: &Value) -> Attributes<'_> {
    let text = |key: &str| case[key].as_str().unwrap_or_default();
    let user = match case["user"].as_object() {
        None => Asker::Nobody,
        Some(user) => Asker::Somebody(User {
            name: user["name"].as_str().unwrap(),
            groups: texts(&user["groups"]),
        }),
    };
    let request = match case["resourceRequest"].as_bool().unwrap() {
        false => Request::Path(text("path")),
        true => Request::Resource(Target {
            group: text("apiGroup"),
            namespace: text("namespace"),
            resource: text("resource"),
            subresource: text("subresource"),
            name: text("name"),
        }),
    };
    Attributes { user, verb: Some(text("verb")), request }
}

/// Returns the texts of a list; null has none.
pub(crate) fn texts(list: &Value) -> Vec<&str> {
    let list = list.as_array().map_or(&[][..], Vec::as_slice);
    list.iter().map(|text| text.as_str().unwrap()).collect()
}
