//! Turns YAML or JSON into a tree of values, each with its place.
//!
//! Aliases are replaced by what they stand for, and merge keys (`<<`) by the
//! members that they merge, within bounds: what is small on disk must not
//! become large here.

use std::collections::HashMap;

use granit_parser::{
    ErrorKind, Event, Marker, Parser, ScalarStyle, ScanError, StructureStyle,
    Tag, YamlVersion,
};

use super::scalar;
use crate::policy::model::Span;
use crate::policy::problem::{Kind, Problem};

/// How many values there may be, those of aliases counted each time.
const MOST: usize = 100_000;

/// How deep they may be nested.
const DEPTH: usize = 64;

/// A value, and where it stands.
#[derive(Clone, Debug)]
pub(in crate::policy) struct Node {
    pub(in crate::policy) value: Value,
    pub(in crate::policy) span: Span,
}

#[derive(Clone, Debug)]
pub(in crate::policy) enum Value {
    Null,
    Bool(bool),
    Number,
    Text(Box<str>),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// A member of a map.
#[derive(Clone, Debug)]
pub(in crate::policy) struct Entry {
    pub(in crate::policy) key: Box<str>,
    pub(in crate::policy) at: Span,
    pub(in crate::policy) value: Node,
}

/// The first document of a text.
pub(in crate::policy) struct Tree {
    pub(in crate::policy) root: Node,
    /// Where a second one begins, if there is one.
    pub(in crate::policy) second: Option<usize>,
}

/// Reads the first document of a text; one that is empty is null.
pub(in crate::policy) fn read(text: &str) -> Result<Tree, Problem> {
    let bare = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim_start().starts_with('{') {
        check_json(text)?;
    }
    let places = Places { len: bare.len(), mark: text.len() - bare.len() };
    let mut builder = Builder::default();
    let mut parser = Parser::new_from_str(bare);
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(|it| places.broken(&it))?;
        let is_end = event == Event::DocumentEnd;
        builder.take(event, places.span(span.start, span.end))?;
        if is_end {
            break;
        }
    }
    // What is wrong behind the first document, nobody reads.
    let second = match parser.next_event() {
        Some(Ok((Event::DocumentStart(..), span))) => Some(span.start),
        Some(Err(error)) => Some(*error.marker()),
        Some(Ok(_)) | None => None,
    };
    let second = second.map(|marker| places.offset(marker));
    check_tabs(&text[..second.unwrap_or(text.len())], &builder.shields)?;
    let null = Node { value: Value::Null, span: 0..0 };
    Ok(Tree { root: builder.root.unwrap_or(null), second })
}

/// What begins as JSON is read as JSON, where YAML would allow more.
fn check_json(text: &str) -> Result<(), Problem> {
    let parsed = serde_json::from_str::<serde::de::IgnoredAny>(text);
    parsed.map(drop).map_err(|error| {
        let lines = text.split_inclusive('\n');
        let before: usize =
            lines.take(error.line().saturating_sub(1)).map(str::len).sum();
        let at = before + error.column().saturating_sub(1);
        let at = text.floor_char_boundary(at.min(text.len()));
        let message = format!("this is no JSON: {error}");
        Problem::new(Kind::Syntax, "", at..at, message)
            .help("what begins with `{` is read as JSON, not as YAML")
    })
}

/// Refuses tabs where a line begins, as go-yaml does: it counts blanks. The
/// places in `shields` may hold them.
fn check_tabs(text: &str, shields: &[Span]) -> Result<(), Problem> {
    let mut from = 0;
    for line in text.split_inclusive('\n') {
        let begin = line.find(|c| !matches!(c, ' ' | '\t' | '-'));
        let begin = &line[..begin.unwrap_or(line.len())];
        if let Some(tab) = begin.find('\t')
            && !begin[..tab].contains("--")
            && !is_inside(from, shields)
        {
            let (at, message) = (from + tab, "a tab where a line begins");
            return Err(Problem::new(Kind::Syntax, "", at..at + 1, message)
                .help("YAML is indented with blanks"));
        }
        from += line.len();
    }
    Ok(())
}

/// Returns whether one of the spans, which are sorted and disjoint, begins
/// before `at` and ends behind it.
fn is_inside(at: usize, spans: &[Span]) -> bool {
    let next = spans.partition_point(|span| span.end <= at);
    spans.get(next).is_some_and(|span| span.start < at)
}

/// Turns places of the parser into offsets.
#[derive(Clone, Copy, Default)]
struct Places {
    /// How long the text is that is parsed,
    len: usize,
    /// and what stands in front of it.
    mark: usize,
}

impl Places {
    fn offset(self, marker: Marker) -> usize {
        let at = marker.byte_offset().unwrap_or(marker.index());
        self.mark + at.min(self.len)
    }

