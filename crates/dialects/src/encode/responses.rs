//! OpenAI responses: the stream of typed events, and the document.
//!
//! Items follow each other, each begun, filled and closed before the next, and the last event holds the whole answer
//! once more.

use super::event;
use super::gathered::{Block, Call, Gathered};
use crate::answer::AnswerHead;
use crate::errors::ErrorWords;
use crate::{signature, usage};
use inkhorn_domain::{FinishReason, StreamEvent, TokenUsage};
use serde_json::{Value, json};
use std::collections::VecDeque;

/// Which item is open, what was written, and what waits.
#[derive(Default)]
pub struct Writer {
    sequence: u64,
    started: bool,
    open: Option<Block>,
    /// The items that are closed.
    output: Vec<Value>,
    /// Items follow each other here, while OpenAI's tool calls may come interwoven: later ones wait.
    waiting: VecDeque<Call>,
}

impl Writer {
    pub fn event(&mut self, told: &StreamEvent, head: &AnswerHead, out: &mut Vec<u8>) {
        match told {
            StreamEvent::Started { .. } => self.start(head, out),
            StreamEvent::Text(more) => {
                if !matches!(self.open, Some(Block::Text(_))) {
                    self.begin(Block::Text(String::new()), head, out);
                }
                if let Some(Block::Text(text)) = &mut self.open {
                    text.push_str(more);
                }
                let more = json!({ "content_index": 0, "delta": more, "logprobs": [] });
                self.tell("response.output_text.delta", more, head, out);
            }
            StreamEvent::Reasoning(more) => {
                if !matches!(self.open, Some(Block::Reasoning { signature: None, .. })) {
                    self.begin(Block::Reasoning { text: String::new(), signature: None }, head, out);
                }
                if let Some(Block::Reasoning { text, .. }) = &mut self.open
                    && !more.is_empty()
                {
                    if text.is_empty() {
                        let part = json!({ "summary_index": 0, "part": summary_part("") });
                        self.tell("response.reasoning_summary_part.added", part, head, out);
                    }
                    let more = json!({ "summary_index": 0, "delta": more });
                    self.tell("response.reasoning_summary_text.delta", more, head, out);
                }
                if let Some(Block::Reasoning { text, .. }) = &mut self.open {
                    text.push_str(more);
                }
            }
            StreamEvent::ReasoningSignature(more) => {
                if !matches!(self.open, Some(Block::Reasoning { .. })) {
                    self.begin(Block::Reasoning { text: String::new(), signature: None }, head, out);
                }
                if let Some(Block::Reasoning { signature, .. }) = &mut self.open {
                    signature.get_or_insert_default().push_str(more);
                }
            }
            StreamEvent::ToolCallStarted { index, id, name } => {
                let call = Call::begin(*index, id, name);
                if matches!(self.open, Some(Block::Call(_))) {
                    self.waiting.push_back(call);
                } else {
                    self.begin(Block::Call(call), head, out);
                }
            }
            StreamEvent::ToolCallArguments { index, fragment } => match &mut self.open {
                Some(Block::Call(call)) if call.index == *index => {
                    call.arguments.push_str(fragment);
                    let more = json!({ "delta": fragment });
                    self.tell("response.function_call_arguments.delta", more, head, out);
                }
                _ => {
                    if let Some(call) = self.waiting.iter_mut().find(|call| call.index == *index) {
                        call.arguments.push_str(fragment);
                    }
                }
            },
            StreamEvent::Usage(_) | StreamEvent::Finished(_) | StreamEvent::ProviderError { .. } => {}
        }
    }

    pub fn end(&mut self, reason: FinishReason, head: &AnswerHead, counts: &TokenUsage, out: &mut Vec<u8>) {
        self.start(head, out);
        self.close(head, out);
        let response = response(head, Some(reason), std::mem::take(&mut self.output), counts);
        let name =
            if response["status"] == "completed" { "response.completed" } else { "response.incomplete" };
        self.say(name, json!({ "response": response }), out);
    }

    /// The answer broke off: what came until then is in the last event, and so is why.
    pub fn fail(&mut self, words: &ErrorWords, head: &AnswerHead, out: &mut Vec<u8>) {
        let mut response = response(head, None, std::mem::take(&mut self.output), &TokenUsage::default());
        response["status"] = "failed".into();
        response["error"] = json!({ "code": words.code, "message": words.message });
        self.say("response.failed", json!({ "response": response }), out);
    }

    fn start(&mut self, head: &AnswerHead, out: &mut Vec<u8>) {
        if std::mem::replace(&mut self.started, true) {
            return;
        }
        let response = response(head, None, Vec::new(), &TokenUsage::default());
        self.say("response.created", json!({ "response": response }), out);
        self.say("response.in_progress", json!({ "response": response }), out);
    }

    fn begin(&mut self, block: Block, head: &AnswerHead, out: &mut Vec<u8>) {
        self.start(head, out);
        self.close(head, out);
        self.add(block, head, out);
    }

    fn add(&mut self, block: Block, head: &AnswerHead, out: &mut Vec<u8>) {
        let output_index = self.output.len();
        let mut item = item(head, output_index, &block, "in_progress");
        for unfilled in ["content", "summary"] {
            if item.get(unfilled).is_some() {
                item[unfilled] = json!([]);
            }
        }
        if let Block::Call(_) = &block {
            item["arguments"] = "".into();
        }
        let is_text = matches!(block, Block::Text(_));
        self.open = Some(block);
        self.say("response.output_item.added", json!({ "output_index": output_index, "item": item }), out);
        if is_text {
            let part = json!({ "content_index": 0, "part": text_part("") });
            self.tell("response.content_part.added", part, head, out);
        }
    }

