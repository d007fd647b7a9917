//! Unwraps events that were wrapped by us, by real clusters and clouds, and
//! by nobody.

mod accounts; // Every line is told of once, wherever the input is cut.
mod forms; // Each form, with lines that are cut, long and foreign.
mod real; // What was found in the world.
mod guide; // What the guide to inputs shows is what comes out.
mod wrap; // How events are wrapped.

use std::ops::ControlFlow;

use kaudit_filter::{
    scan::Scanner,
    unwrap::{Body, Choice, Form, Unwrapper},
};

/// A piece, and where it stood.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Got {
    form: Form,
    lines: u64,
    /// Where the record begins.
    start: usize,
    /// Whether it was made.
    is_made: bool,
    body: Vec<u8>,
}

impl Got {
    fn text(&self) -> &str {
        str::from_utf8(&self.body).unwrap()
    }
}

/// No record is longer.
const MOST: usize = 64 << 20;

/// Unwraps `bytes` as they show themselves.
fn unwrapped(bytes: &[u8]) -> Vec<Got> {
    let form = Form::detect(Scanner::best(), bytes);
    pieces(&Choice::Auto, form, bytes)
}

fn pieces(choice: &Choice, form: Form, bytes: &[u8]) -> Vec<Got> {
    let mut unwrapper = Unwrapper::new(Scanner::best(), choice, form, MOST);
    each(&mut unwrapper, bytes)
}

fn each(unwrapper: &mut Unwrapper, bytes: &[u8]) -> Vec<Got> {
    let mut found = Vec::new();
    let walked = unwrapper.each(bytes, &mut |piece| {
        let body = piece.bytes(bytes).to_vec();
        assert!(!body.contains(&b'\n'));
        found.push(Got {
            form: piece.form,
            lines: piece.lines,
            start: piece.line.start,
            is_made: matches!(piece.body, Body::Made(_)),
            body,
        });
        ControlFlow::Continue(())
    });
    assert!(walked.is_continue());
    found
}
