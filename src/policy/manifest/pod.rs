//! What the manifest of a static pod says of flags, mounts and volumes.

use super::line::{Flag, flags, split};
use crate::policy::Span;
use crate::policy::load::tree::{Node, Value};

/// The pod of an apiserver.
#[derive(Clone, Debug)]
pub(super) struct Pod {
    /// Where the container begins.
    pub(super) span: Span,
    pub(super) flags: Vec<Flag>,
    pub(super) mounts: Vec<Mount>,
    pub(super) volumes: Vec<Volume>,
}

/// Where a volume is seen in the container.
#[derive(Clone, Debug)]
pub(super) struct Mount {
    pub(super) volume: String,
    pub(super) path: String,
    /// What of the volume is seen; empty for all.
    pub(super) part: String,
    pub(super) is_read_only: bool,
    pub(super) span: Span,
}

/// A volume.
#[derive(Clone, Debug)]
pub(super) struct Volume {
    pub(super) name: String,
    pub(super) source: Source,
    pub(super) span: Span,
}

/// What a volume is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// A path of the host, and of which type it has to be.
    Host(String, String),
    /// An empty folder that goes with the pod.
    Empty,
    /// Anything else.
    Other,
}

impl Pod {
    /// Reads a manifest; nothing, if it is of no apiserver.
    pub(super) fn read(root: &Node) -> Option<Pod> {
        let spec = member(root, "spec")?;
        let all = list(member(spec, "containers"));
        let is_named =
            |node: &&Node| text(member(node, "name")) == "kube-apiserver";
        // What is called otherwise may run it all the same.
        let container =
            all.iter().find(is_named).or_else(|| all.iter().find(runs))?;
        let mounts = list(member(container, "volumeMounts"));
        let volumes = list(member(spec, "volumes"));
        Some(Pod {
            span: start(container),
            flags: flags(&words(container)),
            mounts: mounts.iter().map(mount).collect(),
            volumes: volumes.iter().map(volume).collect(),
        })
    }

    /// Returns a flag: of several the last, which counts.
    pub(super) fn flag(&self, name: &str) -> Option<&Flag> {
        self.flags.iter().rfind(|flag| flag.name == name)
    }
}

fn mount(node: &Node) -> Mount {
    let path = member(node, "mountPath");
    Mount {
        volume: text(member(node, "name")),
        path: clean(&text(path)),
        part: text(member(node, "subPath")),
        is_read_only: is_true(member(node, "readOnly")),
        span: path.map_or_else(|| start(node), |path| path.span.clone()),
    }
}

fn volume(node: &Node) -> Volume {
    let source = match member(node, "hostPath") {
        Some(host) => {
            let path = clean(&text(member(host, "path")));
            Source::Host(path, text(member(host, "type")))
        }
        None if member(node, "emptyDir").is_some() => Source::Empty,
        None => Source::Other,
    };
    let kind = member(node, "hostPath").and_then(|it| member(it, "type"));
    let span = kind.map_or_else(|| start(node), |kind| kind.span.clone());
    Volume { name: text(member(node, "name")), source, span }
}

/// Returns whether a container runs an apiserver.
fn runs(container: &&Node) -> bool {
    let words = words(container);
    split(&words).any(|(word, _)| {
        word == "kube-apiserver" || word.ends_with("/kube-apiserver")
    })
}

/// Returns the words that a container is started with.
fn words(container: &Node) -> Vec<(String, Span)> {
    let keys = ["command", "args"].into_iter();
    let all = keys.flat_map(|key| list(member(container, key)));
    all.map(|word| (text(Some(word)), word.span.clone())).collect()
}

/// Returns a path without what does not count: `//`, `.`, a slash at its end,
/// and `..` with the folder before it.
pub(super) fn clean(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => (),
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    let root = if path.starts_with('/') { "/" } else { "" };
    format!("{root}{}", parts.join("/"))
}

fn member<'n>(node: &'n Node, key: &str) -> Option<&'n Node> {
    let Value::Map(entries) = &node.value else { return None };
    let entry = entries.iter().rfind(|entry| *entry.key == *key);
    entry.map(|entry| &entry.value)
}

fn list(node: Option<&Node>) -> &[Node] {
    let Some(Value::List(nodes)) = node.map(|node| &node.value) else {
        return &[];
    };
    nodes
}

fn text(node: Option<&Node>) -> String {
    let Some(Value::Text(text)) = node.map(|node| &node.value) else {
        return String::new();
    };
    text.to_string()
}

fn is_true(node: Option<&Node>) -> bool {
    matches!(node.map(|node| &node.value), Some(Value::Bool(true)))
}

/// Returns where an object begins: its first key.
fn start(node: &Node) -> Span {
    match &node.value {
        Value::Map(entries) => {
            entries.first().map_or(node.span.clone(), |it| {
                it.at.start..it.value.span.end.max(it.at.end)
            })
        }
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::Text(_)
        | Value::List(_) => node.span.clone(),
    }
}
