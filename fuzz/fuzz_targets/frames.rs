//! No byte of an input is lost between its lines, wherever it is cut.

#![no_main]

use kaudit_filter::frame::{Lines, leading_nuls, whole_lines};
use libfuzzer_sys::fuzz_target;

/// Returns the lines of `bytes`, and how many NUL bytes were left out.
fn lines(bytes: &[u8]) -> (Vec<&[u8]>, usize) {
    let mut walk = Lines::new(bytes);
    let (mut found, mut nuls, mut at) = (Vec::new(), 0, 0);
    for line in walk.by_ref() {
        assert_eq!(at + line.nuls, line.start);
        assert_eq!(line.nuls, leading_nuls(&bytes[at..line.next]));
        assert!(!bytes[line.start..line.end].contains(&b'\n'));
        assert_eq!(line.is_ended(), bytes[..line.next].ends_with(b"\n"));
        found.push(&bytes[line.start..line.end]);
        nuls += line.nuls;
        at = line.next;
    }
    assert_eq!(at + walk.trailing_nuls(), bytes.len());
    (found, nuls + walk.trailing_nuls())
}

fuzz_target!(|bytes: &[u8]| {
    let (whole, nuls) = lines(bytes);
    let cut = whole_lines(bytes).unwrap_or_default();
    let (mut parts, mut left) = lines(&bytes[..cut]);
    let (rest, more) = lines(&bytes[cut..]);
    parts.extend(rest);
    left += more;
    assert_eq!((parts, left), (whole, nuls));
});
