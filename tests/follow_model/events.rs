//! Turns numbers into audit events, and lines back into numbers.

use jiff::Timestamp;

/// What a line of a log consists of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Piece {
    /// The event of this number, whole.
    Event(usize),
    /// Something torn.
    Torn(Vec<u8>),
}

/// Keeps the events whose number is wanted.
pub(crate) const EXPRESSION: &str = "code >= 400";

/// How each event begins.
pub(crate) const BEGIN: &[u8] = br#"{"kind":"Event""#;

/// Where an event has its number.
pub(crate) const NUMBER: usize = 77;

/// The events that were ever written, by number.
#[derive(Clone, Debug, Default)]
pub(crate) struct Events(Vec<Vec<u8>>);

impl Events {
    /// Returns how many there are.
    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// Makes the next event, without its newline; it is longer by `extra`.
    pub(crate) fn make(&mut self, clock: i64, extra: usize) -> &[u8] {
        let number = self.0.len();
        let time = Timestamp::from_nanosecond(clock.into());
        let time = time.expect("the clock shows a time");
        let code = if is_wanted(number) { 403 } else { 200 };
        let agent = "k".repeat(number * 37 % 5 * 40 + extra);
        let text = format!(
            concat!(
                r#"{{"kind":"Event","apiVersion":"audit.k8s.io/v1","#,
                r#""level":"Metadata","auditID":"{number:08}","#,
                r#""stage":"ResponseComplete","requestURI":"/","#,
                r#""verb":"get","user":{{"username":"u"}},"#,
                r#""userAgent":"{agent}","#,
                r#""responseStatus":{{"metadata":{{}},"code":{code}}},"#,
                r#""stageTimestamp":"{time:.6}"}}"#,
            ),
            number = number,
            agent = agent,
            code = code,
            time = time,
        );
        self.0.push(text.into_bytes());
        &self.0[number]
    }

    /// Returns the event that `line` is.
    pub(crate) fn find(&self, line: &[u8]) -> Option<usize> {
        let behind = line.get(NUMBER..)?;
        let digits = std::str::from_utf8(behind.get(..8)?).ok()?;
        let number = digits.parse().ok()?;
        (self.0.get(number)? == line).then_some(number)
    }

    /// Takes a log apart, and says where each piece begins. Its last line
    /// counts if it has a newline, or if nobody will write one.
    pub(crate) fn pieces(&self, log: &[u8], end: End) -> Vec<(usize, Piece)> {
        let mut pieces = Vec::new();
        let mut at = 0;
        for line in log.split_inclusive(|byte| *byte == b'\n') {
            let whole = line.strip_suffix(b"\n");
            if whole.is_some() || end == End::Closed {
                self.take_apart(whole.unwrap_or(line), at, &mut pieces);
            }
            at += line.len();
        }
        pieces
    }

    /// Returns the events in the whole lines of a log.
    pub(crate) fn whole(&self, log: &[u8]) -> Vec<usize> {
        let pieces = self.pieces(log, End::Open).into_iter();
        let numbers = pieces.filter_map(|(_, piece)| match piece {
            Piece::Event(number) => Some(number),
            Piece::Torn(_) => None,
        });
        numbers.collect()
    }

    /// Takes one line apart: NULs before it count for nothing, and an event
    /// may be glued to something torn. Where torn things are glued to each
    /// other, any number of them may count as one.
    fn take_apart(
        &self,
        line: &[u8],
        at: usize,
        to: &mut Vec<(usize, Piece)>,
    ) {
        let nuls = line.iter().take_while(|byte| **byte == 0).count();
        if nuls == line.len() {
            return;
        }
        let begins = memchr::memmem::find_iter(line, BEGIN);
        let mut cuts: Vec<_> = begins.filter(|cut| *cut > nuls).collect();
        cuts.insert(0, nuls);
        let last = cuts[cuts.len() - 1];
        let number = self.find(&line[last..]);
        match number {
            Some(number) => to.push((at + last, Piece::Event(number))),
            None => cuts.push(line.len()),
        }
        for (first, begin) in cuts.iter().enumerate() {
            for end in &cuts[first + 1..] {
                let torn = line[*begin..*end].to_vec();
                to.push((at + begin, Piece::Torn(torn)));
            }
        }
    }
}

/// Whether somebody may still write the rest of a last line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Open,
    Closed,
}

/// Returns whether [`EXPRESSION`] keeps an event.
pub(crate) fn is_wanted(number: usize) -> bool {
    number % 4 != 3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_taken_apart_into_what_was_written() {
        let mut events = Events::default();
        let texts = [0, 1, 9].map(|extra| events.make(5, extra).to_vec());
        let [first, second, third] = &texts;
        let torn = &first[..99];
        let log = [
            first,
            &b"\n\0\0"[..],
            torn,
            b"\0",
            second,
            b"\n",
            third,
            second,
            b"\n",
            third,
            b"\n\0\0\n",
            torn,
        ];
        let log = log.concat();
        let found = events.pieces(&log, End::Open);
        assert_eq!(events.whole(&log), [0, 1, 1, 2]);
        let torn_off = Piece::Torn([torn, b"\0"].concat());
        assert_eq!(
            found[1..3],
            [
                (first.len() + 3 + 100, Piece::Event(1)),
                (first.len() + 3, torn_off),
            ]
        );
        let whole = Piece::Torn(third.to_vec());
        assert_eq!(found[4].1, whole);
        let mut all = events.pieces(&log, End::Closed);
        let end = (log.len() - 99, Piece::Torn(torn.to_vec()));
        assert_eq!(all.pop(), Some(end));
        assert_eq!(all, found);
    }
}
