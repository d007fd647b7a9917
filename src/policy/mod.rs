//! Reads audit policies as kube-apiserver does, and does after the fact what
//! they ask for.
//!
//! [`load`](fn@load) turns the text of a file into a [`Policy`], or into what
//! keeps an apiserver from starting. All of it remembers where in the text it
//! stood, so that findings can point.

mod model; //   What a policy says,
mod problem; // what is wrong with one,
mod load; //    and how it is read.

pub use load::{Loaded, load};
pub use model::{
    Flag, Item, Level, List, Policy, Resource, Rule, Span, Stage, StageItem,
    Stages, Version,
};
pub use problem::{Kind, Problem};
