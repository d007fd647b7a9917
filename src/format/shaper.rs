//! Turns kept lines into records, one by one.

use super::cells::{Cells, MOST_BYTES};
use super::raw::Room;
use super::{Format, Layout, csv, json, short, table, text};
use crate::scan::Scanner;

/// To how many bytes values are cut, one after the other, until a record
/// fits.
const CUTS: [usize; 4] = [MOST_BYTES, 256, 64, 24];

/// Writes records of one [`Format`], reusing its memory.
#[derive(Debug)]
pub struct Shaper {
    format: Format,
    scanner: Scanner,
    cells: Cells,
    room: Room,
}

impl Shaper {
    pub(super) fn new(format: Format) -> Shaper {
        Shaper {
            format,
            scanner: Scanner::best(),
            cells: Cells::default(),
            room: Room::default(),
        }
    }

    /// Returns the format of the records.
    pub fn format(&self) -> &Format {
        &self.format
    }

    /// Appends the record of one kept line, given without its newline, and a
    /// newline.
    ///
    /// * Whatever the line holds, the record is one line. All but `raw` are
    ///   UTF-8, without anything that a terminal would obey.
    /// * Of a line that breaks, what can be read is shown, and that it is
    ///   broken.
    ///
    /// ```
    /// use kaudit_filter::format::Format;
    /// let mut shaper = Format::parse("template:{verb} {ns}/{name}")
    ///     .expect("it is right")
    ///     .shaper();
    /// let mut out = Vec::new();
    /// let line = br#"{"verb":"get","objectRef":{"name":"etcd\n"}}"#;
    /// shaper.shape(line, &mut out);
    /// assert_eq!(out, b"get -/etcd\\n\n");
    /// ```
    pub fn shape(&mut self, line: &[u8], out: &mut Vec<u8>) {
        self.text(line, out);
        out.push(b'\n');
    }

    /// Appends the record without its newline.
    pub(super) fn text(&mut self, line: &[u8], out: &mut Vec<u8>) {
        let Shaper { format, scanner, cells, room } = self;
        let most = format.most;
        let labels = &format.labels;
        let health = match &format.layout {
            Layout::Raw(raw) => {
                return raw.write(*scanner, line, most, room, out);
            }
            Layout::Short(facts) => {
                cells.fill(facts, *scanner, line, short::wants)
            }
            Layout::Table(facts) => {
                cells.fill(facts, *scanner, line, short::wants)
            }
            Layout::Json(facts) | Layout::Csv(facts) => {
                cells.fill(facts, *scanner, line, |_, _| true)
            }
            Layout::Template(template) => {
                let all = |_, _: &Cells| true;
                cells.fill(&template.selection, *scanner, line, all)
            }
        };
        let from = out.len();
        for value in CUTS {
            out.truncate(from);
            // What is too much is left out in the end only.
            let is_last = value == CUTS[CUTS.len() - 1];
            let space = (value, if is_last { most } else { usize::MAX });
            match &format.layout {
                Layout::Raw(_) => {}
                Layout::Json(_) => {
                    json::write(cells, health, labels, space, out);
                }
                Layout::Csv(_) => {
                    csv::write(cells, health, labels, space, out);
                }
                Layout::Short(_) => {
                    short::write(cells, health, value, out);
                    labels.write(out);
                }
                Layout::Table(_) => {
                    table::write(cells, health, value, out);
                    labels.write(out);
                }
                Layout::Template(template) => {
                    template.write(cells, labels, value, out);
                }
            }
            if out.len() - from <= most {
                return;
            }
        }
        cut(from, most, out);
    }
}

/// Cuts the text from `from` on to so many bytes.
fn cut(from: usize, most: usize, out: &mut Vec<u8>) {
    let room = most.saturating_sub(text::DOTS.len());
    let end = text::beginning(&out[from..], room).len();
    out.truncate(from + end);
    out.extend_from_slice(text::DOTS.as_bytes());
}
