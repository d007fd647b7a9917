//! Whatever the bytes and what is asked for, each line is told of once, no
//! piece has a newline, and it does not matter where batches are cut. The
//! first two bytes choose what is asked for and how the input comes.

#![no_main]

use std::ops::ControlFlow;

use kaudit_filter::{
    frame::Lines,
    scan::{Backend, Scanner},
    unwrap::{Body, Choice, Cutter, Form, Unwrapper},
};
use libfuzzer_sys::fuzz_target;

const CHOICES: [&str; 8] =
    ["auto", "none", "log", "message", "list", "at:a", "at:a[*].b", "at:[*]"];

/// A piece: where its record begins, its form, its lines and its bytes.
type Got = (usize, Form, u64, Vec<u8>);

fn unwrap(unwrapper: &mut Unwrapper, bytes: &[u8], begin: usize) -> Vec<Got> {
    let batch = &bytes[begin..];
    let mut found = Vec::new();
    let walked = unwrapper.each(batch, &mut |piece| {
        let line = piece.line;
        assert!(line.start <= line.end && line.end <= line.next);
        if let Body::Slice(range) = &piece.body {
            assert!(line.start <= range.start && range.end <= line.end);
        }
        let body = piece.bytes(batch).to_vec();
        assert!(!body.contains(&b'\n'));
        found.push((line.start + begin, piece.form, piece.lines, body));
        ControlFlow::Continue(())
    });
    assert!(walked.is_continue());
    found
}

fuzz_target!(|input: &[u8]| {
    let [asked, how, bytes @ ..] = input else { return };
    let word = CHOICES[usize::from(*asked) % CHOICES.len()];
    let choice = Choice::parse(word).expect("it is right");
    let scanner = Scanner::at_most(
        Backend::ALL[usize::from(*how >> 6) % Backend::ALL.len()],
    );
    let forms = [
        Form::detect(scanner, bytes),
        Form::Cri,
        Form::Docker,
        Form::Documents,
    ];
    for form in forms {
        // Lines longer than a record are for the source to see to.
        let longest =
            Lines::new(bytes).map(|line| line.next).max().unwrap_or(0);
        let most = if how & 1 == 0 { 1 << 20 } else { longest + 1 };
        let mut unwrapper = Unwrapper::new(scanner, &choice, form, most);
        let whole = unwrap(&mut unwrapper, bytes, 0);
        let told: u64 = whole.iter().map(|got| got.2).sum();
        assert_eq!(told, Lines::new(bytes).count() as u64, "{form}");

        let mut cutter = Cutter::new(scanner, form, most);
        let step = 1 + usize::from(*how >> 1 & 31);
        let (mut begin, mut parts) = (0, Vec::new());
        let mut amid = Default::default();
        for end in (0..bytes.len()).step_by(step).skip(1) {
            let length = cutter.whole(&bytes[begin..end]);
            if length > 0 {
                let upto = &bytes[..begin + length];
                unwrapper.begin(amid);
                parts.extend(unwrap(&mut unwrapper, upto, begin));
                amid = cutter.behind();
                cutter.take(length);
                begin += length;
            }
        }
        unwrapper.begin(amid);
        parts.extend(unwrap(&mut unwrapper, bytes, begin));
        assert_eq!(parts, whole, "{form}, {most}, {step} at a time");
    }
});
