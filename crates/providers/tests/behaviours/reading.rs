//! What single providers tell otherwise than the others: thoughts, their counts, and lists with more than writers.

use crate::subject::Subject;
use inkhorn_domain::ChatRequest;
use inkhorn_providers::Catalogue;
use inkhorn_testkit::{Answer, Behaviour, Call, Refusal};
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claude_thinks_for_who_asks_and_shows_it() {
    let catalogue = Catalogue::embedded();
    for (entry, model) in [("anthropic", "claude-opus-4-8"), ("aws_bedrock", "us.anthropic.claude-opus-4-7")]
    {
        let subject = Subject::of(catalogue.find(entry).expect("an entry")).expect("a persona");
        subject.provider.answer_with(Answer::text("At six.").with_reasoning("The tide turns. "));
        for (effort, thoughts) in [(Some("low"), "The tide turns. "), (None, "")] {
            for stream in [true, false] {
                let reasoning_effort = effort.map(str::to_owned);
                let request =
                    ChatRequest { model: model.into(), reasoning_effort, stream, ..subject.question() };
                let heard = subject.ask(&request).await.expect("an answer");
                let told = (heard.text.as_str(), heard.thoughts.as_str());
                assert_eq!(told, ("At six.", thoughts), "{entry} {effort:?} stream {stream}");
            }
        }
    }
}

/// xAI and Perplexity count thoughts beside the completion; the others within. Without a total nothing but the
/// catalogue tells.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thoughts_are_counted_where_the_provider_counts_them() {
    let catalogue = Catalogue::embedded();
    for (entry, output) in [("xai", 80), ("perplexity", 80), ("openai", 50), ("groq", 50)] {
        let subject = Subject::of(catalogue.find(entry).expect("an entry")).expect("a persona");
        let body = json!({
            "id": "x", "choices": [{ "index": 0, "message": { "content": "Yes." }, "finish_reason": "stop" }],
            "usage": {
                "prompt_tokens": 10, "completion_tokens": 50,
                "completion_tokens_details": { "reasoning_tokens": 30 },
            },
        });
        let whole = Refusal::of(200).with_body(&body.to_string());
        subject.provider.next(Call::Chat, Behaviour::Status(whole));
        let usage = subject.ask(&subject.question()).await.expect("an answer").usage;
        assert_eq!((usage.output, usage.reasoning), (Some(output), Some(30)), "{entry}");
    }
}

#[test]
fn what_writes_is_never_taken_for_what_does_not() {
    let catalogue = Catalogue::embedded();
    for (entry, writers) in [
        (
            "openai",
            &[
                "gpt-5.4-mini",
                "gpt-4o-search-preview",
                "o3-deep-research",
                "gpt-5.3-codex",
                "ft:gpt-4.1:x::1",
            ][..],
        ),
        ("openai", &["chatgpt-4o-latest", "computer-use-preview", "text-embedding-3-small", "gpt-3.5-turbo"]),
        ("mistral", &["voxtral-small-latest", "magistral-medium-latest", "codestral-embed"]),
        ("groq", &["openai/gpt-oss-20b", "qwen/qwen3-32b"]),
        ("xai", &["grok-4-0709", "grok-code-fast-1", "grok-2-vision-1212"]),
        ("openai_compatible", &["local-model", "audio-flamingo", "soraya-7b"]),
    ] {
        let entry = catalogue.find(entry).expect("an entry");
        for model in writers {
            assert!(entry.is_for_writing(model), "{} {model}", entry.id);
        }
    }
}
