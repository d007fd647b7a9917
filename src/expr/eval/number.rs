//! Reads and compares JSON numbers without losing a digit of 64 bits.

use std::cmp::Ordering;

use crate::expr::plan::{Bound, Number};

impl Number {
    /// Reads a number in JSON's spelling.
    ///
    /// * Whole numbers of up to 64 bits are exact; everything else is the
    ///   nearest double.
    ///
    /// ```
    /// use kaudit_filter::expr::plan::Number;
    /// assert_eq!(Number::read("-7"), Number::Int(-7));
    /// assert_eq!(Number::read("4.03e2"), Number::Float(403.0));
    /// ```
    #[inline]
    pub fn read(spelling: &str) -> Number {
        if let Ok(int) = spelling.parse::<i64>() {
            return Number::Int(int.into());
        }
        if let Ok(int) = spelling.parse::<u64>() {
            return Number::Int(int.into());
        }
        Number::Float(spelling.parse().unwrap_or(f64::NAN))
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Number) -> Option<Ordering> {
        match (*self, *other) {
            (Number::Int(a), Number::Int(b)) => Some(a.cmp(&b)),
            (Number::Float(a), Number::Float(b)) => a.partial_cmp(&b),
            (Number::Int(a), Number::Float(b)) => compare(a, b),
            (Number::Float(a), Number::Int(b)) => {
                compare(b, a).map(Ordering::reverse)
            }
        }
    }
}

/// Compares a whole number of at most 64 bits with a double, exactly.
fn compare(int: i128, float: f64) -> Option<Ordering> {
    let nearest = (int as f64).partial_cmp(&float)?;
    // Where rounding made them equal, the double is whole and fits 128 bits.
    Some(nearest.then_with(|| int.cmp(&(float as i128))))
}

/// Returns whether a text is what a number in quotes looks like.
pub(super) fn is_numeral(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

impl<T: PartialOrd> Bound<T> {
    /// Returns whether `value` is on or over this lower bound.
    pub(super) fn is_below(&self, value: T) -> bool {
        match self {
            Bound::Included(bound) => *bound <= value,
            Bound::Excluded(bound) => *bound < value,
            Bound::Open => true,
        }
    }

    /// Returns whether `value` is on or under this upper bound.
    pub(super) fn is_above(&self, value: T) -> bool {
        match self {
            Bound::Included(bound) => value <= *bound,
            Bound::Excluded(bound) => value < *bound,
            Bound::Open => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_and_doubles_compare_exactly() {
        let big = Number::read("9007199254740993");
        assert!(big > Number::read("9007199254740992.0"));
        assert!(big < Number::read("9007199254740994.0"));
        assert!(Number::read("403") >= Number::read("403.0"));
        assert!(Number::read("403") <= Number::read("4.03e2"));
        assert!(Number::read("18446744073709551615") < Number::read("1e300"));
        assert!(Number::read("-1") > Number::read("-1e300"));
    }

    #[test]
    fn an_open_range_has_no_end() {
        assert!(Bound::Open.is_below(Number::Int(1)));
        assert!(Bound::Excluded(Number::Int(0)).is_below(Number::Int(1)));
        assert!(!Bound::Excluded(Number::Int(1)).is_below(Number::Int(1)));
        assert!(Bound::Included(Number::Int(1)).is_above(Number::Int(1)));
    }
}
