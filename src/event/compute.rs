//! Computes values that do not stand in the line.

use std::time::SystemTime;

use jiff::Timestamp;

use super::derived::{Computed, Parameter};
use super::event::Event;
use super::path::{Origin, Segment};
use super::route::{Repeats, Route};
use super::uri;
use super::visit::{Arrays, Seen};
use crate::scan::{DefectKind, Value};

/// A computed value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Given<'a> {
    /// Text.
    Text(&'a str),
    /// A whole number: nanoseconds, bytes.
    Number(i128),
}

/// Takes computed values, until it answers true.
pub type Take<'a> = &'a mut dyn FnMut(Given<'_>) -> Result<bool, DefectKind>;

/// How to compute a value: which, and the ways to what it is made of.
#[derive(Clone, Debug)]
pub struct Recipe {
    computed: Computed,
    ways: Vec<Route>,
}

impl Recipe {
    /// Returns the recipe for a program that reads the top-level keys
    /// `roots`.
    pub fn new(computed: &Computed, roots: &[Box<str>]) -> Recipe {
        let way = |root: &str, rest: &[&str]| {
            let rest: Vec<_> =
                rest.iter().map(|key| Segment::Key((*key).into())).collect();
            let origin = Origin::Key(root.into());
            Route::new(&origin, &rest, Repeats::First, roots)
        };
        let ways = match computed {
            Computed::Path | Computed::Query(_) | Computed::Command => {
                vec![way("requestURI", &[])]
            }
            Computed::Latency => vec![
                way("requestReceivedTimestamp", &[]),
                way("stageTimestamp", &[]),
            ],
            Computed::Age => vec![way("stageTimestamp", &[])],
            Computed::Size => Vec::new(),
            Computed::Repository => {
                let image = [Segment::Key("image".into())];
                let container = &Origin::Container;
                vec![Route::new(container, &image, Repeats::Last, roots)]
            }
            Computed::Actor => vec![
                way("impersonatedUser", &["username"]),
                way("user", &["username"]),
            ],
            Computed::AccountNamespace => vec![way("user", &["username"])],
            Computed::Resource => vec![
                way("objectRef", &["resource"]),
                way("objectRef", &["subresource"]),
            ],
        };
        Recipe { computed: computed.clone(), ways }
    }
}

impl Event<'_, '_> {
    /// Hands what `recipe` makes of the event to `take`.
    pub fn compute(&mut self, recipe: &Recipe, take: Take<'_>) -> Seen {
        let mut reading = Reading { event: self, recipe, seen: Seen::All };
        let taken = reading.give(take);
        match taken {
            Ok(_) => reading.seen,
            Err(_) => Seen::Part,
        }
    }
}

/// A computation under way.
struct Reading<'a, 'l, 'r> {
    event: &'a mut Event<'l, 'r>,
    recipe: &'a Recipe,
    seen: Seen,
}

