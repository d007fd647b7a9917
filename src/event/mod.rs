//! Reads one line as an audit.k8s.io/v1 Event, one field at a time.

#[allow(clippy::module_inception, reason = "the module is named for it")]
mod event;
mod path;
mod repeats;
mod roots;
mod schema;
mod table;
mod visit;
pub mod word;

pub use event::{Event, Identity, Place, start};
pub use path::{Path, Segment};
pub use repeats::{BODIES, repeated_key};
pub use roots::Roots;
pub use schema::{Alias, Field, Type, alias, field, fields};
pub use table::{ALIASES, ANNOTATIONS, EVENT, EXTRA, position};
pub use visit::{Arrays, Route, Seen};
