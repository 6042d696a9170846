//! Replace everywhere: one model in the place of another, wherever the writer named it. In one transaction.

use super::own::save_features;
use crate::house::{House, LiveConnection};
use crate::settings::{ConnectionSettings, DEFAULT_MODEL, LAST_MODEL, RECENT_MODELS, json};
use crate::{Engine, Inner, blocking};
use inkhorn_contract::{ModelsReplaceRequest, ModelsReplacedView, Topic};
use inkhorn_domain::ModelAddress;
use inkhorn_fault::{Code, Fault, Result};
use inkhorn_store::collections::{self, MemberRow};
use inkhorn_store::{Transaction, assistants, connections, conversations, prompts, settings};

impl Engine {
    /// Puts one model in the place of another: in collections, as default of the profile, of features, of its
    /// connection, and as the model of prompts, assistants and conversations. What an app may use stays as it is: that is a permission.
    ///
    /// # Errors
    /// `model_not_found` where the new one is not there.
    pub async fn models_replace(&self, request: ModelsReplaceRequest) -> Result<ModelsReplacedView> {
        let inner = self.inner.clone();
        let view = blocking(move || {
            let house = inner.house()?;
            let to = house.offered(request.to.trim())?;
            let view = inner.replace_model(&house, &request.from, &to)?;
            inner.reload()?;
            Ok(view)
        })
        .await?;
        self.inner.changed(&[Topic::Models, Topic::Desk, Topic::Prompts, Topic::Connections, Topic::Status]);
        Ok(view)
    }
}

impl House {
    /// What can be named as *the* model from now on, as it spells itself: a collection, or a model that its connection
    /// lists, that was typed by hand, or that may be there, for the list was never fetched.
    ///
    /// # Errors
    /// `model_not_found`.
    pub(crate) fn offered(&self, name: &str) -> Result<String> {
        let missing = || Fault::new(Code::ModelNotFound).with("model", name);
        if let Some(collection) = self.collection(name) {
            return Ok(collection.name.clone());
        }
        let address = ModelAddress::parse(name).ok_or_else(missing)?;
        let live = self.connection(&address.slug).ok_or_else(missing)?;
        live.offers(&address.model).then(|| name.to_owned()).ok_or_else(missing)
    }
}

impl Inner {
    fn replace_model(&self, house: &House, from: &str, to: &str) -> Result<ModelsReplacedView> {
        let now = self.clock.now();
        let mut view = ModelsReplacedView::default();
        self.store.write(|tx| {
            view = ModelsReplacedView::default();
            // A collection stands in no collection.
            if ModelAddress::parse(to).is_some() {
                for collection in collections::load_all(tx)? {
                    if let Some(members) = with_other(&collection.members, from, to) {
                        collections::replace_members(tx, collection.id, &members, now)?;
                        view.collections += 1;
                    }
                }
                for live in &house.connections {
                    view.connections += u32::from(replace_own_default(tx, live, from, to)?);
                }
            }
            let named = replace_name(tx, house, from, to)?;
            (view.features, view.default_model) = (named.features, named.default_model);
            view.conversations = named.conversations;
            (view.prompts, view.assistants) = (named.prompts, named.assistants);
            Ok(())
        })?;
        Ok(view)
    }
}

/// Where a name, a model's or a collection's, stands as *the* model: default, features, prompts, assistants,
/// conversations, recent ones.
pub(crate) fn replace_name(
    tx: &Transaction<'_>,
    house: &House,
    from: &str,
    to: &str,
) -> Result<ModelsReplacedView> {
    let mut view = ModelsReplacedView {
        conversations: crate::connections::count(conversations::replace_model(tx, from, to)?),
        prompts: crate::connections::count(prompts::replace_model(tx, from, to)?),
        assistants: crate::connections::count(assistants::replace_model(tx, from, to)?),
        ..ModelsReplacedView::default()
    };
    if house.default_model.as_deref() == Some(from) {
        settings::save(tx, DEFAULT_MODEL, &json(to))?;
        view.default_model = true;
    }
    let mut features = house.feature_models.clone();
    for model in features.values_mut().filter(|model| *model == from) {
        to.clone_into(model);
        view.features += 1;
    }
    if view.features > 0 {
        save_features(tx, &features)?;
    }
    if house.last_model.as_deref() == Some(from) {
        settings::save(tx, LAST_MODEL, &json(to))?;
    }
    if house.recent.iter().any(|model| model == from) {
        let mut recent: Vec<&str> = Vec::new();
        for model in &house.recent {
            let model = if model == from { to } else { model.as_str() };
            if !recent.contains(&model) {
                recent.push(model);
            }
        }
        settings::save(tx, RECENT_MODELS, &serde_json::Value::from(recent).to_string())?;
    }
    Ok(view)
}

/// The members with `to` where `from` stood, keeping its place and settings; `None` where it did not stand. One that
/// stands there twice then keeps the place that comes first.
fn with_other(members: &[MemberRow], from: &str, to: &str) -> Option<Vec<MemberRow>> {
    members.iter().any(|member| member.model == from).then(|| {
        let mut changed: Vec<MemberRow> = Vec::new();
        for member in members {
            let model = if member.model == from { to.to_owned() } else { member.model.clone() };
            if !changed.iter().any(|known| known.model == model) {
                changed.push(MemberRow { model, settings: member.settings.clone() });
            }
        }
        changed
    })
}

/// A connection's default can only be a model of its own.
fn replace_own_default(tx: &Transaction<'_>, live: &LiveConnection, from: &str, to: &str) -> Result<bool> {
    let of = |name: &str| {
        ModelAddress::parse(name).filter(|address| address.slug == *live.slug()).map(|address| address.model)
    };
    let (Some(old), Some(new)) = (of(from), of(to)) else { return Ok(false) };
    let Some(mut row) = connections::load(tx, live.id())? else { return Ok(false) };
    let mut own = ConnectionSettings::read(&row.settings);
    let names_it = own.all().get("default_model").is_some_and(|model| *model == old || model == from);
    if names_it {
        own.set("default_model", &new)?;
        row.settings = own.to_json();
        connections::update(tx, &row)?;
    }
    Ok(names_it)
}

#[cfg(test)]
mod tests {
    use super::*;
    use inkhorn_domain::MemberSettings;

    #[test]
    fn a_member_keeps_place_and_settings_and_stands_once() {
        let settings = MemberSettings { temperature: Some(0.2), ..MemberSettings::default() };
        let member = |model: &str| MemberRow { model: model.to_owned(), settings: settings.clone() };
        let members = [member("a/1"), member("b/2"), member("c/3")];
        let names = |members: Option<Vec<MemberRow>>| {
            members.map(|all| all.into_iter().map(|one| one.model).collect::<Vec<_>>())
        };
        let changed = with_other(&members, "b/2", "d/4").expect("it stood there");
        assert_eq!((changed[1].model.as_str(), changed[1].settings.temperature), ("d/4", Some(0.2)));
        assert_eq!(names(with_other(&members, "c/3", "a/1")), Some(vec!["a/1".into(), "b/2".into()]));
        assert_eq!(with_other(&members, "x/9", "a/1"), None);
    }
}
