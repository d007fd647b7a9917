//! Turns one file that has, or had, the followed name into batches.
//!
//! Only whole records are handed out, which mostly are lines; what follows the
//! last one waits. How they are wrapped, the file's first line says. Each
//! read begins with the bytes before the offset, the *guard*: if they are not
//! what they were, the file is not what it was, and nothing of the read is
//! believed.

mod long; //  Lines that are not held in memory.
mod place; // How far it is behind us, in the words of a checkpoint.

use std::{ffi::OsString, io, mem, ops::Range, sync::Arc, time::Instant};

use super::{
    super::wrapping::{self, Wrapping},
    body::Body,
    family::Rotated,
    head::Head,
};
use crate::{
    checkpoint::Place,
    disk::{FileId, GUARD, Print},
    frame::{Amid, Batch, Block, Hole, Position, leading_nuls, whole_lines},
    unwrap::Form,
};

/// Bytes that are read at a time: they should still be in the core's own
/// cache when they are judged.
const CHUNK: usize = 512 << 10;

/// A line that is still arriving is not read again with each piece once it is
/// as long as this; only what is new is searched for its end.
const LONG: usize = 64 << 10;

/// One file that has, or had, the followed name.
#[derive(Debug)]
pub(super) struct Generation {
    /// Its number in this run: the `input` of its batches.
    pub serial: usize,
    /// The name it had when it was last seen.
    pub name: OsString,
    /// What that name says, if it is that of a rotated file.
    pub rotated: Option<Rotated>,
    /// Which file it is. As long as it is open no other has this identity.
    pub id: FileId,
    pub body: Body,
    /// Its first bytes, as they were when they were read.
    head: Head,
    /// How events are wrapped, once the first line is there.
    pub form: Option<Form>,
    /// Behind the last line handed out.
    pub offset: u64,
    /// Lines before `offset`.
    pub lines: u64,
    /// How the lines behind `offset` begin.
    amid: [Amid; 2],
    /// The bytes before `offset`, a few.
    guard: Vec<u8>,
    /// No newline is between `offset` and here.
    searched: u64,
    /// The most bytes that were ever seen in it.
    pub seen: u64,
    /// The place in front of a last line that was handed out unfinished.
    unfinished: Option<Place>,
    /// Whether its end was seen since the last look around.
    pub is_idle: bool,
    /// When it was first seen that a newer file is written to.
    pub outlived: Option<Instant>,
    /// Since when the newer file is read.
    pub passed: Option<Instant>,
}

/// What there is to read.
#[derive(Debug)]
pub(super) enum Read {
    Batch(Batch),
    /// No whole line, for now.
    Nothing,
    /// The file is not what it was before `offset`.
    Replaced,
}

/// A piece of the file in a block, behind its guard.
struct Piece {
    block: Block,
    guard: usize,
    /// Whether the file ends with it, for now.
    is_end: bool,
}

impl Generation {
    /// Takes up a file at its begin.
    pub(super) fn new(
        name: OsString,
        rotated: Option<Rotated>,
        id: FileId,
        body: Body,
        head: Head,
    ) -> Generation {
        let seen = head.end();
        Generation {
            serial: 0,
            name,
            rotated,
            id,
            body,
            head,
            form: None,
            offset: 0,
            lines: 0,
            amid: Default::default(),
            guard: Vec::new(),
            searched: 0,
            seen,
            unfinished: None,
            is_idle: false,
            outlived: None,
            passed: None,
        }
    }

    /// Takes the same file up at its begin, if it can be read.
    pub(super) fn anew(&self) -> Option<Generation> {
        let mut body = Body::new(Arc::clone(self.body.file())).ok()?;
        let head = Head::read(&mut body).ok()?;
        let (name, rotated) = (self.name.clone(), self.rotated.clone());
        Some(Generation::new(name, rotated, self.id, body, head))
    }

    /// Goes on at an offset, behind a newline.
    pub(super) fn go_to(&mut self, offset: u64, lines: u64) -> io::Result<()> {
        let begin = offset.saturating_sub(GUARD as u64);
        let mut guard = vec![0; (offset - begin) as usize];
        let read = self.body.read_at(&mut guard, begin)?;
        guard.truncate(read);
        self.guard = guard;
        self.amid = Default::default();
        (self.offset, self.searched, self.lines) = (offset, offset, lines);
        Ok(())
    }

