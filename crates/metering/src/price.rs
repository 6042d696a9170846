//! What tokens cost.

use genai_prices::{Calculator, PriceRequest, Usage, UsageKey};
use inkhorn_domain::{CostSource, Money, Price, PriceState, TokenUsage};

/// A cost, or the knowledge that nobody knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// The amount; absent exactly when the source is unknown.
    pub amount: Option<Money>,
    /// Where it comes from.
    pub source: CostSource,
}

impl Cost {
    /// Nobody knows.
    pub const UNKNOWN: Self = Self { amount: None, source: CostSource::Unknown };
}

/// What is known about a model's price before a request: the ground on which [`Pricing::cost`] decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pricing {
    /// The model runs on the writer's machine.
    pub local: bool,
    /// The provider's id in the genai-prices data, where it has one.
    pub prices_id: Option<String>,
    /// The provider's own list price.
    pub listed: Option<Price>,
}

impl Pricing {
    /// A model about which nothing is known.
    pub fn unknown() -> Self {
        Self { local: false, prices_id: None, listed: None }
    }

    /// The price as it is shown, per million tokens.
    pub fn price(&self, model: &str) -> Price {
        if self.local {
            return Price::LOCAL;
        }
        let booked = self.prices_id.as_deref().and_then(|provider| booked_price(provider, model));
        booked.or(self.listed).unwrap_or(Price::UNKNOWN)
    }

    /// Tokens that fit into the model's context, where the bundled data knows the model by exactly this id. For
    /// providers whose own lists do not tell.
    pub fn context_length(&self, model: &str) -> Option<u64> {
        let provider = Calculator::bundled().find_provider(self.prices_id.as_deref(), None).ok().flatten();
        let provider = provider.filter(|_| self.prices_id.is_some())?;
        provider.models().find(|known| known.id() == model)?.context_window()
    }

    /// What a request cost: the provider's own figure, else the bundled prices (which know tiers and times of day),
    /// else the provider's list price, else unknown. Counts that nobody told make the cost unknown, not smaller.
    pub fn cost(&self, model: &str, usage: &TokenUsage) -> Cost {
        if self.local {
            return Cost { amount: Some(Money::ZERO), source: CostSource::Local };
        }
        if let Some(amount) = usage.provider_cost {
            return Cost { amount: Some(amount), source: CostSource::Provider };
        }
        let (Some(input), Some(output)) = (usage.input, usage.output) else { return Cost::UNKNOWN };
        let booked = self.prices_id.as_deref().and_then(|provider| booked_cost(provider, model, usage));
        let listed = || self.listed.as_ref().and_then(|price| listed_cost(price, input, output, usage));
        match booked.or_else(listed) {
            Some(amount) => Cost { amount: Some(amount), source: CostSource::Computed },
            None => Cost::UNKNOWN,
        }
    }
}

/// Reads the bundled prices into memory, which takes some tens of milliseconds once. Call it early and off the path of
/// a request; without it the first priced request pays.
pub fn load_price_book() {
    let _ = Calculator::bundled();
}

fn tokens(pairs: &[(UsageKey, Option<u64>)]) -> Usage {
    let mut usage = Usage::new();
    for (key, count) in pairs {
        if let Some(count) = count.filter(|count| *count > 0) {
            usage.insert(key.clone(), count as f64);
        }
    }
    usage
}

fn dollars(provider: &str, model: &str, usage: &Usage) -> Option<Money> {
    let request = PriceRequest::new(model, usage).with_provider_id(provider);
    Calculator::bundled().calculate(&request).ok().and_then(|price| Money::from_dollars(price.total_price))
}

fn booked_cost(provider: &str, model: &str, usage: &TokenUsage) -> Option<Money> {
    let usage = tokens(&[
        (UsageKey::INPUT_TOKENS, usage.input),
        (UsageKey::CACHE_READ_TOKENS, usage.cache_read),
        (UsageKey::CACHE_WRITE_TOKENS, usage.cache_write),
        (UsageKey::OUTPUT_TOKENS, usage.output),
    ]);
    dollars(provider, model, &usage)
}

/// The unit prices that the data hides behind its calculator, found by asking for a thousand tokens of each kind: few
/// enough to stay in the first tier, and a thousandth of the million that prices are quoted for.
fn booked_price(provider: &str, model: &str) -> Option<Price> {
    const PROBE: u64 = 1_000;
    let ask = |pairs: &[(UsageKey, Option<u64>)]| dollars(provider, model, &tokens(pairs))?.times(1_000);
    let input = ask(&[(UsageKey::INPUT_TOKENS, Some(PROBE))])?;
    let output = ask(&[(UsageKey::OUTPUT_TOKENS, Some(PROBE))])?;
    let cached = |kind: UsageKey| {
        let price = ask(&[(UsageKey::INPUT_TOKENS, Some(PROBE)), (kind, Some(PROBE))])?;
        // Where the data has no price of its own for cached tokens it charges the ordinary one: that says nothing.
        (price != input).then_some(price)
    };
    let state =
        if input == Money::ZERO && output == Money::ZERO { PriceState::Free } else { PriceState::Known };
    Some(Price {
        state,
        input: Some(input),
        output: Some(output),
        cache_read: cached(UsageKey::CACHE_READ_TOKENS),
        cache_write: cached(UsageKey::CACHE_WRITE_TOKENS),
    })
}

