//! Finds the values at a path: through objects, arrays and repeated keys.

use std::collections::BTreeMap;

use super::event::{Event, Place};
use super::route::{Hop, Route, Start};
use crate::scan::{
    Defect, DefectKind, Elements, End, EveryKey, Finder, Leaves, Value,
    Wanted, key_of, value_at, walk,
};

/// How kube-apiserver begins the status of nearly every request, so that its
/// code is found without a walk.
const STATUS: &[u8] = br#"{"metadata":{},"code":"#;

/// What to do with arrays at the end of a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrays {
    /// Give out their elements, nested arrays flattened.
    Flattened,
    /// Give out their elements, nested arrays among them; nulls that are no
    /// elements are left out.
    Elements,
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

impl<'l, 'r> Event<'l, 'r> {
    /// Calls `visit` with each value on `route`, and where it begins, until
    /// it answers true. `element` is where the element at hand begins.
    ///
    /// * Arrays on the way are walked through.
    /// * A missing key, or one of something that is no object, has no values.
    pub fn visit(
        &mut self,
        route: &Route,
        element: Option<usize>,
        arrays: Arrays,
        visit: &mut dyn FnMut(usize, Value<'_>) -> Result<bool, DefectKind>,
    ) -> Seen {
        match route.start {
            Start::Root(root) => match self.root(root) {
                Place::At(at) => self.walk(route, arrays, visit).from([at]),
                Place::Missing => Seen::All,
                Place::Unknown => Seen::Part,
            },
            Start::Element => self.walk(route, arrays, visit).from(element),
            Start::Bodies(part, roots) => {
                let found = self.find(part, roots);
                let places = found.places.iter().copied();
                let seen = self.walk(route, arrays, visit).from(places);
                let all = if seen == Seen::All { found.seen } else { seen };
                self.found_again(part, found);
                all
            }
            Start::Patch(root) => self.visit_patch(root, route, arrays, visit),
        }
    }

    /// Visits what is below the elements of `requestObject`, if it is an
    /// array.
    fn visit_patch(
        &mut self,
        root: usize,
        route: &Route,
        arrays: Arrays,
        visit: &mut dyn FnMut(usize, Value<'_>) -> Result<bool, DefectKind>,
    ) -> Seen {
        let at = match self.root(root) {
            Place::At(at) => at,
            Place::Missing => return Seen::All,
            Place::Unknown => return Seen::Part,
        };
        let mut walk = self.walk(route, arrays, visit);
        match value_at(walk.event.line, at) {
            Ok(Value::Array(at)) => walk.elements(at, &route.rest),
            Ok(_) => false,
            Err(defect) => walk.miss(defect),
        };
        walk.seen
    }

    /// Calls `take` with each key of the object at `at` until it answers
    /// true.
    pub fn keys(&self, at: usize, take: &mut dyn FnMut(&str) -> bool) -> Seen {
        let mut all = EveryKey::default();
        let end = walk(self.scanner, self.line, at, &mut all);
        for value in all.values {
            let key = key_of(self.line, at, value);
            if let Ok(key) = str::from_utf8(&key)
                && take(key)
            {
                return Seen::All;
            }
        }
        match end {
            End::Broken(defect) => {
                self.note(defect);
                Seen::Part
            }
            End::Stopped | End::Closed(_) => Seen::All,
        }
    }

    fn walk<'a>(
        &'a self,
        route: &'a Route,
        arrays: Arrays,
        visit: &'a mut dyn FnMut(usize, Value<'_>) -> Result<bool, DefectKind>,
    ) -> Walk<'a, 'l, 'r> {
        Walk { event: self, route, arrays, visit, seen: Seen::All }
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
    visit: &'a mut dyn FnMut(usize, Value<'_>) -> Result<bool, DefectKind>,
    seen: Seen,
}

impl Walk<'_, '_, '_> {
    /// Visits the values below those at `places`.
    fn from(mut self, places: impl IntoIterator<Item = usize>) -> Seen {
        let rest = &self.route.rest;
        places.into_iter().any(|at| self.value(at, rest));
        self.seen
    }

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
            (Value::Array(at), Arrays::Elements) => self.each(at),
            (Value::Null, Arrays::Elements) => false,
            _ => self.give(at, value),
        }
    }

    fn give(&mut self, at: usize, value: Value<'_>) -> bool {
        match (self.visit)(at, value) {
            Ok(enough) => enough,
            Err(kind) => self.miss(Defect { at, kind }),
        }
    }

    /// Gives out the elements of an array, whatever they are.
    fn each(&mut self, at: usize) -> bool {
        let (scanner, line) = (self.event.scanner, self.event.line);
        let mut elements = Elements::new(at);
        loop {
            let element = elements.next(scanner, line);
            let Ok(Some(at)) = element else {
                return element.is_err_and(|defect| self.miss(defect));
            };
            match value_at(line, at) {
                Ok(value) if self.give(at, value) => return true,
                Ok(_) => {}
                Err(defect) => return self.miss(defect),
            }
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
