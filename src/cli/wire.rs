//! Connects routes with sinks: which streams there are, and who drinks from
//! which.

use std::{
    ffi::{OsStr, OsString},
    io::{self, IsTerminal},
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};

use super::{args::Args, exit::Complaint, pipeline::Sink};
use crate::{
    checkpoint::text_of,
    diag::{self, Color, Diagnostic},
    engine::{Form, Route},
    expr::plan::Rule,
    format::{Format, Labels, Severities},
    pipeline::Pipeline,
    sink::{
        Address, Spec,
        address::{self, FilePlan},
    },
};

/// Routes, streams and sinks, connected.
#[derive(Debug)]
pub(super) struct Wires {
    pub routes: Vec<Route>,
    /// What a record of each stream looks like.
    pub forms: Vec<Form>,
    /// Where kept lines go, at least one place.
    pub to: Vec<To>,
}

/// Where a stream goes.
#[derive(Debug)]
pub(super) struct To {
    /// What a checkpoint calls it.
    pub name: String,
    pub spec: Spec,
    pub stream: usize,
}

impl To {
    /// Returns whether it is a file, which gets each line exactly once.
    pub(super) fn is_file(&self) -> bool {
        matches!(self.spec.address, Address::File(_))
    }

    /// Returns the path of a file.
    pub(super) fn path(&self) -> Option<&Path> {
        match &self.spec.address {
            Address::File(plan) => Some(&plan.path),
            Address::Stdout | Address::Tcp { .. } => None,
            Address::Syslog { .. } | Address::Journal { .. } => None,
        }
    }

    /// Returns whether lines are sent to a peer, who may be slow to take them.
    pub(super) fn is_sent(&self) -> bool {
        match self.spec.address {
            Address::Stdout | Address::File(_) => false,
            Address::Syslog { .. } | Address::Journal { .. } => true,
            Address::Tcp { .. } => true,
        }
    }

    /// Returns whether it is standard output.
    pub(super) fn is_stdout(&self) -> bool {
        matches!(self.spec.address, Address::Stdout)
    }
}

/// A route, and the sinks that it names.
#[derive(Debug)]
pub(super) struct Way {
    pub name: String,
    pub pipeline: Pipeline,
    pub sinks: Vec<Sink>,
}

/// How records are made, where the sinks do not say so.
#[derive(Debug)]
pub(super) struct Dress {
    /// What `-o` says.
    pub output: Option<Format>,
    /// Whether standard output is a terminal.
    pub is_terminal: bool,
    pub labels: Labels,
}

impl Dress {
    /// Makes sense of what was typed.
    pub(super) fn from_args(args: &Args) -> Result<Dress, Complaint> {
        let mut labels = Labels::default();
        for label in &args.label {
            labels.add(label).map_err(Complaint::Usage)?;
        }
        Ok(Dress {
            output: output(args.output.as_deref())?,
            is_terminal: io::stdout().is_terminal(),
            labels,
        })
    }
}

/// A sink, and the routes that feed it.
struct Fed {
    sink: Sink,
    routes: Vec<usize>,
}

/// Connects each route with its sinks. A sink that several routes name is
/// one, and gets their lines in the order of the input.
pub(super) fn connect(
    ways: Vec<Way>,
    dress: &Dress,
) -> Result<Wires, Complaint> {
    let (mut routes, mut fed) = (Vec::new(), Vec::new());
    for (number, way) in ways.into_iter().enumerate() {
        let Way { name, pipeline, sinks } = way;
        for sink in sinks {
            feed(&mut fed, sink, number)?;
        }
        routes.push(Route { name, pipeline, streams: Vec::new() });
    }
    let (mut forms, mut keys, mut to) = (Vec::new(), Vec::new(), Vec::new());
    for Fed { sink, routes: feeders } in fed {
        let Sink { text, spec } = sink;
        let form = form(&text, &spec, &feeders, &routes, dress)?;
        let key = (form.1, feeders);
        let stream = keys.iter().position(|known| *known == key);
        let stream = stream.unwrap_or_else(|| {
            for &feeder in &key.1 {
                routes[feeder].streams.push(forms.len());
            }
            forms.push(form.0);
            keys.push(key);
            forms.len() - 1
        });
        to.push(To { name: name(&text, &spec), spec, stream });
    }
    Ok(Wires { routes, forms, to })
}

fn feed(
    fed: &mut Vec<Fed>,
    sink: Sink,
    route: usize,
) -> Result<(), Complaint> {
    let called = name(&sink.text, &sink.spec);
    let known = fed
        .iter_mut()
        .find(|fed| name(&fed.sink.text, &fed.sink.spec) == called);
    match known {
        Some(known) if known.sink.text != sink.text => Err(Complaint::config(
            format!("the routes name {called} with different options"),
        )),
        Some(known) if known.routes.contains(&route) => {
            Err(Complaint::config(format!("a route names {called} twice")))
        }
        Some(known) => {
            known.routes.push(route);
            Ok(())
        }
        None => {
            fed.push(Fed { sink, routes: vec![route] });
            Ok(())
        }
    }
}

