//! Reads from a URI what is asked for, as an apiserver does before it
//! decides: a resource, or a path that is none.

use std::borrow::Cow;

use crate::event::uri::{parameters, path};

/// The resource that is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Target<'a> {
    /// The API group; "" is the core group.
    pub group: &'a str,
    /// The namespace; "" if the request names none.
    pub namespace: &'a str,
    /// The resource, in the plural.
    pub resource: &'a str,
    /// What of the object; "" if it is the object itself.
    pub subresource: &'a str,
    /// The name of the object; "" if it is about several, or a new one.
    pub name: &'a str,
}

/// Verbs that stand in a path, as they did in old times.
const PREFIXES: [&str; 2] = ["watch", "proxy"];

/// Returns the resource that a decoded path leads to; nothing, if it leads to
/// none.
///
/// * A name that only a selector in the query gives is not in it.
///
/// ```
/// use kaudit_filter::policy::target;
/// let scale = "/apis/apps/v1/namespaces/shop/deployments/web/scale";
/// let found = target(scale).expect("it is a resource");
/// assert_eq!((found.group, found.resource), ("apps", "deployments"));
/// assert_eq!((found.name, found.subresource), ("web", "scale"));
/// assert_eq!(target("/healthz"), None);
/// ```
pub fn target(path: &str) -> Option<Target<'_>> {
    let (group, parts) = split(path)?;
    let mut parts = Parts(Some(parts));
    let mut first = parts.next().unwrap_or_default();
    let is_proxy = first == "proxy";
    if PREFIXES.contains(&first) {
        first = parts.next()?;
    }
    let mut found = Target { group, ..Target::default() };
    if first == "namespaces" {
        let mut rest = parts;
        found.namespace = rest.next().unwrap_or_default();
        let inner = rest.next();
        if let Some(inner) = inner.filter(|it| !is_of_namespace(it)) {
            (first, parts) = (inner, rest);
        }
    }
    found.resource = first;
    found.name = parts.next().unwrap_or_default();
    if !is_proxy {
        found.subresource = parts.next().unwrap_or_default();
    }
    Some(found)
}

/// What is left of a path, to be taken part by part.
#[derive(Clone, Copy)]
struct Parts<'a>(Option<&'a str>);

impl<'a> Parts<'a> {
    fn next(&mut self) -> Option<&'a str> {
        let rest = self.0?;
        let (first, rest) = match at_slash(rest) {
            Some((first, rest)) => (first, Some(rest)),
            None => (rest, None),
        };
        self.0 = rest;
        Some(first)
    }
}

/// Splits a text at its first slash. Parts are short: to go byte by byte is
/// faster than a search that has to be set up.
fn at_slash(text: &str) -> Option<(&str, &str)> {
    let at = text.bytes().position(|byte| byte == b'/')?;
    Some((&text[..at], &text[at + 1..]))
}

/// Returns whether a decoded path leads to a resource.
pub(super) fn is_target(path: &str) -> bool {
    split(path).is_some_and(|(_, parts)| !PREFIXES.contains(&parts))
}

fn is_of_namespace(part: &str) -> bool {
    ["status", "finalize"].contains(&part)
}

/// Returns the group of a path, and what is behind the version; nothing, if
/// it leads to no resource.
fn split(path: &str) -> Option<(&str, &str)> {
    let (prefix, rest) = at_slash(trimmed(path))?;
    let (group, rest) = match prefix {
        "api" => ("", rest),
        "apis" => at_slash(rest)?,
        _ => return None,
    };
    let (_version, parts) = at_slash(rest)?;
    Some((group, parts))
}

/// Returns a path without the slashes around it.
fn trimmed(mut path: &str) -> &str {
    while let Some(rest) = path.strip_prefix('/') {
        path = rest;
    }
    while let Some(rest) = path.strip_suffix('/') {
        path = rest;
    }
    path
}

