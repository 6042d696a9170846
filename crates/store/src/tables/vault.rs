//! The vault's own rows: its head, the slots that open it, its wrapped data keys. All of it is sealed or public.

use crate::failure::from_sqlite;
use inkhorn_fault::Result;
use rusqlite::{Connection, OptionalExtension, Transaction, params};

pub(crate) const SCHEMA: &str = "
CREATE TABLE vault_meta (
    one        INTEGER PRIMARY KEY CHECK (one = 1),
    vault_id   BLOB NOT NULL CHECK (length(vault_id) = 16),
    format     INTEGER NOT NULL,
    backend    TEXT NOT NULL,
    kc_account TEXT,
    dk_current INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE TABLE vault_slot (
    slot_id    BLOB PRIMARY KEY CHECK (length(slot_id) = 16),
    kind       TEXT NOT NULL,
    kdf        TEXT,
    salt       BLOB NOT NULL,
    wrapped    BLOB NOT NULL,
    keycheck   BLOB NOT NULL,
    label      TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE vault_dk (
    gen     INTEGER PRIMARY KEY,
    wrapped BLOB NOT NULL,
    status  TEXT NOT NULL CHECK (status IN ('current', 'retiring'))
) STRICT;
";

/// The head of the vault. There is at most one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VaultHeadRow {
    /// Who this vault is.
    pub vault_id: [u8; 16],
    /// Format number.
    pub format: u32,
    /// Name of the keychain that holds the key, or a word for none.
    pub backend: String,
    /// The entry in the keychain.
    pub keychain_account: Option<String>,
    /// Generation of the data key that seals now.
    pub dk_current: u32,
    /// UTC milliseconds.
    pub created_at: i64,
}

/// One way to open the vault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VaultSlotRow {
    /// Who this slot is.
    pub slot_id: [u8; 16],
    /// How it opens.
    pub kind: String,
    /// Parameters of the key derivation, canonical text.
    pub kdf: Option<String>,
    /// Salt of the key derivation.
    pub salt: Vec<u8>,
    /// The vault key, wrapped.
    pub wrapped: Vec<u8>,
    /// Tells a wrong key from a damaged slot.
    pub keycheck: Vec<u8>,
    /// A name for people.
    pub label: String,
    /// UTC milliseconds.
    pub created_at: i64,
}

/// One data key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VaultDataKeyRow {
    /// Its generation.
    pub generation: u32,
    /// The key, wrapped.
    pub wrapped: Vec<u8>,
    /// `current` or `retiring`.
    pub status: String,
}

/// The whole vault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VaultRows {
    /// The head.
    pub head: VaultHeadRow,
    /// The slots, oldest first.
    pub slots: Vec<VaultSlotRow>,
    /// The data keys, oldest first.
    pub data_keys: Vec<VaultDataKeyRow>,
}

/// The vault, or `None` where none was made yet.
pub fn load(db: &Connection) -> Result<Option<VaultRows>> {
    let Some(head) = load_head(db).map_err(from_sqlite)? else { return Ok(None) };
    let slots = load_slots(db).map_err(from_sqlite)?;
    let data_keys = load_data_keys(db).map_err(from_sqlite)?;
    Ok(Some(VaultRows { head, slots, data_keys }))
}

/// Puts these rows in place of all that is there: old slots and data keys are gone, and overwritten in the file.
/// Call [`Store::scrub_free_space`](crate::Store::scrub_free_space) afterwards.
pub fn replace_all(tx: &Transaction<'_>, rows: &VaultRows) -> Result<()> {
    write_all(tx, rows).map_err(from_sqlite)?;
    super::upkeep::mark_scrub_due(tx)
}

/// Puts these slots in place of all slots, with the keychain account that they go with.
pub fn replace_slots(
    tx: &Transaction<'_>,
    slots: &[VaultSlotRow],
    backend: &str,
    keychain_account: Option<&str>,
) -> Result<()> {
    let write = || -> rusqlite::Result<usize> {
        tx.execute("DELETE FROM vault_slot", [])?;
        write_slots(tx, slots)?;
        tx.execute("UPDATE vault_meta SET backend = ?1, kc_account = ?2", params![backend, keychain_account])
    };
    crate::failure::found(write().map_err(from_sqlite)?)?;
    super::upkeep::mark_scrub_due(tx)
}

fn load_head(db: &Connection) -> rusqlite::Result<Option<VaultHeadRow>> {
    const SQL: &str = "SELECT vault_id, format, backend, kc_account, dk_current, created_at FROM vault_meta";
    db.query_row(SQL, [], |row| {
        Ok(VaultHeadRow {
            vault_id: row.get(0)?,
            format: row.get(1)?,
            backend: row.get(2)?,
            keychain_account: row.get(3)?,
            dk_current: row.get(4)?,
            created_at: row.get(5)?,
        })
    })
    .optional()
}

