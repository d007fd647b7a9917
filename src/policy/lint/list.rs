//! Names in lists that nothing has: a rule with them is not what it looks
//! like.

use super::{Finding, Lint, Lints, Weight, key};
use crate::diag::nearest;
use crate::event::word;
use crate::policy::verb::{METHODS, VERBS, is_method};
use crate::policy::{Item, Level, List, Resource, Rule};

impl Lints<'_> {
    /// Looks at the lists of a rule that are no resources and no paths.
    pub(super) fn lists(&mut self, rule: &Rule) {
        self.empty_lists(rule);
        for (list, what) in [
            (&rule.users, "users"),
            (&rule.user_groups, "userGroups"),
            (&rule.namespaces, "namespaces"),
        ] {
            self.stars(list, what);
        }
        for verb in &rule.verbs.items {
            self.verb(rule, verb);
        }
        for user in &rule.users.items {
            self.user(user);
        }
        for group in &rule.user_groups.items {
            if word::is_user(&group.text) {
                let message = format!("`{}` is a user", group.text);
                self.nothing(group, message, "list it in `users`");
            }
        }
    }

    /// Adds that no request has this.
    pub(super) fn nothing(
        &mut self,
        item: &Item,
        message: String,
        help: impl Into<String>,
    ) {
        let message = format!("{message}, so that nothing is matched");
        self.matches(item, message, help);
    }

    fn matches(
        &mut self,
        item: &Item,
        message: String,
        help: impl Into<String>,
    ) {
        let span = item.span.clone();
        self.add(Finding::new(Lint::MatchesNothing, span, message).help(help));
    }

    fn empty_lists(&mut self, rule: &Rule) {
        for (list, all) in [
            (&rule.users, "users"),
            (&rule.user_groups, "groups of users"),
            (&rule.verbs, "verbs"),
            (&rule.namespaces, "namespaces"),
            (&rule.non_resource_urls, "paths"),
        ] {
            if list.key.is_some() && list.is_empty() {
                self.empty(key(list), all);
            }
        }
        if let (Some(key), []) = (&rule.resources_key, &rule.resources[..]) {
            self.empty(key.clone(), "resources");
        }
        for entry in &rule.resources {
            for (list, all) in [
                (&entry.resources, "resources of the group"),
                (&entry.resource_names, "objects"),
            ] {
                if list.key.is_some() && list.is_empty() {
                    self.empty(key(list), all);
                }
            }
        }
    }

    fn empty(&mut self, span: crate::policy::Span, all: &str) {
        let message = format!("an empty list: the rule is for all {all}");
        let help = "an apiserver takes it for no restriction; leave it out, \
                    or remove the rule";
        self.add(Finding::new(Lint::EmptyList, span, message).help(help));
    }

    fn stars(&mut self, list: &List, what: &str) {
        for item in &list.items {
            if let Some((message, help)) = star(item, what) {
                self.nothing(item, message, help);
            }
        }
    }

    fn verb(&mut self, rule: &Rule, verb: &Item) {
        let text = &*verb.text;
        let Some((message, help)) =
            star(verb, "verbs").or_else(|| odd_verb(rule, text))
        else {
            return;
        };
        match rule.is_for_resources() || !is_method(text) {
            true => self.nothing(verb, message, help),
            // Who writes requests by hand can send it, for a path.
            false => {
                let message =
                    format!("{message}: no ordinary client sends it");
                self.matches(verb, message, help);
            }
        }
    }

    fn user(&mut self, user: &Item) {
        let text = &*user.text;
        if text.contains('*') {
            return;
        }
        if word::is_group(text) {
            let message = format!("`{text}` is a group of users");
            return self.nothing(user, message, "list it in `userGroups`");
        }
        if text.is_empty() {
            let message = "no user has an empty name".to_owned();
            let help = "who is not authenticated is system:anonymous";
            return self.nothing(user, message, help);
        }
        let rest = text.strip_prefix("system:serviceaccount:");
        if rest.is_some_and(|rest| rest.split(':').count() != 2) {
            let message = format!("`{text}` is no service account");
            let help = "write `system:serviceaccount:NAMESPACE:NAME`";
            self.nothing(user, message, help);
        }
    }

    /// Adds what names of objects do not do.
    pub(super) fn object_names(&mut self, rule: &Rule, entry: &Resource) {
        let names = &entry.resource_names;
        for item in &names.items {
            if item.text.contains('*') {
                let message = "`*` stands for itself in `resourceNames`";
                self.nothing(item, message.to_owned(), "name each");
            }
        }
        self.nameless(rule, names);
        let writes = |verb: &str| ["update", "patch"].contains(&verb);
        let is_for_writes =
            rule.verbs.is_empty() || rule.verbs.iter().any(writes);
        let is_meant = rule.verbs.has("create")
            || rule.level > Level::None && is_for_writes;
        // A create of a subresource has the name of what it is of.
        let is_whole = |it: &str| !it.contains('/') || it.ends_with("/*");
        let has_whole = entry.resources.iter().any(is_whole);
        if names.is_empty() || !is_meant || !has_whole {
            return;
        }
        let message = "a create has no name when it is decided on, so that \
                       this rule takes none";
        let help = "creates of these objects go by the rules behind it";
        let lint = Lint::NamesMissCreate;
        self.add(Finding::note(lint, key(names), message).help(help));
    }

    /// Adds that names are none of what has no name.
    fn nameless(&mut self, rule: &Rule, names: &List) {
        let verb = "deletecollection";
        if names.is_empty() || !rule.verbs.has(verb) {
            return;
        }
        let message = format!("a {verb} has no name: this rule takes none");
        let finding = Finding::new(Lint::MatchesNothing, key(names), message);
        // Beside other verbs it does no harm.
        let weight = match rule.verbs.iter().all(|it| it == verb) {
            true => Weight::Warning,
            false => Weight::Note,
        };
        let help = format!("leave `{verb}` out, or `resourceNames`");
        self.add(Finding { weight, ..finding.help(help) });
    }
}

