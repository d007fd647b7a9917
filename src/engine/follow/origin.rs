//! A followed file as the ledger has it.

use std::{cell::RefCell, io, ops::Range};

use super::super::page::Origin;
use crate::source::{Name, follow::Follower};

/// A followed file, for the ledger.
pub(super) struct Followed<'a> {
    pub follower: &'a RefCell<Follower>,
    pub input: usize,
    pub name: Name,
}

impl Origin for Followed<'_> {
    fn name(&self) -> &Name {
        &self.name
    }

    fn copy(
        &self,
        range: Range<u64>,
        take: &mut dyn FnMut(&[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        // Taking may pause, and a pause looks around: one at a time.
        let mut at = range.start;
        while at < range.end {
            let end = range.end.min(at + PIECE);
            let mut piece = Vec::new();
            self.follower.borrow_mut().copy(
                self.input,
                at..end,
                &mut |b| {
                    piece.extend_from_slice(b);
                    Ok(())
                },
            )?;
            if piece.is_empty() {
                break;
            }
            at += piece.len() as u64;
            take(&piece)?;
        }
        Ok(())
    }
}

/// Bytes of a line too long to be held that are copied at a time.
const PIECE: u64 = 1 << 20;
