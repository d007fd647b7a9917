//! Answers that need no input: `--explain`, `--fields`, `--predicates`,
//! `--show`.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use super::{
    exit::{Complaint, Exit},
    settings::{Question, Settings},
};

/// Returns the answer, if a question was asked.
pub(super) fn asked(settings: &Settings) -> Result<Option<String>, Complaint> {
    Ok(Some(match &settings.question {
        None => return Ok(None),
        Some(Question::Explain) => format!("{:#?}\n", settings.pipeline),
        Some(Question::Fields) => return Err(not_yet("--fields")),
        Some(Question::Predicates) => return Err(not_yet("--predicates")),
        Some(Question::Show(_)) => return Err(not_yet("--show")),
    }))
}

fn not_yet(flag: &str) -> Complaint {
    Complaint::usage(format!("{flag} is not in this version"))
}

/// Prints `text` on standard output; a closed one is as good as a read one.
pub(super) fn print(text: &str) -> Result<ExitCode, Complaint> {
    let mut stdout = io::stdout().lock();
    let printed =
        stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
    match printed {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Complaint::Start(error))
        }
        Ok(()) | Err(_) => Ok(Exit::Ran.into()),
    }
}
