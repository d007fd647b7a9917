//! Says as JSON what a policy makes of a log.

use serde_json::{Value, json};

use super::{super::json::line, Result, time};
use crate::policy::{Asker, Count, Flags, Level, line_of};

/// Returns all of it, in one line.
pub(super) fn page(result: &Result<'_>) -> String {
    let traffic = &result.traffic;
    let levels = Level::ALL.map(|level| {
        let (events, bytes) = traffic.levels[level as usize];
        json!({"level": level.word(), "events": events, "bytes": bytes})
    });
    let rules = result.new.loaded.policy.rules.iter().enumerate();
    let rules = rules.map(|(at, rule)| {
        let mut row = count(&traffic.rule(Some(at)));
        row["rule"] = (at + 1).into();
        row["line"] = line_of(&result.new.text, rule.span.start).into();
        row["level"] = rule.level.word().into();
        row
    });
    let rules: Vec<Value> = rules.collect();
    let doubts = traffic.doubts.iter();
    let doubts: serde_json::Map<String, Value> = doubts
        .map(|(doubt, count)| (doubt.to_string(), (*count).into()))
        .collect();
    let ends = traffic.pace.ends();
    let page = json!({
        "read": result.summary.tally.read,
        "foreign": result.summary.tally.foreign,
        "all": count(&traffic.all),
        "levels": levels,
        "rules": rules,
        "norule": count(&traffic.rule(None)),
        "against": result.old.map(|_| count(&traffic.old)),
        "changes": changes(result),
        "from": ends.map(|(first, _)| time(first)),
        "to": ends.map(|(_, last)| time(last)),
        "seconds": traffic.pace.span(),
        "bytesADay": traffic.pace.bytes_a_day(),
        "peak": peak(result),
        "noisiest": noisiest(result),
        "undecided": doubts,
        "broken": traffic.broken,
        "withoutTime": traffic.pace.unplaced,
    });
    line(&page)
}

fn count(count: &Count) -> Value {
    json!({
        "events": count.events,
        "bytes": count.bytes,
        "keptEvents": count.kept_events,
        "keptBytes": count.kept_bytes,
        "recordedLower": count.short,
    })
}

fn changes(result: &Result<'_>) -> Vec<Value> {
    let changes = result.traffic.changes.iter();
    let rule = |rule: Option<usize>| rule.map(|at| at + 1);
    let level = |level: Option<Level>| level.unwrap_or_default().word();
    changes
        .map(|(pair, change)| {
            let [old, new] = *pair;
            json!({
                "events": change.events,
                "oldRule": rule(old.0),
                "newRule": rule(new.0),
                "oldLevel": level(old.1),
                "newLevel": level(new.1),
                "oldBytes": change.old_bytes,
                "newBytes": change.new_bytes,
                "example": change.example.to_string(),
            })
        })
        .collect()
}

fn peak(result: &Result<'_>) -> Value {
    let peak = result.traffic.pace.peak();
    let flags = Flags::of(&peak);
    json!({
        "at": (peak.second > 0).then(|| time(peak.at)),
        "eventsInASecond": peak.second,
        "eventsIn30Seconds": peak.window,
        "batchMaxSize": flags.max_size,
        "throttleQps": flags.qps,
        "throttleBurst": flags.burst,
        "bufferSize": flags.buffer,
    })
}

fn noisiest(result: &Result<'_>) -> Vec<Value> {
    let groups = result.traffic.groups.noisiest(result.args.top);
    let rows = groups.iter().map(|(key, events, bytes)| {
        let user = match key.user {
            Asker::Unknown => None,
            Asker::Nobody => Some(""),
            Asker::Somebody(name) => Some(name),
        };
        json!({
            "user": user,
            "verb": key.verb,
            "what": key.what,
            "events": events,
            "bytes": bytes,
        })
    });
    rows.collect()
}
