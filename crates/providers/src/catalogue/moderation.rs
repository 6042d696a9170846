//! How a provider moderates, as far as that is known. Dated, because policies change; never a promise.

use inkhorn_domain::ContentTag;
use serde::Deserialize;

/// What is known of the moderation of some models of a provider, or of all.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Moderation {
    /// Patterns of ids, in which `*` stands for any letters; none means all.
    #[serde(default)]
    pub models: Vec<String>,
    /// The tag.
    pub tag: ContentTag,
    /// The day on which it was looked up, ISO 8601.
    pub date: String,
    /// On what it rests.
    pub basis: Basis,
}

/// A sentence in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Basis {
    /// English.
    pub en: String,
    /// Indonesian.
    pub id: String,
}
