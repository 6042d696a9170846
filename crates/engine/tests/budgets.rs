//! Budgets and the log under clocks that a test holds: midnight, the end of a month, years off in either direction.
#![allow(clippy::expect_used, clippy::panic, reason = "a test says what it expected")]

use inkhorn_contract::*;
use inkhorn_domain::{ChatRequest, Face, Message, Part, Privacy, Role, UnixMillis};
use inkhorn_engine::{Ask, AskBody, Clock, Engine, EngineOptions, FixedEnvironment};
use inkhorn_fault::{Code, Result};
use inkhorn_secret::Secret;
use inkhorn_testkit::{Answer, Canary, Persona, ScratchProfile, SimulatedProvider};
use inkhorn_vault::NoKeychain;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

const DAY: i64 = 86_400_000;
/// 21 November 2026, 10:00 UTC.
const NOW: UnixMillis = 1_795_255_200_000;

/// A clock on the wall that somebody sets; the other one stands still.
struct SetClock(AtomicI64);

impl Clock for SetClock {
    fn now(&self) -> UnixMillis {
        self.0.load(Ordering::Relaxed)
    }

    fn since_start(&self) -> Duration {
        Duration::ZERO
    }
}

struct House {
    engine: Engine,
    clock: Arc<SetClock>,
    provider: SimulatedProvider,
    _profile: ScratchProfile,
}

impl House {
    async fn open() -> Self {
        let key = Canary::key_of(Persona::OpenAi);
        let provider = SimulatedProvider::start_with_key(Persona::OpenAi, key.text());
        provider.answer_with(Answer::words(100));
        let profile = ScratchProfile::make();
        let clock = Arc::new(SetClock(AtomicI64::new(NOW)));
        let engine = Engine::open(EngineOptions {
            dir: profile.data_dir(),
            passphrase: Some(Secret::new("correct horse battery staple".into())),
            face: Face::Window,
            keychain: Arc::new(NoKeychain),
            clock: clock.clone(),
            environment: Arc::new(FixedEnvironment::default()),
        })
        .expect("a fresh profile opens");
        let draft = ConnectionDraft {
            provider: "openai".into(),
            label: Some("Test".into()),
            base_url: Some(provider.base_url()),
            auth: None,
            key: KeyInput::Typed { key: Secret::new(key.text().into()) },
            headers: Vec::new(),
            models: Vec::new(),
        };
        engine.connections_add(ConnectionAddRequest { draft, test: true }).await.expect("it answers");
        Self { engine, clock, provider, _profile: profile }
    }

    fn set_clock(&self, now: UnixMillis) {
        self.clock.0.store(now, Ordering::Relaxed);
    }

    async fn budget(&self, period: &str, limit: &str) -> BudgetView {
        let (scope, period, limit) = ("all".to_owned(), period.to_owned(), limit.to_owned());
        self.engine.budgets_set(BudgetSetRequest { scope, period, limit, warn: None }).await.expect("set")
    }

    async fn standing(&self) -> BudgetView {
        self.engine.budgets_list(Nothing {}).await.expect("a list").remove(0)
    }

    /// Asks for at most a hundred tokens, which cost 0.00006, and reads the answer to its end.
    async fn chat(&self) -> Result<()> {
        let text = Part::Text("Go on".into());
        let request = ChatRequest {
            messages: vec![Message { role: Role::User, parts: vec![text] }],
            max_tokens: Some(100),
            stream: true,
            ..ChatRequest::default()
        };
        let ask = Ask {
            face: Face::Window,
            feature: "chat".into(),
            app: None,
            privacy: Privacy::Cloud,
            model: Some("test/gpt-4o-mini".into()),
            conversation_model: None,
            body: AskBody::Chat(Box::new(request)),
        };
        let mut answer = self.engine.send(ask).await?;
        while let Some(piece) = answer.next().await {
            piece?;
        }
        Ok(())
    }

    async fn total(&self) -> UsageTotalView {
        self.engine.usage(UsageRequest::default()).await.expect("usage").total
    }
}

fn over(outcome: Result<()>) -> bool {
    outcome.map_err(|fault| fault.code()) == Err(Code::OverBudget)
}

