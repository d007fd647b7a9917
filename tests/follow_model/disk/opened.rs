//! A file that a program under test has opened.

use std::io::{self, IoSlice};

use kaudit_filter::disk::{File, Stat};

use super::{Call, Process, Serial};

/// It is there until it is dropped, as its program may be killed.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) process: Process,
    pub(super) volume: String,
    pub(super) serial: Serial,
    pub(super) opening: u64,
}

impl Opened {
    fn call(&self, call: Call) -> io::Result<Option<usize>> {
        self.process.call(&self.volume, call)
    }

    fn write(&self, bytes: &[u8], at: Option<u64>) -> io::Result<usize> {
        let most = self.call(Call::Write)?.unwrap_or(usize::MAX);
        let mut kernel = self.process.disk.kernel();
        let end = kernel.body(self.serial)?.len();
        let bytes = &bytes[..bytes.len().min(most)];
        kernel.write(self.serial, at.unwrap_or(end), bytes)
    }
}

impl File for Opened {
    fn stat(&self) -> io::Result<Stat> {
        self.call(Call::Stat)?;
        Ok(self.process.disk.kernel().stat(self.serial))
    }

    fn read_at(&self, room: &mut [u8], offset: u64) -> io::Result<usize> {
        let most = self.call(Call::Read)?.unwrap_or(usize::MAX);
        let mut kernel = self.process.disk.kernel();
        let bytes = kernel.body(self.serial)?.bytes();
        let begin = bytes.len().min(offset as usize);
        let count = (bytes.len() - begin).min(room.len()).min(most.max(1));
        room[..count].copy_from_slice(&bytes[begin..begin + count]);
        Ok(count)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        self.write(bytes, Some(offset))
    }

    fn append(&self, parts: &[IoSlice<'_>]) -> io::Result<usize> {
        let bytes = parts.iter().flat_map(|part| part.to_vec());
        self.write(&bytes.collect::<Vec<u8>>(), None)
    }

    fn truncate(&self, length: u64) -> io::Result<()> {
        self.call(Call::Truncate)?;
        self.process.disk.kernel().set_len(self.serial, length)
    }

    fn reserve(&self, length: u64) -> io::Result<()> {
        self.call(Call::Reserve)?;
        let mut kernel = self.process.disk.kernel();
        let missing = length > kernel.body(self.serial)?.len();
        if missing { kernel.set_len(self.serial, length) } else { Ok(()) }
    }

    fn sync(&self) -> io::Result<()> {
        let failed = self.call(Call::Sync);
        let mut kernel = self.process.disk.kernel();
        let body = kernel.body(self.serial)?;
        match failed {
            Ok(_) => body.sync(),
            Err(_) if self.process.is_dead() => {}
            Err(_) => body.forsake(),
        }
        let result = failed.map(drop);
        if result.is_ok() {
            // The journal has an order, and the file's own name is in it.
            kernel.volume_of(self.serial).names.commit();
        }
        result
    }

    fn lock(&self) -> io::Result<bool> {
        self.call(Call::Stat)?;
        let mut kernel = self.process.disk.kernel();
        let lock = &mut kernel.node(self.serial).lock;
        let is_free = lock.is_none_or(|holder| holder == self.opening);
        if is_free {
            *lock = Some(self.opening);
        }
        Ok(is_free)
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        self.process.disk.kernel().release(self.opening);
    }
}
