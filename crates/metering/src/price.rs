//! What tokens cost.

use crate::book::calculator;
use genai_prices::{PriceRequest, Usage, UsageKey};
use inkhorn_domain::{CostSource, Money, Price, PriceSource, PriceState, TokenUsage, UnixMillis};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Above so many dollars a million tokens a price may be a slip of the decimal point or of the unit: it is asked about
/// where the writer types it, and not used where a book or a list tells it.
pub const SURPRISING: Money = Money(1_000 * 1_000_000_000_000);

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
    /// The writer's own price, which stands above every other but the cost that a provider tells.
    pub own: Option<Price>,
    /// The provider's own list price.
    pub listed: Option<Price>,
    /// When: prices change from day to day, and some from hour to hour. Absent, the time at which it is computed.
    pub at: Option<UnixMillis>,
}

impl Pricing {
    /// A model about which nothing is known.
    pub fn unknown() -> Self {
        Self { local: false, prices_id: None, own: None, listed: None, at: None }
    }

    /// The same at that time.
    pub fn at(self, time: UnixMillis) -> Self {
        Self { at: Some(time), ..self }
    }

    /// The price as it is shown, per million tokens.
    pub fn price(&self, model: &str) -> Price {
        self.sourced_price(model).0
    }

    /// The same, with who told it. A price of a book or a list that is above [`SURPRISING`] is told by nobody.
    pub fn sourced_price(&self, model: &str) -> (Price, PriceSource) {
        match self.told_price(model) {
            (price, PriceSource::Book | PriceSource::List) if is_surprising(&price) => {
                (Price::UNKNOWN, PriceSource::Unknown)
            }
            told => told,
        }
    }

    /// The highest part of a price that a book or a list tells and that is not used, for it is above [`SURPRISING`]: the
    /// writer's own price takes its place.
    pub fn not_used(&self, model: &str) -> Option<Money> {
        match self.told_price(model) {
            (price, PriceSource::Book | PriceSource::List) => highest(&price).filter(|at| *at > SURPRISING),
            _ => None,
        }
    }

    /// The price as it is told, however high.
    fn told_price(&self, model: &str) -> (Price, PriceSource) {
        if self.local {
            return (Price::LOCAL, PriceSource::Local);
        }
        if let Some(own) = self.own {
            return (own, PriceSource::Own);
        }
        let booked = self.prices_id.as_deref().and_then(|provider| self.booked_price(provider, model));
        match (booked, self.listed) {
            (Some(booked), _) => (booked, PriceSource::Book),
            (None, Some(listed)) => (listed, PriceSource::List),
            (None, None) => (Price::UNKNOWN, PriceSource::Unknown),
        }
    }

    /// Tokens that fit into the model's context, where the bundled data knows the model by exactly this id. For
    /// providers whose own lists do not tell.
    pub fn context_length(&self, model: &str) -> Option<u64> {
        let id = self.prices_id.as_deref()?;
        let prices = calculator(id)?;
        let provider = prices.find_provider(Some(id), None).ok().flatten()?;
        provider.models().find(|known| known.id() == model)?.context_window()
    }

    /// What a request cost: the provider's own figure, else the bundled prices (which know tiers and times of day),
    /// else the provider's list price, else unknown. Counts that nobody told make the cost unknown, not smaller.
    pub fn cost(&self, model: &str, usage: &TokenUsage) -> Cost {
        if self.local {
            return Cost { amount: Some(Money::ZERO), source: CostSource::Local };
        }
        match (usage.provider_cost, self.computed(model, usage)) {
            (Some(told), _) => Cost { amount: Some(told), source: CostSource::Provider },
            (None, Some(computed)) => Cost { amount: Some(computed), source: CostSource::Computed },
            (None, None) => Cost::UNKNOWN,
        }
    }

    /// What it cost by Inkhorn's own count, whatever the provider tells.
    pub fn computed(&self, model: &str, usage: &TokenUsage) -> Option<Money> {
        if self.local {
            return Some(Money::ZERO);
        }
        let (input, output) = usage.input.zip(usage.output)?;
        if let Some(own) = &self.own {
            return listed_cost(own, input, output, usage)?.checked_add(self.searched(own, model, usage));
        }
        if let Some(provider) = self.prices_id.as_deref()
            && let Some(booked) = self.booked_cost(provider, model, usage)
        {
            let doubted = may_be_surprising(booked, usage)
                && self.booked_price(provider, model).is_some_and(|price| is_surprising(&price));
            return (!doubted).then_some(booked);
        }
        let listed = self.listed.as_ref().filter(|price| !is_surprising(price))?;
        listed_cost(listed, input, output, usage)?.checked_add(self.searched(listed, model, usage))
    }

