//! Old rows of the usage log go when the writer says so: now, or from some age on at each start. What they add up to
//! stays.
//!
//! A clock that is years ahead must not take them all. So the time at which a profile was last seen is remembered from
//! start to start, and moves ahead by a month at most.

use crate::settings::USAGE_RETENTION;
use crate::time::{iso, local, midnight, parse_range};
use crate::{Engine, Inner, blocking};
use inkhorn_contract::{Topic, UsagePrunableView, UsagePruneRequest, UsagePrunedView};
use inkhorn_domain::UnixMillis;
use inkhorn_fault::{Code, Fault, Result};
use inkhorn_store::usage_sums::{prunable, pruned_until};
use inkhorn_store::{Transaction, settings, usage};
use jiff::ToSpan;
use jiff::tz::TimeZone;

/// When the profile was last seen, by a clock as far as it is believed.
const SEEN: &str = "usage_retention_seen";
/// Beyond a hundred years, for ever says it better.
const MOST_MONTHS: u32 = 1_200;
/// How far that moves from one start to the next, at most.
const FURTHEST_STEP: i64 = 31 * DAY;
/// Rows of so long are removed in one go.
const STEP: i64 = 7 * DAY;
const DAY: i64 = 86_400_000;

impl Engine {
    /// What [`Engine::usage_prune`] would remove.
    ///
    /// # Errors
    /// As there.
    pub async fn usage_prunable(&self, request: UsagePruneRequest) -> Result<UsagePrunableView> {
        let inner = self.inner.clone();
        blocking(move || {
            let zone = TimeZone::system();
            let before = inner.before(&request, &zone)?;
            let found = inner.store.read_usage(|db| prunable(db, before))?;
            let first = found.first.map(|first| iso(first, &zone));
            Ok(UsagePrunableView { rows: found.rows, first, until: iso(found.until, &zone) })
        })
        .await
    }

    /// Removes the rows of requests before a time. What they add up to stays, in every question and for every budget.
    ///
    /// # Errors
    /// `usage_error` for a text that is no time, and for a time in the future.
    pub async fn usage_prune(&self, request: UsagePruneRequest) -> Result<UsagePrunedView> {
        let inner = self.inner.clone();
        let pruned = blocking(move || {
            let zone = TimeZone::system();
            let before = inner.before(&request, &zone)?;
            let removed_rows = inner.store.prune_usage(before)?;
            let until = inner.store.read_usage(pruned_until)?;
            Ok(UsagePrunedView { removed_rows, until: iso(until, &zone) })
        })
        .await?;
        self.inner.changed(&[Topic::Usage]);
        Ok(pruned)
    }

    /// Removes the rows that the writer wants kept no longer, and gives how many there were. For faces that stay: once,
    /// behind their start. Requests get their turn meanwhile.
    ///
    /// # Errors
    /// `disk_full` and its like. What was not removed is removed at the next start.
    pub async fn retain_usage(&self) -> Result<u64> {
        let inner = self.inner.clone();
        let Some(until) = blocking(move || inner.kept_from()).await? else { return Ok(0) };
        let mut removed = 0;
        // In steps, between which a face that ends can end.
        loop {
            let inner = self.inner.clone();
            let (some, done) = blocking(move || inner.remove_some(until)).await?;
            removed += some;
            if done {
                break;
            }
        }
        if removed > 0 {
            tracing::info!(removed, "usage rows older than the writer keeps them");
            self.inner.changed(&[Topic::Usage]);
        }
        Ok(removed)
    }
}

impl Inner {
    fn before(&self, request: &UsagePruneRequest, zone: &TimeZone) -> Result<UnixMillis> {
        let now = self.clock.now();
        let before = match (&request.before, request.months) {
            (Some(text), None) => parse_range(Some(text), None, now, zone)?.from,
            (None, Some(months @ 1..=MOST_MONTHS)) => months_before(now, months, zone),
            _ => return Err(refused("say before when, or older than how many months")),
        };
        if before > now {
            return Err(refused("only requests of the past can be removed"));
        }
        Ok(before)
    }

