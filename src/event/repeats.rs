//! Looks for repeated keys at the event's own levels.

use std::collections::VecDeque;

use crate::scan::{
    Defect, DefectKind, EveryKey, Leaves, Scanner, Value, key_of, value_at,
    walk,
};

/// Keys whose values are the client's and the server's objects, where a
/// repeat is no defect: the last one wins, as everywhere in Kubernetes.
pub const BODIES: [&str; 2] = ["requestObject", "responseObject"];

/// Returns the first key that is repeated in one object of the event, the
/// bodies left out.
///
/// The line has to be sound JSON; its object begins at `start`.
pub fn repeated_key(
    scanner: Scanner,
    line: &[u8],
    start: usize,
) -> Option<Defect> {
    let mut objects = VecDeque::from([start]);
    let mut first: Option<usize> = None;
    while let Some(object) = objects.pop_front() {
        let mut members = EveryKey::default();
        walk(scanner, line, object, &mut members);
        let mut keys = Vec::with_capacity(members.values.len());
        for value in members.values {
            let key = key_of(line, object, value);
            let body = BODIES.iter().any(|body| body.as_bytes() == &*key);
            if !(object == start && body) {
                collect_objects(scanner, line, value, &mut objects);
            }
            keys.push((key, value));
        }
        keys.sort_unstable();
        let repeats = keys.windows(2).filter(|two| two[0].0 == two[1].0);
        first = repeats.map(|two| two[1].1).chain(first).min();
    }
    let colon = first? - 1;
    Some(Defect { at: colon, kind: DefectKind::Repeated })
}

/// Adds the object at `at`, or the objects of the array there and of those
/// in it.
fn collect_objects(
    scanner: Scanner,
    line: &[u8],
    at: usize,
    objects: &mut VecDeque<usize>,
) {
    match value_at(line, at) {
        Ok(Value::Object(at)) => objects.push_back(at),
        Ok(Value::Array(at)) => {
            let mut leaves = Leaves::new(at);
            while let Ok(Some(at)) = leaves.next(scanner, line) {
                if let Ok(Value::Object(at)) = value_at(line, at) {
                    objects.push_back(at);
                }
            }
        }
        Ok(
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_),
        )
        | Err(_) => {}
    }
}
