//! Requests of Anthropic messages.

use super::fields::{Taken, arguments, arguments_object, no_parameters};
use crate::body::BadRequest;
use crate::options::{ReasoningForm, WriteOptions};
use crate::signature;
use inkhorn_domain::{ChatRequest, ImageSource, Message, Part, Role, Tool, ToolChoice};
use serde_json::{Map, Value, json};

/// Reads a whole request.
pub fn read(mut body: Taken) -> Result<ChatRequest, BadRequest> {
    let model = body.needed_text("model")?;
    let stream = body.truth("stream")?.unwrap_or(false);
    let mut messages = Vec::new();
    let system = body.content("system")?.into_iter().map(text_part).collect::<Result<Vec<_>, _>>()?;
    if !system.is_empty() {
        messages.push(Message { role: Role::System, parts: system });
    }
    for message in body.objects("messages")? {
        read_message(message, &mut messages)?;
    }
    let tools = body.objects("tools")?.into_iter().map(tool).collect::<Result<_, _>>()?;
    let (reasoning_effort, response_format) = reasoning_and_format(&mut body)?;
    Ok(ChatRequest {
        model,
        messages,
        stream,
        // Anthropic's streams always tell their counts.
        stream_usage: stream,
        max_tokens: body.count("max_tokens")?,
        temperature: body.number("temperature")?,
        top_p: body.number("top_p")?,
        stop: body.texts("stop_sequences")?,
        seed: None,
        context_length: None,
        keep_alive: None,
        reasoning_effort,
        tools,
        tool_choice: tool_choice(&mut body)?,
        response_format,
        web_search: false,
        extra: body.rest(),
    })
}

/// Writes a whole request.
pub fn write(request: &ChatRequest, options: &WriteOptions) -> Map<String, Value> {
    let mut body = Map::new();
    let mut put = |name: &str, value: Value| {
        body.insert(name.to_owned(), value);
    };
    put("model", request.model.as_str().into());
    put("max_tokens", request.max_tokens.unwrap_or(options.default_max_tokens).into());
    let system: Vec<&Part> = request
        .messages
        .iter()
        .filter(|message| message.role == Role::System)
        .flat_map(|message| &message.parts)
        .collect();
    match system.as_slice() {
        [] => {}
        [Part::Text(text)] => put("system", text.as_str().into()),
        parts => put("system", parts.iter().filter_map(|part| write_part(part)).collect::<Vec<_>>().into()),
    }
    put("messages", write_messages(&request.messages).into());
    if request.stream {
        put("stream", true.into());
    }
    if !request.stop.is_empty() && options.stop {
        put("stop_sequences", request.stop.clone().into());
    }
    let mut output = Map::new();
    let thinks = write_reasoning(request, options, &mut put, &mut output);
    // A thinking model refuses any sampling but its own.
    if options.sampling && !thinks {
        // OpenAI's scale ends at 2, this one at 1.
        request.temperature.into_iter().for_each(|value| put("temperature", value.min(1.0).into()));
        request.top_p.into_iter().for_each(|value| put("top_p", value.into()));
    }
    if let Some(schema) =
        request.response_format.as_ref().and_then(|format| format.pointer("/json_schema/schema"))
    {
        output.insert("format".into(), json!({ "type": "json_schema", "schema": schema }));
    }
    if !output.is_empty() {
        put("output_config", output.into());
    }
    if !request.tools.is_empty() {
        put("tools", request.tools.iter().map(write_tool).collect::<Vec<_>>().into());
        match &request.tool_choice {
            None => {}
            Some(ToolChoice::Auto) => put("tool_choice", json!({ "type": "auto" })),
            Some(ToolChoice::None) => put("tool_choice", json!({ "type": "none" })),
            Some(ToolChoice::Required) => put("tool_choice", json!({ "type": "any" })),
            Some(ToolChoice::Named(name)) => put("tool_choice", json!({ "type": "tool", "name": name })),
        }
    }
    body
}

