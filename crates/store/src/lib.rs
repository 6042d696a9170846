//! SQLite for the engine: the two databases of a profile, one file per table, and the one atomic file writer.
//!
//! `inkhorn.db` holds what the writer would miss: vault, connections, conversations. `usage.db` holds the log of
//! requests, which must be fast. Sealed values come and go as bytes: nothing here can open them, and nothing here
//! knows what a decision is.
//!
//! ```no_run
//! use inkhorn_store::{Store, settings};
//! let store = Store::open(std::path::Path::new("profile"))?;
//! store.write(|tx| settings::save(tx, "theme", "\"dark\""))?;
//! let all = store.read(settings::load_all)?;
//! # Ok::<(), inkhorn_fault::Fault>(())
//! ```

mod atomic;
mod columns;
mod database;
mod failure;
mod holder;
mod store;
mod tables;
#[cfg(test)]
mod testing;
mod under_way;
mod usage_log;

pub use atomic::{Saved, save_file_atomically, save_file_in_parts};
pub use failure::from_io as file_fault;
pub use rusqlite::{Connection, Transaction};
pub use store::Store;
pub use tables::{
    accounts, apps, assistants, budgets, collections, connections, conversations, drafts, holds, messages,
    model_notes, models, prompts, secrets, settings, usage, usage_sums, vault,
};
pub use under_way::Begun;
