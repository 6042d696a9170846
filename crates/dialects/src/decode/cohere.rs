//! Cohere's `/v2/chat`, as stream or document.

use super::{Frame, arguments, document_error, is_error, provider_error};
use crate::answer::WireError;
use crate::errors::{self, ErrorBody};
use crate::finish::{self, CohereEnd};
use crate::lenient::{Loose, Text, one_or_many};
use crate::usage::CohereUsage;
use inkhorn_domain::{FinishReason, StreamEvent};
use serde::Deserialize;
use serde_json::value::RawValue;

/// More tool calls in one answer than this are no answer.
const MAX_TOOL_CALLS: usize = 1024;

/// What must be remembered between events.
#[derive(Default)]
pub struct Reader {
    started: bool,
    ended: bool,
    calls: Vec<Call>,
}

/// One tool call; its position in the list is its index among the calls.
struct Call {
    wire_index: u64,
    /// A tool without arguments is called with an empty object: callers parse what they get.
    argued: bool,
    open: bool,
}

impl Reader {
    /// Reads the data of one event. The type inside it is what counts, so that a lost event name does no harm.
    pub fn frame(&mut self, data: &str, events: &mut Vec<StreamEvent>) -> Result<Frame, WireError> {
        let data = data.trim_ascii();
        if data.is_empty() || self.ended {
            return Ok(Frame::Silent);
        }
        let unread = if self.started { WireError::Malformed } else { WireError::NotThisDialect };
        let event: Event<'_> = serde_json::from_str(data).map_err(|_| unread)?;
        let index = event.index.0.unwrap_or(0);
        let delta = event.delta.unwrap_or_default();
        let message = delta.message.unwrap_or_default();
        match event.kind.as_str() {
            // An error has the form that it has everywhere at Cohere, without a type.
            "" if event.message.0.is_some() || event.error.is_some_and(is_error) => {
                self.fail(errors::read_body(data.as_bytes()), events);
            }
            "" if !self.started => return Err(unread),
            "message-start" => self.start(event.id.owned(), events),
            "content-start" | "content-delta" => {
                for content in message.content {
                    content.tell(events);
                }
            }
            "tool-plan-delta" => events.extend(message.tool_plan.owned().map(StreamEvent::Reasoning)),
            "tool-call-start" => {
                for call in message.tool_calls {
                    self.call_start(index, call, events)?;
                }
            }
            "tool-call-delta" => {
                for function in message.tool_calls.into_iter().filter_map(|call| call.function) {
                    self.call_arguments(index, function.arguments, events);
                }
            }
            "tool-call-end" => self.call_end(index, events),
            "message-end" => {
                events.extend(delta.usage.0.and_then(CohereUsage::read).map(StreamEvent::Usage));
                self.end(delta.finish_reason, delta.error, events);
            }
            // Citations, the ends of contents and kinds to come: nothing for the writer.
            _ => {}
        }
        Ok(Frame::Told)
    }

    /// Reads an answer that came in one piece.
    pub fn document(&mut self, text: &str, events: &mut Vec<StreamEvent>) -> Result<(), WireError> {
        let answer: Document<'_> = serde_json::from_str(text).map_err(|error| document_error(&error))?;
        let message = answer.message.map_or("", RawValue::get);
        // Where the message is text, it is the message of an error.
        if message.starts_with('"') || answer.error.is_some_and(is_error) {
            self.fail(errors::read_body(text.as_bytes()), events);
            return Ok(());
        }
        let message: Message<'_> = serde_json::from_str(message).map_err(|_| WireError::NotThisDialect)?;
        self.start(answer.id.owned(), events);
        events.extend(message.tool_plan.owned().map(StreamEvent::Reasoning));
        for content in message.content {
            content.tell(events);
        }
        for (index, call) in message.tool_calls.into_iter().enumerate() {
            self.call_start(index as u64, call, events)?;
            self.call_end(index as u64, events);
        }
        events.extend(answer.usage.0.and_then(CohereUsage::read).map(StreamEvent::Usage));
        self.end(answer.finish_reason, Text::default(), events);
        Ok(())
    }

    /// Whether `message-end`, a whole document or an error came.
    pub fn ended(&self) -> bool {
        self.ended
    }

    fn start(&mut self, id: Option<String>, events: &mut Vec<StreamEvent>) {
        if !std::mem::replace(&mut self.started, true) {
            events.push(StreamEvent::Started { id, model: None });
        }
    }

