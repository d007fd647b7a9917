//! The bytes of a generation by their offset, compressed or not.

use std::{
    fmt,
    io::{self, BufReader, Read},
    sync::Arc,
};

use flate2::bufread::MultiGzDecoder;

use crate::disk::{File, HEAD};

/// Bytes that are unpacked at a time.
const STEP: usize = 256 << 10;

/// The most NUL bytes that are passed over in search of the first line.
const HOLE: u64 = 64 << 30;

/// Where the bytes of a generation come from.
#[derive(Debug)]
pub(super) enum Body {
    /// From the file as it is.
    Plain(Arc<dyn File>),
    /// From a file packed by gzip: offsets are those of what was packed.
    Gzip(Box<Packed>),
}

/// The first bytes of a file, by which it is known.
#[derive(Clone, Debug, Default)]
pub(super) struct Head {
    /// How many NUL bytes are in front of them.
    pub at: u64,
    /// At most [`HEAD`]; fewer while the file has not more.
    pub bytes: Vec<u8>,
}

impl Head {
    /// Returns whether `bytes`, which are at `offset`, are what is known of
    /// them.
    pub(super) fn agrees(&self, bytes: &[u8], offset: u64) -> bool {
        let end = self.at + self.bytes.len() as u64;
        let (from, to) =
            (self.at.max(offset), end.min(offset + bytes.len() as u64));
        from >= to || {
            let known = (from - self.at) as usize..(to - self.at) as usize;
            let seen = (from - offset) as usize..(to - offset) as usize;
            self.bytes[known] == bytes[seen]
        }
    }

    /// Learns from `bytes`, which are at `offset`, what was not there yet.
    pub(super) fn learn(&mut self, bytes: &[u8], offset: u64) {
        if self.bytes.is_empty() {
            let nuls = crate::frame::leading_nuls(bytes);
            self.at = offset + nuls as u64;
        }
        let end = self.at + self.bytes.len() as u64;
        let known =
            end.checked_sub(offset).and_then(|n| usize::try_from(n).ok());
        if let Some(more) = known.and_then(|known| bytes.get(known..)) {
            let room = HEAD - self.bytes.len();
            self.bytes.extend_from_slice(&more[..more.len().min(room)]);
        }
    }
}

/// A gzip file, read from front to back.
pub(super) struct Packed {
    file: Arc<dyn File>,
    decoder: MultiGzDecoder<BufReader<Onward>>,
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
        let mut magic = [0; 2];
        let read = file.read_at(&mut magic, 0)?;
        Ok(match &magic[..read] {
            [0x1f, 0x8b] => Body::Gzip(Box::new(Packed::new(file))),
            _ => Body::Plain(file),
        })
    }

    pub(super) fn file(&self) -> &Arc<dyn File> {
        match self {
            Body::Plain(file) => file,
            Body::Gzip(packed) => &packed.file,
        }
    }

    /// Returns whether the file is packed, and so complete.
    pub(super) fn is_packed(&self) -> bool {
        matches!(self, Body::Gzip(_))
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
                Body::Gzip(packed) => packed.read_at(rest, at)?,
            };
            filled += read;
            if read == 0 {
                break;
            }
        }
        Ok(filled)
    }

    /// Reads the first bytes by which the file is known, behind the NUL
    /// bytes of a hole.
    pub(super) fn head(&mut self) -> io::Result<Head> {
        let mut room = vec![0; HEAD];
        let mut offset = 0;
        loop {
            let read = self.read_at(&mut room, offset)?;
            let nuls = crate::frame::leading_nuls(&room[..read]);
            if nuls < read || read == 0 || offset > HOLE {
                let begin = offset + nuls as u64;
                room.resize(HEAD, 0);
                let read = self.read_at(&mut room, begin)?;
                room.truncate(read);
                return Ok(Head { at: begin, bytes: room });
            }
            offset += nuls as u64;
            room.resize(STEP, 0);
        }
    }
}

impl Packed {
    fn new(file: Arc<dyn File>) -> Packed {
        let decoder = unpack(&file);
        Packed { file, decoder, kept: Vec::new(), kept_at: 0 }
    }

    fn read_at(&mut self, room: &mut [u8], offset: u64) -> io::Result<usize> {
        if offset < self.kept_at {
            *self = Packed::new(Arc::clone(&self.file));
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
            match self.decoder.read(&mut self.kept[filled..]) {
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
            Err(error) if filled == begin => Err(error),
            Err(_) | Ok(()) => Ok(filled - begin),
        }
    }
}

fn unpack(file: &Arc<dyn File>) -> MultiGzDecoder<BufReader<Onward>> {
    let onward = Onward { file: Arc::clone(file), offset: 0 };
    MultiGzDecoder::new(BufReader::with_capacity(64 << 10, onward))
}

impl fmt::Debug for Packed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Packed")
            .field("file", &self.file)
            .field("kept_at", &self.kept_at)
            .finish_non_exhaustive()
    }
}
