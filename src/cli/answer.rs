//! Has lines answered, where nothing speaks against it.

use super::{
    args::Args,
    exit::Complaint,
    reply::Reply,
    wire::{To, Wires},
};
use crate::{
    engine::{self, Form},
    pipeline::Pipeline,
    unwrap::Choice,
};

/// Has the records of the one stream be answers.
pub(super) fn dress(reply: Reply, wires: &mut Wires) {
    let reply = match reply {
        Reply::Blank => engine::Reply::Blank,
        Reply::Json => engine::Reply::Json,
        Reply::Ok => return,
    };
    for form in &mut wires.forms {
        let format = match form {
            Form::Record(format) => Some(format.clone()),
            Form::Verbatim | Form::Answer { .. } => None,
            Form::Letter { .. } | Form::Entry { .. } => None,
        };
        *form = Form::Answer { reply, format };
    }
}

/// Refuses what leaves lines without an answer, or gives them several.
pub(super) fn refuse(args: &Args, wires: &Wires) -> Result<(), Complaint> {
    let Some(reply) = args.reply else { return Ok(()) };
    let on_invalid = args.on_invalid.as_deref();
    let flags = [
        (args.count, "-c prints one number"),
        (args.quiet, "-q ends with the first kept line"),
        (args.follow, "-F reads what nobody waits for"),
        (args.new, "--new reads what nobody waits for"),
        (args.choice.merge, "--merge changes the order of lines"),
        (
            args.unwrap.iter().any(|it| *it != Choice::None),
            "--unwrap finds several events in a line, or one in several",
        ),
        (
            on_invalid.is_some_and(|way| way == "fail"),
            "--on-invalid fail ends the run, and the line would come again \
             and again",
        ),
    ];
    if let Some((_, why)) = flags.into_iter().find(|(is_given, _)| *is_given) {
        return wrong(why);
    }
    let pipelines = || wires.routes.iter().map(|route| &route.pipeline);
    if pipelines().any(|pipeline| pipeline.count().is_some()) {
        return wrong("`count` prints a table");
    }
    if pipelines().any(Pipeline::is_bounded) {
        return wrong("`head` ends the run");
    }
    let has_stdout = wires.to.iter().any(To::is_stdout);
    match reply {
        Reply::Ok if has_stdout => wrong(
            "standard output is for the answers; name where kept lines go: \
             --to file:PATH",
        ),
        Reply::Ok => Ok(()),
        Reply::Blank | Reply::Json if wires.routes.len() > 1 => {
            wrong("of several routes each would answer")
        }
        Reply::Blank | Reply::Json if !has_stdout || wires.to.len() > 1 => {
            wrong("the kept events are the answers: leave out --to")
        }
        Reply::Blank | Reply::Json => {
            match wires.forms.iter().any(|form| form.header().is_some()) {
                true => wrong("this format begins with a line of its own"),
                false => Ok(()),
            }
        }
    }
}

fn wrong(why: &str) -> Result<(), Complaint> {
    Err(Complaint::usage(format!("--reply gives each line one answer: {why}")))
}
