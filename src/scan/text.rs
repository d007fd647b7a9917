//! Reads JSON strings: raw where they are plain, unescaped where not.

use super::defect::DefectKind;

/// The bytes between the quotes of a JSON string, as they stand in the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text<'l> {
    raw: &'l [u8],
}

impl<'l> Text<'l> {
    /// Takes what stands between the quotes.
    pub fn new(raw: &'l [u8]) -> Text<'l> {
        Text { raw }
    }

    /// Returns the bytes between the quotes, unchanged.
    pub fn raw(self) -> &'l [u8] {
        self.raw
    }

    /// Returns the text that the string stands for, unescaped into
    /// `scratch` where it holds escapes.
    ///
    /// * An escaped surrogate without its partner reads as U+FFFD, as Go's
    ///   decoder does.
    ///
    /// # Errors
    ///
    /// [`DefectKind::Text`] for a bad escape, a raw control character, or
    /// bytes that are not UTF-8.
    ///
    /// ```
    /// use kaudit_filter::scan::Text;
    /// let mut scratch = Vec::new();
    /// let text = Text::new(br"a\u0026b").read(&mut scratch);
    /// assert_eq!(text, Ok("a&b"));
    /// ```
    #[inline]
    pub fn read<'s>(
        self,
        scratch: &'s mut Vec<u8>,
    ) -> Result<&'s str, DefectKind>
    where
        'l: 's,
    {
        if is_plain(self.raw) {
            // Every byte is ASCII: this cannot fail.
            return str::from_utf8(self.raw).or(Err(DefectKind::Text));
        }
        scratch.clear();
        self.unescape(scratch)?;
        str::from_utf8(scratch).or(Err(DefectKind::Text))
    }

    /// Checks what [`Text::read`] would.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn check(self) -> Result<(), DefectKind> {
        self.read(&mut Vec::new()).map(|_| ())
    }

    /// Returns how many of the raw bytes stand for at most `most` bytes of
    /// text: as many as can be without a part of a character or an escape.
    ///
    /// * Behind them, nothing is looked at.
    ///
    /// # Errors
    ///
    /// [`DefectKind::Text`] for a bad escape.
    ///
    /// ```
    /// use kaudit_filter::scan::Text;
    /// assert_eq!(Text::new(br"a\u0026b").reach(2), Ok(7));
    /// assert_eq!(Text::new("né".as_bytes()).reach(2), Ok(1));
    /// ```
    pub fn reach(self, most: usize) -> Result<usize, DefectKind> {
        let (mut rest, mut left) = (self.raw, most);
        let mut unescaped = Vec::new();
        // Raw bytes are never fewer than those they stand for.
        while rest.len() > left {
            let plain = memchr::memchr(b'\\', &rest[..left]);
            let Some(plain) = plain else {
                let inside = self.raw.len() - rest.len();
                return Ok(inside + whole_characters(rest, left));
            };
            unescaped.clear();
            let behind = unescape_one(&rest[plain + 1..], &mut unescaped)?;
            if plain + unescaped.len() > left {
                return Ok(self.raw.len() - rest.len() + plain);
            }
            left -= plain + unescaped.len();
            rest = behind;
        }
        Ok(self.raw.len())
    }

    /// Appends the text that the string stands for to `out`.
    pub(super) fn unescape(self, out: &mut Vec<u8>) -> Result<(), DefectKind> {
        let mut rest = self.raw;
        while let Some(at) = memchr::memchr(b'\\', rest) {
            out.extend_from_slice(without_controls(&rest[..at])?);
            rest = unescape_one(&rest[at + 1..], out)?;
        }
        out.extend_from_slice(without_controls(rest)?);
        Ok(())
    }
}

/// Returns whether the bytes mean themselves: printable ASCII, no backslash.
#[inline]
fn is_plain(bytes: &[u8]) -> bool {
    // Without an early end, which lets the compiler use vectors.
    bytes.iter().fold(true, |plain, byte| {
        plain & (*byte >= b' ') & (*byte < 0x80) & (*byte != b'\\')
    })
}

/// Returns how many of the first `most` bytes are whole characters.
fn whole_characters(bytes: &[u8], most: usize) -> usize {
    // Those that go on with a character begin with the bits 10.
    let goes_on = |at: usize| bytes.get(at).is_some_and(|b| b >> 6 == 0b10);
    (0..=most).rev().find(|at| !goes_on(*at)).unwrap_or(0)
}

