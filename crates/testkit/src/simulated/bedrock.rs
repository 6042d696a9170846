//! Answers of AWS Bedrock: `converse`, `converse-stream`, its two lists, and the look at a key or a signature.

use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::answer::Figures;
use super::anthropic;
use super::event_stream::message;
use super::gemini::{field, unescaped};
use super::listing::Listed;
use super::respond::{Ask, Written};
use super::{Answer, Finish, Refusal, SimulatedModel};
use crate::random::make_hex;

/// The model and whether its answer is streamed, from a path such as `/model/x/converse-stream`.
pub(super) fn asked(path: &str) -> Option<(String, bool)> {
    let (model, method) = path.strip_prefix("/model/")?.rsplit_once('/')?;
    let streamed = match method {
        "converse" => false,
        "converse-stream" => true,
        _ => return None,
    };
    (!model.contains('/')).then(|| (unescaped(model), streamed))
}

/// The key behind a signed request, where the signature is right for exactly what has come.
pub(super) fn signed_key(head: &http::request::Parts, body: &[u8], right: Option<&str>) -> Option<String> {
    let text = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok());
    let proof = text("authorization")?.strip_prefix("AWS4-HMAC-SHA256 ")?;
    let part = |name: &str| {
        let found = proof.split(", ").find_map(|part| part.strip_prefix(name)?.strip_prefix('='));
        found.unwrap_or_default()
    };
    let wrong = Some("a signature that does not fit".to_owned());
    let Some((id, secret)) = right.and_then(|right| right.split_once(':')) else { return wrong };
    let (secret, token) =
        secret.split_once(':').map_or((secret, None), |(secret, token)| (secret, Some(token)));
    let scope: Vec<&str> = part("Credential").split('/').collect();
    let [given, day, region, service, end] = scope.as_slice() else { return wrong };
    let time = text("x-amz-date").unwrap_or_default();
    let fits = *given == id
        && (*service, *end) == ("bedrock", "aws4_request")
        && time.starts_with(day)
        && text("x-amz-security-token") == token;
    let mut canonical = format!(
        "{}\n{}\n{}\n",
        head.method,
        head.uri.path().replace('%', "%25"),
        sorted(head.uri.query().unwrap_or_default())
    );
    for name in part("SignedHeaders").split(';') {
        canonical.push_str(&format!("{name}:{}\n", text(name).unwrap_or_default().trim()));
    }
    canonical.push_str(&format!("\n{}\n{}", part("SignedHeaders"), hex(&Sha256::digest(body))));
    let hashed = hex(&Sha256::digest(canonical.as_bytes()));
    let to_sign = format!("AWS4-HMAC-SHA256\n{time}\n{day}/{region}/{service}/{end}\n{hashed}");
    let key = [*day, *region, *service, *end]
        .into_iter()
        .fold(format!("AWS4{secret}").into_bytes(), |key, part| mac(&key, part));
    let right_signature = hex(&mac(&key, &to_sign)) == part("Signature");
    if fits && right_signature && part("SignedHeaders").contains("host;x-amz-date") {
        right.map(str::to_owned)
    } else {
        wrong
    }
}

