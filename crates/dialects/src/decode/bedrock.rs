//! Bedrock's Converse, as binary event stream or document.

use super::document_error;
use crate::answer::WireError;
use crate::errors;
use crate::event_stream::EventStreamMessage;
use crate::lenient::{Loose, Text, plausible};
use inkhorn_domain::{FinishReason, StreamEvent, TokenUsage};
use serde::Deserialize;
use serde_json::value::RawValue;

/// More tool calls in one answer than this are no answer.
const MAX_TOOL_CALLS: usize = 1024;

/// What must be remembered between messages.
#[derive(Default)]
pub struct Reader {
    started: bool,
    finished: bool,
    failed: bool,
    /// The counts came, which stand behind the reason for the end: nothing follows them.
    counted: bool,
    calls: Vec<Call>,
}

/// One tool call; its position in the list is its index among the calls.
struct Call {
    /// Which block of the answer it is.
    block: u64,
    argued: bool,
    open: bool,
}

impl Reader {
    /// Reads one message of the stream.
    pub fn message(
        &mut self,
        message: EventStreamMessage<'_>,
        events: &mut Vec<StreamEvent>,
    ) -> Result<(), WireError> {
        if self.is_done() {
            return Ok(());
        }
        match message.kind {
            "exception" | "error" => self.fail(message, events),
            _ => self.event(message.name, message.payload, events)?,
        }
        Ok(())
    }

    /// Reads an answer that came in one piece.
    pub fn document(&mut self, text: &str, events: &mut Vec<StreamEvent>) -> Result<(), WireError> {
        let whole: Document<'_> = serde_json::from_str(text).map_err(|error| document_error(&error))?;
        let content = whole.output.0.and_then(|output| output.message.0).and_then(|message| message.content);
        let content = content.ok_or(WireError::NotThisDialect)?;
        self.start(events);
        for (position, block) in content.into_iter().enumerate() {
            if let Some(block) = block.0 {
                self.whole_block(position as u64, block, events)?;
            }
        }
        events.extend(whole.usage.0.and_then(read_usage).map(StreamEvent::Usage));
        let reason = whole.stop_reason.filled();
        self.say_finished(reason.map_or(FinishReason::Other, |word| finish_reason(&word)), events);
        self.counted = true;
        Ok(())
    }

    /// Whether the counts or an error came.
    pub fn is_done(&self) -> bool {
        self.counted || self.failed
    }

    /// Whether the reason for the end, or an error, came.
    pub fn ended(&self) -> bool {
        self.finished || self.failed
    }

    fn event(&mut self, name: &str, payload: &[u8], events: &mut Vec<StreamEvent>) -> Result<(), WireError> {
        let known = matches!(
            name,
            "messageStart"
                | "contentBlockStart"
                | "contentBlockDelta"
                | "contentBlockStop"
                | "messageStop"
                | "metadata"
        );
        if !known {
            return Ok(()); // a kind of event that is not known yet
        }
        let unread = if self.started { WireError::Malformed } else { WireError::NotThisDialect };
        let event: Event<'_> = serde_json::from_slice(payload).map_err(|_| unread)?;
        let block = event.content_block_index.0.unwrap_or(0);
        self.start(events);
        match name {
            "contentBlockStart" => {
                if let Some(tool) = event.start.0.and_then(|start| start.tool_use.0) {
                    self.call_start(block, tool.tool_use_id, tool.name, events)?;
                }
            }
            "contentBlockDelta" => {
                if let Some(delta) = event.delta {
                    self.delta(block, delta, events);
                }
            }
            "contentBlockStop" => self.block_stop(block, events),
            "messageStop" => {
                let reason = event.stop_reason.filled();
                self.say_finished(reason.map_or(FinishReason::Other, |word| finish_reason(&word)), events);
            }
            "metadata" => {
                self.counted = self.finished;
                events.extend(event.usage.0.and_then(read_usage).map(StreamEvent::Usage));
            }
            _ => {}
        }
        Ok(())
    }

    fn start(&mut self, events: &mut Vec<StreamEvent>) {
        if !std::mem::replace(&mut self.started, true) {
            // Converse tells neither an id nor the model in its answer.
            events.push(StreamEvent::Started { id: None, model: None });
        }
    }

