//! Proof that the simulated provider does what it says, seen from a raw connection.

mod answers;
mod client;
mod misbehaviour;
