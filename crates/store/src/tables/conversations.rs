//! Conversations on the Desk. Titles are sealed; times and the model in use are plain.

use crate::failure::{found, from_sqlite};
use inkhorn_domain::ConversationId;
use inkhorn_fault::Result;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

pub(crate) const SCHEMA: &str = "
CREATE TABLE conversation (
    id         BLOB PRIMARY KEY CHECK (length(id) = 16),
    title      BLOB NOT NULL,
    rev        INTEGER NOT NULL,
    model      TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX conversation_newest ON conversation (updated_at, id);
";

/// What conversations know since there are assistants.
pub(crate) const ASSISTANT: &str = "
ALTER TABLE conversation ADD COLUMN assistant TEXT;
ALTER TABLE conversation ADD COLUMN model_chosen INTEGER NOT NULL DEFAULT 0 CHECK (model_chosen IN (0, 1));
";

/// One conversation. Times are UTC milliseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConversationRow {
    /// Who it is.
    pub id: ConversationId,
    /// Its title, sealed.
    pub title: Vec<u8>,
    /// Counts each sealing of the title; part of what the envelope is bound to.
    pub rev: i64,
    /// Address of the model that it is written with.
    pub model: Option<String>,
    /// The writer named that model for this conversation; else it is the one that was used last.
    pub model_chosen: bool,
    /// Id of the assistant that it goes on with, or `auto`.
    pub assistant: Option<String>,
    /// When it was begun.
    pub created_at: i64,
    /// When something in it changed last.
    pub updated_at: i64,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, title, rev, model, model_chosen, assistant, created_at, updated_at FROM conversation ", $rest)
    };
}

/// The newest conversations first, at most `limit`, beginning after the one at `(updated_at, id)` where given.
pub fn load_newest(
    db: &Connection,
    after: Option<(i64, ConversationId)>,
    limit: u32,
) -> Result<Vec<ConversationRow>> {
    let (time, id) = after.map_or((i64::MAX, [0xFF; 16]), |(time, id)| (time, id.0));
    let sql = select!("WHERE (updated_at, id) < (?1, ?2) ORDER BY updated_at DESC, id DESC LIMIT ?3");
    let mut query = db.prepare_cached(sql).map_err(from_sqlite)?;
    let rows = query.query_map(params![time, id, limit], read).map_err(from_sqlite)?;
    rows.collect::<rusqlite::Result<_>>().map_err(from_sqlite)
}

/// Gives every conversation that is written with one model another one. Tells how many.
pub fn replace_model(tx: &Transaction<'_>, from: &str, to: &str) -> Result<usize> {
    tx.execute("UPDATE conversation SET model = ?2 WHERE model = ?1", [from, to]).map_err(from_sqlite)
}

/// Takes an assistant that is no more from every conversation. Tells how many.
pub fn forget_assistant(tx: &Transaction<'_>, assistant: &str) -> Result<usize> {
    const SQL: &str = "UPDATE conversation SET assistant = NULL WHERE assistant = ?1";
    tx.execute(SQL, [assistant]).map_err(from_sqlite)
}

/// One conversation.
pub fn load(db: &Connection, id: ConversationId) -> Result<Option<ConversationRow>> {
    let mut query = db.prepare_cached(select!("WHERE id = ?1")).map_err(from_sqlite)?;
    query.query_row([id.0], read).optional().map_err(from_sqlite)
}

/// Adds a conversation.
pub fn insert(tx: &Transaction<'_>, row: &ConversationRow) -> Result<()> {
    const SQL: &str =
        "INSERT INTO conversation (id, title, rev, model, model_chosen, assistant, created_at, updated_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    execute(tx, SQL, row).map(drop)
}

/// Puts these values in place of what is there.
pub fn update(tx: &Transaction<'_>, row: &ConversationRow) -> Result<()> {
    const SQL: &str =
        "UPDATE conversation SET title = ?2, rev = ?3, model = ?4, model_chosen = ?5, assistant = ?6,
        created_at = ?7, updated_at = ?8 WHERE id = ?1";
    found(execute(tx, SQL, row)?)
}

/// Notes that something in the conversation changed at `now`.
pub fn touch(tx: &Transaction<'_>, id: ConversationId, now: i64) -> Result<()> {
    let sql = "UPDATE conversation SET updated_at = ?2 WHERE id = ?1";
    found(tx.execute(sql, params![id.0, now]).map_err(from_sqlite)?)
}

/// Removes a conversation with its messages and its draft. Call
/// [`Store::scrub_free_space`](crate::Store::scrub_free_space) afterwards.
pub fn remove(tx: &Transaction<'_>, id: ConversationId) -> Result<()> {
    found(tx.execute("DELETE FROM conversation WHERE id = ?1", [id.0]).map_err(from_sqlite)?)?;
    super::drafts::remove(tx, Some(id))?;
    super::upkeep::mark_scrub_due(tx)
}

