//! The writer's text in records of its own, sealed on its way into the database: prompts and assistants.

use crate::guard::Guard;
use inkhorn_fault::{Code, Fault, Result};
use inkhorn_vault::{Purpose, SealContext};
use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

/// The record that holds a sealed content: of which kind, which one, and how often it was sealed. The content opens there
/// and nowhere else.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub kind: &'static str,
    pub id: [u8; 16],
    pub rev: i64,
}

impl Place {
    fn context(&self) -> SealContext<'static> {
        SealContext {
            purpose: Purpose::Text,
            record: self.id,
            owner_kind: self.kind,
            owner: self.id,
            field: "content",
            revision: self.rev.unsigned_abs(),
            destination: None,
        }
    }
}

/// Seals a content.
///
/// # Errors
/// `vault_locked`.
pub(crate) fn seal(vault: &Guard, place: Place, content: &impl Serialize) -> Result<Vec<u8>> {
    let json = serde_json::to_vec(content).map_err(|_| Fault::new(Code::Damaged))?;
    vault.seal(&place.context(), &Zeroizing::new(json))
}

/// Opens a content.
///
/// # Errors
/// `vault_locked`; `tampered` for what was not sealed for this place.
pub(crate) fn open<T: DeserializeOwned>(vault: &Guard, place: Place, sealed: &[u8]) -> Result<T> {
    let json = vault.open(&place.context(), sealed)?;
    serde_json::from_slice(&json).map_err(|_| Fault::new(Code::Tampered))
}