/// The wish to think, in one of two forms. Returns whether the model will.
fn write_reasoning(
    request: &ChatRequest,
    options: &WriteOptions,
    put: &mut impl FnMut(&str, Value),
    output: &mut Map<String, Value>,
) -> bool {
    let Some(effort) = request.reasoning_effort.as_deref() else { return false };
    let form = options.reasoning.unwrap_or(ReasoningForm::Adaptive);
    if effort == "none" {
        if matches!(options.reasoning, Some(ReasoningForm::Adaptive | ReasoningForm::Budget)) {
            put("thinking", json!({ "type": "disabled" }));
        }
        return false;
    }
    // A forced tool and thinking exclude each other there.
    let forced = matches!(request.tool_choice, Some(ToolChoice::Required | ToolChoice::Named(_)));
    match form {
        ReasoningForm::Adaptive => {
            output.insert("effort".into(), if effort == "minimal" { "low" } else { effort }.into());
            if !forced {
                put("thinking", adaptive_thinking());
            }
            !forced
        }
        ReasoningForm::Budget if forced => false,
        ReasoningForm::Budget => {
            let wanted = match effort {
                "minimal" | "low" => 2048,
                "medium" => 8192,
                _ => 24_576,
            };
            // The budget must stay below the limit, and may not be under 1024.
            let limit = request.max_tokens.unwrap_or(options.default_max_tokens);
            let budget = wanted.min(limit.saturating_sub(1));
            if budget < 1024 {
                return false;
            }
            put("thinking", json!({ "type": "enabled", "budget_tokens": budget }));
            true
        }
        ReasoningForm::Omit | ReasoningForm::Effort | ReasoningForm::EffortObject | ReasoningForm::Think => {
            false
        }
    }
}

/// From 4.7 on the thoughts come empty unless their summary is asked for; those before take the word too.
pub(super) fn adaptive_thinking() -> Value {
    json!({ "type": "adaptive", "display": "summarized" })
}

fn reasoning_and_format(body: &mut Taken) -> Result<(Option<String>, Option<Value>), BadRequest> {
    let (mut effort, mut format) = (None, None);
    if let Some(mut output) = body.object("output_config")? {
        effort = output.text("effort")?;
        if let Some(mut wanted) = output.object("format")? {
            let schema = wanted.value("schema").unwrap_or_else(no_parameters);
            format = Some(json!({
                "type": "json_schema", "json_schema": { "name": "answer", "schema": schema }
            }));
        }
    }
    if let Some(mut thinking) = body.object("thinking")? {
        let kind = thinking.text("type")?.unwrap_or_default();
        let budget = thinking.count("budget_tokens")?;
        effort = match kind.as_str() {
            "disabled" => Some("none".to_owned()),
            _ => effort.or_else(|| {
                let word = match budget {
                    Some(0..4096) => "low",
                    Some(16_384..) => "high",
                    _ => "medium",
                };
                Some(word.to_owned())
            }),
        };
    }
    Ok((effort, format))
}

fn tool(mut tool: Taken) -> Result<Tool, BadRequest> {
    if tool.text("type")?.is_some_and(|kind| kind != "custom") {
        return Err(tool.bad("type", "is not a kind of tool that can be translated"));
    }
    Ok(Tool {
        name: tool.needed_text("name")?,
        description: tool.text("description")?,
        parameters: tool.value("input_schema").unwrap_or_else(no_parameters),
    })
}

fn write_tool(tool: &Tool) -> Value {
    let mut out = json!({ "name": tool.name });
    if let Some(description) = &tool.description {
        out["description"] = description.as_str().into();
    }
    out["input_schema"] = tool.parameters.clone();
    out
}

fn tool_choice(body: &mut Taken) -> Result<Option<ToolChoice>, BadRequest> {
    let Some(mut choice) = body.object("tool_choice")? else { return Ok(None) };
    Ok(Some(match choice.needed_text("type")?.as_str() {
        "auto" => ToolChoice::Auto,
        "none" => ToolChoice::None,
        "any" => ToolChoice::Required,
        "tool" => ToolChoice::Named(choice.needed_text("name")?),
        _ => return Err(choice.bad("type", "is not a known choice")),
    }))
}

/// Tool results stand inside the user's turn here; each becomes a turn of its own.
fn read_message(mut message: Taken, out: &mut Vec<Message>) -> Result<(), BadRequest> {
    let role = match message.needed_text("role")?.as_str() {
        "user" => Role::User,
        "assistant" => Role::Assistant,
        "system" => Role::System,
        _ => return Err(message.bad("role", "is not a known role")),
    };
    let mut parts = Vec::new();
    let (mut blocks, mut results) = (0, 0);
    for block in message.content("content")? {
        blocks += 1;
        match read_part(block)? {
            Some(result @ Part::ToolResult { .. }) => {
                results += 1;
                out.push(Message { role: Role::Tool, parts: vec![result] });
            }
            Some(part) => parts.push(part),
            None => {}
        }
    }
    if !parts.is_empty() || results == 0 || results < blocks && role != Role::User {
        out.push(Message { role, parts });
    }
    Ok(())
}

