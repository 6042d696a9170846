//! What single models of a provider want otherwise: as data in the catalogue, seen in what is written, and accepted by
//! a simulated provider that refuses what the real one refuses.

use crate::subject::Subject;
use inkhorn_dialects::{OptionalField, write_request};
use inkhorn_domain::{ChatRequest, Message, Part, Role};
use inkhorn_fault::Code;
use inkhorn_providers::Catalogue;
use inkhorn_testkit::{Answer, SimulatedModel};
use serde_json::{Value, json};
use std::sync::Arc;

/// A request that sets everything that a writer or a program may set.
fn full(model: &str) -> ChatRequest {
    ChatRequest {
        model: model.into(),
        messages: vec![
            Message::text(Role::System, "You are brief."),
            Message::text(Role::User, "How was the night?"),
            Message {
                role: Role::Assistant,
                parts: vec![
                    Part::Reasoning { text: "It rained.".into(), signature: None },
                    Part::Text("Wet.".into()),
                ],
            },
            // This one came from another model.
            Message::text(Role::User, "And the day?"),
            Message::text(Role::Assistant, "Wet too."),
            Message::text(Role::User, "And now?"),
        ],
        stream: true,
        stream_usage: true,
        max_tokens: Some(500),
        temperature: Some(0.7),
        top_p: Some(0.9),
        stop: vec!["THE END".into()],
        seed: Some(7),
        reasoning_effort: Some("high".into()),
        ..ChatRequest::default()
    }
}

#[test]
fn each_model_gets_the_request_that_it_wants() {
    let absent = Value::Null;
    let limit = json!(500);
    for (entry, model, expected) in [
        (
            "openai",
            "gpt-5.4-mini",
            vec![
                ("/max_completion_tokens", limit.clone()),
                ("/max_tokens", absent.clone()),
                ("/temperature", absent.clone()),
                ("/top_p", absent.clone()),
                ("/stop", absent.clone()),
                ("/reasoning_effort", json!("high")),
                ("/stream_options/include_usage", json!(true)),
            ],
        ),
        (
            "openai",
            "gpt-4.1-mini",
            vec![
                ("/max_completion_tokens", limit.clone()),
                ("/temperature", json!(0.7)),
                ("/stop/0", json!("THE END")),
                ("/reasoning_effort", absent.clone()),
            ],
        ),
        ("openai", "o3", vec![("/temperature", absent.clone()), ("/stop", absent.clone())]),
        ("openai", "ft:gpt-4o-mini:me::x", vec![("/temperature", json!(0.7)), ("/seed", json!(7))]),
        (
            "groq",
            "llama-3.3-70b-versatile",
            vec![("/max_completion_tokens", limit.clone()), ("/temperature", json!(0.7))],
        ),
        (
            "mistral",
            "mistral-large-latest",
            vec![
                ("/max_tokens", limit.clone()),
                ("/random_seed", json!(7)),
                ("/seed", absent.clone()),
                ("/stream_options", absent.clone()),
            ],
        ),
        (
            "deepseek",
            "deepseek-flash",
            vec![
                ("/max_tokens", limit.clone()),
                ("/messages/2/reasoning_content", json!("It rained.")),
                ("/messages/4/reasoning_content", json!(" ")),
                ("/messages/0/reasoning_content", absent.clone()),
            ],
        ),
        ("xai", "grok-4-0709", vec![("/stop", absent.clone()), ("/reasoning_effort", absent.clone())]),
        ("xai", "grok-3-mini", vec![("/stop/0", json!("THE END")), ("/reasoning_effort", json!("high"))]),
        ("xai", "grok-5", vec![("/stop", absent.clone()), ("/reasoning_effort", json!("high"))]),
        ("perplexity", "sonar-pro", vec![("/stop", absent.clone()), ("/stream_options", absent.clone())]),
        (
            "openrouter",
            "deepseek/deepseek-r1",
            vec![("/reasoning/effort", json!("high")), ("/stream_options", absent.clone())],
        ),
        ("nvidia_nim", "nvidia/nemotron", vec![("/reasoning_effort", absent.clone())]),
        (
            "together",
            "x",
            vec![("/messages/2/reasoning_content", absent.clone()), ("/max_tokens", limit.clone())],
        ),
        ("lightllm", "default", vec![("/max_tokens", limit.clone()), ("/stream_options", absent.clone())]),
        (
            "anthropic",
            "claude-opus-4-8",
            vec![
                ("/temperature", absent.clone()),
                ("/top_p", absent.clone()),
                ("/thinking", json!({ "type": "adaptive", "display": "summarized" })),
                ("/output_config/effort", json!("high")),
                ("/max_tokens", limit.clone()),
            ],
        ),
        (
            "anthropic",
            "claude-sonnet-5",
            vec![("/temperature", absent.clone()), ("/thinking/type", json!("adaptive"))],
        ),
        (
            "anthropic",
            "claude-3-5-haiku-20241022",
            vec![("/temperature", json!(0.7)), ("/thinking", absent.clone())],
        ),
        ("ollama", "qwen3:8b", vec![("/think", json!("high")), ("/options/num_predict", limit.clone())]),
    ] {
        let catalogue = Catalogue::embedded();
        let entry = catalogue.find(entry).expect("an entry");
        let written = write_request(entry.dialect_for(model), &full(model), &entry.options_for(model));
        let written: Value = serde_json::from_slice(&written).expect("JSON");
        for (place, wanted) in expected {
            let found = written.pointer(place).unwrap_or(&Value::Null);
            assert_eq!(*found, wanted, "{} {model} {place}: {written}", entry.id);
        }
    }
}

