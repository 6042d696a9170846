//! The stream of Anthropic messages: named events, blocks one after the other, each with its own index.

use super::event;
use super::gathered::Call;
use crate::answer::AnswerHead;
use crate::{finish, usage};
use inkhorn_domain::{FinishReason, StreamEvent, TokenUsage};
use serde_json::{Value, json};
use std::collections::VecDeque;

/// Which block is open, and what waits for it to close.
#[derive(Default)]
pub struct Writer {
    started: bool,
    open: Option<Open>,
    /// The index of the open block, or of the next one.
    index: u32,
    /// Blocks follow each other here, while OpenAI's tool calls may come interwoven: later ones wait.
    waiting: VecDeque<Call>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    Text,
    Thinking,
    /// A thinking block that has its signature: more thinking opens a new one.
    Signed,
    Call(u32),
}

impl Writer {
    pub fn event(&mut self, told: &StreamEvent, head: &AnswerHead, counts: &TokenUsage, out: &mut Vec<u8>) {
        match told {
            StreamEvent::Started { .. } => self.start(head, counts, out),
            StreamEvent::Text(text) => {
                self.start(head, counts, out);
                self.open(Open::Text, || json!({ "type": "text", "text": "" }), out);
                self.delta(&json!({ "type": "text_delta", "text": text }), out);
            }
            StreamEvent::Reasoning(text) => {
                self.start(head, counts, out);
                self.open_thinking(out);
                self.delta(&json!({ "type": "thinking_delta", "thinking": text }), out);
            }
            StreamEvent::ReasoningSignature(signature) => {
                self.start(head, counts, out);
                if self.open != Some(Open::Signed) {
                    self.open_thinking(out);
                    self.open = Some(Open::Signed);
                }
                self.delta(&json!({ "type": "signature_delta", "signature": signature }), out);
            }
            StreamEvent::ToolCallStarted { index, id, name } => {
                self.start(head, counts, out);
                if matches!(self.open, Some(Open::Call(_))) {
                    self.waiting.push_back(Call::begin(*index, id, name));
                } else {
                    self.open_call(*index, id, name, out);
                }
            }
            StreamEvent::ToolCallArguments { index, fragment } => {
                if self.open == Some(Open::Call(*index)) {
                    self.delta(&json!({ "type": "input_json_delta", "partial_json": fragment }), out);
                } else if let Some(call) = self.waiting.iter_mut().find(|call| call.index == *index) {
                    call.arguments.push_str(fragment);
                }
            }
            StreamEvent::Usage(_) | StreamEvent::Finished(_) | StreamEvent::ProviderError { .. } => {}
        }
    }

    pub fn end(&mut self, reason: FinishReason, head: &AnswerHead, counts: &TokenUsage, out: &mut Vec<u8>) {
        self.start(head, counts, out);
        self.close(out);
        let delta = json!({ "stop_reason": finish::anthropic(reason), "stop_sequence": null });
        let last = json!({
            "type": "message_delta", "delta": delta, "usage": usage::write_anthropic(counts),
        });
        event(Some("message_delta"), &last, out);
        event(Some("message_stop"), &json!({ "type": "message_stop" }), out);
    }

    fn start(&mut self, head: &AnswerHead, counts: &TokenUsage, out: &mut Vec<u8>) {
        if std::mem::replace(&mut self.started, true) {
            return;
        }
        let message = json!({
            "id": head.id,
            "type": "message",
            "role": "assistant",
            "model": head.model,
            "content": [],
            "stop_reason": null,
            "stop_sequence": null,
            "usage": usage::write_anthropic(counts),
        });
        event(Some("message_start"), &json!({ "type": "message_start", "message": message }), out);
    }

    fn open_thinking(&mut self, out: &mut Vec<u8>) {
        self.open(Open::Thinking, || json!({ "type": "thinking", "thinking": "", "signature": "" }), out);
    }

    fn open_call(&mut self, index: u32, id: &str, name: &str, out: &mut Vec<u8>) {
        let block = || json!({ "type": "tool_use", "id": id, "name": name, "input": {} });
        self.open(Open::Call(index), block, out);
    }

    fn open(&mut self, wanted: Open, block: impl FnOnce() -> Value, out: &mut Vec<u8>) {
        if self.open == Some(wanted) {
            return;
        }
        self.close(out);
        self.open = Some(wanted);
        let start = json!({ "type": "content_block_start", "index": self.index, "content_block": block() });
        event(Some("content_block_start"), &start, out);
    }

    fn delta(&self, delta: &Value, out: &mut Vec<u8>) {
        let told = json!({ "type": "content_block_delta", "index": self.index, "delta": delta });
        event(Some("content_block_delta"), &told, out);
    }

    /// Closes the open block and writes the tool calls that waited for it.
    fn close(&mut self, out: &mut Vec<u8>) {
        if self.open.take().is_none() {
            return;
        }
        self.stop(out);
        while let Some(call) = self.waiting.pop_front() {
            let block = json!({ "type": "tool_use", "id": call.id, "name": call.name, "input": {} });
            let start = json!({ "type": "content_block_start", "index": self.index, "content_block": block });
            event(Some("content_block_start"), &start, out);
            if !call.arguments.is_empty() {
                self.delta(&json!({ "type": "input_json_delta", "partial_json": call.arguments }), out);
            }
            self.stop(out);
        }
    }

    fn stop(&mut self, out: &mut Vec<u8>) {
        event(Some("content_block_stop"), &json!({ "type": "content_block_stop", "index": self.index }), out);
        self.index += 1;
    }
}
