//! Reports what the conditions of a program met: which never matched, and
//! which fields were never there.

use crate::expr::{
    Asked, ConditionId, Coverage, Met,
    plan::{Plan, Step},
};

/// A condition of a program, with the name that its user knows.
struct Condition {
    name: String,
    asked: Asked,
}

/// Returns the report that `--coverage` prints.
pub(super) fn report(plan: &Plan, coverage: &Coverage) -> String {
    let mut text = String::from("coverage\n");
    let conditions = conditions(plan, coverage);
    let width = conditions.iter().map(|c| c.name.chars().count()).max();
    let width = width.unwrap_or(0).max("condition".len());
    if !conditions.is_empty() {
        text.push_str(&format!(
            "  {:<width$} {:>12} {:>12}\n",
            "condition", "seen", "matched"
        ));
    }
    for Condition { name, asked } in conditions {
        let Asked { seen, matched, .. } = asked;
        text.push_str(&format!("  {name:<width$} {seen:>12} {matched:>12}"));
        text.push_str(&remark(&asked));
        text.push('\n');
    }
    let head = ["asked", "had a value", "wrong type", "true"];
    let [asked, valued, mismatched, matched] = head;
    text.push_str(&format!(
        "  {asked:>12} {valued:>12} {mismatched:>12} {matched:>12}  test\n"
    ));
    for (shown, met) in plan.shown_tests().into_iter().zip(&coverage.tests) {
        let Met { evaluated, valued, mismatched, matched } = *met;
        text.push_str(&format!(
            "  {evaluated:>12} {valued:>12} {mismatched:>12} {matched:>12}  \
             {shown}"
        ));
        if evaluated > 0 && valued == 0 {
            text.push_str("  <- never had a value");
        } else if valued > 0 && valued == mismatched {
            text.push_str("  <- never had a value of this type");
        }
        text.push('\n');
    }
    text
}

/// Returns the names of the conditions that never matched.
pub(super) fn dead(plan: &Plan, coverage: &Coverage) -> Vec<String> {
    let conditions = conditions(plan, coverage).into_iter();
    let dead = conditions.filter(|condition| condition.asked.matched == 0);
    dead.map(|condition| condition.name).collect()
}

fn remark(asked: &Asked) -> String {
    let Asked { matched, candidates, bodiless, below_request, .. } = *asked;
    if bodiless == 0 {
        let never = if matched == 0 { "  <- never matched" } else { "" };
        return never.to_owned();
    }
    let why = match below_request {
        0 => String::new(),
        all if all == bodiless => " (level below Request)".to_owned(),
        some => format!(" ({some} of them: level below Request)"),
    };
    format!(
        "  <- met {candidates} candidate events, {bodiless} without a body\
         {why}"
    )
}

/// Returns every condition of every step.
fn conditions(plan: &Plan, coverage: &Coverage) -> Vec<Condition> {
    let mut conditions = Vec::new();
    for (step, it) in plan.steps.iter().enumerate() {
        for (part, name) in names(plan, it, step + 1).into_iter().enumerate() {
            let id = ConditionId { step, part };
            let asked = coverage.conditions.get(&id);
            let asked = asked.copied().unwrap_or_default();
            conditions.push(Condition { name, asked });
        }
    }
    conditions
}

/// Returns the names of the conditions of step number `n`.
fn names(plan: &Plan, step: &Step, n: usize) -> Vec<String> {
    match step {
        Step::Where(_) => vec![format!("where (step {n})")],
        Step::Skip(_) => vec![format!("skip (step {n})")],
        Step::Tag { name, when: Some(_) } => {
            vec![format!("tag {name} if (step {n})")]
        }
        Step::Detect(rules) => {
            let rules = rules.iter().map(|id| &plan.rules[id.0 as usize]);
            rules.map(|rule| format!("rule {}", rule.name)).collect()
        }
        Step::Tag { when: None, .. } | Step::Edit(..) => Vec::new(),
        Step::Fit { .. } | Step::Label { .. } => Vec::new(),
        Step::Policy { .. } | Step::Sample { .. } => Vec::new(),
        Step::Head(_) | Step::Count(_) => Vec::new(),
    }
}
