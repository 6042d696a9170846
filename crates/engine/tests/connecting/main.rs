//! Connections that find, sign in and explain themselves, against simulated providers.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says what it expected")]

mod catalogue;
mod finding;
mod house;
mod local;
mod refused_fields;
mod resilience;
mod settings;
mod sign_in;
