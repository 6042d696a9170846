//! Sealed secrets: keys and header values. This table sees envelopes only; what is in them is the vault's business.

use crate::columns::Json;
use crate::failure::{found, from_sqlite};
use inkhorn_fault::Result;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

pub(crate) const SCHEMA: &str = "
CREATE TABLE secret (
    id         BLOB PRIMARY KEY CHECK (length(id) = 16),
    owner_kind TEXT NOT NULL,
    owner_id   BLOB NOT NULL CHECK (length(owner_id) = 16),
    field      TEXT NOT NULL,
    origins    TEXT NOT NULL CHECK (json_valid(origins)),
    auth       TEXT NOT NULL,
    rev        INTEGER NOT NULL,
    env        BLOB NOT NULL,
    hint       TEXT,
    dup        BLOB CHECK (dup IS NULL OR length(dup) = 16),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    UNIQUE (owner_kind, owner_id, field)
) STRICT;
";

/// One sealed secret. A test holds that this type never prints its envelope.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretRow {
    /// Who it is; part of what the envelope is bound to.
    pub id: [u8; 16],
    /// Kind of its owner, such as `connection`.
    pub owner_kind: String,
    /// Its owner.
    pub owner_id: [u8; 16],
    /// What it is to its owner, such as `key` or `header:x-team`. One per owner and field.
    pub field: String,
    /// Where it may be sent: sorted `scheme://host:port`.
    pub origins: Vec<String>,
    /// How it is sent.
    pub auth: String,
    /// Counts each sealing; part of what the envelope is bound to.
    pub rev: i64,
    /// The envelope.
    pub env: Vec<u8>,
    /// At most the last four characters.
    pub hint: Option<String>,
    /// Fingerprint, to find the same key twice.
    pub dup: Option<[u8; 16]>,
    /// UTC milliseconds.
    pub created_at: i64,
    /// UTC milliseconds.
    pub updated_at: i64,
}

impl std::fmt::Debug for SecretRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SecretRow({}/{}, rev {}, {} bytes)", self.owner_kind, self.field, self.rev, self.env.len())
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, owner_kind, owner_id, field, origins, auth, rev, env, hint, dup, created_at, updated_at
             FROM secret ",
            $rest
        )
    };
}

