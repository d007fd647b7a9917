//! Turns the writes of root's programs into content.

use std::io;

use super::{Serial, SimDisk, walk::Caller};

/// A file that one of root's programs writes.
#[derive(Debug)]
pub(crate) struct Hand {
    disk: SimDisk,
    serial: Serial,
    opening: u64,
    /// Where the next byte goes; without `O_APPEND` that is a place of its
    /// own, whatever becomes of the file.
    at: Option<u64>,
}

impl Hand {
    pub(super) fn new(
        disk: &SimDisk,
        serial: Serial,
        at: Option<u64>,
    ) -> Hand {
        let opening = disk.kernel().hold(serial, Caller::Root);
        Hand { disk: disk.clone(), serial, opening, at }
    }

    pub(crate) fn serial(&self) -> Serial {
        self.serial
    }

    /// Writes once, as much as there is room for.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut kernel = self.disk.kernel();
        let end = kernel.body(self.serial)?.len();
        let taken =
            kernel.write(self.serial, self.at.unwrap_or(end), bytes)?;
        if let Some(at) = &mut self.at {
            *at += taken as u64;
        }
        Ok(taken)
    }
}

impl Drop for Hand {
    fn drop(&mut self) {
        self.disk.kernel().release(self.opening);
    }
}
