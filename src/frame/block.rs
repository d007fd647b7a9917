//! Memory that reads go into, recycled, and never more than was agreed.

use std::{
    mem,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;

/// A bounded number of equal buffers.
///
/// The one given back last is handed out first: it is still in the cache.
#[derive(Debug)]
pub struct Pool {
    shelf: Mutex<Shelf>,
    returned: Condvar,
    block_size: usize,
}

#[derive(Debug)]
struct Shelf {
    free: Vec<Vec<u8>>,
    /// Buffers that may still be made.
    unmade: usize,
}

impl Pool {
    /// Makes a pool of `blocks` buffers of `block_size` bytes each. Memory is
    /// taken when a buffer is first asked for.
    pub fn new(blocks: usize, block_size: usize) -> Arc<Pool> {
        let shelf = Shelf { free: Vec::with_capacity(blocks), unmade: blocks };
        let (shelf, returned) = (Mutex::new(shelf), Condvar::new());
        Arc::new(Pool { shelf, returned, block_size })
    }

    /// Takes a buffer; waits until there is one.
    pub fn take(self: &Arc<Pool>) -> Block {
        let mut shelf = self.shelf();
        let bytes = loop {
            if let Some(bytes) = self.reach(&mut shelf) {
                break bytes;
            }
            let waited = self.returned.wait(shelf);
            shelf = waited.unwrap_or_else(PoisonError::into_inner);
        };
        drop(shelf);
        self.block(bytes)
    }

    /// Takes a buffer if there is one.
    pub fn try_take(self: &Arc<Pool>) -> Option<Block> {
        let bytes = self.reach(&mut self.shelf())?;
        Some(self.block(bytes))
    }

    fn reach(&self, shelf: &mut Shelf) -> Option<Vec<u8>> {
        if let Some(bytes) = shelf.free.pop() {
            return Some(bytes);
        }
        shelf.unmade = shelf.unmade.checked_sub(1)?;
        Some(vec![0; self.block_size])
    }

    fn block(self: &Arc<Pool>, bytes: Vec<u8>) -> Block {
        Block { bytes, filled: 0, home: Arc::clone(self) }
    }

    fn put_back(&self, mut bytes: Vec<u8>) {
        if bytes.len() > self.block_size {
            bytes.truncate(self.block_size);
            bytes.shrink_to_fit();
        }
        self.shelf().free.push(bytes);
        self.returned.notify_one();
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A buffer of a [`Pool`], to be filled by reads.
#[derive(Debug)]
pub struct Block {
    bytes: Vec<u8>,
    /// Just past the last byte read. `filled <= bytes.len()`.
    filled: usize,
    home: Arc<Pool>,
}

impl Block {
    /// Returns what was read so far.
    pub fn filled(&self) -> &[u8] {
        &self.bytes[..self.filled]
    }

    /// Returns how many bytes there is room for, all in all.
    pub fn size(&self) -> usize {
        self.bytes.len()
    }

    /// Returns all the memory, filled or not.
    pub fn all(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns all the memory, for reads that do not come in order;
    /// [`Block::fill`] then says how much of it counts.
    pub fn all_mut(&mut self) -> &mut [u8] {
        &mut self.bytes
    }

    /// Counts the first `length` bytes as filled.
    pub fn fill(&mut self, length: usize) {
        self.filled = length.min(self.bytes.len());
    }

    /// Returns the room for the next read.
    pub fn room(&mut self) -> &mut [u8] {
        &mut self.bytes[self.filled..]
    }

    /// Counts `read` bytes of the room as filled.
    pub fn advance(&mut self, read: usize) {
        self.filled += read;
        assert!(self.filled <= self.bytes.len(), "a read fits its room");
    }

    /// Makes room for `size` bytes in all. Growth is by doubling, so that a
    /// long line is moved a few times only, and ends at `most` bytes.
    pub fn grow(&mut self, size: usize, most: usize) {
        if size > self.bytes.len() {
            let doubled = self.bytes.len().saturating_mul(2).min(most);
            self.resize(size.max(doubled));
        }
    }

    /// Makes room for `size` bytes in all, and no more.
    pub fn resize(&mut self, size: usize) {
        if size > self.bytes.len() {
            self.bytes.reserve_exact(size - self.bytes.len());
            self.bytes.resize(size, 0);
        }
    }

    /// Appends `bytes`, growing as needed.
    pub fn append(&mut self, bytes: &[u8]) {
        self.resize(self.filled + bytes.len());
        self.room()[..bytes.len()].copy_from_slice(bytes);
        self.advance(bytes.len());
    }

    /// Forgets what is behind the first `length` bytes.
    pub fn truncate(&mut self, length: usize) {
        self.filled = self.filled.min(length);
    }

    /// Forgets the first `length` bytes; the rest moves to the front.
    pub fn discard(&mut self, length: usize) {
        self.bytes.copy_within(length..self.filled, 0);
        self.filled -= length;
    }

    /// Makes the filled part shareable. The buffer goes back to its pool
    /// with the last share.
    pub fn freeze(self) -> Bytes {
        Bytes::from_owner(self)
    }
}

impl AsRef<[u8]> for Block {
    fn as_ref(&self) -> &[u8] {
        self.filled()
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        self.home.put_back(mem::take(&mut self.bytes));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_returns_when_its_last_share_is_gone() {
        let pool = Pool::new(1, 8);
        let mut block = pool.take();
        block.append(b"ab\n");
        let share = block.freeze();
        let slice = share.slice(1..2);
        drop(share);
        assert_eq!(&slice[..], b"b");
        assert_eq!(pool.shelf().free.len(), 0);
        drop(slice);
        assert_eq!(pool.shelf().free.len(), 1);
        assert!(pool.take().filled().is_empty());
    }

    #[test]
    fn a_grown_block_shrinks_on_its_return() {
        let pool = Pool::new(1, 8);
        let mut block = pool.take();
        block.grow(100, 1000);
        assert_eq!(block.room().len(), 100);
        drop(block);
        assert_eq!(pool.take().room().len(), 8);
    }

    #[test]
    fn growth_doubles_up_to_the_bound() {
        let pool = Pool::new(1, 8);
        let mut block = pool.take();
        block.grow(9, 20);
        assert_eq!(block.room().len(), 16);
        block.grow(17, 20);
        assert_eq!(block.room().len(), 20);
    }
}
