//! Answers in the OpenAI chat dialect, with the extras of each persona that speaks it: see [`super::traits`].

use bytes::Bytes;
use serde_json::{Value, json};

use super::answer::Figures;
use super::listing::CREATED;
use super::persona::Persona;
use super::respond::{Ask, Written};
use super::traits::{Breaks, Counts, OpenAi, Thoughts, Told};
use super::{Answer, Finish};
use crate::random::make_hex;

/// The answer as the pieces of an event stream.
pub(super) fn stream(kin: &OpenAi, persona: Persona, ask: &Ask, answer: &Answer) -> Vec<Written> {
    let frame = Frame::new(kin, persona, ask);
    let figures = answer.figures(ask.words);
    let mut pieces = Vec::with_capacity(answer.text.len() + answer.reasoning.len() + 8);
    pieces.extend(kin.opening.map(Written::other));
    let mut first = frame.chunk(json!({ "role": "assistant", "content": "" }), None);
    if kin.counts == Counts::Groq {
        first["x_groq"] = json!({ "id": frame.id });
    }
    pieces.push(event(&first, false));
    for thought in &answer.reasoning {
        if let Some(delta) = thought_fields(kin, thought) {
            pieces.push(event(&frame.chunk(delta, None), true));
        }
    }
    for word in &answer.text {
        let mut chunk = frame.chunk(json!({ "content": word }), None);
        extend(&mut chunk, kin.word_fields);
        pieces.push(event(&chunk, true));
    }
    for (index, tool) in answer.tools.iter().enumerate() {
        let opening = json!({ "tool_calls": [{
            "index": index, "id": format!("call_{}", make_hex(12)), "type": "function",
            "function": { "name": tool.name, "arguments": "" },
        }]});
        pieces.push(event(&frame.chunk(opening, None), true));
        // The arguments arrive in two halves, as they do from the real ones.
        let middle =
            (tool.arguments.len() / 2..).find(|at| tool.arguments.is_char_boundary(*at)).unwrap_or(0);
        for half in [&tool.arguments[..middle], &tool.arguments[middle..]] {
            let delta = json!({ "tool_calls": [{ "index": index, "function": { "arguments": half } }] });
            pieces.push(event(&frame.chunk(delta, None), true));
        }
    }
    let mut last = frame.chunk(json!({}), Some(finish(answer.finish)));
    if kin.counts == Counts::Groq {
        last["x_groq"] =
            json!({ "id": frame.id, "usage": figures.map(|figures| usage(kin.counts, figures)) });
    }
    if let (Told::InLast, Some(figures)) = (kin.told, figures) {
        last["usage"] = usage(kin.counts, figures);
    }
    pieces.push(event(&last, false));
    let apart = kin.told == Told::Always || (kin.told == Told::WhenAsked && ask.include_usage);
    if let Some(figures) = figures.filter(|_| apart) {
        let mut chunk = frame.chunk(json!({}), None);
        chunk["choices"] = json!([]);
        chunk["usage"] = usage(kin.counts, figures);
        pieces.push(event(&chunk, false));
    }
    if kin.done {
        pieces.push(Written::other("data: [DONE]\n\n"));
    }
    pieces
}

/// The answer as one document.
pub(super) fn plain(kin: &OpenAi, persona: Persona, ask: &Ask, answer: &Answer) -> Value {
    let frame = Frame::new(kin, persona, ask);
    let text = answer.whole_text();
    let content = if text.is_empty() && !answer.tools.is_empty() { Value::Null } else { json!(text) };
    let mut message = json!({ "role": "assistant", "content": content, "refusal": null });
    if !answer.reasoning.is_empty()
        && let Some(thoughts) = thought_fields(kin, &answer.reasoning.concat())
    {
        if let Value::Array(mut parts) = thoughts["content"].clone() {
            parts.push(json!({ "type": "text", "text": text }));
            message["content"] = json!(parts);
        } else if let Value::Object(mut fields) = thoughts {
            fields.remove("content");
            message.as_object_mut().expect("the message is an object").extend(fields);
        }
    }
    if !answer.tools.is_empty() {
        let calls: Vec<Value> = answer
            .tools
            .iter()
            .map(|tool| {
                json!({
                    "id": format!("call_{}", make_hex(12)), "type": "function",
                    "function": { "name": tool.name, "arguments": tool.arguments },
                })
            })
            .collect();
        message["tool_calls"] = json!(calls);
    }
    let mut choice =
        json!({ "index": 0, "message": message, "logprobs": null, "finish_reason": finish(answer.finish) });
    if kin.breaks == Breaks::Chunk {
        choice["native_finish_reason"] = json!(finish(answer.finish));
    }
    let mut document = frame.document("chat.completion");
    document["choices"] = json!([choice]);
    if let Some(figures) = answer.figures(ask.words).filter(|_| kin.told != Told::Never) {
        document["usage"] = usage(kin.counts, figures);
    }
    match persona {
        Persona::Groq => document["x_groq"] = json!({ "id": frame.id }),
        Persona::LmStudio => document["stats"] = json!({}),
        _ => {}
    }
    document
}

/// An error in the middle of a stream, and what follows it.
pub(super) fn stream_error(kin: &OpenAi, persona: Persona, ask: &Ask, message: &str) -> Bytes {
    let chunk = match kin.breaks {
        Breaks::Chunk => {
            let mut chunk = Frame::new(kin, persona, ask).chunk(json!({ "content": "" }), Some("error"));
            chunk["error"] = json!({
                "code": 502, "message": message, "metadata": { "error_type": "provider_unavailable" },
            });
            chunk
        }
        Breaks::Words => json!({ "error": { "message": message } }),
        Breaks::Text => json!({ "code": "Internal error", "error": message }),
        Breaks::Error => super::refusal::open_ai_error(message, "server_error", None, None),
    };
    Bytes::from(format!("data: {chunk}\n\n"))
}

