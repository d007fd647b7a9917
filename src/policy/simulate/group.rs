//! Counts who does what, to know the noisiest.

use std::collections::HashMap;

use crate::policy::{Asker, Facts, Request};

/// How many groups are told apart.
const MOST: usize = 100_000;

/// Stands between the parts of a key; never in one.
const BETWEEN: char = '\0';

/// Who does what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Key<'g> {
    /// The user.
    pub user: Asker<&'g str>,
    /// The verb.
    pub verb: &'g str,
    /// The resource with its group and subresource, or the path's beginning.
    pub what: &'g str,
}

/// Events and bytes that are kept, by who does what.
#[derive(Clone, Debug, Default)]
pub struct Groups {
    /// By the parts of a key, one behind the other.
    known: HashMap<Box<str>, (u64, u64)>,
    /// Events and bytes of groups that found no room.
    pub other: (u64, u64),
    /// The key that is looked for.
    sought: String,
}

impl Groups {
    pub(super) fn add(&mut self, facts: &Facts, bytes: u64) {
        let mut sought = std::mem::take(&mut self.sought);
        sought.clear();
        push_user(&mut sought, facts);
        sought.push(BETWEEN);
        push(&mut sought, facts.verb().unwrap_or_default());
        sought.push(BETWEEN);
        push_what(&mut sought, &facts.request());
        self.enter(&sought, 1, bytes);
        self.sought = sought;
    }

    fn enter(&mut self, key: &str, events: u64, bytes: u64) {
        let is_full = self.known.len() >= MOST;
        let place = match self.known.get_mut(key) {
            Some(place) => place,
            None if is_full => &mut self.other,
            None => self.known.entry(key.into()).or_default(),
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
            self.enter(&key, events, bytes);
        }
        self.other.0 += other.other.0;
        self.other.1 += other.other.1;
    }

    /// Returns the groups with the most bytes: who, how many events, how many
    /// bytes.
    pub fn noisiest(&self, most: usize) -> Vec<(Key<'_>, u64, u64)> {
        let mut all: Vec<_> = self.known.iter().collect();
        all.sort_unstable_by(|(a, (_, few)), (b, (_, many))| {
            many.cmp(few).then(a.cmp(b))
        });
        let all = all.into_iter().take(most);
        all.map(|(key, (events, bytes))| (parts(key), *events, *bytes))
            .collect()
    }
}

fn parts(key: &str) -> Key<'_> {
    let mut parts = key.splitn(3, BETWEEN).map(Some);
    let mut part = || parts.next().flatten().unwrap_or_default();
    let user = part();
    let user = match user.strip_prefix(NAMED) {
        Some(name) => Asker::Somebody(name),
        None if user.is_empty() => Asker::Nobody,
        None => Asker::Unknown,
    };
    Key { user, verb: part(), what: part() }
}

/// Stands before a name, so that nobody is called like somebody unknown.
const NAMED: char = '=';

/// Adds who asks.
fn push_user(key: &mut String, facts: &Facts) {
    match facts.user() {
        Asker::Nobody => (),
        Asker::Unknown => key.push('?'),
        Asker::Somebody((name, _)) => {
            key.push(NAMED);
            push(key, name);
        }
    }
}

fn push(key: &mut String, part: &str) {
    match part.contains(BETWEEN) {
        false => key.push_str(part),
        true => key.push_str(&part.replace(BETWEEN, "\u{fffd}")),
    }
}

/// Adds what is asked for, in a few words.
fn push_what(key: &mut String, request: &Request<'_>) {
    match request {
        Request::Unknown => key.push('-'),
        Request::Path(path) => {
            let mut parts = path.split('/');
            key.push('/');
            push(key, parts.nth(1).unwrap_or_default());
            key.push_str(if parts.next().is_some() { "/..." } else { "" });
        }
        Request::Resource(target) => {
            push(key, target.resource);
            for (sign, part) in
                [('.', target.group), ('/', target.subresource)]
            {
                if !part.is_empty() {
                    key.push(sign);
                    push(key, part);
                }
            }
        }
    }
}
