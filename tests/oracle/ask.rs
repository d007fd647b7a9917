//! Expressions, each with its meaning written out a second time.

use std::{cmp::Ordering, net::Ipv4Addr};

use super::json::{self, Inside, Json};

/// What an expression asks of an event.
pub(crate) enum Ask {
    Always,
    /// A test of the values on a way through the event.
    Test(&'static [Step], Want),
    Not(Box<Ask>),
    All(Vec<Ask>),
    Any(Vec<Ask>),
}

/// One step of a way.
#[derive(Clone, Copy)]
pub(crate) enum Step {
    Key(&'static str),
    Nth(i64),
    Every,
}

/// What is asked of the values there.
#[derive(Clone, Copy)]
pub(crate) enum Want {
    Has,
    Empty,
    /// One of them passes.
    One(fn(&Json) -> bool),
}

/// What a line is to an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Keep,
    Skip,
    Unknown,
    Foreign,
}

/// Returns what the definition says of a line.
pub(crate) fn answer(ask: &Ask, line: Option<&json::Read>) -> Answer {
    let Some(Json::Object(event)) = line.map(|line| &line.value) else {
        return Answer::Foreign;
    };
    if is_foreign(event) {
        return Answer::Foreign;
    }
    match ask.holds(event) {
        Some(true) => Answer::Keep,
        Some(false) => Answer::Skip,
        None => Answer::Unknown,
    }
}

fn is_foreign(event: &Inside<(String, Json)>) -> bool {
    let kind = event.items.iter().find(|(key, _)| key == "kind");
    let is_event = match kind.map(|(_, value)| value) {
        None | Some(Json::Null | Json::Torn) => true,
        Some(Json::Text(kind)) => kind == "Event",
        Some(_) => false,
    };
    let has = |names: &[&str]| {
        event.items.iter().any(|(key, _)| names.contains(&key.as_str()))
    };
    let level = event.items.iter().find(|(key, _)| key == "level");
    let leveled = match level.map(|(_, value)| value) {
        Some(Json::Text(level)) => {
            ["None", "Metadata", "Request", "RequestResponse"]
                .contains(&level.as_str())
        }
        _ => false,
    };
    let messages =
        ["message", "MESSAGE", "@message", "msg", "log", "log_s", "line"];
    let named = matches!(kind, Some((_, Json::Text(_))));
    let marked = has(&["auditID", "stage", "verb", "requestURI"])
        || level.is_some() && named
        || leveled && !has(&messages);
    !is_event || event.whole && !marked
}

impl Ask {
    /// Returns whether it holds, if that can be known.
    fn holds(&self, event: &Inside<(String, Json)>) -> Option<bool> {
        match self {
            Ask::Always => Some(true),
            Ask::Test(way, want) => want.holds(way, event),
            Ask::Not(ask) => ask.holds(event).map(|holds| !holds),
            Ask::All(asks) => decided(asks, event, false),
            Ask::Any(asks) => decided(asks, event, true),
        }
    }
}

/// Returns `by` if one of the asks says so, the opposite if none can.
fn decided(
    asks: &[Ask],
    event: &Inside<(String, Json)>,
    by: bool,
) -> Option<bool> {
    let all: Vec<_> = asks.iter().map(|ask| ask.holds(event)).collect();
    if all.contains(&Some(by)) {
        return Some(by);
    }
    if all.contains(&None) { None } else { Some(!by) }
}

impl Want {
    fn holds(
        self,
        way: &[Step],
        event: &Inside<(String, Json)>,
    ) -> Option<bool> {
        let Some((Step::Key(root), rest)) = way.split_first() else {
            panic!("a way begins with a key");
        };
        let body = ["requestObject", "responseObject"].contains(root);
        let mut found = Found { all: true, values: Vec::new(), body };
        match event.items.iter().find(|(key, _)| key == root) {
            Some((_, value)) => found.follow(value, rest),
            None => found.all = event.whole,
        }
        let flat = matches!(self, Want::One(_));
        if flat {
            for value in std::mem::take(&mut found.values) {
                found.flatten(value);
            }
        }
        let mut sure = found.all;
        let mut holds = false;
        for value in found.values {
            let passes = match self {
                Want::Has => Some(*value != Json::Null),
                Want::Empty => is_empty(value).map(|empty| !empty),
                Want::One(passes) => Some(passes(value)),
            };
            holds |= passes == Some(true);
            sure &= passes.is_some();
        }
        let holds = if holds || sure { Some(holds) } else { None };
        match self {
            Want::Empty => holds.map(|holds| !holds),
            Want::Has | Want::One(_) => holds,
        }
    }
}

/// The values on a way.
struct Found<'j> {
    values: Vec<&'j Json>,
    /// Whether none can be missing.
    all: bool,
    /// Whether the way is in a body, where the last of repeated keys wins.
    body: bool,
}

