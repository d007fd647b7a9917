//! Reads two fields of each event on demand, without an expression: a line
//! is walked no further than it takes to find them.
//!
//! ```text
//! cargo run --example fields
//! ```

use std::{
    fs,
    io::{self, Write},
};

use kaudit_filter::{
    event::{self, Arrays, Event, Identity, Path, Roots, Route},
    scan::{Scanner, Value},
};

fn main() -> io::Result<()> {
    let log = fs::read("examples/audit.log")?;
    write_who_did_what(&log, &mut io::stdout().lock())
}

/// Writes the verb and the user of each event, `-` for what is missing.
pub(crate) fn write_who_did_what(
    log: &[u8],
    out: &mut impl Write,
) -> io::Result<()> {
    let keys = ["verb".into(), "user".into()];
    let roots = Roots::new(&keys, Some(1));
    let verb = Route::to(&Path::keys(&["verb"]), &keys);
    let name = Route::to(&Path::keys(&["user", "username"]), &keys);
    for line in log.split(|&byte| byte == b'\n') {
        let Some(start) = event::start(line) else { continue };
        let mut event = Event::new(Scanner::best(), line, start, &roots);
        if event.identity() != Identity::Event {
            continue;
        }
        let (verb, name) = (text(&mut event, &verb), text(&mut event, &name));
        writeln!(out, "{verb} {name}")?;
    }
    Ok(())
}

/// Returns the first text on `route`.
fn text(event: &mut Event<'_, '_>, route: &Route) -> String {
    let mut found = String::from("-");
    event.visit(route, None, Arrays::Flattened, &mut |_, value| {
        if let Value::Text(text) = value {
            found = text.read(&mut Vec::new())?.to_owned();
        }
        Ok(true)
    });
    found
}
