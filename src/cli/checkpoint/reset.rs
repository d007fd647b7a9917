//! Rewrites a checkpoint so that the next run begins elsewhere.

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{Edge, Wrong, obstacle, paths, stand};
use crate::{
    checkpoint::{
        self, Checkpoint, Error, Fault, Place, Record, SourceRecord, text_of,
    },
    cli::voice::Voice,
    diag,
    disk::Disk,
    source::follow::Begin,
};

/// Has the next run begin at an edge of each file, and returns what to tell.
pub(super) fn run(
    disk: &Arc<dyn Disk>,
    path: &Path,
    to: Edge,
    voice: &mut Voice,
) -> Result<String, Wrong> {
    // Opening it would make a new one.
    disk.stat(path).map_err(Error::Open)?;
    let (mut checkpoint, record) = match Checkpoint::open(disk, path) {
        Ok(opened) => opened,
        Err(Error::Unusable(Fault::Damaged)) => {
            return empty(disk, path, voice);
        }
        Err(error) => return Err(error.into()),
    };
    if let Some(remark) = checkpoint.remark() {
        voice.say_of(path, remark);
    }
    let Some(record) = record else {
        let said = "says nothing yet; the next run begins by --from";
        voice.say_of(path, said);
        return Ok(String::new());
    };
    let record = moved(disk, record, to)?;
    checkpoint.write(&record)?;
    Ok(record.sources.iter().map(begin).collect())
}

/// Makes a checkpoint of which nothing can be read like a new one.
///
/// It does not say any more which files were followed, so there is none of
/// which an edge could be found.
fn empty(
    disk: &Arc<dyn Disk>,
    path: &Path,
    voice: &mut Voice,
) -> Result<String, Wrong> {
    checkpoint::clear(disk.as_ref(), path)?;
    voice.say_of(
        path,
        "was damaged, and so was its copy: which files were followed is not \
         known any more. It is empty now, and the next run begins by its \
         --from, not by --to",
    );
    Ok(String::new())
}

/// Returns a record that begins at an edge of each file.
fn moved(
    disk: &Arc<dyn Disk>,
    record: Record,
    to: Edge,
) -> Result<Record, Wrong> {
    // A sink that is behind the others begins where they do.
    let Record { mut sources, sinks, lanes: _ } = record;
    let paths = paths(&sources);
    let edge = match to {
        Edge::Begin => Begin::First,
        Edge::End => Begin::End,
    };
    let found = stand(disk, &paths, edge, &[]).record();
    for (source, path) in sources.iter_mut().zip(paths) {
        let anew = found.iter().find(|anew| anew.path == text_of(&path));
        let anew = readable(disk, path, anew.cloned())?;
        *source = SourceRecord { counters: source.counters, ..anew };
    }
    let sinks = match to {
        // What an output holds behind its mark may never come again; whole
        // lines stay, and a torn one is still known to be ours to cut.
        Edge::End => sinks,
        // All comes again, and is wanted again. By the mark, lines of the
        // second pass would be taken for those that stand behind it, and
        // left out.
        Edge::Begin => Vec::new(),
    };
    Ok(Record { sources, sinks, lanes: Vec::new() })
}

/// Returns where to begin in a file, unless it cannot be read.
///
/// * One that is not there may come; but a name without a folder is probably
///   meant to be in another one than ours.
fn readable(
    disk: &Arc<dyn Disk>,
    path: PathBuf,
    anew: Option<SourceRecord>,
) -> Result<SourceRecord, Wrong> {
    let obstacle = obstacle(disk, &path);
    match (anew, obstacle) {
        (Some(anew), None) => Ok(anew),
        (Some(anew), Some(error))
            if path.is_absolute()
                && error.kind() == io::ErrorKind::NotFound =>
        {
            Ok(anew)
        }
        (_, Some(error)) => Err(Wrong::Source(path, error)),
        (None, None) => {
            let error = io::Error::other("cannot be read");
            Err(Wrong::Source(path, error))
        }
    }
}

/// Says where the next run begins in a file.
fn begin(source: &SourceRecord) -> String {
    let path = diag::escape(source.path.as_bytes());
    match &source.places[..] {
        [] => format!("{path}: begins with the file that comes\n"),
        [Place { offset, lines, .. }, ..] => {
            format!("{path}: begins at byte {offset}, behind line {lines}\n")
        }
    }
}
