//! Keys with `*` in them.

use memchr::memmem;

/// A key in which each `*` stands for any run of characters, or for none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Glob {
    /// What the key begins with,
    head: Box<[u8]>,
    /// what it holds behind that, in this order,
    middle: Box<[Box<[u8]>]>,
    /// and what it ends with.
    tail: Box<[u8]>,
}

impl Glob {
    /// Reads a key that holds at least one `*`.
    pub(super) fn new(text: &str) -> Glob {
        let (head, rest) = text.split_once('*').unwrap_or((text, ""));
        let (middle, tail) = rest.rsplit_once('*').unwrap_or(("", rest));
        let bytes = |part: &str| part.as_bytes().into();
        Glob {
            head: bytes(head),
            middle: middle.split('*').map(bytes).collect(),
            tail: bytes(tail),
        }
    }

    /// Returns whether `key` is one of those meant, in one walk over it: if
    /// any occurrence of a part will do, the first one will.
    pub(super) fn matches(&self, key: &[u8]) -> bool {
        let inside = key.strip_prefix(&*self.head);
        let inside = inside.and_then(|rest| rest.strip_suffix(&*self.tail));
        let Some(mut rest) = inside else { return false };
        for part in &self.middle {
            match memmem::find(rest, part) {
                Some(at) => rest = &rest[at + part.len()..],
                None => return false,
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(glob: &str, key: &str, expected: bool) {
        let found = Glob::new(glob).matches(key.as_bytes());
        assert_eq!(found, expected, "{glob} {key}");
    }

    #[test]
    fn a_star_is_any_run_of_characters() {
        check("*", "", true);
        check("*", "any/thing", true);
        check("a.io/*", "a.io/x", true);
        check("a.io/*", "a.io/", true);
        check("a.io/*", "a.io", false);
        check("*/x", "a.io/x", true);
        check("*/x", "a.io/xy", false);
        check("a*b*c", "abc", true);
        check("a*b*c", "a-c-b-c", true);
        check("a*b*c", "acb", false);
        check("a**c", "ac", true);
        check("a*", "ba", false);
        check("é*", "éa", true);
    }

    #[test]
    fn the_parts_of_a_key_do_not_overlap() {
        check("ab*ba", "aba", false);
        check("ab*ba", "abba", true);
        check("a*aa*a", "aaa", false);
        check("a*aa*a", "aaaa", true);
    }
}
