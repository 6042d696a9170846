//! Proof that the simulated provider does what it says, seen from a raw connection.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::{Value, json};

use super::*;

/// A client that knows nothing but bytes.
struct Raw {
    stream: TcpStream,
}

/// What came back.
struct Reply {
    status: u16,
    head: String,
    /// Without the marks of chunked transfer.
    body: Vec<u8>,
    /// The body ended as its framing says that it should.
    whole: bool,
    /// How many chunks the transfer had.
    chunks: usize,
}

impl Raw {
    fn to(provider: &SimulatedProvider) -> Self {
        let stream = TcpStream::connect(provider.socket_address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        Self { stream }
    }

    fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) {
        let mut text =
            format!("{method} {path} HTTP/1.1\r\nhost: test\r\ncontent-length: {}\r\n", body.len());
        for (name, value) in headers {
            text += &format!("{name}: {value}\r\n");
        }
        text += "\r\n";
        text += body;
        self.stream.write_all(text.as_bytes()).unwrap();
    }

    /// Everything up to the first bytes that hold `mark`.
    fn read_until(&mut self, mark: &str) -> String {
        let (mut all, mut block) = (Vec::new(), [0; 4096]);
        while !String::from_utf8_lossy(&all).contains(mark) {
            let count = self.stream.read(&mut block).unwrap();
            assert!(count > 0, "ended before {mark}: {}", String::from_utf8_lossy(&all));
            all.extend_from_slice(&block[..count]);
        }
        String::from_utf8(all).unwrap()
    }

    /// Whether no byte comes within this time.
    fn is_silent_for(&mut self, time: Duration) -> bool {
        self.stream.set_read_timeout(Some(time)).unwrap();
        let read = self.stream.read(&mut [0; 1]);
        self.stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        read.is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock)
    }

    fn read_to_end(mut self) -> Reply {
        let mut all = Vec::new();
        // A cut may show as an end or as a reset.
        let _ = self.stream.read_to_end(&mut all);
        Reply::of(&all)
    }
}

