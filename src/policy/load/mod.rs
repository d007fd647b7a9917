//! Turns the text of a policy file into a policy, as kube-apiserver does:
//! strictly, then again with what is not known left out, which it warns of.

mod text; //   Bytes become text,
pub(super) mod tree; // and that values with places,
mod json; //   from JSON
mod yaml; //   or YAML,
mod build; //  event by event,
mod scalar; // each of a type;
mod read; //   these the fields of a policy,
mod fold; //   once each,
mod field; //  known ones and others,
mod metadata; // what is said of it all,
mod value; //  with the values that are allowed there.

#[cfg(test)]
mod odd;
#[cfg(test)]
mod tests;

use super::model::Policy;
use super::problem::{Kind, Problem};
use super::word::Version;
use read::Reader;
pub(super) use scalar::whole;
pub use text::decode;
use tree::Tree;

/// How long the text of a policy may be, in bytes.
const MOST: usize = 4 << 20;

/// How much is told of a text: each is drawn, with its line.
const TOLD: usize = 100;

/// A policy, and what is ignored in its text.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// What an apiserver runs with.
    pub policy: Policy,
    /// What it passes over: fields that are not known or repeated, and
    /// further documents. From 1.26 on it warns of the fields.
    pub warnings: Vec<Problem>,
}

/// Reads a policy as the apiserver of this version does.
///
/// * A text that begins with `{` is JSON, all other is YAML 1.1: `yes` is no
///   text. Of several documents the first one counts.
/// * A field that is not known is ignored, and of a repeated one the last
///   counts; both are warnings. In JSON, a repeated list or object is read
///   into the one before.
/// * Null, and an empty list, are as if the field was not there.
/// * A text of more than 4 MiB, of more than 100,000 values, or nested deeper
///   than 250 is refused ([`Kind::Limit`]), which an apiserver would not do.
///
/// ```
/// use kaudit_filter::policy::{Level, Version, load};
/// let text = "
/// apiVersion: audit.k8s.io/v1
/// rules:
/// - level: Metadata
///   verb: [get] # not `verbs`
/// ";
/// let loaded = load(text, Version::NEWEST).expect("it is read");
/// assert_eq!(loaded.policy.rules[0].level, Level::Metadata);
/// assert!(loaded.policy.rules[0].verbs.is_empty());
/// assert_eq!(loaded.warnings[0].path, "rules[0].verb");
/// ```
///
/// # Errors
///
/// Everything that keeps the apiserver from starting, in the order of the
/// text.
pub fn load(text: &str, version: Version) -> Result<Loaded, Vec<Problem>> {
    if text.len() > MOST {
        let message = format!("a policy of more than {} MiB", MOST >> 20);
        let problem = Problem::new(Kind::Limit, "", 0..0, message);
        return Err(vec![problem.help(tree::LIMIT)]);
    }
    let tree = parse(text).map_err(|problem| vec![problem])?;
    let mut reader = Reader::new(version);
    let policy = reader.policy(tree.root, tree.form);
    if reader.errors.is_empty() {
        let mut warnings = cut(reader.warnings);
        warnings.extend(tree.second.map(second_document));
        return Ok(Loaded { policy, warnings });
    }
    reader.errors.sort_by_key(|problem| problem.span.start);
    // The types of JSON are looked at twice.
    reader.errors.dedup();
    Err(cut(reader.errors))
}

/// Leaves out what is too much to tell, and says how much that is.
fn cut(mut problems: Vec<Problem>) -> Vec<Problem> {
    let more = problems.len().saturating_sub(TOLD);
    problems.truncate(TOLD);
    if let (1.., Some(last)) = (more, problems.last()) {
        let (message, span) = (format!("and {more} more"), last.span.clone());
        problems.push(Problem::new(Kind::Limit, "", span, message));
    }
    problems
}

fn second_document(at: usize) -> Problem {
    let message = "a second document, which is ignored";
    Problem::new(Kind::Document, "", at..at, message)
        .help("an apiserver reads the first one only: put all in one")
}

/// Reads the first document of a text; one that is empty is null.
///
/// What begins with `{` is JSON, where YAML would allow more.
pub(super) fn parse(text: &str) -> Result<Tree, Problem> {
    match text.trim_start().starts_with('{') {
        true => json::read(text),
        false => yaml::read(text),
    }
}
