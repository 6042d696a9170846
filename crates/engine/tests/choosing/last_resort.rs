//! Where nothing is chosen anywhere, a key of the environment may answer, and every face says that it was the last resort.

use crate::house::{House, ask, read};
use inkhorn_contract::*;
use inkhorn_engine::Engine;
use inkhorn_fault::Code;
use inkhorn_testkit::{Canary, Persona, SimulatedProvider};

async fn allow(engine: &Engine, on: bool) {
    let set = SettingsSetRequest { system_fallback: Some(on), ..SettingsSetRequest::default() };
    engine.settings_set(set).await.expect("set");
}

#[tokio::test]
async fn the_fallback_is_named_in_the_answer_on_the_desk_and_in_the_estimate() {
    let key = Canary::key_of(Persona::OpenAi);
    let provider = SimulatedProvider::start_with_key(Persona::OpenAi, key.text());
    let house = House::new().at("openai", &provider.base_url()).with_variable("OPENAI_API_KEY", key.text());
    let engine = house.open();
    allow(&engine, true).await;
    let (_, answer) = read(engine.send(ask(None, "Hello")).await.expect("it answers")).await;
    let chosen = answer.info().model.to_string();
    assert_eq!(
        (answer.info().picked_by.as_str(), answer.info().model.slug.as_str()),
        ("fallback", "system-openai")
    );

    let estimate = DeskEstimateRequest { text: "Hello".into(), ..DeskEstimateRequest::default() };
    let estimate = engine.desk_estimate(estimate).await.expect("estimated");
    assert_eq!(
        (estimate.model.as_deref(), estimate.picked_by.as_deref()),
        (Some(chosen.as_str()), Some("fallback"))
    );

    // Every other rule goes before it.
    let listed =
        provider.models().iter().map(|model| format!("system-openai/{}", model.id)).find(|id| *id != chosen);
    let other = listed.expect("another model");
    let set = ModelsFeatureDefaultRequest { feature: "chat".into(), model: Some(other.clone()) };
    engine.models_feature_default(set).await.expect("set");
    let (_, answer) = read(engine.send(ask(None, "Hello")).await.expect("it answers")).await;
    assert_eq!((answer.info().model.to_string(), answer.info().picked_by.as_str()), (other, "feature"));
    let none = ModelsFeatureDefaultRequest { feature: "chat".into(), model: None };
    engine.models_feature_default(none).await.expect("taken away");

    allow(&engine, false).await;
    assert_eq!(
        engine.send(ask(None, "Hello")).await.err().map(|fault| fault.code()),
        Some(Code::ModelNotFound)
    );
    house.assert_without(&key);
}

#[tokio::test]
async fn a_conversation_that_the_fallback_began_says_so() {
    let key = Canary::key_of(Persona::OpenAi);
    let provider = SimulatedProvider::start_with_key(Persona::OpenAi, key.text());
    let house = House::new().at("openai", &provider.base_url()).with_variable("OPENAI_API_KEY", key.text());
    let engine = house.open();
    allow(&engine, true).await;
    let turn = DeskSendRequest { text: "Hello".into(), ..DeskSendRequest::default() };
    let told = engine.desk_send(turn, |_| ()).await.expect("answered").answer.expect("a quiet line");
    assert_eq!(told.picked_by.as_deref(), Some("fallback"));
    let desk = engine.desk_list(DeskListRequest::default()).await.expect("listed");
    let turn = DeskSendRequest {
        conversation: Some(desk.conversations[0].id.clone()),
        text: "Go on.".into(),
        ..DeskSendRequest::default()
    };
    let told = engine.desk_send(turn, |_| ()).await.expect("answered").answer.expect("a quiet line");
    assert_eq!(told.picked_by.as_deref(), Some("conversation"), "from then on it is the conversation's");
    house.assert_without(&key);
}
