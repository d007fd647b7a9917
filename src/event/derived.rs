//! Fields that are not a place in the line: collected from several places,
//! or computed from others.

use super::{Origin, Type};

/// A name for something that is collected or computed.
#[derive(Debug, PartialEq)]
pub struct Derived {
    /// What users write: `containers`.
    pub name: &'static str,
    /// What it holds.
    pub ty: Type,
    /// What it is made of.
    pub from: From,
    /// One line for `--fields`.
    pub text: &'static str,
}

/// What a derived field is made of.
#[derive(Debug, PartialEq)]
pub enum From {
    /// The values on a path from here.
    Place(Origin, &'static str),
    /// Values that do not stand in the line.
    Computed(Computed),
}

/// A value that does not stand in the line.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Computed {
    /// The decoded path of the request.
    Path,
    /// The decoded parameters of the request.
    Query(Parameter),
    /// All `command` parameters, joined by blanks.
    Command,
    /// Nanoseconds from the request's arrival to this stage.
    Latency,
    /// Nanoseconds from this stage to now.
    Age,
    /// Bytes of the line, its newline counted.
    Size,
    /// The names of images, without tag and digest.
    Repository,
    /// Who acts: the impersonated user if there is one, else the user.
    Actor,
    /// The namespace of the service account that the user is.
    AccountNamespace,
    /// The resource, with `/` and the subresource if there is one.
    Resource,
}

/// Which parameters of a request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Parameter {
    /// The names of all.
    Names,
    /// The values of all.
    Every,
    /// The values of those with this name,
    Named(Box<str>),
    /// or one of them, counted from the end if negative.
    Nth(Box<str>, i64),
}

impl Computed {
    /// Returns the top-level keys that have to be read.
    ///
    /// ```
    /// use kaudit_filter::event::Computed;
    /// assert_eq!(Computed::Path.roots(), ["requestURI"]);
    /// assert!(Computed::Size.roots().is_empty());
    /// ```
    pub fn roots(&self) -> &'static [&'static str] {
        match self {
            Computed::Path | Computed::Command => &["requestURI"],
            Computed::Query(_) => &["requestURI"],
            Computed::Latency => {
                &["requestReceivedTimestamp", "stageTimestamp"]
            }
            Computed::Age => &["stageTimestamp"],
            Computed::Size => &[],
            Computed::Repository => &super::BODIES,
            Computed::Actor => &["user", "impersonatedUser"],
            Computed::AccountNamespace => &["user"],
            Computed::Resource => &["objectRef"],
        }
    }
}

const OPEN: Type = Type::List(&Type::Open);
const TEXTS: Type = Type::List(&Type::Text);

const fn place(
    name: &'static str,
    ty: Type,
    origin: Origin,
    path: &'static str,
    text: &'static str,
) -> Derived {
    Derived { name, ty, from: From::Place(origin, path), text }
}

const fn computed(
    name: &'static str,
    ty: Type,
    from: Computed,
    text: &'static str,
) -> Derived {
    Derived { name, ty, from: From::Computed(from), text }
}

/// The derived fields, in the order of `--fields`.
pub const DERIVED: &[Derived] = &[
    computed(
        "path",
        Type::Uri,
        Computed::Path,
        "The path of the request, decoded",
    ),
    computed(
        "query",
        Type::Map(&[], &TEXTS),
        Computed::Query(Parameter::Names),
        "Its parameters, decoded: query.command",
    ),
    computed(
        "cmd",
        Type::Text,
        Computed::Command,
        "What exec runs: query.command in one text",
    ),
    computed(
        "res",
        Type::Text,
        Computed::Resource,
        "resource, or resource/subresource",
    ),
    computed(
        "actor",
        Type::User,
        Computed::Actor,
        "Who acts: the impersonated user, or the user",
    ),
    computed(
        "sa-ns",
        Type::Text,
        Computed::AccountNamespace,
        "The namespace of the service account who asks",
    ),
    computed(
        "latency",
        Type::Duration,
        Computed::Latency,
        "From the arrival to this stage",
    ),
    computed("age", Type::Duration, Computed::Age, "From this stage to now"),
    computed(
        "size",
        Type::Size,
        Computed::Size,
        "Bytes of the line, with its newline",
    ),
    place(
        "object",
        Type::Open,
        Origin::Object,
        "",
        "Both bodies; not a Status that was answered",
    ),
    place("patch", OPEN, Origin::Patch, "", "The operations of a JSON Patch"),
    place(
        "podspec",
        Type::Open,
        Origin::PodSpec,
        "",
        "The pod's spec, also in a Deployment, CronJob ...",
    ),
    place(
        "containers",
        OPEN,
        Origin::Container,
        "",
        "Its containers, init and ephemeral ones too",
    ),
    place("images", TEXTS, Origin::Container, "image", "Their images"),
    computed(
        "image-repos",
        TEXTS,
        Computed::Repository,
        "Their images, without tag and digest",
    ),
    place(
        "caps",
        TEXTS,
        Origin::Container,
        "securityContext.capabilities.add",
        "Capabilities that they add",
    ),
    place(
        "hostpaths",
        TEXTS,
        Origin::PodSpec,
        "volumes.hostPath.path",
        "Paths of the node that the pod mounts",
    ),
    place("rbac", OPEN, Origin::Object, "rules[*]", "The rules of a role"),
    place(
        "role",
        Type::Text,
        Origin::Object,
        "roleRef.name",
        "The role that a binding names",
    ),
    place(
        "subjects",
        OPEN,
        Origin::Object,
        "subjects[*]",
        "Whom a binding names",
    ),
];

/// Returns the derived field of this name.
///
/// ```
/// use kaudit_filter::event::derived;
/// assert!(derived("containers").is_some());
/// assert!(derived("code").is_none());
/// ```
pub fn derived(name: &str) -> Option<&'static Derived> {
    DERIVED.iter().find(|derived| derived.name == name)
}
