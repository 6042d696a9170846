//! Messages of conversations. The text is sealed; who spoke, with which model and what it cost is plain.
//!
//! A message knows its place (`position`, ascending) and the message it answers (`parent`), so that an answer tried
//! again with another model stands beside the first.

use crate::columns::Word;
use crate::failure::{found, from_sqlite};
use inkhorn_domain::{ConversationId, FinishReason, MessageId, RequestId, Role};
use inkhorn_fault::{Code, Fault, Result};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use serde::{Deserialize, Serialize};

pub(crate) const SCHEMA: &str = "
CREATE TABLE message (
    id               BLOB PRIMARY KEY CHECK (length(id) = 16),
    conversation     BLOB NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
    position         INTEGER NOT NULL,
    parent           BLOB,
    role             TEXT NOT NULL,
    text             BLOB NOT NULL,
    rev              INTEGER NOT NULL,
    state            TEXT NOT NULL,
    model            TEXT,
    connection_label TEXT,
    request          BLOB CHECK (request IS NULL OR length(request) = 16),
    finish           TEXT,
    meta             TEXT NOT NULL CHECK (json_valid(meta)),
    created_at       INTEGER NOT NULL,
    updated_at       INTEGER NOT NULL,
    UNIQUE (conversation, position)
) STRICT;
CREATE INDEX message_streaming ON message (updated_at) WHERE state = 'streaming';
";

/// How far a message has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MessageState {
    /// It is coming in.
    Streaming,
    /// It is whole.
    Done,
    /// The writer stopped it, or the program ended; what came is kept.
    Stopped,
    /// It failed; what came is kept.
    Failed,
}

/// One message. Times are UTC milliseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageRow {
    /// Who it is.
    pub id: MessageId,
    /// Where it belongs.
    pub conversation: ConversationId,
    /// Its place there, ascending, not necessarily without gaps.
    pub position: i64,
    /// The message that it answers.
    pub parent: Option<MessageId>,
    /// Who spoke.
    pub role: Role,
    /// The text, sealed.
    pub text: Vec<u8>,
    /// Counts each sealing; part of what the envelope is bound to.
    pub rev: i64,
    /// How far it has come.
    pub state: MessageState,
    /// Address of the model.
    pub model: Option<String>,
    /// What the connection was called then.
    pub connection_label: Option<String>,
    /// The request behind it, as in the usage log.
    pub request: Option<RequestId>,
    /// Why it ended.
    pub finish: Option<FinishReason>,
    /// Tokens, cost, times and the fault, if any: a JSON object.
    pub meta: String,
    /// When it was begun.
    pub created_at: i64,
    /// When it changed last.
    pub updated_at: i64,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, conversation, position, parent, role, text, rev, state, model, connection_label, request,
             finish, meta, created_at, updated_at FROM message ",
            $rest
        )
    };
}

/// All messages of a conversation in their order.
pub fn load_of(db: &Connection, conversation: ConversationId) -> Result<Vec<MessageRow>> {
    let sql = select!("WHERE conversation = ?1 ORDER BY position");
    let mut query = db.prepare_cached(sql).map_err(from_sqlite)?;
    let rows = query.query_map([conversation.0], read).map_err(from_sqlite)?;
    rows.collect::<rusqlite::Result<_>>().map_err(from_sqlite)
}

/// One message.
pub fn load(db: &Connection, id: MessageId) -> Result<Option<MessageRow>> {
    let mut query = db.prepare_cached(select!("WHERE id = ?1")).map_err(from_sqlite)?;
    query.query_row([id.0], read).optional().map_err(from_sqlite)
}

/// Messages of all conversations by id, at most `limit`, beginning after `after`: the batches of a search through
/// opened text.
pub fn load_batch(db: &Connection, after: Option<MessageId>, limit: u32) -> Result<Vec<MessageRow>> {
    // An id is never empty, so every id is greater than the empty blob.
    let after: &[u8] = after.as_ref().map_or(&[], |id| id.as_bytes());
    let mut query = db.prepare_cached(select!("WHERE id > ?1 ORDER BY id LIMIT ?2")).map_err(from_sqlite)?;
    let rows = query.query_map(params![after, limit], read).map_err(from_sqlite)?;
    rows.collect::<rusqlite::Result<_>>().map_err(from_sqlite)
}

/// The place after the last message of a conversation.
pub fn next_position(db: &Connection, conversation: ConversationId) -> Result<i64> {
    const SQL: &str = "SELECT coalesce(max(position), -1) + 1 FROM message WHERE conversation = ?1";
    db.query_row(SQL, [conversation.0], |row| row.get(0)).map_err(from_sqlite)
}

