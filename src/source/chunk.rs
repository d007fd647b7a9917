//! Turns a regular file into batches, many threads at a time.
//!
//! A thread takes its turn only to find where its chunk ends: behind the
//! first newline from a fixed distance on. What it reads for that stays where
//! it belongs in its block; the rest of the chunk it reads when its turn is
//! over, while others read theirs. So every byte is read once.
//!
//! The length is taken once, at the opening. Of a file that grows meanwhile
//! every line is read that begins before that length, each to its newline; of
//! one that shrinks, what is still there.

use std::{
    fs::File,
    io::{self, ErrorKind, Seek, SeekFrom},
    ops::Range,
    os::unix::fs::FileExt,
    sync::{Mutex, PoisonError},
};

use rustix::fs::{Advice, fadvise};

use super::{Terms, Watch, error::Failure};
use crate::frame::{
    Batch, Block, Hole, Position, first_line, leading_nuls, whole_lines,
};

/// Bytes of a file that one thread takes at a time, about: they should still
/// be in the core's own cache when they are judged.
///
/// Tests of the library make do with little, to have many boundaries.
const CHUNK: usize = if cfg!(test) { 256 } else { 512 << 10 };

/// Bytes read at first to find the end of a chunk's last line; more each
/// time there is no newline.
const OVERHANG: usize = if cfg!(test) { 32 } else { 4 << 10 };

/// Size of the blocks that inputs are read into. Most of it is for long
/// lines; memory that no line needs is never touched.
pub const BLOCK_SIZE: usize = 4 * CHUNK;

/// A regular file, shared by the threads that read it.
#[derive(Debug)]
pub(super) struct Chunks {
    file: File,
    number: usize,
    end: u64,
    turn: Mutex<Turn>,
    max_line: u64,
    watch: Watch,
    pub(super) failure: Failure,
}

/// What one reader leaves to the next.
#[derive(Debug)]
struct Turn {
    sequence: u64,
    /// Where the next chunk begins.
    offset: u64,
}

/// A chunk that has been taken.
#[derive(Debug)]
struct Chunk {
    /// Where it begins in the file.
    from: u64,
    /// Its length; lines end with it.
    length: usize,
    /// What of the block is still to be read.
    unread: Range<usize>,
    /// NUL bytes passed over in front of its only line.
    nuls: u64,
    /// A line that is too long to be held, behind the chunk.
    beyond: Range<u64>,
}

/// A line that goes on behind the block, seen from the file.
struct Extent {
    /// NUL bytes it begins with.
    nuls: u64,
    /// The line behind them, newline included.
    range: Range<u64>,
    /// Length without the newline.
    length: u64,
}

impl Chunks {
    pub(super) fn new(
        file: File,
        number: usize,
        extent: Range<u64>,
        terms: &Terms,
    ) -> Chunks {
        // Advice only; a file system that takes none reads as well.
        fadvise(&file, extent.start, None, Advice::Sequential).ok();
        Chunks {
            file,
            number,
            end: extent.end,
            turn: Mutex::new(Turn { sequence: 0, offset: extent.start }),
            max_line: terms.max_line as u64,
            watch: terms.watch.clone(),
            failure: Failure::default(),
        }
    }

    /// Reads the lines of the next chunk.
    pub(super) fn next(&self, mut block: Block) -> Option<Batch> {
        if self.watch.is_over() {
            return None;
        }
        let (sequence, chunk) = {
            let turn = self.turn.lock();
            let mut turn = turn.unwrap_or_else(PoisonError::into_inner);
            let chunk = self.take(&mut block, turn.offset)?;
            let hole = chunk.nuls + chunk.beyond.end - chunk.beyond.start;
            turn.offset = chunk.from + chunk.length as u64 + hole;
            turn.sequence += 1;
            (turn.sequence - 1, chunk)
        };
        let Chunk { from, length, unread, nuls, beyond } = chunk;
        let read = self.fill(&mut block, from + nuls, unread.clone());
        // A file that shrank has no more than this.
        let is_whole = read == unread.len();
        block.fill(if is_whole { length } else { unread.start + read });
        Some(Batch {
            sequence,
            position: Position { input: self.number, offset: from },
            bytes: block.freeze(),
            hole: Hole { at: 0, bytes: nuls },
            beyond,
            ..Batch::default()
        })
    }

