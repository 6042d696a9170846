//! Collections: named, ordered lists of models of any connection, used like a model by their names.

mod text;

use crate::apps::rename_permitted;
use crate::budgets::Spent;
use crate::choice::{can_be, collection_aim};
use crate::house::House;
use crate::models::{GONE, TASKS, over_budget, recommend, replace_name};
use crate::settings::{DEFAULT_MODEL, FEATURE_MODELS};
use crate::{Engine, Inner, blocking};
use inkhorn_contract::*;
use inkhorn_domain::{MemberSettings, ModelAddress, Privacy};
use inkhorn_fault::{Code, Fault, Result};
use inkhorn_routing::Conditions;
use inkhorn_store::collections::{self, CollectionRow, MemberRow};
use inkhorn_store::settings;
use std::collections::HashSet;
use text::CollectionText;

/// Most collections.
const MOST: usize = 200;
/// Most models in one.
const MOST_MODELS: usize = 1_000;
/// Longest name, in letters.
const LONGEST_NAME: usize = 60;
/// Why a member cannot be used whose connection or whose model is not there.
const NOT_CONNECTED: &str = "not_connected";

impl Engine {
    /// All collections, oldest first.
    pub async fn collections_list(&self, _: Nothing) -> Result<Vec<CollectionView>> {
        let inner = self.inner.clone();
        blocking(move || Ok(inner.collection_views_now(&*inner.house()?))).await
    }

    /// Makes an empty collection.
    ///
    /// # Errors
    /// `bad_request` for a name that cannot be, `duplicate`, `over_limit`.
    pub async fn collections_create(&self, request: CollectionRequest) -> Result<CollectionView> {
        self.change_collection(move |inner, house| {
            let name = read_name(&request.name)?;
            room_for_one_more(house)?;
            let now = inner.clock.now();
            inner.store.write(|tx| collections::insert(tx, &name, now).map(drop))?;
            Ok(name)
        })
        .await
    }

    /// Gives a collection another name. What names it as its model follows.
    ///
    /// # Errors
    /// `not_found`, `bad_request`, `duplicate`.
    pub async fn collections_rename(&self, request: CollectionRenameRequest) -> Result<CollectionView> {
        let renaming = self.change_collection(move |inner, house| {
            let row = house.collection_named(&request.name)?;
            let name = read_name(&request.to)?;
            let now = inner.clock.now();
            inner.store.write(|tx| {
                collections::rename(tx, row.id, &name, now)?;
                rename_permitted(tx, &row.name, &name)?;
                replace_name(tx, house, &row.name, &name).map(drop)
            })?;
            Ok(name)
        });
        let view = renaming.await?;
        // Whatever had the old name shows the new one.
        self.inner.changed(&[Topic::Apps, Topic::Desk, Topic::Prompts]);
        Ok(view)
    }

