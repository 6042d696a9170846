//! Lists and figures that nobody honest sends: taken in part or refused by name, never shown as they came, and never at
//! the price of memory or time.

use crate::subject::Subject;
use inkhorn_dialects::MAX_MODELS;
use inkhorn_domain::ModelListing;
use inkhorn_fault::{Code, Fault};
use inkhorn_providers::{Catalogue, FetchedModels, fetch_models};
use inkhorn_testkit::{Behaviour, Call, Refusal};
use serde_json::{Value, json};
use std::time::{Duration, Instant, SystemTime};

/// One shape of a list: an entry of the catalogue, the field that the list stands in, and how it writes a model.
type Shape = (&'static str, &'static str, fn(&str, &str) -> Value);

/// One for each shape of a list and each dialect.
const SHAPES: [Shape; 10] = [
    ("openai", "data", |id, name| json!({ "id": id, "name": name })),
    ("anthropic", "data", |id, name| json!({ "type": "model", "id": id, "display_name": name })),
    ("ollama", "models", |id, name| json!({ "model": id, "name": name })),
    (
        "google_gemini",
        "models",
        |id, name| json!({ "name": format!("models/{id}"), "displayName": name, "supportedGenerationMethods": ["generateContent"] }),
    ),
    ("together", "", |id, name| json!({ "id": id, "type": "chat", "display_name": name })),
    ("cohere", "models", |id, _| json!({ "name": id, "endpoints": ["chat"] })),
    (
        "aws_bedrock",
        "modelSummaries",
        |id, name| json!({ "modelId": id, "modelName": name, "outputModalities": ["TEXT"], "inferenceTypesSupported": ["ON_DEMAND"] }),
    ),
    (
        "aws_bedrock",
        "inferenceProfileSummaries",
        |id, name| json!({ "inferenceProfileId": id, "inferenceProfileName": name, "status": "ACTIVE" }),
    ),
    (
        "xai",
        "models",
        |id, name| json!({ "id": id, "name": name, "aliases": [id, name], "input_modalities": ["text"] }),
    ),
    ("lm_studio", "models", |id, name| json!({ "type": "llm", "key": id, "display_name": name })),
];

fn subject(entry: &str) -> Subject {
    Subject::of(Catalogue::embedded().find(entry).expect("an entry")).expect("a persona")
}

/// A list as this provider frames it.
fn framed(field: &str, entries: &[Value]) -> String {
    if field.is_empty() { json!(entries).to_string() } else { json!({ field: entries }).to_string() }
}

async fn list(subject: &Subject, body: &str) -> Result<FetchedModels, Fault> {
    subject.provider.behave();
    if body.starts_with("{\"inferenceProfileSummaries\"") {
        // Bedrock's other list is asked for first.
        let first = Refusal::of(200).with_body("{\"modelSummaries\":[]}");
        subject.provider.next(Call::Models, Behaviour::Status(first));
    }
    subject.provider.always(Call::Models, Behaviour::Status(Refusal::of(200).with_body(body)));
    fetch_models(subject.target(), &subject.credential(), SystemTime::UNIX_EPOCH).await
}

/// An entry of the catalogue, the model where its first will not do, and its answer with this figure everywhere.
type Absurd = (&'static str, Option<&'static str>, fn(&Value) -> Value);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_million_models_are_counted_and_not_kept() {
    let subject = subject("openai");
    let rows: Vec<String> = (0..1_000_000).map(|n| format!("{{\"id\":\"m{n}\"}}")).collect();
    let body = format!("{{\"data\":[{}]}}", rows.join(","));
    let begun = Instant::now();
    let list = list(&subject, &body).await.expect("a long list");
    assert_eq!((list.models.len(), list.dropped), (MAX_MODELS, 1_000_000 - MAX_MODELS));
    // Built without optimisation and beside other tests; what it must not be is quadratic.
    assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", begun.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_show_nothing_that_they_smuggle() {
    let megabyte = "x".repeat(1 << 20);
    for (entry, field, named) in SHAPES {
        let subject = subject(entry);
        let model = |id: &str| named(id, id);
        let smuggled = [
            model("\u{1b}[31mred\u{1b}[0m"),
            model("right\u{202e}tfel"),
            model("\u{2066}iso\u{2069}lated"),
            model("bell\u{7}\u{8}\u{9b}31m"),
            model("two\nlines\r\n"),
            model("\u{feff}zero"),
            model("../x"),
            model("..%2fx?y#z"),
            model(&megabyte),
            named("long-name", &megabyte),
            model("\u{0}\u{1}"),
            model(" "),
            json!({ "id": 7 }),
            json!({ "id": ["x"] }),
            json!(null),
            json!("text"),
            json!([]),
        ];
        let list = list(&subject, &framed(field, &smuggled)).await.expect(entry);
        for ModelListing { id, name, .. } in &list.models {
            for text in std::iter::once(id).chain(name) {
                let harmless = text.chars().all(|c| !c.is_control() && !is_bidi(c));
                assert!(harmless && text.len() <= 256 && text.trim() == text, "{entry}: {text:?}");
            }
        }
        let ids: Vec<&str> = list.models.iter().map(|model| model.id.as_str()).collect();
        for kept in ["red", "righttfel", "isolated", "../x", "long-name"] {
            assert!(ids.contains(&kept), "{entry} {field}: {kept} of {ids:?}");
        }
        assert!(list.dropped >= 5, "{entry}: what is no name is counted: {}", list.dropped);
    }
}

