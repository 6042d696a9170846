//! The writer's connections: added, tested, changed, ordered, removed.

mod view;

use crate::draft::Prepared;
use crate::house::{House, LiveConnection, OWNER, secret_context, system_time};
use crate::settings::ConnectionSettings;
use crate::{Engine, Inner, blocking, random};
use inkhorn_contract::*;
use inkhorn_domain::{ConnectionId, Slug};
use inkhorn_fault::{Code, Fault, Result};
use inkhorn_providers::{TestReport, test_connection};
use inkhorn_secret::Secret;
use inkhorn_store::connections::{ConnectionRow, ConnectionStatus};
use inkhorn_store::secrets::SecretRow;
use inkhorn_store::{accounts, connections, models, secrets};
use inkhorn_vault::Destination;
use std::sync::Arc;
use view::{provider_view, test_failed, test_went_well};

/// How a key came.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Added {
    /// Typed, pasted, or read from where the writer said.
    ByHand,
    /// By signing in.
    SignedIn,
}

impl Engine {
    /// The catalogue.
    pub async fn providers_list(&self, _: Nothing) -> Result<Vec<ProviderView>> {
        Ok(self.inner.catalogue.entries().iter().map(|entry| provider_view(entry)).collect())
    }

    /// All connections, in the writer's order.
    pub async fn connections_list(&self, _: Nothing) -> Result<Vec<ConnectionView>> {
        let inner = self.inner.clone();
        blocking(move || {
            let house = inner.house()?;
            let spent = inner.spent_by_connection()?;
            Ok(house.connections.iter().map(|live| inner.connection_view(live, &spent)).collect())
        })
        .await
    }

    /// One connection.
    pub async fn connections_show(&self, request: ConnectionRequest) -> Result<ConnectionView> {
        let inner = self.inner.clone();
        blocking(move || inner.view_of(&request.slug)).await
    }

    /// Tests what the form holds. A test that fails is an answer, not an error.
    pub async fn connections_test_draft(&self, mut draft: ConnectionDraft) -> Result<ConnectionTestView> {
        let prepared = match self.inner.prepare(&mut draft, None) {
            Ok(prepared) => prepared,
            Err(fault) => return Ok(test_failed(None, fault)),
        };
        Ok(match self.try_out(&prepared).await {
            Ok(report) => test_went_well(&prepared, &report),
            Err(fault) => test_failed(Some(&prepared), fault),
        })
    }

    /// Stores a connection. Tested first unless told otherwise; if the test fails nothing is stored.
    pub async fn connections_add(&self, request: ConnectionAddRequest) -> Result<ConnectionView> {
        let ConnectionAddRequest { mut draft, test } = request;
        let prepared = self.inner.prepare(&mut draft, None)?;
        let report = if test { Some(self.try_out(&prepared).await?) } else { None };
        let view = self.store_prepared(prepared, report, Added::ByHand).await?;
        self.inner.forget_pasted(&draft.key);
        Ok(view)
    }

    /// Stores what was checked, and tested where it was.
    pub(crate) async fn store_prepared(
        &self,
        prepared: Prepared,
        report: Option<TestReport>,
        added: Added,
    ) -> Result<ConnectionView> {
        if prepared.key.is_some() || !prepared.headers.is_empty() {
            self.ensure_vault().await?;
        }
        let inner = self.inner.clone();
        let tested = report.is_some();
        let live = blocking(move || {
            let slug = inner.store_new(&prepared, report.as_ref(), added)?;
            inner.reload()?.named(slug.as_str()).cloned()
        })
        .await?;
        if tested {
            self.ask_account_beside(&live).await;
        }
        self.told_connections();
        self.connections_show(ConnectionRequest { slug: live.slug().to_string() }).await
    }

    /// Changes a connection. Another address or way of sending asks for the key again: it was sealed for the old one.
    pub async fn connections_update(&self, request: ConnectionUpdateRequest) -> Result<ConnectionView> {
        self.update(request, Added::ByHand).await
    }

    /// A new key by signing in anew; everything else stays.
    pub(crate) async fn update_signed_in(&self, request: ConnectionUpdateRequest) -> Result<ConnectionView> {
        self.update(request, Added::SignedIn).await
    }

