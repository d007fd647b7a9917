//! Checks values as kube-apiserver's validation does: whoever does not pass
//! here keeps it from starting.
//!
//! Verbs, users, groups of users, namespaces and resources are not checked
//! by it, and so not here.

use super::field::{Fields, joined};
use super::read::{Reader, first_key};
use super::tree::{Entry, Form, Node, Value};
use crate::diag::nearest;
use crate::policy::model::{Item, Resource, Rule, Span, StageItem};
use crate::policy::problem::{Kind, Problem};
use crate::policy::word::{Level, Stage};

/// The version that is read.
const VERSION: &str = "audit.k8s.io/v1";

impl Reader {
    /// Checks that a document says what it is.
    ///
    /// An apiserver looks for these two keys without regard to upper and
    /// lower case, other than for all others. A policy without a kind is one.
    pub(super) fn check_type(&mut self, root: &Node, form: Form) {
        let Value::Map(entries) = &root.value else {
            if matches!(root.value, Value::Null) {
                let problem =
                    Problem::new(Kind::Version, "", 0..0, "no policy");
                self.errors.push(problem.help(begin()));
            }
            return;
        };
        let members = in_order(entries, form);
        let (version, at) = self.word(&members, "apiVersion");
        let at = at.unwrap_or_else(|| first_key(root));
        let is_old = version
            .strip_prefix(VERSION)
            .is_some_and(|rest| ["alpha1", "beta1"].contains(&rest));
        let problem = |message: String| {
            Problem::new(Kind::Version, "apiVersion", at.clone(), message)
        };
        match &*version {
            VERSION => (),
            "" => self
                .errors
                .push(problem("no `apiVersion`".into()).help(begin())),
            _ if is_old && self.version.reads_beta() => (),
            _ if is_old => self.errors.push(
                problem(format!("`{version}` is not read from 1.24 on")).help(
                    format!("write `{VERSION}`; the fields are the same"),
                ),
            ),
            _ => self.errors.push(
                problem(format!(
                    "`{version}` is no version of audit policies"
                ))
                .help(format!("write `{VERSION}`")),
            ),
        }
        let (kind, at) = self.word(&members, "kind");
        let at = at.unwrap_or_default();
        if !kind.is_empty() && *kind != *"Policy" {
            let message = format!("`{kind}` is no audit policy");
            self.errors.push(
                Problem::new(Kind::Version, "kind", at, message)
                    .help("write `kind: Policy`"),
            );
        }
    }

    /// Reads a text: the last that is there, in upper or lower case.
    fn word(
        &mut self,
        members: &[&Entry],
        key: &str,
    ) -> (Box<str>, Option<Span>) {
        let mut found = (Box::default(), None);
        for entry in members {
            let is_it = entry.key.eq_ignore_ascii_case(key);
            if !is_it || matches!(entry.value.value, Value::Null) {
                continue;
            }
            let Item { text, span } = self.name(key, &entry.value);
            let is_short = span.is_empty();
            let span = if is_short { entry.at.clone() } else { span };
            found = (text, Some(span));
        }
        found
    }

    /// Reads the level of a rule.
    pub(super) fn level(
        &mut self,
        fields: &Fields<'_>,
        rule: &Node,
        path: &str,
    ) -> (Level, Span) {
        let path = joined(path, "level");
        let entry = fields.entry("level");
        let Some(Entry { value, at, .. }) = entry else {
            if matches!(rule.value, Value::Map(_) | Value::Null) {
                let at = first_key(rule);
                let message = "a rule without a level";
                let problem = Problem::new(Kind::Shape, path, at, message);
                self.errors.push(problem.help(levels()));
            }
            return (Level::None, rule.span.start..rule.span.start);
        };
        let name = self.name(&path, value);
        let span = match name.span.is_empty() {
            true => at.clone(),
            false => name.span,
        };
        match Level::named(&name.text) {
            Some(level) => (level, span),
            None => {
                if matches!(value.value, Value::Text(_) | Value::Null) {
                    let message = format!("`{}` is no level", name.text);
                    let words = Level::ALL.map(Level::word);
                    self.not_one_of(&path, span.clone(), message, &words);
                }
                (Level::None, span)
            }
        }
    }