    /// Returns what the file is known by, as far as it was seen.
    pub(super) fn head(&self) -> &Head {
        &self.head
    }

    /// Looks at the first line again, as long as it was not whole: until it
    /// is handed out, what the file begins with now is what will be read.
    pub(super) fn learn_head(&mut self) {
        if self.offset == 0
            && !self.head.is_whole()
            && let Ok(head) = Head::read(&mut self.body)
            && head.goes_on_from(&self.head)
        {
            self.head = head;
        }
    }

    /// Returns the print of so many bytes of the first line, as they are now.
    pub(super) fn first(&mut self, length: u64) -> io::Result<Print> {
        self.head.first(&mut self.body, length)
    }

    /// Returns how many bytes were not handed out, by the size of the file.
    pub(super) fn behind(&self) -> u64 {
        match (self.body.file().stat(), self.body.is_packed()) {
            (Ok(stat), false) => stat.size.saturating_sub(self.offset),
            // What is packed is about as long at least.
            (Ok(stat), true) if self.offset == 0 => stat.size,
            (Ok(_) | Err(_), _) => 0,
        }
    }

    /// Returns the size of the file as it is on the disk.
    pub(super) fn size(&self) -> u64 {
        self.body.file().stat().map_or(0, |stat| stat.size)
    }

    /// Returns whether nothing can be written to the file any more.
    pub(super) fn is_closed(&self) -> bool {
        let by_name = self.rotated.as_ref().is_some_and(|name| name.is_closed);
        by_name || self.body.is_packed()
    }

    /// Reads the next whole lines.
    pub(super) fn next(
        &mut self,
        block: Block,
        (wrapping, max_line): (&Wrapping, usize),
    ) -> io::Result<Read> {
        if self.searched > self.offset && !self.search()? {
            return self.check(block);
        }
        let mut piece = match self.read(block, CHUNK)? {
            Ok(piece) => piece,
            Err(read) => return Ok(read),
        };
        loop {
            let bytes = &piece.block.filled()[piece.guard..];
            let lines = whole_lines(bytes);
            if let Some(lines) = lines {
                let mut behind = Default::default();
                let cut = match self.form(wrapping)? {
                    form if !form.is_joined() => lines,
                    form => {
                        let cutter = wrapping.cutter(form, max_line);
                        let mut cutter = cutter.amid(self.amid);
                        let cut = cutter.whole(bytes);
                        behind = cutter.behind();
                        cut
                    }
                };
                if cut > 0 {
                    let batch = self.lines(piece, cut);
                    self.amid = behind;
                    return Ok(Read::Batch(batch));
                }
            }
            if piece.is_end {
                if bytes.len() >= LONG && lines.is_none() {
                    self.searched = self.offset + bytes.len() as u64;
                }
                return Ok(Read::Nothing);
            }
            let nuls = leading_nuls(bytes);
            if nuls == bytes.len() {
                // A hole is not kept in memory.
                return Ok(Read::Batch(self.hole(nuls)));
            }
            if bytes.len() - nuls > max_line {
                return self.long_line(max_line);
            }
            let most = piece.guard + nuls + max_line.saturating_add(2);
            let size = (piece.guard + bytes.len()).saturating_mul(2).min(most);
            piece = match self.read(piece.block, size)? {
                Ok(piece) => piece,
                Err(read) => return Ok(read),
            };
        }
    }

    /// Hands out what follows the last newline, for there will be no other.
    pub(super) fn last(
        &mut self,
        block: Block,
        (wrapping, max_line): (&Wrapping, usize),
    ) -> io::Result<Read> {
        self.form(wrapping)?;
        self.unfinished = Some(self.place());
        let end = self.offset + self.behind_in_body()?;
        if end - self.offset > max_line as u64 {
            return Ok(Read::Batch(self.beyond(self.offset..end)));
        }
        let length = (end - self.offset) as usize;
        let piece = match self.read(block, length + GUARD)? {
            Ok(piece) => piece,
            Err(read) => return Ok(read),
        };
        let there = piece.block.filled().len() - piece.guard;
        if length == 0 || there < length {
            return Ok(Read::Nothing);
        }
        Ok(Read::Batch(self.lines(piece, length)))
    }