    /// What the searches of the web cost. Neither the writer's own price nor a list has one for them: it is the book's for
    /// the model, and where that knows none, they are left out. What is free is free with them.
    fn searched(&self, price: &Price, model: &str, usage: &TokenUsage) -> Money {
        let charged = usage.searches > Some(0) && price.state != PriceState::Free;
        let booked = || {
            let provider = self.prices_id.as_deref().filter(|_| charged)?;
            let ask =
                |searches| self.dollars(provider, model, &tokens(&[(UsageKey::WEB_SEARCHES, searches)]));
            // A model that charges for each request does so without a search too.
            Some(Money(ask(usage.searches)?.0.checked_sub(ask(None)?.0)?))
        };
        booked().unwrap_or(Money::ZERO)
    }

    fn booked_cost(&self, provider: &str, model: &str, usage: &TokenUsage) -> Option<Money> {
        // What only divides another count never makes it larger, whatever was told.
        let within = |part: Option<u64>, whole: Option<u64>| part.map(|part| part.min(whole.unwrap_or(0)));
        let for_an_hour = within(usage.cache_write_1h, usage.cache_write);
        let for_minutes = usage.cache_write.zip(for_an_hour).map(|(all, hour)| all - hour);
        let reasoning = within(usage.reasoning, usage.output);
        let beside = usage.output.map(|output| output - reasoning.unwrap_or(0));
        let counted = tokens(&[
            (UsageKey::INPUT_TOKENS, usage.input),
            (UsageKey::CACHE_READ_TOKENS, usage.cache_read),
            (UsageKey::CACHE_WRITE_TOKENS, usage.cache_write),
            (UsageKey::CACHE_WRITE_1H_TOKENS, for_an_hour),
            (UsageKey::CACHE_WRITE_5M_TOKENS, for_minutes),
            (UsageKey::OUTPUT_TOKENS, usage.output),
            (UsageKey::OUTPUT_REASONING_TOKENS, reasoning),
            (UsageKey::OUTPUT_CITATION_TOKENS, within(usage.citation, beside)),
            (UsageKey::WEB_SEARCHES, usage.searches),
        ]);
        self.dollars(provider, model, &counted)
    }

    /// The unit prices that the data hides behind its calculator, found by asking for a thousand tokens of each kind:
    /// few enough to stay in the first tier, and a thousandth of the million that prices are quoted for.
    fn booked_price(&self, provider: &str, model: &str) -> Option<Price> {
        const PROBE: u64 = 1_000;
        let ask = |pairs: &[(UsageKey, Option<u64>)]| self.dollars(provider, model, &tokens(pairs));
        // Some models charge for each request, whatever its length.
        let fee = ask(&[])?;
        let unit = |pairs: &[(UsageKey, Option<u64>)]| Money(ask(pairs)?.0.checked_sub(fee.0)?).times(1_000);
        let input = unit(&[(UsageKey::INPUT_TOKENS, Some(PROBE))])?;
        let output = unit(&[(UsageKey::OUTPUT_TOKENS, Some(PROBE))])?;
        let cached = |kind: UsageKey| {
            let price = unit(&[(UsageKey::INPUT_TOKENS, Some(PROBE)), (kind, Some(PROBE))])?;
            // Where the data has no price of its own for cached tokens it charges the ordinary one: that says nothing.
            (price != input).then_some(price)
        };
        let free = input == Money::ZERO && output == Money::ZERO && fee == Money::ZERO;
        Some(Price {
            state: if free { PriceState::Free } else { PriceState::Known },
            input: Some(input),
            output: Some(output),
            cache_read: cached(UsageKey::CACHE_READ_TOKENS),
            cache_write: cached(UsageKey::CACHE_WRITE_TOKENS),
        })
    }

    fn dollars(&self, provider: &str, model: &str, usage: &Usage) -> Option<Money> {
        let mut request = PriceRequest::new(model, usage).with_provider_id(provider);
        if let Some(at) = self.at {
            request = request.with_timestamp(system_time(at));
        }
        // One amount is rounded to whole pico-dollars here; what is added up later is whole numbers.
        let price = calculator(provider)?.calculate(&request).ok()?;
        Money::from_dollars(price.total_price)
    }
}

