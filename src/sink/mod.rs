//! Where kept lines go.
//!
//! A [`Sink`] is given whole lines as slices, in order, and has passed all of
//! them on when it returns: nothing is held back here, so that a quiet input
//! is prompt.

mod descriptor;
mod terminal;

use std::io::{self, IoSlice};

pub use descriptor::Descriptor;
pub use terminal::Terminal;

/// Takes whole lines, in order.
pub trait Sink {
    /// Writes all of `parts`; they may be changed on the way.
    ///
    /// # Errors
    ///
    /// When the bytes cannot be passed on; some of them may have been.
    fn write(&mut self, parts: &mut [IoSlice<'_>]) -> io::Result<()>;
}

/// Passes lines on one at a time, each with a write of its own.
#[derive(Debug)]
pub struct LineByLine<S>(pub S);

impl<S: Sink> Sink for LineByLine<S> {
    fn write(&mut self, parts: &mut [IoSlice<'_>]) -> io::Result<()> {
        let mut line = Vec::new();
        for part in parts {
            for piece in part.split_inclusive(|&byte| byte == b'\n') {
                line.push(IoSlice::new(piece));
                if piece.ends_with(b"\n") {
                    self.0.write(&mut line)?;
                    line.clear();
                }
            }
        }
        if line.is_empty() { Ok(()) } else { self.0.write(&mut line) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Writes(Vec<Vec<u8>>);

    impl Sink for Writes {
        fn write(&mut self, parts: &mut [IoSlice<'_>]) -> io::Result<()> {
            self.0.push(parts.iter().flat_map(|p| p.to_vec()).collect());
            Ok(())
        }
    }

    #[test]
    fn each_line_is_a_write_of_its_own() {
        let mut sink = LineByLine(Writes(Vec::new()));
        let parts: [&[u8]; 3] = [b"a\nb", b"\n", b"c\n"];
        sink.write(&mut parts.map(IoSlice::new)).unwrap();
        assert_eq!(sink.0.0, [&b"a\n"[..], b"b\n", b"c\n"]);
    }
}