/// Adds a secret. One of this owner and field must not be there yet.
pub fn insert(tx: &Transaction<'_>, row: &SecretRow) -> Result<()> {
    const SQL: &str = "INSERT INTO secret
        (id, owner_kind, owner_id, field, origins, auth, rev, env, hint, dup, created_at, updated_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
    execute(tx, SQL, row).map(drop)
}

/// Puts a newly sealed secret in place of the one with this id. The old envelope is overwritten in the file after
/// [`Store::scrub_free_space`](crate::Store::scrub_free_space).
pub fn replace(tx: &Transaction<'_>, row: &SecretRow) -> Result<()> {
    const SQL: &str = "UPDATE secret SET owner_kind = ?2, owner_id = ?3, field = ?4, origins = ?5, auth = ?6,
        rev = ?7, env = ?8, hint = ?9, dup = ?10, created_at = ?11, updated_at = ?12 WHERE id = ?1";
    found(execute(tx, SQL, row)?)?;
    super::upkeep::mark_scrub_due(tx)
}

/// Removes one secret. Call [`Store::scrub_free_space`](crate::Store::scrub_free_space) afterwards.
pub fn remove(tx: &Transaction<'_>, id: &[u8; 16]) -> Result<()> {
    found(tx.execute("DELETE FROM secret WHERE id = ?1", [id]).map_err(from_sqlite)?)?;
    super::upkeep::mark_scrub_due(tx)
}

/// Removes every secret of an owner and tells how many. Scrub afterwards, as for [`remove`].
pub fn remove_of_owner(tx: &Transaction<'_>, owner_kind: &str, owner_id: &[u8; 16]) -> Result<usize> {
    const SQL: &str = "DELETE FROM secret WHERE owner_kind = ?1 AND owner_id = ?2";
    let removed = tx.execute(SQL, params![owner_kind, owner_id]).map_err(from_sqlite)?;
    super::upkeep::mark_scrub_due(tx)?;
    Ok(removed)
}

/// One secret by id.
pub fn load(db: &Connection, id: &[u8; 16]) -> Result<Option<SecretRow>> {
    const SQL: &str = select!("WHERE id = ?1");
    let mut query = db.prepare_cached(SQL).map_err(from_sqlite)?;
    query.query_row([id], read).optional().map_err(from_sqlite)
}

/// All secrets of an owner, by field.
pub fn load_of_owner(db: &Connection, owner_kind: &str, owner_id: &[u8; 16]) -> Result<Vec<SecretRow>> {
    const SQL: &str = select!("WHERE owner_kind = ?1 AND owner_id = ?2 ORDER BY field");
    let mut query = db.prepare_cached(SQL).map_err(from_sqlite)?;
    let rows = query.query_map(params![owner_kind, owner_id], read).map_err(from_sqlite)?;
    rows.collect::<rusqlite::Result<_>>().map_err(from_sqlite)
}

/// All secrets, by id.
pub fn load_all(db: &Connection) -> Result<Vec<SecretRow>> {
    const SQL: &str = select!("ORDER BY id");
    let mut query = db.prepare_cached(SQL).map_err(from_sqlite)?;
    let rows = query.query_map([], read).map_err(from_sqlite)?;
    rows.collect::<rusqlite::Result<_>>().map_err(from_sqlite)
}

fn execute(tx: &Transaction<'_>, sql: &str, row: &SecretRow) -> Result<usize> {
    tx.execute(
        sql,
        params![
            row.id,
            row.owner_kind,
            row.owner_id,
            row.field,
            Json(&row.origins),
            row.auth,
            row.rev,
            row.env,
            row.hint,
            row.dup,
            row.created_at,
            row.updated_at
        ],
    )
    .map_err(from_sqlite)
}

fn read(row: &Row<'_>) -> rusqlite::Result<SecretRow> {
    Ok(SecretRow {
        id: row.get(0)?,
        owner_kind: row.get(1)?,
        owner_id: row.get(2)?,
        field: row.get(3)?,
        origins: row.get::<_, Json<_>>(4)?.0,
        auth: row.get(5)?,
        rev: row.get(6)?,
        env: row.get(7)?,
        hint: row.get(8)?,
        dup: row.get(9)?,
        created_at: row.get(10)?,
        updated_at: row.get(11)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{HOSTILE, scratch};
    use inkhorn_fault::Code;

    fn sample(id: u8, owner: u8, text: &str) -> SecretRow {
        SecretRow {
            id: [id; 16],
            owner_kind: "connection".into(),
            owner_id: [owner; 16],
            field: text.into(),
            origins: vec!["https://api.example:443".into(), text.into()],
            auth: text.into(),
            rev: 1,
            env: vec![id; 120],
            hint: Some("4f9a".into()),
            dup: Some([id; 16]),
            created_at: 1,
            updated_at: 2,
        }
    }

    #[test]
    fn a_secret_is_kept_replaced_and_removed() {
        let (_dir, store) = scratch();
        let mut row = sample(1, 9, "key");
        store.write(|tx| insert(tx, &row)).unwrap();
        assert!(!store.scrub_is_due().unwrap());
        row.rev = 2;
        row.env = vec![0xEE; 184];
        row.hint = None;
        store.write(|tx| replace(tx, &row)).unwrap();
        assert!(store.scrub_is_due().unwrap(), "the old envelope must be wiped");
        assert_eq!(store.read(|db| load(db, &row.id)).unwrap(), Some(row.clone()));
        store.write(|tx| remove(tx, &row.id)).unwrap();
        assert_eq!(store.read(load_all).unwrap(), []);
        for gone in [store.write(|tx| remove(tx, &row.id)), store.write(|tx| replace(tx, &row))] {
            assert_eq!(gone.unwrap_err().code(), Code::NotFound);
        }
    }

    #[test]
    fn an_owner_has_one_secret_per_field_and_loses_all_at_once() {
        let (_dir, store) = scratch();
        for (id, text) in (10..).zip(HOSTILE) {
            store.write(|tx| insert(tx, &sample(id, 9, text))).unwrap();
        }
        store.write(|tx| insert(tx, &sample(1, 8, "key"))).unwrap();
        let twice = store.write(|tx| insert(tx, &sample(2, 8, "key"))).unwrap_err();
        assert_eq!(twice.code(), Code::Duplicate);
        let mine = store.read(|db| load_of_owner(db, "connection", &[9; 16])).unwrap();
        assert_eq!(mine.len(), HOSTILE.len());
        assert!(mine.iter().all(|row| *row == sample(row.id[0], 9, &row.field)));
        let removed = store.write(|tx| remove_of_owner(tx, "connection", &[9; 16])).unwrap();
        assert_eq!(removed, HOSTILE.len());
        assert_eq!(store.read(load_all).unwrap(), [sample(1, 8, "key")]);
    }

    #[test]
    fn debug_prints_neither_envelope_nor_hint() {
        let printed = format!("{:?}", sample(1, 9, "key"));
        assert!(!printed.contains("4f9a") && !printed.contains("1, 1, 1"), "{printed}");
    }
}
