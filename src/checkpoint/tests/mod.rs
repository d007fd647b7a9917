//! What a checkpoint says after it was written, and after it was not.

mod crash;
mod memory;

use std::{ops::Range, sync::atomic::Ordering::Relaxed};

use self::memory::Single;
use super::*;
use crate::disk::{FileId, Print};

/// A record that differs from that of every other number.
fn record(number: u64) -> Record {
    let head = Print::of(&number.to_le_bytes());
    let place = Place {
        name: "audit.log".into(),
        file: FileId { dev: 1, ino: number, born: -1 },
        head: head.clone(),
        offset: number,
        lines: number / 7,
        guard: head.clone(),
    };
    let source = SourceRecord {
        path: "/var/log/audit \"\u{1}\u{e9}\n.log".into(),
        places: vec![place.clone()],
        known: vec![head.clone(); (number % 9) as usize],
        left: vec![Left { place, end: number }; (number % 3) as usize],
        knows_all: true,
        counters: Counters { read: number, ..Counters::default() },
    };
    let mark = Mark {
        file: FileId::default(),
        len: number,
        guard: head,
        again: None,
    };
    let sink = SinkRecord { name: "file:out.log".into(), mark };
    Record { sources: vec![source], sinks: vec![sink], lanes: Vec::new() }
}

/// The file after each of the records with these numbers.
fn history(numbers: Range<u64>) -> Vec<Vec<u8>> {
    let disk = Single::new(Vec::new());
    let (mut checkpoint, none) = disk.open().unwrap();
    assert_eq!(none, None);
    let states = numbers.map(|number| {
        checkpoint.write(&record(number)).unwrap();
        disk.0.bytes()
    });
    states.collect()
}

/// A slot as another version would write it.
fn other_format() -> Vec<u8> {
    let guarded = r#""v":2,"more":0}"#;
    let (crc, len) = (crc32fast::hash(guarded.as_bytes()), guarded.len());
    let begin = r#"{"kaudit-filter":"checkpoint","crc":"#;
    format!("{begin}\"{crc:08x}\",\"len\":{len},{guarded}\n").into_bytes()
}

#[track_caller]
fn newest(bytes: &[u8]) -> Option<Record> {
    let found = Found::in_bytes(bytes).unwrap();
    found.newest.map(|(_, record)| record)
}

#[test]
fn the_newest_record_counts_and_its_elder_stays() {
    for (number, bytes) in (0..).zip(history(0..9)) {
        assert_eq!(bytes.len(), WHOLE);
        let found = Found::in_bytes(&bytes).unwrap();
        assert_eq!(found.newest, Some((number, record(number))));
        assert_eq!(found.remark, None);
        let mut elder = bytes;
        let at = place(number) * SIZE;
        elder[at..at + SIZE].fill(0);
        let expected = number.checked_sub(1).map(record);
        assert_eq!(newest(&elder), expected);
    }
}

#[test]
fn a_slot_is_a_line_for_people() {
    let [bytes] = &history(5..6)[..] else { panic!("one record") };
    let text = std::str::from_utf8(bytes).unwrap();
    let (line, rest) = text.split_once('\n').unwrap();
    assert!(rest.bytes().all(|byte| byte == 0));
    let json: serde_json::Value = serde_json::from_str(line).unwrap();
    assert_eq!((&json["v"], &json["seq"]), (&1.into(), &0.into()));
    assert_eq!(json["record"]["sources"][0]["places"][0]["offset"], 5);
}

#[test]
fn what_cannot_be_used_says_why() {
    let line = |number| encode(number, &record(number)).unwrap();
    let at = |at: usize, line: &[u8]| {
        let mut bytes = vec![0; WHOLE];
        bytes[at * SIZE..][..line.len()].copy_from_slice(line);
        bytes
    };
    let mut damaged = line(0);
    damaged[100] ^= 1;
    for (bytes, fault) in [
        (b"{\"kind\":\"Event\"}\n".to_vec(), Fault::Foreign),
        (vec![b'x'; 3 * WHOLE], Fault::Foreign),
        (at(1, b"x"), Fault::Foreign),
        (at(1, &line(1)[..20]), Fault::Foreign),
        (at(0, &damaged), Fault::Damaged),
        (at(1, &damaged), Fault::Damaged),
        (at(1, &line(0)), Fault::Damaged),
        (at(0, &other_format()), Fault::Version(2)),
    ] {
        let disk = Single::new(bytes.clone());
        match disk.open().unwrap_err() {
            Error::Unusable(found) => assert_eq!(found, fault),
            error => panic!("{error}"),
        }
        assert_eq!(disk.0.bytes(), bytes);
    }
}

