//! Turns sources into a plan and warnings, or into what is wrong with them.

mod anew;
mod calls;

use std::collections::HashMap;

use crate::diag::{self, Color, Diagnostic, Severity};

use super::ast::{File, Span};
use super::check::Checker;
use super::file::{Purpose, Read, Remark};
use super::lower::Builder;
use super::parse::{MAX_FOUND, parse};
use super::plan::{Plan, Rule, RuleId, Step};
use super::prelude;
use calls::Calls;

/// A text to compile.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The file it came from; `None` for an expression on the command line.
    pub name: Option<&'a str>,
    /// Definitions, and at most one pipeline among all sources.
    pub text: &'a str,
}

impl<'a> Source<'a> {
    /// Returns the source of an expression on the command line.
    pub fn expression(text: &'a str) -> Source<'a> {
        Source { name: None, text }
    }

    /// Returns the source that a file holds.
    pub fn file(name: &'a str, text: &'a str) -> Source<'a> {
        Source { name: Some(name), text }
    }

    /// Returns what messages call this source.
    fn origin(&self) -> &'a str {
        self.name.unwrap_or("<expression>")
    }
}

/// A plan, and what should be said before it runs.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// What to do with each event.
    pub plan: Plan,
    /// What probably does not mean what was meant.
    pub warnings: Vec<Finding>,
}

/// A finding, and which source it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Index into the sources given.
    pub source: usize,
    /// What was found there.
    pub diagnostic: Diagnostic,
}

/// Reads the file of this name for the source of this index.
type LoadFrom<'l> =
    dyn FnMut(&str, usize, Purpose) -> Result<Read, Remark> + 'l;

