//! Assistants that the writer made, and what the writer changed of those that come with Inkhorn. Names, descriptions and
//! instructions are sealed together; feature, model and settings are plain.

use crate::columns::Json;
use crate::failure::{found, from_sqlite};
use inkhorn_domain::{AssistantId, MemberSettings};
use inkhorn_fault::Result;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

pub(crate) const SCHEMA: &str = "
CREATE TABLE assistant (
    id         BLOB PRIMARY KEY CHECK (length(id) = 16),
    built_in   TEXT UNIQUE,
    content    BLOB NOT NULL,
    rev        INTEGER NOT NULL,
    feature    TEXT NOT NULL,
    model      TEXT,
    settings   TEXT NOT NULL CHECK (json_valid(settings)),
    web_search INTEGER NOT NULL CHECK (web_search IN (0, 1)),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
";

/// An assistant. Times are UTC milliseconds.
#[derive(Clone, Debug, PartialEq)]
pub struct AssistantRow {
    /// Who it is.
    pub id: AssistantId,
    /// The word of the one that came with Inkhorn and stands here as the writer changed it.
    pub built_in: Option<String>,
    /// Name, description and instructions, sealed.
    pub content: Vec<u8>,
    /// Counts each sealing; part of what the envelope is bound to.
    pub rev: i64,
    /// What its use counts as.
    pub feature: String,
    /// Address of its own model, or name of its own collection.
    pub model: Option<String>,
    /// How a model is used with it.
    pub settings: MemberSettings,
    /// It wants the web searched.
    pub web_search: bool,
    /// When it was made.
    pub created_at: i64,
    /// When it changed last.
    pub updated_at: i64,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, built_in, content, rev, feature, model, settings, web_search, created_at, updated_at
             FROM assistant ",
            $rest
        )
    };
}

/// Every one, oldest first.
pub fn load_all(db: &Connection) -> Result<Vec<AssistantRow>> {
    let mut query = db.prepare_cached(select!("ORDER BY created_at, id")).map_err(from_sqlite)?;
    let rows = query.query_map([], read).map_err(from_sqlite)?;
    rows.collect::<rusqlite::Result<_>>().map_err(from_sqlite)
}

/// One of the writer's own.
pub fn load(db: &Connection, id: AssistantId) -> Result<Option<AssistantRow>> {
    let mut query = db.prepare_cached(select!("WHERE id = ?1")).map_err(from_sqlite)?;
    query.query_row([id.0], read).optional().map_err(from_sqlite)
}

/// What the writer changed of one that came with Inkhorn.
pub fn load_built_in(db: &Connection, word: &str) -> Result<Option<AssistantRow>> {
    let mut query = db.prepare_cached(select!("WHERE built_in = ?1")).map_err(from_sqlite)?;
    query.query_row([word], read).optional().map_err(from_sqlite)
}

/// How many there are.
pub fn count(db: &Connection) -> Result<u32> {
    db.query_row("SELECT count(*) FROM assistant", [], |row| row.get(0)).map_err(from_sqlite)
}

/// Adds one. A second change of the same built-in one is `Duplicate`.
pub fn insert(tx: &Transaction<'_>, row: &AssistantRow) -> Result<()> {
    const SQL: &str =
        "INSERT INTO assistant (id, built_in, content, rev, feature, model, settings, web_search,
        created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    execute(tx, SQL, row).map(drop)
}

/// Puts these values in place of what is there.
pub fn update(tx: &Transaction<'_>, row: &AssistantRow) -> Result<()> {
    const SQL: &str = "UPDATE assistant SET built_in = ?2, content = ?3, rev = ?4, feature = ?5, model = ?6,
        settings = ?7, web_search = ?8, created_at = ?9, updated_at = ?10 WHERE id = ?1";
    found(execute(tx, SQL, row)?)
}

