//! Which model is meant: from what a face asks for to one model of one connection, and the rule that picked it.
//!
//! A name is a model (`slug/model-id`) or a collection (its name, which has no slash). A collection means the first of
//! its members that can be used now. Nobody is sent elsewhere in silence: what names nothing is a fault.

use crate::budgets::Spent;
use crate::guidance::Guidance;
use crate::house::{House, LiveConnection};
use crate::models::member;
use crate::send::Ask;
use crate::{Engine, Inner};
use inkhorn_domain::{ChatRequest, MemberSettings, ModelAddress, Privacy};
use inkhorn_fault::{Code, Fault, Result};
use inkhorn_routing::{Conditions, PickedBy, Wishes, candidates, exclusion, resolve};
use inkhorn_store::collections::{CollectionRow, MemberRow, fold};
use std::sync::Arc;

/// Features that may have a model of their own.
pub(crate) const FEATURES: [&str; 4] = ["chat", "prose", "prompt", "summarise"];

/// What a face says of the model that it wants.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wanted<'w> {
    pub explicit: Option<&'w str>,
    pub prompt: Option<&'w str>,
    /// Chosen for the conversation by the writer.
    pub conversation: Option<&'w str>,
    pub assistant: Option<&'w str>,
    /// Used last in the conversation.
    pub kept: Option<&'w str>,
    pub feature: &'w str,
    /// Used last on the Desk; no other face goes by it.
    pub last_used: Option<&'w str>,
}

impl<'w> Wanted<'w> {
    /// What a request says, with the prompt and the assistant behind it.
    pub(crate) fn of(ask: &'w Ask, guidance: &'w Guidance) -> Self {
        Self {
            explicit: ask.model.as_deref(),
            prompt: guidance.prompt_model(),
            conversation: ask.conversation_model.as_deref(),
            assistant: guidance.assistant_model(),
            feature: &ask.feature,
            ..Self::default()
        }
    }
}

/// A model of a connection, as it is reached.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Aim {
    pub address: ModelAddress,
    /// The collection that led there.
    pub collection: Option<String>,
    /// How it is used through that collection.
    pub settings: MemberSettings,
}

impl Engine {
    /// The name that is meant, a model's or a collection's, and the rule that picked it.
    ///
    /// # Errors
    /// `model_not_found` where nothing names one.
    pub(crate) async fn pick(&self, wanted: Wanted<'_>) -> Result<(String, PickedBy)> {
        let house = self.inner.house()?;
        let mut wishes = Wishes {
            explicit: wanted.explicit,
            prompt: wanted.prompt,
            conversation: wanted.conversation,
            assistant: wanted.assistant,
            kept: wanted.kept,
            feature: house.feature_models.get(wanted.feature).map(String::as_str),
            last_used: wanted.last_used,
            ..Wishes::default()
        };
        let (default, fallback);
        if resolve(wishes).is_none() {
            default = house.default_of_connections();
            wishes.default = default.as_deref();
            if default.is_none() {
                // May fetch a list from a provider whose key stands in the environment: the very last resort.
                fallback = self.system_model(&house).await;
                wishes.fallback = fallback.as_deref();
            }
        }
        let (name, rule) = resolve(wishes).ok_or_else(|| Fault::new(Code::ModelNotFound))?;
        Ok((house.spelled(name).unwrap_or_else(|| name.to_owned()), rule))
    }
}

impl Inner {
    /// The model that a name leads to now, for a text of this privacy.
    ///
    /// # Errors
    /// `model_not_found` for a name that is neither; where no member of a collection can be used, the reason of the
    /// first.
    pub(crate) fn aim(&self, house: &House, name: &str, privacy: Privacy) -> Result<Aim> {
        let missing = || Fault::new(Code::ModelNotFound).with("model", name);
        if let Some(collection) = house.collection(name) {
            let now = Conditions { privacy, vault_open: self.vault.is_open() };
            let (address, settings) = collection_aim(house, collection, now, &self.spent_budgets(house))?;
            return Ok(Aim { address, collection: Some(collection.name.clone()), settings });
        }
        let address = ModelAddress::parse(name).ok_or_else(missing)?;
        house.connection(&address.slug).ok_or_else(missing)?;
        Ok(Aim { address, collection: None, settings: MemberSettings::default() })
    }
}

