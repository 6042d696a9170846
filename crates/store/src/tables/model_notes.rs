//! What the writer says of single models, and when a model came and went. Settings, not text: nothing here is sealed.
//!
//! A model has a row only where there is something to say. Rows go with their connection, by a trigger and not by a
//! foreign key, because connections that stand in the environment have models and no row of their own.

use crate::columns::{Json, Word};
use crate::failure::from_sqlite;
use inkhorn_domain::{ConnectionId, ContentTag, ModelListing, Price};
use inkhorn_fault::Result;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use std::collections::HashSet;

pub(crate) const SCHEMA: &str = "
CREATE TABLE model_note (
    connection BLOB NOT NULL CHECK (length(connection) = 16),
    model      TEXT NOT NULL,
    hidden     INTEGER NOT NULL CHECK (hidden IN (0, 1)),
    favourite  INTEGER NOT NULL CHECK (favourite IN (0, 1)),
    name       TEXT,
    position   INTEGER,
    price      TEXT CHECK (json_valid(price)),
    priced_at  INTEGER,
    content    TEXT,
    content_at INTEGER,
    first_seen INTEGER,
    gone_since INTEGER,
    listing    TEXT CHECK (json_valid(listing)),
    PRIMARY KEY (connection, model)
) STRICT, WITHOUT ROWID;
CREATE TABLE model_note_state (
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    changes INTEGER NOT NULL
) STRICT;
INSERT INTO model_note_state (one, changes) VALUES (1, 0);
CREATE TRIGGER model_note_goes AFTER DELETE ON connection BEGIN
    DELETE FROM model_note WHERE connection = OLD.id;
    UPDATE model_note_state SET changes = changes + 1;
END;
";

/// Models of one connection that are remembered after they vanished and of which the writer said nothing. A server
/// that lists other names each time must not fill the disk.
const MOST_GONE: u32 = 2_000;

/// What is noted of one model. Times are UTC milliseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelNoteRow {
    /// Whose model.
    pub connection: ConnectionId,
    /// The provider's own id of it.
    pub model: String,
    /// Not shown in lists to choose from.
    pub hidden: bool,
    /// Shown first.
    pub favourite: bool,
    /// The writer's name for it.
    pub name: Option<String>,
    /// The writer's place for it among the models of its connection, from 0.
    pub position: Option<i64>,
    /// The writer's price for it, and when it was set.
    pub price: Option<(Price, i64)>,
    /// What the writer says of its moderation, and when.
    pub content: Option<(ContentTag, i64)>,
    /// When it was first listed, for one that came after the first list of its connection.
    pub first_seen: Option<i64>,
    /// Since when its provider lists it no more, and what was known of it then.
    pub gone: Option<(i64, ModelListing)>,
}

impl ModelNoteRow {
    /// Nothing yet.
    pub fn of(connection: ConnectionId, model: impl Into<String>) -> Self {
        Self {
            connection,
            model: model.into(),
            hidden: false,
            favourite: false,
            name: None,
            position: None,
            price: None,
            content: None,
            first_seen: None,
            gone: None,
        }
    }

    /// Whether the writer said something of it.
    pub fn is_own(&self) -> bool {
        self.hidden
            || self.favourite
            || self.name.is_some()
            || self.position.is_some()
            || self.price.is_some()
            || self.content.is_some()
    }

    fn says_nothing(&self) -> bool {
        !self.is_own() && self.first_seen.is_none() && self.gone.is_none()
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT connection, model, hidden, favourite, name, position, price, priced_at, content, content_at,
             first_seen, gone_since, listing FROM model_note ",
            $rest
        )
    };
}

/// Counts the changes: tells, without reading thousands of rows, whether they are others.
pub fn changes(db: &Connection) -> Result<i64> {
    let mut query = db.prepare_cached("SELECT changes FROM model_note_state").map_err(from_sqlite)?;
    query.query_row([], |row| row.get(0)).map_err(from_sqlite)
}

/// Every note.
pub fn load_all(db: &Connection) -> Result<Vec<ModelNoteRow>> {
    let mut query = db.prepare_cached(select!("ORDER BY connection, model")).map_err(from_sqlite)?;
    let rows = query.query_map([], read).map_err(from_sqlite)?;
    rows.collect::<rusqlite::Result<_>>().map_err(from_sqlite)
}

/// What is noted of one model, or `None`.
pub fn load(db: &Connection, connection: ConnectionId, model: &str) -> Result<Option<ModelNoteRow>> {
    let sql = select!("WHERE connection = ?1 AND model = ?2");
    let mut query = db.prepare_cached(sql).map_err(from_sqlite)?;
    query.query_row(params![connection.0, model], read).optional().map_err(from_sqlite)
}

