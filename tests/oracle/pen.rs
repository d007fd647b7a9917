//! Writes events out of a list of choices: odd ones, but sound JSON. Fewer
//! and smaller choices make plainer events, which is how proptest finds the
//! plainest that fails.

/// Writes one event.
pub(crate) struct Pen<'c> {
    choices: &'c [u8],
    out: Vec<u8>,
    /// Whether keys come more than once at the event's own levels.
    repeats: bool,
    /// Whether texts hold brackets.
    brackets: bool,
}

/// The keys of an event in the order of the apiserver.
const KEYS: [&str; 19] = [
    "kind",
    "apiVersion",
    "level",
    "auditID",
    "stage",
    "requestURI",
    "verb",
    "user",
    "impersonatedUser",
    "sourceIPs",
    "userAgent",
    "objectRef",
    "responseStatus",
    "requestObject",
    "responseObject",
    "requestReceivedTimestamp",
    "stageTimestamp",
    "annotations",
    "unknown",
];

/// Keys inside of anything: those that tests ask for, in the wrong places.
const INNER: [&str; 16] = [
    "k",
    "code",
    "verb",
    "user",
    "kind",
    "metadata",
    "managedFields",
    "n",
    "spec",
    "containers",
    "labels",
    "items",
    "securityContext",
    "privileged",
    "k/x",
    "",
];

const WORDS: [&str; 24] = [
    "x",
    "get",
    "list",
    "create",
    "Event",
    "Policy",
    "allow",
    "system:masters",
    "system:anonymous",
    "v",
    "",
    r#"a\"b"#,
    r#"\"code\":403"#,
    r#",\"code\":403,"#,
    r#"{\"responseStatus\":{\"code\":500}}"#,
    "}",
    "}}]}",
    "{[",
    r"\\",
    r"\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\",
    r"\ud83d\ude00 \u0063ode",
    "naïve µs: 😀, {not} [json] \u{7f}",
    "a long text that goes on and on, over the end of a block of 64 bytes, \
     and over the end of the next one, so that quotes lie far apart: yes",
    "403",
];

const NUMBERS: [&str; 17] = [
    "200",
    "403",
    "0",
    "-1",
    "6",
    "399",
    "400",
    "499",
    "500",
    "4.03e2",
    "400.0",
    "399.99999999999999999999",
    "1e999",
    "-0",
    "18446744073709551616",
    "9223372036854775807",
    "-123456789012345678901234567890",
];

impl<'c> Pen<'c> {
    /// Writes an event that is sound JSON.
    pub(crate) fn event(choices: &'c [u8], repeats: bool) -> Vec<u8> {
        let out = Vec::new();
        Pen { choices, out, repeats, brackets: true }.line()
    }

    /// Writes an event without repeated keys and without brackets in texts.
    pub(crate) fn calm_event(choices: &'c [u8]) -> Vec<u8> {
        let out = Vec::new();
        Pen { choices, out, repeats: false, brackets: false }.line()
    }

    fn line(mut self) -> Vec<u8> {
        match self.pick(12) {
            10 => self.out.extend(b"\xef\xbb\xbf"),
            11 => self.blank(),
            _ => {}
        }
        self.top();
        if self.pick(8) == 7 {
            self.out.push(b'\r');
        }
        self.out
    }

    /// Takes a choice below `most`; none are left: 0.
    fn pick(&mut self, most: usize) -> usize {
        let Some((first, rest)) = self.choices.split_first() else {
            return 0;
        };
        self.choices = rest;
        usize::from(*first) % most
    }

    fn top(&mut self) {
        let mut keys: Vec<&str> = Vec::new();
        let odds = 2 + self.pick(6);
        for (n, key) in KEYS.iter().enumerate() {
            // The first ones are the head that every apiserver writes.
            if self.pick(odds) > 0 || n < 3 && self.pick(8) < 7 {
                keys.push(key);
            }
        }
        match self.pick(4) {
            1 => keys.reverse(),
            2 => {
                for at in 1..keys.len() {
                    let other = self.pick(at + 1);
                    keys.swap(at, other);
                }
            }
            _ => {}
        }
        if self.repeats {
            for _ in 0..self.pick(4) {
                let (from, to) = (self.pick(19), self.pick(keys.len() + 1));
                keys.insert(to, KEYS[from]);
            }
        }
        let blanks = self.pick(4) == 3;
        self.out.push(b'{');
        for (n, key) in keys.into_iter().enumerate() {
            self.comma(n, blanks);
            self.key(key, blanks);
            self.field(key);
        }
        self.blank_if(blanks);
        self.out.push(b'}');
    }

