//! Turns `{time} {user}` into pieces, and these into a line.

use super::cells::Cells;
use super::csv::join;
use super::label::Labels;
use super::short::{MISSING, UNKNOWN};
use crate::diag::{Diagnostic, is_unsafe};
use crate::expr::Selection;

/// A template as it was written.
#[derive(Clone, Debug)]
pub(super) struct Template {
    pieces: Vec<Piece>,
    /// The fields, by the numbers that pieces have.
    pub(super) selection: Selection,
}

#[derive(Clone, Debug)]
enum Piece {
    Text(String),
    Field(usize),
    Labels,
}

/// The name of the labels in a template.
const LABELS: &str = "labels";

impl Template {
    /// Reads what stands behind `template:`.
    pub(super) fn parse(text: &str) -> Result<Template, Diagnostic> {
        if let Some((at, c)) =
            text.char_indices().find(|(_, c)| is_unsafe(*c) && *c != '\t')
        {
            let message = "a record is one line of text";
            return Err(Diagnostic::error(at..at + c.len_utf8(), message)
                .help(
                    "of what does not show, a tab can stand in a template",
                ));
        }
        let (mut pieces, mut names) = (Vec::new(), Vec::new());
        let mut at = 0;
        while let Some(found) = text[at..].find(['{', '}']) {
            let brace = at + found;
            put(&text[at..brace], &mut pieces);
            let one = &text[brace..=brace];
            at = match text[brace + 1..].starts_with(one) {
                true => {
                    put(one, &mut pieces);
                    brace + 2
                }
                false => name(text, brace, &mut pieces, &mut names)?,
            };
        }
        put(&text[at..], &mut pieces);
        let words: Vec<&str> = names.iter().map(|(name, _)| *name).collect();
        let selection = Selection::new(&words).map_err(|(which, error)| {
            let shift = names.get(which).map_or(0, |(_, at)| *at);
            let Diagnostic { span, .. } = &error;
            let span = span.start + shift..span.end + shift;
            Diagnostic { span, ..error }
        })?;
        Ok(Template { pieces, selection })
    }

    /// Appends a line, with at most `most` bytes of each value. Labels come
    /// last, if they have no place of their own.
    pub(super) fn write(
        &self,
        cells: &Cells,
        labels: &Labels,
        most: usize,
        out: &mut Vec<u8>,
    ) {
        let mut has_labels = false;
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => out.extend_from_slice(text.as_bytes()),
                Piece::Labels => {
                    has_labels = true;
                    out.extend_from_slice(labels.to_string().as_bytes());
                }
                Piece::Field(at) if cells.count(*at) > 0 => {
                    join(cells, *at, most, b',', out);
                }
                Piece::Field(at) => {
                    out.extend_from_slice(match cells.is_unknown(*at) {
                        true => UNKNOWN,
                        false => MISSING,
                    });
                }
            }
        }
        if !has_labels {
            labels.write(out);
        }
    }
}

/// Adds text to the pieces.
fn put(text: &str, pieces: &mut Vec<Piece>) {
    match pieces.last_mut() {
        _ if text.is_empty() => {}
        Some(Piece::Text(last)) => last.push_str(text),
        Some(Piece::Field(_) | Piece::Labels) | None => {
            pieces.push(Piece::Text(text.to_owned()));
        }
    }
}

/// Reads the name between braces; returns where the text goes on.
fn name<'t>(
    text: &'t str,
    brace: usize,
    pieces: &mut Vec<Piece>,
    names: &mut Vec<(&'t str, usize)>,
) -> Result<usize, Diagnostic> {
    let end = text[brace..].find('}').map(|end| brace + end);
    let (true, Some(end)) = (text[brace..].starts_with('{'), end) else {
        let is_open = text[brace..].starts_with('{');
        let message = match is_open {
            true => "this brace is not closed",
            false => "this brace closes nothing",
        };
        let error = Diagnostic::error(brace..brace + 1, message);
        return Err(error.help("a brace as text is written twice: {{ or }}"));
    };
    let name = &text[brace + 1..end];
    match (name, names.iter().position(|(known, _)| *known == name)) {
        ("", _) => {
            let message = "a field is missing between the braces";
            return Err(Diagnostic::error(brace..end + 1, message)
                .help("`--fields` lists them all"));
        }
        (LABELS, _) => pieces.push(Piece::Labels),
        (_, Some(known)) => pieces.push(Piece::Field(known)),
        (_, None) => {
            pieces.push(Piece::Field(names.len()));
            names.push((name, brace + 1));
        }
    }
    Ok(end + 1)
}
