//! Takes from an event what a level does not have, and managed fields.

use super::super::record::Broken;
use super::body::{Shape, Sorter};
use super::direct::{self, KEYS, Member, PATCH};
use crate::edit::{Action, Automaton, Cut, cuts};
use crate::event::{BODIES, Event, Path, Segment};
use crate::policy::word::Level;
use crate::scan::{
    Defect, End, Finder, Value, Wanted, behind_blanks, value_at, value_end,
    walk,
};

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

/// The number of the annotations among them.
const ANNOTATIONS: usize = 3;

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
    /// The bodies and annotations, in the order of the line.
    members: Vec<Member>,
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
        let patches = format!("{PATCH}*");
        let mut automata = Vec::new();
        for request in &request {
            for response in &response {
                let mut paths = [&request[..], &response[..]].concat();
                automata.push(automaton(&paths));
                paths.push(Path::keys(&["annotations", &patches]));
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
        room.members.clear();
        let mut found = Found {
            wanted: &self.keys,
            levels: &mut room.levels,
            members: &mut room.members,
            is_odd: false,
        };
        match walk(scanner, line, event.start(), &mut found) {
            End::Broken(defect) => return Err(defect),
            End::Closed(end) => check_end(event, end)?,
            End::Stopped => (),
        }
        let is_odd = found.is_odd;
        for cut in &mut room.levels {
            cut.start = behind_blanks(line, cut.start);
            cut.end = value_end(scanner, line, cut.start)?;
        }
        room.levels.retain(|cut| is_above(line, cut, ask.level));
        let [_, request, response, annotations] = last(&room.members);
        let fates = [
            self.fate(ask, Level::Request, event, request)?,
            self.fate(ask, Level::RequestResponse, event, response)?,
        ];
        let marks = ask.level < Level::Request && annotations.is_some();
        match &self.automata[index(fates, marks)] {
            Some(_) if !is_odd && cut_directly(event, fates, marks, room)? => {
                Ok(())
            }
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

/// Returns where the last of each key is.
fn last(members: &[Member]) -> [Option<usize>; KEYS.len()] {
    let mut last = [None; KEYS.len()];
    for member in members {
        last[member.key] = Some(member.value);
    }
    last
}

/// Cuts the bodies that go; answers whether that was all that goes. If not,
/// or if that cannot be told, it takes a tour.
///
/// * A tour reads keys behind escapes that a walk need not read, as which of
///   them it reads depends on where its blocks begin. So on a line that is no
///   JSON it may find a defect where this cuts.
fn cut_directly(
    event: &Event<'_, '_>,
    fates: [Fate; 2],
    marks: bool,
    room: &mut Room,
) -> Result<bool, Defect> {
    for member in &room.members {
        let fate = match member.key {
            ANNOTATIONS if !marks => continue,
            ANNOTATIONS if direct::may_hold_patch(event, member.value) => {
                return Ok(false);
            }
            ANNOTATIONS => continue,
            body => fates[body - 1],
        };
        match (fate, direct::start(event.line(), *member)) {
            (Fate::Stays, _) => (),
            (Fate::Goes, Some(start)) => {
                direct::cut(event, start, *member, &mut room.cuts)?;
            }
            (Fate::Goes, None) | (Fate::Clean(_), _) => return Ok(false),
        }
    }
    Ok(true)
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

/// Finds the levels of an event, and the members with the other keys.
struct Found<'a> {
    wanted: &'a Wanted,
    levels: &'a mut Vec<Cut>,
    members: &'a mut Vec<Member>,
    /// Whether the line is broken where only a tour says how.
    is_odd: bool,
}

impl Finder for Found<'_> {
    const LOOKS_DEEPER: bool = true;

    #[inline(always)]
    fn wanted(&self) -> &Wanted {
        self.wanted
    }

    #[inline(always)]
    fn found(&mut self, key: usize, value: usize) -> bool {
        match key {
            0 => self.levels.push(Cut { start: value, end: value }),
            _ => self.members.push(Member { key, value }),
        }
        false
    }

    fn strayed(&mut self) {
        self.is_odd = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Roots;
    use crate::scan::Scanner;

    /// Checks that what is cut directly is what a tour would cut.
    #[track_caller]
    fn check(middle: &str) {
        let line = format!(r#"{{"level":"Request",{middle},"verb":"get"}}"#);
        let roots = Roots::new(&[], None);
        let event = Event::new(Scanner::best(), line.as_bytes(), 0, &roots);
        let ask = Ask {
            level: Level::Metadata,
            omits_managed_fields: false,
            is_patch: false,
        };
        let (trim, mut room) = (Trim::new(), Room::default());
        let found = trim.find(ask, &event, &mut room);
        let [_, request, response, annotations] = last(&room.members);
        let fate = |body: Option<usize>| match body {
            Some(_) => Fate::Goes,
            None => Fate::Stays,
        };
        let fates = [fate(request), fate(response)];
        let at = index(fates, annotations.is_some());
        let Some(automaton) = &trim.automata[at] else {
            assert!(found.is_err(), "the walk breaks before: {line}");
            return;
        };
        let mut toured = Vec::new();
        let expected = cuts(&event, automaton, Action::Drop, &mut toured);
        assert_eq!(found.is_ok(), expected.is_ok(), "{line}");
        if found.is_ok() {
            assert_eq!(room.cuts, toured, "{line}");
        }
    }

    #[test]
    fn what_is_cut_directly_is_what_a_tour_cuts() {
        let patch = r#""patch.webhook.admission.k8s.io/a":"b""#;
        for middle in [
            r#""requestObject":{"a":1}"#,
            r#""requestObject" : [1] , "responseObject":"x""#,
            r#""requestObject":1,"a":{},"requestObject":2"#,
            r#""request\u004fbject":{},"responseObject":{}"#,
            r#""requestObject":{},"annotations":{"a":"b"}"#,
            r#""requestObject":{},"annotations":{"a":"b"},"annotations":7"#,
            &format!(r#""responseObject":{{}},"annotations":{{{patch}}}"#),
            &format!(r#""annotations":[{{{patch}}}],"responseObject":1"#),
            r#""annotations":{"\u0070atch.webhook.admission.k8s.io/":1}"#,
        ] {
            check(middle);
        }
    }

    #[test]
    fn a_broken_line_is_as_broken_as_on_a_tour() {
        for middle in [
            r#""requestObject":{}x"#,
            r#""requestObject":{},"a":["b""annotations":{}]"#,
            r#""a":{"b":"requestObject":{}},"requestObject":{}"#,
            r#""a":"pods \"code":403},"responseObject":{},"b":{"c":1}"#,
            r#""requestObject":{},"annotations":{"a""b":"c"}"#,
            r#""requestObject":{},"annotations":{"a":"b",]"c":"d""#,
        ] {
            check(middle);
        }
    }
}
