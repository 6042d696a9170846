//! Answers of Google's Gemini API: `generateContent`, `streamGenerateContent`, its pages of models.

use bytes::Bytes;
use serde_json::{Value, json};

use super::answer::Figures;
use super::listing::Listed;
use super::refusal::google_form;
use super::respond::{Ask, Written};
use super::{Answer, Finish, Refusal, SimulatedModel};
use crate::random::make_hex;

/// The proof that goes with a call of a tool and must come back.
const PROOF: &str = "c2ltdWxhdGVk";
/// What Google takes in its place for a call that another model made.
const NO_PROOF: &str = "skip_thought_signature_validator";

/// The model and whether its answer is streamed, from a path such as `/v1beta/models/x:streamGenerateContent`.
pub(super) fn asked(path: &str) -> Option<(String, bool)> {
    let (model, method) = path.strip_prefix("/v1beta/models/")?.rsplit_once(':')?;
    let streamed = match method {
        "generateContent" => false,
        "streamGenerateContent" => true,
        _ => return None,
    };
    (!model.contains('/')).then(|| (unescaped(model), streamed))
}

/// What the real API refuses by the form of the request alone.
pub(super) fn refuse_form(
    two_credentials: bool,
    ask: &Ask,
    known: Option<&SimulatedModel>,
) -> Option<Refusal> {
    let refuse = |message: &str| Some(google_form(message));
    if two_credentials {
        return refuse("Multiple authentication credentials received. Please pass only one.");
    }
    const FIELDS: [&str; 8] = [
        "contents",
        "systemInstruction",
        "generationConfig",
        "tools",
        "toolConfig",
        "safetySettings",
        "cachedContent",
        "labels",
    ];
    let fields = ask.body.as_object()?;
    if let Some(strange) = fields.keys().find(|name| !FIELDS.contains(&name.as_str())) {
        return refuse(&format!(
            "Invalid JSON payload received. Unknown name \"{strange}\": Cannot find field."
        ));
    }
    let contents = ask.body["contents"].as_array().map(Vec::as_slice).unwrap_or_default();
    if contents.is_empty() {
        return refuse("* GenerateContentRequest.contents: contents is not specified");
    }
    if contents.iter().any(|content| !matches!(content["role"].as_str(), Some("user" | "model"))) {
        return refuse("Please use a valid role: user, model.");
    }
    let stops = ask.body["generationConfig"]["stopSequences"].as_array().map_or(0, Vec::len);
    if stops > 5 {
        return refuse("* GenerateContentRequest.generation_config.stop_sequences: at most 5 are allowed");
    }
    let thinks = known.is_some_and(|model| model.reasoning);
    if ask.body["generationConfig"]["thinkingConfig"].is_object() && known.is_some() && !thinks {
        return refuse("Thinking is not enabled for this model");
    }
    if thinks { refuse_proofs(contents) } else { None }
}

/// Models that think want the proof of each first call since the last words of the user.
fn refuse_proofs(contents: &[Value]) -> Option<Refusal> {
    let said = |content: &Value| {
        let mut parts = content["parts"].as_array().into_iter().flatten();
        content["role"] == "user" && parts.any(|part| part["text"].is_string())
    };
    let now = contents.iter().rposition(said).map_or(contents, |at| &contents[at..]);
    for content in now.iter().filter(|content| content["role"] == "model") {
        let mut parts = content["parts"].as_array().into_iter().flatten();
        let Some(call) = parts.find(|part| part["functionCall"].is_object()) else { continue };
        match call["thoughtSignature"].as_str() {
            Some(PROOF | NO_PROOF) => {}
            Some(_) => return Some(google_form("Corrupted thought signature.")),
            None => {
                return Some(google_form(
                    "Function call is missing a thought_signature in functionCall parts. \
                     This is required for tools to work correctly.",
                ));
            }
        }
    }
    None
}

/// The answer as the pieces of an event stream.
pub(super) fn stream(ask: &Ask, answer: &Answer) -> Vec<Written> {
    bodies(ask, answer)
        .into_iter()
        .map(|(body, word)| Written { bytes: Bytes::from(format!("data: {body}\r\n\r\n")), word })
        .collect()
}

/// The same pieces as one list, which comes where nobody asked for `alt=sse`.
pub(super) fn listed(ask: &Ask, answer: &Answer) -> Value {
    bodies(ask, answer).into_iter().map(|(body, _)| body).collect()
}

fn bodies(ask: &Ask, answer: &Answer) -> Vec<(Value, bool)> {
    let id = make_hex(10);
    let figures = answer.figures(ask.words);
    let piece = |part: Value| {
        let so_far = figures
            .map(|figures| json!({ "promptTokenCount": figures.input, "totalTokenCount": figures.input }));
        (body(ask, &id, json!([part]), None, so_far), true)
    };
    let thoughts = answer.reasoning.iter().map(|thought| piece(json!({ "text": thought, "thought": true })));
    let words = answer.text.iter().map(|word| piece(json!({ "text": word })));
    let mut bodies: Vec<(Value, bool)> = thoughts.chain(words).collect();
    bodies.extend(calls(answer).into_iter().map(piece));
    let last = body(ask, &id, json!([{ "text": "" }]), Some(answer.finish), figures.map(usage));
    bodies.push((last, false));
    bodies
}

