//! The job of the script that we replace, through all that it died of: failed
//! requests in a file and in the journal, and by mail now and then.

use std::fs;

use super::{
    taker::Taker,
    trace::{committed, ids, only_since, returns},
};
use crate::{
    follow::{
        follower::Follower,
        mill::{Form, Habits},
        site::{Site, no_gap},
    },
    send::daemon::until,
    tool::{self, Ran, command},
};

/// A machine with a log, a file of failed requests, a journal and a mailbox.
struct Machine {
    site: Site,
    journal: Taker,
    /// What was final in the journal when the program was killed.
    finals: Vec<usize>,
}

impl Machine {
    fn new(journal: Taker) -> Machine {
        let mut site = Site::new();
        site.writer.habits = Habits { backups: usize::MAX, form: Form::Gzip };
        Machine { site, journal, finals: Vec::new() }
    }

    /// Starts the pipeline that is shipped for it, in other folders.
    fn follow(&self) -> Follower {
        let place = &self.site.place;
        let to = format!(
            "route.to=['{}', 'file:{}']",
            self.journal.spec(),
            place.output()
        );
        let log = format!("source.path={}", place.log());
        let checkpoint = format!("source.checkpoint={}", place.checkpoint());
        Follower::start(command(&[
            "-p",
            "forbidden",
            "--set",
            &log,
            "--set",
            &checkpoint,
            "--set",
            &to,
        ]))
    }

    fn mails(&self) -> String {
        self.site.place.folder.path("mails")
    }

    /// Mails what is new, by this command.
    fn mail(&self, by: &str) -> Ran {
        let place = &self.site.place;
        let own = format!("--checkpoint={}", place.folder.path("mailed"));
        let flags = ["report", "--new", &own, "--limit=100000", "--pipe", by];
        tool::run(&[&flags[..], &[&place.log()]].concat(), "")
    }

    /// Mails what is new, by a mailer that works.
    #[track_caller]
    fn mail_well(&self) {
        let ran = self.mail(&format!("cat >>{}", self.mails()));
        assert_eq!(ran.code, Some(0), "{}", ran.err);
    }

    /// The numbers of the requests in all mails.
    fn mailed(&self) -> Vec<u64> {
        let mails = fs::read_to_string(self.mails()).unwrap();
        let rows = mails.lines().filter(|row| row.contains(" 403 patch "));
        let number = |row: &str| {
            let (_, name) = row.split_once("/p-").expect("a pod");
            name.split(' ').next().unwrap().parse().unwrap()
        };
        rows.map(number).collect()
    }

    /// Requests come, the log is rotated, and the program is killed while
    /// what came is on its way.
    #[track_caller]
    fn kill(&mut self, mut follower: Follower) {
        self.site.writer.events(60);
        self.site.writer.rotate_and_mill();
        self.site.writer.events(60);
        let begun = self.site.place.length();
        let place = &self.site.place;
        follower.until("it is at it", || place.length() > begun);
        no_gap(&follower.kill());
        self.finals.push(committed(place));
    }

    /// Requests come and the log is rotated while nobody follows it.
    fn go_on_alone(&mut self) {
        for _ in 0..2 {
            self.site.writer.events(40);
            self.site.writer.rotate_and_mill();
        }
        self.site.writer.events(40);
    }
}

/// A journal, or where there cannot be one, another daemon.
fn taker() -> Option<Taker> {
    let can_be = rustix::process::getuid().is_root();
    let journal = if can_be { Taker::journal() } else { None };
    journal.or_else(Taker::syslog)
}

#[test]
fn what_the_script_was_for_is_done_whatever_happens() {
    let Some(journal) = taker() else { return };
    let mut machine = Machine::new(journal);
    machine.site.writer.events(60);
    let mut follower = machine.follow();
    machine.site.until_caught_up(&mut follower);
    for _ in 0..3 {
        let ran = machine.mail("cat >/dev/null; exit 7");
        assert_eq!(ran.code, Some(74), "{}", ran.err);
    }
    machine.kill(follower);
    // The mail is sent, and the power goes out.
    let by = format!("cat >>{0}; sync {0}; kill -9 $PPID", machine.mails());
    assert_eq!(machine.mail(&by).code, None);
    machine.mail_well();
    machine.go_on_alone();
    let follower = machine.follow();
    machine.kill(follower);
    machine.mail_well();
    let follower = machine.follow();
    machine.kill(follower);
    let mut follower = machine.follow();
    let (place, expected) = (&machine.site.place, machine.site.expected());
    let expected = ids(&expected);
    // The file may have had all before: the journal not.
    follower.until("all is final", || committed(place) == expected.len());
    no_gap(&machine.site.finish(follower));
    machine.mail_well();
    machine.mail_well();

    until("the last came", || machine.journal.ids().last() == expected.last());
    let again = returns(&machine.journal.ids(), &expected);
    only_since(&again, &machine.finals);
    // One report came twice: the first.
    assert_eq!(returns(&machine.mailed(), &expected), [0]);
    assert!(!fs::read_to_string(machine.mails()).unwrap().contains(" gap"));
}
