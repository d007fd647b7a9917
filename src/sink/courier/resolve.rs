//! Turns the name of a host into addresses.
//!
//! The system's resolver makes its callers wait, for many seconds when the
//! network is down. So it has a thread of its own, which lives for one
//! question; an address needs neither.

use std::{
    io::{self, ErrorKind},
    net::{IpAddr, SocketAddr, ToSocketAddrs},
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    thread,
};

use crossbeam_channel::{Receiver, TryRecvError, bounded};
use rustix::pipe::{PipeFlags, pipe_with};

use super::super::address::Host;

/// A question that may still be open.
#[derive(Debug)]
pub(super) struct Question {
    /// Is hung up when there is an answer.
    bell: Option<OwnedFd>,
    answer: Receiver<io::Result<Vec<SocketAddr>>>,
}

impl Question {
    /// Asks for the addresses of a host.
    pub(super) fn ask(host: &Host) -> io::Result<Question> {
        let (tell, answer) = bounded(1);
        let Host { name, port } = host.clone();
        if let Ok(address) = name.parse::<IpAddr>() {
            tell.send(Ok(vec![SocketAddr::new(address, port)])).ok();
            return Ok(Question { bell: None, answer });
        }
        let (bell, rope) = pipe_with(PipeFlags::CLOEXEC)?;
        let work = move || {
            let found = (&name[..], port).to_socket_addrs();
            tell.send(found.map(Iterator::collect)).ok();
            drop(rope);
        };
        let builder = thread::Builder::new().name("resolve".into());
        builder.spawn(work)?;
        Ok(Question { bell: Some(bell), answer })
    }

    /// Returns the answer, if it is there.
    pub(super) fn answer(&self) -> io::Result<Vec<SocketAddr>> {
        match self.answer.try_recv() {
            Ok(Ok(found)) if found.is_empty() => {
                Err(io::Error::new(ErrorKind::NotFound, "has no address"))
            }
            Ok(answer) => answer,
            Err(TryRecvError::Empty) => Err(ErrorKind::WouldBlock.into()),
            Err(TryRecvError::Disconnected) => {
                Err(io::Error::other("the resolver gave up"))
            }
        }
    }

    /// Returns what is hung up when there is an answer.
    pub(super) fn bell(&self) -> Option<BorrowedFd<'_>> {
        self.bell.as_ref().map(AsFd::as_fd)
    }
}

#[cfg(test)]
mod tests {
    use rustix::event::{PollFd, PollFlags, poll};

    use super::*;

    fn host(name: &str) -> Host {
        Host { name: name.into(), port: 514 }
    }

    #[test]
    fn an_address_needs_no_resolver() {
        for (name, expected) in
            [("127.0.0.1", "127.0.0.1:514"), ("::1", "[::1]:514")]
        {
            let question = Question::ask(&host(name)).unwrap();
            assert!(question.bell().is_none());
            let found = question.answer().unwrap();
            assert_eq!(found, [expected.parse().unwrap()]);
        }
    }

    #[test]
    fn a_bell_rings_when_there_is_an_answer() {
        let question = Question::ask(&host("localhost")).unwrap();
        let bell = question.bell().unwrap();
        // Also who polls for writing hears that the other end is closed.
        poll(&mut [PollFd::from_borrowed_fd(bell, PollFlags::OUT)], None)
            .unwrap();
        let found = question.answer().unwrap();
        assert!(found.iter().all(|address| address.ip().is_loopback()));
    }
}
