//! The guide of a provider: how one gets there, and what usually goes wrong on the way.

use inkhorn_fault::Code;
use serde::Deserialize;
use std::collections::BTreeMap;

/// A guide in both languages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guide {
    /// English.
    pub en: GuideText,
    /// Indonesian.
    pub id: GuideText,
}

/// A guide in one language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GuideText {
    /// What one must know before anything else: that the service has closed, for example.
    #[serde(default)]
    pub notice: Option<String>,
    /// From nothing to a working connection, in order, a sentence or three each.
    pub steps: Vec<String>,
    /// What the failures of this code usually mean here, and their mend. A failing test leads to the line of its code.
    #[serde(default)]
    pub failures: BTreeMap<Code, String>,
}
