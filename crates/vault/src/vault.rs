//! The vault of one profile: made once, unlocked, used, locked.

use crate::envelope::{self, Purpose, SealContext};
use crate::keychain::{Keychain, Patience, derive_account, derive_entry};
use crate::keys::{Key, make_id, put_part};
use crate::passphrase::{self, Cost, Effort, Kdf};
use crate::rows::{DataKeyRow, SlotKind, SlotRow, VaultHead, VaultRows};
use crate::state::{LockedWhy, VaultState};
use crate::unlock::Tries;
use hmac::{Hmac, KeyInit, Mac};
use inkhorn_fault::{Code, Fault, Result};
use inkhorn_secret::Secret;
use parking_lot::{Mutex, RwLock};
use sha2::Sha256;
use zeroize::Zeroizing;

/// The format of rows that this program writes and reads.
pub(crate) const FORMAT: u32 = 1;

/// The vault of one profile. Shared between threads; its keys live in here only, and [`Vault::lock`] wipes them.
pub struct Vault {
    pub(crate) inner: RwLock<Inner>,
    pub(crate) tries: Mutex<Tries>,
}

pub(crate) struct Inner {
    pub(crate) rows: Option<VaultRows>,
    pub(crate) opened: Option<Opened>,
    pub(crate) why: LockedWhy,
    /// The keychain that was asked last.
    pub(crate) asked: Option<String>,
    /// Counts locks and changed rows, so that an unlock that took long cannot undo one of them.
    pub(crate) epoch: u64,
}

/// The keys of an unlocked vault.
pub(crate) struct Opened {
    pub(crate) vault_key: Key,
    /// The keychain's key, where it took part: a passphrase that is set later is joined with it.
    pub(crate) keychain_key: Option<Key>,
    pub(crate) generations: Vec<Generation>,
}

/// The keys derived from one data key, kept so that opening a secret costs microseconds.
pub(crate) struct Generation {
    number: u32,
    pub(crate) secret: Key,
    pub(crate) text: Key,
    pub(crate) duplicate: Key,
}

/// A vault that was made and is not stored yet. Store [`NewVault::rows`] in one transaction that fails when there is
/// a vault already; then [`Vault::adopt`] it, or [`NewVault::discard`] it.
pub struct NewVault {
    rows: VaultRows,
    opened: Opened,
}

impl Vault {
    /// The vault of a profile that has none yet.
    pub fn empty() -> Self {
        Self::from_rows(None)
    }

    /// The vault that these rows describe, locked.
    pub fn from_rows(rows: Option<VaultRows>) -> Self {
        let why = rows.as_ref().map_or(LockedWhy::NotAsked, derive_why);
        let inner = Inner { rows, opened: None, why, asked: None, epoch: 0 };
        Self { inner: RwLock::new(inner), tries: Mutex::default() }
    }

    /// Takes the rows as they are stored now, after another process changed them. Stays unlocked when the keys in
    /// them are the same (only the ways in changed), locks otherwise.
    pub fn load_rows(&self, rows: Option<VaultRows>) {
        let mut inner = self.inner.write();
        if inner.rows == rows {
            return;
        }
        let same_keys = match (&inner.rows, &rows) {
            (Some(old), Some(new)) => {
                old.head.vault_id == new.head.vault_id
                    && old.head.dk_current == new.head.dk_current
                    && old.data_keys == new.data_keys
            }
            _ => false,
        };
        if !same_keys {
            inner.opened = None;
        }
        inner.why = rows.as_ref().map_or(LockedWhy::NotAsked, derive_why);
        inner.rows = rows;
        inner.epoch += 1;
    }

    /// Where it stands.
    pub fn state(&self) -> VaultState {
        let inner = self.inner.read();
        match (&inner.rows, &inner.opened) {
            (None, _) => VaultState::NoVault,
            (Some(_), None) => VaultState::Locked(inner.why),
            (Some(_), Some(_)) => VaultState::Unlocked,
        }
    }

    /// What opens it, as far as this program knows the ways in. Empty where there is no vault.
    pub fn ways_in(&self) -> Vec<SlotKind> {
        let inner = self.inner.read();
        let slots = inner.rows.iter().flat_map(|rows| &rows.slots);
        slots.filter_map(|slot| SlotKind::parse(&slot.kind)).collect()
    }

