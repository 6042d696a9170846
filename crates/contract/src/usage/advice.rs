//! What the same use would cost elsewhere, and what a text would cost.

use super::{UsageFilters, UsagePeriod};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Asks what the use of a time would have cost on the other connected models.
#[derive(Debug, Clone, Default, Deserialize, TS)]
pub struct UsageAdviceRequest {
    /// When.
    pub period: UsagePeriod,
    /// Which requests.
    pub filters: UsageFilters,
}

/// The answer. The assumption is always the same: as many tokens, cached ones where the other model has a price for
/// them, every model as good for the work. Each of the three can be wrong, and the page says so beside the figures.
#[derive(Debug, Clone, Serialize, TS)]
pub struct UsageAdviceView {
    /// What was used, and what it cost.
    pub used: UsageAdviceUseView,
    /// Other models, cheapest first; those of unknown price last.
    pub models: Vec<UsageAdviceModelView>,
}

/// What the advice is about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, TS)]
pub struct UsageAdviceUseView {
    /// Requests whose tokens and cost are known: the only ones that can be compared.
    pub requests: u64,
    /// Requests left out because their tokens or their cost are unknown.
    pub left_out: u64,
    /// Tokens read, cached ones included.
    pub input_tokens: u64,
    /// Of those, from a provider's cache.
    pub cache_read_tokens: u64,
    /// Tokens written.
    pub output_tokens: u64,
    /// What they cost, USD as decimal text.
    pub cost: String,
    /// Models that were used, most expensive first.
    pub models: Vec<String>,
}

/// One other model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct UsageAdviceModelView {
    /// `slug/model-id`.
    pub model: String,
    /// Its name.
    pub name: String,
    /// The connection's label.
    pub connection: String,
    /// What the same tokens would have cost, USD as decimal text; null where its price is unknown.
    pub cost: Option<String>,
    /// How much more that is than what was paid, USD as decimal text: `-0.5` is half a dollar less, `0` the same; null
    /// where its price is unknown.
    pub difference: Option<String>,
    /// Why it costs what it costs.
    #[ts(type = "'known' | 'unknown' | 'free' | 'local'")]
    pub price: &'static str,
    /// It was among the models used.
    pub used: bool,
    /// A request in the mean read and wrote more tokens than this model takes in; null where either is unknown.
    pub too_small: Option<bool>,
}

/// Asks what a text would cost.
#[derive(Clone, Deserialize, TS)]
pub struct UsageCalculateRequest {
    /// The text. It is counted and forgotten: nothing of it is sent or kept.
    pub text: String,
    /// Tokens of the answer.
    pub output_tokens: u64,
    /// Models, `slug/model-id`.
    pub models: Vec<String>,
}

/// What a text would cost.
#[derive(Debug, Clone, Serialize, TS)]
pub struct UsageCalculateView {
    /// The text's tokens, estimated: each model counts a little differently.
    pub input_tokens: u64,
    /// Its words.
    pub words: u64,
    /// In the order asked; a model that is not there any more is left out.
    pub models: Vec<UsageCalculatedView>,
}

/// What a text would cost with one model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct UsageCalculatedView {
    /// `slug/model-id`.
    pub model: String,
    /// Its name.
    pub name: String,
    /// The connection's label.
    pub connection: String,
    /// USD as decimal text; null is unknown.
    pub cost: Option<String>,
    /// Of that, for reading the text.
    pub input_cost: Option<String>,
    /// Why it costs what it costs.
    #[ts(type = "'known' | 'unknown' | 'free' | 'local'")]
    pub price: &'static str,
    /// The text and the answer fit into its context; null where that is unknown.
    pub fits: Option<bool>,
    /// Its context, in tokens.
    pub context_length: Option<u64>,
}
