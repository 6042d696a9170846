//! What the vault asks of a keychain, and the form of the one entry it keeps there.
//!
//! A keychain never replaces an entry: [`Keychain::write`] refuses an account that exists. Errors carry no bytes of
//! an entry; the errors of the libraries below do, so they end at this border.

use crate::keys::Key;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use inkhorn_secret::Secret;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// How long a call may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Patience {
    /// Nobody asked for it, a start or a look: 5 s.
    Probe,
    /// The writer asked and may have a window of the keychain to answer: 120 s.
    Asked,
}

/// A place of the system that keeps one small entry per vault.
pub trait Keychain: Send + Sync {
    /// Its name for a person, such as `Secret Service`.
    fn backend(&self) -> &str;

    /// Every entry of this account that can be read. More than one where several collections hold one; never empty.
    fn read(&self, account: &str, patience: Patience) -> Result<Vec<Secret>, KeychainError>;

    /// Makes an entry. Refuses with [`KeychainError::Taken`] when the account has one; nothing is ever replaced.
    fn write(&self, account: &str, value: &Secret, patience: Patience) -> Result<(), KeychainError>;

    /// Removes the entry.
    fn remove(&self, account: &str, patience: Patience) -> Result<(), KeychainError>;
}

/// Why a keychain did not do as asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeychainError {
    /// It answered, and there is no such entry. The only error that may be read as "missing".
    NoEntry,
    /// It is locked, or the writer closed its window.
    Locked,
    /// It did not answer in time.
    Silent,
    /// There is none in this session, or it failed.
    Unavailable,
    /// There is an entry, and it is not text of an honest size.
    Wrong,
    /// An entry exists where one was to be made.
    Taken,
}

/// A session without a keychain, by choice (`INKHORN_NO_KEYCHAIN=1`) or for vaults with a passphrase alone.
pub struct NoKeychain;

impl Keychain for NoKeychain {
    fn backend(&self) -> &str {
        "none"
    }

    fn read(&self, _: &str, _: Patience) -> Result<Vec<Secret>, KeychainError> {
        Err(KeychainError::Unavailable)
    }

    fn write(&self, _: &str, _: &Secret, _: Patience) -> Result<(), KeychainError> {
        Err(KeychainError::Unavailable)
    }

    fn remove(&self, _: &str, _: Patience) -> Result<(), KeychainError> {
        Err(KeychainError::Unavailable)
    }
}

/// `vault:<vault id in hex>:k<n>`: one entry per vault and key, so that several profiles live in one keychain.
pub(crate) fn derive_account(vault_id: &[u8; 16], number: u32) -> String {
    let hex: String = vault_id.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("vault:{hex}:k{number}")
}

/// `ih1.<base64url of the key>.<checksum>`: plain ASCII, because one wallet takes nothing else, and short, because
/// one system allows 2,560 bytes.
pub(crate) fn derive_entry(key: &Key) -> Secret {
    let body = Zeroizing::new(URL_SAFE_NO_PAD.encode(key.bytes()));
    Secret::new(format!("{PREFIX}{}.{}", body.as_str(), derive_checksum(&body)))
}

/// The key in an entry; `None` when the text is anything but an entry of ours.
pub(crate) fn parse_entry(entry: &Secret) -> Option<Key> {
    // EXPOSE: to read the vault's keychain key out of its entry.
    let rest = entry.expose().strip_prefix(PREFIX)?;
    let (body, checksum) = rest.split_once('.')?;
    if checksum != derive_checksum(body) {
        return None;
    }
    let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(body).ok()?);
    Key::from_slice(&bytes)
}

const PREFIX: &str = "ih1.";

/// Six letters against slips and cut ends; the keycheck in the slot is what proves the key.
fn derive_checksum(body: &str) -> String {
    let digest = Sha256::new().chain_update(PREFIX).chain_update(body).finalize();
    let mut text = URL_SAFE_NO_PAD.encode(digest);
    text.truncate(6);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_reads_back_and_is_short_ascii() {
        let key = Key::make().expect("random bytes");
        let entry = derive_entry(&key);
        let text = entry.expose();
        assert!(text.is_ascii() && text.len() == 54, "{} bytes", text.len());
        assert_eq!(parse_entry(&entry).expect("ours").bytes(), key.bytes());
        assert_eq!(derive_account(&[0xab; 16], 2), format!("vault:{}:k2", "ab".repeat(16)));
    }

    #[test]
    fn any_changed_letter_of_an_entry_is_seen() {
        let entry = derive_entry(&Key::make().expect("random bytes"));
        let text = entry.expose();
        for at in 0..text.len() {
            let mut bytes = text.as_bytes().to_vec();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).expect("ASCII");
            assert!(parse_entry(&Secret::new(changed)).is_none(), "letter {at}");
            assert!(parse_entry(&Secret::new(text[..at].to_owned())).is_none(), "cut at {at}");
        }
        assert!(parse_entry(&Secret::new(format!("{text}x"))).is_none());
    }

    proptest::proptest! {
        #[test]
        fn foreign_text_is_never_an_entry(text in ".{0,80}") {
            proptest::prop_assert!(parse_entry(&Secret::new(text)).is_none());
        }
    }
}
