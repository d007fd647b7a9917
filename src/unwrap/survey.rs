//! Says what an object is, by the keys it has at its own level.

use std::ops::Range;

use super::{
    decode::{End, Room},
    form::Form,
    member::{Close, Member, Members, word},
};
use crate::{
    event::{LEVELS, MESSAGES},
    scan::{Scanner, value_end},
};

/// What an object is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// An event, or what shows nothing else until it breaks.
    Event,
    /// An event with the keys of OpenShift's collector.
    Viaq,
    /// An entry of Google's log.
    Google,
    /// It holds what is here, which is an object.
    Object(Form, Range<usize>),
    /// It holds a text, which was read into the room.
    Text(Form),
    /// It holds the array that begins here.
    Array(Form, usize),
    /// It is a list of events: the array begins here, and their version
    /// stands there.
    List(usize, Option<Range<usize>>),
    /// Another object.
    Foreign,
    /// One that breaks before it has shown what it is.
    Unknown,
}

/// What was seen of an object.
#[derive(Debug)]
pub(super) struct Survey {
    pub shape: Shape,
    /// Where the object ends. It is open where the shape showed itself
    /// before.
    pub close: Close,
}

/// The value of `kind`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Absent,
    Event,
    List,
    Other,
}

/// What keys have shown so far.
#[derive(Debug)]
struct Seen {
    kind: Kind,
    /// Whether a key is there that nothing but an event has.
    is_marked: bool,
    /// Whether one is there that others have as well.
    is_hinted: bool,
    /// Whether there is a key at which loggers write their message.
    is_worded: bool,
    /// Whether `level` is an audit level.
    is_leveled: bool,
    /// Whether the audit level stands at a key of the collector.
    is_viaq: bool,
    /// How many other keys of the collector there are.
    viaq_keys: u32,
    is_google: bool,
    /// Whether it is said to come from a pod or a node.
    is_alien: bool,
    /// How many keys of Docker there are.
    docker_keys: u32,
    version: Option<Range<usize>>,
    items: Option<usize>,
    /// What may be wrapped, with its rank, lowest first.
    held: Option<(usize, Shape)>,
    /// Where the text begins that may be wrapped,
    text: usize,
    /// and the one that is in the room.
    read: usize,
}

/// What a key holds that wraps events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holds {
    Text,
    Object,
    Array,
}

/// The keys that hold what is wrapped. Where an object has several of them,
/// the first of these counts: in front are those that say most.
const HOLDERS: [(&[u8], Holds, Form); 18] = [
    (b"_source", Holds::Object, Form::Source),
    (b"hits", Holds::Object, Form::Source),
    (b"hits", Holds::Array, Form::Source),
    (b"records", Holds::Array, Form::Azure),
    (b"logEvents", Holds::Array, Form::Cloudwatch),
    (b"events", Holds::Array, Form::Cloudwatch),
    (b"results", Holds::Array, Form::Cloudwatch),
    (b"properties", Holds::Object, Form::Azure),
    (b"properties", Holds::Text, Form::Azure),
    (b"log_s", Holds::Text, Form::Azure),
    (b"@message", Holds::Text, Form::Cloudwatch),
    (b"log", Holds::Text, Form::Log),
    (b"message", Holds::Text, Form::Message),
    (b"MESSAGE", Holds::Text, Form::Message),
    (b"line", Holds::Text, Form::Message),
    (b"@message", Holds::Object, Form::Cloudwatch),
    (b"message", Holds::Object, Form::Message),
    (b"log", Holds::Object, Form::Log),
];

/// Looks at the members of the object at `start`, no further than needed. What
/// is wrapped in the form of a wish is so even where there is an event.
/// The text that it holds is read into `room`.
pub(super) fn survey(
    scanner: Scanner,
    text: &[u8],
    start: usize,
    wish: Option<Form>,
    room: &mut Room,
) -> Survey {
    let mut members = Members::new(text, start);
    let mut seen = Seen::new();
    let mut scratch = Vec::new();
    while let Some(Member { key, value }) = members.next(scanner, text) {
        let name = word(text, &key, &mut scratch);
        let end = seen.member(scanner, text, name, value, room);
        members.pass(text, end);
        if seen.is_certain() && wish.is_none() {
            break;
        }
    }
    let close = members.close();
    if seen.text != seen.read && matches!(seen.held, Some((_, Shape::Text(_))))
    {
        // Another text was read after it.
        room.clear();
        room.decode(text, seen.text + 1);
    }
    Survey { shape: seen.shape(close, wish), close }
}

impl Seen {
    fn new() -> Seen {
        Seen {
            kind: Kind::Absent,
            is_marked: false,
            is_hinted: false,
            is_worded: false,
            is_leveled: false,
            is_viaq: false,
            viaq_keys: 0,
            is_google: false,
            is_alien: false,
            docker_keys: 0,
            version: None,
            items: None,
            held: None,
            text: 0,
            read: 0,
        }
    }

