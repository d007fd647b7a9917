//! Turns an address into a way there.

use std::{fmt, io, path::PathBuf, time::Duration};

use super::{
    super::address::{Address, Host, Papers, Transport},
    dial::{Dial, Goal},
    link::Link,
    local::{self, Daemon},
    tls::Credentials,
};
use crate::diag;

/// Where a peer is, and how to get there.
#[derive(Debug)]
pub(super) enum Route {
    /// A socket of this machine.
    Local { path: PathBuf, daemon: Daemon },
    /// A host that hears of datagrams, or not.
    Udp { host: Host },
    /// A server.
    Tcp { host: Host, lag: Duration },
    /// A server behind TLS.
    Tls { host: Host, lag: Duration, papers: Papers },
}

/// The beginning of a way.
pub(super) enum Start {
    /// It is open already.
    Link(Box<dyn Link>),
    /// It takes a while.
    Dial(Dial),
}

impl Route {
    /// Returns the way to an address, unless it is that of a file.
    pub(super) fn of(address: &Address) -> Option<Route> {
        let transport = match address {
            Address::Stdout | Address::File(_) => return None,
            Address::Journal { path, .. } => {
                let (path, daemon) = (path.clone(), Daemon::Journal);
                return Some(Route::Local { path, daemon });
            }
            Address::Tcp { host, commit_lag } => {
                let (host, lag) = (host.clone(), *commit_lag);
                return Some(Route::Tcp { host, lag });
            }
            Address::Syslog { transport, .. } => transport,
        };
        Some(match transport.clone() {
            Transport::Local { path } => {
                Route::Local { path, daemon: Daemon::Syslog }
            }
            Transport::Udp { host } => Route::Udp { host },
            Transport::Tcp { host, commit_lag: lag } => {
                Route::Tcp { host, lag }
            }
            Transport::Tls { host, commit_lag: lag, papers } => {
                Route::Tls { host, lag, papers }
            }
        })
    }

    /// Checks what can be checked without going there.
    pub(super) fn check(&self) -> io::Result<()> {
        match self {
            Route::Tls { host, papers, .. } => {
                Credentials::read(host, papers).map(|_| ())
            }
            Route::Local { .. } | Route::Udp { .. } | Route::Tcp { .. } => {
                Ok(())
            }
        }
    }

    /// Sets out.
    pub(super) fn start(&self) -> io::Result<Start> {
        let (host, goal) = match self {
            Route::Local { path, daemon } => {
                return local::connect(path, *daemon).map(Start::Link);
            }
            Route::Udp { host } => (host, Goal::Udp),
            Route::Tcp { host, .. } => (host, Goal::Tcp),
            Route::Tls { host, papers, .. } => {
                (host, Goal::Tls(Credentials::read(host, papers)?))
            }
        };
        Dial::new(host, goal).map(Start::Dial)
    }

    /// Returns how long after a write a record is taken for granted.
    pub(super) fn lag(&self) -> Duration {
        match self {
            Route::Local { .. } | Route::Udp { .. } => Duration::ZERO,
            Route::Tcp { lag, .. } | Route::Tls { lag, .. } => *lag,
        }
    }

    /// Returns whether nobody can tell what becomes of a record.
    pub(super) fn is_unsure(&self) -> bool {
        match self {
            Route::Udp { .. } => true,
            Route::Local { .. } | Route::Tcp { .. } | Route::Tls { .. } => {
                false
            }
        }
    }

    /// Says where an error happened.
    pub(super) fn told(&self, error: &io::Error) -> io::Error {
        io::Error::new(error.kind(), format!("{self}: {error}"))
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Route::Local { path, .. } => {
                let path = path.as_os_str().as_encoded_bytes();
                f.write_str(&diag::escape(path))
            }
            Route::Udp { host }
            | Route::Tcp { host, .. }
            | Route::Tls { host, .. } => host.fmt(f),
        }
    }
}
