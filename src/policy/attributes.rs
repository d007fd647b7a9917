//! What an apiserver knows of a request when it decides what to record.

use std::ops::Range;

use super::request::{self, Target};

/// Who asks for what.
///
/// * The user is the one that was authenticated: an apiserver decides before
///   it looks at impersonation, and so is `user` of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attributes<'a> {
    /// Who asks.
    pub user: Asker<User<'a>>,
    /// The verb; nothing, if it is not known. That of a request that has none
    /// is empty.
    pub verb: Option<&'a str>,
    /// What is asked for.
    pub request: Request<'a>,
}

/// Who asks, as far as that is known.
///
/// ```
/// use kaudit_filter::policy::Asker;
/// assert_eq!(Asker::Somebody("jane").known(), Some("jane"));
/// assert_eq!(Asker::<&str>::Nobody.known(), None);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Asker<U> {
    /// It is not known: an event has lost its user.
    #[default]
    Unknown,
    /// Nobody: an apiserver could not find out who it is.
    Nobody,
    /// This user.
    Somebody(U),
}

impl<U> Asker<U> {
    /// Returns the user, if it is known that there is one.
    pub fn known(self) -> Option<U> {
        match self {
            Asker::Unknown | Asker::Nobody => None,
            Asker::Somebody(user) => Some(user),
        }
    }

    /// Returns the same of another form of the user.
    pub fn map<V>(self, form: impl FnOnce(U) -> V) -> Asker<V> {
        match self {
            Asker::Unknown => Asker::Unknown,
            Asker::Nobody => Asker::Nobody,
            Asker::Somebody(user) => Asker::Somebody(form(user)),
        }
    }

    /// Returns the same of a reference to the user.
    pub fn as_ref(&self) -> Asker<&U> {
        match self {
            Asker::Unknown => Asker::Unknown,
            Asker::Nobody => Asker::Nobody,
            Asker::Somebody(user) => Asker::Somebody(user),
        }
    }
}

/// A user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct User<'a> {
    /// The name.
    pub name: &'a str,
    /// The groups.
    pub groups: Vec<&'a str>,
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request<'a> {
    /// It is not known.
    Unknown,
    /// A path that is no resource, decoded and without its query.
    Path(&'a str),
    /// A resource.
    Resource(Target<'a>),
}

/// Attributes that hold their text themselves.
///
/// ```
/// use kaudit_filter::policy::{Facts, Request};
///
/// let facts = Facts::of_request(
///     "GET",
///     "/api/v1/namespaces/shop/secrets/db",
///     Some(("jane", &["dev"])),
/// );
/// let attributes = facts.attributes();
/// assert_eq!(attributes.verb, Some("get"));
/// let Request::Resource(target) = attributes.request else { panic!() };
/// assert_eq!((target.namespace, target.resource), ("shop", "secrets"));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// All texts, one behind the other.
    pub(super) text: String,
    /// Where texts are unescaped.
    pub(super) scratch: Vec<u8>,
    /// The name of the user.
    pub(super) user: Asker<Range<usize>>,
    pub(super) groups: Vec<Range<usize>>,
    pub(super) verb: Option<Range<usize>>,
    pub(super) place: Place,
}

/// What says what is asked for.
#[derive(Clone, Debug, Default)]
pub(super) enum Place {
    #[default]
    Unknown,
    /// A decoded path, and the name that its query selects.
    Path(Range<usize>, Range<usize>),
    /// What an event says of its object.
    Object(Parts),
}

/// The parts of an `objectRef`.
#[derive(Clone, Debug, Default)]
pub(super) struct Parts {
    pub(super) group: Range<usize>,
    pub(super) namespace: Range<usize>,
    pub(super) resource: Range<usize>,
    pub(super) subresource: Range<usize>,
    pub(super) name: Range<usize>,
}

impl Facts {
    /// Returns what an apiserver makes of a request: of an HTTP method, in
    /// capitals, and a URI, as they are sent. The user is a name and groups;
    /// without one it is nobody's.
    pub fn of_request(
        method: &str,
        uri: &str,
        user: Option<(&str, &[&str])>,
    ) -> Facts {
        let mut facts = Facts { user: Asker::Nobody, ..Facts::default() };
        if let Some((name, groups)) = user {
            facts.user = Asker::Somebody(facts.add(name));
            facts.groups = groups.iter().map(|it| facts.add(it)).collect();
        }
        let verb = request::verb(method, uri);
        facts.verb = Some(facts.add(&verb));
        facts.set_uri(uri, &verb);
        facts
    }

    /// Returns what there is to decide on.
    pub fn attributes(&self) -> Attributes<'_> {
        let user = self
            .user()
            .map(|(name, groups)| User { name, groups: groups.collect() });
        let (verb, request) = (self.verb(), self.request());
        Attributes { user, verb, request }
    }

    /// Returns the name and the groups of the user.
    pub(super) fn user(
        &self,
    ) -> Asker<(&str, impl Iterator<Item = &str> + Clone)> {
        let groups = self.groups.iter().map(|it| self.at(it));
        self.user.as_ref().map(|name| (self.at(name), groups))
    }

    /// Returns the verb, as in [`Facts::attributes`].
    pub(super) fn verb(&self) -> Option<&str> {
        self.verb.as_ref().map(|verb| self.at(verb))
    }

    /// Returns what is asked for.
    pub(super) fn request(&self) -> Request<'_> {
        match &self.place {
            Place::Unknown => Request::Unknown,
            Place::Path(path, selected) => {
                let path = self.at(path);
                match request::target(path) {
                    Some(mut target) => {
                        if target.name.is_empty() {
                            target.name = self.at(selected);
                        }
                        Request::Resource(target)
                    }
                    None => Request::Path(path),
                }
            }
            Place::Object(parts) => Request::Resource(Target {
                group: self.at(&parts.group),
                namespace: self.at(&parts.namespace),
                resource: self.at(&parts.resource),
                subresource: self.at(&parts.subresource),
                name: self.at(&parts.name),
            }),
        }
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.groups.clear();
        (self.user, self.verb) = (Asker::Unknown, None);
        self.place = Place::Unknown;
    }

    /// Adds a text.
    pub(super) fn add(&mut self, text: &str) -> Range<usize> {
        let from = self.text.len();
        self.text.push_str(text);
        from..self.text.len()
    }

    pub(super) fn at(&self, range: &Range<usize>) -> &str {
        &self.text[range.clone()]
    }

    /// Remembers what a URI asks for, with this verb.
    pub(super) fn set_uri(&mut self, uri: &str, verb: &str) {
        let path = self.add(&crate::event::uri::path(uri));
        let selected = match request::selected(uri, verb) {
            Some(name) => self.add(&name),
            None => 0..0,
        };
        self.place = Place::Path(path, selected);
    }
}
