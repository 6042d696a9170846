//! The writer's connections, in their order. No key and no header value stands here: those are in `secrets`.

use crate::columns::{Json, Word};
use crate::failure::{found, from_sqlite, named};
use inkhorn_domain::{ConnectionId, Dialect, Locality, Slug};
use inkhorn_fault::{Code, Fault, Result};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use serde::{Deserialize, Serialize};

pub(crate) const SCHEMA: &str = "
CREATE TABLE connection (
    id            BLOB PRIMARY KEY CHECK (length(id) = 16),
    slug          TEXT NOT NULL UNIQUE,
    provider      TEXT NOT NULL,
    label         TEXT NOT NULL,
    base_url      TEXT NOT NULL,
    locality      TEXT NOT NULL,
    dialect       TEXT NOT NULL,
    auth          TEXT NOT NULL CHECK (json_valid(auth)),
    position      INTEGER NOT NULL,
    active        INTEGER NOT NULL CHECK (active IN (0, 1)),
    secret        BLOB,
    headers       TEXT NOT NULL CHECK (json_valid(headers)),
    own_models    TEXT NOT NULL CHECK (json_valid(own_models)),
    status        TEXT NOT NULL,
    status_since  INTEGER,
    status_code   TEXT,
    status_facts  TEXT NOT NULL CHECK (json_valid(status_facts)),
    last_tested   INTEGER,
    last_used     INTEGER,
    recent_tests  TEXT NOT NULL CHECK (json_valid(recent_tests)),
    settings      TEXT NOT NULL CHECK (json_valid(settings)),
    created_at    INTEGER NOT NULL
) STRICT;
";

/// What the last test or request told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ConnectionStatus {
    /// Nothing is known.
    Untested,
    /// It answered.
    Connected,
    /// It failed; `status_code` says how.
    Failing,
}

/// One connection. Times are UTC milliseconds.
#[derive(Clone, Debug, PartialEq)]
pub struct ConnectionRow {
    /// Who it is.
    pub id: ConnectionId,
    /// Its short name, of which there is one.
    pub slug: Slug,
    /// Id of its provider in the catalogue.
    pub provider: String,
    /// Its name for people.
    pub label: String,
    /// Where it is reached.
    pub base_url: String,
    /// Whether text stays on the machine.
    pub locality: Locality,
    /// What it speaks.
    pub dialect: Dialect,
    /// How a key is sent, as JSON text.
    pub auth: String,
    /// Place in the list, from 0. [`insert`] and [`update`] leave it to [`reorder`].
    pub position: i64,
    /// The writer has not switched it off.
    pub active: bool,
    /// Id of its key in `secrets`.
    pub secret: Option<[u8; 16]>,
    /// Names of extra headers; the values are in `secrets`.
    pub headers: Vec<String>,
    /// Models typed by hand.
    pub own_models: Vec<String>,
    /// What is known of its health.
    pub status: ConnectionStatus,
    /// Since when.
    pub status_since: Option<i64>,
    /// Why it fails.
    pub status_code: Option<Code>,
    /// Facts for the sentence, a JSON object.
    pub status_facts: String,
    /// When it was last tested.
    pub last_tested: Option<i64>,
    /// When it last served a request.
    pub last_used: Option<i64>,
    /// When it was tested lately, oldest first: limits how often a test may run.
    pub recent_tests: Vec<i64>,
    /// Everything that the writer may set about it, a JSON object.
    pub settings: String,
    /// When it was made.
    pub created_at: i64,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, slug, provider, label, base_url, locality, dialect, auth, position, active, secret, headers,
             own_models, status, status_since, status_code, status_facts, last_tested, last_used, recent_tests,
             settings, created_at FROM connection ",
            $rest
        )
    };
}

/// All connections in their order.
pub fn load_all(db: &Connection) -> Result<Vec<ConnectionRow>> {
    let mut query = db.prepare_cached(select!("ORDER BY position, created_at, id")).map_err(from_sqlite)?;
    let rows = query.query_map([], read).map_err(from_sqlite)?;
    rows.collect::<rusqlite::Result<_>>().map_err(from_sqlite)
}

/// One connection.
pub fn load(db: &Connection, id: ConnectionId) -> Result<Option<ConnectionRow>> {
    let mut query = db.prepare_cached(select!("WHERE id = ?1")).map_err(from_sqlite)?;
    query.query_row([id.0], read).optional().map_err(from_sqlite)
}