/// Adds a message. Its conversation must exist, else `NotFound`; a place that is taken is `Duplicate`.
pub fn insert(tx: &Transaction<'_>, row: &MessageRow) -> Result<()> {
    const SQL: &str =
        "INSERT INTO message (id, conversation, position, parent, role, text, rev, state, model,
        connection_label, request, finish, meta, created_at, updated_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)";
    execute(tx, SQL, row).map(drop)
}

/// Puts these values in place of what is there: an edit, or more text while the answer streams.
pub fn update(tx: &Transaction<'_>, row: &MessageRow) -> Result<()> {
    const SQL: &str =
        "UPDATE message SET conversation = ?2, position = ?3, parent = ?4, role = ?5, text = ?6,
        rev = ?7, state = ?8, model = ?9, connection_label = ?10, request = ?11, finish = ?12, meta = ?13,
        created_at = ?14, updated_at = ?15 WHERE id = ?1";
    found(execute(tx, SQL, row)?)
}

/// Removes one message. Call [`Store::scrub_free_space`](crate::Store::scrub_free_space) afterwards.
pub fn remove(tx: &Transaction<'_>, id: MessageId) -> Result<()> {
    found(tx.execute("DELETE FROM message WHERE id = ?1", [id.0]).map_err(from_sqlite)?)?;
    super::upkeep::mark_scrub_due(tx)
}

/// Removes every message of the conversation that stands after this one, and tells how many. Scrub afterwards.
pub fn remove_after(tx: &Transaction<'_>, id: MessageId) -> Result<usize> {
    let here = load(tx, id)?.ok_or_else(|| Fault::new(Code::NotFound))?;
    const SQL: &str = "DELETE FROM message WHERE conversation = ?1 AND position > ?2";
    let removed = tx.execute(SQL, params![here.conversation.0, here.position]).map_err(from_sqlite)?;
    super::upkeep::mark_scrub_due(tx)?;
    Ok(removed)
}

/// Marks as stopped what is still called streaming but has not changed since `silent_since`: the program that wrote
/// it is gone. Tells how many. Another program's living stream is newer than that and is left alone.
pub fn stop_abandoned(tx: &Transaction<'_>, silent_since: i64) -> Result<usize> {
    const SQL: &str = "UPDATE message SET state = 'stopped' WHERE state = 'streaming' AND updated_at < ?1";
    tx.execute(SQL, [silent_since]).map_err(from_sqlite)
}

fn execute(tx: &Transaction<'_>, sql: &str, row: &MessageRow) -> Result<usize> {
    let values = params![
        row.id.0,
        row.conversation.0,
        row.position,
        row.parent.map(|id| id.0),
        Word(row.role),
        row.text,
        row.rev,
        Word(row.state),
        row.model,
        row.connection_label,
        row.request.map(|id| id.0),
        row.finish.map(Word),
        row.meta,
        row.created_at,
        row.updated_at
    ];
    tx.prepare_cached(sql).and_then(|mut query| query.execute(values)).map_err(from_sqlite)
}

