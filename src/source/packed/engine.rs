//! Turns compressed bytes that are there into those that were compressed.

use std::io;

use flate2::{Decompress, FlushDecompress, Status};
use zstd::stream::raw::{DParameter, Decoder, Operation};

use super::{super::error::Fault, Packing};

/// The most memory for what a frame of zstd may refer back to, as a power of
/// two: what zstd(1) grants as well, unless it is told `--long`.
const WINDOW: u32 = 27;

/// Bytes of a frame that say how long its head is.
const FIRST: usize = 5;

/// What undoes a packing.
pub(super) enum Engine {
    Gzip(Box<Decompress>),
    Zstd {
        decoder: Box<Decoder<'static>>,
        /// Bytes that it takes at a time: about a block. What an error spoils
        /// is no more than that.
        wants: usize,
    },
}

/// What a step of an engine came to.
pub(super) struct Step {
    pub used: usize,
    pub made: usize,
    /// Whether a member or frame has ended.
    pub is_end: bool,
    /// What is wrong behind what was made.
    pub fault: Option<Fault>,
}

impl Engine {
    pub(super) fn new(packing: Packing) -> io::Result<Engine> {
        Ok(match packing {
            Packing::Gzip => Engine::Gzip(Box::new(Decompress::new_gzip(15))),
            Packing::Zstd => {
                let mut decoder = Decoder::new()?;
                decoder.set_parameter(DParameter::WindowLogMax(WINDOW))?;
                Engine::Zstd { decoder: Box::new(decoder), wants: FIRST }
            }
        })
    }

    /// Prepares for a member or frame. One of zstd follows another by itself.
    pub(super) fn restart(&mut self) {
        match self {
            Engine::Gzip(inflate) => inflate.reset(true),
            Engine::Zstd { wants, .. } => *wants = FIRST,
        }
    }

    /// Unpacks some of `input`. What an error leaves of `room` is as good as
    /// ever, as far as the libraries tell how much that is.
    pub(super) fn step(&mut self, input: &[u8], room: &mut [u8]) -> Step {
        match self {
            Engine::Gzip(inflate) => {
                let (before, made) = (inflate.total_in(), inflate.total_out());
                let flush = FlushDecompress::None;
                let result = inflate.decompress(input, room, flush);
                Step {
                    used: (inflate.total_in() - before) as usize,
                    made: (inflate.total_out() - made) as usize,
                    is_end: matches!(result, Ok(Status::StreamEnd)),
                    fault: result.err().map(|_| Fault::Damaged),
                }
            }
            Engine::Zstd { decoder, wants } => {
                let most = input.len().min(*wants);
                match decoder.run_on_buffers(&input[..most], room) {
                    Ok(status) => {
                        *wants = status.remaining.max(1);
                        Step {
                            used: status.bytes_read,
                            made: status.bytes_written,
                            is_end: status.remaining == 0,
                            fault: None,
                        }
                    }
                    Err(error) => {
                        let fault = Some(too_wide(&error.to_string()));
                        Step { used: 0, made: 0, is_end: false, fault }
                    }
                }
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
