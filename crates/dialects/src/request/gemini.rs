//! Requests of Gemini's `generateContent`. Only written: no program sends them to us.
//!
//! Model and manner of the answer stand in the path, not here.

use super::fields::arguments_object;
use crate::options::{ReasoningForm, WriteOptions};
use crate::signature;
use inkhorn_domain::{ChatRequest, ImageSource, Message, Part, Role, Tool, ToolChoice};
use serde_json::{Map, Value, json};

/// The most texts that may end an answer there. More are refused.
const MAX_STOPS: usize = 5;

/// Google's own word for a call whose proof is not at hand, because another model made it. Without any proof the call is
/// refused.
const NO_PROOF: &str = "skip_thought_signature_validator";

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
        .flat_map(|message| write_parts(message, &[]))
        .collect();
    let contents = write_contents(&request.messages);
    match (system.is_empty(), contents.is_empty()) {
        // A request without contents is refused: instructions that stand alone are the question then.
        (false, true) => put("contents", json!([{ "role": "user", "parts": system }])),
        (false, false) => {
            put("systemInstruction", json!({ "parts": system }));
            put("contents", contents.into());
        }
        (true, _) => put("contents", contents.into()),
    }
    let settings = write_settings(request, options);
    if !settings.is_empty() {
        put("generationConfig", settings.into());
    }
    if !request.tools.is_empty() {
        let functions: Vec<Value> = request.tools.iter().map(write_tool).collect();
        put("tools", json!([{ "functionDeclarations": functions }]));
        if let Some(choice) = &request.tool_choice {
            let calling = match choice {
                ToolChoice::Auto => json!({ "mode": "AUTO" }),
                ToolChoice::None => json!({ "mode": "NONE" }),
                ToolChoice::Required => json!({ "mode": "ANY" }),
                ToolChoice::Named(name) => json!({ "mode": "ANY", "allowedFunctionNames": [name] }),
            };
            put("toolConfig", json!({ "functionCallingConfig": calling }));
        }
    }
    body
}

fn write_settings(request: &ChatRequest, options: &WriteOptions) -> Map<String, Value> {
    let mut settings = Map::new();
    let mut set = |name: &str, value: Option<Value>| {
        settings.extend(value.map(|value| (name.to_owned(), value)));
    };
    if options.sampling {
        set("temperature", request.temperature.map(Value::from));
        set("topP", request.top_p.map(Value::from));
    }
    set("maxOutputTokens", request.max_tokens.map(Value::from));
    if options.stop && !request.stop.is_empty() {
        let stops: Vec<&str> = request.stop.iter().take(MAX_STOPS).map(String::as_str).collect();
        set("stopSequences", Some(stops.into()));
    }
    // The field is 32 bits wide, and a seed is only a seed: what is left of a longer one serves as well.
    set("seed", request.seed.map(|seed| (seed as i32).into()));
    if let Some(format) = &request.response_format {
        let schema = format.pointer("/json_schema/schema");
        if schema.is_some() || format["type"] == "json_object" {
            set("responseMimeType", Some("application/json".into()));
        }
        set("responseJsonSchema", schema.cloned());
    }
    set("thinkingConfig", write_thinking(request, options));
    settings
}

/// The wish to think: a level for newer models, a budget of tokens for older ones. Thoughts are told only when asked for;
/// a model that cannot think refuses to be asked, and even to be told not to, so that is only said where the form is known.
fn write_thinking(request: &ChatRequest, options: &WriteOptions) -> Option<Value> {
    let effort = request.reasoning_effort.as_deref()?;
    match options.reasoning.unwrap_or(ReasoningForm::Effort) {
        ReasoningForm::Effort => match effort {
            // There is no level below it.
            "none" => options.reasoning.map(|_| json!({ "thinkingLevel": "MINIMAL" })),
            level => Some(json!({ "thinkingLevel": level.to_ascii_uppercase(), "includeThoughts": true })),
        },
        ReasoningForm::Budget => Some(match effort {
            "none" => json!({ "thinkingBudget": 0 }),
            "minimal" | "low" => json!({ "thinkingBudget": 2048, "includeThoughts": true }),
            "medium" => json!({ "thinkingBudget": 8192, "includeThoughts": true }),
            _ => json!({ "thinkingBudget": 24_576, "includeThoughts": true }),
        }),
        ReasoningForm::Omit
        | ReasoningForm::EffortObject
        | ReasoningForm::Adaptive
        | ReasoningForm::Think => None,
    }
}

fn write_tool(tool: &Tool) -> Value {
    let mut function = json!({ "name": tool.name });
    if let Some(description) = &tool.description {
        function["description"] = description.as_str().into();
    }
    // The plain `parameters` take a part of JSON schema only.
    function["parametersJsonSchema"] = tool.parameters.clone();
    function
}

/// Results of tools that were called together must come back together.
fn write_contents(messages: &[Message]) -> Vec<Value> {
    let mut out: Vec<Value> = Vec::new();
    let mut after_tool = false;
    for (position, message) in messages.iter().enumerate() {
        if message.role == Role::System {
            continue;
        }
        let parts = write_parts(message, &messages[..position]);
        if parts.is_empty() {
            continue;
        }
        let is_tool = message.role == Role::Tool;
        if is_tool
            && after_tool
            && let Some(Value::Array(together)) = out.last_mut().map(|turn| &mut turn["parts"])
        {
            together.extend(parts);
            continue;
        }
        after_tool = is_tool;
        let role = if message.role == Role::Assistant { "model" } else { "user" };
        out.push(json!({ "role": role, "parts": parts }));
    }
    out
}

