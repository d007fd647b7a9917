//! Reads a command line, and says what is wrong with one.

use std::ffi::OsString;

use clap::{
    Parser,
    error::{ContextKind, ContextValue, ErrorKind},
};

use super::exit::Complaint;

/// Flags that other programs have, with how it is said here.
const ELSEWHERE: [(&[&str], &str); 2] = [
    (&["-v", "--invert-match"], "write 'not (EXPR)', or 'skip EXPR'"),
    (&["-i", "--ignore-case"], "put an i behind the text: 'user = \"bob\"i'"),
];

/// Reads a command line, the program's name included.
///
/// * Who asks for help or the version has nothing run.
pub(super) fn read<T: Parser>(
    words: impl IntoIterator<Item = OsString>,
) -> Result<T, Complaint> {
    T::try_parse_from(words).map_err(|error| match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            Complaint::Asked(error.to_string())
        }
        _ => Complaint::usage(sentence(&error)),
    })
}

/// Returns what is wrong with a command line, and what to do.
fn sentence(error: &clap::Error) -> String {
    let Some(ContextValue::String(flag)) = error.get(ContextKind::InvalidArg)
    else {
        return claps(error);
    };
    let named = |(flags, advice): &(&[&str], &'static str)| {
        flags.contains(&&**flag).then_some(*advice)
    };
    match error.kind() {
        ErrorKind::UnknownArgument => {
            if let Some(advice) = ELSEWHERE.iter().find_map(named) {
                return format!("there is no {flag}; {advice}");
            }
            claps(error)
        }
        ErrorKind::ArgumentConflict if flag == "--exit-status" => {
            "-e is --exit-status, not a pattern as with grep; join \
             expressions with `or`: 'code >= 400 or verb = delete'"
                .into()
        }
        ErrorKind::ArgumentConflict if flag.starts_with("--expr") => {
            "-x is given twice; join conditions with `and` or `or`, and \
             steps with `|`"
                .into()
        }
        _ => claps(error),
    }
}

/// Returns clap's message without its prefix: ours stands there.
fn claps(error: &clap::Error) -> String {
    let text = error.to_string();
    let text = text.strip_prefix("error: ").unwrap_or(&text);
    text.trim_end().to_owned()
}
