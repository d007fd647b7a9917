//! Writes annotations into events.

use super::cut::leave_out;
use super::splice::{quoted, splice};
use crate::event::Event;
use crate::scan::{
    Defect, DefectKind, End, EveryKey, Finder, Scanner, Wanted, behind_blanks,
    key_of, value_end, walk,
};

/// The key of the event that holds its annotations.
const ANNOTATIONS: &str = "annotations";

/// An annotation with a key of its own, `annotations[KEY]`, to be written
/// into events.
#[derive(Clone, Debug)]
pub struct Annotation {
    key: Box<str>,
    /// The key in quotes, and its colon.
    head: String,
    /// What is looked for at the top of an event.
    wanted: Wanted,
}

impl Annotation {
    /// Makes ready to write annotations with this key.
    pub fn new(key: &str) -> Annotation {
        let wanted = Wanted::new([ANNOTATIONS]);
        let head = format!("{}:", quoted(key));
        Annotation { key: key.into(), head, wanted }
    }

    /// Appends `event` to `out`, with `text` as the value of the annotation.
    ///
    /// * It is written behind the others; where the key was there before, it
    ///   is left out, however often it was.
    /// * Where `annotations` is missing, it comes last in the event; where
    ///   it is no object, it becomes one.
    /// * Where `annotations` is repeated, the annotation is written into
    ///   each, so that all readers see it, those that take the first and
    ///   those that take the last.
    ///
    /// ```
    /// use kaudit_filter::edit::Annotation;
    /// use kaudit_filter::event::{Event, Roots};
    /// use kaudit_filter::scan::Scanner;
    ///
    /// let roots = Roots::new(&[], None);
    /// let line = br#"{"verb":"get"}"#;
    /// let event = Event::new(Scanner::best(), line, 0, &roots);
    /// let (mut out, seen) = (Vec::new(), Annotation::new("seen"));
    /// seen.write(&event, "yes", &mut out)?;
    /// assert_eq!(out, br#"{"verb":"get","annotations":{"seen":"yes"}}"#);
    /// # Ok::<(), kaudit_filter::scan::Defect>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The defect where the line breaks; `out` is as it was then.
    pub fn write(
        &self,
        event: &Event<'_, '_>,
        text: &str,
        out: &mut Vec<u8>,
    ) -> Result<(), Defect> {
        let before = out.len();
        let written = self.splice(event, text, out);
        if written.is_err() {
            out.truncate(before);
        }
        written
    }

    fn splice(
        &self,
        event: &Event<'_, '_>,
        text: &str,
        out: &mut Vec<u8>,
    ) -> Result<(), Defect> {
        let (scanner, line) = (event.scanner(), event.line());
        let mut found = Found { wanted: &self.wanted, values: Vec::new() };
        let end =
            closed(walk(scanner, line, event.start(), &mut found), line)?;
        event.broken_end(end).map_or(Ok(()), Err)?;
        let text = quoted(text);
        let member = [&self.head[..], &text].concat();
        let mut kept = 0;
        for value in &found.values {
            let at = behind_blanks(line, *value);
            let end = value_end(scanner, line, at)?;
            out.extend_from_slice(&line[kept..at]);
            match line[at] {
                b'{' => self
                    .rewrite(scanner, &line[at..end], &member, out)
                    .map_err(|d| Defect { at: at + d.at, ..d })?,
                _ => put(out, &["{", &member, "}"]),
            }
            kept = end;
        }
        if found.values.is_empty() {
            let comma = match is_empty(line, event.start()) {
                true => "",
                false => ",",
            };
            kept = end - 1;
            out.extend_from_slice(&line[..kept]);
            put(out, &[comma, "\"", ANNOTATIONS, "\":{", &member, "}"]);
        }
        out.extend_from_slice(&line[kept..]);
        Ok(())
    }

    /// Appends `object` to `out`, without the members that have the key and
    /// with `member`.
    fn rewrite(
        &self,
        scanner: Scanner,
        object: &[u8],
        member: &str,
        out: &mut Vec<u8>,
    ) -> Result<(), Defect> {
        let mut all = EveryKey::default();
        let end = closed(walk(scanner, object, 0, &mut all), object)?;
        let (mut cuts, mut comma) = (Vec::new(), "");
        let mut from = behind_blanks(object, 1);
        for value in all.values {
            let at = value.max(from);
            if object.get(from) != Some(&b'"') || at != value {
                return Err(Defect { at, kind: DefectKind::Key });
            }
            let end = value_end(scanner, object, value)?;
            if *key_of(object, 0, value) == *self.key.as_bytes() {
                leave_out(object, from, end, &mut cuts);
            } else {
                comma = ",";
            }
            from = behind_comma(object, end)?;
        }
        splice(&object[..end - 1], &cuts, "", out);
        put(out, &[comma, member, "}"]);
        Ok(())
    }
}

fn put(out: &mut Vec<u8>, parts: &[&str]) {
    for part in parts {
        out.extend_from_slice(part.as_bytes());
    }
}

/// Finds the annotations of an event.
struct Found<'a> {
    wanted: &'a Wanted,
    /// The offsets behind their colons.
    values: Vec<usize>,
}

impl Finder for Found<'_> {
    fn wanted(&self) -> &Wanted {
        self.wanted
    }

    fn found(&mut self, _: usize, value: usize) -> bool {
        self.values.push(value);
        false
    }
}

/// Returns the offset behind an object that a walk went through.
fn closed(end: End, line: &[u8]) -> Result<usize, Defect> {
    match end {
        End::Closed(end) => Ok(end),
        End::Broken(defect) => Err(defect),
        End::Stopped => Err(Defect { at: line.len(), kind: DefectKind::Cut }),
    }
}

/// Returns where the next member of an object begins, behind a value that
/// ends at `end`, or where the closing brace is.
fn behind_comma(line: &[u8], end: usize) -> Result<usize, Defect> {
    let at = behind_blanks(line, end);
    match line.get(at) {
        Some(b',') => Ok(behind_blanks(line, at + 1)),
        Some(b'}') => Ok(at),
        Some(_) | None => Err(Defect { at, kind: DefectKind::Value }),
    }
}

/// Returns whether nothing is in the object that begins at `start`.
fn is_empty(line: &[u8], start: usize) -> bool {
    line.get(behind_blanks(line, start + 1)) == Some(&b'}')
}
