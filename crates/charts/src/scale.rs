//! Round figures for an axis.

/// Steps from 0 up to at least `largest`: 1, 2 or 5 times a power of ten apart, at most four of them above 0.
/// Where there is nothing to show, 0 alone.
pub(crate) fn ticks(largest: i128) -> Vec<i128> {
    if largest <= 0 {
        return vec![0];
    }
    let mut power: i128 = 1;
    loop {
        for digit in [1, 2, 5] {
            let Some(step) = power.checked_mul(digit) else { return vec![0, largest] };
            let steps = largest / step + i128::from(largest % step != 0);
            if steps <= 4 {
                return (0..=steps).map(|at| step.saturating_mul(at)).collect();
            }
        }
        let Some(next) = power.checked_mul(10) else { return vec![0, largest] };
        power = next;
    }
}

/// Every how many columns a label of this width fits, in pixels.
pub(crate) fn stride(columns: usize, room: i32, label: i32) -> usize {
    let fit = (room / label.max(1)).max(1).unsigned_abs() as usize;
    columns.div_ceil(fit).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round_and_reach_the_largest() {
        assert_eq!(ticks(0), [0]);
        assert_eq!(ticks(-5), [0]);
        assert_eq!(ticks(1), [0, 1]);
        assert_eq!(ticks(7), [0, 2, 4, 6, 8]);
        assert_eq!(ticks(366), [0, 100, 200, 300, 400]);
        assert_eq!(ticks(41_182), [0, 20_000, 40_000, 60_000]);
    }

    proptest::proptest! {
        #[test]
        fn any_largest_has_an_axis(largest in 1i128..) {
            let ticks = ticks(largest);
            proptest::prop_assert!(ticks.len() <= 5 && ticks[0] == 0);
            proptest::prop_assert!(ticks.last().is_some_and(|last| *last >= largest));
        }
    }
}
