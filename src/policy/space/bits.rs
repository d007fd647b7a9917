//! Sets of small numbers, as bits.

/// A set of numbers below a fixed one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(in crate::policy) struct Bits(Box<[u64]>);

impl Bits {
    /// Returns the empty set of numbers below `most`.
    pub(in crate::policy) fn none(most: usize) -> Bits {
        Bits(vec![0; most.div_ceil(64)].into())
    }

    /// Returns the set of all numbers below `most` that are `wanted`.
    pub(in crate::policy) fn of(
        most: usize,
        wanted: impl Fn(usize) -> bool,
    ) -> Bits {
        let mut bits = Bits::none(most);
        (0..most).filter(|at| wanted(*at)).for_each(|at| bits.insert(at));
        bits
    }

    /// Adds a number.
    pub(in crate::policy) fn insert(&mut self, at: usize) {
        self.0[at / 64] |= 1 << (at % 64);
    }

    /// Adds what is in `other`, of the same size.
    pub(in crate::policy) fn add(&mut self, other: &Bits) {
        self.0.iter_mut().zip(&other.0).for_each(|(a, b)| *a |= b);
    }

    /// Leaves what is in `other` too.
    pub(in crate::policy) fn keep(&mut self, other: &Bits) {
        self.0.iter_mut().zip(&other.0).for_each(|(a, b)| *a &= b);
    }

    /// Leaves what is not in `other`.
    pub(in crate::policy) fn remove(&mut self, other: &Bits) {
        self.0.iter_mut().zip(&other.0).for_each(|(a, b)| *a &= !b);
    }

    /// Returns whether a number is in it.
    pub(in crate::policy) fn has(&self, at: usize) -> bool {
        self.0[at / 64] & (1 << (at % 64)) != 0
    }

    /// Returns whether nothing is in it.
    pub(in crate::policy) fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    /// Returns whether nothing of it is in `other`, of the same size.
    pub(in crate::policy) fn is_apart(&self, other: &Bits) -> bool {
        self.0.iter().zip(&other.0).all(|(a, b)| a & b == 0)
    }

    /// Returns whether all of it is in `other`.
    pub(in crate::policy) fn is_within(&self, other: &Bits) -> bool {
        self.0.iter().zip(&other.0).all(|(a, b)| a & !b == 0)
    }

    /// Goes through the numbers, the lowest first.
    pub(in crate::policy) fn iter(&self) -> impl Iterator<Item = usize> {
        let words = self.0.iter().enumerate();
        words.flat_map(|(at, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                let bit = rest.trailing_zeros() as usize;
                rest = (rest != 0).then(|| rest & (rest - 1))?;
                Some(at * 64 + bit)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_put_in() {
        let mut bits = Bits::of(200, |at| at % 63 == 0);
        assert_eq!(bits.iter().collect::<Vec<_>>(), [0, 63, 126, 189]);
        bits.keep(&Bits::of(200, |at| at > 63));
        assert_eq!(bits.iter().collect::<Vec<_>>(), [126, 189]);
        bits.remove(&Bits::of(200, |at| at == 126));
        bits.add(&Bits::of(200, |at| at == 5));
        assert_eq!(bits.iter().collect::<Vec<_>>(), [5, 189]);
        assert!(bits.has(189) && !bits.has(188) && !bits.is_empty());
    }

    #[test]
    fn sets_are_within_or_apart() {
        let set = |all: &[usize]| Bits::of(200, |at| all.contains(&at));
        let (one, both) = (set(&[70]), set(&[70, 3]));
        assert!(one.is_within(&both) && !both.is_within(&one));
        assert!(!one.is_apart(&both) && set(&[6]).is_apart(&both));
        assert!(set(&[]).is_empty() && set(&[]).is_apart(&one));
    }
}
