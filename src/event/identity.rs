//! Says whether a line is an event.

use super::event::{Event, Place};
use super::roots::Roots;
use super::table::LEVELS;
use crate::scan::{End, Finder, Text, Value, Wanted, value_at, walk};

/// What a line turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identity {
    /// An audit event.
    Event,
    /// Something else: text, an array, another kind of object.
    Foreign,
    /// An object that breaks before it has shown what it is.
    Unknown,
}

/// The keys of loggers for a message. No event has them.
pub const MESSAGES: [&str; 7] =
    ["message", "MESSAGE", "@message", "msg", "log", "log_s", "line"];

impl Event<'_, '_> {
    /// Reads as far as it takes to say what the line is, and on to the first
    /// root that the program will ask for.
    ///
    /// An event has no `kind` or the kind `Event`, and at least one of
    /// level, auditID, stage, verb and requestURI. What has neither a kind
    /// nor another of these than `level` is one only if that is an audit
    /// level, and no logger's message stands beside it.
    #[inline]
    pub fn identity(&mut self) -> Identity {
        self.root(self.passed.roots.first);
        match self.root(self.passed.roots.kind) {
            Place::At(at) if !self.is_kind_event(at) => Identity::Foreign,
            _ if self.passed.marked => Identity::Event,
            Place::At(_) | Place::Missing | Place::Unknown => self.unmarked(),
        }
    }

    /// Says what an object is that has shown no key which marks an event.
    /// All that can be walked over was.
    #[cold]
    fn unmarked(&self) -> Identity {
        let Roots { kind, level, .. } = *self.passed.roots;
        let value = |root: usize| match self.passed.values[root] {
            0 => None,
            at => Some(value_at(self.line, at as usize)),
        };
        let is_level = |text: Text<'_>| {
            text.read(&mut Vec::new()).is_ok_and(|text| LEVELS.contains(&text))
        };
        match (value(level), value(kind), self.end) {
            // It was compared before.
            (Some(_), Some(Ok(Value::Text(_))), _) => Identity::Event,
            (Some(Ok(Value::Text(text))), ..)
                if is_level(text) && !self.has_message() =>
            {
                Identity::Event
            }
            (_, _, End::Closed(_)) => Identity::Foreign,
            (_, _, End::Broken(_) | End::Stopped) => Identity::Unknown,
        }
    }

    /// Returns whether one of the keys is there at which loggers write what
    /// they have to say.
    fn has_message(&self) -> bool {
        let wanted = Wanted::new(MESSAGES);
        let mut message = Message { wanted: &wanted };
        walk(self.scanner, self.line, self.start, &mut message) == End::Stopped
    }

    #[inline]
    fn is_kind_event(&self, at: usize) -> bool {
        if self.line[at..].starts_with(b"\"Event\",") {
            return true;
        }
        match value_at(self.line, at) {
            Ok(Value::Null) => true,
            Ok(Value::Text(text)) => {
                text.raw() == b"Event"
                    || text.read(&mut Vec::new()) == Ok("Event")
            }
            Ok(_) => false,
            Err(defect) => {
                self.note(defect);
                true
            }
        }
    }
}

/// Stops at a message.
struct Message<'w> {
    wanted: &'w Wanted,
}

impl Finder for Message<'_> {
    #[inline(always)]
    fn wanted(&self) -> &Wanted {
        self.wanted
    }

    #[inline(always)]
    fn found(&mut self, _: usize, _: usize) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::Scanner;

    #[test]
    fn a_level_alone_is_an_event_only_if_it_is_an_audit_level() {
        use Identity::{Event as Audit, Foreign, Unknown};
        for keys in [&[][..], &["verb".into(), "level".into()]] {
            let roots = Roots::new(keys, None);
            for (line, identity) in [
                (r#"{"level":"Metadata"}"#, Audit),
                (r#"{"level":"None","a":{"message":1}}"#, Audit),
                (r#"{"level":"Reques\u0074"}"#, Audit),
                (r#"{"level":"info"}"#, Foreign),
                (r#"{"level":"info","message":"I0302 up"}"#, Foreign),
                (r#"{"level":"Metadata","msg":"up"}"#, Foreign),
                (r#"{"log":{},"level":"Request","kind":null}"#, Foreign),
                (r#"{"level":4,"kind":null}"#, Foreign),
                (r#"{"level":"info","verb":"get"}"#, Audit),
                (r#"{"message":"x","level":"x","auditID":""}"#, Audit),
                (r#"{"level":"info","kind":"Event"}"#, Audit),
                (r#"{"level":"info","kind":"Pod"}"#, Foreign),
                (r#"{"level":"Metadata","user":{"#, Audit),
                (r#"{"level":"info","user":{"#, Unknown),
                (r#"{"level":"Meta"#, Unknown),
                (r#"{"kind":"Event","level":"Meta"#, Audit),
            ] {
                let scanner = Scanner::best();
                let mut event =
                    Event::new(scanner, line.as_bytes(), 0, &roots);
                assert_eq!(event.identity(), identity, "{line}");
            }
        }
    }
}
