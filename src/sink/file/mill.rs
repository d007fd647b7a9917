//! Removes backups that are too old or too many, and has the others
//! compressed, one after the other.
//!
//! What a checkpoint may speak of is left alone until it does no more: after
//! a crash it is looked for by what is in it.

use std::{io, path::PathBuf};

use jiff::SignedDuration;

use super::{
    super::Chores,
    backup::{Backup, Names, now},
    pack::Packing,
    rotation::Rotation,
};
use crate::disk::{Disk, FileId};

/// What becomes of the backups of one file.
#[derive(Debug)]
pub(super) struct Mill {
    rotation: Rotation,
    /// The mode of compressed files.
    mode: u32,
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    /// Somebody has to look what there is.
    Due,
    Packing(Box<Packing>),
    /// Until a checkpoint speaks of something else.
    Waiting,
    Rest,
}

/// What could not be removed or compressed, and why.
pub(super) struct Failure {
    pub path: PathBuf,
    pub error: io::Error,
}

impl Mill {
    /// Begins with what an earlier run has left.
    pub(super) fn new(rotation: Rotation, mode: u32) -> Mill {
        Mill { rotation, mode, stage: Stage::Due }
    }

    /// Hears that there is another backup.
    pub(super) fn wake(&mut self) {
        // Behind what is being compressed, it looks again anyway.
        if !matches!(self.stage, Stage::Packing(_)) {
            self.stage = Stage::Due;
        }
    }

    /// Hears that a checkpoint speaks of something else now.
    pub(super) fn release(&mut self) {
        if let Stage::Waiting = self.stage {
            self.stage = Stage::Due;
        }
    }

    /// Does a little. After a failure nothing is done before the next backup.
    ///
    /// * Files `in_use` are left alone.
    pub(super) fn step(
        &mut self,
        disk: &dyn Disk,
        names: &Names,
        in_use: &[FileId],
    ) -> Result<Chores, Failure> {
        match &mut self.stage {
            Stage::Rest | Stage::Waiting => Ok(Chores::Done),
            Stage::Due => {
                self.stage = Stage::Rest;
                self.begin(disk, names, in_use)
            }
            Stage::Packing(packing) => match packing.step(disk) {
                Ok(Chores::More) => Ok(Chores::More),
                Ok(Chores::Done) => {
                    self.stage = Stage::Due;
                    Ok(Chores::More)
                }
                Err(error) => {
                    let path = packing.backup().packed();
                    // It would take room that is wanted elsewhere.
                    disk.remove(&path).ok();
                    self.stage = Stage::Rest;
                    Err(Failure { path, error })
                }
            },
        }
    }

    /// Removes what is to be removed, and begins with the oldest of those
    /// that are not compressed.
    fn begin(
        &mut self,
        disk: &dyn Disk,
        names: &Names,
        in_use: &[FileId],
    ) -> Result<Chores, Failure> {
        let failed = |path: PathBuf| |error| Failure { path, error };
        let backups = names.list(disk);
        let backups = backups.map_err(failed(names.folder().to_owned()))?;
        let (used, free): (Vec<_>, Vec<_>) = self
            .chosen(disk, backups)
            .into_iter()
            .partition(|(backup, _)| is_used(disk, backup, in_use));
        if !used.is_empty() {
            self.stage = Stage::Waiting;
        }
        for (backup, fate) in free {
            match fate {
                Fate::Remove => remove(disk, &backup)
                    .map_err(failed(backup.path.clone()))?,
                Fate::Pack => {
                    let path = backup.packed();
                    let packing = Packing::begin(disk, backup, self.mode);
                    let packing = packing.map_err(failed(path))?;
                    self.stage = Stage::Packing(Box::new(packing));
                    return Ok(Chores::More);
                }
            }
        }
        Ok(Chores::Done)
    }

    /// Chooses those to which something is to be done: first what is
    /// removed, then what is compressed.
    fn chosen(
        &self,
        disk: &dyn Disk,
        backups: Vec<Backup>,
    ) -> Vec<(Backup, Fate)> {
        let Rotation { max_age, max_backups, compress, .. } = self.rotation;
        let most = max_backups.map_or(usize::MAX, |n| n.get() as usize);
        let surplus = backups.len().saturating_sub(most);
        let oldest = max_age.and_then(|days| {
            let hours = i64::from(days.get()) * 24;
            now(disk).checked_sub(SignedDuration::from_hours(hours)).ok()
        });
        let mut chosen: Vec<_> = backups
            .into_iter()
            .enumerate()
            .filter_map(|(number, backup)| {
                let is_old = oldest.is_some_and(|time| backup.time < time);
                if number < surplus || is_old {
                    Some((backup, Fate::Remove))
                } else {
                    (compress && backup.is_plain)
                        .then_some((backup, Fate::Pack))
                }
            })
            .collect();
        chosen.sort_by_key(|(_, fate)| *fate);
        chosen
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    Remove,
    Pack,
}

fn is_used(disk: &dyn Disk, backup: &Backup, in_use: &[FileId]) -> bool {
    let stat = disk.stat(&backup.path);
    backup.is_plain && stat.is_ok_and(|stat| in_use.contains(&stat.id))
}

fn remove(disk: &dyn Disk, backup: &Backup) -> io::Result<()> {
    if backup.is_packed {
        disk.remove(&backup.packed())?;
    }
    if backup.is_plain { disk.remove(&backup.path) } else { Ok(()) }
}
