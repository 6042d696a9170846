//! What the writer wants to spend at most. How much of it is spent stands in the usage log.

use crate::columns::{Json, Word};
use crate::failure::{found, from_sqlite};
use inkhorn_domain::{BudgetPeriod, BudgetScope, Money};
use inkhorn_fault::Result;
use rusqlite::types::{FromSqlError, Type};
use rusqlite::{Connection, Transaction, params};

pub(crate) const SCHEMA: &str = "
CREATE TABLE budget (
    scope      TEXT NOT NULL,
    period     TEXT NOT NULL,
    most       INTEGER NOT NULL CHECK (most >= 0),
    warn       TEXT NOT NULL CHECK (json_valid(warn)),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (scope, period)
) STRICT, WITHOUT ROWID;
";

/// One budget.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BudgetRow {
    /// What it counts.
    pub scope: BudgetScope,
    /// For how long.
    pub period: BudgetPeriod,
    /// The most that may be spent in each period.
    pub most: Money,
    /// Percents at which the writer wants to be told, rising.
    pub warn: Vec<u8>,
    /// When it was set first, UTC milliseconds.
    pub created_at: i64,
}

/// All budgets, in the order of their scopes.
pub fn load_all(db: &Connection) -> Result<Vec<BudgetRow>> {
    let load = || -> rusqlite::Result<Vec<BudgetRow>> {
        let mut query = db.prepare_cached(
            "SELECT scope, period, most, warn, created_at FROM budget ORDER BY scope, period",
        )?;
        let rows = query.query_map([], |row| {
            let scope: String = row.get(0)?;
            let no_scope = FromSqlError::InvalidType.into();
            let failed = |_| rusqlite::Error::FromSqlConversionFailure(0, Type::Text, no_scope);
            Ok(BudgetRow {
                scope: scope.parse().map_err(failed)?,
                period: row.get::<_, Word<_>>(1)?.0,
                most: Money(row.get(2)?),
                warn: row.get::<_, Json<_>>(3)?.0,
                created_at: row.get(4)?,
            })
        })?;
        rows.collect()
    };
    load().map_err(from_sqlite)
}

/// Sets a budget; one of the same scope and period is replaced and keeps the day on which it was set first.
pub fn save(tx: &Transaction<'_>, row: &BudgetRow) -> Result<()> {
    const SQL: &str = "INSERT INTO budget (scope, period, most, warn, created_at) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT (scope, period) DO UPDATE SET most = excluded.most, warn = excluded.warn";
    let values =
        params![row.scope.to_string(), Word(row.period), row.most.0, Json(&row.warn), row.created_at];
    tx.execute(SQL, values).map(drop).map_err(from_sqlite)
}

/// Removes a budget.
///
/// # Errors
/// `not_found`.
pub fn remove(tx: &Transaction<'_>, scope: &BudgetScope, period: BudgetPeriod) -> Result<()> {
    const SQL: &str = "DELETE FROM budget WHERE scope = ?1 AND period = ?2";
    found(tx.execute(SQL, params![scope.to_string(), Word(period)]).map_err(from_sqlite)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::scratch;
    use inkhorn_fault::Code;

    fn budget(scope: &str, dollars: i64) -> BudgetRow {
        BudgetRow {
            scope: scope.parse().unwrap(),
            period: BudgetPeriod::Month,
            most: Money(dollars * Money::PER_DOLLAR),
            warn: vec![50, 80],
            created_at: 7,
        }
    }

    #[test]
    fn a_budget_is_replaced_and_another_period_is_another_budget() {
        let (_dir, store) = scratch();
        let day = BudgetRow { period: BudgetPeriod::Day, ..budget("app:'; DROP TABLE budget; --", 1) };
        for row in [&budget("all", 5), &day, &budget("model:or/meta/x:free", 2)] {
            store.write(|tx| save(tx, row)).unwrap();
        }
        store.write(|tx| save(tx, &BudgetRow { created_at: 9, ..budget("all", 6) })).unwrap();
        let all = store.read(load_all).unwrap();
        assert_eq!(all, [budget("all", 6), day.clone(), budget("model:or/meta/x:free", 2)]);
        store.write(|tx| remove(tx, &day.scope, day.period)).unwrap();
        let again = store.write(|tx| remove(tx, &day.scope, day.period));
        assert_eq!(again.map_err(|fault| fault.code()), Err(Code::NotFound));
        assert_eq!(store.read(load_all).unwrap().len(), 2);
    }
}