/// Compiles sources, in the order in which they may use each other.
///
/// * Definitions of all sources share one space of names, with the built-in
///   predicates.
/// * A source may define a list of an earlier one anew, which then counts
///   for all of them.
/// * One of them may hold a pipeline. If none does, all rules are looked for,
///   and if there are none, every event is kept.
/// * An expression on the command line must not be empty.
///
/// ```
/// use kaudit_filter::expr::{Source, compile};
/// let rules = Source::file("rules.kaf", "let mine = ns = prod");
/// let given = Source::expression("mine and code>=400");
/// let compiled = compile(&[rules, given]).expect("it is correct");
/// assert_eq!(compiled.plan.steps.len(), 1);
/// assert!(compile(&[Source::expression("cod >= 400")]).is_err());
/// ```
///
/// # Errors
///
/// Returns everything that was found, warnings too, in the order of the
/// text. A list or policy in a file is an error: [`compile_with`] reads those.
pub fn compile(sources: &[Source<'_>]) -> Result<Compiled, Vec<Finding>> {
    compile_with(sources, &mut |file, _, _| {
        let why = "files cannot be used here";
        Err(format!("`{file}` is not read: {why}").into())
    })
}

/// Compiles sources as [`compile`] does, and reads the files of lists and
/// policies with `load`: it is given the name of the file, as the expression
/// calls it, the index of the source, and what the file is for; what it
/// answers is the text of the file, or why there is none.
///
/// * What a policy says is not looked at here: that `load` has done.
///
/// ```
/// use kaudit_filter::expr::{Source, compile_with};
/// let given = Source::expression("list mine = from \"a\"\nns in @mine");
/// let compiled = compile_with(&[given], &mut |file, source, _| {
///     assert_eq!((file, source), ("a", 0));
///     Ok("prod\nstaging # a comment\n".to_owned().into())
/// });
/// let plan = compiled.expect("it is correct").plan.to_string();
/// assert!(plan.contains("in (\"prod\", \"staging\")"));
/// ```
///
/// # Errors
///
/// Returns everything that was found, warnings too, in the order of the
/// text.
pub fn compile_with(
    sources: &[Source<'_>],
    load: &mut LoadFrom<'_>,
) -> Result<Compiled, Vec<Finding>> {
    let (mut scope, mut builder) = (prelude::scope(), Builder::default());
    let mut findings = Vec::new();
    let mut pipeline: Option<Vec<Step>> = None;
    let mut calls = Calls::default();
    let mut told: Vec<Vec<Diagnostic>> = vec![Vec::new(); sources.len()];
    let parsed = sources.iter().zip(&mut told);
    let files: Vec<File<'_>> =
        parsed.map(|(source, found)| parse(source.text, found)).collect();
    scope.replace(anew::lists(&files, &scope, load));
    for (at, (source, mut found)) in sources.iter().zip(told).enumerate() {
        let file = &files[at];
        check_not_empty(source, file.items.is_empty(), &mut found);
        calls.note(at, file);
        scope.begin_source();
        let mut checker = Checker::new(&mut scope, &mut builder, &mut found);
        match checker.file(file, &mut |name, purpose| load(name, at, purpose))
        {
            Some((_, span)) if pipeline.is_some() => found.push(second(span)),
            Some((steps, _)) => pipeline = Some(steps),
            None => (),
        }
        let source = |diagnostic| Finding { source: at, diagnostic };
        findings.extend(found.into_iter().map(source));
    }
    let is_error =
        |found: &Finding| found.diagnostic.severity == Severity::Error;
    let has_errors = findings.iter().any(is_error);
    if let (Some(steps), false) = (&pipeline, has_errors) {
        findings.extend(calls.idle(steps, scope.rules()));
    }
    findings.sort_by_key(|found| (found.source, found.diagnostic.span.start));
    cap(&mut findings);
    if has_errors {
        return Err(findings);
    }
    let steps = pipeline.unwrap_or_else(|| detect(scope.rules()));
    let plan = builder.finish(steps, scope.rules());
    Ok(Compiled { plan, warnings: findings })
}

/// Returns what is done where rules are and no pipeline.
fn detect(rules: &[Rule]) -> Vec<Step> {
    let ids = (0..).zip(rules).map(|(at, _)| RuleId(at));
    match rules {
        [] => Vec::new(),
        [_, ..] => vec![Step::Detect(ids.collect())],
    }
}

/// Keeps the first findings of each kind in each source; more would not be
/// read.
fn cap(findings: &mut Vec<Finding>) {
    let mut counts: HashMap<(usize, bool), usize> = HashMap::new();
    findings.retain(|found| {
        let is_error = found.diagnostic.severity == Severity::Error;
        let count = counts.entry((found.source, is_error)).or_default();
        *count += 1;
        *count <= MAX_FOUND
    });
}

/// An empty expression is what the shell makes of an unset variable.
fn check_not_empty(
    source: &Source<'_>,
    empty: bool,
    found: &mut Vec<Diagnostic>,
) {
    if empty && source.name.is_none() && found.is_empty() {
        found.push(
            Diagnostic::error(0..source.text.len(), "the expression is empty")
                .help("write `true` to keep every event"),
        );
    }
}

fn second(span: Span) -> Diagnostic {
    let message = "a second pipeline; an earlier source has one";
    Diagnostic::error(span, message).help("join steps with `|`")
}

/// Draws findings under the lines of the sources they are about.
///
/// ```
/// use kaudit_filter::diag::Color;
/// use kaudit_filter::expr::{Source, compile, render};
/// let sources = [Source::expression("cod>=400 and vreb=get")];
/// let findings = compile(&sources).expect_err("two names are wrong");
/// let drawn = render(&findings, &sources, Color::Never);
/// assert!(drawn.contains("did you mean `code`?"));
/// assert!(drawn.contains("did you mean `verb`?"));
/// ```
pub fn render(
    findings: &[Finding],
    sources: &[Source<'_>],
    color: Color,
) -> String {
    let drawn = findings.iter().filter_map(|finding| {
        let source = sources.get(finding.source)?;
        let (origin, text) = (source.origin(), source.text);
        Some(diag::render(&finding.diagnostic, origin, text, color))
    });
    drawn.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests;
