//! Holds what one event adds to a count: the groups that it belongs to.

/// What stands for a key that is missing or null.
const MISSING: &str = "-";

/// What an event adds to a count, in memory that is used again for the next.
#[derive(Clone, Debug, Default)]
pub struct Counted {
    /// The values of all columns, one behind the other.
    text: String,
    /// Where each value ends in it.
    ends: Vec<usize>,
    /// How many of the values belong to this column and those before. The
    /// last one is of the values to tell apart, if there are such.
    columns: Vec<usize>,
    has_distinct: bool,
}

impl Counted {
    /// In how many groups one event is counted: of more, only the first.
    pub const MOST_GROUPS: usize = 1 << 16;

    /// How many bytes of a value are looked at.
    pub const MOST_BYTES: usize = 4096;

    /// Calls `take` with each group that the event belongs to: one value for
    /// each key, in the order of the step.
    ///
    /// * A key with several values, such as `groups`, makes a group of each;
    ///   several such keys, one of each combination, up to
    ///   [`Counted::MOST_GROUPS`].
    /// * A key without a value has `-`.
    /// * Without keys there is one group, of no values.
    ///
    /// ```
    /// use kaudit_filter::pipeline::{Pipeline, Reading};
    /// let pipeline = Pipeline::compile("count by verb, groups, ns");
    /// let mut judge = pipeline.expect("it is right").judge(Reading::default());
    /// let line = br#"{"verb":"get","user":{"groups":["a","b"]}}"#;
    /// judge.judge(line, &mut Vec::new());
    /// let mut groups = Vec::new();
    /// judge.counted().groups(&mut |group| groups.push(group.join(" ")));
    /// assert_eq!(groups, ["get a -", "get b -"]);
    /// ```
    pub fn groups(&self, take: &mut dyn FnMut(&[&str])) {
        let keys = self.columns.len() - usize::from(self.has_distinct);
        let mut at: Vec<usize> = (0..keys).map(|n| self.start(n)).collect();
        let mut group: Vec<&str> = at.iter().map(|n| self.value(*n)).collect();
        for _ in 0..Counted::MOST_GROUPS {
            take(&group);
            // The last key goes on first, as digits of a number do.
            let ends = |key: &usize| at[*key] + 1 < self.columns[*key];
            let Some(key) = (0..keys).rev().find(ends) else { return };
            at[key] += 1;
            group[key] = self.value(at[key]);
            for key in key + 1..keys {
                at[key] = self.start(key);
                group[key] = self.value(at[key]);
            }
        }
    }

    /// Returns the values to be told apart, where the step asks for those.
    /// Where there is none, the event adds none.
    pub fn distinct(&self) -> impl Iterator<Item = &str> {
        let last = self.columns.len().checked_sub(1);
        let last = last.filter(|_| self.has_distinct);
        let values = last.map(|last| self.start(last)..self.columns[last]);
        values.into_iter().flatten().map(|n| self.value(n))
    }

    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
        self.columns.clear();
        self.has_distinct = false;
    }

    /// Adds a value of a key; null is none.
    pub(super) fn add_key(&mut self, value: Option<&str>) {
        self.add(value.unwrap_or(MISSING));
    }

    /// Adds a value to the column under way.
    pub(super) fn add(&mut self, value: &str) {
        let end = value.floor_char_boundary(Counted::MOST_BYTES);
        self.text.push_str(&value[..end]);
        self.ends.push(self.text.len());
    }

    /// Ends the column of a key.
    pub(super) fn end_key(&mut self) {
        if self.columns.last().copied().unwrap_or(0) == self.ends.len() {
            self.add(MISSING);
        }
        self.columns.push(self.ends.len());
    }

    /// Ends the column of the values to be told apart.
    pub(super) fn end_distinct(&mut self) {
        self.columns.push(self.ends.len());
        self.has_distinct = true;
    }

    /// Returns the number of the first value of a column.
    fn start(&self, column: usize) -> usize {
        match column {
            0 => 0,
            _ => self.columns[column - 1],
        }
    }

    fn value(&self, n: usize) -> &str {
        let start = if n == 0 { 0 } else { self.ends[n - 1] };
        &self.text[start..self.ends[n]]
    }
}
