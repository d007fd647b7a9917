//! Turns a value into one of the many lines that mean it.
//!
//! White space, escapes, spellings of numbers and the order of keys differ.
//! Keys are repeated: in bodies, where the last one counts, behind something
//! else; at the event's own levels, where the first one counts, before it.

use serde_json::{Number, Value};

use crate::dice::Dice;

/// Writes an event on one line.
pub(crate) fn line(event: &Value, dice: &mut Dice) -> String {
    let odd = if dice.percent(50) { 4 } else { 0 };
    let mut pen = Pen { out: String::new(), dice, odd };
    pen.value(event, Level::Top);
    pen.out
}

/// The keys of an event in the order of the apiserver.
const ORDER: [&str; 18] = [
    "kind",
    "apiVersion",
    "level",
    "auditID",
    "stage",
    "requestURI",
    "verb",
    "user",
    "impersonatedUser",
    "sourceIPs",
    "userAgent",
    "objectRef",
    "responseStatus",
    "requestObject",
    "responseObject",
    "requestReceivedTimestamp",
    "stageTimestamp",
    "annotations",
];

/// Where a value stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Top,
    Own,
    Body,
}

impl Level {
    fn below(self, key: &str) -> Level {
        let body = ["requestObject", "responseObject"].contains(&key);
        match self {
            Level::Top if body => Level::Body,
            Level::Top | Level::Own => Level::Own,
            Level::Body => Level::Body,
        }
    }
}

struct Pen<'d> {
    out: String,
    dice: &'d mut Dice,
    /// How often, of a hundred times, a thing is not in its plainest form.
    odd: usize,
}

impl Pen<'_> {
    fn blank(&mut self) {
        if self.dice.percent(self.odd) {
            let blank = self.dice.word(&[" ", "\t", "  ", " \r "]);
            self.out.push_str(blank);
        }
    }

    fn mark(&mut self, mark: char) {
        self.blank();
        self.out.push(mark);
        self.blank();
    }

    fn value(&mut self, value: &Value, level: Level) {
        match value {
            Value::Null => self.out.push_str("null"),
            Value::Bool(value) => self.out.push_str(&value.to_string()),
            Value::Number(number) => self.number(number),
            Value::String(text) => self.text(text),
            Value::Array(array) => {
                self.mark('[');
                for (at, element) in array.iter().enumerate() {
                    if at > 0 {
                        self.mark(',');
                    }
                    self.value(element, level);
                }
                self.mark(']');
            }
            Value::Object(object) => {
                let mut keys: Vec<&str> =
                    object.keys().map(String::as_str).collect();
                self.order(&mut keys, level);
                self.mark('{');
                for (at, key) in keys.iter().enumerate() {
                    if at > 0 {
                        self.mark(',');
                    }
                    self.member(key, &object[*key], level);
                }
                self.mark('}');
            }
        }
    }

    fn order(&mut self, keys: &mut [&str], level: Level) {
        let place = |key: &&str| ORDER.iter().position(|known| known == key);
        if self.odd > 0 {
            self.dice.shuffle(keys);
        } else if level == Level::Top {
            keys.sort_by_key(place);
        }
    }

    /// Writes a member, and at times a second one that does not count.
    fn member(&mut self, key: &str, value: &Value, level: Level) {
        let below = level.below(key);
        let repeats = self.dice.percent(self.odd);
        if repeats && level == Level::Body {
            self.key(key);
            self.junk();
            self.mark(',');
        }
        self.key(key);
        self.value(value, below);
        if repeats && level != Level::Body {
            self.mark(',');
            self.key(key);
            self.junk();
        }
    }

    fn key(&mut self, key: &str) {
        self.text(key);
        self.mark(':');
    }

    /// Writes a value that must not be taken for the one that counts.
    fn junk(&mut self) {
        let junk = self.dice.word(&[
            "403",
            "null",
            "true",
            r#""get""#,
            r#""Pod""#,
            r#""Status""#,
            r#"{"name":"web-1","code":403}"#,
            r#"["system:masters",{"name":"web-1"}]"#,
        ]);
        self.out.push_str(junk);
    }

    fn number(&mut self, number: &Number) {
        let plain = number.to_string();
        let small = number.as_i64().is_some_and(|int| int.abs() < 100_000);
        if !small || !self.dice.percent(self.odd * 4) {
            return self.out.push_str(&plain);
        }
        let spelt = match self.dice.below(4) {
            0 => format!("{plain}.0"),
            1 => format!("{plain}e0"),
            2 if plain != "0" => format!("{plain}0E-1"),
            _ => format!("{plain}.000e+0"),
        };
        self.out.push_str(&spelt);
    }

    fn text(&mut self, text: &str) {
        if self.odd == 0 {
            let plain = serde_json::to_string(text).unwrap();
            return self.out.push_str(&plain);
        }
        self.out.push('"');
        for char in text.chars() {
            let must = char < ' ' || char == '"' || char == '\\';
            if must && (char < ' ' || self.dice.percent(30)) {
                self.out.push_str(&format!("\\u{:04x}", u32::from(char)));
            } else if must {
                self.out.push('\\');
                self.out.push(char);
            } else if self.dice.percent(self.odd / 2) {
                self.escaped(char);
            } else {
                self.out.push(char);
            }
        }
        self.out.push('"');
    }

    fn escaped(&mut self, char: char) {
        if char == '/' && self.dice.percent(50) {
            return self.out.push_str("\\/");
        }
        for unit in char.encode_utf16(&mut [0; 2]) {
            let unit = match self.dice.percent(50) {
                true => format!("\\u{unit:04x}"),
                false => format!("\\u{unit:04X}"),
            };
            self.out.push_str(&unit);
        }
    }
}
