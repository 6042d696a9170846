//! How connections stand: tests, and what requests tell along the way.

use crate::house::{House, LiveConnection};
use crate::{Inner, blocking};
use inkhorn_contract::{FaultView, Topic};
use inkhorn_domain::{ConnectionId, ModelListing, RequestResult, UnixMillis};
use inkhorn_fault::{Code, Fault, Reaction, Result};
use inkhorn_providers::FetchedModels;
use inkhorn_store::connections::{self, ConnectionStatus};
use inkhorn_store::{Transaction, model_notes, models};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// So many tests of one connection...
const TESTS: usize = 10;
/// ...within so many milliseconds.
const TESTS_WITHIN: i64 = 60_000;

/// When addresses that are not stored yet were tested.
#[derive(Default)]
pub(crate) struct DraftTests(Mutex<HashMap<String, Vec<i64>>>);

impl DraftTests {
    /// Takes a place for a test of this address.
    ///
    /// # Errors
    /// `over_limit` with the wait.
    pub(crate) fn take(&self, address: &str, now: UnixMillis) -> Result<()> {
        let mut all = self.0.lock();
        all.retain(|_, times| times.iter().any(|at| within(*at, now)));
        let times = all.entry(address.to_owned()).or_default();
        take(times, now)
    }
}

fn within(at: i64, now: i64) -> bool {
    // A clock that was set back must not lock the writer out: times in the future do not count.
    (0..TESTS_WITHIN).contains(&now.saturating_sub(at))
}

fn take(times: &mut Vec<i64>, now: i64) -> Result<()> {
    times.retain(|at| within(*at, now));
    if times.len() >= TESTS {
        let wait = TESTS_WITHIN - now.saturating_sub(times[0]);
        return Err(Fault::new(Code::OverLimit).with_retry_after(Duration::from_millis(wait.unsigned_abs())));
    }
    times.push(now);
    Ok(())
}

impl Inner {
    /// Takes a place for a test of a stored connection. Counted in the database: a command line that starts anew for
    /// each test is counted too.
    pub(crate) fn take_test(&self, live: &LiveConnection) -> Result<()> {
        let now = self.clock.now();
        if live.variable().is_some() {
            return self.tests.take(live.slug().as_str(), now);
        }
        self.store.write(|tx| {
            let row = connections::load(tx, live.id())?;
            let mut row = row.ok_or_else(|| Fault::new(Code::NotFound).with("name", live.slug()))?;
            take(&mut row.recent_tests, now)?;
            connections::update(tx, &row)
        })
    }

    /// Keeps how a test ended.
    pub(crate) fn keep_test(&self, live: &LiveConnection, outcome: Result<(), &Fault>) -> Result<()> {
        if live.lost().is_some() {
            // That says nothing about the connection: with its entry back it stands as it stood.
            return Ok(());
        }
        let now = self.clock.now();
        self.change_row(live, |row| {
            row.last_tested = Some(now);
            set_status(row, outcome.err(), now);
        })?;
        self.reload()?;
        self.changed(&[Topic::Connections, Topic::Models]);
        Ok(())
    }

    /// What a request tells about its connection. Kept only when it changes something, and off the request's path.
    pub(crate) fn note_result(
        self: &Arc<Self>,
        live: &Arc<LiveConnection>,
        result: RequestResult,
        error: Option<Code>,
        now: UnixMillis,
    ) {
        live.note_used(now);
        let stands = match (result, error) {
            (RequestResult::Completed, _) => ConnectionStatus::Connected,
            (RequestResult::Failed, Some(code)) if is_about_the_connection(code) => ConnectionStatus::Failing,
            _ => return,
        };
        let known = live.row.status;
        let same_trouble = stands == ConnectionStatus::Failing && live.row.status_code == error;
        if known == stands && (stands == ConnectionStatus::Connected || same_trouble) {
            return;
        }
        let (inner, live) = (self.clone(), live.clone());
        let keep = move || {
            let fault = error.map(|code| Fault::new(code).with("provider", live.label()));
            inner.keep_status(&live, fault.as_ref(), now)
        };
        // A request that is ended by the end of the program has no runtime to go on in: then nothing is kept.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move { blocking(keep).await });
        }
    }

    fn keep_status(&self, live: &LiveConnection, fault: Option<&Fault>, now: UnixMillis) -> Result<()> {
        self.change_row(live, |row| set_status(row, fault, now))?;
        self.reload()?;
        self.changed(&[Topic::Connections, Topic::Models]);
        Ok(())
    }

    /// Changes what is known of a connection, where it is kept: in the database, or in memory for one that stands in
    /// the environment. One that is gone meanwhile is passed over.
    fn change_row(
        &self,
        live: &LiveConnection,
        change: impl Fn(&mut connections::ConnectionRow),
    ) -> Result<()> {
        if live.variable().is_some() {
            let mut row = self.system.row(live.id()).unwrap_or_else(|| live.row.clone());
            change(&mut row);
            self.system.keep_row(row);
            return Ok(());
        }
        self.store.write(|tx| {
            let Some(mut row) = connections::load(tx, live.id())? else { return Ok(()) };
            change(&mut row);
            connections::update(tx, &row)
        })
    }

    /// Keeps the list that a connection told.
    pub(crate) fn replace_list(&self, live: &LiveConnection, models: Vec<ModelListing>) -> Result<()> {
        let now = self.clock.now();
        if live.variable().is_some() {
            self.system.keep_list(live.id(), crate::system::index_of(now, live.id(), models));
            return Ok(());
        }
        self.store.write(|tx| store_list(tx, live.id(), &models, now))
    }

    /// Keeps what several connections told: one flush of the database and one look at it, however many they are. One
    /// that is gone meanwhile is passed over.
    pub(crate) fn keep_told(&self, told: &[ToldList]) -> Result<()> {
        let now = self.clock.now();
        let tested = |row: &mut connections::ConnectionRow, fetched: &Result<FetchedModels>| {
            row.last_tested = Some(now);
            set_status(row, fetched.as_ref().err(), now);
        };
        let of_environment = |(live, _): &&ToldList| live.variable().is_some();
        for (live, fetched) in told.iter().filter(of_environment) {
            if let Ok(fetched) = fetched {
                self.replace_list(live, fetched.models.clone())?;
            }
            self.change_row(live, |row| tested(row, fetched))?;
        }
        self.store.write(|tx| {
            for (live, fetched) in told.iter().filter(|one| !of_environment(one)) {
                if live.lost().is_some() {
                    continue;
                }
                let Some(mut row) = connections::load(tx, live.id())? else { continue };
                if let Ok(fetched) = fetched {
                    store_list(tx, live.id(), &fetched.models, now)?;
                }
                tested(&mut row, fetched);
                connections::update(tx, &row)?;
            }
            Ok(())
        })?;
        self.reload()?;
        self.changed(&[Topic::Connections, Topic::Models]);
        Ok(())
    }
}

