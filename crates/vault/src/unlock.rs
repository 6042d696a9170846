//! The ways into a locked vault, and the pause after a wrong passphrase.

use crate::keychain::{Keychain, KeychainError, Patience, parse_entry};
use crate::keys::Key;
use crate::passphrase::{Kdf, derive_key};
use crate::rows::{SlotKind, SlotRow, VaultRows};
use crate::state::LockedWhy;
use crate::vault::{FORMAT, Opened, Vault, derive_slot_key, derive_why, slot_context};
use inkhorn_fault::{Code, Fault, Result};
use inkhorn_secret::Secret;
use std::time::Duration;

impl Vault {
    /// Unlocks with the keychain's entry alone. Every other answer of the keychain becomes a state of its own and
    /// changes nothing that is stored. Does nothing when the vault is unlocked.
    pub fn unlock_with_keychain(&self, keychain: &dyn Keychain, patience: Patience) -> Result<()> {
        let Some(locked) = self.begin_unlock(keychain)? else { return Ok(()) };
        let Some(slot) = locked.slot(|kind| kind == SlotKind::Keychain) else {
            return Err(self.stay_locked(&locked, derive_why(&locked.rows)));
        };
        let key = self.read_keychain_key(&locked, keychain, patience, &slot.keycheck)?;
        let vault_key = self.unwrap_slot(&locked, slot, &key)?;
        self.finish_unlock(&locked, vault_key, Some(key))
    }

    /// Unlocks with a passphrase, joined with the keychain's entry where the vault asks for both. `now` is the time
    /// since the start of the process: after a wrong one the next try is possible 0.5 s later, then 1 s, up to 30 s;
    /// a try before that is refused unread. Takes up to a second.
    pub fn unlock_with_passphrase(
        &self,
        passphrase: &Secret,
        keychain: &dyn Keychain,
        patience: Patience,
        now: Duration,
    ) -> Result<()> {
        // Held throughout: tries come one after the other, however many threads make them.
        let mut tries = self.tries.lock();
        let Some(locked) = self.begin_unlock(keychain)? else { return Ok(()) };
        tries.check(now)?;
        let Some(slot) = locked.slot(|kind| kind != SlotKind::Keychain) else {
            return Err(match locked.slot(|_| true) {
                Some(_) => Fault::new(Code::WrongPassphrase).with("reason", "this vault has none"),
                None => self.stay_locked(&locked, derive_why(&locked.rows)),
            });
        };
        let kdf = Kdf::parse(slot.kdf.as_deref().unwrap_or_default()).inspect_err(|_| {
            self.stay_locked(&locked, LockedWhy::Damaged);
        })?;
        let joined = SlotKind::parse(&slot.kind) == Some(SlotKind::KeychainAndPassphrase);
        let keychain_key = match (joined, &kdf.keychain_check) {
            (false, None) => None,
            (true, Some(check)) => Some(self.read_keychain_key(&locked, keychain, patience, check)?),
            _ => return Err(self.stay_locked(&locked, LockedWhy::Damaged)),
        };
        let passphrase_key = derive_key(passphrase, &slot.salt, kdf.cost)?;
        let key = derive_slot_key(passphrase_key, keychain_key.as_ref(), &slot.salt);
        if !key.fits(&slot.keycheck) {
            // The keychain did its part, so whatever it said before is over.
            self.stay_locked(&locked, LockedWhy::NeedsPassphrase);
            return Err(tries.count_wrong(now));
        }
        *tries = Tries::default();
        let vault_key = self.unwrap_slot(&locked, slot, &key)?;
        self.finish_unlock(&locked, vault_key, keychain_key)
    }

    /// A copy of the rows to work on without holding the lock; `None` when there is nothing to unlock.
    fn begin_unlock(&self, keychain: &dyn Keychain) -> Result<Option<LockedVault>> {
        let mut inner = self.inner.write();
        let Some(rows) = &inner.rows else {
            return Err(Fault::new(Code::NotFound).with("name", "vault"));
        };
        if inner.opened.is_some() {
            return Ok(None);
        }
        let newer = rows.head.format != FORMAT;
        let locked = LockedVault { rows: rows.clone(), epoch: inner.epoch };
        inner.asked = Some(keychain.backend().to_owned());
        drop(inner);
        if newer {
            return Err(self.stay_locked(&locked, LockedWhy::NewerFormat));
        }
        Ok(Some(locked))
    }

