//! Makes the steps of a plan ready to run: what they need beside their
//! description, once for all lines.

use std::fmt::{self, Display, Formatter};

use crate::edit::{Action, Annotation, Automaton, quoted};
use crate::event::{BODIES, Path};
use crate::expr::plan::{self, NodeId, RULES, Step, TAGS, Target};
use crate::policy::{self, Loaded, Problem, Replay, Version};

/// The annotation of events whose bodies were cut because of their size.
const TRUNCATED: &str = "audit.k8s.io/truncated";

/// What a step needs.
#[derive(Clone, Debug)]
pub(super) enum Tool {
    /// Nothing.
    None,
    /// The targets of an edit.
    Edit(Edit),
    /// What is done to long events.
    Fit(Box<Fit>),
    /// The annotation that is written.
    Annotation(Box<Annotation>),
    /// The policy that is applied.
    Policy(Box<Replay>),
}

/// A policy that no apiserver would start with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The name of its file, as the expression calls it.
    pub file: Box<str>,
    /// What is wrong with it.
    pub problems: Vec<Problem>,
}

impl Display for Refused {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let first = self.problems.first().map_or("", |it| &it.message);
        write!(out, "`{}` is no audit policy: {first}", self.file)
    }
}

impl Tool {
    /// Makes a step ready, of a plan that reads the top-level keys `roots`.
    pub(super) fn new(
        step: &Step,
        roots: &[Box<str>],
    ) -> Result<Tool, Refused> {
        let annotation =
            |key: &str| Tool::Annotation(Box::new(Annotation::new(key)));
        Ok(match step {
            Step::Edit(action, targets) => {
                Tool::Edit(Edit::new(action, targets))
            }
            Step::Fit { .. } => Tool::Fit(Box::new(Fit {
                bodies: Automaton::new(&[
                    Path::keys(&["requestObject"]),
                    Path::keys(&["responseObject"]),
                ]),
                mark: Annotation::new(TRUNCATED),
            })),
            Step::Detect(_) => annotation(RULES),
            Step::Tag { .. } => annotation(TAGS),
            Step::Label { key, .. } => annotation(key),
            Step::Where(_) | Step::Skip(_) => Tool::None,
            Step::Sample { .. } | Step::Head(_) => Tool::None,
            Step::Count(_) => Tool::None,
            Step::Policy { file, text } => {
                let loaded = policy::load(text, Version::NEWEST);
                let refused =
                    |problems| Refused { file: file.clone(), problems };
                let Loaded { policy, .. } = loaded.map_err(refused)?;
                Tool::Policy(Box::new(Replay::new(policy, roots)))
            }
        })
    }
}

/// What is cut from long events, and what they are marked with.
#[derive(Clone, Debug)]
pub(super) struct Fit {
    pub(super) bodies: Option<Automaton>,
    pub(super) mark: Annotation,
}

/// An edit, and its targets.
#[derive(Clone, Debug)]
pub(super) struct Edit {
    pub(super) action: Action,
    /// What is put in place of what is masked.
    pub(super) text: String,
    /// The conditions that targets have, each once.
    pub(super) guards: Vec<NodeId>,
    /// The targets for each combination of conditions that hold: bit `n` of
    /// the index stands for guard `n`. Where there are none, nothing is
    /// done.
    automata: Vec<Option<Automaton>>,
    hides: bool,
}

/// Returns whether an edit is there to hide something: what is masked, all
/// that is not kept, whole bodies, and secrets, as the sets of targets with
/// conditions are.
fn is_to_hide(action: &plan::Action, targets: &[Target]) -> bool {
    let body = |path: &Path| path.0.len() == 1 && is_body(path);
    match action {
        plan::Action::Mask(_) | plan::Action::Keep => true,
        plan::Action::Drop => {
            targets.iter().any(|it| it.when.is_some() || body(&it.path))
        }
        plan::Action::Truncate(_) => false,
    }
}

fn is_body(path: &Path) -> bool {
    path.root().is_some_and(|root| BODIES.contains(&root))
}

impl Edit {
    /// How many conditions there can be among the targets of one step.
    const MOST_GUARDS: usize = 4;

    fn new(action: &plan::Action, targets: &[Target]) -> Edit {
        let mut guards: Vec<NodeId> = Vec::new();
        for guard in targets.iter().filter_map(|target| target.when) {
            if !guards.contains(&guard) && guards.len() < Edit::MOST_GUARDS {
                guards.push(guard);
            }
        }
        let all = 0..1_usize << guards.len();
        let automata = all.map(|holding| {
            let holds = |guard: NodeId| {
                let at = guards.iter().position(|other| *other == guard);
                at.is_some_and(|at| holding >> at & 1 == 1)
            };
            let now = targets.iter().filter(|t| t.when.is_none_or(holds));
            let paths: Vec<Path> = now.map(|t| t.path.clone()).collect();
            Some(paths).filter(|paths| !paths.is_empty())
        });
        let automata = automata.map(|paths| Automaton::new(&paths?)).collect();
        let hides = is_to_hide(action, targets);
        let (action, text) = match action {
            plan::Action::Drop => (Action::Drop, String::new()),
            plan::Action::Keep => (Action::Keep, String::new()),
            plan::Action::Mask(text) => (Action::Mask, quoted(text)),
            plan::Action::Truncate(bytes) => {
                let most = usize::try_from(*bytes).unwrap_or(usize::MAX);
                (Action::Truncate(most), String::new())
            }
        };
        Edit { action, text, guards, automata, hides }
    }

    /// Returns whether the edit is there to hide something.
    pub(super) fn hides(&self) -> bool {
        self.hides
    }

    /// Returns the targets where the guards hold whose bits are set.
    pub(super) fn targets(&self, holding: usize) -> Option<&Automaton> {
        self.automata.get(holding)?.as_ref()
    }
}
