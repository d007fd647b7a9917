//! TERM and INT end a run in good order; a second one ends it at once. USR1
//! asks something of one that follows, and HUP of one that goes on following.

use std::{
    io,
    sync::{Arc, atomic::AtomicBool},
};

use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGTERM, SIGUSR1},
    flag,
    low_level::pipe,
};

use super::exit::Complaint;
use crate::{
    engine::Calls,
    source::{Stop, follow::Until},
};

/// Returns the wish to end that TERM and INT set.
pub(super) fn stop() -> Result<Arc<Stop>, Complaint> {
    let stop = Stop::new().map_err(Complaint::Start)?;
    listen(&stop).map_err(Complaint::Start)?;
    Ok(Arc::new(stop))
}

/// Lets TERM and INT ask for the end of the run.
fn listen(stop: &Stop) -> io::Result<()> {
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

/// Lets HUP and USR1 ask for what they are for. A run that ends of itself
/// leaves HUP as it is: whoever hangs up ends it.
pub(super) fn listen_to_calls(calls: &Calls, until: Until) -> io::Result<()> {
    let reopening = match until {
        Until::Stopped => &[SIGUSR1, SIGHUP][..],
        Until::CaughtUp => &[SIGUSR1],
    };
    flag::register(SIGUSR1, calls.statistics())?;
    for &signal in reopening {
        flag::register(signal, calls.reopening())?;
        pipe::register(signal, calls.bell()?)?;
    }
    Ok(())
}
