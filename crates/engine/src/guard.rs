//! The vault of this profile with its keychain, its passphrase and its rows: who opens it, when, and who makes it.

use inkhorn_fault::{Code, Fault, Result};
use inkhorn_secret::Secret;
use inkhorn_store::{Store, vault as rows};
use inkhorn_vault::{
    DataKeyRow, Effort, Keychain, LockedWhy, NewVault, Patience, SealContext, SlotKind, SlotRow, Vault,
    VaultHead, VaultRows, VaultState,
};
use parking_lot::Mutex;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use zeroize::Zeroizing;

/// How much the slow function may cost. Unoptimised builds would take seconds to calibrate.
const EFFORT: Effort = if cfg!(debug_assertions) { Effort::Least } else { Effort::Calibrated };

pub(crate) struct Guard {
    vault: Vault,
    keychain: Arc<dyn Keychain>,
    passphrase: Option<Secret>,
    opening: AtomicBool,
    /// The writer locked it: only the writer opens it again.
    closed_on_purpose: AtomicBool,
    /// One at a time opens or makes.
    door: Mutex<()>,
}

impl Guard {
    pub(crate) fn new(
        store: &Store,
        keychain: Arc<dyn Keychain>,
        passphrase: Option<Secret>,
    ) -> Result<Self> {
        let vault = Vault::from_rows(store.read(rows::load)?.map(from_store));
        let (opening, closed_on_purpose) = (AtomicBool::new(false), AtomicBool::new(false));
        Ok(Self { vault, keychain, passphrase, opening, closed_on_purpose, door: Mutex::new(()) })
    }

    pub(crate) fn is_open(&self) -> bool {
        self.vault.state() == VaultState::Unlocked
    }

    pub(crate) fn exists(&self) -> bool {
        self.vault.state() != VaultState::NoVault
    }

    pub(crate) fn state(&self) -> VaultState {
        self.vault.state()
    }

    pub(crate) fn is_opening(&self) -> bool {
        self.opening.load(Ordering::Acquire)
    }

    pub(crate) fn ways_in(&self) -> Vec<SlotKind> {
        self.vault.ways_in()
    }

    /// Name of the keychain of this session.
    pub(crate) fn keychain_name(&self) -> &str {
        self.keychain.backend()
    }

    pub(crate) fn seal(&self, context: &SealContext<'_>, bytes: &[u8]) -> Result<Vec<u8>> {
        self.vault.seal(context, bytes)
    }

    pub(crate) fn open(&self, context: &SealContext<'_>, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        self.vault.open(context, sealed)
    }

    pub(crate) fn fingerprint(&self, secret: &Secret) -> Result<[u8; 16]> {
        self.vault.fingerprint(secret)
    }

    /// Takes rows that another process changed.
    pub(crate) fn load_rows(&self, store: &Store) -> Result<()> {
        self.vault.load_rows(store.read(rows::load)?.map(from_store));
        Ok(())
    }

    /// Opens the vault with what this process has: the keychain, or the passphrase it was given. Without a vault there
    /// is nothing to open. Waits for the keychain; call it away from the threads that serve.
    pub(crate) fn unlock(&self, patience: Patience, now: Duration) -> Result<()> {
        let VaultState::Locked(why) = self.vault.state() else { return Ok(()) };
        if self.closed_on_purpose.load(Ordering::Acquire) {
            return Err(LockedWhy::NeedsPassphrase.fault("", None));
        }
        let _door = self.door.lock();
        self.opening.store(true, Ordering::Release);
        let opened = match (&self.passphrase, self.takes_passphrase()) {
            (Some(passphrase), true) => {
                self.vault.unlock_with_passphrase(passphrase, &*self.keychain, patience, now)
            }
            (None, true) => Err(why.fault(self.keychain.backend(), None)),
            (_, false) => self.vault.unlock_with_keychain(&*self.keychain, patience),
        };
        self.opening.store(false, Ordering::Release);
        opened
    }

    /// Opens the vault with a passphrase that the writer gives now.
    pub(crate) fn unlock_with(&self, passphrase: &Secret, now: Duration) -> Result<()> {
        let _door = self.door.lock();
        self.opening.store(true, Ordering::Release);
        let opened = self.vault.unlock_with_passphrase(passphrase, &*self.keychain, Patience::Asked, now);
        self.opening.store(false, Ordering::Release);
        if opened.is_ok() {
            self.closed_on_purpose.store(false, Ordering::Release);
        }
        opened
    }

    /// Wipes the keys. Only where a passphrase can open it again: a keychain would open it at once, which is no lock.
    pub(crate) fn lock(&self) -> Result<()> {
        if self.exists() && !self.takes_passphrase() {
            let reason =
                "the vault has no passphrase, so the keychain would open it again at once; set one first";
            return Err(Fault::new(Code::UsageError).with("reason", reason));
        }
        if self.exists() {
            self.closed_on_purpose.store(true, Ordering::Release);
            self.vault.lock();
        }
        Ok(())
    }

    /// Makes sure that there is a vault and that it is open: the first thing that must be sealed makes it.
    pub(crate) fn open_or_make(&self, store: &Store, clock_now: i64, now: Duration) -> Result<()> {
        if self.vault.state() == VaultState::NoVault {
            self.make(store, None, clock_now)?;
        }
        self.unlock(Patience::Asked, now)
    }

