//! Answers in the Anthropic messages dialect.

use bytes::Bytes;
use serde_json::{Value, json};

use super::answer::Figures;
use super::refusal::{Refusal, anthropic_form};
use super::respond::{Ask, Written};
use super::{Answer, Finish};
use crate::random::make_hex;

/// What the real API refuses by the form of the request alone.
pub(super) fn refuse_form(version: Option<&str>, ask: &Ask) -> Option<Refusal> {
    let refuse = |parameter: &str, message: &str| Some(anthropic_form(parameter, message));
    match version {
        None => return refuse("anthropic-version", "header is required"),
        // The newer models chose their own sampling before the version did.
        Some("2023-06-01") if chooses_sampling(&ask.model) => {
            for parameter in ["temperature", "top_p", "top_k"] {
                if ask.body.get(parameter).is_some_and(|value| *value != 1) {
                    return refuse(parameter, "only the default is accepted by this model");
                }
            }
        }
        Some("2023-06-01") => {}
        Some("2026-10-21") => {
            for parameter in ["temperature", "top_p", "top_k"] {
                if ask.body.get(parameter).is_some() {
                    return refuse(parameter, "Extra inputs are not permitted");
                }
            }
        }
        Some(_) => return refuse("anthropic-version", "is not a valid version"),
    }
    if !ask.body["max_tokens"].is_u64() {
        return refuse("max_tokens", "Field required");
    }
    if !ask.body["messages"].is_array() {
        return refuse("messages", "Field required");
    }
    None
}

/// Whether this request, or what Bedrock hands on of it, asks the model to think.
pub(super) fn thinks(body: &Value) -> bool {
    matches!(body["thinking"]["type"].as_str(), Some("adaptive" | "enabled"))
}

/// Models from 4.7 on keep what they think unless a summary is asked for; only the proof of it comes.
pub(super) fn tells_thoughts(model: &str, body: &Value) -> bool {
    let wish = body["thinking"]["display"].as_str();
    thinks(body) && wish.map_or(!chooses_sampling(model), |wish| wish == "summarized")
}

/// Models from 4.7 on.
fn chooses_sampling(model: &str) -> bool {
    let version: Vec<u32> = model.split('-').filter_map(|part| part.parse().ok()).collect();
    match version[..] {
        [major, minor, ..] if minor < 100 => (major, minor) >= (4, 7),
        [major, ..] => major >= 5,
        [] => false,
    }
}

/// The answer as the pieces of an event stream.
pub(super) fn stream(ask: &Ask, answer: &Answer) -> Vec<Written> {
    let figures = answer.figures(ask.words);
    let mut pieces = Vec::with_capacity(answer.text.len() + answer.reasoning.len() + 12);
    let mut message = message(ask);
    message["content"] = json!([]);
    message["stop_reason"] = Value::Null;
    message["stop_sequence"] = Value::Null;
    let mut at_start = figures.map_or_else(|| json!({}), usage);
    at_start["output_tokens"] = json!(1);
    message["usage"] = at_start;
    pieces.push(event("message_start", json!({ "message": message }), false));
    pieces.push(event("ping", json!({}), false));

    let mut index = 0;
    let mut block = |opening: Value, deltas: Vec<Value>, pieces: &mut Vec<Written>| {
        pieces.push(event("content_block_start", json!({ "index": index, "content_block": opening }), false));
        for delta in deltas {
            let word = delta["type"] != "signature_delta";
            pieces.push(event("content_block_delta", json!({ "index": index, "delta": delta }), word));
        }
        pieces.push(event("content_block_stop", json!({ "index": index }), false));
        index += 1;
    };
    if !answer.reasoning.is_empty() && thinks(&ask.body) {
        let told = if tells_thoughts(&ask.model, &ask.body) { answer.reasoning.as_slice() } else { &[] };
        let mut deltas: Vec<Value> =
            told.iter().map(|thought| json!({ "type": "thinking_delta", "thinking": thought })).collect();
        deltas.push(json!({ "type": "signature_delta", "signature": "c2ltdWxhdGVk" }));
        block(json!({ "type": "thinking", "thinking": "", "signature": "" }), deltas, &mut pieces);
    }
    if !answer.text.is_empty() {
        let deltas = answer.text.iter().map(|word| json!({ "type": "text_delta", "text": word })).collect();
        block(json!({ "type": "text", "text": "" }), deltas, &mut pieces);
    }
    for tool in &answer.tools {
        let opening = json!({ "type": "tool_use", "id": format!("toolu_{}", make_hex(12)), "name": tool.name, "input": {} });
        let deltas = vec![
            json!({ "type": "input_json_delta", "partial_json": "" }),
            json!({ "type": "input_json_delta", "partial_json": tool.arguments }),
        ];
        block(opening, deltas, &mut pieces);
    }

    let mut ending = json!({ "delta": { "stop_reason": stop_reason(answer.finish), "stop_sequence": null } });
    if answer.finish == Finish::Filter {
        ending["delta"]["stop_details"] = stop_details();
    }
    ending["usage"] = match figures {
        Some(figures) => json!({
            "output_tokens": figures.output,
            "output_tokens_details": { "thinking_tokens": figures.reasoning },
        }),
        None => json!({}),
    };
    pieces.push(event("message_delta", ending, false));
    pieces.push(event("message_stop", json!({}), false));
    pieces
}

