//! What the writer has typed and not sent, sealed: one draft per conversation, and one for a conversation to come.

use crate::failure::from_sqlite;
use inkhorn_domain::ConversationId;
use inkhorn_fault::Result;
use rusqlite::{Connection, OptionalExtension, Transaction, params};

// The draft for a conversation to come has an empty key, which no conversation has.
pub(crate) const SCHEMA: &str = "
CREATE TABLE draft (
    conversation BLOB PRIMARY KEY,
    text         BLOB NOT NULL,
    rev          INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL
) STRICT;
";

/// One draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftRow {
    /// The conversation, or `None` for one to come.
    pub conversation: Option<ConversationId>,
    /// The text, sealed.
    pub text: Vec<u8>,
    /// Counts each sealing; part of what the envelope is bound to.
    pub rev: i64,
    /// UTC milliseconds.
    pub updated_at: i64,
}

/// The draft of a conversation (`None`: of one to come).
pub fn load(db: &Connection, conversation: Option<ConversationId>) -> Result<Option<DraftRow>> {
    const SQL: &str = "SELECT text, rev, updated_at FROM draft WHERE conversation = ?1";
    let mut query = db.prepare_cached(SQL).map_err(from_sqlite)?;
    let row = query.query_row([key(&conversation)], |row| {
        Ok(DraftRow { conversation, text: row.get(0)?, rev: row.get(1)?, updated_at: row.get(2)? })
    });
    row.optional().map_err(from_sqlite)
}

/// Keeps a draft in place of the one that was there.
pub fn save(tx: &Transaction<'_>, row: &DraftRow) -> Result<()> {
    const SQL: &str = "INSERT INTO draft (conversation, text, rev, updated_at) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (conversation) DO UPDATE SET text = excluded.text, rev = excluded.rev,
        updated_at = excluded.updated_at";
    let values = params![key(&row.conversation), row.text, row.rev, row.updated_at];
    tx.prepare_cached(SQL).and_then(|mut query| query.execute(values)).map(drop).map_err(from_sqlite)
}

/// Removes a draft. One that is not there is no failure.
pub fn remove(tx: &Transaction<'_>, conversation: Option<ConversationId>) -> Result<()> {
    const SQL: &str = "DELETE FROM draft WHERE conversation = ?1";
    tx.execute(SQL, [key(&conversation)]).map(drop).map_err(from_sqlite)
}

fn key(conversation: &Option<ConversationId>) -> &[u8] {
    conversation.as_ref().map_or(&[], |id| id.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::conversations;
    use crate::testing::scratch;

    fn sample(conversation: Option<ConversationId>, text: &str) -> DraftRow {
        DraftRow { conversation, text: text.as_bytes().to_vec(), rev: 3, updated_at: 4 }
    }

    #[test]
    fn each_conversation_has_its_draft_and_so_has_the_one_to_come() {
        let (_dir, store) = scratch();
        let id = ConversationId([0; 16]);
        store.write(|tx| conversations::insert(tx, &conversations::tests::sample(0, 1))).unwrap();
        store.write(|tx| save(tx, &sample(None, "new"))).unwrap();
        store.write(|tx| save(tx, &sample(Some(id), "old"))).unwrap();
        store.write(|tx| save(tx, &sample(Some(id), "older"))).unwrap();
        assert_eq!(store.read(|db| load(db, None)).unwrap(), Some(sample(None, "new")));
        assert_eq!(store.read(|db| load(db, Some(id))).unwrap(), Some(sample(Some(id), "older")));
        store.write(|tx| conversations::remove(tx, id)).unwrap();
        assert_eq!(store.read(|db| load(db, Some(id))).unwrap(), None);
        store.write(|tx| remove(tx, None).and_then(|()| remove(tx, None))).unwrap();
        assert_eq!(store.read(|db| load(db, None)).unwrap(), None);
    }
}
