//! What a request used: tokens, where the cost figure came from, how the request ended.

use serde::{Deserialize, Serialize};

/// Token counts of one request, normalised: `input` includes the cached tokens, `output` the reasoning tokens,
/// whatever the provider's own convention is. A count that nobody told is `None`, never 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenUsage {
    /// All tokens read, cached ones included.
    pub input: Option<u64>,
    /// Of those, read from the provider's cache.
    pub cache_read: Option<u64>,
    /// Of those, written to the provider's cache.
    pub cache_write: Option<u64>,
    /// Of those written, the ones that are kept for an hour and cost more (Anthropic). The rest is kept five minutes.
    pub cache_write_1h: Option<u64>,
    /// Of `input`, what the provider's own tools read (Gemini).
    pub tool: Option<u64>,
    /// All tokens written, reasoning included.
    pub output: Option<u64>,
    /// Of those, reasoning.
    pub reasoning: Option<u64>,
    /// Of `output`, citations (Perplexity).
    pub citation: Option<u64>,
    /// Searches on the web that are charged one by one (Perplexity, Anthropic).
    pub searches: Option<u64>,
    /// The provider's own charge for the request in pico-dollars, where it tells one (OpenRouter, xAI).
    pub provider_cost: Option<crate::Money>,
}

impl TokenUsage {
    /// Later figures of one answer replace earlier ones where they are given: providers send cumulative counts.
    pub fn overwrite(&mut self, later: Self) {
        let newer = |now: &mut Option<u64>, then: Option<u64>| *now = then.or(*now);
        newer(&mut self.input, later.input);
        newer(&mut self.cache_read, later.cache_read);
        newer(&mut self.cache_write, later.cache_write);
        newer(&mut self.cache_write_1h, later.cache_write_1h);
        newer(&mut self.tool, later.tool);
        newer(&mut self.output, later.output);
        newer(&mut self.reasoning, later.reasoning);
        newer(&mut self.citation, later.citation);
        newer(&mut self.searches, later.searches);
        self.provider_cost = later.provider_cost.or(self.provider_cost);
    }
}

/// Where a cost figure came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CostSource {
    /// The provider told the charge.
    Provider,
    /// Computed from token counts and a known price.
    Computed,
    /// The model runs on the writer's machine: nothing is charged.
    Local,
    /// Nobody knows. The cost is then absent, not 0.
    Unknown,
}

/// How far the token counts can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Quality {
    /// The provider reported them.
    Reported,
    /// Inkhorn estimated them from the text.
    Estimated,
    /// The answer broke off: what came until then was counted.
    Partial,
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RequestResult {
    /// The answer came to its end.
    Completed,
    /// The writer, or the program that asked, stopped it.
    Aborted,
    /// The provider or the network failed.
    Failed,
    /// Inkhorn did not send it (budget, privacy, locked vault).
    Refused,
}

macro_rules! words {
    ($name:ident { $($variant:ident = $word:literal),+ }) => {
        impl $name {
            /// The word that stands in answers and in the database.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
            /// Reads the word back.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

words!(CostSource { Provider = "provider", Computed = "computed", Local = "local", Unknown = "unknown" });
words!(Quality { Reported = "reported", Estimated = "estimated", Partial = "partial" });
words!(RequestResult { Completed = "completed", Aborted = "aborted", Failed = "failed", Refused = "refused" });
