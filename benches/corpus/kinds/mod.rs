//! The kinds of requests: what they do, who sends them, what the audit
//! policy logs of them. How often each comes is in [`table`].

use self::Verb::{
    Create, Delete, DeleteCollection, Get, List, Patch, Update, Watch,
};
use super::{
    actors::{self, Profile},
    bodies::Writer,
    objects::{NONE, PODS, Resource},
};

mod table;

pub(crate) use self::table::{KINDS, SCENES};

/// How much of a request the policy logs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    /// No bodies.
    Metadata,
    /// The request's body.
    Request,
    /// Both bodies.
    RequestResponse,
}

/// What a request does.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    /// Reads one object, or connects to one.
    Get,
    /// Reads many.
    List,
    /// Follows many.
    Watch,
    /// Makes one, or connects to one.
    Create,
    /// Replaces one.
    Update,
    /// Changes one.
    Patch,
    /// Removes one.
    Delete,
    /// Removes many.
    DeleteCollection,
}

/// How long a request runs, and so which stages it has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Run {
    /// Milliseconds: no `ResponseStarted`.
    Short,
    /// The minutes of a watch.
    Watch,
    /// As long as someone has a shell, a log or a tunnel open.
    Session,
}

/// How a request ends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// 200, 201 or 101.
    Success,
    /// 403 of the authorizer.
    Denied,
    /// 403 of an admission plugin.
    Rejected,
    /// 401, which has one event only.
    Unauthenticated,
    /// 404.
    Missing,
    /// 409, the object has changed.
    Conflict,
    /// 409, the object exists.
    Exists,
    /// 422.
    Invalid,
    /// 500, a webhook does not answer.
    Broken,
}

/// Annotations besides the authorizer's: the level each needs, and a
/// template with the comma first.
type Notes = &'static [(Level, &'static str)];

/// One kind of request.
pub(crate) struct Kind {
    /// How often it comes, relative to the others.
    pub(crate) weight: usize,
    /// What it does.
    pub(crate) verb: Verb,
    /// To what.
    pub(crate) resource: &'static Resource,
    /// To which part of it.
    pub(crate) subresource: &'static str,
    /// The path, if it is not that of the resource.
    pub(crate) path: &'static str,
    /// A template of the name of its object, if not the resource's.
    pub(crate) name: &'static str,
    /// A template of the query: of a watch the selector, of others all.
    pub(crate) query: &'static str,
    /// Whether the request spans all namespaces.
    pub(crate) reach: Reach,
    /// Who sends it.
    pub(crate) crowd: &'static [Profile],
    /// What the policy logs of it.
    pub(crate) level: Level,
    /// The body of the request.
    pub(crate) request: Option<Writer>,
    /// The body of a successful response.
    pub(crate) response: Option<Writer>,
    /// How long it runs.
    pub(crate) run: Run,
    /// How it always ends, if it does.
    pub(crate) always: Option<Outcome>,
    /// What else is annotated.
    pub(crate) notes: Notes,
}

/// Which namespaces a request spans.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// The namespace of its object.
    One,
    /// This namespace.
    In(&'static str),
    /// All of them.
    All,
}

impl Kind {
    /// Returns a kind logged at Metadata.
    const fn new(
        weight: usize,
        verb: Verb,
        resource: &'static Resource,
        crowd: &'static [Profile],
    ) -> Kind {
        Kind {
            weight,
            verb,
            resource,
            subresource: "",
            path: "",
            name: "",
            query: "",
            reach: Reach::One,
            crowd,
            level: Level::Metadata,
            request: None,
            response: None,
            run: Run::Short,
            always: None,
            notes: &[],
        }
    }

    /// Returns a get of a path that is no resource.
    const fn probe(weight: usize, path: &'static str) -> Kind {
        Kind { path, ..Kind::new(weight, Get, &NONE, &actors::PROBES) }
    }

    /// Returns a watch of a whole resource.
    const fn watch(
        weight: usize,
        resource: &'static Resource,
        crowd: &'static [Profile],
    ) -> Kind {
        Kind {
            reach: Reach::All,
            run: Run::Watch,
            ..Kind::new(weight, Watch, resource, crowd)
        }
    }

    /// Returns a session with a pod.
    const fn session(
        weight: usize,
        verb: Verb,
        subresource: &'static str,
        query: &'static str,
    ) -> Kind {
        let crowd = &actors::PEOPLE;
        let run = Run::Session;
        Kind { query, run, ..Kind::new(weight, verb, &PODS, crowd) }
            .of(subresource)
    }

    /// Returns the kind for a subresource.
    const fn of(self, subresource: &'static str) -> Kind {
        Kind { subresource, ..self }
    }

    /// Returns the kind with a query.
    const fn query(self, query: &'static str) -> Kind {
        Kind { query, ..self }
    }

    /// Returns the kind with a reach.
    const fn reach(self, reach: Reach) -> Kind {
        Kind { reach, ..self }
    }

    /// Returns the kind with both bodies logged.
    const fn both(self, request: Writer, response: Writer) -> Kind {
        Kind { request: Some(request), ..self }.response(response)
    }

    /// Returns the kind with its request's body logged.
    const fn request(self, request: Writer) -> Kind {
        Kind { level: Level::Request, request: Some(request), ..self }
    }

    /// Returns the kind with its response's body logged.
    const fn response(self, response: Writer) -> Kind {
        let level = Level::RequestResponse;
        Kind { level, response: Some(response), ..self }
    }

    /// Returns the kind with more annotations.
    const fn notes(self, notes: Notes) -> Kind {
        Kind { notes, ..self }
    }

    /// Returns the kind about an object called so.
    const fn named(self, name: &'static str) -> Kind {
        Kind { name, ..self }
    }

    /// Returns the kind with the one way it ends.
    const fn always(self, outcome: Outcome) -> Kind {
        Kind { always: Some(outcome), ..self }
    }

    /// Returns whether the path names an object.
    pub(crate) fn has_name(&self) -> bool {
        match self.verb {
            Get | Update | Patch | Delete => true,
            Create => !self.subresource.is_empty(),
            List | Watch | DeleteCollection => false,
        }
    }

    /// Returns whether the path or the selector names an object.
    pub(crate) fn is_about_one(&self) -> bool {
        self.has_name() || self.query.contains("metadata.name")
    }
}
