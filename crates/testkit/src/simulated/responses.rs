//! OpenAI's responses: the typed events and the document, and what the API refuses.

use bytes::Bytes;
use serde_json::{Value, json};

use super::answer::Figures;
use super::listing::CREATED;
use super::refusal::open_ai_error;
use super::respond::{Ask, Written};
use super::{Answer, Finish, Refusal, SimulatedModel};
use crate::random::make_hex;

/// Models that answer nowhere else.
pub(super) fn only_here(model: &str) -> bool {
    ["-pro", "codex", "deep-research"].iter().any(|part| model.contains(part))
}

/// What chat completions say of such a model.
pub(super) fn elsewhere() -> Refusal {
    let message = "This model is only supported in v1/responses and not in v1/chat/completions.";
    let body = open_ai_error(message, "invalid_request_error", Some("model"), None);
    Refusal::of(404).with_body(&body.to_string())
}

/// What the real API refuses by the form of the request alone.
pub(super) fn refuse_form(ask: &Ask, known: Option<&SimulatedModel>) -> Option<Refusal> {
    let refuse = |parameter: &str, message: &str, code: &str| {
        let body = open_ai_error(message, "invalid_request_error", Some(parameter), Some(code));
        Some(Refusal::of(400).with_body(&body.to_string()))
    };
    for strange in ["messages", "max_tokens", "max_completion_tokens", "stop", "seed", "stream_options", "n"]
    {
        if ask.body.get(strange).is_some() {
            let message = format!("Unknown parameter: '{strange}'.");
            return refuse(strange, &message, "unknown_parameter");
        }
    }
    let thinks = known.is_none_or(|model| model.reasoning);
    let sealed = |value: &Value| value == "reasoning.encrypted_content";
    if !thinks && ask.body["include"].as_array().is_some_and(|include| include.iter().any(sealed)) {
        return refuse("include", "Encrypted content is not supported with this model.", "unsupported_value");
    }
    let input = ask.body["input"].as_array().map(Vec::as_slice).unwrap_or_default();
    let unsealed = |item: &Value| item["type"] == "reasoning" && !item["encrypted_content"].is_string();
    if input.iter().any(unsealed) {
        return refuse(
            "input",
            "Item of type 'reasoning' was provided without its content.",
            "invalid_value",
        );
    }
    None
}

/// The answer as the pieces of an event stream.
pub(super) fn stream(ask: &Ask, answer: &Answer) -> Vec<Written> {
    let mut speaker = Speaker { ask, id: format!("resp_{}", make_hex(24)), sequence: 0, pieces: Vec::new() };
    let opening = speaker.response("in_progress", Vec::new(), answer, None);
    speaker.say("response.created", json!({ "response": opening }), false);
    speaker.say("response.in_progress", json!({ "response": opening }), false);
    let items = items(ask, answer);
    for (index, item) in items.iter().enumerate() {
        let mut begun = item.clone();
        for unfilled in ["content", "summary"] {
            if begun.get(unfilled).is_some() {
                begun[unfilled] = json!([]);
            }
        }
        if begun.get("arguments").is_some() {
            begun["arguments"] = json!("");
        }
        speaker.say("response.output_item.added", json!({ "output_index": index, "item": begun }), false);
        speaker.fill(index, item, answer);
        speaker.say("response.output_item.done", json!({ "output_index": index, "item": item }), false);
    }
    let status = status(answer.finish);
    let whole = speaker.response(status, items, answer, answer.figures(ask.words));
    speaker.say(&format!("response.{status}"), json!({ "response": whole }), false);
    speaker.pieces
}

/// The answer as one document.
pub(super) fn plain(ask: &Ask, answer: &Answer) -> Value {
    let speaker = Speaker { ask, id: format!("resp_{}", make_hex(24)), sequence: 0, pieces: Vec::new() };
    speaker.response(status(answer.finish), items(ask, answer), answer, answer.figures(ask.words))
}

/// An error in the middle of a stream.
pub(super) fn stream_error(message: &str) -> Bytes {
    let error = json!({
        "type": "error", "code": "server_error", "message": message, "param": null, "sequence_number": 7,
    });
    Bytes::from(format!("event: error\ndata: {error}\n\n"))
}

struct Speaker<'a> {
    ask: &'a Ask,
    id: String,
    sequence: u64,
    pieces: Vec<Written>,
}