fn listed_cost(price: &Price, input: u64, output: u64, usage: &TokenUsage) -> Option<Money> {
    if price.state == PriceState::Free {
        return Some(Money::ZERO);
    }
    let (per_input, per_output) = (price.input?, price.output?);
    let read = usage.cache_read.unwrap_or(0).min(input);
    let written = usage.cache_write.unwrap_or(0).min(input - read);
    let parts = [
        (per_input, input - read - written),
        (price.cache_read.unwrap_or(per_input), read),
        (price.cache_write.unwrap_or(per_input), written),
        (per_output, output),
    ];
    let pico =
        parts.iter().map(|(price, count)| i128::from(price.0) * i128::from(*count)).sum::<i128>() / 1_000_000;
    i64::try_from(pico).ok().map(Money)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(text: &str) -> Option<Money> {
        Some(Money::parse(text).expect("decimal"))
    }

    fn booked(provider: &str) -> Pricing {
        Pricing { prices_id: Some(provider.into()), ..Pricing::unknown() }
    }

    #[test]
    fn the_check_vector_of_the_specification() {
        let usage = TokenUsage {
            input: Some(3 + 12_304),
            cache_read: Some(0),
            cache_write: Some(12_304),
            output: Some(550),
            ..TokenUsage::default()
        };
        let cost = booked("anthropic").cost("claude-3-7-sonnet-20250219", &usage);
        // 3 x 3.00 + 12,304 x 3.75 + 550 x 15.00 = 9 + 46,140 + 8,250 micro-dollars
        assert_eq!(cost, Cost { amount: money("0.054399"), source: CostSource::Computed });
    }

    #[test]
    fn unit_prices_are_per_million() {
        let price = booked("openai").price("gpt-4o-mini");
        assert_eq!(
            (price.input, price.output, price.cache_read),
            (money("0.15"), money("0.6"), money("0.075"))
        );
        assert_eq!(price.state, PriceState::Known);
        let claude = booked("anthropic").price("claude-3-7-sonnet-latest");
        assert_eq!((claude.cache_read, claude.cache_write), (money("0.3"), money("3.75")));
    }

    #[test]
    fn a_context_is_told_for_models_that_the_data_knows() {
        assert_eq!(booked("openai").context_length("gpt-4o-mini"), Some(128_000));
        assert_eq!(booked("openai").context_length("a-model-of-next-year"), None);
        assert_eq!(Pricing::unknown().context_length("gpt-4o-mini"), None);
    }

    #[test]
    fn what_nobody_knows_is_unknown_and_not_nothing() {
        let counted = TokenUsage { input: Some(10), output: Some(10), ..TokenUsage::default() };
        assert_eq!(booked("openai").cost("a-model-of-next-year", &counted), Cost::UNKNOWN);
        assert_eq!(Pricing::unknown().cost("x", &counted), Cost::UNKNOWN);
        assert_eq!(Pricing::unknown().price("x"), Price::UNKNOWN);
        assert_eq!(booked("openai").cost("gpt-4o-mini", &TokenUsage::default()), Cost::UNKNOWN);
    }

    #[test]
    fn local_free_and_told_costs_are_three_things() {
        let usage = TokenUsage { input: Some(1_000), output: Some(1_000), ..TokenUsage::default() };
        let local = Pricing { local: true, ..Pricing::unknown() };
        assert_eq!(local.cost("llama3", &usage), Cost { amount: money("0"), source: CostSource::Local });
        let free = Pricing { listed: Some(Price::FREE), ..Pricing::unknown() };
        assert_eq!(free.cost("x:free", &usage), Cost { amount: money("0"), source: CostSource::Computed });
        let told = TokenUsage { provider_cost: money("0.5"), ..usage };
        assert_eq!(
            booked("openai").cost("gpt-4o", &told),
            Cost { amount: money("0.5"), source: CostSource::Provider }
        );
    }

    #[test]
    fn list_prices_count_cached_tokens_apart() {
        let listed = Price {
            state: PriceState::Known,
            input: money("2"),
            output: money("8"),
            cache_read: money("0.5"),
            cache_write: None,
        };
        let pricing = Pricing { listed: Some(listed), ..Pricing::unknown() };
        let usage = TokenUsage {
            input: Some(1_000_000),
            cache_read: Some(400_000),
            output: Some(500_000),
            ..TokenUsage::default()
        };
        // 600,000 x 2 + 400,000 x 0.5 + 500,000 x 8, per million
        assert_eq!(pricing.cost("m", &usage).amount, money("5.4"));
    }

    proptest::proptest! {
        #[test]
        fn absurd_counts_never_panic(input: u64, read: u64, written: u64, output: u64) {
            let usage = TokenUsage { input: Some(input), cache_read: Some(read), cache_write: Some(written), output: Some(output), ..TokenUsage::default() };
            let listed = Price { state: PriceState::Known, input: money("1000"), output: money("1000"), cache_read: None, cache_write: None };
            let cost = Pricing { listed: Some(listed), ..Pricing::unknown() }.cost("m", &usage);
            proptest::prop_assert!(cost.amount.is_none_or(|amount| amount >= Money::ZERO));
        }
    }
}
