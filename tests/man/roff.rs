//! Turns the Markdown of our references into the roff of manual pages.
//!
//! It knows what they use: headings, paragraphs, lists, blocks of
//! code and tables. A row of a table becomes an item, tagged with its first
//! cell; if that column has no heading, the others bring theirs along.

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

/// Returns the page in a section of the manual that `markdown` makes.
pub(super) fn page(markdown: &str, section: u8) -> String {
    let mut page = Page { section, ..Page::default() };
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
        page.take(event);
    }
    page.roff
}

#[derive(Default)]
struct Page {
    roff: String,
    section: u8,
    /// Whether text is shown as it stands.
    is_code: bool,
    /// Whether the next paragraph continues the line of its item.
    is_item: bool,
    /// The headings of the table's columns, as roff.
    columns: Vec<String>,
    /// The cells of its row so far.
    cells: Vec<String>,
    /// What stood before the cell that is being written.
    outside: String,
}

impl Page {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(&tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) if self.is_code => self.push_code(&text),
            Event::Text(text) => self.push_text(&text),
            Event::Code(code) => {
                self.roff.push_str("\\fB");
                self.push_code(&code);
                self.roff.push_str("\\fR");
            }
            Event::SoftBreak | Event::HardBreak => self.roff.push('\n'),
            other => panic!("the manual page has no form for {other:?}"),
        }
    }

    fn start(&mut self, tag: &Tag<'_>) {
        match tag {
            Tag::Heading { level, .. } => self.macro_line(match level {
                HeadingLevel::H1 => "",
                HeadingLevel::H2 => ".SH \"",
                _ => ".SS \"",
            }),
            Tag::Paragraph if self.is_item => self.is_item = false,
            Tag::Paragraph => self.macro_line(".PP\n"),
            Tag::CodeBlock(_) => {
                self.macro_line(".PP\n.RS 4\n.EX\n");
                self.is_code = true;
            }
            Tag::Item => {
                self.macro_line(".IP \\(bu 2\n");
                self.is_item = true;
            }
            Tag::TableCell => self.outside = std::mem::take(&mut self.roff),
            Tag::Strong => self.roff.push_str("\\fB"),
            Tag::Emphasis => self.roff.push_str("\\fI"),
            Tag::Table(_) | Tag::TableHead | Tag::TableRow => (),
            Tag::List(None) | Tag::Link { .. } => (),
            other => panic!("the manual page has no form for {other:?}"),
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(HeadingLevel::H1) => self.title(),
            TagEnd::Heading(_) => self.roff.push_str("\"\n"),
            TagEnd::CodeBlock => {
                self.roff.push_str(".EE\n.RE\n");
                self.is_code = false;
            }
            TagEnd::Paragraph | TagEnd::Item => self.macro_line(""),
            TagEnd::TableCell => {
                let outside = std::mem::take(&mut self.outside);
                self.cells.push(std::mem::replace(&mut self.roff, outside));
            }
            TagEnd::TableHead => {
                self.columns = std::mem::take(&mut self.cells);
            }
            TagEnd::TableRow => self.row(),
            TagEnd::Strong | TagEnd::Emphasis => self.roff.push_str("\\fR"),
            _ => (),
        }
    }

    /// Writes `name - what it is` as the head of the page.
    fn title(&mut self) {
        let title = std::mem::take(&mut self.roff);
        let (name, about) = title.split_once(" - ").unwrap();
        let page = name.to_uppercase();
        let section = self.section;
        self.roff = format!(
            ".TH \"{page}\" {section} \"\" \"kaudit-filter\"\n\
             .ad l\n.nh\n.SH NAME\n{name} \\- {about}\n.SH DESCRIPTION\n"
        );
    }

    fn row(&mut self) {
        let cells = std::mem::take(&mut self.cells);
        let compares = self.columns[0].is_empty();
        let rest = cells.iter().zip(&self.columns).skip(1);
        let rest: Vec<String> = rest
            .filter(|(cell, _)| !cell.is_empty())
            .map(|(cell, column)| match compares {
                true => format!("{column}: {cell}"),
                false => cell.clone(),
            })
            .collect();
        let row = format!(".TP\n{}\n{}\n", cells[0], rest.join("; "));
        self.macro_line(&row);
    }

    /// Begins a line with a macro.
    fn macro_line(&mut self, text: &str) {
        if !self.roff.is_empty() && !self.roff.ends_with('\n') {
            self.roff.push('\n');
        }
        self.roff.push_str(text);
    }

    fn push_text(&mut self, text: &str) {
        for char in text.chars() {
            self.push(char);
        }
    }

    /// Writes text that people copy: its signs must stay what they are.
    fn push_code(&mut self, text: &str) {
        for char in text.chars() {
            match char {
                '-' => self.roff.push_str("\\-"),
                '\'' => self.roff.push_str("\\(aq"),
                '`' => self.roff.push_str("\\(ga"),
                '^' => self.roff.push_str("\\(ha"),
                '~' => self.roff.push_str("\\(ti"),
                _ => self.push(char),
            }
        }
    }

    fn push(&mut self, char: char) {
        let begins = self.roff.is_empty() || self.roff.ends_with('\n');
        match char {
            '.' | '\'' if begins => {
                self.roff.push_str("\\&");
                self.roff.push(char);
            }
            '\\' => self.roff.push_str("\\e"),
            _ if char.is_ascii() => self.roff.push(char),
            _ => self.roff.push_str(&format!("\\[u{:04X}]", char as u32)),
        }
    }
}
