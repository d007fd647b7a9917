//! Says in text what a policy makes of a log.

use super::{Policy, Result, time};
use crate::{
    diag::escape,
    policy::{Asker, Count, Flags, Level, Traffic, line_of},
};

/// Returns all of it.
pub(super) fn page(result: &Result<'_>) -> String {
    let Result { traffic, args, .. } = result;
    [
        total(traffic),
        levels(traffic),
        rules(result.new, traffic),
        changes(result),
        volume(traffic),
        load(traffic),
        noise(traffic, args.top),
        limits(result),
    ]
    .join("")
}

/// Returns a number of bytes as people read it.
fn size(bytes: u64) -> String {
    const UNITS: [(u64, &str); 3] =
        [(1 << 30, "G"), (1 << 20, "M"), (1 << 10, "K")];
    let unit = UNITS.iter().find(|(unit, _)| bytes >= *unit);
    match unit {
        Some((unit, name)) => {
            let tenths = u128::from(bytes) * 10 / u128::from(*unit);
            format!("{}.{} {name}iB", tenths / 10, tenths % 10)
        }
        None => format!("{bytes} B"),
    }
}

/// Returns how much a part is of the whole, in per cent.
fn share(part: u64, whole: u64) -> String {
    let tenths = u128::from(part) * 1000 / u128::from(whole.max(1));
    format!("{}.{} %", tenths / 10, tenths % 10)
}

fn total(traffic: &Traffic) -> String {
    let Count { events, bytes, kept_events, kept_bytes, .. } = traffic.all;
    format!(
        "events  {events} read, {kept_events} kept ({})\n\
         bytes   {} read, {} kept ({})\n",
        share(kept_events, events),
        size(bytes),
        size(kept_bytes),
        share(kept_bytes, bytes),
    )
}

fn levels(traffic: &Traffic) -> String {
    let mut text =
        format!("\n{:<18}{:>12}{:>14}\n", "kept at", "events", "bytes");
    for level in Level::ALL {
        let (events, bytes) = traffic.levels[level as usize];
        if events > 0 {
            let line = format!(
                "{:<18}{events:>12}{:>14}\n",
                level.word(),
                size(bytes)
            );
            text.push_str(&line);
        }
    }
    text
}

fn rules(policy: &Policy, traffic: &Traffic) -> String {
    let mut text = format!(
        "\n{:<6}{:<6}{:<16}{:>10}{:>10}{:>13}\n",
        "rule", "line", "level", "hits", "kept", "bytes kept"
    );
    let mut row = |rule: &str, line: &str, level: Level, count: Count| {
        let note = match count.events {
            0 if rule != "none" => "  dead on this traffic",
            _ => "",
        };
        let (kept, bytes) = (count.kept_events, size(count.kept_bytes));
        text.push_str(&format!(
            "{rule:<6}{line:<6}{:<16}{:>10}{kept:>10}{bytes:>13}{note}\n",
            level.word(),
            count.events,
        ));
    };
    for (at, rule) in policy.loaded.policy.rules.iter().enumerate() {
        let line = line_of(&policy.text, rule.span.start).to_string();
        let number = (at + 1).to_string();
        row(&number, &line, rule.level, traffic.rule(Some(at)));
    }
    let none = traffic.rule(None);
    if none.events > 0 {
        row("none", "", Level::None, none);
    }
    text
}

fn changes(result: &Result<'_>) -> String {
    let (traffic, Some(old)) = (&result.traffic, result.old) else {
        return String::new();
    };
    let (before, now) = (traffic.old, traffic.all);
    let name = escape(old.name.as_bytes());
    let mut text = format!(
        "\nagainst {name}: {} events -> {}, {} -> {}\n",
        before.kept_events,
        now.kept_events,
        size(before.kept_bytes),
        size(now.kept_bytes),
    );
    let mut changes: Vec<_> = traffic.changes.iter().collect();
    changes.sort_by_key(|(_, change)| std::cmp::Reverse(change.events));
    let word = |level: Option<Level>| level.map_or("skipped", Level::word);
    for (pair, change) in changes.iter().take(result.args.top) {
        let [(old_rule, old_level), (rule, level)] = **pair;
        text.push_str(&format!(
            "  {} events, {} -> {}: {} -> {}\n",
            change.events,
            size(change.old_bytes),
            size(change.new_bytes),
            word(old_level),
            word(level),
        ));
        let rules = [(old, old_rule), (result.new, rule)];
        let rules =
            rules.map(|(it, rule)| super::super::diff::called(it, rule));
        text.push_str(&format!("    {} -> {}\n", rules[0], rules[1]));
        let example = change.example.to_string();
        let example = escape(example.as_bytes());
        text.push_str(&format!("    such as: {example}\n"));
    }
    match changes.len().saturating_sub(result.args.top) {
        0 if changes.is_empty() => {
            text + "  nothing changes for these events\n"
        }
        0 => text,
        more => text + &format!("  and {more} more changes\n"),
    }
}

