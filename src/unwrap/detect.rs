//! Decides from the beginning of an input how its events are wrapped.

use super::{
    cri::Head,
    decode::Room,
    docker,
    form::Form,
    legacy, prefix,
    survey::{Shape, survey},
};
use crate::{
    frame::{Line, Lines},
    scan::{Scanner, behind_blanks, value_end},
};

/// So many lines are looked at.
const MOST: usize = 64;

impl Form {
    /// Decides from the first bytes of an input, which may end amid a line.
    ///
    /// * The first line that has a form decides. Where none has, it is
    ///   [`Form::Event`].
    ///
    /// ```
    /// use kaudit_filter::{scan::Scanner, unwrap::Form};
    /// let head = b"klog\n{\"kind\":\"EventList\",\"items\":[{\"level\":";
    /// assert_eq!(Form::detect(Scanner::best(), head), Form::List);
    /// ```
    pub fn detect(scanner: Scanner, head: &[u8]) -> Form {
        let mut room = Room::default();
        let lines: Vec<Line> = Lines::new(head)
            .filter(|line| !head[line.start..line.end].trim_ascii().is_empty())
            .take(MOST)
            .collect();
        lines
            .iter()
            .enumerate()
            .find_map(|(n, line)| {
                let next = lines.get(n + 1);
                let next = next.map(|next| &head[next.start..next.end]);
                of_line(scanner, head, *line, next, &mut room)
            })
            .unwrap_or_default()
    }
}

/// Returns the form of a line, if it has one.
fn of_line(
    scanner: Scanner,
    head: &[u8],
    line: Line,
    next: Option<&[u8]>,
    room: &mut Room,
) -> Option<Form> {
    let text = &head[line.start..line.end];
    if Head::of(text).is_some() {
        return Some(Form::Cri);
    }
    let start = behind_blanks(text, 0);
    let is_document = match value_end(scanner, text, start) {
        Ok(end) => {
            let behind = text.get(behind_blanks(text, end));
            behind == Some(&b'{') && (!line.is_ended() || next.is_none())
        }
        Err(_) => {
            let text = text.trim_ascii();
            line.is_ended()
                && (goes_on(text, next)
                    || opens_items(scanner, text, next, room))
        }
    };
    match text.get(start)? {
        b'{' | b'[' if is_document => Some(Form::Documents),
        b'{' => match survey(scanner, text, start, None, room).shape {
            // Of a program that writes more than events, too; and so long
            // may a part be that it is cut here.
            Shape::Text(Form::Log) | Shape::Foreign | Shape::Unknown
                if docker::shows(scanner, text) =>
            {
                Some(Form::Docker)
            }
            Shape::Event => Some(Form::Event),
            Shape::Viaq => Some(Form::Viaq),
            Shape::Google => Some(Form::Google),
            Shape::Object(form, _)
            | Shape::Text(form)
            | Shape::Array(form, _) => Some(form),
            Shape::List(..) => Some(Form::List),
            Shape::Foreign | Shape::Unknown => None,
        },
        b'[' if prefix::object(text).is_none() => Some(Form::List),
        _ if legacy::is_legacy(text) => Some(Form::Legacy),
        _ => prefix::object(text).map(|_| Form::Prefix),
    }
}

/// Returns whether a document that a line begins goes on with the next line.
fn goes_on(line: &[u8], next: Option<&[u8]>) -> bool {
    if !matches!(line.last(), Some(b'{' | b'[' | b',')) {
        return false;
    }
    match next.map(|next| (next[0], line)) {
        None | Some((b' ' | b'\t' | b'"' | b'}' | b']', _)) => true,
        Some((b'{' | b'[', b"[")) => true,
        Some((b'{', _)) => line.starts_with(b"[{") && line.ends_with(b","),
        Some(_) => false,
    }
}

/// Returns whether a line ends with the bracket of an array that holds events,
/// and the next one begins with its first item.
fn opens_items(
    scanner: Scanner,
    line: &[u8],
    next: Option<&[u8]>,
    room: &mut Room,
) -> bool {
    if !line.starts_with(b"{") || !line.ends_with(b"[") {
        return false;
    }
    let array = match survey(scanner, line, 0, None, room).shape {
        Shape::List(at, _) | Shape::Array(_, at) => at,
        Shape::Event
        | Shape::Viaq
        | Shape::Google
        | Shape::Object(..)
        | Shape::Text(_)
        | Shape::Foreign
        | Shape::Unknown => return false,
    };
    array + 1 == line.len() && next.is_some_and(|next| next.starts_with(b"{"))
}
