//! Turns a request into the lines it leaves in the log.
//!
//! A [`Request`] is made up whole when it arrives; [`Request::write`] writes
//! the event of one of its stages, keys in the apiserver's order.

use super::{
    Shape, Summary,
    actors::Actor,
    bodies,
    kinds::{Kind, Level, Outcome, Reach, Run, Verb},
    objects::{Object, Resource, Scope},
    pen::Pen,
    random::Rng,
    status,
    text::{self, Micros, SECOND, Uuid},
};

/// A stage of a request.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// The request has arrived.
    RequestReceived,
    /// A long response has begun, or authentication has failed.
    ResponseStarted,
    /// The response is over.
    ResponseComplete,
}

/// One request to the apiserver.
pub(crate) struct Request {
    /// What kind it is.
    pub(crate) kind: &'static Kind,
    /// Who sends it.
    pub(crate) actor: Actor,
    /// What it is about.
    pub(crate) object: Object,
    /// How it ends.
    pub(crate) outcome: Outcome,
    /// What the policy logs.
    level: Level,
    /// The id that its lines share.
    audit_id: Uuid,
    /// The URL.
    uri: Vec<u8>,
    /// When it arrived.
    received: Micros,
    /// How many octaves the sizes of its bodies have at most.
    tail: u64,
}

impl Request {
    /// Makes up a request of `kind` that arrives at `now`.
    pub(crate) fn new(
        kind: &'static Kind,
        shape: Shape,
        rng: &mut Rng,
        now: Micros,
    ) -> Request {
        let mut object = Object::new(kind.resource, rng, now);
        if let Reach::In(namespace) = kind.reach {
            object.namespace = namespace;
        }
        if kind.verb == Verb::Create {
            object.created = now;
        }
        if !kind.name.is_empty() {
            object.rename(kind.name, rng);
        }
        let actor = Actor::new(kind.crowd, &object, rng);
        let outcome = match kind.always {
            Some(outcome) => outcome,
            None if kind.resource.plural.is_empty() => Outcome::Success,
            None if rng.chance(FAILURES) => {
                status::failure(kind.verb, rng.bits())
            }
            None => Outcome::Success,
        };
        let mut request = Request {
            kind,
            actor,
            object,
            outcome,
            level: shape.level(kind),
            audit_id: text::uuid(rng),
            uri: Vec::with_capacity(256),
            received: now,
            tail: shape.tail(),
        };
        request.uri = request.address(rng);
        request
    }

    /// Returns the stages it goes through, each with its time.
    pub(crate) fn stages(&self, rng: &mut Rng) -> Vec<(Stage, Micros)> {
        use Stage::*;
        let now = self.received;
        let soon = now + 80 + rng.heavy(9);
        if self.outcome == Outcome::Unauthenticated {
            return vec![(ResponseStarted, soon)];
        }
        let mut stages = Vec::with_capacity(3);
        if rng.chance(140) {
            stages.push((RequestReceived, now));
        }
        let slow = if self.kind.verb == Verb::List { 80 } else { 8 };
        let end = match (self.kind.run, self.outcome) {
            (Run::Watch, Outcome::Success) => {
                soon + (300 + rng.below(300)) * SECOND + rng.below(SECOND)
            }
            (Run::Session, Outcome::Success) => {
                soon + rng.heavy(10) * SECOND + rng.below(SECOND)
            }
            _ if rng.chance(slow) => soon + rng.heavy(23),
            _ => soon + 300 + rng.heavy(15),
        };
        if self.kind.run != Run::Short {
            stages.push((ResponseStarted, soon));
        }
        stages.push((ResponseComplete, end));
        stages
    }

