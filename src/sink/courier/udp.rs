//! Frames to a host that nobody hears of again, a datagram each.

use std::{
    io,
    net::UdpSocket,
    os::fd::{AsFd, BorrowedFd},
    time::Instant,
};

use rustix::{io::Errno, net::SendFlags};

use super::{
    form,
    link::{Link, Unread},
    outbox::Outbox,
};

/// A socket that is connected to a host.
#[derive(Debug)]
pub(super) struct Udp(pub UdpSocket);

impl Udp {
    fn send(&self, frame: &[u8]) -> Result<(), Errno> {
        let flags = SendFlags::DONTWAIT | SendFlags::NOSIGNAL;
        match rustix::net::send(&self.0, frame, flags) {
            // This tells of an earlier one, which is lost; that nobody
            // listens now does not mean that nobody will.
            Err(Errno::CONNREFUSED | Errno::INTR) => {
                rustix::net::send(&self.0, frame, flags).map(|_| ())
            }
            sent => sent.map(|_| ()),
        }
    }
}

impl Link for Udp {
    fn pass(&mut self, outbox: &mut Outbox) -> io::Result<()> {
        let now = Instant::now();
        while let Some(frame) = outbox.frame() {
            let length = frame.len();
            match self.send(frame) {
                Ok(()) | Err(Errno::CONNREFUSED) => {}
                Err(Errno::MSGSIZE) => {
                    let half = form::shortened(frame, length / 2);
                    self.send(&half)?;
                }
                Err(error) => return Err(error.into()),
            }
            outbox.pass(length, now);
        }
        Ok(())
    }

    fn bottleneck(&self) -> Option<BorrowedFd<'_>> {
        Some(self.0.as_fd())
    }

    fn unread(&self) -> Unread {
        Unread::NONE
    }

    fn check(&mut self) -> io::Result<()> {
        Ok(())
    }
}
