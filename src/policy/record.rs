//! Reads from an event what an apiserver knew of its request.

use std::ops::Range;

use super::attributes::{Asker, Facts, Parts, Place};
use super::request;
use super::word::{Level, Stage};
use crate::event::{Event, Place as Root};
use crate::expr::plan::POLICY_READS;
use crate::scan::{
    Defect, Elements, End, Finder, Value, Wanted, value_at, walk,
};

/// How to read events of a program that reads certain top-level keys.
#[derive(Clone, Debug)]
pub struct Reader {
    /// Where [`POLICY_READS`] are among them.
    roots: [usize; POLICY_READS.len()],
    user: Wanted,
    object: Wanted,
}

/// What an event says of itself, beside the [`Facts`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// How much was recorded, if it says so.
    pub level: Option<Level>,
    /// When.
    pub stage: Option<Stage>,
}

/// The numbers of keys in [`POLICY_READS`].
const LEVEL: usize = 0;
const STAGE: usize = 1;
const URI: usize = 2;
const VERB: usize = 3;
const USER: usize = 4;
const OBJECT: usize = 5;

/// The keys that are read of a user,
const USER_KEYS: [&str; 2] = ["username", "groups"];

/// and of an `objectRef`.
const OBJECT_KEYS: [&str; 5] =
    ["apiGroup", "namespace", "resource", "subresource", "name"];

/// A line breaks where it would have to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken;

impl Reader {
    /// Returns the reader for a program that reads the top-level keys
    /// `roots`, those of [`POLICY_READS`] among them.
    pub fn new(roots: &[Box<str>]) -> Reader {
        let root = |key: &str| {
            roots.iter().position(|root| **root == *key).unwrap_or_default()
        };
        Reader {
            roots: POLICY_READS.map(root),
            user: Wanted::new(USER_KEYS),
            object: Wanted::new(OBJECT_KEYS),
        }
    }

    /// Reads an event. What was in `facts` is gone.
    ///
    /// * The request is what its URI says, as it was when it was decided on:
    ///   an `objectRef` is filled in later. It counts where the URI is
    ///   missing, or is no resource.
    /// * A user without a name and without groups is nobody. Without a `user`,
    ///   or with one that is not as an apiserver writes it, it is not known
    ///   who asks.
    ///
    /// ```
    /// use kaudit_filter::event::{Event, Roots};
    /// use kaudit_filter::expr::plan::POLICY_READS;
    /// use kaudit_filter::policy::{Facts, Level, Reader};
    /// use kaudit_filter::scan::Scanner;
    ///
    /// let line = br#"{"level":"Metadata","requestURI":"/healthz",
    ///     "verb":"get","user":{"username":"jane"}}"#;
    /// let keys: Vec<Box<str>> = POLICY_READS.map(Into::into).into();
    /// let roots = Roots::new(&keys, None);
    /// let mut event = Event::new(Scanner::best(), line, 0, &roots);
    /// let mut facts = Facts::default();
    /// let recorded = Reader::new(&keys).read(&mut event, &mut facts)?;
    /// assert_eq!(recorded.level, Some(Level::Metadata));
    /// assert_eq!(facts.attributes().verb, Some("get"));
    /// # Ok::<(), kaudit_filter::policy::Broken>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the line breaks before all of that was read; the event has noted
    /// where.
    pub fn read(
        &self,
        event: &mut Event<'_, '_>,
        facts: &mut Facts,
    ) -> Result<Recorded, Broken> {
        facts.clear();
        let scratch = std::mem::take(&mut facts.scratch);
        let mut reading = Reading { reader: self, event, scratch };
        let read = reading.read(facts);
        facts.scratch = std::mem::take(&mut reading.scratch);
        read.map_err(|defect| {
            if let Some(defect) = defect {
                reading.event.note(defect);
            }
            Broken
        })
    }
}

/// A reading under way.
struct Reading<'a, 'l, 'r> {
    reader: &'a Reader,
    event: &'a mut Event<'l, 'r>,
    scratch: Vec<u8>,
}

/// Where the line breaks, if that is not noted already.
type Break = Option<Defect>;

