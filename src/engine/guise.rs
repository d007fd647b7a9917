//! What a line looks like that is no audit event: a word for people, on which
//! nothing depends.

use std::fmt;

use memchr::memmem;

/// What a line looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Guise {
    /// What `klog` writes: `I0302 06:00:00.000000 ...`.
    Klog,
    /// An entry of Google Cloud Logging.
    Google,
    /// An event of the core API, as `kubectl get events` has it.
    CoreEvent,
    /// A list of audit events that holds none.
    EmptyList,
    /// Another JSON object.
    Object,
    /// A JSON array.
    Array,
    /// Nothing at all.
    Blank,
    /// Data that another program has compressed.
    Packed(&'static str),
    /// Bytes that are no text.
    Binary,
    /// Any other text.
    Text,
}

/// First bytes of what we do not unpack, and what does.
const PACKED: [(&[u8], &str); 5] = [
    (b"\xfd7zXZ", "xz"),
    (b"BZh", "bzip2"),
    (b"\x04\x22\x4d\x18", "lz4"),
    (b"PK\x03\x04", "zip"),
    (b"\x1f\x9d", "compress"),
];

/// First bytes of a line that are looked at.
const MOST: usize = 4096;

impl Guise {
    /// Guesses what a line looks like.
    pub(super) fn of(line: &[u8]) -> Guise {
        let line = &line[..line.len().min(MOST)];
        let packed = PACKED.iter().find(|(head, _)| line.starts_with(head));
        if let Some((_, program)) = packed {
            return Guise::Packed(program);
        }
        let has = |key: &str| memmem::find(line, key.as_bytes()).is_some();
        match line.trim_ascii_start().first() {
            None => Guise::Blank,
            _ if is_klog(line) => Guise::Klog,
            Some(b'[') => Guise::Array,
            Some(b'{') if has("\"EventList\"") => Guise::EmptyList,
            Some(b'{') if has("\"involvedObject\"") => Guise::CoreEvent,
            Some(b'{') => Guise::Object,
            Some(_) if line.contains(&0) => Guise::Binary,
            Some(_) if std::str::from_utf8(line).is_err_and(is_odd) => {
                Guise::Binary
            }
            Some(_) => Guise::Text,
        }
    }
}

/// Returns whether bytes are no text, rather than cut amid a character.
fn is_odd(error: std::str::Utf8Error) -> bool {
    error.error_len().is_some()
}

/// Returns whether a line begins as those of klog, perhaps behind words that
/// a runtime or shipper has put in front.
fn is_klog(line: &[u8]) -> bool {
    const SHAPE: &[u8] = b"I0000 00:00:00.";
    let fits = |word: &[u8]| {
        word.len() >= SHAPE.len()
            && word.iter().zip(SHAPE).all(|(&byte, &shape)| match shape {
                b'I' => b"IWEF".contains(&byte),
                b'0' => byte.is_ascii_digit(),
                mark => byte == mark,
            })
    };
    let is_begin = |at: usize| at == 0 || matches!(line[at - 1], b' ' | b'"');
    let begins = (0..line.len().min(200)).filter(|&at| is_begin(at));
    begins.into_iter().any(|at| fits(&line[at..]))
}

impl fmt::Display for Guise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Guise::Klog => "klog text",
            Guise::Google => {
                "entries of Google Cloud Logging (GKE), which are not \
                 converted: see docs/inputs.md"
            }
            Guise::CoreEvent => "events of the core API (kubectl get events)",
            Guise::EmptyList => "lists of events that hold none",
            Guise::Object => "JSON objects of another kind",
            Guise::Array => "JSON arrays",
            Guise::Blank => "blank lines",
            Guise::Packed(program) => {
                return write!(
                    f,
                    "data packed by {program}, unpack them first"
                );
            }
            Guise::Binary => "binary data",
            Guise::Text => "plain text",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_have_a_look() {
        let check = |line: &str, guise| {
            assert_eq!(Guise::of(line.as_bytes()), guise, "{line}");
        };
        let klog = "I0302 06:00:00.000000       1 server.go:1] up";
        check(klog, Guise::Klog);
        check(&format!("2026-03-02T06:00:00Z stderr F {klog}"), Guise::Klog);
        check(&format!("{{\"log\":\"{klog}\\n\"}}"), Guise::Klog);
        check("I0302 is no time", Guise::Text);
        check(" \r", Guise::Blank);
        check("{\"kind\":\"EventList\",\"items\":[]}", Guise::EmptyList);
        check("{\"involvedObject\":{}}", Guise::CoreEvent);
        check("{\"kind\":\"Pod\"}", Guise::Object);
        check("[1]", Guise::Array);
        check("BZh91AY", Guise::Packed("bzip2"));
        check("a\0b", Guise::Binary);
        check(&"é".repeat(MOST), Guise::Text);
        check(&format!("x{}", "é".repeat(MOST)), Guise::Text);
        assert_eq!(Guise::of(b"\xff\xfe"), Guise::Binary);
    }
}
