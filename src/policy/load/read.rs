//! Turns the values of a document into a policy: each field of its type.

use super::field::{Fields, Object, joined};
use super::tree::{Entry, Form, Node, Value};
use crate::policy::model::{
    Flag, Item, List, Policy, Resource, Rule, Span, StageItem,
};
use crate::policy::problem::{Kind, Problem};
use crate::policy::word::Version;

/// Reads a policy, and remembers what is wrong with it.
pub(super) struct Reader {
    pub(super) version: Version,
    pub(super) errors: Vec<Problem>,
    pub(super) warnings: Vec<Problem>,
}

impl Reader {
    pub(super) fn new(version: Version) -> Reader {
        Reader { version, errors: Vec::new(), warnings: Vec::new() }
    }

    /// Reads a whole policy.
    pub(super) fn policy(&mut self, root: Node, form: Form) -> Policy {
        self.check_type(&root, form);
        let root = match form {
            Form::Yaml => root,
            Form::Json => {
                self.check_types(Object::Policy, &root, "");
                self.folded(Object::Policy, vec![root], "")
            }
        };
        let root = &root;
        let fields = self.fields(Object::Policy, root, "");
        let rules = fields.entry("rules");
        let nodes = rules.map_or(&[][..], |rules| self.nodes("rules", rules));
        self.check_rules(root, rules);
        let rules = nodes.iter().enumerate();
        let rules = rules.map(|(at, rule)| self.rule(at, rule)).collect();
        let (omit_stages_key, omit_stages) = self.stages(&fields, "");
        Policy {
            rules,
            omit_stages_key,
            omit_stages,
            omit_managed_fields: self.flag(&fields, ""),
            name: self.metadata(&fields),
        }
    }

    /// Checks that there are rules.
    fn check_rules(&mut self, root: &Node, rules: Option<&Entry>) {
        let is_empty = match rules.map(|rules| &rules.value.value) {
            None => matches!(root.value, Value::Map(_)),
            Some(Value::List(rules)) => rules.is_empty(),
            Some(Value::Null) => true,
            // That is said elsewhere.
            Some(
                Value::Bool(_)
                | Value::Number(_)
                | Value::Text(_)
                | Value::Map(_),
            ) => false,
        };
        if is_empty {
            let at = rules.map_or(first_key(root), |rules| rules.at.clone());
            self.errors.push(
                Problem::new(Kind::Empty, "rules", at, "no rules")
                    .help("an apiserver does not start without a rule"),
            );
        }
    }

    fn rule(&mut self, at: usize, node: &Node) -> Rule {
        let path = format!("rules[{at}]");
        let fields = self.fields(Object::Rule, node, &path);
        let resources_at = joined(&path, "resources");
        let resources = fields.entry("resources");
        let nodes =
            resources.map_or(&[][..], |it| self.nodes(&resources_at, it));
        let nodes = nodes.iter().enumerate();
        let parts: Vec<Resource> = nodes
            .map(|(at, node)| self.resource(&resources_at, at, node))
            .collect();
        let (omit_stages_key, omit_stages) = self.stages(&fields, &path);
        let (level, level_span) = self.level(&fields, node, &path);
        let rule = Rule {
            span: head(node),
            level,
            level_span,
            resources: parts,
            resources_key: resources.map(|entry| entry.at.clone()),
            users: self.names(&fields, "users", &path),
            user_groups: self.names(&fields, "userGroups", &path),
            verbs: self.names(&fields, "verbs", &path),
            namespaces: self.names(&fields, "namespaces", &path),
            non_resource_urls: self.names(&fields, "nonResourceURLs", &path),
            omit_stages_key,
            omit_stages,
            omit_managed_fields: self.flag(&fields, &path),
        };
        self.check_rule(&rule, &path);
        rule
    }

    fn resource(&mut self, path: &str, at: usize, node: &Node) -> Resource {
        let path = format!("{path}[{at}]");
        let fields = self.fields(Object::Resource, node, &path);
        let group = fields.entry("group");
        let group_at = joined(&path, "group");
        let resource = Resource {
            span: head(node),
            group: group.map(|entry| self.name(&group_at, &entry.value)),
            resources: self.names(&fields, "resources", &path),
            resource_names: self.names(&fields, "resourceNames", &path),
        };
        self.check_resource(&resource, &path);
        resource
    }

