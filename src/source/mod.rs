//! Turns files and pipes into batches of whole lines.
//!
//! Any number of threads may ask one [`Input`] for its next batch; each brings
//! the block to read into. A regular file is read in chunks, all at once
//! (`chunk`); anything else as a stream, one thread at a time (`stream`). So is
//! what is compressed, which a thread of its own unpacks (`packed`).

mod chunk;
mod error;
mod folder;
pub mod follow;
mod lineage;
mod mouth;
mod packed;
mod stop;
mod stream;
mod watch;
mod wrapping;

use std::{
    fs::{File, OpenOptions},
    io,
    ops::Range,
    os::unix::fs::{FileExt, FileTypeExt, OpenOptionsExt},
    path::PathBuf,
};

use rustix::{fs::OFlags, stdio};

pub use chunk::BLOCK_SIZE;
pub use error::{Error, Fault};
pub use folder::Walk;
pub use lineage::{lineages, outside};
pub use packed::Packing;
pub use stop::{Reason, Stop};
pub use watch::Watch;
pub use wrapping::Wrapping;

use crate::{
    frame::{Batch, Block},
    unwrap::Form,
};

use self::{chunk::Chunks, packed::Guess, stream::Stream};

/// Size asked for pipes: what an unprivileged process is allowed. It lets a
/// writer go on while a batch is judged.
const PIPE_SIZE: usize = 1 << 20;

/// What the command line calls an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Name {
    /// Standard input, `-`.
    Stdin,
    /// A file, a FIFO, a device.
    Path(PathBuf),
}

/// How inputs are read.
#[derive(Clone, Debug)]
pub struct Terms {
    /// The longest line that is held in memory, without its newline.
    pub max_line: usize,
    /// What is unwrapped.
    pub wrapping: Wrapping,
    /// What ends the reading early.
    pub watch: Watch,
}

/// An open input.
#[derive(Debug)]
pub struct Input {
    body: Body,
    /// Whether the file's offset is shared with whoever started us.
    is_stdin: bool,
}

#[derive(Debug)]
enum Body {
    File(Chunks, Form),
    Stream(Box<Stream>),
}

impl Input {
    /// Opens an input, the `number`th of the run.
    ///
    /// # Errors
    ///
    /// When it cannot be opened or is a directory.
    pub fn open(
        name: &Name,
        number: usize,
        terms: &Terms,
    ) -> Result<Input, Error> {
        let is_stdin = *name == Name::Stdin;
        let file = match name {
            Name::Stdin => File::from(stdio::stdin().try_clone_to_owned()?),
            Name::Path(path) => open(path)?,
        };
        let kind = file.metadata()?;
        if kind.is_dir() {
            return Err(Error::Directory);
        }
        // Files of /proc say that they are empty and are not.
        let body = if kind.is_file() && kind.len() > 0 {
            let begin = if is_stdin { rustix::fs::tell(&file)? } else { 0 };
            let head = head(&file, begin)?;
            let form = match Packing::guess(&head) {
                Guess::Packed(_) => None,
                Guess::Plain | Guess::Open => Some(terms.wrapping.form(&head)),
            };
            match form.filter(|form| !form.is_joined()) {
                Some(form) => {
                    let extent = begin..kind.len().max(begin);
                    let chunks = Chunks::new(file, number, extent, terms);
                    Body::File(chunks, form)
                }
                // Where records end is only known from front to back.
                None => {
                    Body::Stream(Box::new(Stream::new(file, number, terms)))
                }
            }
        } else {
            if kind.file_type().is_fifo() {
                widen(&file);
            }
            Body::Stream(Box::new(Stream::new(file, number, terms)))
        };
        Ok(Input { body, is_stdin })
    }

    /// Reads the next batch into `block`; `None` at the end. What cannot be
    /// read ends the batch, and is told by [`Input::failure`] afterwards.
    pub fn next(&self, block: Block) -> Option<Batch> {
        match &self.body {
            Body::File(chunks, _) => chunks.next(block),
            Body::Stream(stream) => stream.next(block),
        }
    }

    /// Returns how events are wrapped in what was read last, and in all the
    /// rest.
    pub fn form(&self) -> Form {
        match &self.body {
            Body::File(_, form) => *form,
            Body::Stream(stream) => stream.form(),
        }
    }

    /// Returns whether [`Input::next`] may wait for somebody else.
    pub fn may_wait(&self) -> bool {
        match &self.body {
            Body::File(..) => false,
            Body::Stream(_) => true,
        }
    }

    /// Returns how many bytes of the input were read for those up to
    /// `offset`: fewer, mostly, where they are compressed.
    pub fn taken(&self, offset: u64) -> u64 {
        match &self.body {
            Body::File(..) => offset,
            Body::Stream(stream) => stream.taken().unwrap_or(offset),
        }
    }

    /// Returns the first error met in reading, once.
    pub fn failure(&self) -> Option<Error> {
        match &self.body {
            Body::File(chunks, _) => chunks.failure.take(),
            Body::Stream(stream) => stream.failure(),
        }
    }

    /// Returns how many NUL bytes were passed over behind what was
    /// compressed, once.
    pub fn padding(&self) -> u64 {
        match &self.body {
            Body::File(..) => 0,
            Body::Stream(stream) => stream.padding(),
        }
    }

    /// Reads a range of the input again, a bounded piece at a time. Only a
    /// file has such ranges ([`Batch::beyond`]).
    ///
    /// # Errors
    ///
    /// When `take` fails.
    pub fn copy(
        &self,
        range: Range<u64>,
        take: &mut dyn FnMut(&[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        match &self.body {
            Body::File(chunks, _) => chunks.copy(range, take),
            Body::Stream(_) => Ok(()),
        }
    }

    /// Leaves the input at `offset`, so that a program which shares our
    /// standard input goes on from there.
    ///
    /// # Errors
    ///
    /// When the file cannot seek.
    pub fn leave(&self, offset: u64) -> io::Result<()> {
        match &self.body {
            _ if !self.is_stdin => Ok(()),
            Body::File(chunks, _) => chunks.seek(offset),
            Body::Stream(stream) => stream.seek(offset),
        }
    }
}

/// Opens without waiting: the writer of a FIFO is waited for where signals
/// are listened to as well, in [`Watch`].
fn open(path: &PathBuf) -> io::Result<File> {
    let flags = OFlags::NONBLOCK.bits().cast_signed();
    OpenOptions::new().read(true).custom_flags(flags).open(path)
}

/// Reads the first bytes; fewer only where there are no more.
fn head(file: &File, begin: u64) -> io::Result<Vec<u8>> {
    let mut head = vec![0; wrapping::HEAD];
    loop {
        match file.read_at(&mut head, begin) {
            Ok(read) => {
                head.truncate(read);
                return Ok(head);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

fn widen(pipe: &File) {
    // A pipe that stays as it is costs speed, nothing else.
    rustix::pipe::fcntl_setpipe_size(pipe, PIPE_SIZE).ok();
}
