//! Seals and opens: the vault of one profile, its keychain entry and its passphrase.
//!
//! For the engine, which stores the rows that come out of here and hands sealed bytes from the store to the vault and
//! back. Knows no database, no connection and no window. Start reading at [`Vault`].
//!
//! ```text
//! keychain's key ─┐                                       ┌▶ ih/seal/v1  secrets
//! passphrase     ─┼─▶ vault key ─▶ data key (generation) ─┼▶ ih/hist/v1  the writer's text
//! both           ─┘   (in slots)   (under the vault key)  └▶ ih/dup/v1   fingerprints
//! ```
//! What holds whatever happens: a vault is made only where there is none; an entry of the keychain is never
//! replaced; no row is ever thrown away here; only a keychain's own "there is no such entry" counts as missing.

mod envelope;
mod harden;
mod keychain;
mod keys;
mod passphrase;
mod rows;
mod state;
mod system;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;
mod unlock;
mod vault;

pub use envelope::{Destination, MOST_SECRET, MOST_TEXT, Purpose, SealContext};
pub use harden::harden_process;
pub use keychain::{Keychain, KeychainError, NoKeychain, Patience};
pub use passphrase::Effort;
pub use rows::{DataKeyRow, SlotKind, SlotRow, VaultHead, VaultRows};
pub use state::{LockedWhy, VaultState};
pub use system::{Deadlines, SystemKeychain, resolve_keychain};
pub use vault::{NewVault, Vault};
