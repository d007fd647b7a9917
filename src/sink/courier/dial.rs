//! Turns a host on the network into a connection, without waiting for it.

use std::{
    collections::VecDeque,
    io::{self, ErrorKind},
    net::{SocketAddr, TcpStream, UdpSocket},
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    time::{Duration, Instant},
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::Errno,
    net::{AddressFamily, SocketFlags, SocketType, sockopt},
};

use super::{
    super::address::Host,
    link::Link,
    resolve::Question,
    stream::Stream,
    tls::{Credentials, Tls},
    udp::Udp,
};

/// How long a host may take to answer.
const TIMEOUT: Duration = Duration::from_secs(10);

/// How long the resolver may take.
const LOOKUP: Duration = Duration::from_secs(30);

/// What to make of an address.
#[derive(Clone, Debug)]
pub(super) enum Goal {
    /// Datagrams.
    Udp,
    /// A stream.
    Tcp,
    /// A stream in TLS.
    Tls(Credentials),
}

/// A connection in the making.
#[derive(Debug)]
pub(super) struct Dial {
    goal: Goal,
    stage: Stage,
    deadline: Instant,
}

#[derive(Debug)]
enum Stage {
    /// Which addresses has it?
    Asking(Question),
    /// Does it answer at this one? The others are tried in turn.
    Calling { fd: OwnedFd, others: VecDeque<SocketAddr> },
}

impl Dial {
    pub(super) fn new(host: &Host, goal: Goal) -> io::Result<Dial> {
        let stage = Stage::Asking(Question::ask(host)?);
        Ok(Dial { goal, stage, deadline: Instant::now() + LOOKUP })
    }

    /// Goes on as far as it gets; returns the connection when it stands.
    ///
    /// # Errors
    ///
    /// `WouldBlock` when there is something to wait for; anything else when
    /// there will be no connection.
    pub(super) fn go_on(&mut self) -> io::Result<Box<dyn Link>> {
        if let Stage::Asking(question) = &self.stage {
            let found = self.in_time(question.answer())?;
            if let Some(link) = self.call(found.into())? {
                return Ok(link);
            }
        }
        loop {
            let Stage::Calling { fd, others } = &self.stage else {
                return Err(ErrorKind::NotConnected.into());
            };
            match self.in_time(answered(fd)) {
                Ok(()) => return self.finish(fd),
                Err(error)
                    if error.kind() == ErrorKind::WouldBlock
                        || others.is_empty() =>
                {
                    return Err(error);
                }
                Err(_) => {
                    let others = others.clone();
                    self.call(others)?;
                }
            }
        }
    }

    /// Has what takes too long be an error.
    fn in_time<T>(&self, result: io::Result<T>) -> io::Result<T> {
        match result {
            Err(error)
                if error.kind() == ErrorKind::WouldBlock
                    && self.deadline <= Instant::now() =>
            {
                let message = "no answer in time";
                Err(io::Error::new(ErrorKind::TimedOut, message))
            }
            result => result,
        }
    }

    /// Begins with the first of some addresses that can be tried at all.
    fn call(
        &mut self,
        mut addresses: VecDeque<SocketAddr>,
    ) -> io::Result<Option<Box<dyn Link>>> {
        let mut failure = io::Error::from(ErrorKind::NotFound);
        while let Some(address) = addresses.pop_front() {
            let tried = match self.goal {
                Goal::Udp => {
                    udp(address).map(|link| Some(Box::new(link) as Box<_>))
                }
                Goal::Tcp | Goal::Tls(_) => begin(address).map(|fd| {
                    let others = std::mem::take(&mut addresses);
                    self.stage = Stage::Calling { fd, others };
                    self.deadline = Instant::now() + TIMEOUT;
                    None
                }),
            };
            match tried {
                Ok(link) => return Ok(link),
                Err(error) => failure = error,
            }
        }
        Err(failure)
    }

    fn finish(&self, fd: &OwnedFd) -> io::Result<Box<dyn Link>> {
        let socket = TcpStream::from(fd.try_clone()?);
        Ok(match &self.goal {
            Goal::Tls(credentials) => Box::new(Tls::new(socket, credentials)?),
            Goal::Tcp | Goal::Udp => Box::new(Stream::remote(socket)),
        })
    }

    /// Returns what to poll for writing meanwhile.
    pub(super) fn bottleneck(&self) -> Option<BorrowedFd<'_>> {
        match &self.stage {
            Stage::Asking(question) => question.bell(),
            Stage::Calling { fd, .. } => Some(fd.as_fd()),
        }
    }

    /// Returns when to look again at the latest.
    pub(super) fn deadline(&self) -> Instant {
        self.deadline
    }
}

fn begin(address: SocketAddr) -> io::Result<OwnedFd> {
    let family = match address {
        SocketAddr::V4(_) => AddressFamily::INET,
        SocketAddr::V6(_) => AddressFamily::INET6,
    };
    let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
    let fd =
        rustix::net::socket_with(family, SocketType::STREAM, flags, None)?;
    match rustix::net::connect(&fd, &address) {
        Ok(()) | Err(Errno::INPROGRESS | Errno::INTR) => Ok(fd),
        Err(error) => Err(error.into()),
    }
}

/// Returns whether a host has answered.
fn answered(fd: &OwnedFd) -> io::Result<()> {
    let mut fds = [PollFd::from_borrowed_fd(fd.as_fd(), PollFlags::OUT)];
    if poll(&mut fds, Some(&Timespec::default()))? == 0 {
        return Err(ErrorKind::WouldBlock.into());
    }
    Ok(sockopt::socket_error(fd)??)
}

fn udp(address: SocketAddr) -> io::Result<Udp> {
    let any: SocketAddr = match address {
        SocketAddr::V4(_) => ([0, 0, 0, 0], 0).into(),
        SocketAddr::V6(_) => ([0u16; 8], 0).into(),
    };
    let socket = UdpSocket::bind(any)?;
    socket.set_nonblocking(true)?;
    socket.connect(address)?;
    Ok(Udp(socket))
}
