//! The writer's account with each provider: asked after a test and when the writer wants it, kept, and shown with the
//! connection. The room under a provider's limits comes with every answer; it is kept in memory and written back with
//! the last uses.

use crate::house::{LiveConnection, system_time};
use crate::time::days_until;
use crate::{Engine, Inner, blocking};
use inkhorn_contract::*;
use inkhorn_domain::{ConnectionId, Locality, UnixMillis};
use inkhorn_fault::Result;
use inkhorn_outbound::Answer;
use inkhorn_providers::{Account, Headroom, fetch_account};
use inkhorn_store::accounts::{self, AccountRow};
use jiff::civil::Date;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::time::Duration;

/// A test does not wait longer for the account: it is told beside the result, not instead of it.
const BESIDE_A_TEST: Duration = Duration::from_secs(4);
/// From so many days before a key ends, the writer is reminded.
const SOON: i64 = 14;

/// What was told in this process and is newer than what is stored.
#[derive(Default)]
pub(crate) struct Accounts(Mutex<HashMap<ConnectionId, Told>>);

#[derive(Default)]
struct Told {
    account: Option<AccountView>,
    headroom: Vec<HeadroomView>,
    unsaved: bool,
}

impl Engine {
    /// Asks the provider how the account stands.
    ///
    /// # Errors
    /// `not_found` for an unknown connection; what the provider or the way there says.
    pub async fn connections_account(&self, request: ConnectionRequest) -> Result<ConnectionView> {
        let live = self.inner.house()?.named(&request.slug)?.clone();
        if live.needs_key() {
            self.ensure_vault().await?;
        }
        self.ask_account(&live).await?;
        self.inner.changed(&[Topic::Connections, Topic::Status]);
        self.connections_show(request).await
    }

    /// The same beside a test that went well: quickly, or not at all.
    pub(crate) async fn ask_account_beside(&self, live: &LiveConnection) {
        let _ = tokio::time::timeout(BESIDE_A_TEST, self.ask_account(live)).await;
    }

    async fn ask_account(&self, live: &LiveConnection) -> Result<()> {
        let now = self.inner.clock.now();
        let told = {
            let unsealed = live.unseal(&self.inner)?;
            fetch_account(live.target()?, &unsealed.credential(), system_time(now)).await?
        };
        let Some(account) = told else { return Ok(()) };
        self.inner.accounts.keep_account(live, account_view(account, now));
        let inner = self.inner.clone();
        blocking(move || inner.save_accounts()).await
    }
}

fn account_view(told: Account, now: UnixMillis) -> AccountView {
    AccountView {
        asked_at: now,
        name: told.name,
        currency: told.currency.unwrap_or_else(|| "USD".to_owned()),
        credit_left: told.credit_left,
        credit_limit: told.credit_limit,
        limit_resets: told.limit_resets,
        used: told.used,
        used_today: told.used_today,
        used_this_month: told.used_this_month,
        free_tier: told.free_tier,
        blocked: told.blocked,
        key_expires: told.key_expires,
    }
}

impl Accounts {
    fn keep_account(&self, live: &LiveConnection, account: AccountView) {
        let mut all = self.0.lock();
        let told = all.entry(live.id()).or_insert_with(|| Told::stored(live));
        (told.account, told.unsaved) = (Some(account), true);
    }

    /// Forgets what was told of another key.
    pub(crate) fn forget(&self, id: ConnectionId) {
        self.0.lock().remove(&id);
    }

    /// Learns the room from the headers of an answer.
    pub(crate) fn note_headroom(&self, live: &LiveConnection, answer: &Answer, now: UnixMillis) {
        if live.row.locality == Locality::Local {
            return;
        }
        let told = live.entry.headroom.read(answer, now);
        if told.is_empty() {
            return;
        }
        let mut all = self.0.lock();
        let known = all.entry(live.id()).or_insert_with(|| Told::stored(live));
        known.headroom = told.iter().map(|room| headroom_view(room, now)).collect();
        known.unsaved = true;
    }

    /// What is known: the newest of this process, else what is stored.
    pub(crate) fn of(&self, live: &LiveConnection) -> (Option<AccountView>, Vec<HeadroomView>) {
        match self.0.lock().get(&live.id()) {
            Some(told) => (told.account.clone(), told.headroom.clone()),
            None => {
                let Told { account, headroom, .. } = Told::stored(live);
                (account, headroom)
            }
        }
    }

    /// What is not stored yet, as rows.
    fn take_unsaved(&self) -> Vec<AccountRow> {
        let mut all = self.0.lock();
        let unsaved = all.iter_mut().filter(|(_, told)| told.unsaved);
        let json = |value: serde_json::Result<String>, otherwise: &str| {
            value.unwrap_or_else(|_| otherwise.to_owned())
        };
        unsaved
            .map(|(id, told)| {
                told.unsaved = false;
                AccountRow {
                    connection: *id,
                    told: json(serde_json::to_string(&told.account), "null"),
                    headroom: json(serde_json::to_string(&told.headroom), "[]"),
                }
            })
            .collect()
    }
}

impl Told {
    fn stored(live: &LiveConnection) -> Self {
        let Some(row) = &live.account else { return Self::default() };
        Self {
            account: serde_json::from_str(&row.told).unwrap_or_default(),
            headroom: serde_json::from_str(&row.headroom).unwrap_or_default(),
            unsaved: false,
        }
    }
}

fn headroom_view(room: &Headroom, now: UnixMillis) -> HeadroomView {
    HeadroomView {
        of: room.of.as_str().to_owned(),
        limit: room.limit,
        remaining: room.remaining,
        resets_at: room.resets_at,
        told_at: now,
    }
}

impl Inner {
    /// Writes what was told to the database; system connections have no row there and are passed over.
    pub(crate) fn save_accounts(&self) -> Result<()> {
        let rows = self.accounts.take_unsaved();
        if rows.is_empty() {
            return Ok(());
        }
        self.store.write(|tx| rows.iter().try_for_each(|row| accounts::save(tx, row)))
    }

    /// When the key of a connection ends: the day that the writer set, or the earlier one that the provider tells.
    pub(crate) fn key_expiry(&self, live: &LiveConnection) -> Option<KeyExpiryView> {
        let (account, _) = self.accounts.of(live);
        let set = live.settings.all().get("key_expires").and_then(|text| text.parse::<Date>().ok());
        let told =
            account.and_then(|account| account.key_expires).and_then(|text| text.get(..10)?.parse().ok());
        let on = set.into_iter().chain(told).min()?;
        let days_left = days_until(on, self.clock.now());
        let state = match days_left {
            ..0 => "past",
            0..=SOON => "soon",
            _ => "later",
        };
        Some(KeyExpiryView { on: on.to_string(), days_left, state })
    }

    /// What the writer should look at soon, the most urgent first.
    pub(crate) fn reminders(&self, house: &crate::house::House) -> Vec<ReminderView> {
        let ending = |live: &std::sync::Arc<LiveConnection>| {
            let expiry = self.key_expiry(live).filter(|expiry| expiry.state != "later")?;
            Some(ReminderView {
                kind: "key_expires",
                connection: live.slug().to_string(),
                label: live.label().to_owned(),
                on: expiry.on,
                days_left: expiry.days_left,
            })
        };
        let mut all: Vec<ReminderView> = house.active().filter_map(ending).collect();
        all.sort_by_key(|reminder| reminder.days_left);
        all
    }
}
