//! Frames to a daemon on this machine, a datagram each.

use std::{
    fs::{self, File},
    io::{self, IoSlice, Write},
    mem::MaybeUninit,
    os::{
        fd::{AsFd, BorrowedFd, OwnedFd},
        unix::fs::MetadataExt,
    },
    path::{Path, PathBuf},
    time::Instant,
};

use rustix::{
    fs::{MemfdFlags, SealFlags},
    io::Errno,
    net::{
        AddressFamily, SendAncillaryBuffer, SendAncillaryMessage, SendFlags,
        SocketAddrUnix, SocketFlags, SocketType, sockopt,
    },
};

use super::{
    form,
    link::{Least, Link, Unread},
    memory,
    outbox::Outbox,
    stream::Stream,
};

/// What a datagram that waits takes of the system's memory, at least. Where
/// it was measured, 100 bytes take 768.
const LEAST: u64 = 256;

/// What the journal asks its clients to ask for.
const BUFFER: usize = 8 << 20;

/// Who listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Daemon {
    /// That of syslog; frames end with a NUL that is for streams.
    Syslog,
    /// That of the journal, which takes what is too large as a file.
    Journal,
}

/// A socket that is connected to that of a daemon.
#[derive(Debug)]
pub(super) struct Local {
    fd: OwnedFd,
    path: PathBuf,
    peer: Peer,
    daemon: Daemon,
}

/// Which socket it was that had the name: a daemon that starts again makes a
/// new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Peer([u64; 4]);

impl Peer {
    fn at(path: &Path) -> io::Result<Peer> {
        let file = fs::metadata(path)?;
        let time = [file.ctime(), file.ctime_nsec()].map(i64::cast_unsigned);
        Ok(Peer([file.dev(), file.ino(), time[0], time[1]]))
    }
}

/// Connects to the socket of a daemon, whichever kind it is.
pub(super) fn connect(
    path: &Path,
    daemon: Daemon,
) -> io::Result<Box<dyn Link>> {
    // Before it is connected to: a new one in between seems changed then,
    // and what was sent to it comes twice instead of never.
    let peer = Peer::at(path)?;
    match socket(path, SocketType::DGRAM) {
        Ok(fd) => {
            if daemon == Daemon::Journal {
                enlarge(&fd);
            }
            let path = path.to_owned();
            Ok(Box::new(Local { fd, path, peer, daemon }))
        }
        Err(Errno::PROTOTYPE) => {
            Ok(Box::new(Stream::local(socket(path, SocketType::STREAM)?)))
        }
        Err(error) => Err(error.into()),
    }
}

fn socket(path: &Path, kind: SocketType) -> Result<OwnedFd, Errno> {
    let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
    let fd = rustix::net::socket_with(AddressFamily::UNIX, kind, flags, None)?;
    rustix::net::connect(&fd, &SocketAddrUnix::new(path)?)?;
    Ok(fd)
}

/// Has the system take large entries. Where it does not, they go as files.
fn enlarge(fd: &OwnedFd) {
    if sockopt::set_socket_send_buffer_size_force(fd, BUFFER).is_err() {
        sockopt::set_socket_send_buffer_size(fd, BUFFER).ok();
    }
}

impl Local {
    fn send(&self, frame: &[u8]) -> Result<(), Errno> {
        let flags = SendFlags::DONTWAIT | SendFlags::NOSIGNAL;
        let send = |bytes: &[u8]| {
            let sent = || rustix::net::send(&self.fd, bytes, flags);
            rustix::io::retry_on_intr(sent).map(|_| ())
        };
        match (self.daemon, send(text(self.daemon, frame))) {
            (Daemon::Journal, Err(Errno::MSGSIZE | Errno::NOBUFS)) => {
                self.send_file(frame)
            }
            (Daemon::Syslog, Err(Errno::MSGSIZE)) => {
                // The system takes less than was allowed here.
                let mut room = frame.len() / 2;
                loop {
                    match send(&form::shortened(frame, room)) {
                        Err(Errno::MSGSIZE) => room /= 2,
                        sent => return sent,
                    }
                }
            }
            (Daemon::Syslog | Daemon::Journal, sent) => sent,
        }
    }

    /// Sends a frame as a file that nobody can change any more.
    fn send_file(&self, frame: &[u8]) -> Result<(), Errno> {
        let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
        let mut file = File::from(rustix::fs::memfd_create("entry", flags)?);
        let written = file.write_all(frame);
        written.map_err(|error| {
            Errno::from_io_error(&error).unwrap_or(Errno::IO)
        })?;
        let seals = SealFlags::SHRINK
            | SealFlags::GROW
            | SealFlags::WRITE
            | SealFlags::SEAL;
        rustix::fs::fcntl_add_seals(&file, seals)?;
        let files = [file.as_fd()];
        let mut space =
            [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut rights = SendAncillaryBuffer::new(&mut space);
        rights.push(SendAncillaryMessage::ScmRights(&files));
        let flags = SendFlags::DONTWAIT | SendFlags::NOSIGNAL;
        let parts: [IoSlice<'_>; 0] = [];
        rustix::net::sendmsg(&self.fd, &parts, &mut rights, flags)?;
        Ok(())
    }
}

/// Returns a frame as a datagram has it.
fn text(daemon: Daemon, frame: &[u8]) -> &[u8] {
    match daemon {
        Daemon::Syslog => frame.strip_suffix(b"\0").unwrap_or(frame),
        Daemon::Journal => frame,
    }
}

impl Link for Local {
    fn pass(&mut self, outbox: &mut Outbox) -> io::Result<()> {
        let now = Instant::now();
        while let Some(frame) = outbox.frame() {
            let length = frame.len();
            self.send(frame)?;
            outbox.pass(length, now);
        }
        Ok(())
    }

    fn bottleneck(&self) -> Option<BorrowedFd<'_>> {
        Some(self.fd.as_fd())
    }

    fn unread(&self) -> Unread {
        // Entries that go as files take as little as any other.
        let least = Least::Bytes(LEAST);
        Unread { bytes: memory::unread(&self.fd), least }
    }

    /// A datagram is forgotten when its receiver closes, and the sender hears
    /// of that only with the next one. So the socket that has the name now
    /// must be the same, and somebody must listen there.
    fn check(&mut self) -> io::Result<()> {
        if Peer::at(&self.path)? != self.peer {
            return Err(Errno::CONNREFUSED.into());
        }
        socket(&self.path, SocketType::DGRAM)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixDatagram;

    use super::*;

    #[test]
    fn what_is_too_long_is_not_lost_where_the_queue_is_full() {
        let (far, near) = UnixDatagram::pair().unwrap();
        far.set_nonblocking(true).unwrap();
        sockopt::set_socket_send_buffer_size(&near, 4096).unwrap();
        let local = Local {
            fd: near.into(),
            path: PathBuf::new(),
            peer: Peer([0; 4]),
            daemon: Daemon::Syslog,
        };
        let frame = [b'x'; 100_000];
        let mut sent = 0;
        while local.send(&frame) == Ok(()) {
            sent += 1;
            assert!(sent < 1000, "a queue has an end");
        }
        let mut came = 0;
        while far.recv(&mut [0; 100]).is_ok() {
            came += 1;
        }
        assert_eq!((sent > 0, came), (true, sent));
    }
}
