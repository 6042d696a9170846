//! `vault status`, `passphrase`, `lock`.

use crate::arguments::Vault;
use crate::input::load_passphrase_file;
use crate::output::{Done, Output, failure_words, printable};
use inkhorn_contract::{Nothing, VaultPassphraseRequest, VaultState, VaultView};
use inkhorn_engine::Engine;

pub(super) async fn run(engine: &Engine, command: Vault, output: Output) -> Done {
    let view = match command {
        Vault::Status => engine.vault_status(Nothing {}).await?,
        Vault::Passphrase(passphrase) => {
            let new_passphrase = load_passphrase_file(&passphrase.new_passphrase_file, output)?;
            engine.vault_passphrase(VaultPassphraseRequest { new_passphrase }).await?
        }
        Vault::Lock => {
            let view = engine.vault_lock(Nothing {}).await?;
            output.note("Each command opens the vault for itself and forgets the keys when it ends.");
            output.note("A window or gateway that is running keeps its own state: lock it there.");
            view
        }
    };
    output.show(&view, || describe(&view))
}

fn describe(view: &VaultView) -> String {
    let mut text = match view.state {
        VaultState::None => "There is no vault yet; the first key makes it.",
        VaultState::Unlocked => "The vault opens.",
        VaultState::Locked => "The vault is locked.",
        VaultState::Opening => "The vault is being opened.",
        VaultState::KeychainLocked => "The vault is closed: the keychain is locked.",
        VaultState::KeychainSilent => "The vault is closed: the keychain does not answer.",
        VaultState::KeychainUnavailable => "The vault is closed: this session has no keychain.",
        VaultState::KeychainEntryMissing => "The vault is closed: the keychain has no entry for it.",
        VaultState::KeychainEntryWrong => "The vault is closed: the keychain's entry does not open it.",
        VaultState::Broken => "The profile cannot be opened.",
    }
    .to_owned();
    if let Some(protection) = view.protected_by {
        text.push_str(&format!("\nProtected by {}.", protection.replace('-', " ")));
    }
    if view.secrets > 0 {
        text.push_str(&format!("\nSecrets in it: {}.", view.secrets));
    }
    // That it is locked was said already.
    if let Some(fault) = view.fault.as_ref().filter(|_| view.state != VaultState::Locked) {
        text.push_str(&format!("\n{}", failure_words(fault)));
    }
    printable(&text)
}
