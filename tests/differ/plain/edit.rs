//! What `drop` takes away.

use serde_json::Value;

use super::super::read;
use super::super::tree::{Part, Path};
use super::field;

/// Names that stand for paths.
const SETS: [(&str, &[&str]); 3] = [
    ("managedFields", &["**.metadata.managedFields"]),
    (
        "lastApplied",
        &[
            "**.metadata.annotations[\"kubectl.kubernetes.io/last-applied-configuration\"]",
        ],
    ),
    ("bodies", &["requestObject", "responseObject"]),
];

pub(crate) fn drop(event: &mut Value, path: &Path) {
    let set = SETS
        .iter()
        .find(|(name, _)| path.is_alone() && path.head() == Some(name));
    match set {
        Some((_, paths)) => {
            paths.iter().for_each(|text| cut(event, &read::path(text).parts));
        }
        None => cut(event, &field::resolved(path)),
    }
}

fn cut(value: &mut Value, parts: &[Part]) {
    let Some((part, rest)) = parts.split_first() else { return };
    let last = rest.is_empty();
    match (part, value) {
        (Part::Deep, value) => {
            cut(value, rest);
            children(value).into_iter().for_each(|child| cut(child, parts));
        }
        (Part::Key(key), Value::Object(object)) if last => {
            object.remove(key);
        }
        (Part::Key(key), Value::Object(object)) => {
            object.get_mut(key).into_iter().for_each(|v| cut(v, rest));
        }
        (Part::Key(_), Value::Array(array)) => {
            array.iter_mut().for_each(|element| cut(element, parts));
        }
        (Part::Nth(index), Value::Array(array)) => {
            let length = array.len() as i64;
            let at = if *index < 0 { length + index } else { *index };
            if (0..length).contains(&at) && last {
                array.remove(at as usize);
            } else if (0..length).contains(&at) {
                cut(&mut array[at as usize], rest);
            }
        }
        (Part::Every, Value::Array(array)) if last => array.clear(),
        (Part::Every, Value::Object(object)) if last => object.clear(),
        (Part::Every, value) => {
            children(value).into_iter().for_each(|child| cut(child, rest));
        }
        (Part::Key(_) | Part::Nth(_), _) => (),
    }
}

fn children(value: &mut Value) -> Vec<&mut Value> {
    match value {
        Value::Array(array) => array.iter_mut().collect(),
        Value::Object(object) => object.values_mut().collect(),
        Value::Null | Value::Bool(_) => Vec::new(),
        Value::Number(_) | Value::String(_) => Vec::new(),
    }
}
