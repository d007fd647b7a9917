//! Reads one line as an audit.k8s.io/v1 Event, one field at a time.

mod path;
mod schema;
mod table;
pub mod word;

pub use path::{Path, Segment};
pub use schema::{Alias, Field, Type, alias, field, fields};
pub use table::{ALIASES, ANNOTATIONS, EVENT, EXTRA, position};
