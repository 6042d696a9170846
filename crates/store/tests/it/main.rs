//! What a profile must withstand: damaged files, killed processes, many processes, a full disk, curious readers.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "clippy knows only functions marked as tests, and their helpers stand here too"
)]

mod children;
mod damage;
mod disk_full;
mod processes;
mod removal;