    fn say_finished(&mut self, reason: FinishReason, events: &mut Vec<StreamEvent>) {
        if !std::mem::replace(&mut self.finished, true) {
            events.push(StreamEvent::Finished(reason));
        }
    }

    fn fail(&mut self, message: EventStreamMessage<'_>, events: &mut Vec<StreamEvent>) {
        self.failed = true;
        let said = errors::read_body(message.payload).message;
        let told: Told = serde_json::from_slice(message.payload).unwrap_or_default();
        let original = told.original_status_code.0.filter(|status| (400..600).contains(status));
        events.push(StreamEvent::ProviderError {
            status: original.or_else(|| status_of_exception(message.name)),
            code: (!message.name.is_empty()).then(|| message.name.to_owned()),
            message: if said.is_empty() { message.error_message.to_owned() } else { said },
        });
    }

    fn call_start(
        &mut self,
        block: u64,
        id: Text<'_>,
        name: Text<'_>,
        events: &mut Vec<StreamEvent>,
    ) -> Result<(), WireError> {
        let index = self.calls.len();
        if index >= MAX_TOOL_CALLS {
            return Err(WireError::TooLarge);
        }
        let id = id.owned().unwrap_or_else(|| format!("call_{index}"));
        let name = name.owned().unwrap_or_default();
        events.push(StreamEvent::ToolCallStarted { index: index as u32, id, name });
        self.calls.push(Call { block, argued: false, open: true });
        Ok(())
    }

    fn delta(&mut self, block: u64, delta: Delta<'_>, events: &mut Vec<StreamEvent>) {
        events.extend(delta.text.owned().map(StreamEvent::Text));
        if let Some(thought) = delta.reasoning_content.0 {
            // Hidden reasoning (`redactedContent`) is nothing for the writer.
            events.extend(thought.text.owned().map(StreamEvent::Reasoning));
            events.extend(thought.signature.owned().map(StreamEvent::ReasoningSignature));
        }
        let fragment = delta.tool_use.0.and_then(|tool| tool.input.owned());
        let call = self.calls.iter_mut().enumerate().rev().find(|(_, call)| call.block == block && call.open);
        if let (Some(fragment), Some((index, call))) = (fragment, call) {
            call.argued = true;
            events.push(StreamEvent::ToolCallArguments { index: index as u32, fragment });
        }
    }

    fn block_stop(&mut self, block: u64, events: &mut Vec<StreamEvent>) {
        let call = self.calls.iter_mut().enumerate().rev().find(|(_, call)| call.block == block && call.open);
        let Some((index, call)) = call else { return };
        call.open = false;
        if !call.argued {
            // A tool without arguments is called with an empty object: callers parse what they get.
            events.push(StreamEvent::ToolCallArguments { index: index as u32, fragment: "{}".to_owned() });
        }
    }

    fn whole_block(
        &mut self,
        block: u64,
        content: Block<'_>,
        events: &mut Vec<StreamEvent>,
    ) -> Result<(), WireError> {
        events.extend(content.text.owned().map(StreamEvent::Text));
        if let Some(thought) = content.reasoning_content.0.and_then(|reasoning| reasoning.reasoning_text.0) {
            events.extend(thought.text.owned().map(StreamEvent::Reasoning));
            events.extend(thought.signature.owned().map(StreamEvent::ReasoningSignature));
        }
        if let Some(tool) = content.tool_use.0 {
            self.call_start(block, tool.tool_use_id, tool.name, events)?;
            if let (Some(input), Some(call)) = (super::arguments(0, tool.input), self.calls.last_mut())
                && let StreamEvent::ToolCallArguments { fragment, .. } = input
            {
                call.argued = true;
                let index = self.calls.len() as u32 - 1;
                events.push(StreamEvent::ToolCallArguments { index, fragment });
            }
            self.block_stop(block, events);
        }
        Ok(())
    }
}

/// Converse's word for the end.
fn finish_reason(word: &str) -> FinishReason {
    match word {
        "end_turn" | "stop_sequence" => FinishReason::Stop,
        "max_tokens" | "model_context_window_exceeded" => FinishReason::Length,
        "tool_use" => FinishReason::ToolCalls,
        "guardrail_intervened" | "content_filtered" => FinishReason::ContentFilter,
        _ => FinishReason::Other,
    }
}

