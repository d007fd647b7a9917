//! Ways through an event: a path, made ready for the walk along it.

use super::body::Part;
use super::path::{Origin, Path, Segment};
use super::repeats::BODIES;
use crate::scan::Wanted;

/// A way through an event, made ready for the walk.
#[derive(Clone, Debug)]
pub struct Route {
    pub(super) start: Start,
    pub(super) rest: Vec<Hop>,
    /// Which of the repeated members of an object answers: those inside of
    /// bodies are the client's own bytes, where the last one wins.
    pub(super) last_wins: bool,
}

/// An [`Origin`] with the numbers of its roots.
#[derive(Clone, Copy, Debug)]
pub(super) enum Start {
    Root(usize),
    Bodies(Part, [usize; 2]),
    Patch(usize),
    Element,
}

/// A [`Segment`] with what the walk needs for it.
#[derive(Clone, Debug)]
pub(super) enum Hop {
    Key(Wanted),
    /// The key `code`, the first one if it is repeated.
    Code(Wanted),
    Index(i64),
    Every,
}

impl Route {
    /// Makes a route to `path`, for a program that reads the top-level keys
    /// `roots`, the one it begins with among them.
    pub fn to(path: &Path, roots: &[Box<str>]) -> Route {
        let root = path.root().unwrap_or_default();
        let repeats = Repeats::below(root);
        let rest = path.0.get(1..).unwrap_or_default();
        Route::new(&Origin::Key(root.into()), rest, repeats, roots)
    }

    /// Makes a route from `origin` along `rest`, for a program that reads
    /// the top-level keys `roots`. Of repeated keys `repeats` answers.
    ///
    /// `**` means nothing here and is passed over: only edits use it.
    pub fn new(
        origin: &Origin,
        rest: &[Segment],
        repeats: Repeats,
        roots: &[Box<str>],
    ) -> Route {
        let root = |key: &str| {
            roots.iter().position(|root| **root == *key).unwrap_or_default()
        };
        let bodies = || BODIES.map(root);
        let start = match origin {
            Origin::Key(key) => Start::Root(root(key)),
            Origin::Object => Start::Bodies(Part::Object, bodies()),
            Origin::PodSpec => Start::Bodies(Part::PodSpec, bodies()),
            Origin::Container => Start::Bodies(Part::Container, bodies()),
            Origin::Patch => Start::Patch(root(BODIES[0])),
            Origin::Element => Start::Element,
        };
        let last_wins = repeats == Repeats::Last;
        let hops = rest.iter().filter_map(|segment| match segment {
            Segment::Key(key) if **key == *"code" && !last_wins => {
                Some(Hop::Code(Wanted::new(["code"])))
            }
            Segment::Key(key) => Some(Hop::Key(Wanted::new([&**key]))),
            Segment::Index(index) => Some(Hop::Index(*index)),
            Segment::Every => Some(Hop::Every),
            Segment::AnyDepth => None,
        });
        Route { start, rest: hops.collect(), last_wins }
    }
}

/// Which of the repeated members of an object answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Repeats {
    /// The first: at the event's own levels.
    First,
    /// The last: inside of bodies, which clients write.
    Last,
}

impl Repeats {
    /// Returns which one answers below a top-level key.
    pub fn below(root: &str) -> Repeats {
        match BODIES.contains(&root) {
            true => Repeats::Last,
            false => Repeats::First,
        }
    }
}