    /// Takes the member `name`; returns where its value ends, if it does.
    fn member(
        &mut self,
        scanner: Scanner,
        text: &[u8],
        name: &[u8],
        value: usize,
        room: &mut Room,
    ) -> Option<usize> {
        self.is_worded |= is_one_of(&MESSAGES, name);
        if let Some(end) = self.holder(text, name, value, room) {
            return end;
        }
        let end = value_end(scanner, text, value).ok();
        let range = value..end.unwrap_or(text.len());
        let mut scratch = Vec::new();
        let is_object = text.get(value) == Some(&b'{');
        match name {
            b"kind" if end.is_some() => {
                self.kind = match word(text, &range, &mut scratch) {
                    _ if text[value] == b'n' => Kind::Absent,
                    b"Event" => Kind::Event,
                    b"EventList" => Kind::List,
                    _ => Kind::Other,
                }
            }
            b"apiVersion" if end.is_some() => self.version = Some(range),
            b"auditID" | b"requestURI" => self.is_marked = true,
            b"stage" | b"verb" => self.is_hinted = true,
            b"level" => {
                let level = word(text, &range, &mut scratch);
                self.is_leveled = is_one_of(LEVELS, level);
            }
            b"k8s_audit_level" | b"openshift_audit_level" => {
                self.is_viaq = true;
            }
            b"log_type" => {
                self.viaq_keys += 1;
                let log = word(text, &range, &mut scratch);
                self.is_alien =
                    matches!(log, b"application" | b"infrastructure");
            }
            b"log_source" | b"openshift" | b"viaq_msg_id" => {
                self.viaq_keys += 1;
            }
            b"protoPayload" | b"Entry" => self.is_google |= is_object,
            b"stream" | b"time" => self.docker_keys += 1,
            b"items" if text.get(value) == Some(&b'[') => {
                self.items = Some(value);
            }
            _ => self.hold(text, name, range),
        }
        end
    }

    /// Reads the text of a key that may hold an event; returns where it ends.
    fn holder(
        &mut self,
        text: &[u8],
        name: &[u8],
        value: usize,
        room: &mut Room,
    ) -> Option<Option<usize>> {
        if text.get(value) != Some(&b'"') {
            return None;
        }
        let (rank, form) = self.rank(name, Holds::Text)?;
        room.clear();
        let end = match room.decode(text, value + 1) {
            End::Closed(quote) => Some(quote + 1),
            End::Broken(_) => None,
        };
        self.read = value;
        if may_hold(room.text()) {
            self.held = Some((rank, Shape::Text(form)));
            self.text = value;
        }
        Some(end)
    }

    /// Remembers a value that may hold an event.
    fn hold(&mut self, text: &[u8], name: &[u8], range: Range<usize>) {
        let holds = match text.get(range.start) {
            Some(b'{') => Holds::Object,
            Some(b'[') => Holds::Array,
            Some(_) | None => return,
        };
        let Some((rank, form)) = self.rank(name, holds) else { return };
        let shape = match holds {
            Holds::Object => Shape::Object(form, range),
            Holds::Array => Shape::Array(form, range.start),
            Holds::Text => return,
        };
        self.held = Some((rank, shape));
    }

    /// Returns the rank and the form of a key, if nothing of a better rank is
    /// held.
    fn rank(&self, name: &[u8], holds: Holds) -> Option<(usize, Form)> {
        let best = self.held.as_ref().map_or(HOLDERS.len(), |held| held.0);
        HOLDERS[..best]
            .iter()
            .position(|(key, what, _)| *key == name && *what == holds)
            .map(|rank| (rank, HOLDERS[rank].2))
    }

    /// Returns whether nothing that follows can change what the object is.
    fn is_certain(&self) -> bool {
        self.is_leveled && (self.kind == Kind::Event || self.is_marked)
    }

    /// Returns what the object is, all in all.
    fn shape(self, close: Close, wish: Option<Form>) -> Shape {
        let is_viaq = self.is_viaq || self.viaq_keys > 1;
        if let (Some(wish), Some((_, held))) = (wish, &self.held)
            && held.form() == Some(wish)
        {
            return held.clone();
        }
        match (self.kind, self.items, self.held) {
            (Kind::List, Some(items), _) => Shape::List(items, self.version),
            (Kind::List | Kind::Other, ..) => Shape::Foreign,
            _ if is_viaq && self.is_marked && !self.is_leveled => Shape::Viaq,
            (Kind::Event, ..) => Shape::Event,
            _ if self.is_marked => Shape::Event,
            // What such a log says is its own.
            (Kind::Absent, ..) if self.is_alien => Shape::Foreign,
            (Kind::Absent, _, Some((_, held))) => match held {
                Shape::Text(Form::Log) if self.docker_keys == 2 => {
                    Shape::Text(Form::Docker)
                }
                held => held,
            },
            _ if self.is_hinted => Shape::Event,
            _ if self.is_leveled && !self.is_worded => Shape::Event,
            _ if self.is_google => Shape::Google,
            (Kind::Absent, ..) => match close {
                Close::Closed(_) => Shape::Foreign,
                Close::Open | Close::Cut | Close::Broken(_) => Shape::Unknown,
            },
        }
    }
}

impl Shape {
    /// Returns the form of a wrapper.
    fn form(&self) -> Option<Form> {
        match self {
            Shape::Object(form, _)
            | Shape::Text(form)
            | Shape::Array(form, _) => Some(*form),
            Shape::Event
            | Shape::Viaq
            | Shape::Google
            | Shape::List(..)
            | Shape::Foreign
            | Shape::Unknown => None,
        }
    }
}

fn is_one_of(words: &[&str], word: &[u8]) -> bool {
    words.iter().any(|one| one.as_bytes() == word)
}

/// Returns whether there may be an event in a text.
fn may_hold(text: &[u8]) -> bool {
    memchr::memchr(b'{', text).is_some()
}
