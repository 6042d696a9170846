//! What the writer says of models: hidden, favourite, name, price, tag, order, added by hand. Many at once, in one
//! transaction: all of it or nothing.

use crate::choice::FEATURES;
use crate::house::{House, LiveConnection};
use crate::settings::{ADULT_MODE, FEATURE_MODELS, MODELS_VISITED};
use crate::{Engine, Inner, blocking};
use inkhorn_contract::*;
use inkhorn_domain::{ContentTag, ModelAddress, Money, Price, PriceState, UnixMillis};
use inkhorn_fault::{Code, Fault, Result};
use inkhorn_metering::SURPRISING;
use inkhorn_store::model_notes::{self, ModelNoteRow};
use inkhorn_store::{Transaction, connections, settings};
use std::collections::{BTreeMap, HashSet};
use std::fmt::Display;
use std::sync::Arc;

/// Most models in one change: a whole list.
const MOST: usize = 20_000;
/// Longest name of the writer's for a model, in letters.
const LONGEST_NAME: usize = 120;
/// Most models of one connection that are typed by hand.
const MOST_BY_HAND: usize = 500;

impl Engine {
    /// Changes what the writer says of models; all of them or, where one cannot be, none.
    ///
    /// # Errors
    /// `model_not_found` names the first that is not there; `bad_request` says what a fact takes.
    pub async fn models_edit(&self, request: ModelsEditRequest) -> Result<ModelsEditView> {
        let inner = self.inner.clone();
        let view = blocking(move || inner.edit_models(&request)).await?;
        self.inner.changed(&[Topic::Models]);
        Ok(view)
    }

    /// Puts these models of a connection first, in this order.
    ///
    /// # Errors
    /// `model_not_found`, `not_found`.
    pub async fn models_order(&self, request: ModelsOrderRequest) -> Result<Nothing> {
        self.change_models(move |inner, house| {
            let live = house.named(&request.connection)?.clone();
            let mut wanted = Vec::new();
            for (found, model) in inner.found(house, &request.models)? {
                if found.id() != live.id() {
                    return Err(
                        Fault::new(Code::ModelNotFound).with("model", format!("{}/{model}", found.slug()))
                    );
                }
                wanted.push(model);
            }
            inner.store.write(|tx| {
                let placed = live.notes.values().filter(|note| note.position.is_some());
                for note in placed.filter(|note| !wanted.contains(&note.model)) {
                    change_note(tx, &live, &note.model, |note| note.position = None)?;
                }
                for (place, model) in (0i64..).zip(&wanted) {
                    change_note(tx, &live, model, |note| note.position = Some(place))?;
                }
                Ok(())
            })
        })
        .await
    }

    /// Adds a model that the provider does not list. One that it does list is there already.
    ///
    /// # Errors
    /// `model_not_found` for no address of a connection's model, `over_limit`.
    pub async fn models_add(&self, request: ModelsAddRequest) -> Result<Nothing> {
        self.change_models(move |inner, house| {
            let missing = || Fault::new(Code::ModelNotFound).with("model", &request.model);
            let address = ModelAddress::parse(request.model.trim()).ok_or_else(missing)?;
            let live = house.connection(&address.slug).ok_or_else(missing)?;
            live.refuse_where_system()?;
            inner.store.write(|tx| {
                let mut row = connections::load(tx, live.id())?.ok_or_else(missing)?;
                if live.model(&address.model).is_some() || row.own_models.contains(&address.model) {
                    return Ok(());
                }
                if row.own_models.len() >= MOST_BY_HAND {
                    return Err(Fault::new(Code::OverLimit).with("by_hand", MOST_BY_HAND));
                }
                row.own_models.push(address.model.clone());
                connections::update(tx, &row)
            })
        })
        .await
    }

    /// The writer has looked at the models: what is listed for the first time from now on is new.
    pub async fn models_visited(&self, _: Nothing) -> Result<Nothing> {
        self.change_models(move |inner, _| {
            let now = inner.clock.now();
            inner.store.write(|tx| settings::save(tx, MODELS_VISITED, &now.to_string()))
        })
        .await
    }

    /// Sets or takes away a feature's own model.
    ///
    /// # Errors
    /// `bad_request` for another feature, `model_not_found`.
    pub async fn models_feature_default(&self, request: ModelsFeatureDefaultRequest) -> Result<Nothing> {
        self.change_models(move |inner, house| {
            let mut all = house.feature_models.clone();
            set_feature(house, &mut all, &request.feature, request.model.as_deref())?;
            inner.store.write(|tx| save_features(tx, &all))
        })
        .await
    }

