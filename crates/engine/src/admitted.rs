//! Programs that may use the gateway, as the path of a request knows them.

use crate::{Engine, Inner};
use inkhorn_domain::{AppId, Privacy, UnixMillis};
use inkhorn_secret::Secret;
use inkhorn_store::apps::AppRow;
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
    models: Vec<String>,
    origins: Vec<String>,
    token_sha256: [u8; 32],
    last_used: AtomicI64,
}

impl AdmittedApp {
    /// Whether it may ask for this model.
    pub fn may_use(&self, model: &str) -> bool {
        self.models.is_empty() || self.models.iter().any(|allowed| allowed == model)
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
                models: serde_json::from_str(&row.models).unwrap_or_default(),
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