/// The parts of a turn. Thoughts are not wanted back, only the proof of those that led to a call.
fn write_parts(message: &Message, earlier: &[Message]) -> Vec<Value> {
    let mut out = Vec::new();
    let (mut proof, mut called) = (None, false);
    for part in &message.parts {
        match part {
            Part::Text(text) if text.is_empty() => {}
            Part::Text(text) => out.push(json!({ "text": text })),
            Part::Image(ImageSource::Data { media_type, base64 }) => {
                out.push(json!({ "inlineData": { "mimeType": media_type, "data": base64 } }));
            }
            Part::Image(ImageSource::Url(address)) => {
                out.push(json!({ "fileData": { "fileUri": address } }));
            }
            Part::Reasoning { signature, .. } => {
                proof = signature.as_deref().and_then(signature::of_gemini).or(proof);
            }
            Part::ToolCall { id, name, arguments } => {
                let mut call = json!({ "name": name, "args": arguments_object(arguments) });
                add_id(&mut call, id);
                let mut part = json!({ "functionCall": call });
                // Of calls that were made together only the first has a proof.
                let missing = (!called).then_some(NO_PROOF);
                if let Some(proof) = proof.take().or(missing) {
                    part["thoughtSignature"] = proof.into();
                }
                called = true;
                out.push(part);
            }
            Part::ToolResult { id, text, is_error } => {
                let name = name_of_call(earlier, id).unwrap_or(id);
                let mut result = json!({ "name": name, "response": write_result(text, *is_error) });
                add_id(&mut result, id);
                out.push(json!({ "functionResponse": result }));
            }
        }
    }
    out
}

/// Ids that the reader gave to calls without one mean nothing to Gemini, which counts by order then.
fn add_id(value: &mut Value, id: &str) {
    let ours = id.strip_prefix("call_").is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()));
    if !ours && !id.is_empty() {
        value["id"] = id.into();
    }
}

fn name_of_call<'m>(earlier: &'m [Message], id: &str) -> Option<&'m str> {
    let parts = earlier.iter().rev().flat_map(|message| message.parts.iter().rev());
    parts.into_iter().find_map(|part| match part {
        Part::ToolCall { id: called, name, .. } if called == id => Some(name.as_str()),
        _ => None,
    })
}

/// A result must be an object; plain text stands in the field that Google names for it.
fn write_result(text: &str, is_error: bool) -> Value {
    match serde_json::from_str(text) {
        Ok(object @ Value::Object(_)) if !is_error => object,
        _ if is_error => json!({ "error": text }),
        _ => json!({ "output": text }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(request: ChatRequest, options: &WriteOptions) -> Value {
        write(&request, options).into()
    }

    #[test]
    fn instructions_that_stand_alone_are_the_question() {
        let request =
            ChatRequest { messages: vec![Message::text(Role::System, "Sing")], ..ChatRequest::default() };
        let body = written(request, &WriteOptions::default());
        assert_eq!(body, json!({ "contents": [{ "role": "user", "parts": [{ "text": "Sing" }] }] }));
    }

    #[test]
    fn the_wish_to_think_takes_the_form_that_the_model_knows() {
        let thinking = |effort: &str, form: Option<ReasoningForm>| {
            let request = ChatRequest { reasoning_effort: Some(effort.into()), ..ChatRequest::default() };
            let options = WriteOptions { reasoning: form, ..WriteOptions::default() };
            written(request, &options)["generationConfig"]["thinkingConfig"].take()
        };
        let (level, budget) = (Some(ReasoningForm::Effort), Some(ReasoningForm::Budget));
        for (effort, form, wanted) in [
            ("high", None, json!({ "thinkingLevel": "HIGH", "includeThoughts": true })),
            ("none", level, json!({ "thinkingLevel": "MINIMAL" })),
            ("none", None, Value::Null),
            ("low", budget, json!({ "thinkingBudget": 2048, "includeThoughts": true })),
            ("none", budget, json!({ "thinkingBudget": 0 })),
            ("high", Some(ReasoningForm::Omit), Value::Null),
        ] {
            assert_eq!(thinking(effort, form), wanted, "{effort} as {form:?}");
        }
    }

    #[test]
    fn a_result_finds_the_name_of_the_latest_call_with_its_id() {
        let call = |name: &str| Message {
            role: Role::Assistant,
            parts: vec![Part::ToolCall { id: "call_0".into(), name: name.into(), arguments: "[]".into() }],
        };
        let result = |text: &str| Message {
            role: Role::Tool,
            parts: vec![Part::ToolResult { id: "call_0".into(), text: text.into(), is_error: false }],
        };
        let messages = vec![call("first"), result("{\"page\":7}"), call("second"), result("[7]")];
        let body = written(ChatRequest { messages, ..ChatRequest::default() }, &WriteOptions::default());
        let results: Vec<&Value> =
            [1, 3].iter().map(|at| &body["contents"][*at]["parts"][0]["functionResponse"]).collect();
        assert_eq!(
            results,
            [
                &json!({ "name": "first", "response": { "page": 7 } }),
                &json!({ "name": "second", "response": { "output": "[7]" } }),
            ],
            "an object stands as it is, and an id of ours is not told"
        );
        assert_eq!(body["contents"][0]["parts"][0]["functionCall"]["args"], json!({}));
    }
}
