//! Token counts of each dialect, normalised to one meaning, and written back.
//!
//! The one meaning is that of `TokenUsage`: input with the cached tokens in it, output with the reasoning in it.

use crate::lenient::{Loose, plausible};
use inkhorn_domain::{Money, TokenUsage};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

/// OpenAI's counts and those of its relatives.
pub fn read_openai(json: &str) -> Option<TokenUsage> {
    let told: OpenaiUsage<'_> = serde_json::from_str(json).ok()?;
    let read = told.prompt_tokens_details.0.unwrap_or_default();
    let written = told.completion_tokens_details.0.unwrap_or_default();
    let reasoning = plausible(written.reasoning_tokens).or(plausible(told.reasoning_tokens));
    let input = plausible(told.prompt_tokens);
    let mut output = plausible(told.completion_tokens);
    if let (Some(input), Some(said), Some(thought), Some(total)) =
        (input, output, reasoning, plausible(told.total_tokens))
        && thought > 0
        && total == input + said + thought
    {
        // xAI and its like count reasoning beside the completion, not within.
        output = Some(said + thought);
    }
    let usage = TokenUsage {
        input,
        cache_read: plausible(read.cached_tokens).or(plausible(told.prompt_cache_hit_tokens)),
        cache_write: plausible(read.cache_write_tokens),
        output,
        reasoning,
        provider_cost: ticks(told.cost_in_usd_ticks).or_else(|| told.cost.0.and_then(dollars)),
    };
    (usage != TokenUsage::default()).then_some(usage)
}

/// Anthropic's counts. They are cumulative, and later ones may leave out what earlier ones told, so they are
/// gathered here before they are normalised.
#[derive(Default)]
pub struct AnthropicCounts {
    fresh: Option<u64>,
    cache_read: Option<u64>,
    cache_write: Option<u64>,
    output: Option<u64>,
    reasoning: Option<u64>,
}

impl AnthropicCounts {
    /// Takes in what a message tells, and gives the counts so far. `None` when it tells nothing.
    pub fn read(&mut self, told: AnthropicUsage) -> Option<TokenUsage> {
        let thought = told.output_tokens_details.0.unwrap_or_default().thinking_tokens;
        for (kept, now) in [
            (&mut self.fresh, told.input_tokens),
            (&mut self.cache_read, told.cache_read_input_tokens),
            (&mut self.cache_write, told.cache_creation_input_tokens),
            (&mut self.output, told.output_tokens),
            (&mut self.reasoning, thought),
        ] {
            *kept = plausible(now).or(*kept);
        }
        let cached = self.cache_read.unwrap_or(0) + self.cache_write.unwrap_or(0);
        let usage = TokenUsage {
            input: self.fresh.map(|fresh| fresh + cached),
            cache_read: self.cache_read,
            cache_write: self.cache_write,
            output: self.output,
            reasoning: self.reasoning,
            provider_cost: None,
        };
        (usage != TokenUsage::default()).then_some(usage)
    }
}

/// Ollama's counts, from its last line. It leaves out a count that is zero, so an absent one beside any other
/// figure of the kind means zero; with no figure at all nothing was told.
pub fn read_ollama(
    input: Option<&RawValue>,
    output: Option<&RawValue>,
    any_figure: bool,
) -> Option<TokenUsage> {
    if input.is_none() && output.is_none() && !any_figure {
        return None;
    }
    let or_zero = |count: Option<&RawValue>| match count {
        None => Some(0),
        Some(told) => plausible(Loose(told.get().parse().ok())),
    };
    let usage = TokenUsage { input: or_zero(input), output: or_zero(output), ..TokenUsage::default() };
    (usage != TokenUsage::default()).then_some(usage)
}

/// For OpenAI's clients. `null` where nothing is known.
pub fn write_openai(usage: &TokenUsage) -> Value {
    if usage.input.is_none() && usage.output.is_none() {
        return Value::Null;
    }
    let (input, output) = (usage.input.unwrap_or(0), usage.output.unwrap_or(0));
    let mut out = json!({
        "prompt_tokens": input,
        "completion_tokens": output,
        "total_tokens": input.saturating_add(output),
    });
    let mut details = json!({});
    if let Some(count) = usage.cache_read {
        details["cached_tokens"] = count.into();
    }
    if let Some(count) = usage.cache_write {
        details["cache_write_tokens"] = count.into();
    }
    if details.as_object().is_some_and(|details| !details.is_empty()) {
        out["prompt_tokens_details"] = details;
    }
    if let Some(count) = usage.reasoning {
        out["completion_tokens_details"] = json!({ "reasoning_tokens": count });
    }
    out
}

