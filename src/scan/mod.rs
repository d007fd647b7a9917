//! Turns the bytes of one line into JSON structure, as little as is needed.
//!
//! A *classifier* turns 64 bytes into bit masks: where quotes, backslashes,
//! colons and brackets stand (`block`). One driver, written once, turns the
//! masks into structure: it knows which bytes are inside strings, counts
//! brackets, and stops at colons of the wanted depth only, so that a key is
//! looked at when it can matter and a body is passed over by counting its
//! brackets (`members`). The scalar classifier is the definition; the SIMD
//! ones are tested against it.
//!
//! Techniques: leveled colon bitmaps (Mison, VLDB 2017), carry-less
//! multiplication for strings and odd backslash runs (simdjson, VLDB Journal
//! 2019), skipping by bracket counts (JSONSki, ASPLOS 2022).
//!
//! This module knows JSON and nothing of audit events or of I/O.

mod back;
mod backend;
mod block;
mod defect;
mod depth;
mod finder;
mod key;
mod last;
mod members;
mod scalar;
mod text;
mod tour;
mod validate;
mod value;
mod walk;
mod wanted;
#[cfg(target_arch = "x86_64")]
#[allow(
    unsafe_code,
    reason = "vector instructions; the only place of the crate with unsafe"
)]
mod x86;

pub use back::last_object;
pub use backend::{Backend, Scanner};
pub use defect::{Defect, DefectKind};
pub use finder::{End, EveryKey, Finder};
pub use key::key_of;
pub use last::last_of_each;
pub use members::Members;
pub use text::Text;
pub use tour::{Next, Visitor, tour};
pub use validate::{Validator, first_defect};
pub use value::{
    Elements, Leaves, Value, before_blanks, behind_blanks, value_at, value_end,
};
pub use walk::walk;
pub use wanted::Wanted;
