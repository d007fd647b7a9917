//! The manual page of the language is what `docs/language.md` makes it.
//!
//! `KAUDIT_FILTER_WRITE=1 cargo test man::` writes it anew.

mod roff;

use std::{fs, process::Command};

use crate::{
    console::document,
    tool::{self, wants},
};

const PAGE: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/docs/kaudit-filter-language.7");

#[test]
fn the_manual_page_is_the_reference() {
    let made = roff::page(&document("docs/language.md"));
    if wants("KAUDIT_FILTER_WRITE", "1") {
        fs::write(PAGE, &made).unwrap();
    }
    let page = fs::read_to_string(PAGE).unwrap();
    let same = page == made;
    assert!(same, "KAUDIT_FILTER_WRITE=1 cargo test man:: writes it anew");
}

#[test]
fn the_manual_page_is_good_roff() {
    // What `man` does without `groff` nobody can check.
    if Command::new("groff").arg("--version").output().is_err() {
        return tool::skip("groff is missing: the manual page's own errors");
    }
    let flags = ["-man", "-Tutf8", "-ww", "-z", PAGE];
    let output = Command::new("groff").args(flags).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), &*said), (Some(0), ""));
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
        assert_eq!(roff::page(markdown), roff, "{markdown}");
    }
}

const BLOCK: &str =
    ".PP\n.RS 4\n.EX\n\\&.a\n  \\(aqb\\(aq \\(ha\\(ti\n.EE\n.RE\n";

const HEAD: &str = ".TH \"A\" 7 \"\" \"kaudit-filter\"\n.ad l\n.nh\n\
    .SH NAME\na \\- b\n.SH DESCRIPTION\n";
