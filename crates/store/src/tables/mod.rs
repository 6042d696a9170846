//! One file per table: its SQL, its rows, its queries, its tests.
//!
//! Functions that change something take a [`Transaction`](rusqlite::Transaction), which only
//! [`Store::write`](crate::Store::write) hands out; functions that only read take a
//! [`Connection`](rusqlite::Connection), which either may be.

pub mod accounts;
pub mod apps;
pub mod assistants;
pub mod budgets;
pub mod collections;
pub mod connections;
pub mod conversations;
pub mod drafts;
pub mod holds;
pub mod messages;
pub mod model_notes;
pub mod models;
pub mod prompts;
pub mod secrets;
pub mod settings;
pub(crate) mod upkeep;
pub mod usage;
pub(crate) mod usage_amounts;
pub(crate) mod usage_append;
pub(crate) mod usage_bounds;
pub(crate) mod usage_days;
pub(crate) mod usage_filter;
pub(crate) mod usage_gather;
pub(crate) mod usage_prunable;
pub(crate) mod usage_question;
pub mod usage_sums;
pub mod vault;

/// The steps by which `inkhorn.db` came to its present form, oldest first. A step that was released never changes.
pub(crate) const STEPS: &[&[&str]] = &[
    &[
        settings::SCHEMA,
        vault::SCHEMA,
        secrets::SCHEMA,
        connections::SCHEMA,
        models::SCHEMA,
        conversations::SCHEMA,
        messages::SCHEMA,
        drafts::SCHEMA,
        apps::SCHEMA,
        upkeep::SCHEMA,
    ],
    &[accounts::SCHEMA],
    &[model_notes::SCHEMA, collections::SCHEMA],
    &[budgets::SCHEMA],
    &[prompts::SCHEMA, assistants::SCHEMA, conversations::ASSISTANT],
];

/// The same for `usage.db`.
pub(crate) const USAGE_STEPS: &[&[&str]] =
    &[&[usage::SCHEMA], &[usage::MORE_FIGURES, usage_days::SCHEMA, holds::SCHEMA], &[usage_days::REFUSALS]];
