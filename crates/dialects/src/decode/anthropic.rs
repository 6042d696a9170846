//! Anthropic messages, as stream or document.

use super::{Frame, document_error, is_error, provider_error};
use crate::answer::WireError;
use crate::lenient::{Loose, Text};
use crate::usage::{AnthropicCounts, AnthropicUsage};
use crate::{errors, finish};
use inkhorn_domain::{FinishReason, StreamEvent};
use serde::Deserialize;
use serde_json::value::RawValue;

/// More tool calls in one answer than this are no answer.
const MAX_TOOL_CALLS: usize = 1024;

/// What must be remembered between events.
#[derive(Default)]
pub struct Reader {
    started: bool,
    finished: bool,
    ended: bool,
    counts: AnthropicCounts,
    calls: Vec<Call>,
}

/// One tool call; its position in the list is its index among the calls.
struct Call {
    /// Which block of the answer it is.
    block: u64,
    /// Arguments that stood in the start of the block. They count only if no piece follows.
    initial: String,
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
        let event: Event<'_> = match serde_json::from_str(data) {
            Ok(event) => event,
            // A kind of event that is not known yet may be shaped in any way.
            Err(_) => match serde_json::from_str::<Kind<'_>>(data).map_err(|_| unread)?.kind.as_str() {
                "message_start" | "content_block_start" | "content_block_delta" | "message_delta" | "" => {
                    return Err(unread);
                }
                _ => return Ok(Frame::Told),
            },
        };
        if event.kind.as_str() == "error" || event.error.is_some_and(is_error) {
            self.ended = true;
            events.push(provider_error(errors::read_body(data.as_bytes())));
            return Ok(Frame::Told);
        }
        let block = event.index.0.unwrap_or(0);
        match event.kind.as_str() {
            "message_start" => {
                let message = event.message.0.unwrap_or_default();
                self.start(message.id.owned(), message.model.owned(), events);
                self.count(message.usage, events);
            }
            "content_block_start" => {
                if let Some(content) = event.content_block.0 {
                    self.block_start(block, content, events)?;
                }
            }
            "content_block_delta" => {
                if let Some(delta) = event.delta {
                    self.delta(block, delta, events);
                }
            }
            "content_block_stop" => self.block_stop(block, events),
            "message_delta" => {
                self.count(event.usage, events);
                if let Some(reason) = event.delta.and_then(|delta| delta.stop_reason.filled()) {
                    self.say_finished(finish::read_anthropic(&reason), events);
                }
            }
            "message_stop" => {
                self.ended = true;
                self.say_finished(FinishReason::Other, events);
            }
            _ => {}
        }
        Ok(Frame::Told)
    }

    /// Reads an answer that came in one piece.
    pub fn document(&mut self, text: &str, events: &mut Vec<StreamEvent>) -> Result<(), WireError> {
        let message: Document<'_> = serde_json::from_str(text).map_err(|error| document_error(&error))?;
        self.ended = true;
        if message.error.is_some_and(is_error) {
            events.push(provider_error(errors::read_body(text.as_bytes())));
            return Ok(());
        }
        let content = message.content.ok_or(WireError::NotThisDialect)?;
        self.start(message.id.owned(), message.model.owned(), events);
        for (position, block) in content.into_iter().enumerate() {
            if let Some(block) = block.0 {
                self.block_start(position as u64, block, events)?;
                self.block_stop(position as u64, events);
            }
        }
        self.count(message.usage, events);
        let reason = message.stop_reason.filled();
        self.say_finished(reason.map_or(FinishReason::Other, |word| finish::read_anthropic(&word)), events);
        Ok(())
    }

    /// Whether `message_stop`, a whole document or an error came.
    pub fn ended(&self) -> bool {
        self.ended
    }

    fn start(&mut self, id: Option<String>, model: Option<String>, events: &mut Vec<StreamEvent>) {
        if !std::mem::replace(&mut self.started, true) {
            events.push(StreamEvent::Started { id, model });
        }
    }

    fn count(&mut self, told: Loose<AnthropicUsage>, events: &mut Vec<StreamEvent>) {
        events.extend(told.0.and_then(|told| self.counts.read(told)).map(StreamEvent::Usage));
    }

    fn say_finished(&mut self, reason: FinishReason, events: &mut Vec<StreamEvent>) {
        if !std::mem::replace(&mut self.finished, true) {
            events.push(StreamEvent::Finished(reason));
        }
    }

    fn block_start(
        &mut self,
        block: u64,
        content: Block<'_>,
        events: &mut Vec<StreamEvent>,
    ) -> Result<(), WireError> {
        match content.kind.as_str() {
            "text" => events.extend(content.text.owned().map(StreamEvent::Text)),
            "thinking" => {
                events.extend(content.thinking.owned().map(StreamEvent::Reasoning));
                events.extend(content.signature.owned().map(StreamEvent::ReasoningSignature));
            }
            "tool_use" => {
                let index = self.calls.len();
                if index >= MAX_TOOL_CALLS {
                    return Err(WireError::TooLarge);
                }
                let id = content.id.owned().unwrap_or_else(|| format!("call_{index}"));
                let name = content.name.owned().unwrap_or_default();
                events.push(StreamEvent::ToolCallStarted { index: index as u32, id, name });
                let initial = content.input.map(|input| input.get().to_owned()).unwrap_or_default();
                self.calls.push(Call { block, initial, argued: false, open: true });
            }
            // Tools that run at the provider, hidden reasoning and kinds to come: nothing for the writer.
            _ => {}
        }
        Ok(())
    }

    fn delta(&mut self, block: u64, delta: Delta<'_>, events: &mut Vec<StreamEvent>) {
        match delta.kind.as_str() {
            "text_delta" => events.extend(delta.text.owned().map(StreamEvent::Text)),
            "thinking_delta" => events.extend(delta.thinking.owned().map(StreamEvent::Reasoning)),
            "signature_delta" => {
                events.extend(delta.signature.owned().map(StreamEvent::ReasoningSignature));
            }
            "input_json_delta" => {
                let call = self.calls.iter_mut().enumerate().rev().find(|(_, call)| call.block == block);
                if let (Some((index, call)), Some(fragment)) = (call, delta.partial_json.owned()) {
                    call.argued = true;
                    events.push(StreamEvent::ToolCallArguments { index: index as u32, fragment });
                }
            }
            _ => {}
        }
    }

    fn block_stop(&mut self, block: u64, events: &mut Vec<StreamEvent>) {
        let call = self.calls.iter_mut().enumerate().rev().find(|(_, call)| call.block == block && call.open);
        let Some((index, call)) = call else { return };
        call.open = false;
        if !call.argued {
            let whole = std::mem::take(&mut call.initial);
            // A tool without arguments is called with an empty object: callers parse what they get.
            let fragment = if whole.starts_with('{') { whole } else { "{}".to_owned() };
            events.push(StreamEvent::ToolCallArguments { index: index as u32, fragment });
        }
    }
}

