//! What an apiserver checks of its backends before it starts: values that
//! are of the right type, and impossible.

use super::kind;
use super::line::Flag;
use super::pod::Pod;
use crate::policy::Version;
use crate::policy::lint::{Finding, Lint, Weight};

/// What may be written behind `--audit-log-mode`.
const MODES: [&str; 3] = ["batch", "blocking", "blocking-strict"];

/// The version of events that all apiservers write.
const EVENTS: &str = "audit.k8s.io/v1";

/// Looks at the flags of both backends.
pub(super) fn check(
    pod: &Pod,
    version: Option<Version>,
    found: &mut Vec<Finding>,
) {
    let log = Backend { pod, name: "log", batches: false };
    let webhook = Backend { pod, name: "webhook", batches: true };
    for (backend, switch) in
        [(log, "audit-log-path"), (webhook, "audit-webhook-config-file")]
    {
        let given = pod.flag(switch);
        let is_on = given.is_some_and(|flag| !flag.value.is_empty());
        for mut finding in backend.wrong(version) {
            if !is_on {
                finding.weight = Weight::Warning;
                let why = format!("an apiserver looks at it with --{switch}");
                finding = finding.help(why);
            }
            found.push(finding);
        }
    }
}

/// A backend, and whether it batches where no mode is given.
#[derive(Clone, Copy)]
struct Backend<'p> {
    pod: &'p Pod,
    name: &'static str,
    batches: bool,
}

impl Backend<'_> {
    fn flag(&self, name: &str) -> Option<&Flag> {
        let flag = self.pod.flag(&format!("audit-{}-{name}", self.name));
        flag.filter(|flag| !flag.is_open())
    }

    fn wrong(&self, version: Option<Version>) -> Vec<Finding> {
        let mut found = Vec::new();
        found.extend(self.mode());
        if self.is_batch() {
            found.extend(self.not_positive("batch-buffer-size"));
            found.extend(self.not_positive("batch-max-size"));
            if self.is_throttled() {
                found.extend(self.not_positive("batch-throttle-qps"));
                found.extend(self.not_positive("batch-throttle-burst"));
            }
        }
        found.extend(self.sizes());
        found.extend(self.version(version));
        found.extend(self.format());
        found.extend(self.negative());
        found
    }

    fn is_batch(&self) -> bool {
        let mode = self.flag("mode");
        mode.map_or(self.batches, |mode| mode.value == "batch")
    }

    fn is_throttled(&self) -> bool {
        let throttle = self.flag("batch-throttle-enable");
        throttle.map_or(self.batches, |flag| kind::is_yes(&flag.value))
    }

    fn mode(&self) -> Option<Finding> {
        let flag = self.flag("mode")?;
        let value = &*flag.value;
        let help = format!("modes are {}", MODES.join(", "));
        (!MODES.contains(&value))
            .then(|| bad(flag, format!("`{value}` is no mode")).help(help))
    }

    fn format(&self) -> Option<Finding> {
        let flag = self.flag("format")?;
        let value = &*flag.value;
        let is_wrong = !["json", "legacy"].contains(&value);
        is_wrong.then(|| {
            bad(flag, format!("`{value}` is no format")).help("write json")
        })
    }

    fn version(&self, version: Option<Version>) -> Option<Finding> {
        let flag = self.flag("version")?;
        let value = &*flag.value;
        let beta = value.strip_prefix(EVENTS);
        let is_beta = matches!(beta, Some("alpha1" | "beta1"));
        let reads_beta = version.is_some_and(Version::reads_beta);
        if value == EVENTS || is_beta && reads_beta {
            return None;
        }
        let message = format!("`{value}` is no version of events");
        Some(bad(flag, message).help(format!("write {EVENTS}")))
    }

    /// Looks at a number that has to be above 0.
    fn not_positive(&self, name: &str) -> Option<Finding> {
        let flag = self.flag(name)?;
        let number: f64 = match kind::whole(&flag.value) {
            Some(whole) if whole > 0 => return None,
            Some(_) => 0.0,
            None => flag.value.parse().ok()?,
        };
        let is_wrong = number <= 0.0;
        is_wrong.then(|| {
            let message = format!("--{} has to be above 0", flag.name);
            bad(flag, message).help("leave it out: there is a default")
        })
    }

    /// Looks at what is truncated, also where nothing is.
    fn sizes(&self) -> Option<Finding> {
        let wrong = self.not_positive("truncate-max-event-size");
        if wrong.is_some() {
            return wrong;
        }
        let size = |name: &str, default: i64| {
            let flag = self.flag(name);
            flag.map_or(Some(default), |flag| kind::whole(&flag.value))
        };
        let event = size("truncate-max-event-size", 100 << 10)?;
        let batch = size("truncate-max-batch-size", 10 << 20)?;
        let flag = self
            .flag("truncate-max-batch-size")
            .or_else(|| self.flag("truncate-max-event-size"))?;
        (batch < event).then(|| {
            let message = format!(
                "batches of {batch} bytes hold no event of {event} bytes"
            );
            let help = "max-batch-size has to be max-event-size, or more";
            bad(flag, message).help(help)
        })
    }

    /// Looks at what may be 0, but not below.
    fn negative(&self) -> impl Iterator<Item = Finding> {
        let names = ["maxage", "maxbackup", "maxsize"].into_iter();
        let flags = names.filter_map(|name| self.flag(name));
        let wrong = flags.filter(|flag| {
            kind::whole(&flag.value).is_some_and(|number| number < 0)
        });
        wrong.map(|flag| {
            let message = format!("--{} is below 0", flag.name);
            bad(flag, message).help("write a number of 0 or more")
        })
    }
}

fn bad(flag: &Flag, message: String) -> Finding {
    Finding::error(Lint::BadFlag, flag.span.clone(), message)
}
