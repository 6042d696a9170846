//! Refusals are counted by how answers ended, in every dialect that tells, and go with time.

use crate::house::{House, ask, connect, read};
use inkhorn_contract::{Nothing, RefusalCountView, RefusalsOfView, RefusalsView};
use inkhorn_engine::Engine;
use inkhorn_fault::Code;
use inkhorn_testkit::{Answer, Behaviour, Call, Canary, Finish, Persona, Refusal, SimulatedProvider};
use std::time::Duration;

const DAY: Duration = Duration::from_secs(86_400);

async fn refusals(engine: &Engine) -> RefusalsView {
    engine.models_refusals(Nothing {}).await.expect("counted")
}

fn of<'v>(all: &'v [RefusalsOfView], name: &str) -> &'v RefusalsOfView {
    all.iter().find(|of| of.name == name).unwrap_or_else(|| panic!("{name} is not among {all:?}"))
}

fn count(answers: u64, withheld: u64, refused: u64) -> RefusalCountView {
    RefusalCountView { answers, withheld, refused }
}

#[tokio::test]
async fn every_dialects_stop_reason_counts_and_no_text_is_kept() {
    let house = House::new();
    let engine = house.open();
    let said = Canary::prompt();
    for persona in [
        Persona::OpenAi,
        Persona::Anthropic,
        Persona::Gemini,
        Persona::Cohere,
        Persona::Bedrock,
        Persona::OpenRouter,
    ] {
        let provider = SimulatedProvider::start(persona);
        let connection = connect(&engine, &provider).await;
        let model = format!("{}/{}", connection.slug, provider.models()[0].id);
        let told = Answer::text(said.text()).with_finish(Finish::Filter);
        provider.next(Call::Chat, Behaviour::Answer(told));
        for _ in 0..3 {
            let (text, _) =
                read(engine.send(ask(Some(&model), said.text())).await.expect("it answers")).await;
            assert!(!text.is_empty(), "{persona:?}");
        }
        let view = refusals(&engine).await;
        assert_eq!(of(&view.models, &model).days_30, count(3, 1, 0), "{persona:?}");
        assert_eq!(of(&view.providers, persona.provider_id()).days_365, count(3, 1, 0), "{persona:?}");
    }
    drop(engine);
    house.assert_without(&said);
}

#[tokio::test]
async fn what_is_turned_down_counts_and_what_fails_or_is_stopped_does_not() {
    let house = House::new();
    let engine = house.open();
    let provider = SimulatedProvider::start(Persona::OpenAi);
    let slug = connect(&engine, &provider).await.slug;
    let model = format!("{slug}/{}", provider.models()[0].id);
    let fails = async |behaviour: Behaviour, code: Code| {
        provider.next(Call::Chat, behaviour);
        let refused = engine.send(ask(Some(&model), "Hello")).await.err().expect("refused");
        assert_eq!(refused.code(), code);
    };
    assert_eq!(refusals(&engine).await.models, [], "what was never used is not listed");
    let policy = r#"{"error":{"message":"Your request was flagged.","type":"invalid_request_error","code":"content_policy_violation"}}"#;
    fails(Behaviour::Status(Refusal::of(400).with_body(policy)), Code::ContentRefused).await;
    fails(Behaviour::status(429), Code::RateLimited).await;
    fails(Behaviour::status(500), Code::UpstreamFailed).await;
    let held = Answer::text("one two three").with_finish(Finish::Filter);
    provider.next(Call::Chat, Behaviour::Answer(held));
    drop(engine.send(ask(Some(&model), "Hello")).await.expect("it begins"));
    let view = refusals(&engine).await;
    assert_eq!(of(&view.models, &model).days_30, count(1, 0, 1), "{view:?}");
    assert_eq!(view.models.len(), 1);
    let connection = inkhorn_contract::ConnectionRequest { slug };
    engine.connections_remove(connection).await.expect("removed");
    assert_eq!(refusals(&engine).await.models.len(), 1, "what happened stays");
}

#[tokio::test]
async fn a_month_and_a_year_end_and_who_refused_most_comes_first() {
    let house = House::new();
    let engine = house.open();
    let provider = SimulatedProvider::start(Persona::OpenAi);
    let slug = connect(&engine, &provider).await.slug;
    let ids: Vec<String> =
        provider.models().iter().map(|model| format!("{slug}/{}", model.id)).take(2).collect();
    let answer = async |model: &str, finish: Finish| {
        provider.next(Call::Chat, Behaviour::Answer(Answer::text("So.").with_finish(finish)));
        read(engine.send(ask(Some(model), "Hello")).await.expect("it answers")).await;
    };
    answer(&ids[0], Finish::Filter).await;
    let first = refusals(&engine).await;
    house.clock.advance(DAY * 30 + Duration::from_millis(1));
    answer(&ids[0], Finish::Stop).await;
    for _ in 0..2 {
        answer(&ids[1], Finish::Filter).await;
    }
    let view = refusals(&engine).await;
    let names: Vec<&str> = view.models.iter().map(|of| of.name.as_str()).collect();
    assert_eq!(names, [&ids[1], &ids[0]]);
    assert_eq!((view.models[1].days_30, view.models[1].days_365), (count(1, 0, 0), count(2, 1, 0)));
    assert_eq!(view.since - first.since, 30 * 86_400_000 + 1);
    assert_eq!(of(&view.providers, "openai").days_365, count(4, 3, 0));
    house.clock.advance(DAY * 335);
    let view = refusals(&engine).await;
    assert_eq!(of(&view.models, &ids[0]).days_365, count(1, 0, 0), "the oldest is over a year old");
    house.clock.advance(DAY * 365);
    assert_eq!(refusals(&engine).await.models, []);
}
