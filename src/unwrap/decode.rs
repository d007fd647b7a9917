//! Turns what stands between the quotes of a JSON string into its text, fast.
//!
//! An event in a string has an escape every few bytes. So the next special
//! byte is looked for among eight at a time, which are copied before it is
//! known how many of them count.

/// How the reading of a string ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// At its closing quote, which is the byte at this offset.
    Closed(usize),
    /// At this offset, where the line ends or no string can go on. The text
    /// goes so far.
    Broken(usize),
}

/// A buffer for texts. What is behind `length` is rubbish that need not be
/// cleared.
#[derive(Clone, Debug, Default)]
pub(super) struct Room {
    bytes: Vec<u8>,
    length: usize,
}

impl Room {
    /// Returns the text.
    pub(super) fn text(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    /// Makes it empty.
    pub(super) fn clear(&mut self) {
        self.length = 0;
    }

    /// Appends bytes.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.reserve(bytes.len());
        let end = self.length + bytes.len();
        self.bytes[self.length..end].copy_from_slice(bytes);
        self.length = end;
    }

    fn reserve(&mut self, more: usize) {
        let least = self.length + more + STEP;
        if self.bytes.len() < least {
            self.bytes.resize(least.next_power_of_two(), 0);
        }
    }

    /// Appends the text of the string whose first byte is at `from`.
    ///
    /// * Half of a surrogate pair reads as U+FFFD, as in Go.
    /// * Bytes that are not UTF-8 are taken as they are.
    pub(super) fn decode(&mut self, line: &[u8], from: usize) -> End {
        // A text is never longer than what stands for it.
        self.reserve(line.len() - from);
        let mut at = from;
        loop {
            at = self.copy(line, at);
            match line.get(at) {
                Some(b'"') => return End::Closed(at),
                Some(b'\\') => match self.escape(&line[at + 1..]) {
                    Some(length) => at += 1 + length,
                    None => return End::Broken(at),
                },
                Some(_) | None => return End::Broken(at),
            }
        }
    }

    /// Copies plain bytes from `at` on; returns where they end.
    #[inline(always)]
    fn copy(&mut self, line: &[u8], mut at: usize) -> usize {
        while let Some(bytes) = line[at..].first_chunk::<STEP>() {
            // There is room behind the text: `reserve` sees to it.
            let room = &mut self.bytes[self.length..self.length + STEP];
            room.copy_from_slice(bytes);
            let special = special(u64::from_le_bytes(*bytes));
            let plain = (special.trailing_zeros() / 8) as usize;
            self.length += plain;
            at += plain;
            if special != 0 {
                return at;
            }
        }
        let rest = line[at..].iter().take_while(|byte| is_plain(**byte));
        for byte in rest {
            self.bytes[self.length] = *byte;
            self.length += 1;
            at += 1;
        }
        at
    }

    /// Appends what the escape stands for whose backslash is in front of
    /// `rest`, and returns its length without that.
    #[inline(always)]
    fn escape(&mut self, rest: &[u8]) -> Option<usize> {
        let byte = match rest.first()? {
            byte @ (b'"' | b'\\' | b'/') => *byte,
            b'n' => b'\n',
            b't' => b'\t',
            b'r' => b'\r',
            b'b' => 8,
            b'f' => 12,
            b'u' => return self.unit(&rest[1..]),
            _ => return None,
        };
        self.bytes[self.length] = byte;
        self.length += 1;
        Some(1)
    }

    /// Appends the character whose digits `rest` begins with.
    fn unit(&mut self, rest: &[u8]) -> Option<usize> {
        let unit = hex(rest)?;
        let (mut found, mut length) = (char::from_u32(unit), 5);
        let is_half = (0xd800..0xdc00).contains(&unit);
        if is_half && matches!(&rest[4..], b"" | b"\\") {
            return None;
        }
        if is_half && let Some(second) = rest[4..].strip_prefix(br"\u") {
            let low = hex(second)?;
            if (0xdc00..0xe000).contains(&low) {
                let high = (unit - 0xd800) << 10;
                found = char::from_u32(0x10000 + high + (low - 0xdc00));
                length = 11;
            }
        }
        let found = found.unwrap_or(char::REPLACEMENT_CHARACTER);
        self.push(found.encode_utf8(&mut [0; 4]).as_bytes());
        Some(length)
    }
}

/// How many bytes are looked at in one go.
const STEP: usize = 8;

/// Returns which bytes end a plain run: the high bit of the lowest such byte
/// is set, and none below.
#[inline(always)]
fn special(bytes: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let quote = bytes ^ (ONES * b'"' as u64);
    let backslash = bytes ^ (ONES * b'\\' as u64);
    // Each subtraction borrows where a byte is too small, and then bytes
    // above it may be wrong, which does not matter.
    let quote = quote.wrapping_sub(ONES) & !quote;
    let backslash = backslash.wrapping_sub(ONES) & !backslash;
    let control = bytes.wrapping_sub(ONES * b' ' as u64) & !bytes;
    (quote | backslash | control) & HIGH
}

/// Returns whether the byte means itself in a string.
fn is_plain(byte: u8) -> bool {
    byte >= b' ' && byte != b'"' && byte != b'\\'
}

/// Reads four hexadecimal digits.
fn hex(bytes: &[u8]) -> Option<u32> {
    let digits = bytes.first_chunk::<4>()?;
    digits.iter().try_fold(0, |unit, digit| {
        Some(unit * 16 + char::from(*digit).to_digit(16)?)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decoded(line: &[u8]) -> (Vec<u8>, End) {
        let mut room = Room::default();
        room.push(b"before");
        let end = room.decode(line, 1);
        (room.text()[6..].to_vec(), end)
    }

    proptest! {
        #[test]
        fn texts_come_back(text in "\\PC*|[\\x00-\\x7f]{0,40}") {
            let line = serde_json::to_vec(&text).unwrap();
            let end = End::Closed(line.len() - 1);
            prop_assert_eq!(decoded(&line), (text.into_bytes(), end));
        }

        #[test]
        fn it_says_what_serde_says(raw in "([a-z\"\\\\/uDd0-9]|\\\\u[dD]83[dD]|\\\\uD[cC]00|é){0,30}") {
            let line = format!("\"{raw}\"");
            let (text, end) = decoded(line.as_bytes());
            let mut texts =
                serde_json::Deserializer::from_str(&line).into_iter::<String>();
            // Half pairs are errors to serde.
            if let Some(Ok(expected)) = texts.next() {
                prop_assert_eq!(text, expected.into_bytes());
                prop_assert_eq!(end, End::Closed(texts.byte_offset() - 1));
            }
        }
    }

    #[test]
    fn a_broken_string_is_read_as_far_as_it_goes() {
        for (line, text, at) in [
            (&b"\"ab"[..], &b"ab"[..], 3),
            (b"\"ab\\", b"ab", 3),
            (b"\"ab\\u12", b"ab", 3),
            (b"\"ab\\xcd\"", b"ab", 3),
            (b"\"abcdefghi\tj\"", b"abcdefghi", 10),
            (b"\"\\ud83d\\u12\"", b"", 1),
            (b"\"\\ud83d\\", b"", 1),
            (b"\"\\ud83d", b"", 1),
        ] {
            assert_eq!(decoded(line), (text.to_vec(), End::Broken(at)));
        }
        let half = decoded(br#""a\ud83dz""#);
        assert_eq!(half, ("a\u{fffd}z".into(), End::Closed(9)));
    }
}
