//! Collections: named, ordered lists of models of any connection.
//!
//! A member is an address, not a reference: one whose connection is not there, or whose model is gone, stays where the
//! writer put it.

use crate::columns::Json;
use crate::failure::{found, from_sqlite, named};
use inkhorn_domain::MemberSettings;
use inkhorn_fault::{Code, Fault, Result};
use rusqlite::{Connection, Transaction, params};
use unicode_normalization::UnicodeNormalization;

pub(crate) const SCHEMA: &str = "
CREATE TABLE collection (
    id         INTEGER PRIMARY KEY,
    name       TEXT NOT NULL,
    folded     TEXT NOT NULL UNIQUE,
    is_default INTEGER NOT NULL CHECK (is_default IN (0, 1)),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX collection_default ON collection (is_default) WHERE is_default = 1;
CREATE TABLE collection_member (
    collection INTEGER NOT NULL REFERENCES collection (id) ON DELETE CASCADE,
    model      TEXT NOT NULL,
    position   INTEGER NOT NULL,
    settings   TEXT NOT NULL CHECK (json_valid(settings)),
    PRIMARY KEY (collection, model)
) STRICT, WITHOUT ROWID;
";

/// A model in a collection.
#[derive(Clone, Debug, PartialEq)]
pub struct MemberRow {
    /// Its address, `slug/model-id`.
    pub model: String,
    /// How it is used when it is reached through the collection.
    pub settings: MemberSettings,
}

/// A collection with its members in order. Times are UTC milliseconds.
#[derive(Clone, Debug, PartialEq)]
pub struct CollectionRow {
    /// Who it is, in this database.
    pub id: i64,
    /// Its name, which is its address.
    pub name: String,
    /// Used where no default model is set.
    pub is_default: bool,
    /// When it was made.
    pub created_at: i64,
    /// When something in it changed.
    pub updated_at: i64,
    /// Its models, the first choice first.
    pub members: Vec<MemberRow>,
}

/// Two names that differ in this way only are one name: in capitals, or in whether an accent is a letter with it or a
/// sign behind it, which nobody sees and which depends on the system that it was typed on.
pub fn fold(name: &str) -> String {
    name.to_lowercase().nfc().collect()
}

/// Every collection, oldest first.
pub fn load_all(db: &Connection) -> Result<Vec<CollectionRow>> {
    const SQL: &str = "SELECT id, name, is_default, created_at, updated_at FROM collection ORDER BY id";
    const MEMBERS: &str =
        "SELECT model, settings FROM collection_member WHERE collection = ?1 ORDER BY position";
    let mut query = db.prepare_cached(SQL).map_err(from_sqlite)?;
    let rows = query.query_map([], |row| {
        Ok(CollectionRow {
            id: row.get(0)?,
            name: row.get(1)?,
            is_default: row.get(2)?,
            created_at: row.get(3)?,
            updated_at: row.get(4)?,
            members: Vec::new(),
        })
    });
    let mut all: Vec<CollectionRow> =
        rows.and_then(|rows| rows.collect::<rusqlite::Result<_>>()).map_err(from_sqlite)?;
    let mut query = db.prepare_cached(MEMBERS).map_err(from_sqlite)?;
    for collection in &mut all {
        let rows = query.query_map([collection.id], |row| {
            Ok(MemberRow { model: row.get(0)?, settings: row.get::<_, Json<_>>(1)?.0 })
        });
        collection.members =
            rows.and_then(|rows| rows.collect::<rusqlite::Result<_>>()).map_err(from_sqlite)?;
    }
    Ok(all)
}

/// Adds an empty collection. A name that is taken, however it is written, is `Duplicate`.
pub fn insert(tx: &Transaction<'_>, name: &str, now: i64) -> Result<i64> {
    free(tx, name, None)?;
    const SQL: &str = "INSERT INTO collection (name, folded, is_default, created_at, updated_at)
        VALUES (?1, ?2, 0, ?3, ?3)";
    tx.execute(SQL, params![name, fold(name), now]).map_err(|error| named(error, name))?;
    Ok(tx.last_insert_rowid())
}

/// Gives it another name.
pub fn rename(tx: &Transaction<'_>, id: i64, name: &str, now: i64) -> Result<()> {
    free(tx, name, Some(id))?;
    const SQL: &str = "UPDATE collection SET name = ?2, folded = ?3, updated_at = ?4 WHERE id = ?1";
    let values = params![id, name, fold(name), now];
    found(tx.execute(SQL, values).map_err(|error| named(error, name))?)
}

/// Refuses a name that another collection has. The column of folded names does not tell by itself: in a file of an
/// earlier version it can hold names that are folded in their capitals only.
fn free(tx: &Transaction<'_>, name: &str, own: Option<i64>) -> Result<()> {
    let folded = fold(name);
    let mut query = tx.prepare_cached("SELECT id, name FROM collection").map_err(from_sqlite)?;
    let rows = query.query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)));
    for row in rows.map_err(from_sqlite)? {
        let (id, taken) = row.map_err(from_sqlite)?;
        if Some(id) != own && fold(&taken) == folded {
            return Err(Fault::new(Code::Duplicate).with("name", taken));
        }
    }
    Ok(())
}

/// Removes it. The models stay where they are.
pub fn remove(tx: &Transaction<'_>, id: i64) -> Result<()> {
    found(tx.execute("DELETE FROM collection WHERE id = ?1", [id]).map_err(from_sqlite)?)
}

