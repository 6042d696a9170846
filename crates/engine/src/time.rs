//! The clock that decisions are given, and the writer's own days.

use inkhorn_domain::UnixMillis;
use inkhorn_fault::{Code, Fault};
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant};

/// Where time comes from. A test gives its own.
pub trait Clock: Send + Sync {
    /// Wall clock, for rows and for people.
    fn now(&self) -> UnixMillis;
    /// Time since some fixed moment that never goes back, for waits and limits.
    fn since_start(&self) -> Duration;
    /// Waits. A test whose clock it is decides when that is over.
    fn wait(&self, span: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(tokio::time::sleep(span))
    }
}

/// The machine's clocks.
pub struct SystemClock(Instant);

impl SystemClock {
    /// Starts counting now.
    pub fn new() -> Self {
        Self(Instant::now())
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> UnixMillis {
        Timestamp::now().as_millisecond()
    }

    fn since_start(&self) -> Duration {
        self.0.elapsed()
    }
}

/// A stretch of time: from included, until excluded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// First millisecond.
    pub from: UnixMillis,
    /// First millisecond after it.
    pub until: UnixMillis,
}

/// The day and the month that a moment is in, whole, in the writer's time zone. What a clock that ran ahead wrote down
/// belongs to neither before its own time.
pub fn today_and_month(now: UnixMillis, zone: &TimeZone) -> (Range, Range) {
    let today = local(now, zone).date();
    let first = today.first_of_month();
    let range = |from: Date, length: Span| Range {
        from: midnight(from, zone),
        until: midnight_or(from.checked_add(length), UnixMillis::MAX, zone),
    };
    (range(today, Span::new().days(1)), range(first, Span::new().months(1)))
}

/// Reads `since` and `until` of a usage question.
///
/// # Errors
/// `usage_error` for a text that is neither a span (`7d`, `24h`, `90m`) nor an ISO 8601 date or time, and for a range that ends
/// before it begins or has no time in it.
pub fn parse_range(
    since: Option<&str>,
    until: Option<&str>,
    now: UnixMillis,
    zone: &TimeZone,
) -> Result<Range, Fault> {
    let from = since.map_or(Ok(UnixMillis::MIN), |text| parse_moment(text, now, zone, false))?;
    let until = until.map_or(Ok(UnixMillis::MAX), |text| parse_moment(text, now, zone, true))?;
    // Beyond all that clocks can say there is still a range, in which nothing happened.
    let (from, until) = (from.min(UnixMillis::MAX - 1), until.max(UnixMillis::MIN + 1));
    // A last day counts whole: where its end is the beginning of the first, it is the day before.
    if until <= from {
        return Err(usage_error("the range ends before it begins, or has no time in it"));
    }
    Ok(Range { from, until })
}

fn parse_moment(text: &str, now: UnixMillis, zone: &TimeZone, end_of_day: bool) -> Result<UnixMillis, Fault> {
    let text = text.trim();
    if let Some(span) = parse_span(text) {
        return Ok(now.saturating_sub(span));
    }
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        return Ok(timestamp.as_millisecond());
    }
    // A bare date is a day of the writer's; as the end of a range, all of that day.
    if text.len() == 10
        && let Ok(date) = text.parse::<Date>()
    {
        return Ok(if end_of_day {
            midnight_or(date.tomorrow(), UnixMillis::MAX, zone)
        } else {
            midnight(date, zone)
        });
    }
    if let Ok(time) = text.parse::<DateTime>() {
        return Ok(moment(time, zone));
    }
    Err(usage_error("write a time like 7d, 24h, 2026-11-21 or 2026-11-21T09:00"))
}

fn parse_span(text: &str) -> Option<i64> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let number: i64 = number.parse().ok().filter(|number| *number >= 0)?;
    let unit = match unit {
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        "w" => 604_800_000,
        _ => return None,
    };
    number.checked_mul(unit)
}

/// The day or hour that a moment falls into, as text that sorts: `2026-11-21`, `2026-11-21T09:00`.
pub fn name_of(moment: UnixMillis, by_hour: bool, zone: &TimeZone) -> String {
    let local = local(moment, zone);
    if by_hour { local.strftime("%Y-%m-%dT%H:00").to_string() } else { local.date().to_string() }
}