fn is_bidi(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_models_name_never_leaves_its_place_in_a_request() {
    for entry in Catalogue::embedded().entries() {
        let Some(subject) = Subject::of(entry) else { continue };
        let mut request = subject.question();
        subject.ask(&request).await.unwrap_or_else(|fault| panic!("{}: {fault:?}", entry.id));
        let usual = subject.provider.chats()[0].path.clone();
        for name in
            ["../x", "..", "a/../../b", "x?key=1", "x#y", "x y", "x%2e%2e/y", "\u{202e}x", "x\r\nhost: evil"]
        {
            subject.provider.forget_requests();
            request.model = name.into();
            // What comes of it is the provider's matter; where it goes is ours.
            let _ = subject.ask(&request).await;
            for sent in subject.provider.requests() {
                assert_eq!(
                    sent.path.split('/').count(),
                    usual.split('/').count(),
                    "{}: {}",
                    entry.id,
                    sent.path
                );
                // Bedrock's names have a colon, which a path escapes.
                let named = subject.model().replace(':', "%3A");
                let (start, _) = usual.split_once(&named).unwrap_or((&usual, ""));
                let start = &start[..start.rfind('/').unwrap_or(0)];
                assert!(sent.path.starts_with(start), "{}: {} for {name:?}", entry.id, sent.path);
                assert!(
                    !sent.path.contains("/../") && !sent.path.ends_with("/.."),
                    "{}: {}",
                    entry.id,
                    sent.path
                );
                assert_eq!(
                    sent.header("host").map(str::to_owned),
                    Some(subject.provider.socket_address().to_string())
                );
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn absurd_figures_of_models_are_not_told() {
    let subject = subject("openai");
    for absurd in [
        json!(-1),
        json!(0),
        json!(1.5),
        json!("128000"),
        json!(u64::MAX),
        json!(1e300),
        json!([]),
        json!({}),
        json!(null),
        json!(true),
    ] {
        let entry = json!({
            "id": "m", "context_length": absurd, "max_completion_tokens": absurd, "pricing": { "prompt": absurd },
            "size": absurd, "capabilities": absurd, "architecture": absurd, "top_provider": absurd,
            "expiration_date": absurd, "providers": absurd,
        });
        let list = list(&subject, &framed("data", &[entry])).await.expect("a list");
        let model = &list.models[0];
        assert_eq!((model.context_length, model.max_output), (None, None), "{absurd}");
        assert!(model.price.is_none_or(|price| price.input.is_none()), "{absurd}: {:?}", model.price);
        assert_eq!((model.capabilities.len(), &model.retires_on), (0, &None), "{absurd}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_of_another_type_is_read_or_refused_by_name() {
    let subject = subject("openai");
    subject.provider.always(Call::Models, Behaviour::WrongContentType);
    let fetched = fetch_models(subject.target(), &subject.credential(), SystemTime::UNIX_EPOCH).await;
    assert_eq!(fetched.expect("JSON, whatever it is called").models.len(), 4);
    for (body, code) in [
        ("", Code::NotAnApi),
        ("not JSON", Code::NotAnApi),
        ("<html>", Code::NotAnApi),
        ("{\"data\":{}}", Code::NotAnApi),
        ("{\"data\":[{\"id\":\"m\"}", Code::NotAnApi),
        ("\u{feff}{\"data\":[]}", Code::NotAnApi),
        ("[[[[[[", Code::NotAnApi),
    ] {
        let found = list(&subject, body).await;
        // A byte order mark before a list is forgiven.
        match body.starts_with('\u{feff}') {
            true => assert_eq!(found.expect("an empty list").models.len(), 0),
            false => assert_eq!(found.expect_err(body).code(), code, "{body}"),
        }
    }
    let nested = format!("{{\"data\":{}", "[".repeat(200_000));
    assert_eq!(list(&subject, &nested).await.expect_err("nested").code(), Code::NotAnApi);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn absurd_counts_of_an_answer_are_not_told() {
    let answers: [Absurd; 7] = [
        ("openai", None, |absurd| {
            json!({
                "id": "x", "model": "m", "choices": [{ "index": 0, "message": { "content": "Yes." }, "finish_reason": "stop" }],
                "usage": { "prompt_tokens": absurd, "completion_tokens": absurd, "total_tokens": absurd, "cost": absurd,
                    "prompt_tokens_details": absurd, "completion_tokens_details": { "reasoning_tokens": absurd } },
            })
        }),
        ("anthropic", None, |absurd| {
            json!({
                "id": "x", "type": "message", "role": "assistant", "model": "m", "stop_reason": "end_turn",
                "content": [{ "type": "text", "text": "Yes." }],
                "usage": { "input_tokens": absurd, "output_tokens": absurd, "cache_read_input_tokens": absurd },
            })
        }),
        ("ollama", None, |absurd| {
            json!({
                "model": "m", "message": { "role": "assistant", "content": "Yes." }, "done": true, "done_reason": "stop",
                "prompt_eval_count": absurd, "eval_count": absurd,
            })
        }),
        ("google_gemini", None, |absurd| {
            json!({
                "candidates": [{ "content": { "role": "model", "parts": [{ "text": "Yes." }] }, "finishReason": "STOP" }],
                "usageMetadata": { "promptTokenCount": absurd, "candidatesTokenCount": absurd, "totalTokenCount": absurd },
            })
        }),
        ("cohere", None, |absurd| {
            json!({
                "id": "x", "message": { "role": "assistant", "content": [{ "type": "text", "text": "Yes." }] },
                "finish_reason": "COMPLETE",
                "usage": {
                    "billed_units": { "input_tokens": absurd, "output_tokens": absurd },
                    "tokens": { "input_tokens": absurd, "output_tokens": absurd }, "cached_tokens": absurd,
                },
            })
        }),
        ("aws_bedrock", None, |absurd| {
            json!({
                "output": { "message": { "role": "assistant", "content": [{ "text": "Yes." }] } }, "stopReason": "end_turn",
                "usage": { "inputTokens": absurd, "outputTokens": absurd, "totalTokens": absurd,
                    "cacheReadInputTokens": absurd, "cacheWriteInputTokens": absurd },
            })
        }),
        ("openai", Some("gpt-5.3-codex"), |absurd| {
            json!({
                "id": "x", "object": "response", "status": "completed", "model": "m",
                "output": [{ "type": "message", "role": "assistant", "content": [{ "type": "output_text", "text": "Yes." }] }],
                "usage": { "input_tokens": absurd, "output_tokens": absurd, "total_tokens": absurd,
                    "input_tokens_details": { "cached_tokens": absurd }, "output_tokens_details": { "reasoning_tokens": absurd } },
            })
        }),
    ];
    for (entry, model, answer) in answers {
        let subject = subject(entry);
        let mut question = subject.question();
        question.model = model.map_or(question.model, str::to_owned);
        for absurd in [
            json!(-1),
            json!(1.5),
            json!("12"),
            json!(u64::MAX),
            json!(1e300),
            json!([]),
            json!({}),
            json!(true),
        ] {
            let body = answer(&absurd).to_string();
            subject.provider.next(Call::Chat, Behaviour::Status(Refusal::of(200).with_body(&body)));
            let heard = subject.ask(&question).await.unwrap_or_else(|fault| panic!("{entry}: {fault:?}"));
            assert_eq!(heard.text, "Yes.", "{entry} {absurd}: the answer stays");
            let usage = heard.usage;
            assert_eq!((usage.input, usage.output, usage.cache_read), (None, None, None), "{entry} {absurd}");
            // A charge may well be a fraction; it is never negative and never larger than anything.
            let cost = usage.provider_cost.map_or(0, |cost| cost.0);
            assert!((0..2_000_000_000_000).contains(&cost), "{entry} {absurd}: {cost}");
        }
    }
}
