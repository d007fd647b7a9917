//! Turns 64 bytes into masks, and masks into structure outside of strings.

/// How many bytes are classified at a time: one bit each in a `u64`.
pub(super) const BLOCK: usize = 64;

/// Where the bytes of interest stand in a block, lowest bit first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Masks {
    pub(super) backslash: u64,
    pub(super) quote: u64,
    pub(super) colon: u64,
    /// `{` and `[`.
    pub(super) open: u64,
    /// `}` and `]`.
    pub(super) close: u64,
    /// Bytes up to the comma, the blanks among them.
    pub(super) low: u64,
}

/// The last byte of [`Masks::low`].
pub(super) const LOW: u8 = b',';

/// A way to classify bytes. Every implementation gives the same answers.
pub(super) trait Classify: Copy {
    /// Whether [`Classify::gather`] is one instruction.
    const GATHERS: bool;

    /// Returns where the bytes of interest stand.
    fn classify(self, bytes: &[u8; BLOCK]) -> Masks;

    /// Returns the running parity of the bits: bit `n` of the result is the
    /// xor of the bits `0..=n`.
    fn prefix_xor(self, bits: u64) -> u64;

    /// Returns the bits of `bits` that stand at the set bits of `mask`, moved
    /// together at the low end.
    fn gather(self, bits: u64, mask: u64) -> u64;
}

/// What one block hands to the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Carry {
    /// All ones if the block ended inside of a string, else zero.
    in_string: u64,
    /// One if the first byte of the next block is escaped, else zero.
    escaped: u64,
    /// One if the block ended with the end of a string, else zero.
    closed: u64,
}

/// The structure of one block: nothing here stands inside of a string, save
/// the quotes that bound strings and the backslashes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Structure {
    /// Quotes that open or close a string.
    pub(super) quote: u64,
    pub(super) colon: u64,
    pub(super) open: u64,
    pub(super) close: u64,
    pub(super) backslash: u64,
    /// Bytes right behind a string that nothing sound begins with: where a
    /// line was cut inside of a string and another one glued to it, the first
    /// key of that one is behind a string in this sense.
    pub(super) loose: u64,
    /// All bytes of strings, their opening quotes included.
    in_string: u64,
}

impl Structure {
    /// Returns where `byte` stands outside of strings in the block, which
    /// has these bytes.
    pub(super) fn outside(&self, byte: u8, bytes: &[u8; BLOCK]) -> u64 {
        let found = bytes
            .iter()
            .enumerate()
            .fold(0, |bits, (n, other)| bits | u64::from(*other == byte) << n);
        found & !self.in_string
    }
}

/// Reads the structure of `bytes`, which follow the block that left `carry`.
#[inline(always)]
pub(super) fn structure<C: Classify>(
    classifier: C,
    bytes: &[u8; BLOCK],
    carry: &mut Carry,
) -> Structure {
    let masks = classifier.classify(bytes);
    let escaped = escaped(masks.backslash, &mut carry.escaped);
    let quote = masks.quote & !escaped;
    let in_string = classifier.prefix_xor(quote) ^ carry.in_string;
    carry.in_string = ((in_string as i64) >> 63) as u64;
    let closing = quote & !in_string;
    let behind = closing << 1 | carry.closed;
    carry.closed = closing >> 63;
    let sound = masks.low | masks.colon | masks.open | masks.close;
    Structure {
        loose: behind & !sound,
        quote,
        colon: masks.colon & !in_string,
        open: masks.open & !in_string,
        close: masks.close & !in_string,
        backslash: masks.backslash,
        in_string,
    }
}

/// Returns the bytes that an odd run of backslashes stands in front of.
///
/// The addition carries through each run: runs that begin at an even
/// position and at an odd one are told apart by where the carry comes out
/// (simdjson's method).
#[inline(always)]
fn escaped(backslash: u64, carry: &mut u64) -> u64 {
    if backslash == 0 {
        return std::mem::take(carry);
    }
    const EVEN: u64 = 0x5555_5555_5555_5555;
    let backslash = backslash & !*carry;
    let follows = (backslash << 1) | *carry;
    let odd_starts = backslash & !EVEN & !follows;
    let (even_ends, overflow) = odd_starts.overflowing_add(backslash);
    *carry = u64::from(overflow);
    (EVEN ^ (even_ends << 1)) & follows
}

/// Returns the rest of a line that is less than a block, blanks behind it.
#[inline(never)]
pub(super) fn last_block(rest: &[u8]) -> [u8; BLOCK] {
    let mut block = [b' '; BLOCK];
    block[..rest.len()].copy_from_slice(rest);
    block
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Escaped bytes, one at a time: the definition.
    fn escaped_plainly(backslash: u64, carry: &mut u64) -> u64 {
        let mut out = 0;
        let mut escape = *carry == 1;
        for bit in 0..64 {
            if escape {
                out |= 1 << bit;
            }
            escape = !escape && backslash >> bit & 1 == 1;
        }
        *carry = u64::from(escape);
        out
    }

    #[test]
    fn odd_runs_of_backslashes_escape_the_next_byte() {
        let mut seed = 1_u64;
        for round in 0..20_000 {
            seed = seed.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(9);
            let backslash = match round % 4 {
                0 => seed,
                1 => seed | seed << 1,
                2 => seed & (seed >> 7),
                _ => u64::MAX << (seed >> 58),
            };
            for carry in [0, 1] {
                let (mut fast, mut plain) = (carry, carry);
                let quick = escaped(backslash, &mut fast);
                let slow = escaped_plainly(backslash, &mut plain);
                // Escaped backslashes are of no interest to the caller.
                let others = !backslash;
                assert_eq!(quick & others, slow & others, "{backslash:064b}");
                assert_eq!(fast, plain, "{backslash:064b}");
            }
        }
    }
}
