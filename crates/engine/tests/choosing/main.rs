//! Which model is meant, whether it may be used, and what became of its answers: against simulated providers.
#![allow(clippy::expect_used, clippy::panic, reason = "a test says what it expected")]

mod addresses;
mod apps;
mod content;
mod estimates;
#[allow(dead_code, reason = "the other tests of connections use the rest")]
#[path = "../connecting/house.rs"]
mod house;
mod last_resort;
mod reasons;
mod refusals;
mod words;