/// Removes one. Call [`Store::scrub_free_space`](crate::Store::scrub_free_space) afterwards.
pub fn remove(tx: &Transaction<'_>, id: AssistantId) -> Result<()> {
    found(tx.execute("DELETE FROM assistant WHERE id = ?1", [id.0]).map_err(from_sqlite)?)?;
    super::upkeep::mark_scrub_due(tx)
}

/// Gives every assistant with one model another one. Tells how many.
pub fn replace_model(tx: &Transaction<'_>, from: &str, to: &str) -> Result<usize> {
    tx.execute("UPDATE assistant SET model = ?2 WHERE model = ?1", [from, to]).map_err(from_sqlite)
}

fn execute(tx: &Transaction<'_>, sql: &str, row: &AssistantRow) -> Result<usize> {
    let values = params![
        row.id.0,
        row.built_in,
        row.content,
        row.rev,
        row.feature,
        row.model,
        Json(&row.settings),
        row.web_search,
        row.created_at,
        row.updated_at
    ];
    tx.execute(sql, values).map_err(from_sqlite)
}

fn read(row: &Row<'_>) -> rusqlite::Result<AssistantRow> {
    Ok(AssistantRow {
        id: AssistantId(row.get(0)?),
        built_in: row.get(1)?,
        content: row.get(2)?,
        rev: row.get(3)?,
        feature: row.get(4)?,
        model: row.get(5)?,
        settings: row.get::<_, Json<_>>(6)?.0,
        web_search: row.get(7)?,
        created_at: row.get(8)?,
        updated_at: row.get(9)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{HOSTILE, scratch};
    use inkhorn_fault::Code;

    fn sample(id: u8, built_in: Option<&str>, text: &str) -> AssistantRow {
        AssistantRow {
            id: AssistantId([id; 16]),
            built_in: built_in.map(str::to_owned),
            content: text.as_bytes().to_vec(),
            rev: 1,
            feature: text.to_owned(),
            model: Some(text.to_owned()),
            settings: MemberSettings { reasoning: Some("high".to_owned()), ..MemberSettings::default() },
            web_search: id % 2 == 1,
            created_at: i64::from(id),
            updated_at: 5,
        }
    }

    #[test]
    fn an_assistant_changes_and_goes_whatever_stands_in_it() {
        let (_dir, store) = scratch();
        let rows: Vec<_> = (0u8..).zip(HOSTILE).map(|(id, text)| sample(id, None, text)).collect();
        rows.iter().for_each(|row| store.write(|tx| insert(tx, row)).unwrap());
        assert_eq!(store.read(load_all).unwrap(), rows);
        let changed = AssistantRow { rev: 2, model: None, web_search: true, ..rows[0].clone() };
        store.write(|tx| update(tx, &changed)).unwrap();
        assert_eq!(store.read(|db| load(db, changed.id)).unwrap(), Some(changed.clone()));
        store.write(|tx| remove(tx, changed.id)).unwrap();
        assert!(store.scrub_is_due().unwrap(), "its text is to be scrubbed from free space");
        assert_eq!(store.read(count).unwrap() as usize, rows.len() - 1);
        assert_eq!(store.write(|tx| remove(tx, changed.id)).unwrap_err().code(), Code::NotFound);
    }

    #[test]
    fn a_built_in_one_is_changed_once() {
        let (_dir, store) = scratch();
        let changed = sample(1, Some("code"), "x");
        store.write(|tx| insert(tx, &changed)).unwrap();
        let again = store.write(|tx| insert(tx, &sample(2, Some("code"), "y")));
        assert_eq!(again.unwrap_err().code(), Code::Duplicate);
        assert_eq!(store.read(|db| load_built_in(db, "code")).unwrap(), Some(changed));
        assert_eq!(store.read(|db| load_built_in(db, "blog")).unwrap(), None);
        store.write(|tx| insert(tx, &sample(3, None, "z"))).unwrap();
        store.write(|tx| insert(tx, &sample(4, None, "z"))).expect("own ones change none");
        assert_eq!(store.write(|tx| replace_model(tx, "z", "w/1")).unwrap(), 2);
    }
}
