//! The computed view of each connection's models, kept until something that it was computed from is another.
//!
//! A price of the price book is found by trying rules, some of them regular expressions, which takes tens of
//! microseconds a model: much too long for ten thousand models at each opening of the selector. What may change from
//! one moment to the next (whether a model can be used, how fast it was lately) is filled in at each call.

use super::{member, speed::Speeds};
use crate::Inner;
use crate::budgets::Spent;
use crate::house::{ConnectionNotes, LiveConnection, ModelIndex};
use inkhorn_contract::{BasisView, ContentView, LocalDetailsView, ModelView, PriceView};
use inkhorn_domain::{ConnectionId, ContentTag, Locality, ModelListing, PriceSource, Privacy, UnixMillis};
use inkhorn_fault::Code;
use inkhorn_providers::ProviderEntry;
use inkhorn_routing::{Conditions, Exclusion, exclusion};
use parking_lot::Mutex;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// The views that were computed so far, by connection.
#[derive(Default)]
pub(crate) struct Views(Mutex<HashMap<ConnectionId, Kept>>);

struct Kept {
    ground: Ground,
    models: Arc<[ModelView]>,
}

/// Everything that the view of a connection's models is computed from. The first three stay the same object as long as
/// nothing in them changed.
struct Ground {
    list: Arc<ModelIndex>,
    notes: Arc<ConnectionNotes>,
    entry: Arc<ProviderEntry>,
    label: String,
    locality: Locality,
    own_models: Vec<String>,
    visited_at: Option<UnixMillis>,
    /// Which price book: the time of its data.
    book: UnixMillis,
}

impl Ground {
    fn of(live: &LiveConnection, visited_at: Option<UnixMillis>, book: UnixMillis) -> Self {
        Self {
            list: live.list.clone(),
            notes: live.notes.clone(),
            entry: live.entry.clone(),
            label: live.label().to_owned(),
            locality: live.row.locality,
            own_models: live.row.own_models.clone(),
            visited_at,
            book,
        }
    }

    fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.list, &other.list)
            && Arc::ptr_eq(&self.notes, &other.notes)
            && Arc::ptr_eq(&self.entry, &other.entry)
            && self.label == other.label
            && self.locality == other.locality
            && self.own_models == other.own_models
            && self.visited_at == other.visited_at
            && self.book == other.book
    }
}

impl Inner {
    /// The models of a connection as they are shown, but for what changes from moment to moment.
    pub(crate) fn computed_models(
        &self,
        live: &LiveConnection,
        visited_at: Option<UnixMillis>,
    ) -> Arc<[ModelView]> {
        let book = self.price_book_date();
        let ground = Ground::of(live, visited_at, book);
        // One computation at a time: whoever comes meanwhile wants the same.
        let mut views = self.views.0.lock();
        if let Some(kept) = views.get(&live.id()).filter(|kept| kept.ground.is(&ground)) {
            return kept.models.clone();
        }
        let models: Arc<[ModelView]> = compute(live, visited_at, book).into();
        views.insert(live.id(), Kept { ground, models: models.clone() });
        models
    }

    /// Forgets the views of connections that are gone.
    pub(crate) fn keep_views_of(&self, connections: &[Arc<LiveConnection>]) {
        let known: HashSet<_> = connections.iter().map(|live| live.id()).collect();
        self.views.0.lock().retain(|id, _| known.contains(id));
    }

