//! Proves that following loses nothing: a writer that does what apiservers
//! and their surroundings do to a log, the program behind it, and whatever
//! can go wrong in between.
//!
//! In each test, what came out is held against one plain pass over all that
//! was ever written. `KAUDIT_FILTER_PROOF=full` runs the large numbers,
//! `KAUDIT_FILTER_PROOF_POLL=1` runs everything without inotify.

mod clock; // What time the writer believes it is,
pub(crate) mod event; // what it writes,
pub(crate) mod mill; // what becomes of its backups,
pub(crate) mod writer; // and how it writes.
pub(crate) mod follower; // What follows it,
pub(crate) mod oracle; // what must come out,
pub(crate) mod place; // where all that happens,
pub(crate) mod site; // and all of it together.

mod begin; // Following begins,
mod service; // perhaps as a service.
mod rotate; // The log is rotated while it is followed,
mod away; // and while it is not.
mod kill; // The follower is killed at random.
mod cut; // The log is cut to nothing, and grows again.
mod swap; // Its name comes to mean another file.
mod line; // Lines come in pieces.
mod limits; // The system tells nothing.
mod slow; // Nobody reads.
mod fault; // The disk fails,
mod full; // or is full.
mod signal; // Its owner wants something.
mod logrotate; // Its output is rotated,
mod own; // or rotates itself.
mod evidence; // Nothing in it is ever lost.
mod calm; // Nothing happens.
mod soak; // A lot happens, for long.
mod real; // What a cluster wrote is written again.
mod rivals; // What others make of the same.
mod points; // Where a run can be killed,
mod strace; // and that it does not matter.

use crate::tool::wants;

/// Returns how often something is done: seldom, or in the full proof often.
pub(crate) fn times(seldom: usize, often: usize) -> usize {
    if wants("KAUDIT_FILTER_PROOF", "full") { often } else { seldom }
}
