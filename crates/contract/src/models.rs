//! The list of all models.

use crate::FaultView;
use inkhorn_domain::{Capability, LocalDetails, Price, PriceState};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A price, in USD **per million tokens** as decimal text. `unknown`, `free` and `local` are three different things.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct PriceView {
    /// What is known.
    #[ts(type = "'known' | 'unknown' | 'free' | 'local'")]
    pub state: PriceState,
    /// Tokens read.
    pub input: Option<String>,
    /// Tokens written.
    pub output: Option<String>,
    /// Tokens read from the provider's cache.
    pub cache_read: Option<String>,
    /// Tokens written to the provider's cache.
    pub cache_write: Option<String>,
}

impl From<&Price> for PriceView {
    fn from(price: &Price) -> Self {
        let text = |money: Option<inkhorn_domain::Money>| money.map(|money| money.to_string());
        Self {
            state: price.state,
            input: text(price.input),
            output: text(price.output),
            cache_read: text(price.cache_read),
            cache_write: text(price.cache_write),
        }
    }
}

/// What a local server tells of a model.
#[derive(Debug, Clone, Serialize, TS)]
pub struct LocalDetailsView {
    /// `llama`.
    pub family: Option<String>,
    /// `8.0B`.
    pub parameter_size: Option<String>,
    /// `Q4_K_M`.
    pub quantisation: Option<String>,
    /// Bytes on disk.
    pub size_bytes: Option<u64>,
    /// In memory now.
    pub loaded: Option<bool>,
    /// Tokens of context with which it is loaded.
    pub loaded_context: Option<u64>,
    /// The local server passes the text on to this host.
    pub remote_host: Option<String>,
}

impl From<&LocalDetails> for LocalDetailsView {
    fn from(local: &LocalDetails) -> Self {
        Self {
            family: local.family.clone(),
            parameter_size: local.parameter_size.clone(),
            quantisation: local.quantisation.clone(),
            size_bytes: local.size_bytes,
            loaded: local.loaded,
            loaded_context: local.loaded_context,
            remote_host: local.remote_host.clone(),
        }
    }
}

/// A model.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ModelView {
    /// `slug/model-id`.
    pub id: String,
    /// The connection's slug.
    pub connection: String,
    /// The connection's label.
    pub connection_label: String,
    /// The catalogue entry.
    pub provider: String,
    /// A name for people; the model's own id where the provider has none.
    pub name: String,
    /// Tokens that fit.
    pub context_length: Option<u64>,
    /// Most tokens in one answer.
    pub max_output: Option<u64>,
    /// What it costs.
    pub price: PriceView,
    /// What it can do.
    #[ts(type = "Array<'vision' | 'tools' | 'reasoning' | 'images' | 'embeddings'>")]
    pub capabilities: Vec<Capability>,
    /// Where a text for it goes: a local server that passes text on counts as cloud.
    #[ts(type = "'local' | 'cloud'")]
    pub locality: &'static str,
    /// For models on local servers.
    pub local: Option<LocalDetailsView>,
    /// The provider says that it goes away on this day.
    pub retires_on: Option<String>,
    /// Whether it can be used now.
    pub available: bool,
    /// Why not: an error code, or `connection_off`.
    pub reason: Option<String>,
}

/// Where a part of the list comes from.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ModelSourceView {
    /// The connection.
    pub connection: String,
    /// Its label.
    pub label: String,
    /// `local` or `cloud`.
    #[ts(type = "'local' | 'cloud'")]
    pub locality: String,
    /// When the list was fetched, unix milliseconds; absent where it never was.
    pub fetched_at: Option<i64>,
    /// It is being fetched now.
    pub refreshing: bool,
    /// Entries beyond 20,000 that were left out.
    pub left_out: u32,
    /// Why the last fetch failed.
    pub fault: Option<FaultView>,
}

/// All models of all connections, from the cache.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ModelsView {
    /// In the writer's order of connections.
    pub models: Vec<ModelView>,
    /// One per connection.
    pub sources: Vec<ModelSourceView>,
    /// Used when nothing else is chosen.
    pub default_model: Option<String>,
    /// Used last on the Desk.
    pub last_model: Option<String>,
    /// Used lately, newest first.
    pub recent: Vec<String>,
}

/// Fetches the lists again.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[ts(optional_fields)]
pub struct ModelsRefreshRequest {
    /// Only this connection.
    pub connection: Option<String>,
}

/// Which connections did not answer.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ModelsRefreshView {
    /// How many connections answered.
    pub answered: u32,
    /// Those that did not, and why.
    pub not_answered: Vec<NotAnsweredView>,
}

/// A connection that did not answer.
#[derive(Debug, Clone, Serialize, TS)]
pub struct NotAnsweredView {
    /// Its slug.
    pub connection: String,
    /// Why.
    pub fault: FaultView,
}

/// Sets or takes away the default model.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(optional_fields)]
pub struct ModelsDefaultRequest {
    /// `slug/model-id`; absent for none.
    pub model: Option<String>,
}