#[tokio::test]
async fn a_new_day_and_a_new_month_begin_anew() {
    for (period, length) in [("day", DAY), ("month", 31 * DAY)] {
        let house = House::open().await;
        // There is room for one, and not for two.
        house.budget(period, "0.0001").await;
        house.chat().await.expect("fits");
        assert!(over(house.chat().await));
        let spent = house.standing().await;
        house.set_clock(spent.until - 1);
        assert!(over(house.chat().await), "one millisecond before the {period} ends");
        house.set_clock(spent.until);
        let fresh = house.standing().await;
        assert_eq!((fresh.from, fresh.spent.as_str(), fresh.state.as_str()), (spent.until, "0", "open"));
        house.chat().await.expect("the new one has room");
        assert!(over(house.chat().await));
        // The clock goes back: what was spent then is still known.
        house.set_clock(NOW);
        assert!(over(house.chat().await), "{length}");
        assert_eq!(house.provider.chats().len(), 2);
    }
}

#[tokio::test]
async fn a_clock_that_is_ten_years_off_loses_nothing() {
    let house = House::open().await;
    house.budget("month", "0.0001").await;
    for (number, now) in [NOW, NOW + 3_650 * DAY, NOW - 3_650 * DAY, 0, -1].into_iter().enumerate() {
        house.set_clock(now);
        // Those before 1970 count as of its first moment, and share its month.
        let outcome = house.chat().await;
        assert!(outcome.is_ok() || number == 4, "{number}: {outcome:?}");
        let total = house.total().await;
        let view = house.engine.usage(UsageRequest::default()).await.expect("usage");
        let UsageRows::Requests(rows) = &view.rows else { panic!("rows were asked for") };
        assert_eq!(rows.len() as u64, total.requests, "the sum is that of the rows");
    }
    house.set_clock(NOW);
    assert_eq!(house.standing().await.spent, "0.0000603", "other years are not this month's");
    assert!(over(house.chat().await));
}

#[tokio::test]
async fn old_rows_go_and_what_they_add_up_to_stays() {
    let house = House::open().await;
    for day in [0, 10, 40] {
        house.set_clock(NOW + day * DAY);
        house.chat().await.expect("answered");
    }
    let before = house.total().await;
    let before_then = |before: &str| UsagePruneRequest { before: Some(before.to_owned()), months: None };
    let prune = |before: &str| house.engine.usage_prune(before_then(before));
    assert_eq!(prune("2030-01-01").await.map_err(|fault| fault.code()), Err(Code::UsageError));
    assert_eq!(prune("some day").await.map_err(|fault| fault.code()), Err(Code::UsageError));
    let pruned = prune("20d").await.expect("pruned");
    assert_eq!(pruned.removed_rows, 2);
    assert_eq!(house.total().await, before);
    let view = house.engine.usage(UsageRequest::default()).await.expect("usage");
    let UsageRows::Requests(rows) = &view.rows else { panic!("rows were asked for") };
    assert_eq!(rows.len(), 1);
    let by_day = UsageRequest { by: Some("day".into()), ..UsageRequest::default() };
    let UsageRows::Groups(days) = house.engine.usage(by_day).await.expect("usage").rows else {
        panic!("days")
    };
    assert_eq!(days.len(), 3, "the days of the rows that are gone are still there");
}

#[tokio::test]
async fn an_answer_that_nobody_reads_to_its_end_gives_back_what_it_held() {
    let house = House::open().await;
    house.budget("month", "0.0001").await;
    let held = house.chat();
    // Ended before it began, as when a caller goes away.
    drop(tokio::time::timeout(Duration::ZERO, held).await);
    assert_eq!(house.standing().await.held, "0");
}