/// What all chunks of one answer share.
struct Frame<'kin> {
    kin: &'kin OpenAi,
    id: String,
    model: String,
    usage_asked: bool,
}

impl<'kin> Frame<'kin> {
    fn new(kin: &'kin OpenAi, persona: Persona, ask: &Ask) -> Self {
        let start = if persona == Persona::OpenRouter { "gen" } else { "chatcmpl" };
        let id = format!("{start}-{}", make_hex(12));
        Self { kin, id, model: ask.model.clone(), usage_asked: ask.include_usage }
    }

    fn document(&self, object: &str) -> Value {
        let mut document =
            json!({ "id": self.id, "object": object, "created": CREATED, "model": self.model });
        extend(&mut document, self.kin.fields);
        document
    }

    fn chunk(&self, mut delta: Value, finish: Option<&str>) -> Value {
        let mut choice = json!({ "index": 0, "delta": null, "logprobs": null, "finish_reason": finish });
        if self.kin.breaks == Breaks::Chunk {
            delta["role"] = json!("assistant");
            choice["native_finish_reason"] = json!(finish);
        }
        choice["delta"] = delta;
        let mut chunk = self.document("chat.completion.chunk");
        chunk["choices"] = json!([choice]);
        if self.usage_asked && self.kin.counts == Counts::OpenAi {
            chunk["usage"] = Value::Null;
        }
        chunk
    }
}

/// Adds the fields of an object that is written as JSON.
fn extend(document: &mut Value, fields: &str) {
    let fields: Value = serde_json::from_str(fields).expect("the fields of a persona are JSON");
    if let (Value::Object(document), Value::Object(fields)) = (document, fields) {
        document.extend(fields);
    }
}

fn event(chunk: &Value, word: bool) -> Written {
    Written { bytes: Bytes::from(format!("data: {chunk}\n\n")), word }
}

/// The fields of a message that carry a thought; none where thoughts are kept.
fn thought_fields(kin: &OpenAi, thought: &str) -> Option<Value> {
    match kin.thoughts {
        Thoughts::Hidden => None,
        Thoughts::ReasoningContent => Some(json!({ "reasoning_content": thought })),
        Thoughts::Reasoning => Some(json!({ "content": "", "reasoning": thought })),
        Thoughts::ReasoningDetails => Some(json!({
            "content": "", "reasoning": thought,
            "reasoning_details": [{ "type": "reasoning.text", "text": thought, "format": "unknown", "index": 0 }],
        })),
        Thoughts::Parts => Some(json!({
            "content": [{ "type": "thinking", "thinking": [{ "type": "text", "text": thought }] }],
        })),
    }
}

fn finish(finish: Finish) -> &'static str {
    match finish {
        Finish::Stop => "stop",
        Finish::Length => "length",
        Finish::Tools => "tool_calls",
        Finish::Filter => "content_filter",
    }
}

fn usage(counts: Counts, figures: Figures) -> Value {
    let beside = if matches!(counts, Counts::Xai | Counts::Perplexity) { figures.reasoning } else { 0 };
    let completion = figures.output - beside;
    let mut usage = json!({
        "prompt_tokens": figures.input, "completion_tokens": completion,
        "total_tokens": figures.input + completion,
    });
    let details = |usage: &mut Value| {
        usage["prompt_tokens_details"] = json!({ "cached_tokens": figures.cache_read });
        usage["completion_tokens_details"] = json!({ "reasoning_tokens": figures.reasoning });
    };
    match counts {
        Counts::Totals => {}
        Counts::SomeDetails if figures.reasoning == 0 && figures.cache_read == 0 => {}
        Counts::SomeDetails | Counts::Details => details(&mut usage),
        Counts::OpenAi => {
            usage["prompt_tokens_details"] = json!({
                "cached_tokens": figures.cache_read, "cache_write_tokens": figures.cache_write, "audio_tokens": 0,
            });
            usage["completion_tokens_details"] = json!({
                "reasoning_tokens": figures.reasoning, "audio_tokens": 0, "accepted_prediction_tokens": 0,
                "rejected_prediction_tokens": 0,
            });
        }
        Counts::OpenRouter => {
            details(&mut usage);
            usage["prompt_tokens_details"]["cache_write_tokens"] = json!(figures.cache_write);
            usage["cost"] = json!(figures.cost);
            usage["is_byok"] = json!(figures.own_key.is_some());
            usage["cost_details"] = json!({ "upstream_inference_cost": figures.own_key.flatten() });
        }
        Counts::Groq => {
            details(&mut usage);
            usage["queue_time"] = json!(0.018);
            usage["prompt_time"] = json!(0.002);
            usage["completion_time"] = json!(0.11);
            usage["total_time"] = json!(0.112);
        }
        Counts::DeepSeek => {
            details(&mut usage);
            usage["prompt_cache_hit_tokens"] = json!(figures.cache_read);
            usage["prompt_cache_miss_tokens"] = json!(figures.input - figures.cache_read);
        }
        Counts::Xai => {
            details(&mut usage);
            usage["total_tokens"] = json!(figures.input + figures.output);
            usage["cost_in_usd_ticks"] = json!((figures.cost * 1e10).round() as u64);
            usage["num_sources_used"] = json!(0);
        }
        Counts::Perplexity => {
            usage["reasoning_tokens"] = json!(figures.reasoning);
            usage["search_context_size"] = json!("low");
        }
    }
    usage
}
