//! Reads one line as an audit.k8s.io/v1 Event, one field at a time.

mod path;
mod schema;

pub use path::{Path, Segment};
pub use schema::{Alias, Field, Type};
