//! Runs every example of the language reference, and looks for what it
//! leaves out.
//!
//! A `kaf` block holds examples, one under the other. One ends with a comment
//! such as `# 11 of audit.log`, which says how many lines it makes of that
//! file in `examples`, or at an empty line: then it has to compile, without
//! warnings. Below `kaf error` and `kaf warning` a `text` block shows what is
//! said of the one example.

use std::{collections::HashSet, ops::Range};

use ipnet::IpNet;
use kaudit_filter::{event, expr};
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use crate::{
    console::{check_samples, document, is_shown},
    tool::{Ran, run},
};

const NAME: &str = "docs/language.md";

#[test]
fn every_command_prints_what_the_reference_shows() {
    check_samples(NAME, 12);
}

#[test]
fn every_expression_keeps_what_the_reference_says() {
    let mut kept = 0;
    for block in blocks().iter().filter(|block| block.kind == "kaf") {
        for example in examples(block) {
            example.check();
            kept += example.count.unwrap_or(0);
        }
    }
    assert!(kept > 100, "the examples keep {kept} events in all");
}

#[test]
fn every_slip_is_answered_as_the_reference_shows() {
    let blocks = blocks();
    let mut answers = 0;
    for pair in blocks.windows(2) {
        let code = match pair[0].kind.as_str() {
            "kaf error" => 2,
            "kaf warning" => 0,
            _ => continue,
        };
        let expression = pair[0].text.trim_end();
        let ran = run(&["-c", "-x", expression, &log("audit.log")], "");
        let said: Vec<&str> = ran.err.trim_end().lines().collect();
        let shown: Vec<&str> = pair[1].text.lines().collect();
        assert_eq!(pair[1].kind, "text", "{}", pair[0]);
        assert_eq!(ran.code, Some(code), "{}{}", pair[0], ran.err);
        assert!(is_shown(&said, &shown), "{}{}", pair[0], ran.err);
        answers += 1;
    }
    assert!(answers >= 5, "only {answers} slips");
}

#[test]
fn every_block_is_of_a_kind_that_is_run() {
    let kinds = ["console", "kaf", "kaf error", "kaf warning", "text"];
    for block in blocks() {
        assert!(kinds.contains(&block.kind.as_str()), "{block}");
    }
}

#[test]
fn every_field_is_explained() {
    let named = code_spans();
    let aliases = event::ALIASES.iter().map(|alias| alias.name);
    let derived = event::DERIVED.iter().map(|derived| match derived.name {
        "query" => "query.NAME", // As the reference shows it.
        name => name,
    });
    for name in aliases.chain(derived) {
        assert!(named.contains(name), "{NAME} does not name `{name}`");
    }
    for key in event::EVENT.iter().map(|field| field.key) {
        let is_root =
            |path: &String| path.split(['.', '[']).next() == Some(key);
        let found = named.iter().any(is_root);
        assert!(found, "{NAME} does not name `{key}`");
    }
}

#[test]
fn every_predicate_and_list_is_named() {
    let named = code_spans();
    for definition in expr::predicates() {
        let name = match definition.source.starts_with("list ") {
            true => format!("@{}", definition.name),
            false => definition.name.to_owned(),
        };
        assert!(named.contains(&name), "{NAME} does not name `{name}`");
    }
}

#[test]
fn the_lists_hold_what_the_reference_says() {
    let document = document(NAME);
    let rows = document.lines().filter_map(|line| {
        line.strip_prefix("| `@")?.strip_suffix(" |")?.split_once("` | ")
    });
    let mut checked = 0;
    for (name, said) in rows {
        match (name, items(name)) {
            ("public", _) => continue,
            (_, items) if items.is_empty() => {
                assert!(said.starts_with("nothing;"), "@{name}: {said}");
            }
            (_, items) => assert_eq!(said, items.join(", "), "@{name}"),
        }
        checked += 1;
    }
    assert_eq!(checked, 6, "lists other than @public");
}

