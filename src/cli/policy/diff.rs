//! `kaudit-filter policy diff`.

use std::path::PathBuf;

use serde_json::json;

use super::{
    super::{
        exit::{Complaint, Exit},
        show,
        voice::Voice,
    },
    Output,
    file::{self, Policy},
    json, version,
};
use crate::{
    diag::escape,
    policy::{Difference, Outcome, Stage, Version, diff, line_of},
};

/// What was typed behind `policy diff`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The policy as it was; `-` is standard input
    #[arg(value_name = "OLD")]
    old: PathBuf,

    /// The policy as it is to be
    #[arg(value_name = "NEW")]
    new: PathBuf,

    /// The version of the apiserver [default: the newest that is known]
    #[arg(long, value_name = "1.N", value_parser = version)]
    kubernetes: Option<Version>,

    /// Print text, or JSON: a line for each difference
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    output: Output,
}

/// How many parts of a difference are shown.
const PARTS: usize = 5;

/// Runs the command.
pub(super) fn run(args: &Args, voice: &mut Voice) -> Result<Exit, Complaint> {
    let version = args.kubernetes.unwrap_or_default();
    let both = file::read(&[&args.old, &args.new], version, voice)?;
    let [old, new] = &both[..] else { return Ok(Exit::Usage) };
    let Ok(found) = diff(&old.loaded.policy, &new.loaded.policy) else {
        voice.say(
            "the policies name too much to compare all requests; `policy \
             simulate --against` compares them on a log",
        );
        return Ok(Exit::Usage);
    };
    let each = found.iter().map(|difference| match args.output {
        Output::Text => text(difference, old, new),
        Output::Json => line(difference),
    });
    let between = match args.output {
        Output::Text => "\n",
        Output::Json => "",
    };
    let mut out = each.collect::<Vec<_>>().join(between);
    if found.is_empty() && args.output == Output::Text {
        out = "same decisions\n".to_owned();
    }
    show::print(&out)?;
    Ok(if found.is_empty() { Exit::Ran } else { Exit::Nothing })
}

/// Returns how people call a rule.
pub(super) fn called(policy: &Policy, rule: Option<usize>) -> String {
    let rules = &policy.loaded.policy.rules;
    match rule.and_then(|at| rules.get(at).map(|rule| (at, rule))) {
        None => "no rule".to_owned(),
        Some((at, rule)) => {
            let line = line_of(&policy.text, rule.span.start);
            format!("rule {} (line {line})", at + 1)
        }
    }
}

fn text(found: &Difference, old: &Policy, new: &Policy) -> String {
    let [before, after] = &found.outcomes;
    let mut text = format!("{}\n", changed(before, after));
    let names = [(old, found.rules[0]), (new, found.rules[1])];
    for (policy, rule) in names {
        let name = escape(policy.name.as_bytes());
        text.push_str(&format!("  {name}: {}\n", called(policy, rule)));
    }
    for region in found.regions.iter().take(PARTS) {
        let region = region.to_string();
        text.push_str(&format!("  - {}\n", escape(region.as_bytes())));
    }
    match found.count.map(|count| count.saturating_sub(PARTS as u64)) {
        Some(0) => (),
        Some(more) => text.push_str(&format!("  - and {more} more parts\n")),
        None => text.push_str("  - and more parts than can be told\n"),
    }
    if let Some(region) = found.regions.first() {
        let example = region.example().to_string();
        let example = escape(example.as_bytes());
        text.push_str(&format!("  such as: {example}\n"));
    }
    text
}

/// Returns what changes, in words.
pub(super) fn changed(before: &Outcome, after: &Outcome) -> String {
    if before.level != after.level {
        let (before, after) = (before.level.word(), after.level.word());
        return format!("{before} -> {after}");
    }
    let mut parts = vec![format!("{} as before", before.level.word())];
    for stage in Stage::ALL {
        let is_omitted =
            [before, after].map(|it| it.omit_stages.contains(stage));
        let stage = stage.word();
        match is_omitted {
            [false, true] => parts.push(format!("without {stage}")),
            [true, false] => parts.push(format!("with {stage}")),
            [true, true] | [false, false] => (),
        }
    }
    match [before, after].map(|it| it.omit_managed_fields) {
        [false, true] => parts.push("without managedFields".to_owned()),
        [true, false] => parts.push("with managedFields".to_owned()),
        [true, true] | [false, false] => (),
    }
    parts.join(", ")
}

fn line(found: &Difference) -> String {
    let side = |at: usize| {
        let outcome = &found.outcomes[at];
        let stages: Vec<&str> =
            outcome.omit_stages.iter().map(Stage::word).collect();
        json!({
            "rule": found.rules[at].map(|rule| rule + 1),
            "level": outcome.level.word(),
            "omitStages": stages,
            "omitManagedFields": outcome.omit_managed_fields,
        })
    };
    let parts: Vec<String> =
        found.regions.iter().map(|it| it.to_string()).collect();
    let example = found.regions.first().map(|it| it.example().to_string());
    json::line(&json!({
        "old": side(0),
        "new": side(1),
        "requests": parts,
        "parts": found.count,
        "example": example,
    }))
}