    /// Returns how events are wrapped; the first line is there.
    fn form(&mut self, wrapping: &Wrapping) -> io::Result<Form> {
        if let Some(form) = self.form {
            return Ok(form);
        }
        let mut head = vec![0; wrapping::HEAD];
        let read = self.body.read_at(&mut head, self.head.begin())?;
        let form = wrapping.form_of_growing(&head[..read]);
        self.form = Some(form);
        Ok(form)
    }

    /// Returns whether there is anything behind the last record.
    pub(super) fn has_rest(&mut self) -> io::Result<bool> {
        Ok(self.body.read_at(&mut [0], self.offset)? > 0)
    }

    /// Reads a range again, a bounded piece at a time.
    pub(super) fn copy(
        &mut self,
        range: Range<u64>,
        take: &mut dyn FnMut(&[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut room = vec![0; CHUNK];
        let mut at = range.start;
        while at < range.end {
            let rest = (range.end - at).min(CHUNK as u64) as usize;
            let read = self.body.read_at(&mut room[..rest], at)?;
            if read == 0 {
                break;
            }
            take(&room[..read])?;
            at += read as u64;
        }
        Ok(())
    }

    /// Reads up to `size` bytes, the guard in front of them.
    fn read(
        &mut self,
        mut block: Block,
        size: usize,
    ) -> io::Result<Result<Piece, Read>> {
        let guard = self.guard.len();
        block.truncate(0);
        block.resize(size.max(2 * GUARD));
        let size = size.max(2 * GUARD);
        let begin = self.offset - guard as u64;
        let room = &mut block.all_mut()[..size];
        let read = self.body.read_at(room, begin)?;
        let is_end = read < size;
        // What was seen of the first line is still there, if nothing else.
        let is_cut = is_end && begin + (read as u64) < self.head.end();
        let is_same = !is_cut
            && room[..read].starts_with(&self.guard)
            && self.head.agrees(&room[..read], begin);
        if !is_same {
            return Ok(Err(Read::Replaced));
        }
        self.head.learn(&room[..read], begin);
        self.seen = self.seen.max(begin + read as u64);
        block.fill(read);
        Ok(Ok(Piece { block, guard, is_end }))
    }

    /// Only looks whether the file is still what it was.
    fn check(&mut self, block: Block) -> io::Result<Read> {
        Ok(self.read(block, 0)?.err().unwrap_or(Read::Nothing))
    }

    /// Makes a batch of the first `length` bytes behind the guard.
    fn lines(&mut self, piece: Piece, length: usize) -> Batch {
        let position = self.position();
        let Piece { block, guard, .. } = piece;
        let whole = block.freeze();
        let bytes = whole.slice(guard..guard + length);
        self.guard = whole[..guard + length].to_vec();
        let too_many = self.guard.len().saturating_sub(GUARD);
        self.guard.drain(..too_many);
        self.advance(length as u64);
        let amid = mem::take(&mut self.amid);
        Batch { position, bytes, amid, ..Batch::default() }
    }

    /// Passes over NUL bytes.
    fn hole(&mut self, nuls: usize) -> Batch {
        let position = self.position();
        self.guard.resize(self.guard.len() + nuls.min(GUARD), 0);
        let too_many = self.guard.len().saturating_sub(GUARD);
        self.guard.drain(..too_many);
        self.advance(nuls as u64);
        let hole = Hole { at: 0, bytes: nuls as u64 };
        Batch { position, hole, ..Batch::default() }
    }

    /// Returns how many bytes follow the offset.
    fn behind_in_body(&mut self) -> io::Result<u64> {
        let mut room = vec![0; CHUNK];
        let mut at = self.offset.max(self.searched);
        loop {
            let read = self.body.read_at(&mut room, at)?;
            at += read as u64;
            if read < room.len() {
                return Ok(at - self.offset);
            }
        }
    }

    fn position(&self) -> Position {
        Position { input: self.serial, offset: self.offset }
    }

    fn advance(&mut self, length: u64) {
        self.offset += length;
        self.searched = self.offset;
    }
}
