//! The figures of many attempts together, exact: no float, no overflow, and what nobody knows is counted apart.
//!
//! Figures are kept as bytes too, because a day of a busy program is some dozens of them: a mask of those that are not
//! zero, then each of these as a number of as many bytes as it needs.

use super::usage::UsageRow;
pub use super::usage_amounts::Amounts;
pub use super::usage_bounds::first_and_last;
pub use super::usage_days::{QUARTER, pruned_until, refusals_from, verify};
pub use super::usage_filter::{Filter, Group, KeyNames};
pub use super::usage_gather::{gather, sum_all, sum_by_group, sum_by_span};
pub use super::usage_prunable::{Prunable, prunable};
pub use super::usage_question::{Gathered, GroupSums, Question, Stack};
use inkhorn_domain::{FinishReason, Money, Quality, RequestResult, TokenUsage};
use inkhorn_fault::Code;

macro_rules! sums {
    ($($(#[doc = $doc:literal])+ $name:ident: $type:ty,)+) => {
        /// Figures of many attempts.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct Sums {
            $($(#[doc = $doc])+ pub $name: $type,)+
        }

        impl Sums {
            /// Takes in the figures of further attempts.
            pub fn add(&mut self, other: &Self) {
                $(self.$name += other.$name;)+
            }

            /// The figures without those of a part of the attempts; `None` where these cannot be a part of them.
            pub(crate) fn without(&self, part: &Self) -> Option<Self> {
                Some(Self { $($name: self.$name.checked_sub(part.$name)?,)+ })
            }

            /// Writes the figures behind what is in `out` already.
            pub(crate) fn encode(&self, out: &mut Vec<u8>) {
                let figures = [$(i128::from(self.$name)),+];
                let set = figures.iter().enumerate().filter(|(_, figure)| **figure != 0);
                put(out, set.fold(0u128, |mask, (at, _)| mask | 1 << at));
                for figure in figures.into_iter().filter(|figure| *figure != 0) {
                    put(out, zigzag(figure));
                }
            }

            /// Adds the figures at the beginning of `bytes`, and moves `bytes` behind them. `None` for anything that
            /// [`Sums::encode`] has not written.
            pub(crate) fn add_encoded(&mut self, bytes: &mut &[u8]) -> Option<()> {
                let mut mask = u64::try_from(take(bytes)?).ok()?;
                $(
                    if mask & 1 == 1 {
                        self.$name += <$type>::try_from(take_figure(bytes)?).ok()?;
                    }
                    mask >>= 1;
                )+
                (mask == 0).then_some(())
            }
        }
    };
}

// The order is the order in the file: a new figure comes last.
sums! {
    /// Attempts.
    attempts: u64,
    /// Requests: first attempts.
    requests: u64,
    /// Attempts that were completed.
    completed: u64,
    /// Attempts stopped by whoever asked.
    aborted: u64,
    /// Attempts that failed at the provider or on the way.
    failed: u64,
    /// Attempts that were not sent.
    refused: u64,
    /// Tokens read, cached ones included.
    input: i128,
    /// Of those, from the cache.
    cache_read: i128,
    /// Of those, into the cache.
    cache_write: i128,
    /// Tokens written.
    output: i128,
    /// Of those, reasoning.
    reasoning: i128,
    /// Attempts of which nobody told any token count.
    uncounted: u64,
    /// Attempts whose tokens are estimated, or counted only until they broke off.
    inexact: u64,
    /// Pico-dollars of those attempts whose cost is known.
    cost: i128,
    /// Attempts whose cost nobody knows.
    unpriced: u64,
    /// Attempts whose cost the provider told and Inkhorn computed too.
    compared: u64,
    /// Pico-dollars of the compared attempts, as the provider told them.
    told: i128,
    /// Pico-dollars of the compared attempts, as Inkhorn computed them.
    computed: i128,
    /// Milliseconds of the completed attempts, from asking to the end.
    latency_ms: i128,
    /// Completed attempts that were timed.
    timed: u64,
    /// Milliseconds to the first token, of the completed attempts.
    first_token_ms: i128,
    /// Completed attempts whose first token was timed.
    first_token_timed: u64,
    /// Of the tokens written into the cache, those that are kept for an hour.
    cache_write_1h: i128,
    /// Completed attempts whose answer the provider held back or the model declined.
    withheld: u64,
    /// Attempts that the provider refused for what they ask.
    content_refused: u64,
}

/// What of one attempt is added up.
pub(crate) struct Figures {
    pub(crate) attempt: u32,
    pub(crate) tokens: TokenUsage,
    pub(crate) cost: Option<Money>,
    pub(crate) computed: Option<Money>,
    pub(crate) latency_ms: Option<u64>,
    pub(crate) first_token_ms: Option<u64>,
    pub(crate) result: RequestResult,
    /// The provider reported the tokens.
    pub(crate) exact: bool,
    /// The answer ended as a refusal.
    pub(crate) withheld: bool,
    /// The provider refused what was asked.
    pub(crate) content_refused: bool,
}

impl From<&UsageRow> for Figures {
    fn from(row: &UsageRow) -> Self {
        Self {
            attempt: row.attempt,
            tokens: row.tokens,
            cost: row.cost,
            computed: row.computed,
            latency_ms: row.latency_ms,
            first_token_ms: row.first_token_ms,
            result: row.result,
            exact: row.quality == Quality::Reported,
            withheld: row.finish == Some(FinishReason::ContentFilter),
            content_refused: row.fault == Some(Code::ContentRefused),
        }
    }
}

impl From<&UsageRow> for Sums {
    fn from(row: &UsageRow) -> Self {
        Self::of(&Figures::from(row))
    }
}

impl Sums {
    /// The figures of one attempt.
    pub(crate) fn of(row: &Figures) -> Self {
        let whole = |count: Option<u64>| i128::from(count.map_or(0, |count| count.min(i64::MAX as u64)));
        let pico = |money: Option<Money>| i128::from(money.map_or(0, |money| money.0));
        let is = |result| u64::from(row.result == result);
        let completed = row.result == RequestResult::Completed;
        let compared = row.tokens.provider_cost.zip(row.computed).is_some();
        let when = |this: bool, count: Option<u64>| count.filter(|_| this);
        let (latency, first) = (when(completed, row.latency_ms), when(completed, row.first_token_ms));
        Self {
            attempts: 1,
            requests: u64::from(row.attempt <= 1),
            completed: is(RequestResult::Completed),
            aborted: is(RequestResult::Aborted),
            failed: is(RequestResult::Failed),
            refused: is(RequestResult::Refused),
            input: whole(row.tokens.input),
            cache_read: whole(row.tokens.cache_read),
            cache_write: whole(row.tokens.cache_write),
            cache_write_1h: whole(row.tokens.cache_write_1h),
            output: whole(row.tokens.output),
            reasoning: whole(row.tokens.reasoning),
            uncounted: u64::from(row.tokens.input.is_none() && row.tokens.output.is_none()),
            inexact: u64::from(!row.exact),
            cost: pico(row.cost),
            unpriced: u64::from(row.cost.is_none()),
            compared: u64::from(compared),
            told: pico(row.tokens.provider_cost.filter(|_| compared)),
            computed: pico(row.computed.filter(|_| compared)),
            latency_ms: whole(latency),
            timed: u64::from(latency.is_some()),
            first_token_ms: whole(first),
            first_token_timed: u64::from(first.is_some()),
            withheld: u64::from(completed && row.withheld),
            content_refused: u64::from(row.content_refused),
        }
    }

    /// Whether nothing happened.
    pub fn is_empty(&self) -> bool {
        self.attempts == 0
    }

    /// Mean milliseconds from asking to the end, of completed attempts.
    pub fn mean_latency_ms(&self) -> Option<u64> {
        mean(self.latency_ms, self.timed)
    }

    /// Mean milliseconds from asking to the first token, of completed attempts.
    pub fn mean_first_token_ms(&self) -> Option<u64> {
        mean(self.first_token_ms, self.first_token_timed)
    }
}

fn mean(sum: i128, count: u64) -> Option<u64> {
    u64::try_from(sum.checked_div(i128::from(count))?).ok()
}

/// Small numbers of either sign become small numbers.
fn zigzag(figure: i128) -> u128 {
    ((figure << 1) ^ (figure >> 127)).cast_unsigned()
}

fn unzigzag(coded: u128) -> i128 {
    (coded >> 1).cast_signed() ^ -((coded & 1).cast_signed())
}

/// Seven bits to a byte, the lowest first; the eighth says that more follow.
fn put(out: &mut Vec<u8>, mut number: u128) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// A number that [`zigzag`] has made. Nearly all of them are small, and years of them are read at once.
pub(super) fn take_figure(bytes: &mut &[u8]) -> Option<i128> {
    match take_small(bytes) {
        Some(coded) => Some(i128::from((coded >> 1).cast_signed() ^ -((coded & 1).cast_signed()))),
        None => take(bytes).map(unzigzag),
    }
}

/// A number of up to 63 bits; `None`, and nothing taken, for a longer one.
fn take_small(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for (at, byte) in bytes.iter().enumerate().take(9) {
        number |= u64::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            *bytes = &bytes[at + 1..];
            return Some(number);
        }
    }
    None
}

pub(super) fn take(bytes: &mut &[u8]) -> Option<u128> {
    if let Some(small) = take_small(bytes) {
        return Some(small.into());
    }
    let mut number = 0u128;
    for (at, byte) in bytes.iter().enumerate().take(19) {
        number |= u128::from(byte & 0x7f).checked_shl(7 * at as u32)?;
        if byte & 0x80 == 0 {
            *bytes = &bytes[at + 1..];
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn figures_of_an_ordinary_hour_take_few_bytes() {
        let sums = Sums {
            attempts: 9,
            requests: 9,
            completed: 9,
            input: 12_000,
            cache_read: 8_000,
            output: 3_000,
            cost: 45_000_000_000,
            latency_ms: 21_000,
            timed: 9,
            first_token_ms: 4_000,
            first_token_timed: 9,
            ..Sums::default()
        };
        let mut bytes = Vec::new();
        sums.encode(&mut bytes);
        assert!(bytes.len() <= 32, "{}", bytes.len());
    }

    #[test]
    fn bytes_that_nobody_wrote_are_refused() {
        for mut bytes in [&[][..], &[0x80], &[1], &[1, 1], &[0xff; 40], &[0x80, 0x80, 0x80, 0x10]] {
            assert_eq!(Sums::default().add_encoded(&mut bytes), None);
        }
    }

    #[test]
    fn the_mean_of_nothing_is_not_nothing() {
        assert_eq!(Sums::default().mean_latency_ms(), None);
        assert_eq!(Sums { latency_ms: 7, timed: 2, ..Sums::default() }.mean_latency_ms(), Some(3));
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(attempts: u64, input in 0..i128::from(u64::MAX) << 20, cost in any::<i64>(), told: i128, hour: i64) {
            let sums = Sums {
                attempts, input, cost: i128::from(cost) << 30, told: told >> 1, cache_write_1h: hour.into(),
                ..Sums::default()
            };
            let mut bytes = Vec::new();
            sums.encode(&mut bytes);
            bytes.push(7);
            let mut rest = &bytes[..];
            let mut read = Sums::default();
            prop_assert_eq!(read.add_encoded(&mut rest), Some(()));
            prop_assert_eq!((read, rest), (sums, &[7][..]));
        }
    }
}
