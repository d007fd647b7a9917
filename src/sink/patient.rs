//! Lines to a descriptor that never makes us wait.
//!
//! What the reader does not take at once is held, and who follows has his
//! hands free meanwhile. Others may share the descriptor (the shell that
//! started us, the next program), so it is not made non-blocking: a pipe is
//! opened once more for ourselves, and where that cannot be, only as much is
//! written as is sure to be taken.

use std::{
    io::{self, IoSlice},
    mem,
    os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd},
    path::Path,
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    fs::{FileType, Mode, OFlags},
    io::Errno,
    net::SendFlags,
    stdio,
};

use super::{Settled, Sink, Stall};

/// The most slices that one system call takes (`IOV_MAX`).
const SLICES: usize = 1024;

/// What a pipe takes without making us wait when it says that it takes
/// something (`PIPE_BUF`).
const SURE: usize = 4096;

/// An open file, pipe, socket or terminal, with what it did not take yet.
#[derive(Debug)]
pub struct Patient {
    fd: OwnedFd,
    kind: FileType,
    way: Way,
    held: Vec<u8>,
    settled: Settled,
}

/// How bytes are passed on without waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// Written: the descriptor is a file, or ours alone and non-blocking.
    Write,
    /// Written a little at a time, where `poll` says that there is room.
    Sip,
    /// Sent with a flag that says not to wait.
    Send,
}

impl Patient {
    /// Returns standard output.
    ///
    /// # Errors
    ///
    /// When there is none, or the system has no descriptors left.
    pub fn stdout() -> io::Result<Patient> {
        Patient::new(stdio::stdout().try_clone_to_owned()?)
    }

    /// Opens a FIFO or a device to append to. A FIFO without a reader is
    /// waited for, this once.
    ///
    /// # Errors
    ///
    /// When it cannot be opened.
    pub fn append(path: &Path) -> io::Result<Patient> {
        let flags =
            OFlags::WRONLY | OFlags::APPEND | OFlags::NOCTTY | OFlags::CLOEXEC;
        Patient::new(rustix::fs::open(path, flags, Mode::empty())?)
    }

    fn new(fd: OwnedFd) -> io::Result<Patient> {
        let mode = rustix::fs::fstat(&fd)?.st_mode;
        let kind = FileType::from_raw_mode(mode);
        let (fd, way) = match kind {
            FileType::RegularFile => (fd, Way::Write),
            FileType::Socket => (fd, Way::Send),
            _ => match anew(&fd) {
                Ok(own) => (own, Way::Write),
                // Somebody else's pipe or terminal, or no /proc.
                Err(_) => (fd, Way::Sip),
            },
        };
        let (held, settled) = (Vec::new(), Settled::default());
        Ok(Patient { fd, kind, way, held, settled })
    }

    /// Passes on what of `parts` is taken at once, at least one byte.
    fn pass(&self, parts: &[IoSlice<'_>]) -> Result<usize, Errno> {
        let first = parts.first().map_or(&b""[..], |part| part);
        let passed = rustix::io::retry_on_intr(|| match self.way {
            Way::Write => {
                let parts = &parts[..parts.len().min(SLICES)];
                rustix::io::writev(&self.fd, parts)
            }
            Way::Send => {
                let flags = SendFlags::DONTWAIT | SendFlags::NOSIGNAL;
                rustix::net::send(&self.fd, first, flags)
            }
            Way::Sip if !self.has_room()? => Err(Errno::AGAIN),
            Way::Sip => {
                let sip = &first[..first.len().min(SURE)];
                rustix::io::write(&self.fd, sip)
            }
        });
        if passed == Ok(0) { Err(Errno::IO) } else { passed }
    }

    fn has_room(&self) -> Result<bool, Errno> {
        let fd = self.fd.as_fd();
        let mut fds = [PollFd::from_borrowed_fd(fd, PollFlags::OUT)];
        Ok(poll(&mut fds, Some(&Timespec::default()))? > 0)
    }

    /// Passes on all of `parts`; says where it got stuck otherwise. What is
    /// passed on is gone from `parts`.
    fn pass_all(&self, parts: &mut &mut [IoSlice<'_>]) -> Result<(), Errno> {
        IoSlice::advance_slices(parts, 0);
        while !parts.is_empty() {
            let passed = self.pass(parts)?;
            IoSlice::advance_slices(parts, passed);
        }
        Ok(())
    }

    /// Returns how much of what was passed on nobody has read yet, as far as
    /// the system tells. In a pipe with several writers it may not be ours.
    fn unread(&self) -> u64 {
        match self.kind {
            FileType::Fifo => {
                rustix::io::ioctl_fionread(&self.fd).unwrap_or(0)
            }
            _ => 0,
        }
    }
}

impl Sink for Patient {
    fn write(&mut self, mut parts: &mut [IoSlice<'_>]) -> io::Result<()> {
        let length: usize = parts.iter().map(|part| part.len()).sum();
        self.settled.given += length as u64;
        if self.held.is_empty() {
            match self.pass_all(&mut parts) {
                // Why it is stuck is said, and met again, by `drain`.
                Ok(()) | Err(_) => {}
            }
        }
        self.held.extend(parts.iter().flat_map(|part| part.iter()));
        Ok(())
    }

    fn drain(&mut self) -> Result<(), Stall> {
        let held = mem::take(&mut self.held);
        let mut parts = [IoSlice::new(&held)];
        let mut rest = &mut parts[..];
        let passed = self.pass_all(&mut rest);
        if let Some(rest) = rest.first() {
            self.held = rest.to_vec();
        }
        passed.map_err(|errno| match errno {
            Errno::AGAIN => Stall::Slow,
            Errno::PIPE | Errno::CONNRESET => {
                Stall::Over(io::ErrorKind::BrokenPipe.into())
            }
            errno => Stall::Refused(errno.into()),
        })
    }

    fn bottleneck(&self) -> Option<BorrowedFd<'_>> {
        Some(self.fd.as_fd())
    }

    fn settle(&mut self) -> io::Result<Settled> {
        if self.kind == FileType::RegularFile {
            rustix::fs::fdatasync(&self.fd)?;
        }
        let open = self.held.len() as u64 + self.unread();
        let taken = self.settled.given.saturating_sub(open);
        // It may seem less than before where others write to the same pipe.
        self.settled.taken = self.settled.taken.max(taken);
        Ok(self.settled)
    }
}

/// Opens what `fd` leads to once more, non-blocking and for us alone.
fn anew(fd: &OwnedFd) -> Result<OwnedFd, Errno> {
    let path = format!("/proc/self/fd/{}", fd.as_raw_fd());
    let flags =
        OFlags::WRONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    rustix::fs::open(path, flags, Mode::empty())
}
