//! The envelope that every sealed thing stands in, and the context that it is bound to.
//!
//! ```text
//! envelope   = version u8 (1) | algorithm u8 (1: XChaCha20-Poly1305) | generation u32le | nonce 24 | ciphertext | tag 16
//! plaintext  = length u32le | bytes | zeros up to the next multiple of 64
//! associated = LP(label) | vault id | record | LP(owner kind) | owner | LP(field) | revision u64le
//!              | SHA-256(destination) | the envelope's first six bytes              LP: u32le length before
//! ```
//! The label is `ih/secret/v1` or `ih/hist/v1`. The destination is empty, or
//! `count u32le | LP(origin)… (sorted, each once) | LP(auth)`.

use crate::keys::{Key, NONCE, TAG, fill_random, put_part};
use inkhorn_fault::{Code, Fault, Result};
use inkhorn_secret::Origin;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// What is sealed. The two have keys of their own, so that one can never pass for the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A key, a header value, a proxy password: at most 16 KiB.
    Secret,
    /// The writer's text: up to 64 MiB.
    Text,
}

/// Everything that a sealed thing is bound to. It opens with exactly the same context, and with no other.
#[derive(Clone, Copy, Debug)]
pub struct SealContext<'a> {
    /// What kind of thing it is.
    pub purpose: Purpose,
    /// The id of the record that holds the envelope.
    pub record: [u8; 16],
    /// The kind of thing the record belongs to: `connection`, `conversation`.
    pub owner_kind: &'a str,
    /// The id of the thing the record belongs to.
    pub owner: [u8; 16],
    /// Which field: `key`, `header:x-org`, `text`, `title`.
    pub field: &'a str,
    /// Counts up with each change, so that an old envelope put back is refused.
    pub revision: u64,
    /// Where it may be sent, for secrets that are sent at all.
    pub destination: Option<Destination<'a>>,
}

/// Where a secret may be sent, and in what form. A secret sealed for one destination does not open for another.
#[derive(Clone, Copy, Debug)]
pub struct Destination<'a> {
    /// The origins, in any order.
    pub origins: &'a [Origin],
    /// How it is sent: `bearer`, `x-api-key`, or a header's name.
    pub auth: &'a str,
}

/// The longest secret, in bytes.
pub const MOST_SECRET: usize = 16 * 1024;
/// The longest text, in bytes.
pub const MOST_TEXT: usize = 64 * 1024 * 1024;

const VERSION: u8 = 1;
const XCHACHA: u8 = 1;
const HEAD: usize = 6;
const BLOCK: usize = 64;

/// Seals under the key of this generation.
pub(crate) fn seal(
    key: &Key,
    generation: u32,
    vault_id: &[u8; 16],
    context: &SealContext<'_>,
    plaintext: &[u8],
) -> Result<Vec<u8>> {
    let most = match context.purpose {
        Purpose::Secret => MOST_SECRET,
        Purpose::Text => MOST_TEXT,
    };
    if plaintext.len() > most {
        return Err(Fault::new(Code::OverLimit)
            .with("reason", format!("{} bytes, and {most} can be sealed", plaintext.len())));
    }
    let padded = (4 + plaintext.len()).next_multiple_of(BLOCK);
    let mut envelope = Vec::with_capacity(HEAD + NONCE + padded + TAG);
    envelope.extend_from_slice(&[VERSION, XCHACHA]);
    envelope.extend_from_slice(&generation.to_le_bytes());
    let mut nonce = [0; NONCE];
    fill_random(&mut nonce)?;
    envelope.extend_from_slice(&nonce);
    envelope.extend_from_slice(&(plaintext.len() as u32).to_le_bytes());
    envelope.extend_from_slice(plaintext);
    envelope.resize(HEAD + NONCE + padded, 0);
    let associated = derive_associated(vault_id, context, &envelope[..HEAD]);
    let tag = key.encrypt(&nonce, &associated, &mut envelope[HEAD + NONCE..])?;
    envelope.extend_from_slice(&tag);
    Ok(envelope)
}

/// The parts of an envelope, not yet believed.
pub(crate) struct Parts<'e> {
    pub(crate) generation: u32,
    head: &'e [u8],
    nonce: &'e [u8; NONCE],
    body: &'e [u8],
    tag: &'e [u8; TAG],
}

/// Takes an envelope apart. [`Code::NewerFormat`] for an unknown version, [`Code::Tampered`] for an impossible shape.
pub(crate) fn parse(envelope: &[u8]) -> Result<Parts<'_>> {
    let (head, rest) = envelope.split_first_chunk::<HEAD>().ok_or(Code::Tampered)?;
    let [version, algorithm, generation @ ..] = head;
    if (*version, *algorithm) != (VERSION, XCHACHA) {
        return Err(Fault::new(Code::NewerFormat));
    }
    let (nonce, rest) = rest.split_first_chunk::<NONCE>().ok_or(Code::Tampered)?;
    let (body, tag) = rest.split_last_chunk::<TAG>().ok_or(Code::Tampered)?;
    if body.is_empty() || body.len() % BLOCK != 0 {
        return Err(Fault::new(Code::Tampered));
    }
    Ok(Parts { generation: u32::from_le_bytes(*generation), head, nonce, body, tag })
}

/// Opens an envelope with the key of its generation.
pub(crate) fn open(
    key: &Key,
    vault_id: &[u8; 16],
    context: &SealContext<'_>,
    parts: &Parts<'_>,
) -> Result<Zeroizing<Vec<u8>>> {
    let associated = derive_associated(vault_id, context, parts.head);
    let mut bytes = Zeroizing::new(parts.body.to_vec());
    key.decrypt(parts.nonce, &associated, &mut bytes, parts.tag)?;
    let length = bytes.first_chunk::<4>().map_or(usize::MAX, |four| u32::from_le_bytes(*four) as usize);
    if length.checked_add(4).is_none_or(|end| end > bytes.len()) {
        return Err(Fault::new(Code::Tampered));
    }
    bytes.copy_within(4..4 + length, 0);
    bytes.truncate(length);
    Ok(bytes)
}

fn derive_associated(vault_id: &[u8; 16], context: &SealContext<'_>, head: &[u8]) -> Vec<u8> {
    let label = match context.purpose {
        Purpose::Secret => "ih/secret/v1",
        Purpose::Text => "ih/hist/v1",
    };
    let mut out = Vec::with_capacity(192);
    put_part(&mut out, label.as_bytes());
    out.extend_from_slice(vault_id);
    out.extend_from_slice(&context.record);
    put_part(&mut out, context.owner_kind.as_bytes());
    out.extend_from_slice(&context.owner);
    put_part(&mut out, context.field.as_bytes());
    out.extend_from_slice(&context.revision.to_le_bytes());
    out.extend_from_slice(&derive_destination(context.destination));
    out.extend_from_slice(head);
    out
}

fn derive_destination(destination: Option<Destination<'_>>) -> [u8; 32] {
    let mut canonical = Vec::new();
    if let Some(Destination { origins, auth }) = destination {
        let mut origins: Vec<&str> = origins.iter().map(Origin::as_str).collect();
        origins.sort_unstable();
        origins.dedup();
        canonical.extend_from_slice(&(origins.len() as u32).to_le_bytes());
        for origin in origins {
            put_part(&mut canonical, origin.as_bytes());
        }
        put_part(&mut canonical, auth.as_bytes());
    }
    Sha256::digest(&canonical).into()
}
