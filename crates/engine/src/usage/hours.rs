//! Which hour of the writer's week a moment belongs to, asked for each quarter of an hour of some years.

use inkhorn_domain::UnixMillis;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::cell::Cell;

/// Hours of a week.
pub(super) const HOURS_OF_WEEK: usize = 7 * 24;
const HOUR: i64 = 3_600_000;
/// The first of 1970 was a Thursday.
const HOURS_SINCE_MONDAY: i64 = 3 * 24;

/// The hours of a week in one zone. The zone is asked anew only where its clocks change.
pub(super) struct HourOfWeek<'z> {
    zone: &'z TimeZone,
    known: Cell<Known>,
}

/// From when until when the zone's clocks are so far from UTC, in milliseconds.
#[derive(Clone, Copy)]
struct Known {
    from: UnixMillis,
    until: UnixMillis,
    offset: i64,
}

impl<'z> HourOfWeek<'z> {
    pub(super) fn new(zone: &'z TimeZone) -> Self {
        Self { zone, known: Cell::new(Known { from: 0, until: 0, offset: 0 }) }
    }

    /// Counted from Monday at midnight.
    pub(super) fn of(&self, time: UnixMillis) -> usize {
        let mut known = self.known.get();
        if !(known.from..known.until).contains(&time) {
            known = self.ask(time);
            self.known.set(known);
        }
        let hours = time.saturating_add(known.offset).div_euclid(HOUR).saturating_add(HOURS_SINCE_MONDAY);
        hours.rem_euclid(HOURS_OF_WEEK as i64) as usize
    }

    fn ask(&self, time: UnixMillis) -> Known {
        let timestamp = Timestamp::from_millisecond(time).unwrap_or(Timestamp::UNIX_EPOCH);
        let next = self.zone.following(timestamp).next();
        let until = next.map_or(UnixMillis::MAX, |next| next.timestamp().as_millisecond());
        Known { from: time, until, offset: i64::from(self.zone.to_offset(timestamp).seconds()) * 1_000 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::local;

    #[test]
    fn they_are_those_of_the_zone_whatever_its_clocks_do() {
        const QUARTER: i64 = 900_000;
        for name in ["UTC", "Asia/Kathmandu", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca"]
        {
            let zone = TimeZone::get(name).expect("a zone of the system");
            let hours = HourOfWeek::new(&zone);
            // Two years from 2025 on, then a leap back to 1971 and one far ahead.
            let from = 1_735_689_600_000;
            let years = (0..2 * 366 * 96).map(|quarter| from + quarter * QUARTER);
            for time in years.chain([36_000_000_000, from, 7_258_118_400_000]) {
                let local = local(time, &zone);
                let day = usize::from(local.weekday().to_monday_zero_offset().unsigned_abs());
                let hour = usize::from(local.hour().unsigned_abs());
                assert_eq!(hours.of(time), day * 24 + hour, "{name} {time}");
            }
        }
        let zone = TimeZone::UTC;
        let hours = HourOfWeek::new(&zone);
        for time in [UnixMillis::MIN, UnixMillis::MAX] {
            assert!(hours.of(time) < HOURS_OF_WEEK);
        }
    }
}
