//! Names a place inside an event: keys, indexes, every element.

use std::fmt;

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