    /// The key in the keychain that the check fits, out of however many entries there are.
    fn read_keychain_key(
        &self,
        locked: &LockedVault,
        keychain: &dyn Keychain,
        patience: Patience,
        check: &[u8],
    ) -> Result<Key> {
        let Some(account) = &locked.rows.head.keychain_account else {
            return Err(self.stay_locked(locked, LockedWhy::Damaged));
        };
        let found = keychain.read(account, patience).and_then(|entries| {
            let mut keys = entries.iter().filter_map(parse_entry);
            keys.find(|key| key.fits(check)).ok_or(KeychainError::Wrong)
        });
        found.map_err(|error| self.stay_locked(locked, error.into()))
    }

    /// A slot whose key is proven and that does not unwrap was changed.
    fn unwrap_slot(&self, locked: &LockedVault, slot: &SlotRow, key: &Key) -> Result<Key> {
        key.unwrap_key(&slot.wrapped, &slot_context(&locked.rows.head.vault_id, slot))
            .map_err(|_| self.stay_locked(locked, LockedWhy::Damaged))
    }

    fn finish_unlock(&self, locked: &LockedVault, vault_key: Key, keychain_key: Option<Key>) -> Result<()> {
        let opened = Opened::from_rows(&locked.rows, vault_key, keychain_key)
            .map_err(|_| self.stay_locked(locked, LockedWhy::Damaged))?;
        let mut inner = self.inner.write();
        if inner.epoch != locked.epoch {
            // It was locked, or other rows came, while this went on: that is the newer word.
            return inner.unlocked().map(|_| ());
        }
        inner.opened = Some(opened);
        Ok(())
    }

    /// Notes why the vault stays locked, and gives the failure that says so.
    fn stay_locked(&self, locked: &LockedVault, why: LockedWhy) -> Fault {
        let mut inner = self.inner.write();
        if inner.epoch == locked.epoch {
            inner.why = why;
        }
        why.fault(&locked.rows.head.backend, inner.asked.as_deref())
    }
}

/// The rows that an unlock began with.
struct LockedVault {
    rows: VaultRows,
    epoch: u64,
}

impl LockedVault {
    fn slot(&self, fits: impl Fn(SlotKind) -> bool) -> Option<&SlotRow> {
        self.rows.slots.iter().find(|slot| SlotKind::parse(&slot.kind).is_some_and(&fits))
    }
}

/// Wrong passphrases in a row, in memory only: a restart costs an attacker more than it gives.
#[derive(Default)]
pub(crate) struct Tries {
    wrong: u32,
    next: Duration,
}

impl Tries {
    fn check(&self, now: Duration) -> Result<()> {
        match self.next.checked_sub(now) {
            None | Some(Duration::ZERO) => Ok(()),
            Some(wait) => Err(Fault::new(Code::OverLimit).with_retry_after(wait)),
        }
    }

    fn count_wrong(&mut self, now: Duration) -> Fault {
        let wait = Duration::from_millis(500u64 << self.wrong.min(6)).min(Duration::from_secs(30));
        self.wrong = self.wrong.saturating_add(1);
        self.next = now + wait;
        Fault::new(Code::WrongPassphrase).with_retry_after(wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pause_doubles_up_to_thirty_seconds() {
        let mut tries = Tries::default();
        let mut now = Duration::from_secs(7);
        let mut pauses = Vec::new();
        for _ in 0..20 {
            assert_eq!(tries.check(now), Ok(()));
            let wait = tries.count_wrong(now).retry_after().expect("a pause");
            let early = tries.check(now + wait - Duration::from_millis(1)).expect_err("too early");
            assert_eq!(early.code(), Code::OverLimit);
            pauses.push(wait.as_millis());
            now += wait;
        }
        assert_eq!(pauses[..8], [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
        assert!(pauses[8..].iter().all(|pause| *pause == 30_000));
    }
}
