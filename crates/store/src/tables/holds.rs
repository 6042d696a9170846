//! What is held back of a budget while a request is under way, in `usage.db`, where the row of the request ends it.
//!
//! Whether a request fits, and what is held back for it, is decided in one transaction that no other process can
//! interleave: spent is read from the sums, held from the rows here. So many requests at once cannot overrun a limit
//! that each of them alone would keep.

use super::usage::{UsageRow, cut};
use super::usage_filter::Filter;
use super::usage_gather::gather;
use super::usage_question::Question;
use crate::failure::from_sqlite;
use inkhorn_domain::{BudgetScope, BudgetSubject, Money};
use inkhorn_fault::Result;
use rusqlite::{Connection, params};
use std::collections::HashMap;
use std::ops::Range;

pub(crate) const SCHEMA: &str = "
CREATE TABLE hold (
    id      INTEGER PRIMARY KEY,
    owner   TEXT NOT NULL,
    time    INTEGER NOT NULL,
    app     TEXT,
    feature TEXT NOT NULL,
    slug    TEXT,
    model   TEXT NOT NULL,
    amount  INTEGER NOT NULL
) STRICT;
CREATE TABLE budget_pass (
    budget TEXT PRIMARY KEY,
    until  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE budget_notice (
    budget  TEXT NOT NULL,
    from_ms INTEGER NOT NULL,
    bound   INTEGER NOT NULL,
    percent INTEGER NOT NULL,
    made_at INTEGER NOT NULL,
    told    INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (budget, from_ms, bound, percent)
) STRICT, WITHOUT ROWID;
";

/// Sums of limits kept in memory; beyond that they are read again.
const SPENT_IN_MEMORY: usize = 256;

/// One budget, in the period that a request falls into.
#[derive(Clone, Debug)]
pub struct Limit<'b> {
    /// What the budget is called: its scope and its period.
    pub name: &'b str,
    /// What it counts.
    pub scope: &'b BudgetScope,
    /// The period, UTC milliseconds.
    pub times: Range<i64>,
    /// The most that may be spent in it.
    pub most: Money,
    /// Percents of `most` at which the writer wants to be told.
    pub warn: &'b [u8],
}

/// What a request wants held back.
#[derive(Clone, Copy, Debug)]
pub struct Want<'r> {
    /// When the request began.
    pub time: i64,
    /// The request.
    pub subject: BudgetSubject<'r>,
    /// What it may cost at worst; `None` where nobody knows, which no limit can hold.
    pub worst: Option<Money>,
    /// What it costs if its answer is kept short. Held back instead where the worst does not fit.
    pub least: Money,
}

/// What became of a wish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It may go out.
    Held(Held),
    /// It may not.
    Over(Over),
}

/// Held back until the row of the request is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Which; goes into [`crate::Store::append_usage_held`].
    pub id: i64,
    /// How much, between the least and the worst. The answer must be kept within it.
    pub amount: Money,
    /// Names of the limits that let it pass this once.
    pub passed: Vec<String>,
}

/// Why a request does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Over {
    /// Which of the limits, as a position.
    pub limit: usize,
    /// Spent in its period, pico-dollars.
    pub spent: i128,
    /// Held back for requests under way, pico-dollars.
    pub held: i128,
}

/// How a limit stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Spent in its period, pico-dollars, as far as costs are known.
    pub spent: i128,
    /// Attempts in the period whose cost nobody knows.
    pub unpriced: u64,
    /// Held back for requests under way, pico-dollars.
    pub held: i128,
    /// Whether the next request that does not fit is let through.
    pub pass: bool,
}

/// A percentage of a limit that was reached for the first time in its period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reached {
    /// The limit's name.
    pub budget: String,
    /// The percentage.
    pub percent: u8,
    /// The limit.
    pub most: Money,
    /// When the period began, UTC milliseconds.
    pub from: i64,
}

/// What one connection remembers of budgets.
#[derive(Default)]
pub(crate) struct Holding {
    spent: HashMap<(String, i64, i64), Spent>,
    data_version: i64,
    unreleased: Vec<i64>,
}

#[derive(Clone)]
struct Spent {
    scope: BudgetScope,
    cost: i128,
    unpriced: u64,
}

impl Holding {
    /// Sums are read again when they are next asked for.
    pub(crate) fn forget(&mut self) {
        self.spent.clear();
    }