/// Returns what a checkpoint calls a sink: its place; of one that sends, with
/// the options, for two routes may send to one daemon in different ways.
fn name(text: &str, spec: &Spec) -> String {
    match &spec.address {
        Address::Stdout => "stdout".to_owned(),
        Address::File(FilePlan { path, .. }) => {
            format!("file:{}", text_of(path))
        }
        Address::Syslog { .. } | Address::Journal { .. } => text.to_owned(),
        Address::Tcp { .. } => text.to_owned(),
    }
}

/// Returns the form of a sink's records, and what tells it from others.
fn form(
    text: &str,
    spec: &Spec,
    feeders: &[usize],
    routes: &[Route],
    dress: &Dress,
) -> Result<(Form, String), Complaint> {
    let word = spec.format.as_ref().map(|wording| &*wording.text);
    let is_plain = match word {
        Some(word) => word == "raw",
        None => dress.output.is_none() && default(spec, dress) == "raw",
    };
    if is_plain && spec.max_event.is_none() {
        // Nothing is compiled for what is never asked.
        return Ok((Form::Verbatim, "line".to_owned()));
    }
    let format = format(text, spec, dress)?;
    // A step of the pipeline has put them into the line itself.
    let format = match format.is_verbatim() {
        true => format,
        false => format.with_labels(&dress.labels),
    };
    let format = match spec.room() {
        Some(most) => format.at_most(most),
        None => format,
    };
    let rules = feeders.iter().flat_map(|&feeder| {
        let plan = routes[feeder].pipeline.plan();
        plan.rules.iter()
    });
    let severities = Severities::new(rules.collect::<Vec<&Rule>>());
    let (form, kind) = match &spec.address {
        Address::Syslog { .. } => {
            (Form::Letter { format, severities }, "letter")
        }
        Address::Journal { .. } => {
            (Form::Entry { format, severities }, "entry")
        }
        Address::Stdout | Address::File(_) | Address::Tcp { .. } => {
            match format.is_verbatim() {
                true => (Form::Verbatim, "line"),
                false => (Form::Record(format), "record"),
            }
        }
    };
    let wording = word.unwrap_or_else(|| default(spec, dress));
    Ok((form, format!("{kind} {:?} {wording}", spec.room())))
}

fn format(
    text: &str,
    spec: &Spec,
    dress: &Dress,
) -> Result<Format, Complaint> {
    let Some(wording) = &spec.format else {
        return match (&dress.output, &spec.address) {
            (Some(output), Address::Stdout | Address::File(_)) => {
                Ok(output.clone())
            }
            (_, _) => known(default(spec, dress)),
        };
    };
    Format::parse(&wording.text).map_err(|found| {
        let base = wording.span.start;
        let span = base + found.span.start..base + found.span.end;
        let found = Diagnostic { span, ..found };
        drawn("--to", text, &found)
    })
}

/// Returns the format of a sink that nobody has said anything about: what
/// others keep or send on gets no bodies, and a person neither.
fn default(spec: &Spec, dress: &Dress) -> &'static str {
    match spec.address {
        Address::Stdout if dress.is_terminal => "short",
        Address::Stdout | Address::File(_) | Address::Tcp { .. } => "raw",
        Address::Syslog { .. } | Address::Journal { .. } => "short",
    }
}

fn known(name: &str) -> Result<Format, Complaint> {
    Format::parse(name).map_err(|found| drawn("format", name, &found))
}

/// Reads what `-o` says.
fn output(word: Option<&str>) -> Result<Option<Format>, Complaint> {
    let read = |word: &str| {
        Format::parse(word).map_err(|found| drawn("-o", word, &found))
    };
    word.map(read).transpose()
}

/// Reads what each `--to` says; none is standard output.
pub(super) fn sinks(words: &[OsString]) -> Result<Vec<Sink>, Complaint> {
    let mut sinks: Vec<Sink> = Vec::new();
    for word in words {
        let sink = sink(word)?;
        let called = name(&sink.text, &sink.spec);
        let mut others = sinks.iter();
        if others.any(|other| name(&other.text, &other.spec) == called) {
            let word = word.display();
            return Err(Complaint::usage(format!(
                "--to {word}: the place is given twice"
            )));
        }
        sinks.push(sink);
    }
    if sinks.is_empty() {
        sinks.push(sink(OsStr::new("stdout"))?);
    }
    Ok(sinks)
}

fn sink(word: &OsStr) -> Result<Sink, Complaint> {
    let Some(text) = word.to_str() else { return unnamed(word) };
    let spec =
        address::parse(text).map_err(|found| drawn("--to", text, &found))?;
    Ok(Sink { text: text.to_owned(), spec })
}

/// Returns the sink of a file whose name is no text; it has no options.
fn unnamed(word: &OsStr) -> Result<Sink, Complaint> {
    let path = word.as_bytes().strip_prefix(b"file:");
    let Some(path) = path.filter(|path| !path.is_empty()) else {
        let word = word.display();
        return Err(Complaint::usage(format!("--to {word}: is not UTF-8")));
    };
    let Sink { text, spec } = sink(OsStr::new("file:x"))?;
    let Address::File(plan) = spec.address else {
        return Err(Complaint::usage(text));
    };
    let path = PathBuf::from(OsStr::from_bytes(path));
    let address = Address::File(FilePlan { path, ..plan });
    Ok(Sink { text, spec: Spec { address, ..spec } })
}

fn drawn(origin: &str, text: &str, found: &Diagnostic) -> Complaint {
    Complaint::Drawn(diag::render(found, origin, text, Color::Never))
}
