//! The verbs that requests have, and what of them clients send.

/// The verbs of requests for resources.
pub(super) const VERBS: [&str; 9] = [
    "get",
    "list",
    "watch",
    "create",
    "update",
    "patch",
    "delete",
    "deletecollection",
    "proxy",
];

/// The verbs of requests for paths that ordinary clients send: methods.
pub(super) const METHODS: [&str; 7] =
    ["get", "post", "put", "patch", "delete", "head", "options"];

/// Returns whether a verb can be that of a path: an apiserver takes any
/// method there is, in lower case; HTTP says of which signs it may be.
pub(super) fn is_method(verb: &str) -> bool {
    let is_fit = |byte: u8| {
        byte.is_ascii_lowercase()
            || byte.is_ascii_digit()
            || b"!#$%&'*+-.^_`|~".contains(&byte)
    };
    !verb.is_empty() && verb.bytes().all(is_fit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_token_in_lower_case_is_a_method() {
        assert!(METHODS.into_iter().all(is_method));
        assert!(["watch", "m-search", "*"].into_iter().all(is_method));
        assert!(!["", "GET", "a b", "a/b", "é"].into_iter().any(is_method));
    }
}