    /// Reads a list of names.
    pub(super) fn names(
        &mut self,
        fields: &Fields<'_>,
        key: &str,
        path: &str,
    ) -> List {
        let Some(entry) = fields.entry(key) else { return List::default() };
        let path = joined(path, key);
        let nodes = self.nodes(&path, entry).iter().enumerate();
        let items =
            nodes.map(|(at, node)| self.name(&format!("{path}[{at}]"), node));
        List { items: items.collect(), key: Some(entry.at.clone()) }
    }

    /// Reads a text; null is an empty one.
    pub(super) fn name(&mut self, path: &str, node: &Node) -> Item {
        let text = match &node.value {
            Value::Text(text) => text.clone(),
            Value::Null => Box::default(),
            Value::Bool(_)
            | Value::Number(_)
            | Value::List(_)
            | Value::Map(_) => {
                self.mistyped(path, "text", node);
                Box::default()
            }
        };
        Item { text, span: node.span.clone() }
    }

    /// Reads the elements of a list; null has none.
    pub(super) fn nodes<'n>(
        &mut self,
        path: &str,
        entry: &'n Entry,
    ) -> &'n [Node] {
        match &entry.value.value {
            Value::List(nodes) => nodes,
            Value::Null => &[],
            Value::Bool(_)
            | Value::Number(_)
            | Value::Text(_)
            | Value::Map(_) => {
                self.mistyped(path, "a list", &entry.value);
                &[]
            }
        }
    }

    fn stages(
        &mut self,
        fields: &Fields<'_>,
        path: &str,
    ) -> (Option<Span>, Vec<StageItem>) {
        let names = self.names(fields, "omitStages", path);
        let path = joined(path, "omitStages");
        let named = names.items.iter().enumerate();
        let stages =
            named.filter_map(|(at, name)| self.stage(name, &path, at));
        (names.key, stages.collect())
    }

    fn flag(&mut self, fields: &Fields<'_>, path: &str) -> Option<Flag> {
        self.flag_of(fields, "omitManagedFields", path)
    }

    /// Reads what is true or false; null is neither.
    pub(super) fn flag_of(
        &mut self,
        fields: &Fields<'_>,
        key: &str,
        path: &str,
    ) -> Option<Flag> {
        let Entry { at, value: node, .. } = fields.entry(key)?;
        match node.value {
            Value::Bool(value) => {
                let (key, span) = (at.clone(), node.span.clone());
                Some(Flag { value, key, span })
            }
            Value::Null => None,
            Value::Number(_)
            | Value::Text(_)
            | Value::List(_)
            | Value::Map(_) => {
                self.mistyped(&joined(path, key), "true or false", node);
                None
            }
        }
    }

    /// Notes that a value is of the wrong type.
    pub(super) fn mistyped(&mut self, path: &str, wanted: &str, node: &Node) {
        let found = match &node.value {
            Value::Null => "null",
            Value::Bool(_) => "true or false",
            Value::Number(_) => "a number",
            Value::Text(_) => "text",
            Value::List(_) => "a list",
            Value::Map(_) => "an object",
        };
        let what = match path {
            "" => "a policy".to_owned(),
            _ => format!("`{path}`"),
        };
        let message =
            format!("{what} has to be {wanted}, and this is {found}");
        let span = node.span.clone();
        let problem = Problem::new(Kind::Type, path, span, message);
        let advice = match (&node.value, wanted) {
            (Value::Bool(_) | Value::Number(_), "text") => {
                Some("put it in quotes")
            }
            (Value::Text(_), "a list") => Some("put it in brackets: `[...]`"),
            (Value::Map(_), "a list") => Some("begin each with a dash: `- `"),
            _ => None,
        };
        self.errors.push(match advice {
            Some(advice) => problem.help(advice),
            None => problem,
        });
    }
}

/// Returns where the first key of an object stands.
pub(super) fn first_key(node: &Node) -> Span {
    match &node.value {
        Value::Map(entries) => {
            entries.first().map_or(node.span.clone(), |it| it.at.clone())
        }
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::Text(_)
        | Value::List(_) => node.span.clone(),
    }
}

/// Returns where an object begins: its first key, and the value behind it
/// if that is no list or object.
fn head(node: &Node) -> Span {
    let key = first_key(node);
    let Value::Map(entries) = &node.value else { return key };
    match entries.first().map(|first| &first.value) {
        Some(Node {
            value: Value::Bool(_) | Value::Number(_) | Value::Text(_),
            span,
        }) if span.start >= key.end => key.start..span.end,
        _ => key,
    }
}
