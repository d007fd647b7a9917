//! What is ignored in a policy, and what the rule takes because of that.

use super::{Finding, Lint, Lints};
use crate::diag::nearest;
use crate::policy::{Kind, Problem};

/// Fields that restrict a rule, and what it takes without them.
const RESTRICTING: [(&str, &str); 8] = [
    ("verbs", "all verbs"),
    ("users", "all users"),
    ("userGroups", "the users of all groups"),
    ("namespaces", "all namespaces"),
    ("resources", "all resources"),
    ("resourceNames", "objects of all names"),
    ("nonResourceURLs", "all paths"),
    ("group", "the core group"),
];

impl Lints<'_> {
    /// Adds what the loader warns of.
    pub(super) fn fields(&mut self, warnings: &[Problem]) {
        for problem in warnings {
            let lint = match problem.kind {
                Kind::Unknown => Lint::UnknownField,
                Kind::Repeated => Lint::RepeatedField,
                Kind::Document => Lint::IgnoredDocument,
                Kind::Limit => Lint::Limit,
                Kind::Syntax
                | Kind::Type
                | Kind::Version
                | Kind::Value
                | Kind::Shape
                | Kind::Empty => Lint::Refused,
            };
            let (span, message) = (problem.span.clone(), &*problem.message);
            let finding = Finding::new(lint, span, message);
            let help = problem.help.clone();
            self.add(Finding { help, ..finding });
            if problem.kind == Kind::Unknown {
                self.widened(problem);
            }
        }
    }

    /// Adds that a rule takes more than was meant, since what should have
    /// restricted it is ignored.
    fn widened(&mut self, problem: &Problem) {
        let field = problem.path.rsplit('.').next().unwrap_or_default();
        let names = RESTRICTING.iter().map(|(name, _)| *name);
        let meant = names.clone().find(|it| *it == field);
        let Some(meant) = meant.or_else(|| nearest(field, names)) else {
            return;
        };
        let all = RESTRICTING.iter().find(|(name, _)| *name == meant);
        let all = all.map_or("all", |(_, all)| all);
        // What is indented too little belongs to the rule before.
        let rules = &self.policy.rules;
        let mut before = rules.iter().rev();
        let before = before.find(|it| it.span.end <= problem.span.start);
        let rule = rule_of(&problem.path).and_then(|at| rules.get(at));
        let Some(rule) = rule.or(before) else { return };
        let all = match problem.path.contains(".resources[") {
            true if meant == "resources" => "all resources of the group",
            true | false => all,
        };
        let level = rule.level.word();
        let message = format!("this rule takes {all}, at level {level}");
        let why = format!("`{field}` is ignored where it stands");
        let span = rule.span.clone();
        self.add(Finding::new(Lint::WidenedRule, span, message).help(why));
    }
}

/// Returns the number of the rule that a path leads into.
fn rule_of(path: &str) -> Option<usize> {
    let rest = path.strip_prefix("rules[")?;
    rest.split_once(']')?.0.parse().ok()
}