    /// The models of a connection as they are now.
    pub(super) fn models_now<'v>(
        &self,
        live: &LiveConnection,
        computed: &'v [ModelView],
        speeds: &'v Speeds,
        spent: &'v Spent,
    ) -> impl Iterator<Item = ModelView> + 'v {
        let [local, cloud] = [Locality::Local, Locality::Cloud].map(|locality| self.reason(live, locality));
        computed.iter().map(move |model| {
            let mut model = model.clone();
            let here = if model.locality == Locality::Local.as_str() { &local } else { &cloud };
            model.reason = match model.gone_since {
                Some(_) => Some(GONE.to_owned()),
                None => here.clone().or_else(|| spent.stops_view(&model).then(over_budget)),
            };
            model.available = model.reason.is_none();
            model.speed = speeds.of(&model.id);
            model
        })
    }

    /// Why a model of this connection cannot be used now: the same rules that refuse a request, and what is known of
    /// the connection.
    pub(crate) fn reason(&self, live: &LiveConnection, locality: Locality) -> Option<String> {
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

/// Why a model cannot be used while a budget that covers it is spent.
pub(crate) fn over_budget() -> String {
    Code::OverBudget.as_str().to_owned()
}

/// Why a model that its provider lists no more cannot be chosen.
pub(crate) const GONE: &str = "gone";

fn compute(live: &LiveConnection, visited_at: Option<UnixMillis>, book: UnixMillis) -> Vec<ModelView> {
    let by_hand: HashSet<&str> = live.row.own_models.iter().map(String::as_str).collect();
    let here = live.all_models().map(|model| (model, None));
    let gone = live.notes.values().filter_map(|note| {
        let (since, listing) = note.gone.as_ref()?;
        // One that is typed by hand is among the others already.
        (!by_hand.contains(note.model.as_str()))
            .then_some((std::borrow::Cow::Borrowed(listing), Some(*since)))
    });
    let mut gone: Vec<_> = gone.collect();
    gone.sort_by(|a, b| a.0.id.cmp(&b.0.id));
    let mut models: Vec<_> = here
        .chain(gone)
        .map(|(model, gone_since)| {
            let is_by_hand = live.model(&model.id).is_none() && gone_since.is_none();
            let view = view(live, &model, visited_at, book);
            let place = live.notes.get(&model.id).and_then(|note| note.position).unwrap_or(i64::MAX);
            (place, ModelView { gone_since, added_by_hand: is_by_hand, ..view })
        })
        .collect();
    // Those without a place of the writer's keep the provider's order behind the others.
    models.sort_by_key(|(place, _)| *place);
    models.into_iter().map(|(_, view)| view).collect()
}

fn view(
    live: &LiveConnection,
    model: &ModelListing,
    visited_at: Option<UnixMillis>,
    book: UnixMillis,
) -> ModelView {
    let note = live.notes.get(&model.id);
    let locality = live.locality_of(Some(model));
    let pricing = live.pricing(locality, Some(model));
    let (price, price_source) = pricing.sourced_price(&model.id);
    let own_name = note.and_then(|note| note.name.clone());
    let listed_name = || model.name.clone().unwrap_or_else(|| model.id.clone());
    let first_seen = note.and_then(|note| note.first_seen);
    ModelView {
        id: format!("{}/{}", live.slug(), model.id),
        connection: live.slug().to_string(),
        connection_label: live.label().to_owned(),
        provider: live.provider().to_owned(),
        name: own_name.clone().unwrap_or_else(listed_name),
        own_name,
        hidden: note.is_some_and(|note| note.hidden),
        favourite: note.is_some_and(|note| note.favourite),
        placed: note.is_some_and(|note| note.position.is_some()),
        added_by_hand: false,
        // Before the first visit nothing was known, so nothing is new.
        is_new: first_seen.zip(visited_at).is_some_and(|(seen, visited)| seen > visited),
        first_seen,
        gone_since: None,
        context_length: model.context_length.or_else(|| pricing.context_length(&model.id)),
        max_output: model.max_output,
        price: PriceView::from(&price),
        price_source,
        price_date: match price_source {
            PriceSource::Own => note.and_then(|note| note.price).map(|(_, at)| at),
            PriceSource::List => live.list.fetched_at,
            PriceSource::Book => Some(book),
            PriceSource::Local | PriceSource::Unknown => None,
        },
        price_not_used: pricing.not_used(&model.id).map(|most| most.to_string()),
        content: content(live, model, locality),
        speed: None,
        capabilities: model.capabilities.clone(),
        locality: locality.as_str(),
        local: model.local.as_ref().map(LocalDetailsView::from),
        retires_on: model.retires_on.clone(),
        available: true,
        reason: None,
    }
}

/// What a list that tells about moderation says of a model that is not moderated, and of one that is.
const TOLD_BY_LIST: [(ContentTag, &str, &str); 2] = [
    (
        ContentTag::Unfiltered,
        "The provider's own list says that nothing filters the text on the way. The model may still decline.",
        "Daftar penyedia sendiri menyatakan bahwa teks tidak disaring di perjalanan. Model tetap dapat menolak.",
    ),
    (
        ContentTag::Filtered,
        "The provider's own list says that what is sent to this model is moderated.",
        "Daftar penyedia sendiri menyatakan bahwa teks yang dikirim ke model ini dimoderasi.",
    ),
];

/// The writer's word stands above what the list tells of the model, and that above what the catalogue knows of the
/// provider; a server of one's own filters nothing.
fn content(live: &LiveConnection, model: &ModelListing, locality: Locality) -> Option<ContentView> {
    if let Some((tag, at)) = live.notes.get(&model.id).and_then(|note| note.content) {
        return Some(ContentView { tag: tag.as_str(), source: "own", date: day(at), basis: None });
    }
    if let Some(moderated) = model.moderated {
        let told = &TOLD_BY_LIST[usize::from(moderated)];
        return Some(ContentView {
            tag: told.0.as_str(),
            source: "provider",
            date: live.list.fetched_at.and_then(day),
            basis: Some(BasisView { en: told.1.to_owned(), id: told.2.to_owned() }),
        });
    }
    if let Some(known) = live.entry.content_of(&model.id) {
        return Some(ContentView {
            tag: known.tag.as_str(),
            source: "provider",
            date: Some(known.date.clone()),
            basis: Some(BasisView { en: known.basis.en.clone(), id: known.basis.id.clone() }),
        });
    }
    let own_server = locality == Locality::Local;
    own_server.then(|| ContentView {
        tag: ContentTag::Unfiltered.as_str(),
        source: "place",
        date: None,
        basis: None,
    })
}

fn day(at: UnixMillis) -> Option<String> {
    let at = jiff::Timestamp::from_millisecond(at).ok()?;
    Some(at.to_zoned(jiff::tz::TimeZone::UTC).date().to_string())
}
