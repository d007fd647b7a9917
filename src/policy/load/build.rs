//! Builds a tree of the events of a YAML parser.
//!
//! Aliases are replaced by what they stand for, and merge keys (`<<`) by the
//! members that they merge, within bounds: what is small on disk must not
//! become large here.

use std::collections::HashMap;

use granit_parser::{Event, ScalarStyle, StructureStyle, Tag, YamlVersion};

use super::scalar;
use super::tree::{self, Entry, Node, Value};
use crate::policy::model::Span;
use crate::policy::problem::{Kind, Problem};

/// A collection that is not closed yet.
struct Open {
    start: Span,
    style: StructureStyle,
    anchor: usize,
    inside: Inside,
}

enum Inside {
    List(Vec<Node>),
    Map(Vec<Entry>, Option<Key>),
}

/// A key that waits for its value.
enum Key {
    Name(Box<str>, Span),
    /// `<<`.
    Merge(Span),
}

/// A tree that grows.
pub(super) struct Builder<'t> {
    text: &'t str,
    open: Vec<Open>,
    /// What aliases stand for, and how many values that is.
    anchors: HashMap<usize, (Node, usize)>,
    count: usize,
    /// Texts, and what is in brackets: tabs are no indentation there.
    shields: Vec<Span>,
    root: Option<Node>,
}

impl<'t> Builder<'t> {
    /// Returns one without a value. `text` is where places count.
    pub(super) fn new(text: &'t str) -> Builder<'t> {
        Builder {
            text,
            open: Vec::new(),
            anchors: HashMap::new(),
            count: 0,
            shields: Vec::new(),
            root: None,
        }
    }

    /// Returns the value, null if there is none, and where tabs may stand.
    pub(super) fn finish(self) -> (Node, Vec<Span>) {
        let null = Node { value: Value::Null, span: 0..0 };
        (self.root.unwrap_or(null), self.shields)
    }

    /// Takes what the parser found.
    pub(super) fn take(
        &mut self,
        event: Event<'_>,
        span: Span,
    ) -> Result<(), Problem> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let tag = tag.as_deref().map(tag_name);
                self.scalar(&text, style, anchor, tag.as_deref(), span)
            }
            Event::SequenceStart(style, anchor, _) => {
                let inside = Inside::List(Vec::new());
                self.enter(Open { start: span, style, anchor, inside })
            }
            Event::MappingStart(style, anchor, _) => {
                let inside = Inside::Map(Vec::new(), None);
                self.enter(Open { start: span, style, anchor, inside })
            }
            Event::SequenceEnd | Event::MappingEnd => self.leave(&span),
            Event::Alias(anchor) => self.alias(anchor, span),
            Event::Anchor(_, name) => check_anchor(&name, span),
            Event::DocumentStart(_, Some(version)) => {
                check_version(version, span)
            }
            // Where documents begin and end, and what comes only to those
            // who ask for it.
            _ => Ok(()),
        }
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&str>,
        span: Span,
    ) -> Result<(), Problem> {
        let is_plain = style == ScalarStyle::Plain;
        let is_merge = match tag {
            None => is_plain,
            Some(tag) => tag == "merge",
        };
        let is_key = self.expects_key();
        if is_merge && is_key && text == "<<" {
            self.key(Key::Merge(span));
            return Ok(());
        }
        let raw = self.text.get(span.clone()).unwrap_or_default();
        self.shield(span.start..span.start + without_indent(raw).len());
        let wrong = |(message, help): (String, &str)| {
            let span = span.clone();
            Problem::new(Kind::Syntax, "", span, message).help(help)
        };
        if style == ScalarStyle::DoubleQuoted {
            scalar::check_escapes(raw).map_err(wrong)?;
        }
        if self.open.iter().any(|it| it.style == StructureStyle::Flow) {
            // There `?` begins a key, wherever it stands.
            if is_plain && (raw.starts_with(':') || raw.contains('?')) {
                let message = format!("`{raw}` within brackets is no text");
                return Err(wrong((message, "put it in quotes")));
            }
            if is_key && raw.contains(['\n', '\r']) {
                let message = "a key of several lines".to_owned();
                return Err(wrong((message, "write it in one line")));
            }
        }
        let value = scalar::value(text, is_plain, tag).map_err(wrong)?;
        if !is_key && scalar::is_endless(text, &value) {
            let message = format!("`{text}` is no number of JSON");
            return Err(wrong((message, "an apiserver makes JSON of all")));
        }
        self.place(Node { value, span }, anchor)
    }

    /// Notes where tabs may stand: shields are sorted and disjoint.
    fn shield(&mut self, span: Span) {
        while self.shields.pop_if(|it| it.start >= span.start).is_some() {}
        self.shields.push(span);
    }

    fn enter(&mut self, open: Open) -> Result<(), Problem> {
        tree::check_depth(self.open.len(), &open.start)?;
        self.open.push(open);
        Ok(())
    }

    fn leave(&mut self, end: &Span) -> Result<(), Problem> {
        let Some(Open { start, style, anchor, inside }) = self.open.pop()
        else {
            return Ok(());
        };
        if style == StructureStyle::Flow {
            self.shield(start.start..end.end);
        }
        let whole = start.start..end.end;
        let node = match inside {
            Inside::List(nodes) => Node::list(nodes, whole),
            Inside::Map(entries, _) => Node::map(entries, whole),
        };
        self.place(node, anchor)
    }

    /// Puts what an alias stands for in its place.
    fn alias(&mut self, anchor: usize, span: Span) -> Result<(), Problem> {
        let name = self.text.get(span.start + 1..span.end);
        check_anchor(name.unwrap_or_default(), span.clone())?;
        match self.anchors.get(&anchor).cloned() {
            // A list of maps is one only where it stands.
            Some((Node { value: Value::List(_), .. }, _))
                if self.is_merging() =>
            {
                Err(no_map(span))
            }
            Some((node, size)) => {
                self.count += size;
                self.place(node, 0)
            }
            None => {
                let message = "this alias is inside of what it stands for";
                Err(Problem::new(Kind::Syntax, "", span, message))
            }
        }
    }

    /// Puts a value where it belongs.
    fn place(&mut self, node: Node, anchor: usize) -> Result<(), Problem> {
        self.count += 1;
        tree::check_count(self.count, &node.span)?;
        if anchor != 0 {
            let known = (node.clone(), size(&node));
            self.anchors.insert(anchor, known);
        }
        if self.expects_key() {
            let key = key_name(node)?;
            self.key(key);
            return Ok(());
        }
        match self.open.last_mut().map(|open| &mut open.inside) {
            None => self.root = Some(node),
            Some(Inside::List(nodes)) => nodes.push(node),
            Some(Inside::Map(entries, key)) => match key.take() {
                Some(Key::Name(key, at)) => {
                    entries.push(Entry { key, at, value: node });
                }
                Some(Key::Merge(at)) => merge(node, at, entries)?,
                None => (),
            },
        }
        Ok(())
    }

    fn expects_key(&self) -> bool {
        let inside = self.open.last().map(|open| &open.inside);
        matches!(inside, Some(Inside::Map(_, None)))
    }

    fn is_merging(&self) -> bool {
        let inside = self.open.last().map(|open| &open.inside);
        matches!(inside, Some(Inside::Map(_, Some(Key::Merge(_)))))
    }

    fn key(&mut self, found: Key) {
        let inside = self.open.last_mut().map(|open| &mut open.inside);
        if let Some(Inside::Map(_, key)) = inside {
            *key = Some(found);
        }
    }
}