/// Puts this in place of what was noted. A note that says nothing any more is taken away.
pub fn save(tx: &Transaction<'_>, row: &ModelNoteRow) -> Result<()> {
    count_change(tx)?;
    put(tx, row)
}

/// Notes what changes between two lists of a connection: models that came, that went, and that came back. The first
/// list brings nothing new: before it, nothing was known.
pub fn note_list(
    tx: &Transaction<'_>,
    connection: ConnectionId,
    before: Option<&[ModelListing]>,
    after: &[ModelListing],
    now: i64,
) -> Result<()> {
    let known: HashSet<&str> = before.unwrap_or_default().iter().map(|model| model.id.as_str()).collect();
    let listed: HashSet<&str> = after.iter().map(|model| model.id.as_str()).collect();
    let vanished = before.unwrap_or_default().iter().filter(|model| !listed.contains(model.id.as_str()));
    let (mut changed, mut went) = (false, false);
    for model in vanished {
        let note = load(tx, connection, &model.id)?;
        let note = note.unwrap_or_else(|| ModelNoteRow::of(connection, &model.id));
        if note.gone.is_none() {
            put(tx, &ModelNoteRow { gone: Some((now, model.clone())), ..note })?;
            (changed, went) = (true, true);
        }
    }
    for model in after.iter().filter(|model| !known.contains(model.id.as_str())) {
        let note = match load(tx, connection, &model.id)? {
            // Back again: it is as new as it was.
            Some(note) if note.gone.is_some() => ModelNoteRow { gone: None, ..note },
            Some(note) if before.is_some() => {
                ModelNoteRow { first_seen: note.first_seen.or(Some(now)), ..note }
            }
            None if before.is_some() => {
                ModelNoteRow { first_seen: Some(now), ..ModelNoteRow::of(connection, &model.id) }
            }
            _ => continue,
        };
        put(tx, &note)?;
        changed = true;
    }
    if went {
        forget_oldest_gone(tx, connection)?;
    }
    if changed { count_change(tx) } else { Ok(()) }
}

/// Forgets those models of a connection that vanished longest ago and of which the writer said nothing.
fn forget_oldest_gone(tx: &Transaction<'_>, connection: ConnectionId) -> Result<()> {
    const SQL: &str = "DELETE FROM model_note WHERE connection = ?1 AND model IN (
        SELECT model FROM model_note WHERE connection = ?1 AND gone_since IS NOT NULL AND hidden = 0 AND favourite = 0
        AND name IS NULL AND position IS NULL AND price IS NULL AND content IS NULL
        ORDER BY gone_since DESC, model LIMIT -1 OFFSET ?2)";
    tx.execute(SQL, params![connection.0, MOST_GONE]).map(drop).map_err(from_sqlite)
}

fn put(tx: &Transaction<'_>, row: &ModelNoteRow) -> Result<()> {
    if row.says_nothing() {
        const FORGET: &str = "DELETE FROM model_note WHERE connection = ?1 AND model = ?2";
        let mut forget = tx.prepare_cached(FORGET).map_err(from_sqlite)?;
        return forget.execute(params![row.connection.0, row.model]).map(drop).map_err(from_sqlite);
    }
    const SQL: &str =
        "INSERT OR REPLACE INTO model_note (connection, model, hidden, favourite, name, position, price,
        priced_at, content, content_at, first_seen, gone_since, listing)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
    let values = params![
        row.connection.0,
        row.model,
        row.hidden,
        row.favourite,
        row.name,
        row.position,
        row.price.map(|(price, _)| Json(price)),
        row.price.map(|(_, at)| at),
        row.content.map(|(tag, _)| Word(tag)),
        row.content.map(|(_, at)| at),
        row.first_seen,
        row.gone.as_ref().map(|(at, _)| *at),
        row.gone.as_ref().map(|(_, listing)| Json(listing)),
    ];
    tx.prepare_cached(SQL).and_then(|mut query| query.execute(values)).map(drop).map_err(from_sqlite)
}

fn count_change(tx: &Transaction<'_>) -> Result<()> {
    tx.execute("UPDATE model_note_state SET changes = changes + 1", []).map(drop).map_err(from_sqlite)
}

