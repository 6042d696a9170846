//! Settings of the profile: a name and JSON text.

use crate::failure::from_sqlite;
use inkhorn_fault::Result;
use rusqlite::{Connection, OptionalExtension, Transaction};
use std::collections::BTreeMap;

pub(crate) const SCHEMA: &str = "
CREATE TABLE setting (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL CHECK (json_valid(value))
) STRICT, WITHOUT ROWID;
";

/// Every setting by name, as JSON text.
pub fn load_all(db: &Connection) -> Result<BTreeMap<String, String>> {
    let mut query = db.prepare_cached("SELECT name, value FROM setting").map_err(from_sqlite)?;
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).map_err(from_sqlite)?;
    rows.collect::<rusqlite::Result<_>>().map_err(from_sqlite)
}

/// One setting as JSON text, or `None`.
pub fn load(db: &Connection, name: &str) -> Result<Option<String>> {
    let mut query = db.prepare_cached("SELECT value FROM setting WHERE name = ?1").map_err(from_sqlite)?;
    query.query_row([name], |row| row.get(0)).optional().map_err(from_sqlite)
}

/// Keeps a setting, whether or not it was there. `value` is JSON text; anything else is refused.
pub fn save(tx: &Transaction<'_>, name: &str, value: &str) -> Result<()> {
    const SQL: &str = "INSERT INTO setting (name, value) VALUES (?1, ?2)
                       ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    tx.prepare_cached(SQL).and_then(|mut q| q.execute([name, value])).map(drop).map_err(from_sqlite)
}

/// Forgets a setting. Forgetting one that is not there is no failure.
pub fn remove(tx: &Transaction<'_>, name: &str) -> Result<()> {
    tx.execute("DELETE FROM setting WHERE name = ?1", [name]).map(drop).map_err(from_sqlite)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{HOSTILE, scratch};

    #[test]
    fn a_setting_is_kept_replaced_and_forgotten() {
        let (_dir, store) = scratch();
        store.write(|tx| save(tx, "theme", "\"dark\"")).unwrap();
        store.write(|tx| save(tx, "theme", "\"light\"")).unwrap();
        assert_eq!(store.read(|db| load(db, "theme")).unwrap().as_deref(), Some("\"light\""));
        assert_eq!(store.read(load_all).unwrap().len(), 1);
        store.write(|tx| remove(tx, "theme")).unwrap();
        assert_eq!(store.read(load_all).unwrap(), BTreeMap::new());
    }

    #[test]
    fn what_is_not_json_is_refused_and_the_old_value_stays() {
        let (_dir, store) = scratch();
        store.write(|tx| save(tx, "theme", "1")).unwrap();
        assert!(store.write(|tx| save(tx, "theme", "dark")).is_err());
        assert_eq!(store.read(|db| load(db, "theme")).unwrap().as_deref(), Some("1"));
    }

    #[test]
    fn text_that_looks_like_sql_is_text() {
        let (_dir, store) = scratch();
        for text in HOSTILE {
            let json = serde_json::to_string(text).unwrap();
            store.write(|tx| save(tx, text, &json)).unwrap();
            assert_eq!(store.read(|db| load(db, text)).unwrap(), Some(json));
        }
        assert_eq!(store.read(load_all).unwrap().len(), HOSTILE.len());
    }
}