    /// Switches adult mode. It changes what is shown, never what is sent.
    ///
    /// # Errors
    /// `bad_request` where it is switched on and the warning was not accepted.
    pub async fn models_adult_mode(&self, request: ModelsAdultModeRequest) -> Result<Nothing> {
        self.change_models(move |inner, _| {
            if request.on && !request.warning_accepted {
                return Err(bad("adult_mode", "off"));
            }
            inner.store.write(|tx| settings::save(tx, ADULT_MODE, &request.on.to_string()))
        })
        .await
    }

    /// Runs a change, reads the house again, and tells the faces.
    pub(super) async fn change_models<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Inner, &House) -> Result<T> + Send + 'static,
    ) -> Result<Nothing> {
        let inner = self.inner.clone();
        blocking(move || {
            change(&inner, &*inner.house()?)?;
            inner.reload().map(drop)
        })
        .await?;
        self.inner.changed(&[Topic::Models, Topic::Status]);
        Ok(Nothing {})
    }
}

/// Gives a feature its own model among those of all features, or takes it away.
///
/// # Errors
/// `bad_request` for another feature, `model_not_found`.
pub(crate) fn set_feature(
    house: &House,
    all: &mut BTreeMap<String, String>,
    feature: &str,
    model: Option<&str>,
) -> Result<()> {
    if !FEATURES.contains(&feature) {
        return Err(bad("features", FEATURES.join(", ")));
    }
    match model {
        Some(model) => all.insert(feature.to_owned(), house.offered(model)?),
        None => all.remove(feature),
    };
    Ok(())
}

pub(crate) fn save_features(tx: &Transaction<'_>, all: &BTreeMap<String, String>) -> Result<()> {
    settings::save(tx, FEATURE_MODELS, &serde_json::to_string(all).unwrap_or_else(|_| "{}".to_owned()))
}

/// Facts that were read and can be.
struct Facts {
    name: Option<Option<String>>,
    price: Option<Option<Price>>,
    content: Option<Option<ContentTag>>,
}

impl Inner {
    fn edit_models(&self, request: &ModelsEditRequest) -> Result<ModelsEditView> {
        let house = self.house()?;
        let facts = Facts::read(request)?;
        let models = self.found(&house, &request.models)?;
        if let Some(Some(price)) = facts.price {
            if let Some((live, model)) = models.iter().find(|(live, model)| live.pricing_of(model).local) {
                return Err(bad("costs_nothing", format!("{}/{model}", live.slug())));
            }
            if let Some(question) = question(&price).filter(|_| !request.confirmed) {
                return Ok(ModelsEditView { changed: 0, question: Some(question) });
            }
        }
        let now = self.clock.now();
        self.store.write(|tx| {
            for (live, model) in &models {
                if request.forget {
                    forget(tx, live, model)?;
                } else {
                    change_note(tx, live, model, |note| apply(request, &facts, note, now))?;
                }
            }
            Ok(())
        })?;
        self.reload()?;
        Ok(ModelsEditView { changed: crate::connections::count(models.len()), question: None })
    }

    /// The models at these addresses, each once.
    fn found(&self, house: &House, addresses: &[String]) -> Result<Vec<(Arc<LiveConnection>, String)>> {
        if addresses.len() > MOST {
            return Err(Fault::new(Code::OverLimit).with("at_once", MOST));
        }
        let mut seen = HashSet::new();
        let mut found = Vec::new();
        for address in addresses.iter().filter(|address| seen.insert(address.as_str())) {
            let missing = || Fault::new(Code::ModelNotFound).with("model", address);
            let parsed = ModelAddress::parse(address).ok_or_else(missing)?;
            let live = house.connection(&parsed.slug).ok_or_else(missing)?;
            let known = live.notes.contains_key(&parsed.model)
                || live.model(&parsed.model).is_some()
                || live.row.own_models.contains(&parsed.model);
            if !known {
                return Err(missing());
            }
            found.push((live.clone(), parsed.model));
        }
        Ok(found)
    }
}

fn apply(request: &ModelsEditRequest, facts: &Facts, note: &mut ModelNoteRow, now: UnixMillis) {
    note.hidden = request.hidden.unwrap_or(note.hidden);
    note.favourite = request.favourite.unwrap_or(note.favourite);
    if let Some(name) = &facts.name {
        note.name.clone_from(name);
    }
    if let Some(price) = facts.price {
        note.price = price.map(|price| (price, now));
    }
    if let Some(content) = facts.content {
        note.content = content.map(|tag| (tag, now));
    }
}

fn change_note(
    tx: &Transaction<'_>,
    live: &LiveConnection,
    model: &str,
    change: impl FnOnce(&mut ModelNoteRow),
) -> Result<()> {
    let note = model_notes::load(tx, live.id(), model)?;
    let mut note = note.unwrap_or_else(|| ModelNoteRow::of(live.id(), model));
    change(&mut note);
    model_notes::save(tx, &note)
}

