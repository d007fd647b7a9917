//! Turns a pipeline file into routes, sinks and what they are fed from.
//!
//! All of it is checked before the first byte is read: keys, values, and what
//! stands inside of them, such as the expressions of `steps`. What is wrong is
//! drawn at its place in the file.

mod find; //   A name leads to a text,
mod page; //   in which places are found again;
mod table; //  its values are read, each of its type,
mod set; //    some are overridden,
mod scheme; // and this is what they say,
mod program; // and what is run.

use std::path::{Path, PathBuf};

pub(super) use self::{
    find::{Found, find, names},
    program::program,
    scheme::{Scheme, Sink},
};

use self::{page::Page, scheme::Way, set::Override};
use super::{exit::Complaint, load, text::Text};
use crate::diag::{Color, Diagnostic};
use crate::expr::{self, Compiled, Finding};
use crate::pipeline::Pipeline;

/// A pipeline file that was understood.
#[derive(Debug)]
pub(super) struct Understood {
    pub scheme: Scheme,
    /// What judges, for each route.
    pub pipelines: Vec<Pipeline>,
    /// What should be said of it, drawn.
    pub warnings: Vec<String>,
}

/// Reads a pipeline file, its overrides, and all that it names.
pub(super) fn understand(
    name: &Path,
    overrides: &[String],
    color: Color,
) -> Result<Understood, Complaint> {
    let Found { origin, text, folder } = find(name)?;
    let mut page = Page::new(origin, text);
    let overrides: Vec<Override> = overrides
        .iter()
        .map(|typed| Override::read(typed, &mut page))
        .collect::<Result<_, _>>()?;
    let scheme = match Scheme::read(&page, overrides) {
        Ok(scheme) => scheme,
        Err(found) => return Err(refused(&page, &found, color)),
    };
    let before = definitions(&scheme, folder.as_deref(), &page, color)?;
    let (mut pipelines, mut warnings, mut errors) =
        (Vec::new(), Vec::new(), Vec::new());
    for way in &scheme.ways {
        let text = before.clone().with_expression(&way.steps.value);
        let steps = Steps { page: &page, way, text: &text, color };
        match text.compile() {
            Ok(Compiled { plan, warnings: found }) => {
                warnings.extend(steps.draw(&found));
                let pipeline = Pipeline::new(plan)
                    .map_err(|why| Complaint::usage(why.to_string()))?;
                errors.extend(steps.misplaced(&pipeline));
                pipelines.push(pipeline);
            }
            Err(found) => errors.extend(steps.draw(&found)),
        }
    }
    // A slip in a file of definitions is one of every route.
    errors.dedup();
    warnings.dedup();
    if !errors.is_empty() {
        return Err(Complaint::Pipeline { drawn: errors });
    }
    Ok(Understood { scheme, pipelines, warnings })
}

fn refused(page: &Page, found: &[Diagnostic], color: Color) -> Complaint {
    let drawn = found.iter().map(|one| page.draw(one, color));
    Complaint::Pipeline { drawn: drawn.collect() }
}

/// Reads the files of definitions, whose names count from the folder of the
/// pipeline file.
fn definitions(
    scheme: &Scheme,
    folder: Option<&Path>,
    page: &Page,
    color: Color,
) -> Result<Text, Complaint> {
    let mut text = Text::beside(folder);
    let mut wrong = Vec::new();
    for file in &scheme.definitions {
        let path = match folder {
            Some(folder) => folder.join(&file.value),
            None => PathBuf::from(&file.value),
        };
        let read = load::read(&path).map_err(|error| error.to_string());
        let read = read.and_then(|bytes| {
            String::from_utf8(bytes).map_err(|_utf8| "is not UTF-8".into())
        });
        match read {
            Ok(read) => text.add(path.to_string_lossy().into_owned(), read),
            Err(why) => wrong.push(Diagnostic::error(
                file.span.clone(),
                format!("{}: {why}", path.display()),
            )),
        }
    }
    match wrong[..] {
        [] => Ok(text),
        [..] => Err(refused(page, &wrong, color)),
    }
}

/// The steps of one route, and where they stand.
struct Steps<'a> {
    page: &'a Page,
    way: &'a Way,
    text: &'a Text,
    color: Color,
}

impl Steps<'_> {
    /// Draws findings, those in the steps where they stand in the file.
    fn draw(&self, findings: &[Finding]) -> Vec<String> {
        let sources = self.text.sources();
        let draw = |finding: &Finding| {
            if finding.source + 1 < sources.len() {
                let finding = std::slice::from_ref(finding);
                return expr::render(finding, &sources, self.color);
            }
            let Diagnostic { span, .. } = &finding.diagnostic;
            let span = self.page.inside(&self.way.steps, span);
            let found = Diagnostic { span, ..finding.diagnostic.clone() };
            self.page.draw(&found, self.color)
        };
        findings.iter().map(draw).collect()
    }

    /// Draws what the steps of a route cannot do.
    fn misplaced(&self, pipeline: &Pipeline) -> Option<String> {
        pipeline.count()?;
        let span = self.way.steps.span.clone();
        let found = Diagnostic::error(span, "`count` has no place in a route")
            .help("it makes a table of the events, and sinks take events");
        Some(self.page.draw(&found, self.color))
    }
}
