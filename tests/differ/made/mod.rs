//! Makes events as kube-apiserver writes them, and odd ones.

mod body;

use serde_json::{Map, Value, json};

use super::pool::pool;
use crate::dice::Dice;

/// Makes one event.
pub(crate) fn event(dice: &mut Dice) -> Value {
    let odd = if dice.percent(40) { 6 } else { 0 };
    Maker { dice, odd }.event()
}

struct Maker<'d> {
    dice: &'d mut Dice,
    /// How many of a hundred values are not what they should be.
    odd: usize,
}

impl Maker<'_> {
    fn event(&mut self) -> Value {
        let mut event = Map::new();
        let received = self.dice.below(400);
        let took = self.dice.below(30).saturating_sub(8);
        for (key, percent) in [
            ("kind", 90),
            ("level", 97),
            ("auditID", 95),
            ("stage", 95),
            ("requestURI", 95),
            ("verb", 96),
            ("user", 95),
            ("impersonatedUser", 15),
            ("authenticationMetadata", 8),
            ("sourceIPs", 92),
            ("userAgent", 90),
            ("objectRef", 85),
            ("responseStatus", 85),
            ("requestObject", 70),
            ("responseObject", 45),
            ("requestReceivedTimestamp", 95),
            ("stageTimestamp", 95),
            ("annotations", 85),
        ] {
            if !self.dice.percent(percent) {
                continue;
            }
            let value = match key {
                "kind" => json!("Event"),
                "user" | "impersonatedUser" => self.user(),
                "authenticationMetadata" => {
                    json!({"impersonationConstraint": self.word("verb")})
                }
                "sourceIPs" => self.list("sourceIPs", 3),
                "requestURI" => self.uri(),
                "objectRef" => self.object_ref(),
                "responseStatus" => self.status(),
                "requestObject" | "responseObject" => self.body(),
                "requestReceivedTimestamp" => self.time(received),
                "stageTimestamp" => self.time(received + took),
                "annotations" => self.annotations(),
                key => self.text(key),
            };
            let value = if key == "kind" { value } else { self.odder(value) };
            event.insert(key.to_owned(), value);
        }
        Value::Object(event)
    }

    fn word(&mut self, key: &str) -> &'static str {
        self.dice.word(pool(key))
    }

    fn text(&mut self, key: &str) -> Value {
        json!(self.word(key))
    }

    /// Returns the value, or an odd one instead.
    fn odder(&mut self, value: Value) -> Value {
        if !self.dice.percent(self.odd) {
            return value;
        }
        match self.dice.below(11) {
            0 | 1 => Value::Null,
            2 => json!([]),
            3 => json!({}),
            4 => json!([value]),
            5 => json!([null, [value, []], {"name": "web-1"}]),
            6 => json!({"name": value}),
            7 => json!(self.dice.percent(50)),
            8 => json!(17),
            9 => json!(""),
            _ => json!(value.to_string()),
        }
    }

    /// Makes an object of those of these keys that the dice choose.
    fn some(&mut self, keys: &[&str], percent: usize) -> Map<String, Value> {
        let mut object = Map::new();
        for key in keys {
            if self.dice.percent(percent) {
                let value = self.text(key);
                object.insert((*key).to_owned(), self.odder(value));
            }
        }
        object
    }

    /// Makes an array of words.
    fn list(&mut self, key: &str, most: usize) -> Value {
        let length = self.dice.below(most + 1);
        let words = (0..length).map(|_| {
            let word = self.text(key);
            self.odder(word)
        });
        Value::Array(words.collect())
    }

    fn user(&mut self) -> Value {
        let mut user = Map::new();
        if self.dice.percent(12) {
            return Value::Object(user);
        }
        user.insert("username".into(), self.text("username"));
        if self.dice.percent(20) {
            user.insert("uid".into(), self.text("name"));
        }
        if self.dice.percent(70) {
            let groups = self.list("groups", 3);
            user.insert("groups".into(), self.odder(groups));
        }
        if self.dice.percent(40) {
            let mut extra = Map::new();
            let known = "authentication.kubernetes.io/";
            let [id, pod, node] = ["credential-id", "pod-name", "node-name"]
                .map(|key| format!("{known}{key}"));
            for key in ["k/x", "plain", &id, &pod, &node] {
                if self.dice.percent(50) {
                    extra.insert(key.to_owned(), self.list("groups", 2));
                }
            }
            user.insert("extra".into(), self.odder(Value::Object(extra)));
        }
        Value::Object(user)
    }

    fn uri(&mut self) -> Value {
        let path = self.word("uri");
        let parts = [
            "command=sh",
            "command=%2Fbin%2Fsh",
            "command=-c",
            "command=id+-u",
            "command",
            "command=a%ff",
            "com%6dand=sh",
            "tty=true",
            "tty=false",
            "odd%20key=sh",
            "odd+key=%",
            "=x",
            "",
            "a=b=c",
            "limit=500",
            "x=1;command=tar",
        ];
        let count = self.dice.below(5);
        let query: Vec<_> =
            (0..count).map(|_| self.dice.word(&parts)).collect();
        match self.dice.below(10) {
            0..5 => json!(path),
            5 => json!(format!("{path}?")),
            6 => json!(format!("{path}?{}?x=1", query.join("&"))),
            _ => json!(format!("{path}?{}", query.join("&"))),
        }
    }

    fn object_ref(&mut self) -> Value {
        let mut object = self.some(&["resource", "namespace", "name"], 80);
        object.extend(self.some(&["apiGroup", "subresource"], 35));
        if self.dice.percent(60) {
            object.insert("apiVersion".into(), self.text("version"));
        }
        Value::Object(object)
    }

    fn status(&mut self) -> Value {
        let mut status = self.some(&["status", "reason", "message"], 35);
        if self.dice.percent(50) {
            status.insert("metadata".into(), json!({}));
        }
        if self.dice.percent(90) {
            let code = self.number("code");
            status.insert("code".into(), self.odder(code));
        }
        if self.dice.percent(15) {
            let mut details = self.some(&["name", "group"], 60);
            details.insert("retryAfterSeconds".into(), self.number("code"));
            let causes = [(); 2].map(|()| {
                Value::Object(self.some(&["reason", "message", "field"], 70))
            });
            details.insert("causes".into(), json!(causes));
            status.insert("details".into(), self.odder(json!(details)));
        }
        Value::Object(status)
    }

    /// Makes what a word looks like: a number, `true`, or text; at times a
    /// number in quotes.
    fn number(&mut self, key: &str) -> Value {
        let word = self.word(key);
        match serde_json::from_str(word) {
            Ok(value @ (Value::Number(_) | Value::Bool(_)))
                if self.dice.percent(85) =>
            {
                value
            }
            Ok(_) | Err(_) => json!(word),
        }
    }

    /// Writes a time, counted in quarters of a second.
    fn time(&mut self, quarters: usize) -> Value {
        let (seconds, rest) = (quarters / 4, quarters % 4 * 25);
        let (minute, second) = (seconds / 60, seconds % 60);
        let clock = format!("{minute:02}:{second:02}");
        json!(match self.dice.below(12) {
            0 => format!("2026-11-21T12:{clock}.{rest:02}+02:00"),
            1 => format!("2026-11-20T23:{clock}.{rest:02}0-11:00"),
            2 if rest == 0 => format!("2026-11-21T10:{clock}Z"),
            3 => "yesterday".to_owned(),
            _ => format!("2026-11-21T10:{clock}.{rest:02}0000Z"),
        })
    }

    fn annotations(&mut self) -> Value {
        let mut annotations = Map::new();
        for (key, pool, percent) in [
            ("authorization.k8s.io/decision", "decision", 80),
            ("authorization.k8s.io/reason", "reason", 60),
            ("pod-security.kubernetes.io/audit-violations", "reason", 15),
            ("k/x", "reason", 30),
            ("audit.k8s.io/truncated", "privileged", 5),
        ] {
            if self.dice.percent(percent) {
                annotations.insert(key.into(), self.text(pool));
            }
        }
        Value::Object(annotations)
    }
}
