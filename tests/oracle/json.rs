//! JSON as RFC 8259 defines it, read byte after byte, and of JSON that breaks
//! all that stands in front of the break. Slow, and plain to see through.

/// A value, or as much of it as can be read.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Json {
    /// Something begins here and breaks.
    Torn,
    Null,
    Bool(bool),
    /// A number, as it is spelled.
    Number(String),
    Text(String),
    Array(Inside<Json>),
    Object(Inside<(String, Json)>),
}

/// What is between two brackets.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Inside<T> {
    pub(crate) items: Vec<T>,
    /// Whether the closing bracket is there.
    pub(crate) whole: bool,
    /// Whether anything but the closing bracket follows the opening one.
    pub(crate) begun: bool,
}

/// What was read of a line.
#[derive(Clone, Debug)]
pub(crate) struct Read {
    pub(crate) value: Json,
    /// Whether the line is JSON to its end.
    pub(crate) sound: bool,
}

/// Reads a line that has to be an object; `None` if it begins otherwise.
pub(crate) fn read(line: &[u8]) -> Option<Read> {
    let from = if line.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    let mut reader = Reader { line, at: from, broken: false };
    if reader.peek() != Some(b'{') {
        return None;
    }
    let value = reader.value();
    let rest = reader.peek().is_some();
    Some(Read { value, sound: !reader.broken && !rest })
}

struct Reader<'l> {
    line: &'l [u8],
    at: usize,
    broken: bool,
}

impl Reader<'_> {
    /// Returns the next byte that is no blank.
    fn peek(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.line.get(self.at) {
            self.at += 1;
        }
        self.line.get(self.at).copied()
    }

    fn takes(&mut self, byte: u8) -> bool {
        let is = self.peek() == Some(byte);
        self.at += usize::from(is);
        is
    }

    fn torn(&mut self) -> Json {
        self.broken = true;
        Json::Torn
    }

    fn value(&mut self) -> Json {
        let value = match self.peek() {
            Some(b'{') => {
                let members = self.inside(b'}', Reader::member);
                return Json::Object(members);
            }
            Some(b'[') => {
                let items = self.inside(b']', |reader| Some(reader.value()));
                return Json::Array(items);
            }
            Some(b'"') => self.text().map(Json::Text),
            Some(_) => self.word(),
            None => None,
        };
        match (value, self.peek()) {
            (Some(value), Some(b',' | b'}' | b']')) => value,
            _ => self.torn(),
        }
    }

    /// Reads what is between brackets, the first of which is next.
    fn inside<T>(
        &mut self,
        end: u8,
        mut item: impl FnMut(&mut Self) -> Option<T>,
    ) -> Inside<T> {
        self.at += 1;
        let mut items = Vec::new();
        let begun = self.peek().is_some_and(|byte| byte != end);
        if self.takes(end) {
            return Inside { items, whole: true, begun };
        }
        while self.peek().is_some() {
            items.extend(item(self));
            if self.broken || self.takes(end) {
                return Inside { items, whole: !self.broken, begun };
            }
            if !self.takes(b',') {
                break;
            }
        }
        self.broken = true;
        Inside { items, whole: false, begun }
    }

    fn member(&mut self) -> Option<(String, Json)> {
        let key = match self.peek() {
            Some(b'"') => self.text(),
            Some(_) | None => None,
        };
        match key {
            Some(key) if self.takes(b':') => Some((key, self.value())),
            Some(_) | None => {
                self.broken = true;
                None
            }
        }
    }

    /// Reads the number or literal that is next.
    fn word(&mut self) -> Option<Json> {
        let rest = &self.line[self.at..];
        let length = rest
            .iter()
            .position(|byte| b",}] \t\r\n".contains(byte))
            .unwrap_or(rest.len());
        self.at += length;
        match str::from_utf8(&rest[..length]).ok()? {
            "null" => Some(Json::Null),
            "true" => Some(Json::Bool(true)),
            "false" => Some(Json::Bool(false)),
            word if is_number(word) => Some(Json::Number(word.into())),
            _ => None,
        }
    }

    /// Reads the string that is next.
    fn text(&mut self) -> Option<String> {
        self.at += 1;
        let mut units: Vec<u16> = Vec::new();
        loop {
            let rest = &self.line[self.at..];
            match rest {
                [b'"', ..] => {
                    self.at += 1;
                    // What is half of a pair is U+FFFD, as in Go.
                    return Some(String::from_utf16_lossy(&units));
                }
                [b'\\', b'u', ..] => {
                    let digits = str::from_utf8(rest.get(2..6)?).ok()?;
                    if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
                        return None;
                    }
                    units.push(u16::from_str_radix(digits, 16).ok()?);
                    self.at += 6;
                }
                [b'\\', escape, ..] => {
                    let plain = b"\"\\/bfnrt".iter().position(|e| e == escape);
                    let meant = b"\"\\/\x08\x0c\n\r\t"[plain?];
                    units.push(meant.into());
                    self.at += 2;
                }
                [] | [b'\\'] | [..0x20, ..] => return None,
                [first, ..] => {
                    let length = match first {
                        0x00..0x80 => 1,
                        0x80..0xe0 => 2,
                        0xe0..0xf0 => 3,
                        0xf0.. => 4,
                    };
                    let text = str::from_utf8(rest.get(..length)?).ok()?;
                    units.extend(text.encode_utf16());
                    self.at += length;
                }
            }
        }
    }
}

/// Returns whether this is `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]?
/// [0-9]+)?`.
fn is_number(word: &str) -> bool {
    let word = word.strip_prefix('-').unwrap_or(word);
    let (mantissa, power) = match word.split_once(['e', 'E']) {
        Some((mantissa, power)) => (mantissa, Some(power)),
        None => (word, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let digits = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    let power =
        power.map(|power| power.strip_prefix(['+', '-']).unwrap_or(power));
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && power.is_none_or(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, sound: bool) {
        let read = read(line.as_bytes()).unwrap();
        assert_eq!(read.sound, sound, "{line} {:?}", read.value);
    }

    #[test]
    fn the_definition_knows_json() {
        check(r#"{"a":[1,-0,1.5e3,[],{}],"b":"\u00e9"}"#, true);
        check(" { } ", true);
        for line in [
            r#"{"a":01}"#,
            r#"{"a":1,}"#,
            r#"{"a":[1,]}"#,
            r#"{"a":[,1]}"#,
            r#"{"a":[1}}"#,
            r#"{"a":"\x"}"#,
            r#"{"a" 1}"#,
            r#"{"a":1"#,
            "{}{}",
        ] {
            check(line, false);
        }
    }
}
