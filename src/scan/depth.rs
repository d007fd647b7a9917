//! Follows the depth of nesting through the brackets of a block.

use super::block::Classify;

/// For eight brackets, the first the lowest bit, set where one opens: how far
/// the depth sinks below where it began.
static DEEPEST: [u8; 256] = {
    let mut table = [0; 256];
    let mut brackets = 0;
    while brackets < 256 {
        let (mut depth, mut sunk, mut n) = (0_i32, 0_i32, 0);
        while n < 8 {
            depth += if brackets >> n & 1 == 1 { 1 } else { -1 };
            if -depth > sunk {
                sunk = -depth;
            }
            n += 1;
        }
        table[brackets] = sunk as u8;
        brackets += 1;
    }
    table
};

/// Returns whether `depth` is above zero all through the brackets of a block.
///
/// Where the classifier has no quick way to tell, it may answer no too often.
#[inline(always)]
pub(super) fn stays_above<C: Classify>(
    classifier: C,
    depth: u32,
    open: u64,
    close: u64,
) -> bool {
    // Far from the ground the CPU foresees the answer; near to it counting
    // exactly is quicker than guessing.
    if !C::GATHERS || depth > 2 {
        return depth > close.count_ones();
    }
    let brackets = open | close;
    let opening = classifier.gather(open, brackets);
    depth > 0 && stays_positive(depth, opening, brackets.count_ones())
}

/// Returns whether `depth`, taken through `count` brackets, never comes to
/// zero. Bit `n` of `opening` is set if bracket number `n` opens.
#[inline(always)]
pub(super) fn stays_positive(depth: u32, opening: u64, count: u32) -> bool {
    let (mut depth, mut opening, mut count) = (depth, opening, count);
    while count > 8 {
        if depth <= u32::from(DEEPEST[opening as usize & 0xff]) {
            return false;
        }
        depth = depth + 2 * (opening as u8).count_ones() - 8;
        opening >>= 8;
        count -= 8;
    }
    // Brackets that are not there count as opening ones.
    let last = opening | u64::MAX << count;
    depth > u32::from(DEEPEST[last as usize & 0xff])
}

/// Returns the bracket at which `depth` comes to zero, as a bit of the block.
pub(super) fn closing(mut depth: u32, open: u64, close: u64) -> u64 {
    let mut brackets = open | close;
    while brackets != 0 {
        let bit = brackets & brackets.wrapping_neg();
        brackets ^= bit;
        if open & bit != 0 {
            depth += 1;
        } else if depth > 1 {
            depth -= 1;
        } else {
            return bit;
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_see_the_same_end() {
        let mut seed = 7_u64;
        for _ in 0..100_000 {
            seed = seed.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(9);
            let count = (seed >> 58) as u32;
            let opening = seed >> 20 & !(u64::MAX << count);
            let depth = (seed >> 8 & 7) as u32 + 1;
            // The brackets stand side by side.
            let close = !opening & !(u64::MAX << count);
            let end = closing(depth, opening, close);
            let stays = stays_positive(depth, opening, count);
            assert_eq!(stays, end == 0, "{depth} {opening:b} {count}");
        }
    }
}
