//! The shape of the audit.k8s.io/v1 vocabulary: fields, types, aliases.
//!
//! The words themselves are in the tables beside: [`EVENT`], [`ALIASES`] and
//! [`word`](crate::event::word).

use super::{ALIASES, EVENT};

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Type {
    /// Any text.
    Text,
    /// The name of a user; known groups draw a warning.
    User,
    /// The name of a group; known users draw a warning.
    Group,
    /// A resource, plural; near misses of known ones draw a warning.
    Resource,
    /// A path and query as the client sent them; begins with `/`.
    Uri,
    /// A whole number; a numeral in quotes is read as its number.
    Int,
    /// An RFC 3339 time.
    Time,
    /// A span of time.
    Duration,
    /// A number of bytes.
    Size,
    /// An IPv4 or IPv6 address.
    Address,
    /// Text out of a closed set.
    Enum(&'static [&'static str]),
    /// Like [`Type::Enum`], but ordered, lowest first: `level >= Request`.
    Level(&'static [&'static str]),
    /// Text that is usually out of this set: other words draw a warning.
    Known(&'static [&'static str]),
    /// An object with exactly these fields.
    Object(&'static [Field]),
    /// An object whose keys are free: some well-known ones, and the type of
    /// all others.
    Map(&'static [Field], &'static Type),
    /// An array of elements of one type.
    List(&'static Type),
    /// Whatever the client or the server put there.
    Open,
}

impl Type {
    /// Returns what such a field holds, in words: `this field holds ...`.
    ///
    /// ```
    /// use kaudit_filter::event::Type;
    /// assert_eq!(Type::List(&Type::Group).words(), "a list of text");
    /// ```
    pub fn words(self) -> &'static str {
        match self {
            Type::Text | Type::User | Type::Group => "text",
            Type::Resource | Type::Uri | Type::Known(_) => "text",
            Type::Int => "a whole number",
            Type::Time => "a time",
            Type::Duration => "a duration",
            Type::Size => "a size in bytes",
            Type::Address => "an IP address",
            Type::Enum(_) | Type::Level(_) => "one of a few words",
            Type::Object(_) | Type::Map(..) => "an object",
            Type::List(Type::Address) => "a list of IP addresses",
            Type::List(_) => "a list of text",
            Type::Open => "JSON of any kind",
        }
    }

    /// Returns the type of the elements of a list, else the type itself.
    pub fn element(self) -> Type {
        match self {
            Type::List(element) => *element,
            _ => self,
        }
    }
}

/// One key of an object of the schema.
#[derive(Debug, PartialEq)]
pub struct Field {
    /// The JSON key.
    pub key: &'static str,
    /// What stands there.
    pub ty: Type,
    /// One line for `--fields`.
    pub text: &'static str,
}

/// A short name for a place in the event.
#[derive(Debug, PartialEq)]
pub struct Alias {
    /// What users write: `code`.
    pub name: &'static str,
    /// The path as one would write it: `responseStatus.code`.
    pub path: &'static str,
    /// One line for `--fields`.
    pub text: &'static str,
}

/// Returns the field of this name among `fields`.
///
/// ```
/// use kaudit_filter::event::{EVENT, field};
/// assert!(field(EVENT, "objectRef").is_some());
/// assert!(field(EVENT, "objectref").is_none());
/// ```
pub fn field(fields: &'static [Field], key: &str) -> Option<&'static Field> {
    fields.iter().find(|field| field.key == key)
}

/// Returns the alias of this name.
///
/// ```
/// use kaudit_filter::event::alias;
/// let code = alias("code").expect("it is in the table");
/// assert_eq!(code.path, "responseStatus.code");
/// ```
pub fn alias(name: &str) -> Option<&'static Alias> {
    ALIASES.iter().find(|alias| alias.name == name)
}

/// Lists every field of the closed part of the schema: its path, what it
/// holds, and one line about it.
///
/// ```
/// let fields = kaudit_filter::event::fields();
/// assert!(fields.iter().any(|(path, _, _)| path == "objectRef.name"));
/// ```
pub fn fields() -> Vec<(String, Type, &'static str)> {
    let mut found = Vec::new();
    push_fields(EVENT, "", &mut found);
    found
}

fn push_fields(
    fields: &'static [Field],
    above: &str,
    found: &mut Vec<(String, Type, &'static str)>,
) {
    for field in fields {
        let path = match above {
            "" => field.key.to_owned(),
            _ if field.key.contains(['.', '/']) => {
                format!("{above}[{:?}]", field.key)
            }
            _ => format!("{above}.{}", field.key),
        };
        found.push((path.clone(), field.ty, field.text));
        if let Type::Object(below) | Type::Map(below, _) = field.ty {
            push_fields(below, &path, found);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::event::word::{RESOURCES, VERBS};

    #[test]
    fn every_entry_has_a_line_about_it() {
        let fields = fields();
        let texts = fields.iter().map(|(path, _, text)| (&**path, *text));
        let aliases = ALIASES.iter().map(|alias| (alias.name, alias.text));
        for (name, text) in texts.chain(aliases) {
            assert!(!text.is_empty() && text.len() < 60, "{name}");
            assert!(!text.ends_with('.') || text.ends_with("..."), "{name}");
        }
    }

    #[test]
    fn every_alias_names_a_field() {
        let fields = fields();
        for alias in ALIASES {
            let path = alias.path.trim_end_matches("[-1]");
            let known = fields.iter().any(|(field, ..)| field == path);
            assert!(known, "{}", alias.path);
        }
    }

    #[test]
    fn no_name_is_there_twice() {
        let fields = fields();
        let paths: HashSet<_> = fields.iter().map(|f| &f.0).collect();
        assert_eq!(paths.len(), fields.len());
        let names: HashSet<_> = ALIASES.iter().map(|a| a.name).collect();
        assert_eq!(names.len(), ALIASES.len());
        let verbs: HashSet<_> = VERBS.iter().collect();
        assert_eq!(verbs.len(), VERBS.len());
        let plurals: HashSet<_> = RESOURCES.iter().map(|r| r.0).collect();
        assert_eq!(plurals.len(), RESOURCES.len());
    }
}
