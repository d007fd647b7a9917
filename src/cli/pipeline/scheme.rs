//! Turns the tables of a pipeline file into what they say.

use std::{ffi::OsStr, path::PathBuf};

use toml::de::DeTable;

use super::{
    super::{args::From, rules, size},
    page::{Located, Page},
    set::Override,
    table::Section,
};
use crate::{
    diag::Diagnostic,
    format::Format,
    sink::{Address, Spec, address},
    unwrap::Choice,
};

/// What a pipeline file says.
#[derive(Debug)]
pub(in crate::cli) struct Scheme {
    pub source: Source,
    pub options: Options,
    pub definitions: Vec<Located<String>>,
    /// The routes, at least one.
    pub ways: Vec<Way>,
}

/// What is read, and how.
#[derive(Debug, Default)]
pub(in crate::cli) struct Source {
    pub paths: Vec<PathBuf>,
    pub follow: bool,
    pub checkpoint: Option<PathBuf>,
    pub from: Option<From>,
    pub poll: bool,
    pub unwrap: Option<Choice>,
}

/// How lines are treated.
#[derive(Debug, Default)]
pub(in crate::cli) struct Options {
    pub strict: bool,
    pub on_invalid: Option<String>,
    pub max_line: Option<usize>,
    /// Labels, as `--label` takes them.
    pub labels: Vec<String>,
}

/// A route.
#[derive(Debug)]
pub(in crate::cli) struct Way {
    pub name: String,
    pub steps: Located<String>,
    pub sinks: Vec<Sink>,
}

/// Where what a route keeps goes to.
#[derive(Clone, Debug)]
pub(in crate::cli) struct Sink {
    /// As it is written.
    pub text: String,
    pub spec: Spec,
}

impl Scheme {
    /// Reads all of it, and says all that is wrong.
    pub(super) fn read(
        page: &Page,
        overrides: Vec<Override>,
    ) -> Result<Scheme, Vec<Diagnostic>> {
        let parsed = DeTable::parse(page.text()).map_err(|error| {
            let span = error.span().unwrap_or(0..0);
            vec![Diagnostic::error(span, error.message())]
        })?;
        let mut root = Section::new(parsed.get_ref(), 0);
        let mut wrong = Vec::new();
        for one in overrides {
            wrong.extend(one.apply(&mut root).err());
        }
        root.text("description", &mut wrong);
        let source = source(root.section("source", &mut wrong), &mut wrong);
        let mut definitions = root.section("definitions", &mut wrong);
        let files = definitions.texts("files", &mut wrong);
        definitions.finish(&mut wrong);
        let options = root.section("options", &mut wrong);
        let options = options_of(options, &mut wrong);
        let routes = root.sections("route", &mut wrong);
        if routes.is_empty() && wrong.is_empty() {
            let end = page.text().len();
            let what = "no [[route]]: nothing says what is kept";
            wrong.push(Diagnostic::error(end..end, what));
        }
        let mut ways: Vec<Way> = Vec::new();
        for route in routes {
            ways.extend(way(route, page, &ways, &mut wrong));
        }
        root.finish(&mut wrong);
        match wrong[..] {
            [] => Ok(Scheme { source, options, definitions: files, ways }),
            [..] => {
                wrong.sort_by_key(|found| found.span.start);
                Err(wrong)
            }
        }
    }
}

fn source(mut section: Section, wrong: &mut Vec<Diagnostic>) -> Source {
    let paths = section.texts("path", wrong);
    let follow = section.truth("follow", wrong).unwrap_or_default();
    let checkpoint = section.text("checkpoint", wrong);
    let from = section.text("from", wrong);
    let poll = section.truth("poll", wrong).unwrap_or_default();
    let unwrap = section.text("unwrap", wrong);
    section.finish(wrong);
    let unwrap = unwrap.and_then(|form| match Choice::parse(&form.value) {
        Ok(choice) => Some(choice),
        Err(why) => {
            let why = why.to_string();
            wrong.push(Diagnostic::error(form.span, why));
            None
        }
    });
    let from = from.and_then(|from| match &*from.value {
        "begin" => Some(From::Begin),
        "end" => Some(From::End),
        _ => {
            let what = "`from` is \"begin\" or \"end\"";
            wrong.push(Diagnostic::error(from.span, what));
            None
        }
    });
    if let (false, Some(checkpoint)) = (follow, &checkpoint) {
        let span = checkpoint.span.clone();
        let what = "a checkpoint is for `follow = true`";
        wrong.push(Diagnostic::error(span, what));
    }
    Source {
        paths: paths.into_iter().map(|path| path.value.into()).collect(),
        follow,
        checkpoint: checkpoint.map(|path| path.value.into()),
        from,
        poll,
        unwrap,
    }
}

