//! Writes an event as the line that it is, or as much of it as there is room
//! for.

use super::cells::{Cells, Health};
use super::fact::{FACTS, Fact};
use super::label::Labels;
use super::text;
use crate::edit::{self, Action, Annotation, Automaton, Cut};
use crate::event::{self, Event, Path, Roots, Segment};
use crate::expr::Selection;
use crate::scan::{Defect, Scanner};

/// The annotation of events that were cut because of their size.
pub(super) const TRUNCATED: &str = "audit.k8s.io/truncated";

/// To how many bytes texts are cut, one after the other, until the event
/// fits.
const CUTS: [usize; 4] = [4096, 1024, 256, 64];

/// What is done to lines.
#[derive(Clone, Debug)]
pub(super) struct Raw {
    labels: Vec<(Annotation, Box<str>)>,
    bodies: Option<Automaton>,
    every: Option<Automaton>,
    mark: Annotation,
    roots: Roots,
    selection: Selection,
}

/// Where lines are changed, two buffers that take turns.
#[derive(Debug, Default)]
pub(super) struct Room {
    line: Vec<u8>,
    other: Vec<u8>,
    cuts: Vec<Cut>,
    cells: Cells,
}

impl Raw {
    /// Makes ready to write labels, and to make lines short.
    pub(super) fn new(labels: &Labels, selection: Selection) -> Raw {
        let label = |(key, text): (&str, &str)| {
            (Annotation::new(&Labels::annotation(key)), text.into())
        };
        let bodies = ["requestObject", "responseObject"];
        Raw {
            labels: labels.iter().map(label).collect(),
            bodies: Automaton::new(&bodies.map(|key| Path::keys(&[key]))),
            every: Automaton::new(&[Path(vec![Segment::AnyDepth])]),
            mark: Annotation::new(TRUNCATED),
            roots: Roots::new(&[], None),
            selection,
        }
    }

    /// Writes these labels, in place of others.
    pub(super) fn with(self, labels: &Labels) -> Raw {
        Raw::new(labels, self.selection)
    }

    /// Appends the line, with the labels as annotations, in at most `most`
    /// bytes. A line that breaks carries none.
    pub(super) fn write(
        &self,
        scanner: Scanner,
        line: &[u8],
        most: usize,
        room: &mut Room,
        out: &mut Vec<u8>,
    ) {
        if self.labels.is_empty() && line.len() <= most {
            return out.extend_from_slice(line);
        }
        let made = event::start(line)
            .filter(|start| {
                event::first_break(scanner, line, *start).is_none()
            })
            .map(|_| self.fit(scanner, line, most, room));
        match made {
            Some(Ok(())) => out.extend_from_slice(&room.line),
            // What is broken is cut off as it is.
            Some(Err(_)) | None => {
                out.extend_from_slice(text::beginning(line, most));
            }
        }
    }

    /// Makes `line` fit, in `room.line`.
    fn fit(
        &self,
        scanner: Scanner,
        line: &[u8],
        most: usize,
        room: &mut Room,
    ) -> Result<(), Defect> {
        room.line.clear();
        room.line.extend_from_slice(line);
        for (label, text) in &self.labels {
            self.annotate(scanner, label, text, room)?;
        }
        if room.line.len() <= most {
            return Ok(());
        }
        self.edit(scanner, self.bodies.as_ref(), Action::Drop, room)?;
        self.annotate(scanner, &self.mark, "true", room)?;
        for cut in CUTS {
            if room.line.len() <= most {
                return Ok(());
            }
            let action = Action::Truncate(cut);
            self.edit(scanner, self.every.as_ref(), action, room)?;
        }
        if room.line.len() > most {
            self.least(scanner, room);
        }
        Ok(())
    }

    fn edit(
        &self,
        scanner: Scanner,
        targets: Option<&Automaton>,
        action: Action,
        room: &mut Room,
    ) -> Result<(), Defect> {
        let Some(targets) = targets else { return Ok(()) };
        let Room { line, other, cuts, .. } = room;
        let event = self.event(scanner, line);
        edit::cuts(&event, targets, action, cuts)?;
        other.clear();
        edit::splice(line, cuts, "", other);
        std::mem::swap(line, other);
        Ok(())
    }

    fn annotate(
        &self,
        scanner: Scanner,
        annotation: &Annotation,
        text: &str,
        room: &mut Room,
    ) -> Result<(), Defect> {
        let Room { line, other, .. } = room;
        other.clear();
        annotation.write(&self.event(scanner, line), text, other)?;
        std::mem::swap(line, other);
        Ok(())
    }

    fn event<'l>(&self, scanner: Scanner, line: &'l [u8]) -> Event<'l, '_> {
        let start = event::start(line).unwrap_or_default();
        Event::new(scanner, line, start, &self.roots)
    }

    /// Leaves of the event what it takes to find it again.
    fn least(&self, scanner: Scanner, room: &mut Room) {
        const KEYS: [(&str, Fact); 6] = [
            ("level", Fact::Level),
            ("auditID", Fact::Id),
            ("stage", Fact::Stage),
            ("verb", Fact::Verb),
            ("requestReceivedTimestamp", Fact::Received),
            ("stageTimestamp", Fact::Time),
        ];
        let Room { line, other, cells, .. } = room;
        let wanted = |fact: usize, _: &Cells| {
            KEYS.iter().any(|(_, key)| *key as usize == fact)
        };
        let health = cells.fill(&self.selection, scanner, line, wanted);
        debug_assert_eq!(health, Health::Sound);
        debug_assert_eq!(self.selection.columns().len(), FACTS.len());
        other.clear();
        let head = br#"{"kind":"Event","apiVersion":"audit.k8s.io/v1""#;
        other.extend_from_slice(head);
        for (key, fact) in KEYS {
            let Some(text) = cells.first(fact as usize) else { continue };
            other.extend_from_slice(format!(",\"{key}\":").as_bytes());
            let most = if fact == Fact::Id { 64 } else { 32 };
            // Escapes would take room that is not there.
            let is_plain =
                |b: &u8| b.is_ascii_graphic() && !b"\"\\".contains(b);
            match text.iter().all(is_plain) {
                true => text::json(text, most, other),
                false => other.extend_from_slice(b"\"?\""),
            }
        }
        let tail = format!(",\"annotations\":{{\"{TRUNCATED}\":\"true\"}}}}");
        other.extend_from_slice(tail.as_bytes());
        std::mem::swap(line, other);
    }
}
