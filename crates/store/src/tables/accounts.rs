//! What each provider told of the writer's account when it was last asked, so that it is known without asking again.

use crate::failure::from_sqlite;
use inkhorn_domain::ConnectionId;
use inkhorn_fault::Result;
use rusqlite::{Connection, Transaction, params};
use std::collections::HashMap;

pub(crate) const SCHEMA: &str = "
CREATE TABLE account (
    connection BLOB PRIMARY KEY REFERENCES connection (id) ON DELETE CASCADE,
    told       TEXT NOT NULL CHECK (json_valid(told)),
    headroom   TEXT NOT NULL CHECK (json_valid(headroom))
) STRICT;
";

/// The account behind one connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountRow {
    /// Whose account.
    pub connection: ConnectionId,
    /// What was told, as JSON text; `null` where nothing was.
    pub told: String,
    /// The room under the provider's limits, a JSON list.
    pub headroom: String,
}

/// Every account by its connection.
pub fn load_all(db: &Connection) -> Result<HashMap<ConnectionId, AccountRow>> {
    let mut query =
        db.prepare_cached("SELECT connection, told, headroom FROM account").map_err(from_sqlite)?;
    let rows = query.query_map([], |row| {
        Ok(AccountRow { connection: ConnectionId(row.get(0)?), told: row.get(1)?, headroom: row.get(2)? })
    });
    let rows = rows.map_err(from_sqlite)?;
    rows.map(|row| row.map(|row| (row.connection, row))).collect::<rusqlite::Result<_>>().map_err(from_sqlite)
}

/// Puts what is known in place of what was. A connection that is gone meanwhile has no account: nothing is kept then.
pub fn save(tx: &Transaction<'_>, row: &AccountRow) -> Result<()> {
    const SQL: &str = "INSERT INTO account (connection, told, headroom)
        SELECT ?1, ?2, ?3 WHERE EXISTS (SELECT 1 FROM connection WHERE id = ?1)
        ON CONFLICT (connection) DO UPDATE SET told = excluded.told, headroom = excluded.headroom";
    let values = params![row.connection.0, row.told, row.headroom];
    tx.prepare_cached(SQL).and_then(|mut query| query.execute(values)).map(drop).map_err(from_sqlite)
}

/// Forgets what was told: another key may be another account.
pub fn remove(tx: &Transaction<'_>, connection: ConnectionId) -> Result<()> {
    tx.execute("DELETE FROM account WHERE connection = ?1", [connection.0]).map(drop).map_err(from_sqlite)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::connections;
    use crate::testing::scratch;

    fn row(told: &str) -> AccountRow {
        AccountRow { connection: ConnectionId([1; 16]), told: told.to_owned(), headroom: "[]".to_owned() }
    }

    #[test]
    fn an_account_is_kept_replaced_forgotten_and_goes_with_its_connection() {
        let (_dir, store) = scratch();
        store.write(|tx| connections::insert(tx, &connections::tests::sample(1, "one", "x"))).unwrap();
        store.write(|tx| save(tx, &row("null"))).unwrap();
        store.write(|tx| save(tx, &row("{\"used\":\"1\"}"))).unwrap();
        let kept = store.read(load_all).unwrap();
        assert_eq!(kept.get(&ConnectionId([1; 16])), Some(&row("{\"used\":\"1\"}")));
        store.write(|tx| remove(tx, ConnectionId([1; 16]))).unwrap();
        assert!(store.read(load_all).unwrap().is_empty());
        store.write(|tx| save(tx, &row("null"))).unwrap();
        store.write(|tx| connections::remove(tx, ConnectionId([1; 16]))).unwrap();
        assert!(store.read(load_all).unwrap().is_empty());
    }

    #[test]
    fn a_connection_that_is_gone_has_no_account() {
        let (_dir, store) = scratch();
        store.write(|tx| save(tx, &row("null"))).unwrap();
        assert!(store.read(load_all).unwrap().is_empty());
        assert!(
            store.write(|tx| save(tx, &row("no json"))).is_err() || store.read(load_all).unwrap().is_empty()
        );
    }
}
