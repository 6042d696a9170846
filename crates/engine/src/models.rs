//! The list of all models: from the cache at once, fetched anew behind.

use crate::connections::count;
use crate::house::{LiveConnection, system_time};
use crate::{Engine, Inner, blocking};
use inkhorn_contract::*;
use inkhorn_domain::{Locality, ModelListing, Privacy, UnixMillis};
use inkhorn_fault::{Code, Fault, Result};
use inkhorn_providers::{FetchedModels, fetch_models};
use inkhorn_routing::{Conditions, Exclusion, Member, exclusion};
use parking_lot::Mutex;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

/// A refresh ends by then, whatever one connection does.
const REFRESH_DEADLINE: Duration = Duration::from_secs(19);

/// What is being fetched now, and what the last fetch of each connection told.
#[derive(Default)]
pub(crate) struct Refreshing(Mutex<Fetches>);

#[derive(Default)]
struct Fetches {
    under_way: HashSet<String>,
    left_out: HashMap<String, u32>,
    failed: HashMap<String, FaultView>,
}

/// A model as a gateway may offer it.
#[derive(Debug, Clone)]
pub struct OfferedModel {
    /// `slug/model-id`.
    pub id: String,
    /// A name for people.
    pub name: Option<String>,
    /// The connection's slug.
    pub connection: String,
    /// When the list was fetched.
    pub listed_at: UnixMillis,
}

impl Engine {
    /// All models of all connections, from the cache.
    pub async fn models_list(&self, _: Nothing) -> Result<ModelsView> {
        let inner = self.inner.clone();
        blocking(move || {
            let house = inner.house()?;
            let fetches = inner.refreshing.0.lock();
            let (mut all, mut sources) = (Vec::new(), Vec::new());
            for live in &house.connections {
                sources.push(source_view(live, &fetches));
                all.extend(live.all_models().map(|model| inner.model_view(live, &model)));
            }
            Ok(ModelsView {
                models: all,
                sources,
                default_model: house.default_model.clone(),
                last_model: house.last_model.clone(),
                recent: house.recent.clone(),
            })
        })
        .await
    }

    /// Fetches the lists again, all at once. Ends within 20 s; who did not answer by then is named.
    pub async fn models_refresh(&self, request: ModelsRefreshRequest) -> Result<ModelsRefreshView> {
        let house = self.inner.house()?;
        let chosen: Vec<Arc<LiveConnection>> = match &request.connection {
            Some(slug) => vec![house.named(slug)?.clone()],
            None => house.active().cloned().collect(),
        };
        if chosen.iter().any(|live| live.needs_key()) && self.inner.vault.exists() {
            // A vault that stays closed fails those connections only.
            let _ = self.ensure_vault().await;
        }
        let mut fetching = JoinSet::new();
        for live in &chosen {
            self.inner.refreshing.0.lock().under_way.insert(live.slug().to_string());
            let (engine, live) = (self.clone(), live.clone());
            fetching.spawn(async move {
                let fetched = tokio::time::timeout(REFRESH_DEADLINE, engine.fetch(&live)).await;
                let late = || Err(Fault::new(Code::TimedOut).with("address", &live.row.base_url));
                (live.clone(), fetched.unwrap_or_else(|_| late()))
            });
        }
        self.inner.changed(&[Topic::Models]);
        let (mut answered, mut not_answered) = (0, Vec::new());
        while let Some(done) = fetching.join_next().await {
            let Ok((live, fetched)) = done else { continue };
            match self.keep_list(&live, fetched).await {
                Ok(()) => answered += 1,
                Err(fault) => {
                    not_answered
                        .push(NotAnsweredView { connection: live.slug().to_string(), fault: fault.into() });
                }
            }
        }
        not_answered.sort_by(|a, b| a.connection.cmp(&b.connection));
        Ok(ModelsRefreshView { answered, not_answered })
    }

