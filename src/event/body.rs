//! Finds the Kubernetes objects in the bodies of an event, and the pod specs
//! and containers in them.
//!
//! Several tests ask for the same objects, so what was found is remembered
//! until the next line.

use std::sync::LazyLock;

use super::event::{Event, Place};
use super::visit::Seen;
use crate::scan::{Defect, Elements, Value, Wanted, last_of_each, value_at};

/// What to find.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Object,
    PodSpec,
    Container,
}

/// Where objects begin, and whether these are all.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) places: Vec<usize>,
    pub(super) seen: Seen,
}

/// What was found in this line so far.
#[derive(Debug, Default)]
pub(super) struct Bodies([Option<Found>; 3]);

/// The keys of an object that tell what it is and where its pod may be.
static OBJECT: LazyLock<Wanted> =
    LazyLock::new(|| Wanted::new(["kind", "spec", "template"]));

/// The keys below which a pod may be in a spec,
static SPEC: LazyLock<Wanted> =
    LazyLock::new(|| Wanted::new(["jobTemplate", "template"]));

/// or in what is called `template`,
static TEMPLATE: LazyLock<Wanted> = LazyLock::new(|| Wanted::new(["spec"]));

/// and those below which its containers are.
static CONTAINERS: LazyLock<Wanted> = LazyLock::new(|| {
    Wanted::new(["containers", "initContainers", "ephemeralContainers"])
});

impl<'l, 'r> Event<'l, 'r> {
    /// Finds all of a kind in the bodies, whose root numbers are `roots`.
    /// Whoever takes it gives it back, for the next to find it at once.
    pub(super) fn find(&mut self, part: Part, roots: [usize; 2]) -> Found {
        let known = self.bodies.as_mut();
        if let Some(found) = known.and_then(|b| b.0[part as usize].take()) {
            return found;
        }
        match part {
            Part::Object => self.objects(roots),
            Part::PodSpec => {
                let objects = self.find(Part::Object, roots);
                let found = self.each(&objects, Event::pod_spec);
                self.found_again(Part::Object, objects);
                found
            }
            Part::Container => {
                let pods = self.find(Part::PodSpec, roots);
                let found = self.each(&pods, Event::containers);
                self.found_again(Part::PodSpec, pods);
                found
            }
        }
    }

    /// Remembers what was found.
    pub(super) fn found_again(&mut self, part: Part, found: Found) {
        let bodies = self.bodies.get_or_insert_default();
        bodies.0[part as usize] = Some(found);
    }

    /// Finds the bodies that are objects, a Status of the answer left out.
    ///
    /// What is sent is the client's: in a patch, `"kind":"Status"` changes
    /// nothing for the apiserver, and must hide nothing here.
    fn objects(&mut self, [sent, answered]: [usize; 2]) -> Found {
        let mut found = Found { places: Vec::new(), seen: Seen::All };
        type Look<'l, 'r> =
            fn(&Event<'l, 'r>, usize) -> Result<Option<usize>, Defect>;
        let looks: [(usize, Look<'l, 'r>); 2] =
            [(sent, Self::any_object), (answered, Self::object)];
        for (root, look) in looks {
            match self.root(root) {
                Place::Missing => {}
                Place::Unknown => found.seen = Seen::Part,
                Place::At(at) => match look(self, at) {
                    Ok(object) => found.places.extend(object),
                    Err(defect) => {
                        self.note(defect);
                        found.seen = Seen::Part;
                    }
                },
            }
        }
        found
    }

    /// Returns where the object at `at` begins, if it is one.
    fn any_object(&self, at: usize) -> Result<Option<usize>, Defect> {
        Ok(match value_at(self.line, at)? {
            Value::Object(start) => Some(start),
            _ => None,
        })
    }

    /// Returns where the object at `at` begins, unless it is a Status.
    fn object(&self, at: usize) -> Result<Option<usize>, Defect> {
        let Value::Object(start) = value_at(self.line, at)? else {
            return Ok(None);
        };
        let [kind, ..] = self.members::<3>(start, &OBJECT)?;
        let kind = kind.map(|at| value_at(self.line, at)).transpose()?;
        let is_status = match kind {
            Some(Value::Text(kind)) => {
                kind.read(&mut Vec::new()) == Ok("Status")
            }
            _ => false,
        };
        Ok((!is_status).then_some(start))
    }

    /// Finds what `look` finds below each of these.
    fn each(
        &self,
        above: &Found,
        look: fn(&Self, usize, &mut Vec<usize>) -> Result<(), Defect>,
    ) -> Found {
        let mut found = Found { places: Vec::new(), seen: above.seen };
        for at in &above.places {
            if let Err(defect) = look(self, *at, &mut found.places) {
                self.note(defect);
                found.seen = Seen::Part;
            }
        }
        found
    }

    /// Finds the pod specs of the object at `at`: of a CronJob, of a
    /// Deployment and its like, of a PodTemplate, of a Pod.
    ///
    /// An object is of one kind, but a patch may hold more than its kind
    /// has: what the apiserver ignores must not hide what it does not.
    fn pod_spec(
        &self,
        at: usize,
        places: &mut Vec<usize>,
    ) -> Result<(), Defect> {
        let [_, spec, template] = self.members::<3>(at, &OBJECT)?;
        let spec = self.filled(spec)?;
        let [job, deployment] = match spec {
            Some(spec) => self.members::<2>(spec, &SPEC)?,
            None => [None; 2],
        };
        let job = match self.below(job)? {
            Some(spec) => self.members::<2>(spec, &SPEC)?[1],
            None => None,
        };
        let before = places.len();
        for template in [job, deployment, template] {
            places.extend(self.below(template)?);
        }
        let Some(spec) = spec else { return Ok(()) };
        let has_none = places.len() == before;
        if has_none || self.members::<3>(spec, &CONTAINERS)? != [None; 3] {
            places.push(spec);
        }
        Ok(())
    }

    /// Returns where the `spec` of the value at `at` begins, if it is an
    /// object that has one.
    fn below(&self, at: Option<usize>) -> Result<Option<usize>, Defect> {
        match self.filled(at)? {
            Some(start) => {
                let [spec] = self.members::<1>(start, &TEMPLATE)?;
                self.filled(spec)
            }
            None => Ok(None),
        }
    }

    /// Returns where the value at `at` begins, if it is an object with
    /// something in it.
    fn filled(&self, at: Option<usize>) -> Result<Option<usize>, Defect> {
        let Some(at) = at else { return Ok(None) };
        let value = value_at(self.line, at)?;
        let Value::Object(start) = value else { return Ok(None) };
        match value.is_empty(self.line) {
            Ok(empty) => Ok((!empty).then_some(start)),
            Err(kind) => Err(Defect { at, kind }),
        }
    }

    /// Finds the containers of the pod spec at `at`.
    fn containers(
        &self,
        at: usize,
        places: &mut Vec<usize>,
    ) -> Result<(), Defect> {
        let lists = self.members::<3>(at, &CONTAINERS)?;
        for list in lists.into_iter().flatten() {
            let Value::Array(at) = value_at(self.line, list)? else {
                continue;
            };
            let mut elements = Elements::new(at);
            while let Some(at) = elements.next(self.scanner, self.line)? {
                if let Value::Object(at) = value_at(self.line, at)? {
                    places.push(at);
                }
            }
        }
        Ok(())
    }

    /// Returns where the values of these keys of the object at `at` are.
    fn members<const N: usize>(
        &self,
        at: usize,
        wanted: &Wanted,
    ) -> Result<[Option<usize>; N], Defect> {
        last_of_each(self.scanner, self.line, at, wanted)
    }
}
