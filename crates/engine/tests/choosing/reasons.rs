//! A model that cannot be used now says why, and a request to it is refused for the same reason.

use crate::house::{House, ask, connect, read};
use inkhorn_contract::*;
use inkhorn_domain::Face;
use inkhorn_engine::{Engine, EngineOptions, FixedEnvironment};
use inkhorn_fault::Code;
use inkhorn_testkit::{Behaviour, Call, Persona, SimulatedModel, SimulatedProvider};
use inkhorn_vault::NoKeychain;
use std::sync::Arc;
use std::time::Duration;

struct Desk {
    house: House,
    engine: Engine,
    cloud: SimulatedProvider,
    local: Option<SimulatedProvider>,
}

impl Desk {
    async fn new() -> Self {
        let house = House::new();
        let engine = house.open();
        let (cloud, local) =
            (SimulatedProvider::start(Persona::OpenAi), SimulatedProvider::start(Persona::Ollama));
        for provider in [&cloud, &local] {
            provider.set_models(vec![SimulatedModel::chat("one"), SimulatedModel::chat("two")]);
            connect(&engine, provider).await;
        }
        let create = CollectionRequest { name: "Both".into() };
        engine.collections_create(create).await.expect("made");
        let models = vec!["openai/one".into(), "ollama/one".into()];
        engine.collections_add(CollectionModelsRequest { name: "Both".into(), models }).await.expect("added");
        Self { house, engine, cloud, local: Some(local) }
    }

    /// Why a model cannot be used, as the list and the collection say it; they must agree.
    async fn reason(&self, id: &str) -> Option<String> {
        let view = self.engine.models_list(Nothing {}).await.expect("a list");
        let model = view.models.iter().find(|model| model.id == id).expect("it stays in the list");
        assert_eq!(model.available, model.reason.is_none());
        let member = view.collections[0].models.iter().find(|member| member.id == id);
        if let Some(member) = member {
            assert_eq!((member.available, &member.reason), (model.available, &model.reason));
        }
        model.reason.clone()
    }

    /// How a connection fared is noted beside the answer, so it is waited for.
    async fn wait_for(&self, id: &str, reason: Option<&str>) {
        for _ in 0..100_000 {
            if self.reason(id).await.as_deref() == reason {
                return;
            }
            tokio::task::yield_now().await;
        }
        panic!("{id} never came to {reason:?}, it is {:?}", self.reason(id).await);
    }

    async fn answers(&self) -> Option<String> {
        let view = self.engine.models_list(Nothing {}).await.expect("a list");
        view.collections[0].answers.clone()
    }

    async fn refused(&self, model: &str) -> Code {
        self.engine.send(ask(Some(model), "Hello")).await.err().expect("refused").code()
    }
}

#[tokio::test]
async fn a_connection_that_is_off_or_failing_takes_its_models_along_and_gives_them_back() {
    let desk = Desk::new().await;
    assert_eq!(
        (desk.reason("openai/one").await, desk.answers().await.as_deref()),
        (None, Some("openai/one"))
    );
    let active = async |on: bool| {
        let mut change = ConnectionUpdateRequest::of("openai");
        change.active = Some(on);
        desk.engine.connections_update(change).await.expect("changed");
    };
    active(false).await;
    assert_eq!(desk.reason("openai/one").await.as_deref(), Some("connection_off"));
    assert_eq!(desk.reason("ollama/one").await, None);
    assert_eq!(desk.answers().await.as_deref(), Some("ollama/one"));
    desk.refused("openai/one").await;
    assert!(desk.cloud.chats().is_empty(), "nothing is sent to one that is off");
    active(true).await;

    desk.cloud.next(Call::Chat, Behaviour::status(401));
    assert_eq!(desk.refused("openai/one").await, Code::WrongKey);
    desk.wait_for("openai/two", Some("wrong_key")).await;
    assert_eq!(desk.answers().await.as_deref(), Some("ollama/one"), "those that fail come after all others");
    let (_, answer) = read(desk.engine.send(ask(Some("Both"), "Hello")).await.expect("it answers")).await;
    assert_eq!(answer.info().model.to_string(), "ollama/one");
    // A failing connection is not locked away: who asks for it tries it, and one answer clears it.
    read(desk.engine.send(ask(Some("openai/one"), "Hello")).await.expect("it answers")).await;
    desk.wait_for("openai/one", None).await;
}

#[tokio::test]
async fn a_model_that_is_gone_and_a_server_that_is_away_say_so() {
    let mut desk = Desk::new().await;
    desk.cloud.set_models(vec![SimulatedModel::chat("two")]);
    desk.house.clock.advance(Duration::from_secs(60));
    desk.engine.models_refresh(ModelsRefreshRequest::default()).await.expect("refreshed");
    assert_eq!(desk.reason("openai/one").await.as_deref(), Some("gone"));
    assert_eq!(desk.reason("openai/two").await, None);
    assert_eq!(desk.answers().await.as_deref(), Some("ollama/one"));
    drop(desk.local.take());
    // A connection that stood open breaks; a new one is refused.
    if desk.refused("ollama/one").await != Code::ConnectionRefused {
        assert_eq!(desk.refused("ollama/one").await, Code::ConnectionRefused);
    }
    desk.wait_for("ollama/one", Some("connection_refused")).await;
}

