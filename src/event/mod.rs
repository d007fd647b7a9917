//! Reads one line as an audit.k8s.io/v1 Event, one field at a time.

mod body;
mod compute;
mod derived;
#[allow(clippy::module_inception, reason = "the module is named for it")]
mod event;
mod glue;
mod identity;
mod path;
mod repeats;
mod roots;
mod route;
mod schema;
mod shape;
mod table;
pub mod uri;
mod visit;
mod whole;
pub mod word;

pub use compute::{Given, Recipe, Take};
pub use derived::{Computed, DERIVED, Derived, From, Parameter, derived};
pub use event::{Event, Place, start};
pub use glue::{Pieces, pieces};
pub use identity::{Identity, MESSAGES};
pub use path::{Origin, Path, Segment};
pub use repeats::{BODIES, repeated_key};
pub use roots::Roots;
pub use route::{Repeats, Route};
pub use schema::{Alias, Field, Type, alias, field, fields};
pub use shape::{Shape, Shapes};
pub use table::{ALIASES, ANNOTATIONS, EVENT, EXTRA, LEVELS, position};
pub use visit::{Arrays, Seen};
pub use whole::first_break;
