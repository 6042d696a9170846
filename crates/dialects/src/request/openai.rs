//! Requests of OpenAI chat completions.

use super::fields::{Taken, arguments, image, image_address, no_parameters};
use crate::body::BadRequest;
use crate::options::{MaxTokensField, NO_THOUGHTS, ReasoningForm, SeedField, SystemRole, WriteOptions};
use inkhorn_domain::{ChatRequest, Message, Part, Role, Tool, ToolChoice};
use serde_json::{Map, Value, json};

/// Reads a whole request.
pub fn read(mut body: Taken) -> Result<ChatRequest, BadRequest> {
    let model = body.needed_text("model")?;
    let stream = body.truth("stream")?.unwrap_or(false);
    let stream_usage = match body.object("stream_options")? {
        Some(mut asked) => asked.truth("include_usage")?.unwrap_or(false),
        None => false,
    };
    let old_limit = body.count("max_tokens")?;
    let max_tokens = body.count("max_completion_tokens")?.or(old_limit);
    let messages = body.objects("messages")?.into_iter().map(message).collect::<Result<_, _>>()?;
    let tools = body.objects("tools")?.into_iter().map(tool).collect::<Result<_, _>>()?;
    Ok(ChatRequest {
        model,
        messages,
        stream,
        stream_usage,
        max_tokens,
        temperature: body.number("temperature")?,
        top_p: body.number("top_p")?,
        stop: body.texts("stop")?,
        seed: body.whole("seed")?,
        context_length: None,
        keep_alive: None,
        reasoning_effort: body.text("reasoning_effort")?,
        tools,
        tool_choice: tool_choice(&mut body)?,
        response_format: body.value("response_format"),
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
    let messages: Vec<Value> =
        request.messages.iter().flat_map(|message| write_message(message, options)).collect();
    put("messages", messages.into());
    if request.stream {
        put("stream", true.into());
        if options.stream_usage {
            put("stream_options", json!({ "include_usage": true }));
        }
    }
    if let Some(limit) = request.max_tokens.or(options.always_limit.then_some(options.default_max_tokens)) {
        let field = options.max_tokens_field.unwrap_or(MaxTokensField::MaxTokens);
        put(field.as_str(), limit.into());
    }
    if options.sampling {
        request.temperature.into_iter().for_each(|value| put("temperature", value.into()));
        request.top_p.into_iter().for_each(|value| put("top_p", value.into()));
    }
    if options.stop && !request.stop.is_empty() {
        put("stop", request.stop.clone().into());
    }
    if let Some(seed) = request.seed {
        match options.seed_field {
            SeedField::Seed => put("seed", seed.into()),
            SeedField::RandomSeed => put("random_seed", seed.into()),
            SeedField::Omit => {}
        }
    }
    // Models that cannot think refuse even "none", so that is only said where the catalogue knows the form.
    let effort = request.reasoning_effort.as_ref();
    if let Some(effort) = effort.filter(|word| *word != "none" || options.reasoning.is_some()) {
        match options.reasoning.unwrap_or(ReasoningForm::Effort) {
            ReasoningForm::Effort => put("reasoning_effort", effort.as_str().into()),
            ReasoningForm::EffortObject => put("reasoning", json!({ "effort": effort })),
            ReasoningForm::Omit | ReasoningForm::Adaptive | ReasoningForm::Budget | ReasoningForm::Think => {}
        }
    }
    if !request.tools.is_empty() {
        put("tools", request.tools.iter().map(write_tool).collect::<Vec<_>>().into());
    }
    match &request.tool_choice {
        None => {}
        Some(ToolChoice::Auto) => put("tool_choice", "auto".into()),
        Some(ToolChoice::None) => put("tool_choice", "none".into()),
        Some(ToolChoice::Required) => put("tool_choice", "required".into()),
        Some(ToolChoice::Named(name)) => {
            put("tool_choice", json!({ "type": "function", "function": { "name": name } }));
        }
    }
    if let Some(format) = &request.response_format {
        put("response_format", format.clone());
    }
    body
}

/// A tool in the shape that Ollama shares.
pub fn write_tool(tool: &Tool) -> Value {
    let mut function = json!({ "name": tool.name });
    if let Some(description) = &tool.description {
        function["description"] = description.as_str().into();
    }
    function["parameters"] = tool.parameters.clone();
    json!({ "type": "function", "function": function })
}

/// Reads a tool in the shape that Ollama shares.
pub fn tool(mut tool: Taken) -> Result<Tool, BadRequest> {
    if tool.text("type")?.is_some_and(|kind| kind != "function") {
        return Err(tool.bad("type", "is not a kind of tool that can be translated"));
    }
    let mut function = tool.object("function")?.ok_or_else(|| tool.bad("function", "is missing"))?;
    Ok(Tool {
        name: function.needed_text("name")?,
        description: function.text("description")?,
        parameters: function.value("parameters").unwrap_or_else(no_parameters),
    })
}

fn tool_choice(body: &mut Taken) -> Result<Option<ToolChoice>, BadRequest> {
    let wrong = body.bad("tool_choice", "is not a known choice");
    Ok(Some(match body.value("tool_choice") {
        None => return Ok(None),
        Some(Value::String(word)) => match word.as_str() {
            "auto" => ToolChoice::Auto,
            "none" => ToolChoice::None,
            "required" => ToolChoice::Required,
            _ => return Err(wrong),
        },
        Some(choice) => {
            let mut choice = Taken::at("tool_choice".into(), choice)?;
            let mut function = choice.object("function")?.ok_or(wrong)?;
            ToolChoice::Named(function.needed_text("name")?)
        }
    }))
}

fn message(mut message: Taken) -> Result<Message, BadRequest> {
    let role = match message.needed_text("role")?.as_str() {
        "system" | "developer" => Role::System,
        "user" => Role::User,
        "assistant" => Role::Assistant,
        "tool" | "function" => Role::Tool,
        _ => return Err(message.bad("role", "is not a known role")),
    };
    let content = message.content("content")?;
    if role == Role::Tool {
        let text = content
            .into_iter()
            .map(|mut part| part.text("text").map(Option::unwrap_or_default))
            .collect::<Result<String, _>>()?;
        let id = match message.text("tool_call_id")? {
            Some(id) => id,
            None => message.text("name")?.unwrap_or_default(),
        };
        return Ok(Message { role, parts: vec![Part::ToolResult { id, text, is_error: false }] });
    }
    let mut parts = Vec::new();
    let newer = message.text("reasoning_content")?;
    if let Some(text) = newer.or(message.text("reasoning")?).filter(|text| !text.is_empty()) {
        parts.push(Part::Reasoning { text, signature: None });
    }
    for part in content {
        parts.push(content_part(part)?);
    }
    for mut call in message.objects("tool_calls")? {
        let mut function = call.object("function")?.ok_or_else(|| call.bad("function", "is missing"))?;
        parts.push(Part::ToolCall {
            id: call.needed_text("id")?,
            name: function.needed_text("name")?,
            arguments: arguments(function.value("arguments")),
        });
    }
    Ok(Message { role, parts })
}

fn content_part(mut part: Taken) -> Result<Part, BadRequest> {
    match part.needed_text("type")?.as_str() {
        "text" => Ok(Part::Text(part.needed_text("text")?)),
        "refusal" => Ok(Part::Text(part.needed_text("refusal")?)),
        "image_url" => {
            let address = match part.value("image_url") {
                Some(Value::String(address)) => address,
                Some(other) => Taken::at(part.place("image_url"), other)?.needed_text("url")?,
                None => return Err(part.bad("image_url", "is missing")),
            };
            let source =
                image(address).ok_or_else(|| part.bad("image_url", "is not a base64 data address"))?;
            Ok(Part::Image(source))
        }
        _ => Err(part.bad("type", "is not a kind of content that can be translated")),
    }
}

/// What a turn holds, in the shapes that Cohere shares.
#[derive(Default)]
pub struct TurnParts {
    /// Messages of their own: the results of tools.
    pub results: Vec<Value>,
    /// Texts and images.
    pub content: Vec<Value>,
    /// Calls of tools.
    pub calls: Vec<Value>,
    /// What was thought.
    pub reasoning: String,
}

impl TurnParts {
    /// Sorts the parts of a turn.
    pub fn of(message: &Message) -> Self {
        let mut turn = Self::default();
        for part in &message.parts {
            match part {
                Part::Text(text) => turn.content.push(json!({ "type": "text", "text": text })),
                Part::Image(source) => turn
                    .content
                    .push(json!({ "type": "image_url", "image_url": { "url": image_address(source) } })),
                Part::Reasoning { text, .. } => turn.reasoning.push_str(text),
                Part::ToolCall { id, name, arguments } => turn.calls.push(json!({
                    "id": id, "type": "function", "function": { "name": name, "arguments": arguments }
                })),
                Part::ToolResult { id, text, .. } => {
                    turn.results.push(json!({ "role": "tool", "tool_call_id": id, "content": text }));
                }
            }
        }
        turn
    }
}

/// One turn may be several messages here: each tool result is one of its own.
fn write_message(message: &Message, options: &WriteOptions) -> Vec<Value> {
    let TurnParts { results: mut out, content, calls, reasoning } = TurnParts::of(message);
    if !out.is_empty() && content.is_empty() && calls.is_empty() {
        return out;
    }
    let role = match (message.role, options.system_role) {
        (Role::System, SystemRole::Developer) => "developer",
        (Role::System, SystemRole::System) => "system",
        (Role::User | Role::Tool, _) => "user",
        (Role::Assistant, _) => "assistant",
    };
    let mut turn = json!({ "role": role, "content": plain_where_possible(content, !calls.is_empty()) });
    if options.replay_reasoning && message.role == Role::Assistant {
        turn["reasoning_content"] = if reasoning.is_empty() { NO_THOUGHTS.into() } else { reasoning.into() };
    }
    if !calls.is_empty() {
        turn["tool_calls"] = calls.into();
    }
    out.push(turn);
    out
}

/// A single text stands as plain text, which every server reads.
fn plain_where_possible(mut content: Vec<Value>, calls: bool) -> Value {
    match content.as_mut_slice() {
        [] if calls => Value::Null,
        [] => "".into(),
        [one] if one["type"] == "text" => one["text"].take(),
        _ => content.into(),
    }
}