/// The days or hours from the one that `first` falls into to the one that `last` falls into. Bounds are the writer's:
/// a day in which the clocks change has 23 or 25 hours.
pub fn spans(first: UnixMillis, last: UnixMillis, by_hour: bool, zone: &TimeZone) -> Vec<Range> {
    let mut spans = Vec::new();
    let mut from =
        if by_hour { first - into_hour(first, zone) } else { midnight(local(first, zone).date(), zone) };
    // A clock that was decades off makes no endless table.
    while from <= last && spans.len() < MOST_SPANS {
        let next = if by_hour {
            // To the next full hour of the writer's clock, also where it moves by half an hour in between.
            from + HOUR - into_hour(from, zone)
        } else {
            let date = local(from, zone).date();
            date.tomorrow().map_or(UnixMillis::MAX, |date| midnight(date, zone))
        };
        spans.push(Range { from, until: next });
        from = next;
    }
    spans
}

/// Milliseconds since the last full hour of the writer's clock.
fn into_hour(moment: UnixMillis, zone: &TimeZone) -> i64 {
    let offset = i64::from(zone.to_offset(local(moment, zone).timestamp()).seconds()) * 1_000;
    moment.saturating_add(offset).rem_euclid(HOUR)
}

const HOUR: i64 = 3_600_000;
const MOST_SPANS: usize = 50_000;

/// Days from today, the writer's own, until a day; below 0 where it is past.
pub fn days_until(day: Date, now: UnixMillis) -> i64 {
    days_from(local(now, &TimeZone::system()).date(), day)
}

fn days_from(today: Date, day: Date) -> i64 {
    today.until((jiff::Unit::Day, day)).map_or(0, |span| i64::from(span.get_days()))
}

/// ISO 8601 with the writer's offset, to the millisecond.
pub fn iso(moment: UnixMillis, zone: &TimeZone) -> String {
    local(moment, zone).strftime("%Y-%m-%dT%H:%M:%S%.3f%:z").to_string()
}

pub(crate) fn local(moment: UnixMillis, zone: &TimeZone) -> jiff::Zoned {
    // A clock that is years off is still a clock: what does not fit becomes the epoch.
    Timestamp::from_millisecond(moment).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(zone.clone())
}

/// The first moment of a day.
pub(crate) fn midnight(date: Date, zone: &TimeZone) -> UnixMillis {
    moment(date.at(0, 0, 0, 0), zone)
}

/// The first moment of a day that may lie beyond the calendar.
fn midnight_or(date: Result<Date, jiff::Error>, beyond: UnixMillis, zone: &TimeZone) -> UnixMillis {
    date.map_or(beyond, |date| midnight(date, zone))
}

/// When a clock in the zone says so. The first and the last days of the calendar are beyond what can be said as a moment:
/// they become the first and the last moment.
fn moment(time: DateTime, zone: &TimeZone) -> UnixMillis {
    let beyond = if time.year() < 0 { UnixMillis::MIN } else { UnixMillis::MAX };
    time.to_zoned(zone.clone()).map_or(beyond, |zoned| zoned.timestamp().as_millisecond())
}

