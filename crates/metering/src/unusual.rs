//! Days unlike the days before them. One plain rule over the writer's own history, so that it can be said in a sentence.

/// Days of history that a day is compared with.
pub const HISTORY_DAYS: i64 = 28;
/// Days with use among them without which nothing is usual yet.
const FEWEST_DAYS: usize = 5;
/// So many times the usual is unusual.
const TIMES: i128 = 4;
/// Less than half a dollar beyond the usual alarms nobody.
const LEAST_SPENT: i128 = 500_000_000_000;
/// Nor do fewer requests beyond it.
const LEAST_REQUESTS: u64 = 20;
/// Fewer failures than this are chance.
const LEAST_FAILED: u64 = 5;

/// What one of the writer's days had.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DayOfUse {
    /// Which day, counted from any fixed one.
    pub day: i64,
    /// Pico-dollars of the requests whose cost is known.
    pub spent: i128,
    /// Requests.
    pub requests: u64,
    /// Of those, failed.
    pub failed: u64,
}

/// What was unusual about a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unusual {
    /// Which day.
    pub day: i64,
    /// What.
    pub what: UnusualKind,
    /// How many days with use it was compared with.
    pub days: usize,
}

/// The three things that are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnusualKind {
    /// More than four times the usual spending, and half a dollar more.
    Spend {
        /// Pico-dollars that day.
        spent: i128,
        /// The middle of the days before.
        usual: i128,
    },
    /// More than four times the usual requests, and twenty more.
    Requests {
        /// That day.
        requests: u64,
        /// The middle of the days before.
        usual: u64,
    },
    /// At least five requests and a quarter of them failed, where it was less than a tenth before.
    Errors {
        /// Failed that day.
        failed: u64,
        /// Requests that day.
        requests: u64,
        /// How many of a hundred failed before.
        usual: u64,
    },
}

/// Looks at each of `days` (in the order of time, at most one per day) against those of the four weeks before it. The
/// usual is the middle one of the days with use: one dear day does not make the next one look cheap.
pub fn find_unusual(days: &[DayOfUse]) -> Vec<Unusual> {
    let mut found = Vec::new();
    for (at, day) in days.iter().enumerate() {
        let before: Vec<&DayOfUse> = days[..at]
            .iter()
            .filter(|then| then.day >= day.day - HISTORY_DAYS && then.day < day.day && then.requests > 0)
            .collect();
        if before.len() < FEWEST_DAYS {
            continue;
        }
        let mut note = |what| found.push(Unusual { day: day.day, what, days: before.len() });
        let usual = middle(before.iter().map(|then| then.spent));
        if day.spent > usual.saturating_mul(TIMES) && day.spent.saturating_sub(usual) >= LEAST_SPENT {
            note(UnusualKind::Spend { spent: day.spent, usual });
        }
        let usual = middle(before.iter().map(|then| then.requests));
        let many = i128::from(day.requests) > i128::from(usual) * TIMES;
        if many && day.requests - usual >= LEAST_REQUESTS {
            note(UnusualKind::Requests { requests: day.requests, usual });
        }
        let sum = |of: fn(&DayOfUse) -> u64| before.iter().map(|then| u128::from(of(then))).sum::<u128>();
        let (failed, requests) = (sum(|then| then.failed), sum(|then| then.requests));
        let seldom_before = failed * 10 < requests;
        let often_now = u128::from(day.failed) * 4 >= u128::from(day.requests);
        if day.failed >= LEAST_FAILED && often_now && seldom_before {
            let usual = u64::try_from(failed * 100 / requests.max(1)).unwrap_or(0);
            note(UnusualKind::Errors { failed: day.failed, requests: day.requests, usual });
        }
    }
    found
}

/// The one in the middle; of two in the middle, the smaller.
fn middle<T: Ord + Default>(values: impl Iterator<Item = T>) -> T {
    let mut values: Vec<T> = values.collect();
    values.sort_unstable();
    let at = values.len().saturating_sub(1) / 2;
    values.into_iter().nth(at).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOLLAR: i128 = 1_000_000_000_000;

    fn usual_days(count: i64) -> Vec<DayOfUse> {
        (0..count).map(|day| DayOfUse { day, spent: DOLLAR, requests: 10, failed: 0 }).collect()
    }

    fn with(mut days: Vec<DayOfUse>, last: DayOfUse) -> Vec<Unusual> {
        days.push(last);
        find_unusual(&days)
    }

    #[test]
    fn a_day_that_is_like_the_others_is_not_noted() {
        assert_eq!(find_unusual(&usual_days(40)), []);
        assert_eq!(with(usual_days(9), DayOfUse { day: 9, spent: 4 * DOLLAR, requests: 30, failed: 4 }), []);
    }

    #[test]
    fn much_more_than_the_middle_is_noted_with_what_is_usual() {
        let mut days = usual_days(9);
        // One dear day before does not move the middle.
        days[3].spent = 90 * DOLLAR;
        let found = with(days, DayOfUse { day: 9, spent: 5 * DOLLAR, requests: 61, failed: 0 });
        let last: Vec<UnusualKind> = found.iter().filter(|one| one.day == 9).map(|one| one.what).collect();
        assert_eq!(
            last,
            [
                UnusualKind::Spend { spent: 5 * DOLLAR, usual: DOLLAR },
                UnusualKind::Requests { requests: 61, usual: 10 }
            ]
        );
        assert!(found.iter().all(|one| one.days >= FEWEST_DAYS));
    }

    #[test]
    fn nothing_is_usual_before_five_days_of_use_within_four_weeks() {
        let dear = |day| DayOfUse { day, spent: 50 * DOLLAR, requests: 500, failed: 0 };
        assert_eq!(with(usual_days(4), dear(4)), []);
        assert_eq!(with(usual_days(9), dear(40)), [], "history that is too old");
        let mut quiet = usual_days(9);
        for day in &mut quiet[..6] {
            *day = DayOfUse { day: day.day, ..DayOfUse::default() };
        }
        assert_eq!(with(quiet, dear(9)), [], "days without use are no history");
    }

    #[test]
    fn cents_are_never_an_alarm() {
        let mut days = usual_days(9);
        for day in &mut days {
            day.spent = DOLLAR / 1000;
        }
        assert_eq!(with(days.clone(), DayOfUse { day: 9, spent: DOLLAR / 4, requests: 10, failed: 0 }), []);
        assert_eq!(with(days, DayOfUse { day: 9, spent: DOLLAR, requests: 10, failed: 0 }).len(), 1);
    }

    #[test]
    fn failures_count_where_there_were_few_before() {
        let bad = DayOfUse { day: 9, spent: DOLLAR, requests: 12, failed: 5 };
        let found = with(usual_days(9), bad);
        assert_eq!(found[0].what, UnusualKind::Errors { failed: 5, requests: 12, usual: 0 });
        let mut always = usual_days(9);
        for day in &mut always {
            day.failed = 3;
        }
        assert_eq!(with(always, bad), [], "a connection that always fails is no news");
    }

    proptest::proptest! {
        #[test]
        fn absurd_days_never_panic(days in proptest::collection::vec((0i64..60, proptest::prelude::any::<i128>(), proptest::prelude::any::<u64>(), proptest::prelude::any::<u64>()), 0..40)) {
            let days: Vec<DayOfUse> = days.into_iter().map(|(day, spent, requests, failed)| DayOfUse { day, spent, requests, failed }).collect();
            let _ = find_unusual(&days);
        }
    }
}
