//! Servers that refuse an optional field that we wrote: asked once more without it, and rightly from then on.

use crate::house::{House, ask, connect, draft, read, typed};
use bytes::Bytes;
use inkhorn_contract::*;
use inkhorn_dialects::peek;
use inkhorn_domain::{ChatRequest, Face, FrontDialect, Message, Role};
use inkhorn_engine::{Ask, AskBody, Engine};
use inkhorn_fault::Code;
use inkhorn_testkit::{Answer, Behaviour, Call, Persona, Refusal, SimulatedModel, SimulatedProvider};
use serde_json::{Value, json};

/// The refusal of a server that takes no other fields than it knows.
fn refuses(field: &str) -> Behaviour {
    let said = json!({ "error": { "message": format!("Unrecognized request argument supplied: {field}"), "param": null } });
    Behaviour::Status(Refusal::of(400).with_body(&said.to_string()))
}

/// Bodies of the chats since the last look.
fn sent(provider: &SimulatedProvider) -> Vec<Value> {
    let bodies = provider.chats().iter().map(|chat| chat.json()).collect();
    provider.forget_requests();
    bodies
}

fn has(bodies: &[Value], field: &str) -> Vec<bool> {
    bodies.iter().map(|body| body.get(field).is_some()).collect()
}

/// With everything that a writer or a program may set.
fn full(model: &str) -> Ask {
    let body = ChatRequest {
        messages: vec![Message::text(Role::User, "Hello")],
        stream: true,
        max_tokens: Some(50),
        temperature: Some(0.7),
        top_p: Some(0.9),
        stop: vec!["THE END".into()],
        ..ChatRequest::default()
    };
    Ask { body: AskBody::Chat(Box::new(body)), ..ask(Some(model), "") }
}

/// As a program sends it to the gateway, in the connection's own dialect.
fn passed(model: &str, more: Value) -> Ask {
    let mut body =
        json!({ "model": model, "messages": [{ "role": "user", "content": "Hello" }], "stream": true });
    let fields = body.as_object_mut().expect("an object");
    fields.extend(more.as_object().expect("an object").clone());
    let body = Bytes::from(body.to_string());
    let seen = peek(FrontDialect::OpenaiChat, &body).expect("a good body");
    let body = AskBody::Wire { dialect: FrontDialect::OpenaiChat, body, seen };
    Ask { face: Face::Gateway, body, ..ask(Some(model), "") }
}

async fn rows(engine: &Engine) -> u64 {
    engine.usage(UsageRequest::default()).await.expect("sums").total.requests
}

#[tokio::test]
async fn a_server_that_refuses_stream_options_streams_without_and_is_not_asked_again() {
    let provider = SimulatedProvider::start(Persona::Compatible);
    provider.answer_with(Answer::text("Dry."));
    let (house, model) = (House::new(), provider.models()[0].id.clone());
    let engine = house.open();
    let model = format!("{}/{model}", connect(&engine, &provider).await.slug);
    provider.forget_requests();

    provider.next(Call::Chat, refuses("stream_options"));
    let (text, answer) = read(engine.send(ask(Some(&model), "Hello")).await.expect("it answers")).await;
    assert_eq!(text, "Dry.");
    assert!(answer.outcome().is_some());
    let bodies = sent(&provider);
    assert_eq!(has(&bodies, "stream_options"), [true, false]);
    assert!(bodies.iter().all(|body| body["stream"] == true && body["messages"] == bodies[0]["messages"]));
    assert_eq!(rows(&engine).await, 1, "one request of the writer's");

    read(engine.send(ask(Some(&model), "And now?")).await.expect("it answers")).await;
    assert_eq!(has(&sent(&provider), "stream_options"), [false], "right at once");

    // A program's body is its own: what we would add to it stays away, what it says itself is passed on.
    for (more, expected) in [(json!({}), false), (json!({ "stream_options": {} }), true)] {
        read(engine.send(passed(&model, more)).await.expect("it answers")).await;
        assert_eq!(has(&sent(&provider), "stream_options"), [expected]);
    }
}

