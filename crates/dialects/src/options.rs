//! What differs between providers and models of one dialect, as plain data that the catalogue can hold.

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// What stands for thoughts that nobody kept, or that another model had: DeepSeek's thinking models refuse a turn
/// without any, and take this.
pub(crate) const NO_THOUGHTS: &str = " ";

/// How a request is written. Every field has a default that fits most providers of the dialect.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WriteOptions {
    /// OpenAI: the name of the limit on tokens. Unset: `max_tokens`, and a request that is passed through keeps
    /// whichever name it came with.
    pub max_tokens_field: Option<MaxTokensField>,
    /// OpenAI: ask for token counts in a stream (`stream_options.include_usage`).
    pub stream_usage: bool,
    /// Whether `temperature`, `top_p` and `top_k` may be sent at all.
    pub sampling: bool,
    /// Whether texts that end the answer may be sent.
    pub stop: bool,
    /// OpenAI: the name of the random seed.
    pub seed_field: SeedField,
    /// Anthropic: the limit when the caller gave none, in tokens. The field is required there.
    pub default_max_tokens: u64,
    /// Send that limit too when the caller gave none: for servers that would stop after a few words, and for answers that
    /// must not cost more than is left.
    pub always_limit: bool,
    /// OpenAI: the role of system text.
    pub system_role: SystemRole,
    /// How the wish to think harder is said. Unset: the ordinary form of the dialect.
    pub reasoning: Option<ReasoningForm>,
    /// OpenAI: send earlier reasoning back as `reasoning_content`, and something in its place where there is none
    /// (DeepSeek demands it of every earlier answer).
    pub replay_reasoning: bool,
    /// OpenAI responses: ask for a summary of what was thought. OpenAI gives it to organisations that it has verified, and
    /// refuses the request of any other.
    pub reasoning_summary: bool,
    /// What the body has on top where the web is to be searched; lists are joined. Empty for a model that searches by
    /// itself; absent for one that cannot, or not through this dialect.
    pub web_search: Option<Map<String, Value>>,
    /// Write `ChatRequest::extra` too. Only right when the request was read in the dialect that it is written in,
    /// so it is no matter for the catalogue.
    #[serde(skip)]
    pub write_extra: bool,
}

impl Default for WriteOptions {
    fn default() -> Self {
        Self {
            max_tokens_field: None,
            stream_usage: true,
            sampling: true,
            stop: true,
            seed_field: SeedField::Seed,
            default_max_tokens: 8192,
            always_limit: false,
            system_role: SystemRole::System,
            reasoning: None,
            replay_reasoning: false,
            reasoning_summary: false,
            web_search: None,
            write_extra: false,
        }
    }
}

/// How the figures of an answer are meant, where providers of one dialect mean different things by the same words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReadOptions {
    /// OpenAI: whether the tokens of thoughts are counted within the completion.
    pub reasoning: ReasoningCount,
}

/// Where the tokens of thoughts are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReasoningCount {
    /// Within the completion, as OpenAI does.
    #[default]
    Within,
    /// Beside it (xAI, Perplexity). An answer whose own total says otherwise is believed.
    Beside,
}

/// What differs from a provider's [`WriteOptions`] for some of its models. What is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OptionChanges {
    /// See [`WriteOptions::max_tokens_field`].
    pub max_tokens_field: Option<MaxTokensField>,
    /// See [`WriteOptions::stream_usage`].
    pub stream_usage: Option<bool>,
    /// See [`WriteOptions::sampling`].
    pub sampling: Option<bool>,
    /// See [`WriteOptions::stop`].
    pub stop: Option<bool>,
    /// See [`WriteOptions::seed_field`].
    pub seed_field: Option<SeedField>,
    /// See [`WriteOptions::default_max_tokens`].
    pub default_max_tokens: Option<u64>,
    /// See [`WriteOptions::system_role`].
    pub system_role: Option<SystemRole>,
    /// See [`WriteOptions::reasoning`].
    pub reasoning: Option<ReasoningForm>,
    /// See [`WriteOptions::replay_reasoning`].
    pub replay_reasoning: Option<bool>,
    /// See [`WriteOptions::reasoning_summary`].
    pub reasoning_summary: Option<bool>,
    /// See [`WriteOptions::web_search`]; `null` for a model that cannot where the others can.
    #[serde(deserialize_with = "said")]
    pub web_search: Option<Option<Map<String, Value>>>,
}

/// Tells what is said to be nothing from what is not said.
fn said<'de, D, T>(from: D) -> Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(from).map(Some)
}

impl OptionChanges {
    /// The options with these changes.
    pub fn over(&self, options: &WriteOptions) -> WriteOptions {
        WriteOptions {
            max_tokens_field: self.max_tokens_field.or(options.max_tokens_field),
            stream_usage: self.stream_usage.unwrap_or(options.stream_usage),
            sampling: self.sampling.unwrap_or(options.sampling),
            stop: self.stop.unwrap_or(options.stop),
            seed_field: self.seed_field.unwrap_or(options.seed_field),
            default_max_tokens: self.default_max_tokens.unwrap_or(options.default_max_tokens),
            system_role: self.system_role.unwrap_or(options.system_role),
            reasoning: self.reasoning.or(options.reasoning),
            replay_reasoning: self.replay_reasoning.unwrap_or(options.replay_reasoning),
            reasoning_summary: self.reasoning_summary.unwrap_or(options.reasoning_summary),
            web_search: self.web_search.clone().unwrap_or_else(|| options.web_search.clone()),
            ..options.clone()
        }
    }
}

/// The name of the limit on tokens in the OpenAI dialect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MaxTokensField {
    /// `max_tokens`.
    MaxTokens,
    /// `max_completion_tokens`, which reasoning models demand.
    MaxCompletionTokens,
}

impl MaxTokensField {
    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MaxTokens => "max_tokens",
            Self::MaxCompletionTokens => "max_completion_tokens",
        }
    }
}

/// The name of the random seed in the OpenAI dialect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SeedField {
    /// `seed`.
    Seed,
    /// `random_seed` (Mistral).
    RandomSeed,
    /// It is refused: leave it out.
    Omit,
}

/// The role of system text in the OpenAI dialect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SystemRole {
    /// `system`.
    System,
    /// `developer`, for reasoning models that want it.
    Developer,
}

/// How the wish to think harder is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReasoningForm {
    /// Not at all: the model would refuse it.
    Omit,
    /// OpenAI: `"reasoning_effort": "high"`.
    Effort,
    /// OpenRouter: `"reasoning": {"effort": "high"}`. Bedrock's Nova: `"reasoningConfig": {"maxReasoningEffort": "high"}`.
    EffortObject,
    /// Anthropic: `"thinking": {"type": "adaptive"}` with `"output_config": {"effort": "high"}`.
    Adaptive,
    /// Anthropic, older models: `"thinking": {"type": "enabled", "budget_tokens": 16384}`.
    Budget,
    /// Ollama: `"think": "high"`.
    Think,
}
