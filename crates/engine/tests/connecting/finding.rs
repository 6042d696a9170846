//! What is found is told for what it is, and nothing is stored or called before a yes.

use crate::house::{House, ask, draft, read};
use inkhorn_contract::*;
use inkhorn_fault::Code;
use inkhorn_testkit::{Behaviour, Call, Canary, Persona, SimulatedProvider};
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const LOCAL: [Persona; 8] = [
    Persona::Ollama,
    Persona::LmStudio,
    Persona::LocalAi,
    Persona::LightLlm,
    Persona::LlamaCpp,
    Persona::Vllm,
    Persona::KoboldCpp,
    Persona::Jan,
];

#[tokio::test]
async fn each_server_of_this_machine_is_told_for_what_it_is() {
    for persona in LOCAL {
        let server = SimulatedProvider::start(persona);
        let house = House::new().at(persona.provider_id(), &server.base_url());
        let engine = house.open();
        let found = engine.discover(Nothing {}).await.expect("it looks").servers;
        let told: Vec<(&str, &str)> =
            found.iter().map(|one| (one.provider.as_str(), one.base_url.as_str())).collect();
        assert_eq!(told, [(persona.provider_id(), server.base_url().as_str())], "{persona:?}: {found:?}");
        assert_eq!(found[0].needs_key, server.key().is_some(), "{persona:?}: {found:?}");
        if server.key().is_none() {
            assert_eq!(found[0].models, Some(server.models().len() as u32), "{persona:?}");
        }
        for request in server.requests() {
            assert_eq!(request.method, "GET", "{persona:?} {}", request.path);
            for name in ["authorization", "x-api-key", "cookie"] {
                assert!(request.header(name).is_none(), "{persona:?} was sent {name}");
            }
        }
        assert!(engine.connections_list(Nothing {}).await.expect("list").is_empty(), "offered, not stored");
    }
}

#[tokio::test]
async fn a_server_on_anothers_port_is_still_itself_and_both_families_are_one() {
    let ollama = SimulatedProvider::start(Persona::Ollama);
    let house = House::new().at("lm_studio", &format!("{}/v1", ollama.address()));
    let engine = house.open();
    let found = engine.discover(Nothing {}).await.expect("it looks").servers;
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0].provider.as_str(), &found[0].base_url), ("ollama", &ollama.address()));
}

#[tokio::test]
async fn a_server_that_listens_on_ipv6_only_is_found() {
    let server =
        SimulatedProvider::start_on(Persona::Ollama, SocketAddr::from((std::net::Ipv6Addr::LOCALHOST, 0)));
    let port = server.socket_address().port();
    let house = House::new().at("ollama", &format!("http://localhost:{port}"));
    let engine = house.open();
    let found = engine.discover(Nothing {}).await.expect("it looks").servers;
    assert_eq!(found.first().map(|one| one.base_url.as_str()), Some(format!("http://[::1]:{port}").as_str()));
}

#[tokio::test]
async fn what_is_no_model_server_is_not_offered() {
    for behaviour in [
        Behaviour::Html,
        Behaviour::RedirectTo("http://evil.example/".into()),
        Behaviour::EmptyBody,
        Behaviour::GzipBomb,
        Behaviour::EndlessLine(8 * 1024 * 1024),
    ] {
        let server = SimulatedProvider::start(Persona::Compatible);
        server.set_key(None);
        for call in [Call::Models, Call::Other] {
            server.always(call, behaviour.clone());
        }
        let house = House::new().at("llama_cpp", &server.base_url());
        let engine = house.open();
        let found = engine.discover(Nothing {}).await.expect("it looks").servers;
        assert!(found.is_empty(), "{behaviour:?}: {found:?}");
    }
}

/// A server with these pages and no others.
async fn serve_pages(pages: &'static [(&'static str, &'static str)]) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let at = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = vec![0; 4096];
            let read = stream.read(&mut head).await.unwrap_or(0);
            let asked = String::from_utf8_lossy(&head[..read]).into_owned();
            let path = asked.split(' ').nth(1).unwrap_or_default();
            let page = pages.iter().find(|(known, _)| *known == path);
            let (status, body) = page.map_or(("404 Not Found", ""), |(_, body)| ("200 OK", *body));
            let head =
                format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
            let _ = stream.write_all([head.as_str(), body].concat().as_bytes()).await;
        }
    });
    at
}

