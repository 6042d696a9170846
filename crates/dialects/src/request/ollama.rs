//! Requests of Ollama's `/api/chat`.

use super::fields::{Taken, arguments, arguments_object};
use super::openai;
use crate::body::BadRequest;
use crate::options::{ReasoningForm, WriteOptions};
use inkhorn_domain::{ChatRequest, Dialect, ImageSource, Message, Part, Role};
use serde_json::{Map, Value, json};

/// Reads a whole request.
pub fn read(mut body: Taken) -> Result<ChatRequest, BadRequest> {
    let model = body.needed_text("model")?;
    let stream = body.truth("stream")?.unwrap_or(true);
    let mut messages = Vec::new();
    for message in body.objects("messages")? {
        let read = read_message(message, &messages)?;
        messages.push(read);
    }
    let tools = body.objects("tools")?.into_iter().map(openai::tool).collect::<Result<_, _>>()?;
    let mut request =
        ChatRequest { model, messages, stream, stream_usage: stream, tools, ..ChatRequest::default() };
    request.response_format = format(&mut body)?;
    request.reasoning_effort = match body.value("think") {
        None => None,
        Some(Value::Bool(true)) => Some("medium".to_owned()),
        Some(Value::Bool(false)) => Some("none".to_owned()),
        Some(Value::String(word)) => Some(word),
        Some(_) => return Err(body.bad("think", "is not true, false or a level")),
    };
    let options = body.object("options")?;
    request.extra = body.rest();
    if let Some(mut options) = options {
        // -1 and -2 mean "no limit".
        request.max_tokens = options.whole("num_predict")?.and_then(|limit| u64::try_from(limit).ok());
        request.context_length = options.count("num_ctx")?;
        request.temperature = options.number("temperature")?;
        request.top_p = options.number("top_p")?;
        request.stop = options.texts("stop")?;
        request.seed = options.whole("seed")?;
        let rest = options.rest();
        if !rest.is_empty() {
            request.extra.insert("options".into(), rest.into());
        }
    }
    Ok(request)
}

/// Writes a whole request.
pub fn write(request: &ChatRequest, options: &WriteOptions) -> Map<String, Value> {
    let mut body = Map::new();
    body.insert("model".into(), request.model.as_str().into());
    let messages: Vec<Value> = request
        .messages
        .iter()
        .enumerate()
        .flat_map(|(position, message)| write_message(message, &request.messages[..position]))
        .collect();
    body.insert("messages".into(), messages.into());
    // Unsaid it would be true.
    body.insert("stream".into(), request.stream.into());
    let mut settings = Map::new();
    let mut set = |name: &str, value: Option<Value>| {
        settings.extend(value.map(|value| (name.to_owned(), value)));
    };
    set("num_predict", request.max_tokens.map(Value::from));
    set("num_ctx", request.context_length.map(Value::from));
    if options.sampling {
        set("temperature", request.temperature.map(Value::from));
        set("top_p", request.top_p.map(Value::from));
    }
    set("seed", request.seed.map(Value::from));
    set("stop", (options.stop && !request.stop.is_empty()).then(|| request.stop.clone().into()));
    if !settings.is_empty() {
        body.insert("options".into(), settings.into());
    }
    if let Some(span) = &request.keep_alive {
        // Seconds are a number on the wire, a span with a unit is text.
        let seconds = span.parse::<i64>().map(Value::from);
        body.insert("keep_alive".into(), seconds.unwrap_or_else(|_| span.as_str().into()));
    }
    if let Some(effort) = &request.reasoning_effort
        && options.reasoning.unwrap_or(ReasoningForm::Think) == ReasoningForm::Think
    {
        let think = match effort.as_str() {
            "none" => Value::Bool(false),
            level @ ("low" | "medium" | "high") => level.into(),
            "minimal" => "low".into(),
            _ => "high".into(),
        };
        body.insert("think".into(), think);
    }
    if !request.tools.is_empty() {
        body.insert("tools".into(), request.tools.iter().map(openai::write_tool).collect::<Vec<_>>().into());
    }
    if let Some(format) = &request.response_format {
        let schema = format.pointer("/json_schema/schema").cloned();
        if schema.is_some() || format["type"] == "json_object" {
            body.insert("format".into(), schema.unwrap_or_else(|| "json".into()));
        }
    }
    body
}

/// The settings that Inkhorn does not know belong beside those that it does.
pub fn merge_options(body: &mut Map<String, Value>, extra: &Map<String, Value>, dialect: Dialect) {
    let (Dialect::Ollama, Some(Value::Object(kept))) = (dialect, extra.get("options")) else { return };
    let options = body.entry("options").or_insert_with(|| json!({}));
    if let Value::Object(options) = options {
        for (name, value) in kept {
            options.entry(name.as_str()).or_insert_with(|| value.clone());
        }
    }
}

