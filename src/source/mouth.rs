//! Where the bytes of a stream come from: a descriptor, or what unpacks.

use std::{fs::File, io, os::fd::AsFd};

use rustix::fs::SeekFrom;

use super::{
    Watch,
    error::Error,
    packed::Packed,
    watch::{Patience, Ready},
};

/// Where bytes come from.
#[derive(Debug)]
pub(super) enum Mouth {
    /// From here; whether they are packed is not known yet.
    Fresh(File),
    Plain(File),
    Packed(Packed),
    /// From nowhere any more.
    Shut,
}

impl Mouth {
    /// Waits for something to read, or the end.
    pub(super) fn wait(
        &mut self,
        watch: &Watch,
        patience: Patience,
    ) -> io::Result<Ready> {
        match self {
            Mouth::Fresh(file) | Mouth::Plain(file) => {
                watch.wait(file.as_fd(), patience)
            }
            Mouth::Packed(packed) => Ok(packed.wait(watch, patience)),
            Mouth::Shut => Ok(Ready::Read),
        }
    }

    /// Reads once.
    pub(super) fn read(
        &mut self,
        room: &mut [u8],
    ) -> rustix::io::Result<usize> {
        match self {
            Mouth::Fresh(file) | Mouth::Plain(file) => {
                rustix::io::read(file, room)
            }
            Mouth::Packed(packed) => Ok(packed.read(room)),
            Mouth::Shut => Ok(0),
        }
    }

    /// Has the end that was met be the end: a terminal would go on.
    pub(super) fn shut(&mut self) {
        match self {
            Mouth::Fresh(_) | Mouth::Plain(_) => *self = Mouth::Shut,
            // It ends once, and still has to say how.
            Mouth::Packed(_) | Mouth::Shut => {}
        }
    }

    /// Goes to an offset, if it is a file.
    pub(super) fn seek(&self, offset: u64) -> io::Result<()> {
        match self {
            Mouth::Fresh(file) | Mouth::Plain(file) => {
                rustix::fs::seek(file, SeekFrom::Start(offset))?;
                Ok(())
            }
            Mouth::Packed(_) | Mouth::Shut => Ok(()),
        }
    }

    /// Returns why what was packed broke off, once.
    pub(super) fn failure(&self) -> Option<Error> {
        match self {
            Mouth::Packed(packed) => packed.failure(),
            Mouth::Fresh(_) | Mouth::Plain(_) | Mouth::Shut => None,
        }
    }

    /// Returns how many NUL bytes were passed over behind what was packed,
    /// once.
    pub(super) fn padding(&self) -> u64 {
        match self {
            Mouth::Packed(packed) => packed.padding(),
            Mouth::Fresh(_) | Mouth::Plain(_) | Mouth::Shut => 0,
        }
    }
}
