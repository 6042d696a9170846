//! The prompt library and the assistants, against simulated providers: what is kept is sealed, what is filled is filled
//! once, and what is chosen is told.
#![allow(clippy::expect_used, clippy::panic, reason = "a test says what it expected")]

mod assistants;
mod auto;
mod desk;
mod house;
mod prompts;
mod words;
