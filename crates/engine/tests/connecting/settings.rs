//! What the writer sets for a connection has its effect.

use crate::house::{House, ask, connect, draft, read, set, typed};
use inkhorn_contract::*;
use inkhorn_fault::Code;
use inkhorn_testkit::{Canary, Persona, SimulatedProvider};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

#[tokio::test]
async fn the_default_comes_from_the_connection_that_the_writer_chose() {
    let (first, second) =
        (SimulatedProvider::start(Persona::Ollama), SimulatedProvider::start(Persona::LmStudio));
    let house = House::new();
    let engine = house.open();
    for provider in [&first, &second] {
        let view = connect(&engine, provider).await;
        set(&engine, &view.slug, &[("default_model", &provider.models()[0].id)]).await.expect("set");
    }
    let answered = async |engine: &inkhorn_engine::Engine| {
        let (_, answer) = read(engine.send(ask(None, "Hello")).await.expect("it answers")).await;
        answer.info().model.slug.to_string()
    };
    assert_eq!(answered(&engine).await, "ollama", "equals in the writer's order");
    set(&engine, "lm-studio", &[("priority", "5")]).await.expect("set");
    assert_eq!(answered(&engine).await, "lm-studio", "the higher priority first");
    let chosen = |connection: &str, model: &str| SettingsSetRequest {
        default_connection: Some(connection.to_owned()),
        default_model: Some(model.to_owned()),
        ..SettingsSetRequest::default()
    };
    engine.settings_set(chosen("ollama", "")).await.expect("set");
    assert_eq!(answered(&engine).await, "ollama", "what the writer chose goes before that");
    let model = format!("lm-studio/{}", second.models()[0].id);
    engine.settings_set(chosen("ollama", &model)).await.expect("set");
    assert_eq!(answered(&engine).await, "lm-studio", "a default model goes before a default connection");
    let view = engine.settings_set(chosen("", "")).await.expect("taken away");
    assert_eq!((view.default_model, view.default_connection), (None, None));
    let unknown = engine.settings_set(chosen("nowhere", "")).await.expect_err("no such connection");
    assert_eq!(unknown.code(), Code::NotFound);
}

#[tokio::test]
async fn requests_beyond_the_writers_limit_are_refused_unsent_with_the_wait() {
    let provider = SimulatedProvider::start(Persona::Ollama);
    let house = House::new();
    let engine = house.open();
    let view = connect(&engine, &provider).await;
    set(&engine, &view.slug, &[("requests_per_minute", "2")]).await.expect("set");
    let model = format!("{}/{}", view.slug, provider.models()[0].id);
    for _ in 0..2 {
        read(engine.send(ask(Some(&model), "Hello")).await.expect("within the limit")).await;
    }
    house.clock.advance(Duration::from_secs(15));
    let refused = engine.send(ask(Some(&model), "Hello")).await.err().expect("too many");
    assert_eq!((refused.code(), refused.retry_after()), (Code::OverLimit, Some(Duration::from_secs(45))));
    assert!(refused.message().contains(&view.label), "{refused}");
    assert_eq!(provider.chats().len(), 2, "it was not sent");
    house.clock.advance(Duration::from_secs(45));
    read(engine.send(ask(Some(&model), "Hello")).await.expect("a minute later")).await;
}

#[tokio::test]
async fn a_key_that_ends_soon_is_reminded_of() {
    let provider = SimulatedProvider::start(Persona::OpenAi);
    let house = House::new();
    let engine = house.open();
    let view = connect(&engine, &provider).await;
    for (day, state, reminded) in
        [("2027-06-01", "later", false), ("2026-12-01", "soon", true), ("2026-11-01", "past", true)]
    {
        let view = set(&engine, &view.slug, &[("key_expires", day)]).await.expect("set");
        let expiry = view.key_expires.expect("told");
        assert_eq!((expiry.on.as_str(), expiry.state), (day, state));
        let reminders = engine.app_status(Nothing {}).await.expect("status").reminders;
        assert_eq!(
            reminders.iter().any(|one| one.connection == view.slug && one.on == day),
            reminded,
            "{day}"
        );
    }
    let view = set(&engine, &view.slug, &[("key_expires", "")]).await.expect("taken away");
    assert!(view.key_expires.is_none());
    assert!(engine.app_status(Nothing {}).await.expect("status").reminders.is_empty());
}

