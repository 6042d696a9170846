//! What tests stand on: a simulated provider, scratch profiles, canaries and their search, a real keychain, and
//! the built program.
//!
//! For tests of every crate, and for a person who tries states by hand (`cargo run -p inkhorn-testkit --bin
//! simulate`). Never part of what is shipped. A broken precondition panics with the reason.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "test code: a broken precondition should end the test at once, with its reason"
)]

mod canary;
mod catalogue;
mod forms;
mod group;
mod keychain;
mod memory;
mod program;
mod random;
mod running;
mod scratch;
mod simulated;

pub use canary::{Canary, Evidence, Finding, assert_clean, scan};
pub use catalogue::catalogue_of;
pub use keychain::RealKeychain;
pub use memory::scan_process_memory;
pub use program::{Outcome, Program};
pub use running::{Running, RunningServe};
pub use scratch::ScratchProfile;
pub use simulated::{
    Answer, Behaviour, Call, End, Finish, Persona, Recorded, Refusal, SimulatedModel, SimulatedProvider,
    TokenUsage, ToolCall, refused_address,
};
