//! A time that the page asks about, cut into the columns of a chart. Days, weeks and months are the writer's own.

use crate::time::{Range, local, midnight};
use inkhorn_charts::Step;
use inkhorn_contract::UsagePeriod;
use inkhorn_domain::UnixMillis;
use inkhorn_fault::{Code, Fault, Result};
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan};

/// Up to so many days a column is an hour.
const DAYS_IN_HOURS: i32 = 2;
/// Up to so many it is a day; beyond, a month.
const DAYS_IN_DAYS: i32 = 400;
/// More columns than this are drawn by nobody: a hundred years of months.
const MOST_COLUMNS: i32 = 1_200;
const HOUR: i64 = 3_600_000;

/// A time in the writer's days, with its columns.
#[derive(Clone, Debug)]
pub(super) struct Period {
    pub first: Date,
    /// It belongs to the period.
    pub last: Date,
    pub range: Range,
    pub step: Step,
    /// At most so many as are drawn: of more, the last.
    pub columns: Vec<Stretch>,
}

/// One column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    pub range: Range,
    pub begins: DateTime,
}

impl Period {
    /// # Errors
    /// `usage_error` for a day that is none, and for a range that ends before it begins.
    pub(super) fn of(asked: &UsagePeriod, now: UnixMillis, zone: &TimeZone) -> Result<Self> {
        let today = local(now, zone).date();
        let (first, last) = match asked {
            UsagePeriod::Today => (today, today),
            UsagePeriod::Week => {
                let since_monday = i32::from(today.weekday().to_monday_zero_offset());
                (today.checked_sub(since_monday.days()).unwrap_or(today), today)
            }
            UsagePeriod::Month => (today.first_of_month(), today),
            UsagePeriod::Days { from, until } => (parse_day(from)?, parse_day(until)?),
        };
        if last < first {
            return Err(refused("the range ends before it begins"));
        }
        let days = days_between(first, last).saturating_add(1);
        let step = if days <= DAYS_IN_HOURS {
            Step::Hour
        } else if days <= DAYS_IN_DAYS {
            Step::Day
        } else {
            Step::Month
        };
        let after = last.tomorrow().map_or(UnixMillis::MAX, |date| midnight(date, zone));
        let range = Range { from: midnight(first, zone), until: after };
        let columns = columns(first, last, range, step, zone);
        Ok(Self { first, last, range, step, columns })
    }

    /// Whether there are more columns than are drawn.
    pub(super) fn is_cut(&self) -> bool {
        self.columns.first().is_none_or(|column| column.range.from > self.range.from)
    }

    /// Draws the months from the first use to the last where not all can be drawn: of the thousands of years around them,
    /// whose sums it keeps, there is nothing to see.
    pub(super) fn draw_around(&mut self, first: UnixMillis, last: UnixMillis, zone: &TimeZone) {
        let within = |moment: UnixMillis| local(moment, zone).date().clamp(self.first, self.last);
        let (first, last) = (within(first), within(last));
        let after = last.last_of_month().tomorrow().map_or(UnixMillis::MAX, |next| midnight(next, zone));
        let range = Range { from: self.range.from, until: after.min(self.range.until) };
        self.columns = columns(first.first_of_month().max(self.first), last, range, self.step, zone);
    }

    /// The name of a column in tables and files.
    pub(super) fn name(&self, column: &Stretch) -> String {
        match self.step {
            Step::Hour => column.begins.strftime("%Y-%m-%dT%H:%M").to_string(),
            Step::Day => column.begins.date().to_string(),
            Step::Month => column.begins.strftime("%Y-%m").to_string(),
        }
    }
}

fn columns(first: Date, last: Date, range: Range, step: Step, zone: &TimeZone) -> Vec<Stretch> {
    let mut columns = Vec::new();
    match step {
        // Hours are counted from the writer's midnight and not from UTC's: zones may differ by half an hour.
        Step::Hour => {
            let mut from = range.from;
            // The last day of the calendar has no hours that could be told.
            let end = range.until.min(Timestamp::MAX.as_millisecond());
            while from < end {
                let until = from.saturating_add(HOUR).min(end);
                columns.push(Stretch { range: Range { from, until }, begins: local(from, zone).datetime() });
                from = until;
            }
        }
        Step::Day | Step::Month => {
            let earliest = last.first_of_month().saturating_sub((MOST_COLUMNS - 1).months());
            let mut date = if step == Step::Month { first.max(earliest) } else { first };
            while date <= last {
                let next = if step == Step::Day {
                    date.tomorrow().ok()
                } else {
                    date.first_of_month().checked_add(1.month()).ok()
                };
                let from = midnight(date, zone).max(range.from);
                let until = next.map_or(range.until, |next| midnight(next, zone)).min(range.until);
                columns.push(Stretch { range: Range { from, until }, begins: date.at(0, 0, 0, 0) });
                let Some(next) = next else { break };
                date = next;
            }
        }
    }
    columns
}

/// Whole days from one day to another.
pub(super) fn days_between(first: Date, last: Date) -> i32 {
    first.until(last).map_or(i32::MAX, |span: Span| span.get_days())
}

fn parse_day(text: &str) -> Result<Date> {
    let day: Option<Date> = text.trim().parse().ok();
    // A day and nothing more: a time of day would be dropped without a word.
    let whole = day.filter(|day| day.to_string() == text.trim());
    whole.ok_or_else(|| refused("write a day like 2026-11-21"))
}

