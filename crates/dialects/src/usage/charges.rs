//! What providers say that a request cost.

use crate::lenient::Loose;
use inkhorn_domain::Money;
use serde::Deserialize;
use serde_json::value::RawValue;

/// OpenRouter's split of a cost, for the writer's own key with the provider behind it.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct CostDetails<'a> {
    #[serde(borrow)]
    upstream_inference_cost: Loose<&'a RawValue>,
}

/// xAI: ten thousand million ticks make a dollar, so a tick is a hundred pico-dollars.
pub(super) fn ticks(ticks: Loose<u64>) -> Option<Money> {
    i64::try_from(ticks.0?).ok()?.checked_mul(100).map(Money)
}

/// OpenRouter: what a request cost altogether. With the writer's own key for the provider behind it, `cost` is only
/// OpenRouter's fee; what that provider charges stands beside it. Where that is not told, nobody told the cost.
pub(super) fn charged(
    cost: Loose<&RawValue>,
    own_key: &Loose<bool>,
    details: Loose<CostDetails<'_>>,
) -> Option<Money> {
    let cost = cost.0.and_then(dollars);
    if own_key.0 != Some(true) {
        return cost;
    }
    let upstream = details.0.unwrap_or_default().upstream_inference_cost.0.and_then(dollars)?;
    cost.unwrap_or(Money::ZERO).checked_add(upstream)
}

/// OpenRouter: dollars as a JSON number. Read as the decimal that was written, where it is one.
fn dollars(number: &RawValue) -> Option<Money> {
    Money::parse(number.get()).or_else(|| Money::from_dollars(number.get().parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::{ReadOptions, ReasoningCount};
    use crate::usage::{read_openai, read_responses};

    const WITHIN: ReadOptions = ReadOptions { reasoning: ReasoningCount::Within };

    #[test]
    fn with_the_writers_own_key_the_provider_behind_is_part_of_the_cost() {
        for (told, cost) in [
            // Without one the split says nothing new.
            (r#""is_byok":false,"cost_details":{"upstream_inference_cost":0.0019}"#, Some("0.0001")),
            (r#""is_byok":true,"cost_details":{"upstream_inference_cost":0.0019}"#, Some("0.002")),
            // A fee alone is not the cost: it is left to be computed.
            (r#""is_byok":true,"cost_details":{"upstream_inference_cost":null}"#, None),
            (r#""is_byok":true,"cost_details":17"#, None),
            (r#""is_byok":true"#, None),
            (r#""is_byok":"yes""#, Some("0.0001")),
        ] {
            let chat = format!(r#"{{"prompt_tokens":10,"completion_tokens":5,"cost":0.0001,{told}}}"#);
            let responses = format!(r#"{{"input_tokens":10,"output_tokens":5,"cost":0.0001,{told}}}"#);
            for usage in [read_openai(&chat, WITHIN), read_responses(&responses)] {
                let usage = usage.expect("counts are told");
                assert_eq!(usage.provider_cost, cost.and_then(Money::parse), "{told}");
            }
        }
    }
}
