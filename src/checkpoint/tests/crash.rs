//! What a crash or a wrong bit leaves of a checkpoint.

use proptest::{collection::vec, prelude::*};

use super::*;

#[test]
fn a_write_torn_at_any_byte_leaves_one_of_the_two_records() {
    let states = history(0..9);
    for (number, pair) in (1..).zip(states.windows(2)) {
        let (before, after) = (&pair[0], &pair[1]);
        let at = place(number) * SIZE;
        for torn in at..at + 2000 {
            let bytes = [&after[..torn], &before[torn..]].concat();
            let found = newest(&bytes).unwrap();
            let is_old = found == record(number - 1);
            assert!(is_old || found == record(number), "at {torn}");
        }
    }
}

#[test]
fn the_first_write_torn_at_any_byte_leaves_a_new_checkpoint() {
    let [bytes] = &history(3..4)[..] else { panic!("one record") };
    for torn in 0..2000 {
        let mut bytes = bytes.clone();
        bytes[torn..].fill(0);
        let (_, found) = Single::new(bytes).open().unwrap();
        assert!(found.is_none() || found == Some(record(3)), "at {torn}");
    }
}

#[test]
fn a_wrong_byte_is_noticed() {
    let states = history(0..5);
    let bytes = states.last().unwrap();
    for at in (0..1500).chain(SIZE..SIZE + 1500) {
        for bit in 0..8 {
            let mut bytes = bytes.clone();
            bytes[at] ^= 1 << bit;
            let found = newest(&bytes).unwrap();
            let is_old = found == record(3);
            assert!(is_old || found == record(4), "byte {at}, bit {bit}");
        }
    }
}

fn prints() -> impl Strategy<Value = Print> {
    (any::<u64>(), "[0-9a-f]{32}|.{0,9}")
        .prop_map(|(len, hash)| Print { len, hash })
}

fn places() -> impl Strategy<Value = Place> {
    let file = any::<(u64, u64, i64)>();
    (any::<String>(), file, prints(), any::<(u64, u64)>(), prints()).prop_map(
        |(name, (dev, ino, born), head, (offset, lines), guard)| Place {
            name,
            file: FileId { dev, ino, born },
            head,
            offset,
            lines,
            guard,
        },
    )
}

fn records() -> impl Strategy<Value = Record> {
    let known = vec(prints(), 0..20);
    let source = (any::<String>(), vec(places(), 0..4), known, any::<bool>())
        .prop_map(|(path, places, known, knows_all)| SourceRecord {
            path,
            places,
            known,
            left: Vec::new(),
            knows_all,
            counters: Counters::default(),
        });
    let sink = (any::<String>(), places()).prop_map(|(name, place)| {
        let Place { file, offset: len, guard, .. } = place;
        SinkRecord { name, mark: Mark { file, len, guard, again: None } }
    });
    (vec(source, 0..3), vec(sink, 0..3)).prop_map(|(sources, sinks)| Record {
        sources,
        sinks,
        lanes: Vec::new(),
    })
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_a_panic(bytes: Vec<u8>, at in 0..WHOLE) {
        Found::in_bytes(&bytes).ok();
        let mut file = history(0..2).pop().unwrap();
        let length = bytes.len().min(WHOLE - at);
        file[at..at + length].copy_from_slice(&bytes[..length]);
        prop_assert!(Found::in_bytes(&file).is_ok());
    }

    #[test]
    fn every_record_comes_back(records in vec(records(), 1..5)) {
        let disk = Single::new(Vec::new());
        for record in records {
            let (mut checkpoint, _) = disk.open().unwrap();
            checkpoint.write(&record).unwrap();
            drop(checkpoint);
            let (_, found) = disk.open().unwrap();
            prop_assert_eq!(found, Some(record));
        }
    }

    #[test]
    fn any_sectors_of_a_write_may_be_lost(
        old in records(),
        new in records(),
        kept in vec(any::<bool>(), SIZE / 512),
    ) {
        let disk = Single::new(Vec::new());
        let (mut checkpoint, _) = disk.open().unwrap();
        for record in [&old, &record(1), &old, &record(2)] {
            checkpoint.write(record).unwrap();
        }
        let before = disk.0.bytes();
        checkpoint.write(&new).unwrap();
        let mut bytes = disk.0.bytes();
        for (sector, _) in kept.iter().enumerate().filter(|(_, kept)| !**kept) {
            let lost = sector * 512..(sector + 1) * 512;
            bytes[lost.clone()].copy_from_slice(&before[lost]);
        }
        let found = newest(&bytes);
        prop_assert!(found == Some(record(2)) || found == Some(new));
    }
}
