//! How grave an event is says the rule that holds for it, and no text.

use super::taker::Taker;
use crate::{send::daemon::until, tool::run};

/// One rule for each level, by the answer; the digit of syslog is its last.
const RULES: &str = "rule a emergency = code = 400
rule b alert = code = 401
rule c critical = code = 402
rule d error = code = 403
rule e warning = code = 404
rule f notice = code = 405
rule g info = code = 406
rule h debug = code = 407
# The graver one counts.
rule i debug = code in (400, 403)
detect";

/// What clients call themselves who want to be heard.
const NAMES: [&str; 5] = [
    "jane",
    "<0>jane",
    r"<0>\n<0>jane",
    r"x\nPRIORITY=0\n<0>jane",
    r"x\u0000PRIORITY=0\u0000<0>\r\n<0>jane",
];

/// Pods are asked for.
const PODS: &str = concat!(
    r#""objectRef":{"resource":"pods","namespace":"jane","#,
    r#""apiVersion":"v1"},"userAgent""#
);

/// An event by `user` of a request that was answered with `code`.
fn request(user: &str, code: u16) -> String {
    format!(
        concat!(
            r#"{{"kind":"Event","apiVersion":"audit.k8s.io/v1","#,
            r#""level":"Metadata","auditID":"a","stage":"ResponseComplete","#,
            r#""requestURI":"/<0>","verb":"get","user":{{"username":"{}"}},"#,
            r#""userAgent":"<0>","responseStatus":{{"metadata":{{}},"#,
            r#""code":{}}}}}"#,
            "\n"
        ),
        user, code
    )
}

impl Taker {
    /// How grave it takes what it got to be, as digits, with the texts.
    fn levels(&self) -> Vec<(String, String)> {
        match self {
            Taker::Syslog(rsyslog) => {
                let text = rsyslog.text();
                let level = |line: &str| {
                    let (pri, rest) = line.split_once(' ').unwrap();
                    let digit = pri.parse::<u8>().unwrap() % 8;
                    (digit.to_string(), rest.to_owned())
                };
                let whole = text.rfind('\n').unwrap_or(0);
                text[..whole].lines().map(level).collect()
            }
            Taker::Journal(journal) => {
                let entries = journal.entries("\"MESSAGE\"");
                let text = |value: &serde_json::Value| {
                    value.as_str().expect("one of it, a text").to_owned()
                };
                let level = |entry: &std::collections::BTreeMap<_, _>| {
                    (text(&entry["PRIORITY"]), text(&entry["MESSAGE"]))
                };
                entries.iter().map(level).collect()
            }
        }
    }

    /// The address of a sink that writes what clients have chosen.
    fn address(&self) -> String {
        let to = self.spec().replace("{auditID}", "{user} {code} end");
        to.replace(",tag", ",severity=info,tag")
    }

    /// Runs with `args` on events that are all kept, and returns how grave it
    /// takes each of them to be.
    #[track_caller]
    fn taken(&self, args: &[&str], log: &str) -> Vec<String> {
        let before = self.count();
        let ran = run(args, log);
        assert_eq!(ran.code, Some(0), "{}", ran.err);
        let all = before + log.lines().count();
        until("all came", || self.count() >= all);
        let levels = self.levels().split_off(before);
        for (_, text) in &levels {
            assert!(text.ends_with(" end"), "{text}");
        }
        levels.into_iter().map(|(digit, _)| digit).collect()
    }

    /// The same with these rules.
    #[track_caller]
    fn take(&self, rules: &str, log: &str) -> Vec<String> {
        let to = self.address();
        self.taken(&["--to", &to, rules, "-"], log)
    }

    /// How many came by now.
    fn count(&self) -> usize {
        match self {
            Taker::Syslog(rsyslog) => rsyslog.text().matches('\n').count(),
            Taker::Journal(journal) => {
                memchr::memchr_iter(b'\n', &journal.shown()).count()
            }
        }
    }
}

/// Checks that rules say how grave events are, whatever texts say.
fn check(taker: &Taker) {
    for name in NAMES {
        let log: String = (400..408).map(|code| request(name, code)).collect();
        let levels = taker.take(RULES, &log);
        assert_eq!(levels.concat(), "01234567", "{name}");
        // No rule: it is as grave as the sink says.
        let levels = taker.take("true", &request(name, 200));
        assert_eq!(levels, ["6"], "{name}");
    }
    // The pipeline that is shipped: somebody without a name does something.
    let to = format!("route.to={}", taker.address());
    let log = request("system:anonymous", 201)
        .replace("\"userAgent\"", PODS)
        .replace("\"get\"", "\"create\"")
        .replace("/<0>", "/api/v1/namespaces/jane/pods");
    let args = ["-p", "detect", "--set", &to, "--live", "-"];
    assert_eq!(taker.taken(&args, &log), ["2"]);
}

#[test]
fn a_syslog_takes_the_level_of_a_rule_for_the_severity() {
    if let Some(taker) = Taker::syslog() {
        check(&taker);
    }
}

#[test]
fn a_journal_takes_the_level_of_a_rule_for_the_priority() {
    if let Some(taker) = Taker::journal() {
        check(&taker);
    }
}
