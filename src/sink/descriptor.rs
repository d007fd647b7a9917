//! Lines to a file descriptor, without a copy.

use std::{
    fs::OpenOptions,
    io::{self, IoSlice},
    os::{
        fd::{AsFd, OwnedFd},
        unix::fs::OpenOptionsExt,
    },
    path::Path,
};

use rustix::{
    event::{PollFd, PollFlags, poll},
    io::Errno,
    stdio,
};

use super::Sink;

/// The most slices that one system call takes (`IOV_MAX`).
const SLICES: usize = 1024;

/// An open file, pipe, socket or terminal.
#[derive(Debug)]
pub struct Descriptor {
    fd: OwnedFd,
}

impl Descriptor {
    /// Returns standard output.
    ///
    /// # Errors
    ///
    /// When the system has no descriptors left.
    pub fn stdout() -> io::Result<Descriptor> {
        Ok(Descriptor { fd: stdio::stdout().try_clone_to_owned()? })
    }

    /// Opens a file to append to; a new one is its owner's alone, as audit
    /// logs are.
    ///
    /// # Errors
    ///
    /// When the file cannot be opened or made.
    pub fn append(path: &Path) -> io::Result<Descriptor> {
        let mut options = OpenOptions::new();
        options.append(true).create(true).mode(0o600);
        Ok(Descriptor { fd: options.open(path)?.into() })
    }

    fn write_some(&self, parts: &[IoSlice<'_>]) -> io::Result<usize> {
        loop {
            match rustix::io::writev(&self.fd, parts) {
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => self.wait()?,
                result => return Ok(result?),
            }
        }
    }

    /// Waits until a descriptor that somebody made non-blocking takes more.
    fn wait(&self) -> io::Result<()> {
        let fd = self.fd.as_fd();
        let mut fds = [PollFd::from_borrowed_fd(fd, PollFlags::OUT)];
        match poll(&mut fds, None) {
            Ok(_) | Err(Errno::INTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

impl Sink for Descriptor {
    fn write(&mut self, mut parts: &mut [IoSlice<'_>]) -> io::Result<()> {
        IoSlice::advance_slices(&mut parts, 0);
        while !parts.is_empty() {
            let batch = &parts[..parts.len().min(SLICES)];
            let written = self.write_some(batch)?;
            if written == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
            IoSlice::advance_slices(&mut parts, written);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::{io::Read, thread};

    use super::*;

    #[test]
    fn more_slices_than_one_call_takes_all_arrive() {
        let (read, write) = rustix::pipe::pipe().unwrap();
        let reader = thread::spawn(move || {
            let mut all = Vec::new();
            std::fs::File::from(read).read_to_end(&mut all).unwrap();
            all
        });
        let parts: Vec<Vec<u8>> =
            (0..5000).map(|n| vec![b'a' + (n % 26) as u8; n % 97]).collect();
        let mut slices: Vec<_> =
            parts.iter().map(|part| IoSlice::new(part)).collect();
        let mut sink = Descriptor { fd: write };
        sink.write(&mut slices).unwrap();
        drop(sink);
        assert_eq!(reader.join().unwrap(), parts.concat());
    }
}
