//! The bytes of a generation by their offset, compressed or not.

use std::{
    fmt,
    io::{self, Read},
    sync::Arc,
};

use super::super::packed::{Guess, Packing, Unpacker};
use crate::disk::{self, File};

/// Bytes that are unpacked at a time.
const STEP: usize = 256 << 10;

/// Where the bytes of a generation come from.
#[derive(Debug)]
pub(super) enum Body {
    /// From the file as it is.
    Plain(Arc<dyn File>),
    /// From a compressed file: offsets are those of what was compressed.
    Packed(Box<Packed>),
}

/// A compressed file, read from front to back.
pub(super) struct Packed {
    file: Arc<dyn File>,
    packing: Packing,
    unpacker: Unpacker<Onward>,
    /// Bytes unpacked and perhaps wanted again.
    kept: Vec<u8>,
    /// Offset of the first of them.
    kept_at: u64,
}

/// Reads a file from front to back.
#[derive(Debug)]
struct Onward {
    file: Arc<dyn File>,
    offset: u64,
}

impl Read for Onward {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read_at(room, self.offset)?;
        self.offset += read as u64;
        Ok(read)
    }
}

impl Body {
    /// Looks at a file: is it packed?
    pub(super) fn new(file: Arc<dyn File>) -> io::Result<Body> {
        Ok(match Packing::guess(&disk::read(&*file, 0, 4)?) {
            Guess::Packed(packing) => {
                Body::Packed(Box::new(Packed::new(packing, file)?))
            }
            Guess::Plain | Guess::Open => Body::Plain(file),
        })
    }

    pub(super) fn file(&self) -> &Arc<dyn File> {
        match self {
            Body::Plain(file) => file,
            Body::Packed(packed) => &packed.file,
        }
    }

    /// Returns whether the file is packed, and so complete.
    pub(super) fn is_packed(&self) -> bool {
        matches!(self, Body::Packed(_))
    }

    /// Reads at an offset; less than there is room for, only at the end.
    pub(super) fn read_at(
        &mut self,
        room: &mut [u8],
        offset: u64,
    ) -> io::Result<usize> {
        let mut filled = 0;
        while filled < room.len() {
            let at = offset + filled as u64;
            let rest = &mut room[filled..];
            let read = match self {
                Body::Plain(file) => file.read_at(rest, at)?,
                Body::Packed(packed) => packed.read_at(rest, at)?,
            };
            filled += read;
            if read == 0 {
                break;
            }
        }
        Ok(filled)
    }
}

impl Packed {
    fn new(packing: Packing, file: Arc<dyn File>) -> io::Result<Packed> {
        let onward = Onward { file: Arc::clone(&file), offset: 0 };
        let unpacker = Unpacker::new(packing, Vec::new(), onward)?;
        let kept = Vec::new();
        Ok(Packed { file, packing, unpacker, kept, kept_at: 0 })
    }

    fn read_at(&mut self, room: &mut [u8], offset: u64) -> io::Result<usize> {
        if offset < self.kept_at {
            *self = Packed::new(self.packing, Arc::clone(&self.file))?;
        }
        loop {
            let end = self.kept_at + self.kept.len() as u64;
            let begin = usize::try_from(offset.min(end) - self.kept_at);
            self.forget(begin.unwrap_or(0));
            if offset < end {
                let length = room.len().min(self.kept.len());
                room[..length].copy_from_slice(&self.kept[..length]);
                return Ok(length);
            }
            if self.unpack_more()? == 0 {
                return Ok(0);
            }
        }
    }

    fn forget(&mut self, length: usize) {
        self.kept.drain(..length);
        self.kept_at += length as u64;
    }

    fn unpack_more(&mut self) -> io::Result<usize> {
        let begin = self.kept.len();
        self.kept.resize(begin + STEP, 0);
        let mut filled = begin;
        let result = loop {
            match self.unpacker.read(&mut self.kept[filled..]) {
                Ok(0) => break Ok(()),
                Ok(read) => filled += read,
                Err(error) => break Err(error),
            }
            if filled == self.kept.len() {
                break Ok(());
            }
        };
        self.kept.truncate(filled);
        // What came before the error is as good as ever.
        match result {
            Err(error) if filled == begin => Err(error.into()),
            Err(_) | Ok(()) => Ok(filled - begin),
        }
    }
}

impl fmt::Debug for Packed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Packed")
            .field("file", &self.file)
            .field("kept_at", &self.kept_at)
            .finish_non_exhaustive()
    }
}
