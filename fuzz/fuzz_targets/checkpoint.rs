//! A checkpoint is read whatever its bytes are, and one slot that is written
//! over leaves the record of the other.

#![no_main]

use std::sync::LazyLock;

use kaudit_filter::{
    checkpoint::{Fault, Found, Record, SIZE, SourceRecord, encode},
    disk::Print,
};
use libfuzzer_sys::fuzz_target;

/// A slot whose line says `guarded`, with length and checksum as they are.
fn slot(guarded: &[u8]) -> Vec<u8> {
    let (crc, len) = (crc32fast::hash(guarded), guarded.len());
    let begin = format!(
        "{{\"kaudit-filter\":\"checkpoint\",\"crc\":\"{crc:08x}\",\
         \"len\":{len},"
    );
    let mut slot = [begin.as_bytes(), guarded, b"\n"].concat();
    slot.resize(SIZE, 0);
    slot
}

/// A checkpoint with two records, the second one newer.
static WRITTEN: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut bytes = vec![0; 2 * SIZE];
    for seq in [0, 1] {
        let line = encode(seq, &record(seq)).expect("it is short");
        bytes[seq as usize * SIZE..][..line.len()].copy_from_slice(&line);
    }
    bytes
});

fn record(seq: u64) -> Record {
    let source = SourceRecord {
        path: "audit.log".into(),
        known: vec![Print::of(&seq.to_le_bytes()); 3],
        ..SourceRecord::default()
    };
    Record {
        sources: vec![source; seq as usize + 1],
        sinks: Vec::new(),
        lanes: Vec::new(),
    }
}

/// Returns whether a patched slot is a sound one that says something else:
/// a fuzzer that sees comparisons can make the checksum right again.
fn is_forged(file: &[u8], number: u64) -> bool {
    let mut alone = vec![0; 2 * SIZE];
    let slot = number as usize * SIZE..(number as usize + 1) * SIZE;
    alone[slot.clone()].copy_from_slice(&file[slot]);
    match Found::in_bytes(&alone) {
        Ok(Found { newest: Some(found), .. }) => {
            found != (number, record(number))
        }
        Ok(Found { newest: None, .. }) => false,
        Err(fault) => matches!(fault, Fault::Version(_)),
    }
}

fuzz_target!(|bytes: &[u8]| {
    Found::in_bytes(bytes).ok();
    // What the checksum lets pass is read, and comes back.
    if let Ok(Found { newest: Some((seq, record)), .. }) =
        Found::in_bytes(&slot(bytes))
    {
        let line = encode(seq, &record).expect("it came from a slot");
        let again = Found::in_bytes(&line).expect("it is a record");
        assert_eq!(again.newest, Some((seq, record)));
    }
    let [high, low, patch @ ..] = bytes else { return };
    let at = usize::from(u16::from_be_bytes([*high, *low]));
    let patch = &patch[..patch.len().min(SIZE - at)];
    for damaged in [0, 1] {
        let mut file = WRITTEN.clone();
        let begin = damaged as usize * SIZE + at;
        file[begin..begin + patch.len()].copy_from_slice(patch);
        if is_forged(&file, damaged) {
            continue;
        }
        let found = Found::in_bytes(&file).expect("one slot is whole");
        let (seq, found) = found.newest.expect("it has a record");
        assert_eq!(found, record(seq));
        assert!(damaged == 1 || seq == 1, "the newer one is whole");
    }
});
