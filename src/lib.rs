//! Filters Kubernetes audit logs at the speed of memory, byte for byte.
//!
//! The modules below are in the order in which a line travels.

pub mod cli;
pub mod diag; // mistakes are pointed at,
pub mod edit; //    trimmed,
pub mod engine; // Many lines at once, in order,
pub mod event; //   are read as audit events,
pub mod expr; //    judged,
pub mod frame; //   become lines,
pub mod pipeline; // all of it on one line;
pub mod scan; //    show their structure,
pub mod sink; //    lines go out.
pub mod source; // bytes come in, // and a user is served.
