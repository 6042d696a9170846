//! System connections: keys that stand in the environment, usable while the writer allows it. Nothing of them is
//! stored: the key is read anew for each request, and list and health are kept in memory only.

use crate::house::{House, LiveConnection, ModelIndex};
use crate::{Engine, Inner};
use inkhorn_contract::ModelsRefreshRequest;
use inkhorn_domain::{Capability, ConnectionId, Locality, Slug, UnixMillis};
use inkhorn_fault::{Code, Fault, Result};
use inkhorn_providers::{ProviderEntry, parse_base_url, recognise_key};
use inkhorn_secret::Secret;
use inkhorn_store::connections::{ConnectionRow, ConnectionStatus};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;

/// What is known of system connections in this process.
#[derive(Default)]
pub(crate) struct SystemMemory(Mutex<HashMap<ConnectionId, Known>>);

#[derive(Clone, Default)]
struct Known {
    row: Option<ConnectionRow>,
    list: Arc<ModelIndex>,
}

impl SystemMemory {
    /// Keeps how a connection stands, as the database would.
    pub(crate) fn keep_row(&self, row: ConnectionRow) {
        let id = row.id;
        self.0.lock().entry(id).or_default().row = Some(row);
    }

    /// Keeps a list, as the database would.
    pub(crate) fn keep_list(&self, id: ConnectionId, list: ModelIndex) {
        self.0.lock().entry(id).or_default().list = Arc::new(list);
    }

    /// How a connection stands, where it was ever asked.
    pub(crate) fn row(&self, id: ConnectionId) -> Option<ConnectionRow> {
        self.0.lock().get(&id).and_then(|known| known.row.clone())
    }

    fn list(&self, id: ConnectionId) -> Arc<ModelIndex> {
        self.0.lock().get(&id).map(|known| known.list.clone()).unwrap_or_default()
    }
}

impl Inner {
    /// The connections that the environment offers, in the catalogue's order. `taken` are slugs of the writer's own.
    pub(crate) fn system_connections(&self, taken: &dyn Fn(&Slug) -> bool) -> Vec<Arc<LiveConnection>> {
        let mut offered: Vec<Arc<LiveConnection>> = Vec::new();
        for entry in self.catalogue.entries() {
            let Some(variable) = self.environment.first_set(&entry.env) else { continue };
            let twice = offered.iter().any(|live| live.variable() == Some(variable));
            let Some(row) = system_row(entry).filter(|row| !twice && !taken(&row.slug)) else { continue };
            let row = self.system.row(row.id).unwrap_or(row);
            let list = self.system.list(row.id);
            let live = LiveConnection::of_environment(self, row, entry.clone(), list, variable.to_owned());
            offered.push(Arc::new(live));
        }
        offered
    }

    /// The key out of the environment, for the moment in which a request is built.
    pub(crate) fn read_system_key(&self, variable: &str, entry: &ProviderEntry) -> Result<Secret> {
        let raw = self.environment.key(variable);
        let raw = raw.ok_or_else(|| Fault::new(Code::KeyForm).with("missing", &entry.name))?;
        let form = recognise_key(&raw, &self.catalogue);
        match form.problem_for(entry) {
            Some(problem) => Err(problem),
            None => Ok(form.cleaned),
        }
    }
}

/// How a connection of the environment stands before anything is known of it.
fn system_row(entry: &ProviderEntry) -> Option<ConnectionRow> {
    let base_url = entry.base_url.as_ref()?.as_str().trim_end_matches('/').to_owned();
    let label = format!("{} (system)", entry.name);
    Some(ConnectionRow {
        id: derive_id(&entry.id),
        slug: Slug::parse(&format!("system-{}", entry.id))?,
        provider: entry.id.clone(),
        label,
        locality: parse_base_url(&base_url, entry, &[]).map_or(Locality::Cloud, |base| base.locality),
        base_url,
        dialect: entry.dialect,
        auth: crate::house::auth_to_json(&entry.auth),
        position: 0,
        active: true,
        secret: None,
        headers: Vec::new(),
        own_models: Vec::new(),
        status: ConnectionStatus::Untested,
        status_since: None,
        status_code: None,
        status_facts: "{}".to_owned(),
        last_tested: None,
        last_used: None,
        recent_tests: Vec::new(),
        settings: "{}".to_owned(),
        created_at: 0,
    })
}

/// The same id for the same provider in every process, so that its usage adds up.
fn derive_id(provider: &str) -> ConnectionId {
    // Not of secrets: only the digest is wanted, and this crate has it there.
    let digest = Secret::new(format!("inkhorn system connection {provider}")).sha256();
    let mut id = [0; 16];
    id.copy_from_slice(&digest[..16]);
    ConnectionId(id)
}

impl Engine {
    /// The model to use where nothing is chosen and the environment has a key: the first connection of it that lists
    /// one. Fetches the list where it is not known yet; that is the first call, and the writer has allowed it.
    pub(crate) async fn system_model(&self, house: &House) -> Option<String> {
        for live in house.active().filter(|live| live.variable().is_some()) {
            if live.list.fetched_at.is_none() {
                let connection = Some(live.slug().to_string());
                self.models_refresh(ModelsRefreshRequest { connection }).await.ok()?;
            }
            let now = self.inner.house().ok()?;
            let live = now.connection(live.slug())?;
            let writes = |model: &&inkhorn_domain::ModelListing| {
                !model
                    .capabilities
                    .iter()
                    .any(|can| matches!(can, Capability::Embeddings | Capability::Images))
            };
            let ids: Vec<&str> =
                live.list.models.iter().filter(writes).map(|model| model.id.as_str()).collect();
            if let Some(model) = live.entry.fallback_model(&ids) {
                return Some(format!("{}/{model}", live.slug()));
            }
        }
        None
    }
}

impl LiveConnection {
    /// What cannot be done to a connection that stands in the environment.
    ///
    /// # Errors
    /// `bad_request` that names the variable.
    pub(crate) fn refuse_where_system(&self) -> Result<()> {
        let Some(variable) = self.variable() else { return Ok(()) };
        let reason =
            format!("{} stands in the environment variable {variable} and is changed there", self.label());
        Err(Fault::new(Code::BadRequest).with("reason", reason))
    }
}

/// When a list was fetched, for one that is kept in memory.
pub(crate) fn index_of(
    now: UnixMillis,
    id: ConnectionId,
    models: Vec<inkhorn_domain::ModelListing>,
) -> ModelIndex {
    ModelIndex::of(inkhorn_store::models::ModelListRow { connection: id, fetched_at: now, models })
}

#[cfg(test)]
mod tests {
    use super::*;
    use inkhorn_providers::Catalogue;
    use std::collections::HashSet;

    #[test]
    fn every_provider_has_an_id_of_its_own_that_stays() {
        let catalogue = Catalogue::embedded();
        let ids: HashSet<_> = catalogue.entries().iter().map(|entry| derive_id(&entry.id).0).collect();
        assert_eq!(ids.len(), catalogue.entries().len());
        assert_eq!(derive_id("openai"), derive_id("openai"));
    }
}
