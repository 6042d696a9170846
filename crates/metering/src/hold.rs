//! How much of a budget a request may use up before anybody knows, and how long its answer may then be.

use crate::Pricing;
use inkhorn_domain::{Money, TokenUsage};

/// Tokens of an answer that nobody limited, as far as a budget is concerned: it is limited to so many.
const USUAL_ANSWER: u64 = 16_384;
/// An answer is not cut shorter than this to fit into what is left.
const SHORT_ANSWER: u64 = 1_024;
/// Tokens that an image may be, at most, in the larger sizes.
const IMAGE: u64 = 3_200;
/// Tokens that one search of the web may add to what is read: the pages that it found.
const SEARCH: u64 = 10_000;

/// What of a request is known before it goes out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outlook {
    /// About how many tokens go out.
    pub input_estimate: u64,
    /// Images among what goes out.
    pub images: u64,
    /// The limit on the answer that the request itself has.
    pub asked_output: Option<u64>,
    /// The most that the model writes.
    pub model_output: Option<u64>,
    /// Answers that are wanted at once, each of which is charged; 0 means one.
    pub answers: u64,
    /// Searches of the web that the model may make.
    pub searches: u64,
}

/// What a request needs of a budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Need {
    /// What it costs at worst, where the price is known.
    pub worst: Option<Money>,
    /// What it costs where the answer is kept short. The same as the worst where the request has a limit of its own:
    /// that one is kept or refused, never changed.
    pub least: Money,
    longest: u64,
    shortest: u64,
}

impl Need {
    /// For one request to one model. An estimate of what goes out is taken half as large again, because it is one; and
    /// all of it is taken for as dear as the dearest kind of input.
    pub fn of(pricing: &Pricing, model: &str, outlook: Outlook) -> Self {
        let images = outlook.images.saturating_mul(IMAGE);
        let found = outlook.searches.saturating_mul(SEARCH);
        let counted = outlook.input_estimate.saturating_add(images).saturating_add(found);
        let input = counted.saturating_add(counted / 2).saturating_add(200);
        let usual = outlook.model_output.map_or(USUAL_ANSWER, |most| most.clamp(1, USUAL_ANSWER));
        let longest = outlook.asked_output.unwrap_or(usual);
        let shortest = outlook.asked_output.unwrap_or(usual.min(SHORT_ANSWER));
        let cost = |output: u64| {
            let output = Some(output.saturating_mul(outlook.answers.max(1)));
            let searches = (outlook.searches > 0).then_some(outlook.searches);
            let plain = TokenUsage { input: Some(input), output, searches, ..TokenUsage::default() };
            let written = TokenUsage { cache_write: Some(input), ..plain };
            let kept = TokenUsage { cache_write_1h: Some(input), ..written };
            let costs = [plain, written, kept].map(|usage| pricing.computed(model, &usage));
            costs.into_iter().try_fold(Money::ZERO, |most, cost| Some(most.max(cost?)))
        };
        let worst = cost(longest);
        let least = cost(shortest).filter(|_| worst.is_some()).unwrap_or(Money::ZERO);
        Self { worst, least, longest, shortest }
    }

