//! The list of all models.

use crate::{CollectionView, FaultView};
use inkhorn_domain::{Capability, LocalDetails, Price, PriceSource, PriceState};
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
    /// A name for people: the writer's own, else the provider's, else the model's id.
    pub name: String,
    /// The writer's own name for it.
    pub own_name: Option<String>,
    /// Left out of lists to choose from.
    pub hidden: bool,
    /// Shown first.
    pub favourite: bool,
    /// It has a place of the writer's: those come first in their connection, the rest behind in the provider's order.
    pub placed: bool,
    /// Typed by hand; the provider does not list it.
    pub added_by_hand: bool,
    /// Listed for the first time after the writer last looked at the models.
    pub is_new: bool,
    /// When it was first listed, unix milliseconds; absent for those of a connection's first list.
    pub first_seen: Option<i64>,
    /// Since when its provider lists it no more, unix milliseconds.
    pub gone_since: Option<i64>,
    /// Tokens that fit.
    pub context_length: Option<u64>,
    /// Most tokens in one answer.
    pub max_output: Option<u64>,
    /// What it costs.
    pub price: PriceView,
    /// Who told the price: the writer, the provider's list, the price book, nobody because it runs here, or nobody.
    #[ts(type = "'own' | 'list' | 'book' | 'local' | 'unknown'")]
    pub price_source: PriceSource,
    /// As of when, unix milliseconds.
    pub price_date: Option<i64>,
    /// What a list or the price book tells and is not used, for it is so high that it may be a slip: the highest part, USD
    /// per million tokens. The writer's own price takes its place.
    pub price_not_used: Option<String>,
    /// How it is moderated, as far as that is known.
    pub content: Option<ContentView>,
    /// How fast it answered here lately; absent where it was not used.
    pub speed: Option<SpeedView>,
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
    /// Why not: an error code, `connection_off`, or `gone`.
    pub reason: Option<String>,
}

/// How a model is moderated, and who says so. Informational: the provider's terms bind the writer whatever stands here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ContentView {
    /// The tag.
    #[ts(type = "'filtered' | 'unfiltered' | 'adult-capable'")]
    pub tag: &'static str,
    /// Who says so: the writer, what is known of the provider, or the place where it runs (a server of one's own filters
    /// nothing).
    #[ts(type = "'own' | 'provider' | 'place'")]
    pub source: &'static str,
    /// As of when, ISO 8601 day.
    pub date: Option<String>,
    /// On what it rests, a sentence of the catalogue.
    pub basis: Option<BasisView>,
}

/// What is known of how a provider moderates some of its models, or all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ModerationView {
    /// Patterns of ids, in which `*` stands for any letters; none means all.
    pub models: Vec<String>,
    /// The tag that such models have, unless the writer says otherwise.
    #[ts(type = "'filtered' | 'unfiltered' | 'adult-capable'")]
    pub tag: &'static str,
    /// The day on which it was looked up, ISO 8601.
    pub date: String,
    /// On what it rests.
    pub basis: BasisView,
}

/// A sentence in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct BasisView {
    /// English.
    pub en: String,
    /// Indonesian.
    pub id: String,
}

/// How fast a model answered here, over the last thirty days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
pub struct SpeedView {
    /// Tokens a second while it wrote; absent where nobody counted them.
    pub tokens_per_second: Option<u32>,
    /// Mean milliseconds until the first token.
    pub first_token_ms: Option<u64>,
    /// Completed answers behind these figures.
    pub answers: u64,
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
    /// Collections, which are chosen like models, by their names.
    pub collections: Vec<CollectionView>,
    /// The models that features use where nothing closer is chosen.
    pub feature_defaults: Vec<FeatureDefaultView>,
    /// When the writer last looked at the models, unix milliseconds.
    pub visited_at: Option<i64>,
    /// The price book in use.
    pub price_book: PriceBookView,
    /// Models for adults may be shown as such: the writer accepted the warning.
    pub adult_mode: bool,
}

/// A feature's own model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct FeatureDefaultView {
    /// The feature.
    #[ts(type = "'chat' | 'prose' | 'prompt' | 'summarise'")]
    pub feature: String,
    /// A model or a collection.
    pub model: String,
}

/// The prices that nobody else told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct PriceBookView {
    /// It came with Inkhorn, or was fetched since.
    #[ts(type = "'bundled' | 'fetched'")]
    pub source: &'static str,
    /// As of when, unix milliseconds.
    pub date: i64,
    /// Whole days since then.
    pub age_days: u32,
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
    /// `slug/model-id`, or the name of a collection; absent for none.
    pub model: Option<String>,
}