impl Reading<'_, '_, '_> {
    fn read(&mut self, facts: &mut Facts) -> Result<Recorded, Break> {
        let level = self.text(LEVEL, Level::named)?.flatten();
        let stage = self.text(STAGE, Stage::named)?.flatten();
        let uri = self.text(URI, |uri| facts.add(uri))?;
        facts.verb = self.text(VERB, |verb| facts.add(verb))?;
        facts.user = self.user(facts)?;
        let is_resource = uri.is_some_and(|uri| {
            let (uri, verb) = (uri, facts.verb.clone().unwrap_or(0..0));
            facts.set_recorded_uri(uri, verb)
        });
        if !is_resource {
            self.object(facts)?;
        }
        Ok(Recorded { level, stage })
    }

    /// Returns where the value of a key is.
    fn root(&mut self, key: usize) -> Result<Option<usize>, Break> {
        match self.event.root(self.reader.roots[key]) {
            Root::At(at) => Ok(Some(at)),
            Root::Missing => Ok(None),
            Root::Unknown => Err(None),
        }
    }

    /// Hands the text of a key to `take`, if it is one.
    fn text<T>(
        &mut self,
        key: usize,
        take: impl FnOnce(&str) -> T,
    ) -> Result<Option<T>, Break> {
        match self.root(key)? {
            Some(at) => self.text_at(at, take),
            None => Ok(None),
        }
    }

    fn text_at<T>(
        &mut self,
        at: usize,
        take: impl FnOnce(&str) -> T,
    ) -> Result<Option<T>, Break> {
        let Value::Text(text) = value_at(self.event.line(), at)? else {
            return Ok(None);
        };
        let text = text.read(&mut self.scratch);
        let text = text.map_err(|kind| Defect { at, kind })?;
        Ok(Some(take(text)))
    }

    /// Returns who asks: the name, while the groups go to `facts`. Of a user
    /// with anything in it that no apiserver writes, that is not known.
    fn user(
        &mut self,
        facts: &mut Facts,
    ) -> Result<Asker<Range<usize>>, Break> {
        let wanted = &self.reader.user;
        let Some([name, groups]) = self.members(USER, wanted)? else {
            return Ok(Asker::Unknown);
        };
        let name = match name {
            Some(at) => self.text_at(at, |name| facts.add(name))?,
            None => Some(0..0),
        };
        let groups = match groups {
            Some(at) => self.groups(at, facts)?,
            None => Some(()),
        };
        Ok(match (name, groups) {
            (None, _) | (_, None) => Asker::Unknown,
            (Some(name), _) if name.is_empty() && facts.groups.is_empty() => {
                Asker::Nobody
            }
            (Some(name), _) => Asker::Somebody(name),
        })
    }

    /// Adds the groups of a user, if they are a list of texts.
    fn groups(
        &mut self,
        at: usize,
        facts: &mut Facts,
    ) -> Result<Option<()>, Break> {
        let (scanner, line) = (self.event.scanner(), self.event.line());
        let Value::Array(at) = value_at(line, at)? else { return Ok(None) };
        let mut elements = Elements::new(at);
        while let Some(at) = elements.next(scanner, line)? {
            match self.text_at(at, |group| facts.add(group))? {
                Some(group) => facts.groups.push(group),
                None => return Ok(None),
            }
        }
        Ok(Some(()))
    }

    fn object(&mut self, facts: &mut Facts) -> Result<(), Break> {
        let wanted = &self.reader.object;
        const N: usize = OBJECT_KEYS.len();
        let Some(values) = self.members::<N>(OBJECT, wanted)? else {
            return Ok(());
        };
        let mut parts = [const { 0..0 }; N];
        for (part, value) in parts.iter_mut().zip(values) {
            if let Some(at) = value {
                let found = self.text_at(at, |text| facts.add(text))?;
                *part = found.unwrap_or(0..0);
            }
        }
        let [group, namespace, mut resource, mut subresource, name] = parts;
        // `pods/exec`, where somebody has put both together.
        let slash =
            facts.at(&resource).find('/').filter(|_| subresource.is_empty());
        if let Some(slash) = slash.map(|at| resource.start + at) {
            subresource = slash + 1..resource.end;
            resource.end = slash;
        }
        let parts = [&group, &namespace, &resource, &subresource, &name];
        if parts.iter().any(|part| !part.is_empty()) {
            facts.place = Place::Object(Parts {
                group,
                namespace,
                resource,
                subresource,
                name,
            });
        }
        Ok(())
    }

    /// Finds members of an object, the first of those that are repeated.
    fn members<const N: usize>(
        &mut self,
        key: usize,
        wanted: &Wanted,
    ) -> Result<Option<[Option<usize>; N]>, Break> {
        let Some(at) = self.root(key)? else { return Ok(None) };
        let (scanner, line) = (self.event.scanner(), self.event.line());
        let Value::Object(at) = value_at(line, at)? else { return Ok(None) };
        let mut found = Members { wanted, values: [None; N] };
        match walk(scanner, line, at, &mut found) {
            End::Broken(defect) => Err(Some(defect)),
            End::Stopped | End::Closed(_) => Ok(Some(found.values)),
        }
    }
}

/// Finds each of several keys once.
struct Members<'w, const N: usize> {
    wanted: &'w Wanted,
    values: [Option<usize>; N],
}

impl<const N: usize> Finder for Members<'_, N> {
    #[inline(always)]
    fn wanted(&self) -> &Wanted {
        self.wanted
    }

    #[inline(always)]
    fn found(&mut self, key: usize, value: usize) -> bool {
        self.values[key].get_or_insert(value);
        self.values.iter().all(Option::is_some)
    }
}

impl Facts {
    /// Remembers what a recorded URI asks for; returns whether that is a
    /// resource.
    fn set_recorded_uri(
        &mut self,
        uri: Range<usize>,
        verb: Range<usize>,
    ) -> bool {
        let text = self.at(&uri);
        let name = request::selected(text, self.at(&verb));
        let special = memchr::memchr2(b'?', b'%', text.as_bytes());
        let path = match special.map(|at| (at, text.as_bytes()[at])) {
            None => uri,
            Some((at, b'?')) => uri.start..uri.start + at,
            Some(_) => {
                let path = crate::event::uri::path(text).into_owned();
                self.add(&path)
            }
        };
        let name = name.map_or(0..0, |name| self.add(&name));
        let is_resource = request::is_target(self.at(&path));
        self.place = Place::Path(path, name);
        is_resource
    }
}