    /// The tokens that an answer may have so that the request costs no more than this, which is between the least and
    /// the worst.
    pub fn longest_within(&self, amount: Money) -> u64 {
        let Some(worst) = self.worst.filter(|worst| amount < *worst && *worst > self.least) else {
            return self.longest;
        };
        // An answer's price is the same for each token, so what lies between lies on a line.
        let (room, whole) = (i128::from(amount.0 - self.least.0).max(0), i128::from(worst.0 - self.least.0));
        let more = i128::from(self.longest - self.shortest) * room / whole;
        self.shortest + u64::try_from(more).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use inkhorn_domain::{Price, PriceState};

    fn money(text: &str) -> Money {
        Money::parse(text).expect("decimal")
    }

    /// One dollar for a million tokens in, ten for a million out.
    fn priced() -> Pricing {
        let price = |text| Some(money(text));
        let listed =
            Price { state: PriceState::Known, input: price("1"), output: price("10"), ..Price::UNKNOWN };
        Pricing { listed: Some(listed), ..Pricing::unknown() }
    }

    #[test]
    fn a_limit_of_the_request_is_kept_or_refused_as_it_is() {
        let outlook = Outlook { input_estimate: 1_000, asked_output: Some(5_000), ..Outlook::default() };
        let need = Need::of(&priced(), "m", outlook);
        // (1,000 + 500 + 200) x 1 + 5,000 x 10, per million
        assert_eq!((need.worst, need.least), (Some(money("0.0517")), money("0.0517")));
        assert_eq!(need.longest_within(money("0.0517")), 5_000);
    }

    #[test]
    fn each_of_several_answers_is_charged() {
        let outlook =
            Outlook { input_estimate: 1_000, asked_output: Some(500), answers: 8, ..Outlook::default() };
        // 1,700 x 1 + 8 x 500 x 10, per million
        assert_eq!(Need::of(&priced(), "m", outlook).worst, Some(money("0.0417")));
    }

    #[test]
    fn what_a_search_of_the_web_finds_is_read_and_charged() {
        let outlook = Outlook { searches: 2, asked_output: Some(0), ..Outlook::default() };
        // (2 x 10,000 + half of it + 200) x 1, per million
        assert_eq!(Need::of(&priced(), "m", outlook).worst, Some(money("0.0302")));
        let book = Pricing { prices_id: Some("anthropic".to_owned()), ..Pricing::unknown() };
        let worst = |searches| {
            let outlook = Outlook { searches, asked_output: Some(0), ..Outlook::default() };
            Need::of(&book, "claude-sonnet-4-5", outlook).worst.expect("a known price")
        };
        let found = money("0.05625").0; // 1.5 x 10,000 at the 3.75 of what is written to the cache, the dearest
        assert!(worst(1).0 - worst(0).0 >= found, "{:?}", worst(1));
    }

    #[test]
    fn an_answer_without_a_limit_is_kept_within_what_is_left() {
        let need = Need::of(&priced(), "m", Outlook { input_estimate: 1_000, ..Outlook::default() });
        // 1,700 x 1 + 16,384 x 10, and 1,700 x 1 + 1,024 x 10, per million
        assert_eq!((need.worst, need.least), (Some(money("0.16554")), money("0.01194")));
        assert_eq!(need.longest_within(money("0.16554")), 16_384);
        assert_eq!(need.longest_within(money("0.01194")), 1_024);
        // 0.05 - 0.0017 for the input leaves 0.0483 for 4,830 tokens.
        assert_eq!(need.longest_within(money("0.05")), 4_830);
        let small = Need::of(&priced(), "m", Outlook { model_output: Some(500), ..Outlook::default() });
        assert_eq!((small.longest, small.shortest), (500, 500));
    }

    #[test]
    fn what_nobody_prices_has_no_worst_and_what_is_local_costs_nothing() {
        let outlook = Outlook { input_estimate: 10, ..Outlook::default() };
        assert_eq!(Need::of(&Pricing::unknown(), "m", outlook).worst, None);
        let local = Pricing { local: true, ..Pricing::unknown() };
        assert_eq!(Need::of(&local, "m", outlook).worst, Some(Money::ZERO));
    }

    #[test]
    fn input_is_taken_for_as_dear_as_it_can_become() {
        let claude = Pricing { prices_id: Some("anthropic".into()), ..Pricing::unknown() };
        let outlook =
            Outlook { input_estimate: 1_000_000 - 200, asked_output: Some(1), ..Outlook::default() };
        let plain = claude.computed(
            "claude-3-7-sonnet-latest",
            &TokenUsage { input: Some(1_499_900), output: Some(1), ..TokenUsage::default() },
        );
        assert!(Need::of(&claude, "claude-3-7-sonnet-latest", outlook).worst > plain);
    }

    proptest::proptest! {
        #[test]
        fn an_answer_kept_within_an_amount_costs_no_more(
            input in 0u64..1 << 30, share in 0.0f64..1.0, model_output in proptest::option::of(1u64..200_000)
        ) {
            let need = Need::of(&priced(), "m", Outlook { input_estimate: input, model_output, ..Outlook::default() });
            let worst = need.worst.expect("priced");
            let amount = Money(need.least.0 + ((worst.0 - need.least.0) as f64 * share) as i64);
            let usage = TokenUsage {
                input: Some(input + input / 2 + 200), output: Some(need.longest_within(amount)), ..TokenUsage::default()
            };
            proptest::prop_assert!(priced().computed("m", &usage).expect("priced") <= amount);
        }
    }
}
