//! Collects what was kept, and sends the report when all is read: only what
//! was sent is final.

use std::{
    cell::RefCell,
    fs::{self, File},
    io::{self, IoSlice, Write},
    path::{Path, PathBuf},
    rc::Rc,
    sync::Arc,
};

use crate::{
    disk,
    report::{Digest, Errand, Numbers, Page},
    sink::{Settled, Sink, Stall},
    source::{Reason, Stop},
};

/// Where a report goes.
pub(super) enum Way {
    /// To standard output.
    Print(Box<dyn Sink>),
    /// To a file, in place of what is there.
    File(PathBuf),
    /// To a command.
    Pipe(Errand),
}

/// When a report is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    /// In any case.
    Always,
    /// If there is something to report.
    News,
}

/// How far a report has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// It is being collected.
    Open,
    /// All was read.
    Complete,
    /// It is with its reader, or on its way to him.
    Sent,
}

/// A report that grows, and then is sent.
pub(super) struct Post {
    pub(super) digest: Digest,
    pub(super) numbers: Numbers,
    page: Page,
    way: Way,
    when: When,
    stage: Stage,
    /// Bytes of lines that were taken, and losses.
    given: u64,
    /// The beginning of a line whose end is still to come.
    begun: Vec<u8>,
    /// What ends the run early: then nothing is sent.
    stop: Arc<Stop>,
}

impl Post {
    pub(super) fn new(
        digest: Digest,
        page: Page,
        (way, when): (Way, When),
        stop: Arc<Stop>,
    ) -> Post {
        Post {
            digest,
            numbers: Numbers::default(),
            page,
            way,
            when,
            stage: Stage::Open,
            given: 0,
            begun: Vec::new(),
            stop,
        }
    }

    /// Takes whole lines, in any number of pieces.
    fn take(&mut self, parts: &[IoSlice<'_>]) {
        for part in parts {
            self.given += part.len() as u64;
            for piece in part.split_inclusive(|byte| *byte == b'\n') {
                self.begun.extend_from_slice(piece);
                if let Some(line) = self.begun.strip_suffix(b"\n") {
                    self.digest.add(line);
                    self.begun.clear();
                }
            }
        }
    }

    /// Notes that something was lost. To say so is worth a report.
    pub(super) fn add_gap(&mut self, gap: String) {
        self.given += 1;
        self.digest.add_gap(gap);
    }

    /// Notes that all was read.
    pub(super) fn complete(&mut self) {
        if self.stage == Stage::Open {
            self.stage = Stage::Complete;
        }
    }

    /// Sends the report, unless it was sent, or nothing is to be said.
    ///
    /// # Errors
    ///
    /// When it was not taken: nothing of it is final then.
    pub(super) fn send(&mut self) -> io::Result<()> {
        if self.stage != Stage::Complete {
            return Ok(());
        }
        if let Some(Reason::Signal(_)) = self.stop.reason() {
            let why = "ended before the report was complete";
            return Err(io::Error::new(io::ErrorKind::Interrupted, why));
        }
        self.stage = Stage::Sent;
        if self.when == When::News && self.digest.is_empty() {
            return Ok(());
        }
        let text = self.page.write(&self.digest, &self.numbers);
        match &mut self.way {
            Way::Print(sink) => {
                sink.write(&mut [IoSlice::new(text.as_bytes())])
            }
            Way::File(path) => put(path, &text),
            Way::Pipe(errand) => {
                let requests = self.digest.requests().to_string();
                errand.tell("KAUDIT_REQUESTS", requests);
                errand.run(&text)
            }
        }
    }

    fn settle(&mut self) -> io::Result<Settled> {
        self.send()?;
        let given = self.given;
        let nothing = Settled { given, taken: 0 };
        let everything = Settled { given, taken: given };
        if self.stage != Stage::Sent {
            return Ok(nothing);
        }
        let Way::Print(sink) = &mut self.way else { return Ok(everything) };
        match sink.drain() {
            Ok(()) => {}
            Err(Stall::Slow) => return Ok(nothing),
            Err(Stall::Refused(error) | Stall::Over(error)) => {
                return Err(error);
            }
        }
        let Settled { given, taken } = sink.settle()?;
        Ok(if taken == given { everything } else { nothing })
    }
}

/// What kept lines are put into.
#[derive(Clone)]
pub(super) struct Tray(pub(super) Rc<RefCell<Post>>);

impl Sink for Tray {
    fn write(&mut self, parts: &mut [IoSlice<'_>]) -> io::Result<()> {
        self.0.borrow_mut().take(parts);
        Ok(())
    }

    fn settle(&mut self) -> io::Result<Settled> {
        self.0.borrow_mut().settle()
    }
}

/// Writes a file anew: who reads it meanwhile sees the old text or the new
/// one, also after a crash.
fn put(path: &Path, text: &str) -> io::Result<()> {
    disk::check_name(path)?;
    let path = match fs::canonicalize(path) {
        // A device or a FIFO is written to, and stays what it is.
        Ok(path) if !path.is_file() => {
            let mut file = File::options().write(true).open(path)?;
            return file.write_all(text.as_bytes());
        }
        Ok(path) => path,
        Err(_) => path.to_owned(),
    };
    let mut beside = path.clone().into_os_string();
    beside.push(".new");
    // It is left over from a run that was killed.
    fs::remove_file(&beside).ok();
    let mut file = File::create_new(&beside)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&beside, &path)?;
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        Some(_) | None => Path::new("."),
    };
    File::open(folder)?.sync_all()
}
