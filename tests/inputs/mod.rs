//! Inputs as they are found.

mod chain; //   Lines that came in parts are told of, and given up.
mod growing; // Wrapped logs that grow give each event once.
mod bomb; //   What unpacks to very much is never held.
mod packed; // What gzip and zstd have made is read as it was before.
mod wrapped; // Wrapped events are judged as what they hold.
