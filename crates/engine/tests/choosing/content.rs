//! What a provider's own list tells of moderation, beside what the writer and the catalogue say.

use crate::house::{House, connect};
use inkhorn_contract::{ContentView, ModelsEditRequest, ModelsRefreshRequest, Nothing};
use inkhorn_engine::Engine;
use inkhorn_testkit::{Persona, SimulatedModel, SimulatedProvider};
use std::time::Duration;

async fn content(engine: &Engine, id: &str) -> Option<ContentView> {
    let models = engine.models_list(Nothing {}).await.expect("a list").models;
    models.into_iter().find(|model| model.id == id).expect("listed").content
}

#[tokio::test]
async fn a_list_that_tells_about_moderation_tags_its_models_as_of_its_own_day() {
    let house = House::new();
    let engine = house.open();
    let provider = SimulatedProvider::start(Persona::OpenRouter);
    let tuned = SimulatedModel::chat("open/tuned");
    provider.set_models(vec![SimulatedModel::chat("openai/gpt-5").moderated(), tuned.clone()]);
    connect(&engine, &provider).await;
    let moderated = content(&engine, "openrouter/openai/gpt-5").await.expect("told");
    assert_eq!(
        (moderated.tag, moderated.source, moderated.date.as_deref()),
        ("filtered", "provider", Some("2026-11-21"))
    );
    let basis = moderated.basis.expect("says on what it rests");
    assert!(basis.en.contains("list") && basis.id.contains("Daftar"), "{basis:?}");
    let free = content(&engine, "openrouter/open/tuned").await.expect("told");
    assert_eq!((free.tag, free.source), ("unfiltered", "provider"));

    // A later list says otherwise, and the writer's own word stands above every list.
    house.clock.advance(Duration::from_secs(2 * 86_400));
    provider.set_models(vec![SimulatedModel::chat("openai/gpt-5").moderated(), tuned.moderated()]);
    engine.models_refresh(ModelsRefreshRequest::default()).await.expect("refreshed");
    let now = content(&engine, "openrouter/open/tuned").await.expect("told");
    assert_eq!((now.tag, now.date.as_deref()), ("filtered", Some("2026-11-23")));
    let own = ModelsEditRequest {
        models: vec!["openrouter/open/tuned".into()],
        content: Some("adult-capable".into()),
        ..ModelsEditRequest::default()
    };
    engine.models_edit(own).await.expect("said");
    let own = content(&engine, "openrouter/open/tuned").await.expect("told");
    assert_eq!((own.tag, own.source, own.basis), ("adult-capable", "own", None));
}

#[tokio::test]
async fn a_list_that_tells_nothing_leaves_it_to_the_catalogue() {
    let house = House::new();
    let engine = house.open();
    let provider = SimulatedProvider::start(Persona::OpenAi);
    connect(&engine, &provider).await;
    let id = format!("openai/{}", provider.models()[0].id);
    let known = content(&engine, &id).await.expect("the catalogue's");
    assert_eq!((known.tag, known.source), ("filtered", "provider"));
    assert!(known.basis.is_some_and(|basis| basis.en.contains("OpenAI")));
}
