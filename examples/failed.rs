//! Compiles an expression once and judges every line of a file with it.
//!
//! ```text
//! cargo run --example failed
//! ```

use std::{
    fs,
    io::{self, Write},
};

use kaudit_filter::pipeline::{Pipeline, Reading, Verdict};

fn main() -> io::Result<()> {
    let log = fs::read("examples/audit.log")?;
    write_failed(&log, &mut io::stdout().lock())
}

/// Writes the lines of failed requests, one for each request.
pub(crate) fn write_failed(
    log: &[u8],
    out: &mut impl Write,
) -> io::Result<()> {
    let pipeline = Pipeline::compile("outcome and code >= 400")
        .expect("the expression is right");
    // A judge belongs to one thread; a pipeline is shared by all of them.
    let mut judge = pipeline.judge(Reading::default());
    for line in log.split_inclusive(|&byte| byte == b'\n') {
        let event = line.strip_suffix(b"\n").unwrap_or(line);
        let judgement = judge.judge(event, &mut Vec::new());
        // Unknown: the line breaks before its code. Better kept than lost.
        if matches!(judgement.verdict, Verdict::Keep | Verdict::Unknown) {
            out.write_all(line)?;
        }
    }
    Ok(())
}
