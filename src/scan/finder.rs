//! What a walk over an object looks for, and how it ends.

use super::defect::Defect;
use super::wanted::Wanted;

/// Says which members of an object are wanted, and takes them.
pub trait Finder {
    /// Whether [`Finder::strayed`] wants to be told.
    const LOOKS_DEEPER: bool = false;

    /// Returns the keys to stop at from here on.
    fn wanted(&self) -> &Wanted;

    /// Takes the member with the wanted key number `key`, whose value is
    /// behind the colon right in front of the offset `value`. Answers whether
    /// the walk can stop.
    fn found(&mut self, key: usize, value: usize) -> bool;

    /// Takes note that, deeper in the object, a colon at which a wanted key
    /// can stand follows what is no key of JSON.
    fn strayed(&mut self) {}
}

/// Finds every member.
#[derive(Debug, Default)]
pub struct EveryKey {
    /// The offset behind each colon, in order.
    pub values: Vec<usize>,
}

impl Finder for EveryKey {
    #[inline(always)]
    fn wanted(&self) -> &Wanted {
        const { &Wanted::every() }
    }

    #[inline(always)]
    fn found(&mut self, _: usize, value: usize) -> bool {
        self.values.push(value);
        false
    }
}

/// Where a walk stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Where its finder wanted it to.
    Stopped,
    /// Behind the closing bracket, at this offset.
    Closed(usize),
    /// Where the line cannot be understood. Nothing behind it is known.
    Broken(Defect),
}

/// Finds nothing.
pub(super) struct Nothing;

impl Finder for Nothing {
    #[inline(always)]
    fn wanted(&self) -> &Wanted {
        const { &Wanted::nothing() }
    }

    #[inline(always)]
    fn found(&mut self, _: usize, _: usize) -> bool {
        false
    }
}
