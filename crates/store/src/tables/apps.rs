//! Programs that may use the gateway. Of a token only its public id and its hash stand here.

use crate::columns::{Json, Word};
use crate::failure::{found, from_sqlite, named};
use inkhorn_domain::{AppId, Privacy};
use inkhorn_fault::Result;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

pub(crate) const SCHEMA: &str = "
CREATE TABLE app (
    id           BLOB PRIMARY KEY CHECK (length(id) = 16),
    name         TEXT NOT NULL,
    token_id     TEXT NOT NULL UNIQUE,
    token_sha256 BLOB NOT NULL CHECK (length(token_sha256) = 32),
    models       TEXT NOT NULL CHECK (json_valid(models)),
    privacy      TEXT NOT NULL,
    origins      TEXT NOT NULL CHECK (json_valid(origins)),
    created_at   INTEGER NOT NULL,
    last_used    INTEGER,
    revoked_at   INTEGER
) STRICT;
CREATE UNIQUE INDEX app_name ON app (name) WHERE revoked_at IS NULL;
";

/// One program. Times are UTC milliseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppRow {
    /// Who it is.
    pub id: AppId,
    /// Its name for people; one among those not revoked.
    pub name: String,
    /// The public part of its token.
    pub token_id: String,
    /// SHA-256 of its token.
    pub token_sha256: [u8; 32],
    /// Models that it may use, a JSON value whose meaning is the engine's.
    pub models: String,
    /// How far its text may travel.
    pub privacy: Privacy,
    /// Web origins that may use its token.
    pub origins: Vec<String>,
    /// When it was made.
    pub created_at: i64,
    /// When its token was last used.
    pub last_used: Option<i64>,
    /// When its token was revoked.
    pub revoked_at: Option<i64>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, name, token_id, token_sha256, models, privacy, origins, created_at, last_used, revoked_at
             FROM app ",
            $rest
        )
    };
}

/// Every program, revoked ones too, oldest first.
pub fn load_all(db: &Connection) -> Result<Vec<AppRow>> {
    let mut query = db.prepare_cached(select!("ORDER BY created_at, id")).map_err(from_sqlite)?;
    let rows = query.query_map([], read).map_err(from_sqlite)?;
    rows.collect::<rusqlite::Result<_>>().map_err(from_sqlite)
}

/// The program whose token has this public id, revoked or not.
pub fn load_by_token_id(db: &Connection, token_id: &str) -> Result<Option<AppRow>> {
    let mut query = db.prepare_cached(select!("WHERE token_id = ?1")).map_err(from_sqlite)?;
    query.query_row([token_id], read).optional().map_err(from_sqlite)
}

/// Adds a program. A name that a program in use has is `Duplicate`.
pub fn insert(tx: &Transaction<'_>, row: &AppRow) -> Result<()> {
    const SQL: &str = "INSERT INTO app
        (id, name, token_id, token_sha256, models, privacy, origins, created_at, last_used, revoked_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    let values = params![
        row.id.0,
        row.name,
        row.token_id,
        row.token_sha256,
        row.models,
        Word(row.privacy),
        Json(&row.origins),
        row.created_at,
        row.last_used,
        row.revoked_at
    ];
    tx.execute(SQL, values).map(drop).map_err(|error| named(error, &row.name))
}

/// Puts another value in place of the models that it may use.
pub fn set_models(tx: &Transaction<'_>, id: AppId, models: &str) -> Result<()> {
    const SQL: &str = "UPDATE app SET models = ?2 WHERE id = ?1";
    found(tx.execute(SQL, params![id.0, models]).map_err(from_sqlite)?)
}

/// Revokes a program's token. A second time is `NotFound`: the first time stays on record.
pub fn revoke(tx: &Transaction<'_>, id: AppId, now: i64) -> Result<()> {
    const SQL: &str = "UPDATE app SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL";
    found(tx.execute(SQL, params![id.0, now]).map_err(from_sqlite)?)
}

/// Notes that the token was used at `now`. Each call costs a flush to disk: once a minute, not once a request.
pub fn touch_used(tx: &Transaction<'_>, id: AppId, now: i64) -> Result<()> {
    const SQL: &str = "UPDATE app SET last_used = max(coalesce(last_used, ?2), ?2) WHERE id = ?1";
    found(tx.execute(SQL, params![id.0, now]).map_err(from_sqlite)?)
}

fn read(row: &Row<'_>) -> rusqlite::Result<AppRow> {
    Ok(AppRow {
        id: AppId(row.get(0)?),
        name: row.get(1)?,
        token_id: row.get(2)?,
        token_sha256: row.get(3)?,
        models: row.get(4)?,
        privacy: row.get::<_, Word<_>>(5)?.0,
        origins: row.get::<_, Json<_>>(6)?.0,
        created_at: row.get(7)?,
        last_used: row.get(8)?,
        revoked_at: row.get(9)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{HOSTILE, scratch};
    use inkhorn_fault::Code;

    fn sample(id: u8, name: &str) -> AppRow {
        AppRow {
            id: AppId([id; 16]),
            name: name.into(),
            token_id: format!("{name}:{id}"),
            token_sha256: [id; 32],
            models: serde_json::to_string(name).unwrap(),
            privacy: Privacy::ZeroRetention,
            origins: vec![name.into()],
            created_at: i64::from(id),
            last_used: None,
            revoked_at: None,
        }
    }

    #[test]
    fn a_revoked_name_is_free_again_and_the_old_row_stays() {
        let (_dir, store) = scratch();
        store.write(|tx| insert(tx, &sample(1, "editor"))).unwrap();
        let taken = store.write(|tx| insert(tx, &sample(2, "editor"))).unwrap_err();
        assert_eq!(taken.code(), Code::Duplicate);
        assert!(taken.message().contains("editor"));
        store.write(|tx| revoke(tx, AppId([1; 16]), 9)).unwrap();
        assert_eq!(store.write(|tx| revoke(tx, AppId([1; 16]), 10)).unwrap_err().code(), Code::NotFound);
        store.write(|tx| insert(tx, &sample(2, "editor"))).unwrap();
        let rows = store.read(load_all).unwrap();
        assert_eq!(rows, [AppRow { revoked_at: Some(9), ..sample(1, "editor") }, sample(2, "editor")]);
    }

    #[test]
    fn a_program_is_found_by_its_tokens_public_id() {
        let (_dir, store) = scratch();
        for (id, text) in (1..).zip(HOSTILE) {
            store.write(|tx| insert(tx, &sample(id, text))).unwrap();
            let found = store.read(|db| load_by_token_id(db, &format!("{text}:{id}"))).unwrap();
            assert_eq!(found, Some(sample(id, text)));
        }
        assert_eq!(store.read(|db| load_by_token_id(db, "' OR 1=1 --")).unwrap(), None);
        store.write(|tx| touch_used(tx, AppId([1; 16]), 77)).unwrap();
        assert_eq!(store.read(load_all).unwrap()[0].last_used, Some(77));
        assert_eq!(store.write(|tx| touch_used(tx, AppId([99; 16]), 1)).unwrap_err().code(), Code::NotFound);
    }
}
