//! The calls of this crate against a simulated provider: a real server on this machine.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a broken precondition should end the test, with its reason"
)]

use bytes::Bytes;
use inkhorn_dialects::{AnswerDecoder, write_request};
use inkhorn_domain::{ChatRequest, Dialect, FinishReason, Message, Part, Role, StreamEvent};
use inkhorn_fault::{Code, Fault};
use inkhorn_outbound::Outbound;
use inkhorn_providers::{
    AuthStyle, Catalogue, ConnectionTarget, Credential, CustomHeader, FetchedModels, KeyNeed, TestReport,
    fetch_models, parse_base_url, test_connection,
};
use inkhorn_secret::{Origin, Secret};
use inkhorn_testkit::{
    Answer, Behaviour, Call, Persona, Refusal, SimulatedModel, SimulatedProvider, catalogue_of,
    refused_address,
};
use std::time::{Duration, SystemTime};
use url::Url;

/// A connection as the engine would make it from what a writer typed.
struct Connection {
    target: ConnectionTarget,
    key: Option<Secret>,
    headers: Vec<CustomHeader>,
    origins: Vec<Origin>,
}

impl Connection {
    fn to(provider: &SimulatedProvider) -> Self {
        Self::at(provider.persona().provider_id(), &provider.base_url(), provider.key().as_deref())
    }

    fn at(entry: &str, address: &str, key: Option<&str>) -> Self {
        let catalogue = Catalogue::embedded();
        let auth = catalogue.find(entry).expect("entry").auth.clone();
        Self::with_auth(entry, address, key, auth)
    }

    fn with_auth(entry: &str, address: &str, key: Option<&str>, auth: AuthStyle) -> Self {
        let catalogue = Catalogue::embedded();
        let entry = catalogue.find(entry).expect("entry");
        let base = parse_base_url(address, entry, &[]).expect("address");
        let destination = base.destination(entry).expect("destination");
        let origins = vec![destination.origin().clone()];
        let deadlines = entry.waits.deadlines();
        let target = ConnectionTarget::new(entry.clone(), Outbound::new(), destination, auth, deadlines)
            .expect("target");
        Self { target, key: key.map(|key| Secret::new(key.to_owned())), headers: vec![], origins }
    }

    fn credential(&self) -> Credential<'_> {
        Credential { key: self.key.as_ref(), headers: &self.headers, origins: &self.origins }
    }

    async fn test(&self) -> Result<TestReport, Fault> {
        test_connection(&self.target, &self.credential(), SystemTime::UNIX_EPOCH).await
    }

    async fn fetch(&self) -> Result<FetchedModels, Fault> {
        fetch_models(&self.target, &self.credential(), SystemTime::UNIX_EPOCH).await
    }
}

#[tokio::test]
async fn every_provider_of_the_catalogue_is_tested_and_listed() {
    for persona in Persona::ALL.into_iter().filter(|persona| persona.has_list()) {
        let provider = SimulatedProvider::start(persona);
        provider.set_models(SimulatedModel::many(7));
        let connection = Connection::to(&provider);
        let report = connection.test().await.unwrap_or_else(|fault| panic!("{persona:?}: {fault:?}"));
        // LightLLM serves one model, and its list has one name; Azure's list is not of models that are there.
        let there = match persona {
            Persona::LightLlm => 1,
            Persona::Azure => 0,
            _ => 7,
        };
        assert_eq!((report.models.models.len(), report.models.dropped), (there, 0), "{persona:?}");
        assert!(!report.latency.is_zero(), "{persona:?}");
        let auth = connection.target.entry().auth.clone();
        for request in provider.requests() {
            let carries = |name: &&&str| request.header(name).is_some();
            let places = ["authorization", "x-api-key", "x-goog-api-key", "api-key"];
            let carriers: Vec<&str> = places.iter().filter(carries).copied().collect();
            let bearer = matches!(auth, AuthStyle::Bearer | AuthStyle::Aws);
            let own = if bearer { "authorization" } else { auth.as_str() };
            let wanted = if provider.key().is_some() { vec![own] } else { vec![] };
            assert_eq!(carriers, wanted, "{persona:?}");
            assert_eq!(request.header("anthropic-version").is_some(), persona == Persona::Anthropic);
        }
    }
}