    /// Removes a collection; its models stay where they are. Where it was the default, nothing is.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn collections_delete(&self, request: CollectionRequest) -> Result<CollectionDeletedView> {
        let inner = self.inner.clone();
        let view = blocking(move || {
            let house = inner.house()?;
            let row = house.collection_named(&request.name)?;
            let mut features = house.feature_models.clone();
            features.retain(|_, model| *model != row.name);
            let mut unset: Vec<String> = house.feature_models.keys().cloned().collect();
            unset.retain(|feature| !features.contains_key(feature));
            let is_default = house.default_model.as_deref() == Some(&row.name);
            inner.store.write(|tx| {
                collections::remove(tx, row.id)?;
                if is_default {
                    settings::remove(tx, DEFAULT_MODEL)?;
                }
                if unset.is_empty() {
                    return Ok(());
                }
                let json = serde_json::to_string(&features).unwrap_or_else(|_| "{}".to_owned());
                settings::save(tx, FEATURE_MODELS, &json)
            })?;
            if is_default {
                unset.insert(0, DEFAULT_MODEL.to_owned());
            }
            let deleted = row.name.clone();
            inner.reload()?;
            Ok(CollectionDeletedView { deleted, unset })
        })
        .await?;
        self.inner.changed(&[Topic::Models, Topic::Status]);
        Ok(view)
    }

    /// Adds models at the end; those that stand there already keep their places. A model need not be connected.
    ///
    /// # Errors
    /// `not_found`, `model_not_found` for what is no address, `over_limit`.
    pub async fn collections_add(&self, request: CollectionModelsRequest) -> Result<CollectionView> {
        self.change_members(request, |members, models| {
            let known: HashSet<String> = members.iter().map(|member| member.model.clone()).collect();
            let fresh = models.into_iter().filter(|model| !known.contains(model));
            members.extend(fresh.map(|model| MemberRow { model, settings: MemberSettings::default() }));
            Ok(())
        })
        .await
    }

    /// Takes models out.
    ///
    /// # Errors
    /// `not_found`, `model_not_found` for one that does not stand there.
    pub async fn collections_remove(&self, request: CollectionModelsRequest) -> Result<CollectionView> {
        self.change_members(request, |members, models| {
            all_stand_there(members, &models)?;
            members.retain(|member| !models.contains(&member.model));
            Ok(())
        })
        .await
    }

    /// Puts these models first, in this order; the rest keep theirs behind.
    ///
    /// # Errors
    /// `not_found`, `model_not_found` for one that does not stand there.
    pub async fn collections_reorder(&self, request: CollectionModelsRequest) -> Result<CollectionView> {
        self.change_members(request, |members, models| {
            all_stand_there(members, &models)?;
            let place = |member: &MemberRow| {
                models.iter().position(|model| *model == member.model).unwrap_or(usize::MAX)
            };
            members.sort_by_key(place);
            Ok(())
        })
        .await
    }

    /// Says how one model is used through a collection.
    ///
    /// # Errors
    /// `not_found`, `model_not_found`, `bad_request` that says what a setting takes.
    pub async fn collections_settings(&self, request: CollectionSettingsRequest) -> Result<CollectionView> {
        let settings = MemberSettings::from(request.settings);
        can_be(&settings)?;
        let models = vec![request.model];
        self.change_members(CollectionModelsRequest { name: request.name, models }, move |members, models| {
            all_stand_there(members, &models)?;
            for member in members.iter_mut().filter(|member| models.contains(&member.model)) {
                member.settings = settings.clone();
            }
            Ok(())
        })
        .await
    }

    /// Makes a collection the default, or none: it is used where no default model is set.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn collections_default(
        &self,
        request: CollectionDefaultRequest,
    ) -> Result<Vec<CollectionView>> {
        let inner = self.inner.clone();
        let views = blocking(move || {
            let house = inner.house()?;
            let name = request.name.as_deref();
            let id = name.map(|name| house.collection_named(name)).transpose()?.map(|row| row.id);
            inner.store.write(|tx| collections::set_default(tx, id))?;
            Ok(inner.collection_views_now(&*inner.reload()?))
        })
        .await?;
        self.inner.changed(&[Topic::Models, Topic::Status]);
        Ok(views)
    }

    /// A collection as text without keys.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn collections_export(&self, request: CollectionRequest) -> Result<CollectionTextView> {
        let inner = self.inner.clone();
        blocking(move || {
            let house = inner.house()?;
            let row = house.collection_named(&request.name)?;
            let written = CollectionText { name: row.name.clone(), members: row.members.clone() };
            Ok(CollectionTextView { name: row.name.clone(), text: written.write() })
        })
        .await
    }

    /// What a collection's text holds, and whether it could be made under its name or under the one that is given.
    ///
    /// # Errors
    /// `bad_request` names the line and never what stands there; `over_limit`, `newer_format`.
    pub async fn collections_read(&self, request: CollectionImportRequest) -> Result<CollectionReadView> {
        let inner = self.inner.clone();
        blocking(move || {
            let house = inner.house()?;
            let read = CollectionText::read(&request.text, |word| inner.looks_like_key(word))?;
            let name = request.name.unwrap_or(read.name);
            let spent = inner.spent_budgets(&house);
            Ok(CollectionReadView {
                name_fault: free_name(&house, &name).err().map(FaultView::from),
                name,
                models: read.members.iter().map(|member| inner.member_view(&house, member, &spent)).collect(),
            })
        })
        .await
    }

    /// Takes in a collection that came as text, with models that are not connected here too: they stay in their places
    /// and wait.
    ///
    /// # Errors
    /// `bad_request` names the line and never what stands there; `duplicate` where the name is taken; `over_limit`.
    pub async fn collections_import(&self, request: CollectionImportRequest) -> Result<CollectionView> {
        self.change_collection(move |inner, house| {
            let looks_like_key = |word: &str| inner.looks_like_key(word);
            let read = CollectionText::read(&request.text, looks_like_key)?;
            let name = read_name(request.name.as_deref().unwrap_or(&read.name))?;
            room_for_one_more(house)?;
            let now = inner.clock.now();
            inner.store.write(|tx| {
                let id = collections::insert(tx, &name, now)?;
                collections::replace_members(tx, id, &read.members, now)
            })?;
            Ok(name)
        })
        .await
    }

    /// The collections that suit a writer and are not there yet, with models that suit them. Nothing is made.
    pub async fn collections_offered(&self, _: Nothing) -> Result<Vec<OfferedCollectionView>> {
        let inner = self.inner.clone();
        blocking(move || {
            let house = inner.house()?;
            let models = inner.all_models_now(&house, &inner.spent_budgets(&house))?;
            let offered = OFFERED.iter().filter(|(_, name)| house.collection(name).is_none());
            Ok(offered
                .map(|(task, name)| OfferedCollectionView {
                    task,
                    name,
                    models: TASKS
                        .iter()
                        .filter(|known| known.name == *task)
                        .flat_map(|known| recommend(known, &models))
                        .map(|suits| suits.model)
                        .collect(),
                })
                .collect())
        })
        .await
    }

    async fn change_members(
        &self,
        request: CollectionModelsRequest,
        change: impl FnOnce(&mut Vec<MemberRow>, Vec<String>) -> Result<()> + Send + 'static,
    ) -> Result<CollectionView> {
        self.change_collection(move |inner, house| {
            let row = house.collection_named(&request.name)?;
            let models = read_addresses(&request.models)?;
            let now = inner.clock.now();
            inner.store.write(|tx| {
                // As it stands in the file: another program may have changed it.
                let all = collections::load_all(tx)?;
                let fresh = all.into_iter().find(|fresh| fresh.id == row.id);
                let mut members =
                    fresh.ok_or_else(|| Fault::new(Code::NotFound).with("name", &row.name))?.members;
                change(&mut members, models)?;
                if members.len() > MOST_MODELS {
                    return Err(Fault::new(Code::OverLimit).with("collection_models", MOST_MODELS));
                }
                collections::replace_members(tx, row.id, &members, now)
            })?;
            Ok(row.name.clone())
        })
        .await
    }

    /// Runs a change that tells the name of the collection, and shows it.
    async fn change_collection(
        &self,
        change: impl FnOnce(&Inner, &House) -> Result<String> + Send + 'static,
    ) -> Result<CollectionView> {
        let inner = self.inner.clone();
        let view = blocking(move || {
            let name = change(&inner, &*inner.house()?)?;
            let house = inner.reload()?;
            Ok(inner.collection_view(&house, house.collection_named(&name)?, &inner.spent_budgets(&house)))
        })
        .await?;
        self.inner.changed(&[Topic::Models, Topic::Status]);
        Ok(view)
    }
}

