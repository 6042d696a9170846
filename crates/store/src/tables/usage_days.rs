//! The sums of each day, kept beside the rows in the same transaction, so that years of requests are added up in
//! milliseconds and stay added up after their rows are gone.
//!
//! A line stands for one UTC day and one *key*: face, app, feature, connection, provider and model together. It holds
//! the sums of the day and those of each quarter of an hour in it. Quarters, because every time zone in use begins its
//! days and hours at one: a writer's own days, in Jakarta as in Kathmandu, are put together from whole quarters.

use super::usage::{MOMENT_BITS, NameIds, row_numbers};
use super::usage_sums::Sums;
use crate::failure::from_sqlite;
use inkhorn_fault::{Code, Fault, Result};
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::BTreeMap;
use std::collections::HashMap;
use std::ops::Range;

pub(crate) const SCHEMA: &str = "
CREATE TABLE usage_key (
    id       INTEGER PRIMARY KEY,
    face     INTEGER NOT NULL,
    app      INTEGER NOT NULL,
    feature  INTEGER NOT NULL,
    slug     INTEGER NOT NULL,
    provider INTEGER NOT NULL,
    model    INTEGER NOT NULL,
    UNIQUE (face, app, feature, slug, provider, model)
) STRICT;
CREATE TABLE usage_day (
    id   INTEGER PRIMARY KEY,
    sums BLOB NOT NULL
) STRICT;
CREATE TABLE usage_state (
    one          INTEGER PRIMARY KEY CHECK (one = 1),
    pruned_until INTEGER NOT NULL,
    rebuild_due  INTEGER NOT NULL
) STRICT;
INSERT INTO usage_state (one, pruned_until, rebuild_due) VALUES (1, 0, EXISTS (SELECT 1 FROM usage));
";

/// The third step: refusals are figures too. A log with refusals in it makes its sums once more; those of rows that were
/// removed before stay as they are, and tell nothing of refusals.
pub(crate) const REFUSALS: &str = "
ALTER TABLE usage_state ADD COLUMN refusals_from INTEGER NOT NULL DEFAULT 0;
UPDATE usage_state SET refusals_from = pruned_until;
UPDATE usage_state SET rebuild_due = 1 WHERE EXISTS (
    SELECT 1 FROM usage WHERE finish IN (SELECT id FROM name WHERE text = 'content-filter')
                           OR fault IN (SELECT id FROM name WHERE text = 'content_refused'));
";

/// Milliseconds in a quarter of an hour.
pub const QUARTER: i64 = 900_000;
/// Milliseconds in a day.
pub(crate) const DAY: i64 = 86_400_000;
/// Low bits of a line's number: the key.
const KEY_BITS: u32 = 32;
/// The form of the bytes in a line.
const FORM: u8 = 1;

/// The key of a line, as numbers of names; 0 stands for none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) face: i64,
    pub(crate) app: i64,
    pub(crate) feature: i64,
    pub(crate) slug: i64,
    pub(crate) provider: i64,
    pub(crate) model: i64,
}

impl Key {
    pub(crate) fn of(names: &NameIds) -> Self {
        Self {
            face: names.face,
            app: names.app.unwrap_or(0),
            feature: names.feature,
            slug: names.slug.unwrap_or(0),
            provider: names.provider.unwrap_or(0),
            model: names.model_asked,
        }
    }
}

/// Numbers of keys, found once.
#[derive(Default)]
pub(crate) struct Keys(HashMap<Key, i64>);

impl Keys {
    /// Forgets what a transaction that failed may have taught.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    fn number(&mut self, db: &Connection, key: Key) -> rusqlite::Result<i64> {
        if let Some(number) = self.0.get(&key) {
            return Ok(*number);
        }
        const FIND: &str = "SELECT id FROM usage_key
            WHERE face = ?1 AND app = ?2 AND feature = ?3 AND slug = ?4 AND provider = ?5 AND model = ?6";
        const ADD: &str = "INSERT INTO usage_key (face, app, feature, slug, provider, model)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6) RETURNING id";
        let values = params![key.face, key.app, key.feature, key.slug, key.provider, key.model];
        let found = db.prepare_cached(FIND)?.query_row(values, |row| row.get(0)).optional()?;
        let number = match found {
            Some(number) => number,
            None => db.prepare_cached(ADD)?.query_row(values, |row| row.get(0))?,
        };
        if self.0.len() >= KEYS_IN_MEMORY {
            self.0.clear();
        }
        self.0.insert(key, number);
        Ok(number)
    }
}

/// Keys held in memory; beyond that the table is asked again.
const KEYS_IN_MEMORY: usize = 20_000;