    /// The UTC day from which on the rows of requests are kept; `None` where they are kept for ever.
    fn kept_from(&self) -> Result<Option<UnixMillis>> {
        let Some(months) = self.house()?.usage_retention else { return Ok(None) };
        let now = self.clock.now();
        let seen = self.store.read(|db| settings::load(db, SEEN))?;
        let seen = believed(now, seen.and_then(|text| text.parse().ok()));
        self.store.write(|tx| settings::save(tx, SEEN, &seen.to_string()))?;
        let until = months_before(seen, months, &TimeZone::system());
        Ok(Some(until.div_euclid(DAY) * DAY))
    }

    /// Removes the oldest rows before then. Tells how many, and whether that were all.
    fn remove_some(&self, until: UnixMillis) -> Result<(u64, bool)> {
        let oldest = self.store.read_usage(|db| usage::first_and_last(db, &(0..until)))?;
        let step = oldest.map_or(until, |(oldest, _)| until.min(oldest.saturating_add(STEP)));
        let removed = self.store.prune_usage(step)?;
        Ok((removed, step == until))
    }
}

/// Reads how long rows are kept: `12m`, or for ever.
///
/// # Errors
/// `usage_error`.
pub(crate) fn parse_retention(text: &str) -> Result<Option<u32>> {
    let text = text.trim();
    if text.is_empty() || text == "forever" {
        return Ok(None);
    }
    let months = text.strip_suffix('m').and_then(|months| months.parse().ok());
    match months.filter(|months| (1..=MOST_MONTHS).contains(months)) {
        Some(months) => Ok(Some(months)),
        None => Err(refused("usage_retention takes months like 12m, or forever")),
    }
}

/// Keeps how long rows are kept. The clock by which it is set is believed.
pub(crate) fn keep_retention(tx: &Transaction<'_>, months: Option<u32>, now: UnixMillis) -> Result<()> {
    match months {
        Some(months) => {
            settings::save(tx, USAGE_RETENTION, &months.to_string())?;
            settings::save(tx, SEEN, &now.to_string())
        }
        None => settings::remove(tx, USAGE_RETENTION),
    }
}

/// What a clock is believed that showed another time before.
fn believed(now: UnixMillis, seen: Option<UnixMillis>) -> UnixMillis {
    seen.map_or(now, |seen| now.min(seen.saturating_add(FURTHEST_STEP)))
}

/// The midnight of the writer's day so many months before.
fn months_before(now: UnixMillis, months: u32, zone: &TimeZone) -> UnixMillis {
    midnight(local(now, zone).date().saturating_sub(i64::from(months).months()), zone)
}

fn refused(reason: &str) -> Fault {
    Fault::new(Code::UsageError).with("reason", reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_the_writers_own() {
        // 31 May 2026, 1:00 in Jakarta; in UTC it is still the 30th.
        let now = 1_780_164_000_000;
        let jakarta = TimeZone::get("Asia/Jakarta").expect("a zone of the system");
        let day = |months| local(months_before(now, months, &jakarta), &jakarta).datetime().to_string();
        assert_eq!(day(3), "2026-02-28T00:00:00");
        assert_eq!(day(12), "2025-05-31T00:00:00");
    }

    #[test]
    fn a_clock_that_leaps_ahead_is_believed_a_month() {
        const YEAR: i64 = 366 * 86_400_000;
        assert_eq!(believed(10 * YEAR, Some(YEAR)), YEAR + FURTHEST_STEP);
        assert_eq!(believed(YEAR + 1, Some(YEAR)), YEAR + 1);
        assert_eq!(believed(YEAR - 1, Some(YEAR)), YEAR - 1, "a clock that goes back takes nothing");
        assert_eq!(believed(YEAR, None), YEAR);
        assert_eq!(believed(0, Some(i64::MAX)), 0);
    }

    #[test]
    fn retention_is_months_or_for_ever() {
        for (text, months) in [("12m", Some(12)), (" 1m ", Some(1)), ("", None), ("forever", None)] {
            assert_eq!(parse_retention(text), Ok(months), "{text}");
        }
        for bad in ["12", "0m", "1201m", "-1m", "1y", "m", "12 m", "99999999999m"] {
            assert_eq!(parse_retention(bad).map_err(|fault| fault.code()), Err(Code::UsageError), "{bad}");
        }
    }
}
