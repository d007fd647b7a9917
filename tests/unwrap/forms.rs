//! Unwraps events that were wrapped in each form.

use kaudit_filter::{
    scan::{Backend, Scanner},
    unwrap::{Choice, Form, Unwrapper},
};

use super::{
    Got, MOST, each, pieces, unwrapped,
    wrap::{TIME, WRAPPINGS, event},
};
use crate::dice::Dice;

/// What is foreign, and holds no object.
const GARBAGE: [&str; 6] = [
    "I1018 17:32:47.415928       1 server.go:12] {\"kind\":\"Event\",\"auditID\":\"a\"}",
    "",
    "{}",
    "{\"kind\":\"Pod\",\"items\":[{\"log\":\"{}\"}]}",
    "[1,2]",
    "two words and {\"auditID\":\"a\"}",
];

#[test]
fn an_event_comes_out_as_it_went_in() {
    let mut dice = Dice::new(1);
    for n in 0..1200 {
        let event = event(&mut dice);
        let (form, wrap) = WRAPPINGS[n % WRAPPINGS.len()];
        let line = wrap(&event, &mut dice);
        let found = unwrapped(line.as_bytes());
        let [Got { form: got, lines: 1, start: 0, .. }] = found[..] else {
            panic!("{line}\n{found:?}");
        };
        assert_eq!((got, found[0].text()), (form, &*event), "{line}");
    }
}

#[test]
fn a_plain_event_is_a_piece_of_itself() {
    let mut dice = Dice::new(2);
    for _ in 0..300 {
        let event = event(&mut dice);
        assert_eq!(
            Form::detect(Scanner::best(), event.as_bytes()),
            Form::Event
        );
        for form in Form::ALL {
            let found = pieces(&Choice::Auto, form, event.as_bytes());
            assert_eq!(found.len(), 1, "{event}");
            assert_eq!(found[0].text(), event);
            assert!(!found[0].is_made);
            let plain = [Form::Event, Form::Documents];
            assert!(plain.contains(&found[0].form), "{found:?}");
        }
    }
}

#[test]
fn every_classifier_sees_the_same() {
    let mut dice = Dice::new(3);
    let mut text = String::new();
    for n in 0..600 {
        let event = event(&mut dice);
        let line = WRAPPINGS[n % WRAPPINGS.len()].1(&event, &mut dice);
        let cut = dice.below(line.len() + 1);
        let is_cut = dice.percent(20) && line.is_char_boundary(cut);
        text += if is_cut { &line[..cut] } else { &line };
        text += if dice.percent(5) { "" } else { "\n" };
    }
    for form in [Form::Event, Form::Cri, Form::Docker, Form::Documents] {
        let [first, rest @ ..] = &Backend::ALL.map(|backend| {
            let scanner = Scanner::at_most(backend);
            let mut unwrapper =
                Unwrapper::new(scanner, &Choice::Auto, form, MOST);
            each(&mut unwrapper, text.as_bytes())
        });
        assert!(first.len() > 500);
        rest.iter().for_each(|other| assert!(other == first, "{form}"));
    }
}

#[test]
fn what_stands_between_is_left() {
    let mut dice = Dice::new(4);
    for (form, wrap) in WRAPPINGS {
        let event = event(&mut dice);
        let mut text = String::new();
        for garbage in GARBAGE {
            text += &wrap(&event, &mut dice);
            text += &format!("\n{garbage}\n");
        }
        let found = unwrapped(text.as_bytes());
        assert_eq!(found.len(), 2 * GARBAGE.len(), "{form}: {text}");
        for (pair, garbage) in found.chunks(2).zip(GARBAGE) {
            assert_eq!(pair[0].text(), event);
            assert_eq!(pair[0].form, form);
            let (left, lines) = (&pair[1], pair[1].lines);
            assert_eq!((left.text(), lines), (garbage, 1));
            assert_eq!(left.form, Form::Event);
        }
    }
}

