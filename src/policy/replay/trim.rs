//! Takes from an event what a level does not have, and managed fields.

use super::super::record::Broken;
use super::body::{Shape, Sorter};
use crate::edit::{Action, Automaton, Cut, cuts};
use crate::event::{BODIES, Event, Path, Segment};
use crate::policy::word::Level;
use crate::scan::{
    Defect, End, Finder, Value, Wanted, behind_blanks, value_at, value_end,
    walk,
};

/// The annotations that only events of bodies have.
const PATCHES: &str = "patch.webhook.admission.k8s.io/*";

/// The keys that something may be done to.
const KEYS: [&str; 4] = ["level", BODIES[0], BODIES[1], "annotations"];

/// What is to be done to an event.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ask {
    /// The level that it is lowered to, if its own is higher.
    pub(super) level: Level,
    /// Whether managed fields are left out of the bodies that stay.
    pub(super) omits_managed_fields: bool,
    /// Whether the request was a patch, whose body stays as it was sent.
    pub(super) is_patch: bool,
}

/// What is done to a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// It stays,
    Stays,
    /// without managed fields,
    Clean(Shape),
    /// or it goes.
    Goes,
}

/// What can be cut from an event, made ready.
#[derive(Clone, Debug)]
pub(super) struct Trim {
    keys: Wanted,
    sorter: Sorter,
    /// What leads to the cuts, for each pair of fates of the bodies; twice,
    /// without and with the annotations. Nothing is cut where there is none.
    automata: Vec<Option<Automaton>>,
}

/// Room for the places in one event.
#[derive(Clone, Debug, Default)]
pub(super) struct Room {
    cuts: Vec<Cut>,
    levels: Vec<Cut>,
}

const FATES: [Fate; 5] = [
    Fate::Stays,
    Fate::Clean(Shape::Object),
    Fate::Clean(Shape::List),
    Fate::Clean(Shape::Table),
    Fate::Goes,
];

impl Trim {
    pub(super) fn new() -> Trim {
        let request = FATES.map(|fate| paths(BODIES[0], fate));
        let response = FATES.map(|fate| paths(BODIES[1], fate));
        let mut automata = Vec::new();
        for request in &request {
            for response in &response {
                let mut paths = [&request[..], &response[..]].concat();
                automata.push(automaton(&paths));
                paths.push(Path::keys(&["annotations", PATCHES]));
                automata.push(automaton(&paths));
            }
        }
        let (keys, sorter) = (Wanted::new(KEYS), Sorter::new());
        Trim { keys, sorter, automata }
    }

    /// Writes what is left of an event to `out`; returns whether that is less
    /// than before.
    pub(super) fn apply(
        &self,
        ask: Ask,
        event: &Event<'_, '_>,
        room: &mut Room,
        out: &mut Vec<u8>,
    ) -> Result<bool, Broken> {
        self.find(ask, event, room).map_err(|defect| {
            event.note(defect);
            Broken
        })?;
        if room.cuts.is_empty() && room.levels.is_empty() {
            return Ok(false);
        }
        splice(event.line(), room, ask.level, out);
        Ok(true)
    }

    /// Finds what goes, and the levels that are lowered.
    fn find(
        &self,
        ask: Ask,
        event: &Event<'_, '_>,
        room: &mut Room,
    ) -> Result<(), Defect> {
        let (scanner, line) = (event.scanner(), event.line());
        room.cuts.clear();
        room.levels.clear();
        let mut found = Found {
            wanted: &self.keys,
            last: [None; KEYS.len()],
            levels: &mut room.levels,
        };
        match walk(scanner, line, event.start(), &mut found) {
            End::Broken(defect) => return Err(defect),
            End::Closed(end) => check_end(event, end)?,
            End::Stopped => (),
        }
        let [_, request, response, annotations] = found.last;
        for cut in &mut room.levels {
            cut.start = behind_blanks(line, cut.start);
            cut.end = value_end(scanner, line, cut.start)?;
        }
        room.levels.retain(|cut| is_above(line, cut, ask.level));
        let fates = [
            self.fate(ask, Level::Request, event, request)?,
            self.fate(ask, Level::RequestResponse, event, response)?,
        ];
        let marks = ask.level < Level::Request && annotations.is_some();
        match &self.automata[index(fates, marks)] {
            Some(automaton) => {
                cuts(event, automaton, Action::Drop, &mut room.cuts)
            }
            None => Ok(()),
        }
    }