    /// Returns the verb as the log has it.
    pub(crate) fn verb(&self) -> &'static str {
        match self.kind.verb {
            Verb::Get => "get",
            Verb::List => "list",
            Verb::Watch => "watch",
            Verb::Create => "create",
            Verb::Update => "update",
            Verb::Patch => "patch",
            Verb::Delete => "delete",
            Verb::DeleteCollection => "deletecollection",
        }
    }

    /// Returns whether the URL has the namespace of the object.
    pub(crate) fn spans_namespace(&self) -> bool {
        self.kind.resource.scope == Scope::Namespaced
            && self.kind.reach != Reach::All
    }

    /// Writes the line of `stage`, reached at `at`.
    pub(crate) fn write(
        &self,
        stage: Stage,
        at: Micros,
        rng: &mut Rng,
        out: &mut Vec<u8>,
    ) -> Summary {
        let start = out.len();
        let mut pen = Pen::new(out, rng, &self.object, at);
        pen.tail = self.tail;
        self.head(&mut pen, stage);
        self.reference(&mut pen, stage);
        if stage != Stage::RequestReceived {
            self.response_status(&mut pen);
            self.bodies(&mut pen, stage);
        }
        pen.write(r#","requestReceivedTimestamp":""#);
        text::micros(pen.out, self.received);
        pen.write(r#"","stageTimestamp":"~m""#);
        let noted = self.outcome != Outcome::Unauthenticated;
        if stage != Stage::RequestReceived && noted {
            self.annotations(&mut pen, stage);
        }
        pen.out.extend_from_slice(b"}\n");
        let managed_bytes = pen.managed;
        let bytes = (out.len() - start) as u64;
        Summary { bytes, managed_bytes, ..self.summary(stage) }
    }

    /// Returns what the line of `stage` counts as.
    fn summary(&self, stage: Stage) -> Summary {
        let received = stage == Stage::RequestReceived;
        let code = if received { 0 } else { status::code(self) };
        let exec = self.kind.subresource == "exec";
        Summary {
            lines: 1,
            metadata: u64::from(self.level == Level::Metadata),
            failed: u64::from(code >= 400),
            denied: u64::from(code == 401 || code == 403),
            exec: u64::from(exec),
            ..Summary::default()
        }
    }

    /// Returns the URL.
    fn address(&self, rng: &mut Rng) -> Vec<u8> {
        let mut uri = Vec::with_capacity(256);
        let mut pen = Pen::new(&mut uri, rng, &self.object, self.received);
        let Kind { resource, path, query, subresource, .. } = self.kind;
        if !path.is_empty() {
            pen.write(path);
            return uri;
        }
        pen.write(if resource.group.is_empty() { "/api/~g" } else { APIS });
        pen.write(if self.spans_namespace() { "/namespaces/~s" } else { "" });
        pen.write("/~l");
        pen.write(if self.kind.has_name() { "/~n" } else { "" });
        pen.write(if subresource.is_empty() { "" } else { "/" });
        pen.write(subresource);
        if self.kind.run == Run::Watch {
            pen.write(r"?allowWatchBookmarks=true\u0026");
            pen.write(query);
            pen.write(r"resourceVersion=~v\u0026timeoutSeconds=5~d~d");
            pen.write(r"\u0026watch=true");
        } else {
            pen.write(query);
        }
        uri
    }

    /// Writes the line up to `userAgent`.
    fn head(&self, pen: &mut Pen, stage: Stage) {
        pen.write(r#"{"kind":"Event","apiVersion":"audit.k8s.io/v1","#);
        pen.write(match self.level {
            Level::Metadata => r#""level":"Metadata","auditID":""#,
            Level::Request => r#""level":"Request","auditID":""#,
            Level::RequestResponse => {
                r#""level":"RequestResponse","auditID":""#
            }
        });
        pen.out.extend_from_slice(&self.audit_id);
        pen.write(match stage {
            Stage::RequestReceived => r#"","stage":"RequestReceived""#,
            Stage::ResponseStarted => r#"","stage":"ResponseStarted""#,
            Stage::ResponseComplete => r#"","stage":"ResponseComplete""#,
        });
        pen.write(r#","requestURI":""#);
        pen.out.extend_from_slice(&self.uri);
        pen.write(r#"","verb":""#);
        pen.write(self.verb());
        pen.write(r#"","user":"#);
        self.user(pen, stage);
        pen.write(r#","sourceIPs":["#);
        pen.out.extend_from_slice(&self.actor.sources);
        pen.write(r#"],"userAgent":""#);
        pen.out.extend_from_slice(&self.actor.agent);
        pen.write(r#"""#);
    }

    /// Writes `user` and as whom it acts.
    fn user(&self, pen: &mut Pen, stage: Stage) {
        if self.outcome == Outcome::Unauthenticated {
            return pen.write("{}");
        }
        pen.out.extend_from_slice(&self.actor.user);
        let impersonated = &self.actor.impersonated;
        if stage != Stage::RequestReceived && !impersonated.is_empty() {
            pen.write(r#","impersonatedUser":"#);
            pen.out.extend_from_slice(impersonated);
        }
    }

    /// Writes `objectRef`; what the body says is known once it is read.
    fn reference(&self, pen: &mut Pen, stage: Stage) {
        let Resource { group, plural, .. } = *self.kind.resource;
        if plural.is_empty() {
            return;
        }
        let read = stage != Stage::RequestReceived
            && !matches!(
                self.outcome,
                Outcome::Denied | Outcome::Unauthenticated
            );
        let update = read && self.kind.verb == Verb::Update;
        pen.write(r#","objectRef":{"resource":"~l""#);
        if self.spans_namespace() || plural == "namespaces" {
            pen.write(r#","namespace":"~s""#);
        }
        if self.kind.is_about_one() || read && self.names_itself() {
            pen.write(r#","name":"~n""#);
        }
        pen.write(if update { r#","uid":"~u""# } else { "" });
        if !group.is_empty() {
            pen.write(r#","apiGroup":""#);
            pen.write(group);
            pen.write("\"");
        }
        pen.write(r#","apiVersion":""#);
        pen.write(self.kind.resource.version);
        pen.write("\"");
        pen.write(if update { r#","resourceVersion":"~v""# } else { "" });
        if !self.kind.subresource.is_empty() {
            pen.write(r#","subresource":""#);
            pen.write(self.kind.subresource);
            pen.write("\"");
        }
        pen.write("}");
    }

    /// Returns whether the body of a create has a name.
    fn names_itself(&self) -> bool {
        let generated =
            self.kind.resource.plural == "pods" && self.kind.name.is_empty();
        self.kind.verb == Verb::Create
            && !generated
            && !self.object.name.is_empty()
    }

    /// Writes `responseStatus`.
    fn response_status(&self, pen: &mut Pen) {
        pen.write(r#","responseStatus":{"metadata":{},"#);
        if self.outcome != Outcome::Success {
            return status::members(pen, self);
        }
        let plural = self.kind.resource.plural;
        if self.kind.subresource == "binding" {
            pen.write(r#""status":"Success","#);
        } else if self.kind.verb == Verb::Delete && plural != "pods" {
            pen.write(r#""status":"Success","details":"#);
            bodies::small::details(pen);
            pen.write(",");
        }
        pen.write(r#""code":"#);
        text::decimal(pen.out, u64::from(status::code(self)));
        pen.write("}");
    }

    /// Writes the bodies the level asks for.
    fn bodies(&self, pen: &mut Pen, stage: Stage) {
        let read = self.outcome != Outcome::Denied
            && self.outcome != Outcome::Unauthenticated;
        if let Some(body) = self.kind.request
            && self.level >= Level::Request
            && read
        {
            pen.write(r#","requestObject":"#);
            body(pen);
        }
        if self.level < Level::RequestResponse {
            return;
        }
        if self.outcome != Outcome::Success {
            pen.write(r#","responseObject":{"kind":"Status","#);
            pen.write(r#""apiVersion":"v1","metadata":{},"#);
            return status::members(pen, self);
        }
        if let Some(body) = self.kind.response
            && stage == Stage::ResponseComplete
        {
            pen.write(r#","responseObject":"#);
            body(pen);
        }
    }

    /// Writes the annotations, keys sorted.
    fn annotations(&self, pen: &mut Pen, stage: Stage) {
        pen.write(r#","annotations":{"#);
        let took = pen.now - self.received;
        if self.kind.run == Run::Short && took > SECOND / 2 {
            latency(pen, took);
        }
        let success = self.outcome == Outcome::Success;
        let complete = stage == Stage::ResponseComplete;
        if self.kind.subresource == "token" && success && complete {
            pen.write(r#""authentication.kubernetes.io/"#);
            pen.write(r#"issued-credential-id":"JTI=~r","#);
        }
        pen.write(r#""authorization.k8s.io/decision":""#);
        if self.outcome == Outcome::Denied {
            pen.write(r#"forbid","authorization.k8s.io/reason":""}"#);
            return;
        }
        pen.write(r#"allow","authorization.k8s.io/reason":""#);
        pen.out.extend_from_slice(&self.actor.reason);
        pen.write("\"");
        for (level, note) in self.kind.notes {
            pen.write(if self.level >= *level { note } else { "" });
        }
        pen.write("}");
    }
}

/// How many requests in a thousand fail, besides those that always do.
const FAILURES: u64 = 26;

const APIS: &str = "/apis/~g";

/// Writes where the time of a slow request went.
fn latency(pen: &mut Pen, took: Micros) {
    let nanos = took * 1000 - pen.rng.below(1000);
    for (part, share) in [
        ("etcd", nanos / 10 * 7),
        ("response-write", 700 + nanos % 90_000),
        ("serialize-response-object", nanos / 100),
        ("total", nanos),
        ("transform-response-object", 600 + nanos % 50_000),
    ] {
        pen.write(r#""apiserver.latency.k8s.io/"#);
        pen.write(part);
        pen.write(r#"":""#);
        text::duration(pen.out, share);
        pen.write(r#"","#);
    }
}
