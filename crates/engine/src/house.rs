//! What the path of a request must know, read from the database once and again only when it changed.

use crate::Inner;
use crate::admitted::AdmittedApps;
use crate::budgets::Budget;
use crate::settings::{ConnectionSettings, Remembered};
use inkhorn_dialects::{ReadOptions, WriteOptions};
use inkhorn_domain::{
    ChatRequest, ConnectionId, Dialect, Locality, ModelListing, Price, Privacy, Slug, UnixMillis,
};
use inkhorn_fault::{Code, Fault, Result};
use inkhorn_metering::{Context, Pricing};
use inkhorn_providers::{AuthStyle, ConnectionTarget, Credential, CustomHeader, ProviderEntry, Refusal};
use inkhorn_secret::{Origin, Secret};
use inkhorn_store::accounts::AccountRow;
use inkhorn_store::collections::CollectionRow;
use inkhorn_store::connections::ConnectionRow;
use inkhorn_store::model_notes::ModelNoteRow;
use inkhorn_store::models::ModelListRow;
use inkhorn_store::secrets::SecretRow;
use inkhorn_store::{
    accounts, apps, budgets, collections, connections, model_notes, models, secrets, settings,
};
use inkhorn_vault::{Destination, Purpose, SealContext};
use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// For so long a look at the database whether another process wrote to it is not repeated, in milliseconds.
const LOOK_AGAIN: u64 = 50;

/// Everything that is read often, as it was at one moment.
pub(crate) struct House {
    pub connections: Vec<Arc<LiveConnection>>,
    by_slug: HashMap<Slug, usize>,
    pub apps: AdmittedApps,
    pub budgets: Vec<Arc<Budget>>,
    pub default_model: Option<String>,
    pub default_connection: Option<String>,
    pub system_fallback: bool,
    pub last_model: Option<String>,
    pub recent: Vec<String>,
    pub collections: Vec<CollectionRow>,
    /// The models of features.
    pub feature_models: BTreeMap<String, String>,
    /// When the writer last looked at the models.
    pub visited_at: Option<UnixMillis>,
    pub adult_mode: bool,
    /// Months that the rows of single requests are kept for.
    pub usage_retention: Option<u32>,
    notes: Notes,
    seen_elsewhere: u64,
}

/// A connection with all that a request through it needs. Secrets stay sealed in here.
pub(crate) struct LiveConnection {
    pub row: ConnectionRow,
    pub entry: Arc<ProviderEntry>,
    pub settings: ConnectionSettings,
    pub list: Arc<ModelIndex>,
    /// What is noted of its models, by their ids.
    pub notes: Arc<ConnectionNotes>,
    /// What the provider told of the account when it was last asked.
    pub account: Option<AccountRow>,
    auth: AuthStyle,
    secrets: Vec<SecretRow>,
    /// For one that stands in the environment: the variable with its key.
    variable: Option<String>,
    target: Result<ConnectionTarget>,
    /// Why there is no entry of the catalogue for it.
    lost: Option<Fault>,
    last_used: AtomicI64,
}

/// The models of one connection, found by id.
#[derive(Default)]
pub(crate) struct ModelIndex {
    pub fetched_at: Option<UnixMillis>,
    pub models: Vec<ModelListing>,
    by_id: HashMap<String, usize>,
}

/// What is noted of the models of one connection, by their ids.
pub(crate) type ConnectionNotes = HashMap<String, ModelNoteRow>;

/// All notes, and as of which change.
#[derive(Clone, Default)]
struct Notes {
    changes: i64,
    by_connection: HashMap<ConnectionId, Arc<ConnectionNotes>>,
}

impl Notes {
    /// Reads them, or takes those of before where nothing changed. What did not change for a connection stays the same
    /// object, by which others see that it did not.
    fn load(db: &inkhorn_store::Connection, before: Option<&Self>) -> Result<Self> {
        let changes = model_notes::changes(db)?;
        if let Some(same) = before.filter(|before| before.changes == changes) {
            return Ok(same.clone());
        }
        let mut read: HashMap<ConnectionId, ConnectionNotes> = HashMap::new();
        for row in model_notes::load_all(db)? {
            read.entry(row.connection).or_default().insert(row.model.clone(), row);
        }
        let by_connection = read.into_iter().map(|(id, notes)| {
            let known = before.and_then(|before| before.by_connection.get(&id));
            let same = known.filter(|known| ***known == notes).cloned();
            (id, same.unwrap_or_else(|| Arc::new(notes)))
        });
        Ok(Self { changes, by_connection: by_connection.collect() })
    }

