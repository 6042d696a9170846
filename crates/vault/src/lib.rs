//! Seals and opens; keychain and passphrase.
