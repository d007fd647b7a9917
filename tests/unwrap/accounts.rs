//! Accounts for the lines of any bytes, wherever they are cut into batches.

use kaudit_filter::{
    frame::Lines,
    scan::Scanner,
    unwrap::{Choice, Cutter, Form, Unwrapper},
};

use super::{
    Got, each,
    wrap::{TIME, WRAPPINGS, event},
};
use crate::dice::Dice;

/// What texts are put together from, beside wrapped events.
const SCRAPS: [&str; 28] = [
    "\n",
    "\n\n",
    "\r\n",
    "\0\0",
    "\0\n",
    " ",
    "{",
    "}",
    "[",
    "]",
    ",",
    "\"",
    "\\",
    ":",
    "klog",
    "{\"log\":\"{\\\"auditID\\\":1",
    "{\"records\":[{",
    "1",
    "{\n  \"auditID\": \"a\",\n  \"user\": {\n    \"a\": []\n  }\n}\n",
    "{\"items\":[{\"level\":\"Metadata\"},{}],\"kind\":\"EventList\"}",
    "{\"log\":\"a\\nb{}\\n\\n{\\n\\\"auditID\\\":2}\"}\n",
    "<13>1 ",
    "@cee:",
    "{\"auditID\":\"a\"}",
    "{\"@message\":\"{}{}\"}",
    "[[{\"field\":\"@message\",\"value\":\"{}\"}]]",
    "\u{feff}",
    "\t",
];

/// Makes a text of anything.
fn text(dice: &mut Dice) -> Vec<u8> {
    let mut text = Vec::new();
    for _ in 0..dice.below(12) {
        match dice.below(5) {
            0 => {
                let event = event(dice);
                let at = dice.below(WRAPPINGS.len());
                let line = WRAPPINGS[at].1(&event, dice);
                let end = match dice.percent(30) {
                    true => dice.below(line.len()),
                    false => line.len(),
                };
                text.extend_from_slice(&line.as_bytes()[..end]);
                text.push(b'\n');
            }
            1 => {
                let stream = *dice.pick(&["stdout", "stderr"]);
                let tag = *dice.pick(&["P", "P", "F"]);
                let scrap = *dice.pick(&SCRAPS[6..18]);
                let line = format!("{TIME} {stream} {tag} {scrap}\n");
                text.extend_from_slice(line.as_bytes());
            }
            _ => text.extend_from_slice(dice.pick(&SCRAPS).as_bytes()),
        }
    }
    text
}

fn choice(dice: &mut Dice) -> Choice {
    let words =
        ["auto", "auto", "auto", "none", "log", "list", "at:a[*]", "at:log"];
    Choice::parse(dice.word(&words)).unwrap()
}

#[test]
fn every_line_is_told_of_once() {
    let mut dice = Dice::new(11);
    for _ in 0..3000 {
        let (text, choice) = (text(&mut dice), choice(&mut dice));
        let form = *dice.pick(&Form::ALL);
        let most = *dice.pick(&[20, 200, 1 << 20]);
        let mut unwrapper =
            Unwrapper::new(Scanner::best(), &choice, form, most);
        let found = each(&mut unwrapper, &text);
        let told: u64 = found.iter().map(|got| got.lines).sum();
        let lines = Lines::new(&text).count() as u64;
        let shown = text.escape_ascii().to_string();
        assert_eq!(
            told, lines,
            "{form} {choice:?} {most}\n{shown}\n{found:?}"
        );
    }
}

#[test]
fn where_batches_are_cut_changes_nothing() {
    let mut dice = Dice::new(12);
    for n in 0..1000 {
        let text = text(&mut dice);
        let form = match n % 4 {
            0 => Form::Cri,
            1 => Form::Docker,
            2 => Form::Documents,
            _ => Form::Event,
        };
        // Lines that are longer than this are for the source to see to.
        let longest = Lines::new(&text).map(|line| line.next).max();
        let most = match dice.percent(50) {
            true => longest.unwrap_or(0) + 1,
            false => 1 << 20,
        };
        let step = 1 + dice.below(40) * dice.below(2);
        let whole = all(form, most, &text, text.len().max(1));
        let parts = all(form, most, &text, step);
        let shown = text.escape_ascii().to_string();
        assert_eq!(parts, whole, "{form} {most} {step}\n{shown}");
    }
}

/// Unwraps a text that comes `step` bytes at a time; batches are cut as soon
/// as they can be.
fn all(form: Form, most: usize, text: &[u8], step: usize) -> Vec<Got> {
    let scanner = Scanner::best();
    let mut cutter = Cutter::new(scanner, form, most);
    let mut unwrapper = Unwrapper::new(scanner, &Choice::Auto, form, most);
    let (mut begin, mut found) = (0, Vec::new());
    let mut amid = Default::default();
    for end in (0..text.len()).step_by(step).skip(1) {
        let whole = cutter.whole(&text[begin..end]);
        assert!(whole <= end - begin);
        if whole > 0 {
            unwrapper.begin(amid);
            batch(&mut unwrapper, &text[..begin + whole], begin, &mut found);
            amid = cutter.behind();
            cutter.take(whole);
            begin += whole;
        }
    }
    unwrapper.begin(amid);
    batch(&mut unwrapper, text, begin, &mut found);
    found
}

fn batch(
    unwrapper: &mut Unwrapper,
    text: &[u8],
    begin: usize,
    found: &mut Vec<Got>,
) {
    let pieces = each(unwrapper, &text[begin..]).into_iter();
    found.extend(pieces.map(|got| Got { start: got.start + begin, ..got }));
}