    async fn update(&self, request: ConnectionUpdateRequest, by: Added) -> Result<ConnectionView> {
        let house = self.inner.house()?;
        let live = house.named(&request.slug)?.clone();
        live.refuse_where_system()?;
        let touches_secrets = request.key.is_some() || request.headers.is_some();
        if touches_secrets || (live.needs_key() && (request.base_url.is_some() || request.auth.is_some())) {
            self.ensure_vault().await?;
        }
        let inner = self.inner.clone();
        let view = blocking(move || {
            inner.change(&live, request, by)?;
            inner.reload()?;
            inner.view_of(live.slug().as_str())
        })
        .await?;
        self.told_connections();
        Ok(view)
    }

    /// Tests a connection that is stored, and keeps how it stands.
    pub async fn connections_test(&self, request: ConnectionRequest) -> Result<ConnectionTestView> {
        let live = self.inner.house()?.named(&request.slug)?.clone();
        let (inner, tested) = (self.inner.clone(), live.clone());
        blocking(move || inner.take_test(&tested)).await?;
        if live.needs_key() {
            self.ensure_vault().await?;
        }
        let outcome = self.call(&live).await;
        let (inner, tested) = (self.inner.clone(), live.clone());
        let kept = outcome.as_ref().map(|report| report.models.models.clone()).map_err(Clone::clone);
        blocking(move || match kept {
            Ok(models) => {
                inner.replace_list(&tested, models)?;
                inner.keep_test(&tested, Ok(()))
            }
            Err(fault) => inner.keep_test(&tested, Err(&fault)),
        })
        .await?;
        if outcome.is_ok() {
            self.ask_account_beside(&live).await;
            self.told_connections();
        }
        let base_url = Some(live.row.base_url.clone());
        Ok(match outcome {
            Ok(report) => ConnectionTestView {
                ok: true,
                models: count(report.models.models.len()),
                latency_ms: millis(report.latency),
                base_url,
                notes: Vec::new(),
                fault: None,
            },
            Err(fault) => ConnectionTestView { base_url, ..test_failed(None, fault) },
        })
    }

    /// Puts the connections in another order.
    pub async fn connections_reorder(&self, request: ConnectionsOrderRequest) -> Result<Vec<ConnectionView>> {
        let house = self.inner.house()?;
        let mut order: Vec<ConnectionId> = Vec::new();
        for slug in &request.slugs {
            let live = house.named(slug)?;
            // Those of the environment stand behind the writer's own, in the catalogue's order.
            if live.variable().is_none() {
                order.push(live.id());
            }
        }
        let inner = self.inner.clone();
        blocking(move || {
            inner.store.write(|tx| connections::reorder(tx, &order))?;
            inner.reload().map(drop)
        })
        .await?;
        self.told_connections();
        self.connections_list(Nothing {}).await
    }

    /// Removes a connection. Its key is gone from the file, not only unlinked.
    pub async fn connections_remove(&self, request: ConnectionRequest) -> Result<RemovedView> {
        let live = self.inner.house()?.named(&request.slug)?.clone();
        live.refuse_where_system()?;
        let signed_in = live.settings.signed_in;
        let revoke_at = live.entry.key_page.as_ref().filter(|_| signed_in).map(ToString::to_string);
        let inner = self.inner.clone();
        blocking(move || {
            inner.accounts.forget(live.id());
            inner.store.write(|tx| {
                secrets::remove_of_owner(tx, OWNER, &live.id().0)?;
                models::remove(tx, live.id())?;
                connections::remove(tx, live.id())
            })?;
            inner.reload()?;
            inner.store.scrub_free_space()
        })
        .await?;
        self.told_connections();
        Ok(RemovedView { removed: request.slug, revoke_at })
    }

    /// Tests what a sign-in brought. The key was made a moment ago: a provider that does not list its models just now
    /// costs nobody the key.
    pub(crate) async fn try_signed_in(&self, prepared: &Prepared) -> Option<TestReport> {
        self.try_out(prepared).await.ok()
    }

