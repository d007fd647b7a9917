//! Says what is to be done at the ends of paths.

use super::automaton::{Automaton, States};

/// What to do with the values that paths lead to: the targets.
///
/// A target is the value of a member, every repetition of its key, or an
/// element of an array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Leave them out, each with its key and its comma.
    Drop,
    /// Put a text in their place, the one given to [`splice`](fn@super::splice),
    /// whatever they are: null, too.
    Mask,
    /// Cut strings that are longer than this many bytes as they read.
    ///
    /// * The cut is between two characters, never inside of an escape, so
    ///   that a little less may stay. Nothing is put in its place.
    /// * Of an array its strings are cut, those of nested ones too.
    /// * Anything else stays as it is.
    Truncate(usize),
    /// Leave out all that is no target, not below one, and not on the way to
    /// one.
    ///
    /// * An object or array on the way stays, be there a target in it or
    ///   not. Anything else that stands where a way should go on is left
    ///   out.
    /// * What makes a line an event has to be among the targets.
    Keep,
}

/// What is to be done with one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// Nothing, but there may be targets in it.
    Entered,
    /// Nothing, whatever is in it.
    Stays,
    /// It is left out.
    Goes,
    /// Another text stands in its place.
    Masked,
    /// Of a string, this much may stay.
    Shortened(usize),
}

impl Action {
    /// Returns what is to be done with the value at these states that begins
    /// with the byte `first`.
    #[inline(always)]
    pub(super) fn fate(
        self,
        automaton: &Automaton,
        states: States,
        first: Option<&u8>,
    ) -> Fate {
        let is_end = automaton.is_end(states);
        match (self, first) {
            (Action::Drop, _) if is_end => Fate::Goes,
            (Action::Mask, _) if is_end => Fate::Masked,
            (Action::Truncate(most), Some(b'"')) if is_end => {
                Fate::Shortened(most)
            }
            (Action::Drop | Action::Mask | Action::Truncate(_), _) => {
                Fate::Entered
            }
            (Action::Keep, _) if is_end => Fate::Stays,
            (Action::Keep, Some(b'{')) if automaton.enters_object(states) => {
                Fate::Entered
            }
            (Action::Keep, Some(b'[')) if automaton.enters_array(states) => {
                Fate::Entered
            }
            (Action::Keep, _) => Fate::Goes,
        }
    }
}