/// One connection by its slug.
pub fn load_by_slug(db: &Connection, slug: &Slug) -> Result<Option<ConnectionRow>> {
    let mut query = db.prepare_cached(select!("WHERE slug = ?1")).map_err(from_sqlite)?;
    query.query_row([slug.as_str()], read).optional().map_err(from_sqlite)
}

/// Adds a connection at the end of the list. A slug that is taken is `Duplicate`.
pub fn insert(tx: &Transaction<'_>, row: &ConnectionRow) -> Result<()> {
    const SQL: &str = "INSERT INTO connection (id, slug, provider, label, base_url, locality, dialect, auth, active,
        secret, headers, own_models, status, status_since, status_code, status_facts, last_tested, last_used,
        recent_tests, settings, created_at, position)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21,
                (SELECT coalesce(max(position), -1) + 1 FROM connection))";
    execute(tx, SQL, row).map(drop)
}

/// Puts these values in place of all that is known of the connection, except its place in the list.
pub fn update(tx: &Transaction<'_>, row: &ConnectionRow) -> Result<()> {
    const SQL: &str =
        "UPDATE connection SET slug = ?2, provider = ?3, label = ?4, base_url = ?5, locality = ?6,
        dialect = ?7, auth = ?8, active = ?9, secret = ?10, headers = ?11, own_models = ?12, status = ?13,
        status_since = ?14, status_code = ?15, status_facts = ?16, last_tested = ?17, last_used = ?18,
        recent_tests = ?19, settings = ?20, created_at = ?21 WHERE id = ?1";
    found(execute(tx, SQL, row)?)
}

/// Removes a connection and its list of models. Its secrets are removed with
/// [`secrets::remove_of_owner`](super::secrets::remove_of_owner), in the same transaction.
pub fn remove(tx: &Transaction<'_>, id: ConnectionId) -> Result<()> {
    found(tx.execute("DELETE FROM connection WHERE id = ?1", [id.0]).map_err(from_sqlite)?)
}

/// Puts the connections in this order. Those not named follow, in the order they had.
pub fn reorder(tx: &Transaction<'_>, order: &[ConnectionId]) -> Result<()> {
    let present: Vec<ConnectionId> = load_all(tx)?.into_iter().map(|row| row.id).collect();
    if order.iter().any(|id| !present.contains(id)) {
        return Err(Fault::new(Code::NotFound));
    }
    let rest = present.iter().filter(|id| !order.contains(id));
    for (position, id) in (0i64..).zip(order.iter().chain(rest)) {
        tx.execute("UPDATE connection SET position = ?2 WHERE id = ?1", params![id.0, position])
            .map_err(from_sqlite)?;
    }
    Ok(())
}

/// Notes that the connection served a request at `now`. Each call costs a flush to disk: call it once a minute, not
/// once a request.
pub fn touch_used(tx: &Transaction<'_>, id: ConnectionId, now: i64) -> Result<()> {
    const SQL: &str = "UPDATE connection SET last_used = max(coalesce(last_used, ?2), ?2) WHERE id = ?1";
    found(tx.execute(SQL, params![id.0, now]).map_err(from_sqlite)?)
}

fn execute(tx: &Transaction<'_>, sql: &str, row: &ConnectionRow) -> Result<usize> {
    let values = params![
        row.id.0,
        row.slug.as_str(),
        row.provider,
        row.label,
        row.base_url,
        Word(row.locality),
        Word(row.dialect),
        row.auth,
        row.active,
        row.secret,
        Json(&row.headers),
        Json(&row.own_models),
        Word(row.status),
        row.status_since,
        row.status_code.map(Word),
        row.status_facts,
        row.last_tested,
        row.last_used,
        Json(&row.recent_tests),
        row.settings,
        row.created_at
    ];
    tx.execute(sql, values).map_err(|error| named(error, row.slug.as_str()))
}

