//! Answers in the OpenAI chat dialect, with the extras of each persona that speaks it.

use bytes::Bytes;
use serde_json::{Value, json};

use super::answer::Figures;
use super::listing::CREATED;
use super::respond::{Ask, Written};
use super::{Answer, Finish, Persona};
use crate::random::make_hex;

/// The answer as the pieces of an event stream.
pub(super) fn stream(persona: Persona, ask: &Ask, answer: &Answer) -> Vec<Written> {
    let frame = Frame::new(persona, ask);
    let figures = answer.figures(ask.words);
    let mut pieces = Vec::with_capacity(answer.text.len() + answer.reasoning.len() + 8);
    if persona == Persona::OpenRouter {
        pieces.push(Written::other(": OPENROUTER PROCESSING\n\n"));
    }
    let mut first = frame.chunk(json!({ "role": "assistant", "content": "" }), None);
    if persona == Persona::Groq {
        first["x_groq"] = json!({ "id": frame.id });
    }
    pieces.push(event(&first, false));
    for thought in &answer.reasoning {
        // OpenAI keeps its thoughts to itself.
        if let Some(delta) = reasoning_delta(persona, thought) {
            pieces.push(event(&frame.chunk(delta, None), true));
        }
    }
    for word in &answer.text {
        let mut chunk = frame.chunk(json!({ "content": word }), None);
        if persona == Persona::OpenAi {
            chunk["obfuscation"] = json!("aZ3kQ9");
        }
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
    if persona == Persona::Groq {
        last["x_groq"] = json!({ "id": frame.id, "usage": figures.map(|figures| usage(persona, figures)) });
    }
    pieces.push(event(&last, false));
    if let Some(figures) = figures.filter(|_| ask.include_usage || persona == Persona::OpenRouter) {
        let mut chunk = frame.chunk(json!({}), None);
        chunk["choices"] = json!([]);
        chunk["usage"] = usage(persona, figures);
        pieces.push(event(&chunk, false));
    }
    pieces.push(Written::other("data: [DONE]\n\n"));
    pieces
}

/// The answer as one document.
pub(super) fn plain(persona: Persona, ask: &Ask, answer: &Answer) -> Value {
    let frame = Frame::new(persona, ask);
    let text = answer.whole_text();
    let content = if text.is_empty() && !answer.tools.is_empty() { Value::Null } else { json!(text) };
    let mut message = json!({ "role": "assistant", "content": content, "refusal": null });
    if !answer.reasoning.is_empty()
        && let Some(Value::Object(reasoning)) = reasoning_delta(persona, &answer.reasoning.concat())
    {
        message.as_object_mut().expect("the message is an object").extend(reasoning);
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
    if persona == Persona::OpenRouter {
        choice["native_finish_reason"] = json!(finish(answer.finish));
    }
    let mut document = frame.document("chat.completion");
    document["choices"] = json!([choice]);
    if let Some(figures) = answer.figures(ask.words) {
        document["usage"] = usage(persona, figures);
    }
    match persona {
        Persona::Groq => document["x_groq"] = json!({ "id": frame.id }),
        Persona::LmStudio => document["stats"] = json!({}),
        _ => {}
    }
    document
}

/// An error in the middle of a stream, and what follows it.
pub(super) fn stream_error(persona: Persona, ask: &Ask, message: &str) -> Bytes {
    let chunk = match persona {
        Persona::OpenRouter => {
            let mut chunk = Frame::new(persona, ask).chunk(json!({ "content": "" }), Some("error"));
            chunk["error"] = json!({
                "code": 502, "message": message, "metadata": { "error_type": "provider_unavailable" },
            });
            chunk
        }
        Persona::LmStudio => json!({ "error": { "message": message } }),
        _ => super::refusal::open_ai_error(message, "server_error", None, None),
    };
    Bytes::from(format!("data: {chunk}\n\n"))
}

/// What all chunks of one answer share.
struct Frame {
    persona: Persona,
    id: String,
    model: String,
    usage_asked: bool,
}

impl Frame {
    fn new(persona: Persona, ask: &Ask) -> Self {
        let id = match persona {
            Persona::OpenRouter => format!("gen-{}", make_hex(10)),
            _ => format!("chatcmpl-{}", make_hex(12)),
        };
        Self { persona, id, model: ask.model.clone(), usage_asked: ask.include_usage }
    }

    fn document(&self, object: &str) -> Value {
        let mut document =
            json!({ "id": self.id, "object": object, "created": CREATED, "model": self.model });
        match self.persona {
            Persona::OpenAi => {
                document["service_tier"] = json!("default");
                document["system_fingerprint"] = json!("fp_simulated");
            }
            Persona::OpenRouter => document["provider"] = json!("Simulated"),
            Persona::Ollama => document["system_fingerprint"] = json!("fp_ollama"),
            Persona::LmStudio => document["system_fingerprint"] = json!(self.model),
            Persona::Groq => document["system_fingerprint"] = json!("fp_simulated"),
            Persona::Compatible | Persona::Anthropic => {}
        }
        document
    }

    fn chunk(&self, mut delta: Value, finish: Option<&str>) -> Value {
        let mut choice = json!({ "index": 0, "delta": null, "logprobs": null, "finish_reason": finish });
        if self.persona == Persona::OpenRouter {
            delta["role"] = json!("assistant");
            choice["native_finish_reason"] = json!(finish);
        }
        choice["delta"] = delta;
        let mut chunk = self.document("chat.completion.chunk");
        chunk["choices"] = json!([choice]);
        if self.usage_asked && self.persona == Persona::OpenAi {
            chunk["usage"] = Value::Null;
        }
        chunk
    }
}

fn event(chunk: &Value, word: bool) -> Written {
    Written { bytes: Bytes::from(format!("data: {chunk}\n\n")), word }
}

fn reasoning_delta(persona: Persona, thought: &str) -> Option<Value> {
    match persona {
        Persona::OpenAi | Persona::Anthropic => None,
        Persona::Groq => Some(json!({ "reasoning": thought })),
        Persona::OpenRouter => Some(json!({
            "content": "", "reasoning": thought,
            "reasoning_details": [{ "type": "reasoning.text", "text": thought, "format": "unknown", "index": 0 }],
        })),
        Persona::Ollama => Some(json!({ "content": "", "reasoning": thought })),
        Persona::LmStudio | Persona::Compatible => Some(json!({ "reasoning_content": thought })),
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

fn usage(persona: Persona, figures: Figures) -> Value {
    let mut usage = json!({
        "prompt_tokens": figures.input, "completion_tokens": figures.output,
        "total_tokens": figures.input + figures.output,
    });
    let details = |usage: &mut Value| {
        usage["prompt_tokens_details"] = json!({ "cached_tokens": figures.cache_read });
        usage["completion_tokens_details"] = json!({ "reasoning_tokens": figures.reasoning });
    };
    match persona {
        Persona::OpenAi => {
            usage["prompt_tokens_details"] = json!({
                "cached_tokens": figures.cache_read, "cache_write_tokens": figures.cache_write, "audio_tokens": 0,
            });
            usage["completion_tokens_details"] = json!({
                "reasoning_tokens": figures.reasoning, "audio_tokens": 0, "accepted_prediction_tokens": 0,
                "rejected_prediction_tokens": 0,
            });
        }
        Persona::OpenRouter => {
            details(&mut usage);
            usage["prompt_tokens_details"]["cache_write_tokens"] = json!(figures.cache_write);
            usage["cost"] = json!(figures.cost);
            usage["is_byok"] = json!(false);
            usage["cost_details"] = json!({ "upstream_inference_cost": null });
        }
        Persona::Groq => {
            details(&mut usage);
            usage["queue_time"] = json!(0.018);
            usage["prompt_time"] = json!(0.002);
            usage["completion_time"] = json!(0.11);
            usage["total_time"] = json!(0.112);
        }
        Persona::LmStudio | Persona::Compatible if figures.reasoning > 0 || figures.cache_read > 0 => {
            details(&mut usage);
        }
        Persona::LmStudio | Persona::Compatible | Persona::Ollama | Persona::Anthropic => {}
    }
    usage
}
