//! What a provider tells of the writer's account with it: credit, and how much room its limits leave.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// An account as the provider told it. What it does not tell is absent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct AccountView {
    /// When it was asked, unix milliseconds.
    pub asked_at: i64,
    /// The key's or account's name there.
    pub name: Option<String>,
    /// What the amounts are in: `USD`, `CNY`.
    pub currency: String,
    /// What is left to spend, as decimal text.
    pub credit_left: Option<String>,
    /// The most that this key may spend.
    pub credit_limit: Option<String>,
    /// When that limit begins anew: `daily`, `weekly`, `monthly`.
    pub limit_resets: Option<String>,
    /// Spent through this key so far.
    pub used: Option<String>,
    /// Spent today, in the provider's days.
    pub used_today: Option<String>,
    /// Spent this month, in the provider's months.
    pub used_this_month: Option<String>,
    /// The account has never paid: models that cost something may be closed to it.
    pub free_tier: Option<bool>,
    /// The provider has closed the key or the account.
    pub blocked: Option<bool>,
    /// The key ends on this day, ISO 8601.
    pub key_expires: Option<String>,
}

/// How much room one of the provider's limits leaves, as its last answer told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct HeadroomView {
    /// What is counted: `requests`, `tokens`, `input_tokens`, `output_tokens`.
    pub of: String,
    /// The limit.
    pub limit: Option<u64>,
    /// What is left of it.
    pub remaining: u64,
    /// When it is full again, unix milliseconds.
    pub resets_at: Option<i64>,
    /// When the provider said so, unix milliseconds.
    pub told_at: i64,
}
