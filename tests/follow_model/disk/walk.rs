//! Turns paths into files: links are followed, doors may be shut.

use std::{
    ffi::{OsStr, OsString},
    io,
    path::{Path, PathBuf},
};

use rustix::io::Errno;

use super::kernel::{Access, Kernel, Matter, ROOT, Serial};

/// The most links on one way.
const LINKS: usize = 40;

/// Who asks. Nothing is denied to root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Caller {
    Root,
    User,
}

/// What is done about a link at the end of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Last {
    Follow,
    Stay,
}

/// Where a path leads.
#[derive(Debug)]
pub(super) struct Spot {
    pub(super) folder: Serial,
    pub(super) name: OsString,
    pub(super) node: Option<Serial>,
    /// The way there, without links.
    pub(super) path: PathBuf,
}

impl Kernel {
    /// Follows a path.
    pub(super) fn walk(
        &self,
        path: &Path,
        caller: Caller,
        last: Last,
    ) -> io::Result<Spot> {
        let mut way: Vec<(Serial, OsString)> = Vec::new();
        let mut todo = parts(path);
        let mut links = 0;
        while let Some(name) = todo.pop() {
            if name == ".." {
                way.pop();
                continue;
            }
            let folder = way.last().map_or(ROOT, |(serial, _)| *serial);
            let node = self.look(folder, &name, caller)?;
            let target = node.and_then(|node| self.target(node));
            match (node, target) {
                (_, Some(target))
                    if !todo.is_empty() || last == Last::Follow =>
                {
                    links += 1;
                    if links > LINKS {
                        return Err(Errno::LOOP.into());
                    }
                    if target.is_absolute() {
                        way.clear();
                    }
                    todo.extend(parts(target));
                }
                (Some(node), _) if !todo.is_empty() => way.push((node, name)),
                (None, _) if !todo.is_empty() => {
                    return Err(Errno::NOENT.into());
                }
                _ => return Ok(self.spot(way, folder, name, node)),
            }
        }
        let (node, name) = way.pop().ok_or(Errno::INVAL)?;
        let folder = way.last().map_or(ROOT, |(serial, _)| *serial);
        Ok(self.spot(way, folder, name, Some(node)))
    }

    fn spot(
        &self,
        way: Vec<(Serial, OsString)>,
        folder: Serial,
        name: OsString,
        node: Option<Serial>,
    ) -> Spot {
        let mut path = PathBuf::from("/");
        path.extend(way.iter().map(|(_, name)| name));
        path.push(&name);
        Spot { folder, name, node, path }
    }

    fn look(
        &self,
        folder: Serial,
        name: &OsString,
        caller: Caller,
    ) -> io::Result<Option<Serial>> {
        if folder == ROOT {
            let found = self.volumes.iter().find(|v| v.name == *name);
            return Ok(found.map(|volume| volume.root));
        }
        let node = &self.nodes[&folder];
        match node.matter {
            Matter::Directory => {}
            Matter::File(_) | Matter::Link(_) => {
                return Err(Errno::NOTDIR.into());
            }
        }
        if node.access == Access::Denied && caller == Caller::User {
            return Err(Errno::ACCESS.into());
        }
        Ok(self.volumes[node.volume].names.find(folder, name))
    }

    fn target(&self, serial: Serial) -> Option<&Path> {
        match &self.nodes[&serial].matter {
            Matter::Link(target) => Some(target),
            Matter::File(_) | Matter::Directory => None,
        }
    }
}

/// The names in a path, last one first.
fn parts(path: &Path) -> Vec<OsString> {
    let names = path.iter().filter(|name| *name != "/" && *name != ".");
    names.rev().map(OsStr::to_owned).collect()
}