impl<'j> Found<'j> {
    fn follow(&mut self, value: &'j Json, way: &[Step]) {
        let Some((step, rest)) = way.split_first() else {
            if *value == Json::Torn {
                self.all = false;
            } else {
                self.values.push(value);
            }
            return;
        };
        match (value, step) {
            (Json::Torn, _) => self.all = false,
            (Json::Object(object), Step::Key(key)) => {
                self.member(object, key, rest);
            }
            (Json::Object(object), Step::Every) => {
                let mut keys: Vec<&str> =
                    object.items.iter().map(|(key, _)| &**key).collect();
                keys.sort_unstable();
                keys.dedup();
                for key in keys {
                    self.member(object, key, rest);
                }
                self.all &= object.whole;
            }
            (Json::Array(array), Step::Key(_)) => {
                let leaves = array.items.iter();
                leaves.for_each(|value| self.follow(value, way));
                self.all &= array.whole;
            }
            (Json::Array(array), Step::Every) => {
                let items = array.items.iter();
                items.for_each(|value| self.follow(value, rest));
                self.all &= array.whole;
            }
            (Json::Array(array), Step::Nth(n)) => {
                let back = usize::try_from(-n).unwrap_or_default();
                let element = match usize::try_from(*n) {
                    Ok(n) => array.items.get(n),
                    Err(_) if !array.whole => None,
                    Err(_) if back > array.items.len() => None,
                    Err(_) => array.items.get(array.items.len() - back),
                };
                match element {
                    Some(element) => self.follow(element, rest),
                    None => self.all &= array.whole,
                }
            }
            (
                Json::Object(_)
                | Json::Null
                | Json::Bool(_)
                | Json::Number(_)
                | Json::Text(_),
                _,
            ) => {}
        }
    }

    fn member(
        &mut self,
        object: &'j Inside<(String, Json)>,
        key: &str,
        rest: &[Step],
    ) {
        let mut all = object.items.iter().filter(|(name, _)| name == key);
        let found = if self.body { all.next_back() } else { all.next() };
        let open = !object.whole;
        match found {
            // One that wins may come behind the break.
            Some(_) if self.body && open => self.all = false,
            Some((_, value)) => self.follow(value, rest),
            None => self.all &= !open,
        }
    }

    fn flatten(&mut self, value: &'j Json) {
        match value {
            Json::Array(array) => {
                array.items.iter().for_each(|value| self.flatten(value));
                self.all &= array.whole;
            }
            Json::Torn => self.all = false,
            _ => self.values.push(value),
        }
    }
}

fn is_empty(value: &Json) -> Option<bool> {
    match value {
        Json::Null => Some(true),
        Json::Bool(_) | Json::Number(_) => Some(false),
        Json::Text(text) => Some(text.is_empty()),
        Json::Array(Inside { whole, begun, .. })
        | Json::Object(Inside { whole, begun, .. }) => {
            if *begun || *whole {
                Some(!begun)
            } else {
                None
            }
        }
        Json::Torn => None,
    }
}

/// Compares a number, or if `numerals` one in quotes, with `other`.
fn compared(value: &Json, numerals: bool, other: i64) -> Option<Ordering> {
    let spelling = match value {
        Json::Number(spelling) => spelling,
        Json::Text(text) if numerals => {
            let digits = text.strip_prefix('-').unwrap_or(text);
            let is_numeral = !digits.is_empty()
                && digits.bytes().all(|byte| byte.is_ascii_digit());
            if is_numeral { text } else { return None }
        }
        _ => return None,
    };
    match spelling.parse::<i128>() {
        Ok(whole) => Some(whole.cmp(&other.into())),
        Err(_) => spelling.parse::<f64>().ok()?.partial_cmp(&(other as f64)),
    }
}

fn code(value: &Json, test: fn(Ordering) -> bool, other: i64) -> bool {
    compared(value, true, other).is_some_and(test)
}

fn text(value: &Json, test: impl Fn(&str) -> bool) -> bool {
    matches!(value, Json::Text(text) if test(text))
}

const CODE: &[Step] = &[Step::Key("responseStatus"), Step::Key("code")];
const VERB: &[Step] = &[Step::Key("verb")];
const USER: &[Step] = &[Step::Key("user"), Step::Key("username")];
const GROUPS: &[Step] = &[Step::Key("user"), Step::Key("groups")];
const EXTRA: &[Step] = &[Step::Key("user"), Step::Key("extra")];
const DECISION: &[Step] =
    &[Step::Key("annotations"), Step::Key("authorization.k8s.io/decision")];
const BODY: &[Step] = &[Step::Key("requestObject")];

/// Returns whether this is an address in 10.0.0.0/8.
fn is_ten(text: &str) -> bool {
    text.parse().is_ok_and(|ip: Ipv4Addr| ip.octets()[0] == 10)
}

fn failed() -> Ask {
    Ask::Test(CODE, Want::One(|v| code(v, Ordering::is_ge, 400)))
}

fn reads() -> Ask {
    let test = |v: &Json| text(v, |t| ["get", "list", "watch"].contains(&t));
    Ask::Test(VERB, Want::One(test))
}

fn not(ask: Ask) -> Ask {
    Ask::Not(Box::new(ask))
}

