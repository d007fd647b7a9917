//! `kaudit-filter check`: compiles files of expressions and says what is
//! wrong or suspicious, without reading events.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Parser;

use super::{
    args::{self, Color},
    end,
    exit::{Complaint, Exit},
    pipeline, program, show,
    text::Text,
    voice::Voice,
};
use crate::expr::{Compiled, plan::Plan};

/// Checks files of expressions, without reading events.
///
/// Says of each FILE, or pipeline of -p, what is wrong or suspicious, on
/// standard error, or what is in it, on standard output. Each FILE is checked
/// by itself, after the files of -f. Exit codes: 0 nothing was found, 1
/// something was, 66 a FILE cannot be read, 2 a file of -f cannot be.
#[derive(Debug, Parser)]
#[command(
    name = "kaudit-filter check",
    override_usage = "kaudit-filter check [OPTIONS] FILE...",
    max_term_width = 79
)]
pub(super) struct Args {
    /// The files to check: expressions, or pipelines (FILE.toml)
    #[arg(value_name = "FILE", required_unless_present = "pipeline")]
    files: Vec<PathBuf>,

    /// Check the pipeline of this NAME (repeatable)
    #[arg(short, long, value_name = "NAME|FILE")]
    pipeline: Vec<PathBuf>,

    /// Read definitions from FILE first (repeatable)
    #[arg(short = 'f', long, value_name = "FILE")]
    from_file: Vec<PathBuf>,

    /// When messages are coloured
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    color: Color,

    /// As without: a warning is a finding too
    #[arg(short = 'W', value_name = "error")]
    warnings: Option<String>,
}

/// Runs the command; `words` are those behind the name of the program.
pub(super) fn run(
    words: impl IntoIterator<Item = OsString>,
    voice: &mut Voice,
) -> Result<ExitCode, Complaint> {
    let args: Args = args::read(words)?;
    voice.color = args.color.on_stderr();
    let mut before = Text::default();
    for path in &args.from_file {
        program::add(&mut before, path)?;
    }
    let (mut exit, mut fine) = (Exit::Ran, String::new());
    let (pipelines, files): (Vec<_>, Vec<_>) =
        args.files.iter().partition(|path| is_pipeline(path));
    let mut add = |path: &Path, found: Result<String, Exit>| match found {
        Ok(what) => {
            fine.push_str(&format!("{}: {what}\n", path.display()));
        }
        Err(found) => exit = exit.worst(found),
    };
    for name in pipelines.into_iter().chain(&args.pipeline) {
        add(name, pipeline(name, voice));
    }
    for path in files {
        add(path, expression(path, before.clone(), voice));
    }
    show::print(&fine)?;
    Ok(exit.into())
}

/// Returns what a pipeline comes to, if nothing is found.
fn pipeline(name: &Path, voice: &mut Voice) -> Result<String, Exit> {
    match pipeline::understand(name, &[], voice.color) {
        Ok(understood) if understood.warnings.is_empty() => {
            let routes = some(understood.pipelines.len(), "route");
            Ok(format!("fine, {routes}"))
        }
        Ok(understood) => {
            voice.show(&understood.warnings);
            Err(Exit::Nothing)
        }
        Err(complaint) => Err(refused(complaint, voice)),
    }
}

/// Returns what a file of expressions comes to, behind `text`.
fn expression(
    path: &Path,
    mut text: Text,
    voice: &mut Voice,
) -> Result<String, Exit> {
    program::add(&mut text, path)
        .map_err(|complaint| refused(complaint, voice))?;
    match text.compile() {
        Ok(Compiled { plan, warnings }) if warnings.is_empty() => {
            Ok(contents(&plan))
        }
        Ok(Compiled { warnings: findings, .. }) | Err(findings) => {
            voice.diagnose(&text, &findings);
            Err(Exit::Nothing)
        }
    }
}

/// Says why a file cannot be checked. What can be read, and is no expression
/// or pipeline, is a finding.
fn refused(complaint: Complaint, voice: &mut Voice) -> Exit {
    let cannot = matches!(
        complaint,
        Complaint::NoPipeline(..) | Complaint::Unreadable(..)
    );
    end::complain(complaint, voice);
    if cannot { Exit::NoInput } else { Exit::Nothing }
}

fn is_pipeline(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == "toml")
}

fn some(count: usize, word: &str) -> String {
    match count {
        1 => format!("1 {word}"),
        _ => format!("{count} {word}s"),
    }
}

/// Returns what a file comes to, in words.
fn contents(plan: &Plan) -> String {
    match (plan.rules.len(), plan.steps.len()) {
        (0, 0) => "fine, definitions only".to_owned(),
        (0, steps) => format!("fine, {}", some(steps, "step")),
        (rules, steps) => {
            format!("fine, {}, {}", some(rules, "rule"), some(steps, "step"))
        }
    }
}
