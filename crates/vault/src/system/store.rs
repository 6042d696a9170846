//! The one border to the keychain libraries: their entries and errors come in here and go no further.
//!
//! Their errors can hold the bytes of an entry and print them, so none is ever formatted.

use crate::keychain::KeychainError;
use inkhorn_secret::Secret;
use keyring_core::{CredentialStore, Entry, Error};
use std::collections::HashMap;
use std::sync::Arc;
use zeroize::Zeroizing;

#[cfg(all(unix, not(target_os = "macos")))]
mod system {
    pub(super) use zbus_secret_service_keyring_store::Store;
    pub(crate) const BACKEND: &str = "Secret Service";
    pub(super) const MODIFIERS: &[(&str, &str)] = &[("label", "Inkhorn vault")];

    /// Whether the service has no collection to put an entry into, as under WSL or before the first login. The
    /// library tells it like a locked one; but there is nothing that could be unlocked.
    pub(super) fn has_no_place(cause: &keyring_core::error::PlatformError) -> bool {
        matches!(cause.downcast_ref(), Some(secret_service::Error::NoResult))
    }
}

// The login keychain: the other store wants a provisioning profile, which a command line tool cannot have, and the
// window and the command line must open the same vault.
#[cfg(target_os = "macos")]
mod system {
    pub(super) use apple_native_keyring_store::keychain::Store;
    pub(crate) const BACKEND: &str = "macOS Keychain";
    pub(super) const MODIFIERS: &[(&str, &str)] = &[];

    pub(super) fn has_no_place(_: &keyring_core::error::PlatformError) -> bool {
        false
    }
}

// `Local`: by default an entry may travel with a domain profile.
#[cfg(windows)]
mod system {
    pub(super) use windows_native_keyring_store::Store;
    pub(crate) const BACKEND: &str = "Windows Credential Manager";
    pub(super) const MODIFIERS: &[(&str, &str)] = &[("persistence", "Local")];

    pub(super) fn has_no_place(_: &keyring_core::error::PlatformError) -> bool {
        false
    }
}

pub(crate) use system::BACKEND;

/// No entry of ours is longer; what is, is not read any further.
const MOST: usize = 256;

/// An open connection to the keychain.
pub(super) struct Connection(Arc<CredentialStore>);

impl Connection {
    pub(super) fn open() -> Result<Self, KeychainError> {
        let store: Arc<CredentialStore> = system::Store::new().map_err(|error| translate(&error))?;
        Ok(Self(store))
    }

    pub(super) fn read(&self, service: &str, account: &str) -> Result<Vec<Secret>, KeychainError> {
        match self.entry(service, account)?.get_secret() {
            Ok(bytes) => take(bytes).map(|entry| vec![entry]),
            Err(Error::Ambiguous(entries)) => {
                let mut found = Vec::new();
                let mut last = KeychainError::Wrong;
                for entry in entries {
                    match entry.get_secret().map_err(|error| translate(&error)).and_then(take) {
                        Ok(text) => found.push(text),
                        Err(error) => last = error,
                    }
                }
                if found.is_empty() { Err(last) } else { Ok(found) }
            }
            Err(error) => Err(forget(error)),
        }
    }

    pub(super) fn write(&self, service: &str, account: &str, value: &Secret) -> Result<(), KeychainError> {
        // Writing replaces what is there, so this looks first. Accounts hold a random id: nobody else makes this one.
        match self.read(service, account) {
            Err(KeychainError::NoEntry) => {}
            Ok(_) | Err(KeychainError::Wrong) => return Err(KeychainError::Taken),
            Err(error) => return Err(error),
        }
        // EXPOSE: to hand the vault's entry to the keychain.
        let bytes = value.expose().as_bytes();
        self.entry(service, account)?.set_secret(bytes).map_err(forget)
    }

    pub(super) fn remove(&self, service: &str, account: &str) -> Result<(), KeychainError> {
        self.entry(service, account)?.delete_credential().map_err(forget)
    }

    fn entry(&self, service: &str, account: &str) -> Result<Entry, KeychainError> {
        let modifiers: HashMap<&str, &str> = system::MODIFIERS.iter().copied().collect();
        self.0.build(service, account, Some(&modifiers)).map_err(forget)
    }
}

/// Takes an entry's bytes over as text, and wipes what is not.
fn take(bytes: Vec<u8>) -> Result<Secret, KeychainError> {
    let bytes = Zeroizing::new(bytes);
    if bytes.is_empty() || bytes.len() > MOST {
        return Err(KeychainError::Wrong);
    }
    Secret::from_utf8(bytes).ok_or(KeychainError::Wrong)
}

/// Translates an error and wipes the bytes in it.
fn forget(error: Error) -> KeychainError {
    let translated = translate(&error);
    if let Error::BadEncoding(bytes) | Error::BadDataFormat(bytes, _) = error {
        drop(Zeroizing::new(bytes));
    }
    translated
}

fn translate(error: &Error) -> KeychainError {
    match error {
        Error::NoEntry => KeychainError::NoEntry,
        Error::NoStorageAccess(cause) if system::has_no_place(cause) => KeychainError::Unavailable,
        Error::NoStorageAccess(_) => KeychainError::Locked,
        Error::BadEncoding(_) | Error::BadDataFormat(..) | Error::TooLong(..) | Error::Ambiguous(_) => {
            KeychainError::Wrong
        }
        // The list of errors is open; whatever is new is no reason to believe that the entry is gone.
        _ => KeychainError::Unavailable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_no_entry_means_missing() {
        let cause = || -> keyring_core::error::PlatformError { "cause".into() };
        for (error, told) in [
            (Error::NoEntry, KeychainError::NoEntry),
            (Error::NoStorageAccess(cause()), KeychainError::Locked),
            (Error::PlatformFailure(cause()), KeychainError::Unavailable),
            (Error::NoDefaultStore, KeychainError::Unavailable),
            (Error::BadStoreFormat("x".into()), KeychainError::Unavailable),
            (Error::NotSupportedByStore("x".into()), KeychainError::Unavailable),
            (Error::Invalid("x".into(), "y".into()), KeychainError::Unavailable),
            (Error::BadEncoding(b"key".to_vec()), KeychainError::Wrong),
            (Error::BadDataFormat(b"key".to_vec(), cause()), KeychainError::Wrong),
            (Error::TooLong("x".into(), 1), KeychainError::Wrong),
        ] {
            assert_eq!(forget(error), told);
        }
    }

    #[test]
    fn entries_of_a_dishonest_size_or_form_are_wrong() {
        for bytes in [Vec::new(), vec![b'x'; 1 << 20], vec![0xff, 0xfe]] {
            assert!(matches!(take(bytes), Err(KeychainError::Wrong)));
        }
        assert!(take(b"ih1.x".to_vec()).is_ok());
    }
}
