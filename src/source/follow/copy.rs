//! Tells copies of a file by what the files hold.

use std::io;

use super::generation::Generation;
use crate::checkpoint::Left;

/// Returns whether a file is a copy of another one.
///
/// * A copy that was cut short amid the first line is one too: it has no
///   byte that the other has not. What the apiserver rotates is no copy, and
///   lines begin alike.
pub(super) fn is_copy(found: &Generation, of: &mut Generation) -> bool {
    of.learn_head();
    let head = found.head();
    let length = head.print().len;
    let is_shorter = 0 < length && length < of.head().print().len;
    let name = found.rotated.as_ref();
    let is_cut = name.is_some_and(|name| !name.is_closed)
        && !head.is_whole()
        && is_shorter
        && of.first(length).is_ok_and(|first| first == *head.print());
    is_cut || head.is_copy_of(of.head())
}

/// Returns whether a file is a copy of another one and holds no more than
/// that.
pub(super) fn is_no_more(
    found: &mut Generation,
    than: &mut Generation,
) -> bool {
    is_copy(found, than) && !is_longer(found, than)
}

/// Returns whether a file is longer than a copy of it. As long as the length
/// of one cannot be told, the plain file is the whole one.
pub(super) fn is_longer(file: &mut Generation, than: &mut Generation) -> bool {
    match (file.body.is_packed(), than.body.is_packed()) {
        (true, false) => {
            let size = than.size();
            has_byte(file, size).unwrap_or(false)
        }
        (false, true) => {
            let last = file.size().saturating_sub(1);
            !has_byte(than, last).unwrap_or(false)
        }
        (true, true) | (false, false) => file.size() > than.size(),
    }
}

/// Goes on in a copy of a file that was left, if that holds more.
pub(super) fn goes_on(copy: &mut Generation, left: &Left) -> bool {
    has_byte(copy, left.end).unwrap_or(false)
        && copy.holds(&left.place).unwrap_or(false)
}

/// Returns whether a file still holds what was seen of it.
pub(super) fn is_as_it_was(file: &mut Generation) -> bool {
    is_still(file).unwrap_or(false)
}

/// Returns whether a file has grown since it was read, or is not what it was.
pub(super) fn is_changed(file: &mut Generation) -> io::Result<bool> {
    let size = file.body.file().stat()?.size;
    Ok(size > file.seen || !is_still(file)?)
}

fn is_still(file: &mut Generation) -> io::Result<bool> {
    let (head, place) = (file.head().print().clone(), file.place());
    let is_same = file.first(head.len)? == head;
    Ok(is_same && (place.offset == 0 || file.holds(&place)?))
}

fn has_byte(file: &mut Generation, at: u64) -> io::Result<bool> {
    Ok(file.body.read_at(&mut [0], at)? > 0)
}