fn load_slots(db: &Connection) -> rusqlite::Result<Vec<VaultSlotRow>> {
    const SQL: &str = "SELECT slot_id, kind, kdf, salt, wrapped, keycheck, label, created_at
                       FROM vault_slot ORDER BY created_at, slot_id";
    db.prepare(SQL)?
        .query_map([], |row| {
            Ok(VaultSlotRow {
                slot_id: row.get(0)?,
                kind: row.get(1)?,
                kdf: row.get(2)?,
                salt: row.get(3)?,
                wrapped: row.get(4)?,
                keycheck: row.get(5)?,
                label: row.get(6)?,
                created_at: row.get(7)?,
            })
        })?
        .collect()
}

fn load_data_keys(db: &Connection) -> rusqlite::Result<Vec<VaultDataKeyRow>> {
    db.prepare("SELECT gen, wrapped, status FROM vault_dk ORDER BY gen")?
        .query_map([], |row| {
            Ok(VaultDataKeyRow { generation: row.get(0)?, wrapped: row.get(1)?, status: row.get(2)? })
        })?
        .collect()
}

fn write_all(tx: &Transaction<'_>, rows: &VaultRows) -> rusqlite::Result<()> {
    tx.execute("DELETE FROM vault_meta", [])?;
    tx.execute("DELETE FROM vault_slot", [])?;
    tx.execute("DELETE FROM vault_dk", [])?;
    let head = &rows.head;
    tx.execute(
        "INSERT INTO vault_meta (one, vault_id, format, backend, kc_account, dk_current, created_at)
         VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            head.vault_id,
            head.format,
            head.backend,
            head.keychain_account,
            head.dk_current,
            head.created_at
        ],
    )?;
    write_slots(tx, &rows.slots)?;
    for key in &rows.data_keys {
        tx.execute(
            "INSERT INTO vault_dk (gen, wrapped, status) VALUES (?1, ?2, ?3)",
            params![key.generation, key.wrapped, key.status],
        )?;
    }
    Ok(())
}

fn write_slots(tx: &Transaction<'_>, slots: &[VaultSlotRow]) -> rusqlite::Result<()> {
    for slot in slots {
        tx.execute(
            "INSERT INTO vault_slot (slot_id, kind, kdf, salt, wrapped, keycheck, label, created_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            params![
                slot.slot_id,
                slot.kind,
                slot.kdf,
                slot.salt,
                slot.wrapped,
                slot.keycheck,
                slot.label,
                slot.created_at
            ],
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{HOSTILE, scratch};
    use inkhorn_fault::Code;

    fn sample(text: &str) -> VaultRows {
        let slot = |n: u8| VaultSlotRow {
            slot_id: [n; 16],
            kind: text.into(),
            kdf: Some(text.into()),
            salt: vec![n; 16],
            wrapped: vec![n; 48],
            keycheck: vec![n; 32],
            label: text.into(),
            created_at: i64::from(n),
        };
        VaultRows {
            head: VaultHeadRow {
                vault_id: [7; 16],
                format: 1,
                backend: text.into(),
                keychain_account: Some(text.into()),
                dk_current: 2,
                created_at: 5,
            },
            slots: vec![slot(1), slot(2)],
            data_keys: vec![
                VaultDataKeyRow { generation: 1, wrapped: vec![1; 60], status: "retiring".into() },
                VaultDataKeyRow { generation: 2, wrapped: vec![2; 60], status: "current".into() },
            ],
        }
    }

    #[test]
    fn a_vault_is_replaced_whole() {
        let (_dir, store) = scratch();
        assert_eq!(store.read(load).unwrap(), None);
        for text in HOSTILE {
            let rows = sample(text);
            store.write(|tx| replace_all(tx, &rows)).unwrap();
            assert_eq!(store.read(load).unwrap(), Some(rows));
        }
    }

    #[test]
    fn slots_change_together_with_the_account_they_need() {
        let (_dir, store) = scratch();
        let mut rows = sample("keychain");
        let slots = vec![rows.slots[1].clone()];
        let early = store.write(|tx| replace_slots(tx, &slots, "none", None)).unwrap_err();
        assert_eq!(early.code(), Code::NotFound, "there is no vault yet");
        store.write(|tx| replace_all(tx, &rows)).unwrap();
        store.write(|tx| replace_slots(tx, &slots, "none", Some("vault:07:k2"))).unwrap();
        rows.slots = slots;
        rows.head.backend = "none".into();
        rows.head.keychain_account = Some("vault:07:k2".into());
        assert_eq!(store.read(load).unwrap(), Some(rows));
    }

    #[test]
    fn a_half_written_vault_is_no_vault() {
        let (_dir, store) = scratch();
        let good = sample("a");
        store.write(|tx| replace_all(tx, &good)).unwrap();
        let mut bad = sample("b");
        bad.data_keys[1].status = "nonsense".into();
        assert!(store.write(|tx| replace_all(tx, &bad)).is_err());
        assert_eq!(store.read(load).unwrap(), Some(good));
    }
}
