//! Passes over words that were put in front of an object.
//!
//! Only what tools are known to write counts. An object somewhere in a line
//! of text is not what the line is, and who writes to a log must not be able
//! to forge an event in it.

use super::cri::time;

/// Returns where the object begins that a line has behind such words.
pub(super) fn object(line: &[u8]) -> Option<usize> {
    let from = priority(line);
    let rest = &line[from..];
    let at = match rest {
        _ if rest.starts_with(b"1 ") => structured(rest, 2)?,
        _ if is_old_time(rest) => words(rest, OLD_TIME, 2)?,
        _ => match time(rest) {
            Some(length) => words(rest, length + 1, 3)?,
            None if from > 0 => return None,
            None => name(rest)?,
        },
    };
    (rest.get(at) == Some(&b'{')).then_some(from + at)
}

/// Returns the length of a priority in angle brackets.
fn priority(line: &[u8]) -> usize {
    let digits = line.iter().skip(1).take_while(|byte| byte.is_ascii_digit());
    let length = digits.count().min(3) + 2;
    match (line.first(), line.get(length - 1)) {
        (Some(b'<'), Some(b'>')) if length > 2 => length,
        _ => 0,
    }
}

/// The length of `Jan  2 03:04:05 `.
const OLD_TIME: usize = 16;

/// Returns whether a line begins with a time as old syslog daemons write it.
fn is_old_time(line: &[u8]) -> bool {
    let shape = b"Aaa _d dd:dd:dd ";
    line.len() >= OLD_TIME
        && line.iter().zip(shape).all(|(byte, kind)| match kind {
            b'A' => byte.is_ascii_uppercase(),
            b'a' => byte.is_ascii_lowercase(),
            b'_' => byte.is_ascii_digit() || *byte == b' ',
            b'd' => byte.is_ascii_digit(),
            _ => byte == kind,
        })
}

/// Returns where the text of a line begins that has the head of RFC 5424, of
/// which the version ends at `at`.
fn structured(line: &[u8], mut at: usize) -> Option<usize> {
    // Time, host, program, process and kind of message.
    for _ in 0..5 {
        at += word(&line[at..])? + 1;
    }
    match line.get(at)? {
        b'-' => at += 1,
        _ => {
            while line.get(at) == Some(&b'[') {
                at += element(&line[at..])?;
            }
        }
    }
    let text = line.get(at..)?.strip_prefix(b" ")?;
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    Some(cookie(line, line.len() - text.len()))
}

/// Returns the length of an element of structured data.
fn element(text: &[u8]) -> Option<usize> {
    let (mut at, mut is_quoted) = (1, false);
    loop {
        match text.get(at)? {
            b'\\' if is_quoted => at += 1,
            b'"' => is_quoted = !is_quoted,
            b']' if !is_quoted => return Some(at + 1),
            _ => {}
        }
        at += 1;
    }
}

/// Returns where an object begins behind at most so many words.
fn words(line: &[u8], mut at: usize, most: usize) -> Option<usize> {
    for _ in 0..=most {
        at = cookie(line, blanks(line, at));
        if line.get(at) == Some(&b'{') {
            return Some(at);
        }
        at += word(&line[at..])?;
    }
    None
}

/// Returns where an object begins behind a single word: the name of a node or
/// of a file, or what stands in square brackets.
fn name(line: &[u8]) -> Option<usize> {
    let is_of_name = |byte: &&u8| {
        byte.is_ascii_alphanumeric()
            || matches!(byte, b'.' | b'-' | b'_' | b'/' | b':')
    };
    let length = match line.first()? {
        b'[' => line.iter().take(MOST).position(|byte| *byte == b']')? + 1,
        _ => line.iter().take(MOST).take_while(is_of_name).count(),
    };
    let is_file = length > 0 && line[length - 1] == b':';
    match line.get(length)? {
        b'{' if is_file => Some(length),
        b' ' | b'\t' if length > 0 => Some(cookie(line, blanks(line, length))),
        _ => None,
    }
}

/// A word is not longer than this.
const MOST: usize = 300;

/// Returns the length of the word that `text` begins with and a blank
/// follows.
fn word(text: &[u8]) -> Option<usize> {
    let length = text.iter().take(MOST).position(|byte| *byte == b' ')?;
    let odd = |byte: &u8| matches!(byte, b'{' | b'}' | b'"' | b'=');
    (length > 0 && !text[..length].iter().any(odd)).then_some(length)
}

/// Passes over the mark of Lumberjack's structured messages.
fn cookie(line: &[u8], at: usize) -> usize {
    match line[at..].starts_with(b"@cee:") {
        true => blanks(line, at + 5),
        false => at,
    }
}

fn blanks(line: &[u8], at: usize) -> usize {
    let is_blank = |byte: &&u8| matches!(byte, b' ' | b'\t');
    at + line[at..].iter().take_while(is_blank).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: Option<&str>) {
        let found = object(line.as_bytes()).map(|at| &line[at..]);
        assert_eq!(found, expected, "{line}");
    }

    #[test]
    fn what_tools_put_in_front_is_passed_over() {
        for head in [
            "ip-10-0-1-2.ec2.internal ",
            "master-0\t",
            "audit.log:",
            "/var/log/audit.log:12:",
            "[pod/kube-apiserver-x/kube-apiserver] ",
            "2023-10-18T17:32:47.415Z ",
            "2023-10-18T17:32:47.415000+00:00 kube-apiserver-audit-0a1b ",
            "2023-10-18T17:32:47Z host audit[12]: @cee: ",
            "Oct 11 22:14:15 host audit: ",
            "<13>Oct  1 22:14:15 host audit: @cee:",
            "<13>Oct  1 22:14:15 audit: ",
            "<134>2023-10-18T17:32:47Z host audit: ",
            "<13>1 2003-10-11T22:14:15.003Z host app - ID47 - ",
            "<13>1 - - - - - [a@1 b=\"c\\\"]{\"][d] \u{feff}",
            "1 2003-10-11T22:14:15.003Z host app 1 - - @cee: ",
        ] {
            check(&format!("{head}{{}}"), Some("{}"));
        }
    }

    #[test]
    fn an_object_in_a_text_is_none() {
        for head in [
            "",
            "I1021 10:00:00.000000       1 server.go:12] ",
            "I1021 {\"a\":1} ",
            "two words ",
            "level=info ",
            "2023-10-18T17:32:47Z a b c d ",
            "2023-10-18T17:32:47Z msg=\"",
            "<13>host ",
            "<13> ",
            "<13>1 - - - - - [a b=\"]",
            "a=",
            "[",
            "\u{e9} ",
        ] {
            let expected = head.is_empty().then_some("{}");
            assert_ne!(
                object(format!("{head}{{}}").as_bytes()),
                Some(head.len()),
                "{head}"
            );
            let _ = expected;
        }
        for line in
            ["", "<", "<13>", "1 ", "Oct 11 22:14:15 ", "host ", "host x"]
        {
            check(line, None);
        }
    }
}
