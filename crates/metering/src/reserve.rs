//! Before a request: what it may cost at worst. After it: what it did cost.

use crate::{Cost, Pricing, estimate_tokens};
use inkhorn_domain::{CostSource, Money, Quality, RequestResult, TokenUsage};

/// What was set aside for a request before it was sent. Settled exactly once, whatever becomes of the request.
#[derive(Clone, Debug)]
pub struct Reservation {
    model: String,
    pricing: Pricing,
    input_estimate: u64,
    /// The most that the request can cost, where price and output limit are known. A budget holds this much back.
    pub worst_case: Cost,
}

/// The end of a request, counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settled {
    /// Tokens, reported or estimated.
    pub usage: TokenUsage,
    /// What they cost.
    pub cost: Cost,
    /// What they cost by Inkhorn's own count, also where the provider told a figure of its own.
    pub computed: Option<Money>,
    /// How far the counts can be trusted.
    pub quality: Quality,
}

impl Reservation {
    /// For a request of about `input_estimate` tokens to `model`, answered by at most `max_output` tokens.
    pub fn new(model: &str, pricing: Pricing, input_estimate: u64, max_output: Option<u64>) -> Self {
        let worst = TokenUsage { input: Some(input_estimate), output: max_output, ..TokenUsage::default() };
        let worst_case =
            if max_output.is_some() || pricing.local { pricing.cost(model, &worst) } else { Cost::UNKNOWN };
        Self { model: model.to_owned(), pricing, input_estimate, worst_case }
    }

    /// The prices that it is counted with.
    pub fn pricing(&self) -> &Pricing {
        &self.pricing
    }

    /// Counts the request. [`RequestResult::Refused`] stands for every request that no provider began to work on.
    /// `reported` is what the provider told so far; what it did not tell is estimated from the
    /// text, if anything was sent at all. A request that never reached a provider used nothing.
    pub fn settle(self, reported: TokenUsage, text_written: &TextWritten, result: RequestResult) -> Settled {
        let mut usage = reported;
        let complete = usage.input.is_some() && usage.output.is_some() && result == RequestResult::Completed;
        let nothing_came = text_written.is_empty() && usage == TokenUsage::default();
        let quality = match result {
            RequestResult::Refused => {
                usage = TokenUsage { input: Some(0), output: Some(0), ..TokenUsage::default() };
                Quality::Reported
            }
            // A provider that answers with an error charges nothing, but nobody confirmed it: the counts stay absent.
            RequestResult::Failed if nothing_came => Quality::Partial,
            _ if complete => Quality::Reported,
            RequestResult::Completed => {
                self.estimate_missing(&mut usage, text_written);
                Quality::Estimated
            }
            RequestResult::Aborted | RequestResult::Failed => {
                // A stream that broke off may have told its input and a first output count; more text than that came.
                usage.output = usage.output.max(Some(text_written.estimate()));
                self.estimate_missing(&mut usage, text_written);
                Quality::Partial
            }
        };
        // Nothing costs nothing, also where nobody knows the price.
        let cost = match (result, self.pricing.cost(&self.model, &usage)) {
            (RequestResult::Refused, Cost { amount: None, .. }) => {
                Cost { amount: Some(Money::ZERO), source: CostSource::Computed }
            }
            (_, cost) => cost,
        };
        let computed = self.pricing.computed(&self.model, &usage);
        Settled { usage, cost, computed, quality }
    }

    fn estimate_missing(&self, usage: &mut TokenUsage, text: &TextWritten) {
        usage.input = usage.input.or(Some(self.input_estimate));
        usage.output = usage.output.or(Some(text.estimate()));
    }
}

/// How much text an answer wrote so far, counted while it streams and without keeping it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TextWritten {
    bytes: u64,
    tokens: u64,
    pieces: u64,
}

impl TextWritten {
    /// One more piece came.
    pub fn add(&mut self, piece: &str) {
        if !piece.is_empty() {
            self.bytes += piece.len() as u64;
            self.tokens += estimate_tokens(piece);
            self.pieces += 1;
        }
    }

    /// Nothing came.
    pub fn is_empty(&self) -> bool {
        self.bytes == 0
    }

    /// About how many tokens it was. Pieces are usually tokens, but rounding each up would count short ones
    /// twice, so long answers of tiny pieces fall back to a quarter of the bytes.
    fn estimate(&self) -> u64 {
        self.tokens.min(self.bytes.div_ceil(4).max(self.pieces))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use inkhorn_domain::{Price, PriceState};

    fn priced() -> Pricing {
        let dollar = Some(Money(Money::PER_DOLLAR));
        let listed = Price {
            state: PriceState::Known,
            input: dollar,
            output: dollar,
            cache_read: None,
            cache_write: None,
        };
        Pricing { listed: Some(listed), ..Pricing::unknown() }
    }

    fn written(text: &str) -> TextWritten {
        let mut written = TextWritten::default();
        written.add(text);
        written
    }

    #[test]
    fn the_worst_case_needs_a_limit_on_the_answer() {
        let open = Reservation::new("m", priced(), 100, None);
        assert_eq!(open.worst_case, Cost::UNKNOWN);
        let limited = Reservation::new("m", priced(), 100, Some(900));
        assert_eq!(limited.worst_case.amount, Money::parse("0.001"));
    }

    #[test]
    fn reported_counts_are_taken_as_they_are() {
        let told = TokenUsage { input: Some(7), output: Some(3), ..TokenUsage::default() };
        let settled =
            Reservation::new("m", priced(), 100, None).settle(told, &written("hi"), RequestResult::Completed);
        assert_eq!((settled.usage, settled.quality), (told, Quality::Reported));
        assert_eq!(settled.cost.amount, Money::parse("0.00001"));
    }

    #[test]
    fn counts_that_nobody_told_are_estimated_and_marked() {
        let settled = Reservation::new("m", priced(), 100, None).settle(
            TokenUsage::default(),
            &written("twelve bytes"),
            RequestResult::Completed,
        );
        assert_eq!((settled.usage.input, settled.usage.output), (Some(100), Some(3)));
        assert_eq!(settled.quality, Quality::Estimated);
        assert_eq!(settled.cost.source, CostSource::Computed);
    }

    #[test]
    fn a_stopped_answer_counts_what_came() {
        let told = TokenUsage { input: Some(50), output: Some(1), ..TokenUsage::default() };
        let text = "x".repeat(400);
        let settled =
            Reservation::new("m", priced(), 9, None).settle(told, &written(&text), RequestResult::Aborted);
        assert_eq!((settled.usage.input, settled.usage.output), (Some(50), Some(100)));
        assert_eq!(settled.quality, Quality::Partial);
    }

    #[test]
    fn a_refused_request_used_nothing_and_a_failed_one_says_that_it_does_not_know() {
        let refused = Reservation::new("m", priced(), 100, None).settle(
            TokenUsage::default(),
            &TextWritten::default(),
            RequestResult::Refused,
        );
        assert_eq!(refused.cost.amount, Some(Money::ZERO));
        let unpriced = Reservation::new("m", Pricing::unknown(), 100, None);
        let refused = unpriced.settle(TokenUsage::default(), &TextWritten::default(), RequestResult::Refused);
        assert_eq!(refused.cost.amount, Some(Money::ZERO), "nothing was sent, so nothing is owed");
        let failed = Reservation::new("m", priced(), 100, None).settle(
            TokenUsage::default(),
            &TextWritten::default(),
            RequestResult::Failed,
        );
        assert_eq!((failed.usage, failed.cost), (TokenUsage::default(), Cost::UNKNOWN));
    }
}