/// For Anthropic's clients. Its two counts are required, so what nobody told is 0 there.
pub fn write_anthropic(usage: &TokenUsage) -> Value {
    let cached = usage.cache_read.unwrap_or(0).saturating_add(usage.cache_write.unwrap_or(0));
    let mut out = json!({
        "input_tokens": usage.input.unwrap_or(0).saturating_sub(cached),
        "output_tokens": usage.output.unwrap_or(0),
    });
    if let Some(count) = usage.cache_write {
        out["cache_creation_input_tokens"] = count.into();
    }
    if let Some(count) = usage.cache_read {
        out["cache_read_input_tokens"] = count.into();
    }
    if let Some(count) = usage.reasoning {
        out["output_tokens_details"] = json!({ "thinking_tokens": count });
    }
    out
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct OpenaiUsage<'a> {
    prompt_tokens: Loose<u64>,
    completion_tokens: Loose<u64>,
    total_tokens: Loose<u64>,
    prompt_tokens_details: Loose<ReadDetails>,
    completion_tokens_details: Loose<WrittenDetails>,
    prompt_cache_hit_tokens: Loose<u64>,
    reasoning_tokens: Loose<u64>,
    cost_in_usd_ticks: Loose<u64>,
    #[serde(borrow)]
    cost: Loose<&'a RawValue>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ReadDetails {
    cached_tokens: Loose<u64>,
    cache_write_tokens: Loose<u64>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct WrittenDetails {
    reasoning_tokens: Loose<u64>,
}

/// Anthropic's figures as they stand on the wire.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct AnthropicUsage {
    input_tokens: Loose<u64>,
    cache_creation_input_tokens: Loose<u64>,
    cache_read_input_tokens: Loose<u64>,
    output_tokens: Loose<u64>,
    output_tokens_details: Loose<ThinkingDetails>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ThinkingDetails {
    thinking_tokens: Loose<u64>,
}

/// xAI: ten thousand million ticks make a dollar, so a tick is a hundred pico-dollars.
fn ticks(ticks: Loose<u64>) -> Option<Money> {
    i64::try_from(ticks.0?).ok()?.checked_mul(100).map(Money)
}

/// OpenRouter: dollars as a JSON number. Read as the decimal that was written, where it is one.
fn dollars(number: &RawValue) -> Option<Money> {
    Money::parse(number.get()).or_else(|| Money::from_dollars(number.get().parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasoning_beside_the_completion_is_added_and_within_is_not() {
        let beside = r#"{"prompt_tokens":10,"completion_tokens":5,"total_tokens":22,"completion_tokens_details":{"reasoning_tokens":7},"cost_in_usd_ticks":37756000}"#;
        let usage = read_openai(beside).expect("told");
        assert_eq!((usage.output, usage.reasoning), (Some(12), Some(7)));
        assert_eq!(usage.provider_cost, Money::parse("0.0037756"));
        let within = r#"{"prompt_tokens":10,"completion_tokens":12,"total_tokens":22,"completion_tokens_details":{"reasoning_tokens":7},"cost":0.00014}"#;
        let usage = read_openai(within).expect("told");
        assert_eq!((usage.output, usage.reasoning), (Some(12), Some(7)));
        assert_eq!(usage.provider_cost, Money::parse("0.00014"));
    }

    #[test]
    fn absurd_counts_are_not_told() {
        for absurd in ["-1", "1.5", "\"7\"", "1e30", "1e999", "null", "[]", "18446744073709551615"] {
            let json = format!("{{\"prompt_tokens\":{absurd},\"completion_tokens\":3,\"cost\":{absurd}}}");
            let usage = read_openai(&json).expect("the other count is told");
            assert_eq!((usage.input, usage.output), (None, Some(3)), "{absurd}");
        }
        assert_eq!(read_openai("{\"cost\":-1}"), None);
        assert_eq!(read_openai("{}"), None);
        assert_eq!(read_openai("17"), None);
    }

    #[test]
    fn cached_tokens_are_added_to_anthropics_input_and_kept_over_later_messages() {
        let mut counts = AnthropicCounts::default();
        let parse = |json: &str| serde_json::from_str::<AnthropicUsage>(json).expect("lenient");
        let first = counts.read(parse(
            r#"{"input_tokens":3,"cache_creation_input_tokens":12304,"cache_read_input_tokens":0,"output_tokens":1}"#,
        ));
        assert_eq!(first.expect("told").input, Some(12_307));
        let last = counts.read(parse(r#"{"output_tokens":550}"#)).expect("told");
        assert_eq!((last.input, last.cache_write, last.output), (Some(12_307), Some(12_304), Some(550)));
    }

    #[test]
    fn ollama_leaves_out_zero() {
        let raw = |json: &str| serde_json::from_str::<Box<RawValue>>(json).expect("JSON");
        let told = read_ollama(None, Some(&raw("4")), true).expect("told");
        assert_eq!((told.input, told.output), (Some(0), Some(4)));
        let told = read_ollama(Some(&raw("-4")), Some(&raw("4")), true).expect("told");
        assert_eq!((told.input, told.output), (None, Some(4)));
        assert_eq!(read_ollama(None, None, false), None);
    }
}