/// Adds one attempt to its day. Belongs into the transaction that writes the row.
pub(crate) fn add(
    db: &Connection,
    keys: &mut Keys,
    time: i64,
    key: Key,
    sums: &Sums,
) -> rusqlite::Result<()> {
    let number = keys.number(db, key)?;
    let line = line_number(day_of(time), number);
    let mut query = db.prepare_cached("SELECT sums FROM usage_day WHERE id = ?1")?;
    let mut rows = query.query([line])?;
    match rows.next()? {
        Some(row) => {
            let bytes = row.get_ref(0)?.as_blob().map_err(|_| damaged())?;
            let grown = with(bytes, quarter_of(time), sums).ok_or_else(damaged)?;
            db.prepare_cached("UPDATE usage_day SET sums = ?2 WHERE id = ?1")?
                .execute(params![line, grown])?;
        }
        None => {
            let mut day = Day::default();
            day.add(quarter_of(time), sums);
            db.prepare_cached("INSERT INTO usage_day (id, sums) VALUES (?1, ?2)")?
                .execute(params![line, day.encode()])?;
        }
    }
    Ok(())
}

/// Bytes that are not what this file writes; reads as [`Code::Damaged`] outside.
pub(crate) fn damaged() -> rusqlite::Error {
    rusqlite::Error::InvalidQuery
}

/// The line with one attempt more. Requests come in the order of time, so nearly always only the sums of the day, at
/// the beginning, and those of the last quarter, at the end, are written anew.
fn with(bytes: &[u8], quarter: u8, sums: &Sums) -> Option<Vec<u8>> {
    let (mut total, mut rest) = open_line(bytes)?;
    total.add(sums);
    let mut out = Vec::with_capacity(bytes.len() + 48);
    out.push(FORM);
    total.encode(&mut out);
    let mut placed = false;
    while let Some((this, after)) = rest.split_first() {
        let begin = rest;
        rest = after;
        let mut figures = Sums::default();
        figures.add_encoded(&mut rest)?;
        if *this > quarter && !placed {
            out.push(quarter);
            sums.encode(&mut out);
            placed = true;
        }
        if *this == quarter {
            figures.add(sums);
            out.push(quarter);
            figures.encode(&mut out);
            placed = true;
        } else {
            out.extend_from_slice(&begin[..begin.len() - rest.len()]);
        }
    }
    if !placed {
        out.push(quarter);
        sums.encode(&mut out);
    }
    Some(out)
}

/// The sums of the whole day, and the bytes of its quarters.
pub(crate) fn open_line(bytes: &[u8]) -> Option<(Sums, &[u8])> {
    let (form, mut rest) = bytes.split_first()?;
    let mut total = Sums::default();
    (*form == FORM).then_some(())?;
    total.add_encoded(&mut rest)?;
    Some((total, rest))
}

/// The next quarter of a line: which it is, and its sums.
pub(crate) fn next_quarter(rest: &mut &[u8]) -> Option<(u8, Sums)> {
    let mut sums = Sums::default();
    let quarter = peek_quarter(rest)?;
    add_quarter(rest, &mut sums)?;
    Some((quarter, sums))
}

/// Which quarter comes next.
pub(crate) fn peek_quarter(rest: &[u8]) -> Option<u8> {
    rest.first().copied()
}

/// Adds the sums of the next quarter, and goes on behind it.
pub(crate) fn add_quarter(rest: &mut &[u8], sums: &mut Sums) -> Option<()> {
    *rest = rest.get(1..)?;
    sums.add_encoded(rest)
}

/// One line in memory.
#[derive(Default, PartialEq, Eq, Debug)]
struct Day {
    total: Sums,
    quarters: BTreeMap<u8, Sums>,
}

impl Day {
    fn add(&mut self, quarter: u8, sums: &Sums) {
        self.total.add(sums);
        self.quarters.entry(quarter).or_default().add(sums);
    }

    fn encode(&self) -> Vec<u8> {
        let mut out = vec![FORM];
        self.total.encode(&mut out);
        for (quarter, sums) in &self.quarters {
            out.push(*quarter);
            sums.encode(&mut out);
        }
        out
    }
}

/// Which UTC day a moment falls into, counted from 1970.
pub(crate) fn day_of(time: i64) -> i64 {
    clamped(time) / DAY
}

fn quarter_of(time: i64) -> u8 {
    (clamped(time) % DAY / QUARTER) as u8
}

/// A row keeps no time beyond what its number can hold, and neither do the sums.
fn clamped(time: i64) -> i64 {
    row_numbers(&(time..time)).start >> MOMENT_BITS
}

/// The numbers of all lines of these days.
pub(crate) fn lines(days: Range<i64>) -> Range<i64> {
    days.start << KEY_BITS..days.end << KEY_BITS
}

fn line_number(day: i64, key: i64) -> i64 {
    day << KEY_BITS | key
}

/// The day and the key of a line.
pub(crate) fn day_and_key(line: i64) -> (i64, i64) {
    (line >> KEY_BITS, line & ((1 << KEY_BITS) - 1))
}