    fn comma(&mut self, n: usize, blanks: bool) {
        self.blank_if(blanks);
        if n > 0 {
            self.out.push(b',');
        }
        self.blank_if(blanks);
    }

    fn blank_if(&mut self, blanks: bool) {
        if blanks {
            self.blank();
        }
    }

    fn blank(&mut self) {
        let blanks: [&[u8]; 5] = [b"", b" ", b"\t \r", b"  ", &[b' '; 70]];
        let blank = blanks[self.pick(5)];
        self.out.extend_from_slice(blank);
    }

    /// Writes a key and its colon; now and then with an escape.
    fn key(&mut self, key: &str, blanks: bool) {
        self.out.push(b'"');
        let escaped = match self.pick(8) {
            7 => self.pick(key.len().max(1)),
            _ => usize::MAX,
        };
        for (n, byte) in key.bytes().enumerate() {
            if n == escaped {
                self.out.extend(format!("\\u{byte:04x}").into_bytes());
            } else {
                self.out.push(byte);
            }
        }
        self.out.push(b'"');
        self.blank_if(blanks);
        self.out.push(b':');
        self.blank_if(blanks);
    }

    /// Writes a value that fits a key of the event, usually.
    fn field(&mut self, key: &str) {
        if self.pick(16) == 15 {
            return self.anything(2);
        }
        match key {
            "kind" => self.of(&["Event", "Event", "Event", "Policy"]),
            "apiVersion" => self.of(&["audit.k8s.io/v1", "x"]),
            "level" => self.of(&["Metadata", "Request", "RequestResponse"]),
            "stage" => self.of(&["ResponseComplete", "Panic"]),
            "verb" => self.of(&["get", "list", "create", "delete"]),
            "user" | "impersonatedUser" => self.user(),
            "sourceIPs" => self.addresses(),
            "responseStatus" => self.status(),
            "annotations" => self.annotations(),
            "requestObject" | "responseObject" => self.body(),
            "objectRef" | "unknown" => self.anything(3),
            _ => self.text(),
        }
    }

    fn of(&mut self, words: &[&str]) {
        let word = words[self.pick(words.len())];
        self.quoted(word);
    }

    fn quoted(&mut self, raw: &str) {
        let raw = match self.brackets || !raw.contains(['{', '}', '[', ']']) {
            true => raw,
            false => "x",
        };
        self.out.push(b'"');
        self.out.extend_from_slice(raw.as_bytes());
        self.out.push(b'"');
    }

    fn text(&mut self) {
        self.of(&WORDS);
    }

    fn number(&mut self) {
        let number = NUMBERS[self.pick(NUMBERS.len())];
        self.out.extend_from_slice(number.as_bytes());
    }