fn highest(price: &Price) -> Option<Money> {
    [price.input, price.output, price.cache_read, price.cache_write].into_iter().flatten().max()
}

/// Whether a part of it is so high that it may be a slip.
fn is_surprising(price: &Price) -> bool {
    highest(price).is_some_and(|highest| highest > SURPRISING)
}

/// Whether any kind of token in this cost can have had a price above [`SURPRISING`]. Asking the book for the price takes
/// several times as long as the cost did, and for nearly every request this says that it need not be asked.
fn may_be_surprising(cost: Money, usage: &TokenUsage) -> bool {
    let counts = [usage.input, usage.output, usage.cache_read, usage.cache_write];
    let fewest = counts.into_iter().flatten().filter(|count| *count > 0).min().unwrap_or(0);
    i128::from(cost.0) > i128::from(SURPRISING.0) * i128::from(fewest) / 1_000_000
}

fn system_time(at: UnixMillis) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(at.max(0).unsigned_abs())
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

fn listed_cost(price: &Price, input: u64, output: u64, usage: &TokenUsage) -> Option<Money> {
    if price.state == PriceState::Free {
        return Some(Money::ZERO);
    }
    let (per_input, per_output) = (price.input?, price.output?);
    let read = usage.cache_read.unwrap_or(0).min(input);
    let written = usage.cache_write.unwrap_or(0).min(input - read);
    let for_an_hour = usage.cache_write_1h.unwrap_or(0).min(written);
    let per_written = price.cache_write.unwrap_or(per_input);
    // A price has one figure for what is written, that of the usual five minutes. Where that is dearer than fresh input,
    // as Anthropic charges it, an hour is twice the price of fresh input.
    let dear = per_written > per_input;
    let per_hour = if dear { per_input.times(2)?.max(per_written) } else { per_written };
    let parts = [
        (per_input, input - read - written),
        (price.cache_read.unwrap_or(per_input), read),
        (per_written, written - for_an_hour),
        (per_hour, for_an_hour),
        (per_output, output),
    ];
    let pico =
        parts.iter().map(|(price, count)| i128::from(price.0) * i128::from(*count)).sum::<i128>() / 1_000_000;
    i64::try_from(pico).ok().map(Money)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PriceBook;

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

    #[test]
    fn an_own_price_counts_what_is_kept_for_an_hour_and_what_was_searched() {
        let own = |cache_write: Option<&str>| {
            let (input, output) = (money("3"), money("15"));
            let cache_write = cache_write.and_then(money);
            let own = Price { state: PriceState::Known, input, output, cache_write, ..Price::UNKNOWN };
            Pricing { own: Some(own), ..booked("anthropic") }
        };
        let usage = TokenUsage {
            input: Some(1_000_000),
            cache_write: Some(1_000_000),
            cache_write_1h: Some(400_000),
            output: Some(0),
            ..TokenUsage::default()
        };
        let model = "claude-3-7-sonnet-latest";
        let of = |cache_write, usage: TokenUsage| own(cache_write).computed(model, &usage);
        // 600,000 for minutes and 400,000 x 6 for an hour, per million, as by the book.
        assert_eq!(of(Some("3.75"), usage), money("4.65"));
        assert_eq!(of(Some("3.75"), usage), booked("anthropic").computed(model, &usage));
        assert_eq!(of(None, usage), money("3"), "without a figure it is input like any other");
        assert_eq!(
            of(Some("0.5"), usage),
            money("0.5"),
            "cheaper than input it is kept for less, not for more"
        );
        assert_eq!(of(Some("7"), usage), money("7"), "an hour is never less than minutes");
        let absurd = TokenUsage { cache_write_1h: Some(u64::MAX), ..usage };
        assert_eq!(of(Some("3.75"), absurd), money("6"));

        // Three searches at a cent, by the book; where it knows none, the tokens alone.
        let searched = TokenUsage { searches: Some(3), cache_write: None, cache_write_1h: None, ..usage };
        assert_eq!(of(None, searched), money("3.03"));
        assert_eq!(own(None).computed("a-model-of-next-year", &searched), money("3"));
        let free = Pricing { own: Some(Price::FREE), ..booked("anthropic") };
        assert_eq!(free.computed(model, &searched), money("0"));
    }

    #[test]
    fn the_writers_own_price_stands_above_the_book_and_the_list() {
        let own = Price { state: PriceState::Known, input: money("1"), output: money("2"), ..Price::UNKNOWN };
        let listed = Price { input: money("7"), output: money("7"), ..own };
        let pricing = Pricing { own: Some(own), listed: Some(listed), ..booked("openai") };
        assert_eq!(pricing.sourced_price("gpt-4o-mini"), (own, PriceSource::Own));
        let usage = TokenUsage { input: Some(1_000_000), output: Some(1_000_000), ..TokenUsage::default() };
        assert_eq!(pricing.cost("gpt-4o-mini", &usage).amount, money("3"));
        let told = TokenUsage { provider_cost: money("9"), ..usage };
        assert_eq!(pricing.cost("gpt-4o-mini", &told).source, CostSource::Provider, "charged is charged");
        let source = |pricing: Pricing, model: &str| pricing.sourced_price(model).1;
        assert_eq!(source(booked("openai"), "gpt-4o-mini"), PriceSource::Book);
        assert_eq!(source(Pricing { listed: Some(listed), ..booked("openai") }, "x-9"), PriceSource::List);
        assert_eq!(source(booked("openai"), "x-9"), PriceSource::Unknown);
        let local = Pricing { own: Some(own), local: true, ..Pricing::unknown() };
        assert_eq!(source(local, "x"), PriceSource::Local);
    }

    /// The bundled data with one provider more, whose prices slipped by a factor of a thousand.
    fn with_a_slip() -> PriceBook {
        let bundled = include_str!("../data/prices.json").trim_end();
        let slip = r#"{
            "id": "slip", "name": "Slip", "api_pattern": "https://slip\\.invalid",
            "models": [
                { "id": "all", "match": { "equals": "all" }, "prices": { "input_mtok": 2500, "output_mtok": 10000 } },
                { "id": "out", "match": { "equals": "out" }, "prices": { "input_mtok": 1, "output_mtok": 1000.01 } },
                { "id": "edge", "match": { "equals": "edge" }, "prices": { "input_mtok": 1, "output_mtok": 1000 } }
            ]
        }"#;
        let data = format!("{},{slip}]", bundled.strip_suffix(']').expect("a list"));
        PriceBook::from_json(data.into_bytes()).expect("one such price is no reason against the rest")
    }

    #[test]
    fn a_price_that_may_be_a_slip_is_unknown_until_the_writer_sets_one() {
        with_a_slip().install();
        let usage = TokenUsage { input: Some(9_000), output: Some(40), ..TokenUsage::default() };
        for model in ["all", "out"] {
            let pricing = booked("slip");
            assert_eq!(pricing.sourced_price(model), (Price::UNKNOWN, PriceSource::Unknown), "{model}");
            assert_eq!(pricing.cost(model, &usage), Cost::UNKNOWN, "{model}");
        }
        assert_eq!(booked("slip").not_used("all"), money("10000"));
        assert_eq!(booked("slip").not_used("out"), money("1000.01"));
        let edge = booked("slip");
        assert_eq!((edge.price("edge").output, edge.not_used("edge")), (money("1000"), None));
        assert_eq!(edge.cost("edge", &usage).amount, money("0.049"), "the bound itself is used");
        assert_eq!(booked("openai").price("gpt-4o-mini").input, money("0.15"), "the rest of the book holds");

        let listed =
            Price { state: PriceState::Known, input: money("2"), output: money("1001"), ..Price::UNKNOWN };
        let by_list = Pricing { listed: Some(listed), ..Pricing::unknown() };
        assert_eq!(by_list.price("m"), Price::UNKNOWN);
        assert_eq!((by_list.cost("m", &usage), by_list.not_used("m")), (Cost::UNKNOWN, money("1001")));
        let told = TokenUsage { provider_cost: money("9"), ..usage };
        assert_eq!(by_list.cost("m", &told).amount, money("9"), "what was charged was charged");

        let own =
            Price { state: PriceState::Known, input: money("3000"), output: money("3000"), ..Price::UNKNOWN };
        let confirmed = Pricing { own: Some(own), ..booked("slip") };
        assert_eq!((confirmed.price("all"), confirmed.not_used("all")), (own, None));
        assert_eq!(confirmed.cost("all", &usage).amount, money("27.12"));
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