/// Returns what is wrong with an item that looks like a pattern, and what to
/// do.
fn star(item: &Item, what: &str) -> Option<(String, String)> {
    let help = match &*item.text {
        "*" => format!("leave `{what}` out to take all"),
        _ => "name each".to_owned(),
    };
    let message = format!("`*` stands for itself in `{what}`");
    item.text.contains('*').then_some((message, help))
}

/// Returns what is wrong with a verb, and what to do.
fn odd_verb(rule: &Rule, text: &str) -> Option<(String, String)> {
    let (is_verb, is_method) =
        (VERBS.contains(&text), METHODS.contains(&text));
    let fits = match (rule.is_for_resources(), rule.is_for_paths()) {
        (true, _) => is_verb,
        (_, true) => is_method,
        (false, false) => is_verb || is_method,
    };
    let message = match (is_verb, is_method) {
        (true, false) => format!("`{text}` is no verb of paths"),
        (false, true) => format!("`{text}` is no verb of resources"),
        (_, _) => format!("`{text}` is no verb"),
    };
    (!fits).then(|| (message, meant(rule, text)))
}

/// Returns what to write instead of a verb.
fn meant(rule: &Rule, text: &str) -> String {
    let known = match rule.is_for_paths() {
        true => &METHODS[..],
        false => &VERBS,
    };
    let method = match &*text.to_ascii_lowercase() {
        "post" => Some("create"),
        "put" => Some("update"),
        "head" => Some("get"),
        "create" => Some("post"),
        "update" => Some("put"),
        "list" | "watch" => Some("get"),
        _ => None,
    };
    let meant = method.filter(|it| known.contains(it));
    match meant.or_else(|| nearest(text, known.iter().copied())) {
        Some(meant) => format!("write `{meant}`"),
        None => format!("verbs here are {}", known.join(", ")),
    }
}
