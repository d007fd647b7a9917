//! Follows many paths through an event at once.

use crate::event::{Path, Segment};
use crate::scan::{Text, Wanted};

/// Which paths have been followed how far: one bit for each place in one of
/// them. A bit stands for "what is left to match begins here".
pub(super) type States = u128;

/// Paths, `**` among them, made ready to be followed all at once.
#[derive(Clone, Debug)]
pub struct Automaton {
    /// What leads from each place to the next one; `None` behind a path's
    /// end.
    segments: Vec<Option<Segment>>,
    /// The first place of each path.
    starts: States,
    /// The places behind the ends.
    ends: States,
    /// The places where `**` is next: they stay, and so does what follows.
    any_depth: States,
    /// The places where a key is next: elements of arrays keep them.
    keys: States,
    /// The places where `[n]` or `[*]` is next,
    numbers: States,
    /// and those among them where `[-n]` is.
    from_end: States,
    /// The keys that occur.
    wanted: Wanted,
}

impl Automaton {
    /// How many segments and ends of paths there can be.
    pub const MOST: usize = States::BITS as usize;

    /// Joins `paths`. Answers nothing if they have more than
    /// [`Automaton::MOST`] segments and ends.
    pub fn new(paths: &[Path]) -> Option<Automaton> {
        let mut joined = Automaton {
            segments: Vec::new(),
            starts: 0,
            ends: 0,
            any_depth: 0,
            keys: 0,
            numbers: 0,
            from_end: 0,
            wanted: Wanted::nothing(),
        };
        let size: usize = paths.iter().map(|path| path.0.len() + 1).sum();
        if size > Automaton::MOST {
            return None;
        }
        for path in paths {
            joined.add(path);
        }
        joined.starts = joined.closure(joined.starts);
        joined.wanted = Wanted::new(paths.iter().flat_map(keys_of));
        Some(joined)
    }

    fn add(&mut self, path: &Path) {
        self.starts |= 1 << self.segments.len();
        for segment in &path.0 {
            let place = 1 << self.segments.len();
            match segment {
                Segment::Key(_) => self.keys |= place,
                Segment::AnyDepth => self.any_depth |= place,
                Segment::Every => self.numbers |= place,
                Segment::Index(n) => {
                    self.numbers |= place;
                    self.from_end |= if *n < 0 { place } else { 0 };
                }
            }
            self.segments.push(Some(segment.clone()));
        }
        self.ends |= 1 << self.segments.len();
        self.segments.push(None);
    }

    /// The states at the top of an event.
    pub fn start(&self) -> States {
        self.starts
    }

    /// Returns the keys that occur in the paths.
    pub fn wanted(&self) -> &Wanted {
        &self.wanted
    }

    /// Returns the states at every place below that has not been led to by
    /// a key or an element of its own: those of `**`.
    pub fn below(&self, states: States) -> States {
        self.closure(states & self.any_depth)
    }

    /// Returns whether one of the paths ends here.
    pub fn is_end(&self, states: States) -> bool {
        states & self.ends != 0
    }

    /// Returns whether elements of arrays must be told apart anywhere.
    pub fn counts(&self) -> bool {
        self.numbers != 0
    }

    /// Returns whether elements of an array here must be told apart.
    pub fn counts_elements(&self, states: States) -> bool {
        states & self.numbers != 0
    }

    /// Returns whether elements here are counted from the array's end.
    pub fn counts_from_end(&self, states: States) -> bool {
        states & self.from_end != 0
    }

    /// Returns the states at the value of the member `key`, given as it
    /// stands between its quotes.
    pub fn member(&self, states: States, key: &[u8]) -> States {
        let mut scratch = Vec::new();
        let key = match Text::new(key).read(&mut scratch) {
            Ok(text) => text.as_bytes(),
            Err(_) => key,
        };
        self.advance(states, Some(key), None)
    }

    /// Returns the states at element `index` of an array of `count`.
    pub fn element(
        &self,
        states: States,
        index: usize,
        count: usize,
    ) -> States {
        self.advance(states, None, Some((index, count))) | states & self.keys
    }

    /// Returns the states at elements of an array that need not be told
    /// apart.
    #[inline]
    pub fn any_element(&self, states: States) -> States {
        states & (self.keys | self.any_depth)
    }

    fn advance(
        &self,
        states: States,
        key: Option<&[u8]>,
        element: Option<(usize, usize)>,
    ) -> States {
        let mut next = states & self.any_depth;
        let mut left = states & !self.any_depth;
        while left != 0 {
            let place = left.trailing_zeros() as usize;
            left &= left - 1;
            let leads = match (&self.segments[place], key, element) {
                (Some(Segment::Key(name)), Some(key), _) => {
                    name.as_bytes() == key
                }
                (Some(Segment::Index(n)), _, Some((index, count))) => {
                    is_index(*n, index, count)
                }
                (Some(Segment::Every), _, _) => true,
                _ => false,
            };
            if leads {
                next |= 1 << (place + 1);
            }
        }
        self.closure(next)
    }

    /// Adds what follows each `**`, which may stand for no step at all.
    #[inline]
    fn closure(&self, states: States) -> States {
        let mut all = states;
        loop {
            let more = all | (all & self.any_depth) << 1;
            if more == all {
                return all;
            }
            all = more;
        }
    }
}

/// Returns the keys of a path.
fn keys_of(path: &Path) -> impl Iterator<Item = &[u8]> {
    path.0.iter().filter_map(|segment| match segment {
        Segment::Key(key) => Some(key.as_bytes()),
        Segment::Index(_) | Segment::Every | Segment::AnyDepth => None,
    })
}

/// Returns whether `[n]` names element `index` of `count`.
fn is_index(n: i64, index: usize, count: usize) -> bool {
    match usize::try_from(n) {
        Ok(n) => n == index,
        Err(_) => usize::try_from(n.unsigned_abs())
            .is_ok_and(|back| back + index == count),
    }
}