#[test]
fn the_catalogue_that_leads_to_simulated_providers_is_a_valid_one() {
    let servers: Vec<_> = Persona::ALL.into_iter().map(SimulatedProvider::start).collect();
    let embedded = Catalogue::embedded();
    let own = embedded.with_own(catalogue_of(&servers).as_bytes()).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(own.entries().len(), embedded.entries().len(), "each one replaces its own");
    for server in &servers {
        let id = server.persona().provider_id();
        let (moved, known) = (own.find(id).expect(id), embedded.find(id).expect(id));
        let base = parse_base_url(moved.base_url.as_ref().expect(id).as_str(), moved, &[])
            .unwrap_or_else(|fault| panic!("{id}: {fault:?}"));
        assert!(base.url.as_str().starts_with(&server.address()), "{id}: {}", base.url);
        assert_eq!((&moved.sign_in, &moved.guide), (&known.sign_in, &known.guide), "{id} stays what it is");
    }
    assert!(own.find("openrouter").is_some_and(|entry| entry.sign_in.is_some()));
}

#[tokio::test]
async fn a_wrong_key_is_told_even_where_the_list_is_open_to_everybody() {
    for persona in Persona::ALL {
        let provider = SimulatedProvider::start(persona);
        let entry = Catalogue::embedded().find(persona.provider_id()).expect("entry").clone();
        if entry.key != KeyNeed::Required {
            continue;
        }
        let wrong = format!("{}-wrong", provider.key().expect("a key"));
        let fault =
            Connection::at(&entry.id, &provider.base_url(), Some(&wrong)).test().await.expect_err("wrong");
        assert_eq!(fault.code(), Code::WrongKey, "{persona:?}");
        // Google says it with 400, as if the request were malformed.
        assert!(matches!(fault.status(), Some(400 | 401 | 403)), "{persona:?}: {:?}", fault.status());
        assert!(fault.message().contains(&entry.name), "{fault:?}");
    }
}