    /// Reads a stage.
    pub(super) fn stage(
        &mut self,
        name: &Item,
        path: &str,
        at: usize,
    ) -> Option<StageItem> {
        let span = name.span.clone();
        match Stage::named(&name.text) {
            Some(stage) => Some(StageItem { stage, span }),
            None => {
                let message = format!("`{}` is no stage", name.text);
                let path = format!("{path}[{at}]");
                let words = Stage::ALL.map(Stage::word);
                self.not_one_of(&path, span, message, &words);
                None
            }
        }
    }

    fn not_one_of(
        &mut self,
        path: &str,
        span: Span,
        message: String,
        words: &[&str],
    ) {
        let word = message.split('`').nth(1).unwrap_or_default();
        let advice = match nearest(word, words.iter().copied()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("write one of {}", words.join(", ")),
        };
        self.errors
            .push(Problem::new(Kind::Value, path, span, message).help(advice));
    }

    /// Checks what stands together in a rule, and its paths.
    pub(super) fn check_rule(&mut self, rule: &Rule, path: &str) {
        let path = joined(path, "nonResourceURLs");
        let urls = &rule.non_resource_urls;
        for (at, url) in urls.items.iter().enumerate() {
            if let Some(why) = wrong_url(&url.text) {
                let path = format!("{path}[{at}]");
                let message = format!("`{}` {why}", url.text);
                let span = url.span.clone();
                let problem = Problem::new(Kind::Value, path, span, message);
                self.errors.push(problem);
            }
        }
        let is_for_resources =
            !rule.resources.is_empty() || !rule.namespaces.is_empty();
        if !urls.is_empty() && is_for_resources {
            let span = urls.key.clone().unwrap_or_default();
            let message = "`nonResourceURLs` beside `resources` or \
                           `namespaces`: no request is for both";
            self.errors.push(
                Problem::new(Kind::Shape, path, span, message)
                    .help("make two rules of it"),
            );
        }
    }

    /// Checks an entry of `resources`.
    pub(super) fn check_resource(&mut self, resource: &Resource, path: &str) {
        if !resource.resource_names.is_empty() && resource.resources.is_empty()
        {
            let key = resource.resource_names.key.clone();
            let path = joined(path, "resourceNames");
            let message = "`resourceNames` without `resources`";
            let span = key.unwrap_or_default();
            self.errors.push(
                Problem::new(Kind::Shape, path, span, message)
                    .help("say which resources have these names"),
            );
        }
        let Some(Item { text, span }) = &resource.group else { return };
        let advice = match &**text {
            "" => return,
            "*" if self.version.has_any_group() => return,
            "*" => "`*` is read from 1.36 on; before, name each group",
            group if is_subdomain(group) => return,
            group if group.contains('/') => "leave the version out",
            _ => "a group is a domain in lower case, or \"\" for the core",
        };
        let path = joined(path, "group");
        let message = format!("`{text}` is no group");
        let problem = Problem::new(Kind::Value, path, span.clone(), message);
        self.errors.push(problem.help(advice));
    }
}

/// Returns the members of an object as JSON has them: that of YAML is sorted,
/// and repeats no key.
fn in_order(entries: &[Entry], form: Form) -> Vec<&Entry> {
    let mut members: Vec<&Entry> = entries.iter().collect();
    if form == Form::Yaml {
        members.sort_by(|one, other| one.key.cmp(&other.key));
        members.reverse();
        // Sorting kept the order of the same keys: the last comes first now.
        members.dedup_by(|later, first| later.key == first.key);
        members.reverse();
    }
    members
}

fn begin() -> String {
    format!("begin with `apiVersion: {VERSION}` and `kind: Policy`")
}

fn levels() -> String {
    format!(
        "add `level:` and one of {}",
        Level::ALL.map(Level::word).join(", ")
    )
}

/// Returns what is wrong with a path that is no resource.
fn wrong_url(url: &str) -> Option<&'static str> {
    let body = url.strip_suffix('*').unwrap_or(url);
    match url {
        "*" => None,
        _ if !url.starts_with('/') => Some("does not begin with `/`"),
        _ if body.contains('*') => Some("has a `*` that is not at its end"),
        _ => None,
    }
}

/// Returns whether it is a domain, as DNS has them.
fn is_subdomain(name: &str) -> bool {
    let is_label = |label: &str| {
        let inner = |byte: u8| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'
        };
        !label.is_empty()
            && label.bytes().all(inner)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    name.len() <= 253 && name.split('.').all(is_label)
}
