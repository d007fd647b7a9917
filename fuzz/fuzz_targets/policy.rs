//! Any text is a policy or is refused with places that lie in it; whatever a
//! policy makes of an event is JSON again, and stays so.
//! A line with `%%` stands between the two.

#![no_main]

use kaudit_filter::{
    event::{self, Event, Roots},
    expr::plan::POLICY_READS,
    policy::{
        Effect, Facts, Loaded, Policy, Program, Reader, Replay, Room, Version,
        load,
    },
    scan::Scanner,
};
use libfuzzer_sys::fuzz_target;
use serde_json::value::RawValue;

fuzz_target!(|input: &[u8]| {
    let Some(at) = input.windows(4).position(|it| it == b"\n%%\n") else {
        return;
    };
    let Ok(text) = str::from_utf8(&input[..at]) else { return };
    match load(text, Version::NEWEST) {
        Ok(Loaded { policy, warnings }) => {
            for found in warnings {
                let _pointed = &text[found.span];
            }
            apply(&policy, &input[at + 4..]);
        }
        Err(problems) => {
            assert!(!problems.is_empty());
            for found in problems {
                let _pointed = &text[found.span];
            }
        }
    }
});

fn apply(policy: &Policy, line: &[u8]) {
    let Some(start) = event::start(line) else { return };
    let keys: Vec<Box<str>> = POLICY_READS.map(Into::into).into();
    let roots = Roots::new(&keys, None);
    let on = |line: &[u8], out: &mut Vec<u8>| {
        let mut event = Event::new(Scanner::best(), line, start, &roots);
        let replay = Replay::new(policy.clone(), &keys);
        replay.apply(&mut event, &mut Room::default(), out)
    };
    let mut event = Event::new(Scanner::best(), line, start, &roots);
    let mut facts = Facts::default();
    if Reader::new(&keys).read(&mut event, &mut facts).is_ok() {
        let attributes = facts.attributes();
        let program = Program::new(policy.clone());
        assert_eq!(program.decide(&attributes), policy.decide(&attributes));
    }
    let mut once = Vec::new();
    if on(line, &mut once) != Effect::Changed {
        assert!(once.is_empty());
        return;
    }
    let is_json =
        |line: &[u8]| serde_json::from_slice::<&RawValue>(line).is_ok();
    // Where a line breaks that is no JSON, not every look at it sees.
    if is_json(line) {
        assert!(is_json(&once));
        assert_eq!(on(&once, &mut Vec::new()), Effect::Unchanged);
    }
}
