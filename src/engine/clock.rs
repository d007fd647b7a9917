//! Reads the times of the lines of a batch: when the stages of their events
//! were reached.

use std::ops::ControlFlow;

use jiff::Timestamp;

use crate::{
    event::{self, Event, Identity, Place, Roots},
    frame::{Batch, Content, Line, Lines},
    scan::{Scanner, Value, value_at},
    unwrap::{Choice, Form, Unwrapper},
};

/// Reads times, one batch after the other.
#[derive(Debug)]
pub(super) struct Clock {
    reader: Reader,
    choice: Choice,
    /// The longest record that is unwrapped.
    most: usize,
    /// What unwraps inputs of this form.
    unwrapper: (Form, Unwrapper),
}

/// A stretch of a batch that is not parted: a line, or a record of several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    start: usize,
    pub end: usize,
    /// The time of its first event, in nanoseconds since 1970, if it has one.
    pub time: Option<i128>,
}

/// Reads the time of an event.
#[derive(Debug)]
struct Reader {
    scanner: Scanner,
    roots: Roots,
    /// Room for a time with escapes in it.
    room: Vec<u8>,
}

impl Clock {
    pub(super) fn new(
        scanner: Scanner,
        choice: &Choice,
        most: usize,
    ) -> Clock {
        let roots = Roots::new(&["stageTimestamp".into()], None);
        let form = Form::Event;
        Clock {
            reader: Reader { scanner, roots, room: Vec::new() },
            choice: choice.clone(),
            most,
            unwrapper: (form, Unwrapper::new(scanner, choice, form, most)),
        }
    }

    /// Returns the stretches of a batch, at least one, of an input of this
    /// form. Together they are all of it.
    pub(super) fn stretches(
        &mut self,
        batch: &Batch,
        form: Form,
    ) -> Vec<Stretch> {
        let bytes = &batch.bytes[..];
        if self.unwrapper.0 != form {
            let scanner = self.reader.scanner;
            let unwrapper =
                Unwrapper::new(scanner, &self.choice, form, self.most);
            self.unwrapper = (form, unwrapper);
        }
        self.unwrapper.1.begin(batch.amid);
        let is_plain = form == Form::Event;
        let mut stretches = match (batch.content, &self.choice) {
            (Content::Piece { .. }, _) => Vec::new(),
            (Content::Lines, Choice::None) => self.lines(bytes),
            (Content::Lines, Choice::At(_)) => self.records(bytes),
            (Content::Lines, _) if is_plain => self.lines(bytes),
            (Content::Lines, _) => self.records(bytes),
        };
        let (start, end) = (0, bytes.len());
        match stretches.last_mut() {
            Some(last) => last.end = end,
            None => stretches.push(Stretch { start, end, time: None }),
        }
        stretches
    }

    fn lines(&mut self, bytes: &[u8]) -> Vec<Stretch> {
        let Clock { reader, unwrapper: (_, unwrapper), .. } = self;
        let mut stretches = Vec::new();
        for line in Lines::new(bytes) {
            let mut time = reader.time(&bytes[line.start..line.end]);
            if time.is_none() {
                time = wrapped(reader, unwrapper, bytes, line);
            }
            let (start, end) = (line.start - line.nuls, line.next);
            stretches.push(Stretch { start, end, time });
        }
        stretches
    }

    fn records(&mut self, bytes: &[u8]) -> Vec<Stretch> {
        let Clock { reader, unwrapper: (_, unwrapper), .. } = self;
        let mut stretches: Vec<Stretch> = Vec::new();
        let flow = unwrapper.each(bytes, &mut |piece| {
            let time = reader.time(piece.bytes(bytes));
            let line = piece.line;
            let (start, end) = (line.start - line.nuls, line.next);
            let mut now = Stretch { start, end, time };
            // Records of two streams may stand in each other; the one that
            // ends first is given first.
            while let Some(last) = stretches.pop_if(|it| it.end > now.start) {
                now = Stretch {
                    start: now.start.min(last.start),
                    end: now.end.max(last.end),
                    time: last.time.or(now.time),
                };
            }
            stretches.push(now);
            ControlFlow::Continue(())
        });
        match flow {
            ControlFlow::Continue(_) | ControlFlow::Break(()) => stretches,
        }
    }
}

