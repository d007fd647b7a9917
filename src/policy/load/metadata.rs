//! Reads `metadata`: nobody asks for it, but an apiserver does not start where
//! something in it is of the wrong type.

use jiff::Timestamp;

use super::field::{Fields, Object, joined};
use super::read::Reader;
use super::tree::{Entry, Node, Value};
use crate::policy::problem::{Kind, Problem};

impl Reader {
    /// Reads `metadata`, of which the name is all that anybody may ask for.
    pub(super) fn metadata(
        &mut self,
        fields: &Fields<'_>,
    ) -> Option<Box<str>> {
        let entry = fields.entry("metadata")?;
        let fields = self.fields(Object::Metadata, &entry.value, "metadata");
        for key in
            ["namespace", "uid", "resourceVersion", "generateName", "selfLink"]
        {
            if let Some(entry) = fields.entry(key) {
                self.name(&joined("metadata", key), &entry.value);
            }
        }
        for key in ["labels", "annotations"] {
            if let Some(entry) = fields.entry(key) {
                self.texts(&joined("metadata", key), &entry.value);
            }
        }
        for key in ["creationTimestamp", "deletionTimestamp"] {
            if let Some(entry) = fields.entry(key) {
                self.time(&joined("metadata", key), &entry.value);
            }
        }
        for key in ["generation", "deletionGracePeriodSeconds"] {
            if let Some(entry) = fields.entry(key) {
                self.whole(&joined("metadata", key), &entry.value);
            }
        }
        self.names(&fields, "finalizers", "metadata");
        if let Some(entry) = fields.entry("ownerReferences") {
            self.owners("metadata.ownerReferences", entry);
        }
        if let Some(entry) = fields.entry("managedFields") {
            self.managed("metadata.managedFields", entry);
        }
        let name = fields.entry("name")?;
        Some(self.name("metadata.name", &name.value).text)
    }

    fn owners(&mut self, path: &str, entry: &Entry) {
        for (at, node) in self.nodes(path, entry).iter().enumerate() {
            let path = format!("{path}[{at}]");
            let fields = self.fields(Object::Owner, node, &path);
            for key in ["apiVersion", "kind", "name", "uid"] {
                if let Some(entry) = fields.entry(key) {
                    self.name(&joined(&path, key), &entry.value);
                }
            }
            for key in ["controller", "blockOwnerDeletion"] {
                self.flag_of(&fields, key, &path);
            }
        }
    }

    fn managed(&mut self, path: &str, entry: &Entry) {
        for (at, node) in self.nodes(path, entry).iter().enumerate() {
            let path = format!("{path}[{at}]");
            let fields = self.fields(Object::Managed, node, &path);
            for key in [
                "manager",
                "operation",
                "apiVersion",
                "fieldsType",
                "subresource",
            ] {
                if let Some(entry) = fields.entry(key) {
                    self.name(&joined(&path, key), &entry.value);
                }
            }
            if let Some(entry) = fields.entry("time") {
                self.time(&joined(&path, "time"), &entry.value);
            }
        }
    }

    /// Checks a whole number of 64 bits; null is none.
    pub(super) fn whole(&mut self, path: &str, node: &Node) {
        match node.value {
            Value::Number(Some(_)) | Value::Null => (),
            Value::Number(None) => {
                let message =
                    format!("`{path}` has to be a whole number of 64 bits");
                let span = node.span.clone();
                self.errors.push(
                    Problem::new(Kind::Value, path, span, message)
                        .help("leave it out"),
                );
            }
            Value::Bool(_)
            | Value::Text(_)
            | Value::List(_)
            | Value::Map(_) => self.mistyped(path, "a number", node),
        }
    }

    /// Checks a map of texts.
    pub(super) fn texts(&mut self, path: &str, node: &Node) {
        match &node.value {
            Value::Null => (),
            Value::Map(entries) => {
                for entry in entries {
                    self.name(&joined(path, &entry.key), &entry.value);
                }
            }
            Value::Bool(_)
            | Value::Number(_)
            | Value::Text(_)
            | Value::List(_) => self.mistyped(path, "a map of texts", node),
        }
    }

    /// Checks a point in time; null is none.
    fn time(&mut self, path: &str, node: &Node) {
        let text = match &node.value {
            Value::Text(text) => text,
            Value::Null => return,
            Value::Bool(_)
            | Value::Number(_)
            | Value::List(_)
            | Value::Map(_) => return self.mistyped(path, "a time", node),
        };
        if !is_time(text) {
            let message = format!("`{text}` is no time");
            let span = node.span.clone();
            let problem = Problem::new(Kind::Value, path, span, message);
            let help = "leave it out, or write it so: 2026-01-31T12:00:00Z";
            self.errors.push(problem.help(help));
        }
    }
}

/// Returns whether it is a time as RFC 3339 has it, to the letter.
fn is_time(text: &str) -> bool {
    let marks = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    let has_marks = marks
        .into_iter()
        .all(|(at, mark)| text.as_bytes().get(at) == Some(&mark));
    has_marks && !text.ends_with(']') && text.parse::<Timestamp>().is_ok()
}