/// The first member that can be used: those whose connection is failing come after all others, and so do those that a
/// spent budget stops.
pub(crate) fn collection_aim(
    house: &House,
    collection: &CollectionRow,
    now: Conditions,
    spent: &Spent,
) -> Result<(ModelAddress, MemberSettings)> {
    let there: Vec<_> = collection.members.iter().filter_map(|row| there(house, row)).collect();
    let fit = |live: &Arc<LiveConnection>, address: &ModelAddress| {
        exclusion(&member(live, live.locality_of(live.model(&address.model))), now).is_none()
    };
    let well = there.iter().find(|(live, address, _)| {
        live.trouble().is_none() && fit(live, address) && !spent.stops(live, &address.model)
    });
    let chosen = match well {
        Some(chosen) => chosen,
        None => {
            let members: Vec<_> = there
                .iter()
                .map(|(live, address, _)| member(live, live.locality_of(live.model(&address.model))))
                .collect();
            let fits = candidates(&members, now);
            let fits = fits.map_err(|fault| match members.is_empty() {
                true => none_in(collection),
                false => fault,
            })?;
            let first = fits.first().and_then(|at| there.get(*at));
            first.ok_or_else(|| none_in(collection))?
        }
    };
    Ok((chosen.1.clone(), chosen.2.settings.clone()))
}

/// The collection is there, and nothing in it can answer.
fn none_in(collection: &CollectionRow) -> Fault {
    let fact = if collection.members.is_empty() { "empty" } else { "collection" };
    Fault::new(Code::ModelNotFound).with(fact, &collection.name)
}

/// A member whose connection is there and still has the model.
fn there<'h>(
    house: &'h House,
    row: &'h MemberRow,
) -> Option<(&'h Arc<LiveConnection>, ModelAddress, &'h MemberRow)> {
    let address = ModelAddress::parse(&row.model)?;
    let live = house.connection(&address.slug)?;
    live.offers(&address.model).then_some((live, address, row))
}

impl House {
    /// The collection of this name, whatever its capitals.
    pub(crate) fn collection(&self, name: &str) -> Option<&CollectionRow> {
        if name.contains('/') {
            // A model: every request comes by here, and most name one.
            return None;
        }
        let folded = fold(name.trim());
        self.collections.iter().find(|collection| fold(&collection.name) == folded)
    }

    /// The name as it is kept: a collection's as the collection spells it, so that it is found when that is renamed or
    /// deleted. `None` for what cannot be chosen.
    pub(crate) fn spelled(&self, name: &str) -> Option<String> {
        match self.collection(name) {
            Some(collection) => Some(collection.name.clone()),
            None => self.knows(name).then(|| name.to_owned()),
        }
    }

    /// Whether the name can be chosen: a collection that is there, or a model whose connection is.
    pub(crate) fn knows(&self, name: &str) -> bool {
        self.collection(name).is_some()
            || ModelAddress::parse(name).is_some_and(|address| self.connection(&address.slug).is_some())
    }
}

impl LiveConnection {
    /// Whether a model is in its list or typed by hand. Before a list was ever fetched, everything may be.
    pub(crate) fn offers(&self, model: &str) -> bool {
        let gone = self.notes.get(model).is_some_and(|note| note.gone.is_some());
        let listed = self.model(model).is_some() || self.row.own_models.iter().any(|own| own == model);
        listed || (self.list.fetched_at.is_none() && !gone)
    }
}

/// Fills in what a prompt, an assistant or a collection says, where the request says nothing. They come in this order, and
/// all of them before what the connection says.
pub(crate) fn fill_in(settings: &MemberSettings, request: &mut ChatRequest) {
    request.temperature = request.temperature.or(settings.temperature);
    request.max_tokens = request.max_tokens.or(settings.max_tokens);
    if request.reasoning_effort.is_none() {
        request.reasoning_effort.clone_from(&settings.reasoning);
    }
}

/// Refuses settings that cannot be, by the one that cannot.
///
/// # Errors
/// `bad_request` with what that one takes.
pub(crate) fn can_be(settings: &MemberSettings) -> Result<()> {
    let none = MemberSettings::default;
    let reasoning = MemberSettings::REASONING.join(", ");
    let each = [
        ("temperature", "2", MemberSettings { temperature: settings.temperature, ..none() }),
        ("max_tokens", "10000000", MemberSettings { max_tokens: settings.max_tokens, ..none() }),
        ("reasoning", &reasoning, MemberSettings { reasoning: settings.reasoning.clone(), ..none() }),
    ];
    match each.into_iter().find(|(.., alone)| alone.problem().is_some()) {
        Some((name, takes, _)) => Err(Fault::new(Code::BadRequest).with(name, takes)),
        None => Ok(()),
    }
}
