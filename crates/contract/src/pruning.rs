//! Old rows of the usage log, which may go while their sums stay.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Names the rows of requests before a time: that time, or how old they are.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[ts(optional_fields)]
pub struct UsagePruneRequest {
    /// `365d`, or an ISO 8601 date or time. Not in the future.
    pub before: Option<String>,
    /// Months until today. Only where `before` is absent.
    pub months: Option<u32>,
}

/// Rows that would go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct UsagePrunableView {
    /// How many.
    pub rows: u64,
    /// When the first of them began, ISO 8601; absent where there are none.
    pub first: Option<String>,
    /// Until when they would go, ISO 8601: the UTC day that was begun then is kept whole.
    pub until: String,
}

/// Rows that are gone. Everything that is added up stays as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct UsagePrunedView {
    /// How many.
    pub removed_rows: u64,
    /// Until when no single requests are there any more, ISO 8601: the UTC day that was begun then is kept whole.
    pub until: String,
}
