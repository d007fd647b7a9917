//! Turns the members that a walk has found into cuts, where no tour of the
//! event is needed: whole bodies go, and nothing inside of annotations.

use crate::edit::{Cut, leave_out};
use crate::event::{BODIES, Event};
use crate::scan::{
    Defect, DefectKind, End, Finder, Wanted, before_blanks, behind_blanks,
    key_of, value_end, walk,
};

/// The keys that something may be done to.
pub(super) const KEYS: [&str; 4] =
    ["level", BODIES[0], BODIES[1], "annotations"];

/// What the annotations begin with that only events of bodies have.
pub(super) const PATCH: &str = "patch.webhook.admission.k8s.io/";

/// A member of the event that something may be done to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Member {
    /// Its number among the [`KEYS`].
    pub(super) key: usize,
    /// The offset behind its colon.
    pub(super) value: usize,
}

/// Returns where a member begins; nothing, if its key is spelled with
/// escapes.
pub(super) fn start(line: &[u8], member: Member) -> Option<usize> {
    let colon = member.value.checked_sub(1)?;
    let ahead = &line[..before_blanks(line, colon)];
    let ahead = ahead.strip_suffix(b"\"")?;
    let ahead = ahead.strip_suffix(KEYS[member.key].as_bytes())?;
    ahead.strip_suffix(b"\"").map(<[u8]>::len)
}

/// Adds the cut that leaves out the member that begins at `start`.
pub(super) fn cut(
    event: &Event<'_, '_>,
    start: usize,
    member: Member,
    cuts: &mut Vec<Cut>,
) -> Result<(), Defect> {
    let line = event.line();
    let end = value_end(event.scanner(), line, member.value)?;
    let at = behind_blanks(line, end);
    match line.get(at) {
        Some(b',' | b'}') => (),
        Some(_) => return Err(Defect { at, kind: DefectKind::Value }),
        None => return Err(Defect { at, kind: DefectKind::Cut }),
    }
    leave_out(line, start, end, cuts);
    Ok(())
}

/// Returns whether these annotations may hold a patch: surely not, if they
/// are an object without one.
pub(super) fn may_hold_patch(event: &Event<'_, '_>, value: usize) -> bool {
    let line = event.line();
    let at = behind_blanks(line, value);
    match line.get(at) {
        Some(b'{') => {
            let mut patch = Patch { line, start: at };
            let end = walk(event.scanner(), line, at, &mut patch);
            // A line that was cut and glued may close it with the wrong one.
            !matches!(end, End::Closed(end) if line[..end].ends_with(b"}"))
        }
        Some(b'[') | None => true,
        Some(_) => false,
    }
}

/// Stops at the first patch.
struct Patch<'l> {
    line: &'l [u8],
    start: usize,
}

impl Finder for Patch<'_> {
    #[inline(always)]
    fn wanted(&self) -> &Wanted {
        const { &Wanted::every() }
    }

    #[inline(always)]
    fn found(&mut self, _: usize, value: usize) -> bool {
        key_of(self.line, self.start, value).starts_with(PATCH.as_bytes())
    }
}
