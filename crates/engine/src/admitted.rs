//! Programs that may use the gateway, as the path of a request knows them.

use crate::{Engine, Inner};
use inkhorn_domain::{AppId, ModelAddress, Privacy, UnixMillis};
use inkhorn_secret::Secret;
use inkhorn_store::apps::AppRow;
use inkhorn_store::collections::fold;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use subtle::ConstantTimeEq;

/// A program that was admitted.
#[derive(Debug)]
pub struct AdmittedApp {
    /// Its id.
    pub id: AppId,
    /// Its name.
    pub name: String,
    /// How far its text may travel.
    pub privacy: Privacy,
    models: Permitted,
    origins: Vec<String>,
    token_sha256: [u8; 32],
    last_used: AtomicI64,
}

impl AdmittedApp {
    /// Whether it may ask for this model or collection. A collection is a permission of its own: who may use it need not
    /// be allowed to name its models, nor the other way round.
    pub fn may_use(&self, model: &str) -> bool {
        self.models.has(model)
    }

    /// Whether its token may come from there. A program on this machine has no web origin; one in a browser has
    /// exactly the origins that the writer granted.
    pub fn may_come_from(&self, origin: Option<&str>) -> bool {
        match origin {
            None => self.origins.is_empty(),
            Some(origin) => self.origins.iter().any(|granted| granted == origin),
        }
    }

    pub(crate) fn note_used(&self, now: UnixMillis) {
        self.last_used.fetch_max(now, Ordering::Relaxed);
    }

    pub(crate) fn last_used(&self) -> Option<UnixMillis> {
        Some(self.last_used.load(Ordering::Relaxed)).filter(|at| *at > 0)
    }
}

/// What an app may ask for.
#[derive(Debug)]
enum Permitted {
    All,
    Named { models: HashSet<String>, collections: HashSet<String> },
}

impl Permitted {
    /// Reads what [`crate::apps`] has written. An empty list is everything; what cannot be read is nothing.
    fn read(json: &str) -> Self {
        let all: Option<Vec<String>> = serde_json::from_str(json).ok();
        if all.as_ref().is_some_and(Vec::is_empty) {
            return Self::All;
        }
        let is_model = |name: &String| ModelAddress::parse(name).is_some();
        let (models, collections): (HashSet<_>, HashSet<_>) =
            all.unwrap_or_default().into_iter().partition(is_model);
        Self::Named { models, collections: collections.iter().map(|name| fold(name)).collect() }
    }

    fn has(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Named { models, collections } => {
                models.contains(name) || collections.contains(&fold(name.trim()))
            }
        }
    }
}

/// All programs in use, by the public part of their token.
#[derive(Debug, Default)]
pub(crate) struct AdmittedApps {
    by_token: HashMap<String, Arc<AdmittedApp>>,
    origins: HashSet<String>,
}

impl AdmittedApps {
    pub(crate) fn of(rows: Vec<AppRow>) -> Self {
        let mut apps = Self::default();
        for row in rows.into_iter().filter(|row| row.revoked_at.is_none()) {
            apps.origins.extend(row.origins.iter().cloned());
            let app = AdmittedApp {
                id: row.id,
                name: row.name,
                privacy: row.privacy,
                models: Permitted::read(&row.models),
                origins: row.origins,
                token_sha256: row.token_sha256,
                last_used: AtomicI64::new(row.last_used.unwrap_or(0)),
            };
            apps.by_token.insert(row.token_id, Arc::new(app));
        }
        apps
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<AdmittedApp>> {
        self.by_token.values()
    }
}

impl Engine {
    /// The program whose token this is. Compares in constant time, also where no program has the public part.
    pub fn admit(&self, token: &str) -> Option<Arc<AdmittedApp>> {
        let house = self.inner.house().ok()?;
        let hash = Secret::new(token.to_owned()).sha256();
        let app = token.get(4..12).and_then(|public| house.apps.by_token.get(public));
        let kept = app.map_or([0; 32], |app| app.token_sha256);
        if !bool::from(hash.ct_eq(&kept)) {
            return None;
        }
        let app = app?.clone();
        app.note_used(self.inner.clock.now());
        Some(app)
    }

    /// Whether the writer granted this web origin to any program.
    pub fn grants_origin(&self, origin: &str) -> bool {
        self.inner.house().is_ok_and(|house| house.apps.origins.contains(origin))
    }
}

impl Inner {
    /// Last uses that are newer than what stands in the database.
    pub(crate) fn app_uses(&self) -> Vec<(AppId, UnixMillis)> {
        let Ok(house) = self.house() else { return Vec::new() };
        house.apps.iter().filter_map(|app| Some((app.id, app.last_used()?))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_are_exact_collections_go_by_name_and_what_is_damaged_allows_nothing() {
        let some = Permitted::read(r#"["router/vendor/Model: 小","Prose"]"#);
        for (name, may) in [
            ("router/vendor/Model: 小", true),
            ("router/vendor/model: 小", false),
            ("Prose", true),
            (" prOSE ", true),
            ("Prosa", false),
            ("", false),
            ("test/Prose", false),
        ] {
            assert_eq!(some.has(name), may, "{name}");
        }
        assert!(Permitted::read("[]").has("anything"));
        for damaged in ["", "null", "{}", "[1]", "[\"Prose\""] {
            assert!(!Permitted::read(damaged).has("Prose"), "{damaged}");
        }
    }
}
