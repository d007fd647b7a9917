//! The classifiers for x86-64: SSE2, AVX2 and AVX-512BW.
//!
//! A value of one of these types is the proof that the CPU has the
//! instructions: only `detect` makes one.

use std::arch::x86_64::*;

use super::backend::Kernel;
use super::block::{BLOCK, Classify, LOW, Masks};
use super::scalar;

/// Bits that fold `[` onto `{` and `]` onto `}`.
const FOLD: i8 = 0x20;

/// SSE2, which every x86-64 CPU has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sse2(());

/// AVX2 with carry-less multiplication and bit counting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Avx2(());

/// AVX-512BW with carry-less multiplication and bit counting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Avx512(());

impl Sse2 {
    pub(super) fn detect() -> Option<Sse2> {
        is_x86_feature_detected!("sse2").then_some(Sse2(()))
    }

    #[inline(always)]
    pub(super) fn run<K: Kernel>(self, kernel: K) -> K::Output {
        kernel.run(self)
    }
}

impl Avx2 {
    pub(super) fn detect() -> Option<Avx2> {
        let found = is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("pclmulqdq")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("bmi2")
            && is_x86_feature_detected!("lzcnt")
            && is_x86_feature_detected!("popcnt");
        found.then_some(Avx2(()))
    }

    #[inline(always)]
    pub(super) fn run<K: Kernel>(self, kernel: K) -> K::Output {
        // SAFETY: an `Avx2` exists only where `detect` saw the features.
        unsafe { run_avx2(self, kernel) }
    }
}

impl Avx512 {
    pub(super) fn detect() -> Option<Avx512> {
        let found = Avx2::detect().is_some()
            && is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw");
        found.then_some(Avx512(()))
    }

    #[inline(always)]
    pub(super) fn run<K: Kernel>(self, kernel: K) -> K::Output {
        // SAFETY: an `Avx512` exists only where `detect` saw the features.
        unsafe { run_avx512(self, kernel) }
    }
}

#[target_feature(enable = "avx2,pclmulqdq,bmi1,bmi2,lzcnt,popcnt")]
fn run_avx2<K: Kernel>(proof: Avx2, kernel: K) -> K::Output {
    kernel.run(proof)
}

#[target_feature(enable = "avx2,pclmulqdq,bmi1,bmi2,lzcnt,popcnt")]
#[target_feature(enable = "avx512f,avx512bw")]
fn run_avx512<K: Kernel>(proof: Avx512, kernel: K) -> K::Output {
    kernel.run(proof)
}

impl Classify for Sse2 {
    const GATHERS: bool = false;

    #[inline(always)]
    fn classify(self, bytes: &[u8; BLOCK]) -> Masks {
        let mut masks = Masks::default();
        let (quarters, _) = bytes.as_chunks::<16>();
        for (n, quarter) in quarters.iter().enumerate() {
            // SAFETY: a `Sse2` exists only where `detect` saw the feature.
            let part = unsafe { classify_sse2(quarter) };
            merge(&mut masks, part, n * 16);
        }
        masks
    }

    #[inline(always)]
    fn prefix_xor(self, bits: u64) -> u64 {
        scalar::prefix_xor(bits)
    }

    #[inline(always)]
    fn gather(self, bits: u64, mask: u64) -> u64 {
        scalar::gather(bits, mask)
    }
}

impl Classify for Avx2 {
    const GATHERS: bool = true;

    #[inline(always)]
    fn classify(self, bytes: &[u8; BLOCK]) -> Masks {
        let mut masks = Masks::default();
        let (halves, _) = bytes.as_chunks::<32>();
        for (n, half) in halves.iter().enumerate() {
            // SAFETY: an `Avx2` exists only where `detect` saw the feature.
            let part = unsafe { classify_avx2(half) };
            merge(&mut masks, part, n * 32);
        }
        masks
    }

    #[inline(always)]
    fn prefix_xor(self, bits: u64) -> u64 {
        // SAFETY: an `Avx2` exists only where `detect` saw the feature.
        unsafe { prefix_xor_clmul(bits) }
    }

    #[inline(always)]
    fn gather(self, bits: u64, mask: u64) -> u64 {
        // SAFETY: as above; BMI2 is among the features.
        unsafe { gather_pext(bits, mask) }
    }
}

impl Classify for Avx512 {
    const GATHERS: bool = true;

    #[inline(always)]
    fn classify(self, bytes: &[u8; BLOCK]) -> Masks {
        // SAFETY: an `Avx512` exists only where `detect` saw the features.
        unsafe { classify_avx512(bytes) }
    }

    #[inline(always)]
    fn prefix_xor(self, bits: u64) -> u64 {
        // SAFETY: an `Avx512` exists only where `detect` saw the feature.
        unsafe { prefix_xor_clmul(bits) }
    }

    #[inline(always)]
    fn gather(self, bits: u64, mask: u64) -> u64 {
        // SAFETY: as above; BMI2 is among the features.
        unsafe { gather_pext(bits, mask) }
    }
}

