//! Turns a plan into the text that `--explain` prints.
//!
//! Tests are shown in the language itself, with full paths, so that they
//! can be copied back into an expression.

use std::fmt::{self, Display, Formatter};

use ipnet::IpNet;

use crate::event::position;

use super::plan::{
    Action, Bound, Extent, Matcher, Matcher1, Node, NodeId, Number, Plan,
    Step, TestId,
};

/// How deep the operands of `all of` and `any of` are indented.
pub(super) const INDENT: usize = 2;

impl Display for Plan {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        writeln!(out, "fields   {}", self.fields())?;
        writeln!(out, "reading  {}", self.reading())?;
        if self.steps.is_empty() {
            return writeln!(out, "steps    none: every event is kept");
        }
        writeln!(out, "steps")?;
        for (at, step) in self.steps.iter().enumerate() {
            write!(out, "  {}. ", at + 1)?;
            self.step(out, step)?;
        }
        Ok(())
    }
}

impl Plan {
    /// Returns how far a reader must go in a line written by the apiserver,
    /// for all tests and edits; behind it the line is passed over.
    ///
    /// ```
    /// use kaudit_filter::expr::plan::Extent;
    /// use kaudit_filter::expr::{Source, compile};
    /// # let plan = |text| compile(&[Source::expression(text)]).unwrap().plan;
    /// assert_eq!(plan("verb = get").extent(), Extent::Key("verb"));
    /// assert_eq!(plan("drop managedFields").extent(), Extent::Line);
    /// ```
    pub fn extent(&self) -> Extent<'_> {
        let mut last = Extent::Nothing;
        let reads = self.roots.iter().map(|root| Some(&**root));
        for root in reads.chain(self.edited()) {
            last = match (root, last) {
                (None | Some("annotations"), _) => return Extent::Line,
                (Some(root), Extent::Key(last))
                    if position(root) <= position(last) =>
                {
                    Extent::Key(last)
                }
                (Some(root), _) => Extent::Key(root),
            };
        }
        last
    }

    /// Returns the top-level keys that edits reach down to; nothing stands
    /// for those that go through the whole line.
    fn edited(&self) -> impl Iterator<Item = Option<&str>> {
        self.steps.iter().flat_map(|step| match step {
            Step::Edit(Action::Keep, _) => vec![None],
            Step::Edit(_, targets) => {
                targets.iter().map(|target| target.path.root()).collect()
            }
            Step::Fit { .. } | Step::Detect(_) => vec![None],
            Step::Tag { .. } | Step::Label { .. } => vec![None],
            Step::Where(_) | Step::Skip(_) => Vec::new(),
            Step::Sample { .. } | Step::Head(_) => Vec::new(),
        })
    }

    fn fields(&self) -> String {
        let mut fields: Vec<(usize, String)> = Vec::new();
        for (at, test) in self.tests.iter().enumerate() {
            let id = TestId(u32::try_from(at).unwrap_or(u32::MAX));
            let field = (test.route.root, self.place(id).to_string());
            if !fields.contains(&field) {
                fields.push(field);
            }
        }
        fields.sort_by_key(|(root, _)| *root);
        let names: Vec<String> =
            fields.into_iter().map(|(_, name)| name).collect();
        match names.is_empty() {
            true => "none".to_owned(),
            false => names.join(", "),
        }
    }

    fn reading(&self) -> String {
        match self.extent() {
            Extent::Line => "goes on to the end of the line".to_owned(),
            Extent::Nothing => {
                "is not needed: lines pass as they are".to_owned()
            }
            Extent::Key(last) => {
                let bodies = position(last) < position("requestObject");
                let bodies =
                    if bodies { "; bodies are never looked at" } else { "" };
                format!("ends behind `{last}`{bodies}")
            }
        }
    }

    /// Writes a condition, its operands on lines of their own.
    pub(super) fn node(
        &self,
        out: &mut Formatter<'_>,
        id: NodeId,
        indent: usize,
    ) -> fmt::Result {
        match &self.nodes[id.0 as usize] {
            Node::Const(value) => writeln!(out, "{value}"),
            Node::Test(id) => writeln!(out, "{}", self.shown(*id, false)),
            Node::Not(inner) => match &self.nodes[inner.0 as usize] {
                Node::Test(id) => writeln!(out, "{}", self.shown(*id, true)),
                _ => {
                    out.write_str("not ")?;
                    self.node(out, *inner, indent)
                }
            },
            Node::All(parts) => self.parts(out, "all of", parts, indent),
            Node::Any(parts) => self.parts(out, "any of", parts, indent),
        }
    }

    fn parts(
        &self,
        out: &mut Formatter<'_>,
        title: &str,
        parts: &[NodeId],
        indent: usize,
    ) -> fmt::Result {
        writeln!(out, "{title}")?;
        let indent = indent + INDENT;
        for part in parts {
            write!(out, "{:indent$}", "")?;
            self.node(out, *part, indent)?;
        }
        Ok(())
    }

    /// Returns a test as one would write it.
    fn shown(&self, id: TestId, negated: bool) -> String {
        let place = self.place(id);
        let not = if negated { "not " } else { "" };
        match &self.test(id).matcher {
            Matcher::Has => format!("{not}has({place})"),
            Matcher::Empty => format!("{not}empty({place})"),
            Matcher::AnyOf(matchers) => {
                let tests = matchers.iter().map(ToString::to_string);
                let tests: Vec<String> =
                    tests.map(|test| format!("{place} {test}")).collect();
                match (tests.as_slice(), negated) {
                    ([one], false) => one.clone(),
                    ([one], true) => format!("not {one}"),
                    (_, true) => format!("not ({})", tests.join(" or ")),
                    (_, false) => tests.join(" or "),
                }
            }
        }
    }
}

