//! Bedrock's binary streams, kept as lines that people can read: `event NAME JSON`, `exception NAME JSON` or
//! `error CODE WORDS`, one message each. Made-up answers and questions in that dialect stand here too.

use crate::answers::{answer, said};
use crate::text::{decode, events};
use inkhorn_dialects::{WriteOptions, write_request};
use inkhorn_domain::{ChatRequest, Dialect, FinishReason, ImageSource, Message, Part, Role, StreamEvent};
use proptest::prelude::*;
use serde_json::{Value, json};

/// The bytes that such lines stand for.
pub fn encode(lines: &str) -> Vec<u8> {
    lines.lines().filter(|line| !line.trim().is_empty()).flat_map(message).collect()
}

fn message(line: &str) -> Vec<u8> {
    let mut words = line.splitn(3, ' ');
    let (kind, name) = (words.next().expect("a kind"), words.next().expect("a name"));
    let rest = words.next().unwrap_or_default();
    let named = match kind {
        "event" => ":event-type",
        "exception" => ":exception-type",
        _ => ":error-code",
    };
    let mut headers = header(named, name);
    let mut payload = rest.as_bytes();
    if kind == "error" {
        headers.extend(header(":error-message", rest));
        payload = b"";
    } else {
        headers.extend(header(":content-type", "application/json"));
    }
    headers.extend(header(":message-type", kind));
    let whole = 12 + headers.len() + payload.len() + 4;
    let mut out = [(whole as u32).to_be_bytes(), (headers.len() as u32).to_be_bytes()].concat();
    out.extend_from_slice(&crc32fast::hash(&out).to_be_bytes());
    out.extend_from_slice(&headers);
    out.extend_from_slice(payload);
    out.extend_from_slice(&crc32fast::hash(&out).to_be_bytes());
    out
}

fn header(name: &str, value: &str) -> Vec<u8> {
    let mut out = vec![name.len() as u8];
    out.extend_from_slice(name.as_bytes());
    out.push(7);
    out.extend_from_slice(&(value.len() as u16).to_be_bytes());
    out.extend_from_slice(value.as_bytes());
    out
}

/// An answer as Bedrock would send it.
fn bedrock(told: &[StreamEvent]) -> String {
    let mut lines = vec![("messageStart", json!({ "role": "assistant" }))];
    let delta = |block: usize, delta: Value| {
        ("contentBlockDelta", json!({ "contentBlockIndex": block, "delta": delta }))
    };
    let (mut reason, mut counts) = ("end_turn", json!({}));
    for event in told {
        match event {
            StreamEvent::Text(text) => lines.push(delta(1, json!({ "text": text }))),
            StreamEvent::Reasoning(text) => {
                lines.push(delta(0, json!({ "reasoningContent": { "text": text } })));
            }
            StreamEvent::Finished(told) => {
                reason = match told {
                    FinishReason::Length => "max_tokens",
                    FinishReason::ContentFilter => "content_filtered",
                    FinishReason::ToolCalls => "tool_use",
                    _ => "end_turn",
                }
            }
            StreamEvent::Usage(usage) => {
                let cached = usage.cache_read.unwrap_or(0);
                counts = json!({
                    "inputTokens": usage.input.map(|input| input - cached), "outputTokens": usage.output,
                    "cacheReadInputTokens": cached,
                });
            }
            _ => {}
        }
    }
    for (index, (id, name, arguments)) in said(told).calls.into_iter().enumerate() {
        let block = 2 + index;
        let start = json!({ "toolUse": { "toolUseId": id, "name": name } });
        lines.push(("contentBlockStart", json!({ "contentBlockIndex": block, "start": start })));
        for piece in [&arguments[..arguments.len() / 2], &arguments[arguments.len() / 2..]] {
            lines.push(delta(block, json!({ "toolUse": { "input": piece } })));
        }
        lines.push(("contentBlockStop", json!({ "contentBlockIndex": block })));
    }
    lines.push(("messageStop", json!({ "stopReason": reason })));
    lines.push(("metadata", json!({ "usage": counts })));
    lines.iter().map(|(name, payload)| format!("event {name} {payload}\n")).collect()
}

/// Turns in any order, of any parts, some of them blank.
fn turns() -> impl Strategy<Value = Vec<Message>> {
    let text = prop_oneof![Just(String::new()), Just(" \n".to_owned()), "[a-z \u{1F58B}]{1,12}"];
    let signature = proptest::option::of("[a-z]{1,4}:?[a-z]{1,4}");
    let part = prop_oneof![
        text.clone().prop_map(Part::Text),
        "[A-Za-z0-9+/]{4,16}"
            .prop_map(|base64| { Part::Image(ImageSource::Data { media_type: "image/jpg".into(), base64 }) }),
        (text.clone(), signature).prop_map(|(text, signature)| Part::Reasoning { text, signature }),
        ("[a-z]{1,6}", text.clone()).prop_map(|(id, text)| Part::ToolResult { id, text, is_error: false }),
        ("[a-z]{1,6}", text).prop_map(|(id, arguments)| Part::ToolCall { id, name: "n".into(), arguments }),
    ];
    let role = prop_oneof![Just(Role::System), Just(Role::User), Just(Role::Assistant), Just(Role::Tool)];
    let turn =
        (role, proptest::collection::vec(part, 0..4)).prop_map(|(role, parts)| Message { role, parts });
    proptest::collection::vec(turn, 0..8)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn text_calls_end_and_counts_come_through_at_any_cut(told in answer(), size in 1..80usize) {
        let wire = encode(&bedrock(&told));
        let (chunks, ended) = decode(Dialect::BedrockConverse, true, wire.chunks(size));
        prop_assert_eq!(ended, Ok(()));
        prop_assert_eq!(said(&events(&chunks)), said(&told));
    }

    #[test]
    fn turns_alternate_and_nothing_is_blank_whatever_is_asked(messages in turns(), temperature in 0.0..2.0f64) {
        let request =
            ChatRequest { model: "m".into(), messages, temperature: Some(temperature), ..ChatRequest::default() };
        let written = write_request(Dialect::BedrockConverse, &request, &WriteOptions::default());
        let body: Value = serde_json::from_slice(&written).expect("JSON");
        prop_assert!(body.get("model").is_none() && body.get("stream").is_none());
        prop_assert!(body["inferenceConfig"]["temperature"].as_f64().is_some_and(|value| value <= 1.0));
        let turns = body["messages"].as_array().expect("a list");
        prop_assert!(turns.windows(2).all(|two| two[0]["role"] != two[1]["role"]), "{}", body);
        let content = turns.iter().map(|turn| turn["content"].as_array().expect("a list"));
        for blocks in content.chain(body["system"].as_array()) {
            prop_assert!(!blocks.is_empty(), "{}", body);
            for block in blocks {
                prop_assert_eq!(block.as_object().map(|block| block.len()), Some(1));
                prop_assert!(block["text"].as_str().is_none_or(|text| !text.trim().is_empty()));
                let proof = block.pointer("/reasoningContent/reasoningText/signature");
                prop_assert!(proof.is_none_or(|proof| !proof.as_str().expect("text").contains(':')));
                let results = block.pointer("/toolResult/content/0/text");
                let blank = |text: &Value| text.as_str().is_some_and(|text| text.trim().is_empty());
                prop_assert!(!results.is_some_and(blank));
            }
        }
    }
}
