//! What has come out about a line.

use super::score::Fate;
use crate::{
    pipeline::{Judgement, Verdict},
    policy::Doubt,
    scan::Defect,
};

/// What has come out about a line, of one route after the other.
#[derive(Default)]
pub(super) struct Sum {
    /// What it comes to for the run.
    pub fate: Option<Fate>,
    pub defect: Option<Defect>,
    pub is_event: bool,
    pub is_foreign: bool,
    pub is_unknown: bool,
    /// Whether a route has it set aside, although another may keep it.
    pub is_aside: bool,
    pub coerced: u32,
    /// Why a policy could not decide.
    pub doubt: Option<Doubt>,
}

impl Sum {
    /// Returns what one route says.
    #[inline(always)]
    pub(super) fn of(judgement: &Judgement, fate: Fate) -> Sum {
        Sum {
            fate: Some(fate),
            defect: judgement.defect,
            is_event: judgement.event,
            is_foreign: judgement.verdict == Verdict::Foreign,
            is_unknown: judgement.verdict == Verdict::Unknown,
            is_aside: fate == Fate::Aside,
            coerced: judgement.coerced,
            doubt: judgement.doubt,
        }
    }

    /// Returns why a line is not kept, in a word.
    pub(super) fn refusal(&self) -> &'static str {
        match (self.is_foreign, self.is_unknown) {
            (true, _) => "foreign",
            (false, true) => "unknown",
            (false, false) => "skipped",
        }
    }

    /// Adds what another one says.
    #[inline]
    pub(super) fn add(&mut self, judgement: &Judgement, fate: Fate) {
        self.fate = self.fate.max(Some(fate));
        self.defect = self.defect.or(judgement.defect);
        self.is_event |= judgement.event;
        self.is_foreign |= judgement.verdict == Verdict::Foreign;
        self.is_unknown |= judgement.verdict == Verdict::Unknown;
        self.is_aside |= fate == Fate::Aside;
        self.coerced = self.coerced.max(judgement.coerced);
        self.doubt = self.doubt.or(judgement.doubt);
    }
}