/// Spans shorter than this say nothing of a day.
const SHORT: u64 = 600;

fn volume(traffic: &Traffic) -> String {
    let pace = &traffic.pace;
    let (Some((first, last)), Some(span), Some(day)) =
        (pace.ends(), pace.span(), pace.bytes_a_day())
    else {
        return "\nvolume  not known: no event has a time\n".to_owned();
    };
    let caution = if span < SHORT { ", from so short a time" } else { "" };
    format!(
        "\ntime    {} to {}\n\
         volume  {} a day, as in the {span} s of this log{caution}\n",
        time(first),
        time(last),
        size(day)
    )
}

fn load(traffic: &Traffic) -> String {
    let peak = traffic.pace.peak();
    if peak.second == 0 {
        return String::new();
    }
    let Flags { max_size, qps, burst, buffer } = Flags::of(&peak);
    let (second, seconds) = (peak.second, Flags::SECONDS);
    let batches = second.div_ceil(max_size);
    let time = time(peak.at);
    format!(
        "peak    {second} events in one second ({time}), {} in 30 s\n\
         \n\
         for that peak, with --audit-webhook-mode=batch\n\
         \x20 --audit-webhook-batch-max-size={max_size}\n\
         \x20 --audit-webhook-batch-throttle-qps={qps}  \
         {second} / {max_size} = {batches} a second, twice that, at least 10\n\
         \x20 --audit-webhook-batch-throttle-burst={burst}  \
         half as many more, at least 15\n\
         \x20 --audit-webhook-batch-buffer-size={buffer}  \
         {second} x {seconds} s, at least 10000\n",
        peak.window,
    )
}

fn noise(traffic: &Traffic, top: usize) -> String {
    let noisiest = traffic.groups.noisiest(top);
    if noisiest.is_empty() {
        return String::new();
    }
    let mut text = format!(
        "\n{:>10}{:>12}  noisiest of what is kept\n",
        "events", "bytes"
    );
    for (key, events, bytes) in noisiest {
        let verb = if key.verb.is_empty() { "-" } else { key.verb };
        let user = match key.user {
            Asker::Unknown => "an unknown user",
            Asker::Nobody | Asker::Somebody("") => "nobody",
            Asker::Somebody(name) => name,
        };
        let who = format!("{verb} {} by {user}", key.what);
        let who = escape(who.as_bytes());
        let line = format!("{events:>10}{:>12}  {who}\n", size(bytes));
        text.push_str(&line);
    }
    let (events, bytes) = traffic.groups.other;
    if events > 0 {
        let line = format!("{events:>10}{:>12}  (other)\n", size(bytes));
        text.push_str(&line);
    }
    text
}

/// Says what the log could not tell.
fn limits(result: &Result<'_>) -> String {
    let traffic = &result.traffic;
    let mut text = "\nwhat this log cannot tell\n".to_owned();
    let mut say = |line: String| text.push_str(&format!("  - {line}\n"));
    say("requests and stages that were not recorded are not in it".to_owned());
    if traffic.all.short > 0 {
        say(format!(
            "{} events were recorded at a lower level than the policy asks \
             for: they would be larger",
            traffic.all.short
        ));
        let rules = result.new.loaded.policy.rules.len();
        for at in 0..rules {
            let count = traffic.rule(Some(at)).short;
            if count > 0 {
                say(format!("of these {count} by rule {}", at + 1));
            }
        }
    }
    for (doubt, count) in &traffic.doubts {
        say(format!("{count} events have {doubt}; counted as kept whole"));
    }
    if traffic.broken > 0 {
        say(format!(
            "{} lines break before they tell; counted as kept whole",
            traffic.broken
        ));
    }
    if traffic.pace.unplaced > 0 {
        say(format!("{} kept events have no time", traffic.pace.unplaced));
    }
    text
}