#[test]
fn a_format_that_is_newer_counts_even_beside_a_record() {
    let mut bytes = history(0..2).pop().unwrap();
    let line = other_format();
    bytes[..line.len()].copy_from_slice(&line);
    assert_eq!(Found::in_bytes(&bytes), Err(Fault::Version(2)));
}

#[test]
fn one_bad_slot_is_told_and_mended_by_the_next_write() {
    let states = history(0..6);
    for (at, number, left) in [(0, 6, 5), (1, 5, 4)] {
        let mut bytes = states.last().unwrap().clone();
        bytes[at * SIZE + 200] ^= 4;
        let disk = Single::new(bytes);
        let (mut checkpoint, found) = disk.open().unwrap();
        assert_eq!(found, Some(record(left)));
        let remark = checkpoint.remark();
        let flaw = Flaw::Damaged;
        assert_eq!(remark, Some(Remark::OneSlot { slot: at, flaw }));
        checkpoint.write(&record(40)).unwrap();
        let found = Found::in_bytes(&disk.0.bytes()).unwrap();
        assert_eq!(found.newest, Some((number, record(40))));
        assert_eq!(found.remark, None);
    }
}

#[test]
fn what_was_written_is_not_written_again() {
    let disk = Single::new(Vec::new());
    let (mut checkpoint, _) = disk.open().unwrap();
    checkpoint.write(&record(1)).unwrap();
    let bytes = disk.0.bytes();
    checkpoint.write(&record(1)).unwrap();
    assert_eq!(disk.0.bytes(), bytes);
    drop(checkpoint);
    let (mut checkpoint, _) = disk.open().unwrap();
    checkpoint.write(&record(1)).unwrap();
    assert_eq!(disk.0.bytes(), bytes);
}

#[test]
fn a_failed_sync_is_final_and_a_failed_write_is_not() {
    let disk = Single::new(Vec::new());
    let (mut checkpoint, _) = disk.open().unwrap();
    checkpoint.write(&record(1)).unwrap();
    disk.0.at_once.store(0, Relaxed);
    let error = checkpoint.write(&record(2)).unwrap_err();
    assert!(matches!(error, Error::Io(_)), "{error}");
    disk.0.at_once.store(1000, Relaxed);
    checkpoint.write(&record(2)).unwrap();
    assert_eq!(newest(&disk.0.bytes()), Some(record(2)));
    disk.0.syncs.store(0, Relaxed);
    let error = checkpoint.write(&record(3)).unwrap_err();
    assert!(matches!(error, Error::Io(_)), "{error}");
    disk.0.syncs.store(9, Relaxed);
    let error = checkpoint.write(&record(3)).unwrap_err();
    assert!(matches!(error, Error::Doubtful), "{error}");
}

#[test]
fn a_long_record_lets_go_of_the_oldest_prints() {
    let mut long = record(1);
    let print = |number: u64| Print::of(&number.to_le_bytes());
    long.sources[0].known = (0..5000).map(print).collect();
    long.sources.push(SourceRecord {
        known: vec![print(1), print(2)],
        knows_all: true,
        ..SourceRecord::default()
    });
    let disk = Single::new(Vec::new());
    let (mut checkpoint, _) = disk.open().unwrap();
    checkpoint.write(&long).unwrap();
    let found = newest(&disk.0.bytes()).unwrap();
    let [first, second] = &found.sources[..] else { panic!("two sources") };
    let kept = &first.known;
    assert!(kept.len() > 1100, "{}", kept.len());
    assert_eq!(kept[..], long.sources[0].known[5000 - kept.len()..]);
    assert!(!first.knows_all && second.knows_all);
    assert_eq!(second, &long.sources[1]);
    long.sources[0].path = "x".repeat(SIZE);
    let error = checkpoint.write(&long).unwrap_err();
    assert!(matches!(error, Error::TooLong(_)), "{error}");
    assert_eq!(newest(&disk.0.bytes()), Some(found));
}

#[test]
fn only_a_damaged_checkpoint_is_cleared() {
    let states = history(0..2);
    let mut damaged = states[1].clone();
    damaged[100] ^= 1;
    damaged[SIZE + 100] ^= 1;
    let disk = Single::new(damaged);
    clear(&disk, Path::new("checkpoint")).unwrap();
    assert_eq!(disk.0.bytes(), vec![0; WHOLE]);
    for bytes in [states[1].clone(), b"other\n".to_vec()] {
        let disk = Single::new(bytes.clone());
        let cleared = clear(&disk, Path::new("checkpoint"));
        assert_eq!(cleared.is_ok(), bytes == states[1]);
        assert_eq!(disk.0.bytes(), bytes);
    }
}