/// The answer as one document.
pub(super) fn plain(ask: &Ask, answer: &Answer) -> Value {
    let mut content = Vec::new();
    if !answer.reasoning.is_empty() && thinks(&ask.body) {
        let told = tells_thoughts(&ask.model, &ask.body).then(|| answer.reasoning.concat());
        content.push(
            json!({ "type": "thinking", "thinking": told.unwrap_or_default(), "signature": "c2ltdWxhdGVk" }),
        );
    }
    let text = answer.whole_text();
    if !text.is_empty() {
        content.push(json!({ "type": "text", "text": text }));
    }
    for tool in &answer.tools {
        let input: Value = serde_json::from_str(&tool.arguments).expect("arguments of a tool are JSON");
        content.push(
            json!({ "type": "tool_use", "id": format!("toolu_{}", make_hex(12)), "name": tool.name, "input": input }),
        );
    }
    let mut message = message(ask);
    message["content"] = json!(content);
    message["stop_reason"] = json!(stop_reason(answer.finish));
    message["stop_sequence"] = Value::Null;
    if answer.finish == Finish::Filter {
        message["stop_details"] = stop_details();
    }
    message["usage"] = answer.figures(ask.words).map_or_else(|| json!({}), usage);
    message
}

/// An error in the middle of a stream.
pub(super) fn stream_error(message: &str) -> Bytes {
    let document = super::refusal::anthropic_error("overloaded_error", message);
    Bytes::from(format!("event: error\ndata: {document}\n\n"))
}

fn message(ask: &Ask) -> Value {
    json!({ "id": format!("msg_{}", make_hex(12)), "type": "message", "role": "assistant", "model": ask.model })
}

/// One named event; its data repeats the name as `type`, first.
fn event(name: &str, fields: Value, word: bool) -> Written {
    let mut data = json!({ "type": name });
    if let (Value::Object(data), Value::Object(fields)) = (&mut data, fields) {
        data.extend(fields);
    }
    Written { bytes: Bytes::from(format!("event: {name}\ndata: {data}\n\n")), word }
}

/// Anthropic's input count is without the cached tokens.
fn usage(figures: Figures) -> Value {
    json!({
        "input_tokens": figures.input.saturating_sub(figures.cache_read + figures.cache_write),
        "cache_creation_input_tokens": figures.cache_write,
        "cache_read_input_tokens": figures.cache_read,
        "cache_creation": { "ephemeral_5m_input_tokens": figures.cache_write, "ephemeral_1h_input_tokens": 0 },
        "output_tokens": figures.output,
        "output_tokens_details": { "thinking_tokens": figures.reasoning },
        "service_tier": "standard",
    })
}

fn stop_reason(finish: Finish) -> &'static str {
    match finish {
        Finish::Stop => "end_turn",
        Finish::Length => "max_tokens",
        Finish::Tools => "tool_use",
        Finish::Filter => "refusal",
    }
}

fn stop_details() -> Value {
    json!({ "type": "refusal", "category": null, "explanation": null })
}
