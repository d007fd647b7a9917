//! Turns writes into the content of a file: what is there now, and what of
//! it is there after a power cut.

use crate::dice::Dice;

/// Bytes that a disk writes all or none of. Smaller than on any real disk,
/// so that short lines are torn too.
const SECTOR: u64 = 64;

/// What one file holds.
#[derive(Clone, Debug, Default)]
pub(super) struct Body {
    now: Vec<u8>,
    /// What was there when all of it was known to be on the disk.
    base: Vec<u8>,
    /// What has happened since, in order.
    changes: Vec<(Change, Fate)>,
    /// What was there each time before something of it was taken away.
    past: Vec<Vec<u8>>,
}

#[derive(Clone, Debug)]
enum Change {
    Write { at: u64, bytes: Vec<u8> },
    Length(u64),
}

/// What a power cut does to a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// It may be lost.
    Pending,
    /// It is on the disk.
    Kept,
    /// The system could not write it and has let go of it: it may be lost,
    /// and no later sync helps.
    Forsaken,
}

/// What is left of the changes that may be lost.
#[derive(Clone, Copy, Debug)]
enum Mood {
    /// Nothing.
    None,
    /// All.
    All,
    /// The first so many sectors.
    First(usize),
    /// Any.
    Any,
}

impl Body {
    pub(super) fn bytes(&self) -> &[u8] {
        &self.now
    }

    pub(super) fn len(&self) -> u64 {
        self.now.len() as u64
    }

    pub(super) fn write(&mut self, at: u64, bytes: &[u8]) {
        self.change(Change::Write { at, bytes: bytes.to_vec() });
    }

    pub(super) fn set_len(&mut self, length: u64) {
        self.change(Change::Length(length));
    }

    fn change(&mut self, change: Change) {
        let mut then = self.now.clone();
        change.apply(&mut then);
        self.turn_into(then);
        self.changes.push((change, Fate::Pending));
    }

    fn turn_into(&mut self, then: Vec<u8>) {
        let now = std::mem::replace(&mut self.now, then);
        if !self.now.starts_with(&now) {
            self.past.push(now);
        }
    }

    /// Returns what was there in each of its lives: one ends where something
    /// that was there is there no more.
    pub(super) fn lives(&self) -> impl Iterator<Item = &[u8]> {
        let past = self.past.iter().map(Vec::as_slice);
        past.chain([self.now.as_slice()])
    }

    /// Makes all that is pending last.
    pub(super) fn sync(&mut self) {
        for (_, fate) in &mut self.changes {
            if *fate == Fate::Pending {
                *fate = Fate::Kept;
            }
        }
        if self.changes.iter().all(|(_, fate)| *fate == Fate::Kept) {
            self.base.clone_from(&self.now);
            self.changes.clear();
        }
    }

    /// Fails to do that. What was pending stays readable, and is no longer
    /// written: that is what Linux does.
    pub(super) fn forsake(&mut self) {
        for (_, fate) in &mut self.changes {
            if *fate == Fate::Pending {
                *fate = Fate::Forsaken;
            }
        }
    }

    /// Loses some of what is not known to be on the disk. A lost write is
    /// NULs if something behind it is left.
    pub(super) fn lose(&mut self, dice: &mut Dice) {
        let sectors = self.changes.iter().map(|(c, _)| c.sectors().len());
        let mood = match dice.below(4) {
            0 => Mood::None,
            1 => Mood::All,
            2 => Mood::First(dice.below(sectors.sum::<usize>() + 1)),
            _ => Mood::Any,
        };
        let mut left = std::mem::take(&mut self.base);
        let mut seen = 0;
        for (change, fate) in std::mem::take(&mut self.changes) {
            for piece in change.sectors() {
                let stays = match mood {
                    Mood::None => false,
                    Mood::All => true,
                    Mood::First(count) => seen < count,
                    Mood::Any => dice.percent(50),
                };
                seen += 1;
                if stays || fate == Fate::Kept {
                    piece.apply(&mut left);
                }
            }
        }
        self.base.clone_from(&left);
        self.turn_into(left);
    }
}

impl Change {
    fn apply(&self, to: &mut Vec<u8>) {
        match self {
            Change::Length(length) => to.resize(*length as usize, 0),
            Change::Write { at, bytes } => {
                let (at, end) = (*at as usize, *at as usize + bytes.len());
                to.resize(to.len().max(end), 0);
                to[at..end].copy_from_slice(bytes);
            }
        }
    }

    /// Cuts a write where sectors begin.
    fn sectors(&self) -> Vec<Change> {
        let Change::Write { mut at, bytes } = self.clone() else {
            return vec![self.clone()];
        };
        let mut pieces = Vec::new();
        let mut rest = &bytes[..];
        while !rest.is_empty() {
            let room = (SECTOR - at % SECTOR) as usize;
            let (piece, behind) = rest.split_at(room.min(rest.len()));
            pieces.push(Change::Write { at, bytes: piece.to_vec() });
            at += piece.len() as u64;
            rest = behind;
        }
        pieces
    }
}
