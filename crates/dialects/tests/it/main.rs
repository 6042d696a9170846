//! The dialects from outside: recorded wires, made-up answers in every pair of dialects, and rubbish.

// Helpers of tests stand outside test functions, where the lints do not see that they are tests.
#![allow(clippy::expect_used, clippy::panic)]

mod answers;
mod event_stream;
mod golden;
mod native;
mod proofs;
mod requests;
mod rubbish;
mod text;
