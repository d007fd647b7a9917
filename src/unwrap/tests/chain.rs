//! Tests what comes of lines that a container runtime has taken apart.

use super::{
    super::{Cutter, Form},
    EVENT, TIME, check, left, pieces, pieces_as, quoted,
};
use crate::{frame::Amid, scan::Scanner};

#[test]
fn a_carriage_return_is_no_part_of_an_event() {
    let (one, two) = EVENT.split_at(40);
    let text = format!("{TIME} stdout P {one}\r\n{TIME} stdout F {two}\r\n");
    assert_eq!(pieces(&text), [(Form::Cri, 2, EVENT.into())]);
}

#[test]
fn dockers_log_shows_itself_in_its_first_line() {
    let line = |text: &str| {
        let text = quoted(text).replace('<', "\\u003c");
        format!(r#"{{"log":{text},"stream":"stdout","time":"T"}}"#)
    };
    let detect = |text: &str| Form::detect(Scanner::best(), text.as_bytes());
    assert_eq!(detect(&format!("{}\n", line("I0302 klog\n"))), Form::Docker);
    // A part that is longer than what is looked at.
    let part = line(&format!(r#"{{"kind":"Event","a":"{}"#, "<".repeat(99)));
    assert_eq!(detect(&part[..200]), Form::Docker);
    assert_eq!(detect(r#"{"log":"I0302 klog\n","x":"y"}"#), Form::Event);
    assert_eq!(detect(&format!(r#"{{"log":{}}}"#, quoted(EVENT))), Form::Log);
}

/// Events that a client has put into a body, and what follows them there.
const FORGED: [&str; 3] = [
    r#"{"kind":"Event","auditID":"F","verb":"get"},"x":1}}"#,
    r#"{"kind":"Event","auditID":"F","verb":"get"}}}"#,
    r#"[{"kind":"Event","auditID":"F","verb":"get"}],"x":1}}"#,
];

#[test]
fn the_end_of_an_event_is_none_at_the_beginning_of_a_log() {
    for forged in FORGED {
        left(&format!("{TIME} stdout F {forged}\n"));
        let (one, two) = forged.split_at(20);
        let text = format!("{TIME} stdout P {one}\n{TIME} stdout F {two}\n");
        let first = format!("{TIME} stdout P {one}");
        assert_eq!(pieces(&text), [(Form::Event, 2, first)]);
        let text = quoted(&format!("{forged}\n"));
        left(&format!(r#"{{"log":{text},"stream":"stdout","time":"T"}}"#));
    }
    // Where events are glued, all of them are there.
    let glued = format!("{EVENT}{EVENT}");
    check(Form::Cri, &format!("{TIME} stdout F {glued}\n"), &glued);
}

#[test]
fn what_is_too_long_is_passed_over_to_its_end() {
    let whole = format!("{TIME} stdout F {EVENT}\n");
    let part = format!("{TIME} stdout P {}\n", &EVENT[..40]);
    for forged in FORGED {
        let end = format!("{TIME} stdout P {forged}\n{TIME} stdout F x\n");
        let text = format!("{whole}{part}{part}{end}{whole}");
        let found = pieces_as(Form::Cri, &text, 2 * part.len());
        let left = end.lines().map(|it| (Form::Event, 1, it.to_owned()));
        let one = (Form::Cri, 1, EVENT.to_owned());
        assert_eq!(found[2..4], left.collect::<Vec<_>>());
        assert_eq!((&found[0], &found[4]), (&one, &one));
        assert_eq!(found[1].1, 2);
        // So it is in batches that are cut there.
        let mut cutter =
            Cutter::new(Scanner::best(), Form::Cri, 2 * part.len());
        let long = whole.len() + 2 * part.len();
        let cut = cutter.whole(&text.as_bytes()[..=long]);
        assert_eq!(cut, long);
        assert_eq!(cutter.behind()[0], Amid::Yes);
    }
}

#[test]
fn a_part_that_nothing_follows_is_given_up() {
    let part = format!("{TIME} stderr P zz\n");
    let whole = format!("{TIME} stdout F {EVENT}\n");
    let end = format!("{TIME} stderr F {EVENT}\n");
    let text = format!("{part}{}{end}{whole}", whole.repeat(3000));
    let found = pieces_as(Form::Cri, &text, 1 << 30);
    let events = found.iter().filter(|it| it.2 == EVENT).count();
    assert_eq!((events, found.len()), (3001, 3003));
    let mut cutter = Cutter::new(Scanner::best(), Form::Cri, 1 << 30);
    let upto = part.len() + 999 * whole.len();
    assert_eq!(cutter.whole(&text.as_bytes()[..upto]), 0);
    let upto = upto + whole.len();
    assert_eq!(cutter.whole(&text.as_bytes()[..upto]), upto);
}

#[test]
fn an_event_as_long_as_a_part_swallows_nothing() {
    // Shippers leave out the newline.
    let line = |text: &str| {
        let text = quoted(text);
        format!(r#"{{"log":{text},"stream":"stdout","time":"T"}}"#)
    };
    let pad = "x".repeat(16384 - EVENT.len() - 7);
    let long = format!(r#"{},"p":"{pad}"}}"#, &EVENT[..EVENT.len() - 1]);
    assert_eq!(long.len(), 16384);
    let text = format!("{}\n{}\n", line(&long), line(EVENT));
    let one = |event: &str| (Form::Docker, 1, event.to_owned());
    assert_eq!(pieces(&text), [one(&long), one(EVENT)]);
}
