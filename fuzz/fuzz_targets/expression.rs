//! Any text compiles or is refused with findings that can be drawn.

#![no_main]

use kaudit_filter::{
    diag::Color,
    expr::{Source, compile, render},
    pipeline::{Pipeline, Reading},
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let sources = [Source::expression(text)];
    match compile(&sources) {
        Ok(compiled) => {
            render(&compiled.warnings, &sources, Color::Always);
            compiled.plan.to_string();
            let line = br#"{"verb":"get","user":{"groups":["a"]}}"#;
            Pipeline::new(compiled.plan)
                .expect("there is no policy in it")
                .judge(Reading::default())
                .judge(line, &mut Vec::new());
        }
        Err(findings) => {
            assert!(!findings.is_empty());
            render(&findings, &sources, Color::Never);
        }
    }
});
