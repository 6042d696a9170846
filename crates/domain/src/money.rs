//! Money as whole numbers. One US dollar is 10^12 pico-dollars, so that the price of one cached token of the
//! cheapest model is still exact, and sums never drift.

use serde::{Deserialize, Serialize};
use std::fmt;

/// An amount in pico-dollars (10^-12 USD). Up to 9.2 million dollars.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Money(pub i64);

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// How many of our units make one US dollar.
    pub const PER_DOLLAR: i64 = 1_000_000_000_000;

    /// From a number of dollars that some library or provider gave as a float. `None` for negative, not finite or
    /// absurdly large figures: those are not money.
    pub fn from_dollars(dollars: f64) -> Option<Self> {
        let pico = (dollars * Self::PER_DOLLAR as f64).round();
        (dollars.is_finite() && dollars >= 0.0 && pico < i64::MAX as f64).then_some(Self(pico as i64))
    }

    /// From decimal text such as `0.054399`. Digits beyond the twelfth decimal are refused, not rounded.
    pub fn parse(text: &str) -> Option<Self> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(fraction) || fraction.len() > 12 {
            return None;
        }
        let whole: i64 = whole.parse().ok()?;
        let fraction: i64 = format!("{fraction:0<12}").parse().ok()?;
        whole.checked_mul(Self::PER_DOLLAR)?.checked_add(fraction).map(Self)
    }

    /// The sum, or `None` where it does not fit.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// This price for one token, times `count` tokens. `None` where it does not fit.
    pub fn times(self, count: u64) -> Option<Self> {
        i64::try_from(i128::from(self.0) * i128::from(count)).ok().map(Self)
    }
}

/// Decimal dollars without trailing zeros: `0.054399`, `3`, `0`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let pico = self.0.unsigned_abs();
        let (whole, fraction) = (pico / Self::PER_DOLLAR as u64, pico % Self::PER_DOLLAR as u64);
        if fraction == 0 {
            return write!(f, "{sign}{whole}");
        }
        let fraction = format!("{fraction:012}");
        write!(f, "{sign}{whole}.{}", fraction.trim_end_matches('0'))
    }
}

impl Serialize for Money {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
        Money::parse(&text).ok_or_else(|| serde::de::Error::custom("not an amount in dollars"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_and_reads_exact_decimals() {
        for text in ["0", "3", "0.054399", "0.000000000001", "9223372", "1.5"] {
            assert_eq!(Money::parse(text).expect("valid").to_string(), text);
        }
        for bad in ["", ".5", "-1", "1e3", "0.0000000000001", "99999999999", "1,5", "NaN", "0x1"] {
            assert_eq!(Money::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn floats_that_are_not_money_are_refused() {
        for bad in [f64::NAN, f64::INFINITY, -0.5, 1e30] {
            assert_eq!(Money::from_dollars(bad), None);
        }
        assert_eq!(Money::from_dollars(0.054399), Money::parse("0.054399"));
    }

    proptest::proptest! {
        #[test]
        fn what_is_printed_reads_back(pico in 0i64..) {
            proptest::prop_assert_eq!(Money::parse(&Money(pico).to_string()), Some(Money(pico)));
        }
    }
}