/// Returns the time of the first event that is wrapped in a line.
fn wrapped(
    reader: &mut Reader,
    unwrapper: &mut Unwrapper,
    bytes: &[u8],
    line: Line,
) -> Option<i128> {
    let mut time = None;
    let flow = unwrapper.line(bytes, line, &mut |piece| {
        time = reader.time(piece.bytes(bytes));
        match time {
            None => ControlFlow::Continue(()),
            Some(_) => ControlFlow::Break(()),
        }
    });
    match flow {
        ControlFlow::Continue(()) | ControlFlow::Break(()) => time,
    }
}

impl Reader {
    /// Returns the time of an event, if this is one and has one.
    fn time(&mut self, line: &[u8]) -> Option<i128> {
        let start = event::start(line)?;
        let mut event = Event::new(self.scanner, line, start, &self.roots);
        let Place::At(at) = event.root(0) else { return None };
        if event.identity() == Identity::Foreign {
            return None;
        }
        let Ok(Value::Text(text)) = value_at(line, at) else { return None };
        let time: Timestamp = text.read(&mut self.room).ok()?.parse().ok()?;
        Some(time.as_nanosecond())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_event_has_a_time_and_only_its_own() {
        let mut clock = Clock::new(Scanner::best(), &Choice::Auto, 1 << 20);
        let second = r#""stageTimestamp":"1970-01-01T00:00:01Z""#;
        let cases = [
            (format!(r#"{{"verb":"get",{second}}}"#), true),
            (
                format!(r#"{{"user":{{{second}}},"verb":"get",{second}}}"#),
                true,
            ),
            (format!(r#"{{"verb":"get",{second},"annotations":"#), true),
            (
                format!(r#"{{"verb":"get","requestObject":{{{second}}}}}"#),
                false,
            ),
            (format!(r#"{{"kind":"Pod","verb":"get",{second}}}"#), false),
            (format!(r#"{{{second}}}"#), false),
            (r#"{"verb":"get","stageTimestamp":1}"#.to_owned(), false),
            (r#"{"verb":"get","stageTimestamp":"soon"}"#.to_owned(), false),
            (format!("I0302 {second}"), false),
            (String::new(), false),
        ];
        for (line, has_time) in cases {
            let expected = has_time.then_some(1_000_000_000);
            assert_eq!(clock.reader.time(line.as_bytes()), expected, "{line}");
        }
    }

    fn stretches(text: &str, form: Form) -> Vec<(&str, Option<i128>)> {
        let mut clock = Clock::new(Scanner::best(), &Choice::Auto, 1 << 20);
        let bytes = text.to_owned().into_bytes().into();
        let batch = Batch { bytes, ..Batch::default() };
        let stretches = clock.stretches(&batch, form).into_iter();
        let seconds = |time: i128| time / 1_000_000_000;
        stretches
            .map(|it| (&text[it.start..it.end], it.time.map(seconds)))
            .collect()
    }

    fn event(second: u8) -> String {
        format!(
            r#"{{"verb":"get","stageTimestamp":"1970-01-01T00:00:0{second}Z"}}"#
        )
    }

    #[test]
    fn a_wrapped_event_has_its_time_and_its_lines_are_not_parted() {
        let (one, two) = (event(1), event(2));
        let time = "1970-01-01T00:00:09.0Z";
        let lines = [
            format!("{time} stdout F {one}\n"),
            format!(
                "{time} stdout P {}\n{time} stderr F klog\n{time} stdout F \
                 {}\n",
                &two[..9],
                &two[9..]
            ),
            format!("{time} stderr F klog\n"),
        ];
        let expected =
            [(&*lines[0], Some(1)), (&*lines[1], Some(2)), (&*lines[2], None)];
        assert_eq!(stretches(&lines.concat(), Form::Cri), expected);
        // In a log of plain events as well.
        let wrapped = serde_json::json!({ "log": two }).to_string() + "\n";
        let text = format!("{one}\nklog\n{wrapped}\0");
        let expected = [
            (&*format!("{one}\n"), Some(1)),
            ("klog\n", None),
            (&*format!("{wrapped}\0"), Some(2)),
        ];
        assert_eq!(stretches(&text, Form::Event), expected);
        assert_eq!(stretches("", Form::Event), [("", None)]);
    }
}