/// What is offered: the task, and the name that the collection would get.
const OFFERED: [(&str, &str); 4] =
    [("chat", "Chat"), ("summarise", "Summaries"), ("prompt", "Replacements"), ("prose", "Prose")];

impl Inner {
    /// All collections as they stand now.
    fn collection_views_now(&self, house: &House) -> Vec<CollectionView> {
        self.collection_views(house, &self.spent_budgets(house))
    }

    /// The same, for who knows already which budgets are spent.
    pub(crate) fn collection_views(&self, house: &House, spent: &Spent) -> Vec<CollectionView> {
        house.collections.iter().map(|row| self.collection_view(house, row, spent)).collect()
    }

    fn collection_view(&self, house: &House, row: &CollectionRow, spent: &Spent) -> CollectionView {
        let now = Conditions { privacy: Privacy::Cloud, vault_open: self.vault.is_open() };
        CollectionView {
            name: row.name.clone(),
            models: row.members.iter().map(|member| self.member_view(house, member, spent)).collect(),
            default: row.is_default,
            answers: collection_aim(house, row, now, spent).ok().map(|(address, _)| address.to_string()),
            updated_at: row.updated_at,
        }
    }

    pub(crate) fn member_view(&self, house: &House, member: &MemberRow, spent: &Spent) -> MemberView {
        let address = ModelAddress::parse(&member.model);
        let live = address.as_ref().and_then(|address| house.connection(&address.slug));
        let model = address.as_ref().map_or(member.model.as_str(), |address| address.model.as_str());
        let note = live.and_then(|live| live.notes.get(model));
        let reason = match live {
            None => Some(NOT_CONNECTED.to_owned()),
            Some(live) if live.offers(model) => self
                .reason(live, live.locality_of(live.model(model)))
                .or_else(|| spent.stops(live, model).then(over_budget)),
            Some(_) if note.is_some_and(|note| note.gone.is_some()) => Some(GONE.to_owned()),
            Some(_) => Some(NOT_CONNECTED.to_owned()),
        };
        let listed = live.and_then(|live| live.model(model)).and_then(|listing| listing.name.clone());
        let name = note.and_then(|note| note.name.clone()).or(listed);
        MemberView {
            id: member.model.clone(),
            name: name.unwrap_or_else(|| model.to_owned()),
            available: reason.is_none(),
            reason,
            settings: (&member.settings).into(),
        }
    }

