//! Turns a pipe, a FIFO, a terminal or a device into batches.
//!
//! Threads take turns: one reads a block and leaves the beginning of a line
//! behind for the next, which reads while the first one judges. Whole lines
//! are never sat upon: where a read would block, what is there is a batch.
//!
//! What is compressed shows that with its first bytes, and is read unpacked
//! from then on. In what form events are wrapped shows as well, and with it
//! where batches may end: behind whole records, mostly lines.

use std::{
    fs::File,
    io, mem,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use rustix::io::Errno;

use super::{
    Terms, Watch, Wrapping,
    error::{Error, Failure},
    mouth::Mouth,
    packed::{Feed, Guess, Packed, Packing},
    watch::{Patience, Ready},
    wrapping::HEAD,
};
use crate::{
    frame::{
        Amid, Batch, Block, Content, Hole, Position, first_line, leading_nuls,
    },
    unwrap::{Cutter, Form},
};

/// Bytes at which a block is handed on although there is more to read.
const ENOUGH: usize = if cfg!(test) { 128 } else { 512 << 10 };

/// A stream, shared by the threads that take turns in reading it.
#[derive(Debug)]
pub(super) struct Stream {
    number: usize,
    max_line: usize,
    wrapping: Wrapping,
    watch: Watch,
    failure: Failure,
    /// Compressed bytes that were read, once it is known that they are.
    taken: Arc<AtomicU64>,
    /// Known before the first batch is handed out.
    form: OnceLock<Form>,
    turn: Mutex<Turn>,
}

/// What one reader leaves to the next.
#[derive(Debug)]
struct Turn {
    mouth: Mouth,
    /// Finds the ends of records, once the form is known.
    cutter: Option<Cutter>,
    sequence: u64,
    /// Place of the next batch in the stream.
    offset: u64,
    /// Bytes read that belong to the next batch.
    rest: Vec<u8>,
    /// NUL bytes passed over in front of the next batch.
    hole: u64,
    /// How the next batch begins.
    amid: [Amid; 2],
    /// Whether the next byte is amid a line that outgrew the cap.
    is_amid: bool,
    is_over: bool,
}

/// Why a block is handed on.
enum Cut {
    /// After its last newline: the block is full, or a read would block.
    AfterLine(usize),
    /// It is one line, not ended, and longer than the cap.
    TooLong,
    /// The stream is over.
    End,
}

impl Stream {
    pub(super) fn new(file: File, number: usize, terms: &Terms) -> Stream {
        Stream {
            number,
            max_line: terms.max_line,
            wrapping: terms.wrapping.clone(),
            watch: terms.watch.clone(),
            failure: Failure::default(),
            taken: Arc::default(),
            form: OnceLock::new(),
            turn: Mutex::new(Turn::new(file)),
        }
    }

    /// Returns how events are wrapped in what was handed out.
    pub(super) fn form(&self) -> Form {
        self.form.get().copied().unwrap_or_default()
    }

    /// Returns how many compressed bytes were read, if they are compressed.
    pub(super) fn taken(&self) -> Option<u64> {
        let taken = self.taken.load(Ordering::Relaxed);
        (taken > 0).then_some(taken)
    }

    /// Leaves the stream at an offset, if it is a file.
    pub(super) fn seek(&self, offset: u64) -> io::Result<()> {
        self.turn().mouth.seek(offset)
    }

    /// Returns the first error met in reading, once.
    pub(super) fn failure(&self) -> Option<Error> {
        self.failure.take().or_else(|| self.turn().mouth.failure())
    }

    /// Returns how many NUL bytes were passed over behind what was packed,
    /// once.
    pub(super) fn padding(&self) -> u64 {
        self.turn().mouth.padding()
    }

    fn turn(&self) -> MutexGuard<'_, Turn> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads what there is, at least one line.
    pub(super) fn next(&self, mut block: Block) -> Option<Batch> {
        let mut turn = self.turn();
        if turn.is_over {
            return None;
        }
        block.append(&mem::take(&mut turn.rest));
        let content = if turn.is_amid {
            self.piece(&mut turn, &mut block)
        } else {
            self.lines(&mut turn, &mut block)?
        };
        Some(turn.batch(self.number, block, content))
    }

    fn lines(&self, turn: &mut Turn, block: &mut Block) -> Option<Content> {
        if turn.cutter.is_none() {
            self.recognize(turn, block);
            self.detect(turn, block);
        }
        let cut = self.gather(turn, block);
        match cut {
            Cut::AfterLine(end) => turn.keep_rest(block, end),
            Cut::End => turn.is_over = true,
            Cut::TooLong => {
                turn.is_amid = true;
                return Some(Content::Piece { first: true, last: false });
            }
        }
        let is_empty = block.filled().is_empty() && turn.hole == 0;
        (!is_empty).then_some(Content::Lines)
    }

    /// Reads the first bytes, until they say whether they are packed.
    fn recognize(&self, turn: &mut Turn, block: &mut Block) {
        while let Mouth::Fresh(_) = &turn.mouth {
            let guess = match Packing::guess(block.filled()) {
                Guess::Open => self.read_more(turn, block),
                guess @ (Guess::Packed(_) | Guess::Plain) => guess,
            };
            let Mouth::Fresh(file) =
                mem::replace(&mut turn.mouth, Mouth::Shut)
            else {
                return;
            };
            turn.mouth = match guess {
                Guess::Open => Mouth::Fresh(file),
                Guess::Plain => Mouth::Plain(file),
                Guess::Packed(packing) => self.unpack(packing, file, block),
            };
        }
    }

    /// Reads the first lines, as far as they are there, and finds out in
    /// what form events are wrapped.
    fn detect(&self, turn: &mut Turn, block: &mut Block) {
        loop {
            let head = &block.filled()[leading_nuls(block.filled())..];
            let patience = match first_line(head) {
                _ if head.len() >= HEAD || block.room().is_empty() => break,
                Some(_) => Patience::None,
                None => Patience::Endless,
            };
            match self.wait(turn, patience) {
                Ready::Idle | Ready::Stop => break,
                Ready::Read => {}
            }
            if self.read(turn, block) == Some(0) {
                turn.mouth.shut();
                break;
            }
        }
        let head = &block.filled()[leading_nuls(block.filled())..];
        let form = self.wrapping.form(&head[..head.len().min(HEAD)]);
        let form = *self.form.get_or_init(|| form);
        turn.cutter = Some(self.wrapping.cutter(form, self.max_line));
    }

    /// Reads once where what is there is too little. What ends with so
    /// little is plain.
    fn read_more(&self, turn: &mut Turn, block: &mut Block) -> Guess {
        match self.wait(turn, Patience::Endless) {
            Ready::Idle => Guess::Open,
            Ready::Stop => Guess::Plain,
            Ready::Read => match self.read(turn, block) {
                Some(0) => {
                    turn.mouth.shut();
                    Guess::Plain
                }
                Some(_) | None => Guess::Open,
            },
        }
    }

    /// Has what was read, and what follows it, unpacked.
    fn unpack(
        &self,
        packing: Packing,
        file: File,
        block: &mut Block,
    ) -> Mouth {
        let head = block.filled().to_vec();
        block.truncate(0);
        self.taken.store(head.len() as u64, Ordering::Relaxed);
        let feed = Feed {
            file,
            watch: self.watch.clone(),
            taken: Arc::clone(&self.taken),
        };
        match Packed::new(packing, head, feed) {
            Ok(packed) => Mouth::Packed(packed),
            Err(error) => {
                self.failure.note(error);
                Mouth::Shut
            }
        }
    }

    /// Reads until there is a reason to hand the block on.
    fn gather(&self, turn: &mut Turn, block: &mut Block) -> Cut {
        loop {
            let whole = turn.whole(block);
            if whole > 0 && block.filled().len() >= ENOUGH {
                return Cut::AfterLine(whole);
            }
            if block.room().is_empty() && self.is_too_long(turn, block) {
                return Cut::TooLong;
            }
            let patience =
                if whole > 0 { Patience::None } else { Patience::Endless };
            match self.wait(turn, patience) {
                Ready::Read => {}
                Ready::Idle => return Cut::AfterLine(whole),
                Ready::Stop => {
                    // The line that was arriving is nobody's any more.
                    block.truncate(whole);
                    return Cut::End;
                }
            }
            if self.read(turn, block) == Some(0) {
                return Cut::End;
            }
        }
    }

    /// Makes room in a full block without a newline, or says that the line
    /// may not have more.
    fn is_too_long(&self, turn: &mut Turn, block: &mut Block) -> bool {
        let nuls = leading_nuls(block.filled());
        if nuls > 0 {
            block.discard(nuls);
            turn.hole += nuls as u64;
            turn.cutter = Some(self.cutter().amid(turn.amid));
            return false;
        }
        let length = block.filled().len();
        if length > self.max_line {
            return true;
        }
        block.grow(length + 1, self.max_line + 1);
        false
    }

    /// Reads on in a line that outgrew the cap.
    fn piece(&self, turn: &mut Turn, block: &mut Block) -> Content {
        turn.is_over = loop {
            match self.wait(turn, Patience::Endless) {
                Ready::Idle => {}
                Ready::Stop => break true,
                Ready::Read => match self.read(turn, block) {
                    None => {}
                    Some(read) => break read == 0,
                },
            }
        };
        let end = first_line(block.filled());
        if let Some(end) = end {
            turn.keep_rest(block, end);
        }
        turn.cutter = Some(self.cutter());
        let last = turn.is_over || end.is_some();
        turn.is_amid = !last;
        Content::Piece { first: false, last }
    }

    /// Finds the ends of records anew.
    fn cutter(&self) -> Cutter {
        self.wrapping.cutter(self.form(), self.max_line)
    }

    fn wait(&self, turn: &mut Turn, patience: Patience) -> Ready {
        let waited = turn.mouth.wait(&self.watch, patience);
        waited.unwrap_or_else(|error| {
            self.failure.note(error);
            Ready::Stop
        })
    }

    /// Reads once; `None` where there was nothing after all. What cannot be
    /// read looks like the end of the stream.
    fn read(&self, turn: &mut Turn, block: &mut Block) -> Option<usize> {
        match turn.mouth.read(block.room()) {
            Ok(read) => {
                block.advance(read);
                Some(read)
            }
            Err(Errno::AGAIN | Errno::INTR) => None,
            Err(error) => {
                self.failure.note(error);
                Some(0)
            }
        }
    }
}

impl Turn {
    fn new(file: File) -> Turn {
        Turn {
            mouth: Mouth::Fresh(file),
            cutter: None,
            sequence: 0,
            offset: 0,
            rest: Vec::new(),
            hole: 0,
            amid: Default::default(),
            is_amid: false,
            is_over: false,
        }
    }

    /// Returns how many bytes of a block are whole records.
    fn whole(&mut self, block: &Block) -> usize {
        let cutter = self.cutter.as_mut();
        cutter.map_or(0, |cutter| cutter.whole(block.filled()))
    }

    fn keep_rest(&mut self, block: &mut Block, end: usize) {
        self.rest.extend_from_slice(&block.filled()[end..]);
        block.truncate(end);
        if let Some(cutter) = &mut self.cutter {
            cutter.take(end);
        }
    }

    fn batch(
        &mut self,
        number: usize,
        block: Block,
        content: Content,
    ) -> Batch {
        let hole = Hole { at: 0, bytes: mem::take(&mut self.hole) };
        let position = Position { input: number, offset: self.offset };
        let sequence = self.sequence;
        let behind = self.cutter.as_ref().map(Cutter::behind);
        let amid = mem::replace(&mut self.amid, behind.unwrap_or_default());
        let bytes = block.freeze();
        self.sequence += 1;
        self.offset += bytes.len() as u64 + hole.bytes;
        Batch { sequence, position, bytes, hole, content, beyond: 0..0, amid }
    }
}