fn read(row: &Row<'_>) -> rusqlite::Result<ModelNoteRow> {
    let price: Option<Json<Price>> = row.get(6)?;
    let content: Option<Word<ContentTag>> = row.get(8)?;
    let listing: Option<Json<ModelListing>> = row.get(12)?;
    Ok(ModelNoteRow {
        connection: ConnectionId(row.get(0)?),
        model: row.get(1)?,
        hidden: row.get(2)?,
        favourite: row.get(3)?,
        name: row.get(4)?,
        position: row.get(5)?,
        price: price.map(|price| price.0).zip(row.get(7)?),
        content: content.map(|content| content.0).zip(row.get(9)?),
        first_seen: row.get(10)?,
        gone: row.get::<_, Option<i64>>(11)?.zip(listing.map(|listing| listing.0)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::connections;
    use crate::testing::{HOSTILE, scratch};
    use inkhorn_domain::{Money, PriceState};

    const ID: ConnectionId = ConnectionId([1; 16]);

    fn listed(ids: &[&str]) -> Vec<ModelListing> {
        ids.iter().map(|id| ModelListing::named(*id)).collect()
    }

    fn full(model: &str) -> ModelNoteRow {
        let price = Price { state: PriceState::Known, input: Some(Money(3)), ..Price::UNKNOWN };
        ModelNoteRow {
            hidden: true,
            favourite: true,
            name: Some(model.to_owned()),
            position: Some(7),
            price: Some((price, 8)),
            content: Some((ContentTag::AdultCapable, 9)),
            first_seen: Some(10),
            gone: Some((11, ModelListing::named(model))),
            ..ModelNoteRow::of(ID, model)
        }
    }

    #[test]
    fn every_fact_comes_back_and_a_note_that_says_nothing_is_no_row() {
        let (_dir, store) = scratch();
        for text in HOSTILE {
            store.write(|tx| save(tx, &full(text))).unwrap();
            assert_eq!(store.read(|db| load(db, ID, text)).unwrap(), Some(full(text)));
        }
        assert_eq!(store.read(load_all).unwrap().len(), HOSTILE.len());
        let before = store.read(changes).unwrap();
        store.write(|tx| save(tx, &ModelNoteRow::of(ID, HOSTILE[0]))).unwrap();
        assert_eq!(store.read(|db| load(db, ID, HOSTILE[0])).unwrap(), None);
        assert!(store.read(changes).unwrap() > before, "a change is seen by who counts");
    }

    #[test]
    fn models_that_come_go_and_come_back_are_told_apart() {
        let (_dir, store) = scratch();
        let note = |id: &str| store.read(|db| load(db, ID, id)).unwrap();
        store.write(|tx| note_list(tx, ID, None, &listed(&["a", "b"]), 1)).unwrap();
        assert_eq!(note("a"), None, "the first list brings nothing new");
        let (first, second) = (listed(&["a", "b"]), listed(&["b", "c"]));
        store.write(|tx| note_list(tx, ID, Some(&first), &second, 2)).unwrap();
        assert_eq!(note("a").unwrap().gone, Some((2, ModelListing::named("a"))));
        assert_eq!(note("c").unwrap().first_seen, Some(2));
        let counted = store.read(changes).unwrap();
        store.write(|tx| note_list(tx, ID, Some(&second), &second, 3)).unwrap();
        assert_eq!(store.read(changes).unwrap(), counted, "the same list changes nothing");
        store.write(|tx| note_list(tx, ID, Some(&second), &listed(&["a", "b", "c"]), 4)).unwrap();
        assert_eq!(note("a"), None, "back, and as known as it was");
    }

    #[test]
    fn a_server_with_other_names_each_time_does_not_fill_the_disk_nor_the_writers_notes() {
        let (_dir, store) = scratch();
        let own = ModelNoteRow { favourite: true, ..ModelNoteRow::of(ID, "0-0") };
        store.write(|tx| save(tx, &own)).unwrap();
        let list = |round: usize| -> Vec<_> {
            (0..1_500).map(|n| ModelListing::named(format!("{round}-{n}"))).collect()
        };
        for round in 0..4 {
            let (before, after) = (list(round), list(round + 1));
            store.write(|tx| note_list(tx, ID, Some(&before), &after, round as i64)).unwrap();
        }
        let gone = store.read(load_all).unwrap().into_iter().filter(|note| note.gone.is_some());
        let gone: Vec<_> = gone.map(|note| note.model).collect();
        assert_eq!(gone.len(), MOST_GONE as usize + 1);
        assert!(gone.contains(&"0-0".to_owned()), "the writer's favourite is remembered");
    }

    #[test]
    fn notes_go_with_their_connection() {
        let (_dir, store) = scratch();
        store.write(|tx| connections::insert(tx, &connections::tests::sample(1, "one", "x"))).unwrap();
        store.write(|tx| save(tx, &full("m"))).unwrap();
        let counted = store.read(changes).unwrap();
        store.write(|tx| connections::remove(tx, ID)).unwrap();
        assert_eq!(store.read(load_all).unwrap(), []);
        assert!(store.read(changes).unwrap() > counted);
    }
}
