//! Connections whose key goes to two hosts or signs, and whose models want several dialects: through the whole engine.
#![allow(clippy::expect_used, clippy::panic, reason = "a test says what it expected")]

use inkhorn_contract::*;
use inkhorn_domain::Face;
use inkhorn_engine::{Engine, EngineOptions, FixedEnvironment, SystemClock};
use inkhorn_secret::Secret;
use inkhorn_testkit::{
    Canary, Evidence, Persona, ScratchProfile, SimulatedModel, SimulatedProvider, assert_clean,
};
use inkhorn_vault::NoKeychain;
use std::sync::Arc;

const ID: &str = "AKIAIOSFODNN7EXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

fn open(profile: &ScratchProfile) -> Engine {
    Engine::open(EngineOptions {
        dir: profile.data_dir(),
        passphrase: Some(Secret::new("correct horse battery staple".into())),
        face: Face::Window,
        keychain: Arc::new(NoKeychain),
        clock: Arc::new(SystemClock::new()),
        environment: Arc::new(FixedEnvironment::default()),
    })
    .expect("the profile opens")
}

fn draft(provider: &str, address: &str, key: &str) -> ConnectionDraft {
    ConnectionDraft {
        provider: provider.into(),
        label: Some("Cloud".into()),
        base_url: Some(address.into()),
        auth: None,
        key: KeyInput::Typed { key: Secret::new(key.into()) },
        headers: Vec::new(),
        models: Vec::new(),
    }
}

async fn ask(engine: &Engine, model: &str) -> MessageView {
    let request = DeskSendRequest {
        text: "How was the night?".into(),
        model: Some(model.into()),
        ..DeskSendRequest::default()
    };
    engine.desk_send(request, drop).await.expect("answered")
}

#[tokio::test]
async fn an_access_key_signs_after_a_restart_and_its_secret_is_nowhere() {
    let provider = SimulatedProvider::start_with_key(Persona::Bedrock, &format!("{ID}:{SECRET}"));
    let profile = ScratchProfile::make();
    let engine = open(&profile);
    // As it is copied out of a settings file.
    let pasted = format!("aws_access_key_id = {ID}\naws_secret_access_key = {SECRET}\n");
    let draft = draft("aws_bedrock", &provider.base_url(), &pasted);
    let added = engine.connections_add(ConnectionAddRequest { draft, test: true }).await.expect("it answers");
    assert_eq!((added.auth.as_str(), added.status, added.model_count), ("aws", "connected", 4));
    drop(engine);

    let engine = open(&profile);
    let answer = ask(&engine, "cloud/amazon.nova-lite-v1:0").await;
    assert_eq!(
        (answer.state, answer.text.as_str()),
        ("done", "The rain had stopped before the letter came.")
    );
    let proof = provider.chats()[0].header("authorization").map(str::to_owned).expect("a proof");
    assert!(proof.starts_with(&format!("AWS4-HMAC-SHA256 Credential={ID}/")), "{proof}");
    let sent: Vec<u8> = provider
        .requests()
        .iter()
        .flat_map(|request| {
            let headers = request.headers.iter().flat_map(|(_, value)| value.as_bytes().to_vec());
            headers.chain(request.body.clone()).collect::<Vec<u8>>()
        })
        .collect();
    let evidence = Evidence::new().folder(&profile.data_dir()).bytes("what was sent", &sent);
    assert_clean(&evidence, &[&Canary::of("the secret of an access key", SECRET)]);
}

#[tokio::test]
async fn a_key_is_sealed_for_both_hosts_of_a_region_and_opens_for_them_only() {
    let profile = ScratchProfile::make();
    let engine = open(&profile);
    let address = "https://bedrock-runtime.eu-central-1.amazonaws.com";
    let draft = draft("aws_bedrock", address, "ABSKQmVkcm9ja0FQSUtleS1DQU5BUlk=");
    engine.connections_add(ConnectionAddRequest { draft, test: false }).await.expect("sealed");
    // A header of its own seals everything anew, for which the key is opened first.
    let header = HeaderInput { name: "x-team".into(), value: Some(Secret::new("prose".into())) };
    let change =
        ConnectionUpdateRequest { headers: Some(vec![header]), ..ConnectionUpdateRequest::of("cloud") };
    let changed = engine.connections_update(change).await.expect("opened and sealed again");
    assert_eq!((changed.has_key, changed.headers.len()), (true, 1));
    // Another region is another pair of hosts: the key is asked for again.
    let moved = ConnectionUpdateRequest {
        base_url: Some("https://bedrock-runtime.eu-west-1.amazonaws.com".into()),
        headers: Some(Vec::new()),
        ..ConnectionUpdateRequest::of("cloud")
    };
    let fault = engine.connections_update(moved).await.expect_err("not for there");
    assert_eq!(fault.code().as_str(), "key_form");
}

#[tokio::test]
async fn one_connection_speaks_two_dialects_where_its_models_want_them() {
    let provider = SimulatedProvider::start(Persona::OpenAi);
    provider.set_models(vec![
        SimulatedModel::chat("gpt-4.1-mini"),
        SimulatedModel::chat("gpt-5.2-pro").thinking(),
    ]);
    let profile = ScratchProfile::make();
    let engine = open(&profile);
    let draft = draft("openai", &provider.base_url(), &provider.key().expect("a key"));
    engine.connections_add(ConnectionAddRequest { draft, test: true }).await.expect("it answers");
    for (model, path) in [("gpt-4.1-mini", "/v1/chat/completions"), ("gpt-5.2-pro", "/v1/responses")] {
        let answer = ask(&engine, &format!("cloud/{model}")).await;
        assert_eq!((answer.state, answer.text.len()), ("done", 44), "{model}");
        let line = answer.answer.expect("a quiet line");
        assert_eq!(line.quality.as_str(), "reported", "{model}");
        assert_eq!(provider.chats().last().map(|chat| chat.path.clone()).as_deref(), Some(path));
    }
}
