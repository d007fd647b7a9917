//! What the step makes of events.

use kaudit_filter::event::{Event, Roots};
use kaudit_filter::expr::plan::POLICY_READS;
use kaudit_filter::policy::{Facts, Reader};
use kaudit_filter::scan::Scanner;
use serde_json::{Value, json};

/// Reads the facts of a request out of an event that records it.
pub(super) fn facts(request: &Value) -> Facts {
    let user = match &request["user"] {
        Value::Null => json!({}),
        user => json!({"username": user["name"], "groups": user["groups"]}),
    };
    let event = json!({"kind": "Event", "level": "RequestResponse",
        "stage": "ResponseComplete", "requestURI": request["requestURI"],
        "verb": request["verb"], "user": user});
    let line = event.to_string();
    let keys: Vec<Box<str>> = POLICY_READS.map(Into::into).into();
    let roots = Roots::new(&keys, None);
    let mut event = Event::new(Scanner::best(), line.as_bytes(), 0, &roots);
    let mut facts = Facts::default();
    Reader::new(&keys).read(&mut event, &mut facts).unwrap();
    facts
}
