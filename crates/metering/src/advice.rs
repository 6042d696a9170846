//! What the tokens of many requests would have cost at another price.

use inkhorn_domain::{Price, PriceState};

/// Tokens of many requests together. Counts that nobody told are not in them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TokenSums {
    /// Read, cached ones included.
    pub input: i128,
    /// Of those, from a cache.
    pub cache_read: i128,
    /// Of those, into a cache.
    pub cache_write: i128,
    /// Written.
    pub output: i128,
}

/// Pico-dollars for these tokens at the unit prices of another model; `None` where its price is unknown. Unit prices
/// and not the price book's calculator: that one would take the sum of a month for one huge request and charge its
/// tier for long ones. Cached tokens cost what the model charges for them, or the ordinary price where it has none.
pub fn cost_at(price: &Price, tokens: &TokenSums) -> Option<i128> {
    match price.state {
        PriceState::Local | PriceState::Free => return Some(0),
        PriceState::Unknown => return None,
        PriceState::Known => {}
    }
    let (per_input, per_output) = (price.input?, price.output?);
    let input = tokens.input.max(0);
    let read = tokens.cache_read.clamp(0, input);
    let written = tokens.cache_write.clamp(0, input - read);
    let parts = [
        (per_input, input - read - written),
        (price.cache_read.unwrap_or(per_input), read),
        (price.cache_write.unwrap_or(per_input), written),
        (per_output, tokens.output.max(0)),
    ];
    let pico = parts
        .iter()
        .try_fold(0_i128, |sum, (price, count)| sum.checked_add(i128::from(price.0).checked_mul(*count)?))?;
    Some(pico / 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use inkhorn_domain::Money;

    fn money(text: &str) -> Option<Money> {
        Some(Money::parse(text).expect("decimal"))
    }

    const TOKENS: TokenSums =
        TokenSums { input: 3_000_000, cache_read: 1_000_000, cache_write: 500_000, output: 200_000 };

    #[test]
    fn each_kind_of_token_has_its_price() {
        let price = Price {
            state: PriceState::Known,
            input: money("3"),
            output: money("15"),
            cache_read: money("0.3"),
            cache_write: money("3.75"),
        };
        // 1.5 M x 3 + 1 M x 0.3 + 0.5 M x 3.75 + 0.2 M x 15 = 4.5 + 0.3 + 1.875 + 3
        assert_eq!(cost_at(&price, &TOKENS), Some(9_675_000_000_000));
        let plain = Price { cache_read: None, cache_write: None, ..price };
        // 3 M x 3 + 0.2 M x 15
        assert_eq!(cost_at(&plain, &TOKENS), Some(12_000_000_000_000));
    }

    #[test]
    fn unknown_free_and_local_are_three_things() {
        assert_eq!(cost_at(&Price::UNKNOWN, &TOKENS), None);
        assert_eq!(cost_at(&Price::FREE, &TOKENS), Some(0));
        assert_eq!(cost_at(&Price::LOCAL, &TOKENS), Some(0));
        let half = Price { state: PriceState::Known, input: money("1"), ..Price::UNKNOWN };
        assert_eq!(cost_at(&half, &TOKENS), None, "half a price is no price");
    }

    proptest::proptest! {
        #[test]
        fn absurd_sums_never_panic(input: i128, cache_read: i128, cache_write: i128, output: i128) {
            let price = Price { state: PriceState::Known, input: money("1000"), output: money("1000"), cache_read: None, cache_write: None };
            let _ = cost_at(&price, &TokenSums { input, cache_read, cache_write, output });
        }
    }
}