/// Returns `bytes` if none of them is a control character.
fn without_controls(bytes: &[u8]) -> Result<&[u8], DefectKind> {
    match bytes.iter().any(|byte| *byte < b' ') {
        true => Err(DefectKind::Text),
        false => Ok(bytes),
    }
}

/// Appends what the escape stands for whose backslash is in front of
/// `rest`, and returns what follows it.
fn unescape_one<'l>(
    rest: &'l [u8],
    out: &mut Vec<u8>,
) -> Result<&'l [u8], DefectKind> {
    let (byte, rest) = rest.split_first().ok_or(DefectKind::Text)?;
    let plain = match byte {
        b'"' | b'\\' | b'/' => *byte,
        b'b' => 8,
        b'f' => 12,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'u' => return unescape_unit(rest, out),
        _ => return Err(DefectKind::Text),
    };
    out.push(plain);
    Ok(rest)
}

/// Reads the digits behind `\u`, and those of a second escape where the first
/// is the high half of a pair.
fn unescape_unit<'l>(
    rest: &'l [u8],
    out: &mut Vec<u8>,
) -> Result<&'l [u8], DefectKind> {
    let (unit, rest) = hex(rest)?;
    let mut character = char::from_u32(unit);
    let mut behind = rest;
    if (0xd800..0xdc00).contains(&unit)
        && let Some(second) = rest.strip_prefix(br"\u")
    {
        let (low, after) = hex(second)?;
        if (0xdc00..0xe000).contains(&low) {
            let high = (unit - 0xd800) << 10;
            character = char::from_u32(0x10000 + high + (low - 0xdc00));
            behind = after;
        }
    }
    let character = character.unwrap_or(char::REPLACEMENT_CHARACTER);
    out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    Ok(behind)
}

/// Reads four hexadecimal digits.
fn hex(bytes: &[u8]) -> Result<(u32, &[u8]), DefectKind> {
    let (digits, rest) =
        bytes.split_first_chunk::<4>().ok_or(DefectKind::Text)?;
    let mut unit = 0;
    for digit in digits {
        let value = char::from(*digit).to_digit(16).ok_or(DefectKind::Text)?;
        unit = unit * 16 + value;
    }
    Ok((unit, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(raw: &[u8], expected: Result<&str, DefectKind>) {
        assert_eq!(Text::new(raw).read(&mut Vec::new()), expected);
    }

    #[test]
    fn text_reads_as_go_reads_it() {
        check(b"", Ok(""));
        check(b"plain", Ok("plain"));
        check("naïve µs".as_bytes(), Ok("naïve µs"));
        check(br#"\"\\\/\b\f\n\r\t"#, Ok("\"\\/\u{8}\u{c}\n\r\t"));
        check(br"a\u003cb\u003E", Ok("a<b>"));
        check(br"\ud83d\ude00!", Ok("😀!"));
        check(br"\ud83d!", Ok("\u{fffd}!"));
        check(br"\ude00\ud83d\u0041", Ok("\u{fffd}\u{fffd}A"));
        check(br"\ud83d\ud83d\ude00", Ok("\u{fffd}😀"));
    }

    #[test]
    fn text_is_cut_between_characters() {
        for (raw, expected) in [
            ("", [0, 0, 0, 0, 0, 0]),
            ("abc", [0, 1, 2, 3, 3, 3]),
            ("\u{e9}\u{e9}", [0, 0, 2, 2, 4, 4]),
            ("a\u{1f600}b", [0, 1, 1, 1, 1, 5]),
            (r"\n\\\u0041", [0, 2, 4, 10, 10, 10]),
            (r"\ud83d\ude00!", [0, 0, 0, 0, 12, 13]),
            (r"\ud83d!", [0, 0, 0, 6, 7, 7]),
            (r"\ud83d\u0041", [0, 0, 0, 6, 12, 12]),
        ] {
            for (most, expected) in expected.into_iter().enumerate() {
                let text = Text::new(raw.as_bytes());
                let found = text.reach(most);
                assert_eq!(found, Ok(expected), "{raw} to {most}");
            }
        }
        assert_eq!(Text::new(br"ab\x").reach(3), Err(DefectKind::Text));
        assert_eq!(Text::new(br"ab\x").reach(2), Ok(2));
    }

    #[test]
    fn bad_text_is_a_defect() {
        for raw in [
            &b"a\nb"[..],
            b"\x1f",
            b"\xff",
            b"\xc3",
            br"\x41",
            br"\u12",
            br"\u12g4",
            b"\\",
            b"\xc3\\n",
            b"\\n\x01",
        ] {
            check(raw, Err(DefectKind::Text));
        }
    }
}