    fn of(&self, id: ConnectionId) -> Arc<ConnectionNotes> {
        static NONE: LazyLock<Arc<ConnectionNotes>> = LazyLock::new(Arc::default);
        self.by_connection.get(&id).cloned().unwrap_or_else(|| NONE.clone())
    }
}

/// Secrets in the clear, for the moment in which a request is built.
pub(crate) struct Unsealed {
    key: Option<Secret>,
    headers: Vec<CustomHeader>,
    origins: Vec<Origin>,
}

impl Unsealed {
    pub(crate) fn credential(&self) -> Credential<'_> {
        Credential { key: self.key.as_ref(), headers: &self.headers, origins: &self.origins }
    }

    /// Key and headers, to be sealed again.
    pub(crate) fn into_parts(self) -> (Option<Secret>, Vec<CustomHeader>) {
        (self.key, self.headers)
    }
}

impl Inner {
    /// What is known now. Looks into the database only when it was not looked at for a moment, and reads it again only
    /// when another process changed it.
    pub(crate) fn house(&self) -> Result<Arc<House>> {
        let now = u64::try_from(self.clock.since_start().as_millis()).unwrap_or(u64::MAX);
        let looked = self.house_checked.load(Ordering::Relaxed);
        if let Some(house) = self.house.load_full() {
            if now < looked.saturating_add(LOOK_AGAIN) {
                return Ok(house);
            }
            self.house_checked.store(now, Ordering::Relaxed);
            if house.seen_elsewhere == self.store.changes_elsewhere() {
                return Ok(house);
            }
        }
        let house = self.reload()?;
        self.vault.load_rows(&self.store)?;
        use inkhorn_contract::Topic::*;
        self.changed(&[Status, Vault, Connections, Models, Desk, Apps]);
        Ok(house)
    }

    /// Reads everything anew, after a change of our own or of somebody else's.
    pub(crate) fn reload(&self) -> Result<Arc<House>> {
        let _one_at_a_time = self.house_lock.lock();
        let seen_elsewhere = self.store.changes_elsewhere();
        let before = self.house.load_full();
        let house = Arc::new(House::load(self, before.as_deref(), seen_elsewhere)?);
        self.house.store(Some(house.clone()));
        Ok(house)
    }

    /// Writes last uses back: one flush for many requests.
    pub(crate) fn flush_last_used(&self) -> Result<()> {
        let Some(house) = self.house.load_full() else { return Ok(()) };
        let later = |now: i64, then: Option<i64>| (now > then.unwrap_or(0)).then_some(now);
        let connections: Vec<_> = house
            .connections
            .iter()
            .filter_map(|live| {
                Some((live.id(), later(live.last_used.load(Ordering::Relaxed), live.row.last_used)?))
            })
            .collect();
        self.save_accounts()?;
        let apps = self.app_uses();
        if connections.is_empty() && apps.is_empty() {
            return Ok(());
        }
        self.store.write(|tx| {
            for (id, at) in &connections {
                // A connection that was removed meanwhile has no last use.
                let _ = connections::touch_used(tx, *id, *at);
            }
            for (id, at) in &apps {
                let _ = apps::touch_used(tx, *id, *at);
            }
            Ok(())
        })
    }
}

impl Inner {
    /// Why a connection has no entry: the writer's own catalogue is not in use, or does not have it any more.
    fn entry_lost(&self, row: &ConnectionRow) -> Fault {
        let gone = || Fault::new(Code::NotFound).with("entry", &row.provider);
        self.catalogue_fault.clone().unwrap_or_else(gone)
    }
}

/// What the writer says of models and puts together of them.
struct Chosen {
    collections: Vec<CollectionRow>,
    notes: Notes,
}

