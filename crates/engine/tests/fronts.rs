//! Programs that speak a front dialect, with providers behind that nobody speaks to us: what one asks in the words of
//! the other comes through, and so does the answer.
#![allow(clippy::expect_used, clippy::panic, reason = "a test says what it expected")]

use bytes::Bytes;
use inkhorn_contract::*;
use inkhorn_dialects::{AnswerDecoder, AnswerEncoder, AnswerHead, peek};
use inkhorn_domain::{Dialect, Face, FrontDialect, Privacy, StreamEvent};
use inkhorn_engine::{Ask, AskBody, Engine, EngineOptions, FixedEnvironment, SystemClock};
use inkhorn_fault::Code;
use inkhorn_secret::Secret;
use inkhorn_testkit::{Answer, Behaviour, Call, Canary, Persona, ScratchProfile, SimulatedProvider};
use inkhorn_vault::NoKeychain;
use serde_json::{Value, json};
use std::sync::Arc;

struct House {
    engine: Engine,
    provider: SimulatedProvider,
    model: String,
    _profile: ScratchProfile,
}

impl House {
    async fn of(persona: Persona) -> Self {
        let key = Canary::key_of(persona);
        let provider = SimulatedProvider::start_with_key(persona, key.text());
        let profile = ScratchProfile::make();
        let engine = Engine::open(EngineOptions {
            dir: profile.data_dir(),
            passphrase: Some(Secret::new("correct horse battery staple".into())),
            face: Face::Gateway,
            keychain: Arc::new(NoKeychain),
            clock: Arc::new(SystemClock::new()),
            environment: Arc::new(FixedEnvironment::default()),
        })
        .expect("a fresh profile opens");
        let draft = ConnectionDraft {
            provider: persona.provider_id().into(),
            label: Some("Test".into()),
            base_url: Some(provider.base_url()),
            auth: None,
            key: KeyInput::Typed { key: Secret::new(key.text().into()) },
            headers: Vec::new(),
            models: Vec::new(),
        };
        engine.connections_add(ConnectionAddRequest { draft, test: true }).await.expect("it answers");
        let model = format!("test/{}", provider.models()[0].id);
        Self { engine, provider, model, _profile: profile }
    }

    /// Asks as a program would, and hears what it hears.
    async fn ask(&self, front: FrontDialect, body: &Value) -> Result<Vec<StreamEvent>, Code> {
        let body = Bytes::from(body.to_string());
        let seen = peek(front, &body).expect("a good body");
        let streaming = seen.stream;
        let ask = Ask {
            face: Face::Gateway,
            feature: "gateway".into(),
            app: None,
            privacy: Privacy::Cloud,
            model: Some(seen.model.clone()),
            conversation_model: None,
            body: AskBody::Wire { dialect: front, body, seen },
        };
        let mut answer = self.engine.send(ask).await.map_err(|fault| fault.code())?;
        assert!(!answer.info().same_dialect);
        let head =
            AnswerHead { id: "id".into(), model: "m".into(), created: 0, streaming, include_usage: true };
        let mut encoder = AnswerEncoder::new(front, head);
        let mut wire = Vec::new();
        while let Some(chunk) = answer.next().await {
            encoder.chunk(&chunk.map_err(|fault| fault.code())?, false, &mut wire);
        }
        encoder.end(&mut wire);
        let mut decoder = AnswerDecoder::new(Dialect::from(front), streaming);
        let mut chunks = Vec::new();
        decoder.push(&wire, &mut chunks).expect("the client can read it");
        decoder.finish(&mut chunks).expect("it has its end");
        Ok(chunks.into_iter().flat_map(|chunk| chunk.events).collect())
    }
}

/// A question with instructions and a tool, in the words of each front dialect.
fn question(front: FrontDialect, model: &str, stream: bool) -> Value {
    let schema = json!({ "type": "object", "properties": { "word": { "type": "string" } } });
    let function = json!({ "name": "look_up", "description": "Looks a word up.", "parameters": schema });
    match front {
        FrontDialect::OpenaiChat | FrontDialect::Ollama => json!({
            "model": model, "stream": stream, "tools": [{ "type": "function", "function": function }],
            "messages": [{ "role": "system", "content": "Be brief." }, { "role": "user", "content": "What is ink?" }],
        }),
        FrontDialect::AnthropicMessages => json!({
            "model": model, "stream": stream, "max_tokens": 99, "system": "Be brief.",
            "tools": [{ "name": "look_up", "description": "Looks a word up.", "input_schema": schema }],
            "messages": [{ "role": "user", "content": "What is ink?" }],
        }),
        FrontDialect::OpenaiResponses => json!({
            "model": model, "stream": stream, "instructions": "Be brief.", "input": "What is ink?",
            "tools": [{ "type": "function", "name": "look_up", "description": "Looks a word up.", "parameters": schema }],
        }),
    }
}