fn refused(reason: &str) -> Fault {
    Fault::new(Code::UsageError).with("reason", reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixMillis = 1_795_255_200_000; // Saturday 2026-11-21T10:00:00Z

    fn days(from: &str, until: &str) -> UsagePeriod {
        UsagePeriod::Days { from: from.into(), until: until.into() }
    }

    fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).expect("a zone of the system")
    }

    #[test]
    fn a_week_begins_on_monday_and_a_month_on_its_first() {
        let of = |asked| Period::of(&asked, NOW, &TimeZone::UTC).expect("a period");
        let week = of(UsagePeriod::Week);
        assert_eq!((week.first.to_string(), week.columns.len()), ("2026-11-16".into(), 6));
        let month = of(UsagePeriod::Month);
        assert_eq!((month.first.to_string(), month.columns.len()), ("2026-11-01".into(), 21));
        let today = of(UsagePeriod::Today);
        assert_eq!((today.step, today.columns.len()), (Step::Hour, 24));
        assert_eq!(today.name(&today.columns[9]), "2026-11-21T09:00");
        let long = of(days("2024-01-15", "2026-11-21"));
        assert_eq!((long.step, long.columns.len()), (Step::Month, 35));
        assert_eq!(long.name(&long.columns[1]), "2024-02");
        assert_eq!(of(days("2024-01-01", "2024-12-31")).columns.len(), 366);
    }

    #[test]
    fn columns_meet_and_cover_the_range_whatever_the_clocks_do() {
        for (name, from, until) in [
            ("Europe/Berlin", "2026-10-25", "2026-10-25"),
            ("Europe/Berlin", "2026-03-28", "2026-03-29"),
            ("America/New_York", "2026-03-01", "2026-11-30"),
            ("Asia/Kolkata", "2026-11-21", "2026-11-21"),
            ("Australia/Lord_Howe", "2026-10-03", "2026-10-04"),
        ] {
            let period = Period::of(&days(from, until), NOW, &zone(name)).expect("a period");
            let edges = period.columns.windows(2).all(|pair| pair[0].range.until == pair[1].range.from);
            let ends = (period.columns[0].range.from, period.columns[period.columns.len() - 1].range.until);
            assert!(edges && ends == (period.range.from, period.range.until), "{name} {from}");
        }
        let long_day = Period::of(&days("2026-10-25", "2026-10-25"), NOW, &zone("Europe/Berlin"));
        assert_eq!(long_day.map(|period| period.columns.len()), Ok(25));
        let india = Period::of(&UsagePeriod::Today, NOW, &zone("Asia/Kolkata")).expect("a period");
        assert_eq!(india.name(&india.columns[15]), "2026-11-21T15:00", "hours are the writer's own");
    }

    #[test]
    fn of_thousands_of_years_the_months_of_use_are_drawn() {
        let ages = days("0001-01-01", "9999-12-31");
        let mut period = Period::of(&ages, NOW, &TimeZone::UTC).expect("a period");
        let names = |period: &Period| {
            let of = |column: Option<&Stretch>| column.map(|column| period.name(column));
            (period.columns.len(), of(period.columns.first()), of(period.columns.last()))
        };
        let named = |count, first: &str, last: &str| (count, Some(first.to_owned()), Some(last.to_owned()));
        assert_eq!(names(&period), named(1_200, "9900-01", "9999-12"));
        assert!(period.is_cut());
        period.draw_around(NOW - 40 * 86_400_000, NOW, &TimeZone::UTC);
        assert_eq!(names(&period), named(2, "2026-10", "2026-11"));
        assert!(period.columns[0].range.from <= NOW - 40 * 86_400_000);
        assert!(period.columns[1].range.until > NOW && period.range.until > period.columns[1].range.until);
        // Clocks that were off by ages: the last of what was used.
        period.draw_around(UnixMillis::MIN / 1_000, NOW, &TimeZone::UTC);
        assert!(names(&period).0 <= 1_200 && names(&period).2 == Some("2026-11".into()));

        let century = Period::of(&days("1927-01-01", "2026-11-21"), NOW, &TimeZone::UTC).expect("a period");
        assert!(!century.is_cut() && century.columns.len() == 1_199);
        let last_day = Period::of(&days("9999-12-30", "9999-12-31"), NOW, &TimeZone::UTC).expect("a period");
        assert!(last_day.columns.len() < 48, "{}", last_day.columns.len());
    }

    #[test]
    fn a_range_that_ends_before_it_begins_is_refused() {
        let code = |asked| Period::of(&asked, NOW, &TimeZone::UTC).map(drop).map_err(|fault| fault.code());
        assert_eq!(code(days("2026-11-21", "2026-11-20")), Err(Code::UsageError));
        for bad in ["", "yesterday", "2026-02-30", "2026-11-21T10:00", "99999-01-01"] {
            assert_eq!(code(days(bad, "2026-11-21")), Err(Code::UsageError), "{bad}");
        }
        assert_eq!(code(days("-009999-01-01", "9999-12-31")), Ok(()));
    }

    #[test]
    fn a_clock_that_is_years_off_still_has_a_today() {
        for now in [UnixMillis::MIN, 0, UnixMillis::MAX] {
            assert!(Period::of(&UsagePeriod::Month, now, &TimeZone::UTC).is_ok());
        }
    }
}