    /// Closes the open item and writes the tool calls that waited for it.
    fn close(&mut self, head: &AnswerHead, out: &mut Vec<u8>) {
        self.close_one(head, out);
        while let Some(mut call) = self.waiting.pop_front() {
            let whole = std::mem::take(&mut call.arguments);
            self.add(Block::Call(call), head, out);
            if !whole.is_empty() {
                self.tell("response.function_call_arguments.delta", json!({ "delta": whole }), head, out);
            }
            if let Some(Block::Call(call)) = &mut self.open {
                call.arguments = whole;
            }
            self.close_one(head, out);
        }
    }

    fn close_one(&mut self, head: &AnswerHead, out: &mut Vec<u8>) {
        let Some(block) = &self.open else { return };
        let item = item(head, self.output.len(), block, "completed");
        match block {
            Block::Text(text) => {
                let done = json!({ "content_index": 0, "text": text, "logprobs": [] });
                let part = json!({ "content_index": 0, "part": text_part(text) });
                self.tell("response.output_text.done", done, head, out);
                self.tell("response.content_part.done", part, head, out);
            }
            Block::Reasoning { text, .. } if !text.is_empty() => {
                let done = json!({ "summary_index": 0, "text": text });
                let part = json!({ "summary_index": 0, "part": summary_part(text) });
                self.tell("response.reasoning_summary_text.done", done, head, out);
                self.tell("response.reasoning_summary_part.done", part, head, out);
            }
            Block::Reasoning { .. } => {}
            Block::Call(call) => {
                let done = json!({ "name": call.name, "arguments": item["arguments"] });
                self.tell("response.function_call_arguments.done", done, head, out);
            }
        }
        self.open = None;
        let told = json!({ "output_index": self.output.len(), "item": item });
        self.say("response.output_item.done", told, out);
        self.output.push(item);
    }

    /// An event about the open item.
    fn tell(&mut self, name: &str, mut more: Value, head: &AnswerHead, out: &mut Vec<u8>) {
        let Some(block) = &self.open else { return };
        more["item_id"] = item_id(head, self.output.len(), block).into();
        more["output_index"] = self.output.len().into();
        self.say(name, more, out);
    }

    fn say(&mut self, name: &str, more: Value, out: &mut Vec<u8>) {
        let mut told = json!({ "type": name, "sequence_number": self.sequence });
        self.sequence += 1;
        if let (Value::Object(told), Value::Object(more)) = (&mut told, more) {
            told.extend(more);
        }
        event(Some(name), &told, out);
    }
}

/// The document of an answer.
pub fn document(head: &AnswerHead, gathered: &Gathered, counts: &TokenUsage, reason: FinishReason) -> Value {
    let items = gathered.blocks.iter().enumerate();
    let output = items.map(|(position, block)| item(head, position, block, "completed")).collect();
    response(head, Some(reason), output, counts)
}

/// The answer as an object. Without a reason for its end it is still coming.
fn response(
    head: &AnswerHead,
    reason: Option<FinishReason>,
    output: Vec<Value>,
    counts: &TokenUsage,
) -> Value {
    let cut = match reason {
        Some(FinishReason::Length) => Some("max_output_tokens"),
        Some(FinishReason::ContentFilter) => Some("content_filter"),
        Some(FinishReason::Stop | FinishReason::ToolCalls | FinishReason::Other) | None => None,
    };
    let status = match (reason, cut) {
        (None, _) => "in_progress",
        (Some(_), None) => "completed",
        (Some(_), Some(_)) => "incomplete",
    };
    json!({
        "id": head.id,
        "object": "response",
        "created_at": head.created,
        "status": status,
        "error": null,
        "incomplete_details": cut.map(|reason| json!({ "reason": reason })),
        "instructions": null,
        "max_output_tokens": null,
        "model": head.model,
        "output": output,
        "parallel_tool_calls": true,
        "previous_response_id": null,
        "reasoning": { "effort": null, "summary": null },
        "store": false,
        "temperature": null,
        "text": { "format": { "type": "text" } },
        "tool_choice": "auto",
        "tools": [],
        "top_p": null,
        "truncation": "disabled",
        "usage": usage::write_responses(counts),
        "metadata": {},
    })
}

/// One item, filled.
fn item(head: &AnswerHead, position: usize, block: &Block, status: &str) -> Value {
    let id = item_id(head, position, block);
    match block {
        Block::Text(text) => json!({
            "id": id, "type": "message", "status": status, "role": "assistant", "content": [text_part(text)]
        }),
        Block::Reasoning { text, signature } => {
            let summary = if text.is_empty() { json!([]) } else { json!([summary_part(text)]) };
            let mut item = json!({ "id": id, "type": "reasoning", "summary": summary });
            if let Some(sealed) = signature {
                item["encrypted_content"] = signature::of_openai(sealed).unwrap_or(sealed).into();
            }
            item
        }
        Block::Call(call) => {
            let arguments = if call.arguments.is_empty() { "{}" } else { &call.arguments };
            json!({
                "id": id, "type": "function_call", "status": status, "call_id": call.id, "name": call.name,
                "arguments": arguments,
            })
        }
    }
}

fn item_id(head: &AnswerHead, position: usize, block: &Block) -> String {
    let kind = match block {
        Block::Text(_) => "msg",
        Block::Reasoning { .. } => "rs",
        Block::Call(_) => "fc",
    };
    let whole = head.id.strip_prefix("resp_").unwrap_or(&head.id);
    format!("{kind}_{whole}_{position}")
}

fn text_part(text: &str) -> Value {
    json!({ "type": "output_text", "text": text, "annotations": [], "logprobs": [] })
}

fn summary_part(text: &str) -> Value {
    json!({ "type": "summary_text", "text": text })
}
