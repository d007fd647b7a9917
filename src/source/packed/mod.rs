//! Turns a compressed input into the bytes that were compressed, on a thread
//! of its own.
//!
//! The thread reads and unpacks (`worker`, `unpacker`) and passes blocks on
//! through a queue that holds a few; whoever reads the input takes them from
//! there. So unpacking and judging go on side by side, and memory is bounded
//! whatever the blocks unpack to. The thread is the one that waits for a slow
//! input, and it ends when the run does.

mod engine;
mod packing;
mod unpacker;
mod worker;

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use crossbeam_channel::{Receiver, Sender, TryRecvError, bounded};

pub use packing::Packing;

pub(super) use packing::Guess;
pub(super) use unpacker::Unpacker;
pub(super) use worker::Feed;

use self::worker::Worker;
use super::{
    Watch,
    error::{Error, Failure},
    watch::{Patience, Ready},
};

/// Blocks that wait to be read at most.
const QUEUE: usize = 4;

/// A compressed input, as its reader sees it.
#[derive(Debug)]
pub(super) struct Packed {
    blocks: Receiver<Unpacked>,
    used: Sender<Vec<u8>>,
    /// What is being read.
    current: Unpacked,
    told: Arc<Told>,
}

/// Bytes that were unpacked.
#[derive(Debug, Default)]
struct Unpacked {
    bytes: Vec<u8>,
    /// Those that were not read yet are from here,
    at: usize,
    /// to here.
    end: usize,
}

/// What the thread says when it has ended.
#[derive(Debug, Default)]
struct Told {
    failure: Failure,
    padding: AtomicU64,
}

impl Packed {
    /// Begins to unpack `head` and what follows it in `feed`.
    pub(super) fn new(
        packing: Packing,
        head: Vec<u8>,
        feed: Feed,
    ) -> Result<Packed, Error> {
        let (send, blocks) = bounded(QUEUE);
        let (used, reuse) = bounded(QUEUE);
        let told = Arc::new(Told::default());
        let watch = feed.watch.clone();
        let worker = Worker {
            unpacker: Unpacker::new(packing, head, feed)?,
            blocks: send,
            reuse,
            watch,
            told: Arc::clone(&told),
        };
        // Nobody waits for its end: it has ended when the queue is closed.
        thread::Builder::new()
            .name("unpack".into())
            .spawn(move || worker.run())?;
        let current = Unpacked::default();
        Ok(Packed { blocks, used, current, told })
    }

    /// Waits for something to read, or the end.
    pub(super) fn wait(&mut self, watch: &Watch, patience: Patience) -> Ready {
        loop {
            if watch.is_over() {
                return Ready::Stop;
            }
            if self.current.at < self.current.end {
                return Ready::Read;
            }
            let next = match patience {
                Patience::None => self.blocks.try_recv(),
                // The thread watches for the end of the run.
                Patience::Endless => self.blocks.recv().map_err(Into::into),
            };
            match next {
                Ok(block) => self.turn_to(block),
                Err(TryRecvError::Empty) => return Ready::Idle,
                Err(TryRecvError::Disconnected) if watch.is_over() => {}
                Err(TryRecvError::Disconnected) => return Ready::Read,
            }
        }
    }

    /// Reads what [`Packed::wait`] has found; 0 is the end.
    pub(super) fn read(&mut self, room: &mut [u8]) -> usize {
        let Unpacked { bytes, at, end } = &mut self.current;
        let length = room.len().min(*end - *at);
        room[..length].copy_from_slice(&bytes[*at..*at + length]);
        *at += length;
        length
    }

    /// Returns why it broke off, once.
    pub(super) fn failure(&self) -> Option<Error> {
        self.told.failure.take()
    }

    /// Returns how many NUL bytes were passed over behind what was packed,
    /// once.
    pub(super) fn padding(&self) -> u64 {
        self.told.padding.swap(0, Ordering::Relaxed)
    }

    fn turn_to(&mut self, block: Unpacked) {
        let read = std::mem::replace(&mut self.current, block);
        // Where the thread has enough, or is gone, it is let go.
        self.used.try_send(read.bytes).ok();
    }
}

impl From<Error> for io::Error {
    fn from(error: Error) -> io::Error {
        match error {
            Error::Io(error) => error,
            Error::Directory => io::ErrorKind::IsADirectory.into(),
            error @ Error::Packed { .. } => {
                io::Error::new(io::ErrorKind::InvalidData, error)
            }
        }
    }
}
