//! Settings of the whole profile, and the model that is used when nothing is chosen.

use crate::house::{House, LiveConnection};
use crate::models::{save_features, set_feature};
use crate::settings::{DEFAULT_CONNECTION, DEFAULT_MODEL, SYSTEM_FALLBACK, json};
use crate::{Engine, Inner, blocking, pruning};
use inkhorn_contract::{Nothing, SettingsSetRequest, SettingsView, Topic};
use inkhorn_domain::Slug;
use inkhorn_fault::Result;
use inkhorn_store::settings;
use std::cmp::Reverse;
use std::sync::Arc;

impl Engine {
    /// What is set for the profile.
    pub async fn settings_list(&self, _: Nothing) -> Result<SettingsView> {
        let inner = self.inner.clone();
        blocking(move || Ok(settings_view(&*inner.house()?))).await
    }

    /// Changes settings of the profile; all of them or, where one cannot be, none.
    ///
    /// # Errors
    /// `model_not_found`, `not_found` for a default that no connection has; `bad_request` for a feature that cannot have a
    /// model of its own; `usage_error` for a retention that is none.
    pub async fn settings_set(&self, request: SettingsSetRequest) -> Result<SettingsView> {
        let inner = self.inner.clone();
        let view = blocking(move || {
            inner.keep_settings(&request)?;
            Ok(settings_view(&*inner.reload()?))
        })
        .await?;
        self.inner.changed(&[Topic::Connections, Topic::Models, Topic::Status]);
        Ok(view)
    }
}

impl Inner {
    fn keep_settings(&self, request: &SettingsSetRequest) -> Result<()> {
        let house = self.house()?;
        let default_model = match chosen(&request.default_model) {
            Some(model) => Some(house.offered(model)?),
            None => request.default_model.clone(),
        };
        if let Some(slug) = chosen(&request.default_connection) {
            house.named(slug)?;
        }
        let mut features = house.feature_models.clone();
        for (feature, model) in &request.feature_models {
            let model = Some(model.trim()).filter(|model| !model.is_empty());
            set_feature(&house, &mut features, feature, model)?;
        }
        let retention = request.usage_retention.as_deref().map(pruning::parse_retention).transpose()?;
        self.store.write(|tx| {
            if let Some(retention) = retention {
                pruning::keep_retention(tx, retention, self.clock.now())?;
            }
            if let Some(on) = request.system_fallback {
                settings::save(tx, SYSTEM_FALLBACK, &on.to_string())?;
            }
            if features != house.feature_models {
                save_features(tx, &features)?;
            }
            let texts = [(DEFAULT_MODEL, &default_model), (DEFAULT_CONNECTION, &request.default_connection)];
            for (name, value) in texts {
                match value.as_deref().map(str::trim) {
                    None => {}
                    Some("") => settings::remove(tx, name)?,
                    Some(text) => settings::save(tx, name, &json(text))?,
                }
            }
            Ok(())
        })
    }
}

fn chosen(value: &Option<String>) -> Option<&str> {
    value.as_deref().map(str::trim).filter(|text| !text.is_empty())
}

fn settings_view(house: &House) -> SettingsView {
    SettingsView {
        system_fallback: house.system_fallback,
        usage_retention: house.usage_retention.map(|months| format!("{months}m")),
        default_model: house.default_model.clone(),
        default_connection: house.default_connection.clone(),
        feature_models: house.feature_models.clone(),
    }
}

impl House {
    /// The model or collection for a request that names none, without what the environment offers: the writer's default,
    /// else the default collection, else the model of the default connection, else of the first that has one.
    pub(crate) fn default_of_connections(&self) -> Option<String> {
        if let Some(model) = &self.default_model {
            return Some(model.clone());
        }
        if let Some(collection) = self.collections.iter().find(|collection| collection.is_default) {
            return Some(collection.name.clone());
        }
        let chosen = self.default_connection.as_deref().and_then(Slug::parse);
        let chosen = chosen.and_then(|slug| self.connection(&slug)).filter(|live| live.is_active());
        if let Some(model) = chosen.and_then(|live| live.own_default()) {
            return Some(model);
        }
        // Where the writer chose no connection, the one of the highest priority that has a default; equals in order.
        let mut offering: Vec<&Arc<LiveConnection>> =
            self.active().filter(|live| live.own_default().is_some()).collect();
        offering.sort_by_key(|live| Reverse(live.settings.priority));
        offering.first().and_then(|live| live.own_default())
    }
}

impl LiveConnection {
    /// `slug/model-id` of the default model that the writer set for this connection.
    fn own_default(&self) -> Option<String> {
        let model = self.settings.all().get("default_model")?;
        // With or without the slug in front: both are seen in forms and scripts.
        let inside = model.strip_prefix(self.slug().as_str()).and_then(|rest| rest.strip_prefix('/'));
        Some(format!("{}/{}", self.slug(), inside.unwrap_or(model)))
    }
}
