//! Turns objects into the bodies of requests and responses.
//!
//! Every writer here writes one JSON value. Objects are written from their
//! `"metadata"` on, because the items of a list carry no kind.

use super::{objects::Object, pen::Pen};

pub(crate) mod cluster;
pub(crate) mod pods;
pub(crate) mod small;
pub(crate) mod workloads;

/// The most items in a list; 200 pods are 1.4 MB.
const LONGEST: u64 = 200;

/// Writes one body.
pub(crate) type Writer = fn(&mut Pen);

/// Writes a whole object; `rest` starts at its metadata.
fn object(pen: &mut Pen, rest: Writer) {
    pen.write(r#"{"kind":"~K","apiVersion":"~g","#);
    rest(pen);
}

/// Writes a list of a heavy-tailed number of objects.
fn list(pen: &mut Pen, octaves: u64, rest: Writer) {
    pen.write(r#"{"kind":"~KList","apiVersion":"~g","metadata":"#);
    pen.write(r#"{"resourceVersion":"~v"},"items":["#);
    items(pen, octaves, |pen| {
        pen.write("{");
        rest(pen);
    });
    pen.write("]}");
}

/// Writes a heavy-tailed number of other objects, commas between them.
fn items(pen: &mut Pen, octaves: u64, item: impl Fn(&mut Pen)) {
    for i in 0..pen.many(octaves).min(LONGEST) {
        if i > 0 {
            pen.write(",");
        }
        let mut other = Object::new(pen.object.resource, pen.rng, pen.now);
        other.namespace = pen.object.namespace;
        pen.about(&other, &item);
    }
}

/// Writes a table, as kubectl asks for: `columns` and then the cells of
/// each row, whose objects have the managedFields `managed`.
fn table(pen: &mut Pen, columns: &str, row: Writer) {
    pen.write(r#"{"kind":"Table","apiVersion":"meta.k8s.io/v1","#);
    pen.write(r#""metadata":{"resourceVersion":"~v"},"#);
    pen.write(r#""columnDefinitions":["#);
    pen.write(columns);
    pen.write(r#"],"rows":["#);
    items(pen, 6, row);
    pen.write("]}");
}

/// Writes the success that a binding answers with.
pub(crate) fn bound(pen: &mut Pen) {
    pen.write(r#"{"kind":"Status","apiVersion":"v1","metadata":{},"#);
    pen.write(r#""status":"Success","code":201}"#);
}

/// Writes the success that most deletes answer with.
pub(crate) fn deleted(pen: &mut Pen) {
    pen.write(r#"{"kind":"Status","apiVersion":"v1","metadata":{},"#);
    pen.write(r#""status":"Success","details":"#);
    small::details(pen);
    pen.write("}");
}