/// Returns a text without what the next line is indented with: there a block
/// ends.
fn without_indent(raw: &str) -> &str {
    match raw.rsplit_once('\n') {
        Some((_, last)) if last.trim().is_empty() => {
            &raw[..raw.len() - last.len()]
        }
        Some(_) | None => raw,
    }
}

/// Returns how many values there are in a node.
fn size(node: &Node) -> usize {
    match &node.value {
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => 1,
        Value::List(nodes) => 1 + nodes.iter().map(size).sum::<usize>(),
        Value::Map(entries) => {
            1 + entries.iter().map(|it| size(&it.value)).sum::<usize>()
        }
    }
}

/// Returns the key that a scalar is.
fn key_name(Node { value, span }: Node) -> Result<Key, Problem> {
    let name = match value {
        Value::Text(name) => name,
        Value::Bool(yes) => yes.to_string().into(),
        // No field is called so, whatever the number.
        Value::Number(_) => "0".into(),
        Value::Null | Value::List(_) | Value::Map(_) => {
            let message = "a key has to be text";
            return Err(Problem::new(Kind::Syntax, "", span, message));
        }
    };
    Ok(Key::Name(name, span))
}

/// Adds the members that `<<` merges: those of a map, or of several, the
/// first of which counts.
fn merge(
    node: Node,
    at: Span,
    entries: &mut Vec<Entry>,
) -> Result<(), Problem> {
    match node.value {
        Value::Map(members) => entries.extend(members),
        Value::List(maps) => {
            for map in maps.into_iter().rev() {
                let Value::Map(members) = map.value else {
                    return Err(no_map(at));
                };
                entries.extend(members);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => {
            return Err(no_map(at));
        }
    }
    Ok(())
}

fn no_map(at: Span) -> Problem {
    Problem::new(Kind::Syntax, "", at, "`<<` can merge maps only")
}

/// Refuses a document that asks for another version, as go-yaml does.
fn check_version(version: YamlVersion, span: Span) -> Result<(), Problem> {
    let YamlVersion { major, minor } = version;
    if (major, minor) == (1, 1) {
        return Ok(());
    }
    let message = format!("an apiserver reads YAML 1.1, not {major}.{minor}");
    Err(Problem::new(Kind::Syntax, "", span, message)
        .help("leave `%YAML` out"))
}

/// Refuses names of anchors that go-yaml does not take.
fn check_anchor(name: &str, span: Span) -> Result<(), Problem> {
    let is_part =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if !name.is_empty() && name.chars().all(is_part) {
        return Ok(());
    }
    let message = format!("an apiserver reads no anchor `{name}`");
    Err(Problem::new(Kind::Syntax, "", span, message)
        .help("write letters of ASCII, digits, `_` and `-`"))
}

/// Returns the name of a tag, `str` for `!!str`.
fn tag_name(tag: &Tag) -> String {
    let tag = tag.to_string();
    let name = tag.strip_prefix("tag:yaml.org,2002:");
    name.map_or_else(|| tag.clone(), str::to_owned)
}
