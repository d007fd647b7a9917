//! Counts the elements of arrays, each array once.

use std::ops::Range;

use crate::scan::{
    Defect, Elements, Next, Scanner, Visitor, Wanted, behind_blanks, tour,
};

/// The counts of one array and of those in it, at any depth.
///
/// Where elements are counted from the end at any depth, each of nested
/// arrays would else be read once for each array around it.
#[derive(Debug, Default)]
pub(super) struct Counts {
    /// Where each array begins, in order, and how many elements it has.
    /// Lines are shorter than 4 GiB: [`Event`](crate::event::Event) sees to
    /// it.
    arrays: Vec<(u32, u32)>,
    /// Where the outermost of them ends.
    end: usize,
}

impl Counts {
    /// Returns how many elements the array at `at` has.
    ///
    /// # Errors
    ///
    /// A defect where the array cannot be followed.
    pub(super) fn count(
        &mut self,
        scanner: Scanner,
        line: &[u8],
        at: usize,
    ) -> Result<usize, Defect> {
        if at >= self.end {
            self.arrays.clear();
            let mut counter = Counter { counts: self, open: Vec::new() };
            tour(scanner, line, at, &mut counter)?;
        }
        let place = |array: &(u32, u32)| array.0 as usize;
        match self.arrays.binary_search_by_key(&at, place) {
            Ok(n) => Ok(self.arrays[n].1 as usize),
            Err(_) => Elements::count(scanner, line, at),
        }
    }
}

/// Counts on a tour of one array.
struct Counter<'a> {
    counts: &'a mut Counts,
    /// The brackets that are open: the number of the array, or nothing for
    /// an object.
    open: Vec<Option<u32>>,
}

impl Visitor for Counter<'_> {
    fn open(&mut self, line: &[u8], at: usize, _: u32) -> Next {
        let arrays = &mut self.counts.arrays;
        if line[at] == b'{' {
            self.open.push(None);
            return Next::On;
        }
        self.open.push(Some(arrays.len() as u32));
        let is_empty = line.get(behind_blanks(line, at + 1)) == Some(&b']');
        arrays.push((at as u32, u32::from(!is_empty)));
        Next::On
    }

    fn close(&mut self, at: usize, _: u32) -> Next {
        self.open.pop();
        self.counts.end = at + 1;
        if self.open.is_empty() { Next::Stop } else { Next::On }
    }

    fn key(&mut self, _: &[u8], _: Range<usize>, _: usize, _: u32) -> Next {
        Next::On
    }

    fn comma(&mut self, _: &[u8], _: usize) -> Next {
        if let Some(Some(array)) = self.open.last() {
            self.counts.arrays[*array as usize].1 += 1;
        }
        Next::On
    }

    fn wants_all(&self) -> bool {
        true
    }

    fn wanted(&self) -> &Wanted {
        const { &Wanted::nothing() }
    }

    fn floor(&self) -> u32 {
        u32::MAX
    }
}
