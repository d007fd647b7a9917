//! Turns stretches of a file into prints, by which it is known again.
//!
//! A file is known by its content: the print of its first line (its *head*)
//! and of the bytes before an offset (the *guard* of that offset).

use std::io;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::File;

/// The first bytes of a file that are held against what they were.
pub const HEAD: usize = 1024;

/// The most bytes that a guard's print is taken of.
pub const GUARD: usize = 256;

/// Bytes of a hash that are kept.
const KEPT: usize = 16;

/// How many bytes there were, and what they were: half of their SHA-256, in
/// hexadecimal.
#[derive(
    Clone,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
)]
pub struct Print {
    /// Bytes.
    pub len: u64,
    /// Their hash; empty for no bytes.
    pub hash: String,
}

impl Print {
    /// Takes the print of `bytes`.
    ///
    /// ```
    /// use kaudit_filter::disk::Print;
    ///
    /// assert_eq!(Print::of(b"").hash, "");
    /// assert_eq!(Print::of(b"abc").hash, "ba7816bf8f01cfea414140de5dae2223");
    /// ```
    pub fn of(bytes: &[u8]) -> Print {
        let mut hash = String::new();
        if !bytes.is_empty() {
            for byte in &Sha256::digest(bytes)[..KEPT] {
                hash.push_str(&format!("{byte:02x}"));
            }
        }
        Print { len: bytes.len() as u64, hash }
    }

    /// Takes the print of the bytes before `offset`, a guard.
    ///
    /// # Errors
    ///
    /// When they cannot be read. Where the file is shorter than that, the
    /// print is of what there is.
    pub fn before(file: &dyn File, offset: u64) -> io::Result<Print> {
        let begin = offset.saturating_sub(GUARD as u64);
        let length = usize::try_from(offset - begin).unwrap_or(GUARD);
        Ok(Print::of(&read(file, begin, length)?))
    }
}

/// Reads up to `length` bytes at `offset`, fewer only at the end of the file.
///
/// # Errors
///
/// What the system says.
pub fn read(
    file: &dyn File,
    offset: u64,
    length: usize,
) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; length];
    let mut filled = 0;
    while filled < length {
        let at = offset + filled as u64;
        match file.read_at(&mut bytes[filled..], at)? {
            0 => break,
            read => filled += read,
        }
    }
    bytes.truncate(filled);
    Ok(bytes)
}
