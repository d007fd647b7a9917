//! Takes managedFields out of the events on standard input. What is no event
//! passes.
//!
//! ```text
//! cargo run --example slim < examples/audit.log
//! ```

use std::io::{self, BufRead, Write};

use kaudit_filter::pipeline::{Pipeline, Reading, Verdict};

fn main() -> io::Result<()> {
    slim(io::stdin().lock(), &mut io::stdout().lock())
}

/// Copies lines from `log` to `out`, events without their managedFields.
pub(crate) fn slim(log: impl BufRead, out: &mut impl Write) -> io::Result<()> {
    let pipeline = Pipeline::compile("drop managedFields")
        .expect("the expression is right");
    let mut judge = pipeline.judge(Reading::default());
    // The new line is written here; the memory is used again and again.
    let mut edited = Vec::new();
    for line in log.split(b'\n') {
        let line = line?;
        edited.clear();
        match judge.judge(&line, &mut edited).verdict {
            Verdict::Changed => out.write_all(&edited)?,
            Verdict::Keep
            | Verdict::Skip
            | Verdict::Unknown
            | Verdict::Foreign => out.write_all(&line)?,
        }
        out.write_all(b"\n")?;
    }
    Ok(())
}
