//! Ollama's lines of JSON.

use super::document::input;
use super::gathered::{Call, Gathered};
use super::json;
use crate::answer::AnswerHead;
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

/// `2026-11-21T08:31:39Z`. Days are counted in eras of 400 years, each of which begins on the first of March.
fn rfc3339(unix_seconds: i64) -> String {
    let (days, second) = (unix_seconds.div_euclid(86_400), unix_seconds.rem_euclid(86_400));
    let days = days.saturating_add(719_468);
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_the_calendar_has_them() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_795_249_899, "2026-11-21T08:31:39Z"),
            (-1, "1969-12-31T23:59:59Z"),
        ] {
            assert_eq!(rfc3339(seconds), text);
        }
    }
}