/// Takes away all that is said of a model, and the model itself where only the writer or our memory knows it.
fn forget(tx: &Transaction<'_>, live: &LiveConnection, model: &str) -> Result<()> {
    model_notes::save(tx, &ModelNoteRow::of(live.id(), model))?;
    let Some(mut row) = connections::load(tx, live.id())? else { return Ok(()) };
    let before = row.own_models.len();
    row.own_models.retain(|own| own != model);
    if row.own_models.len() < before { connections::update(tx, &row) } else { Ok(()) }
}

impl Facts {
    fn read(request: &ModelsEditRequest) -> Result<Self> {
        let name = request.name.as_deref().map(read_name).transpose()?;
        let price = request.price.as_ref().map(read_price).transpose()?;
        let content = request.content.as_deref().map(str::trim).map(|word| match word {
            "" => Ok(None),
            word => ContentTag::from_word(word)
                .map(Some)
                .ok_or_else(|| bad("content_tag", "filtered, unfiltered, adult-capable")),
        });
        Ok(Self { name, price, content: content.transpose()? })
    }
}

fn read_name(text: &str) -> Result<Option<String>> {
    let text = text.trim();
    if text.chars().count() > LONGEST_NAME || text.chars().any(char::is_control) {
        return Err(bad("model_name", LONGEST_NAME));
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

fn read_price(own: &OwnPrice) -> Result<Option<Price>> {
    let OwnPrice::Known { per, input, output, cache_read, cache_write } = own else {
        return Ok(matches!(own, OwnPrice::Free).then_some(Price::FREE));
    };
    let amount = |text: &str| {
        let money = Money::parse(text.trim()).filter(|money| *money >= Money::ZERO);
        let money = money.and_then(|money| match per {
            PriceUnit::Million => Some(money),
            PriceUnit::Thousand => money.times(1_000),
        });
        money.ok_or_else(|| bad("price", "2.50"))
    };
    let perhaps = |text: &Option<String>| {
        let text = text.as_deref().map(str::trim).filter(|text| !text.is_empty());
        text.map(amount).transpose()
    };
    Ok(Some(Price {
        state: PriceState::Known,
        input: Some(amount(input)?),
        output: Some(amount(output)?),
        cache_read: perhaps(cache_read)?,
        cache_write: perhaps(cache_write)?,
    }))
}

/// What is asked before this price is taken, if anything.
fn question(price: &Price) -> Option<PriceQuestionView> {
    let amounts = [price.input, price.output, price.cache_read, price.cache_write];
    let highest = amounts.into_iter().flatten().max()?;
    (highest > SURPRISING)
        .then(|| PriceQuestionView { per_million: highest.to_string(), asked_above: SURPRISING.to_string() })
}

/// The fact names the sentence: every language has words of its own.
fn bad(fact: &'static str, value: impl Display) -> Fault {
    Fault::new(Code::BadRequest).with(fact, value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(per: PriceUnit, input: &str, output: &str) -> OwnPrice {
        let (input, output) = (input.to_owned(), output.to_owned());
        OwnPrice::Known { per, input, output, cache_read: None, cache_write: Some(" ".to_owned()) }
    }

    #[test]
    fn a_price_is_read_in_its_unit_and_asked_about_where_it_is_absurd() {
        let price = read_price(&known(PriceUnit::Thousand, "0.0025", "0.01")).unwrap().unwrap();
        assert_eq!(price.input, Money::parse("2.5"));
        assert_eq!((price.output, price.cache_write), (Money::parse("10"), None));
        assert_eq!(question(&price), None);
        let just = read_price(&known(PriceUnit::Million, "1000", "1000")).unwrap().unwrap();
        assert_eq!(question(&just), None, "a thousand dollars is the bound itself");
        let slip = read_price(&known(PriceUnit::Thousand, "2.50", "10")).unwrap().unwrap();
        let asked = question(&slip).expect("asked about");
        assert_eq!((asked.per_million.as_str(), asked.asked_above.as_str()), ("10000", "1000"));
        for nonsense in ["", "-1", "NaN", "1e3", "two", "99999999999999999999"] {
            assert!(read_price(&known(PriceUnit::Million, nonsense, "1")).is_err(), "{nonsense}");
        }
        assert_eq!(read_price(&OwnPrice::Clear).unwrap(), None);
        assert_eq!(read_price(&OwnPrice::Free).unwrap(), Some(Price::FREE));
    }

    #[test]
    fn a_name_is_one_line() {
        assert_eq!(read_name("  Slow & good  ").unwrap().as_deref(), Some("Slow & good"));
        assert_eq!(read_name(" ").unwrap(), None);
        assert!(read_name("two\nlines").is_err() && read_name(&"x".repeat(121)).is_err());
    }
}
