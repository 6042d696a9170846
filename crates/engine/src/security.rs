//! The vault's use cases.

use crate::guard::Guard;
use crate::{Engine, Inner, blocking};
use inkhorn_contract::{
    FaultView, Nothing, Topic, VaultPassphraseRequest, VaultState, VaultUnlockRequest, VaultView,
};
use inkhorn_fault::{Code, Fault, Result};
use inkhorn_store::{secrets, vault as rows};
use inkhorn_vault::{LockedWhy, Patience, SlotKind, VaultState as Inside};

impl Engine {
    /// Tries once, quietly, to open the vault with what this process has. For the start of a window or a gateway:
    /// whoever needs a key before it is open is told why it is not.
    pub async fn unlock(&self) {
        let inner = self.inner.clone();
        let before = inner.vault.state();
        let _ = blocking(move || inner.vault.unlock(Patience::Probe, inner.clock.since_start())).await;
        if self.inner.vault.state() != before {
            self.told_vault();
        }
    }

    /// The vault as it stands.
    pub async fn vault_status(&self, _: Nothing) -> Result<VaultView> {
        let inner = self.inner.clone();
        blocking(move || inner.vault_view()).await
    }

    /// Opens it with the passphrase.
    pub async fn vault_unlock(&self, request: VaultUnlockRequest) -> Result<VaultView> {
        let inner = self.inner.clone();
        blocking(move || inner.vault.unlock_with(&request.passphrase, inner.clock.since_start())).await?;
        self.told_vault();
        self.vault_status(Nothing {}).await
    }

    /// Asks the keychain once more. A keychain that still does not open it is an answer, not an error.
    pub async fn vault_retry(&self, _: Nothing) -> Result<VaultView> {
        let inner = self.inner.clone();
        let _ = blocking(move || inner.vault.unlock(Patience::Asked, inner.clock.since_start())).await;
        self.told_vault();
        self.vault_status(Nothing {}).await
    }

    /// Sets or changes the passphrase.
    pub async fn vault_passphrase(&self, request: VaultPassphraseRequest) -> Result<VaultView> {
        let inner = self.inner.clone();
        blocking(move || {
            let (now, since) = (inner.clock.now(), inner.clock.since_start());
            inner.vault.set_passphrase(&inner.store, &request.new_passphrase, now, since)?;
            // The slots of the old passphrase go from the file too.
            inner.store.scrub_free_space()
        })
        .await?;
        self.told_vault();
        self.vault_status(Nothing {}).await
    }

    /// Locks it, where a passphrase can open it again.
    pub async fn vault_lock(&self, _: Nothing) -> Result<VaultView> {
        self.inner.vault.lock()?;
        self.told_vault();
        self.vault_status(Nothing {}).await
    }

    /// Makes sure that something can be sealed.
    pub(crate) async fn ensure_vault(&self) -> Result<()> {
        if self.inner.vault.is_open() {
            return Ok(());
        }
        let inner = self.inner.clone();
        blocking(move || {
            let (now, since) = (inner.clock.now(), inner.clock.since_start());
            inner.vault.open_or_make(&inner.store, now, since)
        })
        .await?;
        self.told_vault();
        Ok(())
    }

    fn told_vault(&self) {
        self.inner.changed(&[Topic::Vault, Topic::Status, Topic::Connections, Topic::Models, Topic::Desk]);
    }
}

impl Inner {
    /// Puts the reason why the vault is closed in the place of the plain fact.
    pub(crate) fn why_closed(&self, fault: Fault) -> Fault {
        match self.vault.state() {
            Inside::Locked(why) if fault.code() == Code::VaultLocked => {
                let stored = self.store.read(rows::load).ok().flatten();
                let made_in = stored.map(|rows| rows.head.backend).unwrap_or_default();
                why.fault(&made_in, Some(self.vault.keychain_name()))
            }
            _ => fault,
        }
    }

    pub(crate) fn vault_view(&self) -> Result<VaultView> {
        let stored = self.store.read(|db| Ok((rows::load(db)?, secrets::load_all(db)?.len())))?;
        let backend = stored.0.map(|rows| rows.head.backend).filter(|name| name != "none");
        let state = self.vault.state();
        let fault = match state {
            Inside::Locked(why) if !matches!(why, LockedWhy::NotAsked) || !self.vault.is_opening() => {
                let made_in = backend.as_deref().unwrap_or_default();
                Some(FaultView::from(why.fault(made_in, Some(self.vault.keychain_name()))))
            }
            _ => None,
        };
        Ok(VaultView {
            state: state_of(state, self.vault.is_opening()),
            protected_by: protected_by(&self.vault),
            backend,
            secrets: u32::try_from(stored.1).unwrap_or(u32::MAX),
            fault,
        })
    }
}

fn state_of(state: Inside, opening: bool) -> VaultState {
    match state {
        Inside::NoVault => VaultState::None,
        Inside::Unlocked => VaultState::Unlocked,
        Inside::Locked(_) if opening => VaultState::Opening,
        Inside::Locked(why) => match why {
            LockedWhy::NotAsked | LockedWhy::NeedsPassphrase => VaultState::Locked,
            LockedWhy::KeychainSilent => VaultState::KeychainSilent,
            LockedWhy::KeychainLocked => VaultState::KeychainLocked,
            LockedWhy::KeychainUnavailable => VaultState::KeychainUnavailable,
            LockedWhy::KeychainEntryMissing => VaultState::KeychainEntryMissing,
            LockedWhy::KeychainEntryWrong => VaultState::KeychainEntryWrong,
            LockedWhy::Damaged | LockedWhy::NewerFormat => VaultState::Broken,
        },
    }
}

fn protected_by(vault: &Guard) -> Option<&'static str> {
    let ways = vault.ways_in();
    let has = |kind| ways.contains(&kind);
    if has(SlotKind::Keychain) {
        Some("keychain")
    } else if has(SlotKind::KeychainAndPassphrase) {
        Some("keychain-and-passphrase")
    } else if has(SlotKind::Passphrase) {
        Some("passphrase")
    } else {
        None
    }
}
