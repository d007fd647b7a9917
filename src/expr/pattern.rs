//! Regular expressions, checked when they are compiled and built when they
//! are first used: building takes longer than all the rest of a program.

use std::fmt;
use std::sync::OnceLock;

use regex::{Regex, RegexBuilder};
use regex_syntax::hir::{Hir, HirKind};

/// A regular expression, known to be right.
#[derive(Clone)]
pub struct Pattern {
    source: String,
    regex: OnceLock<Option<Regex>>,
}

/// From this weight on a pattern might be too large to be built: that has to
/// be known before the first event is read.
const HEAVY: usize = 10_000;

impl Pattern {
    /// Checks a regular expression.
    ///
    /// # Errors
    ///
    /// What is wrong with it, in a sentence.
    pub(super) fn new(source: &str) -> Result<Pattern, String> {
        let hir = regex_syntax::parse(source)
            .map_err(|error| last_line(&error.to_string()))?;
        let regex = OnceLock::new();
        if weight(&hir) > HEAVY {
            let built = Regex::new(source)
                .map_err(|error| last_line(&error.to_string()))?;
            regex.get_or_init(|| Some(built));
        }
        Ok(Pattern { source: source.to_owned(), regex })
    }

    /// Returns the pattern for what one of these matches.
    pub(super) fn any_of(patterns: &[Pattern]) -> Option<Pattern> {
        if let [one] = patterns {
            return Some(one.clone());
        }
        let sources: Vec<String> =
            patterns.iter().map(|one| format!("(?:{})", one.source)).collect();
        Pattern::new(&sources.join("|")).ok()
    }

    /// Returns whether it matches somewhere in a text.
    pub(super) fn is_match(&self, text: &str) -> bool {
        let regex = self.regex.get_or_init(|| {
            // It was parsed before, and it is not large.
            let builder = &mut RegexBuilder::new(&self.source);
            builder.size_limit(usize::MAX).build().ok()
        });
        debug_assert!(regex.is_some(), "{}", self.source);
        regex.as_ref().is_some_and(|regex| regex.is_match(text))
    }

    /// Returns the regular expression as text.
    pub fn as_str(&self) -> &str {
        &self.source
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.source.fmt(out)
    }
}

fn last_line(reason: &str) -> String {
    let last = reason.lines().last().unwrap_or_default();
    last.trim_start_matches("error: ").to_owned()
}

/// Returns about how large a pattern gets; the parser has bounded its depth.
fn weight(hir: &Hir) -> usize {
    let sum = |parts: &[Hir]| {
        parts.iter().fold(1_usize, |sum, hir| sum.saturating_add(weight(hir)))
    };
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => 1,
        HirKind::Literal(literal) => literal.0.len(),
        HirKind::Class(_) => 100,
        HirKind::Capture(capture) => weight(&capture.sub),
        HirKind::Repetition(it) => {
            let times = it.max.unwrap_or(it.min).max(1);
            let times = usize::try_from(times).unwrap_or(usize::MAX);
            weight(&it.sub).saturating_mul(times)
        }
        HirKind::Concat(parts) | HirKind::Alternation(parts) => sum(parts),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_checked_at_once() {
        for source in ["(", "a{2,1}", r"\p{x}", "(?=a)", "a{1000}{1000}{99}"] {
            assert!(Pattern::new(source).is_err(), "{source}");
        }
    }

    #[test]
    fn a_pattern_matches_somewhere() {
        for (source, text, expected) in [
            ("b+", "abbc", true),
            ("^b", "ab", false),
            ("(?i)K", "\u{212a}", true),
            (r"^\w{3}$", "äöü", true),
            ("", "", true),
        ] {
            let pattern = Pattern::new(source).unwrap();
            assert_eq!(pattern.is_match(text), expected, "{source}");
        }
    }

    #[test]
    fn several_patterns_are_one() {
        let one = |source: &str| Pattern::new(source).unwrap();
        let any = Pattern::any_of(&[one("^a|b$"), one("c")]).unwrap();
        for (text, expected) in
            [("ax", true), ("xb", true), ("xcx", true), ("xax", false)]
        {
            assert_eq!(any.is_match(text), expected, "{text}");
        }
    }
}
