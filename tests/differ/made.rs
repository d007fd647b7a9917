//! Makes events as kube-apiserver writes them, and odd ones.

use serde_json::{Map, Value, json};

use super::dice::Dice;
use super::words::pool;

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

    fn body(&mut self) -> Value {
        match self.dice.below(16) {
            0..4 => self.pod(),
            4..6 => self.template("Deployment", &["spec", "template"]),
            6 => {
                let way = ["spec", "jobTemplate", "spec", "template"];
                self.template("CronJob", &way)
            }
            7 => self.template("PodTemplate", &["template"]),
            8 => self.role(),
            9 => self.binding(),
            10 => self.map(),
            11 => {
                let items = [(); 2].map(|()| self.body_below());
                json!({"kind": "List", "metadata": {}, "items": items})
            }
            12 => {
                let rows = [(); 2].map(|()| {
                    json!({"cells": self.list("name", 3), "object": self.map()})
                });
                json!({"kind": "Table", "rows": rows})
            }
            13 => {
                let mut status = self.status();
                status["kind"] = json!("Status");
                status["metadata"] = json!({"name": self.word("name")});
                status
            }
            14 => self.patch(),
            _ => self.freely(3),
        }
    }

    fn body_below(&mut self) -> Value {
        match self.dice.below(3) {
            0 => self.pod(),
            1 => self.map(),
            _ => self.role(),
        }
    }

    fn metadata(&mut self) -> Value {
        let mut metadata = self.some(&["name", "namespace"], 85);
        let applied = "kubectl.kubernetes.io/last-applied-configuration";
        if self.dice.percent(60) {
            let labels = self.some(&["app", "k/x"], 70);
            metadata.insert("labels".into(), self.odder(json!(labels)));
        }
        if self.dice.percent(30) {
            metadata.insert("annotations".into(), json!({applied: "{}"}));
        }
        if self.dice.percent(30) {
            let managers = json!([{"manager": self.word("name")}]);
            metadata.insert("managedFields".into(), managers);
        }
        Value::Object(metadata)
    }

    fn pod(&mut self) -> Value {
        let spec = self.pod_spec();
        json!({"kind": "Pod", "metadata": self.metadata(), "spec": spec})
    }

    /// Makes a body whose pod is further down.
    fn template(&mut self, kind: &str, way: &[&str]) -> Value {
        let mut inner = json!({"spec": self.pod_spec()});
        for key in way.iter().rev() {
            let mut around = json!({*key: self.odder(inner)});
            if *key == "template" {
                around["replicas"] = self.number("replicas");
            }
            inner = around;
        }
        inner["kind"] = json!(kind);
        inner["metadata"] = self.metadata();
        inner
    }

    fn pod_spec(&mut self) -> Value {
        let mut spec = Map::new();
        for (key, percent) in [
            ("containers", 90),
            ("initContainers", 20),
            ("ephemeralContainers", 10),
        ] {
            if self.dice.percent(percent) {
                let count = self.dice.below(3);
                let all = (0..count).map(|_| {
                    let container = self.container();
                    self.odder(container)
                });
                let all = Value::Array(all.collect());
                spec.insert(key.into(), self.odder(all));
            }
        }
        for key in ["hostNetwork", "replicas", "weight", "type"] {
            if self.dice.percent(40) {
                let value = self.number(key);
                spec.insert(key.into(), self.odder(value));
            }
        }
        if self.dice.percent(40) {
            let path = json!({"path": self.word("path")});
            let volume = json!({"name": "v", "hostPath": self.odder(path)});
            spec.insert("volumes".into(), json!([{"name": "w"}, volume]));
        }
        Value::Object(spec)
    }

    fn container(&mut self) -> Value {
        let mut container = self.some(&["name", "image"], 90);
        if self.dice.percent(60) {
            let mut context = Map::new();
            for key in ["privileged", "runAsUser"] {
                if self.dice.percent(60) {
                    let value = self.number(key);
                    context.insert(key.into(), self.odder(value));
                }
            }
            if self.dice.percent(40) {
                let add = self.list("add", 3);
                context.insert("capabilities".into(), json!({"add": add}));
            }
            let context = self.odder(Value::Object(context));
            container.insert("securityContext".into(), context);
        }
        if self.dice.percent(50) {
            container.insert("command".into(), self.list("command", 3));
        }
        if self.dice.percent(40) {
            let ports = [(); 2].map(
                |()| json!({"containerPort": self.number("containerPort")}),
            );
            container.insert("ports".into(), json!(ports));
        }
        Value::Object(container)
    }

    fn role(&mut self) -> Value {
        let count = self.dice.below(4);
        let rules = (0..count).map(|_| {
            let mut rule = Map::new();
            for key in ["verbs", "resources", "apiGroups"] {
                rule.insert(key.into(), self.list(key, 3));
            }
            self.odder(Value::Object(rule))
        });
        let rules = Value::Array(rules.collect());
        let rules = self.odder(rules);
        json!({"kind": "ClusterRole", "metadata": self.metadata(), "rules": rules})
    }

    fn binding(&mut self) -> Value {
        let role = Value::Object(self.some(&["name", "kind"], 80));
        let subjects = [(); 2]
            .map(|()| json!(self.some(&["kind", "name", "namespace"], 70)));
        let subjects = self.odder(json!(subjects));
        json!({"roleRef": self.odder(role), "subjects": subjects})
    }

    /// Makes a ConfigMap, or a Secret.
    fn map(&mut self) -> Value {
        let mut data = Map::new();
        for key in ["password", "a", "b/c"] {
            if self.dice.percent(50) {
                let value = self.number("data");
                data.insert(key.into(), self.odder(value));
            }
        }
        let kind = self.dice.word(&["ConfigMap", "Secret"]);
        let mut map =
            json!({"kind": kind, "metadata": self.metadata(), "data": data});
        if self.dice.percent(40) {
            let rows = [(); 2].map(|()| self.list("matrix", 3));
            map["matrix"] = json!([rows, self.odder(json!("a"))]);
        }
        map
    }

    fn patch(&mut self) -> Value {
        let count = self.dice.below(4);
        let ops = (0..count).map(|_| {
            let mut op = self.some(&["op", "path"], 90);
            let value = match self.dice.below(3) {
                0 => self.number("replicas"),
                1 => json!({"privileged": self.number("privileged")}),
                _ => self.list("add", 2),
            };
            op.insert("value".into(), value);
            self.odder(Value::Object(op))
        });
        Value::Array(ops.collect())
    }

    /// Makes JSON of any shape, with keys that expressions ask for.
    fn freely(&mut self, depth: usize) -> Value {
        let kinds = if depth == 0 { 5 } else { 8 };
        match self.dice.below(kinds) {
            0 => Value::Null,
            1..5 => {
                let pool = self.dice.word(&["name", "data", "replicas", "x"]);
                self.number(pool)
            }
            5 => {
                let count = self.dice.below(4);
                let all = (0..count).map(|_| self.freely(depth - 1));
                Value::Array(all.collect())
            }
            _ => {
                let keys = [
                    "kind",
                    "spec",
                    "metadata",
                    "name",
                    "matrix",
                    "items",
                    "rules",
                    "containers",
                    "data",
                    "template",
                    "k/x",
                    "",
                ];
                let count = self.dice.below(5);
                let members = (0..count).map(|_| {
                    let key = self.dice.word(&keys);
                    (key.to_owned(), self.freely(depth - 1))
                });
                Value::Object(members.collect())
            }
        }
    }
}
