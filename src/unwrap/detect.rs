//! Decides from the beginning of an input how its events are wrapped.

use super::{
    cri::Head,
    decode::Room,
    form::Form,
    survey::{Shape, survey},
};
use crate::{
    frame::Lines,
    scan::{Scanner, behind_blanks},
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
        Lines::new(head)
            .take(MOST)
            .find_map(|line| {
                of_line(scanner, &head[line.start..line.end], &mut room)
            })
            .unwrap_or_default()
    }
}

/// Returns the form of a line, if it has one.
fn of_line(scanner: Scanner, line: &[u8], room: &mut Room) -> Option<Form> {
    if Head::of(line).is_some() {
        return Some(Form::Cri);
    }
    let start = behind_blanks(line, 0);
    match line.get(start)? {
        b'{' => match survey(scanner, line, start, room).shape {
            Shape::Event => Some(Form::Event),
            Shape::Viaq => Some(Form::Viaq),
            Shape::Google => Some(Form::Google),
            Shape::Object(form, _)
            | Shape::Text(form)
            | Shape::Array(form, _) => Some(form),
            Shape::List(..) => Some(Form::List),
            Shape::Foreign | Shape::Unknown => None,
        },
        b'[' => Some(Form::List),
        _ => None,
    }
}
