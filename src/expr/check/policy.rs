//! The step `policy`: its file, and what it may decide on.

use crate::diag::Diagnostic;
use crate::event::Path;
use crate::expr::ast::Span;
use crate::expr::file::Purpose;
use crate::expr::plan;

use super::Checker;
use super::list::Load;

/// What a policy decides on. The rest of an event it only cuts.
const READS: [&[&str]; 6] = [
    &["level"],
    &["stage"],
    &["requestURI"],
    &["verb"],
    &["user", "username"],
    &["user", "groups"],
];

impl Checker<'_> {
    pub(super) fn policy(
        &mut self,
        file: &str,
        span: Span,
        load: &mut Load<'_>,
    ) -> Option<plan::Step> {
        self.check_untouched(span);
        let read = match load(file, Purpose::Policy) {
            Ok(read) => read,
            Err(remark) => {
                self.found.push(remark.error(span));
                return None;
            }
        };
        let warnings = read.remarks.into_iter().map(|it| it.warning(span));
        self.found.extend(warnings);
        let (file, text) = (file.into(), read.text.into());
        Some(plan::Step::Policy { file, text })
    }

    /// Refuses a policy that would decide on what earlier steps have made of
    /// an event: it would match where an apiserver would not.
    fn check_untouched(&mut self, span: Span) {
        let paths = READS.map(Path::keys);
        let changed = paths.iter().find(|it| !self.dropped.is_whole(it));
        if let Some(path) = changed {
            let message = format!(
                "a policy decides on `{path}`, which an earlier step changes"
            );
            let error = Diagnostic::error(span, message);
            self.found.push(error.help("put `policy` before that step"));
        }
    }
}
