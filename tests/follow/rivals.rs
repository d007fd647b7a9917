//! What others do: the same happens to `tail -F | jq`, and both are counted.

use std::{
    fmt::Write,
    fs,
    path::Path,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use super::{
    event::numbers,
    follower::{Follower, gaps},
    limits::overflow,
    oracle::{Score, tell},
    site::Site,
    times,
    writer::copytruncate,
};
use crate::tool::{has, skip, wants};

/// Who follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rival {
    /// `tail -F | jq`.
    Tail,
    Ours,
}

impl Rival {
    fn start(self, site: &Site) -> Follower {
        match self {
            Rival::Ours => site.place.stream(),
            Rival::Tail => {
                let mut shell = Command::new("sh");
                let log = site.place.log();
                let script = "tail -n +1 -F \"$0\" 2>/dev/null | \
                     jq -c --unbuffered 'select(.responseStatus.code >= 400)'";
                shell.args(["-c", script, &log]);
                Follower::start(shell)
            }
        }
    }
}

/// What happens to a log while somebody follows it.
struct Race {
    rival: Rival,
    site: Site,
    follower: Option<Follower>,
    /// What came out of those that were stopped.
    found: Vec<u8>,
}

/// Nothing more comes out after so long.
const QUIET: Duration = Duration::from_millis(2_500);

impl Race {
    fn new(rival: Rival) -> Race {
        let mut site = Site::new();
        site.writer.events(20);
        let mut race = Race { rival, site, follower: None, found: Vec::new() };
        race.start();
        race.settle();
        race
    }

    fn start(&mut self) {
        self.follower = Some(self.rival.start(&self.site));
    }

    /// Ends it in good order; returns how many losses it has told of.
    fn stop(&mut self) -> usize {
        let ran = self.follower.take().unwrap().term();
        self.found.extend(ran.out);
        gaps(&ran.err).len()
    }

    fn stall(&mut self) {
        self.follower.as_mut().unwrap().stall();
    }

    fn go_on(&mut self) {
        self.follower.as_mut().unwrap().go_on();
    }

    /// Returns what came out so far.
    fn came_out(&self) -> Vec<u8> {
        let now = self.follower.as_ref().map(|f| f.out.text());
        [&self.found[..], &now.unwrap_or_default()].concat()
    }

    /// Waits until all came out, or nothing does any more.
    fn settle(&self) -> Score {
        let expected = self.site.expected();
        let (mut length, mut since) = (0, Instant::now());
        loop {
            let found = self.came_out();
            let score = Score::of(&found, &expected);
            let is_quiet = since.elapsed() > QUIET;
            if is_quiet || score == Score::default() {
                return score;
            }
            if found.len() != length {
                (length, since) = (found.len(), Instant::now());
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn write_and_rotate(&mut self, rotations: usize) {
        for _ in 0..rotations {
            self.site.writer.events(20);
            self.site.writer.rotate();
        }
        self.site.writer.events(20);
    }
}

/// Something that happens, and its name in the table.
type Scenario = (&'static str, fn(&mut Race));

const SCENARIOS: [Scenario; 6] = [
    ("300 rotations, 20 lines each, as fast as they can be", |race| {
        race.write_and_rotate(300);
    }),
    ("3 rotations while the reader stands still", |race| {
        race.stall();
        race.write_and_rotate(3);
        race.go_on();
    }),
    ("3 rotations while it is restarted", |race| {
        race.stop();
        race.write_and_rotate(3);
        race.start();
    }),
    ("copied and cut (`copytruncate`), then longer than before", |race| {
        race.stall();
        race.site.writer.events(20);
        copytruncate(&race.site.writer.log());
        let length = race.site.writer.length();
        race.site.writer.fill(length + 20_000);
        race.go_on();
    }),
    ("cut to nothing 100 times, 20 lines each, 40 ms apart", |race| {
        for _ in 0..100 {
            race.site.writer.truncate();
            race.site.writer.events(20);
            thread::sleep(Duration::from_millis(40));
        }
    }),
    ("more file events than inotify keeps, and a rotation", |race| {
        race.stall();
        race.site.writer.events(20);
        overflow(&race.site);
        race.site.writer.rotate();
        race.site.writer.events(20);
        race.go_on();
        race.settle();
        race.site.writer.events(20);
    }),
];

/// Returns how often a scenario is run for the table.
fn runs() -> usize {
    times(1, 5)
}

/// What a scenario came to, in all its runs.
#[derive(Default)]
struct Sum {
    /// How many lines had to come out.
    lines: usize,
    lost: usize,
    doubled: usize,
    /// Losses that were said.
    gaps: usize,
}

/// Lets a scenario happen and counts.
fn sum(rival: Rival, scenario: fn(&mut Race)) -> Sum {
    let mut sum = Sum::default();
    for _ in 0..runs() {
        let mut race = Race::new(rival);
        scenario(&mut race);
        let score = race.settle();
        sum.gaps += race.stop();
        sum.lines += numbers(&race.site.expected()).count();
        sum.lost += score.lost;
        sum.doubled += score.doubled;
    }
    sum
}

fn row(name: &str, tail: &Sum, ours: &Sum) -> String {
    format!(
        "| {name} | {} | {} | {} | {} | {} |",
        tail.lines, tail.lost, tail.doubled, ours.lost, ours.doubled
    )
}

/// Writes the table where it is found by who writes the documents.
fn publish(table: &str) {
    tell(format_args!("\n{table}"));
    if wants("KAUDIT_FILTER_PROOF", "full") {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("proof");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("rivals.md"), table).unwrap();
    }
}

#[test]
fn where_others_lose_lines_we_do_not() {
    if !has("jq") || !has("tail") {
        return skip("tail and jq");
    }
    let mut table = String::from(
        "| what happens | lines | `tail -F \\| jq` lost | doubled | \
         `kaudit-filter -F` lost | doubled |\n\
         |---|--:|--:|--:|--:|--:|\n",
    );
    let mut lost = 0;
    for (name, scenario) in SCENARIOS {
        let tail = sum(Rival::Tail, scenario);
        let ours = sum(Rival::Ours, scenario);
        writeln!(table, "{}", row(name, &tail, &ours)).unwrap();
        // On a machine that is too busy to read in time, something may be
        // cut before anybody reads it.
        let is_said = ours.lost == 0 || ours.gaps > 0;
        assert!(is_said && ours.doubled == 0, "{table}");
        lost += tail.lost;
    }
    publish(&table);
    assert!(lost > 0, "nothing happened at all:\n{table}");
}