/// The answer as one document.
pub(super) fn plain(ask: &Ask, answer: &Answer) -> Value {
    let mut parts = Vec::new();
    if !answer.reasoning.is_empty() {
        parts.push(json!({ "text": answer.reasoning.concat(), "thought": true }));
    }
    let text = answer.whole_text();
    if !text.is_empty() {
        parts.push(json!({ "text": text }));
    }
    parts.extend(calls(answer));
    let figures = answer.figures(ask.words);
    body(ask, &make_hex(10), json!(parts), Some(answer.finish), figures.map(usage))
}

/// An error in the middle of a stream: JSON outside of any event, as Google writes it there.
pub(super) fn stream_error(message: &str) -> Bytes {
    let error = json!({ "error": { "code": 503, "message": message, "status": "UNAVAILABLE" } });
    Bytes::from(format!("{error}\n"))
}

/// One page of models: `pageSize` (50 unless told, at most 1000), `pageToken`.
pub(super) fn page(models: &[SimulatedModel], query: &str) -> Listed {
    let size = match field(query, "pageSize").map(str::parse::<usize>) {
        None => 50,
        Some(Ok(size)) => size.clamp(1, 1000),
        Some(Err(_)) => return Listed::Refused(400),
    };
    let start = match field(query, "pageToken").map(unescaped) {
        None => 0,
        Some(token) => {
            match token.strip_prefix("p+/").and_then(|start| start.strip_suffix("=")?.parse().ok()) {
                Some(start) => start,
                None => return Listed::Refused(400),
            }
        }
    };
    let end = models.len().min(start + size);
    let entries: Vec<Value> = models.get(start..end).unwrap_or_default().iter().map(entry).collect();
    let mut page = json!({ "models": entries });
    if end < models.len() {
        // With letters that mean something in a query, so that who does not escape them goes astray.
        page["nextPageToken"] = json!(format!("p+/{end}="));
    }
    Listed::Json(page)
}

fn entry(model: &SimulatedModel) -> Value {
    let methods = if model.embedding {
        json!(["embedContent", "countTextTokens"])
    } else {
        json!(["generateContent", "countTokens", "createCachedContent", "batchGenerateContent"])
    };
    let mut entry = json!({
        "name": format!("models/{}", model.id), "version": "001", "displayName": model.name,
        "description": "A model of the simulated provider.", "inputTokenLimit": model.context,
        "outputTokenLimit": model.output_limit, "supportedGenerationMethods": methods,
        "temperature": 1, "topP": 0.95, "topK": 64, "maxTemperature": 2,
    });
    if model.reasoning {
        entry["thinking"] = json!(true);
    }
    entry
}

fn body(ask: &Ask, id: &str, parts: Value, finish: Option<Finish>, usage: Option<Value>) -> Value {
    let mut candidate = json!({ "content": { "parts": parts, "role": "model" }, "index": 0 });
    if let Some(finish) = finish {
        candidate["finishReason"] = json!(match finish {
            Finish::Stop | Finish::Tools => "STOP",
            Finish::Length => "MAX_TOKENS",
            Finish::Filter => "SAFETY",
        });
    }
    let mut body = json!({ "candidates": [candidate] });
    if let Some(usage) = usage {
        body["usageMetadata"] = usage;
    }
    body["modelVersion"] = json!(ask.model);
    body["responseId"] = json!(id);
    body
}

/// Calls come whole; of several that come together only the first has a proof.
fn calls(answer: &Answer) -> Vec<Value> {
    let call = |(position, tool): (usize, &super::ToolCall)| {
        let args: Value = serde_json::from_str(&tool.arguments).expect("arguments of a tool are JSON");
        let mut part = json!({ "functionCall": { "name": tool.name, "args": args, "id": make_hex(4) } });
        if position == 0 {
            part["thoughtSignature"] = json!(PROOF);
        }
        part
    };
    answer.tools.iter().enumerate().map(call).collect()
}

/// Thoughts are beside the text; counts that are zero are left out.
fn usage(figures: Figures) -> Value {
    let mut usage = json!({ "promptTokenCount": figures.input });
    let said = figures.output.saturating_sub(figures.reasoning);
    for (name, count) in [
        ("candidatesTokenCount", said),
        ("cachedContentTokenCount", figures.cache_read),
        ("thoughtsTokenCount", figures.reasoning),
        ("totalTokenCount", figures.input + figures.output),
    ] {
        if count > 0 {
            usage[name] = json!(count);
        }
    }
    usage["promptTokensDetails"] = json!([{ "modality": "TEXT", "tokenCount": figures.input }]);
    usage
}

/// A field of a query, as it was sent.
pub(super) fn field<'q>(query: &'q str, name: &str) -> Option<&'q str> {
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find_map(|(have, value)| (have == name && !value.is_empty()).then_some(value))
}

/// Text with its `%` escapes read. A plus is a blank in a query and nowhere else; nobody sends blanks here.
pub(super) fn unescaped(text: &str) -> String {
    let (mut out, mut rest) = (Vec::new(), text.as_bytes());
    while let [first, after @ ..] = rest {
        let escaped = (*first == b'%').then(|| after.get(..2)).flatten();
        let byte = escaped
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        out.push(byte.unwrap_or(if *first == b'+' { b' ' } else { *first }));
        rest = if byte.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&out).into_owned()
}
