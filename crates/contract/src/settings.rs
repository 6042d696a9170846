//! What the writer set for the whole profile.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// The settings of the profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct SettingsView {
    /// Keys from the environment may be used, as connections of their own, without being stored.
    pub system_fallback: bool,
    /// How long the rows of single requests are kept, in months: `12m`. Absent, they are kept for ever.
    pub usage_retention: Option<String>,
    /// `slug/model-id`; used when nothing else is chosen.
    pub default_model: Option<String>,
    /// The connection whose own default model is used where no `default_model` is set.
    pub default_connection: Option<String>,
    /// The models or collections of features: `chat`, `prose`, `prompt`, `summarise`. Those that have none are absent.
    pub feature_models: BTreeMap<String, String>,
}

/// Changes settings. What is absent stays; an empty text takes a choice away.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[ts(optional_fields)]
pub struct SettingsSetRequest {
    /// See [`SettingsView::system_fallback`].
    pub system_fallback: Option<bool>,
    /// See [`SettingsView::usage_retention`]; `forever` is as good as an empty text. Takes effect at the next start.
    pub usage_retention: Option<String>,
    /// See [`SettingsView::default_model`].
    pub default_model: Option<String>,
    /// See [`SettingsView::default_connection`].
    pub default_connection: Option<String>,
    /// See [`SettingsView::feature_models`]. Features that are not named stay as they are.
    #[serde(default)]
    #[ts(as = "Option<BTreeMap<String, String>>", optional)]
    pub feature_models: BTreeMap<String, String>,
}