    /// Makes a vault that the keychain opens. The entry is written, read back and compared before anything is
    /// returned. Only where there is no vault.
    pub fn make_with_keychain(&self, keychain: &dyn Keychain, patience: Patience) -> Result<NewVault> {
        self.refuse_second()?;
        let vault_id = make_id()?;
        let key = Key::make()?;
        let account = derive_account(&vault_id, 1);
        let entry = derive_entry(&key);
        let failed = |error| LockedWhy::from(error).fault(keychain.backend(), Some(keychain.backend()));
        keychain.write(&account, &entry, patience).map_err(failed)?;
        let kept = keychain.read(&account, patience);
        if !kept.as_ref().is_ok_and(|read| matches!(read.as_slice(), [only] if only.same_as(&entry))) {
            // Nothing relies on the entry, so one that stays behind does no harm.
            let _ = keychain.remove(&account, patience);
            return Err(match kept {
                Err(error) if error != crate::KeychainError::NoEntry => failed(error),
                _ => Fault::new(Code::KeychainUnavailable).with("forgetful", keychain.backend()),
            });
        }
        let head = VaultHead {
            vault_id,
            format: FORMAT,
            backend: keychain.backend().to_owned(),
            keychain_account: Some(account),
            dk_current: 1,
        };
        let vault_key = Key::make()?;
        let slot = make_slot(&vault_id, SlotKind::Keychain, None, make_id()?, &key, &vault_key)?;
        NewVault::make(head, slot, vault_key, Some(key))
    }

    /// Makes a vault that a passphrase opens, for sessions without a keychain. Only where there is no vault. Takes
    /// up to a few seconds.
    pub fn make_with_passphrase(&self, passphrase: &Secret, effort: Effort) -> Result<NewVault> {
        self.refuse_second()?;
        let vault_key = Key::make()?;
        let vault_id = make_id()?;
        let slot = make_passphrase_slot(&vault_id, passphrase, effort, &vault_key, None)?;
        let head = VaultHead {
            vault_id,
            format: FORMAT,
            backend: crate::NoKeychain.backend().to_owned(),
            keychain_account: None,
            dk_current: 1,
        };
        NewVault::make(head, slot, vault_key, None)
    }

    /// Takes a vault whose rows are stored now, unlocked.
    pub fn adopt(&self, new: NewVault) {
        let mut inner = self.inner.write();
        inner.why = derive_why(&new.rows);
        inner.rows = Some(new.rows);
        inner.opened = Some(new.opened);
        inner.epoch += 1;
    }

    /// Sets or changes the passphrase of an unlocked vault. Returns the complete set of slots: store it in one
    /// transaction in place of the old set, then [`Vault::adopt_slots`] it.
    ///
    /// A vault that the keychain opens needs both from then on. The keychain's entry stays as it is, so a kill at any
    /// moment leaves either the old or the new set, and both can be opened.
    pub fn set_passphrase(&self, passphrase: &Secret, effort: Effort) -> Result<Vec<SlotRow>> {
        let (vault_id, vault_key, keychain_key, foreign) = {
            let inner = self.inner.read();
            let (rows, opened) = inner.unlocked()?;
            let foreign: Vec<SlotRow> =
                rows.slots.iter().filter(|slot| SlotKind::parse(&slot.kind).is_none()).cloned().collect();
            let keychain_key = opened.keychain_key.as_ref().map(Key::duplicate);
            (rows.head.vault_id, opened.vault_key.duplicate(), keychain_key, foreign)
        };
        // The slow function runs without the lock: requests go on meanwhile.
        let mut slots =
            vec![make_passphrase_slot(&vault_id, passphrase, effort, &vault_key, keychain_key.as_ref())?];
        slots.extend(foreign);
        Ok(slots)
    }

    /// Takes the slots that are stored now.
    pub fn adopt_slots(&self, slots: Vec<SlotRow>) {
        let mut inner = self.inner.write();
        if let Some(rows) = &mut inner.rows {
            rows.slots = slots;
            let why = derive_why(rows);
            inner.why = why;
        }
    }

