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
/// `vault_locked`; `tampered` for what was not sealed for this place, and `newer_format`. Both name the kind, so that
/// nobody is told to enter a key.
pub(crate) fn open<T: DeserializeOwned>(vault: &Guard, place: Place, sealed: &[u8]) -> Result<T> {
    let json = vault.open(&place.context(), sealed).map_err(|fault| match fault.code() {
        Code::Tampered => fault.with(place.kind, ""),
        _ => fault,
    })?;
    serde_json::from_slice(&json).map_err(|_| Fault::new(Code::Tampered).with(place.kind, ""))
}

/// One of many that were opened: `None` where it cannot be read, which is no reason to withhold the others.
///
/// # Errors
/// `vault_locked`, and whatever else says nothing of this one record.
pub(crate) fn whole<T>(opened: Result<T>) -> Result<Option<T>> {
    match opened {
        Ok(content) => Ok(Some(content)),
        // One changed byte is enough for either, depending on where it stands.
        Err(fault) if matches!(fault.code(), Code::Tampered | Code::NewerFormat) => Ok(None),
        Err(fault) => Err(fault),
    }
}
