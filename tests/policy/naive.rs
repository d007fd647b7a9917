//! How rules match, once more: on JSON, written from the description alone,
//! sharing nothing with the program.

use serde_json::Value;

use super::texts;

/// Returns the number of the rule that decides.
pub(crate) fn decide(policy: &Value, attributes: &Value) -> Option<usize> {
    let rules = policy["rules"].as_array().unwrap();
    rules.iter().position(|rule| matches(rule, attributes))
}

/// Returns the same where it is not known who asks; an error, if that is
/// what the first rule asks for that could decide.
pub(crate) fn decide_without_user(
    policy: &Value,
    attributes: &Value,
) -> Result<Option<usize>, usize> {
    let rules = policy["rules"].as_array().unwrap();
    let is_for_anybody = |rule: &Value| {
        texts(&rule["users"]).is_empty()
            && texts(&rule["userGroups"]).is_empty()
    };
    let first = rules.iter().position(|rule| {
        let mut rule = rule.clone();
        (rule["users"], rule["userGroups"]) = (Value::Null, Value::Null);
        matches(&rule, attributes)
    });
    match first {
        Some(at) if !is_for_anybody(&rules[at]) => Err(at),
        first => Ok(first),
    }
}

fn matches(rule: &Value, attributes: &Value) -> bool {
    let user = &attributes["user"];
    let users = texts(&rule["users"]);
    let groups = texts(&rule["userGroups"]);
    let verbs = texts(&rule["verbs"]);
    if !users.is_empty()
        && (user.is_null() || !users.contains(&text(user, "name")))
    {
        return false;
    }
    if !groups.is_empty() {
        let own = if user.is_null() { vec![] } else { texts(&user["groups"]) };
        if !own.iter().any(|group| groups.contains(group)) {
            return false;
        }
    }
    if !verbs.is_empty() && !verbs.contains(&text(attributes, "verb")) {
        return false;
    }
    let is_list =
        |key: &str| rule[key].as_array().is_some_and(|l| !l.is_empty());
    if is_list("namespaces") || is_list("resources") {
        return matches_resource(rule, attributes);
    }
    if is_list("nonResourceURLs") {
        return matches_path(rule, attributes);
    }
    true
}

fn matches_resource(rule: &Value, attributes: &Value) -> bool {
    if attributes["resourceRequest"] != true {
        return false;
    }
    let namespaces = texts(&rule["namespaces"]);
    if !namespaces.is_empty()
        && !namespaces.contains(&text(attributes, "namespace"))
    {
        return false;
    }
    let empty = Vec::new();
    let entries = rule["resources"].as_array().unwrap_or(&empty);
    entries.is_empty()
        || entries.iter().any(|entry| matches_entry(entry, attributes))
}

fn matches_entry(entry: &Value, attributes: &Value) -> bool {
    let group = text(entry, "group");
    if group != "*" && group != text(attributes, "apiGroup") {
        return false;
    }
    let resources = texts(&entry["resources"]);
    if resources.is_empty() {
        return true;
    }
    let names = texts(&entry["resourceNames"]);
    if !names.is_empty() && !names.contains(&text(attributes, "name")) {
        return false;
    }
    let resource = text(attributes, "resource");
    let sub = text(attributes, "subresource");
    let combined = match sub {
        "" => resource.to_owned(),
        _ => format!("{resource}/{sub}"),
    };
    resources.iter().any(|item| {
        *item == "*"
            || **item == combined
            || (!sub.is_empty() && **item == format!("*/{sub}"))
            || **item == format!("{resource}/*")
    })
}

fn matches_path(rule: &Value, attributes: &Value) -> bool {
    let path = text(attributes, "path");
    attributes["resourceRequest"] != true
        && texts(&rule["nonResourceURLs"]).iter().any(|item| {
            let stem = item.trim_end_matches('*');
            *item == "*"
                || *item == path
                || (item.ends_with('*') && path.starts_with(stem))
        })
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_default()
}
