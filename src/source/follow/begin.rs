//! Finds where to begin in a file that no checkpoint speaks of.

use std::io;

use super::generation::Generation;

/// Where to begin in a file that was there before us. One that appears later
/// is read from its first byte.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Begin {
    /// At its first byte.
    First,
    /// Behind its last newline.
    #[default]
    End,
    /// So many lines before its end.
    Lines(u64),
}

/// Bytes looked at in one go.
const STEP: usize = 256 << 10;

/// Takes a file up where `begin` says.
pub(super) fn place(
    generation: &mut Generation,
    begin: Begin,
) -> io::Result<()> {
    let lines_behind = match begin {
        Begin::First => return Ok(()),
        Begin::End => 0,
        Begin::Lines(lines) => lines,
    };
    let mut newlines = Newlines::default();
    newlines.read(generation)?;
    let before = newlines.count.saturating_sub(lines_behind);
    let offset = newlines.behind(generation, before)?;
    generation.go_to(offset, before)
}

/// The newlines of a file, counted step by step.
#[derive(Debug, Default)]
struct Newlines {
    count: u64,
    /// How many there are up to the end of each step.
    steps: Vec<u64>,
}

impl Newlines {
    fn read(&mut self, generation: &mut Generation) -> io::Result<()> {
        let mut room = vec![0; STEP];
        for step in 0.. {
            let at = step * STEP as u64;
            let read = generation.body.read_at(&mut room, at)?;
            self.count +=
                memchr::memchr_iter(b'\n', &room[..read]).count() as u64;
            self.steps.push(self.count);
            if read < STEP {
                break;
            }
        }
        Ok(())
    }

    /// Returns the offset behind the `number`th newline; 0 for none.
    fn behind(
        &self,
        generation: &mut Generation,
        number: u64,
    ) -> io::Result<u64> {
        if number == 0 {
            return Ok(0);
        }
        let step = self.steps.partition_point(|&count| count < number);
        let before = step.checked_sub(1).map_or(0, |last| self.steps[last]);
        let at = (step * STEP) as u64;
        let mut room = vec![0; STEP];
        let read = generation.body.read_at(&mut room, at)?;
        let mut found = memchr::memchr_iter(b'\n', &room[..read]);
        let index = found.nth((number - before - 1) as usize);
        // A file that shrank meanwhile is noticed by the first read.
        Ok(at + index.map_or(read, |index| index + 1) as u64)
    }
}
