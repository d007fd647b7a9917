//! Turns a pipeline file and the command line into what is run.

use std::path::Path;

use super::{
    super::{
        args::{Args, From},
        exit::Complaint,
        program::{Program, names},
        text::Text,
    },
    Understood,
    scheme::{Options, Scheme, Source},
    understand,
};
use crate::{diag::Color, source::Name};

/// Reads the pipeline of `-p`, and has `args` say what it says, as far as
/// nothing else was typed.
///
/// Where inputs are given, they are read instead of the source, and all
/// routes print to standard output: a dry run, unless with `--live`.
pub(in crate::cli) fn program(
    name: &Path,
    args: &mut Args,
    color: Color,
) -> Result<Program, Complaint> {
    refuse_others(args)?;
    let understood = understand(name, &args.set, color)?;
    let Understood { scheme, pipelines, warnings } = understood;
    let Scheme { source, options, ways, .. } = scheme;
    let is_dry = !args.query.operands.is_empty() && !args.live;
    let inputs = match args.query.operands.is_empty() {
        true => adopt(source, args),
        false => names(&args.query.operands),
    };
    adopt_options(options, args);
    let (mut routes, mut sinks) = (Vec::new(), Vec::new());
    for (way, pipeline) in ways.into_iter().zip(pipelines) {
        routes.push((way.name, pipeline));
        sinks.push(way.sinks);
    }
    Ok(Program {
        routes,
        text: Text::default(),
        warnings: Vec::new(),
        drawn: warnings,
        sinks: (!is_dry).then_some(sinks),
        is_dry,
        inputs,
        hint: None,
    })
}

/// Refuses what the pipeline says itself.
fn refuse_others(args: &Args) -> Result<(), Complaint> {
    let flags = [
        (args.query.expr.is_some(), "-x", "the steps of a [[route]]"),
        (!args.query.from_file.is_empty(), "-f", "files of [definitions]"),
        (!args.to.is_empty(), "--to", "`to` of a [[route]]"),
    ];
    match flags.into_iter().find(|(is_given, ..)| *is_given) {
        Some((_, flag, place)) => Err(Complaint::usage(format!(
            "{flag} does not go with -p: a pipeline says that itself, as \
             {place}; --set changes a value"
        ))),
        None => Ok(()),
    }
}

/// Has the source followed as the file says; returns what is read.
fn adopt(source: Source, args: &mut Args) -> Vec<Name> {
    let Source { paths, follow, checkpoint, from, poll, unwrap } = source;
    args.unwrap = args.unwrap.take().or(unwrap);
    // `--new` reads the same files, to their end.
    args.follow |= follow && !args.new;
    if args.follow || args.new {
        args.checkpoint = args.checkpoint.take().or(checkpoint);
        args.poll |= poll;
        let is_said = args.from.is_some() || args.lines.is_some();
        args.from = args.from.or(from.filter(|_: &From| !is_said));
    }
    match paths[..] {
        [] => vec![Name::Stdin],
        [..] => paths.into_iter().map(Name::Path).collect(),
    }
}

fn adopt_options(options: Options, args: &mut Args) {
    let Options { strict, on_invalid, max_line, labels } = options;
    args.strict |= strict;
    if let Some(way) = on_invalid {
        args.on_invalid.get_or_insert_with(|| way.into());
    }
    if let Some(size) = max_line {
        args.max_line.get_or_insert(size);
    }
    args.label.splice(0..0, labels);
}
