//! Made-up answers in the dialects that are only read: written here as their providers write them, at whatever cuts.

use crate::answers::{Said, answer, said};
use crate::text::{decode, events};
use inkhorn_domain::{Dialect, FinishReason, StreamEvent, TokenUsage};
use proptest::prelude::*;
use serde_json::{Value, json};

/// A whole call: id, name, arguments.
type Call = (String, String, String);

fn calls(told: &[StreamEvent]) -> Vec<Call> {
    said(told).calls
}

fn gemini(told: &[StreamEvent], line_end: &str) -> String {
    let mut bodies: Vec<Value> = Vec::new();
    let part = |part: Value| json!({ "candidates": [{ "content": { "parts": [part], "role": "model" } }] });
    for event in told {
        match event {
            StreamEvent::Text(text) => bodies.push(part(json!({ "text": text }))),
            StreamEvent::Reasoning(text) => bodies.push(part(json!({ "text": text, "thought": true }))),
            StreamEvent::Finished(reason) => {
                let reason = match reason {
                    FinishReason::Length => "MAX_TOKENS",
                    FinishReason::ContentFilter => "SAFETY",
                    _ => "STOP",
                };
                // Calls come whole, several in one piece.
                let calls: Vec<Value> = calls(told)
                    .into_iter()
                    .map(|(id, name, args)| {
                        let args: Value = serde_json::from_str(&args).expect("JSON");
                        json!({ "functionCall": { "id": id, "name": name, "args": args } })
                    })
                    .collect();
                bodies.push(
                    json!({ "candidates": [{ "content": { "parts": calls }, "finishReason": reason }] }),
                );
            }
            StreamEvent::Usage(usage) => {
                let TokenUsage { input, cache_read, output, .. } = usage;
                let last = bodies.last_mut().expect("a finish before the counts");
                last["usageMetadata"] = json!({
                    "promptTokenCount": input, "cachedContentTokenCount": cache_read, "candidatesTokenCount": output,
                });
            }
            _ => {}
        }
    }
    bodies.iter().map(|body| format!("data: {body}{line_end}{line_end}")).collect()
}

fn cohere(told: &[StreamEvent], line_end: &str) -> String {
    let mut all =
        vec![json!({ "type": "message-start", "id": "i", "delta": { "message": { "content": [] } } })];
    let content = |kind: &str, text: &str| json!({ "type": "content-delta", "index": 0, "delta": { "message": { "content": { kind: text } } } });
    let call = |kind: &str, index: usize, call: Value| json!({ "type": kind, "index": index, "delta": { "message": { "tool_calls": call } } });
    let mut reason = "COMPLETE";
    let mut usage = TokenUsage::default();
    for event in told {
        match event {
            StreamEvent::Text(text) => all.push(content("text", text)),
            StreamEvent::Reasoning(text) => all.push(content("thinking", text)),
            StreamEvent::Finished(told) => {
                reason = match told {
                    FinishReason::Length => "MAX_TOKENS",
                    FinishReason::ContentFilter => "ERROR_TOXIC",
                    FinishReason::ToolCalls => "TOOL_CALL",
                    _ => "COMPLETE",
                }
            }
            StreamEvent::Usage(told) => usage = *told,
            _ => {}
        }
    }
    for (index, (id, name, arguments)) in calls(told).into_iter().enumerate() {
        let opening = json!({ "id": id, "type": "function", "function": { "name": name, "arguments": "" } });
        all.push(call("tool-call-start", index, opening));
        for piece in [&arguments[..arguments.len() / 2], &arguments[arguments.len() / 2..]] {
            all.push(call("tool-call-delta", index, json!({ "function": { "arguments": piece } })));
        }
        all.push(json!({ "type": "tool-call-end", "index": index }));
    }
    let counts = json!({
        "billed_units": { "input_tokens": usage.input, "output_tokens": usage.output }, "cached_tokens": usage.cache_read,
    });
    all.push(json!({ "type": "message-end", "delta": { "finish_reason": reason, "usage": counts } }));
    let named = |event: &Value| {
        let name = event["type"].as_str().expect("a type");
        format!("event: {name}{line_end}data: {event}{line_end}{line_end}")
    };
    all.iter().map(named).collect()
}

fn read(dialect: Dialect, wire: &str, size: usize) -> Said {
    let (chunks, ended) = decode(dialect, true, wire.as_bytes().chunks(size));
    assert_eq!(ended, Ok(()), "{dialect:?}: {wire}");
    said(&events(&chunks))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn text_calls_end_and_counts_come_through_at_any_cut(told in answer(), size in 1..80usize, crlf in any::<bool>()) {
        let line_end = if crlf { "\r\n" } else { "\n" };
        let wanted = said(&told);
        prop_assert_eq!(&read(Dialect::Gemini, &gemini(&told, line_end), size), &wanted, "gemini");
        prop_assert_eq!(&read(Dialect::CohereV2, &cohere(&told, line_end), size), &wanted, "cohere");
    }
}