    /// Wipes every key. What is sealed stays sealed until the next unlock.
    pub fn lock(&self) {
        let mut inner = self.inner.write();
        inner.opened = None;
        inner.epoch += 1;
        if let Some(why) = inner.rows.as_ref().map(derive_why) {
            inner.why = why;
        }
    }

    /// Seals bytes for one context. The same bytes sealed twice differ.
    pub fn seal(&self, context: &SealContext<'_>, plaintext: &[u8]) -> Result<Vec<u8>> {
        let inner = self.inner.read();
        let (rows, opened) = inner.unlocked()?;
        let generation = opened.generation(rows.head.dk_current)?;
        envelope::seal(
            generation.key(context.purpose),
            generation.number,
            &rows.head.vault_id,
            context,
            plaintext,
        )
    }

    /// Opens an envelope. [`Code::Tampered`] when a byte of it or anything in the context is not as it was sealed.
    pub fn open(&self, context: &SealContext<'_>, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        let inner = self.inner.read();
        let (rows, opened) = inner.unlocked()?;
        let parts = envelope::parse(sealed)?;
        let generation = opened.generation(parts.generation)?;
        envelope::open(generation.key(context.purpose), &rows.head.vault_id, context, &parts)
    }

    /// Sixteen bytes by which the same secret is recognised again, in this vault only.
    pub fn fingerprint(&self, secret: &Secret) -> Result<[u8; 16]> {
        let inner = self.inner.read();
        let (rows, opened) = inner.unlocked()?;
        let key = &opened.generation(rows.head.dk_current)?.duplicate;
        let mut mac = Hmac::<Sha256>::new_from_slice(key.bytes()).map_err(|_| Fault::new(Code::Damaged))?;
        // EXPOSE: to compute its keyed fingerprint.
        mac.update(secret.expose().as_bytes());
        let mut print = [0; 16];
        let full: [u8; 32] = mac.finalize().into_bytes().into();
        print.copy_from_slice(&full[..16]);
        Ok(print)
    }

    fn refuse_second(&self) -> Result<()> {
        match self.state() {
            VaultState::NoVault => Ok(()),
            VaultState::Locked(_) | VaultState::Unlocked => {
                Err(Fault::new(Code::Busy).with("reason", "this profile has a vault already"))
            }
        }
    }
}

impl NewVault {
    /// The rows to store.
    pub fn rows(&self) -> &VaultRows {
        &self.rows
    }

    /// Drops a vault that was not stored, with the entry that was made for it.
    pub fn discard(self, keychain: &dyn Keychain, patience: Patience) {
        if let Some(account) = &self.rows.head.keychain_account {
            // An entry that cannot be removed now belongs to no vault and opens nothing.
            let _ = keychain.remove(account, patience);
        }
    }

    fn make(head: VaultHead, slot: SlotRow, vault_key: Key, keychain_key: Option<Key>) -> Result<Self> {
        let data_key = Key::make()?;
        let wrapped = vault_key.wrap(&data_key, &data_key_context(&head.vault_id, head.dk_current))?;
        let row = DataKeyRow { generation: head.dk_current, wrapped, status: "current".to_owned() };
        let rows = VaultRows { head, slots: vec![slot], data_keys: vec![row] };
        let opened = Opened::from_rows(&rows, vault_key, keychain_key)?;
        Ok(Self { rows, opened })
    }
}

impl Inner {
    /// The rows and keys of an unlocked vault, or the failure that says why it is locked.
    pub(crate) fn unlocked(&self) -> Result<(&VaultRows, &Opened)> {
        match (&self.rows, &self.opened) {
            (Some(rows), Some(opened)) => Ok((rows, opened)),
            (Some(rows), None) => Err(self.why.fault(&rows.head.backend, self.asked.as_deref())),
            (None, _) => Err(Fault::new(Code::NotFound).with("name", "vault")),
        }
    }
}

