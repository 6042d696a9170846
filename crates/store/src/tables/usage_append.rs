//! The writing end of the usage log: a row, its place in the sums of its day, and the end of what was held back for it,
//! in one transaction.

use super::holds::{Holding, Limit, Reached, Verdict, Want};
use super::usage::{NameIds, UsageRow, cut, insert, intern, price_text, row_number};
use super::usage_days::{self, Key, Keys};
use super::usage_sums::{Figures, Sums};
use crate::failure::from_sqlite;
use inkhorn_domain::FinishReason;
use inkhorn_fault::{Code, Fault, Result};
use rusqlite::{Connection, ErrorCode};
use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher, RandomState};

/// Names held in memory; beyond that the table is asked again.
const NAMES_IN_MEMORY: usize = 20_000;

/// Appends rows through one connection.
pub(crate) struct Appender {
    pub(crate) db: Connection,
    pub(crate) holding: Holding,
    names: HashMap<Box<str>, i64>,
    keys: Keys,
    moment: i64,
}

impl Appender {
    pub(crate) fn new(db: Connection) -> Result<Self> {
        // Two processes begin far apart, so that their rows of one moment do not meet.
        let moment = RandomState::new().build_hasher().finish() as i64;
        let appender =
            Self { db, holding: Holding::default(), names: HashMap::new(), keys: Keys::default(), moment };
        if usage_days::rebuild_is_due(&appender.db).map_err(from_sqlite)? {
            appender.rebuild()?;
        }
        Ok(appender)
    }

    /// Makes the sums of a log that has none, once.
    fn rebuild(&self) -> Result<()> {
        self.transaction(|db| {
            // Another process may have been first.
            if usage_days::rebuild_is_due(db).map_err(from_sqlite)? {
                usage_days::rebuild(db)
            } else {
                Ok(())
            }
        })
    }

    /// Writes one row. When this returns, the row outlives the process. Gives back what is now used up of the limits.
    pub(crate) fn append(
        &mut self,
        row: &UsageRow,
        held: Option<i64>,
        limits: &[Limit<'_>],
    ) -> Result<Vec<Reached>> {
        let outcome = self.append_all(row, held, limits);
        if outcome.is_ok() {
            self.holding.released();
        } else {
            // What the transaction taught is gone with it.
            self.names.clear();
            self.keys.clear();
            self.holding.forget();
            // The row is lost; what was held back for it must not be held for ever.
            self.holding.release_later(held);
        }
        outcome
    }

    fn append_all(
        &mut self,
        row: &UsageRow,
        held: Option<i64>,
        limits: &[Limit<'_>],
    ) -> Result<Vec<Reached>> {
        self.begin()?;
        let work = |appender: &mut Self| -> Result<Vec<Reached>> {
            let names = appender.name_ids(row)?;
            let time = appender.insert(row, &names)?;
            let sums = Sums::of(&Figures::from(row));
            usage_days::add(&appender.db, &mut appender.keys, time, Key::of(&names), &sums)
                .map_err(from_sqlite)?;
            appender.holding.settle(&appender.db, row, held, limits)
        };
        let outcome = work(self).and_then(|reached| self.commit().map(|()| reached));
        if outcome.is_err() {
            self.roll_back();
        }
        outcome
    }

    fn insert(&mut self, row: &UsageRow, names: &NameIds) -> Result<i64> {
        // Another process may have taken the number; a thousand in a row it cannot have taken by chance.
        for _ in 0..1000 {
            self.moment = self.moment.wrapping_add(1);
            match insert(&self.db, row_number(row.time, self.moment), row, names) {
                Err(rusqlite::Error::SqliteFailure(failure, _))
                    if failure.code == ErrorCode::ConstraintViolation => {}
                outcome => return outcome.map(|()| row.time).map_err(from_sqlite),
            }
        }
        Err(Fault::new(Code::Damaged))
    }

    fn name_ids(&mut self, row: &UsageRow) -> Result<NameIds> {
        Ok(NameIds {
            face: self.name(row.face.as_str())?,
            app: self.optional_name(row.app.as_deref())?,
            feature: self.name(&row.feature)?,
            slug: self.optional_name(row.slug.as_deref())?,
            provider: self.optional_name(row.provider.as_deref())?,
            model_asked: self.name(&row.model_asked)?,
            model_answered: self.optional_name(row.model_answered.as_deref())?,
            cost_source: self.name(row.cost_source.as_str())?,
            quality: self.name(row.quality.as_str())?,
            result: self.name(row.result.as_str())?,
            fault: self.optional_name(row.fault.map(Code::as_str))?,
            finish: self.optional_name(row.finish.map(FinishReason::as_str))?,
            price: self.optional_name(row.price.as_ref().map(price_text).as_deref())?,
        })
    }

    fn optional_name(&mut self, text: Option<&str>) -> Result<Option<i64>> {
        text.map(|text| self.name(text)).transpose()
    }

    /// The number of a text, giving it one where it has none yet.
    fn name(&mut self, text: &str) -> Result<i64> {
        let text = cut(text);
        if let Some(number) = self.names.get(text) {
            return Ok(*number);
        }
        let number = intern(&self.db, text).map_err(from_sqlite)?;
        if self.names.len() >= NAMES_IN_MEMORY {
            self.names.clear();
        }
        self.names.insert(text.into(), number);
        Ok(number)
    }

    /// Holds back what a request may cost, or says why it does not fit.
    pub(crate) fn hold(
        &mut self,
        owner: &str,
        want: &Want<'_>,
        limits: &[Limit<'_>],
        is_dead: &dyn Fn(&str) -> bool,
    ) -> Result<Verdict> {
        self.begin()?;
        let verdict = self.holding.reserve(&self.db, owner, want, limits, is_dead);
        let verdict = match verdict {
            Ok(held @ Verdict::Held(_)) => self.commit().map(|()| held),
            over => {
                // Leave that was used for one limit is not used up when another one refuses.
                self.roll_back();
                return over;
            }
        };
        if verdict.is_err() {
            self.roll_back();
        }
        verdict
    }

    /// Does something to the log in one transaction.
    pub(crate) fn transaction<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        self.begin()?;
        let outcome = work(&self.db).and_then(|value| self.commit().map(|()| value));
        if outcome.is_err() {
            self.roll_back();
        }
        outcome
    }

    fn begin(&self) -> Result<()> {
        self.run("BEGIN IMMEDIATE")
    }

    fn commit(&self) -> Result<()> {
        self.run("COMMIT")
    }

    fn roll_back(&self) {
        // Only fails where SQLite has rolled back by itself already.
        drop(self.run("ROLLBACK"));
    }

    fn run(&self, sql: &str) -> Result<()> {
        self.db
            .prepare_cached(sql)
            .and_then(|mut statement| statement.execute([]))
            .map(drop)
            .map_err(from_sqlite)
    }
}