    /// Finds the chunk that begins at `from`. The bytes read for that are in
    /// the block.
    fn take(&self, block: &mut Block, from: u64) -> Option<Chunk> {
        if from >= self.end {
            return None;
        }
        // The newline may be the last byte of the chunk proper.
        let most = (self.end - from).min(CHUNK as u64) as usize;
        let last = most - 1;
        let mut read = last;
        let mut step = OVERHANG;
        loop {
            let room = block.size() - read;
            if room == 0 {
                return Some(self.take_long(block, from));
            }
            let more = read..read + step.min(room);
            let fresh = self.fill(block, from, more);
            if read == last && fresh == 0 {
                // The file has shrunk: what is left of the chunk is less.
                let (length, unread) = (most, 0..most);
                let (nuls, beyond) = (0, 0..0);
                return Some(Chunk { from, length, unread, nuls, beyond });
            }
            let tail = &block.all()[read..read + fresh];
            let newline = first_line(tail);
            if newline.is_some() || fresh < step.min(room) {
                let length = read + newline.unwrap_or(fresh);
                let unread = 0..last;
                let beyond = 0..0;
                return Some(Chunk { from, length, unread, nuls: 0, beyond });
            }
            read += fresh;
            step *= 2;
        }
    }

    /// Finds a chunk in front of a line that the block has no room for, or
    /// one that is that line.
    fn take_long(&self, block: &mut Block, from: u64) -> Chunk {
        let read = self.fill(block, from, 0..block.size());
        if let Some(length) = whole_lines(&block.all()[..read]) {
            let unread = length..length;
            return Chunk { from, length, unread, nuls: 0, beyond: 0..0 };
        }
        let Extent { nuls, range, length } = self.measure(from);
        if length > self.max_line {
            let beyond = range;
            return Chunk { from, length: 0, unread: 0..0, nuls, beyond };
        }
        let length = (range.end - range.start) as usize;
        block.resize(length);
        Chunk { from, length, unread: 0..length, nuls, beyond: 0..0 }
    }

    fn measure(&self, start: u64) -> Extent {
        let (mut at, mut nuls, mut is_hole) = (start, 0, true);
        let mut scratch = vec![0; CHUNK];
        let newline = loop {
            let read = self.read(&mut scratch, at);
            let skipped =
                if is_hole { leading_nuls(&scratch[..read]) } else { 0 };
            nuls += skipped as u64;
            is_hole &= skipped == read;
            if let Some(length) = first_line(&scratch[skipped..read]) {
                at += (skipped + length) as u64;
                break 1;
            }
            at += read as u64;
            if read == 0 {
                break 0;
            }
        };
        let range = start + nuls..at;
        let length = range.end - range.start - newline;
        Extent { nuls, range, length }
    }

    /// Reads a part of the block whose first byte is at `from`; returns how
    /// many bytes there were.
    fn fill(&self, block: &mut Block, from: u64, part: Range<usize>) -> usize {
        let mut at = part.start;
        while at < part.end {
            let room = &mut block.all_mut()[at..part.end];
            match self.read(room, from + at as u64) {
                0 => break,
                read => at += read,
            }
        }
        at - part.start
    }

    /// Reads once. What cannot be read looks like the end of the file.
    fn read(&self, room: &mut [u8], at: u64) -> usize {
        loop {
            match self.file.read_at(room, at) {
                Ok(read) => return read,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    self.failure.note(error);
                    return 0;
                }
            }
        }
    }

    pub(super) fn copy(
        &self,
        range: Range<u64>,
        take: &mut dyn FnMut(&[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut scratch = vec![0; CHUNK];
        let mut at = range.start;
        while at < range.end {
            let rest = (range.end - at).min(CHUNK as u64) as usize;
            let read = self.read(&mut scratch[..rest], at);
            if read == 0 {
                break;
            }
            take(&scratch[..read])?;
            at += read as u64;
        }
        Ok(())
    }

    pub(super) fn seek(&self, offset: u64) -> io::Result<()> {
        (&self.file).seek(SeekFrom::Start(offset)).map(|_| ())
    }
}
