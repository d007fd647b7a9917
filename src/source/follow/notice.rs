//! Waits for something to happen in the folders of followed files.
//!
//! Folders are watched, not files: a watch on a file goes away with its
//! name. A notice is a hint to look now and no more; who waits looks at least
//! once a second in any case, so that a notice which never came costs a
//! second and nothing else.

use std::{
    collections::HashSet,
    ffi::OsString,
    io,
    mem::MaybeUninit,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    os::unix::ffi::OsStringExt,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    fs::inotify::{self, CreateFlags, ReadFlags, WatchFlags},
    io::Errno,
};

use super::{family::Family, home::folder};
use crate::{disk::Disk, source::Watch};

/// How often to look where no notice is needed.
pub(super) const TICK: Duration = Duration::from_secs(1);

/// How often to look where notices do not come.
const OFTEN: Duration = Duration::from_millis(100);

/// Looks follow each other no faster than this, so that a busy writer does
/// not have us look after each of its lines.
const REST: Duration = Duration::from_millis(2);

/// How to learn that a file has changed.
#[derive(Debug)]
pub(super) struct Notices {
    /// None where only looking helps.
    inotify: Option<OwnedFd>,
    /// What is followed.
    paths: Vec<PathBuf>,
    families: Vec<Family>,
    /// When the last wait was over, if a notice ended it.
    last: Option<Instant>,
    failure: Option<io::Error>,
}

impl Notices {
    /// Begins to listen, or does not.
    pub(super) fn new(paths: &[PathBuf], way: Way) -> Notices {
        let flags = CreateFlags::CLOEXEC | CreateFlags::NONBLOCK;
        let (inotify, failure) = match way {
            Way::Polls => (None, None),
            Way::Listens => match inotify::init(flags) {
                Ok(inotify) => (Some(inotify), None),
                Err(error) => (None, Some(error.into())),
            },
        };
        let (paths, families) = (paths.to_owned(), Vec::new());
        Notices { inotify, paths, families, last: None, failure }
    }

    /// Watches the folders that the paths are in now, and those that they
    /// lead to by links.
    pub(super) fn watch(&mut self, disk: &dyn Disk) {
        let Some(inotify) = &self.inotify else { return };
        let real =
            self.paths.iter().filter_map(|path| disk.resolve(path).ok());
        let all: Vec<PathBuf> =
            self.paths.iter().cloned().chain(real).collect();
        let names = all.iter().filter_map(|path| path.file_name());
        self.families = names.map(Family::new).collect();
        let folders: HashSet<&Path> =
            all.iter().map(|path| folder(path)).collect();
        for folder in folders {
            if let Err(error) = add(inotify, folder) {
                self.failure = Some(error);
                self.inotify = None;
                return;
            }
        }
    }

    /// Returns why there are no notices, once.
    pub(super) fn failure(&mut self) -> Option<io::Error> {
        self.failure.take()
    }

    /// Waits until something may have happened, at most until `deadline`.
    pub(super) fn wait(
        &mut self,
        watch: &Watch,
        bell: Option<BorrowedFd<'_>>,
        deadline: Option<Instant>,
    ) -> io::Result<()> {
        let begun = Instant::now();
        let tick = if self.inotify.is_some() { TICK } else { OFTEN };
        let end = deadline.unwrap_or(begun + tick).min(begun + tick);
        if let Some(last) = self.last
            && last.elapsed() < REST
        {
            let rest = (last + REST).min(end);
            look(watch, [None, bell], rest)?;
        }
        loop {
            let inotify = self.inotify.as_ref().map(AsFd::as_fd);
            let [is_noticed, is_called] = look(watch, [inotify, bell], end)?;
            let is_ours = is_noticed && self.is_ours()?;
            let is_late = Instant::now() >= end;
            if is_ours || is_called || is_late || watch.is_over() {
                self.last = is_ours.then(Instant::now);
                return Ok(());
            }
        }
    }

    /// Reads all notices; returns whether one is about a followed file.
    fn is_ours(&self) -> io::Result<bool> {
        let Some(inotify) = &self.inotify else { return Ok(true) };
        let mut room = [MaybeUninit::uninit(); 16 << 10];
        let mut reader = inotify::Reader::new(inotify, &mut room);
        let mut is_ours = false;
        loop {
            match reader.next() {
                Ok(event) => {
                    is_ours |= match event.file_name() {
                        Some(name)
                            if !event
                                .events()
                                .contains(ReadFlags::QUEUE_OVERFLOW) =>
                        {
                            let name = name.to_bytes().to_vec();
                            self.is_family(&OsString::from_vec(name))
                        }
                        // The folder itself, or a queue that overflowed.
                        Some(_) | None => true,
                    };
                }
                Err(Errno::AGAIN) => return Ok(is_ours),
                Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn is_family(&self, name: &OsString) -> bool {
        self.families.iter().any(|family| family.is_ours(name))
    }
}

/// Whether the system is asked for notices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Way {
    /// It is (inotify).
    #[default]
    Listens,
    /// It is not: files are looked at often.
    Polls,
}

fn add(inotify: &OwnedFd, folder: &Path) -> io::Result<()> {
    let flags = WatchFlags::MODIFY
        | WatchFlags::CREATE
        | WatchFlags::MOVED_FROM
        | WatchFlags::MOVED_TO
        | WatchFlags::DELETE
        | WatchFlags::ATTRIB
        | WatchFlags::MOVE_SELF
        | WatchFlags::DELETE_SELF
        | WatchFlags::ONLYDIR;
    match inotify::add_watch(inotify, folder, flags) {
        // A folder that is not there will be watched when it is; to see it
        // come, the clock has to do.
        Ok(_) | Err(Errno::NOENT | Errno::NOTDIR | Errno::ACCESS) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Waits for one of `fds`, the end of the run, or `end`; returns which of
/// them there is something to read from.
fn look(
    watch: &Watch,
    fds: [Option<BorrowedFd<'_>>; 2],
    end: Instant,
) -> io::Result<[bool; 2]> {
    let mut polled = watch.fds();
    let own = polled.len();
    for fd in fds.into_iter().flatten() {
        polled.push(PollFd::from_borrowed_fd(fd, PollFlags::IN));
    }
    let left = end.saturating_duration_since(Instant::now());
    let timeout = Timespec {
        tv_sec: i64::try_from(left.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: i64::from(left.subsec_nanos()),
    };
    match poll(&mut polled, Some(&timeout)) {
        Ok(_) | Err(Errno::INTR) => {}
        Err(error) => return Err(error.into()),
    }
    watch.heed(&polled[..own]);
    let mut ready = polled[own..].iter().map(|fd| !fd.revents().is_empty());
    Ok(fds.map(|fd| fd.is_some() && ready.next() == Some(true)))
}