    /// Whether a word of a text that came from anywhere has the form of a key. Only forms that are nobody's but a key's
    /// count: a model may be called almost anything.
    fn looks_like_key(&self, word: &str) -> bool {
        self.catalogue.entries().iter().flat_map(|entry| &entry.key_patterns).any(|pattern| {
            let rest = word.strip_prefix(pattern.prefix.as_str());
            let begins = pattern.certain || pattern.prefix == "sk-";
            begins && rest.is_some_and(|rest| rest.len() >= KEY_REST && rest.chars().all(is_of_keys))
        })
    }
}

/// Behind its beginning a key has at least so many letters; a model's name hardly ever, without a break.
const KEY_REST: usize = 20;

fn is_of_keys(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_')
}

impl House {
    fn collection_named(&self, name: &str) -> Result<&CollectionRow> {
        self.collection(name).ok_or_else(|| Fault::new(Code::NotFound).with("name", name))
    }
}

/// A name is an address: one line, and without the slash that models have.
fn read_name(text: &str) -> Result<String> {
    let text = text.trim();
    let fits = !text.is_empty()
        && text.chars().count() <= LONGEST_NAME
        && !text.contains('/')
        && !text.chars().any(|letter| letter.is_control() || is_invisible(letter));
    if fits {
        return Ok(text.to_owned());
    }
    Err(Fault::new(Code::BadRequest).with("collection_name", LONGEST_NAME))
}

/// Letters that turn or hide others: two names that look the same must be the same.
fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// A name under which a collection can be made.
fn free_name(house: &House, text: &str) -> Result<String> {
    let name = read_name(text)?;
    match house.collection(&name) {
        Some(row) => Err(Fault::new(Code::Duplicate).with("name", &row.name)),
        None => Ok(name),
    }
}

fn room_for_one_more(house: &House) -> Result<()> {
    if house.collections.len() < MOST {
        return Ok(());
    }
    Err(Fault::new(Code::OverLimit).with("collections", MOST))
}

fn read_addresses(models: &[String]) -> Result<Vec<String>> {
    let mut seen = HashSet::new();
    for model in models {
        if ModelAddress::parse(model).is_none() {
            return Err(Fault::new(Code::ModelNotFound).with("model", model));
        }
    }
    Ok(models.iter().filter(|model| seen.insert(model.as_str())).cloned().collect())
}

fn all_stand_there(members: &[MemberRow], models: &[String]) -> Result<()> {
    let missing = models.iter().find(|model| !members.iter().any(|member| member.model == **model));
    missing.map_or(Ok(()), |model| Err(Fault::new(Code::ModelNotFound).with("model", model)))
}
