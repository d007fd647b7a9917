//! Makes one field of those that JSON repeats. Go reads each into what the
//! ones before have left: null leaves a text as it is, objects keep what the
//! later one does not have, and elements of lists are such objects.

use super::field::{Object, joined};
use super::read::Reader;
use super::tree::{Entry, Node, Value};
use crate::policy::model::Span;
use crate::policy::problem::{Kind, Problem};

/// What is read into a field.
#[derive(Clone, Copy)]
enum Field {
    /// Null leaves what is there.
    Text,
    /// As text is.
    Switch,
    /// Null is a value of its own.
    Flag,
    /// A whole number, which nobody asks for.
    Whole,
    Texts,
    Object(Object),
    Objects(Object),
    /// What nobody asks for.
    Any,
}

fn target(object: Object, key: &str) -> Field {
    match (object, key) {
        (Object::Policy, "metadata") => Field::Object(Object::Metadata),
        (Object::Policy, "rules") => Field::Objects(Object::Rule),
        (Object::Rule, "resources") => Field::Objects(Object::Resource),
        (Object::Policy, "omitStages") => Field::Texts,
        (Object::Policy, "omitManagedFields") => Field::Switch,
        (Object::Policy, _) => Field::Text,
        (Object::Rule, "level") | (Object::Resource, "group") => Field::Text,
        (Object::Rule, "omitManagedFields") => Field::Flag,
        (Object::Rule | Object::Resource, _) => Field::Texts,
        (Object::Metadata, "name") => Field::Text,
        (Object::Metadata, "generation" | "deletionGracePeriodSeconds") => {
            Field::Whole
        }
        (Object::Metadata | Object::Owner | Object::Managed, _) => Field::Any,
    }
}

/// A member of an object: its key, where it stands last, and its values.
type Member = (Box<str>, Span, Vec<Node>);

impl Reader {
    /// Notes all values of another type, also those that later ones hide.
    pub(super) fn check_types(
        &mut self,
        object: Object,
        node: &Node,
        path: &str,
    ) {
        let entries = match &node.value {
            Value::Map(entries) => entries,
            Value::Null => return,
            Value::Bool(_)
            | Value::Number(_)
            | Value::Text(_)
            | Value::List(_) => {
                return self.mistyped(path, "an object with fields", node);
            }
        };
        for entry in entries {
            if object.knows(&entry.key, self.version) {
                let path = joined(path, &entry.key);
                self.check_field(target(object, &entry.key), entry, &path);
            }
        }
    }

    fn check_field(&mut self, field: Field, entry: &Entry, path: &str) {
        let node = &entry.value;
        match field {
            Field::Any => (),
            Field::Whole => self.whole(path, node),
            Field::Object(object) => self.check_types(object, node, path),
            Field::Text => {
                self.name(path, node);
            }
            Field::Switch | Field::Flag => {
                if !matches!(node.value, Value::Bool(_) | Value::Null) {
                    self.mistyped(path, "true or false", node);
                }
            }
            Field::Texts => {
                for (at, node) in self.nodes(path, entry).iter().enumerate() {
                    self.name(&format!("{path}[{at}]"), node);
                }
            }
            Field::Objects(object) => {
                for (at, node) in self.nodes(path, entry).iter().enumerate() {
                    let path = format!("{path}[{at}]");
                    self.check_types(object, node, &path);
                }
            }
        }
    }

    /// Makes one object of those that are read into each other: their types
    /// are right.
    pub(super) fn folded(
        &mut self,
        object: Object,
        nodes: Vec<Node>,
        path: &str,
    ) -> Node {
        let span = nodes.first().map(|it| it.span.clone()).unwrap_or_default();
        // Those that are known are few, whatever else there is.
        let mut members: Vec<Member> = Vec::new();
        let mut known: Vec<usize> = Vec::new();
        for Node { value, span } in nodes {
            let entries = match value {
                Value::Map(entries) => entries,
                Value::Null => continue,
                value => return Node { value, span },
            };
            let begin = members.len();
            for Entry { key, at, value } in entries {
                let mut earlier = known.iter().copied();
                match earlier.find(|it| members[*it].0 == key) {
                    Some(earlier) => {
                        // Else it was in an object before.
                        if earlier >= begin {
                            self.repeated(object, &key, at.clone(), path);
                        }
                        let (_, place, nodes) = &mut members[earlier];
                        *place = at;
                        nodes.push(value);
                    }
                    None => {
                        if object.knows(&key, self.version) {
                            known.push(members.len());
                        }
                        members.push((key, at, vec![value]));
                    }
                }
            }
        }
        let entries = members.into_iter().map(|(key, at, nodes)| {
            let field = match object.knows(&key, self.version) {
                true => target(object, &key),
                false => Field::Any,
            };
            let value = self.one(field, nodes, &joined(path, &key));
            Entry { key, at, value }
        });
        Node { value: Value::Map(entries.collect()), span }
    }

    fn repeated(&mut self, object: Object, key: &str, at: Span, path: &str) {
        let message = match target(object, key) {
            Field::Object(_) | Field::Objects(_) => format!(
                "a second `{key}`, which an apiserver reads into the first: \
                 what it leaves out stays"
            ),
            Field::Text
            | Field::Switch
            | Field::Flag
            | Field::Whole
            | Field::Texts
            | Field::Any => {
                format!("a second `{key}`, which counts instead of the first")
            }
        };
        let path = joined(path, key);
        let problem = Problem::new(Kind::Repeated, path, at, message);
        self.warnings.push(problem.help("put all in one"));
    }

    fn one(&mut self, field: Field, mut nodes: Vec<Node>, path: &str) -> Node {
        let is_null = |node: &Node| matches!(node.value, Value::Null);
        let last = nodes.len().saturating_sub(1);
        match field {
            Field::Object(object) => self.folded(object, nodes, path),
            Field::Objects(object) => self.elements(nodes, path, Some(object)),
            Field::Texts => self.elements(nodes, path, None),
            Field::Text | Field::Switch => {
                let at = nodes.iter().rposition(|node| !is_null(node));
                nodes.swap_remove(at.unwrap_or(last))
            }
            Field::Flag | Field::Whole | Field::Any => nodes.swap_remove(last),
        }
    }

    /// Makes one list: each element is read into the one that was at its
    /// place before, also where a shorter list came between.
    fn elements(
        &mut self,
        nodes: Vec<Node>,
        path: &str,
        object: Option<Object>,
    ) -> Node {
        let mut slots: Vec<Vec<Node>> = Vec::new();
        let (mut len, mut end) = (None, Value::Null);
        let mut place = 0..0;
        for Node { value, span } in nodes {
            place = span.clone();
            let parts = match value {
                Value::List(parts) => parts,
                Value::Null => {
                    (slots, len) = (Vec::new(), None);
                    continue;
                }
                value => return Node { value, span },
            };
            len = Some(parts.len());
            if parts.is_empty() {
                slots.clear();
            }
            for (at, part) in parts.into_iter().enumerate() {
                match slots.get_mut(at) {
                    Some(slot) => slot.push(part),
                    None => slots.push(vec![part]),
                }
            }
        }
        if let Some(len) = len {
            let slots = slots.into_iter().take(len).enumerate();
            let parts = slots.map(|(at, nodes)| match object {
                Some(object) => {
                    self.folded(object, nodes, &format!("{path}[{at}]"))
                }
                None => self.one(Field::Text, nodes, path),
            });
            end = Value::List(parts.collect());
        }
        Node { value: end, span: place }
    }
}