impl Reply {
    fn of(all: &[u8]) -> Self {
        let split = all.windows(4).position(|four| four == b"\r\n\r\n").expect("there are headers");
        let head = String::from_utf8(all[..split].to_vec()).unwrap().to_lowercase();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let mut rest = &all[split + 4..];
        if !head.contains("transfer-encoding: chunked") {
            let declared = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "))
                .map_or(0, |text| text.parse::<usize>().unwrap());
            return Self { status, head, body: rest.to_vec(), whole: rest.len() == declared, chunks: 1 };
        }
        let (mut body, mut whole, mut chunks) = (Vec::new(), false, 0);
        while let Some(line) = rest.windows(2).position(|two| two == b"\r\n") {
            let size = usize::from_str_radix(std::str::from_utf8(&rest[..line]).unwrap(), 16).unwrap();
            rest = &rest[line + 2..];
            if size == 0 {
                whole = true;
                break;
            }
            body.extend_from_slice(&rest[..size.min(rest.len())]);
            chunks += 1;
            if rest.len() < size + 2 {
                break;
            }
            rest = &rest[size + 2..];
        }
        Self { status, head, body, whole, chunks }
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The JSON documents of an event stream or of lines.
    fn events(&self) -> Vec<Value> {
        let payloads = self.text().lines().filter_map(|line| match line.strip_prefix("data: ") {
            Some("[DONE]") => None,
            Some(data) => Some(data),
            None => line.starts_with('{').then_some(line),
        });
        payloads.map(|data| serde_json::from_str(data).unwrap()).collect()
    }
}

/// Where a persona is chatted with, and with which headers.
fn chat_path(persona: Persona) -> String {
    match persona {
        Persona::Anthropic => "/v1/messages".to_owned(),
        Persona::Ollama => "/api/chat".to_owned(),
        Persona::LmStudio => "/v1/chat/completions".to_owned(),
        _ => format!("{}/chat/completions", persona.base_path()),
    }
}

fn call(provider: &SimulatedProvider, method: &str, path: &str, key: Option<&str>, body: &str) -> Reply {
    let mut client = Raw::to(provider);
    start(&mut client, provider.persona(), method, path, key, body);
    client.read_to_end()
}

fn start(client: &mut Raw, persona: Persona, method: &str, path: &str, key: Option<&str>, body: &str) {
    let bearer = key.map(|key| format!("Bearer {key}"));
    let mut headers = vec![("connection", "close"), ("anthropic-version", "2023-06-01")];
    match (&bearer, persona) {
        (Some(_), Persona::Anthropic) => headers.push(("x-api-key", key.unwrap())),
        (Some(bearer), _) => headers.push(("authorization", bearer)),
        (None, _) => {}
    }
    client.send(method, path, &headers, body);
}

fn question(provider: &SimulatedProvider, streamed: bool) -> String {
    let model = provider.models()[0].id.clone();
    json!({
        "model": model, "max_tokens": 99, "stream": streamed, "stream_options": { "include_usage": true },
        "messages": [{ "role": "user", "content": "one two three four" }],
    })
    .to_string()
}

fn chat(provider: &SimulatedProvider, streamed: bool) -> Reply {
    let key = provider.key();
    call(provider, "POST", &chat_path(provider.persona()), key.as_deref(), &question(provider, streamed))
}

fn begin_chat(provider: &SimulatedProvider) -> Raw {
    let mut client = Raw::to(provider);
    let persona = provider.persona();
    let key = provider.key();
    start(&mut client, persona, "POST", &chat_path(persona), key.as_deref(), &question(provider, true));
    client
}

/// The words of a stream, whatever its dialect.
fn said(events: &[Value]) -> String {
    let word = |event: &Value| {
        let places =
            [&event["choices"][0]["delta"]["content"], &event["delta"]["text"], &event["message"]["content"]];
        places.into_iter().find_map(Value::as_str).unwrap_or_default().to_owned()
    };
    events.iter().map(word).collect()
}

#[test]
fn every_persona_chats_plain_and_streamed_and_counts() {
    for persona in Persona::ALL {
        let provider = SimulatedProvider::start(persona);
        provider.answer_with(Answer::text("It rained all night.").with_usage(TokenUsage::Exactly {
            input: 100,
            cache_read: 40,
            cache_write: 10,
            output: 30,
            reasoning: 7,
            cost: Some(0.0125),
        }));
        let (streamed, plain) = (chat(&provider, true), chat(&provider, false));
        assert_eq!((streamed.status, plain.status), (200, 200), "{persona:?}: {}", streamed.text());
        assert!(streamed.whole && plain.whole, "{persona:?}");
        let (events, plain) = (streamed.events(), plain.json());
        assert_eq!(said(&events), "It rained all night.", "{persona:?}");
        match persona {
            Persona::Anthropic => {
                assert_eq!(plain["content"][0]["text"], "It rained all night.");
                assert_eq!(plain["usage"]["input_tokens"], 50);
                assert_eq!(events[0]["message"]["usage"]["cache_read_input_tokens"], 40);
                assert_eq!(events[events.len() - 2]["usage"]["output_tokens"], 30);
                assert_eq!(events[events.len() - 1]["type"], "message_stop");
                let names = streamed.text().matches("event: ").count();
                assert_eq!(names, events.len(), "each event has its name");
            }
            Persona::Ollama => {
                assert_eq!(plain["message"]["content"], "It rained all night.");
                assert_eq!(plain["prompt_eval_count"], 100);
                let last = &events[events.len() - 1];
                assert_eq!((&last["done"], &last["eval_count"]), (&json!(true), &json!(30)));
                assert!(streamed.head.contains("application/x-ndjson"));
            }
            _ => {
                assert_eq!(plain["choices"][0]["message"]["content"], "It rained all night.");
                let usage = &events[events.len() - 1]["usage"];
                assert_eq!(usage, &plain["usage"], "{persona:?}");
                assert_eq!(usage["prompt_tokens"], 100);
                assert_eq!(usage["prompt_tokens_details"]["cached_tokens"], 40);
                assert_eq!(usage["completion_tokens_details"]["reasoning_tokens"], 7);
                assert_eq!(usage["cost"].as_f64(), (persona == Persona::OpenRouter).then_some(0.0125));
                assert!(streamed.text().ends_with("data: [DONE]\n\n"));
            }
        }
    }
}

#[test]
fn usage_comes_only_where_it_is_asked_for_or_always_given() {
    for (persona, given) in [(Persona::OpenAi, false), (Persona::OpenRouter, true)] {
        let provider = SimulatedProvider::start(persona);
        let body = question(&provider, true).replace("true}", "false}");
        let reply = call(&provider, "POST", &chat_path(persona), provider.key().as_deref(), &body);
        assert_eq!(reply.events().iter().any(|event| event["usage"].is_object()), given);
    }
}

#[test]
fn thoughts_and_tools_take_the_form_of_the_persona() {
    for persona in Persona::ALL {
        let provider = SimulatedProvider::start(persona);
        let arguments = json!({ "city": "Köln" });
        provider.answer_with(Answer::text("").with_reasoning("think hard").with_tool("weather", &arguments));
        let events = chat(&provider, true).events();
        let text = serde_json::to_string(&events).unwrap();
        assert_eq!(text.contains("hard"), persona != Persona::OpenAi, "{persona:?}: {text}");
        let joined: String = events
            .iter()
            .filter_map(|event| {
                event["choices"][0]["delta"]["tool_calls"][0]["function"]["arguments"]
                    .as_str()
                    .or_else(|| event["delta"]["partial_json"].as_str())
                    .map(str::to_owned)
                    .or_else(|| {
                        let arguments = &event["message"]["tool_calls"][0]["function"]["arguments"];
                        arguments.is_object().then(|| arguments.to_string())
                    })
            })
            .collect();
        assert_eq!(serde_json::from_str::<Value>(&joined).unwrap(), arguments, "{persona:?}");
        assert_eq!(chat(&provider, false).status, 200);
    }
}

#[test]
fn each_persona_lists_models_with_its_extras() {
    let list = |persona: Persona, path: &str| {
        let provider = SimulatedProvider::start(persona);
        let reply = call(&provider, "GET", path, provider.key().as_deref(), "");
        assert_eq!(reply.status, 200, "{persona:?} {path}");
        reply.json()
    };
    assert_eq!(list(Persona::OpenAi, "/v1/models")["data"][0]["object"], "model");
    assert_eq!(list(Persona::OpenRouter, "/api/v1/models")["data"][0]["pricing"]["prompt"], "0.0000005");
    assert_eq!(list(Persona::OpenRouter, "/api/v1/key")["data"]["limit_remaining"], 17.5);
    assert_eq!(list(Persona::Groq, "/openai/v1/models")["data"][0]["context_window"], 131_072);
    assert_eq!(list(Persona::Ollama, "/api/tags")["models"][1]["capabilities"][2], "thinking");
    assert_eq!(list(Persona::Ollama, "/api/version")["version"], "0.13.5");
    assert_eq!(list(Persona::Ollama, "/api/ps")["models"][0]["context_length"], 4096);
    assert_eq!(list(Persona::LmStudio, "/api/v1/models")["models"][1]["type"], "embedding");
    assert_eq!(list(Persona::LmStudio, "/api/v0/models")["data"][0]["compatibility_type"], "gguf");
    assert_eq!(list(Persona::Compatible, "/v1/models")["data"][1]["id"], "second-model");
    let ollama = SimulatedProvider::start(Persona::Ollama);
    assert_eq!(call(&ollama, "GET", "/", None, "").text(), "Ollama is running");
    let shown = call(&ollama, "POST", "/api/show", None, r#"{"model":"qwen3:8b"}"#).json();
    assert_eq!(shown["model_info"]["llama.context_length"], 40_960);
    assert_eq!(call(&ollama, "POST", "/api/show", None, r#"{"model":"none"}"#).status, 404);
}

#[test]
fn anthropic_pages_lead_through_the_whole_list() {
    let provider = SimulatedProvider::start(Persona::Anthropic);
    provider.set_models(SimulatedModel::many(45));
    let (mut seen, mut after) = (Vec::new(), String::new());
    loop {
        let page =
            call(&provider, "GET", &format!("/v1/models?limit=20{after}"), provider.key().as_deref(), "")
                .json();
        seen.extend(
            page["data"].as_array().unwrap().iter().map(|model| model["id"].as_str().unwrap().to_owned()),
        );
        if page["has_more"] == false {
            break;
        }
        after = format!("&after_id={}", page["last_id"].as_str().unwrap());
    }
    assert_eq!(seen.len(), 45);
    assert_eq!((seen[0].as_str(), seen[44].as_str()), ("model-00001", "model-00045"));
    assert_eq!(provider.requests().len(), 3);
    assert_eq!(call(&provider, "GET", "/v1/models?limit=0", provider.key().as_deref(), "").status, 400);
}

#[test]
fn only_the_right_key_in_the_right_header_opens_and_others_come_back_masked() {
    let wrong = "sk-proj-abcdefghijklmnopqrstuvwxyz0123456789";
    for persona in Persona::ALL {
        let provider = SimulatedProvider::start_with_key(persona, "sk-right-0123456789-0123456789");
        let path = chat_path(persona);
        let refused = call(&provider, "POST", &path, Some(wrong), &question(&provider, false));
        assert_eq!(refused.status, 401, "{persona:?}");
        assert!(!refused.text().contains(wrong), "{persona:?}");
        assert_eq!(call(&provider, "POST", &path, None, &question(&provider, false)).status, 401);
        assert_eq!(chat(&provider, false).status, 200);
    }
    let provider = SimulatedProvider::start(Persona::OpenAi);
    let told = call(&provider, "GET", "/v1/models", Some(wrong), "").json();
    assert_eq!(told["error"]["code"], "invalid_api_key");
    assert!(told["error"]["message"].as_str().unwrap().contains("6789"));
    let mut client = Raw::to(&provider);
    let key = provider.key().unwrap();
    client.send("GET", "/v1/models", &[("connection", "close"), ("x-api-key", &key)], "");
    assert_eq!(client.read_to_end().status, 401, "the key is in the wrong header");
    let public = SimulatedProvider::start(Persona::OpenRouter);
    assert_eq!(call(&public, "GET", "/api/v1/models", None, "").status, 200, "this list is public");
    assert_eq!(call(&public, "GET", "/api/v1/key", None, "").status, 401);
    assert_eq!(call(&public, "GET", "/api/v1/credits", public.key().as_deref(), "").status, 403);
}

#[test]
fn echo_repeats_the_key_in_full() {
    for persona in Persona::ALL {
        let key = "sk-echo-0123456789-0123456789-0123";
        let provider = SimulatedProvider::start_with_key(persona, key);
        provider.next(Call::Chat, Behaviour::EchoKey);
        let reply = chat(&provider, true);
        assert_eq!(reply.status, 401);
        assert!(reply.text().contains(key), "{persona:?}: {}", reply.text());
        provider.next(Call::Chat, Behaviour::EchoKeyInStream(2));
        let reply = chat(&provider, true);
        assert_eq!(reply.status, 200);
        assert!(reply.text().contains(key), "{persona:?}: {}", reply.text());
    }
}

#[test]
fn refusals_are_the_personas_own_and_carry_what_the_test_adds() {
    for persona in Persona::ALL {
        let provider = SimulatedProvider::start(persona);
        for status in [400, 401, 402, 403, 404, 429, 500, 502, 503, 529] {
            provider.next(Call::Any, Behaviour::status(status));
            let reply = chat(&provider, true);
            assert_eq!(reply.status, status, "{persona:?}");
            let error = reply.json()["error"].clone();
            let message = error["message"].as_str().or_else(|| error.as_str()).unwrap_or_default();
            assert!(!message.is_empty(), "{persona:?} {status}: {}", reply.text());
        }
        provider.next(Call::Any, Behaviour::busy_for("7"));
        assert!(chat(&provider, false).head.contains("retry-after: 7"));
    }
    let provider = SimulatedProvider::start(Persona::OpenAi);
    provider.next(Call::Any, Behaviour::Status(Refusal::without_credit(Persona::OpenAi)));
    let reply = chat(&provider, false);
    assert_eq!((reply.status, &reply.json()["error"]["code"]), (429, &json!("insufficient_quota")));
    provider.next(Call::Any, Behaviour::Status(Refusal::of(418).with_body("short and stout")));
    assert_eq!(chat(&provider, false).text(), "short and stout");
}

#[test]
fn a_cut_after_bytes_leaves_exactly_these() {
    let provider = SimulatedProvider::start(Persona::OpenAi);
    provider.answer_with(Answer::words(20));
    provider.next(Call::Chat, Behaviour::CutAfterBytes(usize::MAX));
    let full = chat(&provider, true).body.len();
    for bytes in [0, 1, 7, 100, full / 2, full - 1, full] {
        provider.next(Call::Chat, Behaviour::CutAfterBytes(bytes));
        let reply = chat(&provider, true);
        assert_eq!((reply.status, reply.body.len(), reply.whole), (200, bytes, false));
        provider.next(Call::Chat, Behaviour::CutAfterBytes(bytes.min(50)));
        let plain = chat(&provider, false);
        assert_eq!((plain.body.len(), plain.whole), (bytes.min(50), false));
    }
    assert!(provider.chats().iter().all(|chat| chat.end == End::CutByServer));
}

#[test]
fn a_large_answer_is_cut_at_its_byte_too() {
    let provider = SimulatedProvider::start(Persona::Ollama);
    provider.answer_with(Answer::pieces(vec!["x".repeat(10_000); 400]));
    provider.next(Call::Chat, Behaviour::CutAfterBytes(3_000_001));
    assert_eq!(chat(&provider, true).body.len(), 3_000_001);
}

#[test]
fn a_cut_or_quiet_end_after_words_leaves_these_words() {
    for persona in Persona::ALL {
        let provider = SimulatedProvider::start(persona);
        provider.answer_with(Answer::words(5));
        for (words, text) in [(0, ""), (3, "w1 w2 w3 "), (99, "w1 w2 w3 w4 w5 ")] {
            provider.next(Call::Chat, Behaviour::CutAfterChunks(words));
            let cut = chat(&provider, true);
            assert_eq!((said(&cut.events()).as_str(), cut.whole), (text, false), "{persona:?}");
            provider.next(Call::Chat, Behaviour::StopWithoutEnd(words));
            let quiet = chat(&provider, true);
            assert_eq!((said(&quiet.events()).as_str(), quiet.whole), (text, true), "{persona:?}");
            for text in [cut.text(), quiet.text()] {
                let ending = ["[DONE]", "message_stop", "\"done\":true", "\"stop\""];
                assert!(!ending.iter().any(|mark| text.contains(mark)), "{persona:?}: {text}");
            }
        }
    }
}

#[test]
fn an_error_inside_a_stream_follows_its_words() {
    for persona in Persona::ALL {
        let provider = SimulatedProvider::start(persona);
        provider.answer_with(Answer::words(5));
        provider.next(Call::Chat, Behaviour::ErrorInsideStream(2));
        let reply = chat(&provider, true);
        let events = reply.events();
        assert_eq!((reply.status, reply.whole, said(&events).as_str()), (200, true, "w1 w2 "), "{persona:?}");
        assert!(!events[events.len() - 1]["error"].is_null(), "{persona:?}");
        provider.next(Call::Chat, Behaviour::ErrorInsideStream(2));
        assert_eq!(chat(&provider, false).status, 500);
    }
}

#[test]
fn hold_and_release_let_words_pass_one_after_another() {
    let provider = SimulatedProvider::start(Persona::OpenAi);
    provider.answer_with(Answer::words(4));
    provider.next(Call::Chat, Behaviour::HoldAfter(2));
    let mut client = begin_chat(&provider);
    client.read_until("w2 ");
    assert!(client.is_silent_for(Duration::from_millis(100)));
    assert_eq!(provider.requests()[0].end, End::Open);
    provider.release();
    client.read_until("[DONE]");
    assert_eq!(provider.wait_for_end(0), End::Finished);

    provider.next(Call::Chat, Behaviour::Slow);
    let mut client = begin_chat(&provider);
    let opening = client.read_until("assistant");
    assert!(!opening.contains("w1"), "{opening}");
    assert!(client.is_silent_for(Duration::from_millis(100)));
    provider.release();
    client.read_until("[DONE]");

    provider.hold();
    let (mut first, mut second) = (begin_chat(&provider), begin_chat(&provider));
    provider.wait_for_chats(4);
    first.read_until("assistant");
    assert!(first.is_silent_for(Duration::from_millis(100)));
    provider.release();
    assert!(first.read_until("[DONE]").contains("w1"));
    second.read_until("[DONE]");
}

#[test]
fn a_caller_that_goes_away_is_noticed_in_every_state() {
    let provider = SimulatedProvider::start(Persona::Anthropic);
    let states = [
        Behaviour::HangBeforeHeaders,
        Behaviour::HangAfterHeaders,
        Behaviour::Slow,
        Behaviour::HoldAfter(1),
        Behaviour::Paced(Duration::from_secs(100)),
        Behaviour::EndlessLine(u64::MAX),
    ];
    for (number, behaviour) in states.into_iter().enumerate() {
        provider.next(Call::Chat, behaviour.clone());
        let client = begin_chat(&provider);
        provider.wait_for(number + 1);
        assert_eq!(provider.requests()[number].end, End::Open, "{behaviour:?}");
        drop(client);
        assert_eq!(provider.wait_for_end(number), End::ClosedEarly, "{behaviour:?}");
        assert!(provider.requests()[number].closed_early());
    }
    chat(&provider, true);
    assert_eq!(provider.requests().last().unwrap().end, End::Finished);
}

#[test]
fn hangs_send_nothing_or_only_headers() {
    let provider = SimulatedProvider::start(Persona::Groq);
    provider.next(Call::Chat, Behaviour::HangBeforeHeaders);
    let mut client = begin_chat(&provider);
    provider.wait_for(1);
    assert!(client.is_silent_for(Duration::from_millis(100)));
    provider.next(Call::Chat, Behaviour::HangAfterHeaders);
    let mut client = begin_chat(&provider);
    assert!(client.read_until("\r\n\r\n").starts_with("HTTP/1.1 200"));
    assert!(client.is_silent_for(Duration::from_millis(100)));
}

#[test]
fn bytes_come_one_by_one_and_make_the_same_answer() {
    let provider = SimulatedProvider::start(Persona::OpenAi);
    provider.answer_with(Answer::text("Ein Käfer schläft."));
    provider.next(Call::Chat, Behaviour::SplitEveryByte);
    let reply = chat(&provider, true);
    assert_eq!(said(&reply.events()), "Ein Käfer schläft.");
    assert_eq!(reply.chunks, reply.body.len());
}

#[test]
fn wrong_bodies_are_wrong_in_the_way_asked_for() {
    let provider = SimulatedProvider::start(Persona::Compatible);
    let mut reply_to = |behaviour: Behaviour| {
        provider.next(Call::Models, behaviour);
        call(&provider, "GET", "/v1/models", provider.key().as_deref(), "")
    };
    let html = reply_to(Behaviour::Html);
    assert!(html.head.contains("text/html") && html.text().contains("<html>"));
    let moved = reply_to(Behaviour::RedirectTo("http://127.0.0.1:9/x".to_owned()));
    assert!(moved.status == 307 && moved.head.contains("location: http://127.0.0.1:9/x"));
    let empty = reply_to(Behaviour::EmptyBody);
    assert!(empty.status == 200 && empty.body.is_empty() && empty.whole);
    let typed = reply_to(Behaviour::WrongContentType);
    assert!(typed.head.contains("application/octet-stream") && typed.json()["data"].is_array());
    let line = reply_to(Behaviour::EndlessLine(300_000));
    assert!(line.body.len() > 300_000 && !line.body.contains(&b'\n'));
    let bomb = reply_to(Behaviour::GzipBomb);
    assert!(bomb.head.contains("content-encoding: gzip") && bomb.body.len() < 8_000_000);
    let mut unfolded = flate2::read::GzDecoder::new(bomb.body.as_slice()).take(64 * 1024 * 1024);
    let size = std::io::copy(&mut unfolded, &mut std::io::sink()).unwrap();
    assert_eq!(size, 64 * 1024 * 1024, "it goes on for as long as anybody reads");
}

#[test]
fn thousands_of_chunks_come_quickly() {
    let provider = SimulatedProvider::start(Persona::OpenAi);
    provider.answer_with(Answer::words(5_000));
    let begun = std::time::Instant::now();
    let reply = chat(&provider, true);
    assert_eq!(reply.events().len(), 5_003);
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
}

#[test]
fn model_names_ask_for_behaviours() {
    for name in Behaviour::MODEL_NAMES {
        assert!(Behaviour::by_model_name(name).is_some(), "{name}");
    }
    assert!(Behaviour::by_model_name("gpt-4.1-mini").is_none());
    let provider = SimulatedProvider::start(Persona::Ollama);
    let ask = |model: &str| {
        let body = json!({ "model": model, "messages": [] }).to_string();
        call(&provider, "POST", "/api/chat", None, &body)
    };
    assert_eq!(ask("fault-500").status, 500);
    assert_eq!(ask("fault-507").status, 507);
    assert!(ask("fault-429-wait").head.contains("retry-after: 20"));
    assert!(!ask("fault-cut").whole);
    assert_eq!(ask("long").events().len(), 1_001);
    assert_eq!(ask("unknown").status, 404);
}

#[test]
fn what_the_real_ones_refuse_is_refused() {
    let anthropic = SimulatedProvider::start(Persona::Anthropic);
    let key = anthropic.key().unwrap();
    let ask = |version: &str, body: Value| {
        let mut client = Raw::to(&anthropic);
        let headers = [("connection", "close"), ("x-api-key", key.as_str()), ("anthropic-version", version)];
        client.send("POST", "/v1/messages", &headers, &body.to_string());
        client.read_to_end().status
    };
    let body = json!({ "model": "claude-haiku-4-5", "max_tokens": 9, "messages": [], "temperature": 1 });
    assert_eq!(ask("2023-06-01", body.clone()), 200);
    assert_eq!(ask("2026-10-21", body), 400);
    assert_eq!(ask("2023-06-01", json!({ "model": "claude-haiku-4-5", "messages": [] })), 400);
    assert_eq!(
        ask("1999-01-01", json!({ "model": "claude-haiku-4-5", "messages": [], "max_tokens": 1 })),
        400
    );
    let open_ai = SimulatedProvider::start(Persona::OpenAi);
    let body = json!({ "model": "gpt-5.4-mini", "max_tokens": 9, "messages": [] }).to_string();
    let refused = call(&open_ai, "POST", "/v1/chat/completions", open_ai.key().as_deref(), &body);
    assert_eq!((refused.status, &refused.json()["error"]["param"]), (400, &json!("max_tokens")));
    let broken = call(&open_ai, "POST", "/v1/chat/completions", open_ai.key().as_deref(), "{");
    assert_eq!(broken.status, 400);
    let elsewhere = call(&open_ai, "GET", "/models", open_ai.key().as_deref(), "");
    assert_eq!(elsewhere.status, 404, "the base path was left out");
}

#[test]
fn requests_are_remembered_with_their_connection() {
    let provider = SimulatedProvider::start(Persona::LmStudio);
    provider.next(Call::Chat, Behaviour::status(500));
    let mut client = Raw::to(&provider);
    client.send("GET", "/v1/models?x=1", &[("X-Own", "yes")], "");
    client.read_until("}]}");
    client.send("GET", "/api/v0/models", &[], "");
    client.read_until("}]}");
    let reply = chat(&provider, false);
    assert_eq!(reply.status, 500, "what was meant for a chat waited for one");
    let requests = provider.wait_for(3);
    assert_eq!(requests[0].connection, requests[1].connection);
    assert_ne!(requests[0].connection, requests[2].connection);
    assert_eq!((requests[0].path.as_str(), requests[0].header("x-own")), ("/v1/models?x=1", Some("yes")));
    assert_eq!(requests[2].json()["stream"], false);
    assert_eq!(
        requests.iter().map(|one| one.call).collect::<Vec<_>>(),
        [Call::Models, Call::Models, Call::Chat]
    );
    assert!(!format!("{requests:?}").contains("one two"), "a record does not print what was said");
    assert_eq!((provider.connections(), provider.chats().len()), (2, 1));
    provider.forget_requests();
    chat(&provider, false);
    assert_eq!(provider.wait_for(1)[0].number, 3);
}

#[test]
fn it_listens_where_it_is_told_and_is_gone_when_dropped() {
    let provider = SimulatedProvider::start_on(Persona::Ollama, "[::1]:0".parse().unwrap());
    assert!(provider.address().starts_with("http://[::1]:"));
    assert_eq!(chat(&provider, false).status, 200);
    let four = SocketAddr::from(([127, 0, 0, 1], provider.socket_address().port()));
    assert!(TcpStream::connect(four).is_err());
    let six = provider.socket_address();
    drop(provider);
    assert!(TcpStream::connect(six).is_err());
    assert!(TcpStream::connect(refused_address()).is_err());
}
