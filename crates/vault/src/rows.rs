//! The rows that a vault consists of, for whoever stores them. Every byte in them is fit for a plain database: keys
//! stand here only wrapped.

/// The one row that names the vault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VaultHead {
    /// Sixteen random bytes; part of everything that is sealed.
    pub vault_id: [u8; 16],
    /// The format of the rows, 1 today.
    pub format: u32,
    /// The keychain that held the entry when it was made, as [`crate::Keychain::backend`] named it. For messages.
    pub backend: String,
    /// The account of the keychain entry, `vault:<hex>:k<n>`. `None` for a vault with a passphrase alone.
    pub keychain_account: Option<String>,
    /// The generation of data keys that seals now.
    pub dk_current: u32,
}

/// One way in: the vault key, wrapped under a key that the keychain, a passphrase or both give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotRow {
    /// Sixteen random bytes.
    pub slot_id: [u8; 16],
    /// [`SlotKind::as_str`]; a word of a newer Inkhorn is possible.
    pub kind: String,
    /// The cost of the passphrase's slow function, in its canonical text. `None` where no passphrase takes part.
    pub kdf: Option<String>,
    /// Sixteen random bytes.
    pub salt: Vec<u8>,
    /// Nonce, ciphertext and tag: 72 bytes.
    pub wrapped: Vec<u8>,
    /// 32 bytes that tell a wrong key from a damaged row.
    pub keycheck: Vec<u8>,
}

/// One data key, wrapped under the vault key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataKeyRow {
    /// Counts up from 1.
    pub generation: u32,
    /// Nonce, ciphertext and tag: 72 bytes.
    pub wrapped: Vec<u8>,
    /// `current`, or `retiring` while a rotation goes on.
    pub status: String,
}

/// What has to come together to open a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlotKind {
    /// The keychain's entry.
    Keychain,
    /// The passphrase.
    Passphrase,
    /// Both; neither alone opens anything.
    KeychainAndPassphrase,
}

impl SlotKind {
    /// The word in [`SlotRow::kind`].
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Keychain => "keychain",
            Self::Passphrase => "passphrase",
            Self::KeychainAndPassphrase => "keychain+passphrase",
        }
    }

    /// Reads the word; `None` for one of a newer Inkhorn.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Keychain, Self::Passphrase, Self::KeychainAndPassphrase]
            .into_iter()
            .find(|kind| kind.as_str() == word)
    }
}

/// All rows of one vault together, in the shape in which they are stored: in one transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VaultRows {
    /// The head.
    pub head: VaultHead,
    /// The ways in.
    pub slots: Vec<SlotRow>,
    /// The data keys.
    pub data_keys: Vec<DataKeyRow>,
}