/// Returns the verb of a request: that of the resource it is for, else the
/// method in lower case.
pub(super) fn verb(method: &str, uri: &str) -> Cow<'static, str> {
    let path = path(uri);
    let Some((_, parts)) = split(&path) else {
        return method.to_ascii_lowercase().into();
    };
    let first = parts.split('/').next().unwrap_or_default();
    if let Some(verb) = PREFIXES.iter().find(|verb| **verb == first) {
        return Cow::Borrowed(verb);
    }
    let has_name = target(&path).is_some_and(|it| !it.name.is_empty());
    Cow::Borrowed(match method {
        "POST" => "create",
        "GET" | "HEAD" if has_name => "get",
        "GET" | "HEAD" if is_watch(uri) => "watch",
        "GET" | "HEAD" => "list",
        "PUT" => "update",
        "PATCH" => "patch",
        "DELETE" if has_name => "delete",
        "DELETE" => "deletecollection",
        _ => "",
    })
}

/// Returns whether a query asks for a watch: what is not false is true.
fn is_watch(uri: &str) -> bool {
    let value = first(uri, "watch");
    value.is_some_and(|it| it != "0" && !it.eq_ignore_ascii_case("false"))
}

/// Returns the first value of a parameter.
fn first(uri: &str, name: &str) -> Option<String> {
    let mut all = parameters(uri);
    all.find(|(key, _)| *key == *name).map(|(_, value)| value)
}

/// Returns the one name that the field selector of a list or watch asks for.
///
/// * A request of which a parameter cannot be read has none.
pub(super) fn selected(uri: &str, verb: &str) -> Option<String> {
    if !["list", "watch"].contains(&verb) || !uri.contains("elector=") {
        return None;
    }
    let path = path(uri);
    let (_, parts) = split(&path)?;
    if PREFIXES.contains(&parts.split('/').next().unwrap_or_default()) {
        return None;
    }
    let is_number = |name: &str| {
        first(uri, name).is_none_or(|value| value.parse::<i64>().is_ok())
    };
    if !is_number("limit") || !is_number("timeoutSeconds") {
        return None;
    }
    let name = exact_name(&first(uri, "fieldSelector")?)?;
    let is_part = name != "." && name != ".." && !name.contains(['/', '%']);
    is_part.then_some(name)
}

/// Returns the name that a selector asks for with `metadata.name=NAME`.
/// Nothing, if a term of it cannot be read.
fn exact_name(selector: &str) -> Option<String> {
    let mut name = None;
    for term in terms(selector).into_iter().filter(|it| !it.is_empty()) {
        let at = term.find(['=', '!'])?;
        let (field, rest) = term.split_at(at);
        let (is_equal, value) = match rest.strip_prefix("!=") {
            Some(value) => (false, value),
            None => {
                let value = rest.strip_prefix("==");
                (true, value.or(rest.strip_prefix('='))?)
            }
        };
        let value = unescaped(value)?;
        if is_equal && field == "metadata.name" && name.is_none() {
            name = Some(value);
        }
    }
    name.filter(|name| !name.is_empty())
}

/// Splits a selector at its commas, but not at those behind a backslash.
fn terms(selector: &str) -> Vec<&str> {
    let (mut terms, mut from, mut is_escaped) = (Vec::new(), 0, false);
    for (at, byte) in selector.bytes().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b',' => {
                terms.push(&selector[from..at]);
                from = at + 1;
            }
            _ => (),
        }
    }
    terms.push(&selector[from..]);
    terms
}

