//! Filters Kubernetes audit logs at the speed of memory, byte for byte.
//!
//! The modules below are in the order in which a line travels.

pub mod disk; //     Files are found again,
pub mod checkpoint; // places in them kept;
pub mod source; //   bytes come in,
pub mod frame; //    become lines,
pub mod scan; //     show their structure,
pub mod unwrap; //   let the events out that are in them,
pub mod event; //    are read as audit events,
pub mod expr; //     judged,
pub mod edit; //     trimmed,
pub mod policy; //   or as an audit policy says;
pub mod pipeline; // all of that on one line;
pub mod format; //   what is kept gets a shape,
pub mod sink; //     lines go out,
pub mod report; //   or what they come to.
pub mod engine; //   Many lines at once, in order,
pub mod diag; //     mistakes are pointed at,
pub mod cli; //      and a user is served.
