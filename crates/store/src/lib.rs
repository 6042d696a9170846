//! SQLite: one file per table.
