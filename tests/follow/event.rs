//! Turns numbers into events as kube-apiserver writes them, and back.
//!
//! The number is in the `auditID`, so a line says by itself which one it is,
//! wherever it comes out, and how often.

/// Tells the events that count: two of three.
pub(crate) const FAILED: &str = "code>=400";

/// Returns whether [`FAILED`] keeps event `number`.
pub(crate) fn is_failed(number: u64) -> bool {
    !number.is_multiple_of(3)
}

/// Returns event `number` as a line.
pub(crate) fn event(number: u64) -> Vec<u8> {
    let agent = "x".repeat((number.wrapping_mul(7919) % 97) as usize);
    let body = match number.is_multiple_of(16) {
        true => body(number),
        false => String::new(),
    };
    filled(number, &agent, &body)
}

/// Returns event `number` as a line of `length` bytes.
///
/// # Panics
///
/// If no event is as short.
pub(crate) fn sized(number: u64, length: u64) -> Vec<u8> {
    let bare = filled(number, "", "").len() as u64;
    let room = length.checked_sub(bare).unwrap();
    filled(number, &"x".repeat(room as usize), "")
}

fn filled(number: u64, agent: &str, body: &str) -> Vec<u8> {
    let code = if is_failed(number) { 403 } else { 200 };
    let (minute, second) = (number / 60_000 % 60, number / 1_000 % 60);
    let time = format!("2026-11-22T06:{minute:02}:{second:02}");
    let micro = number % 1_000 * 1_000;
    let line = format!(
        concat!(
            r#"{{"kind":"Event","apiVersion":"audit.k8s.io/v1","#,
            r#""level":"Request","auditID":"5ca1ab1e-{:04x}-4000-8000-{:012}","#,
            r#""stage":"ResponseComplete","#,
            r#""requestURI":"/api/v1/namespaces/ns-{}/pods/p-{}","#,
            r#""verb":"patch","user":{{"username":"system:node:n{}","#,
            r#""groups":["system:nodes","system:authenticated"]}},"#,
            r#""sourceIPs":["10.0.{}.7"],"userAgent":"kubelet/v1.36 {}","#,
            r#""objectRef":{{"resource":"pods","namespace":"ns-{}","#,
            r#""name":"p-{}","apiVersion":"v1"}},"#,
            r#""responseStatus":{{"metadata":{{}},"code":{}}},"#,
            r#"{}"requestReceivedTimestamp":"{}.{:06}Z","#,
            r#""stageTimestamp":"{}.{:06}Z"}}"#,
            "\n"
        ),
        number % 65_536,
        number,
        number % 7,
        number,
        number % 11,
        number % 251,
        agent,
        number % 7,
        number,
        code,
        body,
        time,
        micro,
        time,
        micro + 999,
    );
    line.into_bytes()
}

/// Now and then an event carries what the client sent.
fn body(number: u64) -> String {
    let pad = "y".repeat((number.wrapping_mul(104_729) % 6_000) as usize);
    format!(r#""requestObject":{{"metadata":{{"name":"{pad}"}}}},"#)
}

/// Returns the numbers of the events in `text`, in their order; none for a
/// line that is no event of ours.
pub(crate) fn numbers(text: &[u8]) -> impl Iterator<Item = Option<u64>> {
    text.split_inclusive(|&byte| byte == b'\n').map(number)
}

/// Returns the number of an event, if `line` is one from its first byte to
/// its last.
fn number(line: &[u8]) -> Option<u64> {
    let line = str::from_utf8(line).ok()?;
    let (_, rest) = line.split_once(r#""auditID":""#)?;
    let number = rest.get(24..36)?.parse().ok()?;
    let is_whole = line.starts_with('{') && line.ends_with("Z\"}\n");
    is_whole.then_some(number)
}

#[test]
fn events_are_as_long_as_asked_for() {
    for length in [700, 701, 5_000] {
        assert_eq!(sized(16, length).len() as u64, length);
    }
}

#[test]
fn events_are_events_and_say_their_number() {
    let text: Vec<u8> = (0..100).flat_map(event).collect();
    let found: Vec<_> = numbers(&text).collect();
    assert_eq!(found, (0..100).map(Some).collect::<Vec<_>>());
    for line in text.split_inclusive(|&byte| byte == b'\n') {
        serde_json::from_slice::<serde_json::Value>(line).unwrap();
    }
}