/// The same profile, in a program that was given no passphrase.
fn open_locked(house: &House) -> Engine {
    Engine::open(EngineOptions {
        dir: house.profile.data_dir(),
        passphrase: None,
        face: Face::Window,
        keychain: Arc::new(NoKeychain),
        clock: house.clock.clone(),
        environment: Arc::new(FixedEnvironment::default()),
    })
    .expect("it opens, locked")
}

#[tokio::test]
async fn a_locked_vault_stops_those_that_need_a_key_and_no_others() {
    let desk = Desk::new().await;
    drop(desk.engine);
    let engine = open_locked(&desk.house);
    let desk = Desk { engine, ..desk };
    assert_eq!(desk.reason("openai/one").await.as_deref(), Some("vault_locked"));
    assert_eq!(desk.reason("ollama/one").await, None);
    assert_eq!(desk.answers().await.as_deref(), Some("ollama/one"));
    assert_eq!(desk.refused("openai/one").await, Code::VaultLocked);
    assert!(desk.cloud.chats().is_empty());
    let (_, answer) = read(desk.engine.send(ask(Some("Both"), "Hello")).await.expect("it answers")).await;
    assert_eq!(answer.info().model.to_string(), "ollama/one");
    let passphrase = inkhorn_secret::Secret::new("correct horse battery staple".into());
    desk.engine.vault_unlock(VaultUnlockRequest { passphrase }).await.expect("opened");
    assert_eq!(desk.reason("openai/one").await, None);
    assert_eq!(desk.answers().await.as_deref(), Some("openai/one"));
}

#[tokio::test]
async fn a_spent_budget_stops_what_it_covers_and_a_collection_goes_on_with_the_rest() {
    let desk = Desk::new().await;
    let budget = |scope: &str| BudgetSetRequest {
        scope: scope.into(),
        period: "day".into(),
        limit: "0".into(),
        warn: None,
    };
    let named = |scope: &str| BudgetRequest { scope: scope.into(), period: "day".into() };
    desk.engine.budgets_set(budget("model:openai/one")).await.expect("set");
    assert_eq!(desk.reason("openai/one").await.as_deref(), Some("over_budget"));
    assert_eq!(desk.reason("openai/two").await, None, "another model");
    assert_eq!(desk.answers().await.as_deref(), Some("ollama/one"));
    assert_eq!(desk.refused("openai/one").await, Code::OverBudget);
    let (_, answer) = read(desk.engine.send(ask(Some("Both"), "Hello")).await.expect("it answers")).await;
    assert_eq!(answer.info().model.to_string(), "ollama/one");
    assert!(desk.cloud.chats().is_empty(), "nothing went where the budget is spent");
    // Let through once, it can be used once.
    desk.engine.budgets_allow_once(named("model:openai/one")).await.expect("allowed");
    assert_eq!(desk.reason("openai/one").await, None);
    read(desk.engine.send(ask(Some("openai/one"), "Hello")).await.expect("once")).await;
    assert_eq!(desk.reason("openai/one").await.as_deref(), Some("over_budget"));
    desk.engine.budgets_remove(named("model:openai/one")).await.expect("removed");
    assert_eq!(desk.reason("openai/one").await, None);
    // What costs nothing is not stopped by a budget for everything.
    desk.engine.budgets_set(budget("all")).await.expect("set");
    assert_eq!(desk.reason("openai/two").await.as_deref(), Some("over_budget"));
    assert_eq!(desk.reason("ollama/one").await, None);
}

#[tokio::test]
async fn a_collection_that_cannot_answer_says_why_and_is_not_denied() {
    let desk = Desk::new().await;
    let create = CollectionRequest { name: "Hollow".into() };
    desk.engine.collections_create(create).await.expect("made");
    let fault = desk.engine.send(ask(Some("hollow"), "Hello")).await.err().expect("refused");
    assert_eq!(fault.code(), Code::ModelNotFound);
    assert_eq!(FaultView::from(&fault).message, "The collection Hollow holds no models yet.");
    desk.engine.connections_remove(ConnectionRequest { slug: "openai".into() }).await.expect("removed");
    desk.engine.connections_remove(ConnectionRequest { slug: "ollama".into() }).await.expect("removed");
    let fault = desk.engine.send(ask(Some("Both"), "Hello")).await.err().expect("refused");
    assert_eq!(fault.code(), Code::ModelNotFound);
    assert!(FaultView::from(&fault).message.contains("in the collection Both"));
}
