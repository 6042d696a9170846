//! Requests of Bedrock's Converse. The model and the wish to stream stand in the path, not here.

use super::anthropic::adaptive_thinking;
use super::fields::arguments_object;
use crate::options::{ReasoningForm, WriteOptions};
use crate::signature;
use inkhorn_domain::{ChatRequest, ImageSource, Message, Part, Role, Tool, ToolChoice};
use serde_json::{Map, Value, json};

/// Writes a whole request.
pub fn write(request: &ChatRequest, options: &WriteOptions) -> Map<String, Value> {
    let mut body = Map::new();
    let mut put = |name: &str, value: Value| {
        body.insert(name.to_owned(), value);
    };
    let system: Vec<Value> = request
        .messages
        .iter()
        .filter(|message| message.role == Role::System)
        .flat_map(|message| message.parts.iter().filter_map(write_part))
        .collect();
    if !system.is_empty() {
        put("system", system.into());
    }
    put("messages", write_messages(&request.messages).into());
    let reasoning = reasoning(request, options);
    let settings = settings(request, options, reasoning.is_some());
    if !settings.is_empty() {
        put("inferenceConfig", settings.into());
    }
    if let Some(tools) = tool_config(request) {
        put("toolConfig", tools);
    }
    if let Some(format) = request.response_format.as_ref().and_then(text_format) {
        put("outputConfig", json!({ "textFormat": format }));
    }
    if let Some(fields) = reasoning {
        put("additionalModelRequestFields", fields);
    }
    body
}

fn settings(request: &ChatRequest, options: &WriteOptions, thinks: bool) -> Map<String, Value> {
    let mut settings = Map::new();
    let mut set = |name: &str, value: Option<Value>| {
        settings.extend(value.map(|value| (name.to_owned(), value)));
    };
    set("maxTokens", request.max_tokens.map(Value::from));
    // A thinking model refuses any sampling but its own.
    if options.sampling && !thinks {
        // OpenAI's scale ends at 2, this one at 1.
        set("temperature", request.temperature.map(|value| value.min(1.0).into()));
        set("topP", request.top_p.map(Value::from));
    }
    set("stopSequences", (options.stop && !request.stop.is_empty()).then(|| request.stop.clone().into()));
    settings
}

/// The wish to think, which Converse hands on to the model as it stands: each family has its own form, so it is only
/// said where the catalogue knows the form.
fn reasoning(request: &ChatRequest, options: &WriteOptions) -> Option<Value> {
    let effort = request.reasoning_effort.as_deref().filter(|effort| *effort != "none")?;
    // A forced tool and thinking exclude each other there.
    let forced = matches!(request.tool_choice, Some(ToolChoice::Required | ToolChoice::Named(_)));
    match options.reasoning? {
        ReasoningForm::Effort => Some(json!({ "reasoning_effort": effort })),
        ReasoningForm::EffortObject => {
            Some(json!({ "reasoningConfig": { "type": "enabled", "maxReasoningEffort": level(effort) } }))
        }
        ReasoningForm::Adaptive if !forced => {
            let effort = if effort == "minimal" { "low" } else { effort };
            Some(json!({ "thinking": adaptive_thinking(), "output_config": { "effort": effort } }))
        }
        ReasoningForm::Budget if !forced => {
            let wanted = match level(effort) {
                "low" => 2048,
                "medium" => 8192,
                _ => 24_576,
            };
            // The budget must stay below the limit, and may not be under 1024.
            let limit = request.max_tokens.unwrap_or(options.default_max_tokens);
            let budget = wanted.min(limit.saturating_sub(1));
            (budget >= 1024).then(|| json!({ "thinking": { "type": "enabled", "budget_tokens": budget } }))
        }
        ReasoningForm::Adaptive | ReasoningForm::Budget | ReasoningForm::Omit | ReasoningForm::Think => None,
    }
}

/// One of the three levels that everybody knows.
fn level(effort: &str) -> &'static str {
    match effort {
        "minimal" | "low" => "low",
        "medium" => "medium",
        _ => "high",
    }
}

