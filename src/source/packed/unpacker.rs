//! Turns compressed bytes into what was compressed, as they come.
//!
//! Members of gzip and frames of zstd may follow each other; they give one
//! text. What ends amid one, or is none, is an error that says where. What
//! came before an error is as good as ever.

use std::io::Read;

use flate2::{Decompress, FlushDecompress, Status};
use zstd::stream::raw::{DParameter, Decoder, Operation};

use super::{
    super::error::{Error, Fault},
    Packing,
};

/// Compressed bytes that are read at a time.
const STEP: usize = if cfg!(test) { 16 } else { 128 << 10 };

/// The most memory for what a frame of zstd may refer back to, as a power of
/// two: what zstd(1) grants as well, unless it is told `--long`.
const WINDOW: u32 = 27;

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

enum Engine {
    Gzip(Box<Decompress>),
    Zstd(Box<Decoder<'static>>),
}

/// What a step of an engine came to.
struct Step {
    used: usize,
    made: usize,
    /// Whether a member or frame has ended.
    is_end: bool,
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
            if self.at == self.end && !self.is_full && self.refill()? == 0 {
                return match self.place {
                    Place::Between => Ok(0),
                    Place::Inside => Err(self.fault(Fault::Cut)),
                };
            }
            match self.place {
                Place::Between => self.enter()?,
                Place::Inside => {
                    let made = self.step(room)?;
                    if made > 0 {
                        return Ok(made);
                    }
                }
            }
        }
    }

    fn step(&mut self, room: &mut [u8]) -> Result<usize, Error> {
        let input = &self.input[self.at..self.end];
        let step = self.engine.step(input, room);
        let Step { used, made, is_end } =
            step.map_err(|fault| self.fault(fault))?;
        self.at += used;
        self.used += used as u64;
        self.is_full = made == room.len() && !is_end;
        if is_end {
            self.place = Place::Between;
        }
        Ok(made)
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
                self.engine.restart()?;
                self.place = Place::Inside;
                Ok(())
            }
            Some(false) => Err(self.fault(Fault::Foreign)),
            None if self.refill()? == 0 => Err(self.fault(Fault::Cut)),
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

    fn fault(&self, fault: Fault) -> Error {
        // What is cut, is cut where it ends.
        let held = match fault {
            Fault::Cut => (self.end - self.at) as u64,
            Fault::Damaged | Fault::TooWide | Fault::Foreign => 0,
        };
        let (packing, at) = (self.packing, self.used + held);
        Error::Packed { packing, fault, at }
    }
}

impl Engine {
    fn new(packing: Packing) -> Result<Engine, Error> {
        Ok(match packing {
            Packing::Gzip => Engine::Gzip(Box::new(Decompress::new_gzip(15))),
            Packing::Zstd => {
                let mut decoder = Decoder::new()?;
                decoder.set_parameter(DParameter::WindowLogMax(WINDOW))?;
                Engine::Zstd(Box::new(decoder))
            }
        })
    }

    /// Prepares for a member or frame. One of zstd follows another by itself.
    fn restart(&mut self) -> Result<(), Error> {
        match self {
            Engine::Gzip(inflate) => inflate.reset(true),
            Engine::Zstd(_) => {}
        }
        Ok(())
    }

    fn step(&mut self, input: &[u8], room: &mut [u8]) -> Result<Step, Fault> {
        match self {
            Engine::Gzip(inflate) => {
                let (before, made) = (inflate.total_in(), inflate.total_out());
                let flush = FlushDecompress::None;
                let result = inflate.decompress(input, room, flush);
                let Ok(status) = result else { return Err(Fault::Damaged) };
                Ok(Step {
                    used: (inflate.total_in() - before) as usize,
                    made: (inflate.total_out() - made) as usize,
                    is_end: status == Status::StreamEnd,
                })
            }
            Engine::Zstd(decoder) => {
                let status = decoder
                    .run_on_buffers(input, room)
                    .map_err(|error| too_wide(&error.to_string()))?;
                Ok(Step {
                    used: status.bytes_read,
                    made: status.bytes_written,
                    is_end: status.remaining == 0,
                })
            }
        }
    }
}

/// The library has no other word for it than its sentence.
fn too_wide(error: &str) -> Fault {
    match error.contains("too much memory") {
        true => Fault::TooWide,
        false => Fault::Damaged,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

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
        fn read(&mut self, room: &mut [u8]) -> std::io::Result<usize> {
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
}