#[tokio::test]
async fn what_a_program_wrote_itself_is_refused_and_not_left_out() {
    let provider = SimulatedProvider::start(Persona::Compatible);
    let (house, model) = (House::new(), provider.models()[0].id.clone());
    let engine = house.open();
    let model = format!("{}/{model}", connect(&engine, &provider).await.slug);
    provider.forget_requests();
    for (field, more) in [
        ("stream_options", json!({ "stream_options": { "include_usage": true } })),
        ("temperature", json!({ "temperature": 0.5 })),
        ("max_tokens", json!({ "max_tokens": 5 })),
    ] {
        provider.next(Call::Chat, refuses(field));
        let fault = engine.send(passed(&model, more)).await.err().expect("it is refused");
        assert_eq!(fault.code(), Code::BadRequest, "{field}");
        assert_eq!(has(&sent(&provider), field), [true], "{field}: asked once");
    }
    // What we add to its body may go.
    provider.next(Call::Chat, refuses("stream_options"));
    read(engine.send(passed(&model, json!({ "temperature": 0.5 }))).await.expect("it answers")).await;
    let bodies = sent(&provider);
    assert_eq!(has(&bodies, "stream_options"), [true, false]);
    assert_eq!(has(&bodies, "temperature"), [true, true]);
}

#[tokio::test]
async fn a_deployment_of_a_free_name_over_a_thinking_model_answers() {
    let provider = SimulatedProvider::start(Persona::Azure);
    provider.set_models(vec![SimulatedModel { reasoning: true, ..SimulatedModel::chat("desk") }]);
    let base = provider.base_url();
    let house = House::new().at("azure_openai", &base);
    let engine = house.open();
    let mut draft = draft("azure_openai", &base, typed(&provider.key().expect("a key")));
    draft.models = vec!["desk".into()];
    let request = ConnectionAddRequest { draft, test: false };
    let slug = engine.connections_add(request).await.expect("it is kept").slug;
    let model = format!("{slug}/desk");

    read(engine.send(full(&model)).await.expect("it answers")).await;
    let bodies = sent(&provider);
    assert_eq!(has(&bodies, "temperature"), [true, false], "refused by the simulated model itself");
    assert_eq!(bodies[1]["max_completion_tokens"], 50);
    assert_eq!(bodies[1]["stop"], json!(["THE END"]));
    read(engine.send(full(&model)).await.expect("it answers")).await;
    assert_eq!(has(&sent(&provider), "temperature"), [false]);
}

#[tokio::test]
async fn a_limit_goes_by_its_other_name_and_tries_come_to_an_end() {
    let provider = SimulatedProvider::start(Persona::Compatible);
    let (house, models) = (House::new(), provider.models());
    let engine = house.open();
    let slug = connect(&engine, &provider).await.slug;
    let model = format!("{slug}/{}", models[0].id);
    let other = format!("{slug}/{}", models[1].id);
    provider.forget_requests();

    // Refused by both names: by none it would not be the writer's request any more.
    for field in ["max_tokens", "max_completion_tokens"] {
        provider.next(Call::Chat, refuses(field));
    }
    let fault = engine.send(full(&model)).await.err().expect("it is refused");
    assert_eq!(fault.code(), Code::BadRequest);
    assert_eq!(has(&sent(&provider), "max_tokens"), [true, false]);

    // A fourth field is one too many, and what did not help is not remembered.
    for field in ["temperature", "top_p", "stop", "max_tokens"] {
        provider.next(Call::Chat, refuses(field));
    }
    let fault = engine.send(full(&model)).await.err().expect("it is refused");
    assert_eq!(fault.code(), Code::BadRequest);
    assert_eq!(has(&sent(&provider), "temperature"), [true, false, false, false]);

    provider.next(Call::Chat, refuses("max_tokens"));
    read(engine.send(full(&model)).await.expect("it answers")).await;
    let bodies = sent(&provider);
    assert_eq!(has(&bodies, "temperature"), [true, true]);
    assert_eq!(has(&bodies, "max_tokens"), [true, false]);
    assert_eq!(bodies[1]["max_completion_tokens"], 50);

    read(engine.send(full(&other)).await.expect("it answers")).await;
    assert_eq!(has(&sent(&provider), "max_tokens"), [true], "another model, nothing learned");
    // The two that were refused for good, and the two that were answered.
    assert_eq!(rows(&engine).await, 4);
}