impl Display for Matcher1 {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Matcher1::Null => out.write_str("== null"),
            Matcher1::Bool(value) => write!(out, "== {value}"),
            Matcher1::Number { low, high, numerals: _ } => {
                bounds(out, low, high)
            }
            Matcher1::Time { low, high } => {
                bounds(out, &low.map(Instant), &high.map(Instant))
            }
            Matcher1::Is(texts) => match texts.as_slice() {
                [one] => write!(out, "= {one:?}"),
                _ => texts_of(out, "in", texts),
            },
            Matcher1::Starts(texts) => texts_of(out, "starts", texts),
            Matcher1::Ends(texts) => texts_of(out, "ends", texts),
            Matcher1::Contains(texts) => texts_of(out, "contains", texts),
            Matcher1::Pattern(regex) => {
                write!(out, "matches r\"{}\"", regex.as_str())
            }
            Matcher1::Network(networks) => networks_of(out, networks),
        }
    }
}

impl Display for Number {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Number::Int(int) => int.fmt(out),
            Number::Float(float) => float.fmt(out),
        }
    }
}

impl<T: Copy> Bound<T> {
    fn map<U>(self, to: impl FnOnce(T) -> U) -> Bound<U> {
        match self {
            Bound::Included(value) => Bound::Included(to(value)),
            Bound::Excluded(value) => Bound::Excluded(to(value)),
            Bound::Open => Bound::Open,
        }
    }
}

/// Nanoseconds since 1970, shown as a time.
#[derive(Clone, Copy, PartialEq)]
struct Instant(i128);

impl Display for Instant {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_nanosecond(self.0) {
            Ok(time) => time.fmt(out),
            Err(_) => self.0.fmt(out),
        }
    }
}

fn bounds<T: Display + PartialEq>(
    out: &mut Formatter<'_>,
    low: &Bound<T>,
    high: &Bound<T>,
) -> fmt::Result {
    match (low, high) {
        (Bound::Included(low), Bound::Included(high)) if low == high => {
            write!(out, "= {low}")
        }
        (Bound::Included(low), Bound::Included(high)) => {
            write!(out, "in {low}..{high}")
        }
        (Bound::Included(low), _) => write!(out, ">= {low}"),
        (Bound::Excluded(low), _) => write!(out, "> {low}"),
        (Bound::Open, Bound::Included(high)) => write!(out, "<= {high}"),
        (Bound::Open, Bound::Excluded(high)) => write!(out, "< {high}"),
        (Bound::Open, Bound::Open) => out.write_str("is a number"),
    }
}

/// Long lists, such as `@public`, are cut.
fn networks_of(out: &mut Formatter<'_>, networks: &[IpNet]) -> fmt::Result {
    let shown = |net: &IpNet| match net.prefix_len() == net.max_prefix_len() {
        true => net.addr().to_string(),
        false => net.to_string(),
    };
    let first: Vec<String> = networks.iter().take(8).map(shown).collect();
    let more = networks.len() - first.len();
    match (first.as_slice(), more) {
        ([one], _) if !one.contains('/') => write!(out, "= {one}"),
        ([one], _) => write!(out, "in {one}"),
        (_, 0) => write!(out, "in ({})", first.join(", ")),
        _ => write!(out, "in ({}, and {more} more)", first.join(", ")),
    }
}

fn texts_of(
    out: &mut Formatter<'_>,
    op: &str,
    texts: &[Box<str>],
) -> fmt::Result {
    match texts {
        [one] => write!(out, "{op} {one:?}"),
        _ => {
            let texts: Vec<String> =
                texts.iter().map(|text| format!("{text:?}")).collect();
            write!(out, "{op} ({})", texts.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::expr::{Source, compile};

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let plan = compile(&[Source::expression(text)]).unwrap().plan;
        assert_eq!(plan.to_string(), expected, "{plan}");
    }

    #[test]
    fn a_plan_reads_like_a_recipe() {
        check(
            "code>=400 and (anonymous-user or not verb in (get, list)) \
             | skip ns = kube-system | drop ua | head 10",
            "\
fields   verb, user.username, user.groups, objectRef.namespace, \
responseStatus.code
reading  ends behind `responseStatus`; bodies are never looked at
steps
  1. keep events where all of
       any of
         not verb in (\"get\", \"list\")
         user.username = \"system:anonymous\"
         user.groups = \"system:unauthenticated\"
       responseStatus.code >= 400
  2. skip events where objectRef.namespace = \"kube-system\"
  3. drop userAgent
  4. end after 10 events
",
        );
    }

    #[test]
    fn what_needs_the_whole_line_says_so() {
        let whole = "reading  goes on to the end of the line\n";
        for text in
            ["exec | drop managedFields", "decision = allow", "psa-violation"]
        {
            let plan = compile(&[Source::expression(text)]).unwrap().plan;
            assert!(plan.to_string().contains(whole), "{plan}");
        }
    }

    #[test]
    fn nothing_to_do_is_said() {
        check(
            "true",
            "\
fields   none
reading  is not needed: lines pass as they are
steps    none: every event is kept
",
        );
    }
}