fn read_part(mut block: Taken) -> Result<Option<Part>, BadRequest> {
    Ok(Some(match block.needed_text("type")?.as_str() {
        "text" => Part::Text(block.needed_text("text")?),
        "image" => {
            let mut source = block.object("source")?.ok_or_else(|| block.bad("source", "is missing"))?;
            Part::Image(match source.needed_text("type")?.as_str() {
                "base64" => ImageSource::Data {
                    media_type: source.needed_text("media_type")?,
                    base64: source.needed_text("data")?,
                },
                "url" => ImageSource::Url(source.needed_text("url")?),
                _ => return Err(source.bad("type", "is not a source that can be translated")),
            })
        }
        "thinking" => Part::Reasoning {
            text: block.text("thinking")?.unwrap_or_default(),
            signature: block.text("signature")?.filter(|signature| !signature.is_empty()),
        },
        // Only Anthropic itself can read it.
        "redacted_thinking" => return Ok(None),
        "tool_use" => Part::ToolCall {
            id: block.needed_text("id")?,
            name: block.needed_text("name")?,
            arguments: arguments(block.value("input")),
        },
        "tool_result" => Part::ToolResult {
            id: block.needed_text("tool_use_id")?,
            is_error: block.truth("is_error")?.unwrap_or(false),
            text: block
                .content("content")?
                .into_iter()
                .map(|part| match text_part(part)? {
                    Part::Text(text) => Ok(text),
                    _ => Ok(String::new()),
                })
                .collect::<Result<String, BadRequest>>()?,
        },
        _ => return Err(block.bad("type", "is not a kind of content that can be translated")),
    }))
}

fn text_part(mut block: Taken) -> Result<Part, BadRequest> {
    match block.needed_text("type")?.as_str() {
        "text" => Ok(Part::Text(block.needed_text("text")?)),
        _ => Err(block.bad("type", "is not a kind of content that can be translated")),
    }
}

/// Results of tools that were called together must come back together, in one turn of the user's.
fn write_messages(messages: &[Message]) -> Vec<Value> {
    let mut out: Vec<Value> = Vec::new();
    let mut after_tool = false;
    for message in messages.iter().filter(|message| message.role != Role::System) {
        let blocks: Vec<Value> = message.parts.iter().filter_map(write_part).collect();
        if blocks.is_empty() {
            continue;
        }
        let is_tool = message.role == Role::Tool;
        if is_tool
            && after_tool
            && let Some(Value::Array(content)) = out.last_mut().map(|turn| &mut turn["content"])
        {
            content.extend(blocks);
            continue;
        }
        after_tool = is_tool;
        let role = if message.role == Role::Assistant { "assistant" } else { "user" };
        let content = match blocks.as_slice() {
            [one] if one["type"] == "text" => one["text"].clone(),
            _ => blocks.into(),
        };
        out.push(json!({ "role": role, "content": content }));
    }
    out
}

/// Empty text and reasoning without a proof of its own are refused there, so they are left out.
fn write_part(part: &Part) -> Option<Value> {
    Some(match part {
        Part::Text(text) if text.is_empty() => return None,
        Part::Text(text) => json!({ "type": "text", "text": text }),
        Part::Image(ImageSource::Data { media_type, base64 }) => json!({
            "type": "image", "source": { "type": "base64", "media_type": media_type, "data": base64 }
        }),
        Part::Image(ImageSource::Url(url)) => {
            json!({ "type": "image", "source": { "type": "url", "url": url } })
        }
        Part::Reasoning { text, signature } => {
            let proof = signature.as_deref().and_then(signature::of_anthropic)?;
            json!({ "type": "thinking", "thinking": text, "signature": proof })
        }
        Part::ToolCall { id, name, arguments } => json!({
            "type": "tool_use", "id": id, "name": name, "input": arguments_object(arguments)
        }),
        Part::ToolResult { id, text, is_error } => {
            let mut out = json!({ "type": "tool_result", "tool_use_id": id, "content": text });
            if *is_error {
                out["is_error"] = true.into();
            }
            out
        }
    })
}
