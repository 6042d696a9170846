//! Usage as a file that the writer keeps.

use super::{PageLanguage, UsageDimension, UsageFilters, UsageMeasure, UsagePeriod};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The form of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum UsageExportForm {
    /// A row for each request, for spreadsheets. No cell is a formula.
    Csv,
    /// The same rows with their total, for programs.
    Json,
    /// The report as a drawing.
    Svg,
    /// The report as a picture.
    Png,
}

/// What to export, and where to.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(optional_fields)]
pub struct UsageExportRequest {
    /// When.
    pub period: UsagePeriod,
    /// Which requests.
    pub filters: UsageFilters,
    /// Its form.
    pub form: UsageExportForm,
    /// What the report's chart shows.
    pub measure: UsageMeasure,
    /// What the report's table is by.
    pub by: UsageDimension,
    /// The report's language.
    pub language: PageLanguage,
    /// The folder; where it is absent, the writer's folder for downloads. Nothing that is there is overwritten.
    pub folder: Option<String>,
}

/// A file that was written.
#[derive(Debug, Clone, Serialize, TS)]
pub struct UsageExportView {
    /// Where it is.
    pub path: String,
    /// How large it is.
    pub bytes: u64,
    /// Requests in it.
    pub requests: u64,
    /// Their known costs together, USD as decimal text; null where none is known.
    pub cost: Option<String>,
    /// Requests in it whose cost nobody knows.
    pub unpriced_requests: u64,
}