    async fn try_out(&self, prepared: &Prepared) -> Result<TestReport> {
        let now = self.inner.clock.now();
        self.inner.tests.take(prepared.base.url.as_str(), now)?;
        test_connection(&prepared.target, &prepared.credential(), system_time(now)).await
    }

    /// Tests a stored connection with its own key.
    async fn call(&self, live: &LiveConnection) -> Result<TestReport> {
        let unsealed = live.unseal(&self.inner)?;
        let now = system_time(self.inner.clock.now());
        test_connection(live.target()?, &unsealed.credential(), now).await
    }

    fn told_connections(&self) {
        self.inner.changed(&[Topic::Connections, Topic::Models, Topic::Status, Topic::Vault]);
    }
}

impl Inner {
    fn store_new(&self, prepared: &Prepared, report: Option<&TestReport>, added: Added) -> Result<Slug> {
        let now = self.clock.now();
        let id = ConnectionId(random::make_id());
        let sealed = self.seal_all(id, prepared, now)?;
        let mut settings = ConnectionSettings::default();
        settings.signed_in = added == Added::SignedIn;
        self.store.write(|tx| {
            let wanted = Slug::from_label(&prepared.label);
            let mut slug = wanted.clone();
            for number in 2.. {
                if connections::load_by_slug(tx, &slug)?.is_none() {
                    break;
                }
                slug = wanted.numbered(number);
            }
            let mut row = ConnectionRow {
                id,
                slug: slug.clone(),
                provider: prepared.entry.id.clone(),
                label: prepared.label.clone(),
                base_url: prepared.base.url.as_str().to_owned(),
                locality: prepared.base.locality,
                dialect: prepared.entry.dialect,
                auth: prepared.auth_json(),
                position: 0,
                active: true,
                secret: sealed.iter().find(|secret| secret.field == "key").map(|secret| secret.id),
                headers: prepared.headers.iter().map(|header| header.name.as_str().to_owned()).collect(),
                own_models: prepared.models.clone(),
                status: ConnectionStatus::Untested,
                status_since: Some(now),
                status_code: None,
                status_facts: "{}".to_owned(),
                last_tested: None,
                last_used: None,
                recent_tests: Vec::new(),
                settings: settings.to_json(),
                created_at: now,
            };
            if report.is_some() {
                row.status = ConnectionStatus::Connected;
                row.last_tested = Some(now);
            }
            connections::insert(tx, &row)?;
            sealed.iter().try_for_each(|secret| secrets::insert(tx, secret))?;
            if let Some(report) = report {
                models::replace(tx, id, now, &report.models.models)?;
            }
            Ok(slug)
        })
    }