#[test]
fn a_carriage_return_stays_with_a_slice() {
    let mut dice = Dice::new(5);
    for (form, wrap) in WRAPPINGS {
        let event = event(&mut dice);
        let line = wrap(&event, &mut dice);
        let text = format!("{line}\r\n{line}\r\n");
        let found = unwrapped(text.as_bytes());
        assert_eq!(found.len(), 2, "{form}: {text}");
        for got in found {
            let body = got.text().strip_suffix('\r').unwrap_or(got.text());
            assert_eq!((got.form, body, got.lines), (form, &*event, 1));
        }
    }
}

#[test]
fn a_line_that_is_cut_is_an_event_so_far_or_left() {
    let mut dice = Dice::new(6);
    for (form, wrap) in WRAPPINGS {
        let event = event(&mut dice);
        let line = wrap(&event, &mut dice);
        let whole = unwrapped(line.as_bytes());
        assert_eq!(whole.len(), 1);
        for cut in (0..line.len()).filter(|n| line.is_char_boundary(*n)) {
            let cut = &line[..cut];
            let found = pieces(&Choice::Auto, form, cut.as_bytes());
            assert!(found.len() <= 2, "{cut}\n{found:?}");
            for got in &found {
                let body = got.body.strip_suffix(b"\r").unwrap_or(&got.body);
                let is_begun = event.as_bytes().starts_with(body)
                    || body.starts_with(event.as_bytes());
                // Items that nothing comes of leave by themselves.
                let is_left =
                    cut.contains(str::from_utf8(&got.body).unwrap_or("\0"));
                assert!(is_begun || is_left, "{cut}\n{}", got.text());
            }
            let lines: u64 = found.iter().map(|got| got.lines).sum();
            assert_eq!(lines, u64::from(!cut.is_empty()));
        }
    }
}

#[test]
fn a_huge_event_comes_out_whole() {
    let mut dice = Dice::new(7);
    let body = "{\"a\":\"\\\"\\\\n<\u{e9}\"},".repeat(8_000);
    let event = format!(
        r#"{{"level":"Request","auditID":"a","kind":"Event","apiVersion":"v","requestObject":[{body}0]}}"#
    );
    for (form, wrap) in WRAPPINGS {
        let line = wrap(&event, &mut dice);
        let text = format!("{line}\n{line}\n");
        let found = unwrapped(text.as_bytes());
        let same = found.iter().all(|got| got.body == event.as_bytes());
        assert!(found.len() == 2 && same, "{form}");
    }
}

#[test]
fn parts_of_a_line_are_joined_whatever_comes_between() {
    let mut dice = Dice::new(8);
    for _ in 0..300 {
        let events = [event(&mut dice), event(&mut dice)];
        let mut parts = events.each_ref().map(|event| {
            let mut rest = event.as_str();
            let mut parts = Vec::new();
            while dice.percent(70) && rest.len() > 2 {
                let at = dice.below(rest.len());
                if rest.is_char_boundary(at) {
                    parts.push(rest[..at].to_owned());
                    rest = &rest[at..];
                }
            }
            parts.push(rest.to_owned());
            parts.reverse();
            parts
        });
        let mut text = String::new();
        while !parts.iter().all(Vec::is_empty) {
            let n = dice.below(2);
            let Some(part) = parts[n].pop() else { continue };
            let tag = if parts[n].is_empty() { "F" } else { "P" };
            text +=
                &format!("{TIME} {} {tag} {part}\n", ["stdout", "stderr"][n]);
            if dice.percent(10) {
                text += "stray\n";
            }
        }
        let found = pieces(&Choice::Auto, Form::Cri, text.as_bytes());
        let events: std::collections::HashSet<_> = events.iter().collect();
        let got = found.iter().filter(|got| got.form == Form::Cri);
        let texts =
            got.map(|got| String::from_utf8(got.body.clone()).unwrap());
        let texts: Vec<String> = texts.collect();
        assert_eq!(
            texts.iter().collect::<std::collections::HashSet<_>>(),
            events,
            "{text}"
        );
        let lines: u64 = found.iter().map(|got| got.lines).sum();
        assert_eq!(lines, text.lines().count() as u64);
    }
}
