//! Finds the fields of an object: those that are known, each once, and what
//! is to be said of the others.

use super::read::Reader;
use super::tree::{Entry, Node, Value};
use crate::diag::nearest;
use crate::policy::problem::{Kind, Problem};
use crate::policy::word::Version;

/// An object of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Object {
    Policy,
    Metadata,
    Owner,
    Managed,
    Rule,
    Resource,
}

impl Object {
    /// Those whose fields are looked for where they stand elsewhere.
    const OWN: [Object; 3] = [Object::Policy, Object::Rule, Object::Resource];

    /// Returns the fields that it can have.
    fn fields(self) -> &'static [&'static str] {
        match self {
            Object::Policy => &[
                "apiVersion",
                "kind",
                "metadata",
                "rules",
                "omitStages",
                "omitManagedFields",
            ],
            Object::Metadata => &[
                "name",
                "generateName",
                "namespace",
                "selfLink",
                "uid",
                "resourceVersion",
                "generation",
                "creationTimestamp",
                "deletionTimestamp",
                "deletionGracePeriodSeconds",
                "labels",
                "annotations",
                "ownerReferences",
                "finalizers",
                "managedFields",
            ],
            Object::Owner => &[
                "apiVersion",
                "kind",
                "name",
                "uid",
                "controller",
                "blockOwnerDeletion",
            ],
            Object::Managed => &[
                "manager",
                "operation",
                "apiVersion",
                "time",
                "fieldsType",
                "fieldsV1",
                "subresource",
            ],
            Object::Rule => &[
                "level",
                "users",
                "userGroups",
                "verbs",
                "resources",
                "namespaces",
                "nonResourceURLs",
                "omitStages",
                "omitManagedFields",
            ],
            Object::Resource => &["group", "resources", "resourceNames"],
        }
    }

    /// Returns whether an apiserver of this version knows a field.
    pub(super) fn knows(self, key: &str, version: Version) -> bool {
        let is_later =
            key == "omitManagedFields" && !version.omits_managed_fields();
        self.fields().contains(&key) && !is_later
    }

    /// Returns what it is called.
    fn name(self) -> &'static str {
        match self {
            Object::Policy => "the policy itself",
            Object::Metadata => "`metadata`",
            Object::Owner => "an entry of `ownerReferences`",
            Object::Managed => "an entry of `managedFields`",
            Object::Rule => "a rule",
            Object::Resource => "an entry of `resources`",
        }
    }
}

/// The known fields of an object, each once.
pub(super) struct Fields<'n>(Vec<&'n Entry>);

impl<'n> Fields<'n> {
    /// Returns a field, null or not.
    pub(super) fn entry(&self, key: &str) -> Option<&'n Entry> {
        self.0.iter().copied().find(|entry| *entry.key == *key)
    }
}

impl Reader {
    /// Finds the known fields of what is at `path`. Null has none.
    pub(super) fn fields<'n>(
        &mut self,
        object: Object,
        node: &'n Node,
        path: &str,
    ) -> Fields<'n> {
        let mut known: Vec<&Entry> = Vec::new();
        let entries = match &node.value {
            Value::Map(entries) => &entries[..],
            Value::Null => &[],
            Value::Bool(_)
            | Value::Number(_)
            | Value::Text(_)
            | Value::List(_) => {
                self.mistyped(path, "an object with fields", node);
                &[]
            }
        };
        for entry in entries {
            let path = joined(path, &entry.key);
            if !object.knows(&entry.key, self.version) {
                self.unknown(object, entry, path);
                continue;
            }
            match known.iter_mut().find(|other| other.key == entry.key) {
                None => known.push(entry),
                Some(earlier) => {
                    let message = format!(
                        "a second `{}`, which counts instead of the first",
                        entry.key
                    );
                    let at = entry.at.clone();
                    let problem =
                        Problem::new(Kind::Repeated, path, at, message);
                    self.warnings.push(problem);
                    *earlier = entry;
                }
            }
        }
        Fields(known)
    }

    fn unknown(&mut self, object: Object, entry: &Entry, path: String) {
        let key = &*entry.key;
        let message = format!("unknown field `{key}`, which is ignored");
        let problem =
            Problem::new(Kind::Unknown, path, entry.at.clone(), message);
        self.warnings.push(match self.advice(object, key) {
            Some(advice) => problem.help(advice),
            None => problem,
        });
    }

    /// Returns what is to be done about a field that is not known.
    fn advice(&self, object: Object, key: &str) -> Option<String> {
        if object.fields().contains(&key) {
            return Some(format!("`{key}` is known from 1.23 on"));
        }
        let mut own = Object::OWN.into_iter();
        let elsewhere = own.find(|other| other.fields().contains(&key));
        if let Some(other) = elsewhere {
            let (place, here) = (other.name(), object.name());
            let advice = format!("it belongs to {place}, not to {here}");
            return Some(match (other, object) {
                (Object::Rule, Object::Resource) => {
                    format!("{advice}: indent it less")
                }
                _ => advice,
            });
        }
        let meant = nearest(key, object.fields().iter().copied());
        meant.map(|meant| format!("did you mean `{meant}`?"))
    }
}

/// Returns the path of a field of what is at `path`.
pub(super) fn joined(path: &str, key: &str) -> String {
    match path {
        "" => key.to_owned(),
        _ => format!("{path}.{key}"),
    }
}
