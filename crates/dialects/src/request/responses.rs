//! Requests of OpenAI responses.
//!
//! Nothing is ever to be stored at the provider: `store` is always written as `false`, and a request that builds on an
//! answer stored there is refused. Reasoning goes back and forth sealed by the provider instead.

use super::fields::{Taken, arguments, image, image_address, no_parameters};
use crate::body::BadRequest;
use crate::options::{ReasoningForm, SystemRole, WriteOptions};
use crate::signature;
use inkhorn_domain::{ChatRequest, Message, Part, Role, Tool, ToolChoice};
use serde_json::{Map, Value, json};

/// Reads a whole request.
pub fn read(mut body: Taken) -> Result<ChatRequest, BadRequest> {
    let model = body.needed_text("model")?;
    let stream = body.truth("stream")?.unwrap_or(false);
    for stored in ["previous_response_id", "conversation"] {
        if body.value(stored).is_some() {
            return Err(body.bad(stored, "builds on stored answers, and none are stored"));
        }
    }
    // Both are said anew where the request is written.
    body.value("store");
    body.value("include");
    let mut messages = Vec::new();
    if let Some(text) = body.text("instructions")? {
        messages.push(Message::text(Role::System, text));
    }
    read_input(&mut body, &mut messages)?;
    let tools = body.objects("tools")?.into_iter().map(tool).collect::<Result<_, _>>()?;
    let reasoning_effort = match body.object("reasoning")? {
        Some(mut reasoning) => reasoning.text("effort")?,
        None => None,
    };
    Ok(ChatRequest {
        model,
        messages,
        stream,
        // These streams always tell their counts.
        stream_usage: stream,
        max_tokens: body.count("max_output_tokens")?,
        temperature: body.number("temperature")?,
        top_p: body.number("top_p")?,
        stop: Vec::new(),
        seed: None,
        context_length: None,
        keep_alive: None,
        reasoning_effort,
        tools,
        tool_choice: tool_choice(&mut body)?,
        response_format: response_format(&mut body)?,
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
    let mut input = Vec::new();
    request.messages.iter().for_each(|message| write_message(message, options, &mut input));
    put("input", input.into());
    put("store", false.into());
    if request.stream {
        put("stream", true.into());
    }
    if let Some(limit) = request.max_tokens {
        put("max_output_tokens", limit.into());
    }
    if options.sampling {
        request.temperature.into_iter().for_each(|value| put("temperature", value.into()));
        request.top_p.into_iter().for_each(|value| put("top_p", value.into()));
    }
    if options.reasoning != Some(ReasoningForm::Omit) {
        // Models that cannot think refuse even "none", so that is only said where the catalogue knows the form.
        let effort = request.reasoning_effort.as_ref();
        let effort = effort.filter(|word| *word != "none" || options.reasoning.is_some());
        let mut reasoning = Map::new();
        reasoning.extend(effort.map(|effort| ("effort".to_owned(), effort.as_str().into())));
        if options.reasoning_summary {
            reasoning.insert("summary".into(), "auto".into());
        }
        if !reasoning.is_empty() {
            put("reasoning", reasoning.into());
        }
        // Nothing is stored there, so what was thought comes back sealed, to be sent along the next time.
        put("include", json!(["reasoning.encrypted_content"]));
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
            put("tool_choice", json!({ "type": "function", "name": name }));
        }
    }
    if let Some(format) = request.response_format.as_ref().and_then(write_format) {
        put("text", json!({ "format": format }));
    }
    body
}

/// Tools are strict here unless it is said that they are not, and a strict one refuses most schemas.
fn write_tool(tool: &Tool) -> Value {
    let mut out = json!({ "type": "function", "name": tool.name });
    if let Some(description) = &tool.description {
        out["description"] = description.as_str().into();
    }
    out["parameters"] = tool.parameters.clone();
    out["strict"] = false.into();
    out
}

fn tool(mut tool: Taken) -> Result<Tool, BadRequest> {
    if tool.needed_text("type")? != "function" {
        return Err(tool.bad("type", "is not a kind of tool that can be translated"));
    }
    Ok(Tool {
        name: tool.needed_text("name")?,
        description: tool.text("description")?,
        parameters: tool.value("parameters").unwrap_or_else(no_parameters),
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
            if choice.needed_text("type")? != "function" {
                return Err(wrong);
            }
            ToolChoice::Named(choice.needed_text("name")?)
        }
    }))
}