/// Adds the masks of a part of a block that begins `shift` bytes into it.
#[inline(always)]
fn merge(masks: &mut Masks, part: Masks, shift: usize) {
    masks.backslash |= part.backslash << shift;
    masks.quote |= part.quote << shift;
    masks.colon |= part.colon << shift;
    masks.open |= part.open << shift;
    masks.close |= part.close << shift;
    masks.low |= part.low << shift;
}

#[inline]
#[target_feature(enable = "sse2")]
fn classify_sse2(bytes: &[u8; 16]) -> Masks {
    // SAFETY: the array is 16 bytes long, and the load needs no alignment.
    let bytes = unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) };
    let folded = _mm_or_si128(bytes, _mm_set1_epi8(FOLD));
    let equal = |bytes, byte: u8| {
        let same = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(byte as i8));
        u64::from(_mm_movemask_epi8(same) as u32)
    };
    let lowered = _mm_min_epu8(bytes, _mm_set1_epi8(LOW as i8));
    let low = _mm_cmpeq_epi8(bytes, lowered);
    Masks {
        backslash: equal(bytes, b'\\'),
        quote: equal(bytes, b'"'),
        colon: equal(bytes, b':'),
        open: equal(folded, b'{'),
        close: equal(folded, b'}'),
        low: u64::from(_mm_movemask_epi8(low) as u32),
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn classify_avx2(bytes: &[u8; 32]) -> Masks {
    // SAFETY: the array is 32 bytes long, and the load needs no alignment.
    let bytes = unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) };
    let folded = _mm256_or_si256(bytes, _mm256_set1_epi8(FOLD));
    let equal = |bytes, byte: u8| {
        let same = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(byte as i8));
        u64::from(_mm256_movemask_epi8(same) as u32)
    };
    let lowered = _mm256_min_epu8(bytes, _mm256_set1_epi8(LOW as i8));
    let low = _mm256_cmpeq_epi8(bytes, lowered);
    Masks {
        backslash: equal(bytes, b'\\'),
        quote: equal(bytes, b'"'),
        colon: equal(bytes, b':'),
        open: equal(folded, b'{'),
        close: equal(folded, b'}'),
        low: u64::from(_mm256_movemask_epi8(low) as u32),
    }
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn classify_avx512(bytes: &[u8; 64]) -> Masks {
    // SAFETY: the array is 64 bytes long, and the load needs no alignment.
    let bytes = unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) };
    let folded = _mm512_or_si512(bytes, _mm512_set1_epi8(FOLD));
    let equal = |bytes, byte: u8| {
        _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(byte as i8))
    };
    Masks {
        backslash: equal(bytes, b'\\'),
        quote: equal(bytes, b'"'),
        colon: equal(bytes, b':'),
        open: equal(folded, b'{'),
        close: equal(folded, b'}'),
        low: _mm512_cmple_epu8_mask(bytes, _mm512_set1_epi8(LOW as i8)),
    }
}

#[inline]
#[target_feature(enable = "sse2,pclmulqdq")]
fn prefix_xor_clmul(bits: u64) -> u64 {
    // A product without carries by all ones sums up the bits below each.
    let bits = _mm_set_epi64x(0, bits as i64);
    let ones = _mm_set1_epi8(-1);
    _mm_cvtsi128_si64(_mm_clmulepi64_si128::<0>(bits, ones)) as u64
}

#[inline]
#[target_feature(enable = "bmi2")]
fn gather_pext(bits: u64, mask: u64) -> u64 {
    _pext_u64(bits, mask)
}

#[cfg(test)]
mod tests {
    use super::super::scalar::Scalar;
    use super::*;

    /// Blocks in which every byte value stands at every place.
    fn blocks() -> impl Iterator<Item = [u8; BLOCK]> {
        let rolling = (0..=255_u8).map(|first| {
            std::array::from_fn(|n| first.wrapping_add((n * 37) as u8))
        });
        let dense = (0..256_usize).map(|seed| {
            let set = b"\\\":{}[],a \n\x7f\xdb\xfd\x1b\xa2";
            std::array::from_fn(|n| set[(n * n + seed * 7 + n / 3) % 16])
        });
        rolling.chain(dense)
    }

    fn agrees_with_scalar(classifier: impl Classify) {
        for block in blocks() {
            let expected = Scalar.classify(&block);
            assert_eq!(classifier.classify(&block), expected, "{block:?}");
            let bits = expected.quote ^ expected.open;
            let parity = Scalar.prefix_xor(bits);
            assert_eq!(classifier.prefix_xor(bits), parity);
            let gathered = Scalar.gather(bits, expected.colon);
            assert_eq!(classifier.gather(bits, expected.colon), gathered);
        }
    }

    #[test]
    fn every_classifier_agrees_with_scalar() {
        Sse2::detect().into_iter().for_each(agrees_with_scalar);
        Avx2::detect().into_iter().for_each(agrees_with_scalar);
        Avx512::detect().into_iter().for_each(agrees_with_scalar);
    }
}
