//! How lines are treated, by what was typed and what there is.

use std::{
    env,
    ffi::OsStr,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
    thread,
};

use super::{args::Args, exit::Complaint};
use crate::{
    engine::{Glued, OnInvalid, Rules, Threads, Wanted},
    pipeline::{Depth, Reading},
    scan::{Backend, Scanner},
};

/// More threads than this gain nothing: memory is the limit.
const MOST_THREADS: usize = 8;

/// The longest line, if nobody says otherwise: more than any apiserver writes.
pub(super) const MAX_LINE: usize = 128 << 20;

/// More are not started, whoever asks.
const MOST_ASKED: usize = 64;

/// Returns how lines are treated.
pub(super) fn rules(
    args: &Args,
    on_invalid: OnInvalid,
) -> Result<Rules, Complaint> {
    Ok(Rules {
        reading: Reading {
            scanner: scanner()?,
            depth: match args.strict {
                true => Depth::Strict,
                false => Depth::Needed,
            },
            coverage: args.coverage || args.fail_on_dead,
        },
        glued: Glued::Leave,
        on_invalid,
        max_line: args.max_line.unwrap_or(MAX_LINE),
        wanted: wanted(args),
        threads: threads(args.threads)?,
        max_groups: args.max_groups,
    })
}

/// Returns the rules where the pipeline counts: a table is printed, unless
/// less is wanted.
pub(super) fn grouped(rules: Rules) -> Rules {
    match rules.wanted {
        Wanted::Lines => Rules { wanted: Wanted::Groups, ..rules },
        Wanted::Groups | Wanted::Count | Wanted::Presence => rules,
    }
}

/// Returns the rules for lines of a file that grows: each is read to its end,
/// for its end may be missing.
pub(super) fn followed(rules: Rules) -> Rules {
    let depth = match rules.reading.depth {
        Depth::Needed | Depth::Whole => Depth::Whole,
        Depth::Strict => Depth::Strict,
    };
    let reading = Reading { depth, ..rules.reading };
    Rules { reading, glued: Glued::Recover, ..rules }
}

/// Chooses what scans lines. The environment can lower the choice.
fn scanner() -> Result<Scanner, Complaint> {
    let Some(name) = env::var_os("KAUDIT_FILTER_SIMD") else {
        return Ok(Scanner::best());
    };
    let limit: Result<Backend, _> = name.to_string_lossy().parse();
    limit.map(Scanner::at_most).map_err(|names| {
        Complaint::usage(format!("KAUDIT_FILTER_SIMD takes {names}"))
    })
}

/// Reads what `--on-invalid` says.
pub(super) fn on_invalid(
    way: Option<&OsStr>,
) -> Result<(OnInvalid, Option<PathBuf>), Complaint> {
    Ok(match way.map_or(&b"pass"[..], OsStr::as_bytes) {
        b"pass" => (OnInvalid::Pass, None),
        b"skip" => (OnInvalid::Skip, None),
        b"fail" => (OnInvalid::Fail, None),
        [b'f', b'i', b'l', b'e', b':', path @ ..] if !path.is_empty() => {
            let path = Path::new(OsStr::from_bytes(path)).to_owned();
            (OnInvalid::SetAside, Some(path))
        }
        _ => {
            return Err(Complaint::usage(
                "--on-invalid takes pass, skip, fail or file:PATH",
            ));
        }
    })
}

fn wanted(args: &Args) -> Wanted {
    // What a condition met is known at the end only; and what was new is new
    // once.
    let to_the_end = args.coverage || args.fail_on_dead || args.new;
    match (args.quiet, args.count) {
        (true, _) if to_the_end => Wanted::Count,
        (true, _) => Wanted::Presence,
        (false, true) => Wanted::Count,
        (false, false) => Wanted::Lines,
    }
}

fn threads(asked: Option<usize>) -> Result<Threads, Complaint> {
    match asked {
        Some(0) => Err(Complaint::usage("--threads takes a number from 1")),
        Some(threads) => Ok(Threads::Exactly(threads.min(MOST_ASKED))),
        // It knows the limits of a container.
        None => Ok(Threads::UpTo(
            thread::available_parallelism()
                .map_or(1, |cores| cores.get().min(MOST_THREADS)),
        )),
    }
}
