//! Answers that need no input: `--explain`, `--fields`, `--predicates`,
//! `--show`.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use super::{
    args::Args,
    exit::{Complaint, Exit},
    pipeline,
    settings::{Question, Settings},
};
use crate::{
    diag,
    engine::Route,
    event::{self, Alias, Derived},
    expr::{self, Definition},
};

/// Returns the answer, if a question was asked.
pub(super) fn asked(settings: &Settings) -> Result<Option<String>, Complaint> {
    Ok(Some(match &settings.question {
        None => return Ok(None),
        Some(Question::Explain) => explanation(settings),
        Some(Question::Fields) => fields(),
        Some(Question::Predicates) => predicates(),
        Some(Question::Show(name)) => definition(name)?,
    }))
}

/// Returns the text of the pipeline that is named, if it is to be shown.
pub(super) fn pipeline(args: &Args) -> Result<Option<String>, Complaint> {
    match (&args.show, &args.pipeline) {
        (Some(name), Some(pipeline)) if name.is_empty() => {
            pipeline::find(pipeline).map(|found| Some(found.text))
        }
        (Some(name), None) if name.is_empty() => Err(Complaint::usage(
            "--show takes the NAME of a predicate or a list, or goes with -p",
        )),
        (_, _) => Ok(None),
    }
}

/// Returns what each expression reads, tests and does, and with what.
fn explanation(settings: &Settings) -> String {
    let routes = &settings.wires.routes;
    let mut text = String::new();
    for route in routes {
        if !route.name.is_empty() {
            text.push_str(&format!("route    {}\n", route.name));
        }
        text.push_str(&route.pipeline.plan().to_string());
    }
    let is_sequential = |route: &Route| route.pipeline.is_sequential();
    let order = match routes.iter().any(is_sequential) {
        true => "one thread, line after line: `head` or `sample` counts them",
        false => "lines side by side, written in their order",
    };
    let scanner = settings.rules.reading.scanner.backend();
    format!("{text}order    {order}\nscanner  {scanner}\n")
}

/// Returns the aliases with their paths, what is computed, then the fields by
/// their paths.
fn fields() -> String {
    let mut text = String::from("short names\n");
    for alias in event::ALIASES {
        let Alias { name, path, text: about } = alias;
        text.push_str(&format!("  {name:<20} {path}\n{:23}{about}\n", ""));
    }
    text.push_str("\ncomputed fields, which cannot be edited\n");
    for Derived { name, text: about, .. } in event::DERIVED {
        text.push_str(&format!("  {name:<20} {about}\n"));
    }
    text.push_str("\nfields\n");
    for (path, _, about) in event::fields() {
        text.push_str(&format!("  {path:<44} {about}\n"));
    }
    text
}

/// Returns the predicates, then the lists as they are written: `@private`.
fn predicates() -> String {
    let all = expr::predicates();
    let (lists, predicates): (Vec<_>, Vec<_>) =
        all.iter().partition(|definition| is_list(definition));
    let line = |name: String, text| format!("  {name:<24} {text}\n");
    let mut text = String::from("predicates\n");
    for Definition { name, text: about, .. } in predicates {
        text.push_str(&line((*name).to_owned(), about));
    }
    text.push_str("\nlists, as in `peer in @private`\n");
    for Definition { name, text: about, .. } in lists {
        text.push_str(&line(format!("@{name}"), about));
    }
    text
}

fn is_list(definition: &Definition) -> bool {
    definition.source.starts_with("list ")
}

fn definition(name: &str) -> Result<String, Complaint> {
    if let Some(definition) = expr::show(name) {
        return Ok(format!("{}\n", definition.source));
    }
    if let Some(Alias { path, .. }) = event::alias(name) {
        return Err(Complaint::usage(format!(
            "`{name}` is a field, short for {path}; --fields lists them all"
        )));
    }
    if let Some(Derived { text, .. }) = event::derived(name) {
        return Err(Complaint::usage(format!(
            "`{name}` is a computed field: {text}; --fields lists them all"
        )));
    }
    let predicates = expr::predicates();
    let names = predicates.iter().map(|predicate| predicate.name);
    let help = match diag::nearest(name, names) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "--predicates lists them all".into(),
    };
    Err(Complaint::usage(format!("no predicate `{name}`; {help}")))
}

/// Prints `text` on standard output; a closed one is as good as a read one.
pub(super) fn print(text: &str) -> Result<ExitCode, Complaint> {
    let mut stdout = io::stdout().lock();
    let printed =
        stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
    match printed {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Complaint::Start(error))
        }
        Ok(()) | Err(_) => Ok(Exit::Ran.into()),
    }
}
