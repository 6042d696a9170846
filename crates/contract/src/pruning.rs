//! Old rows of the usage log, which may go while their sums stay.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Removes the rows of requests before a time.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct UsagePruneRequest {
    /// `365d`, or an ISO 8601 date or time. Not in the future.
    pub before: String,
}

/// Rows that are gone. Everything that is added up stays as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct UsagePrunedView {
    /// How many.
    pub removed_rows: u64,
    /// Until when no single requests are there any more, ISO 8601: the UTC day that was begun then is kept whole.
    pub until: String,
}
