//! Requests of Cohere's `/v2/chat`. Only written: no program sends them to us.

use super::openai::{TurnParts, write_tool};
use crate::options::{ReasoningForm, WriteOptions};
use inkhorn_domain::{ChatRequest, Message, Role, ToolChoice};
use serde_json::{Map, Value, json};

/// The most texts that may end an answer there. More are refused.
const MAX_STOPS: usize = 5;

/// Writes a whole request.
pub fn write(request: &ChatRequest, options: &WriteOptions) -> Map<String, Value> {
    let mut body = Map::new();
    let mut put = |name: &str, value: Value| {
        body.insert(name.to_owned(), value);
    };
    put("model", request.model.as_str().into());
    let messages: Vec<Value> = request.messages.iter().flat_map(write_message).collect();
    put("messages", messages.into());
    // Always said: one path serves both manners.
    put("stream", request.stream.into());
    request.max_tokens.into_iter().for_each(|limit| put("max_tokens", limit.into()));
    if options.sampling {
        // OpenAI's scale ends at 2, this one at 1; and all of the probability is a little less than 1 here.
        request.temperature.into_iter().for_each(|value| put("temperature", value.min(1.0).into()));
        request.top_p.into_iter().for_each(|value| put("p", value.clamp(0.01, 0.99).into()));
    }
    if options.stop && !request.stop.is_empty() {
        let stops: Vec<&str> = request.stop.iter().take(MAX_STOPS).map(String::as_str).collect();
        put("stop_sequences", stops.into());
    }
    // It has no sign there, and a seed is only a seed.
    request.seed.into_iter().for_each(|seed| put("seed", seed.unsigned_abs().into()));
    if let Some(thinking) = write_thinking(request, options) {
        put("thinking", thinking);
    }
    if let Some(format) = &request.response_format {
        let schema = format.pointer("/json_schema/schema");
        if let Some(schema) = schema {
            put("response_format", json!({ "type": "json_object", "json_schema": schema }));
        } else if format["type"] == "json_object" {
            put("response_format", json!({ "type": "json_object" }));
        }
    }
    if !request.tools.is_empty() {
        // One tool cannot be demanded by its name: it is the only one on offer then.
        let named = |name: &str| matches!(&request.tool_choice, Some(ToolChoice::Named(one)) if one != name);
        let tools: Vec<Value> =
            request.tools.iter().filter(|tool| !named(&tool.name)).map(write_tool).collect();
        match request.tool_choice {
            _ if tools.is_empty() => {}
            None | Some(ToolChoice::Auto) => {}
            Some(ToolChoice::None) => put("tool_choice", "NONE".into()),
            Some(ToolChoice::Required | ToolChoice::Named(_)) => put("tool_choice", "REQUIRED".into()),
        }
        put("tools", tools.into());
    }
    body
}

/// The wish to think. Models that cannot are not told to leave it, because they refuse that too.
fn write_thinking(request: &ChatRequest, options: &WriteOptions) -> Option<Value> {
    let effort = request.reasoning_effort.as_deref()?;
    match options.reasoning.unwrap_or(ReasoningForm::Budget) {
        ReasoningForm::Budget => match effort {
            "none" => options.reasoning.map(|_| json!({ "type": "disabled" })),
            "minimal" | "low" => Some(json!({ "type": "enabled", "token_budget": 2048 })),
            "medium" => Some(json!({ "type": "enabled", "token_budget": 8192 })),
            _ => Some(json!({ "type": "enabled" })),
        },
        ReasoningForm::Omit
        | ReasoningForm::Effort
        | ReasoningForm::EffortObject
        | ReasoningForm::Adaptive
        | ReasoningForm::Think => None,
    }
}

/// One turn may be several messages here: each tool result is one of its own.
fn write_message(message: &Message) -> Vec<Value> {
    let TurnParts { results: mut out, mut content, calls, reasoning } = TurnParts::of(message);
    if !out.is_empty() && content.is_empty() && calls.is_empty() {
        return out;
    }
    let role = match message.role {
        Role::System => "system",
        Role::User | Role::Tool => "user",
        Role::Assistant => "assistant",
    };
    let mut turn = json!({ "role": role });
    match content.as_mut_slice() {
        // A turn of calls has no content, any other has at least an empty one.
        [] if !calls.is_empty() => {}
        [] => turn["content"] = "".into(),
        [one] if one["type"] == "text" => turn["content"] = one["text"].take(),
        _ => turn["content"] = content.into(),
    }
    if !calls.is_empty() {
        // What led to the calls is wanted back under its own name; other thoughts are not.
        if !reasoning.is_empty() {
            turn["tool_plan"] = reasoning.into();
        }
        turn["tool_calls"] = calls.into();
    }
    out.push(turn);
    out
}
