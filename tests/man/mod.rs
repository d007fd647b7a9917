//! The manual pages are what `docs/language.md` and `docs/pipeline.md` make
//! them.
//!
//! `KAUDIT_FILTER_WRITE=1 cargo test man::` writes them anew.

mod roff;

use std::{fs, process::Command};

use crate::{
    console::document,
    tool::{self, wants},
};

/// A document, and the page and section of the manual that it makes.
const PAGES: [(&str, &str, u8); 2] = [
    ("docs/language.md", "docs/kaudit-filter-language.7", 7),
    ("docs/pipeline.md", "docs/kaudit-filter-pipeline.5", 5),
];

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

#[test]
fn the_manual_pages_are_the_documents() {
    for (name, page, section) in PAGES {
        let made = roff::page(&document(name), section);
        let page = format!("{ROOT}/{page}");
        if wants("KAUDIT_FILTER_WRITE", "1") {
            fs::write(&page, &made).unwrap();
        }
        let same = fs::read_to_string(page).unwrap() == made;
        let how = "KAUDIT_FILTER_WRITE=1 cargo test man:: writes it anew";
        assert!(same, "{name}: {how}");
    }
}

#[test]
fn the_manual_pages_are_good_roff() {
    // What `man` does without `groff` nobody can check.
    if Command::new("groff").arg("--version").output().is_err() {
        return tool::skip("groff is missing: the manual pages' own errors");
    }
    for (_, page, _) in PAGES {
        let page = format!("{ROOT}/{page}");
        let flags = ["-man", "-Tutf8", "-ww", "-z", &page];
        let output = Command::new("groff").args(flags).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), &*said), (Some(0), ""), "{page}");
    }
}

#[test]
fn text_becomes_roff() {
    for (markdown, roff) in [
        ("# a - b", HEAD),
        ("## Two words", ".SH \"Two words\"\n"),
        ("### drop", ".SS \"drop\"\n"),
        ("one `--x` **two**", ".PP\none \\fB\\-\\-x\\fR \\fBtwo\\fR\n"),
        ("[it](x.md) is", ".PP\nit is\n"),
        (".a\n'b", ".PP\n\\&.a\n\\&'b\n"),
        ("back\\\\slash …", ".PP\nback\\eslash \\[u2026]\n"),
        ("- x\n- y", ".IP \\(bu 2\nx\n.IP \\(bu 2\ny\n"),
        ("```kaf\n.a\n  'b' ^~\n```", BLOCK),
        ("|a|b|c|\n|-|-|-|\n|`1`|2|3|", ".TP\n\\fB1\\fR\n2; 3\n"),
        ("||b|c|\n|-|-|-|\n|1|2|3|", ".TP\n1\nb: 2; c: 3\n"),
    ] {
        assert_eq!(roff::page(markdown, 7), roff, "{markdown}");
    }
}

const BLOCK: &str =
    ".PP\n.RS 4\n.EX\n\\&.a\n  \\(aqb\\(aq \\(ha\\(ti\n.EE\n.RE\n";

const HEAD: &str = ".TH \"A\" 7 \"\" \"kaudit-filter\"\n.ad l\n.nh\n\
    .SH NAME\na \\- b\n.SH DESCRIPTION\n";
