//! Turns a plan into the text that `--explain` prints.
//!
//! Tests are shown in the language itself, with full paths, so that they
//! can be copied back into an expression.

mod condition; // Conditions over several lines, or in one;
mod matcher; //   what is asked of values;
mod step; //      and what is done.

use std::fmt::{self, Display, Formatter};

use crate::event::position;

use super::plan::{Action, Extent, POLICY_READS, Plan, Step, TestId};

/// How deep the operands of `all of` and `any of` are indented.
const INDENT: usize = 2;

impl Display for Plan {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        writeln!(out, "fields   {}", self.fields())?;
        writeln!(out, "reading  {}", self.reading())?;
        if self.steps.is_empty() {
            return writeln!(out, "steps    none: every event is kept");
        }
        writeln!(out, "steps")?;
        for (at, step) in self.steps.iter().enumerate() {
            write!(out, "  {}. ", at + 1)?;
            self.step(out, step)?;
        }
        Ok(())
    }
}

impl Plan {
    /// Returns how far a reader must go in a line written by the apiserver,
    /// for all tests and edits; behind it the line is passed over.
    ///
    /// ```
    /// use kaudit_filter::expr::plan::Extent;
    /// use kaudit_filter::expr::{Source, compile};
    /// # let plan = |text| compile(&[Source::expression(text)]).unwrap().plan;
    /// assert_eq!(plan("verb = get").extent(), Extent::Key("verb"));
    /// assert_eq!(plan("drop managedFields").extent(), Extent::Line);
    /// ```
    pub fn extent(&self) -> Extent<'_> {
        let mut last = Extent::Nothing;
        let reads = self.roots.iter().map(|root| Some(&**root));
        for root in reads.chain(self.edited()) {
            last = match (root, last) {
                (None | Some("annotations"), _) => return Extent::Line,
                (Some(root), Extent::Key(last))
                    if position(root) <= position(last) =>
                {
                    Extent::Key(last)
                }
                (Some(root), _) => Extent::Key(root),
            };
        }
        last
    }

    /// Returns the top-level keys that edits reach down to; nothing stands
    /// for those that go through the whole line.
    fn edited(&self) -> impl Iterator<Item = Option<&str>> {
        self.steps.iter().flat_map(|step| match step {
            Step::Edit(Action::Keep, _) => vec![None],
            Step::Edit(_, targets) => {
                targets.iter().map(|target| target.path.root()).collect()
            }
            Step::Fit { .. } | Step::Detect(_) => vec![None],
            Step::Tag { .. } | Step::Label { .. } => vec![None],
            Step::Policy { .. } => vec![None],
            Step::Where(_) | Step::Skip(_) => Vec::new(),
            Step::Sample { .. } | Step::Head(_) => Vec::new(),
            Step::Count(_) => Vec::new(),
        })
    }

    /// Returns every test as one would write it, in the order of
    /// [`Plan::tests`].
    pub fn shown_tests(&self) -> Vec<String> {
        let count = u32::try_from(self.tests.len()).unwrap_or(u32::MAX);
        (0..count).map(|at| self.shown(TestId(at))).collect()
    }

    fn fields(&self) -> String {
        let mut fields: Vec<(usize, String)> = Vec::new();
        for subject in &self.subjects {
            let place = |root: &&str| position(root);
            let roots = subject.roots();
            let last = roots.iter().map(place).max().unwrap_or(0);
            let field = (last, self.shown_field(subject));
            let relative = field.1.starts_with('.');
            if !relative && !fields.contains(&field) {
                fields.push(field);
            }
        }
        let is_policy = |step: &Step| matches!(step, Step::Policy { .. });
        if self.steps.iter().any(is_policy) {
            let reads = POLICY_READS.map(|key| (position(key), key.into()));
            for field in reads {
                if !fields.contains(&field) {
                    fields.push(field);
                }
            }
        }
        fields.sort_by_key(|(root, _)| *root);
        let names: Vec<String> =
            fields.into_iter().map(|(_, name)| name).collect();
        match names.is_empty() {
            true => "none".to_owned(),
            false => names.join(", "),
        }
    }

    fn reading(&self) -> String {
        match self.extent() {
            Extent::Line => "goes on to the end of the line".to_owned(),
            Extent::Nothing => {
                "is not needed: lines pass as they are".to_owned()
            }
            Extent::Key(last) => {
                let bodies = position(last) < position("requestObject");
                let bodies =
                    if bodies { "; bodies are never looked at" } else { "" };
                format!("ends behind `{last}`{bodies}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::expr::{Source, compile};

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let plan = compile(&[Source::expression(text)]).unwrap().plan;
        assert_eq!(plan.to_string(), expected, "{plan}");
    }

    #[test]
    fn a_plan_reads_like_a_recipe() {
        check(
            "code>=400 and (anonymous-user or not verb in (get, list)) \
             | skip ns = kube-system | drop ua | head 10",
            "\
fields   verb, user.username, user.groups, objectRef.namespace, \
responseStatus.code
reading  ends behind `responseStatus`; bodies are never looked at
steps
  1. keep events where all of
       any of
         not verb in (\"get\", \"list\")
         user.username = \"system:anonymous\"
         user.groups = \"system:unauthenticated\"
       responseStatus.code >= 400
  2. skip events where objectRef.namespace = \"kube-system\"
  3. drop userAgent
  4. end after 10 events
",
        );
    }

    #[test]
    fn what_needs_the_whole_line_says_so() {
        let whole = "reading  goes on to the end of the line\n";
        for text in
            ["exec | drop managedFields", "decision = allow", "psa-violation"]
        {
            let plan = compile(&[Source::expression(text)]).unwrap().plan;
            assert!(plan.to_string().contains(whole), "{plan}");
        }
    }

    #[test]
    fn nothing_to_do_is_said() {
        check(
            "true",
            "\
fields   none
reading  is not needed: lines pass as they are
steps    none: every event is kept
",
        );
    }
}
