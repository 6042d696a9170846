//! What a connection offers: models with what is known of them.

use crate::Money;
use serde::{Deserialize, Serialize};

/// Something that a model can do beyond text in, text out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Capability {
    /// Reads images.
    Vision,
    /// Calls tools.
    Tools,
    /// Thinks before it answers.
    Reasoning,
    /// Makes images.
    Images,
    /// Makes embeddings; cannot chat.
    Embeddings,
}

/// What a local server tells of a model file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocalDetails {
    /// Architecture family: `llama`, `qwen3`.
    pub family: Option<String>,
    /// As the server words it: `8.0B`.
    pub parameter_size: Option<String>,
    /// As the server words it: `Q4_K_M`.
    pub quantisation: Option<String>,
    /// Size of the file in bytes.
    pub size_bytes: Option<u64>,
    /// Whether it is in memory now.
    pub loaded: Option<bool>,
    /// The context length, in tokens, with which it is loaded.
    pub loaded_context: Option<u64>,
    /// The local server would pass the text on to this host: then it is not local at all.
    pub remote_host: Option<String>,
}

/// Which of the three very different things "no price" can mean, or that there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PriceState {
    /// There is a price.
    Known,
    /// Nobody told one. Never shown as 0.
    Unknown,
    /// The provider gives it away.
    Free,
    /// It runs on the writer's machine.
    Local,
}

impl PriceState {
    /// The word that stands in answers and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Known => "known",
            Self::Unknown => "unknown",
            Self::Free => "free",
            Self::Local => "local",
        }
    }

    /// Reads the word back.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Known, Self::Unknown, Self::Free, Self::Local].into_iter().find(|state| state.as_str() == word)
    }
}

/// Price of a model. Amounts are for **one million tokens**.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    /// What is known.
    pub state: PriceState,
    /// Per million tokens read.
    pub input: Option<Money>,
    /// Per million tokens written.
    pub output: Option<Money>,
    /// Per million tokens read from the provider's cache.
    pub cache_read: Option<Money>,
    /// Per million tokens written to the provider's cache.
    pub cache_write: Option<Money>,
}

impl Price {
    /// Nobody told a price.
    pub const UNKNOWN: Self =
        Self { state: PriceState::Unknown, input: None, output: None, cache_read: None, cache_write: None };
    /// Runs here.
    pub const LOCAL: Self = Self { state: PriceState::Local, ..Self::UNKNOWN };
    /// Given away.
    pub const FREE: Self = Self { state: PriceState::Free, ..Self::UNKNOWN };
}

/// One model as a connection lists it. Everything but the id may be unknown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelListing {
    /// The provider's own id, cleaned of control and direction characters, at most 256 bytes.
    pub id: String,
    /// A name for people, where the provider has one.
    pub name: Option<String>,
    /// Tokens that fit, question and answer together.
    pub context_length: Option<u64>,
    /// Most tokens that it writes in one answer.
    pub max_output: Option<u64>,
    /// What it can do.
    pub capabilities: Vec<Capability>,
    /// A price that the provider's own list tells.
    pub price: Option<Price>,
    /// For models on local servers.
    pub local: Option<LocalDetails>,
    /// The provider says that it goes away on this day, ISO 8601.
    pub retires_on: Option<String>,
    /// Whether the list says that the text is moderated on the way to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moderated: Option<bool>,
}

impl ModelListing {
    /// A model of which only the id is known.
    pub fn named(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            name: None,
            context_length: None,
            max_output: None,
            capabilities: Vec::new(),
            price: None,
            local: None,
            retires_on: None,
            moderated: None,
        }
    }
}
