//! Token counts of each dialect, normalised to one meaning, and written back.
//!
//! The one meaning is that of `TokenUsage`: input with the cached tokens in it, output with the reasoning in it.

mod charges;
mod responses;

pub use responses::{read_responses, write_responses};

use self::charges::{CostDetails, charged, ticks};
use crate::lenient::{Count, Loose, plausible};
use crate::options::{ReadOptions, ReasoningCount};
use inkhorn_domain::TokenUsage;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

/// OpenAI's counts and those of its relatives.
pub fn read_openai(json: &str, options: ReadOptions) -> Option<TokenUsage> {
    let told: OpenaiUsage<'_> = serde_json::from_str(json).ok()?;
    let read = told.prompt_tokens_details.0.unwrap_or_default();
    let written = told.completion_tokens_details.0.unwrap_or_default();
    let reasoning = plausible(written.reasoning_tokens).or(plausible(told.reasoning_tokens));
    let input = plausible(told.prompt_tokens);
    let mut output = plausible(told.completion_tokens);
    let citation = plausible(told.citation_tokens);
    if let (Some(said), Some(thought)) = (output, reasoning.filter(|thought| *thought > 0)) {
        // A total that holds all three tells it, and so do more thoughts than words. Else it is as the provider is
        // known to count: a total without the thoughts is no proof, for Perplexity leaves them out of both.
        let total = input.zip(plausible(told.total_tokens));
        let beside = total.is_some_and(|(input, total)| total == input + said + thought)
            || thought > said
            || options.reasoning == ReasoningCount::Beside;
        output = Some(if beside { said + thought } else { said });
    }
    if let (Some(said), Some(cited)) = (output, citation) {
        // Perplexity's citations are charged beside what its models say.
        output = Some(said + cited);
    }
    let usage = TokenUsage {
        input,
        cache_read: plausible(read.cached_tokens).or(plausible(told.prompt_cache_hit_tokens)),
        cache_write: plausible(read.cache_write_tokens),
        output,
        reasoning,
        citation,
        searches: plausible(told.num_search_queries),
        provider_cost: ticks(told.cost_in_usd_ticks)
            .or_else(|| charged(told.cost, &told.is_byok, told.cost_details)),
        ..TokenUsage::default()
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
    cache_write_1h: Option<u64>,
    output: Option<u64>,
    reasoning: Option<u64>,
    searches: Option<u64>,
}

impl AnthropicCounts {
    /// Takes in what a message tells, and gives the counts so far. `None` when it tells nothing.
    pub fn read(&mut self, told: AnthropicUsage) -> Option<TokenUsage> {
        let thought = told.output_tokens_details.0.unwrap_or_default().thinking_tokens;
        let for_an_hour = told.cache_creation.0.unwrap_or_default().ephemeral_1h_input_tokens;
        let searched = told.server_tool_use.0.unwrap_or_default().web_search_requests;
        for (kept, now) in [
            (&mut self.fresh, told.input_tokens),
            (&mut self.cache_read, told.cache_read_input_tokens),
            (&mut self.cache_write, told.cache_creation_input_tokens),
            (&mut self.cache_write_1h, for_an_hour),
            (&mut self.output, told.output_tokens),
            (&mut self.reasoning, thought),
            (&mut self.searches, searched),
        ] {
            *kept = plausible(now).or(*kept);
        }
        let cached = self.cache_read.unwrap_or(0) + self.cache_write.unwrap_or(0);
        let usage = TokenUsage {
            input: self.fresh.map(|fresh| fresh + cached),
            cache_read: self.cache_read,
            cache_write: self.cache_write,
            cache_write_1h: self.cache_write_1h,
            output: self.output,
            reasoning: self.reasoning,
            searches: self.searches,
            ..TokenUsage::default()
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

impl GeminiUsage {
    /// Gemini's counts. What tools brought in is beside the prompt, thoughts are beside the text, and a count that is
    /// zero is left out.
    pub fn read(self) -> Option<TokenUsage> {
        let tool = plausible(Loose(self.tool_use_prompt_token_count.0));
        let input = plausible(Loose(self.prompt_token_count.0)).map(|prompt| prompt + tool.unwrap_or(0));
        let reasoning = plausible(Loose(self.thoughts_token_count.0));
        let said = plausible(Loose(self.candidates_token_count.0));
        let output = match (said, reasoning) {
            (None, None) => plausible(Loose(self.total_token_count.0))
                .zip(input)
                .and_then(|(total, input)| total.checked_sub(input)),
            (said, thought) => Some(said.unwrap_or(0) + thought.unwrap_or(0)),
        };
        let cache_read = plausible(Loose(self.cached_content_token_count.0));
        let usage = TokenUsage { input, cache_read, output, reasoning, tool, ..TokenUsage::default() };
        (usage != TokenUsage::default()).then_some(usage)
    }
}

impl CohereUsage {
    /// Cohere's counts: those that it bills, where it tells them; the others include what it adds to a prompt itself.
    pub fn read(self) -> Option<TokenUsage> {
        let (billed, seen) = (self.billed_units.0.unwrap_or_default(), self.tokens.0.unwrap_or_default());
        let input = whole(billed.input_tokens).or(whole(seen.input_tokens));
        let output = whole(billed.output_tokens).or(whole(seen.output_tokens));
        let cache_read =
            whole(self.cached_tokens).filter(|cached| input.is_some_and(|input| *cached <= input));
        let usage = TokenUsage { input, output, cache_read, ..TokenUsage::default() };
        (usage != TokenUsage::default()).then_some(usage)
    }
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
    citation_tokens: Loose<u64>,
    num_search_queries: Loose<u64>,
    cost_in_usd_ticks: Loose<u64>,
    #[serde(borrow)]
    cost: Loose<&'a RawValue>,
    is_byok: Loose<bool>,
    #[serde(borrow)]
    cost_details: Loose<CostDetails<'a>>,
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
    cache_creation: Loose<CacheDetails>,
    output_tokens: Loose<u64>,
    output_tokens_details: Loose<ThinkingDetails>,
    server_tool_use: Loose<ServerTools>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct CacheDetails {
    ephemeral_1h_input_tokens: Loose<u64>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ServerTools {
    web_search_requests: Loose<u64>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ThinkingDetails {
    thinking_tokens: Loose<u64>,
}

/// Gemini's figures as they stand on the wire.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct GeminiUsage {
    prompt_token_count: Count,
    cached_content_token_count: Count,
    candidates_token_count: Count,
    thoughts_token_count: Count,
    tool_use_prompt_token_count: Count,
    total_token_count: Count,
}

/// Cohere's figures as they stand on the wire.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct CohereUsage {
    billed_units: Loose<CohereTokens>,
    tokens: Loose<CohereTokens>,
    cached_tokens: Loose<f64>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct CohereTokens {
    input_tokens: Loose<f64>,
    output_tokens: Loose<f64>,
}

/// Cohere's schema has its counts as fractions; a count that is none is not told.
fn whole(count: Loose<f64>) -> Option<u64> {
    let whole = count.0.filter(|count| count.fract() == 0.0 && (0.0..1e12).contains(count))?;
    Some(whole as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use inkhorn_domain::Money;

    const WITHIN: ReadOptions = ReadOptions { reasoning: ReasoningCount::Within };
    const BESIDE: ReadOptions = ReadOptions { reasoning: ReasoningCount::Beside };

    #[test]
    fn reasoning_beside_the_completion_is_added_and_within_is_not() {
        let beside = r#"{"prompt_tokens":10,"completion_tokens":5,"total_tokens":22,"completion_tokens_details":{"reasoning_tokens":7},"cost_in_usd_ticks":37756000}"#;
        let usage = read_openai(beside, WITHIN).expect("told");
        assert_eq!((usage.output, usage.reasoning), (Some(12), Some(7)));
        assert_eq!(usage.provider_cost, Money::parse("0.0037756"));
        let within = r#"{"prompt_tokens":10,"completion_tokens":12,"total_tokens":22,"completion_tokens_details":{"reasoning_tokens":7},"cost":0.00014}"#;
        let usage = read_openai(within, WITHIN).expect("told");
        assert_eq!((usage.output, usage.reasoning), (Some(12), Some(7)));
        assert_eq!(usage.provider_cost, Money::parse("0.00014"));
    }

    #[test]
    fn a_total_that_fits_neither_leaves_it_to_what_is_known_of_the_provider() {
        // Completion, thoughts, total; what comes of it within and beside.
        for (said, total, output) in [
            (50, "", [Some(50), Some(57)]),
            (50, ",\"total_tokens\":99", [Some(50), Some(57)]),
            (50, ",\"total_tokens\":\"67\"", [Some(50), Some(57)]),
            (50, ",\"total_tokens\":67", [Some(57), Some(57)]),
            // Perplexity's own total leaves them out.
            (50, ",\"total_tokens\":60", [Some(50), Some(57)]),
            // More thoughts than words cannot be among them.
            (5, ",\"total_tokens\":15", [Some(12), Some(12)]),
        ] {
            let json = format!(
                "{{\"prompt_tokens\":10,\"completion_tokens\":{said},\"reasoning_tokens\":7{total}}}"
            );
            let read = |options| read_openai(&json, options).and_then(|usage| usage.output);
            assert_eq!([read(WITHIN), read(BESIDE)], output, "{json}");
        }
        // Without the other figures there is nothing to add to.
        let alone = read_openai("{\"reasoning_tokens\":7}", BESIDE).expect("told");
        assert_eq!((alone.output, alone.reasoning), (None, Some(7)));
    }

    #[test]
    fn absurd_counts_are_not_told() {
        for absurd in ["-1", "1.5", "\"7\"", "1e30", "1e999", "null", "[]", "18446744073709551615"] {
            let json = format!("{{\"prompt_tokens\":{absurd},\"completion_tokens\":3,\"cost\":{absurd}}}");
            let usage = read_openai(&json, WITHIN).expect("the other count is told");
            assert_eq!((usage.input, usage.output), (None, Some(3)), "{absurd}");
        }
        assert_eq!(read_openai("{\"cost\":-1}", WITHIN), None);
        assert_eq!(read_openai("{}", WITHIN), None);
        assert_eq!(read_openai("17", BESIDE), None);
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
    fn geminis_thoughts_and_what_tools_brought_in_are_added() {
        let read = |json: &str| serde_json::from_str::<GeminiUsage>(json).expect("lenient").read();
        let told = read(
            r#"{"promptTokenCount":100,"cachedContentTokenCount":60,"candidatesTokenCount":20,"thoughtsTokenCount":30,"toolUsePromptTokenCount":7,"totalTokenCount":157}"#,
        );
        let told = told.expect("told");
        assert_eq!((told.input, told.cache_read, told.tool), (Some(107), Some(60), Some(7)));
        assert_eq!((told.output, told.reasoning), (Some(50), Some(30)));
        // A prompt that is blocked has no answer, and says so by the total only.
        let told = read(r#"{"promptTokenCount":9,"totalTokenCount":9}"#).expect("told");
        assert_eq!((told.input, told.output), (Some(9), Some(0)));
        let told = read(r#"{"promptTokenCount":9,"candidatesTokenCount":-1}"#).expect("told");
        assert_eq!((told.input, told.output), (Some(9), None));
        assert_eq!(read("{}"), None);
    }

    #[test]
    fn coheres_billed_counts_come_before_those_with_its_own_additions() {
        let read = |json: &str| serde_json::from_str::<CohereUsage>(json).expect("lenient").read();
        let told = read(
            r#"{"billed_units":{"input_tokens":5,"output_tokens":418.0},"tokens":{"input_tokens":71,"output_tokens":420},"cached_tokens":3}"#,
        );
        let told = told.expect("told");
        assert_eq!((told.input, told.output, told.cache_read), (Some(5), Some(418), Some(3)));
        let told =
            read(r#"{"tokens":{"input_tokens":71,"output_tokens":0.5},"cached_tokens":99}"#).expect("told");
        assert_eq!((told.input, told.output, told.cache_read), (Some(71), None, None));
        assert_eq!(read(r#"{"billed_units":{"search_units":1}}"#), None);
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
