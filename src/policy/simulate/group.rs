//! Counts who does what, to know the noisiest.

use std::collections::HashMap;

use crate::policy::{Attributes, Request};

/// How many groups are told apart.
const MOST: usize = 100_000;

/// Who does what.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    /// The user; empty for nobody.
    pub user: Box<str>,
    /// The verb.
    pub verb: Box<str>,
    /// The resource with its subresource and group, or the path's beginning.
    pub what: Box<str>,
}

/// Events and bytes that are kept, by who does what.
#[derive(Clone, Debug, Default)]
pub struct Groups {
    known: HashMap<Key, (u64, u64)>,
    /// Events and bytes of groups that found no room.
    pub other: (u64, u64),
}

impl Groups {
    pub(super) fn add(&mut self, attributes: &Attributes<'_>, bytes: u64) {
        let user = attributes.user.as_ref().map_or("", |user| user.name);
        let verb = attributes.verb.unwrap_or_default();
        let key = Key {
            user: user.into(),
            verb: verb.into(),
            what: what(&attributes.request).into(),
        };
        self.enter(key, 1, bytes);
    }

    fn enter(&mut self, key: Key, events: u64, bytes: u64) {
        let is_full = self.known.len() >= MOST;
        let place = match self.known.get_mut(&key) {
            Some(place) => place,
            None if is_full => &mut self.other,
            None => self.known.entry(key).or_default(),
        };
        place.0 += events;
        place.1 += bytes;
    }

    /// Adds what came behind.
    pub(super) fn append(&mut self, other: Groups) {
        // In an order that does not depend on chance.
        let mut all: Vec<_> = other.known.into_iter().collect();
        all.sort_unstable();
        for (key, (events, bytes)) in all {
            self.enter(key, events, bytes);
        }
        self.other.0 += other.other.0;
        self.other.1 += other.other.1;
    }

    /// Returns the groups with the most bytes: who, how many events, how many
    /// bytes.
    pub fn noisiest(&self, most: usize) -> Vec<(&Key, u64, u64)> {
        let all = self.known.iter();
        let mut all: Vec<_> =
            all.map(|(key, (events, bytes))| (key, *events, *bytes)).collect();
        all.sort_unstable_by(|(a, _, few), (b, _, many)| {
            many.cmp(few).then(a.cmp(b))
        });
        all.truncate(most);
        all
    }
}

/// Returns what is asked for, in a few words.
fn what(request: &Request<'_>) -> String {
    match request {
        Request::Unknown => "-".to_owned(),
        Request::Path(path) => {
            let mut parts = path.split('/');
            let first = parts.nth(1).unwrap_or_default();
            let rest = if parts.next().is_some() { "/..." } else { "" };
            format!("/{first}{rest}")
        }
        Request::Resource(target) => {
            let mut what = target.resource.to_owned();
            for (sign, part) in
                [('.', target.group), ('/', target.subresource)]
            {
                if !part.is_empty() {
                    what.push(sign);
                    what.push_str(part);
                }
            }
            what
        }
    }
}
