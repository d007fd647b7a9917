//! Says where a body has managed fields that kube-apiserver leaves out.

use crate::event::Event;
use crate::scan::{Defect, Elements, Value, Wanted, last_of_each, value_at};

/// What a body is, if managed fields are left out of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// An object: those of its own metadata are.
    Object,
    /// A list: those of its items, too.
    List,
    /// A table: those of the objects of its rows, too.
    Table,
}

/// Kinds that have no managed fields, whatever stands in them.
const WITHOUT: [&[u8]; 2] = [b"Status", b"DeleteOptions"];

/// The keys that tell what a body is.
const KEYS: [&str; 3] = ["kind", "items", "rows"];

/// Tells what bodies are.
#[derive(Clone, Debug)]
pub(super) struct Sorter {
    keys: Wanted,
    object: Wanted,
}

impl Sorter {
    pub(super) fn new() -> Sorter {
        Sorter { keys: Wanted::new(KEYS), object: Wanted::new(["object"]) }
    }

    /// Returns what the body at `at` is; nothing, if it stays as it is.
    ///
    /// * An item that is no object makes the apiserver keep the whole body as
    ///   it is.
    pub(super) fn shape(
        &self,
        event: &Event<'_, '_>,
        at: usize,
    ) -> Result<Option<Shape>, Defect> {
        let line = event.line();
        let Value::Object(at) = value_at(line, at)? else {
            return Ok(None);
        };
        let [kind, items, rows] = members(event, at, &self.keys)?;
        let kind = match kind.map(|at| value_at(line, at)) {
            Some(Ok(Value::Text(kind))) => kind.raw(),
            _ => b"",
        };
        let array = |at: Option<usize>| match value_at(line, at?) {
            Ok(Value::Array(at)) => Some(at),
            _ => None,
        };
        if WITHOUT.contains(&kind) {
            return Ok(None);
        }
        match (array(items), array(rows)) {
            (_, Some(rows)) if kind == b"Table" => self.table(event, rows),
            (Some(items), _) => list(event, items),
            (None, _) => Ok(Some(Shape::Object)),
        }
    }

    fn table(
        &self,
        event: &Event<'_, '_>,
        rows: usize,
    ) -> Result<Option<Shape>, Defect> {
        let (scanner, line) = (event.scanner(), event.line());
        let mut elements = Elements::new(rows);
        loop {
            let row = elements.next(scanner, line)?;
            let Some(row) = row else { return Ok(Some(Shape::Table)) };
            let Value::Object(row) = value_at(line, row)? else {
                return Ok(None);
            };
            let [object] = members(event, row, &self.object)?;
            let Some(object) = object else { continue };
            match value_at(line, object)? {
                Value::Object(_) | Value::Null => (),
                Value::Bool(_)
                | Value::Number(_)
                | Value::Text(_)
                | Value::Array(_) => return Ok(None),
            }
        }
    }
}

fn list(event: &Event<'_, '_>, items: usize) -> Result<Option<Shape>, Defect> {
    let (scanner, line) = (event.scanner(), event.line());
    let mut elements = Elements::new(items);
    loop {
        match elements.next(scanner, line)? {
            None => return Ok(Some(Shape::List)),
            Some(at) if line.get(at) == Some(&b'{') => (),
            Some(_) => return Ok(None),
        }
    }
}

/// Finds members of an object, the last of those that are repeated, as bodies
/// are the client's own bytes.
fn members<const N: usize>(
    event: &Event<'_, '_>,
    at: usize,
    wanted: &Wanted,
) -> Result<[Option<usize>; N], Defect> {
    last_of_each(event.scanner(), event.line(), at, wanted)
}