/// The status with which the same exception would have come before the stream.
fn status_of_exception(name: &str) -> Option<u16> {
    Some(match name.trim_end_matches("Exception") {
        "validation" => 400,
        "accessDenied" => 403,
        "resourceNotFound" => 404,
        "modelTimeout" => 408,
        "modelStreamError" | "modelError" => 424,
        "throttling" | "modelNotReady" => 429,
        "internalServer" => 500,
        "serviceUnavailable" => 503,
        _ => return None,
    })
}

/// Cached tokens stand beside the input here, so they are added.
fn read_usage(told: Usage<'_>) -> Option<TokenUsage> {
    let (read, written) = (plausible(told.cache_read_input_tokens), plausible(told.cache_write_input_tokens));
    let cached = read.unwrap_or(0) + written.unwrap_or(0);
    let mut details = told.cache_details.0.unwrap_or_default().into_iter().filter_map(|detail| detail.0);
    let for_an_hour = details.find(|detail| detail.ttl.as_str() == "1h");
    let usage = TokenUsage {
        input: plausible(told.input_tokens).map(|fresh| fresh + cached),
        cache_read: read,
        cache_write: written,
        cache_write_1h: for_an_hour.and_then(|detail| plausible(detail.input_tokens)),
        output: plausible(told.output_tokens),
        ..TokenUsage::default()
    };
    (usage != TokenUsage::default()).then_some(usage)
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Told {
    original_status_code: Loose<u16>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event<'a> {
    #[serde(default)]
    content_block_index: Loose<u64>,
    #[serde(borrow, default)]
    start: Loose<Start<'a>>,
    #[serde(borrow)]
    delta: Option<Delta<'a>>,
    #[serde(borrow, default)]
    stop_reason: Text<'a>,
    #[serde(borrow, default)]
    usage: Loose<Usage<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Start<'a> {
    #[serde(borrow, default)]
    tool_use: Loose<ToolStart<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ToolStart<'a> {
    #[serde(borrow, default)]
    tool_use_id: Text<'a>,
    #[serde(borrow, default)]
    name: Text<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Delta<'a> {
    #[serde(borrow, default)]
    text: Text<'a>,
    #[serde(borrow, default)]
    tool_use: Loose<ToolInput<'a>>,
    #[serde(borrow, default)]
    reasoning_content: Loose<Thought<'a>>,
}

#[derive(Deserialize)]
struct ToolInput<'a> {
    #[serde(borrow, default)]
    input: Text<'a>,
}

#[derive(Deserialize)]
struct Thought<'a> {
    #[serde(borrow, default)]
    text: Text<'a>,
    #[serde(borrow, default)]
    signature: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Usage<'a> {
    input_tokens: Loose<u64>,
    output_tokens: Loose<u64>,
    cache_read_input_tokens: Loose<u64>,
    cache_write_input_tokens: Loose<u64>,
    #[serde(borrow)]
    cache_details: Loose<Vec<Loose<CacheDetail<'a>>>>,
}

/// What was written to the cache for how long.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CacheDetail<'a> {
    #[serde(borrow, default)]
    ttl: Text<'a>,
    #[serde(default)]
    input_tokens: Loose<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    #[serde(borrow, default)]
    output: Loose<Output<'a>>,
    #[serde(borrow, default)]
    stop_reason: Text<'a>,
    #[serde(borrow, default)]
    usage: Loose<Usage<'a>>,
}

#[derive(Deserialize)]
struct Output<'a> {
    #[serde(borrow, default)]
    message: Loose<Message<'a>>,
}

#[derive(Deserialize)]
struct Message<'a> {
    #[serde(borrow)]
    content: Option<Vec<Loose<Block<'a>>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Block<'a> {
    #[serde(borrow, default)]
    text: Text<'a>,
    #[serde(borrow, default)]
    tool_use: Loose<ToolUse<'a>>,
    #[serde(borrow, default)]
    reasoning_content: Loose<ReasoningContent<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ToolUse<'a> {
    #[serde(borrow, default)]
    tool_use_id: Text<'a>,
    #[serde(borrow, default)]
    name: Text<'a>,
    #[serde(borrow)]
    input: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ReasoningContent<'a> {
    #[serde(borrow, default)]
    reasoning_text: Loose<Thought<'a>>,
}
