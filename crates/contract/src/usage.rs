//! What was used and what it cost.

mod advice;
mod dashboard;
mod export;

pub use advice::*;
pub use dashboard::*;
pub use export::*;

use inkhorn_domain::{CostSource, Face, Quality, RequestResult};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A sum of costs. Requests without a known cost are counted beside it, never as 0.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, TS)]
pub struct SpentView {
    /// Known costs together, USD as decimal text.
    pub usd: String,
    /// Requests whose cost nobody knows.
    pub unpriced_requests: u64,
}

/// Sums of requests that share something.
#[derive(Debug, Clone, Serialize, TS)]
pub struct UsageGroupView {
    /// What they share: a model, a connection, a day.
    pub name: String,
    /// The sums.
    #[serde(flatten)]
    pub sums: UsageTotalView,
}

/// Sums.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, TS)]
pub struct UsageTotalView {
    /// Requests, failed and stopped ones included.
    pub requests: u64,
    /// Tokens read, cached ones included.
    pub input_tokens: u64,
    /// Tokens written, reasoning included.
    pub output_tokens: u64,
    /// Known costs together, USD as decimal text; absent when no request has a known cost.
    pub cost: Option<String>,
    /// Requests whose cost nobody knows.
    pub unpriced_requests: u64,
    /// Requests that failed.
    pub failed_requests: u64,
    /// Requests that Inkhorn itself did not send, such as those that a budget stopped. They are in `requests`.
    pub refused_requests: u64,
    /// Mean milliseconds from sending to the end, of the requests that were answered; absent where none was.
    pub latency_ms: Option<u64>,
    /// Mean milliseconds from sending to the first token, of the requests that streamed; absent where none did.
    pub first_token_ms: Option<u64>,
}

/// Asks for rows or groups.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[ts(optional_fields)]
pub struct UsageRequest {
    /// `7d`, `24h`, or an ISO 8601 date (local midnight) or time.
    pub since: Option<String>,
    /// As `since`; a date means the end of that day.
    pub until: Option<String>,
    /// `provider`, `model`, `feature`, `app`, `connection`, `day` or `hour`.
    pub by: Option<String>,
}

/// Rows (without `by`) or groups (with it), and the total.
#[derive(Debug, Clone, Serialize, TS)]
pub struct UsageView {
    /// Newest first, or most expensive first for groups, or in time order for days and hours.
    pub rows: UsageRows,
    /// All together.
    pub total: UsageTotalView,
}

/// One request each, or one group each.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(untagged)]
pub enum UsageRows {
    /// One request each.
    Requests(Vec<UsageRowView>),
    /// One group each.
    Groups(Vec<UsageGroupView>),
}

/// One request.
#[derive(Debug, Clone, Serialize, TS)]
pub struct UsageRowView {
    /// ISO 8601 with the offset of the writer's time zone.
    pub time: String,
    /// The way in.
    #[ts(type = "'window' | 'gateway' | 'command-line'")]
    pub face: Face,
    /// The app, for the gateway.
    pub app: Option<String>,
    /// What it was for.
    pub feature: String,
    /// The connection's slug.
    pub connection: Option<String>,
    /// The catalogue entry.
    pub provider: Option<String>,
    /// The model asked.
    pub model: Option<String>,
    /// The model that answered.
    pub answered_by: Option<String>,
    /// Tokens read, cached ones included.
    pub input_tokens: Option<u64>,
    /// Of those, from the provider's cache.
    pub cache_read_tokens: Option<u64>,
    /// Of those, into the provider's cache.
    pub cache_write_tokens: Option<u64>,
    /// Tokens written, reasoning included.
    pub output_tokens: Option<u64>,
    /// Of those, reasoning.
    pub reasoning_tokens: Option<u64>,
    /// USD as decimal text; null is unknown.
    pub cost: Option<String>,
    /// Where the cost figure comes from.
    #[ts(type = "'provider' | 'computed' | 'local' | 'unknown'")]
    pub cost_source: CostSource,
    /// How far the counts can be trusted.
    #[ts(type = "'reported' | 'estimated' | 'partial'")]
    pub quality: Quality,
    /// How it ended.
    #[ts(type = "'completed' | 'aborted' | 'failed' | 'refused'")]
    pub result: RequestResult,
    /// The error code, for failed and refused ones.
    pub error: Option<String>,
    /// From sending to the end.
    pub latency_ms: u64,
    /// From sending to the first token.
    pub first_token_ms: Option<u64>,
}