fn options_of(mut section: Section, wrong: &mut Vec<Diagnostic>) -> Options {
    let strict = section.truth("strict", wrong).unwrap_or_default();
    let on_invalid = section.text("on-invalid", wrong);
    let max_line = section.amount("max-line", wrong);
    let labels = section.section("labels", wrong).pairs(wrong);
    section.finish(wrong);
    if let Some(way) = &on_invalid
        && rules::on_invalid(Some(OsStr::new(&way.value))).is_err()
    {
        let what = "`on-invalid` is pass, skip, fail or file:PATH";
        wrong.push(Diagnostic::error(way.span.clone(), what));
    }
    let max_line = max_line.and_then(|size| match size::parse(&size.value) {
        Ok(size) => Some(size),
        Err(why) => {
            wrong.push(Diagnostic::error(size.span, why.to_string()));
            None
        }
    });
    let label = |(key, value): (Located<String>, Located<String>)| {
        format!("{}={}", key.value, value.value)
    };
    Options {
        strict,
        on_invalid: on_invalid.map(|way| way.value),
        max_line,
        labels: labels.into_iter().map(label).collect(),
    }
}

fn way(
    route: Located<Section>,
    page: &Page,
    before: &[Way],
    wrong: &mut Vec<Diagnostic>,
) -> Option<Way> {
    let Located { value: mut section, span } = route;
    let name = section.text("name", wrong);
    let steps = section.text("steps", wrong);
    let to = section.texts("to", wrong);
    section.finish(wrong);
    if let Some(name) = &name
        && before.iter().any(|way| way.name == name.value)
    {
        let what = format!("two routes are called `{}`", name.value);
        wrong.push(Diagnostic::error(name.span.clone(), what));
    }
    let sinks = sinks(&to, page, before, wrong);
    let Some(steps) = steps else {
        let what = "a route needs `steps`: what it keeps";
        wrong.push(Diagnostic::error(span, what));
        return None;
    };
    let number = before.len() + 1;
    let name = name.map_or_else(|| number.to_string(), |name| name.value);
    Some(Way { name, steps, sinks })
}

/// Reads what stands in `to`; none is standard output.
fn sinks(
    to: &[Located<String>],
    page: &Page,
    before: &[Way],
    wrong: &mut Vec<Diagnostic>,
) -> Vec<Sink> {
    let mut sinks: Vec<Sink> = Vec::new();
    let stdout = Located { value: "stdout".to_owned(), span: 0..0 };
    let to = if to.is_empty() { std::slice::from_ref(&stdout) } else { to };
    for text in to {
        match address::parse(&text.value) {
            Err(found) => {
                let span = page.inside(text, &found.span);
                wrong.push(Diagnostic { span, ..found });
            }
            Ok(spec) => {
                if let Some(found) = misformed(text, &spec, page) {
                    wrong.push(found);
                }
                let others = before.iter().flat_map(|way| &way.sinks);
                let mut others = others.chain(&sinks);
                if others.any(|other| is_same_file(&other.spec, &spec)) {
                    let what = "two routes cannot write to one file";
                    let span = text.span.clone();
                    wrong.push(Diagnostic::error(span, what));
                }
                let text = text.value.clone();
                sinks.push(Sink { text, spec });
            }
        }
    }
    sinks
}

/// Returns what is wrong with the format of a sink.
fn misformed(
    text: &Located<String>,
    spec: &Spec,
    page: &Page,
) -> Option<Diagnostic> {
    let wording = spec.format.as_ref()?;
    let found = Format::parse(&wording.text).err()?;
    let base = wording.span.start;
    let span = base + found.span.start..base + found.span.end;
    Some(Diagnostic { span: page.inside(text, &span), ..found })
}

fn is_same_file(one: &Spec, other: &Spec) -> bool {
    match (&one.address, &other.address) {
        (Address::File(one), Address::File(other)) => one.path == other.path,
        (_, _) => false,
    }
}
