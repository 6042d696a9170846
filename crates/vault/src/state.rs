//! Where a vault stands, and in what words a person is told.

use crate::keychain::KeychainError;
use inkhorn_fault::{Code, Fault};

/// Where a vault stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VaultState {
    /// Nothing was ever sealed in this profile.
    NoVault,
    /// There is a vault, and its keys are not in memory.
    Locked(LockedWhy),
    /// Keys can be sealed and opened.
    Unlocked,
}

/// Why a vault is locked. Every answer of a keychain is told apart, because only one of them may ever be understood
/// as "the entry is gone".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockedWhy {
    /// Nobody has asked yet, or it was locked on demand; the keychain alone opens it.
    NotAsked,
    /// It waits for the passphrase.
    NeedsPassphrase,
    /// The keychain did not answer in time.
    KeychainSilent,
    /// The keychain is locked.
    KeychainLocked,
    /// There is no keychain in this session, or it failed.
    KeychainUnavailable,
    /// The keychain answered that it has no entry for this vault.
    KeychainEntryMissing,
    /// The keychain has an entry, and it does not open this vault.
    KeychainEntryWrong,
    /// The rows were changed or damaged.
    Damaged,
    /// The rows were written by a newer Inkhorn.
    NewerFormat,
}

impl LockedWhy {
    /// The failure that a person is told. `made_in` is the keychain that the entry was made in, `now` the one of
    /// this session, where it is known.
    pub fn fault(self, made_in: &str, now: Option<&str>) -> Fault {
        match self {
            Self::NotAsked => Fault::new(Code::VaultLocked).with("keychain", made_in),
            Self::NeedsPassphrase => Fault::new(Code::VaultLocked),
            Self::KeychainSilent => Fault::new(Code::KeychainUnavailable).with("silent", made_in),
            Self::KeychainLocked => Fault::new(Code::KeychainLocked),
            Self::KeychainUnavailable => Fault::new(Code::KeychainUnavailable),
            Self::KeychainEntryMissing => {
                let fault = Fault::new(Code::KeychainEntryMissing);
                match now {
                    Some(now) if now != made_in => fault.with("keychain", now).with("elsewhere", made_in),
                    _ => fault.with("keychain", made_in),
                }
            }
            Self::KeychainEntryWrong => Fault::new(Code::KeychainEntryMissing).with("changed", made_in),
            Self::Damaged => Fault::new(Code::Tampered),
            Self::NewerFormat => Fault::new(Code::NewerFormat),
        }
    }
}

impl From<KeychainError> for LockedWhy {
    fn from(error: KeychainError) -> Self {
        match error {
            KeychainError::NoEntry => Self::KeychainEntryMissing,
            KeychainError::Locked => Self::KeychainLocked,
            KeychainError::Silent => Self::KeychainSilent,
            KeychainError::Unavailable => Self::KeychainUnavailable,
            KeychainError::Wrong | KeychainError::Taken => Self::KeychainEntryWrong,
        }
    }
}
