//! Ollama's lines of JSON.

use super::document::input;
use super::gathered::{Call, Gathered};
use super::json;
use crate::answer::AnswerHead;
use crate::calendar::rfc3339;
use crate::finish;
use inkhorn_domain::{FinishReason, StreamEvent, TokenUsage};
use serde_json::{Value, json};

/// Ollama sends a tool call whole, with its arguments as an object: calls wait for the end.
pub struct Writer {
    model: String,
    created: i64,
    calls: Gathered,
}

impl Writer {
    pub fn new(head: &AnswerHead) -> Self {
        Self { model: head.model.clone(), created: head.created, calls: Gathered::default() }
    }

    pub fn event(&mut self, event: &StreamEvent, out: &mut Vec<u8>) {
        match event {
            StreamEvent::Text(text) => self.line(&json!({ "role": "assistant", "content": text }), out),
            StreamEvent::Reasoning(text) => {
                self.line(&json!({ "role": "assistant", "content": "", "thinking": text }), out);
            }
            StreamEvent::ToolCallStarted { .. } | StreamEvent::ToolCallArguments { .. } => {
                self.calls.add(event);
            }
            StreamEvent::Started { .. }
            | StreamEvent::ReasoningSignature(_)
            | StreamEvent::Usage(_)
            | StreamEvent::Finished(_)
            | StreamEvent::ProviderError { .. } => {}
        }
    }

    pub fn end(&mut self, reason: FinishReason, counts: &TokenUsage, out: &mut Vec<u8>) {
        let calls: Vec<Value> = self.calls.calls().map(call_value).collect();
        if !calls.is_empty() {
            self.line(&json!({ "role": "assistant", "content": "", "tool_calls": calls }), out);
        }
        json(out, &last_line(&self.model, self.created, counts, reason));
        out.push(b'\n');
    }

    fn line(&self, message: &Value, out: &mut Vec<u8>) {
        let created = rfc3339(self.created);
        json(out, &json!({ "model": self.model, "created_at": created, "message": message, "done": false }));
        out.push(b'\n');
    }
}

/// The last line, which holds the reason and the counts. A count that nobody told is left out.
pub fn last_line(model: &str, created: i64, counts: &TokenUsage, reason: FinishReason) -> Value {
    let mut line = json!({
        "model": model,
        "created_at": rfc3339(created),
        "message": { "role": "assistant", "content": "" },
        "done": true,
        "done_reason": finish::ollama(reason),
    });
    if let Some(count) = counts.input {
        line["prompt_eval_count"] = count.into();
    }
    if let Some(count) = counts.output {
        line["eval_count"] = count.into();
    }
    line
}

/// A tool call as it stands in a message.
pub fn call_value(call: &Call) -> Value {
    json!({ "id": call.id, "function": { "index": call.index, "name": call.name, "arguments": input(call) } })
}
