//! An open way to a peer.

use std::{fmt::Debug, io, os::fd::BorrowedFd};

use super::outbox::Outbox;

/// What frames are passed on through. Nothing here ever waits.
pub(super) trait Link: Debug {
    /// Passes on what waits in `outbox`.
    ///
    /// # Errors
    ///
    /// `WouldBlock` when the rest has to wait for [`Link::bottleneck`];
    /// anything else when the way is broken.
    fn pass(&mut self, outbox: &mut Outbox) -> io::Result<()>;

    /// Returns what to poll for writing; none while a reply is waited for.
    fn bottleneck(&self) -> Option<BorrowedFd<'_>>;

    /// Returns whether something that was passed on is not yet written.
    fn is_pending(&self) -> bool {
        false
    }

    /// Returns how much of what was passed on nobody has taken yet.
    fn unread(&self) -> Unread;

    /// Finds out whether the peer is still there. Asked behind
    /// [`Link::unread`], for what a peer leaves behind counts as read.
    ///
    /// # Errors
    ///
    /// When it is not.
    fn check(&mut self) -> io::Result<()>;
}

/// What nobody has taken from the system yet, as far as that tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unread {
    /// Bytes of the system's memory, at most.
    pub bytes: u64,
    /// What a frame takes of it, at least.
    pub least: Least,
}

/// What a frame that waits takes of the system's memory, at least.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Least {
    /// As many bytes as it has.
    Length,
    /// So many, however long it is.
    Bytes(u64),
}

impl Unread {
    /// Nothing at all, or nothing that could be known.
    pub(super) const NONE: Unread = Unread { bytes: 0, least: Least::Length };
}
