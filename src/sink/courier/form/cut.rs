//! Turns a text that is too long into its beginning and a mark.

use super::Fit;

/// What stands where something was cut off.
const MARK: &[u8] = b"...";

/// A text, perhaps without its end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Text<'t> {
    kept: &'t [u8],
    mark: &'static [u8],
}

impl Text<'_> {
    /// Appends it, and the mark if something is missing.
    pub(super) fn write(self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.kept);
        out.extend_from_slice(self.mark);
    }
}

/// Returns as much of a text as has room, cut between characters.
pub(super) fn cut(text: &[u8], room: usize) -> (Text<'_>, Fit) {
    if text.len() <= room {
        return (Text { kept: text, mark: b"" }, Fit::Whole);
    }
    let mark = &MARK[..MARK.len().min(room)];
    let mut end = room - mark.len();
    // At most three bytes go on a character; more of them are none.
    for _ in 0..3 {
        let is_inside = text.get(end).is_some_and(|byte| byte & 0xc0 == 0x80);
        end = end.saturating_sub(usize::from(is_inside));
    }
    (Text { kept: &text[..end], mark }, Fit::Cut)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_between_characters() {
        for (text, room, expected) in [
            ("plain", 5, "plain"),
            ("plain text", 8, "plain..."),
            ("gr\u{fc}n und blau", 6, "gr..."),
            ("gr\u{fc}n und blau", 7, "gr\u{fc}..."),
            ("\u{1f980}\u{1f980}", 7, "\u{1f980}..."),
            ("\u{1f980}\u{1f980}", 6, "..."),
            ("text", 2, ".."),
            ("text", 0, ""),
        ] {
            let mut out = Vec::new();
            let (cut, fit) = cut(text.as_bytes(), room);
            cut.write(&mut out);
            assert_eq!(out, expected.as_bytes(), "{text} {room}");
            assert_eq!(fit == Fit::Whole, text.len() <= room);
        }
    }
}
