//! Turns a record into a slot and back.
//!
//! A slot is one line of JSON, and NUL bytes up to its end:
//!
//! ```text
//! {"kaudit-filter":"checkpoint","crc":"1a2b3c4d","len":97,"v":1,"seq":12,...}
//! ```
//!
//! `len` counts the bytes behind its comma, and `crc` is the CRC-32 of them:
//! so a line that is torn, or has one byte wrong, is noticed. This beginning
//! is the same in every version of the format, which `v` tells.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Error, Record};

/// Bytes of a slot.
pub const SIZE: usize = 64 << 10;

/// The format that is written here, and the only one that is read.
const VERSION: u64 = 1;

/// How every slot begins.
const MAGIC: &[u8] = br#"{"kaudit-filter":"checkpoint","crc":""#;

/// No checkpoint is written so often; nothing that counts on overflows.
const LAST: u64 = u64::MAX >> 1;

/// About what a print takes in a line.
const PRINT: usize = 56;

/// What is in a slot.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Slot {
    /// Nothing was ever written.
    Blank,
    /// A record, and which one it is of all that were written.
    Valid {
        /// Its number, from 0.
        seq: u64,
        /// What it says.
        record: Record,
    },
    /// Nothing that can be used.
    Bad(Flaw),
}

/// Why a slot cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// It never was a slot of ours.
    Foreign,
    /// Its line has no end.
    Unfinished,
    /// Its bytes are not those that were written.
    Damaged,
    /// It is blank, although it was written.
    Lost,
    /// It has the format of another version.
    Version(u64),
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Flaw::Foreign => f.write_str("is not ours"),
            Flaw::Unfinished => f.write_str("was not written to its end"),
            Flaw::Damaged => f.write_str("is damaged"),
            Flaw::Lost => f.write_str("is blank"),
            Flaw::Version(version) => write!(f, "has the format {version}"),
        }
    }
}

/// What the checksum guards.
#[derive(Serialize)]
struct Guarded<'r> {
    v: u64,
    seq: u64,
    record: &'r Record,
}

#[derive(Deserialize)]
struct Version {
    v: u64,
}

#[derive(Deserialize)]
struct Line {
    seq: u64,
    record: Record,
}

/// Returns the line of a record, its newline included.
///
/// * One that does not fit into a slot lets go of the oldest prints that it
///   knows, and says so in `knows_all`.
///
/// # Errors
///
/// When it does not fit even so.
pub fn encode(seq: u64, record: &Record) -> Result<Vec<u8>, Error> {
    let mut line = written(seq, record)?;
    if line.len() <= SIZE {
        return Ok(line);
    }
    let mut record = record.clone();
    while line.len() > SIZE {
        if !forget(&mut record, line.len() - SIZE) {
            return Err(Error::TooLong(line.len()));
        }
        line = written(seq, &record)?;
    }
    Ok(line)
}

fn written(seq: u64, record: &Record) -> Result<Vec<u8>, Error> {
    let guarded = Guarded { v: VERSION, seq, record };
    let json = serde_json::to_vec(&guarded)
        .map_err(|error| Error::Io(error.into()))?;
    // Behind the brace that opens it; the line has opened one already.
    let guarded = &json[1..];
    let crc = crc32fast::hash(guarded);
    let mut line = Vec::with_capacity(guarded.len() + 80);
    line.extend_from_slice(MAGIC);
    line.extend_from_slice(
        format!("{crc:08x}\",\"len\":{},", guarded.len()).as_bytes(),
    );
    line.extend_from_slice(guarded);
    line.push(b'\n');
    Ok(line)
}

/// Lets go of the oldest prints of the source that knows most, about as many
/// as `excess` bytes take. Returns whether there was one.
fn forget(record: &mut Record, excess: usize) -> bool {
    let behind = record.lanes.iter_mut().flat_map(|lane| &mut lane.sources);
    let sources = record.sources.iter_mut().chain(behind);
    let Some(source) = sources.max_by_key(|source| source.known.len()) else {
        return false;
    };
    if source.known.is_empty() {
        return false;
    }
    let count = excess.div_ceil(PRINT).min(source.known.len());
    source.known.drain(..count);
    source.knows_all = false;
    true
}

/// Returns what is in a slot; any bytes will do.
pub(super) fn decode(slot: &[u8]) -> Slot {
    let text = &slot[..filled(slot)];
    if text.is_empty() {
        return Slot::Blank;
    }
    match guarded(text) {
        Some(line) => read(line),
        // Before all of it is there, it need not look like ours.
        None if !text.starts_with(MAGIC) && !MAGIC.starts_with(text) => {
            Slot::Bad(Flaw::Foreign)
        }
        None if !text.ends_with(b"\n") => Slot::Bad(Flaw::Unfinished),
        None => Slot::Bad(Flaw::Damaged),
    }
}

/// Returns how many bytes there are up to the last that is not NUL.
pub(super) fn filled(slot: &[u8]) -> usize {
    slot.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1)
}

/// Returns the line at the begin of `text` without its newline, if it is as
/// it was written. What is behind it is left from a longer one, and a
/// newline that is missing would have said nothing.
fn guarded(text: &[u8]) -> Option<&[u8]> {
    let rest = text.strip_prefix(MAGIC)?;
    let (crc, rest) = rest.split_at_checked(8)?;
    let rest = rest.strip_prefix(br#"","len":"#)?;
    let digits = rest.iter().position(|&byte| byte == b',')?;
    let len = std::str::from_utf8(&rest[..digits]).ok()?;
    let len: usize = len.parse().ok()?;
    let rest = &rest[digits + 1..];
    let guarded = rest.get(..len)?;
    let is_same =
        crc == format!("{:08x}", crc32fast::hash(guarded)).as_bytes();
    is_same.then(|| &text[..text.len() - rest.len() + len])
}

/// Reads a line that is as it was written.
fn read(line: &[u8]) -> Slot {
    match serde_json::from_slice(line) {
        Ok(Version { v: VERSION }) => {}
        Ok(Version { v }) => return Slot::Bad(Flaw::Version(v)),
        Err(_no_version) => return Slot::Bad(Flaw::Damaged),
    }
    match serde_json::from_slice(line) {
        Ok(Line { seq, record }) if seq <= LAST => Slot::Valid { seq, record },
        Ok(_) | Err(_) => Slot::Bad(Flaw::Damaged),
    }
}
