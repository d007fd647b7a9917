//! The thread that reads and unpacks.

use std::{
    fs::File,
    io::{self, Read},
    os::fd::AsFd,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use crossbeam_channel::{Receiver, Sender};
use rustix::io::Errno;

use super::{
    super::{
        Watch,
        watch::{Patience, Ready},
    },
    Told, Unpacked,
    unpacker::Unpacker,
};

/// Bytes that are unpacked at a time: they should still be in a cache when
/// they are judged.
const BLOCK: usize = if cfg!(test) { 100 } else { 256 << 10 };

/// Reads a file and waits for it, unless the run is to end: then it looks
/// like its end.
#[derive(Debug)]
pub(in crate::source) struct Feed {
    pub file: File,
    pub watch: Watch,
    /// How many bytes were read.
    pub taken: Arc<AtomicU64>,
}

impl Read for Feed {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.watch.wait(self.file.as_fd(), Patience::Endless)? {
                Ready::Idle => continue,
                Ready::Stop => return Ok(0),
                Ready::Read => {}
            }
            match rustix::io::read(&self.file, &mut *room) {
                Err(Errno::AGAIN | Errno::INTR) => {}
                Err(error) => return Err(error.into()),
                Ok(read) => {
                    self.taken.fetch_add(read as u64, Ordering::Relaxed);
                    return Ok(read);
                }
            }
        }
    }
}

/// What the thread has.
pub(super) struct Worker {
    pub unpacker: Unpacker<Feed>,
    pub blocks: Sender<Unpacked>,
    pub reuse: Receiver<Vec<u8>>,
    pub watch: Watch,
    pub told: Arc<Told>,
}

impl Worker {
    /// Unpacks until the end, or until nobody wants more.
    pub(super) fn run(mut self) {
        while !self.watch.is_over() {
            let mut bytes = self.reuse.try_recv().unwrap_or_default();
            bytes.resize(BLOCK, 0);
            match self.unpacker.read(&mut bytes) {
                Ok(0) => break,
                Ok(end) => {
                    let block = Unpacked { bytes, at: 0, end };
                    if self.blocks.send(block).is_err() {
                        return;
                    }
                }
                // Who is told to end has cut it himself.
                Err(_) if self.watch.is_over() => break,
                Err(error) => {
                    self.told.failure.note(error);
                    break;
                }
            }
        }
        let padding = self.unpacker.padding();
        self.told.padding.store(padding, Ordering::Relaxed);
    }
}