    /// Returns what is done to a body that events of `level` and above have.
    fn fate(
        &self,
        ask: Ask,
        level: Level,
        event: &Event<'_, '_>,
        body: Option<usize>,
    ) -> Result<Fate, Defect> {
        let is_patch = ask.is_patch && level == Level::Request;
        match body {
            None => Ok(Fate::Stays),
            Some(_) if ask.level < level => Ok(Fate::Goes),
            Some(at) if ask.omits_managed_fields && !is_patch => {
                let shape = self.sorter.shape(event, at)?;
                Ok(shape.map_or(Fate::Stays, Fate::Clean))
            }
            Some(_) => Ok(Fate::Stays),
        }
    }
}

/// Refuses a line that goes on behind the event: another one may be glued to
/// it, bodies and all.
fn check_end(event: &Event<'_, '_>, end: usize) -> Result<(), Defect> {
    let found = event.broken_end(end).or(event.defect());
    found.map_or(Ok(()), Err)
}

/// Returns where the automaton for these fates is.
fn index([request, response]: [Fate; 2], marks: bool) -> usize {
    let at = |fate| FATES.iter().position(|it| *it == fate).unwrap_or(0);
    (at(request) * FATES.len() + at(response)) * 2 + usize::from(marks)
}

fn automaton(paths: &[Path]) -> Option<Automaton> {
    match paths {
        [] => None,
        [..] => Automaton::new(paths),
    }
}

/// Returns the paths to what goes.
fn paths(body: &str, fate: Fate) -> Vec<Path> {
    let own = Path::keys(&[body, "metadata", "managedFields"]);
    let each = |list: &str, rest: &[&str]| {
        let mut path = Path::keys(&[body, list]);
        path.0.push(Segment::Every);
        path.0.extend(Path::keys(rest).0);
        path
    };
    match fate {
        Fate::Stays => Vec::new(),
        Fate::Goes => vec![Path::keys(&[body])],
        Fate::Clean(Shape::Object) => vec![own],
        Fate::Clean(Shape::List) => {
            vec![own, each("items", &["metadata", "managedFields"])]
        }
        Fate::Clean(Shape::Table) => {
            let rest = ["object", "metadata", "managedFields"];
            vec![own, each("rows", &rest)]
        }
    }
}

/// Returns whether the level that stands there is above another.
fn is_above(line: &[u8], at: &Cut, level: Level) -> bool {
    let Ok(Value::Text(text)) = value_at(line, at.start) else { return false };
    let mut scratch = Vec::new();
    let own = text.read(&mut scratch).ok().and_then(Level::named);
    own.is_some_and(|own| own > level)
}

/// Appends what is left, with the lowered level.
fn splice(line: &[u8], room: &Room, level: Level, out: &mut Vec<u8>) {
    let (mut kept, mut levels) = (0, room.levels.iter().peekable());
    let mut lower = |to: usize, kept: &mut usize, out: &mut Vec<u8>| {
        while let Some(cut) = levels.next_if(|cut| cut.end <= to) {
            out.extend_from_slice(&line[*kept..cut.start]);
            out.push(b'"');
            out.extend_from_slice(level.word().as_bytes());
            out.push(b'"');
            *kept = cut.end;
        }
    };
    for cut in &room.cuts {
        lower(cut.start, &mut kept, out);
        out.extend_from_slice(&line[kept..cut.start]);
        kept = cut.end;
    }
    lower(line.len(), &mut kept, out);
    out.extend_from_slice(&line[kept..]);
}

/// Finds the levels of an event, and the last of each of the other keys.
struct Found<'a> {
    wanted: &'a Wanted,
    last: [Option<usize>; KEYS.len()],
    levels: &'a mut Vec<Cut>,
}

impl Finder for Found<'_> {
    #[inline(always)]
    fn wanted(&self) -> &Wanted {
        self.wanted
    }

    #[inline(always)]
    fn found(&mut self, key: usize, value: usize) -> bool {
        self.last[key] = Some(value);
        if key == 0 {
            self.levels.push(Cut { start: value, end: value });
        }
        false
    }
}
