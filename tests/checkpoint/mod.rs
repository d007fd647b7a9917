//! `kaudit-filter checkpoint`, and checkpoints on a real disk.

mod reset; // The next run begins elsewhere.
mod show; //  How far the last one came.
mod state; // Who may have one, and what is refused.

use std::{path::Path, sync::Arc};

use kaudit_filter::{
    checkpoint::{
        Checkpoint, Counters, Mark, Place, Record, SIZE, SinkRecord,
        SourceRecord, encode, show, text_of,
    },
    disk::{self, Disk, FileId, HEAD, Print, Purpose, Real},
};

use crate::tool::Folder;

fn real() -> Arc<dyn Disk> {
    Arc::new(Real)
}

/// A place in a file that is there.
fn place(path: &str, offset: u64, lines: u64) -> Place {
    let file = Real.open(path.as_ref(), Purpose::Read).unwrap();
    let head = disk::read(file.as_ref(), 0, HEAD).unwrap();
    // A file is known by its first line.
    let head = head.split_inclusive(|&b| b == b'\n').next().unwrap_or(&[]);
    Place {
        name: Path::new(path).file_name().unwrap().to_str().unwrap().into(),
        file: file.stat().unwrap().id,
        head: Print::of(head),
        offset,
        lines,
        guard: Print::before(file.as_ref(), offset).unwrap(),
    }
}

/// A record of one file that was read up to some place.
fn record(path: &str, places: Vec<Place>) -> Record {
    let counters =
        Counters { read: 10, kept: 7, skipped: 2, set_aside: 1, gaps: 0 };
    let source = SourceRecord {
        path: text_of(path.as_ref()),
        places,
        known: vec![Print::of(b"older")],
        left: Vec::new(),
        knows_all: true,
        counters,
    };
    let mark = Mark {
        file: FileId::default(),
        len: 4321,
        guard: Print::of(b"written"),
        again: None,
    };
    let sink = SinkRecord { name: "file:out.log".into(), mark };
    Record { sources: vec![source], sinks: vec![sink], lanes: Vec::new() }
}

/// Writes a checkpoint with these records, at most two, and returns its path.
///
/// Nobody locks it: what another test starts at the same moment would keep
/// the lock until it runs.
fn write(folder: &Folder, records: &[&Record]) -> String {
    let mut bytes = Vec::new();
    for (seq, record) in (0..).zip(records) {
        bytes.extend(encode(seq, record).unwrap());
        bytes.resize((seq as usize + 1) * SIZE, 0);
    }
    folder.file("checkpoint", bytes)
}

/// Returns what a checkpoint says.
#[track_caller]
fn newest(path: &str) -> Option<Record> {
    let found = show(&Real, path.as_ref()).unwrap();
    found.newest.map(|(_, record)| record)
}

/// Flips a bit of each of these bytes of a file.
fn damage(path: &str, places: &[usize]) {
    let mut bytes = std::fs::read(path).unwrap();
    places.iter().for_each(|&at| bytes[at] ^= 1);
    std::fs::write(path, bytes).unwrap();
}
