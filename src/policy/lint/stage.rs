//! Stages that are omitted: what is lost with them, and what is written
//! twice without.

use super::{Finding, Lint, Lints};
use crate::policy::{Level, Span, Stage, StageItem};

impl Lints<'_> {
    /// Looks at the stages that are omitted.
    pub(super) fn stages(&mut self) {
        let policy = self.policy;
        self.list(&policy.omit_stages, None);
        for (at, rule) in policy.rules.iter().enumerate() {
            if rule.level > Level::None {
                self.list(&rule.omit_stages, Some(at));
            }
        }
        let records = |at: &usize| {
            let omitted = policy.stages(Some(*at));
            let ends = [Stage::RequestReceived, Stage::ResponseComplete];
            let is_twice = !ends.into_iter().any(|it| omitted.contains(it));
            policy.rules[*at].level > Level::None && is_twice
        };
        let twice: Vec<usize> =
            (0..policy.rules.len()).filter(records).collect();
        if let [first, ..] = twice[..] {
            let verb = if twice.len() == 1 { "writes" } else { "write" };
            let message = format!(
                "{} {verb} each request twice: when it comes, too",
                self.names(&twice)
            );
            let span = policy.rules[first].span.clone();
            let help = "`omitStages: [RequestReceived]` saves half of the \
                        events, and loses no outcome";
            let lint = Lint::TwoStages;
            self.add(Finding::note(lint, span, message).help(help));
        }
    }

    fn list(&mut self, stages: &[StageItem], rule: Option<usize>) {
        for StageItem { stage, span } in stages {
            match stage {
                Stage::ResponseStarted => self.started(span.clone(), rule),
                Stage::ResponseComplete => self.complete(span.clone()),
                Stage::RequestReceived | Stage::Panic => (),
            }
        }
    }

    fn started(&mut self, span: Span, rule: Option<usize>) {
        // Only a rule that asks for nobody in particular takes nobody.
        let takes_nobody = rule.is_none_or(|at| {
            let rule = &self.policy.rules[at];
            rule.users.is_empty() && rule.user_groups.is_empty()
        });
        if !takes_nobody {
            return;
        }
        let message = "without ResponseStarted, failed authentications (401) \
                       leave no event at all";
        let help = "it is the only stage that they have: do not omit it";
        self.add(Finding::new(Lint::Lost401, span, message).help(help));
    }

    fn complete(&mut self, span: Span) {
        let message = "without ResponseComplete there is no code, no answer \
                       and no annotation of most requests";
        let help = "omit RequestReceived instead";
        self.add(Finding::new(Lint::NoOutcome, span, message).help(help));
    }
}
