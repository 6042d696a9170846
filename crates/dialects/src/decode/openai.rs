//! OpenAI chat completions and their relatives, as stream or document.

use super::{Frame, arguments, document_error, is_error, provider_error};
use crate::answer::{Chunk, WireError};
use crate::lenient::{Content, Loose, Text};
use crate::options::ReadOptions;
use crate::{errors, finish, usage};
use inkhorn_domain::{FinishReason, StreamEvent};
use serde::Deserialize;
use serde_json::value::RawValue;

/// More tool calls in one answer than this are no answer.
const MAX_TOOL_CALLS: usize = 1024;

/// What must be remembered between frames.
#[derive(Default)]
pub struct Reader {
    /// How its figures are meant.
    pub options: ReadOptions,
    started: bool,
    finished: bool,
    failed: bool,
    done: bool,
    /// A finish reason came, but it was empty (xAI).
    blank_reason: bool,
    refused: bool,
    calls: ToolCalls,
}

impl Reader {
    /// Reads the data of one event.
    pub fn frame(&mut self, event: Option<&str>, data: &str, chunk: &mut Chunk) -> Result<Frame, WireError> {
        let data = data.trim_ascii();
        if self.done || data.is_empty() {
            return Ok(Frame::Silent);
        }
        if data.starts_with("[DONE]") {
            self.done = true;
            self.finish_unsaid(&mut chunk.events);
            return Ok(Frame::Silent);
        }
        let unread = if self.started { WireError::Malformed } else { WireError::NotThisDialect };
        let body: Body<'_> = serde_json::from_str(data).map_err(|_| unread)?;
        if event == Some("error") && body.error.is_none() {
            self.failed = true;
            chunk.events.push(provider_error(errors::read_body(data.as_bytes())));
            return Ok(Frame::Told);
        }
        chunk.usage_only =
            body.usage.is_some() && body.error.is_none() && body.choices.as_ref().is_none_or(Vec::is_empty);
        self.body(body, data, &mut chunk.events)?;
        Ok(Frame::Told)
    }

    /// Reads an answer that came in one piece.
    pub fn document(&mut self, text: &str, events: &mut Vec<StreamEvent>) -> Result<(), WireError> {
        let body: Body<'_> = serde_json::from_str(text).map_err(|error| document_error(&error))?;
        if body.choices.is_none() && !body.error.is_some_and(is_error) {
            return Err(WireError::NotThisDialect);
        }
        self.body(body, text, events)?;
        self.done = true;
        self.finish_unsaid(events);
        Ok(())
    }

    /// Whether `[DONE]` came.
    pub fn is_done(&self) -> bool {
        self.done
    }

    /// Whether it came to its end. Without `[DONE]` a finish reason must do.
    pub fn finish(&mut self, _: &mut Vec<StreamEvent>) -> bool {
        self.done || self.finished || self.failed
    }

    fn body(&mut self, body: Body<'_>, whole: &str, events: &mut Vec<StreamEvent>) -> Result<(), WireError> {
        let error = body.error.filter(|error| is_error(error));
        if !self.started && (body.choices.is_some() || body.id.0.is_some()) && error.is_none() {
            self.started = true;
            events.push(StreamEvent::Started { id: body.id.owned(), model: body.model.owned() });
        }
        let mut reason = None;
        for choice in body.choices.into_iter().flatten() {
            // Only the first of several alternatives is the answer.
            if choice.index.0.unwrap_or(0) > 0 {
                continue;
            }
            if let Some(delta) = choice.delta.or(choice.message) {
                self.delta(delta, events)?;
            }
            if let Some(word) = &choice.finish_reason.0 {
                self.blank_reason |= word.is_empty();
                reason = (!word.is_empty()).then(|| finish::read_openai(word));
            }
        }
        let told = body.usage.or(body.x_groq.0.and_then(|groq| groq.usage));
        events.extend(
            told.and_then(|usage| usage::read_openai(usage.get(), self.options)).map(StreamEvent::Usage),
        );
        if error.is_some() {
            self.failed = true;
            events.push(provider_error(errors::read_body(whole.as_bytes())));
        } else if let Some(reason) = reason {
            self.say_finished(reason, events);
        }
        Ok(())
    }

    fn delta(&mut self, delta: Delta<'_>, events: &mut Vec<StreamEvent>) -> Result<(), WireError> {
        let reasoning = delta.reasoning_content.filled().or(delta.reasoning.filled());
        if let Some(text) = reasoning {
            events.push(StreamEvent::Reasoning(text.into_owned()));
        } else {
            let details = delta.reasoning_details.0.unwrap_or_default();
            let pieces = details.into_iter().filter_map(|detail| detail.0);
            let text: String =
                pieces.filter_map(|detail| detail.text.filled().or(detail.summary.filled())).collect();
            if !text.is_empty() {
                events.push(StreamEvent::Reasoning(text));
            }
        }
        match delta.content {
            Content::Plain(text) if !text.is_empty() => events.push(StreamEvent::Text(text.into_owned())),
            Content::Plain(_) | Content::Absent => {}
            Content::Parts(parts) => {
                for part in parts {
                    let thought = part.thinking.0.map(|thinking| thinking.0.into_text()).unwrap_or_default();
                    if !thought.is_empty() {
                        events.push(StreamEvent::Reasoning(thought));
                    }
                    events.extend(part.text.owned().map(StreamEvent::Text));
                }
            }
        }
        if let Some(refusal) = delta.refusal.owned() {
            self.refused = true;
            events.push(StreamEvent::Text(refusal));
        }
        for call in delta.tool_calls.into_iter().flatten() {
            self.calls.read(call, events)?;
        }
        Ok(())
    }

