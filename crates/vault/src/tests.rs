//! The promises of the whole vault, each with the scripted keychain.

#[cfg(target_os = "linux")]
mod memory;
mod sealing;
mod states;
mod vectors;

use crate::testing::ScriptedKeychain;
use crate::{Effort, Keychain, LockedWhy, Patience, Purpose, SealContext, Vault, VaultRows, VaultState};
use inkhorn_fault::{Code, Result};
use inkhorn_secret::{Origin, Secret};
use std::time::Duration;

const PASSPHRASE: &str = "correct horse battery";

fn secret(text: &str) -> Secret {
    Secret::new(text.to_owned())
}

fn origins(addresses: &[&str]) -> Vec<Origin> {
    addresses
        .iter()
        .map(|address| Origin::of(&address.parse().expect("an address")).expect("an origin"))
        .collect()
}

/// A vault that the keychain opens, made, stored and unlocked.
fn with_keychain() -> (ScriptedKeychain, Vault, VaultRows) {
    let keychain = ScriptedKeychain::new();
    let vault = Vault::empty();
    let new = vault.make_with_keychain(&keychain, Patience::Probe).expect("made");
    let rows = new.rows().clone();
    vault.adopt(new);
    (keychain, vault, rows)
}

/// The rows after a passphrase was set in this vault.
fn with_passphrase(vault: &Vault, rows: &VaultRows, passphrase: &str) -> VaultRows {
    let slots = vault.set_passphrase(&secret(passphrase), Effort::Least).expect("set");
    vault.adopt_slots(slots.clone());
    VaultRows { slots, ..rows.clone() }
}

fn unlock(rows: &VaultRows, keychain: &dyn Keychain) -> (Vault, Result<()>) {
    let vault = Vault::from_rows(Some(rows.clone()));
    let result = vault.unlock_with_keychain(keychain, Patience::Probe);
    (vault, result)
}

fn unlock_by_passphrase(rows: &VaultRows, keychain: &dyn Keychain, text: &str) -> (Vault, Result<()>) {
    let vault = Vault::from_rows(Some(rows.clone()));
    let result = vault.unlock_with_passphrase(&secret(text), keychain, Patience::Probe, Duration::ZERO);
    (vault, result)
}

fn locked(why: LockedWhy) -> VaultState {
    VaultState::Locked(why)
}

fn key_context() -> SealContext<'static> {
    SealContext {
        purpose: Purpose::Secret,
        record: [1; 16],
        owner_kind: "connection",
        owner: [2; 16],
        field: "key",
        revision: 1,
        destination: None,
    }
}

fn code<T>(result: Result<T>) -> Option<Code> {
    result.err().map(|fault| fault.code())
}
