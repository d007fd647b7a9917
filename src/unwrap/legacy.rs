//! Makes events of lines in the text format of the log backend.
//!
//! `TIME AUDIT: id="..." stage="..." ip="..." method="..." user="..." ...`.
//! Kubernetes before 1.8 wrote two lines for a request, one with what was
//! asked and one with an `id` and a `response`. What a line does not say is
//! not in the event either: it has no level and no bodies.

use jiff::{Timestamp, tz::TimeZone};

use super::cri::time;

/// What stands behind the time.
const MARK: &[u8] = b" AUDIT: ";

/// Returns whether a line is of this format.
pub(super) fn is_legacy(line: &[u8]) -> bool {
    fields(line).is_some()
}

/// Returns the time and the fields of a line.
fn fields(line: &[u8]) -> Option<(&str, &[u8])> {
    let length = time(line)?;
    let fields = line[length..].strip_prefix(MARK)?;
    let time = str::from_utf8(&line[..length]).ok()?;
    fields.starts_with(b"id=\"").then_some((time, fields))
}

/// What a line says; what it leaves open is not there.
#[derive(Debug, Default, PartialEq)]
struct Said {
    /// Whether there is a field for the stage,
    is_staged: bool,
    /// and one for what was asked.
    is_request: bool,
    id: Option<String>,
    stage: Option<String>,
    ip: Option<String>,
    method: Option<String>,
    user: Option<String>,
    groups: Option<String>,
    other: Option<String>,
    other_groups: Option<String>,
    agent: Option<String>,
    namespace: Option<String>,
    uri: Option<String>,
    response: Option<String>,
}

/// Writes the event that a line tells of; returns whether it is one.
pub(super) fn event(line: &[u8], out: &mut Vec<u8>) -> bool {
    let Some((time, fields)) = fields(line) else { return false };
    let said = Said::read(fields);
    out.clear();
    said.write(time, out);
    true
}

impl Said {
    fn read(fields: &[u8]) -> Said {
        let (mut said, mut rest) = (Said::default(), fields);
        while let Some((name, value, behind)) = field(rest) {
            rest = behind;
            said.is_staged |= name == b"stage";
            said.is_request |= name == b"uri" || name == b"ip";
            let (slot, open) = match name {
                b"id" => (&mut said.id, ""),
                b"stage" => (&mut said.stage, ""),
                b"ip" => (&mut said.ip, "<unknown>"),
                b"method" => (&mut said.method, ""),
                b"user" => (&mut said.user, "<none>"),
                b"groups" => (&mut said.groups, "<none>"),
                b"as" => (&mut said.other, "<self>"),
                b"asgroups" => (&mut said.other_groups, "<lookup>"),
                b"user-agent" => (&mut said.agent, ""),
                b"namespace" => (&mut said.namespace, "<none>"),
                b"uri" => (&mut said.uri, ""),
                b"response" => (&mut said.response, "<deferred>"),
                _ => continue,
            };
            if slot.is_none() && value != open {
                *slot = Some(value);
            }
        }
        said
    }

    /// Returns the stage. Where lines have none, a request has two of them,
    /// and the second one says nothing but the response.
    fn stage(&self) -> Option<&str> {
        match (self.is_staged, self.is_request) {
            (true, _) => self.stage.as_deref(),
            (false, true) => Some("RequestReceived"),
            (false, false) => Some("ResponseComplete"),
        }
    }