fn usage_error(reason: &str) -> Fault {
    Fault::new(Code::UsageError).with("reason", reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixMillis = 1_795_255_200_000; // 2026-11-21T10:00:00Z

    fn jakarta() -> TimeZone {
        TimeZone::fixed(jiff::tz::offset(7))
    }

    #[test]
    fn days_are_the_writers_own() {
        let (today, month) = today_and_month(NOW, &jakarta());
        assert_eq!(iso(today.from, &jakarta()), "2026-11-21T00:00:00.000+07:00");
        assert_eq!(iso(month.from, &jakarta()), "2026-11-01T00:00:00.000+07:00");
        assert_eq!(name_of(NOW, true, &jakarta()), "2026-11-21T17:00");
        assert_eq!(name_of(NOW + 8 * 3_600_000, false, &jakarta()), "2026-11-22");
    }

    #[test]
    fn ranges_read_spans_dates_and_times() {
        let range = |since: &str, until: Option<&str>| parse_range(Some(since), until, NOW, &TimeZone::UTC);
        assert_eq!(range("7d", None).map(|r| r.from), Ok(NOW - 7 * 86_400_000));
        let day = range("2026-11-20", Some("2026-11-20")).expect("one day");
        assert_eq!(day.until - day.from, 86_400_000, "the last day is in the range");
        assert!(range("2026-11-20T08:00:00Z", None).is_ok());
        for bad in ["yesterday", "", "d", "-3d", "2026-13-01", "99999999999999999999d"] {
            assert_eq!(range(bad, None).map_err(|f| f.code()), Err(Code::UsageError), "{bad}");
        }
        for before in ["2026-11-01", "2026-11-20"] {
            let refused = range("2026-11-21", Some(before)).map_err(|fault| fault.code());
            assert_eq!(refused, Err(Code::UsageError), "{before}");
        }
    }

    #[test]
    fn the_edges_of_the_calendar_are_later_and_earlier_than_everything() {
        for zone in [TimeZone::UTC, jakarta(), TimeZone::fixed(jiff::tz::offset(-11))] {
            let of = |since: Option<&str>, until: Option<&str>| {
                let range = parse_range(since, until, NOW, &zone).expect("a range");
                (range.from <= NOW, NOW < range.until, range.from < range.until)
            };
            for last in ["9999-12-31", "9999-12-31T23:59:59"] {
                assert_eq!(of(Some(last), None), (false, true, true), "{last} on");
                assert_eq!(of(Some("2026-11-01"), Some(last)), (true, true, true), "until {last}");
            }
            assert_eq!(of(Some("9999-12-31"), Some("9999-12-31")), (false, true, true));
            for first in ["0000-01-01", "-009999-01-01T00:00"] {
                assert_eq!(of(Some(first), None), (true, true, true), "{first} on");
                assert_eq!(of(None, Some(first)), (true, false, true), "until {first}");
            }
        }
    }

    #[test]
    fn a_day_and_a_month_end() {
        let december = "2026-12-31T22:00:00Z".parse::<Timestamp>().expect("a time").as_millisecond();
        for (now, day_after, month_after) in [
            (NOW, "2026-11-22T00:00:00.000+07:00", "2026-12-01T00:00:00.000+07:00"),
            (december, "2027-01-02T00:00:00.000+07:00", "2027-02-01T00:00:00.000+07:00"),
        ] {
            let (today, month) = today_and_month(now, &jakarta());
            assert_eq!(iso(today.until, &jakarta()), day_after);
            assert_eq!(iso(month.until, &jakarta()), month_after);
        }
    }

    #[test]
    fn days_are_counted_over_months_and_years_in_both_directions() {
        let day = |text: &str| text.parse::<Date>().expect("a day");
        for (then, days) in [
            ("2026-11-21", 0),
            ("2026-11-22", 1),
            ("2026-12-21", 30),
            ("2027-11-21", 365),
            ("2026-11-01", -20),
        ] {
            assert_eq!(days_from(day("2026-11-21"), day(then)), days, "{then}");
        }
    }

    #[test]
    fn a_day_has_as_many_hours_as_the_writers_clock_gives_it() {
        let days = spans(NOW, NOW + 2 * 86_400_000, false, &jakarta());
        assert_eq!(days.len(), 3);
        assert!(days.windows(2).all(|pair| pair[0].until == pair[1].from));
        assert_eq!(spans(NOW, NOW, true, &TimeZone::UTC), [Range { from: NOW, until: NOW + HOUR }]);
        assert_eq!(spans(0, UnixMillis::MAX, true, &TimeZone::UTC).len(), MOST_SPANS);
    }

    #[test]
    fn hours_are_those_of_the_writers_clock_also_in_zones_of_half_and_quarter_hours() {
        for (offset, first_hour) in [("05:30", "2026-11-21T15:00"), ("05:45", "2026-11-21T15:00")] {
            let (hours, minutes) = offset.split_once(':').expect("an offset");
            let seconds =
                hours.parse::<i32>().expect("hours") * 3_600 + minutes.parse::<i32>().expect("minutes") * 60;
            let zone = TimeZone::fixed(jiff::tz::Offset::from_seconds(seconds).expect("an offset"));
            let hours = spans(NOW, NOW + 2 * HOUR, true, &zone);
            assert_eq!(hours.len(), 3);
            assert_eq!(name_of(hours[0].from, true, &zone), first_hour);
            for hour in &hours {
                assert_eq!(local(hour.from, &zone).minute(), 0, "{offset}");
                assert_eq!(name_of(hour.from, true, &zone), name_of(hour.until - 1, true, &zone));
            }
        }
        // On Lord Howe Island the clock goes from 02:00 to 02:30 in spring, and from 02:00 back to 01:30 in autumn.
        let island = TimeZone::get("Australia/Lord_Howe").expect("a zone");
        for (day, hours_of_day) in [("2026-10-04", 24), ("2026-04-05", 25)] {
            let day: Date = day.parse().expect("a day");
            let (first, end) = (midnight(day, &island), midnight(day.tomorrow().expect("a day"), &island));
            let hours = spans(first, end - 1, true, &island);
            assert_eq!(hours.len(), hours_of_day, "{day}");
            assert!(hours.windows(2).all(|pair| pair[0].until == pair[1].from));
            assert_eq!((hours[0].from, hours[hours.len() - 1].until), (first, end));
        }
    }

    #[test]
    fn a_clock_that_is_years_off_does_not_panic() {
        for moment in [UnixMillis::MIN, -1, 0, UnixMillis::MAX] {
            let _ = (iso(moment, &jakarta()), today_and_month(moment, &jakarta()));
        }
    }
}
