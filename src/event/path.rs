//! Names a place inside an event: keys, indexes, every element.

use std::fmt;

use super::repeats::BODIES;

/// One step of a [`Path`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Segment {
    /// The member of an object with this key, compared after unescaping.
    /// Arrays on the way are walked through.
    Key(Box<str>),
    /// `[n]`, and `[-n]` from the end: one element of an array.
    Index(i64),
    /// `[*]`: every element of an array or every value of an object.
    Every,
    /// `**`: this place and every place below it. Only edits use it.
    AnyDepth,
}

/// Where a way through an event begins.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// At the value of this top-level key.
    Key(Box<str>),
    /// At each body that is an object; not at a Status that was answered.
    Object,
    /// At the spec of the pod, or pod template, of each such object.
    PodSpec,
    /// At each container of these, init and ephemeral ones included.
    Container,
    /// At each operation of a JSON Patch.
    Patch,
    /// At the element that `any(...)` and its like are looking at.
    Element,
}

impl Origin {
    /// Returns the top-level keys that have to be read.
    ///
    /// ```
    /// use kaudit_filter::event::Origin;
    /// assert_eq!(Origin::Patch.roots(), ["requestObject"]);
    /// ```
    pub fn roots(&self) -> Vec<&str> {
        match self {
            Origin::Key(key) => vec![key],
            Origin::Object | Origin::PodSpec | Origin::Container => {
                BODIES.to_vec()
            }
            Origin::Patch => vec![BODIES[0]],
            Origin::Element => Vec::new(),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Origin::Key(key) => key,
            Origin::Object => "object",
            Origin::PodSpec => "podspec",
            Origin::Container => "containers",
            Origin::Patch => "patch",
            Origin::Element => ".",
        })
    }
}

/// A place inside an event, from its top: `responseStatus.code`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Path(pub Vec<Segment>);

impl Path {
    /// Returns the path that these keys name.
    ///
    /// ```
    /// use kaudit_filter::event::Path;
    /// let path = Path::keys(&["user", "username"]);
    /// assert_eq!(path.to_string(), "user.username");
    /// ```
    pub fn keys(keys: &[&str]) -> Path {
        Path(keys.iter().map(|key| Segment::Key((*key).into())).collect())
    }

    /// Returns the top-level key the path begins with, if it names one.
    pub fn root(&self) -> Option<&str> {
        match self.0.first() {
            Some(Segment::Key(key)) => Some(key),
            Some(Segment::Index(_) | Segment::Every | Segment::AnyDepth)
            | None => None,
        }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Key(key) if is_name(key) => {
                    let dot = if at > 0 { "." } else { "" };
                    write!(out, "{dot}{key}")?;
                }
                Segment::Key(key) => write!(out, "[{key:?}]")?,
                Segment::Index(index) => write!(out, "[{index}]")?,
                Segment::Every => out.write_str("[*]")?,
                Segment::AnyDepth if at > 0 => out.write_str(".**")?,
                Segment::AnyDepth => out.write_str("**")?,
            }
        }
        Ok(())
    }
}

/// Returns whether `key` can stand in a path without quotes.
fn is_name(key: &str) -> bool {
    let mut bytes = key.bytes();
    bytes.next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
        && bytes.all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_prints_as_it_is_written() {
        let path = Path(vec![
            Segment::Key("annotations".into()),
            Segment::Key("k8s.io/deprecated".into()),
            Segment::Index(-1),
            Segment::AnyDepth,
            Segment::Every,
        ]);
        let text = r#"annotations["k8s.io/deprecated"][-1].**[*]"#;
        assert_eq!(path.to_string(), text);
    }
}