impl Reading<'_, '_, '_> {
    fn give(&mut self, take: Take<'_>) -> Result<bool, DefectKind> {
        match &self.recipe.computed {
            Computed::Path => self.path(take),
            Computed::Query(parameter) => self.query(parameter, take),
            Computed::Command => self.command(take),
            Computed::Latency => self.latency(take),
            Computed::Age => self.age(take),
            Computed::Size => {
                let bytes = self.event.line().len() as i128 + 1;
                take(Given::Number(bytes))
            }
            Computed::Repository => self.repositories(take),
            Computed::Actor => self.actor(take),
            Computed::AccountNamespace => self.account_namespace(take),
            Computed::Resource => self.resource(take),
        }
    }

    fn path(&mut self, take: Take<'_>) -> Result<bool, DefectKind> {
        match self.text(0) {
            Some(uri) => take(Given::Text(&uri::path(&uri))),
            None => Ok(false),
        }
    }

    fn query(
        &mut self,
        parameter: &Parameter,
        take: Take<'_>,
    ) -> Result<bool, DefectKind> {
        let Some(uri) = self.text(0) else { return Ok(false) };
        let all = uri::parameters(&uri);
        let named = |wanted: &str| {
            let all = uri::parameters(&uri);
            let wanted = wanted.to_owned();
            let found = all.filter(move |(name, _)| *name == wanted);
            found.map(|(_, value)| value).collect()
        };
        let values: Vec<String> = match parameter {
            Parameter::Names => all.map(|(name, _)| name).collect(),
            Parameter::Every => all.map(|(_, value)| value).collect(),
            Parameter::Named(name) => named(name),
            Parameter::Nth(name, n) => {
                let values: Vec<String> = named(name);
                let at = match usize::try_from(*n) {
                    Ok(at) => Some(at),
                    Err(_) => usize::try_from(n.unsigned_abs())
                        .ok()
                        .and_then(|back| values.len().checked_sub(back)),
                };
                at.and_then(|at| values.get(at).cloned()).into_iter().collect()
            }
        };
        for value in &values {
            if take(Given::Text(value))? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn command(&mut self, take: Take<'_>) -> Result<bool, DefectKind> {
        let Some(uri) = self.text(0) else { return Ok(false) };
        let words: Vec<String> = uri::parameters(&uri)
            .filter(|(name, _)| name == "command")
            .map(|(_, value)| value)
            .collect();
        match words.is_empty() {
            true => Ok(false),
            false => take(Given::Text(&words.join(" "))),
        }
    }

    fn latency(&mut self, take: Take<'_>) -> Result<bool, DefectKind> {
        match (self.time(0), self.time(1)) {
            (Some(from), Some(to)) => take(Given::Number(to - from)),
            _ => Ok(false),
        }
    }

    fn age(&mut self, take: Take<'_>) -> Result<bool, DefectKind> {
        let now = Timestamp::try_from(SystemTime::now());
        match (self.time(0), now) {
            (Some(from), Ok(now)) => {
                take(Given::Number(now.as_nanosecond() - from))
            }
            _ => Ok(false),
        }
    }

    fn repositories(&mut self, take: Take<'_>) -> Result<bool, DefectKind> {
        let (mut scratch, mut taken) = (Vec::new(), false);
        let route = &self.recipe.ways[0];
        let mut visit = |_, value: Value<'_>| {
            if let Value::Text(image) = value {
                let image = image.read(&mut scratch)?;
                taken = take(Given::Text(repository(image)))?;
            }
            Ok(taken)
        };
        self.seen =
            self.event.visit(route, None, Arrays::Flattened, &mut visit);
        Ok(taken)
    }

    fn actor(&mut self, take: Take<'_>) -> Result<bool, DefectKind> {
        if let Some(name) = self.filled(0) {
            return take(Given::Text(&name));
        }
        // A break may hide that somebody is impersonated.
        match self.filled(1) {
            Some(name) if self.seen == Seen::All => take(Given::Text(&name)),
            Some(_) | None => Ok(false),
        }
    }

    fn account_namespace(
        &mut self,
        take: Take<'_>,
    ) -> Result<bool, DefectKind> {
        let Some(user) = self.text(0) else { return Ok(false) };
        let account = user.strip_prefix("system:serviceaccount:");
        match account.and_then(|account| account.split_once(':')) {
            Some((namespace, _)) if !namespace.is_empty() => {
                take(Given::Text(namespace))
            }
            Some(_) | None => Ok(false),
        }
    }

    fn resource(&mut self, take: Take<'_>) -> Result<bool, DefectKind> {
        let Some(resource) = self.filled(0) else { return Ok(false) };
        match self.filled(1) {
            _ if self.seen == Seen::Part => Ok(false),
            Some(sub) => take(Given::Text(&format!("{resource}/{sub}"))),
            None => take(Given::Text(&resource)),
        }
    }

    /// Returns the text at the end of way number `way`, if it is one.
    fn text(&mut self, way: usize) -> Option<String> {
        let (mut scratch, mut text) = (Vec::new(), None);
        let mut visit = |_, value: Value<'_>| {
            if let Value::Text(value) = value {
                text = Some(value.read(&mut scratch)?.to_owned());
            }
            Ok(true)
        };
        let route = &self.recipe.ways[way];
        let seen = self.event.visit(route, None, Arrays::Whole, &mut visit);
        if seen == Seen::Part {
            self.seen = Seen::Part;
        }
        text
    }

    /// As `text`, but empty text counts as none.
    fn filled(&mut self, way: usize) -> Option<String> {
        self.text(way).filter(|text| !text.is_empty())
    }

    /// Returns the time at the end of a way, in nanoseconds since 1970.
    fn time(&mut self, way: usize) -> Option<i128> {
        let time: Timestamp = self.text(way)?.parse().ok()?;
        Some(time.as_nanosecond())
    }
}

/// Returns the name of an image without tag and digest.
fn repository(image: &str) -> &str {
    let (name, _) = image.split_once('@').unwrap_or((image, ""));
    let last = name.rfind('/').map_or(0, |slash| slash + 1);
    match name[last..].find(':') {
        Some(colon) => &name[..last + colon],
        None => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_has_no_tag_and_no_digest() {
        for (image, expected) in [
            ("nginx", "nginx"),
            ("nginx:1.27", "nginx"),
            ("reg.corp:5000/app", "reg.corp:5000/app"),
            ("reg.corp:5000/team/app:v1@sha256:ab", "reg.corp:5000/team/app"),
            ("app@sha256:ab", "app"),
            ("", ""),
        ] {
            assert_eq!(repository(image), expected, "{image}");
        }
    }
}