/// Tools on offer. Converse has no word for "no tool": they are then left out, unless the conversation has used some,
/// for it refuses used tools that are not on offer.
fn tool_config(request: &ChatRequest) -> Option<Value> {
    let used = || {
        let mut parts = request.messages.iter().flat_map(|message| &message.parts);
        parts.any(|part| matches!(part, Part::ToolCall { .. } | Part::ToolResult { .. }))
    };
    let forbidden = request.tool_choice == Some(ToolChoice::None);
    if request.tools.is_empty() || (forbidden && !used()) {
        return None;
    }
    let mut config = json!({ "tools": request.tools.iter().map(write_tool).collect::<Vec<_>>() });
    let choice = match &request.tool_choice {
        None | Some(ToolChoice::None) => None,
        Some(ToolChoice::Auto) => Some(json!({ "auto": {} })),
        Some(ToolChoice::Required) => Some(json!({ "any": {} })),
        Some(ToolChoice::Named(name)) => Some(json!({ "tool": { "name": name } })),
    };
    if let Some(choice) = choice {
        config["toolChoice"] = choice;
    }
    Some(config)
}

fn write_tool(tool: &Tool) -> Value {
    let mut out = json!({ "name": tool.name });
    if let Some(description) = tool.description.as_ref().filter(|text| !text.is_empty()) {
        out["description"] = description.as_str().into();
    }
    out["inputSchema"] = json!({ "json": tool.parameters });
    json!({ "toolSpec": out })
}

/// A JSON schema as text. Plain `json_object` has no form here.
fn text_format(format: &Value) -> Option<Value> {
    let schema = format.pointer("/json_schema/schema")?;
    let name = format.pointer("/json_schema/name").and_then(Value::as_str).unwrap_or("answer");
    let definition = json!({ "name": name, "schema": schema.to_string() });
    Some(json!({ "type": "json_schema", "structure": { "jsonSchema": definition } }))
}

/// Turns must alternate there, so neighbours of one role become one turn; results of tools are the user's.
fn write_messages(messages: &[Message]) -> Vec<Value> {
    let mut out: Vec<(&str, Vec<Value>)> = Vec::new();
    for message in messages.iter().filter(|message| message.role != Role::System) {
        let role = if message.role == Role::Assistant { "assistant" } else { "user" };
        let blocks: Vec<Value> = message.parts.iter().filter_map(write_part).collect();
        match out.last_mut() {
            _ if blocks.is_empty() => {}
            Some((before, content)) if *before == role => content.extend(blocks),
            _ => out.push((role, blocks)),
        }
    }
    out.into_iter().map(|(role, content)| json!({ "role": role, "content": content })).collect()
}

/// Blank text and reasoning without a proof of its own are refused there, so they are left out.
fn write_part(part: &Part) -> Option<Value> {
    Some(match part {
        Part::Text(text) if text.trim().is_empty() => return None,
        Part::Text(text) => json!({ "text": text }),
        Part::Image(ImageSource::Data { media_type, base64 }) => {
            let format = media_type.strip_prefix("image/").unwrap_or(media_type);
            let format = if format == "jpg" { "jpeg" } else { format };
            json!({ "image": { "format": format, "source": { "bytes": base64 } } })
        }
        // Bedrock fetches nothing: the model at least reads where the image is.
        Part::Image(ImageSource::Url(address)) => json!({ "text": address }),
        Part::Reasoning { text, signature } => {
            let proof = signature::of_anthropic(signature.as_deref()?)?;
            json!({ "reasoningContent": { "reasoningText": { "text": text, "signature": proof } } })
        }
        Part::ToolCall { id, name, arguments } => json!({
            "toolUse": { "toolUseId": id, "name": name, "input": arguments_object(arguments) }
        }),
        Part::ToolResult { id, text, is_error } => {
            // Blank content is refused here too, and the result itself must not be missing.
            let text = if text.trim().is_empty() { "(empty)" } else { text };
            let mut result = json!({ "toolUseId": id, "content": [{ "text": text }] });
            if *is_error {
                result["status"] = "error".into();
            }
            json!({ "toolResult": result })
        }
    })
}
