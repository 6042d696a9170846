//! What only some providers do: sign requests, live at two hosts, stand under several paths, make vectors. Against the
//! simulated ones.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a broken precondition should end the test, with its reason"
)]

mod azure;
mod bedrock;
mod connection;
mod embeddings;
mod responses;
