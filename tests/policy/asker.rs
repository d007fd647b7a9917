//! Who asks, where an event has lost that.

use kaudit_filter::policy::{Doubt, Effect};
use serde_json::json;

use super::apply::{apply_line, check};
use super::policy;

#[test]
fn an_event_that_has_lost_its_user_is_not_one_of_nobody() {
    let users = [
        "",
        r#""user":"admin","#,
        r#""user":null,"#,
        r#""user":["admin"],"#,
        r#""user":{"username":7},"#,
        r#""user":{"username":null,"groups":["a"]},"#,
        r#""user":{"username":"jane","groups":"a"},"#,
        r#""user":{"username":"jane","groups":["b",7]},"#,
        r#""user":{"groups":null},"#,
    ];
    let doubtful = Err(Effect::Undecided(Doubt::User));
    for user in users {
        let event = format!(
            r#"{{{user}"level":"Request","verb":"get","requestURI":"/a"}}"#
        );
        let lower = event.replace("Request\"", "Metadata\"");
        for (key, names) in [("users", "jane"), ("userGroups", "dev")] {
            let asks = json!({"level": "None", key: [names]});
            check(&asks, &event, doubtful);
            // Rules that it cannot be for, whoever asks, are passed over,
            // and those behind the one that decides are not reached.
            let mut other = asks.clone();
            other["verbs"] = json!(["list"]);
            let rules = json!([other, {"level": "Metadata"}, asks]);
            let read = policy(&json!({"rules": rules}));
            let (effect, found) = apply_line(&read, &event);
            assert_eq!(effect, Effect::Changed, "{event}");
            assert_eq!(String::from_utf8(found).unwrap(), lower);
        }
        check(&json!({"level": "None"}), &event, Err(Effect::Skipped));
    }
    // An apiserver writes `{}` of nobody, who is in no group.
    let rule = json!({"level": "Metadata", "userGroups": ["dev"]});
    for user in ["{}", r#"{"username":""}"#, r#"{"groups":[]}"#] {
        let event = format!(r#"{{"level":"Request","user":{user}}}"#);
        check(&rule, &event, Err(Effect::Skipped));
    }
}
