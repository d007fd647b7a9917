//! Filters Kubernetes audit logs. See `lib.rs` for the way of a line.

use std::process::ExitCode;

fn main() -> ExitCode {
    kaudit_filter::cli::run(std::env::args_os())
}
