//! Bodies that had better not be recorded, and bodies that never are.

use super::{Finding, Lint, Lints};
use crate::policy::space::{Live, Scope, TooLarge};
use crate::policy::{Item, Level, List, Policy, Resource, Rule};

/// What holds secrets: which requests, from which level on, and what is in
/// them then.
struct Risk {
    lint: Lint,
    group: &'static str,
    resource: &'static str,
    verbs: &'static [&'static str],
    least: Level,
    what: &'static str,
}

const WRITES: &[&str] = &["create", "update", "patch"];

const READS: &[&str] = &["get", "list", "create", "update", "patch"];

const RISKS: [Risk; 6] = [
    Risk {
        lint: Lint::SecretBody,
        group: "",
        resource: "secrets",
        verbs: WRITES,
        least: Level::Request,
        what: "the contents of secrets that are written",
    },
    Risk {
        lint: Lint::SecretBody,
        group: "",
        resource: "secrets",
        verbs: READS,
        least: Level::RequestResponse,
        what: "the contents of secrets that are read",
    },
    Risk {
        lint: Lint::ConfigmapBody,
        group: "",
        resource: "configmaps",
        verbs: WRITES,
        least: Level::Request,
        what: "the contents of configmaps",
    },
    Risk {
        lint: Lint::TokenBody,
        group: "",
        resource: "serviceaccounts/token",
        verbs: &["create"],
        least: Level::RequestResponse,
        what: "tokens of service accounts as they are issued",
    },
    Risk {
        lint: Lint::TokenBody,
        group: "",
        resource: "serviceaccounts/token",
        verbs: &["create"],
        least: Level::Request,
        what: "requests for tokens of service accounts; at the next level \
               the token itself",
    },
    Risk {
        lint: Lint::TokenBody,
        group: "authentication.k8s.io",
        resource: "tokenreviews",
        verbs: &["create"],
        least: Level::Request,
        what: "tokens that are presented for review",
    },
];

/// Subresources that are streams.
const STREAMS: [&str; 6] = [
    "pods/attach",
    "pods/exec",
    "pods/log",
    "pods/portforward",
    "pods/proxy",
    "services/proxy",
];

impl Lints<'_> {
    /// Looks at which bodies that hold secrets are recorded.
    pub(super) fn bodies(
        &mut self,
        live: &mut Live<'_>,
    ) -> Result<(), TooLarge> {
        let mut told: Vec<(usize, &str)> = Vec::new();
        for (at, risk) in RISKS.iter().enumerate() {
            let asked =
                Scope { policy: 1, rule: at, entry: None, value: None };
            for rule in live.takers(asked)? {
                let is_told = told.contains(&(rule, risk.resource));
                if self.policy.rules[rule].level >= risk.least && !is_told {
                    told.push((rule, risk.resource));
                    self.risk(rule, risk);
                }
            }
        }
        Ok(())
    }

    /// Looks for bodies of what has none.
    pub(super) fn streams(&mut self) {
        for rule in &self.policy.rules {
            if rule.level >= Level::Request {
                self.parts(rule);
                self.watches(rule);
            }
        }
    }

    fn risk(&mut self, at: usize, risk: &Risk) {
        let rule = &self.policy.rules[at];
        let level = rule.level.word();
        let message = format!("{level} records {}", risk.what);
        let group = match risk.group {
            "" => "\"\"",
            group => group,
        };
        let help = format!(
            "before this rule: `level: Metadata` for {{group: {group}, \
             resources: [{}]}}",
            risk.resource
        );
        let span = rule.level_span.clone();
        let is_harmless = risk.resource == "serviceaccounts/token"
            && rule.level == Level::Request;
        let finding = match is_harmless {
            true => Finding::note(risk.lint, span, message),
            false => Finding::new(risk.lint, span, message),
        };
        self.add(finding.help(help));
    }

    fn parts(&mut self, rule: &Rule) {
        for entry in rule.resources.iter().filter(|it| it.group().is_empty()) {
            for item in &entry.resources.items {
                if STREAMS.contains(&&*item.text) {
                    let level = rule.level.word();
                    let message = format!(
                        "`{}` is a stream: {level} records no body of it",
                        item.text
                    );
                    let help = "Metadata says as much: the command of an \
                                exec is in requestURI";
                    let (lint, span) = (Lint::NoBody, item.span.clone());
                    self.add(Finding::new(lint, span, message).help(help));
                }
            }
        }
    }

    fn watches(&mut self, rule: &Rule) {
        let mut verbs = rule.verbs.iter();
        if !rule.verbs.is_empty() && verbs.all(|verb| verb == "watch") {
            let message = "a watch is a stream: no body of it is recorded";
            let span = rule.level_span.clone();
            let help = "Metadata says as much";
            self.add(Finding::new(Lint::NoBody, span, message).help(help));
        }
    }
}

/// Returns rules for the requests at risk, in the order of the risks.
pub(super) fn asking() -> Policy {
    let rules = RISKS.iter().map(asking_for).collect();
    Policy { rules, ..Policy::default() }
}

fn asking_for(risk: &Risk) -> Rule {
    let item = |text: &&str| Item { text: (*text).into(), span: 0..0 };
    let list = |texts: &[&str]| List {
        key: None,
        items: texts.iter().map(item).collect(),
    };
    let resource = Resource {
        group: Some(item(&risk.group)),
        resources: list(&[risk.resource]),
        ..Resource::default()
    };
    Rule {
        level: Level::Metadata,
        verbs: list(risk.verbs),
        resources: vec![resource],
        ..Rule::default()
    }
}
