//! What the faces may ask of the engine, and what it answers: requests, views, events, in one table.
//!
//! For the window, the gateway's management and the command line. A view never holds a key: the page sees at most the
//! last four characters. The TypeScript of the page is made from this crate ([`typescript`]). Start reading at
//! [`commands`].

pub mod account;
pub mod apps;
pub mod assistants;
pub mod budgets;
pub mod collections;
pub mod commands;
pub mod connections;
pub mod desk;
pub mod doctor;
pub mod events;
pub mod fault_view;
pub mod finding;
pub mod models;
pub mod prompts;
pub mod pruning;
pub mod refusals;
pub mod settings;
pub mod sign_in;
pub mod usage;
pub mod vault;

mod typescript;

pub use account::*;
pub use apps::*;
pub use assistants::*;
pub use budgets::*;
pub use collections::*;
pub use commands::{COMMANDS, Command};
pub use connections::*;
pub use desk::*;
pub use doctor::*;
pub use events::*;
pub use fault_view::FaultView;
pub use finding::*;
pub use models::*;
pub use prompts::*;
pub use pruning::*;
pub use refusals::*;
pub use settings::*;
pub use sign_in::*;
pub use typescript::typescript;
pub use usage::*;
pub use vault::*;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A command that needs nothing, or has nothing to say.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, TS)]
pub struct Nothing {}

/// The four facts at the top of the window, and what the first page depends on.
#[derive(Debug, Clone, Serialize, TS)]
pub struct AppStatusView {
    /// Inkhorn's version.
    pub version: String,
    /// Folder of the profile.
    pub data_dir: String,
    /// The vault.
    pub vault: VaultView,
    /// Spent since the first of this month, local time.
    pub spent_this_month: SpentView,
    /// The model that is used when nothing else is chosen, `slug/model-id`.
    pub default_model: Option<String>,
    /// The model used last on the Desk.
    pub last_model: Option<String>,
    /// How many connections there are.
    pub connections: u32,
    /// What the writer should look at soon.
    pub reminders: Vec<ReminderView>,
    /// The local gateway.
    pub gateway: GatewayView,
    /// Why the writer's own catalogue file is not in use, with line and column of its mistake.
    pub catalogue_fault: Option<FaultView>,
}

/// Something that wants the writer before long.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ReminderView {
    /// What it is about.
    #[ts(type = "'key_expires'")]
    pub kind: &'static str,
    /// The connection's slug.
    pub connection: String,
    /// Its label.
    pub label: String,
    /// The day, ISO 8601.
    pub on: String,
    /// Days until then in the writer's time zone; 0 is today, below 0 it is past.
    pub days_left: i64,
}