    fn change(&self, live: &LiveConnection, request: ConnectionUpdateRequest, by: Added) -> Result<()> {
        let now = self.clock.now();
        let mut settings = live.settings.clone();
        for (name, value) in request.settings.iter().flatten() {
            settings.set_for(name, value, live.dialect())?;
        }
        if request.key.as_ref().is_some_and(|key| !matches!(key, KeyInput::Keep)) {
            settings.signed_in = by == Added::SignedIn;
        }
        let reaches = request.base_url.is_some() || request.auth.is_some();
        let sealed_anew = reaches || request.key.is_some() || request.headers.is_some();
        let given_key = request.key.is_some();
        let mut draft = ConnectionDraft {
            provider: live.provider().to_owned(),
            label: request.label,
            base_url: Some(request.base_url.unwrap_or_else(|| live.row.base_url.clone())),
            auth: request.auth,
            key: request.key.unwrap_or(KeyInput::Keep),
            headers: request.headers.unwrap_or_else(|| keep_headers(live)),
            models: request.models.unwrap_or_else(|| live.row.own_models.clone()),
        };
        // What touches no secret must work while the vault is locked: the label, the switch, the settings.
        let prepared = if sealed_anew { Some(self.prepare(&mut draft, Some(live))?) } else { None };
        let plain = if sealed_anew { None } else { Some(self.prepare_plain(&draft, live)?) };
        let sealed = prepared.as_ref().map(|prepared| self.seal_all(live.id(), prepared, now)).transpose()?;
        self.store.write(|tx| {
            let row = connections::load(tx, live.id())?;
            let mut row = row.ok_or_else(|| Fault::new(Code::NotFound).with("name", live.slug()))?;
            if let Some((label, models)) = &plain {
                (row.label, row.own_models) = (label.clone(), models.clone());
            }
            if let (Some(prepared), Some(sealed)) = (&prepared, &sealed) {
                row.label.clone_from(&prepared.label);
                row.own_models.clone_from(&prepared.models);
                row.base_url = prepared.base.url.as_str().to_owned();
                row.locality = prepared.base.locality;
                row.auth = prepared.auth_json();
                row.headers = prepared.headers.iter().map(|header| header.name.as_str().to_owned()).collect();
                row.secret = sealed.iter().find(|secret| secret.field == "key").map(|secret| secret.id);
                secrets::remove_of_owner(tx, OWNER, &live.id().0)?;
                sealed.iter().try_for_each(|secret| secrets::insert(tx, secret))?;
                if reaches || given_key {
                    accounts::remove(tx, live.id())?;
                    // What was known of it was known of another address or key.
                    (row.status, row.status_code, row.status_since) =
                        (ConnectionStatus::Untested, None, Some(now));
                }
            }
            row.active = request.active.unwrap_or(row.active);
            row.settings = settings.to_json();
            connections::update(tx, &row)
        })?;
        if reaches || given_key {
            self.accounts.forget(live.id());
        }
        self.forget_pasted(&draft.key);
        if sealed_anew { self.store.scrub_free_space() } else { Ok(()) }
    }

    fn prepare_plain(&self, draft: &ConnectionDraft, live: &LiveConnection) -> Result<(String, Vec<String>)> {
        let mut bare = ConnectionDraft {
            provider: draft.provider.clone(),
            label: draft.label.clone(),
            base_url: draft.base_url.clone(),
            auth: Some("none".to_owned()),
            key: KeyInput::None,
            headers: Vec::new(),
            models: draft.models.clone(),
        };
        let prepared = self.prepare(&mut bare, Some(live))?;
        Ok((prepared.label, prepared.models))
    }

    /// Seals key and header values of a connection, each bound to its row and to where it may go.
    fn seal_all(&self, owner: ConnectionId, prepared: &Prepared, now: i64) -> Result<Vec<SecretRow>> {
        let key = prepared.key.iter().map(|key| ("key".to_owned(), key));
        let headers =
            prepared.headers.iter().map(|header| (format!("header:{}", header.name), &header.value));
        key.chain(headers).map(|(field, secret)| self.seal_one(owner, field, secret, prepared, now)).collect()
    }

    fn seal_one(
        &self,
        owner: ConnectionId,
        field: String,
        secret: &Secret,
        prepared: &Prepared,
        now: i64,
    ) -> Result<SecretRow> {
        let auth = prepared.auth.as_str();
        let mut row = SecretRow {
            id: random::make_id(),
            owner_kind: OWNER.to_owned(),
            owner_id: owner.0,
            hint: if field == "key" { secret.last4() } else { None },
            field,
            origins: prepared.origins.iter().map(|origin| origin.as_str().to_owned()).collect(),
            auth: auth.to_owned(),
            rev: 1,
            env: Vec::new(),
            dup: Some(self.vault.fingerprint(secret)?),
            created_at: now,
            updated_at: now,
        };
        let destination = Destination { origins: &prepared.origins, auth };
        // EXPOSE: to seal it.
        row.env = self.vault.seal(&secret_context(&row, destination), secret.expose().as_bytes())?;
        Ok(row)
    }

    fn view_of(&self, slug: &str) -> Result<ConnectionView> {
        let house: Arc<House> = self.house()?;
        let spent = self.spent_by_connection()?;
        Ok(self.connection_view(house.named(slug)?, &spent))
    }
}

/// Headers as they are: each name keeps its stored value.
fn keep_headers(live: &LiveConnection) -> Vec<HeaderInput> {
    live.header_rows().map(|(name, _)| HeaderInput { name: name.to_owned(), value: None }).collect()
}

pub(crate) fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

pub(crate) fn millis(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