fn execute(tx: &Transaction<'_>, sql: &str, row: &ConversationRow) -> Result<usize> {
    let values = params![
        row.id.0,
        row.title,
        row.rev,
        row.model,
        row.model_chosen,
        row.assistant,
        row.created_at,
        row.updated_at
    ];
    tx.execute(sql, values).map_err(from_sqlite)
}

fn read(row: &Row<'_>) -> rusqlite::Result<ConversationRow> {
    Ok(ConversationRow {
        id: ConversationId(row.get(0)?),
        title: row.get(1)?,
        rev: row.get(2)?,
        model: row.get(3)?,
        model_chosen: row.get(4)?,
        assistant: row.get(5)?,
        created_at: row.get(6)?,
        updated_at: row.get(7)?,
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::testing::{HOSTILE, scratch};
    use inkhorn_fault::Code;

    pub(crate) fn sample(id: u8, updated_at: i64) -> ConversationRow {
        ConversationRow {
            id: ConversationId([id; 16]),
            title: vec![id; 90],
            rev: 1,
            model: Some("openai/gpt".into()),
            model_chosen: false,
            assistant: None,
            created_at: 0,
            updated_at,
        }
    }

    #[test]
    fn the_newest_come_first_and_pages_join_without_gap_or_repeat() {
        let (_dir, store) = scratch();
        for id in 0..20 {
            // Four at a time share a moment.
            store.write(|tx| insert(tx, &sample(id, i64::from(id / 4)))).unwrap();
        }
        let whole = store.read(|db| load_newest(db, None, 100)).unwrap();
        assert!(whole.is_sorted_by_key(|row| std::cmp::Reverse((row.updated_at, row.id))));
        let mut paged = Vec::new();
        loop {
            let after = paged.last().map(|row: &ConversationRow| (row.updated_at, row.id));
            let page = store.read(|db| load_newest(db, after, 3)).unwrap();
            if page.is_empty() {
                break;
            }
            paged.extend(page);
        }
        assert_eq!(paged, whole);
        store.write(|tx| touch(tx, ConversationId([0; 16]), 99)).unwrap();
        assert_eq!(store.read(|db| load_newest(db, None, 1)).unwrap(), [sample(0, 99)]);
    }

    #[test]
    fn a_conversation_of_before_there_were_assistants_is_opened_as_it_was() {
        let (dir, store) = scratch();
        store.write(|tx| insert(tx, &sample(1, 7))).unwrap();
        drop(store);
        let db = Connection::open(dir.path().join("inkhorn.db")).unwrap();
        db.execute_batch(
            "DROP TABLE prompt; DROP TABLE assistant; ALTER TABLE conversation DROP COLUMN assistant;
            ALTER TABLE conversation DROP COLUMN model_chosen; PRAGMA user_version = 4;",
        )
        .unwrap();
        drop(db);
        let store = crate::Store::open(dir.path()).unwrap();
        assert_eq!(store.read(|db| load_newest(db, None, 9)).unwrap(), [sample(1, 7)]);
        let named = ConversationRow { assistant: Some("code".into()), model_chosen: true, ..sample(1, 8) };
        store.write(|tx| update(tx, &named)).unwrap();
        assert_eq!(store.read(|db| load(db, named.id)).unwrap(), Some(named));
        assert_eq!(store.write(|tx| forget_assistant(tx, "blog")).unwrap(), 0);
        assert_eq!(store.write(|tx| forget_assistant(tx, "code")).unwrap(), 1);
        assert_eq!(store.read(|db| load(db, ConversationId([1; 16]))).unwrap().unwrap().assistant, None);
    }

    #[test]
    fn a_conversation_changes_and_goes() {
        let (_dir, store) = scratch();
        store.write(|tx| insert(tx, &sample(1, 1))).unwrap();
        for text in HOSTILE {
            let row = ConversationRow {
                title: text.as_bytes().to_vec(),
                rev: 2,
                model: Some((*text).into()),
                model_chosen: true,
                assistant: Some((*text).into()),
                ..sample(1, 5)
            };
            store.write(|tx| update(tx, &row)).unwrap();
            assert_eq!(store.read(|db| load(db, row.id)).unwrap(), Some(row));
        }
        let id = ConversationId([1; 16]);
        store.write(|tx| remove(tx, id)).unwrap();
        assert!(store.scrub_is_due().unwrap());
        assert_eq!(store.read(|db| load(db, id)).unwrap(), None);
        for gone in [store.write(|tx| remove(tx, id)), store.write(|tx| touch(tx, id, 1))] {
            assert_eq!(gone.unwrap_err().code(), Code::NotFound);
        }
    }
}