#[tokio::test]
async fn rows_older_than_the_writer_keeps_them_go_at_a_start_and_their_sums_stay() {
    let house = House::open().await;
    for day in [0, 10, 100, 105] {
        house.set_clock(NOW + day * DAY);
        house.chat().await.expect("answered");
    }
    let before = house.total().await;
    let rows = || async {
        let view = house.engine.usage(UsageRequest::default()).await.expect("usage");
        let UsageRows::Requests(rows) = view.rows else { panic!("rows were asked for") };
        rows.len()
    };
    let set = |text: &str| {
        let usage_retention = Some(text.to_owned());
        house.engine.settings_set(SettingsSetRequest { usage_retention, ..SettingsSetRequest::default() })
    };
    assert_eq!(house.engine.retain_usage().await, Ok(0), "for ever, unless the writer says so");
    assert_eq!(set("a year").await.map_err(|fault| fault.code()), Err(Code::UsageError));
    assert_eq!(set("3m").await.expect("set").usage_retention.as_deref(), Some("3m"));

    // Asked first, and then done.
    let older = UsagePruneRequest { before: None, months: Some(3) };
    let told = house.engine.usage_prunable(older.clone()).await.expect("told");
    assert_eq!((told.rows, told.first.is_some()), (2, true));
    let neither = house.engine.usage_prunable(UsagePruneRequest::default()).await;
    assert_eq!(neither.map_err(|fault| fault.code()), Err(Code::UsageError));
    assert_eq!(rows().await, 4, "asking removes nothing");
    assert_eq!(house.engine.retain_usage().await, Ok(2));
    assert_eq!(house.engine.usage_prunable(older).await.expect("told").rows, 0);
    assert_eq!((rows().await, house.total().await), (2, before.clone()));

    // A clock ten years ahead is believed a month. What it writes itself is as old as it says.
    house.set_clock(NOW + 3_650 * DAY);
    assert_eq!(house.engine.retain_usage().await, Ok(0), "it takes nothing of this year");
    house.chat().await.expect("answered");
    house.set_clock(NOW + 106 * DAY);
    assert_eq!((house.engine.retain_usage().await, rows().await), (Ok(0), 3));
    assert_eq!(set("forever").await.expect("set").usage_retention, None);
    house.set_clock(NOW + 500 * DAY);
    assert_eq!((house.engine.retain_usage().await, rows().await), (Ok(0), 3));
    assert_eq!(house.total().await.requests, before.requests + 1);
}

#[tokio::test]
async fn a_warning_is_given_until_somebody_told_it() {
    let house = House::open().await;
    let (scope, period, limit) = ("all".to_owned(), "month".to_owned(), "0.0001".to_owned());
    let request = BudgetSetRequest { scope, period, limit, warn: Some(vec![10]) };
    house.engine.budgets_set(request).await.expect("set");
    house.chat().await.expect("fits");
    let given = house.engine.budgets_notices(Nothing {}).await.expect("notices");
    let told: Vec<_> =
        given.iter().map(|one| (one.percent, one.scope.as_str(), one.limit.as_str())).collect();
    assert_eq!(told, [(10, "all", "0.0001")]);
    assert!(over(house.chat().await));
    let total = house.total().await;
    assert_eq!((total.requests, total.refused_requests, total.failed_requests), (2, 1, 0));
    // The answer got lost on its way: it is given again.
    assert_eq!(house.engine.budgets_notices(Nothing {}).await.expect("notices"), given);
    house.engine.budgets_noticed(BudgetsNoticedRequest { notices: given }).await.expect("noted");
    assert_eq!(house.engine.budgets_notices(Nothing {}).await.expect("notices"), []);
}

#[tokio::test]
async fn a_budget_for_what_is_not_there_is_refused_by_name_and_outlives_its_connection() {
    let house = House::open().await;
    let set = |scope: &str| {
        let (scope, period, limit) = (scope.to_owned(), "month".to_owned(), "1".to_owned());
        house.engine.budgets_set(BudgetSetRequest { scope, period, limit, warn: None })
    };
    for (scope, name) in
        [("connection:tset", "tset"), ("model:nope/gpt-4o", "nope"), ("app:nobody", "nobody")]
    {
        let fault = set(scope).await.expect_err("it limits nothing");
        assert_eq!(
            (fault.code(), fault.facts().get("name").map(String::as_str)),
            (Code::NotFound, Some(name)),
            "{scope}"
        );
    }
    for scope in ["connection:test", "model:test/of-another-day", "feature:chat"] {
        assert!(!set(scope).await.expect("set").gone, "{scope}");
    }
    let request = ConnectionRequest { slug: "test".into() };
    house.engine.connections_remove(request).await.expect("removed");
    let all = house.engine.budgets_list(Nothing {}).await.expect("a list");
    let gone: Vec<_> = all.iter().map(|one| (one.scope.as_str(), one.gone)).collect();
    assert_eq!(
        gone,
        [("connection:test", true), ("feature:chat", false), ("model:test/of-another-day", true)]
    );
    assert!(set("connection:test").await.expect("changed").gone, "it can still be changed");
}
