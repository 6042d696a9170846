//! What each connection listed when it was last asked, so that the selector opens without a network.

use crate::columns::Json;
use crate::failure::from_sqlite;
use inkhorn_domain::{ConnectionId, ModelListing};
use inkhorn_fault::Result;
use rusqlite::{Connection, OptionalExtension, Transaction, params};

pub(crate) const SCHEMA: &str = "
CREATE TABLE model_list (
    connection BLOB PRIMARY KEY REFERENCES connection (id) ON DELETE CASCADE,
    fetched_at INTEGER NOT NULL,
    models     TEXT NOT NULL
) STRICT;
";

/// The list of one connection.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelListRow {
    /// Whose list.
    pub connection: ConnectionId,
    /// When it was fetched, UTC milliseconds.
    pub fetched_at: i64,
    /// The models, in the provider's order.
    pub models: Vec<ModelListing>,
}

/// Every list.
pub fn load_all(db: &Connection) -> Result<Vec<ModelListRow>> {
    let mut query =
        db.prepare_cached("SELECT connection, fetched_at, models FROM model_list").map_err(from_sqlite)?;
    let rows = query.query_map([], read).map_err(from_sqlite)?;
    rows.collect::<rusqlite::Result<_>>().map_err(from_sqlite)
}

/// The list of one connection, or `None` where it was never fetched.
pub fn load(db: &Connection, connection: ConnectionId) -> Result<Option<ModelListRow>> {
    const SQL: &str = "SELECT connection, fetched_at, models FROM model_list WHERE connection = ?1";
    let mut query = db.prepare_cached(SQL).map_err(from_sqlite)?;
    query.query_row([connection.0], read).optional().map_err(from_sqlite)
}

/// When the list of a connection was fetched: tells, without reading thousands of models, whether it is another one.
pub fn fetched_at(db: &Connection, connection: ConnectionId) -> Result<Option<i64>> {
    let mut query =
        db.prepare_cached("SELECT fetched_at FROM model_list WHERE connection = ?1").map_err(from_sqlite)?;
    query.query_row([connection.0], |row| row.get(0)).optional().map_err(from_sqlite)
}

/// Puts a list in place of the one that was there. The connection must exist, else `NotFound`.
pub fn replace(
    tx: &Transaction<'_>,
    connection: ConnectionId,
    fetched_at: i64,
    models: &[ModelListing],
) -> Result<()> {
    const SQL: &str = "INSERT INTO model_list (connection, fetched_at, models) VALUES (?1, ?2, ?3)
        ON CONFLICT (connection) DO UPDATE SET fetched_at = excluded.fetched_at, models = excluded.models";
    tx.execute(SQL, params![connection.0, fetched_at, Json(models)]).map(drop).map_err(from_sqlite)
}

/// Forgets a list.
pub fn remove(tx: &Transaction<'_>, connection: ConnectionId) -> Result<()> {
    tx.execute("DELETE FROM model_list WHERE connection = ?1", [connection.0]).map(drop).map_err(from_sqlite)
}

fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<ModelListRow> {
    Ok(ModelListRow {
        connection: ConnectionId(row.get(0)?),
        fetched_at: row.get(1)?,
        models: row.get::<_, Json<_>>(2)?.0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::connections;
    use crate::testing::{HOSTILE, scratch};
    use inkhorn_fault::Code;

    #[test]
    fn a_list_of_twenty_thousand_models_comes_back_in_order() {
        let (_dir, store) = scratch();
        let id = ConnectionId([1; 16]);
        store.write(|tx| connections::insert(tx, &connections::tests::sample(1, "one", "x"))).unwrap();
        let models: Vec<_> =
            (0..20_000).rev().map(|n| ModelListing::named(format!("vendor/model-{n}"))).collect();
        store.write(|tx| replace(tx, id, 5, &models)).unwrap();
        let kept = store.read(|db| load(db, id)).unwrap().unwrap();
        assert_eq!((kept.fetched_at, kept.models == models), (5, true));
        let hostile: Vec<_> = HOSTILE.iter().map(|text| ModelListing::named(*text)).collect();
        store.write(|tx| replace(tx, id, 6, &hostile)).unwrap();
        assert_eq!(
            store.read(load_all).unwrap(),
            [ModelListRow { connection: id, fetched_at: 6, models: hostile }]
        );
        store.write(|tx| remove(tx, id)).unwrap();
        assert_eq!(store.read(|db| load(db, id)).unwrap(), None);
    }

    #[test]
    fn a_list_goes_with_its_connection_and_needs_one() {
        let (_dir, store) = scratch();
        let id = ConnectionId([1; 16]);
        let orphan = store.write(|tx| replace(tx, id, 1, &[])).unwrap_err();
        assert_eq!(orphan.code(), Code::NotFound);
        store.write(|tx| connections::insert(tx, &connections::tests::sample(1, "one", "x"))).unwrap();
        store.write(|tx| replace(tx, id, 1, &[])).unwrap();
        store.write(|tx| connections::remove(tx, id)).unwrap();
        assert_eq!(store.read(load_all).unwrap(), []);
    }
}
