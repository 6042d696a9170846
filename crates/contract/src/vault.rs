//! The vault, as far as a face may see it.

use crate::FaultView;
use inkhorn_secret::Secret;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What the vault's door looks like from outside. Each state has its own words and its own way on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum VaultState {
    /// Nothing is sealed yet; the first secret makes the vault.
    None,
    /// Open.
    Unlocked,
    /// Closed; the passphrase opens it.
    Locked,
    /// Being opened right now.
    Opening,
    /// The keychain is there but locked.
    KeychainLocked,
    /// The keychain did not answer in time; a late answer is still taken.
    KeychainSilent,
    /// There is no keychain in this session.
    KeychainUnavailable,
    /// The keychain answers, but this vault's entry is gone.
    KeychainEntryMissing,
    /// The keychain's entry does not open this vault.
    KeychainEntryWrong,
    /// The profile could not be opened; see the fault.
    Broken,
}

/// The vault, for status lines and the Privacy page.
#[derive(Debug, Clone, Serialize, TS)]
pub struct VaultView {
    /// Open, closed, or why not.
    pub state: VaultState,
    /// What protects it: `keychain`, `passphrase`, `keychain-and-passphrase`; absent while there is no vault.
    #[ts(type = "'keychain' | 'passphrase' | 'keychain-and-passphrase' | null")]
    pub protected_by: Option<&'static str>,
    /// The keychain that this vault was made with, in its own name.
    pub backend: Option<String>,
    /// How many secrets are sealed in it.
    pub secrets: u32,
    /// Why it is not open.
    pub fault: Option<FaultView>,
}

/// Opens the vault with the passphrase.
#[derive(Deserialize, TS)]
pub struct VaultUnlockRequest {
    /// The passphrase.
    #[ts(type = "string")]
    pub passphrase: Secret,
}

/// Sets the passphrase, or changes it. The vault must be open, or not exist yet.
#[derive(Deserialize, TS)]
pub struct VaultPassphraseRequest {
    /// The new passphrase: 12 characters or more.
    #[ts(type = "string")]
    pub new_passphrase: Secret,
}
