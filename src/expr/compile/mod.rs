//! Turns sources into a plan and warnings, or into what is wrong with them.

use crate::diag::{self, Color, Diagnostic, Severity};

use super::ast::Span;
use super::check::Checker;
use super::lower::Builder;
use super::parse::{MAX_FOUND, parse};
use super::plan::{Plan, Step};
use super::prelude;

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

/// Compiles sources, in the order in which they may use each other.
///
/// * Definitions of all sources share one space of names, with the built-in
///   predicates.
/// * One of them may hold a pipeline. If none does, every event is kept.
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
/// text.
pub fn compile(sources: &[Source<'_>]) -> Result<Compiled, Vec<Finding>> {
    let (mut scope, mut builder) = (prelude::scope(), Builder::default());
    let mut findings = Vec::new();
    let mut pipeline: Option<Vec<Step>> = None;
    for (at, source) in sources.iter().enumerate() {
        let mut found = Vec::new();
        let file = parse(source.text, &mut found);
        check_not_empty(source, file.items.is_empty(), &mut found);
        let mut checker = Checker::new(&mut scope, &mut builder, &mut found);
        match checker.file(&file) {
            Some((_, span)) if pipeline.is_some() => found.push(second(span)),
            Some((steps, _)) => pipeline = Some(steps),
            None => (),
        }
        found.sort_by_key(|finding| finding.span.start);
        cap(&mut found);
        let source = |diagnostic| Finding { source: at, diagnostic };
        findings.extend(found.into_iter().map(source));
    }
    let is_error =
        |found: &Finding| found.diagnostic.severity == Severity::Error;
    if findings.iter().any(is_error) {
        return Err(findings);
    }
    let plan = builder.finish(pipeline.unwrap_or_default());
    Ok(Compiled { plan, warnings: findings })
}

/// Keeps the first findings of each kind; more would not be read.
fn cap(found: &mut Vec<Diagnostic>) {
    let (mut errors, mut warnings) = (0, 0);
    found.retain(|finding| {
        let count = match finding.severity {
            Severity::Error => &mut errors,
            Severity::Warning => &mut warnings,
        };
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
