//! The list of all models: from the cache at once, fetched anew behind.

mod named;
mod own;
mod price_book;
mod recommend;
mod refusals;
mod replace;
mod speed;
mod view;

pub(crate) use named::read_named;
pub(crate) use own::{save_features, set_feature};
#[cfg(test)]
pub(crate) use recommend::tests::model as test_view;
pub(crate) use recommend::{TASKS, recommend};
pub(crate) use replace::replace_name;
pub(crate) use speed::Measured;
pub(crate) use view::{GONE, Views, over_budget};

use crate::budgets::Spent;
use crate::choice::collection_aim;
use crate::connections::count;
use crate::health::ToldList;
use crate::house::{House, LiveConnection, system_time};
use crate::{Engine, Inner, blocking};
use inkhorn_contract::*;
use inkhorn_domain::{Locality, Privacy, UnixMillis};
use inkhorn_fault::{Code, Fault, Result};
use inkhorn_providers::{FetchedModels, fetch_models};
use inkhorn_routing::{Conditions, Member, exclusion};
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
    /// How many calls fetch this connection's list now.
    under_way: HashMap<String, usize>,
    left_out: HashMap<String, u32>,
    failed: HashMap<String, FaultView>,
}

impl Fetches {
    fn end(&mut self, slug: &str) {
        if let Some(calls) = self.under_way.get_mut(slug) {
            *calls -= 1;
            if *calls == 0 {
                self.under_way.remove(slug);
            }
        }
    }
}

/// The lists that one call fetches and has not kept yet. Dropped with the call, however that ends, they are under way
/// no more.
struct Waiting {
    inner: Arc<Inner>,
    slugs: HashSet<String>,
}

impl Waiting {
    fn begin(inner: &Arc<Inner>, chosen: &[Arc<LiveConnection>]) -> Self {
        let slugs: HashSet<String> = chosen.iter().map(|live| live.slug().to_string()).collect();
        let mut fetches = inner.refreshing.0.lock();
        for slug in &slugs {
            *fetches.under_way.entry(slug.clone()).or_default() += 1;
        }
        drop(fetches);
        Self { inner: inner.clone(), slugs }
    }

    fn end(&mut self, slug: &str, fetches: &mut Fetches) {
        if self.slugs.remove(slug) {
            fetches.end(slug);
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if self.slugs.is_empty() {
            return;
        }
        let mut fetches = self.inner.refreshing.0.lock();
        self.slugs.iter().for_each(|slug| fetches.end(slug));
        drop(fetches);
        self.inner.changed(&[Topic::Models]);
    }
}

/// A model as a gateway may offer it.
#[derive(Debug, Clone)]
pub struct OfferedModel {
    /// `slug/model-id`, or the name of a collection.
    pub id: String,
    /// A name for people.
    pub name: Option<String>,
    /// The connection's slug; `collection` for one.
    pub connection: String,
    /// The writer hid it: it is called by its name, and stands in no list.
    pub hidden: bool,
    /// When the list was fetched.
    pub listed_at: UnixMillis,
}

impl Engine {
    /// All models of all connections, from the cache.
    pub async fn models_list(&self, _: Nothing) -> Result<ModelsView> {
        let inner = self.inner.clone();
        blocking(move || {
            let house = inner.house()?;
            let spent = inner.spent_budgets(&house);
            let models = inner.all_models_now(&house, &spent)?;
            let fetches = inner.refreshing.0.lock();
            let features = house.feature_models.iter();
            let feature = |(feature, model): (&String, &String)| FeatureDefaultView {
                feature: feature.clone(),
                model: model.clone(),
            };
            Ok(ModelsView {
                models,
                sources: house.connections.iter().map(|live| source_view(live, &fetches)).collect(),
                default_model: house.default_model.clone(),
                last_model: house.last_model.clone(),
                recent: house.recent.clone(),
                collections: inner.collection_views(&house, &spent),
                feature_defaults: features.map(feature).collect(),
                visited_at: house.visited_at,
                price_book: inner.price_book_view(),
                adult_mode: house.adult_mode,
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
        let mut waiting = Waiting::begin(&self.inner, &chosen);
        let mut fetching = JoinSet::new();
        for live in &chosen {
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
            // Whoever answered meanwhile is kept with it.
            let mut told: Vec<ToldList> = done.into_iter().collect();
            while let Some(more) = fetching.try_join_next() {
                told.extend(more);
            }
            for (slug, kept) in self.keep_lists(told, &mut waiting).await {
                match kept {
                    Ok(()) => answered += 1,
                    Err(fault) => {
                        not_answered.push(NotAnsweredView { connection: slug, fault: fault.into() });
                    }
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
        let spent = self.inner.spent_budgets(&house);
        for collection in
            house.collections.iter().filter(|row| collection_aim(&house, row, now, &spent).is_ok())
        {
            offered.push(OfferedModel {
                id: collection.name.clone(),
                name: None,
                connection: "collection".to_owned(),
                hidden: false,
                listed_at: collection.updated_at,
            });
        }
        for live in &house.connections {
            for model in live.all_models() {
                if exclusion(&member(live, live.locality_of(Some(&model))), now).is_none() {
                    offered.push(OfferedModel {
                        id: format!("{}/{}", live.slug(), model.id),
                        name: model.name.clone(),
                        connection: live.slug().to_string(),
                        hidden: live.notes.get(model.id.as_str()).is_some_and(|note| note.hidden),
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

    /// Keeps what was told, and says for each connection whether it has a list now.
    async fn keep_lists(&self, told: Vec<ToldList>, waiting: &mut Waiting) -> Vec<(String, Result<()>)> {
        let (inner, told) = (self.inner.clone(), Arc::new(told));
        let keeping = told.clone();
        let stored = blocking(move || inner.keep_told(&keeping)).await;
        let mut fetches = self.inner.refreshing.0.lock();
        let outcomes = told.iter().map(|(live, fetched)| {
            let slug = live.slug().to_string();
            waiting.end(&slug, &mut fetches);
            let kept = match (fetched, &stored) {
                (Ok(fetched), Ok(())) => Ok(fetched),
                (Err(fault), _) | (Ok(_), Err(fault)) => Err(fault.clone()),
            };
            match &kept {
                Ok(fetched) => {
                    fetches.left_out.insert(slug.clone(), count(fetched.dropped));
                    fetches.failed.remove(&slug);
                }
                Err(fault) => {
                    fetches.failed.insert(slug.clone(), fault.into());
                }
            }
            (slug, kept.map(drop))
        });
        let outcomes = outcomes.collect();
        drop(fetches);
        self.inner.changed(&[Topic::Models, Topic::Connections]);
        outcomes
    }
}

impl Inner {
    /// All models as they are now, in the writer's order of connections.
    pub(crate) fn all_models_now(&self, house: &House, spent: &Spent) -> Result<Vec<ModelView>> {
        let speeds = self.speeds()?;
        self.keep_views_of(&house.connections);
        let computed: Vec<_> =
            house.connections.iter().map(|live| self.computed_models(live, house.visited_at)).collect();
        let mut all = Vec::with_capacity(computed.iter().map(|models| models.len()).sum());
        for (live, models) in house.connections.iter().zip(&computed) {
            all.extend(self.models_now(live, models, &speeds, spent));
        }
        Ok(all)
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
        refreshing: fetches.under_way.contains_key(slug),
        left_out: fetches.left_out.get(slug).copied().unwrap_or(0),
        fault: fetches.failed.get(slug).cloned(),
    }
}
