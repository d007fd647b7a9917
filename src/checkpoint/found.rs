//! Turns the bytes of a checkpoint into the record that counts.

use std::fmt;

use super::{
    Fault, Record,
    slot::{self, Flaw, SIZE, Slot},
};

/// What was found in a checkpoint.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// The newest record and its number; none in a new checkpoint.
    pub newest: Option<(u64, Record)>,
    /// What is odd about it.
    pub remark: Option<Remark>,
}

/// What is odd about a checkpoint that can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remark {
    /// One slot cannot be used, so the record is from the other one.
    OneSlot {
        /// Which one cannot be used, 0 or 1.
        slot: usize,
        /// Why.
        flaw: Flaw,
    },
    /// The first record of all was never written to its end. It is written
    /// before anything is read, so there is nothing that it could tell.
    NeverWritten,
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Remark::OneSlot { slot, flaw } => write!(
                f,
                "slot {slot} {flaw}, as after a power cut; the other one \
                 counts"
            ),
            Remark::NeverWritten => f.write_str(
                "its first record was not written to its end; taken for new",
            ),
        }
    }
}

impl Found {
    /// Returns what the bytes of a checkpoint say; any bytes will do.
    ///
    /// * What is missing at the end counts as blank.
    ///
    /// # Errors
    ///
    /// When neither slot can be used, or one has a format that we do not
    /// know, and that may be the newer one.
    pub fn in_bytes(bytes: &[u8]) -> Result<Found, Fault> {
        let (first, second) = bytes.split_at(bytes.len().min(SIZE));
        let second = &second[..second.len().min(SIZE)];
        choose([in_place(first, 0), in_place(second, 1)])
    }
}

/// Returns what is in slot `at`. A record knows where it belongs.
fn in_place(bytes: &[u8], at: usize) -> Slot {
    match slot::decode(bytes) {
        Slot::Valid { seq, .. } if place(seq) != at => {
            Slot::Bad(Flaw::Damaged)
        }
        slot => slot,
    }
}

/// Returns in which slot a record is, by its number.
pub(super) fn place(seq: u64) -> usize {
    usize::from(seq & 1 == 1)
}

fn choose(slots: [Slot; 2]) -> Result<Found, Fault> {
    match slots {
        [Slot::Bad(Flaw::Version(version)), _]
        | [_, Slot::Bad(Flaw::Version(version))] => {
            Err(Fault::Version(version))
        }
        [
            Slot::Valid { seq: one, record: first },
            Slot::Valid { seq: other, record: second },
        ] => {
            let newest =
                if one > other { (one, first) } else { (other, second) };
            Ok(Found { newest: Some(newest), remark: None })
        }
        [Slot::Valid { seq, record }, other] => Ok(alone(seq, record, &other)),
        [other, Slot::Valid { seq, record }] => Ok(alone(seq, record, &other)),
        [Slot::Blank, Slot::Blank] => Ok(Found::default()),
        [Slot::Bad(Flaw::Unfinished), Slot::Blank] => {
            Ok(Found { newest: None, remark: Some(Remark::NeverWritten) })
        }
        [one, other] => Err(fault(&one, &other)),
    }
}

/// Returns what the only usable slot says, the other one being `other`.
fn alone(seq: u64, record: Record, other: &Slot) -> Found {
    let flaw = match other {
        Slot::Bad(flaw) => Some(*flaw),
        // The first record has no elder.
        Slot::Blank => (seq > 0).then_some(Flaw::Lost),
        Slot::Valid { .. } => None,
    };
    let slot = 1 - place(seq);
    let remark = flaw.map(|flaw| Remark::OneSlot { slot, flaw });
    Found { newest: Some((seq, record)), remark }
}

/// Returns why two slots, neither of them valid, are no checkpoint. Only what
/// surely was one is called damaged: that may be overwritten.
fn fault(one: &Slot, other: &Slot) -> Fault {
    let was_ours = |slot: &Slot| match slot {
        Slot::Bad(Flaw::Damaged) => true,
        Slot::Bad(
            Flaw::Foreign | Flaw::Unfinished | Flaw::Lost | Flaw::Version(_),
        )
        | Slot::Blank
        | Slot::Valid { .. } => false,
    };
    match was_ours(one) || was_ours(other) {
        true => Fault::Damaged,
        false => Fault::Foreign,
    }
}
