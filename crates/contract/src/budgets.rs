//! What may be spent at most, and how much of it is left.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A budget and how it stands in the period that runs now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct BudgetView {
    /// `all`, `connection:slug`, `model:slug/id`, `feature:word` or `app:name`.
    pub scope: String,
    /// The part of the scope before the colon.
    #[ts(type = "'all' | 'connection' | 'model' | 'feature' | 'app'")]
    pub kind: String,
    /// The part behind it; absent for `all`.
    pub name: Option<String>,
    /// How long it lasts before it begins anew.
    #[ts(type = "'day' | 'month'")]
    pub period: String,
    /// The most that may be spent in each period, USD as decimal text.
    pub limit: String,
    /// Percents at which the writer is told.
    pub warn: Vec<u8>,
    /// When this period began, unix milliseconds.
    pub from: i64,
    /// When the next one begins, unix milliseconds.
    pub until: i64,
    /// Spent in this period as far as costs are known, USD as decimal text.
    pub spent: String,
    /// Held back for requests that are under way, USD as decimal text.
    pub held: String,
    /// What is left beside both, USD as decimal text; `0` where it is overdrawn.
    pub left: String,
    /// How much of the limit is spent, in whole percents, rounded down.
    pub percent: u64,
    /// Requests of this period whose cost nobody knows; what they cost is not in `spent`.
    pub unpriced_requests: u64,
    /// `open`; `warned` from the first of the percents on; `spent` where nothing is left.
    #[ts(type = "'open' | 'warned' | 'spent'")]
    pub state: String,
    /// The next request that does not fit is let through.
    pub allowed_once: bool,
    /// The connection that it is about was removed. The budget stays: under the same name it counts again.
    pub gone: bool,
}

/// Sets a budget, or changes the one of the same scope and period.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(optional_fields)]
pub struct BudgetSetRequest {
    /// `all`, `connection:slug`, `model:slug/id`, `feature:word` or `app:name`.
    pub scope: String,
    /// `day` or `month`.
    pub period: String,
    /// USD as decimal text.
    pub limit: String,
    /// Percents from 1 to 100 at which to be told; 80 and 100 where absent.
    pub warn: Option<Vec<u8>>,
}

/// Names a budget.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct BudgetRequest {
    /// Its scope.
    pub scope: String,
    /// `day` or `month`.
    pub period: String,
}

/// A budget that is gone.
#[derive(Debug, Clone, Serialize, TS)]
pub struct BudgetRemovedView {
    /// Its scope and period: `all/month`.
    pub removed: String,
}

/// A part of a budget that is used up. Told once in each period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BudgetNoticeView {
    /// The budget's scope.
    pub scope: String,
    /// Its period.
    #[ts(type = "'day' | 'month'")]
    pub period: String,
    /// The percentage that was reached.
    pub percent: u8,
    /// The limit, USD as decimal text.
    pub limit: String,
    /// When the period began in which it was reached, unix milliseconds.
    pub from: i64,
}

/// What of budgets was told to the writer.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct BudgetsNoticedRequest {
    /// The notices, as they were given.
    pub notices: Vec<BudgetNoticeView>,
}