    /// The row of this request could not be written: what it held does not count, and is given back with the next row.
    pub(crate) fn release_later(&mut self, held: Option<i64>) {
        self.unreleased.extend(held);
    }

    /// A row was written, and with it everything was given back.
    pub(crate) fn released(&mut self) {
        self.unreleased.clear();
    }

    /// Holds back what fits, or says what does not. Inside a transaction that began `IMMEDIATE`, and that is rolled back
    /// when nothing is held.
    ///
    /// `owner` is who holds it; `is_dead` tells whether the owner of a hold has ended without giving it back. It is asked only where that would
    /// make the difference.
    pub(crate) fn reserve(
        &mut self,
        db: &Connection,
        owner: &str,
        want: &Want<'_>,
        limits: &[Limit<'_>],
        is_dead: &dyn Fn(&str) -> bool,
    ) -> Result<Verdict> {
        self.refresh(db)?;
        let mut holds = load_holds(db)?;
        holds.retain(|hold| !self.unreleased.contains(&hold.id));
        let mut looked = false;
        let mut passed = Vec::new();
        let mut amount = want.worst.unwrap_or(want.least).max(want.least);
        for (at, limit) in limits.iter().enumerate() {
            let spent = self.spent(db, limit)?.cost;
            let mut held = held_of(&holds, limit);
            let least = i128::from(want.least.0);
            let most = i128::from(limit.most.0);
            if !looked && spent + held + i128::from(amount.0) > most {
                looked = true;
                release_dead(db, &mut holds, is_dead)?;
                held = held_of(&holds, limit);
            }
            let left = most - spent - held;
            // A request that costs nothing fits even where nothing is left.
            if want.worst.is_some() && (least <= left || want.worst == Some(Money::ZERO)) {
                let fits = i64::try_from(left.max(0)).unwrap_or(i64::MAX);
                amount = Money(amount.0.min(fits).max(want.least.0));
            } else if use_pass(db, limit, want.time)? {
                passed.push(limit.name.to_owned());
            } else {
                return Ok(Verdict::Over(Over { limit: at, spent, held }));
            }
        }
        let id = insert_hold(db, owner, want, amount).map_err(from_sqlite)?;
        Ok(Verdict::Held(Held { id, amount, passed }))
    }

    /// Ends what was held for a request whose row was just written, and notes what was reached by it.
    pub(crate) fn settle(
        &mut self,
        db: &Connection,
        row: &UsageRow,
        held: Option<i64>,
        limits: &[Limit<'_>],
    ) -> Result<Vec<Reached>> {
        for id in self.unreleased.iter().copied().chain(held) {
            release(db, id).map_err(from_sqlite)?;
        }
        if limits.is_empty() && self.spent.is_empty() {
            return Ok(Vec::new());
        }
        self.refresh(db)?;
        let subject = subject_of(row);
        for ((_, from, until), spent) in &mut self.spent {
            if (*from..*until).contains(&row.time) && spent.scope.covers(&subject) {
                spent.cost += i128::from(row.cost.map_or(0, |cost| cost.0));
                spent.unpriced += u64::from(row.cost.is_none());
            }
        }
        let mut reached = Vec::new();
        for limit in limits {
            let spent = self.spent(db, limit)?.cost;
            for percent in limit.warn {
                if spent * 100 >= i128::from(limit.most.0) * i128::from(*percent)
                    && note_reached(db, limit, *percent, row.time).map_err(from_sqlite)?
                {
                    reached.push(Reached {
                        budget: limit.name.to_owned(),
                        percent: *percent,
                        most: limit.most,
                        from: limit.times.start,
                    });
                }
            }
        }
        Ok(reached)
    }

    /// Sums are right as long as no other connection wrote.
    fn refresh(&mut self, db: &Connection) -> Result<()> {
        let mut ask = db.prepare_cached("PRAGMA data_version").map_err(from_sqlite)?;
        let version = ask.query_row([], |row| row.get(0)).map_err(from_sqlite)?;
        if version != self.data_version || self.spent.len() > SPENT_IN_MEMORY {
            self.spent.clear();
            self.data_version = version;
        }
        Ok(())
    }

    fn spent(&mut self, db: &Connection, limit: &Limit<'_>) -> Result<Spent> {
        let key = (limit.scope.to_string(), limit.times.start, limit.times.end);
        if let Some(known) = self.spent.get(&key) {
            return Ok(known.clone());
        }
        let read = read_spent(db, limit)?;
        self.spent.insert(key, read.clone());
        Ok(read)
    }
}

fn read_spent(db: &Connection, limit: &Limit<'_>) -> Result<Spent> {
    let filter = Filter::of_scope(limit.scope);
    let sums = gather(db, &Question::new(limit.times.clone(), &filter))?.total;
    Ok(Spent { scope: limit.scope.clone(), cost: sums.cost, unpriced: sums.unpriced })
}

/// How each limit stands now. Holds of owners that are dead do not count.
pub fn standing(
    db: &Connection,
    limits: &[Limit<'_>],
    is_dead: &dyn Fn(&str) -> bool,
) -> Result<Vec<Standing>> {
    let mut holds = load_holds(db)?;
    drop_dead(&mut holds, is_dead);
    let look = |limit: &Limit<'_>| {
        let spent = read_spent(db, limit)?;
        let ask = "SELECT EXISTS (SELECT 1 FROM budget_pass WHERE budget = ?1 AND until > ?2)";
        let values = params![limit.name, limit.times.start];
        let pass = db.prepare_cached(ask).and_then(|mut ask| ask.query_row(values, |row| row.get(0)));
        Ok(Standing {
            spent: spent.cost,
            unpriced: spent.unpriced,
            held: held_of(&holds, limit),
            pass: pass.map_err(from_sqlite)?,
        })
    };
    limits.iter().map(look).collect()
}

/// Lets the next request that does not fit into this budget through, once, until then.
pub(crate) fn allow_once(db: &Connection, name: &str, until: i64) -> Result<()> {
    const SQL: &str = "INSERT INTO budget_pass (budget, until) VALUES (?1, ?2)
        ON CONFLICT (budget) DO UPDATE SET until = excluded.until";
    db.execute(SQL, params![name, until]).map(drop).map_err(from_sqlite)
}

/// A budget is gone, and what was allowed for it.
pub(crate) fn forget_budget(db: &Connection, name: &str) -> Result<()> {
    db.execute("DELETE FROM budget_pass WHERE budget = ?1", [name]).map(drop).map_err(from_sqlite)
}

/// What nobody was there to hear for two months is of no use to anybody.
const KEPT_MS: i64 = 62 * 86_400_000;

/// What was reached and not told yet, oldest first. Reading it changes nothing: who has told it says so.
pub fn untold(db: &Connection, now: i64) -> Result<Vec<Reached>> {
    let read = || -> rusqlite::Result<Vec<Reached>> {
        let sql = "SELECT budget, percent, bound, from_ms FROM budget_notice WHERE told = 0 AND made_at >= ?1
            ORDER BY made_at, percent, budget";
        let mut query = db.prepare_cached(sql)?;
        let rows = query.query_map([now.saturating_sub(KEPT_MS)], |row| {
            let (budget, percent, from) = (row.get(0)?, row.get(1)?, row.get(3)?);
            Ok(Reached { budget, percent, most: Money(row.get(2)?), from })
        })?;
        rows.collect()
    };
    read().map_err(from_sqlite)
}

/// These were told to the writer, and are not told again.
pub(crate) fn note_told(db: &Connection, told: &[Reached], now: i64) -> Result<()> {
    const SQL: &str = "UPDATE budget_notice SET told = 1 WHERE budget = ?1 AND from_ms = ?2 AND bound = ?3 AND percent = ?4";
    let write = || -> rusqlite::Result<()> {
        db.execute("DELETE FROM budget_notice WHERE made_at < ?1", [now.saturating_sub(KEPT_MS)])?;
        let mut note = db.prepare_cached(SQL)?;
        for one in told {
            note.execute(params![one.budget, one.from, one.most.0, one.percent])?;
        }
        Ok(())
    };
    write().map_err(from_sqlite)
}

/// Whether something was reached that nobody was told.
pub fn any_reached(db: &Connection, now: i64) -> Result<bool> {
    let ask = "SELECT EXISTS (SELECT 1 FROM budget_notice WHERE told = 0 AND made_at >= ?1)";
    let since = now.saturating_sub(KEPT_MS);
    db.prepare_cached(ask).and_then(|mut ask| ask.query_row([since], |row| row.get(0))).map_err(from_sqlite)
}

/// Gives back everything that one owner holds.
pub(crate) fn release_all_of(db: &Connection, owner: &str) -> Result<()> {
    db.execute("DELETE FROM hold WHERE owner = ?1", [owner]).map(drop).map_err(from_sqlite)
}

struct HoldRow {
    id: i64,
    owner: String,
    time: i64,
    app: Option<String>,
    feature: String,
    slug: Option<String>,
    model: String,
    amount: i64,
}

fn load_holds(db: &Connection) -> Result<Vec<HoldRow>> {
    let load = || -> rusqlite::Result<Vec<HoldRow>> {
        let mut query =
            db.prepare_cached("SELECT id, owner, time, app, feature, slug, model, amount FROM hold")?;
        let rows = query.query_map([], |row| {
            Ok(HoldRow {
                id: row.get(0)?,
                owner: row.get(1)?,
                time: row.get(2)?,
                app: row.get(3)?,
                feature: row.get(4)?,
                slug: row.get(5)?,
                model: row.get(6)?,
                amount: row.get(7)?,
            })
        })?;
        rows.collect()
    };
    load().map_err(from_sqlite)
}

fn held_of(holds: &[HoldRow], limit: &Limit<'_>) -> i128 {
    let counted = holds.iter().filter(|hold| {
        let subject = BudgetSubject {
            connection: hold.slug.as_deref(),
            model: &hold.model,
            feature: &hold.feature,
            app: hold.app.as_deref(),
        };
        limit.times.contains(&hold.time) && limit.scope.covers(&subject)
    });
    counted.map(|hold| i128::from(hold.amount)).sum()
}

/// Forgets the holds of dead owners, and tells whose they were.
fn drop_dead(holds: &mut Vec<HoldRow>, is_dead: &dyn Fn(&str) -> bool) -> Vec<i64> {
    let mut owners: HashMap<String, bool> = HashMap::new();
    let mut gone = Vec::new();
    holds.retain(|hold| {
        let dead = *owners.entry(hold.owner.clone()).or_insert_with(|| is_dead(&hold.owner));
        if dead {
            gone.push(hold.id);
        }
        !dead
    });
    gone
}

fn release_dead(db: &Connection, holds: &mut Vec<HoldRow>, is_dead: &dyn Fn(&str) -> bool) -> Result<()> {
    drop_dead(holds, is_dead).into_iter().try_for_each(|id| release(db, id)).map_err(from_sqlite)
}

fn release(db: &Connection, id: i64) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM hold WHERE id = ?1")?.execute([id]).map(drop)
}

fn insert_hold(db: &Connection, owner: &str, want: &Want<'_>, amount: Money) -> rusqlite::Result<i64> {
    const SQL: &str = "INSERT INTO hold (owner, time, app, feature, slug, model, amount)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let subject = &want.subject;
    db.prepare_cached(SQL)?.insert(params![
        owner,
        want.time,
        subject.app.map(cut),
        cut(subject.feature),
        subject.connection,
        cut(subject.model),
        amount.0
    ])
}

/// Uses up the writer's leave for one request, where there is one.
fn use_pass(db: &Connection, limit: &Limit<'_>, now: i64) -> Result<bool> {
    const SQL: &str = "DELETE FROM budget_pass WHERE budget = ?1 RETURNING until";
    let used = || -> rusqlite::Result<bool> {
        let mut query = db.prepare_cached(SQL)?;
        let mut rows = query.query([limit.name])?;
        let until: Option<i64> = rows.next()?.map(|row| row.get(0)).transpose()?;
        Ok(until.is_some_and(|until| now < until))
    };
    used().map_err(from_sqlite)
}

fn note_reached(db: &Connection, limit: &Limit<'_>, percent: u8, now: i64) -> rusqlite::Result<bool> {
    const SQL: &str = "INSERT OR IGNORE INTO budget_notice (budget, from_ms, bound, percent, made_at)
        VALUES (?1, ?2, ?3, ?4, ?5)";
    let values = params![limit.name, limit.times.start, limit.most.0, percent, now];
    db.prepare_cached(SQL)?.execute(values).map(|rows| rows == 1)
}

fn subject_of(row: &UsageRow) -> BudgetSubject<'_> {
    BudgetSubject {
        connection: row.slug.as_deref(),
        model: &row.model_asked,
        feature: &row.feature,
        app: row.app.as_deref(),
    }
}

#[cfg(test)]
mod tests;
