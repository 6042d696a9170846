//! Whole answers, for clients that do not stream.

use super::gathered::{Block, Call, Gathered, read_object};
use super::ollama::{call_value, last_line};
use super::responses;
use crate::answer::AnswerHead;
use crate::{finish, usage};
use inkhorn_domain::{FinishReason, FrontDialect, TokenUsage};
use serde_json::{Value, json};

/// The document of an answer in the client's dialect.
pub fn make(
    dialect: FrontDialect,
    head: &AnswerHead,
    gathered: &Gathered,
    counts: &TokenUsage,
    reason: FinishReason,
) -> Value {
    match dialect {
        FrontDialect::OpenaiChat => openai(head, gathered, counts, reason),
        FrontDialect::AnthropicMessages => anthropic(head, gathered, counts, reason),
        FrontDialect::Ollama => ollama(head, gathered, counts, reason),
        FrontDialect::OpenaiResponses => responses::document(head, gathered, counts, reason),
    }
}

fn openai(head: &AnswerHead, gathered: &Gathered, counts: &TokenUsage, reason: FinishReason) -> Value {
    let calls: Vec<Value> = gathered
        .calls()
        .map(|call| {
            let arguments = if call.arguments.is_empty() { "{}" } else { &call.arguments };
            json!({ "id": call.id, "type": "function", "function": { "name": call.name, "arguments": arguments } })
        })
        .collect();
    let text = gathered.text();
    let content = if text.is_empty() && !calls.is_empty() { Value::Null } else { text.into() };
    let mut message = json!({ "role": "assistant", "content": content, "refusal": null });
    let reasoning = gathered.reasoning();
    if !reasoning.is_empty() {
        message["reasoning_content"] = reasoning.into();
    }
    if !calls.is_empty() {
        message["tool_calls"] = calls.into();
    }
    let mut out = json!({
        "id": head.id,
        "object": "chat.completion",
        "created": head.created,
        "model": head.model,
        "choices": [{ "index": 0, "message": message, "logprobs": null, "finish_reason": finish::openai(reason) }],
    });
    let counts = usage::write_openai(counts);
    if !counts.is_null() {
        out["usage"] = counts;
    }
    out
}

fn anthropic(head: &AnswerHead, gathered: &Gathered, counts: &TokenUsage, reason: FinishReason) -> Value {
    let content: Vec<Value> = gathered
        .blocks
        .iter()
        .map(|block| match block {
            Block::Text(text) => json!({ "type": "text", "text": text }),
            Block::Reasoning { text, signature } => {
                json!({ "type": "thinking", "thinking": text, "signature": signature.as_deref().unwrap_or("") })
            }
            Block::Call(call) => {
                json!({ "type": "tool_use", "id": call.id, "name": call.name, "input": input(call) })
            }
        })
        .collect();
    json!({
        "id": head.id,
        "type": "message",
        "role": "assistant",
        "model": head.model,
        "content": content,
        "stop_reason": finish::anthropic(reason),
        "stop_sequence": null,
        "usage": usage::write_anthropic(counts),
    })
}

fn ollama(head: &AnswerHead, gathered: &Gathered, counts: &TokenUsage, reason: FinishReason) -> Value {
    let mut out = last_line(&head.model, head.created, counts, reason);
    out["message"]["content"] = gathered.text().into();
    let reasoning = gathered.reasoning();
    if !reasoning.is_empty() {
        out["message"]["thinking"] = reasoning.into();
    }
    let calls: Vec<Value> = gathered.calls().map(call_value).collect();
    if !calls.is_empty() {
        out["message"]["tool_calls"] = calls.into();
    }
    out
}

/// The arguments as a value. The dialects that ask for this allow nothing but an object: a tool without arguments, and
/// arguments that the model spoilt, give an empty one.
pub fn input(call: &Call) -> Value {
    read_object(&call.arguments)
        .and_then(|raw| serde_json::from_str(raw.get()).ok())
        .unwrap_or_else(|| json!({}))
}
