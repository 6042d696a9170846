//! How long it takes to list the models of every provider of the catalogue at once, beside the slowest of them alone in
//! the same run. Each provider is a simulated one with a list of its own form that takes its own time to answer; the
//! lists are fetched, read, kept in the database and put on the connections' cards, as in the program.
//!
//! Prints a line for people and a line of JSON.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::panic,
    reason = "a program of its own that reports and may stop"
)]

use inkhorn_contract::{ConnectionAddRequest, ConnectionDraft, KeyInput, ModelsRefreshRequest, Nothing};
use inkhorn_domain::Face;
use inkhorn_engine::{Engine, EngineOptions, FixedEnvironment, SystemClock};
use inkhorn_secret::Secret;
use inkhorn_testkit::{Behaviour, Call, Persona, ScratchProfile, SimulatedModel, SimulatedProvider};
use inkhorn_vault::NoKeychain;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Models of each list.
const MODELS: usize = 300;
const ROUNDS: usize = 7;
/// What listing all may take, in times of the slowest.
const AT_MOST: f64 = 1.2;
/// The quickest and the slowest answer, as clouds give them.
const FIRST: Duration = Duration::from_millis(50);
const LAST: Duration = Duration::from_millis(400);

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let profile = ScratchProfile::make();
    let engine = open(&profile);
    let mut providers = Vec::new();
    for (at, persona) in Persona::ALL.into_iter().enumerate() {
        let wait = FIRST + (LAST - FIRST) * at as u32 / (Persona::ALL.len() as u32 - 1);
        providers.push(connect(&engine, persona, wait).await);
    }
    // The last one with a list to wait for is the slowest.
    let slowest = Persona::ALL.into_iter().rev().find(|persona| persona.has_list()).expect("lists");
    let slowest = slowest.provider_id().replace('_', "-");

    // Once unmeasured: connections stand, pages of the database are in memory.
    refresh(&engine, None).await;
    let (mut alone, mut all) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        alone.push(refresh(&engine, Some(&slowest)).await);
        all.push(refresh(&engine, None).await);
    }
    let (alone, all) = (median(alone), median(all));
    let ratio = all / alone;
    let models = engine.models_list(Nothing::default()).await.expect("a list").models.len();
    println!(
        "listing {} connections at once ({models} models): {all:.0} ms; the slowest alone {alone:.0} ms; {ratio:.2} x \
         (at most {AT_MOST} x)",
        providers.len()
    );
    println!(
        "{{\"bench\":\"listing\",\"connections\":{},\"models\":{models},\"all_ms\":{all:.1},\"slowest_ms\":{alone:.1},\
         \"ratio\":{ratio:.3},\"at_most\":{AT_MOST}}}",
        providers.len()
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
    .expect("a fresh profile opens")
}

/// A connection to a simulated provider whose list takes this long.
async fn connect(engine: &Engine, persona: Persona, wait: Duration) -> SimulatedProvider {
    let provider = SimulatedProvider::start(persona);
    provider.set_models(SimulatedModel::many(MODELS));
    provider.always(Call::Models, Behaviour::Paced(wait));
    let key = provider.key().map_or(KeyInput::None, |key| KeyInput::Typed { key: Secret::new(key) });
    let draft = ConnectionDraft {
        provider: persona.provider_id().into(),
        label: Some(persona.provider_id().replace('_', "-")),
        base_url: Some(provider.base_url()),
        auth: None,
        key,
        headers: Vec::new(),
        models: Vec::new(),
    };
    let added = engine.connections_add(ConnectionAddRequest { draft, test: false }).await;
    added.unwrap_or_else(|fault| panic!("{persona:?}: {fault:?}"));
    provider
}

/// Milliseconds of a refresh in which everybody answers.
async fn refresh(engine: &Engine, connection: Option<&str>) -> f64 {
    let begun = Instant::now();
    let request = ModelsRefreshRequest { connection: connection.map(str::to_owned) };
    let view = engine.models_refresh(request).await.expect("a refresh");
    let took = begun.elapsed();
    assert!(view.not_answered.is_empty(), "{:?}", view.not_answered);
    took.as_secs_f64() * 1000.0
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