/// Makes this one the default, or none.
pub fn set_default(tx: &Transaction<'_>, id: Option<i64>) -> Result<()> {
    tx.execute("UPDATE collection SET is_default = 0 WHERE is_default = 1", []).map_err(from_sqlite)?;
    match id {
        Some(id) => {
            const SQL: &str = "UPDATE collection SET is_default = 1 WHERE id = ?1";
            found(tx.execute(SQL, [id]).map_err(from_sqlite)?)
        }
        None => Ok(()),
    }
}

/// Puts these members in place of all that were there. Each stands once, else `Duplicate`.
pub fn replace_members(tx: &Transaction<'_>, id: i64, members: &[MemberRow], now: i64) -> Result<()> {
    const SQL: &str =
        "INSERT INTO collection_member (collection, model, position, settings) VALUES (?1, ?2, ?3, ?4)";
    found(
        tx.execute("UPDATE collection SET updated_at = ?2 WHERE id = ?1", params![id, now])
            .map_err(from_sqlite)?,
    )?;
    tx.execute("DELETE FROM collection_member WHERE collection = ?1", [id]).map_err(from_sqlite)?;
    let mut add = tx.prepare_cached(SQL).map_err(from_sqlite)?;
    for (position, member) in (0i64..).zip(members) {
        let values = params![id, member.model, position, Json(&member.settings)];
        add.execute(values).map_err(|error| named(error, &member.model))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{HOSTILE, scratch};
    use inkhorn_fault::Code;

    fn member(model: &str) -> MemberRow {
        MemberRow { model: model.to_owned(), settings: MemberSettings::default() }
    }

    #[test]
    fn members_keep_their_order_and_settings_whatever_their_names() {
        let (_dir, store) = scratch();
        let settings = MemberSettings {
            temperature: Some(0.7),
            max_tokens: Some(900),
            reasoning: Some("high".to_owned()),
        };
        let mut members: Vec<_> = HOSTILE.iter().rev().map(|text| member(text)).collect();
        members[0].settings = settings;
        let id = store.write(|tx| insert(tx, "Prose", 1)).unwrap();
        store.write(|tx| replace_members(tx, id, &members, 2)).unwrap();
        let kept = store.read(load_all).unwrap();
        assert_eq!((kept.len(), kept[0].updated_at, &kept[0].members), (1, 2, &members));
        members.reverse();
        members.pop();
        store.write(|tx| replace_members(tx, id, &members, 3)).unwrap();
        assert_eq!(store.read(load_all).unwrap()[0].members, members);
    }

    #[test]
    fn a_list_that_names_a_model_twice_changes_nothing() {
        let (_dir, store) = scratch();
        let id = store.write(|tx| insert(tx, "Prose", 1)).unwrap();
        store.write(|tx| replace_members(tx, id, &[member("a/1")], 2)).unwrap();
        let twice = store.write(|tx| replace_members(tx, id, &[member("b/2"), member("b/2")], 3));
        assert_eq!(twice.unwrap_err().code(), Code::Duplicate);
        assert_eq!(store.read(load_all).unwrap()[0].members, [member("a/1")]);
    }

    #[test]
    fn names_are_one_however_their_accents_are_written() {
        let (_dir, store) = scratch();
        let (composed, apart) = ("Caf\u{e9} \u{ac00}", "CAFE\u{301} \u{1100}\u{1161}");
        assert_eq!(fold(composed), fold(apart));
        assert_ne!(fold("Cafe"), fold("Café"), "an accent is not left out");
        for (first, second) in [(composed, apart), (apart, composed)] {
            let id = store.write(|tx| insert(tx, first, 1)).unwrap();
            // As an earlier version folded it.
            let plain = first.to_lowercase();
            store
                .write(|tx| {
                    tx.execute("UPDATE collection SET folded = ?2 WHERE id = ?1", params![id, plain])
                        .map_err(from_sqlite)
                })
                .unwrap();
            let taken = store.write(|tx| insert(tx, second, 2)).unwrap_err();
            assert_eq!(taken.code(), Code::Duplicate);
            let other = store.write(|tx| insert(tx, "Other", 2)).unwrap();
            assert_eq!(store.write(|tx| rename(tx, other, second, 3)).unwrap_err().code(), Code::Duplicate);
            store.write(|tx| rename(tx, id, second, 3)).expect("its own name in another spelling");
            store.write(|tx| remove(tx, id).and_then(|()| remove(tx, other))).unwrap();
        }
    }

    #[test]
    fn names_are_one_whatever_their_capitals_and_one_is_the_default() {
        let (_dir, store) = scratch();
        let first = store.write(|tx| insert(tx, "Prosa Éclair", 1)).unwrap();
        let taken = store.write(|tx| insert(tx, "PROSA éclair", 1)).unwrap_err();
        assert_eq!(taken.code(), Code::Duplicate);
        let second = store.write(|tx| insert(tx, "Chat", 1)).unwrap();
        for id in [first, second] {
            store.write(|tx| set_default(tx, Some(id))).unwrap();
        }
        let is_default = |row: &CollectionRow| row.is_default;
        let all = store.read(load_all).unwrap();
        assert_eq!(all.iter().filter(|row| is_default(row)).map(|row| row.id).collect::<Vec<_>>(), [second]);
        store.write(|tx| rename(tx, first, "prosa ÉCLAIR", 5)).unwrap();
        assert_eq!(
            store.write(|tx| rename(tx, second, "prosa éclair", 5)).unwrap_err().code(),
            Code::Duplicate
        );
        store.write(|tx| remove(tx, second)).unwrap();
        assert_eq!(store.write(|tx| remove(tx, second)).unwrap_err().code(), Code::NotFound);
        assert_eq!(store.write(|tx| set_default(tx, Some(second))).unwrap_err().code(), Code::NotFound);
        assert_eq!(store.read(load_all).unwrap()[0].name, "prosa ÉCLAIR");
    }
}