fn read(row: &Row<'_>) -> rusqlite::Result<ConnectionRow> {
    Ok(ConnectionRow {
        id: ConnectionId(row.get(0)?),
        slug: row.get::<_, Word<_>>(1)?.0,
        provider: row.get(2)?,
        label: row.get(3)?,
        base_url: row.get(4)?,
        locality: row.get::<_, Word<_>>(5)?.0,
        dialect: row.get::<_, Word<_>>(6)?.0,
        auth: row.get(7)?,
        position: row.get(8)?,
        active: row.get(9)?,
        secret: row.get(10)?,
        headers: row.get::<_, Json<_>>(11)?.0,
        own_models: row.get::<_, Json<_>>(12)?.0,
        status: row.get::<_, Word<_>>(13)?.0,
        status_since: row.get(14)?,
        status_code: row.get::<_, Option<Word<_>>>(15)?.map(|word| word.0),
        status_facts: row.get(16)?,
        last_tested: row.get(17)?,
        last_used: row.get(18)?,
        recent_tests: row.get::<_, Json<_>>(19)?.0,
        settings: row.get(20)?,
        created_at: row.get(21)?,
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::testing::{HOSTILE, scratch};

    pub(crate) fn sample(id: u8, slug: &str, text: &str) -> ConnectionRow {
        ConnectionRow {
            id: ConnectionId([id; 16]),
            slug: Slug::parse(slug).unwrap(),
            provider: text.into(),
            label: text.into(),
            base_url: text.into(),
            locality: Locality::Cloud,
            dialect: Dialect::OpenaiChat,
            auth: serde_json::to_string(text).unwrap(),
            position: 0,
            active: true,
            secret: Some([id; 16]),
            headers: vec![text.into()],
            own_models: vec![text.into()],
            status: ConnectionStatus::Failing,
            status_since: Some(1),
            status_code: Some(Code::RateLimited),
            status_facts: "{}".into(),
            last_tested: Some(2),
            last_used: None,
            recent_tests: vec![1, 2],
            settings: "{}".into(),
            created_at: i64::from(id),
        }
    }

    fn slugs(rows: &[ConnectionRow]) -> Vec<&str> {
        rows.iter().map(|row| row.slug.as_str()).collect()
    }

    #[test]
    fn connections_stand_in_the_order_they_came_or_were_put_in() {
        let (_dir, store) = scratch();
        for (id, slug) in [(3, "c"), (1, "a"), (2, "b")] {
            store.write(|tx| insert(tx, &sample(id, slug, "x"))).unwrap();
        }
        let rows = store.read(load_all).unwrap();
        assert_eq!(slugs(&rows), ["c", "a", "b"]);
        assert_eq!(rows.iter().map(|row| row.position).collect::<Vec<_>>(), [0, 1, 2]);
        store.write(|tx| reorder(tx, &[ConnectionId([2; 16])])).unwrap();
        assert_eq!(slugs(&store.read(load_all).unwrap()), ["b", "c", "a"]);
        let unknown = store.write(|tx| reorder(tx, &[ConnectionId([9; 16])])).unwrap_err();
        assert_eq!(unknown.code(), Code::NotFound);
    }

    #[test]
    fn a_taken_slug_is_named_and_nothing_changes() {
        let (_dir, store) = scratch();
        store.write(|tx| insert(tx, &sample(1, "openai", "x"))).unwrap();
        store.write(|tx| insert(tx, &sample(2, "ollama", "x"))).unwrap();
        let added = store.write(|tx| insert(tx, &sample(3, "openai", "x"))).unwrap_err();
        assert_eq!(added.code(), Code::Duplicate);
        assert!(added.message().contains("openai"), "{}", added.message());
        let renamed = store.write(|tx| update(tx, &sample(2, "openai", "x"))).unwrap_err();
        assert_eq!(renamed.code(), Code::Duplicate);
        assert_eq!(slugs(&store.read(load_all).unwrap()), ["openai", "ollama"]);
    }

    #[test]
    fn every_field_comes_back_whatever_text_it_holds() {
        let (_dir, store) = scratch();
        store.write(|tx| insert(tx, &sample(1, "one", "plain"))).unwrap();
        for text in HOSTILE {
            let row = ConnectionRow { status_code: None, active: false, ..sample(1, "renamed", text) };
            store.write(|tx| update(tx, &row)).unwrap();
            assert_eq!(store.read(|db| load(db, row.id)).unwrap(), Some(row));
        }
        assert_eq!(store.read(load_all).unwrap().len(), 1);
        let slug = Slug::parse("renamed").unwrap();
        assert!(store.read(|db| load_by_slug(db, &slug)).unwrap().is_some());
    }

    #[test]
    fn use_is_noted_and_never_runs_backwards() {
        let (_dir, store) = scratch();
        let row = sample(1, "one", "x");
        store.write(|tx| insert(tx, &row)).unwrap();
        for now in [70, 50] {
            store.write(|tx| touch_used(tx, row.id, now)).unwrap();
        }
        assert_eq!(store.read(|db| load(db, row.id)).unwrap().unwrap().last_used, Some(70));
        store.write(|tx| remove(tx, row.id)).unwrap();
        for gone in [
            store.write(|tx| remove(tx, row.id)),
            store.write(|tx| update(tx, &row)),
            store.write(|tx| touch_used(tx, row.id, 1)),
        ] {
            assert_eq!(gone.unwrap_err().code(), Code::NotFound);
        }
    }
}
