//! Keys of 32 bytes that wipe themselves, and what is done with them: derive, check, wrap.
//!
//! A wrapped key is `nonce 24 | ciphertext 32 | tag 16`. The bytes that say what it is a key of go into the
//! associated data, so that a wrapped key opens in its own place only.

use chacha20poly1305::aead::AeadInOut;
use chacha20poly1305::{KeyInit, Tag, XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use inkhorn_fault::{Code, Fault, Result};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

pub(crate) const NONCE: usize = 24;
pub(crate) const TAG: usize = 16;

/// 32 secret bytes, on the heap, so that moving the key leaves no copy behind.
pub(crate) struct Key(Box<[u8; 32]>);

impl Key {
    /// A new random key. Fails when the system gives no randomness; there is no fallback.
    pub(crate) fn make() -> Result<Self> {
        let mut key = Self(Box::new([0; 32]));
        fill_random(key.0.as_mut_slice())?;
        Ok(key)
    }

    pub(crate) fn from_slice(bytes: &[u8]) -> Option<Self> {
        let mut key = Self(Box::new([0; 32]));
        (bytes.len() == 32).then(|| key.0.copy_from_slice(bytes))?;
        Some(key)
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    pub(crate) fn duplicate(&self) -> Self {
        let mut key = Self(Box::new([0; 32]));
        key.0.copy_from_slice(self.bytes());
        key
    }

    /// HKDF-SHA256 of this key; the info string says what the new key is for.
    pub(crate) fn derive(&self, info: &str) -> Self {
        Self::derive_from(None, &[self.bytes()], info)
    }

    /// HKDF-SHA256 over several parts joined.
    pub(crate) fn derive_from(salt: Option<&[u8]>, parts: &[&[u8]], info: &str) -> Self {
        let joined = Zeroizing::new(parts.concat());
        let mut key = Self(Box::new([0; 32]));
        // 32 bytes are within what HKDF gives, so this cannot fail; a key of zeros would fail its keycheck.
        let _ = Hkdf::<Sha256>::new(salt, &joined).expand(info.as_bytes(), key.0.as_mut_slice());
        key
    }

    /// Public bytes by which a right key is known, without telling anything about it.
    pub(crate) fn derive_check(&self) -> [u8; 32] {
        *self.derive("ih/check/v1").bytes()
    }

    /// Compares the keycheck in constant time.
    pub(crate) fn fits(&self, keycheck: &[u8]) -> bool {
        self.derive_check().as_slice().ct_eq(keycheck).into()
    }

    /// Wraps another key under this one, with a fresh nonce.
    pub(crate) fn wrap(&self, inner: &Key, associated: &[u8]) -> Result<Vec<u8>> {
        let mut nonce = [0; NONCE];
        fill_random(&mut nonce)?;
        let mut body = Zeroizing::new(inner.bytes().to_vec());
        let tag = self.encrypt(&nonce, associated, &mut body)?;
        Ok([nonce.as_slice(), body.as_slice(), tag.as_slice()].concat())
    }

    /// Unwraps; [`Code::Tampered`] when anything was changed.
    pub(crate) fn unwrap_key(&self, wrapped: &[u8], associated: &[u8]) -> Result<Key> {
        let (nonce, rest) = wrapped.split_first_chunk::<NONCE>().ok_or(Code::Tampered)?;
        let (body, tag) = rest.split_last_chunk::<TAG>().ok_or(Code::Tampered)?;
        let mut body = Zeroizing::new(body.to_vec());
        self.decrypt(nonce, associated, &mut body, tag)?;
        Key::from_slice(&body).ok_or_else(|| Fault::new(Code::Tampered))
    }

    /// Encrypts in place, so that large text is not copied; returns the tag.
    pub(crate) fn encrypt(
        &self,
        nonce: &[u8; NONCE],
        associated: &[u8],
        body: &mut [u8],
    ) -> Result<[u8; TAG]> {
        XChaCha20Poly1305::new(self.bytes().into())
            .encrypt_inout_detached(&XNonce::from(*nonce), associated, body.into())
            .map(Into::into)
            // Only text beyond 256 GiB gets here.
            .map_err(|_| Fault::new(Code::OverLimit))
    }

    /// Decrypts in place; leaves the bytes as they were when the tag does not fit.
    pub(crate) fn decrypt(
        &self,
        nonce: &[u8; NONCE],
        associated: &[u8],
        body: &mut [u8],
        tag: &[u8; TAG],
    ) -> Result<()> {
        XChaCha20Poly1305::new(self.bytes().into())
            .decrypt_inout_detached(&XNonce::from(*nonce), associated, body.into(), &Tag::from(*tag))
            .map_err(|_| Fault::new(Code::Tampered))?;
        wash_stack();
        Ok(())
    }
}

/// Overwrites the part of the stack that the cipher worked on: it keeps blocks of plaintext there and does not wipe
/// them. Not inlined, so that it stands where the cipher's own frames stood.
#[inline(never)]
fn wash_stack() {
    let mut area = [0u8; 8 * 1024];
    area.zeroize();
}

impl Drop for Key {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// Fills the bytes from the system's generator.
pub(crate) fn fill_random(bytes: &mut [u8]) -> Result<()> {
    getrandom::fill(bytes)
        .map_err(|_| Fault::new(Code::Busy).with("reason", "the system gives no random numbers"))
}

/// Sixteen random bytes, for ids and salts.
pub(crate) fn make_id() -> Result<[u8; 16]> {
    let mut id = [0; 16];
    fill_random(&mut id)?;
    Ok(id)
}

/// Appends a part with its length before it, so that two parts can never be read as two others.
pub(crate) fn put_part(out: &mut Vec<u8>, part: &[u8]) {
    out.extend_from_slice(&(part.len() as u32).to_le_bytes());
    out.extend_from_slice(part);
}
