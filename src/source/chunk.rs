//! Turns a regular file into batches, many threads at a time.
//!
//! Chunk `i` is a fixed range of the file. Its lines are the ones whose
//! *preceding newline* lies in it, plus, for chunk 0, the first line: so a
//! thread finds the lines of its chunk without a look at any other, and reads
//! past its end only to finish the last of them.
//!
//! The length is taken once, at the opening. Of a file that grows meanwhile
//! every line is read that begins before that length, each to its newline; of
//! one that shrinks, what is still there.

use std::{
    fs::File,
    io::{self, ErrorKind, Seek, SeekFrom},
    ops::Range,
    os::unix::fs::FileExt,
    sync::atomic::{AtomicU64, Ordering},
};

use rustix::fs::{Advice, fadvise};

use super::{Terms, Watch, error::Failure};
use crate::frame::{
    Batch, Block, Hole, Position, first_line, leading_nuls, whole_lines,
};

/// Bytes of a file that one thread takes at a time. Half as much costs 5 to
/// 10 %, an eighth 20 to 30 %; twice as much gains nothing.
///
/// Tests of the library make do with little, to have many boundaries.
const CHUNK: usize = if cfg!(test) { 256 } else { 1 << 20 };

/// Bytes read at a time behind a chunk, to finish its last line.
const OVERHANG: usize = if cfg!(test) { 32 } else { 64 << 10 };

/// Size of the blocks that inputs are read into. The second half is for the
/// last line of a chunk; memory that no line needs is never touched.
pub const BLOCK_SIZE: usize = 2 * CHUNK;

/// A regular file, shared by the threads that read it.
#[derive(Debug)]
pub(super) struct Chunks {
    file: File,
    number: usize,
    extent: Range<u64>,
    /// The next chunk that nobody has taken.
    next: AtomicU64,
    max_line: u64,
    watch: Watch,
    pub(super) failure: Failure,
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
            extent,
            next: AtomicU64::new(0),
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
        let sequence = self.next.fetch_add(1, Ordering::Relaxed);
        let from = self.extent.start + sequence * CHUNK as u64;
        if from >= self.extent.end {
            return None;
        }
        self.fill(&mut block, from, CHUNK + OVERHANG);
        let mut batch = match self.lines(sequence, from, block.filled()) {
            None => Batch::default(),
            Some(lines) => self.batch(block, from, lines),
        };
        batch.sequence = sequence;
        batch.position.input = self.number;
        Some(batch)
    }

    /// Returns where the first and the last line of a chunk begin.
    fn lines(
        &self,
        sequence: u64,
        from: u64,
        bytes: &[u8],
    ) -> Option<Range<usize>> {
        let own = &bytes[..bytes.len().min(CHUNK)];
        // The newline that ends the file begins no line.
        let is_last = from + own.len() as u64 >= self.extent.end;
        let own = &own[..own.len() - usize::from(is_last && !own.is_empty())];
        let first = if sequence == 0 { 0 } else { first_line(own)? };
        let last = whole_lines(&own[first..]).map_or(first, |n| first + n);
        Some(first..last)
    }

    fn batch(
        &self,
        mut block: Block,
        from: u64,
        lines: Range<usize>,
    ) -> Batch {
        let position =
            Position { input: 0, offset: from + lines.start as u64 };
        let Some(end) = self.finish(&mut block, from, lines.end) else {
            return self.long(block, position, from, lines);
        };
        block.truncate(end);
        let bytes = block.freeze().slice(lines.start..);
        Batch { position, bytes, ..Batch::default() }
    }

    /// Returns where the line ends that begins at `start`, reading on as far
    /// as the block has room.
    fn finish(
        &self,
        block: &mut Block,
        from: u64,
        start: usize,
    ) -> Option<usize> {
        let mut searched = start;
        loop {
            let tail = &block.filled()[searched..];
            if let Some(length) = first_line(tail) {
                return Some(searched + length);
            }
            searched = block.filled().len();
            let size = block.room().len().min(OVERHANG);
            if size == 0 {
                return None;
            }
            self.fill(block, from + searched as u64, size);
            if block.filled().len() == searched {
                return Some(searched);
            }
        }
    }

    /// Makes a batch whose last line goes on behind the block: the line is
    /// measured first, and read again only if it may be held.
    fn long(
        &self,
        mut block: Block,
        position: Position,
        from: u64,
        lines: Range<usize>,
    ) -> Batch {
        let line = self.measure(from + lines.end as u64);
        let hole = Hole { at: lines.end - lines.start, bytes: line.nuls };
        let mut beyond = 0..0;
        block.truncate(lines.end);
        if line.length > self.max_line {
            beyond = line.range;
        } else {
            let size = (line.range.end - line.range.start) as usize;
            block.resize(lines.end + size);
            self.fill(&mut block, line.range.start, size);
        }
        let bytes = block.freeze().slice(lines.start..);
        Batch { position, bytes, hole, beyond, ..Batch::default() }
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

    /// Reads `size` bytes more, fewer where the file ends.
    fn fill(&self, block: &mut Block, from: u64, size: usize) {
        let mut done = 0;
        while done < size {
            let room = &mut block.room()[..size - done];
            let read = self.read(room, from + done as u64);
            if read == 0 {
                return;
            }
            block.advance(read);
            done += read;
        }
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