impl House {
    fn load(inner: &Inner, before: Option<&House>, seen_elsewhere: u64) -> Result<Self> {
        let (rows, mut sealed, lists, mut told, admitted, budgeted, chosen, remembered) =
            inner.store.read(|db| {
                let told = accounts::load_all(db)?;
                let rows = connections::load_all(db)?;
                let sealed = secrets::load_all(db)?;
                let known = |id: ConnectionId| before.and_then(|house| house.list_of(id));
                let mut lists: HashMap<ConnectionId, Arc<ModelIndex>> = HashMap::new();
                for row in &rows {
                    // A list of thousands is read again only when it is another one.
                    let fetched_at = models::fetched_at(db, row.id)?;
                    let list = match known(row.id).filter(|list| list.fetched_at == fetched_at) {
                        Some(list) => list,
                        None => Arc::new(models::load(db, row.id)?.map(ModelIndex::of).unwrap_or_default()),
                    };
                    lists.insert(row.id, list);
                }
                let remembered = Remembered::of(&settings::load_all(db)?);
                let budgeted = budgets::load_all(db)?;
                let chosen = Chosen {
                    collections: collections::load_all(db)?,
                    notes: Notes::load(db, before.map(|house| &house.notes))?,
                };
                let admitted = AdmittedApps::of(apps::load_all(db)?);
                Ok((rows, sealed, lists, told, admitted, budgeted, chosen, remembered))
            })?;
        inner.take_fetched_prices(remembered.prices_fetched_at);
        let mut live = Vec::with_capacity(rows.len());
        for row in rows {
            // Without an entry the connection is kept and shown, and cannot be used until the entry is back.
            let (entry, lost) = match inner.catalogue.find(&row.provider) {
                Some(entry) => (entry.clone(), None),
                None => {
                    (ProviderEntry::lost(&row.provider, row.dialect).into(), Some(inner.entry_lost(&row)))
                }
            };
            let own = |secret: &SecretRow| secret.owner_kind == OWNER && secret.owner_id == row.id.0;
            let (secrets, rest): (Vec<_>, Vec<_>) = sealed.into_iter().partition(own);
            sealed = rest;
            let list = lists.get(&row.id).cloned().unwrap_or_default();
            let mut one = LiveConnection::new(inner, row, entry, secrets, list);
            one.account = told.remove(&one.id());
            one.notes = chosen.notes.of(one.id());
            if let Some(fault) = lost {
                one.lose(fault);
            }
            live.push(Arc::new(one));
        }
        if remembered.system_fallback {
            let taken = |slug: &Slug| live.iter().any(|own| own.slug() == slug);
            let offered = inner.system_connections(&taken);
            live.extend(offered.into_iter().map(|mut offered| {
                if let Some(fresh) = Arc::get_mut(&mut offered) {
                    fresh.notes = chosen.notes.of(fresh.id());
                }
                offered
            }));
        }
        let by_slug = live.iter().enumerate().map(|(at, one)| (one.row.slug.clone(), at)).collect();
        Ok(Self {
            connections: live,
            by_slug,
            apps: admitted,
            budgets: budgeted.into_iter().map(|row| Arc::new(Budget::of(row))).collect(),
            default_model: remembered.default_model,
            default_connection: remembered.default_connection,
            system_fallback: remembered.system_fallback,
            last_model: remembered.last_model,
            recent: remembered.recent,
            collections: chosen.collections,
            feature_models: remembered.feature_models,
            visited_at: remembered.visited_at,
            adult_mode: remembered.adult_mode,
            usage_retention: remembered.usage_retention,
            notes: chosen.notes,
            seen_elsewhere,
        })
    }

    pub(crate) fn connection(&self, slug: &Slug) -> Option<&Arc<LiveConnection>> {
        self.by_slug.get(slug).map(|at| &self.connections[*at])
    }

    /// The connection of this slug, or the fault that says that there is none.
    pub(crate) fn named(&self, slug: &str) -> Result<&Arc<LiveConnection>> {
        let found = Slug::parse(slug).and_then(|slug| self.connection(&slug));
        found.ok_or_else(|| Fault::new(Code::NotFound).with("name", slug))
    }

    fn list_of(&self, id: ConnectionId) -> Option<Arc<ModelIndex>> {
        self.connections.iter().find(|live| live.id() == id).map(|live| live.list.clone())
    }
}

/// The kind of owner that a connection's secrets have.
pub(crate) const OWNER: &str = "connection";

impl LiveConnection {
    fn new(
        inner: &Inner,
        row: ConnectionRow,
        entry: Arc<ProviderEntry>,
        secrets: Vec<SecretRow>,
        list: Arc<ModelIndex>,
    ) -> Self {
        let settings = ConnectionSettings::read(&row.settings);
        let auth = auth_of(&row.auth).unwrap_or_else(|| entry.auth.clone());
        let target = settings.target(inner, &entry, &row.base_url, auth.clone());
        let last_used = AtomicI64::new(row.last_used.unwrap_or(0));
        Self {
            row,
            entry,
            settings,
            list,
            notes: Arc::default(),
            account: None,
            auth,
            secrets,
            variable: None,
            target,
            lost: None,
            last_used,
        }
    }

    /// Nothing can be sent through it, because the catalogue does not know its provider.
    fn lose(&mut self, fault: Fault) {
        self.target = Err(fault.clone());
        self.lost = Some(fault);
    }

    /// Why it cannot be used at all: no entry of the catalogue tells how to speak to its provider.
    pub(crate) fn lost(&self) -> Option<&Fault> {
        self.lost.as_ref()
    }

