//! Turns compressed bytes into what was compressed, as they come.
//!
//! Members of gzip and frames of zstd may follow each other; they give one
//! text. What ends amid one, or is none, is an error that says where. What
//! came before an error is as good as ever.

use std::io::Read;

use super::{
    super::error::{Error, Fault},
    Packing,
    engine::{Engine, Step},
};

/// Compressed bytes that are read at a time.
const STEP: usize = if cfg!(test) { 16 } else { 128 << 10 };

/// Unpacks what it reads from `R`.
pub(in super::super) struct Unpacker<R> {
    feed: R,
    packing: Packing,
    engine: Engine,
    input: Vec<u8>,
    /// What of the input is not used yet.
    at: usize,
    end: usize,
    /// Compressed bytes used.
    used: u64,
    place: Place,
    /// Whether the engine may hold more than there was room for.
    is_full: bool,
    /// What is wrong behind what was unpacked last.
    fault: Option<Fault>,
    /// NUL bytes passed over behind a member or frame.
    padding: u64,
}

/// Where the next compressed byte is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Before a member or frame, or behind the last.
    Between,
    Inside,
}

impl<R: Read> Unpacker<R> {
    /// Unpacks `head` and what `feed` gives behind it.
    pub(in super::super) fn new(
        packing: Packing,
        head: Vec<u8>,
        feed: R,
    ) -> Result<Unpacker<R>, Error> {
        Ok(Unpacker {
            feed,
            packing,
            engine: Engine::new(packing)?,
            at: 0,
            end: head.len(),
            input: head,
            used: 0,
            place: Place::Between,
            is_full: false,
            fault: None,
            padding: 0,
        })
    }

    /// Returns how many NUL bytes were passed over.
    pub(in super::super) fn padding(&self) -> u64 {
        self.padding
    }

    /// Unpacks into `room` what there is, without waiting for more; 0 is the
    /// end.
    pub(in super::super) fn read(
        &mut self,
        room: &mut [u8],
    ) -> Result<usize, Error> {
        loop {
            if let Some(fault) = self.fault.take() {
                return Err(self.fault_at(fault));
            }
            if self.at == self.end && !self.is_full && self.refill()? == 0 {
                return match self.place {
                    Place::Between => Ok(0),
                    Place::Inside => Err(self.fault_at(Fault::Cut)),
                };
            }
            match self.place {
                Place::Between => self.enter()?,
                Place::Inside => {
                    let made = self.step(room);
                    if made > 0 {
                        return Ok(made);
                    }
                }
            }
        }
    }

    /// Unpacks what is at hand of a member or frame, as far as there is room;
    /// returns how much that is.
    fn step(&mut self, room: &mut [u8]) -> usize {
        let mut all = 0;
        loop {
            let input = &self.input[self.at..self.end];
            let step = self.engine.step(input, &mut room[all..]);
            let Step { used, made, is_end, fault } = step;
            self.at += used;
            self.used += used as u64;
            all += made;
            self.fault = fault;
            self.is_full = all == room.len() && !is_end;
            if is_end {
                self.place = Place::Between;
            }
            let is_over = is_end || fault.is_some() || self.is_full;
            if is_over || self.at == self.end {
                return all;
            }
        }
    }

    /// Finds the begin of the next member or frame in the input, which is not
    /// empty.
    fn enter(&mut self) -> Result<(), Error> {
        let rest = &self.input[self.at..self.end];
        let nuls = rest.iter().take_while(|&&byte| byte == 0).count();
        if nuls > 0 && self.used > 0 {
            self.padding += nuls as u64;
            self.used += nuls as u64;
            self.at += nuls;
            return Ok(());
        }
        match self.packing.begins(rest) {
            Some(true) => {
                self.engine.restart();
                self.place = Place::Inside;
                Ok(())
            }
            Some(false) => Err(self.fault_at(Fault::Foreign)),
            None if self.refill()? == 0 => Err(self.fault_at(Fault::Cut)),
            None => Ok(()),
        }
    }

    /// Reads more behind what is not used; returns how much.
    fn refill(&mut self) -> Result<usize, Error> {
        self.input.copy_within(self.at..self.end, 0);
        (self.at, self.end) = (0, self.end - self.at);
        self.input.resize(self.end + STEP, 0);
        let read = self.feed.read(&mut self.input[self.end..])?;
        self.end += read;
        Ok(read)
    }

    fn fault_at(&self, fault: Fault) -> Error {
        // What is cut, is cut where it ends.
        let held = match fault {
            Fault::Cut => (self.end - self.at) as u64,
            Fault::Damaged | Fault::TooWide | Fault::Foreign => 0,
        };
        let (packing, at) = (self.packing, self.used + held);
        Error::Packed { packing, fault, at }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn packed(packing: Packing, text: &[u8]) -> Vec<u8> {
        match packing {
            Packing::Gzip => gzip(text),
            Packing::Zstd => {
                let mut encoder = zstd::Encoder::new(Vec::new(), 3).unwrap();
                encoder.include_checksum(true).unwrap();
                encoder.write_all(text).unwrap();
                encoder.finish().unwrap()
            }
        }
    }

    /// Gives so many bytes at a time.
    struct Slow<'a>(&'a [u8], usize);