fn format(body: &mut Taken) -> Result<Option<Value>, BadRequest> {
    Ok(match body.value("format") {
        None => None,
        Some(Value::String(word)) if word.is_empty() => None,
        Some(Value::String(word)) if word == "json" => Some(json!({ "type": "json_object" })),
        Some(schema @ Value::Object(_)) => {
            Some(json!({ "type": "json_schema", "json_schema": { "name": "answer", "schema": schema } }))
        }
        Some(_) => return Err(body.bad("format", "is not a known format")),
    })
}

fn read_message(mut message: Taken, earlier: &[Message]) -> Result<Message, BadRequest> {
    let role = match message.needed_text("role")?.as_str() {
        "system" => Role::System,
        "user" => Role::User,
        "assistant" => Role::Assistant,
        "tool" => Role::Tool,
        _ => return Err(message.bad("role", "is not a known role")),
    };
    let text = message.text("content")?.unwrap_or_default();
    if role == Role::Tool {
        let name = message.text("tool_name")?;
        let id = match message.text("tool_call_id")? {
            Some(id) => id,
            None => id_of_call(earlier, name.as_deref()).unwrap_or(name.unwrap_or_default()),
        };
        return Ok(Message { role, parts: vec![Part::ToolResult { id, text, is_error: false }] });
    }
    let mut parts = Vec::new();
    if let Some(text) = message.text("thinking")?.filter(|text| !text.is_empty()) {
        parts.push(Part::Reasoning { text, signature: None });
    }
    let calls = message.objects("tool_calls")?;
    let images = message.texts("images")?;
    if !text.is_empty() || (calls.is_empty() && images.is_empty()) {
        parts.push(Part::Text(text));
    }
    for base64 in images {
        let media_type = media_type(&base64).to_owned();
        parts.push(Part::Image(ImageSource::Data { media_type, base64 }));
    }
    // Ids were unknown to Ollama for long: they are counted through the whole conversation.
    let before = all_calls(earlier).count();
    for (position, mut call) in calls.into_iter().enumerate() {
        let mut function = call.object("function")?.ok_or_else(|| call.bad("function", "is missing"))?;
        let id = call.text("id")?.filter(|id| !id.is_empty());
        parts.push(Part::ToolCall {
            id: id.unwrap_or_else(|| format!("call_{}", before + position)),
            name: function.needed_text("name")?,
            arguments: arguments(function.value("arguments")),
        });
    }
    Ok(Message { role, parts })
}

/// One turn may be several messages here: each tool result is one of its own.
fn write_message(message: &Message, earlier: &[Message]) -> Vec<Value> {
    let mut out = Vec::new();
    let (mut texts, mut images, mut calls) = (Vec::new(), Vec::<Value>::new(), Vec::<Value>::new());
    let mut thinking = String::new();
    for part in &message.parts {
        match part {
            Part::Text(text) => texts.push(text.as_str()),
            Part::Image(ImageSource::Data { base64, .. }) => images.push(base64.as_str().into()),
            // Ollama fetches nothing: the model at least reads where the image is.
            Part::Image(ImageSource::Url(address)) => texts.push(address.as_str()),
            Part::Reasoning { text, .. } => thinking.push_str(text),
            Part::ToolCall { id, name, arguments } => calls.push(json!({
                "id": id, "function": { "name": name, "arguments": arguments_object(arguments) }
            })),
            Part::ToolResult { id, text, .. } => {
                let mut result = json!({ "role": "tool", "content": text, "tool_call_id": id });
                if let Some((_, name)) = all_calls(earlier).filter(|(call, _)| call == id).last() {
                    result["tool_name"] = name.into();
                }
                out.push(result);
            }
        }
    }
    if !out.is_empty() && texts.is_empty() && images.is_empty() && calls.is_empty() {
        return out;
    }
    let role = match message.role {
        Role::System => "system",
        Role::User | Role::Tool => "user",
        Role::Assistant => "assistant",
    };
    let mut turn = json!({ "role": role, "content": texts.join("\n\n") });
    if !thinking.is_empty() {
        turn["thinking"] = thinking.into();
    }
    if !images.is_empty() {
        turn["images"] = images.into();
    }
    if !calls.is_empty() {
        turn["tool_calls"] = calls.into();
    }
    out.push(turn);
    out
}

fn all_calls(messages: &[Message]) -> impl Iterator<Item = (&str, &str)> {
    messages.iter().flat_map(|message| &message.parts).filter_map(|part| match part {
        Part::ToolCall { id, name, .. } => Some((id.as_str(), name.as_str())),
        _ => None,
    })
}

/// The latest call of a tool of this name.
fn id_of_call(earlier: &[Message], name: Option<&str>) -> Option<String> {
    all_calls(earlier).filter(|(_, called)| Some(*called) == name).last().map(|(id, _)| id.to_owned())
}

/// Ollama does not tell the kind of an image; its first letters in base64 do.
fn media_type(base64: &str) -> &'static str {
    match base64.as_bytes() {
        [b'/', b'9', b'j', b'/', ..] => "image/jpeg",
        [b'R', b'0', b'l', b'G', ..] => "image/gif",
        [b'U', b'k', b'l', b'G', ..] => "image/webp",
        _ => "image/png",
    }
}