#[test]
fn a_temperature_reaches_those_claudes_that_take_one() {
    let catalogue = Catalogue::embedded();
    let entry = catalogue.find("anthropic").expect("an entry");
    for (model, takes) in [
        ("claude-3-haiku-20240307", true),
        ("claude-3-7-sonnet-20250219", true),
        ("claude-opus-4-20250514", true),
        ("claude-opus-4-1", true),
        ("claude-haiku-4-5-20251001", true),
        ("claude-sonnet-4-6", true),
        ("claude-opus-4-7", false),
        ("claude-opus-4-8-20260901", false),
        ("claude-opus-4-10", false),
        ("claude-sonnet-5", false),
        ("claude-of-tomorrow", false),
    ] {
        let request = ChatRequest { reasoning_effort: None, top_p: None, ..full(model) };
        let written = write_request(entry.dialect_for(model), &request, &entry.options_for(model));
        let written: Value = serde_json::from_slice(&written).expect("JSON");
        assert_eq!(written["temperature"].is_number(), takes, "{model}");
    }
}

#[test]
fn a_limit_is_sent_where_a_server_would_stop_after_a_few_words() {
    let catalogue = Catalogue::embedded();
    for (id, limit) in [("lightllm", json!(4096)), ("vllm", Value::Null), ("openai", Value::Null)] {
        let entry = catalogue.find(id).expect("an entry");
        let request = ChatRequest { max_tokens: None, ..full("m") };
        let written = write_request(entry.dialect, &request, &entry.options_for("m"));
        let written: Value = serde_json::from_slice(&written).expect("JSON");
        assert_eq!(written["max_tokens"], limit, "{id}");
    }
}

/// The simulated provider refuses what the documents of the real one say that it refuses.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_model_refuses_what_is_written_for_it() {
    let mut refused = Vec::new();
    for entry in Catalogue::embedded().entries() {
        let Some(subject) = Subject::of(entry) else { continue };
        subject.provider.answer_with(Answer::text("Dry."));
        for model in subject.provider.models().iter().filter(|model| !model.embedding) {
            match subject.ask(&full(&model.id)).await {
                Ok(heard) => assert_eq!(heard.text, "Dry.", "{} {}", entry.id, model.id),
                Err(fault) => refused.push(format!("{} {}: {:?}", entry.id, model.id, fault.detail())),
            }
        }
    }
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}

/// The names of Azure's deployments are the writer's: nothing tells what a model takes but what it refuses.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_model_under_a_free_name_answers_without_what_it_refuses() {
    use OptionalField::*;
    let catalogue = Catalogue::embedded();
    let azure = catalogue.find("azure_openai").expect("an entry").as_ref().clone();
    let mut bare = catalogue.find("openai").expect("an entry").as_ref().clone();
    bare.options = Default::default();
    bare.for_models.clear();
    for (entry, expected) in [(azure, vec![Temperature]), (bare, vec![MaxTokens, Temperature, TopP, Stop])] {
        let subject = Subject::of(&Arc::new(entry)).expect("a persona");
        subject.provider.answer_with(Answer::text("Dry."));
        subject.provider.set_models(vec![SimulatedModel { reasoning: true, ..SimulatedModel::chat("desk") }]);
        let question = full("desk");
        let refused = subject.ask(&question).await.err().map(|fault| fault.code());
        assert_eq!(refused, Some(Code::BadRequest), "as it stands");
        let (left_out, heard) = subject.ask_with_less(&question).await;
        assert_eq!(heard.expect("it answers then").text, "Dry.");
        assert_eq!(left_out, expected);
    }
}

/// That no model refuses what is written for it can fail: without the data, these models do refuse.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_its_data_a_model_does_refuse() {
    for (entry, model) in [
        ("openai", "gpt-5.4-mini"),
        ("mistral", "mistral-large-latest"),
        ("deepseek", "deepseek-flash"),
        ("xai", "grok-4-0709"),
        ("anthropic", "claude-opus-4-8"),
    ] {
        let catalogue = Catalogue::embedded();
        let mut bare = catalogue.find(entry).expect("an entry").as_ref().clone();
        bare.options = Default::default();
        bare.for_models.clear();
        let subject = Subject::of(&std::sync::Arc::new(bare)).expect("a persona");
        // Thinking would switch sampling off by itself.
        let request =
            ChatRequest { reasoning_effort: Some("high".into()).filter(|_| entry == "xai"), ..full(model) };
        let refused = subject.ask(&request).await.err().map(|fault| fault.code());
        assert_eq!(refused, Some(Code::BadRequest), "{entry} {model}");
    }
}