    fn write(&self, time: &str, out: &mut Vec<u8>) {
        out.extend_from_slice(
            br#"{"kind":"Event","apiVersion":"audit.k8s.io/v1""#,
        );
        text(out, "auditID", self.id.as_deref());
        text(out, "stage", self.stage());
        text(out, "requestURI", self.uri.as_deref());
        text(out, "verb", self.method.as_deref());
        out.extend_from_slice(br#","user":"#);
        user(out, self.user.as_deref(), self.groups.as_deref());
        if self.other.is_some() || self.other_groups.is_some() {
            out.extend_from_slice(br#","impersonatedUser":"#);
            user(out, self.other.as_deref(), self.other_groups.as_deref());
        }
        if let Some(ip) = &self.ip {
            key(out, "sourceIPs");
            list(out, std::slice::from_ref(ip));
        }
        text(out, "userAgent", self.agent.as_deref());
        if self.namespace.is_some() {
            out.extend_from_slice(br#","objectRef":{"#);
            first(out, "namespace", self.namespace.as_deref());
            out.push(b'}');
        }
        let code = self.response.as_ref().and_then(|code| code.parse().ok());
        if let Some::<u16>(code) = code {
            let status = format!(r#"{{"metadata":{{}},"code":{code}}}"#);
            key(out, "responseStatus");
            out.extend_from_slice(status.as_bytes());
        }
        self.times(time, out);
        out.push(b'}');
    }

    /// Writes when the request came. When a later stage was reached, a line
    /// does not say, unless it is the second one of a request.
    fn times(&self, time: &str, out: &mut Vec<u8>) {
        let Ok(time) = time.replace(',', ".").parse::<Timestamp>() else {
            return;
        };
        let time = time.to_zoned(TimeZone::UTC);
        let time = time.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string();
        let is_response = !self.is_staged && !self.is_request;
        if !is_response {
            text(out, "requestReceivedTimestamp", Some(&time));
        }
        if is_response || self.stage() == Some("RequestReceived") {
            text(out, "stageTimestamp", Some(&time));
        }
    }
}

fn user(out: &mut Vec<u8>, name: Option<&str>, groups: Option<&str>) {
    out.push(b'{');
    first(out, "username", name);
    if let Some(groups) = groups {
        match out.last() {
            Some(b'{') => out.extend_from_slice(br#""groups":"#),
            _ => key(out, "groups"),
        }
        list(out, &split(groups));
    }
    out.push(b'}');
}

/// Returns the names in a list of quoted ones.
fn split(groups: &str) -> Vec<String> {
    let (mut names, mut rest) = (Vec::new(), groups.as_bytes());
    while let Some((name, behind)) = rest.strip_prefix(b"\"").and_then(quoted)
    {
        names.push(name);
        rest = behind.strip_prefix(b",").unwrap_or(behind);
    }
    names
}

fn key(out: &mut Vec<u8>, key: &str) {
    out.extend_from_slice(format!(",\"{key}\":").as_bytes());
}

fn text(out: &mut Vec<u8>, name: &str, value: Option<&str>) {
    if let Some(value) = value {
        key(out, name);
        string(out, value);
    }
}

fn first(out: &mut Vec<u8>, name: &str, value: Option<&str>) {
    if let Some(value) = value {
        string(out, name);
        out.push(b':');
        string(out, value);
    }
}

fn list(out: &mut Vec<u8>, names: &[String]) {
    out.push(b'[');
    for (n, name) in names.iter().enumerate() {
        if n > 0 {
            out.push(b',');
        }
        string(out, name);
    }
    out.push(b']');
}

fn string(out: &mut Vec<u8>, text: &str) {
    let quoted = serde_json::Value::from(text).to_string();
    out.extend_from_slice(quoted.as_bytes());
}

/// Reads `name="value"`; returns what follows, too.
fn field(text: &[u8]) -> Option<(&[u8], String, &[u8])> {
    let text = text.trim_ascii_start();
    let equals = memchr::memchr(b'=', text)?;
    let (value, rest) = quoted(text[equals + 1..].strip_prefix(b"\"")?)?;
    Some((&text[..equals], value, rest))
}

/// Reads a string as Go quotes it, behind its first quote; returns what
/// follows, too.
///
/// * A byte that is no part of a character reads as U+FFFD.
fn quoted(text: &[u8]) -> Option<(String, &[u8])> {
    let (mut bytes, mut rest) = (Vec::new(), text);
    loop {
        let (byte, behind) = rest.split_first()?;
        rest = behind;
        match byte {
            b'"' => break,
            b'\\' => rest = escape(rest, &mut bytes)?,
            _ => bytes.push(*byte),
        }
    }
    let text = bytes.utf8_chunks().fold(String::new(), |text, chunk| {
        let odd = chunk.invalid().iter().map(|_| '\u{fffd}');
        odd.fold(text + chunk.valid(), |mut text, c| {
            text.push(c);
            text
        })
    });
    Some((text, rest))
}

/// Reads what follows a backslash.
fn escape<'t>(text: &'t [u8], out: &mut Vec<u8>) -> Option<&'t [u8]> {
    let (byte, rest) = text.split_first()?;
    let digits = match byte {
        b'x' => 2,
        b'u' => 4,
        b'U' => 8,
        _ => {
            out.push(match byte {
                b'a' => 7,
                b'b' => 8,
                b'f' => 12,
                b'n' => b'\n',
                b'r' => b'\r',
                b't' => b'\t',
                b'v' => 11,
                b'\\' | b'"' | b'\'' => *byte,
                _ => return None,
            });
            return Some(rest);
        }
    };
    let number = str::from_utf8(rest.get(..digits)?).ok()?;
    let number = u32::from_str_radix(number, 16).ok()?;
    match digits {
        2 => out.push(number as u8),
        _ => {
            let c = char::from_u32(number).unwrap_or('\u{fffd}');
            out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
    Some(&rest[digits..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: &str) {
        let mut out = Vec::new();
        assert!(event(line.as_bytes(), &mut out), "{line}");
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    const HEAD: &str = r#"{"kind":"Event","apiVersion":"audit.k8s.io/v1""#;

    #[test]
    fn a_line_becomes_an_event() {
        check(
            r#"2019-03-21T05:57:09.106841886+02:00 AUDIT: id="a-b" stage="ResponseComplete" ip="127.0.0.1" method="get" user="admin" groups="\"system:masters\",\"a\\\"b\"" as="x" asgroups="<lookup>" user-agent="k\u00e9\x41" namespace="default" uri="/api?a=1&b" response="200""#,
            &format!(
                r#"{HEAD},"auditID":"a-b","stage":"ResponseComplete","requestURI":"/api?a=1&b","verb":"get","user":{{"username":"admin","groups":["system:masters","a\"b"]}},"impersonatedUser":{{"username":"x"}},"sourceIPs":["127.0.0.1"],"userAgent":"kéA","objectRef":{{"namespace":"default"}},"responseStatus":{{"metadata":{{}},"code":200}},"requestReceivedTimestamp":"2019-03-21T03:57:09.106841Z"}}"#
            ),
        );
    }

    #[test]
    fn what_is_left_open_is_left_out() {
        check(
            r#"2019-03-21T03:57:09Z AUDIT: id="a" stage="" ip="<unknown>" method="" user="<none>" groups="<none>" as="<self>" asgroups="<lookup>" user-agent="" namespace="<none>" uri="" response="<deferred>""#,
            &format!(
                r#"{HEAD},"auditID":"a","user":{{}},"requestReceivedTimestamp":"2019-03-21T03:57:09.000000Z"}}"#
            ),
        );
    }

    #[test]
    fn both_lines_of_old_versions_are_known() {
        let time = "2017-03-21T03:57:09.106841886-04:00";
        let at = r#""2017-03-21T07:57:09.106841Z""#;
        check(
            &format!(
                r#"{time} AUDIT: id="a" ip="::1" method="GET" user="u" as="<self>" asgroups="<lookup>" namespace="<none>" uri="/x""#
            ),
            &format!(
                r#"{HEAD},"auditID":"a","stage":"RequestReceived","requestURI":"/x","verb":"GET","user":{{"username":"u"}},"sourceIPs":["::1"],"requestReceivedTimestamp":{at},"stageTimestamp":{at}}}"#
            ),
        );
        check(
            &format!(r#"{time} AUDIT: id="a" response="403""#),
            &format!(
                r#"{HEAD},"auditID":"a","stage":"ResponseComplete","user":{{}},"responseStatus":{{"metadata":{{}},"code":403}},"stageTimestamp":{at}}}"#
            ),
        );
    }

    #[test]
    fn a_cut_line_says_what_it_says() {
        check(
            r#"2019-03-21T03:57:09Z AUDIT: id="a" stage="Panic" ip="1.2"#,
            &format!(
                r#"{HEAD},"auditID":"a","stage":"Panic","user":{{}},"requestReceivedTimestamp":"2019-03-21T03:57:09.000000Z"}}"#
            ),
        );
        for other in ["", "2019-03-21T03:57:09Z AUDIT: x", "AUDIT: id=\"a\""] {
            assert!(!is_legacy(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn quotes_are_read_as_go_writes_them() {
        let read = |text: &str| quoted(text.as_bytes()).map(|(text, _)| text);
        let all = r#"\a\b\f\n\r\t\v\\\"\'\x00\U0001f600\xff" x"#;
        let text = "\u{7}\u{8}\u{c}\n\r\t\u{b}\\\"'\0\u{1f600}\u{fffd}";
        assert_eq!(read(all), Some(text.to_owned()));
        assert_eq!(read("\\xc3\\xa9\""), Some("\u{e9}".to_owned()));
        for cut in ["a", "\\", "\\q\"", "\\x1", "\\u12", "\\U00"] {
            assert_eq!(read(cut), None, "{cut}");
        }
    }
}
