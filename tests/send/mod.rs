//! Records to real daemons, that are restarted, stopped and slow meanwhile.

pub(crate) mod daemon; // A program that runs beside a test.
mod document; // What the document says is so.
mod drive; //  Sinks used as one who follows uses them.
pub(crate) mod journal; // systemd-journald, in a file system of its own.
mod local; //  rsyslogd at its socket.
mod network; // rsyslogd over the network.
mod other; //   syslog-ng, by streams.
pub(crate) mod rsyslog; // How it is run.
mod secret; // The same through TLS.