fn sorted(query: &str) -> String {
    let mut pairs: Vec<&str> = query.split('&').filter(|pair| !pair.is_empty()).collect();
    pairs.sort_unstable();
    pairs.join("&")
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length will do");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What the real API refuses by the form of the request alone.
pub(super) fn refuse_form(ask: &Ask) -> Option<Refusal> {
    let refuse = |message: &str| Some(Refusal::of(400).with_body(&json!({ "message": message }).to_string()));
    const FIELDS: [&str; 9] = [
        "messages",
        "system",
        "inferenceConfig",
        "toolConfig",
        "outputConfig",
        "guardrailConfig",
        "additionalModelRequestFields",
        "performanceConfig",
        "requestMetadata",
    ];
    let fields = ask.body.as_object()?;
    if let Some(strange) = fields.keys().find(|name| !FIELDS.contains(&name.as_str())) {
        return refuse(&format!("Malformed input request: #: extraneous key [{strange}] is not permitted"));
    }
    let messages = ask.body["messages"].as_array().map(Vec::as_slice).unwrap_or_default();
    if messages.is_empty() {
        return refuse(
            "A conversation must start with a user message. Try again with a conversation that starts with a user message.",
        );
    }
    let wanted = ["user", "assistant"].into_iter().cycle();
    if messages.iter().zip(wanted).any(|(message, role)| message["role"] != role) {
        return refuse(
            "A conversation must alternate between user and assistant roles. Make sure the conversation alternates between user and assistant roles and try again.",
        );
    }
    let blocks = || messages.iter().flat_map(|message| message["content"].as_array().into_iter().flatten());
    if blocks().any(|block| block["text"].as_str().is_some_and(|text| text.trim().is_empty())) {
        return refuse(
            "The text field in the ContentBlock object is blank. Add text to the text field, and try again.",
        );
    }
    let used = blocks().any(|block| block["toolUse"].is_object() || block["toolResult"].is_object());
    if used && !ask.body["toolConfig"].is_object() {
        return refuse(
            "The toolConfig field must be defined when using toolUse and toolResult content blocks.",
        );
    }
    if ask.body["inferenceConfig"]["temperature"].as_f64().is_some_and(|value| value > 1.0) {
        return refuse(
            "1 validation error detected: Value at 'inferenceConfig.temperature' failed to satisfy constraint: Member must have value less than or equal to 1",
        );
    }
    None
}

/// The answer as the messages of an event stream.
pub(super) fn stream(ask: &Ask, answer: &Answer) -> Vec<Written> {
    let mut pieces = vec![piece("messageStart", json!({ "role": "assistant" }), false)];
    let mut index = 0;
    let mut block = |start: Option<Value>, deltas: Vec<Value>, pieces: &mut Vec<Written>| {
        if let Some(start) = start {
            let told = json!({ "contentBlockIndex": index, "start": start });
            pieces.push(piece("contentBlockStart", told, false));
        }
        for delta in deltas {
            let word = delta["reasoningContent"]["signature"].is_null();
            let told = json!({ "contentBlockIndex": index, "delta": delta });
            pieces.push(piece("contentBlockDelta", told, word));
        }
        pieces.push(piece("contentBlockStop", json!({ "contentBlockIndex": index }), false));
        index += 1;
    };
    if !answer.reasoning.is_empty() && thinks(ask) {
        let thought = |text: &String| json!({ "reasoningContent": { "text": text } });
        let mut deltas: Vec<Value> = answer.reasoning.iter().map(thought).collect();
        deltas.retain(|_| tells_thoughts(ask));
        deltas.push(json!({ "reasoningContent": { "signature": "c2ltdWxhdGVk" } }));
        block(None, deltas, &mut pieces);
    }
    if !answer.text.is_empty() {
        let deltas = answer.text.iter().map(|word| json!({ "text": word })).collect();
        block(None, deltas, &mut pieces);
    }
    for tool in &answer.tools {
        let start =
            json!({ "toolUse": { "toolUseId": format!("tooluse_{}", make_hex(11)), "name": tool.name } });
        let middle =
            (tool.arguments.len() / 2..).find(|at| tool.arguments.is_char_boundary(*at)).unwrap_or(0);
        let halves = [&tool.arguments[..middle], &tool.arguments[middle..]];
        let deltas = halves.iter().map(|half| json!({ "toolUse": { "input": half } })).collect();
        block(Some(start), deltas, &mut pieces);
    }
    pieces.push(piece("messageStop", json!({ "stopReason": finish(answer.finish) }), false));
    if let Some(figures) = answer.figures(ask.words) {
        let told = json!({ "metrics": { "latencyMs": 412 }, "usage": usage(figures) });
        pieces.push(piece("metadata", told, false));
    }
    pieces
}

/// What Converse hands on to Claude is as Anthropic has it; others think unasked.
fn thinks(ask: &Ask) -> bool {
    !ask.model.contains("anthropic.") || anthropic::thinks(&ask.body["additionalModelRequestFields"])
}

fn tells_thoughts(ask: &Ask) -> bool {
    let handed_on = &ask.body["additionalModelRequestFields"];
    !ask.model.contains("anthropic.") || anthropic::tells_thoughts(&ask.model, handed_on)
}

/// The answer as one document.
pub(super) fn plain(ask: &Ask, answer: &Answer) -> Value {
    let mut content = Vec::new();
    if !answer.reasoning.is_empty() && thinks(ask) {
        let told = tells_thoughts(ask).then(|| answer.reasoning.concat());
        let thought = json!({ "text": told.unwrap_or_default(), "signature": "c2ltdWxhdGVk" });
        content.push(json!({ "reasoningContent": { "reasoningText": thought } }));
    }
    let text = answer.whole_text();
    if !text.is_empty() {
        content.push(json!({ "text": text }));
    }
    content.extend(answer.tools.iter().map(|tool| {
        let input: Value = serde_json::from_str(&tool.arguments).expect("arguments of a tool are JSON");
        let id = format!("tooluse_{}", make_hex(11));
        json!({ "toolUse": { "toolUseId": id, "name": tool.name, "input": input } })
    }));
    let mut document = json!({
        "metrics": { "latencyMs": 412 },
        "output": { "message": { "role": "assistant", "content": content } },
        "stopReason": finish(answer.finish),
    });
    if let Some(figures) = answer.figures(ask.words) {
        document["usage"] = usage(figures);
    }
    document
}

/// An exception in the middle of a stream.
pub(super) fn stream_error(words: &str) -> Bytes {
    let payload = json!({ "message": words, "originalStatusCode": 500 });
    message("exception", "modelStreamErrorException", &payload.to_string()).into()
}

/// The models of the region. Those whose name begins with a region's sign are profiles and stand in the other list; the
/// models behind them cannot be called by their own names.
pub(super) fn models(models: &[SimulatedModel]) -> Listed {
    let summary = |model: &SimulatedModel| {
        let base = behind(&model.id);
        let mut reads = vec!["TEXT"];
        if model.vision {
            reads.push("IMAGE");
        }
        let id = base.unwrap_or(&model.id);
        json!({
            "modelArn": format!("arn:aws:bedrock:us-east-1::foundation-model/{id}"), "modelId": id,
            "modelName": model.name, "providerName": "Simulated", "inputModalities": reads,
            "outputModalities": [if model.embedding { "EMBEDDING" } else { "TEXT" }],
            "responseStreamingSupported": !model.embedding, "customizationsSupported": [],
            "inferenceTypesSupported": [if base.is_some() { "INFERENCE_PROFILE" } else { "ON_DEMAND" }],
            "modelLifecycle": { "status": "ACTIVE" },
        })
    };
    Listed::Json(json!({ "modelSummaries": models.iter().map(summary).collect::<Vec<_>>() }))
}

/// One page of inference profiles: `maxResults` (at most 1000), `nextToken`.
pub(super) fn profiles(models: &[SimulatedModel], query: &str) -> Listed {
    let all: Vec<&SimulatedModel> = models.iter().filter(|model| behind(&model.id).is_some()).collect();
    let size = field(query, "maxResults").and_then(|size| size.parse().ok()).unwrap_or(100).clamp(1, 1000);
    let start = match field(query, "nextToken").map(unescaped) {
        None => 0,
        Some(token) => match token.strip_prefix("n+/").and_then(|start| start.parse().ok()) {
            Some(start) => start,
            None => return Listed::Refused(400),
        },
    };
    let end = all.len().min(start + size);
    let summaries: Vec<Value> = all.get(start..end).unwrap_or_default().iter().map(|model| {
        let id = &model.id;
        json!({
            "inferenceProfileId": id, "inferenceProfileName": model.name, "status": "ACTIVE",
            "type": "SYSTEM_DEFINED", "description": "Routes requests across regions.",
            "inferenceProfileArn": format!("arn:aws:bedrock:us-east-1:000000000000:inference-profile/{id}"),
            "models": [{ "modelArn": format!("arn:aws:bedrock:us-east-1::foundation-model/{}", behind(id).unwrap_or(id)) }],
        })
    }).collect();
    let mut page = json!({ "inferenceProfileSummaries": summaries });
    if end < all.len() {
        // With letters that mean something in a query, so that who does not escape them goes astray.
        page["nextToken"] = json!(format!("n+/{end}"));
    }
    Listed::Json(page)
}

fn behind(id: &str) -> Option<&str> {
    ["us.", "eu.", "apac.", "global."].iter().find_map(|sign| id.strip_prefix(sign))
}

fn piece(name: &str, payload: Value, word: bool) -> Written {
    let mut payload = payload;
    // Filling of changing length, by which nobody can guess the words from the sizes.
    payload["p"] = json!("abcdefghijklmnopqrstuvwxyz"[..3 + name.len() % 9]);
    Written { bytes: message("event", name, &payload.to_string()).into(), word }
}

fn finish(finish: Finish) -> &'static str {
    match finish {
        Finish::Stop => "end_turn",
        Finish::Length => "max_tokens",
        Finish::Tools => "tool_use",
        Finish::Filter => "content_filtered",
    }
}

/// Cached tokens stand beside the others.
fn usage(figures: Figures) -> Value {
    let fresh = figures.input.saturating_sub(figures.cache_read + figures.cache_write);
    json!({
        "inputTokens": fresh, "outputTokens": figures.output, "totalTokens": figures.input + figures.output,
        "cacheReadInputTokens": figures.cache_read, "cacheWriteInputTokens": figures.cache_write,
    })
}
