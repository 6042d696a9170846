//! Ollama's `/api/chat`, line by line; an answer that does not stream is one line.

use super::{Frame, arguments, is_error, provider_error};
use crate::answer::WireError;
use crate::lenient::{Loose, Text};
use crate::{errors, finish, usage};
use inkhorn_domain::StreamEvent;
use serde::Deserialize;
use serde_json::value::RawValue;

/// More tool calls in one answer than this are no answer.
const MAX_TOOL_CALLS: u32 = 1024;

/// What must be remembered between lines.
#[derive(Default)]
pub struct Reader {
    started: bool,
    ended: bool,
    calls: u32,
}

impl Reader {
    /// Reads one line.
    pub fn line(&mut self, line: &str, events: &mut Vec<StreamEvent>) -> Result<Frame, WireError> {
        if self.ended {
            return Ok(Frame::Silent);
        }
        let line_of: Line<'_> =
            serde_json::from_str(line).map_err(|error| match (error.is_eof(), self.started) {
                (true, false) => WireError::Cut,
                (_, true) => WireError::Malformed,
                (false, false) => WireError::NotThisDialect,
            })?;
        if line_of.error.is_some_and(is_error) {
            self.ended = true;
            events.push(provider_error(errors::read_body(line.as_bytes())));
            return Ok(Frame::Told);
        }
        let done = line_of.done.0.unwrap_or(false);
        if line_of.message.is_none() && !done {
            return if self.started { Ok(Frame::Told) } else { Err(WireError::NotThisDialect) };
        }
        if !std::mem::replace(&mut self.started, true) {
            events.push(StreamEvent::Started { id: None, model: line_of.model.owned() });
        }
        if let Some(message) = line_of.message {
            events.extend(message.thinking.owned().map(StreamEvent::Reasoning));
            events.extend(message.content.owned().map(StreamEvent::Text));
            for call in message.tool_calls.into_iter().flatten() {
                self.call(call, events)?;
            }
        }
        if done {
            self.ended = true;
            let any_figure = line_of.total_duration.0.is_some();
            let told = usage::read_ollama(line_of.prompt_eval_count, line_of.eval_count, any_figure);
            events.extend(told.map(StreamEvent::Usage));
            // Old servers give no reason when all is well.
            let word = line_of.done_reason.filled().unwrap_or("stop".into());
            events.push(StreamEvent::Finished(finish::read_ollama(&word, self.calls > 0)));
        }
        Ok(Frame::Told)
    }

    /// Whether the last line, or an error, came.
    pub fn ended(&self) -> bool {
        self.ended
    }

    fn call(&mut self, call: ToolCall<'_>, events: &mut Vec<StreamEvent>) -> Result<(), WireError> {
        let Some(function) = call.function else { return Ok(()) };
        let index = self.calls;
        if index >= MAX_TOOL_CALLS {
            return Err(WireError::TooLarge);
        }
        self.calls += 1;
        let id = call.id.owned().unwrap_or_else(|| format!("call_{index}"));
        let name = function.name.owned().unwrap_or_default();
        events.push(StreamEvent::ToolCallStarted { index, id, name });
        let none = || StreamEvent::ToolCallArguments { index, fragment: "{}".to_owned() };
        events.push(arguments(index, function.arguments).unwrap_or_else(none));
        Ok(())
    }
}

#[derive(Deserialize)]
struct Line<'a> {
    #[serde(borrow, default)]
    model: Text<'a>,
    #[serde(borrow)]
    message: Option<Message<'a>>,
    #[serde(default)]
    done: Loose<bool>,
    #[serde(borrow, default)]
    done_reason: Text<'a>,
    #[serde(borrow)]
    prompt_eval_count: Option<&'a RawValue>,
    #[serde(borrow)]
    eval_count: Option<&'a RawValue>,
    #[serde(default)]
    total_duration: Loose<u64>,
    #[serde(borrow)]
    error: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Message<'a> {
    #[serde(borrow, default)]
    content: Text<'a>,
    #[serde(borrow, default)]
    thinking: Text<'a>,
    #[serde(borrow)]
    tool_calls: Option<Vec<ToolCall<'a>>>,
}

#[derive(Deserialize)]
struct ToolCall<'a> {
    #[serde(borrow, default)]
    id: Text<'a>,
    #[serde(borrow)]
    function: Option<Function<'a>>,
}

#[derive(Deserialize)]
struct Function<'a> {
    #[serde(borrow, default)]
    name: Text<'a>,
    #[serde(borrow)]
    arguments: Option<&'a RawValue>,
}