    /// Sets or changes the passphrase; makes the vault where there is none. The rows change in one transaction, so a
    /// kill at any moment leaves a vault that opens, by the old way or by the new one.
    pub(crate) fn set_passphrase(
        &self,
        store: &Store,
        new: &Secret,
        clock_now: i64,
        now: Duration,
    ) -> Result<()> {
        if self.vault.state() == VaultState::NoVault {
            return self.make(store, Some(new), clock_now);
        }
        self.unlock(Patience::Asked, now)?;
        self.join_passphrase(store, new, clock_now)
    }

    /// Stores the new set of slots in one transaction; which keychain entry takes part does not change.
    fn join_passphrase(&self, store: &Store, new: &Secret, clock_now: i64) -> Result<()> {
        let slots = self.vault.set_passphrase(new, EFFORT)?;
        let stored: Vec<_> = slots.iter().map(|slot| slot_to_store(slot, clock_now)).collect();
        store.write(|tx| {
            let head = rows::load(tx)?.ok_or_else(|| Fault::new(Code::NotFound).with("name", "vault"))?.head;
            rows::replace_slots(tx, &stored, &head.backend, head.keychain_account.as_deref())
        })?;
        self.vault.adopt_slots(slots);
        Ok(())
    }

    fn takes_passphrase(&self) -> bool {
        !self.vault.ways_in().contains(&SlotKind::Keychain) && self.exists()
    }

    fn make(&self, store: &Store, passphrase: Option<&Secret>, clock_now: i64) -> Result<()> {
        let _door = self.door.lock();
        // A passphrase without a keychain stands alone; beside one, the keychain's vault is made first and the
        // passphrase is then joined to it.
        let given = passphrase.or(self.passphrase.as_ref());
        let new = match (self.vault.make_with_keychain(&*self.keychain, Patience::Asked), given) {
            (Ok(new), _) => new,
            (Err(fault), Some(given)) if fault.code() == Code::KeychainUnavailable => {
                self.vault.make_with_passphrase(given, EFFORT)?
            }
            (Err(fault), _) => return Err(fault),
        };
        let by_keychain = new.rows().head.keychain_account.is_some();
        self.store_new(store, new, clock_now)?;
        if let (true, Some(passphrase)) = (by_keychain, passphrase) {
            self.join_passphrase(store, passphrase, clock_now)?;
        }
        Ok(())
    }

    fn store_new(&self, store: &Store, new: NewVault, clock_now: i64) -> Result<()> {
        let stored = to_store(new.rows(), clock_now);
        let first = store.write(|tx| {
            if rows::load(tx)?.is_some() {
                return Ok(false);
            }
            rows::replace_all(tx, &stored)?;
            Ok(true)
        });
        match first {
            Ok(true) => self.vault.adopt(new),
            // Another process was first: its vault is the vault.
            Ok(false) => {
                new.discard(&*self.keychain, Patience::Probe);
                self.load_rows(store)?;
            }
            Err(fault) => {
                new.discard(&*self.keychain, Patience::Probe);
                return Err(fault);
            }
        }
        Ok(())
    }
}

fn from_store(stored: rows::VaultRows) -> VaultRows {
    let head = VaultHead {
        vault_id: stored.head.vault_id,
        format: stored.head.format,
        backend: stored.head.backend,
        keychain_account: stored.head.keychain_account,
        dk_current: stored.head.dk_current,
    };
    let slot = |slot: rows::VaultSlotRow| SlotRow {
        slot_id: slot.slot_id,
        kind: slot.kind,
        kdf: slot.kdf,
        salt: slot.salt,
        wrapped: slot.wrapped,
        keycheck: slot.keycheck,
    };
    let data_key = |row: rows::VaultDataKeyRow| DataKeyRow {
        generation: row.generation,
        wrapped: row.wrapped,
        status: row.status,
    };
    VaultRows {
        head,
        slots: stored.slots.into_iter().map(slot).collect(),
        data_keys: stored.data_keys.into_iter().map(data_key).collect(),
    }
}

fn to_store(made: &VaultRows, now: i64) -> rows::VaultRows {
    let data_key = |row: &DataKeyRow| rows::VaultDataKeyRow {
        generation: row.generation,
        wrapped: row.wrapped.clone(),
        status: row.status.clone(),
    };
    rows::VaultRows {
        head: rows::VaultHeadRow {
            vault_id: made.head.vault_id,
            format: made.head.format,
            backend: made.head.backend.clone(),
            keychain_account: made.head.keychain_account.clone(),
            dk_current: made.head.dk_current,
            created_at: now,
        },
        slots: made.slots.iter().map(|slot| slot_to_store(slot, now)).collect(),
        data_keys: made.data_keys.iter().map(data_key).collect(),
    }
}

fn slot_to_store(slot: &SlotRow, now: i64) -> rows::VaultSlotRow {
    rows::VaultSlotRow {
        slot_id: slot.slot_id,
        kind: slot.kind.clone(),
        kdf: slot.kdf.clone(),
        salt: slot.salt.clone(),
        wrapped: slot.wrapped.clone(),
        keycheck: slot.keycheck.clone(),
        label: String::new(),
        created_at: now,
    }
}
