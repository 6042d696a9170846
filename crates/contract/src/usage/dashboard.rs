//! The Usage page: one question, and everything that the page shows for it.

use super::{UsageGroupView, UsageTotalView};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A stretch of time in the writer's own days.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, TS)]
#[serde(tag = "of", rename_all = "snake_case")]
pub enum UsagePeriod {
    /// Since the last midnight.
    Today,
    /// Since Monday.
    Week,
    /// Since the first of the month.
    #[default]
    Month,
    /// From one day to another.
    Days {
        /// ISO 8601 date.
        from: String,
        /// ISO 8601 date; the whole day belongs to it.
        until: String,
    },
}

/// Only requests that share all of these. What is absent does not narrow.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, TS)]
#[serde(default)]
#[ts(optional_fields)]
pub struct UsageFilters {
    /// The provider's id.
    pub provider: Option<String>,
    /// The model, `slug/model-id`.
    pub model: Option<String>,
    /// What it was for.
    pub feature: Option<String>,
    /// The app's name.
    pub app: Option<String>,
    /// The connection's slug.
    pub connection: Option<String>,
}

/// What the chart shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum UsageMeasure {
    /// US dollars, of the requests whose cost is known.
    #[default]
    Spend,
    /// Tokens read and written.
    Tokens,
    /// Requests.
    Requests,
    /// Requests that failed.
    Errors,
}

/// What requests are gathered by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum UsageDimension {
    /// The provider.
    Provider,
    /// The model of a connection.
    #[default]
    Model,
    /// What it was for.
    Feature,
    /// The app; requests of the window and the command line have none.
    App,
    /// The connection.
    Connection,
}

/// A language of the page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PageLanguage {
    /// English.
    #[default]
    En,
    /// Indonesian.
    Id,
}

/// What the Usage page asks.
#[derive(Debug, Clone, Default, Deserialize, TS)]
pub struct UsageDashboardRequest {
    /// When.
    pub period: UsagePeriod,
    /// Which requests.
    pub filters: UsageFilters,
    /// What the chart and the week show.
    pub measure: UsageMeasure,
    /// What the table is by, and what the chart's columns are made of.
    pub by: UsageDimension,
    /// The language of the drawings.
    pub language: PageLanguage,
    /// Room for a drawing, in pixels. From 280 to 1200; what is beyond is taken for the nearer end.
    pub width: u32,
}

/// What the Usage page shows.
#[derive(Debug, Clone, Serialize, TS)]
pub struct UsageDashboardView {
    /// The first day, ISO 8601.
    pub from: String,
    /// The last day, ISO 8601.
    pub until: String,
    /// Anything was ever used, in any time.
    pub ever: bool,
    /// All together.
    pub total: UsageTotalView,
    /// The measure over time, in layers of `by`.
    pub chart: UsageChartView,
    /// The table, most expensive first, then busiest. Its first rows are the chart's layers.
    pub groups: Vec<UsageGroupView>,
    /// The same measure by weekday and hour.
    pub week: UsageWeekView,
    /// How long answers took.
    pub times: UsageTimesView,
    /// On what most was spent; absent where nothing was.
    pub mostly: Option<UsageMostlyView>,
    /// Days unlike the others, newest first.
    pub unusual: Vec<UsageUnusualView>,
    /// Where a provider told a charge: how it compares with what we compute.
    pub difference: Option<UsageDifferenceView>,
    /// What filters can be set to.
    pub choices: UsageChoicesView,
}

/// A drawing and its numbers.
#[derive(Debug, Clone, Serialize, TS)]
pub struct UsageChartView {
    /// An SVG document of rectangles, lines and text. Each mark carries `data-at`, its place in `columns`.
    pub svg: String,
    /// How wide a column is in time.
    #[ts(type = "'hour' | 'day' | 'month'")]
    pub step: &'static str,
    /// The layers, the largest first; the last one may be all the rest (`null`).
    pub layers: Vec<Option<String>>,
    /// The columns, in the order of time.
    pub columns: Vec<UsageColumnView>,
    /// All columns together, as exact as a column's.
    pub total: String,
}

/// One column.
#[derive(Debug, Clone, Serialize, TS)]
pub struct UsageColumnView {
    /// `2026-11-14`, `2026-11-14T09:00` or `2026-11`.
    pub name: String,
    /// The column in words: moment, amount, layers.
    pub says: String,
    /// Its amount: decimal dollars, or a whole count.
    pub value: String,
    /// The amounts of its layers.
    pub parts: Vec<String>,
    /// Requests in it whose cost nobody knows.
    pub unpriced: u64,
}

/// Hours by weekdays.
#[derive(Debug, Clone, Serialize, TS)]
pub struct UsageWeekView {
    /// The drawing.
    pub svg: String,
    /// Monday to Sunday, each with 24 amounts: decimal dollars, or whole counts.
    pub cells: Vec<Vec<String>>,
}

/// Means over time.
#[derive(Debug, Clone, Serialize, TS)]
pub struct UsageTimesView {
    /// The drawing.
    pub svg: String,
    /// Mean milliseconds from sending to the end, by column of the chart; null where nothing was measured.
    pub latency_ms: Vec<Option<u64>>,
    /// The same, to the first token.
    pub first_token_ms: Vec<Option<u64>>,
}

/// On what most was spent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct UsageMostlyView {
    /// The model, `slug/model-id`.
    pub model: String,
    /// What it was used for most: a feature.
    pub feature: String,
    /// The app, where it was one of the writer's other programs.
    pub app: Option<String>,
}

/// A day unlike the days before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct UsageUnusualView {
    /// The day, ISO 8601.
    pub day: String,
    /// What was unusual.
    #[ts(type = "'spend' | 'requests' | 'errors'")]
    pub what: &'static str,
    /// How much: decimal dollars, or a whole count.
    pub value: String,
    /// For errors: requests that day.
    pub of: u64,
    /// The middle of the days before it that had any use; for errors, how many of a hundred requests failed then.
    pub usual: String,
    /// How many days that is the middle of.
    pub days: u64,
    /// The model that had the largest part in it, `slug/model-id`.
    pub mostly: Option<String>,
}

/// A provider's own charges beside ours, for the requests of which both are known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct UsageDifferenceView {
    /// Requests of which both are known.
    pub requests: u64,
    /// What the providers told, USD as decimal text. This is what counts.
    pub told: String,
    /// What we compute from tokens and prices, USD as decimal text.
    pub computed: String,
    /// The first less the second; may begin with `-`.
    pub difference: String,
}

/// What filters can be set to: what occurs in this time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, TS)]
pub struct UsageChoicesView {
    /// Providers.
    pub provider: Vec<String>,
    /// Models.
    pub model: Vec<String>,
    /// Features.
    pub feature: Vec<String>,
    /// Apps.
    pub app: Vec<String>,
    /// Connections.
    pub connection: Vec<String>,
}
