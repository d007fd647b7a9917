//! Turns a misspelt word into the one that was probably meant.

/// Returns the candidate that `word` was probably meant to be.
///
/// * One that differs in upper and lower case only wins.
/// * Otherwise the one fewest slips away, a slip being a letter too many,
///   too few, wrong, or swapped with its neighbour; about one slip for every
///   three letters, and the first candidate wins a tie.
/// * Otherwise the shortest that begins with the word, if that is not too
///   short.
///
/// ```
/// use kaudit_filter::diag::nearest;
/// assert_eq!(nearest("cod", ["verb", "code"]), Some("code"));
/// assert_eq!(nearest("useragent", ["userAgent"]), Some("userAgent"));
/// assert_eq!(nearest("spec", ["verb", "code"]), None);
/// assert_eq!(nearest("anonym", ["anonymous-user"]), Some("anonymous-user"));
/// ```
pub fn nearest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let word: Vec<char> = word.to_lowercase().chars().take(100).collect();
    let (mut best, mut beginning) = (None, None);
    let mut slips = match word.len() {
        0..=2 => 1,
        letters => letters.div_ceil(3).min(4) + 1,
    };
    for candidate in candidates {
        let other: Vec<char> = candidate.to_lowercase().chars().collect();
        let shorter = |best: &str| candidate.len() < best.len();
        if other.starts_with(&word) && beginning.is_none_or(shorter) {
            beginning = Some(candidate);
        }
        if other.len().abs_diff(word.len()) >= slips {
            continue;
        }
        let found = distance(&word, &other);
        if found < slips && found < other.len() {
            (best, slips) = (Some(candidate), found);
        }
    }
    best.or_else(|| beginning.filter(|_| word.len() > 3))
}

/// Returns the number of slips between two words, upper and lower case taken
/// for the same.
///
/// ```
/// use kaudit_filter::diag::slips;
/// assert_eq!(slips("hostPid", "hostPID"), 0);
/// assert_eq!(slips("priviledged", "privileged"), 1);
/// ```
pub fn slips(one: &str, other: &str) -> usize {
    let chars = |word: &str| -> Vec<char> {
        word.to_lowercase().chars().take(100).collect()
    };
    distance(&chars(one), &chars(other))
}

/// Returns the number of slips between two words (optimal alignment).
fn distance(one: &[char], other: &[char]) -> usize {
    let mut before = vec![0; other.len() + 1];
    let mut above: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in other.iter().enumerate() {
            let changed = above[j] + usize::from(a != b);
            let mut least = changed.min(above[j + 1] + 1).min(row[j] + 1);
            let swapped =
                i > 0 && j > 0 && *a == other[j - 1] && one[i - 1] == *b;
            if swapped {
                least = least.min(before[j - 1] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut above, row);
    }
    above[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_counted() {
        for (one, other, expected) in [
            ("", "abc", 3),
            ("code", "code", 0),
            ("cdoe", "code", 1),
            ("codes", "code", 1),
            ("verb", "herd", 2),
        ] {
            let chars = |word: &str| word.chars().collect::<Vec<_>>();
            let found = distance(&chars(one), &chars(other));
            assert_eq!(found, expected, "{one} {other}");
        }
    }

    #[test]
    fn a_word_far_from_all_has_no_nearest() {
        for (word, expected) in [
            ("URI", Some("uri")),
            ("vreb", Some("verb")),
            ("usr", Some("user")),
            ("x", None),
            ("", None),
            ("completely-different", None),
        ] {
            let found = nearest(word, ["verb", "user", "uri", "ua"]);
            assert_eq!(found, expected, "{word}");
        }
    }
}