/// The format of chat completions, whose schema stands one level higher here.
fn write_format(format: &Value) -> Option<Value> {
    match format.get("type")?.as_str()? {
        "json_schema" => {
            let mut out = json!({ "type": "json_schema" });
            for (name, value) in format.get("json_schema")?.as_object()? {
                out[name] = value.clone();
            }
            Some(out)
        }
        "json_object" => Some(json!({ "type": "json_object" })),
        _ => None,
    }
}

fn response_format(body: &mut Taken) -> Result<Option<Value>, BadRequest> {
    let Some(mut text) = body.object("text")? else { return Ok(None) };
    let Some(mut format) = text.object("format")? else { return Ok(None) };
    Ok(match format.needed_text("type")?.as_str() {
        "text" => None,
        "json_object" => Some(json!({ "type": "json_object" })),
        "json_schema" => Some(json!({ "type": "json_schema", "json_schema": format.rest() })),
        _ => return Err(format.bad("type", "is not a known format")),
    })
}

/// Plain text as one turn of the user's, or a list of items.
fn read_input(body: &mut Taken, messages: &mut Vec<Message>) -> Result<(), BadRequest> {
    for mut item in body.content("input")? {
        match item.text("type")?.as_deref() {
            // What plain text was made into.
            Some("text") => messages.push(Message::text(Role::User, item.needed_text("text")?)),
            None | Some("message") => read_message(item, messages)?,
            Some("function_call") => add(
                messages,
                Role::Assistant,
                Part::ToolCall {
                    id: item.needed_text("call_id")?,
                    name: item.needed_text("name")?,
                    arguments: arguments(item.value("arguments")),
                },
            ),
            Some("function_call_output") => {
                let id = item.needed_text("call_id")?;
                let text = item.content("output")?.into_iter().map(output_text).collect::<Result<_, _>>()?;
                messages.push(Message {
                    role: Role::Tool,
                    parts: vec![Part::ToolResult { id, text, is_error: false }],
                });
            }
            Some("reasoning") => {
                let thoughts: Vec<String> = item
                    .objects("summary")?
                    .into_iter()
                    .map(|mut part| part.needed_text("text"))
                    .collect::<Result<_, _>>()?;
                let sealed = item.text("encrypted_content")?.filter(|sealed| !sealed.is_empty());
                let signature = sealed.map(signature::from_responses_client);
                add(messages, Role::Assistant, Part::Reasoning { text: thoughts.join("\n\n"), signature });
            }
            Some(_) => return Err(item.bad("type", "is not a kind of item that can be translated")),
        }
    }
    Ok(())
}

/// The items of one answer are one turn.
fn add(messages: &mut Vec<Message>, role: Role, part: Part) {
    match messages.last_mut() {
        Some(last) if last.role == role => last.parts.push(part),
        _ => messages.push(Message { role, parts: vec![part] }),
    }
}

fn read_message(mut message: Taken, messages: &mut Vec<Message>) -> Result<(), BadRequest> {
    let role = match message.needed_text("role")?.as_str() {
        "system" | "developer" => Role::System,
        "user" => Role::User,
        "assistant" => Role::Assistant,
        _ => return Err(message.bad("role", "is not a known role")),
    };
    let parts = message.content("content")?.into_iter().map(content_part).collect::<Result<Vec<_>, _>>()?;
    let follows = messages.last().is_some_and(|last| {
        // A thought belongs to what was said after it.
        role == Role::Assistant
            && last.role == role
            && last.parts.iter().all(|part| matches!(part, Part::Reasoning { .. }))
    });
    match messages.last_mut().filter(|_| follows) {
        Some(last) => last.parts.extend(parts),
        None => messages.push(Message { role, parts }),
    }
    Ok(())
}

