//! Turns YAML into a tree of values, as go-yaml reads it. Where our parser
//! is stricter, the text is mended and read again; what it lets pass and
//! go-yaml does not, is refused.

use granit_parser::{ErrorKind, Event, Marker, Parser, ScanError, options};

use super::build::Builder;
use super::tree::{self, Form, Node, Tree, Value};
use crate::policy::model::Span;
use crate::policy::problem::{Kind, Problem};

/// How many bytes are read again at most, to mend a text.
const AGAIN: usize = 8 << 20;

/// Reads the first document of a text; one that is empty is null.
pub(super) fn read(text: &str) -> Result<Tree, Problem> {
    check_head(text)?;
    let mut first = None;
    let mut mended = text.to_owned();
    for _ in 0..=(AGAIN / text.len().max(1)).min(1000) {
        match parse(text, &mended) {
            Ok(tree) => return Ok(tree),
            Err(Broken::Refused(problem)) => {
                return Err(first.unwrap_or(problem));
            }
            Err(Broken::Scan(fault)) => {
                first.get_or_insert(fault.problem);
                let Some(next) = mend(&mended, fault.at, &fault.kind) else {
                    break;
                };
                mended = next;
            }
        }
    }
    let null = Node { value: Value::Null, span: 0..0 };
    let tree = Tree { root: null, form: Form::Yaml, second: None };
    first.map_or(Ok(tree), Err)
}

/// Why a text could not be read.
enum Broken {
    /// The parser does not take it.
    Scan(Box<Fault>),
    /// It is YAML, but not what an apiserver reads.
    Refused(Problem),
}

/// What the parser does not take, and where.
struct Fault {
    at: usize,
    kind: ErrorKind,
    problem: Problem,
}

impl From<Problem> for Broken {
    fn from(problem: Problem) -> Broken {
        Broken::Refused(problem)
    }
}

/// Reads a text; `mended` is the same but for blanks and comments.
fn parse(text: &str, mended: &str) -> Result<Tree, Broken> {
    let bare = mended.strip_prefix('\u{feff}').unwrap_or(mended);
    let places = Places { len: bare.len(), mark: text.len() - bare.len() };
    let mut builder = Builder::new(text);
    let options = options! {
        emit_anchor_events: true,
        block_scalar_eof_without_line_feed: true,
    };
    let mut parser = Parser::new_from_str_with_options(bare, options);
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
    let (root, shields) = builder.finish();
    check_tabs(&text[..second.unwrap_or(text.len())], &shields)?;
    Ok(Tree { root, form: Form::Yaml, second })
}

/// Returns a text in which blanks stand for what our parser does not take
/// and go-yaml does: tabs where a line within brackets begins, and comments
/// without a blank before them.
fn mend(text: &str, at: usize, kind: &ErrorKind) -> Option<String> {
    match kind {
        ErrorKind::TabInBlockIndentation
        | ErrorKind::TabNotAllowed
        | ErrorKind::TabInIndentation => without_tabs(text, at),
        ErrorKind::CommentNotSeparated if text[at..].starts_with('#') => {
            let rest = &text[at..];
            let len = rest.find(['\n', '\r']).unwrap_or(rest.len());
            let blanks = " ".repeat(len);
            Some(format!("{}{blanks}{}", &text[..at], &rest[len..]))
        }
        _ => None,
    }
}

/// Returns a text with blanks for the tabs that the line around a place begins
/// with, and those that follow it: they are within the same brackets, or are
/// refused later, for no block begins there. A long list is mended at once.
fn without_tabs(text: &str, at: usize) -> Option<String> {
    let first = text[..at].rfind('\n').map_or(0, |end| end + 1);
    let mut from = first;
    let mut mended = text[..from].to_owned();
    for line in text[from..].split_inclusive('\n') {
        let rest = line.trim_start_matches([' ', '\t']);
        let begin = &line[..line.len() - rest.len()];
        // Behind what has no comma, a bracket may not close behind tabs.
        let is_end = from > first && rest.starts_with([']', '}']);
        let is_bare = !begin.contains('\t') && !rest.trim_end().is_empty();
        if is_end || is_bare {
            break;
        }
        mended.push_str(&" ".repeat(begin.len()));
        mended.push_str(rest);
        from += line.len();
    }
    mended.push_str(&text[from..]);
    (mended != text).then_some(mended)
}

/// Refuses what go-yaml does not take before a document.
fn check_head(text: &str) -> Result<(), Problem> {
    let mut at = text.len() - text.trim_start_matches('\u{feff}').len();
    for line in text[at..].split_inclusive('\n') {
        let word = line.split_ascii_whitespace().next().unwrap_or_default();
        let message = match word {
            "..." if line.starts_with("...") => {
                "`...` ends a document, and none has begun"
            }
            "%YAML" | "%TAG" => "",
            word if line.starts_with('%') && word.starts_with('%') => {
                "an apiserver does not know this directive"
            }
            word if word.is_empty() || word.starts_with('#') => "",
            _ => return Ok(()),
        };
        if !message.is_empty() {
            let span = at..at + word.len();
            return Err(Problem::new(Kind::Syntax, "", span, message)
                .help("leave it out"));
        }
        at += line.len();
    }
    Ok(())
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

    fn broken(self, error: &ScanError) -> Broken {
        let at = self.offset(*error.marker());
        let kind = error.kind().clone();
        if kind == ErrorKind::RecursionLimitExceeded {
            return Broken::Refused(tree::too_deep(at..at));
        }
        let message = format!("this is no YAML: {}", error.info());
        let problem = Problem::new(Kind::Syntax, "", at..at, message);
        let problem = match kind {
            ErrorKind::UnknownAnchor => {
                problem.help("`*` begins an alias: put text in quotes")
            }
            _ => problem,
        };
        Broken::Scan(Box::new(Fault { at, kind, problem }))
    }
}
