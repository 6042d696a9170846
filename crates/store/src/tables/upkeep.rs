//! What the file itself still has to do: whether removed bytes must be wiped from its free space.

use crate::failure::from_sqlite;
use inkhorn_fault::Result;
use rusqlite::{Connection, OptionalExtension, Transaction};

pub(crate) const SCHEMA: &str = "
CREATE TABLE upkeep (
    duty TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;
";

/// Notes, in the transaction that removes something sealed, that its bytes must be wiped from the file.
pub(crate) fn mark_scrub_due(tx: &Transaction<'_>) -> Result<()> {
    tx.execute("INSERT OR IGNORE INTO upkeep (duty) VALUES ('scrub')", []).map(drop).map_err(from_sqlite)
}

/// Whether something was removed since the last wipe.
pub(crate) fn scrub_is_due(db: &Connection) -> Result<bool> {
    let found = db.query_row("SELECT 1 FROM upkeep WHERE duty = 'scrub'", [], |_| Ok(())).optional();
    Ok(found.map_err(from_sqlite)?.is_some())
}

/// Notes that the wipe is done.
pub(crate) fn clear_scrub_due(db: &Connection) -> Result<()> {
    db.execute("DELETE FROM upkeep WHERE duty = 'scrub'", []).map(drop).map_err(from_sqlite)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::scratch;

    #[test]
    fn a_duty_is_noted_once_and_cleared() {
        let (_dir, store) = scratch();
        assert!(!store.read(scrub_is_due).unwrap());
        store.write(|tx| mark_scrub_due(tx).and_then(|()| mark_scrub_due(tx))).unwrap();
        assert!(store.read(scrub_is_due).unwrap());
        store.write(|tx| clear_scrub_due(tx)).unwrap();
        assert!(!store.read(scrub_is_due).unwrap());
    }
}