fn content_part(mut part: Taken) -> Result<Part, BadRequest> {
    match part.needed_text("type")?.as_str() {
        "text" | "input_text" | "output_text" => Ok(Part::Text(part.needed_text("text")?)),
        "refusal" => Ok(Part::Text(part.needed_text("refusal")?)),
        "input_image" => {
            let address = part.needed_text("image_url")?;
            let source =
                image(address).ok_or_else(|| part.bad("image_url", "is not a base64 data address"))?;
            Ok(Part::Image(source))
        }
        _ => Err(part.bad("type", "is not a kind of content that can be translated")),
    }
}

fn output_text(part: Taken) -> Result<String, BadRequest> {
    let wrong = part.bad("type", "is not a kind of content that can be translated");
    match content_part(part)? {
        Part::Text(text) => Ok(text),
        _ => Err(wrong),
    }
}

/// One turn may be several items here: what was thought, what was said, each call and each result.
fn write_message(message: &Message, options: &WriteOptions, out: &mut Vec<Value>) {
    let role = match (message.role, options.system_role) {
        (Role::System, SystemRole::Developer) => "developer",
        (Role::System, SystemRole::System) => "system",
        (Role::User | Role::Tool, _) => "user",
        (Role::Assistant, _) => "assistant",
    };
    let kind = if message.role == Role::Assistant { "output_text" } else { "input_text" };
    let mut content = Vec::new();
    let say = |content: &mut Vec<Value>, out: &mut Vec<Value>| {
        let content = std::mem::take(content);
        if !content.is_empty() {
            out.push(json!({ "role": role, "content": plain_where_possible(content) }));
        }
    };
    for part in &message.parts {
        match part {
            Part::Text(text) => content.push(json!({ "type": kind, "text": text })),
            Part::Image(source) => {
                content.push(json!({ "type": "input_image", "image_url": image_address(source) }));
            }
            Part::Reasoning { text, signature } => {
                // Without its own seal nobody there would believe it.
                let Some(sealed) = signature.as_deref().and_then(signature::of_openai) else { continue };
                say(&mut content, out);
                let summary = if text.is_empty() {
                    json!([])
                } else {
                    json!([{ "type": "summary_text", "text": text }])
                };
                out.push(json!({ "type": "reasoning", "summary": summary, "encrypted_content": sealed }));
            }

            Part::ToolCall { id, name, arguments } => {
                say(&mut content, out);
                out.push(json!({
                    "type": "function_call", "call_id": id, "name": name, "arguments": arguments
                }));
            }
            Part::ToolResult { id, text, .. } => {
                say(&mut content, out);
                out.push(json!({ "type": "function_call_output", "call_id": id, "output": text }));
            }
        }
    }
    say(&mut content, out);
}

/// A single text stands as plain text, which every server reads.
fn plain_where_possible(mut content: Vec<Value>) -> Value {
    match content.as_mut_slice() {
        [one] if one["type"] != "input_image" => one["text"].take(),
        _ => content.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasoning_is_asked_for_where_the_catalogue_says_so() {
        let asked = |effort: Option<&str>, options: &WriteOptions| {
            let effort = effort.map(str::to_owned);
            let body = write(&ChatRequest { reasoning_effort: effort, ..ChatRequest::default() }, options);
            (body.get("reasoning").cloned(), body.contains_key("include"))
        };
        let plain = WriteOptions::default();
        let summed = WriteOptions { reasoning_summary: true, ..plain.clone() };
        let silent = WriteOptions { reasoning: Some(ReasoningForm::Omit), ..summed.clone() };
        let known = WriteOptions { reasoning: Some(ReasoningForm::Effort), ..plain.clone() };
        for (effort, options, reasoning, sealed) in [
            (None, &plain, None, true),
            (Some("high"), &plain, Some(json!({ "effort": "high" })), true),
            (Some("none"), &plain, None, true),
            (Some("none"), &known, Some(json!({ "effort": "none" })), true),
            (None, &summed, Some(json!({ "summary": "auto" })), true),
            (Some("low"), &summed, Some(json!({ "effort": "low", "summary": "auto" })), true),
            (Some("high"), &silent, None, false),
        ] {
            assert_eq!(asked(effort, options), (reasoning, sealed), "{effort:?} {options:?}");
        }
    }
}