/// Returns the value that stands in a selector.
fn unescaped(value: &str) -> Option<String> {
    let (mut out, mut chars) = (String::new(), value.chars());
    while let Some(char) = chars.next() {
        match char {
            '\\' => match chars.next() {
                Some(char @ ('\\' | ',' | '=')) => out.push(char),
                Some(_) | None => return None,
            },
            ',' | '=' => return None,
            char => out.push(char),
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks the verb, and group, namespace, resource, subresource, name.
    #[track_caller]
    fn check(request: &str, expected: (&str, [&str; 5])) {
        let (method, uri) = request.split_once(' ').unwrap();
        let verb = verb(method, uri);
        let name = selected(uri, &verb).unwrap_or_default();
        let path = path(uri);
        let Target { group, namespace, resource, subresource, name: own } =
            target(&path).unwrap();
        assert!(is_target(&path));
        let name = if own.is_empty() { &name } else { own };
        let found = [group, namespace, resource, subresource, name];
        assert_eq!((&*verb, found), expected, "{request}");
    }

    #[test]
    fn a_uri_leads_to_a_resource() {
        for (request, verb, expected) in [
            ("GET /api/v1/namespaces", "list", ["", "", "namespaces", "", ""]),
            ("GET /api/v1/pods", "list", ["", "", "pods", "", ""]),
            ("HEAD /api/v1/pods/", "list", ["", "", "pods", "", ""]),
            (
                "GET /api/v1/namespaces/x",
                "get",
                ["", "x", "namespaces", "", "x"],
            ),
            (
                "PUT /api/v1/namespaces/x/finalize",
                "update",
                ["", "x", "namespaces", "finalize", "x"],
            ),
            (
                "GET /api/v1/namespaces/x/pods/p/log?follow=1",
                "get",
                ["", "x", "pods", "log", "p"],
            ),
            (
                "DELETE /apis/apps/v1/namespaces/x/deployments",
                "deletecollection",
                ["apps", "x", "deployments", "", ""],
            ),
            (
                "PATCH /apis/g.io/v1/as/b/c/d/e",
                "patch",
                ["g.io", "", "as", "c", "b"],
            ),
            (
                "GET /api/v1/watch/namespaces/x/pods/p",
                "watch",
                ["", "x", "pods", "", "p"],
            ),
            (
                "GET /api/v1/proxy/namespaces/x/pods/p/sub/path",
                "proxy",
                ["", "x", "pods", "", "p"],
            ),
            ("FOO /api/v1/pods", "", ["", "", "pods", "", ""]),
            ("GET /api/v1/namespaces/x%2Fy", "list", ["", "x", "y", "", ""]),
        ] {
            check(request, (verb, expected));
        }
    }

    #[test]
    fn a_query_says_whether_it_is_a_watch_and_of_what() {
        for (query, verb, name) in [
            ("watch=true", "watch", ""),
            ("watch=1", "watch", ""),
            ("watch=", "watch", ""),
            ("watch", "watch", ""),
            ("watch=FALSE", "list", ""),
            ("watch=0&watch=1", "list", ""),
            ("fieldSelector=metadata.name%3Dp", "list", "p"),
            ("watch=1&fieldSelector=metadata.name==p", "watch", "p"),
            ("fieldSelector=a=b,metadata.name=p", "list", "p"),
            ("fieldSelector=metadata.name!=p", "list", ""),
            ("fieldSelector=metadata.name=p,!", "list", ""),
            ("fieldSelector=metadata.name=a%5C,b", "list", "a,b"),
            ("fieldSelector=metadata.name=a/b", "list", ""),
            ("fieldSelector=metadata.name=p&limit=x", "list", ""),
            ("fieldSelector=a=b&fieldSelector=metadata.name=p", "list", ""),
            ("labelSelector=metadata.name=p", "list", ""),
        ] {
            let request = format!("GET /api/v1/pods?{query}");
            check(&request, (verb, ["", "", "pods", "", name]));
        }
        let watch = "GET /api/v1/watch/pods?fieldSelector=metadata.name=p";
        check(watch, ("watch", ["", "", "pods", "", ""]));
    }

    #[test]
    fn other_paths_are_no_resources() {
        for path in [
            "/",
            "",
            "/api",
            "/api/v1",
            "/apis/apps/v1",
            "/healthz/etcd/x",
            "/metrics",
            "/apis/v1/pods",
            "//api",
            "/API/v1/pods",
        ] {
            assert_eq!(target(path), None, "{path}");
            assert!(!is_target(path), "{path}");
            assert_eq!(verb("GET", path), "get");
        }
    }
}