impl Speaker<'_> {
    fn say(&mut self, kind: &str, mut told: Value, word: bool) {
        told["type"] = json!(kind);
        told["sequence_number"] = json!(self.sequence);
        self.sequence += 1;
        self.pieces.push(Written { bytes: Bytes::from(format!("event: {kind}\ndata: {told}\n\n")), word });
    }

    /// What comes between the beginning and the end of an item.
    fn fill(&mut self, index: usize, item: &Value, answer: &Answer) {
        let place = |more: Value| {
            let mut told = json!({ "item_id": item["id"], "output_index": index });
            for (name, value) in more.as_object().into_iter().flatten() {
                told[name] = value.clone();
            }
            told
        };
        match item["type"].as_str() {
            Some("message") => {
                let part = json!({ "type": "output_text", "text": "", "annotations": [] });
                self.say(
                    "response.content_part.added",
                    place(json!({ "content_index": 0, "part": part })),
                    false,
                );
                for word in &answer.text {
                    let delta =
                        json!({ "content_index": 0, "delta": word, "logprobs": [], "obfuscation": "aZ3" });
                    self.say("response.output_text.delta", place(delta), true);
                }
                let text = answer.whole_text();
                let done = json!({ "content_index": 0, "text": text, "logprobs": [] });
                self.say("response.output_text.done", place(done), false);
                let part = json!({ "content_index": 0, "part": item["content"][0] });
                self.say("response.content_part.done", place(part), false);
            }
            Some("reasoning") if item["summary"][0].is_object() => {
                let part = json!({ "summary_index": 0, "part": { "type": "summary_text", "text": "" } });
                self.say("response.reasoning_summary_part.added", place(part), false);
                for thought in &answer.reasoning {
                    let delta = json!({ "summary_index": 0, "delta": thought });
                    self.say("response.reasoning_summary_text.delta", place(delta), true);
                }
                let part = json!({ "summary_index": 0, "part": item["summary"][0] });
                self.say("response.reasoning_summary_part.done", place(part), false);
            }
            Some("function_call") => {
                let arguments = item["arguments"].as_str().unwrap_or_default();
                let middle = (arguments.len() / 2..).find(|at| arguments.is_char_boundary(*at)).unwrap_or(0);
                for half in [&arguments[..middle], &arguments[middle..]] {
                    self.say("response.function_call_arguments.delta", place(json!({ "delta": half })), true);
                }
                let done = place(json!({ "arguments": arguments }));
                self.say("response.function_call_arguments.done", done, false);
            }
            _ => {}
        }
    }

    fn response(&self, status: &str, output: Vec<Value>, answer: &Answer, figures: Option<Figures>) -> Value {
        let cut = match answer.finish {
            Finish::Length => json!({ "reason": "max_output_tokens" }),
            Finish::Filter => json!({ "reason": "content_filter" }),
            Finish::Stop | Finish::Tools => Value::Null,
        };
        json!({
            "id": self.id, "object": "response", "created_at": CREATED, "status": status, "background": false,
            "error": null, "incomplete_details": if status == "incomplete" { cut } else { Value::Null },
            "instructions": null, "max_output_tokens": null, "model": self.ask.model, "output": output,
            "parallel_tool_calls": true, "previous_response_id": null, "store": self.ask.body["store"],
            "temperature": 1.0, "tool_choice": "auto", "tools": [], "top_p": 1.0, "truncation": "disabled",
            "usage": figures.map(usage), "metadata": {},
        })
    }
}

fn items(ask: &Ask, answer: &Answer) -> Vec<Value> {
    let mut items = Vec::new();
    if !answer.reasoning.is_empty() {
        // What was thought is told as a summary, and only to who asks for one.
        let summary = match ask.body["reasoning"]["summary"].is_string() {
            true => json!([{ "type": "summary_text", "text": answer.reasoning.concat() }]),
            false => json!([]),
        };
        let mut item =
            json!({ "id": format!("rs_{}", make_hex(24)), "type": "reasoning", "summary": summary });
        if ask.body["include"].as_array().is_some_and(|include| !include.is_empty()) {
            item["encrypted_content"] = json!("gAAAAABsimulated");
        }
        items.push(item);
    }
    if !answer.text.is_empty() {
        let part =
            json!({ "type": "output_text", "text": answer.whole_text(), "annotations": [], "logprobs": [] });
        items.push(json!({
            "id": format!("msg_{}", make_hex(24)), "type": "message", "status": "completed", "role": "assistant",
            "content": [part],
        }));
    }
    items.extend(answer.tools.iter().map(|tool| {
        json!({
            "id": format!("fc_{}", make_hex(24)), "type": "function_call", "status": "completed",
            "call_id": format!("call_{}", make_hex(12)), "name": tool.name, "arguments": tool.arguments,
        })
    }));
    items
}

fn status(finish: Finish) -> &'static str {
    match finish {
        Finish::Stop | Finish::Tools => "completed",
        Finish::Length | Finish::Filter => "incomplete",
    }
}

fn usage(figures: Figures) -> Value {
    json!({
        "input_tokens": figures.input,
        "input_tokens_details": { "cached_tokens": figures.cache_read, "cache_write_tokens": figures.cache_write },
        "output_tokens": figures.output, "output_tokens_details": { "reasoning_tokens": figures.reasoning },
        "total_tokens": figures.input + figures.output,
    })
}
