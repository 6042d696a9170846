//! One dead, hanging or slow connection delays nobody else.

use crate::house::{House, ask, connect, draft, read};
use inkhorn_contract::*;
use inkhorn_fault::Code;
use inkhorn_testkit::{Behaviour, Call, Persona, SimulatedProvider, refused_address};
use std::time::{Duration, Instant};

#[tokio::test]
async fn with_one_silent_one_refusing_and_one_slow_everything_else_works() {
    let good = SimulatedProvider::start(Persona::Ollama);
    let silent = SimulatedProvider::start(Persona::LmStudio);
    let slow = SimulatedProvider::start(Persona::Vllm);
    let house = House::new();
    let engine = house.open();
    for provider in [&good, &silent, &slow] {
        connect(&engine, provider).await;
    }
    let refusing = draft("llama_cpp", &format!("http://{}/v1", refused_address()), KeyInput::None);
    engine.connections_add(ConnectionAddRequest { draft: refusing, test: false }).await.expect("stored");
    engine.close().await;
    drop(engine);
    for call in [Call::Models, Call::Other, Call::Chat] {
        silent.always(call, Behaviour::HangBeforeHeaders);
        // Its head comes at once and its answer never within the patience of a list.
        slow.always(call, Behaviour::HangAfterHeaders);
    }

    let opened = Instant::now();
    let engine = house.open();
    assert_eq!(engine.connections_list(Nothing {}).await.expect("list").len(), 4);
    assert!(!engine.models_list(Nothing {}).await.expect("from the cache").models.is_empty());
    assert!(opened.elapsed() < Duration::from_secs(1), "usable after {:?}", opened.elapsed());

    // All four are asked at once; the good one's new list is there while the others are still silent.
    good.forget_requests();
    let mut changes = engine.events();
    let asking = engine.clone();
    let refresh = tokio::spawn(async move { asking.models_refresh(ModelsRefreshRequest::default()).await });
    let settled = async |engine: &inkhorn_engine::Engine| {
        let sources = engine.models_list(Nothing {}).await.expect("models").sources;
        sources.iter().filter(|source| !source.refreshing).count()
    };
    while good.requests().is_empty() || settled(&engine).await < 2 {
        let _ = changes.recv().await;
    }
    let model = format!("ollama/{}", good.models()[0].id);
    let (text, _) = read(engine.send(ask(Some(&model), "Hello")).await.expect("it answers")).await;
    assert!(!text.is_empty(), "and it writes meanwhile");

    // The rest is waiting: the test's runtime lets that time pass at once.
    tokio::time::pause();
    let began = tokio::time::Instant::now();
    let refreshed = refresh.await.expect("ended").expect("it ends");
    assert!(began.elapsed() <= Duration::from_secs(20), "{:?}", began.elapsed());
    assert_eq!(refreshed.answered, 1);
    let told: Vec<(&str, Code)> =
        refreshed.not_answered.iter().map(|one| (one.connection.as_str(), one.fault.code)).collect();
    assert_eq!(
        told,
        [("llama-cpp", Code::ConnectionRefused), ("lm-studio", Code::TimedOut), ("vllm", Code::TimedOut)]
    );
}
