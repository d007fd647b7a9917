use super::*;
use crate::diag::Color;
use crate::expr::check::Checker;
use crate::expr::lower::Builder;
use crate::expr::{Source, compile, render};

#[test]
fn every_definition_compiles_without_a_warning() {
    for Definition { name, source, .. } in predicates() {
        let mut found = Vec::new();
        let mut scope = scope();
        let mut builder = Builder::default();
        let file = parse(source, &mut found);
        let mut checker = Checker::new(&mut scope, &mut builder, &mut found);
        checker.file(&file, &mut |_, _| Err("no files".to_owned().into()));
        found.retain(|found| !found.message.contains(" already"));
        found.retain(|found| !found.message.contains("is a built-in"));
        assert!(found.is_empty(), "{name}: {found:?}");
    }
}

#[test]
fn every_definition_has_a_line_about_it() {
    for definition in predicates() {
        let Definition { name, text, source } = definition;
        let sentence = text.ends_with('.') && !text.starts_with("let");
        assert!(sentence, "{name}: {text}");
        assert!(text.len() < 80, "{name}: {text}");
        assert!(source.contains(name) && source.contains('='), "{source}");
        assert_eq!(show(name), Some(definition));
    }
}

#[test]
fn predicates_mean_what_they_say() {
    for (name, expected) in [
        (
            "exec",
            "where all of\n       objectRef.resource = \"pods\"\n       \
             objectRef.subresource = \"exec\"\n",
        ),
        ("succeeded", "where responseStatus.code < 400\n"),
        ("final", "where stage in (\"ResponseComplete\", \"Panic\")\n"),
        ("system-user", "where user.username starts \"system:\"\n"),
        (
            "denied",
            "where any of\n       responseStatus.code = 401\n       \
             responseStatus.code = 403\n       annotations\
             [\"authorization.k8s.io/decision\"] = \"forbid\"\n",
        ),
        (
            "outcome",
            "where any of\n       stage in (\"ResponseComplete\", \
             \"Panic\")\n       all of\n         stage = \
             \"ResponseStarted\"\n         empty(user.username)\n",
        ),
    ] {
        let sources = [Source::expression(name)];
        let plan = match compile(&sources) {
            Ok(compiled) => compiled.plan.to_string(),
            Err(found) => render(&found, &sources, Color::Never),
        };
        assert!(plan.ends_with(expected), "{name}\n{plan}");
    }
}
