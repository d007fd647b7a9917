//! What `--to` means, and the outlets that come of it.

use std::{
    ffi::{OsStr, OsString},
    io::{self, IsTerminal},
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{exit::Complaint, settings::Settings, voice::Voice};
use crate::{
    checkpoint::{Mark, Record, text_of},
    disk::Disk,
    engine::{Flow, Outlet},
    sink::{self, Descriptor, FileSink, LineByLine, Patient, Sink, Terminal},
};

/// What a checkpoint calls the file for lines set aside.
const ASIDE: &str = "aside:";

/// Where kept lines go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum To {
    /// Standard output.
    Stdout,
    /// The end of a file.
    File(PathBuf),
}

impl To {
    pub(super) fn is_file(&self) -> bool {
        match self {
            To::Stdout => false,
            To::File(_) => true,
        }
    }

    /// Returns what a checkpoint calls it.
    fn name(&self) -> String {
        match self {
            To::Stdout => "stdout".to_owned(),
            To::File(path) => format!("file:{}", text_of(path)),
        }
    }
}

/// Reads what each `--to` says; none is standard output.
pub(super) fn destinations(words: &[OsString]) -> Result<Vec<To>, Complaint> {
    let mut all = Vec::new();
    for word in words {
        let to = destination(word)?;
        if all.contains(&to) {
            return Err(Complaint::usage(format!(
                "--to {} is given twice",
                word.display()
            )));
        }
        all.push(to);
    }
    if all.is_empty() {
        all.push(To::Stdout);
    }
    Ok(all)
}

fn destination(word: &OsStr) -> Result<To, Complaint> {
    match word.as_bytes() {
        b"stdout" => Ok(To::Stdout),
        [b'f', b'i', b'l', b'e', b':', path @ ..] if !path.is_empty() => {
            Ok(To::File(Path::new(OsStr::from_bytes(path)).to_owned()))
        }
        _ => Err(Complaint::usage(
            "--to takes stdout or file:PATH; other sinks are not in this \
             version",
        )),
    }
}

/// How a run takes its sinks to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// A write waits until all is passed on.
    Waits,
    /// Nothing ever waits.
    Follows,
}

/// Opens all outlets, each where the `last` checkpoint says that it is.
pub(super) fn outlets(
    settings: &Settings,
    manner: Manner,
    disk: &Arc<dyn Disk>,
    last: &Record,
    voice: &mut Voice,
) -> Result<Vec<Outlet>, Complaint> {
    let mut outlets = Vec::new();
    for to in &settings.to {
        let name = to.name();
        let sink = match to {
            To::File(path) => appended(disk, path, mark(last, &name), voice)?,
            To::Stdout => {
                stdout(settings, manner).map_err(Complaint::Start)?
            }
        };
        outlets.push(Outlet::new(name, Flow::Stream(0), sink));
    }
    if let Some(path) = &settings.aside {
        let name = format!("{ASIDE}{}", text_of(path));
        let sink = appended(disk, path, mark(last, &name), voice)?;
        outlets.push(Outlet::new(name, Flow::Aside, sink));
    }
    Ok(outlets)
}

/// Opens standard output; for who follows, so that a slow reader does not
/// stop us.
fn stdout(settings: &Settings, manner: Manner) -> io::Result<Box<dyn Sink>> {
    Ok(match manner {
        Manner::Waits => dressed(settings, Descriptor::stdout()?),
        Manner::Follows => dressed(settings, Patient::stdout()?),
    })
}

fn dressed<S: Sink + 'static>(settings: &Settings, sink: S) -> Box<dyn Sink> {
    if io::stdout().is_terminal() {
        Box::new(Terminal::new(sink))
    } else if settings.line_buffered {
        Box::new(LineByLine(sink))
    } else {
        Box::new(sink)
    }
}

/// Opens a file to append to, and says what was found in it.
fn appended(
    disk: &Arc<dyn Disk>,
    path: &Path,
    last: Option<&Mark>,
    voice: &mut Voice,
) -> Result<Box<dyn Sink>, Complaint> {
    let wrong = |error| Complaint::Unwritable(path.to_owned(), error);
    let (sink, remarks) = match FileSink::open(disk, path, last) {
        // A device or a FIFO keeps nothing that could be compared.
        Err(sink::Error::Irregular) => {
            let sink = Descriptor::append(path);
            let sink = sink.map_err(|error| wrong(error.into()))?;
            return Ok(Box::new(sink));
        }
        result => result.map_err(wrong)?,
    };
    for remark in remarks {
        voice.say_of(path, remark);
    }
    Ok(Box::new(sink))
}

fn mark<'a>(last: &'a Record, name: &str) -> Option<&'a Mark> {
    let record = last.sinks.iter().find(|record| record.name == name);
    record.map(|record| &record.mark)
}
