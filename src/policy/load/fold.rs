//! Makes one field of those that JSON repeats. Go reads each into what the
//! ones before have left: null leaves a text as it is, objects keep what the
//! later one does not have, and elements of lists are such objects.

use super::field::{Object, joined};
use super::read::Reader;
use super::tree::{Entry, Node, Value};
use crate::policy::problem::{Kind, Problem};

/// What is read into a field.
#[derive(Clone, Copy)]
enum Into {
    /// Text, or a bool that is no pointer: null leaves it.
    Plain,
    /// A pointer, or what nobody asks for: the last counts.
    Last,
    Texts,
    Object(Object),
    Objects(Object),
}

fn target(object: Object, key: &str) -> Into {
    match (object, key) {
        (Object::Policy, "metadata") => Into::Object(Object::Metadata),
        (Object::Policy, "rules") => Into::Objects(Object::Rule),
        (Object::Rule, "resources") => Into::Objects(Object::Resource),
        (Object::Policy, "omitStages") => Into::Texts,
        (Object::Policy, _) | (Object::Metadata, "name") => Into::Plain,
        (Object::Rule, "level") | (Object::Resource, "group") => Into::Plain,
        (Object::Rule, "omitManagedFields") => Into::Last,
        (Object::Rule | Object::Resource, _) => Into::Texts,
        (Object::Metadata | Object::Owner | Object::Managed, _) => Into::Last,
    }
}

impl Reader {
    /// Makes one object of those that are read into each other. One of
    /// another type comes back as it is, to be refused.
    pub(super) fn folded(
        &mut self,
        object: Object,
        nodes: Vec<Node>,
        path: &str,
    ) -> Node {
        let span = nodes.first().map(|it| it.span.clone()).unwrap_or_default();
        let mut entries: Vec<(Entry, Vec<Node>)> = Vec::new();
        for Node { value, span } in nodes {
            let members = match value {
                Value::Map(members) => members,
                Value::Null => continue,
                value => return Node { value, span },
            };
            let begin = entries.len();
            for entry in members {
                let is_known = object.knows(&entry.key, self.version);
                let same = |it: &(Entry, _)| it.0.key == entry.key;
                match entries.iter().position(same).filter(|_| is_known) {
                    None => {
                        let node = entry.value.clone();
                        entries.push((entry, vec![node]));
                    }
                    Some(at) => {
                        if at >= begin || begin == 0 {
                            self.repeated(object, &entry, path);
                        }
                        entries[at].0.at = entry.at;
                        entries[at].1.push(entry.value);
                    }
                }
            }
        }
        let entries = entries.into_iter().map(|(entry, nodes)| {
            let path = joined(path, &entry.key);
            let into = match object.knows(&entry.key, self.version) {
                true => target(object, &entry.key),
                false => Into::Last,
            };
            Entry { value: self.one(into, nodes, &path), ..entry }
        });
        Node { value: Value::Map(entries.collect()), span }
    }

    fn repeated(&mut self, object: Object, entry: &Entry, path: &str) {
        let key = &entry.key;
        let message = match target(object, key) {
            Into::Plain | Into::Last | Into::Texts => {
                format!("a second `{key}`, which counts instead of the first")
            }
            Into::Object(_) | Into::Objects(_) => format!(
                "a second `{key}`, which an apiserver reads into the first: \
                 what it leaves out stays"
            ),
        };
        let (path, at) = (joined(path, key), entry.at.clone());
        let problem = Problem::new(Kind::Repeated, path, at, message);
        self.warnings.push(problem.help("put all in one"));
    }

    fn one(&mut self, into: Into, mut nodes: Vec<Node>, path: &str) -> Node {
        let is_null = |node: &Node| matches!(node.value, Value::Null);
        let last = nodes.len().saturating_sub(1);
        match into {
            Into::Object(object) => self.folded(object, nodes, path),
            Into::Objects(object) => self.elements(nodes, path, Some(object)),
            Into::Texts => self.elements(nodes, path, None),
            Into::Plain => {
                let at = nodes.iter().rposition(|node| !is_null(node));
                nodes.swap_remove(at.unwrap_or(last))
            }
            Into::Last => nodes.swap_remove(last),
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
                None => self.one(Into::Plain, nodes, path),
            });
            end = Value::List(parts.collect());
        }
        Node { value: end, span: place }
    }
}
