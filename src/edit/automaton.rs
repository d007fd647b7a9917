//! Follows many paths through an event at once.

use super::glob::Glob;
use crate::event::{Path, Segment};
use crate::scan::{Text, Wanted};

/// Which paths have been followed how far: one bit for each place in one of
/// them. A bit stands for "what is left to match begins here".
pub(super) type States = u128;

/// Paths, `**` among them, made ready to be followed all at once.
///
/// * A `*` in a key right below `annotations` stands for any run of
///   characters: `annotations["mutation.webhook.admission.k8s.io/*"]`.
#[derive(Clone, Debug)]
pub struct Automaton {
    /// What leads from each place to the next one.
    hops: Vec<Hop>,
    /// The first place of each path.
    starts: States,
    /// The places behind the ends.
    ends: States,
    /// The places where `**` is next: they stay, and so does what follows.
    any_depth: States,
    /// The places where a key is next: elements of arrays keep them.
    keys: States,
    /// The places where a key with `*` is next,
    globs: States,
    /// where `[*]` is,
    every: States,
    /// where `[n]` is,
    indexes: States,
    /// and those among them where it is `[-n]`.
    from_end: States,
    /// The keys that occur.
    wanted: Wanted,
}

/// A [`Segment`], or the end of a path.
#[derive(Clone, Debug)]
enum Hop {
    Key(Box<str>),
    Glob(Glob),
    Index(i64),
    Every,
    AnyDepth,
    End,
}

impl Automaton {
    /// How many segments and ends of paths there can be.
    pub const MOST: usize = States::BITS as usize;

    /// Joins `paths`. Answers nothing if they have more than
    /// [`Automaton::MOST`] segments and ends.
    pub fn new(paths: &[Path]) -> Option<Automaton> {
        let mut joined = Automaton {
            hops: Vec::new(),
            starts: 0,
            ends: 0,
            any_depth: 0,
            keys: 0,
            globs: 0,
            every: 0,
            indexes: 0,
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
        joined.wanted = Wanted::new(joined.hops.iter().filter_map(Hop::key));
        Some(joined)
    }

    fn add(&mut self, path: &Path) {
        self.starts |= 1 << self.hops.len();
        for hop in hops(path) {
            let place = 1 << self.hops.len();
            match &hop {
                Hop::Key(_) => self.keys |= place,
                Hop::Glob(_) => self.globs |= place,
                Hop::AnyDepth => self.any_depth |= place,
                Hop::Every => self.every |= place,
                Hop::Index(n) => {
                    self.indexes |= place;
                    self.from_end |= if *n < 0 { place } else { 0 };
                }
                Hop::End => self.ends |= place,
            }
            self.hops.push(hop);
        }
    }

    /// The states at the top of an event.
    pub(super) fn start(&self) -> States {
        self.starts
    }

    /// Returns the keys that occur in the paths.
    pub(super) fn wanted(&self) -> &Wanted {
        &self.wanted
    }

    /// Returns the states at every place below that has not been led to by
    /// a key or an element of its own: those of `**`.
    pub(super) fn below(&self, states: States) -> States {
        self.closure(states & self.any_depth)
    }

    /// Returns whether one of the paths ends here.
    pub(super) fn is_end(&self, states: States) -> bool {
        states & self.ends != 0
    }

    /// Returns whether a path goes on into an object here.
    pub(super) fn enters_object(&self, states: States) -> bool {
        states & (self.keys | self.globs | self.every | self.any_depth) != 0
    }

    /// Returns whether a path goes on into an array here.
    pub(super) fn enters_array(&self, states: States) -> bool {
        let numbers = self.every | self.indexes;
        states & (self.keys | numbers | self.any_depth) != 0
    }

    /// Returns whether every member of an object here, or every element of
    /// an array, has to be looked at.
    pub(super) fn tells_apart(&self, states: States) -> bool {
        states & (self.globs | self.every | self.indexes) != 0
    }

    /// Returns whether elements of an array here must be told apart.
    pub(super) fn counts_elements(&self, states: States) -> bool {
        states & (self.every | self.indexes) != 0
    }

    /// Returns whether elements here are counted from the array's end.
    pub(super) fn counts_from_end(&self, states: States) -> bool {
        states & self.from_end != 0
    }

    /// Returns the states at the value of the member `key`, given as it
    /// stands between its quotes.
    pub(super) fn member(&self, states: States, key: &[u8]) -> States {
        let mut scratch = Vec::new();
        let key = match Text::new(key).read(&mut scratch) {
            Ok(text) => text.as_bytes(),
            Err(_) => key,
        };
        self.advance(states, |hop| hop.leads_to_member(key))
    }

    /// Returns the states at element `index` of an array of `count`.
    pub(super) fn element(
        &self,
        states: States,
        index: usize,
        count: usize,
    ) -> States {
        self.advance(states, |hop| hop.leads_to_element(index, count))
            | states & self.keys
    }

    /// Returns the states at elements of an array that need not be told
    /// apart.
    #[inline]
    pub(super) fn any_element(&self, states: States) -> States {
        states & (self.keys | self.any_depth)
    }

    /// Returns those of the states that stand behind the end of a path.
    pub(super) fn ends(&self, states: States) -> States {
        states & self.ends
    }

    fn advance(&self, states: States, leads: impl Fn(&Hop) -> bool) -> States {
        let mut next = states & self.any_depth;
        let mut left = states & !self.any_depth;
        while left != 0 {
            let place = left.trailing_zeros() as usize;
            left &= left - 1;
            if leads(&self.hops[place]) {
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

impl Hop {
    /// The key, if there is one to look for.
    fn key(&self) -> Option<&[u8]> {
        match self {
            Hop::Key(key) => Some(key.as_bytes()),
            Hop::Glob(_)
            | Hop::Index(_)
            | Hop::Every
            | Hop::AnyDepth
            | Hop::End => None,
        }
    }

    /// Returns whether this leads to the member `key` of an object.
    fn leads_to_member(&self, key: &[u8]) -> bool {
        match self {
            Hop::Key(name) => name.as_bytes() == key,
            Hop::Glob(glob) => glob.matches(key),
            Hop::Every => true,
            Hop::Index(_) | Hop::AnyDepth | Hop::End => false,
        }
    }

    /// Returns whether this leads to element `index` of `count`.
    fn leads_to_element(&self, index: usize, count: usize) -> bool {
        match self {
            Hop::Every => true,
            Hop::Index(n) => is_index(*n, index, count),
            Hop::Key(_) | Hop::Glob(_) | Hop::AnyDepth | Hop::End => false,
        }
    }
}

/// Returns the hops of a path, its end included.
fn hops(path: &Path) -> impl Iterator<Item = Hop> {
    let is_annotation = path.root() == Some("annotations");
    let hops = path.0.iter().enumerate().map(move |(n, segment)| {
        let may_be_glob = is_annotation && n == 1;
        match segment {
            Segment::Key(key) if may_be_glob && key.contains('*') => {
                Hop::Glob(Glob::new(key))
            }
            Segment::Key(key) => Hop::Key(key.clone()),
            Segment::Index(n) => Hop::Index(*n),
            Segment::Every => Hop::Every,
            Segment::AnyDepth => Hop::AnyDepth,
        }
    });
    hops.chain([Hop::End])
}

/// Returns whether `[n]` names element `index` of `count`.
fn is_index(n: i64, index: usize, count: usize) -> bool {
    match usize::try_from(n) {
        Ok(n) => n == index,
        Err(_) => usize::try_from(n.unsigned_abs())
            .is_ok_and(|back| back + index == count),
    }
}