/// Until when rows were removed, UTC milliseconds; 0 where none were.
pub fn pruned_until(db: &Connection) -> Result<i64> {
    let ask = || db.prepare_cached("SELECT pruned_until FROM usage_state")?.query_row([], |row| row.get(0));
    ask().map_err(from_sqlite)
}

/// From when on refusals are among the sums, UTC milliseconds: where rows were removed before refusals were counted,
/// those of the time before are known to nobody.
pub fn refusals_from(db: &Connection) -> Result<i64> {
    let ask = || db.prepare_cached("SELECT refusals_from FROM usage_state")?.query_row([], |row| row.get(0));
    ask().map_err(from_sqlite)
}

/// Rows whose sums are not there yet: the log is from a version that kept none, or fewer figures.
pub(crate) fn rebuild_is_due(db: &Connection) -> rusqlite::Result<bool> {
    db.query_row("SELECT rebuild_due FROM usage_state", [], |row| row.get(0))
}

/// Makes the sums anew from the rows, for the days that were not pruned.
pub(crate) fn rebuild(db: &Connection) -> Result<()> {
    let from = day_of(pruned_until(db)?);
    let make = || -> rusqlite::Result<()> {
        let mut keys = Keys::default();
        db.execute("DELETE FROM usage_day WHERE id >= ?1", [lines(from..from + 1).start])?;
        let mut insert = db.prepare("INSERT INTO usage_day (id, sums) VALUES (?1, ?2)")?;
        for_each_day(db, from * DAY..i64::MAX, &mut keys, |lines| {
            for (line, day) in lines {
                insert.execute(params![line, day.encode()])?;
            }
            Ok(())
        })?;
        db.execute("UPDATE usage_state SET rebuild_due = 0", []).map(drop)
    };
    make().map_err(from_sqlite)
}

/// Compares the sums with the rows that they stand for, for the days that were not pruned.
///
/// # Errors
/// `damaged` where they differ.
pub fn verify(db: &Connection) -> Result<()> {
    let from = day_of(pruned_until(db)?);
    let mut keys = Keys::default();
    let mut lines_seen = 0i64;
    let mut check = || -> rusqlite::Result<bool> {
        let mut same = true;
        let mut read = db.prepare("SELECT sums FROM usage_day WHERE id = ?1")?;
        for_each_day(db, from * DAY..i64::MAX, &mut keys, |lines| {
            for (line, day) in lines {
                let kept: Option<Vec<u8>> = read.query_row([line], |row| row.get(0)).optional()?;
                same &= kept.as_deref().and_then(read_line).is_some_and(|kept| kept == day);
                lines_seen += 1;
            }
            Ok(())
        })?;
        let count = "SELECT count(*) FROM usage_day WHERE id >= ?1";
        let kept: i64 = db.query_row(count, [lines(from..from + 1).start], |row| row.get(0))?;
        Ok(same && kept == lines_seen)
    };
    match check().map_err(from_sqlite)? {
        true => Ok(()),
        false => Err(Fault::new(Code::Damaged).with_detail("the sums of the usage log differ from its rows")),
    }
}

fn read_line(bytes: &[u8]) -> Option<Day> {
    let (total, mut rest) = open_line(bytes)?;
    let mut day = Day { total, ..Day::default() };
    while !rest.is_empty() {
        let (quarter, sums) = next_quarter(&mut rest)?;
        day.quarters.insert(quarter, sums);
    }
    Some(day)
}

/// Reads all rows of a span in the order of time, and hands out the lines of each day once they are complete.
fn for_each_day(
    db: &Connection,
    times: Range<i64>,
    keys: &mut Keys,
    mut done: impl FnMut(BTreeMap<i64, Day>) -> rusqlite::Result<()>,
) -> rusqlite::Result<()> {
    let mut open: BTreeMap<i64, Day> = BTreeMap::new();
    let mut today = None;
    super::usage::for_each_figure(db, &times, |time, key, sums| {
        if today != Some(day_of(time)) {
            today = Some(day_of(time));
            done(std::mem::take(&mut open))?;
        }
        let line = line_number(day_of(time), keys.number(db, key)?);
        open.entry(line).or_default().add(quarter_of(time), &sums);
        Ok(())
    })?;
    done(open)
}

/// Removes at most `most` rows of the days that are over before `before`, oldest first. Their sums stay. Gives the
/// number of rows removed: call it again while it is `most`, so that requests get their turn between.
pub(crate) fn prune(db: &Connection, before: i64, most: u32) -> rusqlite::Result<u32> {
    let until = clamped(before) / DAY * DAY;
    db.execute("UPDATE usage_state SET pruned_until = max(pruned_until, ?1)", [until])?;
    let numbers = row_numbers(&(0..until));
    let removed = db.execute(
        "DELETE FROM usage WHERE id IN (SELECT id FROM usage WHERE id < ?1 ORDER BY id LIMIT ?2)",
        params![numbers.end, most],
    )?;
    Ok(removed as u32)
}

#[cfg(test)]
mod tests;
