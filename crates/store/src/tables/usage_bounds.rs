//! Between when there was any use at all, found in the sums of the first and the last day with some.

use super::usage_days::{DAY, QUARTER, damaged, day_and_key, day_of, lines, next_quarter, open_line};
use crate::failure::from_sqlite;
use inkhorn_fault::Result;
use rusqlite::{Connection, params};
use std::ops::Range;

/// When the first and the last request of this span began, to a quarter of an hour. `None` where there is none. Right
/// also where the rows were pruned.
pub fn first_and_last(db: &Connection, times: &Range<i64>) -> Result<Option<(i64, i64)>> {
    if times.start >= times.end {
        return Ok(None);
    }
    let find = || -> rusqlite::Result<Option<(i64, i64)>> {
        let first = quarters_of_a_day(
            db,
            times,
            "SELECT id, sums FROM usage_day WHERE id >= ?1 AND id < ?2 ORDER BY id",
        )?;
        let last = quarters_of_a_day(
            db,
            times,
            "SELECT id, sums FROM usage_day WHERE id >= ?1 AND id < ?2 ORDER BY id DESC",
        )?;
        Ok(first.zip(last).map(|(first, last)| (first.0, last.1)))
    };
    find().map_err(from_sqlite)
}

/// The first and the last quarter within the span, of the day that comes first in this order and has one.
fn quarters_of_a_day(db: &Connection, times: &Range<i64>, sql: &str) -> rusqlite::Result<Option<(i64, i64)>> {
    let days = lines(day_of(times.start)..day_of(times.end.saturating_sub(1)) + 1);
    let mut query = db.prepare_cached(sql)?;
    let mut rows = query.query(params![days.start, days.end])?;
    let mut found: Option<(i64, i64)> = None;
    while let Some(row) = rows.next()? {
        let begin = day_and_key(row.get(0)?).0 * DAY;
        if found.is_some_and(|(first, _)| first / DAY != begin / DAY) {
            break;
        }
        let bytes = row.get_ref(1)?.as_blob().map_err(|_| damaged())?;
        let (_, mut rest) = open_line(bytes).ok_or_else(damaged)?;
        while !rest.is_empty() {
            let (quarter, _) = next_quarter(&mut rest).ok_or_else(damaged)?;
            let time = begin + i64::from(quarter) * QUARTER;
            if time < times.end && time.saturating_add(QUARTER) > times.start {
                found = Some(found.map_or((time, time), |(first, last)| (first.min(time), last.max(time))));
            }
        }
    }
    Ok(found)
}