/// Returns expressions and what they mean.
pub(crate) fn asks() -> Vec<(&'static str, Ask)> {
    use Ask::{All, Any, Test};
    use Step::{Every, Key, Nth};
    use Want::{Empty, Has, One};
    let privileged: &[Step] = &[
        Key("requestObject"),
        Key("spec"),
        Key("containers"),
        Key("securityContext"),
        Key("privileged"),
    ];
    vec![
        ("true", Ask::Always),
        ("code >= 400", failed()),
        ("code in 400..499", {
            let test = |v: &Json| {
                code(v, Ordering::is_ge, 400) && code(v, Ordering::is_le, 499)
            };
            Test(CODE, One(test))
        }),
        (
            "code != 200",
            not(Test(CODE, One(|v| code(v, Ordering::is_eq, 200)))),
        ),
        ("code == null", Test(CODE, One(|v| *v == Json::Null))),
        ("verb in (get, list, watch)", reads()),
        ("verb not in (get, list, watch)", not(reads())),
        (
            "user starts \"system:\"",
            Test(USER, One(|v| text(v, |t| t.starts_with("system:")))),
        ),
        (
            "user != \"a\\\"b\"",
            not(Test(USER, One(|v| text(v, |t| t == "a\"b")))),
        ),
        ("has(user.groups)", Test(GROUPS, Has)),
        ("empty(user)", Test(USER, Empty)),
        ("empty(user.extra)", Test(EXTRA, Empty)),
        ("not has(objectRef)", not(Test(&[Key("objectRef")], Has))),
        (
            "groups = \"system:masters\"",
            Test(GROUPS, One(|v| text(v, |t| t == "system:masters"))),
        ),
        (
            "user.extra[\"k/x\"] = \"v\"",
            Test(
                &[Key("user"), Key("extra"), Key("k/x")],
                One(|v| text(v, |t| t == "v")),
            ),
        ),
        (
            "user.extra[*] = v",
            Test(
                &[Key("user"), Key("extra"), Every],
                One(|v| text(v, |t| t == "v")),
            ),
        ),
        (
            "decision != allow",
            not(Test(DECISION, One(|v| text(v, |t| t == "allow")))),
        ),
        (
            "peer in 10.0.0.0/8",
            Test(&[Key("sourceIPs"), Nth(-1)], One(|v| text(v, is_ten))),
        ),
        (
            "level >= Request",
            Test(
                &[Key("level")],
                One(|v| {
                    text(v, |t| ["Request", "RequestResponse"].contains(&t))
                }),
            ),
        ),
        (
            "kind = Event and stage = ResponseComplete",
            All(vec![
                Test(&[Key("kind")], One(|v| text(v, |t| t == "Event"))),
                Test(
                    &[Key("stage")],
                    One(|v| text(v, |t| t == "ResponseComplete")),
                ),
            ]),
        ),
        (
            "ua contains code or uri ends \"}\"",
            Any(vec![
                Test(
                    &[Key("userAgent")],
                    One(|v| text(v, |t| t.contains("code"))),
                ),
                Test(
                    &[Key("requestURI")],
                    One(|v| text(v, |t| t.ends_with('}'))),
                ),
            ]),
        ),
        (
            "(code >= 400 and not verb in (get, list, watch)) or empty(user)",
            Any(vec![All(vec![failed(), not(reads())]), Test(USER, Empty)]),
        ),
        (
            "requestObject.spec.containers.securityContext.privileged == true",
            Test(privileged, One(|v| *v == Json::Bool(true))),
        ),
        (
            "requestObject.metadata.labels[*] = x",
            Test(
                &[Key("requestObject"), Key("metadata"), Key("labels"), Every],
                One(|v| text(v, |t| t == "x")),
            ),
        ),
        (
            "requestObject[*] = x or code = 999",
            Any(vec![
                Test(
                    &[Key("requestObject"), Every],
                    One(|v| text(v, |t| t == "x")),
                ),
                Test(CODE, One(|v| code(v, Ordering::is_eq, 999))),
            ]),
        ),
        (
            "requestObject.code == null",
            Test(
                &[Key("requestObject"), Key("code")],
                One(|v| *v == Json::Null),
            ),
        ),
        (
            "requestObject.n > 5",
            Test(
                &[Key("requestObject"), Key("n")],
                One(|v| compared(v, false, 5).is_some_and(Ordering::is_gt)),
            ),
        ),
        (
            "responseObject.items[0].verb = get",
            Test(
                &[Key("responseObject"), Key("items"), Nth(0), Key("verb")],
                One(|v| text(v, |t| t == "get")),
            ),
        ),
        (
            "responseObject.items[-2].verb = get",
            Test(
                &[Key("responseObject"), Key("items"), Nth(-2), Key("verb")],
                One(|v| text(v, |t| t == "get")),
            ),
        ),
        (
            "empty(requestObject) and not has(responseObject.items[*])",
            All(vec![
                Test(BODY, Empty),
                not(Test(&[Key("responseObject"), Key("items"), Every], Has)),
            ]),
        ),
    ]
}