fn read(row: &Row<'_>) -> rusqlite::Result<MessageRow> {
    Ok(MessageRow {
        id: MessageId(row.get(0)?),
        conversation: ConversationId(row.get(1)?),
        position: row.get(2)?,
        parent: row.get::<_, Option<_>>(3)?.map(MessageId),
        role: row.get::<_, Word<_>>(4)?.0,
        text: row.get(5)?,
        rev: row.get(6)?,
        state: row.get::<_, Word<_>>(7)?.0,
        model: row.get(8)?,
        connection_label: row.get(9)?,
        request: row.get::<_, Option<_>>(10)?.map(RequestId),
        finish: row.get::<_, Option<Word<_>>>(11)?.map(|word| word.0),
        meta: row.get(12)?,
        created_at: row.get(13)?,
        updated_at: row.get(14)?,
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::tables::conversations;
    use crate::testing::{HOSTILE, scratch};

    pub(crate) fn sample(id: u8, conversation: u8, position: i64) -> MessageRow {
        MessageRow {
            id: MessageId([id; 16]),
            conversation: ConversationId([conversation; 16]),
            position,
            parent: Some(MessageId([id.wrapping_sub(1); 16])),
            role: Role::Assistant,
            text: vec![id; 300],
            rev: 1,
            state: MessageState::Streaming,
            model: Some("openai/gpt".into()),
            connection_label: Some("Work".into()),
            request: Some(RequestId([id; 16])),
            finish: None,
            meta: "{}".into(),
            created_at: i64::from(id),
            updated_at: i64::from(id),
        }
    }

    fn ids(rows: &[MessageRow]) -> Vec<u8> {
        rows.iter().map(|row| row.id.0[0]).collect()
    }

    #[test]
    fn messages_stand_in_their_order_and_end_after_one() {
        let (_dir, store) = scratch();
        for id in [1, 2] {
            store.write(|tx| conversations::insert(tx, &conversations::tests::sample(id, 1))).unwrap();
        }
        for (id, conversation, position) in [(9, 1, 0), (3, 1, 1), (7, 1, 2), (5, 2, 0)] {
            store.write(|tx| insert(tx, &sample(id, conversation, position))).unwrap();
        }
        let first = ConversationId([1; 16]);
        assert_eq!(ids(&store.read(|db| load_of(db, first)).unwrap()), [9, 3, 7]);
        assert_eq!(store.read(|db| next_position(db, first)).unwrap(), 3);
        assert_eq!(store.write(|tx| remove_after(tx, MessageId([9; 16]))).unwrap(), 2);
        assert_eq!(ids(&store.read(|db| load_of(db, first)).unwrap()), [9]);
        assert!(store.scrub_is_due().unwrap());
        let unknown = store.write(|tx| remove_after(tx, MessageId([99; 16]))).unwrap_err();
        assert_eq!(unknown.code(), Code::NotFound);
        store.write(|tx| conversations::remove(tx, first)).unwrap();
        assert_eq!(ids(&store.read(|db| load_batch(db, None, 9)).unwrap()), [5]);
    }

    #[test]
    fn batches_by_id_reach_every_message_once() {
        let (_dir, store) = scratch();
        store.write(|tx| conversations::insert(tx, &conversations::tests::sample(1, 1))).unwrap();
        for id in 0..50u8 {
            store.write(|tx| insert(tx, &sample(id.wrapping_mul(37), 1, i64::from(id)))).unwrap();
        }
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let batch = store.read(|db| load_batch(db, after, 7)).unwrap();
            let Some(last) = batch.last() else { break };
            after = Some(last.id);
            seen.extend(ids(&batch));
        }
        assert_eq!(seen.len(), 50);
        assert!(seen.is_sorted());
    }

    #[test]
    fn every_field_comes_back_whatever_text_it_holds() {
        let (_dir, store) = scratch();
        store.write(|tx| conversations::insert(tx, &conversations::tests::sample(1, 1))).unwrap();
        store.write(|tx| insert(tx, &sample(1, 1, 0))).unwrap();
        for text in HOSTILE {
            let row = MessageRow {
                text: text.as_bytes().to_vec(),
                model: Some((*text).into()),
                connection_label: Some((*text).into()),
                finish: Some(FinishReason::ToolCalls),
                state: MessageState::Done,
                meta: serde_json::to_string(text).unwrap(),
                parent: None,
                request: None,
                ..sample(1, 1, 0)
            };
            store.write(|tx| update(tx, &row)).unwrap();
            assert_eq!(store.read(|db| load(db, row.id)).unwrap(), Some(row));
        }
        let orphan = store.write(|tx| insert(tx, &sample(2, 9, 0))).unwrap_err();
        assert_eq!(orphan.code(), Code::NotFound);
        let taken = store.write(|tx| insert(tx, &sample(2, 1, 0))).unwrap_err();
        assert_eq!(taken.code(), Code::Duplicate);
        store.write(|tx| remove(tx, MessageId([1; 16]))).unwrap();
        assert_eq!(store.read(|db| load(db, MessageId([1; 16]))).unwrap(), None);
        assert_eq!(store.write(|tx| remove(tx, MessageId([1; 16]))).unwrap_err().code(), Code::NotFound);
    }

    #[test]
    fn only_silent_streams_are_called_stopped() {
        let (_dir, store) = scratch();
        store.write(|tx| conversations::insert(tx, &conversations::tests::sample(1, 1))).unwrap();
        let done = MessageRow { state: MessageState::Done, ..sample(1, 1, 0) };
        store.write(|tx| insert(tx, &done)).unwrap();
        store.write(|tx| insert(tx, &sample(2, 1, 1))).unwrap();
        store.write(|tx| insert(tx, &sample(60, 1, 2))).unwrap();
        assert_eq!(store.write(|tx| stop_abandoned(tx, 50)).unwrap(), 1);
        let states: Vec<_> = store
            .read(|db| load_of(db, ConversationId([1; 16])))
            .unwrap()
            .into_iter()
            .map(|row| row.state)
            .collect();
        assert_eq!(states, [MessageState::Done, MessageState::Stopped, MessageState::Streaming]);
    }
}
