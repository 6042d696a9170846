//! The stream of OpenAI chat completions.

use super::{event, json};
use crate::answer::AnswerHead;
use crate::{finish, usage};
use inkhorn_domain::{FinishReason, StreamEvent, TokenUsage};
use serde_json::{Value, json};

/// Most of a chunk is the same each time, so it is written once.
pub struct Writer {
    before: Vec<u8>,
    head: Value,
    include_usage: bool,
    role_told: bool,
}

impl Writer {
    pub fn new(head: &AnswerHead) -> Self {
        let fields = json!({
            "id": head.id,
            "object": "chat.completion.chunk",
            "created": head.created,
            "model": head.model,
        });
        let mut before = b"data: ".to_vec();
        json(&mut before, &fields);
        before.pop(); // the closing brace: the choices follow
        before.extend_from_slice(b",\"choices\":[{\"index\":0,\"delta\":");
        Self { before, head: fields, include_usage: head.include_usage, role_told: false }
    }

    /// The upstream's own frames went out, and they tell the role.
    pub fn role_is_told(&mut self) {
        self.role_told = true;
    }

    pub fn event(&mut self, event: &StreamEvent, out: &mut Vec<u8>) {
        let writes = !matches!(
            event,
            StreamEvent::Usage(_) | StreamEvent::ProviderError { .. } | StreamEvent::ReasoningSignature(_)
        );
        if writes && !std::mem::replace(&mut self.role_told, true) {
            self.delta(None, out, |out| json(out, &json!({ "role": "assistant", "content": "" })));
        }
        match event {
            StreamEvent::Text(text) => self.text("content", text, out),
            StreamEvent::Reasoning(text) => self.text("reasoning_content", text, out),
            StreamEvent::ToolCallStarted { index, id, name } => self.delta(None, out, |out| {
                let function = json!({ "name": name, "arguments": "" });
                let call = json!({ "index": index, "id": id, "type": "function", "function": function });
                json(out, &json!({ "tool_calls": [call] }));
            }),
            StreamEvent::ToolCallArguments { index, fragment } => self.delta(None, out, |out| {
                let call = json!({ "index": index, "function": { "arguments": fragment } });
                json(out, &json!({ "tool_calls": [call] }));
            }),
            StreamEvent::Finished(reason) => {
                self.delta(Some(*reason), out, |out| out.extend_from_slice(b"{}"));
            }
            StreamEvent::Started { .. }
            | StreamEvent::Usage(_)
            | StreamEvent::ReasoningSignature(_)
            | StreamEvent::ProviderError { .. } => {}
        }
    }

    /// The counts, where asked for and known, and the end mark.
    pub fn end(&mut self, counts: Option<&TokenUsage>, out: &mut Vec<u8>) {
        let counts = counts.map_or(Value::Null, usage::write_openai);
        if !counts.is_null() {
            self.head["choices"] = json!([]);
            self.head["usage"] = counts;
            event(None, &self.head, out);
        }
        out.extend_from_slice(b"data: [DONE]\n\n");
    }

    fn text(&self, field: &str, text: &str, out: &mut Vec<u8>) {
        self.delta(None, out, |out| {
            out.extend_from_slice(b"{\"");
            out.extend_from_slice(field.as_bytes());
            out.extend_from_slice(b"\":");
            json(out, &text);
            out.push(b'}');
        });
    }

    fn delta(&self, reason: Option<FinishReason>, out: &mut Vec<u8>, delta: impl FnOnce(&mut Vec<u8>)) {
        out.extend_from_slice(&self.before);
        delta(out);
        out.extend_from_slice(b",\"finish_reason\":");
        json(out, &reason.map(finish::openai));
        out.extend_from_slice(b"}]");
        if self.include_usage {
            out.extend_from_slice(b",\"usage\":null");
        }
        out.extend_from_slice(b"}\n\n");
    }
}
