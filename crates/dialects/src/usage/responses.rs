//! Token counts of OpenAI responses. Their meaning is ours: cached tokens in the input, reasoning in the output.

use super::charges::{CostDetails, charged, ticks};
use super::{ReadDetails, WrittenDetails};
use crate::lenient::{Loose, plausible};
use inkhorn_domain::TokenUsage;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

/// The counts of an answer.
pub fn read_responses(json: &str) -> Option<TokenUsage> {
    let told: Told<'_> = serde_json::from_str(json).ok()?;
    let read = told.input_tokens_details.0.unwrap_or_default();
    let written = told.output_tokens_details.0.unwrap_or_default();
    let usage = TokenUsage {
        input: plausible(told.input_tokens),
        cache_read: plausible(read.cached_tokens),
        cache_write: plausible(read.cache_write_tokens),
        output: plausible(told.output_tokens),
        reasoning: plausible(written.reasoning_tokens),
        provider_cost: ticks(told.cost_in_usd_ticks)
            .or_else(|| charged(told.cost, &told.is_byok, told.cost_details)),
        ..TokenUsage::default()
    };
    (usage != TokenUsage::default()).then_some(usage)
}

/// For clients. `null` where nothing is known; both details are required there, so what nobody told is 0 in them.
pub fn write_responses(usage: &TokenUsage) -> Value {
    if usage.input.is_none() && usage.output.is_none() {
        return Value::Null;
    }
    let (input, output) = (usage.input.unwrap_or(0), usage.output.unwrap_or(0));
    let mut read = json!({ "cached_tokens": usage.cache_read.unwrap_or(0) });
    if let Some(count) = usage.cache_write {
        read["cache_write_tokens"] = count.into();
    }
    json!({
        "input_tokens": input,
        "input_tokens_details": read,
        "output_tokens": output,
        "output_tokens_details": { "reasoning_tokens": usage.reasoning.unwrap_or(0) },
        "total_tokens": input.saturating_add(output),
    })
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Told<'a> {
    input_tokens: Loose<u64>,
    output_tokens: Loose<u64>,
    input_tokens_details: Loose<ReadDetails>,
    output_tokens_details: Loose<WrittenDetails>,
    cost_in_usd_ticks: Loose<u64>,
    #[serde(borrow)]
    cost: Loose<&'a RawValue>,
    is_byok: Loose<bool>,
    #[serde(borrow)]
    cost_details: Loose<CostDetails<'a>>,
}