    /// Cohere ends even a failure with a reason, beside what came of the answer.
    fn end(&mut self, reason: Text<'_>, error: Text<'_>, events: &mut Vec<StreamEvent>) {
        match finish::read_cohere(reason.as_str()) {
            CohereEnd::Failed(status) => {
                let message = error.owned().unwrap_or_default();
                let code = Some(status.to_string());
                self.fail(ErrorBody { message, code, ..ErrorBody::default() }, events);
            }
            CohereEnd::Finished(FinishReason::Stop) if !self.calls.is_empty() => {
                events.push(StreamEvent::Finished(FinishReason::ToolCalls));
            }
            CohereEnd::Finished(reason) => events.push(StreamEvent::Finished(reason)),
        }
        self.ended = true;
    }

    fn fail(&mut self, error: ErrorBody, events: &mut Vec<StreamEvent>) {
        self.ended = true;
        events.push(provider_error(error));
    }

    fn call_start(
        &mut self,
        wire_index: u64,
        call: ToolCall<'_>,
        events: &mut Vec<StreamEvent>,
    ) -> Result<(), WireError> {
        let index = self.calls.len();
        if index >= MAX_TOOL_CALLS {
            return Err(WireError::TooLarge);
        }
        let id = call.id.owned().unwrap_or_else(|| format!("call_{index}"));
        let function = call.function.unwrap_or_default();
        let name = function.name.owned().unwrap_or_default();
        events.push(StreamEvent::ToolCallStarted { index: index as u32, id, name });
        self.calls.push(Call { wire_index, argued: false, open: true });
        self.call_arguments(wire_index, function.arguments, events);
        Ok(())
    }

    fn call_arguments(&mut self, wire_index: u64, json: Option<&RawValue>, events: &mut Vec<StreamEvent>) {
        let Some((index, call)) = self.open_call(wire_index) else { return };
        if let Some(event) = arguments(index, json) {
            call.argued = true;
            events.push(event);
        }
    }

    fn call_end(&mut self, wire_index: u64, events: &mut Vec<StreamEvent>) {
        let Some((index, call)) = self.open_call(wire_index) else { return };
        call.open = false;
        if !call.argued {
            events.push(StreamEvent::ToolCallArguments { index, fragment: "{}".to_owned() });
        }
    }

    fn open_call(&mut self, wire_index: u64) -> Option<(u32, &mut Call)> {
        let mut calls = self.calls.iter_mut().enumerate().rev();
        let found = calls.find(|(_, call)| call.open && call.wire_index == wire_index);
        found.map(|(index, call)| (index as u32, call))
    }
}

#[derive(Deserialize)]
struct Event<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow, default)]
    id: Text<'a>,
    #[serde(default)]
    index: Loose<u64>,
    #[serde(borrow)]
    delta: Option<Delta<'a>>,
    #[serde(borrow, default)]
    message: Text<'a>,
    #[serde(borrow)]
    error: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Delta<'a> {
    #[serde(borrow)]
    message: Option<Message<'a>>,
    #[serde(borrow)]
    finish_reason: Text<'a>,
    usage: Loose<CohereUsage>,
    #[serde(borrow)]
    error: Text<'a>,
}

/// What a delta or a whole answer carries: lists in the first event of a stream and in a whole answer, one object
/// without a list in all other events.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Message<'a> {
    #[serde(borrow, deserialize_with = "one_or_many")]
    content: Vec<Content<'a>>,
    #[serde(borrow)]
    tool_plan: Text<'a>,
    #[serde(borrow, deserialize_with = "one_or_many")]
    tool_calls: Vec<ToolCall<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Content<'a> {
    #[serde(borrow)]
    text: Text<'a>,
    #[serde(borrow)]
    thinking: Text<'a>,
}

impl Content<'_> {
    fn tell(self, events: &mut Vec<StreamEvent>) {
        events.extend(self.thinking.owned().map(StreamEvent::Reasoning));
        events.extend(self.text.owned().map(StreamEvent::Text));
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ToolCall<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    function: Option<Function<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Function<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    arguments: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Document<'a> {
    #[serde(borrow, default)]
    id: Text<'a>,
    #[serde(borrow)]
    message: Option<&'a RawValue>,
    #[serde(borrow, default)]
    finish_reason: Text<'a>,
    #[serde(default)]
    usage: Loose<CohereUsage>,
    #[serde(borrow)]
    error: Option<&'a RawValue>,
}
