//! The manual page of the command line is made from it, and is good roff.

use std::process::Command;

use super::{has, said};
use crate::tool::{Folder, run};

#[path = "../../examples/package.rs"]
#[expect(dead_code, reason = "its main writes files")]
mod package;

fn page() -> String {
    String::from_utf8(package::page().unwrap()).unwrap()
}

#[test]
fn the_page_has_every_flag_and_what_help_ends_with() {
    let page = page();
    let help = run(&["--help"], "");
    let help = String::from_utf8(help.out).unwrap();
    let flags = help.lines().filter_map(|line| {
        let flag = line.trim_start().split([',', ' ']).next()?;
        let is_flag = flag.starts_with("--") && flag.len() > 2;
        (is_flag && line.starts_with("      --")).then_some(flag)
    });
    let flags: Vec<_> = flags.collect();
    assert!(flags.len() > 15, "{flags:?}");
    for flag in flags {
        let flag = flag.replace('-', "\\-");
        assert!(page.contains(&flag), "{flag}");
    }
    for heading in ["EXPRESSIONS", "EXAMPLES", "EXIT CODES", "ENVIRONMENT"] {
        let heading = format!("\n.SH \"{heading}\"\n");
        assert!(page.contains(&heading), "{heading}");
    }
    assert!(page.contains("\n.SS \"checkpoint\"\n"));
}

#[test]
fn the_page_is_good_roff() {
    if !has("groff", "the manual page's own errors") {
        return;
    }
    let folder = Folder::new();
    let page = folder.file("kaudit-filter.1", page());
    let flags = ["-man", "-Tutf8", "-ww", "-z", &page];
    let found = said(Command::new("groff").args(flags));
    assert_eq!(found, (true, String::new()));
}
