//! Answers for a program that wants one for each line that it gives us.

use super::output::{Output, add_edited};
use crate::format::Shaper;

/// What an answer looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    /// The kept event, or an empty line.
    Blank,
    /// What rsyslog's mmexternal reads: an object with the verdict, and the
    /// event where it is another one now.
    Json,
}

/// How a record of a kept event answers.
#[derive(Debug)]
pub(super) struct Answers {
    reply: Reply,
    /// What makes the record, if it is not the line.
    shaper: Option<Box<Shaper>>,
    record: Vec<u8>,
}

impl Reply {
    /// Answers for a line that is not kept, in the first stream.
    #[cold]
    pub(super) fn refuse(self, verdict: &str, out: &mut Output) {
        let Output { edited, streams, .. } = out;
        let start = edited.len();
        if self == Reply::Json {
            edited.extend_from_slice(b"{");
            tell(verdict, edited);
        }
        edited.push(b'\n');
        if let Some(stream) = streams.first_mut() {
            add_edited(stream, start..edited.len());
        }
    }
}

impl Answers {
    pub(super) fn new(reply: Reply, shaper: Option<Box<Shaper>>) -> Answers {
        Answers { reply, shaper, record: Vec::new() }
    }

    /// Appends the answer for a line that is kept as it came.
    pub(super) fn keep(&mut self, line: &[u8], out: &mut Vec<u8>) {
        match (self.reply, &self.shaper) {
            (Reply::Json, None) => {
                out.extend_from_slice(b"{");
                tell("kept", out);
                out.push(b'\n');
            }
            (Reply::Json, Some(_)) | (Reply::Blank, _) => {
                self.change(line, out);
            }
        }
    }

    /// Appends the answer for an event that was changed into `line`.
    pub(super) fn change(&mut self, line: &[u8], out: &mut Vec<u8>) {
        self.record.clear();
        match &mut self.shaper {
            Some(shaper) => shaper.shape(line, &mut self.record),
            None => self.record.extend_from_slice(line),
        }
        let record = self.record.strip_suffix(b"\n").unwrap_or(&self.record);
        match self.reply {
            Reply::Blank => out.extend_from_slice(record),
            Reply::Json => {
                out.extend_from_slice(b"{\"msg\":");
                quote(record, out);
                out.push(b',');
                tell("kept", out);
            }
        }
        out.push(b'\n');
    }
}

/// Appends the last member of an answer, and its end.
fn tell(verdict: &str, out: &mut Vec<u8>) {
    let [before, behind] = [&br#""$!":{"kaudit":{"verdict":""#[..], b"\"}}}"];
    out.extend_from_slice(before);
    out.extend_from_slice(verdict.as_bytes());
    out.extend_from_slice(behind);
}

/// Appends bytes as a string of JSON.
fn quote(bytes: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    for &byte in bytes {
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            0..0x20 => {
                out.extend_from_slice(format!("\\u{byte:04x}").as_bytes())
            }
            _ => out.push(byte),
        }
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_one_line_of_json() {
        let mut answers = Answers::new(Reply::Json, None);
        let line = br#"{"a":"\u0000 \"b\" 	 \\"}"#;
        let mut out = Vec::new();
        answers.change(line, &mut out);
        answers.keep(line, &mut out);
        let mut output = Output::default();
        Reply::Json.refuse("foreign", &mut output);
        out.extend_from_slice(&output.edited);
        let text = String::from_utf8(out).unwrap();
        let answers: Vec<serde_json::Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(answers[0]["msg"].as_str().unwrap().as_bytes(), line);
        for (answer, verdict) in
            answers.iter().zip(["kept", "kept", "foreign"])
        {
            assert_eq!(answer["$!"]["kaudit"]["verdict"], verdict);
        }
        assert!(answers[1].get("msg").is_none() && answers.len() == 3);
    }
}
