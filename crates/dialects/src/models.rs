//! Lists of models read from providers and written for clients.

use crate::answer::WireError;
use inkhorn_domain::{Dialect, ModelListing};

/// The most models of one list. The rest is dropped and counted.
pub const MAX_MODELS: usize = 20_000;

/// One page of a provider's list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModelPage {
    /// What is on it.
    pub models: Vec<ModelListing>,
    /// How many entries were left out: beyond the limit, or without a usable id.
    pub dropped: usize,
    /// Anthropic: there is more; ask again with `after_id` set to this.
    pub next_after_id: Option<String>,
}

/// A model as the gateway offers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServedModel {
    /// The name that clients call it by.
    pub id: String,
    /// A name for people.
    pub display_name: Option<String>,
    /// Since when, in seconds since 1970.
    pub created: i64,
    /// Whose it is: the slug of the connection.
    pub owned_by: String,
}

/// Reads a list of models in whichever of its known forms it comes.
///
/// # Errors
/// [`WireError::NotThisDialect`] when there is no list in it, [`WireError::Malformed`] when it is no JSON.
pub fn read_models(dialect: Dialect, body: &[u8]) -> Result<ModelPage, WireError> {
    let _ = (dialect, body);
    Err(WireError::Malformed)
}

/// Marks in an Ollama list which models are in memory, from the answer of `/api/ps`.
///
/// # Errors
/// As [`read_models`].
pub fn merge_loaded(models: &mut [ModelListing], ps_body: &[u8]) -> Result<(), WireError> {
    let _ = (models, ps_body);
    Ok(())
}

/// The list for `GET /v1/models` and its kin.
pub fn write_models(dialect: Dialect, models: &[ServedModel]) -> Vec<u8> {
    let _ = (dialect, models);
    Vec::new()
}

/// One entry, for `GET /v1/models/{id}`.
pub fn write_model(dialect: Dialect, model: &ServedModel) -> Vec<u8> {
    let _ = (dialect, model);
    Vec::new()
}
