//! Prints what `count` counted: JSON lines, or a table on a terminal.

use crate::{
    diag,
    engine::{Groups, Row},
    expr::plan::Count,
};

/// Stands in the keys of what found no room.
const OTHER: &str = "(other)";

/// The column of numbers: `count`, or what is counted.
fn head(count: &Count) -> &'static str {
    match count.distinct {
        Some(_) => "distinct",
        None => "count",
    }
}

/// Returns one JSON object a line: the number, then the keys by their names.
pub(super) fn lines(count: &Count, groups: &Groups) -> String {
    let mut text = String::new();
    each_row(count, groups, |number, keys| {
        text.push_str(&format!("{{\"{}\":{number}", head(count)));
        for (column, key) in count.by.iter().zip(keys) {
            let name = serde_json::Value::from(&*column.name);
            let key = match column.holds_numbers && is_number(key) {
                true => (*key).to_owned(),
                false => serde_json::Value::from(*key).to_string(),
            };
            text.push_str(&format!(",{name}:{key}"));
        }
        text.push_str("}\n");
    });
    text
}

/// Returns a table with a line of names above it; what a terminal would obey
/// is shown instead.
pub(super) fn table(count: &Count, groups: &Groups) -> String {
    let names = count.by.iter().map(|column| column.name.to_string());
    let mut rows: Vec<Vec<String>> =
        vec![[head(count).to_owned()].into_iter().chain(names).collect()];
    each_row(count, groups, |number, keys| {
        let keys =
            keys.iter().map(|key| diag::escape(key.as_bytes()).into_owned());
        rows.push([number.to_string()].into_iter().chain(keys).collect());
    });
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..=count.by.len()).map(width).collect();
    let lines = rows.iter().map(|row| {
        let cells = row.iter().zip(&widths).enumerate();
        let cells = cells.map(|(at, (cell, width))| match at {
            0 => format!("{cell:>width$}"),
            _ => format!("{cell:<width$}"),
        });
        let line = cells.collect::<Vec<_>>().join("  ");
        format!("{}\n", line.trim_end())
    });
    lines.collect()
}

/// Goes through the rows, the one of what found no room at the end. Where
/// there are no keys, there is one row, whatever came.
fn each_row(
    count: &Count,
    groups: &Groups,
    mut row: impl FnMut(u64, &[&str]),
) {
    let rows = groups.rows(count.top);
    if count.by.is_empty() {
        return row(rows.first().map_or(0, |row| row.count), &[]);
    }
    for Row { keys, count, .. } in rows {
        let keys: Vec<&str> = keys.iter().map(|key| &**key).collect();
        row(*count, &keys);
    }
    if groups.other() > 0 {
        row(groups.other(), &vec![OTHER; count.by.len()]);
    }
}

/// Returns whether a key is a number as JSON writes it.
fn is_number(key: &str) -> bool {
    matches!(serde_json::from_str(key), Ok(serde_json::Value::Number(_)))
}