/// Changes what the writer says of models: all of them or, where one cannot be, none. What is absent stays.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[ts(optional_fields)]
pub struct ModelsEditRequest {
    /// `slug/model-id` each.
    pub models: Vec<String>,
    /// Leave them out of lists to choose from.
    pub hidden: Option<bool>,
    /// Show them first.
    pub favourite: Option<bool>,
    /// The writer's own name; empty for the provider's.
    pub name: Option<String>,
    /// The writer's own price.
    pub price: Option<OwnPrice>,
    /// `filtered`, `unfiltered` or `adult-capable`; empty for what the provider's entry says.
    pub content: Option<String>,
    /// Forget everything that is said of them: own facts, and models that were typed by hand or are gone.
    #[serde(default)]
    #[ts(as = "Option<bool>", optional)]
    pub forget: bool,
    /// The writer was asked about a surprising price and means it.
    #[serde(default)]
    #[ts(as = "Option<bool>", optional)]
    pub confirmed: bool,
}

/// A price that the writer sets, in USD as decimal text. A known price has at least what is read and what is written.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum OwnPrice {
    /// So much.
    Known {
        /// For how many tokens the amounts are.
        #[ts(type = "'thousand' | 'million'")]
        per: PriceUnit,
        /// Tokens read.
        input: String,
        /// Tokens written.
        output: String,
        /// Tokens read from the provider's cache.
        #[ts(optional)]
        cache_read: Option<String>,
        /// Tokens written to the provider's cache.
        #[ts(optional)]
        cache_write: Option<String>,
    },
    /// It is given away.
    Free,
    /// Take the writer's price away: the provider's list or the price book tells it again.
    Clear,
}

/// For how many tokens an amount is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PriceUnit {
    /// A thousand.
    Thousand,
    /// A million.
    Million,
}

/// What became of the changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ModelsEditView {
    /// How many models were changed; none where there is a question.
    pub changed: u32,
    /// What the writer is asked before anything is changed. Send the same again, `confirmed`, for yes.
    pub question: Option<PriceQuestionView>,
}

/// A price so high that it may be a slip.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct PriceQuestionView {
    /// The highest of the amounts, USD per million tokens.
    pub per_million: String,
    /// From where on is asked, USD per million tokens.
    pub asked_above: String,
}

/// The writer's own order of a connection's models.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct ModelsOrderRequest {
    /// The connection.
    pub connection: String,
    /// `slug/model-id` each: these come first, the rest behind in the provider's order. Empty for the provider's order.
    pub models: Vec<String>,
}

/// Adds a model that the provider does not list.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct ModelsAddRequest {
    /// `slug/model-id`.
    pub model: String,
}

/// Puts one model in the place of another, wherever it is named.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct ModelsReplaceRequest {
    /// `slug/model-id`, or the name of a collection.
    pub from: String,
    /// As `from`.
    pub to: String,
}

/// Where a model was replaced.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, TS)]
pub struct ModelsReplacedView {
    /// Collections.
    pub collections: u32,
    /// Conversations.
    pub conversations: u32,
    /// Connections whose default it was.
    pub connections: u32,
    /// Features whose default it was.
    pub features: u32,
    /// Prompts whose own model it was.
    pub prompts: u32,
    /// Assistants whose own model it was.
    pub assistants: u32,
    /// It was the default model.
    pub default_model: bool,
}

/// Sets or takes away a feature's own model.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(optional_fields)]
pub struct ModelsFeatureDefaultRequest {
    /// `chat`, `prose`, `prompt` or `summarise`.
    #[ts(type = "'chat' | 'prose' | 'prompt' | 'summarise'")]
    pub feature: String,
    /// A model or a collection; absent for none.
    pub model: Option<String>,
}

/// Switches adult mode. It only changes what is shown.
#[derive(Debug, Clone, Copy, Deserialize, TS)]
pub struct ModelsAdultModeRequest {
    /// On or off.
    pub on: bool,
    /// The writer read the warning and accepted it; needed to switch it on.
    pub warning_accepted: bool,
}

/// Models that suit a task, computed from what is known of them. Never an advertisement: each says why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct RecommendationView {
    /// The task.
    #[ts(type = "'chat' | 'prose' | 'prompt' | 'summarise'")]
    pub task: &'static str,
    /// The model, `slug/model-id`.
    pub model: String,
    /// Why, the weightiest first.
    pub why: Vec<WhyView>,
}

/// One reason, for the page to say in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum WhyView {
    /// The text stays on this machine.
    Local,
    /// Nothing is paid for it.
    Free,
    /// What a million tokens of this task cost, USD, reading and writing in the task's own share.
    Price {
        /// USD as decimal text.
        per_million: String,
    },
    /// So many tokens fit.
    Context {
        /// Tokens.
        tokens: u64,
    },
    /// It thinks before it answers.
    Reasoning,
    /// It wrote so fast here.
    Speed {
        /// Tokens a second.
        tokens_per_second: u32,
        /// Answers behind the figure.
        answers: u64,
    },
    /// The writer marked it.
    Favourite,
}

/// Fetches the newer price book. Done only when the writer asks.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[ts(optional_fields)]
pub struct PricesRefreshRequest {
    /// Another address of the same data, for who keeps a copy; absent for where it is published.
    pub address: Option<String>,
}