    fn span(self, start: Marker, end: Marker) -> Span {
        let start = self.offset(start);
        start..self.offset(end).max(start)
    }

    fn broken(self, error: &ScanError) -> Problem {
        let at = self.offset(*error.marker());
        let message = format!("this is no YAML: {}", error.info());
        let problem = Problem::new(Kind::Syntax, "", at..at, message);
        match error.kind() {
            ErrorKind::UnknownAnchor => {
                problem.help("`*` begins an alias: put text in quotes")
            }
            _ => problem,
        }
    }
}

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

#[derive(Default)]
struct Builder {
    open: Vec<Open>,
    /// What aliases stand for, and how many values that is.
    anchors: HashMap<usize, (Node, usize)>,
    count: usize,
    /// Texts, and what is in brackets: tabs are no indentation there.
    shields: Vec<Span>,
    root: Option<Node>,
}

impl Builder {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Problem> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let is_merge = style == ScalarStyle::Plain
                    && tag.is_none()
                    && text == "<<";
                if is_merge && self.expects_key() {
                    self.key(Key::Merge(span));
                    return Ok(());
                }
                self.shield(span.clone());
                let tag = tag.as_deref().map(tag_name);
                let is_plain = style == ScalarStyle::Plain;
                let value = scalar::value(&text, is_plain, tag.as_deref());
                check_tag(&value, tag.as_deref(), &span)?;
                self.place(Node { value, span }, anchor)
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
            Event::DocumentStart(_, Some(version)) => {
                check_version(version, span)
            }
            // Where documents begin and end, and what comes only to those
            // who ask for it.
            _ => Ok(()),
        }
    }

    /// Notes where tabs may stand: shields are sorted and disjoint.
    fn shield(&mut self, span: Span) {
        while self.shields.pop_if(|it| it.start >= span.start).is_some() {}
        self.shields.push(span);
    }

    fn enter(&mut self, open: Open) -> Result<(), Problem> {
        if self.open.len() == DEPTH {
            let message = format!("nested deeper than {DEPTH}");
            return Err(Problem::new(Kind::Syntax, "", open.start, message));
        }
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
        let (value, parts) = match inside {
            Inside::List(nodes) => {
                let parts = match (nodes.first(), nodes.last()) {
                    (Some(first), Some(last)) => {
                        Some((first.span.start, last.span.end))
                    }
                    (None, _) | (_, None) => None,
                };
                (Value::List(nodes), parts)
            }
            Inside::Map(entries, _) => {
                let parts = match (entries.first(), entries.last()) {
                    (Some(first), Some(last)) => {
                        Some((first.at.start, last.value.span.end))
                    }
                    (None, _) | (_, None) => None,
                };
                (Value::Map(entries), parts)
            }
        };
        let (from, to) = parts.unwrap_or((start.start, end.end));
        // What was merged may stand elsewhere.
        let span = from..to.max(from);
        self.place(Node { value, span }, anchor)
    }

    /// Puts what an alias stands for in its place.
    fn alias(&mut self, anchor: usize, span: Span) -> Result<(), Problem> {
        match self.anchors.get(&anchor).cloned() {
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
        if self.count > MOST {
            let message = format!("more than {MOST} values");
            return Err(Problem::new(Kind::Syntax, "", node.span, message));
        }
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

    fn key(&mut self, found: Key) {
        let inside = self.open.last_mut().map(|open| &mut open.inside);
        if let Some(Inside::Map(_, key)) = inside {
            *key = Some(found);
        }
    }
}

/// Returns how many values there are in a node.
fn size(node: &Node) -> usize {
    match &node.value {
        Value::Null | Value::Bool(_) | Value::Number | Value::Text(_) => 1,
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
        Value::Number => "0".into(),
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
        Value::Null | Value::Bool(_) | Value::Number | Value::Text(_) => {
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

/// Refuses a scalar that is not what its tag says.
fn check_tag(
    value: &Value,
    tag: Option<&str>,
    span: &Span,
) -> Result<(), Problem> {
    let is_right = match tag {
        Some("null") => matches!(value, Value::Null),
        Some("bool") => matches!(value, Value::Bool(_)),
        Some("int" | "float") => matches!(value, Value::Number),
        Some(_) | None => true,
    };
    if is_right {
        return Ok(());
    }
    let tag = tag.unwrap_or_default();
    let message = format!("this is no `!!{tag}`");
    Err(Problem::new(Kind::Syntax, "", span.clone(), message)
        .help("leave the tag out"))
}

/// Returns the name of a tag, `str` for `!!str`.
fn tag_name(tag: &Tag) -> String {
    tag.core_suffix().map_or_else(|| tag.to_string(), str::to_owned)
}
