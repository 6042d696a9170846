//! Answers of Cohere's `/v2/chat`, and its pages of models.

use bytes::Bytes;
use serde_json::{Value, json};

use super::answer::Figures;
use super::gemini::{field, unescaped};
use super::listing::Listed;
use super::refusal::bad_field;
use super::respond::{Ask, Written};
use super::{Answer, Finish, Refusal, SimulatedModel};
use crate::random::make_hex;

/// The fields of a request.
const FIELDS: [&str; 22] = [
    "model",
    "messages",
    "stream",
    "max_tokens",
    "temperature",
    "p",
    "k",
    "seed",
    "stop_sequences",
    "frequency_penalty",
    "presence_penalty",
    "tools",
    "strict_tools",
    "tool_choice",
    "documents",
    "citation_options",
    "response_format",
    "safety_mode",
    "thinking",
    "logprobs",
    "priority",
    "raw_prompting",
];

/// What the real API refuses by the form of the request alone.
pub(super) fn refuse_form(ask: &Ask, known: Option<&SimulatedModel>) -> Option<Refusal> {
    let fields = ask.body.as_object()?;
    if let Some(strange) = fields.keys().find(|name| !FIELDS.contains(&name.as_str())) {
        return Some(bad_field(422, strange));
    }
    let within = |name: &str, least: f64, most: f64| match &ask.body[name] {
        Value::Null => true,
        value => value.as_f64().is_some_and(|value| (least..=most).contains(&value)),
    };
    let can_think = known.is_none_or(|model| model.reasoning);
    let stops = ask.body["stop_sequences"].as_array().map_or(0, Vec::len);
    let broken = [
        ("messages", ask.body["messages"].as_array().is_none_or(Vec::is_empty)),
        ("temperature", !within("temperature", 0.0, 1.0)),
        ("p", !within("p", 0.01, 0.99)),
        ("seed", !(ask.body["seed"].is_null() || ask.body["seed"].is_u64())),
        ("stop_sequences", stops > 5),
        ("thinking", ask.body["thinking"].is_object() && !can_think),
    ];
    broken.into_iter().find(|(_, broken)| *broken).map(|(name, _)| bad_field(400, name))
}

/// The answer as the pieces of an event stream.
pub(super) fn stream(ask: &Ask, answer: &Answer) -> Vec<Written> {
    let mut pieces = Vec::with_capacity(answer.text.len() + answer.reasoning.len() + 8);
    let empty =
        json!({ "role": "assistant", "content": [], "tool_plan": "", "tool_calls": [], "citations": [] });
    let id = format!("{}-{}", make_hex(4), make_hex(6));
    pieces.push(event("message-start", json!({ "id": id, "delta": { "message": empty } }), false));
    let mut index = 0;
    for (kind, words) in [("thinking", &answer.reasoning), ("text", &answer.text)] {
        if words.is_empty() {
            continue;
        }
        let content =
            |content: Value| json!({ "index": index, "delta": { "message": { "content": content } } });
        pieces.push(event("content-start", content(json!({ "type": kind, kind: "" })), false));
        for word in words {
            pieces.push(event("content-delta", content(json!({ kind: word })), true));
        }
        pieces.push(event("content-end", json!({ "index": index }), false));
        index += 1;
    }
    for (index, tool) in answer.tools.iter().enumerate() {
        let calls = |call: Value| json!({ "index": index, "delta": { "message": { "tool_calls": call } } });
        let opening = json!({
            "id": format!("{}_{}", tool.name, make_hex(6)), "type": "function",
            "function": { "name": tool.name, "arguments": "" },
        });
        pieces.push(event("tool-call-start", calls(opening), false));
        let arguments = json!({ "function": { "arguments": tool.arguments } });
        pieces.push(event("tool-call-delta", calls(arguments), true));
        pieces.push(event("tool-call-end", json!({ "index": index }), false));
    }
    let mut ending = json!({ "finish_reason": finish_reason(answer.finish) });
    if let Some(figures) = answer.figures(ask.words) {
        ending["usage"] = usage(figures);
    }
    pieces.push(event("message-end", json!({ "id": id, "delta": ending }), false));
    pieces
}

