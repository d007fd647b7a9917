//! Begins walks over objects, and goes on with them, with the instructions
//! that the CPU has.

use super::backend::{Kernel, Scanner};
use super::block::Classify;
use super::defect::Defect;
use super::finder::{End, Finder, Nothing};
use super::members::{Members, cut};

/// Walks over the object whose `{` is the byte at `start`, until `finder`
/// has had enough.
#[inline]
pub fn walk(
    scanner: Scanner,
    line: &[u8],
    start: usize,
    finder: &mut impl Finder,
) -> End {
    scanner.run(Walk { line, start, finder })
}

/// Returns the offset behind the bracket that closes the object or array
/// whose opening bracket is the byte at `start`.
///
/// # Errors
///
/// [`Cut`](super::DefectKind::Cut) if the line ends before.
#[inline]
pub(super) fn closing(
    scanner: Scanner,
    line: &[u8],
    start: usize,
) -> Result<usize, Defect> {
    match scanner.run(Close { line, start }) {
        End::Closed(end) => Ok(end),
        End::Broken(defect) => Err(defect),
        End::Stopped => Err(cut(line)),
    }
}

impl Members {
    /// Begins a walk over the object whose `{` is the byte at `start`, and
    /// goes on until `finder` has had enough.
    ///
    /// The walk begins at the offset `from`: at `start`, or behind a comma
    /// between two of the object's members.
    #[inline]
    pub fn begin(
        scanner: Scanner,
        line: &[u8],
        start: usize,
        from: usize,
        finder: &mut impl Finder,
    ) -> (Members, End) {
        scanner.run(Begin { line, start, from, finder })
    }

    /// Goes on from where the walk was stopped, on the same line.
    #[inline]
    pub fn resume(
        &mut self,
        scanner: Scanner,
        line: &[u8],
        finder: &mut impl Finder,
    ) -> End {
        scanner.run(Resume { members: self, line, finder })
    }
}

struct Walk<'a, F> {
    line: &'a [u8],
    start: usize,
    finder: &'a mut F,
}

impl<F: Finder> Kernel for Walk<'_, F> {
    type Output = End;

    #[inline(always)]
    fn run<C: Classify>(self, classifier: C) -> End {
        let mut members = Members::new(self.start);
        members.go_on(classifier, self.line, self.finder)
    }
}

struct Begin<'a, F> {
    line: &'a [u8],
    start: usize,
    from: usize,
    finder: &'a mut F,
}

impl<F: Finder> Kernel for Begin<'_, F> {
    type Output = (Members, End);

    #[inline(always)]
    fn run<C: Classify>(self, classifier: C) -> (Members, End) {
        let mut members = Members::at(self.start, self.from);
        let end = members.go_on(classifier, self.line, self.finder);
        (members, end)
    }
}

struct Resume<'a, F> {
    members: &'a mut Members,
    line: &'a [u8],
    finder: &'a mut F,
}

impl<F: Finder> Kernel for Resume<'_, F> {
    type Output = End;

    #[inline(always)]
    fn run<C: Classify>(self, classifier: C) -> End {
        // A copy of its own lives in registers while the walk runs.
        let mut members = self.members.clone();
        let end = members.go_on(classifier, self.line, self.finder);
        *self.members = members;
        end
    }
}

struct Close<'a> {
    line: &'a [u8],
    start: usize,
}

impl Kernel for Close<'_> {
    type Output = End;

    #[inline(always)]
    fn run<C: Classify>(self, classifier: C) -> End {
        let mut members = Members::new(self.start);
        members.go_on(classifier, self.line, &mut Nothing)
    }
}