#[tokio::test]
async fn a_page_for_people_in_front_of_models_is_not_taken_for_their_server() {
    const LIST: (&str, &str) = ("/v1/models", r#"{"object":"list","data":[{"id":"a"}]}"#);
    const FOR_PEOPLE: (&str, &str) = ("/api/config", r#"{"status":true,"deployment_id":"x"}"#);
    const SOMETHING: (&str, &str) = ("/api/config", r#"{"something":"else"}"#);
    const PLAIN: &[(&str, &str)] = &[LIST];
    const PEOPLE: &[(&str, &str)] = &[LIST, FOR_PEOPLE];
    const OTHER: &[(&str, &str)] = &[LIST, SOMETHING];
    for (pages, offered) in
        [(PLAIN, Some("openai_compatible")), (PEOPLE, None), (OTHER, Some("openai_compatible"))]
    {
        let at = serve_pages(pages).await;
        let house = House::new().at("llama_cpp", &format!("http://{at}/v1"));
        let found = house.open().discover(Nothing {}).await.expect("it looks").servers;
        assert_eq!(found.first().map(|one| one.provider.as_str()), offered, "{found:?}");
    }
}

#[tokio::test]
async fn a_server_that_is_connected_already_says_so() {
    let server = SimulatedProvider::start(Persona::Ollama);
    let house = House::new().at("ollama", &server.base_url());
    let engine = house.open();
    let port = server.socket_address().port();
    let yes = draft("ollama", &format!("http://localhost:{port}"), KeyInput::None);
    let added = engine.connections_add(ConnectionAddRequest { draft: yes, test: true }).await.expect("added");
    let found = engine.discover(Nothing {}).await.expect("it looks").servers;
    assert_eq!(found[0].connection.as_ref(), Some(&added.slug), "another name for the same place");
}

#[tokio::test]
async fn keys_in_the_environment_are_named_and_not_taken() {
    let key = Canary::key_of(Persona::OpenAi);
    let provider = SimulatedProvider::start_with_key(Persona::OpenAi, key.text());
    let house = House::new()
        .at("openai", &provider.base_url())
        .with_variable("OPENAI_API_KEY", key.text())
        .with_variable("ANTHROPIC_API_KEY", "two words")
        .with_variable("SOMETHING_ELSE", key.text());
    let engine = house.open();
    let found = engine.discover(Nothing {}).await.expect("it looks").keys;
    let openai = found.iter().find(|one| one.provider == "openai").expect("found");
    assert_eq!(openai.variable, "OPENAI_API_KEY");
    assert_eq!(openai.last4.as_deref(), Some(&key.text()[key.text().len() - 4..]));
    let bad = found.iter().find(|one| one.provider == "anthropic").expect("found");
    assert_eq!(bad.fault.as_ref().map(|fault| fault.code), Some(Code::KeyForm));
    assert!(provider.requests().is_empty(), "no cloud is called before a yes");
    house.assert_without(&key);

    let named = |variable: &str| {
        let key = KeyInput::Environment { variable: variable.to_owned() };
        ConnectionAddRequest { draft: draft("openai", &provider.base_url(), key), test: true }
    };
    for other in ["SOMETHING_ELSE", "HOME", "ANTHROPIC_API_KEY"] {
        let refused = engine.connections_add(named(other)).await.expect_err("not for this provider");
        assert_eq!(refused.code(), Code::NotFound, "{other}");
    }
    let added = engine.connections_add(named("OPENAI_API_KEY")).await.expect("the writer said yes");
    assert_eq!((added.status, added.system), ("connected", false));
    let again = engine.discover(Nothing {}).await.expect("it looks").keys;
    let known = again.iter().find(|one| one.provider == "openai").expect("found");
    assert_eq!(known.connection.as_deref(), Some(added.slug.as_str()), "this very key is stored already");
    house.assert_without(&key);
}

#[tokio::test]
async fn a_key_without_a_usual_address_says_that_it_needs_one_and_tells_what_stands_beside_it() {
    const KEY: &str = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";
    let beside = |address: &'static str| async move {
        let house = House::new()
            .with_variable("AZURE_OPENAI_API_KEY", KEY)
            .with_variable("AZURE_OPENAI_ENDPOINT", address)
            .with_variable("OPENAI_API_KEY", "sk-proj-0123456789abcdefghijklmnop");
        let engine = house.open();
        let found = engine.discover(Nothing {}).await.expect("it looks").keys;
        let of = |id: &str| found.iter().find(|one| one.provider == id).expect("found").clone();
        let usual = of("openai");
        assert_eq!((usual.needs_address, usual.base_url), (false, None), "it is the catalogue's");
        let azure = of("azure_openai");
        assert!(azure.needs_address && azure.fault.is_none(), "{azure:?}");
        let yes = |base_url| ConnectionAddRequest {
            draft: ConnectionDraft {
                base_url,
                ..draft("azure_openai", "", KeyInput::Environment { variable: azure.variable.clone() })
            },
            test: false,
        };
        let nowhere = engine.connections_add(yes(None)).await.expect_err("there is no address");
        assert_eq!(nowhere.code(), Code::BadAddress);
        if let Some(known) = &azure.base_url {
            let added = engine.connections_add(yes(Some(known.clone()))).await.expect("as the form would");
            assert_eq!((&added.base_url, added.has_key), (known, true));
        }
        azure.base_url
    };
    let found = beside("https://mine.openai.azure.com/").await;
    assert_eq!(found.as_deref(), Some("https://mine.openai.azure.com/openai/v1"));
    for useless in ["", "no address", "http://mine.openai.azure.com", "https://me:word@mine.openai.azure.com"]
    {
        assert_eq!(beside(useless).await, None, "{useless:?}");
    }
}

#[tokio::test]
async fn the_system_fallback_is_off_until_it_is_allowed_and_stores_nothing() {
    let key = Canary::key_of(Persona::OpenAi);
    let provider = SimulatedProvider::start_with_key(Persona::OpenAi, key.text());
    let house = House::new().at("openai", &provider.base_url()).with_variable("OPENAI_API_KEY", key.text());
    let engine = house.open();
    let refused = engine.send(ask(None, "Hello")).await.err().expect("not allowed");
    assert_eq!(refused.code(), Code::ModelNotFound);
    assert!(provider.requests().is_empty());

    let on = SettingsSetRequest { system_fallback: Some(true), ..SettingsSetRequest::default() };
    assert!(engine.settings_set(on).await.expect("allowed").system_fallback);
    assert!(provider.requests().is_empty(), "allowed is not used");
    let listed = engine.connections_list(Nothing {}).await.expect("list");
    assert_eq!(listed.len(), 1);
    assert_eq!((listed[0].slug.as_str(), listed[0].system), ("system-openai", true));
    assert_eq!(listed[0].variable.as_deref(), Some("OPENAI_API_KEY"));

    let (text, answer) = read(engine.send(ask(None, "Hello")).await.expect("it answers")).await;
    assert!(!text.is_empty());
    assert_eq!(answer.info().model.slug.as_str(), "system-openai");
    let tested =
        engine.connections_test(ConnectionRequest { slug: "system-openai".into() }).await.expect("tested");
    assert!(tested.ok && tested.models > 0, "{tested:?}");
    let models = engine.models_list(Nothing {}).await.expect("models").models;
    assert!(models.iter().any(|model| model.connection == "system-openai" && model.available));

    let mut change = ConnectionUpdateRequest::of("system-openai");
    change.label = Some("Mine".into());
    assert_eq!(engine.connections_update(change).await.expect_err("kept").code(), Code::BadRequest);
    let name = ConnectionRequest { slug: "system-openai".into() };
    assert_eq!(engine.connections_remove(name).await.expect_err("kept").code(), Code::BadRequest);
    house.assert_without(&key);

    let other = house.open();
    assert_eq!(other.connections_list(Nothing {}).await.expect("list").len(), 1, "the choice is kept");
    assert_eq!(other.vault_status(Nothing {}).await.expect("status").secrets, 0, "nothing was sealed");
    let off = SettingsSetRequest { system_fallback: Some(false), ..SettingsSetRequest::default() };
    engine.settings_set(off).await.expect("forbidden");
    assert!(engine.connections_list(Nothing {}).await.expect("list").is_empty());
    let refused = engine.send(ask(Some("system-openai/gpt-4o"), "Hello")).await.err().expect("forbidden");
    assert_eq!(refused.code(), Code::ModelNotFound);
}

#[tokio::test]
async fn a_connection_of_the_writers_own_goes_before_the_environment() {
    let (own, cloud) = (SimulatedProvider::start(Persona::Ollama), SimulatedProvider::start(Persona::OpenAi));
    let house = House::new()
        .at("openai", &cloud.base_url())
        .with_variable("OPENAI_API_KEY", &cloud.key().expect("a key"));
    let engine = house.open();
    let on = SettingsSetRequest { system_fallback: Some(true), ..SettingsSetRequest::default() };
    engine.settings_set(on).await.expect("allowed");
    crate::house::connect(&engine, &own).await;
    let model = own.models()[0].id.clone();
    crate::house::set(&engine, "ollama", &[("default_model", &model)]).await.expect("set");
    let (_, answer) = read(engine.send(ask(None, "Hello")).await.expect("it answers")).await;
    assert_eq!(answer.info().model.to_string(), format!("ollama/{model}"));
    assert!(cloud.requests().is_empty());
}