#[derive(Deserialize)]
struct Kind<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Text<'a>,
}

#[derive(Deserialize)]
struct Event<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Text<'a>,
    #[serde(default)]
    index: Loose<u64>,
    #[serde(borrow)]
    delta: Option<Delta<'a>>,
    #[serde(borrow, default)]
    message: Loose<Message<'a>>,
    #[serde(borrow, default)]
    content_block: Loose<Block<'a>>,
    #[serde(default)]
    usage: Loose<AnthropicUsage>,
    #[serde(borrow)]
    error: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Message<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    model: Text<'a>,
    usage: Loose<AnthropicUsage>,
}

#[derive(Deserialize)]
struct Document<'a> {
    #[serde(borrow, default)]
    id: Text<'a>,
    #[serde(borrow, default)]
    model: Text<'a>,
    #[serde(borrow)]
    content: Option<Vec<Loose<Block<'a>>>>,
    #[serde(borrow, default)]
    stop_reason: Text<'a>,
    #[serde(default)]
    usage: Loose<AnthropicUsage>,
    #[serde(borrow)]
    error: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Block<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow, default)]
    id: Text<'a>,
    #[serde(borrow, default)]
    name: Text<'a>,
    #[serde(borrow, default)]
    text: Text<'a>,
    #[serde(borrow, default)]
    thinking: Text<'a>,
    #[serde(borrow, default)]
    signature: Text<'a>,
    #[serde(borrow)]
    input: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Delta<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow, default)]
    text: Text<'a>,
    #[serde(borrow, default)]
    thinking: Text<'a>,
    #[serde(borrow, default)]
    signature: Text<'a>,
    #[serde(borrow, default)]
    partial_json: Text<'a>,
    #[serde(borrow, default)]
    stop_reason: Text<'a>,
}
