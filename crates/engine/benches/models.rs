//! How long the list of ten thousand models takes, beside the least that it could take: copying the same list.
//!
//! Prints a line for people and a line of JSON: milliseconds, and the ratio to the copy.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a program of its own that reports and may stop"
)]

use inkhorn_contract::*;
use inkhorn_domain::Face;
use inkhorn_engine::{Engine, EngineOptions, FixedEnvironment, SystemClock};
use inkhorn_secret::Secret;
use inkhorn_testkit::{Canary, Persona, ScratchProfile, SimulatedModel, SimulatedProvider};
use inkhorn_vault::NoKeychain;
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

const MODELS: usize = 10_000;
const ROUNDS: usize = 50;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let profile = ScratchProfile::make();
    let key = Canary::key_of(Persona::OpenAi);
    let provider = SimulatedProvider::start_with_key(Persona::OpenAi, key.text());
    // Half of them have a price in the book, half of them are unknown to it.
    let id = |n: usize| match n % 2 {
        0 => format!("ft:gpt-3.5-turbo-{n:05}"),
        _ => format!("model-{n:05}"),
    };
    provider.set_models((0..MODELS).map(|n| SimulatedModel::chat(&id(n))).collect());
    connect(&open(&profile), &provider, &key).await;

    let begun = Instant::now();
    let engine = open(&profile);
    engine.app_status(Nothing {}).await.unwrap();
    let startup = begun.elapsed();
    let begun = Instant::now();
    let view = list(&engine).await;
    let first = begun.elapsed();
    assert_eq!(view.models.len(), MODELS);

    let mut lists = Vec::new();
    let mut copies = Vec::new();
    let mut written = Vec::new();
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        black_box(list(&engine).await);
        lists.push(begun.elapsed());
        let begun = Instant::now();
        black_box(view.models.clone());
        copies.push(begun.elapsed());
        let begun = Instant::now();
        black_box(serde_json::to_vec(&view).unwrap());
        written.push(begun.elapsed());
    }
    let (list, copy, json) = (median(lists), median(copies), median(written));
    let ratio = list / copy;
    println!(
        "{MODELS} models: listed in {list:.2} ms, copied in {copy:.2} ms ({ratio:.2} x), written as JSON in {json:.2} ms; \
         the first list {:.0} ms, open and status {:.0} ms",
        millis(first),
        millis(startup)
    );
    println!(
        "{{\"bench\":\"models_list\",\"models\":{MODELS},\"list_ms\":{list:.3},\"copy_ms\":{copy:.3},\"ratio\":{ratio:.2},\
         \"json_ms\":{json:.3},\"first_ms\":{:.1},\"startup_ms\":{:.1}}}",
        millis(first),
        millis(startup)
    );
}

fn open(profile: &ScratchProfile) -> Engine {
    Engine::open(EngineOptions {
        dir: profile.data_dir(),
        passphrase: Some(Secret::new("correct horse battery staple".into())),
        face: Face::Window,
        keychain: Arc::new(NoKeychain),
        clock: Arc::new(SystemClock::new()),
        environment: Arc::new(FixedEnvironment::default()),
    })
    .unwrap()
}

async fn connect(engine: &Engine, provider: &SimulatedProvider, key: &Canary) {
    let draft = ConnectionDraft {
        provider: "openai".into(),
        label: Some("Test".into()),
        base_url: Some(provider.base_url()),
        auth: None,
        key: KeyInput::Typed { key: Secret::new(key.text().into()) },
        headers: Vec::new(),
        models: Vec::new(),
    };
    engine.connections_add(ConnectionAddRequest { draft, test: true }).await.unwrap();
}

async fn list(engine: &Engine) -> ModelsView {
    engine.models_list(Nothing {}).await.unwrap()
}

fn millis(span: Duration) -> f64 {
    span.as_secs_f64() * 1_000.0
}

fn median(mut spans: Vec<Duration>) -> f64 {
    spans.sort();
    millis(spans[spans.len() / 2])
}