impl Opened {
    /// Unwraps the data keys and derives what is used of them.
    pub(crate) fn from_rows(rows: &VaultRows, vault_key: Key, keychain_key: Option<Key>) -> Result<Self> {
        let mut generations = Vec::with_capacity(rows.data_keys.len());
        for row in &rows.data_keys {
            let context = data_key_context(&rows.head.vault_id, row.generation);
            let data_key = vault_key.unwrap_key(&row.wrapped, &context)?;
            generations.push(Generation {
                number: row.generation,
                secret: data_key.derive("ih/seal/v1"),
                text: data_key.derive("ih/hist/v1"),
                duplicate: data_key.derive("ih/dup/v1"),
            });
        }
        let opened = Self { vault_key, keychain_key, generations };
        opened.generation(rows.head.dk_current)?;
        Ok(opened)
    }

    fn generation(&self, number: u32) -> Result<&Generation> {
        let found = self.generations.iter().find(|generation| generation.number == number);
        found.ok_or_else(|| Fault::new(Code::Tampered))
    }
}

impl Generation {
    fn key(&self, purpose: Purpose) -> &Key {
        match purpose {
            Purpose::Secret => &self.secret,
            Purpose::Text => &self.text,
        }
    }
}

/// What a locked vault waits for, as its rows tell it.
pub(crate) fn derive_why(rows: &VaultRows) -> LockedWhy {
    let kinds = || rows.slots.iter().filter_map(|slot| SlotKind::parse(&slot.kind));
    if rows.head.format != FORMAT {
        LockedWhy::NewerFormat
    } else if kinds().any(|kind| kind == SlotKind::Keychain) {
        LockedWhy::NotAsked
    } else if kinds().next().is_some() {
        LockedWhy::NeedsPassphrase
    } else if rows.slots.is_empty() {
        LockedWhy::Damaged
    } else {
        LockedWhy::NewerFormat
    }
}

/// The key that unwraps a slot which a passphrase opens.
pub(crate) fn derive_slot_key(passphrase_key: Key, keychain_key: Option<&Key>, salt: &[u8]) -> Key {
    match keychain_key {
        None => passphrase_key,
        Some(key) => Key::derive_from(Some(salt), &[key.bytes(), passphrase_key.bytes()], "ih/kek/v1"),
    }
}

/// What a slot is bound to.
pub(crate) fn slot_context(vault_id: &[u8; 16], slot: &SlotRow) -> Vec<u8> {
    let mut out = Vec::with_capacity(192);
    put_part(&mut out, b"ih/slot/v1");
    out.extend_from_slice(vault_id);
    out.extend_from_slice(&slot.slot_id);
    put_part(&mut out, slot.kind.as_bytes());
    put_part(&mut out, slot.kdf.as_deref().unwrap_or_default().as_bytes());
    out.extend_from_slice(&slot.salt);
    out
}

fn data_key_context(vault_id: &[u8; 16], generation: u32) -> Vec<u8> {
    let mut out = Vec::with_capacity(32);
    put_part(&mut out, b"ih/dk/v1");
    out.extend_from_slice(vault_id);
    out.extend_from_slice(&generation.to_le_bytes());
    out
}

fn make_passphrase_slot(
    vault_id: &[u8; 16],
    passphrase: &Secret,
    effort: Effort,
    vault_key: &Key,
    keychain_key: Option<&Key>,
) -> Result<SlotRow> {
    passphrase::judge_new(passphrase)?;
    let kind = if keychain_key.is_some() { SlotKind::KeychainAndPassphrase } else { SlotKind::Passphrase };
    let kdf = Kdf { cost: Cost::choose(effort), keychain_check: keychain_key.map(Key::derive_check) };
    let salt = make_id()?;
    let passphrase_key = passphrase::derive_key(passphrase, &salt, kdf.cost)?;
    let key = derive_slot_key(passphrase_key, keychain_key, &salt);
    make_slot(vault_id, kind, Some(kdf.canonical()), salt, &key, vault_key)
}

fn make_slot(
    vault_id: &[u8; 16],
    kind: SlotKind,
    kdf: Option<String>,
    salt: [u8; 16],
    key: &Key,
    vault_key: &Key,
) -> Result<SlotRow> {
    let mut slot = SlotRow {
        slot_id: make_id()?,
        kind: kind.as_str().to_owned(),
        kdf,
        salt: salt.to_vec(),
        wrapped: Vec::new(),
        keycheck: key.derive_check().to_vec(),
    };
    slot.wrapped = key.wrap(vault_key, &slot_context(vault_id, &slot))?;
    Ok(slot)
}
