//! The few figures that a cell of a table shows, read past all the others of a quarter of an hour: one page looks at
//! every quarter of some years.

use super::usage_sums::{Sums, take, take_figure};

/// What of many attempts a chart shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Amounts {
    /// Attempts.
    pub attempts: u64,
    /// Attempts that failed at the provider or on the way.
    pub failed: u64,
    /// Tokens read and written.
    pub tokens: i128,
    /// Pico-dollars of those attempts whose cost is known.
    pub cost: i128,
}

/// Places of figures in the bytes of [`Sums`]. That order is the file's, so it never changes.
mod place {
    pub(super) const ATTEMPTS: u32 = 0;
    pub(super) const FAILED: u32 = 4;
    pub(super) const INPUT: u32 = 6;
    pub(super) const OUTPUT: u32 = 9;
    pub(super) const COST: u32 = 13;
    /// Nothing behind it is shown.
    pub(super) const LAST: u32 = COST;
}

impl From<&Sums> for Amounts {
    fn from(sums: &Sums) -> Self {
        let tokens = sums.input + sums.output;
        Self { attempts: sums.attempts, failed: sums.failed, tokens, cost: sums.cost }
    }
}

impl Amounts {
    /// Takes in those of further attempts.
    pub fn add(&mut self, other: &Self) {
        self.attempts += other.attempts;
        self.failed += other.failed;
        self.tokens += other.tokens;
        self.cost += other.cost;
    }

    /// Adds the figures at the beginning of `bytes`, which [`Sums::encode`] has written, and moves `bytes` behind all of
    /// them. `None` for anything else.
    pub(crate) fn add_encoded(&mut self, bytes: &mut &[u8]) -> Option<()> {
        let mut mask = u64::try_from(take(bytes)?).ok()?;
        while mask != 0 {
            let figure = mask.trailing_zeros();
            if figure > place::LAST {
                return skip(bytes, mask.count_ones());
            }
            match figure {
                place::ATTEMPTS => self.attempts += u64::try_from(take_figure(bytes)?).ok()?,
                place::FAILED => self.failed += u64::try_from(take_figure(bytes)?).ok()?,
                place::INPUT | place::OUTPUT => self.tokens += take_figure(bytes)?,
                place::COST => self.cost += take_figure(bytes)?,
                _ => skip(bytes, 1)?,
            }
            mask &= mask - 1;
        }
        Some(())
    }
}

/// Passes over the figures of one quarter.
pub(crate) fn skip_encoded(bytes: &mut &[u8]) -> Option<()> {
    let mask = u64::try_from(take(bytes)?).ok()?;
    skip(bytes, mask.count_ones())
}

/// Passes over so many numbers, eight bytes at a time: a number ends with the byte whose highest bit is not set.
fn skip(bytes: &mut &[u8], numbers: u32) -> Option<()> {
    const ENDS: u64 = 0x8080_8080_8080_8080;
    let mut left = numbers;
    while left > 0 {
        let Some((eight, rest)) = bytes.split_first_chunk::<8>() else {
            let end = bytes.iter().position(|byte| byte & 0x80 == 0)?;
            *bytes = &bytes[end + 1..];
            left -= 1;
            continue;
        };
        let mut ends = !u64::from_le_bytes(*eight) & ENDS;
        if ends.count_ones() < left {
            left -= ends.count_ones();
            *bytes = rest;
            continue;
        }
        for _ in 1..left {
            ends &= ends - 1;
        }
        *bytes = &bytes[ends.trailing_zeros() as usize / 8 + 1..];
        left = 0;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn bytes_that_nobody_wrote_are_refused() {
        for mut bytes in [&[][..], &[0x80], &[1], &[1, 1], &[0xff; 40], &[3, 2, 0x80], &[2, 0xff]] {
            assert_eq!(Amounts::default().add_encoded(&mut bytes), None);
        }
    }

    proptest! {
        #[test]
        fn they_are_those_of_the_sums_and_end_where_the_sums_end(
            counts: [u32; 9], figures: [i64; 7], set: u32, behind in proptest::collection::vec(any::<u8>(), 0..20)
        ) {
            let count = |at: usize| if set >> at & 1 == 1 { u64::from(counts[at]) } else { 0 };
            let figure = |at: usize| if set >> (9 + at) & 1 == 1 { i128::from(figures[at]) << (at * 9) } else { 0 };
            let sums = Sums {
                attempts: count(0), requests: count(1), completed: count(2), failed: count(3), refused: count(4),
                uncounted: count(5), unpriced: count(6), timed: count(7), first_token_timed: count(8),
                input: figure(0), cache_read: figure(1), output: figure(2), cost: figure(3), told: figure(4),
                latency_ms: figure(5), cache_write_1h: figure(6),
                ..Sums::default()
            };
            let mut bytes = Vec::new();
            sums.encode(&mut bytes);
            bytes.extend_from_slice(&behind);
            let mut amounts = Amounts::default();
            let mut rest = &bytes[..];
            prop_assert_eq!(amounts.add_encoded(&mut rest), Some(()));
            prop_assert_eq!((amounts, rest), (Amounts::from(&sums), &behind[..]));
            let mut rest = &bytes[..];
            prop_assert_eq!(skip_encoded(&mut rest), Some(()));
            prop_assert_eq!(rest, &behind[..]);
        }
    }
}
