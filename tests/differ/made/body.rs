//! Makes bodies: pods and what holds them, roles, lists, patches, anything.

use serde_json::{Map, Value, json};

use super::Maker;

impl Maker<'_> {
    pub(super) fn body(&mut self) -> Value {
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
