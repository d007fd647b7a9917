//! TERM and INT end a run in good order; a second one ends it at once. HUP
//! and USR1 ask something of one that follows.

use std::{
    io,
    sync::{Arc, atomic::AtomicBool},
};

use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGTERM, SIGUSR1},
    flag,
    low_level::pipe,
};

use crate::{engine::Calls, source::Stop};

/// Lets TERM and INT ask for the end of the run.
pub(super) fn listen(stop: &Stop) -> io::Result<()> {
    for signal in [SIGTERM, SIGINT] {
        let again = Arc::new(AtomicBool::new(false));
        // In the order in which they run: the first time, nothing; then the
        // notes for the second time; then the wish and the bell.
        flag::register_conditional_default(signal, Arc::clone(&again))?;
        flag::register(signal, again)?;
        let number = usize::try_from(signal).unwrap_or(0);
        flag::register_usize(signal, stop.word(), number)?;
        pipe::register(signal, stop.bell()?)?;
    }
    Ok(())
}

/// Lets HUP and USR1 ask for what they are for.
pub(super) fn listen_to_calls(calls: &Calls) -> io::Result<()> {
    for signal in [SIGHUP, SIGUSR1] {
        flag::register(signal, calls.reopening())?;
    }
    flag::register(SIGUSR1, calls.statistics())?;
    for signal in [SIGHUP, SIGUSR1] {
        pipe::register(signal, calls.bell()?)?;
    }
    Ok(())
}
