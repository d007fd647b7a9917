//! Finds the last object of a line from its end, whatever stands in front.

use super::value::before_blanks;

/// Returns where the object begins that ends with the line, blanks aside, if
/// its brackets can be followed back to there.
///
/// * The line is taken to end outside of a string. What stands in front of
///   the object is not looked at.
/// * The brackets are counted, not told apart: whether the object is sound
///   has to be asked forwards.
///
/// ```
/// use kaudit_filter::scan::last_object;
///
/// assert_eq!(last_object(br#"{"a":"cut{"b":{"c":"}"}} "#), Some(9));
/// assert_eq!(last_object(br#"{"a":"b"},"#), None);
/// ```
pub fn last_object(line: &[u8]) -> Option<usize> {
    let end = before_blanks(line, line.len());
    if !line[..end].ends_with(b"}") {
        return None;
    }
    let (mut open, mut in_string) = (0_usize, false);
    for at in (0..end).rev() {
        match line[at] {
            // Each run of backslashes is counted for one quote at most.
            b'"' if is_bound(line, at) => in_string = !in_string,
            b'}' | b']' if !in_string => open += 1,
            b'{' | b'[' if !in_string => {
                open -= 1;
                if open == 0 {
                    return (line[at] == b'{').then_some(at);
                }
            }
            _ => {}
        }
    }
    None
}

/// Returns whether the quote at `at` begins or ends a string: no odd run of
/// backslashes stands in front. That does not depend on what is a string.
fn is_bound(line: &[u8], at: usize) -> bool {
    let run = line[..at].iter().rev().take_while(|byte| **byte == b'\\');
    run.count() % 2 == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: Option<usize>) {
        assert_eq!(last_object(line.as_bytes()), expected, "{line}");
    }

    #[test]
    fn the_last_object_begins_at_its_own_bracket() {
        check("{}", Some(0));
        check(r#"{"a":{}}"#, Some(0));
        check(r#"{"a":1}{"b":[2,{}]}"#, Some(7));
        check(r#"{"a":{"b":2} "#, Some(5));
        check("}}{ } \r", Some(2));
    }

    #[test]
    fn brackets_in_strings_are_text() {
        check(r#"x{"a":"}]"}"#, Some(1));
        check(r#"x{"a":"{\"{"}"#, Some(1));
        check(r#"x{"a":"\\"}"#, Some(1));
        check(r#"{"cut\\\{"a":"{"}"#, Some(8));
    }

    #[test]
    fn what_is_not_closed_or_not_an_object_is_none() {
        for line in ["", "{", "}", "[]", r#"{"a":1"#, "[{]}", r#"{"}"#, "a}"] {
            check(line, None);
        }
    }
}
