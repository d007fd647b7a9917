//! The classifier that any machine can run, eight bytes at a time. It is the
//! definition of what the others do.

use super::block::{BLOCK, Classify, LOW, Masks};

/// The classifier without vector instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Scalar;

impl Classify for Scalar {
    const GATHERS: bool = false;

    #[inline(always)]
    fn classify(self, bytes: &[u8; BLOCK]) -> Masks {
        let mut masks = Masks::default();
        let (words, _) = bytes.as_chunks::<8>();
        for (n, word) in words.iter().enumerate() {
            let word = u64::from_le_bytes(*word);
            let folded = word | 0x2020_2020_2020_2020;
            let shift = n * 8;
            masks.backslash |= equal(word, b'\\') << shift;
            masks.quote |= equal(word, b'"') << shift;
            masks.colon |= equal(word, b':') << shift;
            masks.open |= equal(folded, b'{') << shift;
            masks.close |= equal(folded, b'}') << shift;
            masks.low |= at_most(word, LOW) << shift;
        }
        masks
    }

    #[inline(always)]
    fn prefix_xor(self, bits: u64) -> u64 {
        prefix_xor(bits)
    }

    #[inline(always)]
    fn gather(self, bits: u64, mask: u64) -> u64 {
        gather(bits, mask)
    }
}

/// Returns the bits at the set bits of `mask`, moved together.
#[inline(always)]
pub(super) fn gather(bits: u64, mut mask: u64) -> u64 {
    let mut gathered = 0;
    let mut place = 1_u64;
    while mask != 0 {
        let bit = mask & mask.wrapping_neg();
        mask ^= bit;
        gathered |= if bits & bit != 0 { place } else { 0 };
        place = place.wrapping_shl(1);
    }
    gathered
}

/// Returns the running parity of the bits, by doubling.
#[inline(always)]
pub(super) fn prefix_xor(mut bits: u64) -> u64 {
    for shift in [1, 2, 4, 8, 16, 32] {
        bits ^= bits << shift;
    }
    bits
}

/// One in each byte of a word,
const ONES: u64 = 0x0101_0101_0101_0101;

/// and all of its bits but the top one.
const SEVEN: u64 = 0x7f7f_7f7f_7f7f_7f7f;

/// Returns eight bits: which bytes of `word` are `byte`.
#[inline(always)]
fn equal(word: u64, byte: u8) -> u64 {
    let differ = word ^ (ONES * u64::from(byte));
    // The top bit of each byte: set where the byte is not zero. The addition
    // cannot carry over, since each byte is at most 0x7f + 0x7f.
    let nonzero = ((differ & SEVEN) + SEVEN) | differ;
    top_bits(!nonzero)
}

/// Returns eight bits: which bytes of `word` are at most `byte`, which is
/// ASCII.
#[inline(always)]
fn at_most(word: u64, byte: u8) -> u64 {
    let above = ((word & SEVEN) + ONES * u64::from(0x7f - byte)) | word;
    top_bits(!above)
}

/// Returns the top bits of the bytes: one bit a byte, gathered into the top
/// byte by one multiplication.
#[inline(always)]
fn top_bits(word: u64) -> u64 {
    ((word >> 7) & ONES).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_value_is_classified_by_itself() {
        for byte in 0..=u8::MAX {
            for at in 0..BLOCK {
                let mut bytes = [b' '; BLOCK];
                bytes[at] = byte;
                let bit = 1_u64 << at;
                let is =
                    |set: &[u8]| if set.contains(&byte) { bit } else { 0 };
                let expected = Masks {
                    backslash: is(b"\\"),
                    quote: is(b"\""),
                    colon: is(b":"),
                    open: is(b"{["),
                    close: is(b"}]"),
                    low: if byte <= LOW { u64::MAX } else { !bit },
                };
                assert_eq!(Scalar.classify(&bytes), expected, "{byte}");
            }
        }
    }

    #[test]
    fn prefix_xor_is_the_running_parity() {
        for bits in [0, 1, 1 << 63, 0b1010_0110, u64::MAX, 0x8421 << 20] {
            let got = prefix_xor(bits);
            for n in 0..64 {
                let below = bits & (u64::MAX >> (63 - n));
                assert_eq!(got >> n & 1, u64::from(below.count_ones() & 1));
            }
        }
    }
}
