//! Finds the values at a path: through objects, arrays and repeated keys.

use std::collections::BTreeMap;

use super::event::{Event, Place};
use super::path::Segment;
use crate::scan::{
    Defect, DefectKind, Elements, End, EveryKey, Finder, Leaves, Value,
    Wanted, key_of, value_at, walk,
};

/// A way through an event, made ready for the walk.
#[derive(Clone, Debug)]
pub struct Route {
    root: usize,
    rest: Vec<Hop>,
    /// Which of the repeated members of an object answers: those inside of
    /// bodies are the client's own bytes, where the last one wins.
    last_wins: bool,
}

/// How kube-apiserver begins the status of nearly every request, so that its
/// code is found without a walk.
const STATUS: &[u8] = br#"{"metadata":{},"code":"#;

/// A [`Segment`] with what the walk needs for it.
#[derive(Clone, Debug)]
enum Hop {
    Key(Wanted),
    /// The key `code`, the first one if it is repeated.
    Code(Wanted),
    Index(i64),
    Every,
}

/// What to do with arrays at the end of a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrays {
    /// Give out their elements, nested arrays flattened.
    Flattened,
    /// Give them out as values.
    Whole,
}

/// Whether a visit saw everything there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Every value, or as many as the visitor wanted.
    All,
    /// Not what is behind a defect.
    Part,
}

impl Route {
    /// Makes a route from the root number `root` along `rest`.
    ///
    /// `**` means nothing here and is passed over: only edits use it.
    pub fn new(root: usize, rest: &[Segment], last_wins: bool) -> Route {
        let hops = rest.iter().filter_map(|segment| match segment {
            Segment::Key(key) if **key == *"code" && !last_wins => {
                Some(Hop::Code(Wanted::new(["code"])))
            }
            Segment::Key(key) => Some(Hop::Key(Wanted::new([&**key]))),
            Segment::Index(index) => Some(Hop::Index(*index)),
            Segment::Every => Some(Hop::Every),
            Segment::AnyDepth => None,
        });
        Route { root, rest: hops.collect(), last_wins }
    }
}

impl Event<'_, '_> {
    /// Calls `visit` with each value on `route` until it answers true.
    ///
    /// * Arrays on the way are walked through.
    /// * A missing key, or one of something that is no object, has no values.
    pub fn visit(
        &mut self,
        route: &Route,
        arrays: Arrays,
        visit: &mut dyn FnMut(Value<'_>) -> Result<bool, DefectKind>,
    ) -> Seen {
        let place = self.root(route.root);
        let mut walk =
            Walk { event: self, route, arrays, visit, seen: Seen::All };
        match place {
            Place::At(at) => {
                walk.value(at, &route.rest);
                walk.seen
            }
            Place::Missing => Seen::All,
            Place::Unknown => Seen::Part,
        }
    }
}

/// Finds one key: the first of its repetitions, or the last.
struct OneKey<'w> {
    wanted: &'w Wanted,
    last_wins: bool,
    value: Option<usize>,
}

impl Finder for OneKey<'_> {
    #[inline(always)]
    fn wanted(&self) -> &Wanted {
        self.wanted
    }

    #[inline(always)]
    fn found(&mut self, _: usize, value: usize) -> bool {
        self.value = Some(value);
        !self.last_wins
    }
}

/// A visit under way. Methods answer true when the visitor has had enough.
struct Walk<'a, 'l, 'r> {
    event: &'a Event<'l, 'r>,
    route: &'a Route,
    arrays: Arrays,
    visit: &'a mut dyn FnMut(Value<'_>) -> Result<bool, DefectKind>,
    seen: Seen,
}

