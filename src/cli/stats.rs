//! The numbers of a run as a small block of text.

use std::time::Duration;

use crate::engine::{Route, Score, Tally};
use crate::policy::Doubt;

/// Renders what `--stats` prints.
pub(super) fn block(tally: &Tally, elapsed: Duration) -> String {
    let seconds = elapsed.as_secs_f64();
    let rate = tally.bytes as f64 / 1e6 / seconds.max(1e-9);
    let rows = [
        ("read", tally.read),
        ("kept", tally.kept),
        ("skipped", tally.skipped),
        ("set aside", tally.set_aside),
        ("changed", tally.changed),
        ("defective", tally.defective),
        ("recovered", tally.recovered),
        ("unknown", tally.unknown),
        ("foreign", tally.foreign),
        ("oversize", tally.oversize),
        ("coerced", tally.coerced),
        ("NUL bytes", tally.nuls),
        ("bytes", tally.bytes),
    ];
    let mut text = String::from("statistics\n");
    for (name, number) in rows {
        text.push_str(&format!("  {name:<9} {number:>14}\n"));
    }
    for (doubt, number) in doubts(tally) {
        text.push_str(&format!("  undecided: {doubt} {number:>14}\n"));
    }
    text.push_str(&format!("  seconds   {seconds:>14.3}\n"));
    text.push_str(&format!("  MB/s      {rate:>14.0}\n"));
    text
}

/// Returns why audit policies could not decide on events, and on how many.
pub(super) fn doubts(tally: &Tally) -> impl Iterator<Item = (Doubt, u64)> {
    let all = Doubt::ALL.into_iter().zip(tally.doubts);
    all.filter(|(_, number)| *number > 0)
}

/// Renders the numbers of each route.
pub(super) fn routes(routes: &[Route], scores: &[Score]) -> String {
    let mut text = String::from("routes\n");
    for (route, score) in routes.iter().zip(scores) {
        text.push_str(&format!("route {}\n", route.name));
        let rows = [
            ("kept", score.kept),
            ("skipped", score.skipped),
            ("set aside", score.set_aside),
            ("changed", score.changed),
            ("unknown", score.unknown),
        ];
        for (name, number) in rows {
            text.push_str(&format!("  {name:<9} {number:>14}\n"));
        }
    }
    text
}

/// Says what a route made of all lines, in a dry run.
pub(super) fn hits(name: &str, score: &Score) -> String {
    let &Score { kept, skipped, set_aside, .. } = score;
    let read = kept + skipped + set_aside;
    format!("route {name}: {kept} of {read} lines kept; no sink was touched")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_in_columns() {
        let tally = Tally { read: 12, bytes: 3_000_000, ..Tally::default() };
        let text = block(&tally, Duration::from_secs(2));
        assert!(text.contains("  read                  12\n"), "{text}");
        assert!(text.contains("  seconds            2.000\n"), "{text}");
        assert!(text.ends_with("  MB/s                   2\n"), "{text}");
    }
}
