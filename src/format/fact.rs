//! Names the metadata that the formats of our own show: one table for all.

use crate::expr::plan::{RULES, TAGS};

/// One thing to be known of an event; an index into [`FACTS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fact {
    Id,
    Stage,
    Time,
    Received,
    Level,
    Verb,
    Code,
    Reason,
    Message,
    User,
    Groups,
    Impersonated,
    Peer,
    SourceIps,
    UserAgent,
    Resource,
    Subresource,
    Group,
    Namespace,
    Name,
    Path,
    Decision,
    Rules,
    Tags,
}

/// Each of them with its name in `json` and `csv`. It is that of the language
/// too, but for the last two.
pub(super) const FACTS: [(Fact, &str); 24] = [
    (Fact::Id, "id"),
    (Fact::Stage, "stage"),
    (Fact::Time, "time"),
    (Fact::Received, "received"),
    (Fact::Level, "level"),
    (Fact::Verb, "verb"),
    (Fact::Code, "code"),
    (Fact::Reason, "reason"),
    (Fact::Message, "message"),
    (Fact::User, "user"),
    (Fact::Groups, "groups"),
    (Fact::Impersonated, "impersonated"),
    (Fact::Peer, "peer"),
    (Fact::SourceIps, "sourceip"),
    (Fact::UserAgent, "ua"),
    (Fact::Resource, "resource"),
    (Fact::Subresource, "subresource"),
    (Fact::Group, "group"),
    (Fact::Namespace, "ns"),
    (Fact::Name, "name"),
    (Fact::Path, "path"),
    (Fact::Decision, "decision"),
    (Fact::Rules, "rules"),
    (Fact::Tags, "tags"),
];

impl Fact {
    /// Returns the field of the language that holds it.
    pub(super) fn field(self) -> String {
        if self == Fact::Rules {
            return format!("annotations[{RULES:?}]");
        }
        if self == Fact::Tags {
            return format!("annotations[{TAGS:?}]");
        }
        FACTS[self as usize].1.to_owned()
    }

    /// Returns whether there can be several of it.
    pub(super) fn is_list(self) -> bool {
        matches!(self, Fact::Groups | Fact::SourceIps)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fact_is_the_index_of_its_line() {
        for (at, (fact, name)) in FACTS.iter().enumerate() {
            assert_eq!(*fact as usize, at, "{name}");
        }
    }
}
