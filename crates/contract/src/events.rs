//! What the engine tells the window unasked.

use serde::Serialize;
use ts_rs::TS;

/// A part of the truth that the page may have fetched. When it changes, by this window or by another program on the
/// same profile, the page fetches it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// The four facts at the top.
    Status,
    /// The vault.
    Vault,
    /// Connections and their states.
    Connections,
    /// Models.
    Models,
    /// Conversations.
    Desk,
    /// Prompts and assistants.
    Prompts,
    /// Usage.
    Usage,
    /// Budgets, and what of them is left.
    Budgets,
    /// Apps and the gateway.
    Apps,
}

/// Something changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ChangedEvent {
    /// What.
    pub topics: Vec<Topic>,
}
