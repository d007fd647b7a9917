//! Finds out which arguments are the expression and which are files.

use std::{
    ffi::{OsStr, OsString},
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};

use super::{
    args::{Args, Query},
    exit::Complaint,
    load,
    pipeline::Sink,
    text::Text,
};
use crate::{
    expr::{
        self, Compiled, Finding, Source, Window,
        plan::{Plan, Step},
    },
    pipeline::Pipeline,
    source::Name,
};

/// The expression of a command line that has none.
pub(super) const DEFAULT: &str = "code>=400";

/// What judges, what is read, and what to say about the choice.
#[derive(Debug)]
pub(super) struct Program {
    /// The routes, at least one: what each is called, and what judges.
    pub routes: Vec<(String, Pipeline)>,
    /// What was compiled, and what should be said of it.
    pub text: Text,
    pub warnings: Vec<Finding>,
    /// What should be said of a pipeline file, drawn.
    pub drawn: Vec<String>,
    /// The sinks of each route, if they name some.
    pub sinks: Option<Vec<Vec<Sink>>>,
    /// Whether no sink is to be touched.
    pub is_dry: bool,
    pub inputs: Vec<Name>,
    pub hint: Option<String>,
}

impl Program {
    /// Sorts the arguments out and compiles the expression.
    pub(super) fn from_query(query: &Query) -> Result<Program, Complaint> {
        let operands = &query.operands[..];
        if query.expr.is_some() || !query.from_file.is_empty() {
            let program = Program::compile(given(query)?, operands)?;
            let hint = operands.iter().find_map(misplaced);
            return Ok(Program { hint, ..program });
        }
        let Some((first, rest)) = operands.split_first() else {
            let hint = format!("no EXPR given, taking `{DEFAULT}`");
            return by_default(operands, hint);
        };
        refuse_reserved(first)?;
        if is_file_by_form(first) {
            let hint = format!("no EXPR given, taking `{DEFAULT}`");
            return by_default(operands, hint);
        }
        let Some(text) = first.to_str() else {
            return Err(Complaint::usage("EXPR is not UTF-8 text"));
        };
        match Program::compile(Text::expression(text), rest) {
            Err(_) if Path::new(first).exists() => {
                let hint =
                    format!("`{text}` is a file, taking `{DEFAULT}` as EXPR");
                by_default(operands, hint)
            }
            Err(_) if names_log(first) => {
                let hint = format!("no EXPR given, taking `{DEFAULT}`");
                by_default(operands, hint)
            }
            Ok(program) => {
                let hint = rest.iter().find_map(|word| stray(first, word));
                Ok(Program { hint, ..program })
            }
            Err(complaint) => Err(complaint),
        }
    }

    /// Adds what flags ask for to what the expression does.
    pub(super) fn amended(
        self,
        args: &Args,
        window: Window,
    ) -> Result<Program, Complaint> {
        let covers = args.coverage || args.fail_on_dead;
        if args.label.is_empty() && !covers && window.is_open() {
            return Ok(self);
        }
        let routes = self.routes.into_iter().map(|(name, pipeline)| {
            let mut plan = match covers || !args.label.is_empty() {
                true => amended(&pipeline, &args.label)?,
                false => pipeline.plan().clone(),
            };
            match covers {
                true => plan.keep_within_first(window),
                false => plan.keep_within(window),
            }
            Ok((name, ready(plan)?))
        });
        let routes = routes.collect::<Result<_, Complaint>>()?;
        Ok(Program { routes, ..self })
    }

    /// Takes warnings for errors.
    pub(super) fn refuse_warnings(&self) -> Result<(), Complaint> {
        if !self.drawn.is_empty() {
            return Err(Complaint::Pipeline { drawn: self.drawn.clone() });
        }
        if !self.warnings.is_empty() {
            let (text, warnings) = (self.text.clone(), self.warnings.clone());
            return Err(Complaint::Warned { text, warnings });
        }
        Ok(())
    }

    fn compile(text: Text, files: &[OsString]) -> Result<Program, Complaint> {
        match text.compile() {
            Ok(Compiled { plan, warnings }) => Ok(Program {
                routes: vec![(String::new(), ready(plan)?)],
                text,
                warnings,
                drawn: Vec::new(),
                sinks: None,
                is_dry: false,
                inputs: names(files),
                hint: None,
            }),
            Err(findings) => Err(Complaint::Expression { text, findings }),
        }
    }
}

/// Adds labels, and has the level read, which the coverage looks at.
fn amended(pipeline: &Pipeline, labels: &[String]) -> Result<Plan, Complaint> {
    let mut plan = pipeline.plan().clone();
    if let (Some(Step::Count(_)), [label, ..]) = (plan.steps.last(), labels) {
        return Err(Complaint::usage(format!(
            "--label {label}: `count` prints no events to label"
        )));
    }
    for word in labels {
        plan.steps.extend(label(word)?);
    }
    plan.read_also("level");
    Ok(plan)
}

fn ready(plan: Plan) -> Result<Pipeline, Complaint> {
    Pipeline::new(plan).map_err(|why| Complaint::usage(why.to_string()))
}

/// Returns the step that `--label KEY=TEXT` asks for.
fn label(word: &str) -> Result<Vec<Step>, Complaint> {
    let wrong = |why: &str| Complaint::usage(format!("--label {word}: {why}"));
    let Some((key, text)) = word.split_once('=') else {
        return Err(wrong("write KEY=TEXT"));
    };
    if !is_key(key) {
        let why = "KEY takes letters, digits, `_` and, between them, `-`";
        return Err(wrong(why));
    }
    let text = serde_json::Value::from(text);
    let step = format!("label {key} = {text}");
    match expr::compile(&[Source::expression(&step)]) {
        Ok(Compiled { plan, .. }) => Ok(plan.steps),
        Err(findings) => Err(wrong(match findings.first() {
            Some(finding) => &finding.diagnostic.message,
            None => "cannot be a label",
        })),
    }
}