    /// The models that a program with texts of this privacy could use right now.
    pub fn offered_models(&self, privacy: Privacy) -> Vec<OfferedModel> {
        let Ok(house) = self.inner.house() else { return Vec::new() };
        let now = Conditions { privacy, vault_open: self.inner.vault.is_open() };
        let mut offered = Vec::new();
        for live in &house.connections {
            for model in live.all_models() {
                if exclusion(&member(live, live.locality_of(Some(&model))), now).is_none() {
                    offered.push(OfferedModel {
                        id: format!("{}/{}", live.slug(), model.id),
                        name: model.name.clone(),
                        connection: live.slug().to_string(),
                        listed_at: live.list.fetched_at.unwrap_or(live.row.created_at),
                    });
                }
            }
        }
        offered
    }

    async fn fetch(&self, live: &LiveConnection) -> Result<FetchedModels> {
        let unsealed = live.unseal(&self.inner)?;
        fetch_models(live.target()?, &unsealed.credential(), system_time(self.inner.clock.now())).await
    }

    async fn keep_list(&self, live: &Arc<LiveConnection>, fetched: Result<FetchedModels>) -> Result<()> {
        let slug = live.slug().to_string();
        let (inner, live) = (self.inner.clone(), live.clone());
        let kept = match fetched {
            Ok(fetched) => {
                let left_out = count(fetched.dropped);
                let stored = blocking(move || {
                    inner.replace_list(&live, fetched.models)?;
                    inner.keep_test(&live, Ok(()))
                })
                .await;
                stored.map(|()| left_out)
            }
            Err(fault) => {
                let told = fault.clone();
                blocking(move || inner.keep_test(&live, Err(&told))).await?;
                Err(fault)
            }
        };
        let mut fetches = self.inner.refreshing.0.lock();
        fetches.under_way.remove(&slug);
        match &kept {
            Ok(left_out) => {
                fetches.left_out.insert(slug.clone(), *left_out);
                fetches.failed.remove(&slug);
            }
            Err(fault) => {
                fetches.failed.insert(slug, fault.into());
            }
        }
        drop(fetches);
        self.inner.changed(&[Topic::Models, Topic::Connections]);
        kept.map(drop)
    }
}

impl Inner {
    fn model_view(&self, live: &LiveConnection, model: &ModelListing) -> ModelView {
        let locality = live.locality_of(Some(model));
        let reason = self.reason(live, locality);
        let pricing = live.pricing(locality, Some(model));
        ModelView {
            id: format!("{}/{}", live.slug(), model.id),
            connection: live.slug().to_string(),
            connection_label: live.label().to_owned(),
            provider: live.provider().to_owned(),
            name: model.name.clone().unwrap_or_else(|| model.id.clone()),
            context_length: model.context_length.or_else(|| pricing.context_length(&model.id)),
            max_output: model.max_output,
            price: PriceView::from(&pricing.price(&model.id)),
            capabilities: model.capabilities.clone(),
            locality: locality.as_str(),
            local: model.local.as_ref().map(LocalDetailsView::from),
            retires_on: model.retires_on.clone(),
            available: reason.is_none(),
            reason,
        }
    }

    /// Why a model of this connection cannot be used now: the same rules that refuse a request, and what is known of
    /// the connection.
    fn reason(&self, live: &LiveConnection, locality: Locality) -> Option<String> {
        let now = Conditions { privacy: Privacy::Cloud, vault_open: self.vault.is_open() };
        match exclusion(&member(live, locality), now) {
            Some(Exclusion::Off) => return Some("connection_off".to_owned()),
            Some(Exclusion::VaultLocked) => return Some(Code::VaultLocked.as_str().to_owned()),
            Some(Exclusion::Privacy) => return Some(Code::PrivacyRefused.as_str().to_owned()),
            None => {}
        }
        live.trouble().map(|fault| fault.code.as_str().to_owned())
    }
}

pub(crate) fn member(live: &LiveConnection, locality: Locality) -> Member {
    Member { label: live.label().to_owned(), locality, active: live.is_active(), needs_key: live.needs_key() }
}

fn source_view(live: &LiveConnection, fetches: &Fetches) -> ModelSourceView {
    let slug = live.slug().as_str();
    ModelSourceView {
        connection: slug.to_owned(),
        label: live.label().to_owned(),
        locality: live.row.locality.as_str().to_owned(),
        fetched_at: live.list.fetched_at,
        refreshing: fetches.under_way.contains(slug),
        left_out: fetches.left_out.get(slug).copied().unwrap_or(0),
        fault: fetches.failed.get(slug).cloned(),
    }
}
