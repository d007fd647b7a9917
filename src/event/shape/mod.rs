//! Turns a path below a body into what the core API types have there.
//!
//! Which kind a body is of, a path does not say: below `object` one of many
//! types may stand, or a custom resource that no table knows. So a place has
//! *shapes*, all that are possible, and may be exact or not.

mod table;

use std::collections::HashSet;

use super::{Origin, Segment};
use table::entry;

/// What the core API has at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shape {
    /// Text.
    Text,
    /// A time, which is text in JSON.
    Time,
    /// A whole number.
    Int,
    /// `true` or `false`.
    Bool,
    /// Text or a number: ports, quantities.
    Either,
    /// JSON of any kind.
    Any,
    /// An object with free keys, and the name of what they hold.
    Map(&'static str),
    /// An object of this type.
    Object(&'static str),
}

impl Shape {
    /// Reads the name of a shape in a table.
    fn read(name: &'static str) -> Shape {
        match name {
            "text" => Shape::Text,
            "time" => Shape::Time,
            "int" => Shape::Int,
            "bool" => Shape::Bool,
            "either" => Shape::Either,
            "any" => Shape::Any,
            _ => match name.strip_prefix('{') {
                Some(inner) => Shape::Map(inner.trim_end_matches('}')),
                None => Shape::Object(name),
            },
        }
    }

    /// Returns what such a value is, in words: `this field holds ...`.
    pub fn words(self) -> &'static str {
        match self {
            Shape::Text => "text",
            Shape::Time => "a time",
            Shape::Int => "a whole number",
            Shape::Bool => "true or false",
            Shape::Either => "text or a number",
            Shape::Any => "JSON of any kind",
            Shape::Map(_) | Shape::Object(_) => "an object",
        }
    }

    /// Pushes what stands one segment further down.
    fn push_below(self, segment: &Segment, found: &mut Vec<Shape>) {
        let (name, key) = match (self, segment) {
            (Shape::Any, _) | (_, Segment::AnyDepth) => {
                return found.push(Shape::Any);
            }
            (Shape::Map(inner), Segment::Key(_) | Segment::Every) => {
                return found.push(Shape::read(inner));
            }
            // Directives of a strategic merge patch stand in any object.
            (Shape::Object(_), Segment::Key(key)) if key.starts_with('$') => {
                return found.push(Shape::Any);
            }
            (Shape::Object(name), Segment::Key(key)) => (name, key),
            // Elements are not marked: a list has the shape of its elements.
            (_, Segment::Index(_) | Segment::Every) => {
                return found.push(self);
            }
            (_, Segment::Key(_)) => return,
        };
        let held = entry(name).into_iter().flat_map(|entry| entry.held(key));
        found.extend(held.map(Shape::read));
    }

    fn is_exact(self) -> bool {
        match self {
            Shape::Object(name) => entry(name).is_some_and(|e| e.is_exact),
            Shape::Text | Shape::Time | Shape::Int | Shape::Bool => false,
            Shape::Either | Shape::Any | Shape::Map(_) => false,
        }
    }
}

/// All shapes that are possible at one place.
#[derive(Clone, Debug, PartialEq)]
pub struct Shapes {
    all: Vec<Shape>,
    exact: bool,
}

impl Shapes {
    /// Returns what stands where a way begins, if that is in a body.
    ///
    /// ```
    /// use kaudit_filter::event::{Origin, Shapes};
    /// let shapes = Shapes::at(&Origin::PodSpec).expect("it is in a body");
    /// assert!(shapes.keys().contains(&"hostNetwork"));
    /// ```
    pub fn at(origin: &Origin) -> Option<Shapes> {
        let (names, exact): (&[&'static str], bool) = match origin {
            Origin::Key(key) => match &**key {
                "requestObject" => (&["Object", "Operation"], false),
                "responseObject" => (&["Object"], false),
                _ => return None,
            },
            Origin::Object => (&["Object"], false),
            Origin::PodSpec => (&["PodSpec"], true),
            Origin::Container => (&["Container", "EphemeralContainer"], true),
            Origin::Patch => (&["Operation"], true),
            Origin::Element => return None,
        };
        let all = names.iter().map(|name| Shape::Object(name)).collect();
        Some(Shapes { all, exact })
    }

    /// Returns what stands one segment further down; nothing if no core API
    /// type has this key here.
    pub fn below(&self, segment: &Segment) -> Shapes {
        let mut found = Vec::new();
        for shape in &self.all {
            shape.push_below(segment, &mut found);
        }
        let mut seen = HashSet::new();
        found.retain(|shape| seen.insert(*shape));
        let exact = self.exact || found.iter().all(|shape| shape.is_exact());
        Shapes { all: found, exact }
    }

    /// Returns the shapes.
    pub fn all(&self) -> &[Shape] {
        &self.all
    }

    /// Returns whether nothing else can stand here, not even in a custom
    /// resource.
    pub fn is_exact(&self) -> bool {
        self.exact
    }

    /// Returns whether many types meet here, as they do at the top of an
    /// object and below its `spec`: where custom resources have their own.
    pub fn is_crossroads(&self) -> bool {
        self.all.len() > 8 || self.all.contains(&Shape::Object("Object"))
    }

    /// Returns the keys that can stand here.
    pub fn keys(&self) -> Vec<&'static str> {
        let entries = self.all.iter().filter_map(|shape| match shape {
            Shape::Object(name) => entry(name),
            Shape::Text | Shape::Time | Shape::Int | Shape::Bool => None,
            Shape::Either | Shape::Any | Shape::Map(_) => None,
        });
        let mut keys: Vec<_> =
            entries.flat_map(|e| e.keys().map(|(key, _)| key)).collect();
        let mut seen = HashSet::new();
        keys.retain(|key| seen.insert(*key));
        keys
    }

    /// Returns the shortest way down to a key, upper and lower case taken
    /// for the same, if it is not far.
    ///
    /// ```
    /// use kaudit_filter::event::{Origin, Shapes};
    /// let shapes = Shapes::at(&Origin::Container).expect("in a body");
    /// let way = shapes.way_to("privileged").expect("it is below");
    /// assert_eq!(way.join("."), "securityContext.privileged");
    /// ```
    pub fn way_to(&self, key: &str) -> Option<Vec<&'static str>> {
        let mut level = vec![(Vec::new(), self.clone())];
        for _ in 0..3 {
            let mut next = Vec::new();
            for (way, shapes) in &level {
                for known in shapes.keys() {
                    let mut way: Vec<_> = way.clone();
                    way.push(known);
                    if known.eq_ignore_ascii_case(key) {
                        return Some(way);
                    }
                    let segment = Segment::Key(known.into());
                    next.push((way, shapes.below(&segment)));
                }
            }
            level = next;
        }
        None
    }
}

#[cfg(test)]
mod tests;