    /// A connection whose key stands in the environment, in `variable`.
    pub(crate) fn of_environment(
        inner: &Inner,
        row: ConnectionRow,
        entry: Arc<ProviderEntry>,
        list: Arc<ModelIndex>,
        variable: String,
    ) -> Self {
        Self { variable: Some(variable), ..Self::new(inner, row, entry, Vec::new(), list) }
    }

    /// The variable of the environment with its key, for one that stands there.
    pub(crate) fn variable(&self) -> Option<&str> {
        self.variable.as_deref()
    }

    pub(crate) fn id(&self) -> ConnectionId {
        self.row.id
    }

    pub(crate) fn slug(&self) -> &Slug {
        &self.row.slug
    }

    pub(crate) fn label(&self) -> &str {
        &self.row.label
    }

    pub(crate) fn provider(&self) -> &str {
        &self.row.provider
    }

    pub(crate) fn dialect(&self) -> Dialect {
        self.entry.dialect
    }

    /// The dialect in which this model of it is spoken to.
    pub(crate) fn dialect_for(&self, model: &str) -> Dialect {
        self.target().map_or(self.entry.dialect, |target| target.dialect_for(model))
    }

    /// The dialect in which this model of it searches the web.
    pub(crate) fn search_dialect_for(&self, model: &str) -> Dialect {
        self.target().map_or(self.entry.dialect, |target| target.search_dialect_for(model))
    }

    pub(crate) fn is_active(&self) -> bool {
        self.row.active
    }

    /// A key or a header value is sealed for it.
    pub(crate) fn needs_key(&self) -> bool {
        !self.secrets.is_empty()
    }

    pub(crate) fn key_row(&self) -> Option<&SecretRow> {
        self.secrets.iter().find(|secret| secret.field == "key")
    }

    pub(crate) fn header_rows(&self) -> impl Iterator<Item = (&str, &SecretRow)> {
        self.secrets.iter().filter_map(|secret| Some((secret.field.strip_prefix("header:")?, secret)))
    }

    pub(crate) fn auth(&self) -> &AuthStyle {
        &self.auth
    }

    pub(crate) fn target(&self) -> Result<&ConnectionTarget> {
        self.target.as_ref().map_err(Clone::clone)
    }

    pub(crate) fn model(&self, id: &str) -> Option<&ModelListing> {
        self.list.by_id.get(id).map(|at| &self.list.models[*at])
    }

    /// Where a text for this model goes. A local server that passes the model on to another host is not local.
    pub(crate) fn locality_of(&self, listing: Option<&ModelListing>) -> Locality {
        let passed_on =
            listing.and_then(|model| model.local.as_ref()).is_some_and(|local| local.remote_host.is_some());
        if passed_on { Locality::Cloud } else { self.row.locality }
    }

    pub(crate) fn pricing(&self, locality: Locality, listing: Option<&ModelListing>) -> Pricing {
        Pricing {
            local: locality == Locality::Local,
            prices_id: self.entry.prices.clone(),
            own: listing.and_then(|model| self.own_price(&model.id)),
            listed: listing.and_then(|model| model.price),
            ..Pricing::unknown()
        }
    }

    /// The price of a model, listed or not.
    pub(crate) fn pricing_of(&self, model: &str) -> Pricing {
        let listing = self.model(model);
        let pricing = self.pricing(self.locality_of(listing), listing);
        Pricing { own: self.own_price(model), ..pricing }
    }

    fn own_price(&self, model: &str) -> Option<Price> {
        self.notes.get(model)?.price.map(|(price, _)| price)
    }

    /// How the figures of its answers are meant.
    pub(crate) fn read_options(&self) -> ReadOptions {
        self.entry.reads
    }

    /// How requests to this model are written.
    pub(crate) fn write_options(&self, model: &str) -> WriteOptions {
        self.entry.options_for(model)
    }

    /// Whether the provider searches the web for this model.
    pub(crate) fn can_search(&self, model: &str) -> bool {
        self.write_options(model).web_search.is_some()
    }

    /// What the writer set for the connection, where the request says nothing.
    pub(crate) fn fill_in(&self, request: &mut ChatRequest, context: Option<u64>) {
        request.temperature = request.temperature.or(self.settings.temperature);
        request.max_tokens = request.max_tokens.or(self.settings.max_tokens);
        request.context_length = request.context_length.or(context);
        request.keep_alive =
            request.keep_alive.take().or_else(|| self.settings.keep_alive().map(str::to_owned));
    }

    /// Whether the server takes the context length from the request.
    pub(crate) fn takes_context(&self) -> bool {
        self.dialect() == Dialect::Ollama
    }

