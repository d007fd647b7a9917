//! Frames one behind the other, to a daemon here or a server far away.

use std::{
    io,
    net::TcpStream,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    time::{Duration, Instant},
};

use rustix::{
    io::Errno,
    net::{RecvFlags, SendFlags, sockopt},
};

use super::{
    link::{Least, Link, Unread},
    memory,
    outbox::Outbox,
};

/// The most bytes that are written at once.
const CHUNK: usize = 256 << 10;

/// How long the network may lose everything until the way counts as broken.
/// A daemon that stands still for a minute does not break it.
const SILENCE: Duration = Duration::from_secs(120);

/// How often a quiet way is tried.
const ALIVE: Duration = Duration::from_secs(60);

/// A connected stream.
#[derive(Debug)]
pub(super) struct Stream {
    fd: OwnedFd,
    unread: fn(BorrowedFd<'_>) -> u64,
}

impl Stream {
    /// Takes a socket that is connected to a daemon of this machine.
    pub(super) fn local(fd: OwnedFd) -> Stream {
        Stream { fd, unread: |fd| memory::unread(fd) }
    }

    /// Takes a connection over the network.
    pub(super) fn remote(socket: TcpStream) -> Stream {
        tune(&socket);
        let unread = |fd: BorrowedFd<'_>| memory::unacknowledged(fd);
        Stream { fd: socket.into(), unread }
    }
}

/// Has a connection notice when its peer is gone.
pub(super) fn tune(socket: &TcpStream) {
    let silence = u32::try_from(SILENCE.as_millis()).unwrap_or(0);
    sockopt::set_tcp_user_timeout(socket, silence).ok();
    sockopt::set_socket_keepalive(socket, true).ok();
    sockopt::set_tcp_keepidle(socket, ALIVE).ok();
    sockopt::set_tcp_nodelay(socket, true).ok();
}

impl Link for Stream {
    fn pass(&mut self, outbox: &mut Outbox) -> io::Result<()> {
        let now = Instant::now();
        let flags = SendFlags::DONTWAIT | SendFlags::NOSIGNAL;
        loop {
            let rest = outbox.rest(CHUNK);
            if rest.is_empty() {
                return Ok(());
            }
            let send = || rustix::net::send(&self.fd, rest, flags);
            let passed = rustix::io::retry_on_intr(send)?;
            outbox.pass(passed, now);
        }
    }

    fn bottleneck(&self) -> Option<BorrowedFd<'_>> {
        Some(self.fd.as_fd())
    }

    fn unread(&self) -> Unread {
        let bytes = (self.unread)(self.fd.as_fd());
        Unread { bytes, least: Least::Length }
    }

    fn check(&mut self) -> io::Result<()> {
        let mut scrap = [0; 4096];
        loop {
            let receive = || {
                let flags = RecvFlags::DONTWAIT;
                rustix::net::recv(&self.fd, &mut scrap, flags)
            };
            match rustix::io::retry_on_intr(receive) {
                // What it may say is not for us.
                Ok((1.., _)) => {}
                Ok((0, _)) => return Err(closed()),
                Err(Errno::AGAIN) => return Ok(()),
                Err(error) => return Err(error.into()),
            }
        }
    }
}

/// Says that a peer has left in good order.
pub(super) fn closed() -> io::Error {
    let kind = io::ErrorKind::ConnectionAborted;
    io::Error::new(kind, "the other side closed the connection")
}
