//! Groups and resources, in the light of what Kubernetes has.

use super::table::{self, Known};
use super::{Finding, Lint, Lints};
use crate::diag::{nearest, slips};
use crate::policy::{Item, Resource, Rule, Span};

impl Lints<'_> {
    /// Looks at the resources of a rule.
    pub(super) fn resources(&mut self, rule: &Rule) {
        for entry in &rule.resources {
            self.group(entry);
            for item in &entry.resources.items {
                self.resource(entry, item);
            }
            self.object_names(rule, entry);
        }
        self.namespaces(rule);
    }

    fn group(&mut self, entry: &Resource) {
        let Some(item) = &entry.group else { return };
        let (text, span) = (&*item.text, item.span.clone());
        if text == "*" && self.version.is_none() {
            let message = "`*` is not read before 1.36: there the apiserver \
                           does not start";
            let help = "say with --kubernetes which version it is for";
            let lint = Lint::NewWildcard;
            return self.add(Finding::new(lint, span, message).help(help));
        }
        if let Some(since) = table::dead_since(text)
            && self.may_be_from(since)
        {
            let message =
                format!("the group `{text}` is gone since 1.{since}");
            let help = "nothing is in it; leave it out";
            let lint = Lint::DeadGroup;
            return self.add(Finding::note(lint, span, message).help(help));
        }
        let is_known = table::is_group(text) || text == "*";
        if is_known || table::dead_since(text).is_some() {
            return;
        }
        if text == "core" || text == "v1" {
            let message =
                format!("the core group is called \"\", not `{text}`");
            let help = "write `group: \"\"`";
            let lint = Lint::WrongGroup;
            return self.add(Finding::new(lint, span, message).help(help));
        }
        let groups = || table::groups();
        // A group of its own may be called almost like one of Kubernetes.
        let near = nearest(text, groups()).filter(|near| {
            slips(text, near) <= if text.contains('.') { 1 } else { 2 }
        });
        let begun = groups().find(|group| {
            !text.contains('.') && group.split('.').next() == Some(text)
        });
        if let Some(meant) = near.or(begun) {
            let message = format!("Kubernetes has no group `{text}`");
            let help = format!("did you mean `{meant}`?");
            let lint = Lint::UnknownResource;
            self.add(Finding::new(lint, span, message).help(help));
        }
    }

    fn resource(&mut self, entry: &Resource, item: &Item) {
        let text = &*item.text;
        let (name, part) = match text.split_once('/') {
            Some((name, part)) => (name, Some(part)),
            None => (text, None),
        };
        if text.is_empty() || text == "*/*" || text.matches('/').count() > 1 {
            let message = format!("`{text}` is no resource");
            let help = match text {
                "*/*" => "write `*`, which is for subresources too",
                _ => "write `RESOURCE` or `RESOURCE/SUBRESOURCE`",
            };
            return self.nothing(item, message, help);
        }
        let is_pattern = name == "*" || name.contains('*');
        if is_pattern {
            if name != "*" || part.is_some_and(|part| part.contains('*')) {
                let message = format!("`{text}` is no pattern");
                let help = "patterns are `*`, `RESOURCE/*`, `*/SUBRESOURCE`";
                self.nothing(item, message, help);
            }
            return;
        }
        let group = entry.group();
        if !table::is_group(group) {
            return self.custom(item, name);
        }
        match table::resource(group, name) {
            None => self.unknown(group, item, name, part),
            Some(known) => self.known(known, item, part),
        }
    }

    /// Looks at a resource of a group that is none of Kubernetes.
    fn custom(&mut self, item: &Item, name: &str) {
        if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
            let message = format!("`{name}` has capitals");
            let help = format!("write `{}`", name.to_ascii_lowercase());
            self.nothing(item, message, help);
        }
    }

    fn known(&mut self, known: &Known, item: &Item, part: Option<&str>) {
        if known.name == "podsecuritypolicies" && self.may_be_from(25) {
            let message = "pod security policies are gone since 1.25";
            let lint = Lint::DeadGroup;
            let span = item.span.clone();
            return self.add(Finding::note(lint, span, message));
        }
        let Some(part) = part.filter(|part| *part != "*") else { return };
        if known.subresources.contains(&part) {
            return;
        }
        let name = known.name;
        let message = format!("{name} have no subresource `{part}`");
        let near = nearest(part, known.subresources.iter().copied());
        let help = match (near, &known.subresources[..]) {
            (Some(near), _) => format!("did you mean `{name}/{near}`?"),
            (None, []) => "they have none".to_owned(),
            (None, all) => format!("they have {}", all.join(", ")),
        };
        let span = item.span.clone();
        let lint = Lint::UnknownResource;
        self.add(Finding::new(lint, span, message).help(help));
    }

    fn unknown(
        &mut self,
        group: &str,
        item: &Item,
        name: &str,
        part: Option<&str>,
    ) {
        let span = item.span.clone();
        let rest = part.map_or(String::new(), |part| format!("/{part}"));
        let called = called(group);
        let elsewhere = table::groups_of(name);
        if name == "tokenrequests" {
            let message = format!("{called} has no `tokenrequests`");
            let help = "a request for a token is a create of \
                        `serviceaccounts/token` in the core group";
            let lint = Lint::UnknownResource;
            return self.add(Finding::new(lint, span, message).help(help));
        }
        if let Some(other) = elsewhere.first() {
            let message = format!("`{name}` are not in {called}");
            let help = format!("write `group: \"{other}\"` for them");
            let lint = Lint::WrongGroup;
            return self.add(Finding::new(lint, span, message).help(help));
        }
        if let Some(many) = table::plural(name) {
            return self.singular(group, span, many, (name, &rest));
        }
        let names = table::RESOURCES.iter().filter(|it| it.group == group);
        let near = nearest(name, names.map(|known| known.name));
        let message = format!("{called} has no `{name}` that we know of");
        let finding = Finding::new(Lint::UnknownResource, span, message);
        self.add(match near {
            Some(near) => {
                finding.help(format!("did you mean `{near}{rest}`?"))
            }
            None => finding
                .help("in a group of Kubernetes a name is probably misspelt"),
        });
    }

    fn singular(
        &mut self,
        group: &str,
        span: Span,
        many: &str,
        (name, rest): (&str, &str),
    ) {
        let message = match name.to_ascii_lowercase() == many {
            true => format!("`{name}` has capitals"),
            false => format!("`{name}` is no plural"),
        };
        let message = format!("{message}, so that nothing is matched");
        let help = format!("write `{many}{rest}`");
        let finding = Finding::new(Lint::SingularResource, span, message);
        let finding = finding.help(help);
        let groups = table::groups_of(many);
        self.add(match groups.first() {
            Some(other) if !groups.contains(&group) => {
                finding.help(format!("and `group: \"{other}\"`"))
            }
            Some(_) | None => finding,
        });
    }

    /// Looks for namespaces of resources that are in none.
    fn namespaces(&mut self, rule: &Rule) {
        if rule.namespaces.is_empty() || rule.namespaces.has("") {
            return;
        }
        for entry in &rule.resources {
            for item in &entry.resources.items {
                let name = item.text.split('/').next().unwrap_or_default();
                let known = table::resource(entry.group(), name);
                let is_outside = known.is_some_and(|it| !it.is_namespaced);
                // A namespace is taken to be in itself.
                if is_outside && name != "namespaces" {
                    let message = format!(
                        "`{name}` are in no namespace, and the rule \
                                 asks for one"
                    );
                    let help = "name \"\" in `namespaces` too";
                    self.nothing(item, message, help);
                }
            }
        }
    }
}

fn called(group: &str) -> String {
    match group {
        "" => "the core group".to_owned(),
        _ => format!("the group `{group}`"),
    }
}