    impl Read for Slow<'_> {
        fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
            let most = self.1.min(room.len());
            self.0.read(&mut room[..most])
        }
    }

    fn unpack(
        packing: Packing,
        bytes: &[u8],
        (pace, room): (usize, usize),
    ) -> (Vec<u8>, Result<u64, Error>) {
        let feed = Slow(bytes, pace);
        let mut unpacker = Unpacker::new(packing, Vec::new(), feed).unwrap();
        let (mut text, mut room) = (Vec::new(), vec![0; room]);
        loop {
            match unpacker.read(&mut room) {
                Ok(0) => return (text, Ok(unpacker.padding())),
                Ok(read) => text.extend_from_slice(&room[..read]),
                Err(error) => return (text, Err(error)),
            }
        }
    }

    const BOTH: [Packing; 2] = [Packing::Gzip, Packing::Zstd];

    fn text() -> Vec<u8> {
        (0..300u32)
            .flat_map(|n| format!("{} line\n", n * n).into_bytes())
            .collect()
    }

    #[test]
    fn members_and_frames_follow_each_other_at_any_pace() {
        let text = text();
        for packing in BOTH {
            let (a, b) = text.split_at(700);
            let bytes = [a, b"", b].map(|part| packed(packing, part)).concat();
            for pace in [1, 2, 7, 1000] {
                for room in [1, 10, 100_000] {
                    let found = unpack(packing, &bytes, (pace, room));
                    assert!(found.0 == text && matches!(found.1, Ok(0)));
                }
            }
        }
    }

    #[test]
    fn a_cut_anywhere_is_told_at_its_place() {
        let text = text();
        for packing in BOTH {
            let bytes = packed(packing, &text);
            for cut in 1..bytes.len() {
                let (found, end) = unpack(packing, &bytes[..cut], (9, 50));
                assert!(text.starts_with(&found));
                let Err(Error::Packed { fault, at, .. }) = end else {
                    panic!("{packing}: {cut}: {end:?}");
                };
                assert_eq!((fault, at), (Fault::Cut, cut as u64));
            }
        }
    }

    #[test]
    fn padding_is_counted_and_garbage_is_told() {
        let text = text();
        for packing in BOTH {
            let bytes = packed(packing, &text);
            let padded = [&bytes[..], &[0; 100], &bytes, &[0; 7]].concat();
            let (found, end) = unpack(packing, &padded, (30, 99));
            assert_eq!(found, [&text[..], &text].concat());
            assert!(matches!(end, Ok(107)));
            let odd = [&bytes[..], b"{\"kind\":"].concat();
            let (found, end) = unpack(packing, &odd, (30, 99));
            assert_eq!(found, text);
            let Err(Error::Packed { fault, at, .. }) = end else {
                panic!("{end:?}");
            };
            assert_eq!((fault, at), (Fault::Foreign, bytes.len() as u64));
        }
    }

    #[test]
    fn damage_is_noticed() {
        let text = text();
        for packing in BOTH {
            let mut bytes = packed(packing, &text);
            let end = bytes.len();
            bytes[end - 6] ^= 1;
            let (_, end) = unpack(packing, &bytes, (1000, 1000));
            assert!(matches!(
                end,
                Err(Error::Packed { fault: Fault::Damaged, .. })
            ));
        }
    }

    #[test]
    fn what_stands_before_damage_is_unpacked() {
        let numbers = (0..200_000u64).map(|n| n * n % 1_000_003);
        let text: Vec<u8> =
            numbers.flat_map(|n| format!("{n}\n").into_bytes()).collect();
        // All of it is there at once, as a small file is.
        let unpack = |packing, bytes: &[u8]| {
            let bytes = bytes.to_vec();
            let mut unpacker =
                Unpacker::new(packing, bytes, io::empty()).unwrap();
            let (mut text, mut room) = (Vec::new(), vec![0; 1 << 20]);
            loop {
                match unpacker.read(&mut room) {
                    Ok(0) => panic!("{packing}: no fault was found"),
                    Ok(read) => text.extend_from_slice(&room[..read]),
                    Err(Error::Packed { fault, at, .. }) => {
                        return (text, fault, at as usize);
                    }
                    Err(error) => panic!("{packing}: {error}"),
                }
            }
        };
        // What zstd has packed is undone in blocks.
        for (packing, block) in [(Packing::Gzip, 0), (Packing::Zstd, 128)] {
            let mut bytes = packed(packing, &text);
            let half = bytes.len() / 2;
            let sure = unpack(packing, &bytes[..half]).0.len() - (block << 10);
            for (n, byte) in (0u32..).zip(&mut bytes[half..half + 4000]) {
                *byte = (n.wrapping_mul(0x9e37_79b9) >> 13) as u8;
            }
            let (found, fault, at) = unpack(packing, &bytes);
            assert_eq!(fault, Fault::Damaged);
            assert!(sure > 200_000 && found.len() >= sure, "{}", found.len());
            assert!(found[..sure] == text[..sure], "{packing}");
            assert!(at.abs_diff(half) < 128 << 10, "{at}, not {half}");
        }
    }
}
