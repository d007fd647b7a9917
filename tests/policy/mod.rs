//! Audit policies: what the commands that work with them say.

mod command; // `policy check`, `diff`, `explain`, `simulate`.
