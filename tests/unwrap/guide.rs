//! Unwraps what the guide to inputs shows.
//!
//! A `text FORM` block has lines as they are found, the `json` block behind it
//! what comes of them. Commands in `sh` blocks are parsed as far as they are
//! ours.

use kaudit_filter::{
    expr::{Source, compile},
    scan::Scanner,
    unwrap::{Choice, Form},
};
use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};

use super::{Got, pieces, unwrapped};
use crate::console::document;

const NAME: &str = "docs/inputs.md";

struct Block {
    kind: String,
    text: String,
}

fn blocks() -> Vec<Block> {
    let (text, mut blocks) = (document(NAME), Vec::new());
    let mut open = None;
    for event in Parser::new(&text) {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(kind))) => {
                open = Some((kind.to_string(), String::new()));
            }
            Event::Text(more) => {
                if let Some((_, text)) = &mut open {
                    text.push_str(&more);
                }
            }
            Event::End(TagEnd::CodeBlock) => {
                let block = open.take();
                blocks.extend(block.map(|(kind, text)| Block { kind, text }));
            }
            _ => {}
        }
    }
    blocks
}

#[test]
fn every_form_comes_out_as_the_guide_shows() {
    let blocks = blocks();
    let mut shown = Vec::new();
    for (n, block) in blocks.iter().enumerate() {
        let Some(name) = block.kind.strip_prefix("text ") else { continue };
        let form = Form::ALL.into_iter().find(|form| form.name() == name);
        let form = form.unwrap_or_else(|| panic!("no form is {name}"));
        shown.push(form);
        let text = block.text.as_bytes();
        assert_eq!(Form::detect(Scanner::best(), text), form);
        let found = unwrapped(text);
        assert!(found.iter().all(|got| got.form == form), "{found:?}");
        let bodies = found.iter().map(|got| format!("{}\n", got.text()));
        let expected = match form {
            // It is left.
            Form::Google => &block.text,
            _ => &blocks[n + 1].text,
        };
        assert_eq!(&bodies.collect::<String>(), expected, "{name}");
        if form != Form::Google {
            let Ok(choice) = Choice::parse(name) else { panic!("{name}") };
            let texts = |found: &[Got]| {
                found.iter().map(|got| got.body.clone()).collect::<Vec<_>>()
            };
            let same = pieces(&choice, form, text);
            assert_eq!(texts(&same), texts(&found), "{name}");
        }
    }
    let all = Form::ALL.into_iter().filter(|form| *form != Form::At);
    all.for_each(|form| assert!(shown.contains(&form), "{form} is missing"));
}

#[test]
fn every_command_of_the_guide_has_a_sound_expression() {
    let mut commands = 0;
    for block in blocks().iter().filter(|block| block.kind == "sh") {
        for command in block.text.lines() {
            let (_, ours) = command.split_once("kaudit-filter ").unwrap();
            let expression = ours.split('\'').nth(1).unwrap();
            let compiled = compile(&[Source::expression(expression)]);
            assert!(compiled.is_ok(), "{command}");
            commands += 1;
        }
    }
    assert!(commands >= 10, "only {commands} commands");
}
