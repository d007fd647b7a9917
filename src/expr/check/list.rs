//! Lists: their values, written down or in a file.

use crate::diag::Diagnostic;
use crate::expr::ast::{ListItems, Name};
use crate::expr::file::{Purpose, Read, Remark};
use crate::expr::lex::{Kind, lex};

use super::Checker;
use super::scope::{ListItem, Scope};

/// Reads the file of this name, as the expression calls it; or says why not.
pub(in crate::expr) type Load<'l> =
    dyn FnMut(&str, Purpose) -> Result<Read, Remark> + 'l;

/// How many bytes the file of a list may have,
const MAX_FILE: usize = 16 << 20;

/// and how many items a list, wherever they stand.
pub(super) const MAX_ITEMS: usize = 1_000_000;

impl Checker<'_> {
    pub(super) fn list(
        &mut self,
        name: Name<'_>,
        items: &ListItems<'_>,
        load: &mut Load<'_>,
    ) {
        let items = values(self.scope, items, load, self.found);
        let replaced = self.scope.replacement(name.text);
        let items = replaced.map_or(items, <[ListItem]>::to_vec);
        match self.scope.check_new_list(name) {
            Ok(()) => self.scope.add_list(name.text, items),
            Err(error) => self.found.push(error),
        }
    }
}

/// Returns the values of a list, written down or in a file.
pub(in crate::expr) fn values(
    scope: &Scope,
    items: &ListItems<'_>,
    load: &mut Load<'_>,
    found: &mut Vec<Diagnostic>,
) -> Vec<ListItem> {
    match items {
        ListItems::Inline(values) => scope.list_items(values, found),
        ListItems::From { file, span } => {
            let items = load(file, Purpose::List);
            let items = items.and_then(|it| Ok(read(file, &it.text)?));
            items.unwrap_or_else(|remark| {
                found.push(remark.error(*span));
                Vec::new()
            })
        }
    }
}

/// Reads a list: an item a line, in quotes or not.
///
/// * Comments begin with `#`, at the start of a line or behind a blank.
fn read(file: &str, text: &str) -> Result<Vec<ListItem>, String> {
    if text.len() > MAX_FILE {
        return Err(format!("`{file}` has more than 16 MiB"));
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut items = Vec::new();
    for (line, at) in text.lines().zip(1..) {
        let item = item(line.trim())
            .map_err(|wrong| format!("`{file}`, line {at}: {wrong}"))?;
        let Some(item) = item else { continue };
        if items.len() == MAX_ITEMS {
            return Err(format!("`{file}` has more than {MAX_ITEMS} items"));
        }
        items.push(ListItem { line: at, ..item });
    }
    Ok(items)
}

/// Returns the item on a line, if there is one.
fn item(line: &str) -> Result<Option<ListItem>, String> {
    if line.starts_with('"') {
        return quoted(line).map(Some);
    }
    let text = match line.starts_with('#') {
        true => "",
        false => without_comment(line),
    };
    Ok((!text.is_empty()).then(|| ListItem {
        text: text.into(),
        quoted: false,
        fold: false,
        line: 0,
    }))
}

/// Returns what stands in front of a `#` behind a blank.
fn without_comment(line: &str) -> &str {
    let mut signs = line.match_indices('#').map(|(at, _)| at);
    let comment = signs.find(|at| line[..*at].ends_with([' ', '\t']));
    line[..comment.unwrap_or(line.len())].trim_end()
}

/// Reads text in quotes as an expression does.
fn quoted(line: &str) -> Result<ListItem, String> {
    let mut found = Vec::new();
    let tokens = lex(line, &mut found);
    if let Some(wrong) = found.into_iter().next() {
        return Err(wrong.message);
    }
    let Some(Kind::Text(text, fold)) = tokens.first().map(|t| &t.kind) else {
        return Err("expected text in quotes".to_owned());
    };
    match tokens.get(1).map(|token| &token.kind) {
        Some(Kind::End) => Ok(ListItem {
            text: text.clone(),
            quoted: true,
            fold: *fold,
            line: 0,
        }),
        _ => Err("an item stands on a line of its own".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let items = read("x", text).unwrap();
        let shown = items.iter().map(|item| {
            let ListItem { text, quoted, fold, line } = item;
            let quote = if *quoted { "\"" } else { "" };
            let fold = if *fold { "i" } else { "" };
            format!("{line}:{quote}{text}{quote}{fold}")
        });
        assert_eq!(shown.collect::<Vec<_>>(), expected, "{text}");
    }

    #[test]
    fn a_line_is_an_item() {
        check("", &[]);
        check("a\nb", &["1:a", "2:b"]);
        check(" a \r\n\r\n\tb\r\n", &["1:a", "3:b"]);
        check("\u{feff}a", &["1:a"]);
        check("10.0.0.0/8\n::1\n", &["1:10.0.0.0/8", "2:::1"]);
        check("CN=a b, O=c", &["1:CN=a b, O=c"]);
    }

    #[test]
    fn comments_are_no_items() {
        check("# a\n  # b\nc # d # e\nf#g\nh\t#i", &["3:c", "4:f#g", "5:h"]);
    }

    #[test]
    fn quotes_hold_what_would_be_something_else() {
        check(r##""a # b""##, &["1:\"a # b\""]);
        check("\" a\\u0062 \" # c", &["1:\" ab \""]);
        check(r#""A"i"#, &["1:\"A\"i"]);
        check(r#"a"b"#, &["1:a\"b"]);
    }

    #[test]
    fn what_is_wrong_says_its_line() {
        for (text, expected) in [
            ("a\n\"b", "`x`, line 2: these quotes are never closed"),
            (
                "\"a\" \"b\"",
                "`x`, line 1: an item stands on a line of its own",
            ),
            (r#""\q""#, "`x`, line 1: `\\q` is no escape that JSON knows"),
        ] {
            assert_eq!(read("x", text).unwrap_err(), expected);
        }
    }

    #[test]
    fn a_list_has_a_largest_size() {
        let most = "a\n".repeat(MAX_ITEMS);
        assert_eq!(read("x", &most).unwrap().len(), MAX_ITEMS);
        assert!(read("x", &(most + "a")).is_err());
        assert!(read("x", &"#".repeat(MAX_FILE + 1)).is_err());
    }
}
