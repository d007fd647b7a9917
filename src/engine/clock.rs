//! Reads the time of a line: when the stage of its event was reached.

use jiff::Timestamp;

use crate::{
    event::{self, Event, Identity, Place, Roots},
    scan::{Scanner, Value, value_at},
};

/// Reads times, one line after the other.
#[derive(Debug)]
pub(super) struct Clock {
    scanner: Scanner,
    roots: Roots,
    /// Room for a time with escapes in it.
    room: Vec<u8>,
}

impl Clock {
    pub(super) fn new(scanner: Scanner) -> Clock {
        let roots = Roots::new(&["stageTimestamp".into()], None);
        Clock { scanner, roots, room: Vec::new() }
    }

    /// Returns the time of a line in nanoseconds since 1970, if it has one.
    pub(super) fn time(&mut self, line: &[u8]) -> Option<i128> {
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
        let mut clock = Clock::new(Scanner::best());
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
            assert_eq!(clock.time(line.as_bytes()), expected, "{line}");
        }
    }
}
