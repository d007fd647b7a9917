//! Opens the sinks of a run.

use std::{
    io::{self, IoSlice, IsTerminal},
    num::{NonZeroU32, NonZeroU64},
    path::Path,
    sync::Arc,
};

use super::{
    exit::Complaint,
    reply::{self, Reply},
    settings::Settings,
    voice::Voice,
    wire::To,
};
use crate::{
    checkpoint::{Mark, Record, text_of},
    disk::Disk,
    engine::{Flow, Outlet},
    sink::{
        self, Address, Courier, Descriptor, FileSink, LineByLine, Pace,
        Patient, Rotation, Sink, Terminal, Upkeep, address::FilePlan,
    },
};

/// What a checkpoint calls the file for lines set aside.
const ASIDE: &str = "aside:";

/// How a run takes its sinks to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// A write waits until all is passed on.
    Waits,
    /// Nothing ever waits.
    Follows,
}

impl Manner {
    fn pace(self) -> Pace {
        match self {
            Manner::Waits => Pace::Waits,
            Manner::Follows => Pace::Holds,
        }
    }
}

/// Opens all outlets, each where the `last` checkpoint says that it is.
pub(super) fn outlets(
    settings: &Settings,
    manner: Manner,
    disk: &Arc<dyn Disk>,
    last: &Record,
    voice: &mut Voice,
) -> Result<Vec<Outlet>, Complaint> {
    let mut opener = Opener { settings, manner, disk, last, voice };
    let mut outlets = Vec::new();
    for to in &settings.wires.to {
        outlets.push(opener.stream(to)?);
    }
    if let Some(path) = &settings.aside {
        outlets.push(opener.aside(path)?);
    }
    if settings.reply == Some(Reply::Ok) {
        // Behind all others: what they do not take is not answered for.
        let sink = Descriptor::stdout().map_err(Complaint::Start)?;
        let ok = Some(reply::OK.to_owned());
        let sink = begun(Box::new(sink), ok).map_err(Complaint::Start)?;
        outlets.push(Outlet::new("stdout", Flow::Replies, sink));
    }
    Ok(outlets)
}

/// What it takes to open an outlet.
struct Opener<'a> {
    settings: &'a Settings,
    manner: Manner,
    disk: &'a Arc<dyn Disk>,
    last: &'a Record,
    voice: &'a mut Voice,
}

impl Opener<'_> {
    /// Opens what gets the records of a stream.
    fn stream(&mut self, to: &To) -> Result<Outlet, Complaint> {
        let name = to.name.clone();
        let header = self.settings.header(to.stream);
        let sink = match &to.spec.address {
            Address::File(plan) => self.file(plan, &name, header)?,
            Address::Stdout => {
                let stdout = stdout(self.settings, self.manner);
                let stdout = stdout.and_then(|it| begun(it, header));
                stdout.map_err(Complaint::Start)?
            }
            Address::Syslog { .. }
            | Address::Journal { .. }
            | Address::Tcp { .. } => {
                let courier = Courier::open(&to.spec, self.manner.pace());
                let wrong = |error| Complaint::Unsent(name.clone(), error);
                Box::new(courier.map_err(wrong)?)
            }
        };
        let mut outlet = Outlet::new(name, Flow::Stream(to.stream), sink);
        outlet.stall = to.spec.stall;
        Ok(outlet)
    }

    /// Opens the file for lines set aside.
    fn aside(&mut self, path: &Path) -> Result<Outlet, Complaint> {
        let name = format!("{ASIDE}{}", text_of(path));
        let plan = FilePlan {
            path: path.to_owned(),
            max_size: None,
            max_age: None,
            max_backups: None,
            compress: false,
            mode: None,
        };
        let sink = self.file(&plan, &name, None)?;
        Ok(Outlet::new(name, Flow::Aside, sink))
    }

    /// Opens a file to append to, and says what was found in it.
    fn file(
        &mut self,
        plan: &FilePlan,
        name: &str,
        head: Option<String>,
    ) -> Result<Box<dyn Sink>, Complaint> {
        let path = &plan.path;
        let wrong = |error| Complaint::Unwritable(path.to_owned(), error);
        let upkeep = Upkeep { head, ..upkeep(plan) };
        let last = mark(self.last, name);
        match FileSink::open_with(self.disk, path, &upkeep, last) {
            Ok((sink, remarks)) => {
                for remark in remarks {
                    self.voice.say_of(path, remark);
                }
                Ok(Box::new(sink))
            }
            // A device or a FIFO keeps nothing that could be compared.
            Err(sink::Error::Irregular) => irregular(path, self.manner)
                .and_then(|sink| begun(sink, upkeep.head))
                .map_err(|error| wrong(error.into())),
            Err(error) => Err(wrong(error)),
        }
    }
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

/// Writes what comes before the first record.
fn begun(
    mut sink: Box<dyn Sink>,
    header: Option<String>,
) -> io::Result<Box<dyn Sink>> {
    if let Some(text) = header {
        sink.write(&mut [IoSlice::new(text.as_bytes())])?;
    }
    Ok(sink)
}

/// Opens a device or a FIFO; for who follows, so that it never waits.
fn irregular(path: &Path, manner: Manner) -> io::Result<Box<dyn Sink>> {
    Ok(match manner {
        Manner::Waits => Box::new(Descriptor::append(path)?),
        Manner::Follows => Box::new(Patient::append(path)?),
    })
}

/// Returns how a file is looked after.
fn upkeep(plan: &FilePlan) -> Upkeep {
    let default = Upkeep::default();
    let FilePlan { max_size, max_age, max_backups, compress, .. } = plan;
    let rotates = max_size.is_some()
        || max_age.is_some()
        || max_backups.is_some()
        || *compress;
    let size = max_size.and_then(NonZeroU64::new);
    let rotation = Rotation {
        max_size: size.unwrap_or(Rotation::default().max_size),
        // As with kube-apiserver, 0 keeps all.
        max_age: max_age.and_then(NonZeroU32::new),
        max_backups: max_backups.and_then(NonZeroU32::new),
        compress: *compress,
    };
    Upkeep {
        mode: plan.mode.unwrap_or(default.mode),
        rotation: rotates.then_some(rotation),
        ..default
    }
}

fn mark<'a>(last: &'a Record, name: &str) -> Option<&'a Mark> {
    let record = last.sinks.iter().find(|record| record.name == name);
    record.map(|record| &record.mark)
}