#[tokio::test]
async fn every_front_dialect_is_answered_by_providers_with_their_own() {
    for persona in [Persona::Gemini, Persona::Cohere] {
        let house = House::of(persona).await;
        for front in FrontDialect::ALL {
            for stream in [true, false] {
                let what = format!("{persona:?} behind {} stream {stream}", front.as_str());
                house.provider.forget_requests();
                let arguments = json!({ "word": "ink" });
                let said =
                    Answer::text("Let me look.").with_reasoning("Hm. ").with_tool("look_up", &arguments);
                house.provider.answer_with(said);
                let told = house.ask(front, &question(front, &house.model, stream)).await.expect(&what);
                let text: String = told.iter().filter_map(text_of).collect();
                assert_eq!(text, "Let me look.", "{what}");
                let called = |event: &StreamEvent| matches!(event, StreamEvent::ToolCallStarted { name, .. } if name == "look_up");
                assert_eq!(told.iter().filter(|event| called(event)).count(), 1, "{what}");
                let counted = |event: &StreamEvent| matches!(event, StreamEvent::Usage(usage) if usage.output > Some(0));
                assert!(told.iter().any(counted), "{what}: no counts");
                let sent = String::from_utf8(house.provider.chats()[0].body.clone()).expect("UTF-8");
                for part in ["Be brief.", "What is ink?", "Looks a word up."] {
                    assert_eq!(sent.matches(part).count(), 1, "{what}: {part}");
                }
            }
        }
        house.provider.next(Call::Chat, Behaviour::ErrorInsideStream(1));
        let body = question(FrontDialect::OpenaiChat, &house.model, true);
        let broken = house.ask(FrontDialect::OpenaiChat, &body).await.expect_err("it broke off");
        assert!(matches!(broken, Code::Overloaded | Code::UpstreamFailed), "{persona:?}: {broken:?}");
    }
}

#[tokio::test]
async fn an_answer_under_a_budget_is_cut_in_whatever_dialect_is_passed_on() {
    let turns = json!([{ "role": "user", "content": "Go on" }]);
    for (persona, front, more, limit_at) in [
        (Persona::OpenAi, FrontDialect::OpenaiChat, json!({}), "/max_completion_tokens"),
        (Persona::OpenAi, FrontDialect::OpenaiChat, json!({ "max_tokens": null }), "/max_completion_tokens"),
        (Persona::Mistral, FrontDialect::OpenaiChat, json!({}), "/max_tokens"),
        (Persona::Anthropic, FrontDialect::AnthropicMessages, json!({}), "/max_tokens"),
        (Persona::OllamaCloud, FrontDialect::Ollama, json!({}), "/options/num_predict"),
        // Ollama's words for an answer without an end.
        (
            Persona::OllamaCloud,
            FrontDialect::Ollama,
            json!({ "options": { "num_predict": -1 } }),
            "/options/num_predict",
        ),
    ] {
        let house = House::of(persona).await;
        let price = OwnPrice::Known {
            per: PriceUnit::Million,
            input: "1".into(),
            output: "100".into(),
            cache_read: None,
            cache_write: None,
        };
        let models = vec![house.model.clone()];
        let edit = ModelsEditRequest { models, price: Some(price), ..ModelsEditRequest::default() };
        house.engine.models_edit(edit).await.expect("priced");
        let (scope, period) = ("all".to_owned(), "month".to_owned());
        let budget = BudgetSetRequest { scope, period, limit: "0.2".into(), warn: None };
        house.engine.budgets_set(budget).await.expect("set");

        let mut body = json!({ "model": house.model, "messages": turns, "stream": false });
        body.as_object_mut().expect("an object").extend(more.as_object().cloned().expect("an object"));
        let body = Bytes::from(body.to_string());
        let ask = Ask {
            face: Face::Gateway,
            feature: "gateway".into(),
            app: None,
            privacy: Privacy::Cloud,
            model: Some(house.model.clone()),
            conversation_model: None,
            body: AskBody::Wire { dialect: front, seen: peek(front, &body).expect("a good body"), body },
        };
        let what = format!("{persona:?} behind {}", front.as_str());
        house.provider.forget_requests();
        let mut answer = house.engine.send(ask).await.expect(&what);
        assert!(answer.info().same_dialect, "{what}");
        while let Some(piece) = answer.next().await {
            piece.expect(&what);
        }
        let sent: Value = serde_json::from_slice(&house.provider.chats()[0].body).expect("JSON");
        let limit =
            sent.pointer(limit_at).and_then(Value::as_u64).unwrap_or_else(|| panic!("{what}: {sent}"));
        // At 100 dollars a million, 0.2 dollars are 2,000 tokens, less what is kept for the text that goes out.
        assert!((1_024..2_000).contains(&limit), "{what}: {sent}");
    }
}

fn text_of(event: &StreamEvent) -> Option<&str> {
    match event {
        StreamEvent::Text(text) => Some(text),
        _ => None,
    }
}