    /// What is known of the context of a model. `listed` is what the list or the price data tells.
    pub(crate) fn context_of(&self, listing: Option<&ModelListing>, listed: Option<u64>) -> Context {
        let loaded = listing.and_then(|model| model.local.as_ref()).and_then(|local| local.loaded_context);
        let most = listing.and_then(|model| model.context_length).or(listed);
        Context { set: self.settings.num_ctx.filter(|_| self.takes_context()), loaded, most }
    }

    /// Opens what is sealed for this connection. Every envelope opens only for the address and the way of sending
    /// that it was sealed for: a row that was edited from outside fails here, before anything is sent.
    pub(crate) fn unseal(&self, inner: &Inner) -> Result<Unsealed> {
        let mut unsealed = Unsealed { key: None, headers: Vec::new(), origins: Vec::new() };
        if let Some(variable) = &self.variable {
            unsealed.origins = self.target()?.origins();
            unsealed.key = Some(inner.read_system_key(variable, &self.entry)?);
            return Ok(unsealed);
        }
        if self.secrets.is_empty() {
            return Ok(unsealed);
        }
        unsealed.origins = self.target()?.origins();
        for row in &self.secrets {
            let destination = Destination { origins: &unsealed.origins, auth: self.auth.as_str() };
            let bytes = inner.vault.open(&secret_context(row, destination), &row.env)?;
            let secret = Secret::from_utf8(bytes).ok_or_else(|| Fault::new(Code::Tampered))?;
            match row.field.strip_prefix("header:") {
                None => unsealed.key = Some(secret),
                Some(name) => unsealed.headers.push(CustomHeader::parse(name, &secret)?),
            }
        }
        Ok(unsealed)
    }

    /// Names a refusal of the provider. The key is opened once more, to take it out of the provider's words; where it
    /// cannot be opened any more, those words are left out.
    pub(crate) fn classify(&self, inner: &Inner, refusal: &Refusal, model: &str) -> Fault {
        let now = system_time(inner.clock.now());
        let Ok(target) = self.target() else { return Fault::new(Code::UpstreamFailed) };
        match self.unseal(inner) {
            Ok(unsealed) => target.classify_refusal(&unsealed.credential(), model, refusal, now),
            Err(_) => {
                let silent = Refusal { body: Default::default(), ..refusal.clone() };
                target.classify_refusal(&Credential::NONE, model, &silent, now)
            }
        }
    }

    pub(crate) fn note_used(&self, now: UnixMillis) {
        self.last_used.fetch_max(now, Ordering::Relaxed);
    }

    pub(crate) fn last_used(&self) -> Option<UnixMillis> {
        Some(self.last_used.load(Ordering::Relaxed)).filter(|at| *at > 0)
    }

    /// Models of the list and those typed by hand, each once; typed ones that the list does not have come last.
    pub(crate) fn all_models(&self) -> impl Iterator<Item = std::borrow::Cow<'_, ModelListing>> {
        use std::borrow::Cow;
        let typed = self.row.own_models.iter().filter(|id| self.model(id).is_none());
        self.list
            .models
            .iter()
            .map(Cow::Borrowed)
            .chain(typed.map(|id| Cow::Owned(ModelListing::named(id.as_str()))))
    }
}

impl ModelIndex {
    pub(crate) fn of(row: ModelListRow) -> Self {
        let by_id = row.models.iter().enumerate().map(|(at, model)| (model.id.clone(), at)).collect();
        Self { fetched_at: Some(row.fetched_at), models: row.models, by_id }
    }
}

/// What a connection's secret is bound to.
pub(crate) fn secret_context<'a>(row: &'a SecretRow, destination: Destination<'a>) -> SealContext<'a> {
    SealContext {
        purpose: Purpose::Secret,
        record: row.id,
        owner_kind: &row.owner_kind,
        owner: row.owner_id,
        field: &row.field,
        revision: row.rev.unsigned_abs(),
        destination: Some(destination),
    }
}

/// The database keeps the way of sending a key as a JSON text.
pub(crate) fn auth_to_json(auth: &AuthStyle) -> String {
    serde_json::Value::from(auth.as_str()).to_string()
}

fn auth_of(json: &str) -> Option<AuthStyle> {
    serde_json::from_str(json).ok()
}

pub(crate) fn system_time(now: UnixMillis) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(now.max(0).unsigned_abs())
}

/// Reads `local`, `zero-retention` or `cloud`.
pub(crate) fn parse_privacy(word: &str) -> Result<Privacy> {
    serde_json::from_value(word.into()).map_err(|_| {
        Fault::new(Code::UsageError).with("reason", "a privacy level is local, zero-retention or cloud")
    })
}
