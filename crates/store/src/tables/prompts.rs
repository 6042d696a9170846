//! The prompt library. Names, texts and blanks are sealed together; model, assistant and settings are plain, as those of
//! conversations and collections are.

use crate::columns::Json;
use crate::failure::{found, from_sqlite};
use inkhorn_domain::{MemberSettings, PromptId};
use inkhorn_fault::Result;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

pub(crate) const SCHEMA: &str = "
CREATE TABLE prompt (
    id         BLOB PRIMARY KEY CHECK (length(id) = 16),
    content    BLOB NOT NULL,
    rev        INTEGER NOT NULL,
    model      TEXT,
    assistant  TEXT,
    settings   TEXT NOT NULL CHECK (json_valid(settings)),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
";

/// A prompt. Times are UTC milliseconds.
#[derive(Clone, Debug, PartialEq)]
pub struct PromptRow {
    /// Who it is.
    pub id: PromptId,
    /// Name, text and blanks, sealed.
    pub content: Vec<u8>,
    /// Counts each sealing; part of what the envelope is bound to.
    pub rev: i64,
    /// Address of its own model, or name of its own collection.
    pub model: Option<String>,
    /// Id of its own assistant.
    pub assistant: Option<String>,
    /// How a model is used for it.
    pub settings: MemberSettings,
    /// When it was made.
    pub created_at: i64,
    /// When it changed last.
    pub updated_at: i64,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, content, rev, model, assistant, settings, created_at, updated_at FROM prompt ",
            $rest
        )
    };
}

/// Every prompt, oldest first.
pub fn load_all(db: &Connection) -> Result<Vec<PromptRow>> {
    let mut query = db.prepare_cached(select!("ORDER BY created_at, id")).map_err(from_sqlite)?;
    let rows = query.query_map([], read).map_err(from_sqlite)?;
    rows.collect::<rusqlite::Result<_>>().map_err(from_sqlite)
}

/// One prompt.
pub fn load(db: &Connection, id: PromptId) -> Result<Option<PromptRow>> {
    let mut query = db.prepare_cached(select!("WHERE id = ?1")).map_err(from_sqlite)?;
    query.query_row([id.0], read).optional().map_err(from_sqlite)
}

/// How many there are.
pub fn count(db: &Connection) -> Result<u32> {
    db.query_row("SELECT count(*) FROM prompt", [], |row| row.get(0)).map_err(from_sqlite)
}

/// Adds a prompt.
pub fn insert(tx: &Transaction<'_>, row: &PromptRow) -> Result<()> {
    const SQL: &str =
        "INSERT INTO prompt (id, content, rev, model, assistant, settings, created_at, updated_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    execute(tx, SQL, row).map(drop)
}

/// Puts these values in place of what is there.
pub fn update(tx: &Transaction<'_>, row: &PromptRow) -> Result<()> {
    const SQL: &str = "UPDATE prompt SET content = ?2, rev = ?3, model = ?4, assistant = ?5, settings = ?6,
        created_at = ?7, updated_at = ?8 WHERE id = ?1";
    found(execute(tx, SQL, row)?)
}

/// Removes a prompt. Call [`Store::scrub_free_space`](crate::Store::scrub_free_space) afterwards.
pub fn remove(tx: &Transaction<'_>, id: PromptId) -> Result<()> {
    found(tx.execute("DELETE FROM prompt WHERE id = ?1", [id.0]).map_err(from_sqlite)?)?;
    super::upkeep::mark_scrub_due(tx)
}

/// Gives every prompt with one model another one. Tells how many.
pub fn replace_model(tx: &Transaction<'_>, from: &str, to: &str) -> Result<usize> {
    tx.execute("UPDATE prompt SET model = ?2 WHERE model = ?1", [from, to]).map_err(from_sqlite)
}

/// Takes an assistant that is no more from every prompt. Tells how many.
pub fn forget_assistant(tx: &Transaction<'_>, assistant: &str) -> Result<usize> {
    tx.execute("UPDATE prompt SET assistant = NULL WHERE assistant = ?1", [assistant]).map_err(from_sqlite)
}

fn execute(tx: &Transaction<'_>, sql: &str, row: &PromptRow) -> Result<usize> {
    let values = params![
        row.id.0,
        row.content,
        row.rev,
        row.model,
        row.assistant,
        Json(&row.settings),
        row.created_at,
        row.updated_at
    ];
    tx.execute(sql, values).map_err(from_sqlite)
}

fn read(row: &Row<'_>) -> rusqlite::Result<PromptRow> {
    Ok(PromptRow {
        id: PromptId(row.get(0)?),
        content: row.get(1)?,
        rev: row.get(2)?,
        model: row.get(3)?,
        assistant: row.get(4)?,
        settings: row.get::<_, Json<_>>(5)?.0,
        created_at: row.get(6)?,
        updated_at: row.get(7)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{HOSTILE, scratch};
    use inkhorn_fault::Code;

    fn sample(id: u8, text: &str) -> PromptRow {
        PromptRow {
            id: PromptId([id; 16]),
            content: text.as_bytes().to_vec(),
            rev: 3,
            model: Some(text.to_owned()),
            assistant: Some(text.to_owned()),
            settings: MemberSettings { temperature: Some(0.4), ..MemberSettings::default() },
            created_at: i64::from(id),
            updated_at: 9,
        }
    }

    #[test]
    fn a_prompt_changes_and_goes_whatever_stands_in_it() {
        let (_dir, store) = scratch();
        let rows: Vec<_> = (0u8..).zip(HOSTILE).map(|(id, text)| sample(id, text)).collect();
        for row in &rows {
            store.write(|tx| insert(tx, row)).unwrap();
        }
        assert_eq!(store.read(load_all).unwrap(), rows);
        assert_eq!(store.read(count).unwrap() as usize, rows.len());
        let changed =
            PromptRow { content: vec![1; 40], rev: 4, model: None, assistant: None, ..rows[0].clone() };
        store.write(|tx| update(tx, &changed)).unwrap();
        assert_eq!(store.read(|db| load(db, changed.id)).unwrap(), Some(changed.clone()));
        store.write(|tx| remove(tx, changed.id)).unwrap();
        assert!(store.scrub_is_due().unwrap(), "its text is to be scrubbed from free space");
        for gone in [store.write(|tx| remove(tx, changed.id)), store.write(|tx| update(tx, &changed))] {
            assert_eq!(gone.unwrap_err().code(), Code::NotFound);
        }
    }

    #[test]
    fn a_model_is_replaced_and_an_assistant_forgotten_only_where_they_stand() {
        let (_dir, store) = scratch();
        let rows = [sample(1, "a/1"), sample(2, "b/2")];
        rows.iter().for_each(|row| store.write(|tx| insert(tx, row)).unwrap());
        assert_eq!(store.write(|tx| replace_model(tx, "a/1", "c/3")).unwrap(), 1);
        assert_eq!(store.write(|tx| forget_assistant(tx, "b/2")).unwrap(), 1);
        let all = store.read(load_all).unwrap();
        let told: Vec<_> = all.iter().map(|row| (row.model.as_deref(), row.assistant.as_deref())).collect();
        assert_eq!(told, [(Some("c/3"), Some("a/1")), (Some("b/2"), None)]);
    }
}