/// Returns whether `key` is a name of the language: what is none would be
/// read as more of the step than its name.
fn is_key(key: &str) -> bool {
    let in_name = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    let is_part = |part: &str| !part.is_empty() && part.bytes().all(in_name);
    !key.starts_with(|c: char| c.is_ascii_digit())
        && key.split('-').all(is_part)
}

/// Takes all operands for files.
fn by_default(
    operands: &[OsString],
    hint: String,
) -> Result<Program, Complaint> {
    let program = Program::compile(Text::expression(DEFAULT), operands)?;
    Ok(Program { hint: Some(hint), ..program })
}

/// Reads the text that `-f` and `-x` give.
fn given(query: &Query) -> Result<Text, Complaint> {
    let mut text = Text::given(query.expr.as_deref());
    for path in &query.from_file {
        add(&mut text, path)?;
    }
    Ok(text)
}

/// Adds the text of a file of expressions.
pub(super) fn add(text: &mut Text, path: &Path) -> Result<(), Complaint> {
    text.add(path.to_string_lossy().into_owned(), definitions(path)?);
    Ok(())
}

fn definitions(path: &Path) -> Result<String, Complaint> {
    let bytes = load::read(path)
        .map_err(|error| Complaint::Unreadable(path.to_owned(), error))?;
    if is_log(path, &bytes) {
        return Err(Complaint::usage(format!(
            "{} looks like a log, and not like expressions; a log to read is \
             a plain argument, and -F follows it",
            path.display()
        )));
    }
    match String::from_utf8(bytes) {
        // Some editors begin every file with it.
        Ok(text) => Ok(text.trim_start_matches('\u{feff}').to_owned()),
        Err(_utf8) => {
            let path = path.display();
            Err(Complaint::usage(format!("{path}: is not UTF-8")))
        }
    }
}

fn is_log(path: &Path, bytes: &[u8]) -> bool {
    names_log(path.as_os_str()) || bytes.starts_with(b"{")
}

/// Returns whether a file of this name would be a log.
fn names_log(name: &OsStr) -> bool {
    let ends = [&b".log"[..], b".json", b".jsonl", b".gz", b".zst"];
    ends.iter().any(|end| name.as_bytes().ends_with(end))
}

/// Returns what to say if `word`, which should be a file, is more likely a
/// part of the expression `first`.
fn stray(first: &OsStr, word: &OsString) -> Option<String> {
    let (first, word) = (first.to_str()?, word.to_str()?);
    let is_expression = || expr::compile(&[Source::expression(word)]).is_ok();
    (!Path::new(word).exists() && is_expression()).then(|| {
        format!(
            "`{word}` is taken for a FILE; one EXPR holds all conditions: \
             '{first} and {word}'"
        )
    })
}

/// Returns what to say if `word`, which should be a file, looks like an
/// expression: behind -f all arguments are files.
fn misplaced(word: &OsString) -> Option<String> {
    let text = word.to_str()?;
    let is_expression = text.contains([' ', '=', '<', '>', '|', '(']);
    (is_expression && !Path::new(word).exists()).then(|| {
        format!(
            "`{text}` is taken for a FILE; with -f or -x all arguments are, \
             and EXPR is given with -x"
        )
    })
}

fn refuse_reserved(word: &OsStr) -> Result<(), Complaint> {
    if word == "help" || word == "version" {
        let word = word.display();
        return Err(Complaint::usage(format!("it is --{word}")));
    }
    Ok(())
}

/// Returns whether a word says of itself that it is a file.
fn is_file_by_form(word: &OsStr) -> bool {
    let starts = |start: &str| word.as_bytes().starts_with(start.as_bytes());
    word == "-" || starts("./") || starts("../") || starts("/")
}

/// Returns what to read; nothing named is standard input.
pub(super) fn names(operands: &[OsString]) -> Vec<Name> {
    if operands.is_empty() {
        return vec![Name::Stdin];
    }
    let name = |word: &OsString| match word.to_str() {
        Some("-") => Name::Stdin,
        _ => Name::Path(PathBuf::from(word)),
    };
    operands.iter().map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(operands: &[&str], inputs: &[&str], has_hint: bool) {
        let operands = operands.iter().map(OsString::from).collect();
        let query = Query { operands, ..Query::default() };
        let program = Program::from_query(&query).unwrap();
        let expected: Vec<_> = inputs.iter().map(OsString::from).collect();
        assert_eq!(program.inputs, names(&expected));
        assert_eq!(program.hint.is_some(), has_hint);
    }

    #[test]
    fn the_first_argument_is_the_expression() {
        check(&["code>=400"], &["-"], false);
        check(&["code>=400", "a", "-", "b"], &["a", "-", "b"], false);
    }

    #[test]
    fn without_an_expression_the_default_is_taken_and_said() {
        check(&[], &["-"], true);
        check(&["-"], &["-"], true);
        check(&["./a", "b"], &["./a", "b"], true);
        check(&["/a"], &["/a"], true);
    }

    #[test]
    fn with_x_all_arguments_are_files() {
        let query = Query {
            operands: vec!["check".into()],
            expr: Some("code>=400".into()),
            ..Query::default()
        };
        let program = Program::from_query(&query).unwrap();
        assert_eq!(program.inputs, [Name::Path("check".into())]);
    }
}