    fn say_finished(&mut self, reason: FinishReason, events: &mut Vec<StreamEvent>) {
        if std::mem::replace(&mut self.finished, true) {
            return;
        }
        let declined = self.refused && reason == FinishReason::Stop;
        events.push(StreamEvent::Finished(if declined { FinishReason::ContentFilter } else { reason }));
    }

    /// The end came without a reason.
    fn finish_unsaid(&mut self, events: &mut Vec<StreamEvent>) {
        if !self.failed {
            let reason = if self.blank_reason { FinishReason::Stop } else { FinishReason::Other };
            self.say_finished(reason, events);
        }
    }
}

/// The tool calls so far. Indexes come missing, or the same for several calls; ids come once, or with every piece.
#[derive(Default)]
struct ToolCalls(Vec<Call>);

struct Call {
    wire_index: Option<u64>,
    wire_id: Option<String>,
}

impl ToolCalls {
    fn read(&mut self, call: ToolCall<'_>, events: &mut Vec<StreamEvent>) -> Result<(), WireError> {
        let (wire_index, wire_id) = (call.index.0, call.id.owned());
        let (name, json) = call.function.map(|f| (f.name.owned(), f.arguments)).unwrap_or_default();
        let position = match self.find(wire_index, wire_id.as_deref(), name.is_some()) {
            Some(position) => position,
            // A piece that belongs to nothing and names nothing.
            None if name.is_none() && wire_id.is_none() => return Ok(()),
            None => {
                let position = self.0.len();
                if position >= MAX_TOOL_CALLS {
                    return Err(WireError::TooLarge);
                }
                let id = wire_id.clone().unwrap_or_else(|| format!("call_{position}"));
                self.0.push(Call { wire_index, wire_id });
                let name = name.unwrap_or_default();
                events.push(StreamEvent::ToolCallStarted { index: position as u32, id, name });
                position
            }
        };
        events.extend(arguments(position as u32, json));
        Ok(())
    }

    /// The call that a piece goes on with. `None`: it begins a new one.
    fn find(&self, index: Option<u64>, id: Option<&str>, named: bool) -> Option<usize> {
        let by_index = || self.0.iter().rposition(|call| index.is_some() && call.wire_index == index);
        match id {
            Some(id) => {
                let by_id = self.0.iter().rposition(|call| call.wire_id.as_deref() == Some(id));
                by_id.or_else(|| by_index().filter(|_| !named))
            }
            None if index.is_some() => by_index(),
            None if named => None,
            None => self.0.len().checked_sub(1),
        }
    }
}

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow, default)]
    id: Text<'a>,
    #[serde(borrow, default)]
    model: Text<'a>,
    #[serde(borrow)]
    choices: Option<Vec<Choice<'a>>>,
    #[serde(borrow)]
    usage: Option<&'a RawValue>,
    #[serde(borrow)]
    error: Option<&'a RawValue>,
    #[serde(borrow, default)]
    x_groq: Loose<Groq<'a>>,
}

#[derive(Deserialize)]
struct Groq<'a> {
    #[serde(borrow)]
    usage: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Choice<'a> {
    #[serde(default)]
    index: Loose<u64>,
    #[serde(borrow)]
    delta: Option<Delta<'a>>,
    #[serde(borrow)]
    message: Option<Delta<'a>>,
    #[serde(borrow, default)]
    finish_reason: Text<'a>,
}

#[derive(Deserialize)]
struct Delta<'a> {
    #[serde(borrow, default)]
    content: Content<'a>,
    #[serde(borrow, default)]
    reasoning_content: Text<'a>,
    #[serde(borrow, default)]
    reasoning: Text<'a>,
    #[serde(borrow, default)]
    reasoning_details: Loose<Vec<Loose<ReasoningDetail<'a>>>>,
    #[serde(borrow, default)]
    refusal: Text<'a>,
    #[serde(borrow)]
    tool_calls: Option<Vec<ToolCall<'a>>>,
}

#[derive(Deserialize)]
struct ReasoningDetail<'a> {
    #[serde(borrow, default)]
    text: Text<'a>,
    #[serde(borrow, default)]
    summary: Text<'a>,
}

#[derive(Deserialize)]
struct ToolCall<'a> {
    #[serde(default)]
    index: Loose<u64>,
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