#[tokio::test]
async fn the_account_and_the_room_under_its_limits_are_told_and_kept() {
    let provider = SimulatedProvider::start(Persona::OpenRouter);
    let house = House::new();
    let engine = house.open();
    let view = connect(&engine, &provider).await;
    let account = view.account.expect("told beside the test");
    assert!(account.used.is_some(), "{account:?}");
    house.clock.advance(Duration::from_secs(60));
    let request = ConnectionRequest { slug: view.slug.clone() };
    let again = engine.connections_account(request).await.expect("asked").account.expect("told");
    assert_eq!(again.asked_at - account.asked_at, 60_000);
    engine.close().await;
    let kept = house.open().connections_list(Nothing {}).await.expect("list").remove(0);
    assert_eq!(kept.account, Some(again), "known without asking");

    let openai = SimulatedProvider::start(Persona::OpenAi);
    let view = connect(&engine, &openai).await;
    let model = format!("{}/{}", view.slug, openai.models()[0].id);
    read(engine.send(ask(Some(&model), "Hello")).await.expect("it answers")).await;
    let room = engine.connections_show(ConnectionRequest { slug: view.slug }).await.expect("shown").headroom;
    assert!(room.iter().any(|one| one.of == "requests" && one.limit.is_some()), "{room:?}");
}

#[tokio::test]
async fn a_setting_of_ollama_is_refused_elsewhere() {
    let provider = SimulatedProvider::start(Persona::OpenAi);
    let house = House::new();
    let engine = house.open();
    let view = connect(&engine, &provider).await;
    let refused = set(&engine, &view.slug, &[("num_ctx", "8192")]).await.expect_err("not there");
    assert_eq!(refused.code(), Code::UsageError);
    let providers = engine.providers_list(Nothing {}).await.expect("catalogue");
    let names = |id: &str| -> Vec<&str> {
        let found = providers.iter().find(|one| one.id == id).expect(id);
        found.settings.iter().map(|setting| setting.name).collect()
    };
    assert!(names("ollama").contains(&"num_ctx") && !names("openai").contains(&"num_ctx"));
    let ollama = providers.iter().find(|one| one.id == "ollama").expect("ollama");
    let patient = ollama.settings.iter().find(|setting| setting.name == "first_token_timeout").expect("told");
    assert_eq!((patient.usual.as_deref(), patient.unit), (Some("600"), Some("seconds")));
}

/// Keeps what it is asked, and lets nothing through.
async fn silent_proxy() -> (std::net::SocketAddr, tokio::task::JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let at = listener.local_addr().expect("address");
    let asked = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("somebody comes");
        let mut head = vec![0; 4096];
        let read = stream.read(&mut head).await.expect("it asks");
        head.truncate(read);
        let _ = stream.write_all(b"HTTP/1.1 403 No\r\ncontent-length: 0\r\n\r\n").await;
        head
    });
    (at, asked)
}

#[tokio::test]
async fn the_proxy_of_a_connection_is_the_only_way_and_learns_no_key() {
    let key = Canary::key_of(Persona::OpenAi);
    let house = House::new().at("openai", "https://models.example.test/v1");
    let engine = house.open();
    let draft = draft("openai", "https://models.example.test/v1", typed(key.text()));
    let view = engine.connections_add(ConnectionAddRequest { draft, test: false }).await.expect("stored");
    for scheme in ["http", "socks5"] {
        let (at, asked) = silent_proxy().await;
        set(&engine, &view.slug, &[("proxy", &format!("{scheme}://{at}"))]).await.expect("set");
        let request = ConnectionRequest { slug: view.slug.clone() };
        let test = engine.connections_test(request).await.expect("an answer");
        let fault = test.fault.expect("it was not let through");
        assert_eq!(fault.code, Code::ConnectionRefused, "{scheme}");
        assert!(fault.message.contains(&at.to_string()), "{scheme}: {}", fault.message);
        let asked = asked.await.expect("asked");
        let text = String::from_utf8_lossy(&asked);
        match scheme {
            "http" => assert!(text.starts_with("CONNECT models.example.test:443 "), "{text}"),
            _ => assert_eq!(asked[0], 5, "{asked:?}"),
        }
        assert!(!text.contains(key.text()) && !text.to_lowercase().contains("authorization"), "{text}");
    }
    let refused = set(&engine, &view.slug, &[("proxy", "http://me:secret@127.0.0.1:1")]).await;
    let refused = refused.expect_err("a password does not belong there");
    assert!(refused.code() == Code::UsageError && !refused.message().contains("secret"), "{refused}");
}

#[tokio::test]
async fn the_writers_own_waits_and_sampling_are_used() {
    let provider = SimulatedProvider::start(Persona::OpenAi);
    let house = House::new();
    let engine = house.open();
    let view = connect(&engine, &provider).await;
    let settings = [("temperature", "0.3"), ("max_tokens", "77"), ("first_token_timeout", "0.2")];
    set(&engine, &view.slug, &settings).await.expect("set");
    let model = format!("{}/{}", view.slug, provider.models()[0].id);
    read(engine.send(ask(Some(&model), "Hello")).await.expect("it answers")).await;
    let sent = provider.chats()[0].json();
    assert_eq!(sent["temperature"], 0.3);
    assert!(sent["max_tokens"] == 77 || sent["max_completion_tokens"] == 77, "{sent}");
    provider.always(inkhorn_testkit::Call::Chat, inkhorn_testkit::Behaviour::HangBeforeHeaders);
    let late = engine.send(ask(Some(&model), "Hello")).await.err().expect("too late");
    assert_eq!(late.code(), Code::TimedOut);
}
