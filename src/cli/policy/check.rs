//! `kaudit-filter policy check`.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::{
    super::{
        exit::{Complaint, Exit},
        show,
        voice::Voice,
    },
    Output, file, json, version,
};
use crate::{
    diag::{self, Color},
    policy::{
        self, ASKERS, Covered, Finding, Kind, Lint, Problem, Version, Weight,
        coverage, lint, lint_manifest,
    },
};

/// What was typed behind `policy check`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The policies; `-` is standard input
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,

    /// The version of the apiserver [default: the newest that is known]
    #[arg(long, value_name = "1.N", value_parser = version)]
    kubernetes: Option<Version>,

    /// Check the flags, mounts and volumes of this static pod too
    #[arg(long, value_name = "kube-apiserver.yaml")]
    manifest: Option<PathBuf>,

    /// Print text, or JSON: a line for each FILE
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    output: Output,
}

/// Runs the command.
pub(super) fn run(args: &Args, voice: &mut Voice) -> Result<Exit, Complaint> {
    let (mut exit, mut out) = (Exit::Ran, String::new());
    let mut drawn = Vec::new();
    let policies = args.files.iter().map(|path| (path, What::Policy));
    let manifest = args.manifest.iter().map(|path| (path, What::Manifest));
    let files: Vec<_> = policies.chain(manifest).collect();
    file::check_stdin(files.iter().map(|(path, _)| &***path))?;
    for (path, what) in files {
        let name = file::called(path);
        let text = match file::text(path) {
            Ok(text) => text,
            Err(error) => {
                exit = exit.worst(Exit::Usage);
                if args.output == Output::Json {
                    out.push_str(&json::unreadable(&name, &error));
                }
                voice.say_of(Path::new(&name), error);
                continue;
            }
        };
        let checked = Checked::new(name, text, what, args);
        exit = exit.worst(checked.exit());
        match args.output {
            Output::Text => {
                drawn.extend(checked.drawn(voice.color));
                out.push_str(&checked.summary());
            }
            Output::Json => out.push_str(&checked.json()),
        }
    }
    voice.show(&drawn);
    show::print(&out)?;
    Ok(exit)
}

/// What a file is.
#[derive(Clone, Copy, Debug)]
enum What {
    Policy,
    Manifest,
}

/// A file, and what was found in it.
struct Checked {
    name: String,
    text: String,
    found: Vec<Finding>,
    /// What it records; nothing, if it cannot be used.
    covered: Vec<Covered>,
}

impl Checked {
    fn new(name: String, text: String, what: What, args: &Args) -> Checked {
        let version = args.kubernetes.unwrap_or_default();
        let (found, covered) = match what {
            What::Manifest => (in_manifest(&text, args), Vec::new()),
            What::Policy => match policy::load(&text, version) {
                Ok(loaded) => {
                    let found = lint(&loaded, &text, args.kubernetes);
                    (found, coverage(&loaded.policy))
                }
                Err(problems) => {
                    (problems.iter().map(refused).collect(), Vec::new())
                }
            },
        };
        Checked { name, text, found, covered }
    }

    fn count(&self, weight: Weight) -> usize {
        self.found.iter().filter(|found| found.weight == weight).count()
    }

    fn exit(&self) -> Exit {
        match self.found.iter().map(|found| found.weight).max() {
            None | Some(Weight::Note) => Exit::Ran,
            Some(Weight::Warning) => Exit::Nothing,
            Some(Weight::Error) => Exit::Usage,
        }
    }

    fn drawn(&self, color: Color) -> Vec<String> {
        let draw = |found: &Finding| {
            let drawn = found.diagnostic();
            diag::render(&drawn, &self.name, &self.text, color)
        };
        self.found.iter().map(draw).collect()
    }

    /// Returns what was found, in numbers, and what is recorded.
    fn summary(&self) -> String {
        let weights = [Weight::Error, Weight::Warning, Weight::Note];
        let counts = weights.map(|weight| match self.count(weight) {
            0 => None,
            1 => Some(format!("1 {}", weight.word())),
            count => Some(format!("{count} {}s", weight.word())),
        });
        let counts: Vec<String> = counts.into_iter().flatten().collect();
        let what = match &counts[..] {
            [] => "fine".to_owned(),
            counts => counts.join(", "),
        };
        let name = diag::escape(self.name.as_bytes());
        format!("{name}: {what}\n{}", self.table())
    }

    fn table(&self) -> String {
        if self.covered.is_empty() {
            return String::new();
        }
        let askers = ASKERS.map(|(asker, _, _)| asker);
        let mut text = format!("  {:<22}", "CIS 3.2.2");
        for asker in askers {
            text.push_str(&format!("{asker:<17}"));
        }
        text = format!("{}\n", text.trim_end());
        for row in &self.covered {
            let mut line = format!("  {:<22}", row.what);
            for level in &row.levels {
                line.push_str(&format!("{:<17}", level.word()));
            }
            line.push_str(row.verdict.word());
            text.push_str(&format!("{line}\n"));
        }
        text
    }

    fn json(&self) -> String {
        let found = self.found.iter();
        let found: Vec<_> =
            found.map(|found| json::finding(found, &self.text)).collect();
        let covered = self.covered.iter().map(|row| {
            let levels = ASKERS.iter().zip(&row.levels);
            let levels: serde_json::Map<_, _> = levels
                .map(|((asker, ..), level)| {
                    ((*asker).to_owned(), level.word().into())
                })
                .collect();
            json!({
                "request": row.what,
                "levels": levels,
                "verdict": row.verdict.word(),
            })
        });
        let covered: Vec<_> = covered.collect();
        json::line(&json!({
            "file": self.name,
            "usable": self.count(Weight::Error) == 0,
            "findings": found,
            "cis-3.2.2": covered,
        }))
    }
}

/// Returns what is found in a manifest. Of several policies it can be for
/// any.
fn in_manifest(text: &str, args: &Args) -> Vec<Finding> {
    let name = match &args.files[..] {
        [only] if !file::is_stdin(only) => only.to_str(),
        [..] => None,
    };
    match lint_manifest(text, args.kubernetes, name) {
        Ok(found) => found,
        Err(problem) => vec![refused(&problem)],
    }
}

/// Returns what keeps a file from being used, as a finding.
fn refused(problem: &Problem) -> Finding {
    let lint = match problem.kind == Kind::Limit {
        true => Lint::Limit,
        false => Lint::Refused,
    };
    Finding {
        lint,
        weight: Weight::Error,
        span: problem.span.clone(),
        message: problem.message.clone(),
        help: problem.help.clone(),
    }
}