#[test]
fn public_is_every_address_but_those_that_the_reference_names() {
    let document = document(NAME);
    let (_, from) = document.split_once("Not `@public` in IPv4: ").unwrap();
    let (text, _) = from.split_once("\n\n").unwrap();
    let (four, six) = text.split_once("IPv6").unwrap();
    let six = six.split_once(" without ").unwrap();
    assert!(six.0.ends_with("public is 2000::/3"), "{text}");
    let public: Vec<IpNet> =
        items("public").iter().map(|net| net.parse().unwrap()).collect();
    let size = |nets: &[&IpNet]| -> u128 {
        nets.iter()
            .map(|net| 1 << (net.max_prefix_len() - net.prefix_len()))
            .sum()
    };
    for (special, all) in
        [(networks(four), 1 << 32), (networks(six.1), 1 << 125)]
    {
        assert!(special.len() >= 4, "{special:?}");
        for net in &special {
            let meets =
                |other: &&IpNet| net.contains(*other) || other.contains(net);
            assert_eq!(public.iter().find(meets), None, "{net}");
        }
        let is_v4 = all == 1 << 32;
        let same = public.iter().filter(|net| is_v4 == net.addr().is_ipv4());
        let same: Vec<&IpNet> = same.collect();
        let special: Vec<&IpNet> = special.iter().collect();
        assert_eq!(size(&same) + size(&special), all, "of {all} addresses");
    }
}

/// Returns the networks that stand in a text.
fn networks(text: &str) -> Vec<IpNet> {
    let words = text.split_whitespace();
    let word = |word: &str| word.trim_end_matches(['.', ',']).parse().ok();
    words.filter_map(word).collect()
}

/// Returns what a list holds, as the program shows it.
fn items(list: &str) -> Vec<String> {
    let ran = run(&["--show", list], "");
    let shown = String::from_utf8(ran.out).unwrap();
    let (_, items) = shown.split_once(" = (").expect("a list is shown");
    let items = items.trim_end().trim_end_matches(')').split(", ");
    let item = |item: &str| item.trim_matches('"').to_owned();
    items.map(item).filter(|item| !item.is_empty()).collect()
}

/// A block of code.
struct Block {
    kind: String,
    text: String,
    line: usize,
}

impl std::fmt::Display for Block {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(out, "{NAME}:{}: {}\n{}", self.line, self.kind, self.text)
    }
}

fn blocks() -> Vec<Block> {
    let document = document(NAME);
    let line = |at: Range<usize>| document[..at.start].lines().count() + 1;
    let mut blocks: Vec<Block> = Vec::new();
    let mut inside = false;
    for (found, at) in Parser::new(&document).into_offset_iter() {
        match found {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(kind))) => {
                let (kind, text) = (kind.to_string(), String::new());
                blocks.push(Block { kind, text, line: line(at) });
                inside = true;
            }
            Event::End(TagEnd::CodeBlock) => inside = false,
            Event::Text(text) if inside => {
                blocks.last_mut().unwrap().text.push_str(&text);
            }
            _ => (),
        }
    }
    blocks
}

/// Returns all that stands in back-ticks.
fn code_spans() -> HashSet<String> {
    let document = document(NAME);
    Parser::new_ext(&document, Options::ENABLE_TABLES)
        .filter_map(|found| match found {
            Event::Code(code) => Some(code.into_string()),
            _ => None,
        })
        .collect()
}

/// An expression, and what the reference says of it.
#[derive(Debug)]
struct Example {
    expression: String,
    log: &'static str,
    count: Option<usize>,
}

/// Returns the examples of a block.
fn examples(block: &Block) -> Vec<Example> {
    let mut examples = Vec::new();
    let mut expression = String::new();
    for line in block.text.lines().chain([""]) {
        expression.push_str(line);
        expression.push('\n');
        let (log, count) = match promise(line) {
            Some((log, count)) => (log, Some(count)),
            None if line.is_empty() => ("audit.log", None),
            None => continue,
        };
        let example = std::mem::take(&mut expression);
        if !example.trim().is_empty() {
            examples.push(Example { expression: example, log, count });
        }
    }
    examples
}

/// Returns the file and the number of `… # 11 of audit.log`.
fn promise(line: &str) -> Option<(&'static str, usize)> {
    let (_, comment) = line.rsplit_once("# ")?;
    let (count, name) = comment.split_once(" of ")?;
    let log = ["audit.log", "workloads.log"];
    let log = log.into_iter().find(|log| *log == name)?;
    Some((log, count.parse().ok()?))
}

impl Example {
    #[track_caller]
    fn check(&self) {
        let ran = self.run();
        let clean = (Some(0), "");
        assert_eq!((ran.code, &*ran.err), clean, "{}", self.expression);
        let lines = ran.out.iter().filter(|byte| **byte == b'\n').count();
        if let Some(count) = self.count {
            assert_eq!(lines, count, "{} on {}", self.expression, self.log);
        }
    }

    fn run(&self) -> Ran {
        run(&["-W", "error", "-x", &self.expression, &log(self.log)], "")
    }
}

/// Returns the path of an example log.
fn log(name: &str) -> String {
    format!("{}/examples/{name}", env!("CARGO_MANIFEST_DIR"))
}