impl Walk<'_, '_, '_> {
    /// Visits the values at `hops` below the one at `at`.
    fn value(&mut self, at: usize, hops: &[Hop]) -> bool {
        let value = match value_at(self.event.line, at) {
            Ok(value) => value,
            Err(defect) => return self.miss(defect),
        };
        let Some((hop, rest)) = hops.split_first() else {
            return self.end(at, value);
        };
        match (value, hop) {
            (Value::Object(at), Hop::Code(_))
                if self.event.line[at..].starts_with(STATUS) =>
            {
                self.value(at + STATUS.len(), rest)
            }
            (Value::Object(at), Hop::Key(wanted) | Hop::Code(wanted)) => {
                self.member(at, wanted, rest)
            }
            (Value::Object(at), Hop::Every) => self.members(at, rest),
            (Value::Array(at), Hop::Key(_) | Hop::Code(_)) => {
                self.leaves(at, hops)
            }
            (Value::Array(at), Hop::Every) => self.elements(at, rest),
            (Value::Array(at), Hop::Index(n)) => self.element(at, *n, rest),
            (Value::Object(_), Hop::Index(_))
            | (
                Value::Null
                | Value::Bool(_)
                | Value::Number(_)
                | Value::Text(_),
                Hop::Key(_) | Hop::Code(_) | Hop::Index(_) | Hop::Every,
            ) => false,
        }
    }

    /// Gives out a value that the route ends at.
    fn end(&mut self, at: usize, value: Value<'_>) -> bool {
        match (value, self.arrays) {
            (Value::Array(at), Arrays::Flattened) => self.leaves(at, &[]),
            _ => match (self.visit)(value) {
                Ok(enough) => enough,
                Err(kind) => self.miss(Defect { at, kind }),
            },
        }
    }

    /// Goes on at one member of an object.
    fn member(&mut self, at: usize, wanted: &Wanted, rest: &[Hop]) -> bool {
        let (scanner, line) = (self.event.scanner, self.event.line);
        let last_wins = self.route.last_wins;
        let mut find = OneKey { wanted, last_wins, value: None };
        match walk(scanner, line, at, &mut find) {
            End::Broken(defect) => return self.miss(defect),
            End::Stopped | End::Closed(_) => {}
        }
        find.value.is_some_and(|value| self.value(value, rest))
    }

    /// Goes on at every member of an object, each key once.
    fn members(&mut self, at: usize, rest: &[Hop]) -> bool {
        let (scanner, line) = (self.event.scanner, self.event.line);
        let mut all = EveryKey::default();
        if let End::Broken(defect) = walk(scanner, line, at, &mut all) {
            self.miss(defect);
            if self.route.last_wins {
                // Any of them may be overridden behind the break.
                return false;
            }
        }
        let mut found = BTreeMap::new();
        for value in all.values {
            let key = key_of(line, at, value);
            if self.route.last_wins {
                found.insert(key, value);
            } else {
                found.entry(key).or_insert(value);
            }
        }
        found.into_values().any(|value| self.value(value, rest))
    }

    /// Goes on at everything in an array that is no array itself.
    fn leaves(&mut self, at: usize, hops: &[Hop]) -> bool {
        let (scanner, line) = (self.event.scanner, self.event.line);
        let mut leaves = Leaves::new(at);
        loop {
            match leaves.next(scanner, line) {
                Ok(Some(at)) if self.value(at, hops) => return true,
                Ok(Some(_)) => {}
                Ok(None) => return false,
                Err(defect) => return self.miss(defect),
            }
        }
    }

    /// Goes on at every element of an array.
    fn elements(&mut self, at: usize, rest: &[Hop]) -> bool {
        let (scanner, line) = (self.event.scanner, self.event.line);
        let mut elements = Elements::new(at);
        loop {
            match elements.next(scanner, line) {
                Ok(Some(at)) if self.value(at, rest) => return true,
                Ok(Some(_)) => {}
                Ok(None) => return false,
                Err(defect) => return self.miss(defect),
            }
        }
    }

    /// Goes on at element number `n` of an array, from its end if negative.
    fn element(&mut self, at: usize, n: i64, rest: &[Hop]) -> bool {
        match Elements::nth(self.event.scanner, self.event.line, at, n) {
            Ok(Some(at)) => self.value(at, rest),
            Ok(None) => false,
            Err(defect) => self.miss(defect),
        }
    }

    /// Something could not be read; what comes behind it may still be.
    fn miss(&mut self, defect: Defect) -> bool {
        self.event.note(defect);
        self.seen = Seen::Part;
        false
    }
}
