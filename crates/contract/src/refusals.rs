//! How often models refused: counted by how answers ended, without a word of any text.

use serde::Serialize;
use ts_rs::TS;

/// Refusals by model and by provider, from the writer's own log. Who refused most within the year comes first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct RefusalsView {
    /// From when on they are counted, unix milliseconds: a year ago, or later where the log does not reach so far.
    pub since: i64,
    /// Every model that was used, `slug/model-id`.
    pub models: Vec<RefusalsOfView>,
    /// Every provider that was used, by its id in the catalogue.
    pub providers: Vec<RefusalsOfView>,
}

/// The refusals of one model or one provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct RefusalsOfView {
    /// Which.
    pub name: String,
    /// Over the last 30 days.
    pub days_30: RefusalCountView,
    /// Over the last 365 days.
    pub days_365: RefusalCountView,
}

/// How many answers there were, and how many of them were refusals: `withheld` and `refused` together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, TS)]
pub struct RefusalCountView {
    /// Answers that came to their end, and requests that were refused for what they ask.
    pub answers: u64,
    /// Answers that ended because the provider held them back or the model declined: a stop reason such as
    /// `content_filter`, `refusal` or `SAFETY`.
    pub withheld: u64,
    /// Requests that were turned down for what they ask before anything was written.
    pub refused: u64,
}
