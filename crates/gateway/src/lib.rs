//! One safe local address for the writer's other tools. A thin face of the engine: it decides who may come in, speaks
//! the caller's dialect, and hands every request to the one path.
//!
//! Listens on this machine only, knows no provider and no key. Start reading at [`start`].

mod admission;
mod answer;
mod limits;
mod replies;
mod routes;
mod serve;
mod stall;

pub use serve::{DEFAULT_PORT, Options, Running, start};
