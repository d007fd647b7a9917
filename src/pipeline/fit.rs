//! Makes long events short: the step `truncate event`.

use super::bench::{Bench, Made, Run};
use super::tool::{Fit, Tool};
use crate::edit::{self, Action};
use crate::event::Event;
use crate::expr::Truth;
use crate::expr::plan::NodeId;
use crate::scan::Defect;

impl Bench {
    /// Does to long events what kube-apiserver's truncate backend does.
    pub(super) fn fit(
        &mut self,
        run: Run<'_>,
        (bytes, has_bodies): (u64, NodeId),
        event: &mut Event<'_, '_>,
        tool: &Tool,
        out: Option<&mut Vec<u8>>,
    ) -> Made {
        if fits(event.line(), bytes) {
            return Made::Truth(Truth::True);
        }
        let has_bodies = self.truth(run, event, has_bodies);
        if has_bodies != Truth::True {
            return Made::Truth(has_bodies);
        }
        let (Some(out), Tool::Fit(fit)) = (out, tool) else {
            return Made::Truth(Truth::Unknown);
        };
        let before = out.len();
        match self.without_bodies(event, fit, out) {
            Ok(()) if fits(&out[before..], bytes) => Made::Change,
            Ok(()) => {
                out.truncate(before);
                Made::Truth(Truth::False)
            }
            // How long it would be is behind the break.
            Err(defect) => {
                event.note(defect);
                Made::Truth(Truth::Unknown)
            }
        }
    }

    fn without_bodies(
        &mut self,
        event: &Event<'_, '_>,
        fit: &Fit,
        out: &mut Vec<u8>,
    ) -> Result<(), Defect> {
        self.cuts.clear();
        if let Some(bodies) = &fit.bodies {
            edit::cuts(event, bodies, Action::Drop, &mut self.cuts)?;
        }
        self.short.clear();
        edit::splice(event.line(), &self.cuts, "", &mut self.short);
        fit.mark.write(&event.on(&self.short), "true", out)
    }
}

/// Returns whether a line and its newline have no more than so many bytes.
fn fits(line: &[u8], bytes: u64) -> bool {
    (line.len() as u64) < bytes
}
