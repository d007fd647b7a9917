//! Knows ways of compressing by the first bytes.

use std::fmt;

/// A way of compressing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// `.gz`: members of RFC 1952, one behind the other.
    Gzip,
    /// `.zst`: frames of RFC 8878, one behind the other.
    Zstd,
}

/// What the first bytes of something say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Guess {
    Packed(Packing),
    Plain,
    /// They are too few.
    Open,
}

/// A frame of zstd that holds nothing begins with one of sixteen bytes, and
/// then these.
const SKIPPABLE: [u8; 3] = [0x2a, 0x4d, 0x18];

impl Packing {
    /// Guesses from the first bytes; four are always enough.
    pub(in super::super) fn guess(head: &[u8]) -> Guess {
        for packing in [Packing::Gzip, Packing::Zstd] {
            match packing.begins(head) {
                Some(true) => return Guess::Packed(packing),
                Some(false) => {}
                None => return Guess::Open,
            }
        }
        Guess::Plain
    }

    /// Returns whether a member or frame begins with `head`, if that is known
    /// so far.
    pub(super) fn begins(self, head: &[u8]) -> Option<bool> {
        let is = |magic: &[u8]| {
            let common = magic.len().min(head.len());
            let agrees = magic[..common] == head[..common];
            (!agrees || head.len() >= magic.len()).then_some(agrees)
        };
        match (self, head) {
            (Packing::Gzip, _) => is(&[0x1f, 0x8b]),
            (Packing::Zstd, &[first @ 0x50..=0x5f, ..]) => {
                let [a, b, c] = SKIPPABLE;
                is(&[first, a, b, c])
            }
            (Packing::Zstd, _) => is(&[0x28, 0xb5, 0x2f, 0xfd]),
        }
    }
}

impl fmt::Display for Packing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Packing::Gzip => "gzip",
            Packing::Zstd => "zstd",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_bytes_are_enough() {
        let check = |head: &[u8], guess| {
            assert_eq!(Packing::guess(head), guess, "{head:x?}");
        };
        check(b"", Guess::Open);
        check(b"\x1f", Guess::Open);
        check(b"\x1f\x8b", Guess::Packed(Packing::Gzip));
        check(b"\x1f{", Guess::Plain);
        check(b"(", Guess::Open);
        check(b"(\xb5/", Guess::Open);
        check(b"(\xb5/\xfd", Guess::Packed(Packing::Zstd));
        check(b"P", Guess::Open);
        check(b"P*M\x18", Guess::Packed(Packing::Zstd));
        check(b"P*M", Guess::Open);
        check(b"PATH", Guess::Plain);
        check(b"{\"ki", Guess::Plain);
    }
}