    /// Writes an object: some of `keys`, each with its value. Where `last`
    /// wins, keys may be repeated in any case.
    fn object(
        &mut self,
        keys: &[&str],
        is_body: bool,
        mut value: impl FnMut(&mut Pen<'c>, &str),
    ) {
        let blanks = self.pick(6) == 5;
        let mut all: Vec<&str> = Vec::new();
        for key in keys {
            if self.pick(3) > 0 {
                all.push(key);
            }
        }
        if (is_body || self.repeats) && self.pick(4) == 3 {
            all.push(keys[self.pick(keys.len())]);
        }
        self.out.push(b'{');
        for (n, key) in all.into_iter().enumerate() {
            self.comma(n, blanks);
            self.key(key, blanks);
            value(self, key);
        }
        self.blank_if(blanks);
        self.out.push(b'}');
    }

    fn user(&mut self) {
        let keys = ["username", "uid", "groups", "extra"];
        self.object(&keys, false, |pen, key| match key {
            "username" => pen.of(&[
                "system:anonymous",
                "u",
                r#"a\"b"#,
                "",
                r"\u0073ystem:x",
            ]),
            "groups" => pen.list(|pen| {
                pen.of(&["system:masters", "g", r"system\u003amasters"]);
            }),
            "extra" => pen.object(&["k/x", "k", "v"], false, |pen, _| {
                pen.list(|pen| pen.of(&["v", "w"]));
            }),
            _ => pen.text(),
        });
    }

    fn list(&mut self, mut item: impl FnMut(&mut Pen<'c>)) {
        let blanks = self.pick(6) == 5;
        self.out.push(b'[');
        for n in 0..self.pick(4) {
            self.comma(n, blanks);
            item(self);
        }
        self.blank_if(blanks);
        self.out.push(b']');
    }

    fn addresses(&mut self) {
        self.list(|pen| {
            pen.of(&["10.1.2.3", "192.168.0.1", "fe80::1", "no"]);
        });
    }

    fn status(&mut self) {
        let keys = ["metadata", "status", "reason", "code", "details"];
        self.object(&keys, false, |pen, key| match (key, pen.pick(6)) {
            ("metadata", _) => pen.out.extend(b"{}"),
            ("code", 4) => pen.of(&["403", "200", "x", "-7", " 403"]),
            ("code", 5) => pen.anything(2),
            ("code", _) => pen.number(),
            ("details", _) => pen.anything(2),
            _ => pen.text(),
        });
    }

    fn annotations(&mut self) {
        let keys = ["k", "authorization.k8s.io/decision", "k8s.io/x"];
        self.object(&keys, false, |pen, key| match key {
            "authorization.k8s.io/decision" => pen.of(&["allow", "forbid"]),
            _ => pen.text(),
        });
    }

    fn body(&mut self) {
        if self.pick(5) == 4 {
            return self.anything(4);
        }
        let keys = ["kind", "metadata", "spec", "items", "code", "n", "verb"];
        self.object(&keys, true, |pen, key| match key {
            "metadata" => pen.metadata(),
            "spec" => pen.object(&["containers"], true, |pen, _| {
                pen.list(Pen::container);
            }),
            "items" => pen.list(|pen| match pen.pick(3) {
                0 => pen.anything(2),
                1 => pen.object(&["metadata"], true, |pen, _| pen.metadata()),
                _ => pen.object(&["verb"], true, |pen, _| {
                    pen.of(&["get", "x"]);
                }),
            }),
            "n" => pen.number(),
            "verb" => pen.text(),
            _ => pen.anything(2),
        });
    }

    fn metadata(&mut self) {
        let keys = ["name", "labels", "managedFields"];
        self.object(&keys, true, |pen, key| match key {
            "labels" => pen.object(&["k", "verb", "n"], true, |pen, _| {
                pen.of(&["x", "y"]);
            }),
            "managedFields" => pen.anything(3),
            _ => pen.text(),
        });
    }

    fn container(&mut self) {
        self.object(&["securityContext", "k"], true, |pen, key| match key {
            "k" => pen.text(),
            _ => pen.object(&["privileged"], true, |pen, _| {
                let word = ["true", "false", "\"true\""][pen.pick(3)];
                pen.out.extend_from_slice(word.as_bytes());
            }),
        });
    }

    /// Writes a value of any kind, at most this deep.
    fn anything(&mut self, depth: usize) {
        let kinds = if depth == 0 { 7 } else { 10 };
        match self.pick(kinds) {
            0 => self.out.extend(b"null"),
            1 => self.out.extend(b"true"),
            2 => self.out.extend(b"false"),
            3 => self.number(),
            4..7 => self.text(),
            7 => self.list(|pen| pen.anything(depth - 1)),
            _ => {
                let body = self.repeats;
                let from = self.pick(INNER.len() - 3);
                let keys = &INNER[from..from + 4];
                self.object(keys, body, |pen, _| pen.anything(depth - 1));
            }
        }
    }
}
