//! Inputs as they are found.

mod bomb; //   What unpacks to very much is never held.
mod packed; // What gzip and zstd have made is read as it was before.