#[tokio::test]
async fn each_cause_is_told_apart() {
    let provider = SimulatedProvider::start(Persona::OpenAi);
    let connection = Connection::to(&provider);
    for (behaviour, code) in [
        (Behaviour::status(401), Code::WrongKey),
        (Behaviour::Status(Refusal::without_credit(Persona::OpenAi)), Code::NoCredit),
        (Behaviour::status(402), Code::NoCredit),
        (Behaviour::status(403), Code::ModelNotAllowed),
        (Behaviour::busy_for("7"), Code::RateLimited),
        (Behaviour::status(500), Code::UpstreamFailed),
        (Behaviour::status(529), Code::Overloaded),
        (Behaviour::Html, Code::NotAnApi),
        (Behaviour::EmptyBody, Code::NotAnApi),
        (Behaviour::GzipBomb, Code::NotAnApi),
        (Behaviour::RedirectTo("http://127.0.0.1:1/".into()), Code::RedirectRefused),
        (Behaviour::CutAfterBytes(10), Code::StreamBroken),
    ] {
        let told = format!("{behaviour:?}");
        provider.behave();
        provider.always(Call::Any, behaviour);
        let fault = connection.test().await.expect_err(&told);
        assert_eq!(fault.code(), code, "{told}: {:?}", fault.detail());
        let wait = (code == Code::RateLimited).then_some(7);
        assert_eq!(fault.retry_after().map(|wait| wait.as_secs()), wait, "{told}");
    }
    let nobody = Connection::at("openai", &format!("http://{}/v1", refused_address()), Some("sk-x"));
    assert_eq!(nobody.test().await.expect_err("nobody").code(), Code::ConnectionRefused);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_is_silent_is_given_up() {
    let provider = SimulatedProvider::start(Persona::Groq);
    for silence in [Behaviour::HangBeforeHeaders, Behaviour::HangAfterHeaders] {
        provider.behave();
        provider.always(Call::Any, silence);
        assert_eq!(Connection::to(&provider).test().await.expect_err("silent").code(), Code::TimedOut);
    }
}

#[tokio::test]
async fn an_endless_list_is_cut_off() {
    let provider = SimulatedProvider::start(Persona::Compatible);
    provider.always(Call::Models, Behaviour::EndlessLine(10_000_000_000));
    assert_eq!(Connection::to(&provider).fetch().await.expect_err("endless").code(), Code::AnswerTooLarge);
}

#[tokio::test]
async fn a_key_that_is_echoed_never_reaches_the_fault() {
    for persona in [Persona::OpenAi, Persona::Anthropic, Persona::OpenRouter, Persona::Groq] {
        let provider = SimulatedProvider::start(persona);
        provider.always(Call::Any, Behaviour::EchoKey);
        let fault = Connection::to(&provider).test().await.expect_err("refused");
        let key = provider.key().expect("a key");
        let all = format!("{fault:?} {:?} {:?} {}", fault.detail(), fault.facts(), fault.hint());
        assert!(!all.contains(&key) && !all.contains(&key[12..]), "{persona:?}: {all}");
        assert!(fault.detail().is_some_and(|detail| detail.contains("[key]")), "{persona:?}: {all}");
    }
}

#[tokio::test]
async fn what_stands_there_instead_is_told() {
    let compatible = SimulatedProvider::start(Persona::Compatible);
    let key = compatible.key();
    let fact = |fault: Fault, name: &str| fault.facts().get(name).cloned();
    // The address lacks /v1.
    let fault = Connection::at("openai_compatible", &compatible.address(), key.as_deref())
        .test()
        .await
        .expect_err("no v1");
    assert_eq!(fault.code(), Code::NotAnApi);
    assert!(fault.hint().contains("/v1"), "{}", fault.hint());
    assert_eq!(fact(fault, "suggestion"), Some(compatible.base_url()));
    // Another dialect.
    let fault =
        Connection::at("ollama", &compatible.address(), key.as_deref()).test().await.expect_err("not Ollama");
    assert!(fault.message().contains("OpenAI") && fault.message().contains("127.0.0.1"), "{fault:?}");
    assert_eq!(fact(fault, "actual"), Some("OpenAI chat completions".into()));
    compatible.set_key(None);
    let fault = Connection::at("anthropic", &compatible.address(), key.as_deref())
        .test()
        .await
        .expect_err("not Anthropic");
    assert_eq!(fact(fault, "actual"), Some("OpenAI chat completions".into()));
    // Ollama speaks OpenAI's dialect too, below /v1.
    let ollama = SimulatedProvider::start(Persona::Ollama);
    let fault = Connection::at("openai_compatible", &ollama.address(), None).test().await.expect_err("no v1");
    assert_eq!(fact(fault, "suggestion"), Some(format!("{}/v1", ollama.address())));
    // A page for people, whatever one asks.
    let pages = SimulatedProvider::start(Persona::Compatible);
    pages.always(Call::Any, Behaviour::Html);
    let fault = Connection::at("openai_compatible", &pages.base_url(), None).test().await.expect_err("pages");
    assert_eq!((fault.code(), fault.facts().len()), (Code::NotAnApi, 2), "{:?}", fault.facts());
}

#[tokio::test]
async fn a_key_goes_only_where_it_was_sealed_for() {
    let (mine, other) =
        (SimulatedProvider::start(Persona::OpenAi), SimulatedProvider::start(Persona::OpenAi));
    let mut connection = Connection::to(&mine);
    connection.origins = vec![Origin::of(&Url::parse(&other.address()).expect("url")).expect("origin")];
    assert_eq!(connection.test().await.expect_err("not sealed for it").code(), Code::KeyForm);
    assert!(
        connection
            .target
            .prepare_chat(&connection.credential(), "m", true, Bytes::new(), SystemTime::UNIX_EPOCH)
            .is_err()
    );
    assert_eq!((mine.connections(), other.connections()), (0, 0));
}

#[tokio::test]
async fn only_the_chosen_credential_and_the_writers_headers_are_sent() {
    for (auth, header) in
        [("bearer", "authorization"), ("x-api-key", "x-api-key"), ("x-goog-api-key", "x-goog-api-key")]
    {
        let provider = SimulatedProvider::start(Persona::Compatible);
        provider.set_key(None);
        let auth = AuthStyle::parse(auth).expect("style");
        let mut connection =
            Connection::with_auth("openai_compatible", &provider.base_url(), Some("CANARY-key"), auth);
        connection.headers =
            vec![CustomHeader::parse("X-Team", &Secret::new("seven".into())).expect("header")];
        connection.test().await.expect("fine");
        for request in provider.requests() {
            let carriers: Vec<&str> = request
                .headers
                .iter()
                .filter(|(_, v)| v.contains("CANARY"))
                .map(|(n, _)| n.as_str())
                .collect();
            assert_eq!(carriers, [header]);
            assert_eq!(request.header("x-team"), Some("seven"));
            assert!(!request.path.contains("CANARY"));
        }
    }
    let provider = SimulatedProvider::start(Persona::Compatible);
    provider.set_key(None);
    let none =
        Connection::with_auth("openai_compatible", &provider.base_url(), Some("CANARY-key"), AuthStyle::None);
    none.test().await.expect("fine");
    assert!(provider.requests().iter().all(|request| !format!("{:?}", request.headers).contains("CANARY")));
}

#[tokio::test]
async fn all_pages_of_a_list_are_read() {
    let provider = SimulatedProvider::start(Persona::Anthropic);
    provider.set_models(SimulatedModel::many(2500));
    let list = Connection::to(&provider).fetch().await.expect("list");
    assert_eq!(list.models.len(), 2500);
    assert_eq!((list.models[0].id.as_str(), list.models[2499].id.as_str()), ("model-00001", "model-02500"));
    assert_eq!(provider.requests().len(), 3);
}

#[tokio::test]
async fn older_places_of_a_list_are_tried() {
    let provider = SimulatedProvider::start(Persona::LmStudio);
    provider.set_models(SimulatedModel::many(3));
    for missing in 0..3 {
        provider.behave();
        provider.forget_requests();
        for _ in 0..missing {
            provider.next(Call::Models, Behaviour::status(404));
        }
        assert_eq!(Connection::to(&provider).fetch().await.expect("list").models.len(), 3);
        let paths: Vec<String> = provider.requests().into_iter().map(|request| request.path).collect();
        assert_eq!(paths, ["/api/v1/models", "/api/v0/models", "/v1/models"][..=missing]);
    }
}

#[tokio::test]
async fn what_ollama_has_in_memory_is_marked() {
    let provider = SimulatedProvider::start(Persona::Ollama);
    provider.set_models(SimulatedModel::many(2));
    let connection = Connection::to(&provider);
    let loaded = |list: &FetchedModels| -> Vec<Option<bool>> {
        list.models.iter().map(|model| model.local.as_ref().and_then(|local| local.loaded)).collect()
    };
    assert_eq!(loaded(&connection.fetch().await.expect("list")), [Some(true), Some(false)]);
    // That it cannot be told is no reason to fail.
    provider.next(Call::Models, Behaviour::Standing);
    provider.always(Call::Other, Behaviour::status(500));
    assert_eq!(connection.fetch().await.expect("list").models.len(), 2);
}

#[tokio::test]
async fn a_list_does_not_wait_for_marks_that_never_come() {
    let provider = SimulatedProvider::start(Persona::Ollama);
    provider.set_models(SimulatedModel::many(2));
    for silent in [Behaviour::HangBeforeHeaders, Behaviour::HangAfterHeaders] {
        provider.always(Call::Other, silent.clone());
        let fetching = async { Connection::to(&provider).fetch().await };
        // Below every deadline of a list, so that only the marks' own can have ended it.
        let fetched = tokio::time::timeout(Duration::from_secs(8), fetching).await;
        assert_eq!(fetched.expect("in time").expect("list").models.len(), 2, "{silent:?}");
    }
    assert!(provider.requests().iter().any(|request| request.path == "/api/ps"), "it was asked");
}

#[tokio::test]
async fn localhost_is_reached_on_either_side() {
    for side in ["127.0.0.1:0", "[::1]:0"] {
        let provider = SimulatedProvider::start_on(Persona::Ollama, side.parse().expect("address"));
        let address = format!("localhost:{}", provider.socket_address().port());
        Connection::at("ollama", &address, None)
            .test()
            .await
            .unwrap_or_else(|fault| panic!("{side}: {fault:?}"));
    }
}

#[tokio::test]
async fn a_chat_is_opened_or_refused_by_name() {
    let provider = SimulatedProvider::start(Persona::OpenAi);
    let connection = Connection::to(&provider);
    let body = r#"{"model":"gpt-4o-mini","messages":[{"role":"user","content":"Hi"}]}"#;
    let open = async || {
        let body = Bytes::from_static(body.as_bytes());
        let prepared = connection.target.prepare_chat(
            &connection.credential(),
            "gpt-4o-mini",
            false,
            body,
            SystemTime::UNIX_EPOCH,
        );
        prepared.expect("prepared").send().await.expect("sent")
    };
    let answer = open().await.unwrap_or_else(|refusal| panic!("{}", refusal.status));
    assert!(answer.read_to_end(1 << 20).await.expect("whole").starts_with(b"{"));
    let chat = &provider.wait_for_chats(1)[0];
    assert_eq!((chat.path.as_str(), chat.body.as_slice()), ("/v1/chat/completions", body.as_bytes()));
    assert_eq!(chat.header("content-type"), Some("application/json"));

    provider.next(Call::Chat, Behaviour::status(404));
    let refusal = open().await.err().expect("refused");
    let fault = connection.target.classify_refusal(
        &connection.credential(),
        "gpt-4o-mini",
        &refusal,
        SystemTime::UNIX_EPOCH,
    );
    assert_eq!(fault.code(), Code::ModelNotFound);
    assert!(fault.message().contains("gpt-4o-mini"), "{fault:?}");
    provider.next(Call::Chat, Behaviour::Html);
    assert_eq!(open().await.err().expect("a page").status, 200);
    assert_eq!(provider.wait_for_chats(3).len(), 3, "nothing is ever sent again by itself");
}

#[tokio::test]
async fn a_model_stands_in_the_path_where_the_dialect_wants_it_there_and_never_leaves_its_place() {
    let provider = SimulatedProvider::start(Persona::Gemini);
    let connection = Connection::to(&provider);
    for (model, streaming, path) in [
        ("gemini-3.5-flash", true, "/v1beta/models/gemini-3.5-flash:streamGenerateContent?alt=sse"),
        ("models/gemini-3.5-flash", false, "/v1beta/models/gemini-3.5-flash:generateContent"),
        ("../../v1/x?key=y#z", false, "/v1beta/models/..%2F..%2Fv1%2Fx%3Fkey%3Dy%23z:generateContent"),
    ] {
        let body = Bytes::from_static(br#"{"contents":[]}"#);
        let credential = connection.credential();
        let prepared = connection
            .target
            .prepare_chat(&credential, model, streaming, body, SystemTime::UNIX_EPOCH)
            .expect("prepared");
        assert!(prepared.send().await.expect("sent").is_err(), "there is nothing in it");
        assert_eq!(provider.requests().last().expect("one").path, path, "{model}");
    }
    for model in ["", ".."] {
        let prepared = connection.target.prepare_chat(
            &connection.credential(),
            model,
            true,
            Bytes::new(),
            SystemTime::UNIX_EPOCH,
        );
        assert_eq!(prepared.err().map(|fault| fault.code()), Some(Code::BadRequest), "{model:?}");
    }
    assert_eq!(provider.requests().len(), 3);
}

#[tokio::test]
async fn geminis_proof_of_thinking_comes_back_with_the_result_of_a_tool() {
    let provider = SimulatedProvider::start(Persona::Gemini);
    let connection = Connection::to(&provider);
    let arguments = serde_json::json!({ "word": "ink" });
    let both = Answer::text("").with_tool("look_up", &arguments).with_tool("count", &arguments);
    provider.answer_with(both.with_reasoning("Where is it? "));
    let ask = async |messages: &[Message]| {
        let request = ChatRequest {
            model: "gemini-3.5-flash".into(),
            messages: messages.to_vec(),
            stream: true,
            ..ChatRequest::default()
        };
        let options = connection.target.entry().options_for(&request.model);
        let body = Bytes::from(write_request(Dialect::Gemini, &request, &options));
        let prepared = connection.target.prepare_chat(
            &connection.credential(),
            &request.model,
            true,
            body,
            SystemTime::UNIX_EPOCH,
        );
        let answer = prepared.expect("prepared").send().await.expect("sent");
        let answer = answer.unwrap_or_else(|refusal| panic!("{:?}", String::from_utf8_lossy(&refusal.body)));
        let mut decoder = AnswerDecoder::new(Dialect::Gemini, true);
        let mut chunks = Vec::new();
        decoder.push(&answer.read_to_end(1 << 20).await.expect("whole"), &mut chunks).expect("read");
        decoder.finish(&mut chunks).expect("whole");
        chunks.into_iter().flat_map(|chunk| chunk.events).collect::<Vec<_>>()
    };
    // The turn as a client keeps it, in the order in which it came.
    let mut parts: Vec<Part> = Vec::new();
    let mut results = Vec::new();
    let mut messages = vec![Message::text(Role::User, "Where?")];
    for event in ask(&messages).await {
        match event {
            StreamEvent::ReasoningSignature(proof) => {
                parts.push(Part::Reasoning { text: String::new(), signature: Some(proof) });
            }
            StreamEvent::ToolCallStarted { id, name, .. } => {
                results.push(Part::ToolResult { id: id.clone(), text: "page 7".into(), is_error: false });
                parts.push(Part::ToolCall { id, name, arguments: String::new() });
            }
            StreamEvent::ToolCallArguments { fragment, .. } => {
                let Some(Part::ToolCall { arguments, .. }) = parts.last_mut() else { panic!("no call") };
                arguments.push_str(&fragment);
            }
            _ => {}
        }
    }
    assert_eq!((parts.len(), results.len()), (3, 2), "one proof, two calls");
    messages.push(Message { role: Role::Assistant, parts });
    messages.extend(results.into_iter().map(|part| Message { role: Role::Tool, parts: vec![part] }));
    provider.answer_with(Answer::text("On page seven."));
    let told = ask(&messages).await;
    assert!(told.contains(&StreamEvent::Finished(FinishReason::Stop)), "{told:?}");
    let sent = provider.chats()[1].json();
    assert_eq!(sent["contents"][1]["parts"][0]["thoughtSignature"], "c2ltdWxhdGVk");
    assert_eq!(sent["contents"][2]["parts"].as_array().map(Vec::len), Some(2), "results come back together");
    assert_eq!(
        sent["contents"][2]["parts"][0]["functionResponse"]["id"],
        sent["contents"][1]["parts"][0]["functionCall"]["id"]
    );
}