/// A connection and the list that it told, or why it told none.
pub(crate) type ToldList = (Arc<LiveConnection>, Result<FetchedModels>);

fn store_list(tx: &Transaction<'_>, id: ConnectionId, list: &[ModelListing], now: UnixMillis) -> Result<()> {
    // What stood there is read again: another program may have fetched meanwhile.
    let before = models::load(tx, id)?.map(|list| list.models);
    model_notes::note_list(tx, id, before.as_deref(), list, now)?;
    models::replace(tx, id, now, list)
}

fn set_status(row: &mut connections::ConnectionRow, fault: Option<&Fault>, now: UnixMillis) {
    let status = if fault.is_some() { ConnectionStatus::Failing } else { ConnectionStatus::Connected };
    let code = fault.map(Fault::code);
    if row.status != status || row.status_code != code || row.status_since.is_none() {
        row.status_since = Some(now);
    }
    row.status = status;
    row.status_code = code;
    let told = fault.and_then(|fault| serde_json::to_string(&FaultView::from(fault)).ok());
    row.status_facts = told.unwrap_or_else(|| "{}".to_owned());
}

/// Whether a failure says something about the connection, and not about one request or one moment.
fn is_about_the_connection(code: Code) -> bool {
    match code.reaction() {
        Reaction::FixKey => code != Code::ModelNotAllowed,
        Reaction::FixAddress => true,
        Reaction::Pay => code == Code::NoCredit,
        Reaction::Wait | Reaction::Switch | Reaction::ChangeRequest | Reaction::FixMachine => false,
    }
}

impl LiveConnection {
    /// How it stands, in the words of the contract.
    pub(crate) fn status(&self, inner: &Inner) -> &'static str {
        if !self.row.active {
            return "disabled";
        }
        if self.lost().is_some() {
            return "failing";
        }
        if self.needs_key() && !inner.vault.is_open() {
            return "locked";
        }
        match self.row.status {
            ConnectionStatus::Untested => "untested",
            ConnectionStatus::Connected => "connected",
            ConnectionStatus::Failing => "failing",
        }
    }

    /// Why it fails, as it was understood then.
    pub(crate) fn trouble(&self) -> Option<FaultView> {
        if let Some(lost) = self.lost() {
            return Some(lost.into());
        }
        let code = self.row.status_code.filter(|_| self.row.status == ConnectionStatus::Failing)?;
        let told = serde_json::from_str::<FaultView>(&self.row.status_facts).ok();
        Some(told.unwrap_or_else(|| FaultView::from(Fault::new(code))))
    }
}

impl House {
    /// Connections that are in use.
    pub(crate) fn active(&self) -> impl Iterator<Item = &Arc<LiveConnection>> {
        self.connections.iter().filter(|live| live.is_active())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_limited_and_the_wait_is_told() {
        let tests = DraftTests::default();
        for at in 0..10 {
            tests.take("a", 1_000 + at).expect("ten are free");
        }
        let refused = tests.take("a", 31_000).expect_err("the eleventh waits");
        assert_eq!((refused.code(), refused.retry_after()), (Code::OverLimit, Some(Duration::from_secs(30))));
        assert!(tests.take("b", 31_000).is_ok(), "another address has its own count");
        assert!(tests.take("a", 61_001).is_ok(), "a minute later");
        assert!(tests.take("a", -5_000_000).is_ok(), "a clock that was set back locks nobody out");
    }
}
