//! The audit.k8s.io/v1 vocabulary: one table of fields, types and aliases.
//!
//! Facts are those of kube-apiserver's `pkg/apis/audit/v1/types.go`.

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Type {
    /// Any text.
    Text,
    /// A whole number; a numeral in quotes is read as its number.
    Int,
    /// An RFC 3339 time.
    Time,
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
    /// An object whose keys are free and whose values are all of one type.
    Map(&'static Type),
    /// An array of elements of one type.
    List(&'static Type),
    /// Whatever the client or the server put there.
    Open,
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

const fn field(key: &'static str, ty: Type, text: &'static str) -> Field {
    Field { key, ty, text }
}
