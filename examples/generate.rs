//! Writes an audit log like those of busy clusters to stdout.
//!
//! ```text
//! cargo run --release --example generate -- --shape mixed --size 1G > log
//! ```
//!
//! The same shape, size and seed always give the same bytes.
//! `examples/audit.log` was made with
//!
//! ```text
//! cargo run --release --example generate -- --shape tour --size 400K \
//!     --seed 104 > examples/audit.log
//! ```

use std::{
    io::{self, BufWriter, ErrorKind, Write},
    num::ParseIntError,
    process::ExitCode,
};

use clap::{Parser, ValueEnum};

#[path = "../benches/corpus/mod.rs"]
mod corpus;

/// Write an audit log to stdout, the same bytes for the same arguments.
#[derive(Parser)]
struct Args {
    /// What the log looks like
    #[arg(long, value_enum)]
    shape: Shape,
    /// How long the log is at most; K, M and G are KiB, MiB and GiB
    #[arg(long, value_parser = size)]
    size: u64,
    /// Another seed, another log
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// The shapes by name.
#[derive(Clone, Copy, ValueEnum)]
enum Shape {
    /// All levels: mostly small lines, most bytes in a few large ones
    Mixed,
    /// Level Metadata only: no bodies
    Metadata,
    /// Small bodies, and each thing an auditor looks for
    Tour,
}

impl From<Shape> for corpus::Shape {
    fn from(shape: Shape) -> corpus::Shape {
        match shape {
            Shape::Mixed => corpus::Shape::Mixed,
            Shape::Metadata => corpus::Shape::Metadata,
            Shape::Tour => corpus::Shape::Tour,
        }
    }
}

fn main() -> io::Result<ExitCode> {
    match run(&Args::parse()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => {
            Ok(ExitCode::SUCCESS)
        }
        result => result.map(|()| ExitCode::SUCCESS),
    }
}

/// Writes the log to stdout and what it contains to stderr.
fn run(args: &Args) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 18, io::stdout().lock());
    let shape = args.shape.into();
    let summary = corpus::write(shape, args.seed, args.size, &mut out)?;
    out.flush()?;
    writeln!(io::stderr(), "{summary:?}")
}

/// Reads a size such as `400K`.
fn size(text: &str) -> Result<u64, ParseIntError> {
    let (digits, shift) = match text.as_bytes().last() {
        Some(b'K') => (&text[..text.len() - 1], 10),
        Some(b'M') => (&text[..text.len() - 1], 20),
        Some(b'G') => (&text[..text.len() - 1], 30),
        _ => (text, 0),
    };
    Ok(digits.parse::<u64>()? << shift)
}