/// The answer as one document.
pub(super) fn plain(ask: &Ask, answer: &Answer) -> Value {
    let mut content = Vec::new();
    if !answer.reasoning.is_empty() {
        content.push(json!({ "type": "thinking", "thinking": answer.reasoning.concat() }));
    }
    let text = answer.whole_text();
    if !text.is_empty() {
        content.push(json!({ "type": "text", "text": text }));
    }
    let mut message = json!({ "role": "assistant", "content": content });
    if !answer.tools.is_empty() {
        let call = |tool: &super::ToolCall| {
            json!({
                "id": format!("{}_{}", tool.name, make_hex(6)), "type": "function",
                "function": { "name": tool.name, "arguments": tool.arguments },
            })
        };
        message["tool_calls"] = answer.tools.iter().map(call).collect();
    }
    let mut document = json!({
        "id": make_hex(12), "finish_reason": finish_reason(answer.finish), "message": message, "logprobs": [],
    });
    if let Some(figures) = answer.figures(ask.words) {
        document["usage"] = usage(figures);
    }
    document
}

/// An error in the middle of a stream: it ends at once, and says why.
pub(super) fn stream_error(message: &str) -> Bytes {
    event("message-end", json!({ "delta": { "finish_reason": "ERROR", "error": message } }), false).bytes
}

/// One page of models: `page_size` (20 unless told, at most 1000), `page_token`, `endpoint`.
pub(super) fn page(models: &[SimulatedModel], query: &str) -> Listed {
    let size = match field(query, "page_size").map(str::parse::<usize>) {
        None => 20,
        Some(Ok(size @ 1..=1000)) => size,
        Some(_) => return Listed::Refused(400),
    };
    let start = match field(query, "page_token").map(unescaped) {
        None => 0,
        Some(token) => match token.strip_prefix("after ").and_then(|start| start.parse().ok()) {
            Some(start) => start,
            None => return Listed::Refused(400),
        },
    };
    let wanted = |model: &&SimulatedModel| match field(query, "endpoint") {
        Some(endpoint) => endpoint == if model.embedding { "embed" } else { "chat" },
        None => true,
    };
    let models: Vec<&SimulatedModel> = models.iter().filter(wanted).collect();
    let end = models.len().min(start + size);
    let entries: Vec<Value> =
        models.get(start..end).unwrap_or_default().iter().map(|model| entry(model)).collect();
    let mut page = json!({ "models": entries });
    if end < models.len() {
        page["next_page_token"] = json!(format!("after {end}"));
    }
    Listed::Json(page)
}

fn entry(model: &SimulatedModel) -> Value {
    let abilities = [
        (model.vision, "vision"),
        (model.tools, "tools"),
        (model.reasoning, "reasoning"),
        (!model.embedding, "json_mode"),
    ];
    let features: Vec<&str> = abilities.into_iter().filter(|(has, _)| *has).map(|(_, name)| name).collect();
    json!({
        "name": model.id, "is_deprecated": false, "endpoints": [if model.embedding { "embed" } else { "chat" }],
        "finetuned": false, "context_length": model.context, "tokenizer_url": "https://example.invalid/tokenizer.json",
        "default_endpoints": [], "features": features, "sampling_defaults": { "temperature": 0.3, "k": 0, "p": 0.75 },
    })
}

/// One named event; its data repeats the name as `type`, first.
fn event(name: &str, fields: Value, word: bool) -> Written {
    let mut data = json!({ "type": name });
    if let (Value::Object(data), Value::Object(fields)) = (&mut data, fields) {
        data.extend(fields);
    }
    Written { bytes: Bytes::from(format!("event: {name}\ndata: {data}\n\n")), word }
}

/// What is billed is less than what the model sees: Cohere adds to each prompt and does not charge for it.
fn usage(figures: Figures) -> Value {
    json!({
        "billed_units": { "input_tokens": figures.input, "output_tokens": figures.output },
        "tokens": { "input_tokens": figures.input + 66, "output_tokens": figures.output + 2 },
        "cached_tokens": figures.cache_read,
    })
}

fn finish_reason(finish: Finish) -> &'static str {
    match finish {
        Finish::Stop => "COMPLETE",
        Finish::Length => "MAX_TOKENS",
        Finish::Tools => "TOOL_CALL",
        Finish::Filter => "ERROR_TOXIC",
    }
}
