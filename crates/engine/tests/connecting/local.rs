//! Models on this machine: the context that a text needs, keeping them in memory, patience, and cuts that nobody told.

use crate::house::{House, ask, connect, read, set};
use inkhorn_contract::*;
use inkhorn_testkit::{Answer, Persona, SimulatedProvider, TokenUsage};
use tokio::sync::mpsc::unbounded_channel;

#[tokio::test]
async fn ollama_is_asked_for_the_context_that_the_text_needs_or_the_writer_set() {
    let provider = SimulatedProvider::start(Persona::Ollama);
    let house = House::new();
    let engine = house.open();
    let view = connect(&engine, &provider).await;
    let model = format!("{}/{}", view.slug, provider.models().last().expect("models").id);
    let long = "word ".repeat(20_000);
    read(engine.send(ask(Some(&model), &long)).await.expect("it answers")).await;
    let asked = provider.chats()[0].json()["options"]["num_ctx"].as_u64().expect("asked for");
    assert!(asked >= 25_000, "{asked} for about 25,000 tokens");
    let estimate = DeskEstimateRequest {
        text: long.clone(),
        model: Some(model.clone()),
        ..DeskEstimateRequest::default()
    };
    let estimate = engine.desk_estimate(estimate).await.expect("estimated");
    assert!(estimate.asked_context.is_some_and(|told| told.abs_diff(asked) <= asked), "{estimate:?}");

    set(&engine, &view.slug, &[("num_ctx", "8192"), ("keep_alive", "30m")]).await.expect("set");
    read(engine.send(ask(Some(&model), "Hello")).await.expect("it answers")).await;
    let sent = provider.chats()[1].json();
    assert_eq!(sent["options"]["num_ctx"], 8192);
    assert_eq!(sent["keep_alive"], "30m");
    let estimate =
        DeskEstimateRequest { text: long, model: Some(model.clone()), ..DeskEstimateRequest::default() };
    let estimate = engine.desk_estimate(estimate).await.expect("estimated");
    assert_eq!((estimate.fits, estimate.context_length), (Some(false), Some(8192)), "warned of before");
    set(&engine, &view.slug, &[("keep_alive", "-1")]).await.expect("set");
    read(engine.send(ask(Some(&model), "Hello")).await.expect("it answers")).await;
    assert_eq!(provider.chats()[2].json()["keep_alive"], -1, "a number on the wire");
}

#[tokio::test]
async fn what_a_local_list_tells_of_a_model_is_shown() {
    let provider = SimulatedProvider::start(Persona::Ollama);
    let house = House::new();
    let engine = house.open();
    connect(&engine, &provider).await;
    let models = engine.models_list(Nothing {}).await.expect("models").models;
    let local = models[0].local.as_ref().expect("a model of this machine");
    assert!(
        local.family.is_some() && local.quantisation.is_some() && local.size_bytes.is_some(),
        "{local:?}"
    );
    assert_eq!((local.loaded, local.loaded_context), (Some(true), Some(4096)));
}

#[tokio::test]
async fn a_text_that_was_cut_without_a_word_is_told() {
    let provider = SimulatedProvider::start(Persona::Ollama);
    let house = House::new();
    let engine = house.open();
    let view = connect(&engine, &provider).await;
    let model = format!("{}/{}", view.slug, provider.models()[0].id);
    for (read_by_server, cut) in [(4_096, true), (24_800, false)] {
        provider.answer_with(Answer::text("Well.").with_usage(TokenUsage::Exactly {
            input: read_by_server,
            cache_read: 0,
            cache_write: 0,
            output: 1,
            reasoning: 0,
            cost: None,
        }));
        let text = "word ".repeat(20_000);
        let request = DeskSendRequest { text, model: Some(model.clone()), ..DeskSendRequest::default() };
        let message = engine.desk_send(request, |_| ()).await.expect("it answers");
        assert_eq!(message.answer.expect("a quiet line").prompt_cut, cut, "{read_by_server}");
    }
}

#[tokio::test]
async fn the_desk_is_told_that_nothing_has_come_yet() {
    let provider = SimulatedProvider::start(Persona::Ollama);
    let house = House::new();
    let engine = house.open();
    let view = connect(&engine, &provider).await;
    let model = format!("{}/{}", view.slug, provider.models()[0].id);
    provider.hold();
    let (tell, mut events) = unbounded_channel();
    let request = DeskSendRequest { text: "Hello".into(), model: Some(model), ..DeskSendRequest::default() };
    let sending = engine.clone();
    let sent =
        tokio::spawn(async move { sending.desk_send(request, move |event| drop(tell.send(event))).await });
    assert!(matches!(events.recv().await, Some(DeskEvent::Started { .. })));
    provider.wait_for_chats(1);
    for round in 1..=2u64 {
        house.clock.advance(std::time::Duration::from_secs(4));
        house.clock.ring();
        match events.recv().await.expect("events") {
            DeskEvent::StillWaiting { waited_ms, local, loaded } => {
                assert_eq!((waited_ms, local, loaded), (round * 4_000, true, Some(true)));
            }
            _ => panic!("nothing should have come"),
        }
    }
    provider.release();
    let message = sent.await.expect("ended").expect("it answers");
    assert_eq!(message.state, "done");
    house.clock.ring();
    while let Some(event) = events.recv().await {
        assert!(!matches!(event, DeskEvent::StillWaiting { .. }), "something has come");
    }
}
