//! Asks the system how much of what was sent nobody has taken yet.
//!
//! What SIOCOUTQ tells of a local socket, `SO_MEMINFO` tells as well, and of
//! a TCP socket it tells what the peer's system has not acknowledged. It can
//! be asked for without a line of unsafe code of ours.

use std::os::fd::AsFd;

use nix::{
    libc,
    sys::socket::{self, sockopt::GetStruct},
};

/// The memory of a socket, as `sock_diag` tells it.
#[derive(Clone, Copy, Debug)]
struct Memory;

nix::getsockopt_impl!(
    Memory,
    libc::SOL_SOCKET,
    libc::SO_MEMINFO,
    [u32; 9],
    GetStruct<[u32; 9]>
);

/// Returns the bytes of messages that a local peer has not received, and a
/// little more for each.
pub(super) fn unread(socket: impl AsFd) -> u64 {
    sent(socket, 2)
}

/// Returns the bytes that the peer's system has not acknowledged, and a
/// little more.
pub(super) fn unacknowledged(socket: impl AsFd) -> u64 {
    sent(socket, 5)
}

/// Where the system does not tell, everything counts as taken once it is
/// written: there is nothing better to go by.
fn sent(socket: impl AsFd, field: usize) -> u64 {
    let memory = socket::getsockopt(&socket, Memory);
    memory.map_or(0, |memory| u64::from(memory[field]))
}

#[cfg(test)]
mod tests {
    use std::{
        io::Read,
        net::{TcpListener, TcpStream},
        os::unix::net::UnixDatagram,
    };

    use super::*;

    #[test]
    fn what_a_local_peer_has_not_received_is_known() {
        let (one, other) = UnixDatagram::pair().unwrap();
        assert_eq!(unread(&one), 0);
        one.send(b"some text").unwrap();
        assert!(unread(&one) > 9);
        other.recv(&mut [0; 100]).unwrap();
        assert_eq!(unread(&one), 0);
    }

    #[test]
    fn what_a_peer_far_away_has_not_acknowledged_is_known() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let near = TcpStream::connect(address).unwrap();
        let (mut far, _) = listener.accept().unwrap();
        near.set_nonblocking(true).unwrap();
        let flags = rustix::net::SendFlags::empty();
        let mut sent = 0;
        while let Ok(more) = rustix::net::send(&near, &[7; 9999], flags) {
            sent += more;
        }
        assert!(unacknowledged(&near) > 0);
        far.read_exact(&mut vec![0; sent]).unwrap();
    }
}
