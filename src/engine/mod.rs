//! Many lines at once, in order.
//!
//! An [`Input`](crate::source::Input) gives batches, a desk judges the lines
//! of one batch for each route (`desk`), a ledger writes what was kept in the
//! order of the input and adds up the numbers (`ledger`). `crew` runs the three on one
//! thread or several.
//!
//! Nothing here knows flags, and nothing prints: what is worth telling is a
//! [`Note`], what is worth knowing at the end is in the [`Summary`].

mod clock;
mod crew;
mod desk;
mod follow;
mod form;
#[cfg(test)]
mod glued;
mod groups;
mod guise;
mod hold;
mod job;
mod ledger;
mod matter;
mod merge;
mod note;
mod output;
mod page;
mod reply;
mod route;
mod rules;
mod score;
#[cfg(test)]
mod several;
mod sitting;
mod state;
mod sum;
mod summary;
mod tally;
#[cfg(test)]
mod tests;

pub use crew::run;
pub use follow::{Calls, Go, Idle, Pursuit, Report, follow};
pub use form::Form;
pub use groups::{Groups, Keys, Row};
pub use guise::Guise;
pub use job::Job;
pub use note::{Flaw, Note};
pub use reply::Reply;
pub use route::{Flow, Outlet, Route};
pub use rules::{Glued, OnInvalid, Rules, Threads, Wanted};
pub use score::Score;
pub use state::{SourceState, State};
pub use summary::{Failure, Summary};
pub use tally::{Forms, Tally};
