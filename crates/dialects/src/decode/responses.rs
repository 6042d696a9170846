//! OpenAI responses, as stream of typed events or document.

use super::{Frame, arguments, document_error, is_error, provider_error};
use crate::answer::WireError;
use crate::lenient::{Loose, Text};
use crate::{errors, signature, usage};
use inkhorn_domain::{FinishReason, StreamEvent};
use serde::Deserialize;
use serde_json::value::RawValue;

/// More items in one answer than this are no answer.
const MAX_ITEMS: usize = 1024;

/// What must be remembered between events.
#[derive(Default)]
pub struct Reader {
    started: bool,
    ended: bool,
    refused: bool,
    calls: u32,
    items: Vec<Item>,
}

/// One item of the answer: a message, a thought, a tool call.
struct Item {
    /// Its place in the answer.
    output: u64,
    /// Its position among the tool calls, where it is one.
    call: Option<u32>,
    /// Pieces of it came: what stands in its end is known.
    told: bool,
    closed: bool,
}

impl Reader {
    /// Reads the data of one event. The type inside it is what counts, so that a lost event name does no harm.
    pub fn frame(&mut self, data: &str, events: &mut Vec<StreamEvent>) -> Result<Frame, WireError> {
        let data = data.trim_ascii();
        if data.is_empty() || self.ended || data.starts_with("[DONE]") {
            return Ok(Frame::Silent);
        }
        let unread = if self.started { WireError::Malformed } else { WireError::NotThisDialect };
        let event: Event<'_> = serde_json::from_str(data).map_err(|_| unread)?;
        match event.kind.as_str() {
            "" => return Err(unread),
            "response.created" | "response.in_progress" | "response.queued" => {
                let response = event.response.0.unwrap_or_default();
                self.start(response.id.owned(), response.model.owned(), events);
            }
            "response.output_item.added" => {
                if let Some(item) = event.item.0 {
                    self.open(event.output_index.0, &item, events)?;
                }
            }
            "response.output_text.delta" => {
                self.piece(event.output_index.0, event.delta.owned().map(StreamEvent::Text), events)?;
            }
            "response.refusal.delta" => {
                self.refused = true;
                self.piece(event.output_index.0, event.delta.owned().map(StreamEvent::Text), events)?;
            }
            "response.reasoning_summary_text.delta" | "response.reasoning_text.delta" => {
                self.piece(event.output_index.0, event.delta.owned().map(StreamEvent::Reasoning), events)?;
            }
            // A summary of several parts: they are paragraphs.
            "response.reasoning_summary_part.added" if event.summary_index.0.unwrap_or(0) > 0 => {
                events.push(StreamEvent::Reasoning("\n\n".to_owned()));
            }
            "response.function_call_arguments.delta" => {
                self.arguments_piece(event.output_index.0, event.delta.owned(), events);
            }
            "response.function_call_arguments.done" => {
                self.arguments_whole(event.output_index.0, event.arguments, events);
            }
            "response.output_item.done" => {
                if let Some(item) = event.item.0 {
                    self.close(event.output_index.0, item, events)?;
                }
            }
            "response.completed" | "response.incomplete" | "response.failed" | "response.cancelled" => {
                self.end(event.response.0.unwrap_or_default(), event.kind.as_str(), data, events);
            }
            "error" => self.fail(data, events),
            _ => {}
        }
        Ok(Frame::Told)
    }

    /// Reads an answer that came in one piece.
    pub fn document(&mut self, text: &str, events: &mut Vec<StreamEvent>) -> Result<(), WireError> {
        let response: Response<'_> = serde_json::from_str(text).map_err(|error| document_error(&error))?;
        let failed = response.error.is_some_and(is_error);
        if response.output.0.is_none() && !failed {
            return Err(WireError::NotThisDialect);
        }
        if failed {
            self.fail(text, events);
            return Ok(());
        }
        self.start_once(&response, events);
        let mut response = response;
        for (position, item) in response.output.0.take().into_iter().flatten().enumerate() {
            let Some(item) = item.0 else { continue };
            let place = Some(position as u64);
            self.open(place, &item, events)?;
            self.close(place, item, events)?;
        }
        let kind = if response.status.as_str() == "incomplete" { "response.incomplete" } else { "" };
        self.end(response, kind, text, events);
        Ok(())
    }

    /// Whether the last event, a whole document or an error came.
    pub fn ended(&self) -> bool {
        self.ended
    }

    fn start_once(&mut self, response: &Response<'_>, events: &mut Vec<StreamEvent>) {
        let filled = |text: &Text<'_>| Some(text.as_str()).filter(|text| !text.is_empty()).map(str::to_owned);
        self.start(filled(&response.id), filled(&response.model), events);
    }

    fn start(&mut self, id: Option<String>, model: Option<String>, events: &mut Vec<StreamEvent>) {
        if !std::mem::replace(&mut self.started, true) {
            events.push(StreamEvent::Started { id, model });
        }
    }

    /// The item at a place, which begins here where its start was lost.
    fn item(&mut self, place: Option<u64>) -> Result<&mut Item, WireError> {
        let output = place.unwrap_or(0);
        let at = match self.items.iter().rposition(|item| item.output == output && !item.closed) {
            Some(at) => at,
            None if self.items.len() >= MAX_ITEMS => return Err(WireError::TooLarge),
            None => {
                self.items.push(Item { output, call: None, told: false, closed: false });
                self.items.len() - 1
            }
        };
        Ok(&mut self.items[at])
    }

    fn open(
        &mut self,
        place: Option<u64>,
        item: &OutputItem<'_>,
        events: &mut Vec<StreamEvent>,
    ) -> Result<(), WireError> {
        let index = self.calls;
        let opened = self.item(place)?;
        if item.kind.as_str() == "function_call" && opened.call.is_none() {
            opened.call = Some(index);
            self.calls += 1;
            let id = [&item.call_id, &item.id].map(|id| id.as_str()).into_iter().find(|id| !id.is_empty());
            let id = id.map_or_else(|| format!("call_{index}"), str::to_owned);
            events.push(StreamEvent::ToolCallStarted { index, id, name: item.name.as_str().to_owned() });
        }
        Ok(())
    }

    fn piece(
        &mut self,
        place: Option<u64>,
        piece: Option<StreamEvent>,
        events: &mut Vec<StreamEvent>,
    ) -> Result<(), WireError> {
        self.start(None, None, events);
        if piece.is_some() {
            self.item(place)?.told = true;
        }
        events.extend(piece);
        Ok(())
    }

    fn arguments_piece(&mut self, place: Option<u64>, piece: Option<String>, events: &mut Vec<StreamEvent>) {
        let call = self.items.iter_mut().rev().find(|item| Some(item.output) == place && !item.closed);
        if let (Some(Item { call: Some(index), told, .. }), Some(fragment)) = (call, piece) {
            *told = true;
            events.push(StreamEvent::ToolCallArguments { index: *index, fragment });
        }
    }

    /// The whole arguments, which count only where no piece of them came.
    fn arguments_whole(
        &mut self,
        place: Option<u64>,
        json: Option<&RawValue>,
        events: &mut Vec<StreamEvent>,
    ) {
        let call = self.items.iter_mut().rev().find(|item| Some(item.output) == place && !item.closed);
        if let Some(Item { call: Some(index), told: told @ false, .. }) = call {
            let whole = arguments(*index, json);
            *told = whole.is_some();
            events.extend(whole);
        }
    }

    fn close(
        &mut self,
        place: Option<u64>,
        item: OutputItem<'_>,
        events: &mut Vec<StreamEvent>,
    ) -> Result<(), WireError> {
        self.open(place, &item, events)?;
        self.arguments_whole(place, item.arguments, events);
        let closed = self.item(place)?;
        closed.closed = true;
        let (told, call) = (closed.told, closed.call);
        if let (Some(index), false) = (call, told) {
            // A tool without arguments is called with an empty object: callers parse what they get.
            events.push(StreamEvent::ToolCallArguments { index, fragment: "{}".to_owned() });
        }
        let texts = |parts: Loose<Vec<Loose<ContentPart<'_>>>>| {
            let parts = parts.0.unwrap_or_default().into_iter().filter_map(|part| part.0);
            let texts: Vec<(bool, String)> = parts
                .filter_map(|part| {
                    let refused = part.kind.as_str() == "refusal";
                    let text = if refused { part.refusal } else { part.text };
                    text.owned().map(|text| (refused, text))
                })
                .collect();
            texts
        };
        match item.kind.as_str() {
            "message" => {
                for (refused, text) in texts(item.content) {
                    self.refused |= refused;
                    if !told {
                        events.push(StreamEvent::Text(text));
                    }
                }
            }
            "reasoning" => {
                let mut whole_is_empty = false;
                if !told {
                    let mut thoughts = texts(item.summary);
                    if thoughts.is_empty() {
                        thoughts = texts(item.content);
                    }
                    let thoughts: Vec<String> = thoughts.into_iter().map(|(_, text)| text).collect();
                    let whole = thoughts.join("\n\n");
                    whole_is_empty = whole.is_empty();
                    events.extend((!whole_is_empty).then_some(StreamEvent::Reasoning(whole)));
                }
                if let Some(sealed) = item.encrypted_content.filled() {
                    if !told && whole_is_empty {
                        // A thought of its own, of which nothing is shown: its seal belongs to no other.
                        events.push(StreamEvent::Reasoning(String::new()));
                    }
                    events.push(StreamEvent::ReasoningSignature(signature::mark_openai(&sealed)));
                }
            }
            // Tools that run at the provider and kinds to come: nothing for the writer.
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self, response: Response<'_>, kind: &str, whole: &str, events: &mut Vec<StreamEvent>) {
        if kind == "response.failed" || response.error.is_some_and(is_error) {
            return self.fail(response.error.map_or(whole, RawValue::get), events);
        }
        self.start_once(&response, events);
        events.extend(
            response.usage.and_then(|told| usage::read_responses(told.get())).map(StreamEvent::Usage),
        );
        let why = response.incomplete_details.0.map(|details| details.reason).unwrap_or_default();
        let reason = match (kind, why.as_str()) {
            ("response.incomplete", "max_output_tokens") => FinishReason::Length,
            ("response.incomplete", "content_filter") => FinishReason::ContentFilter,
            ("response.incomplete" | "response.cancelled", _) => FinishReason::Other,
            _ if self.calls > 0 => FinishReason::ToolCalls,
            _ if self.refused => FinishReason::ContentFilter,
            _ => FinishReason::Stop,
        };
        self.ended = true;
        events.push(StreamEvent::Finished(reason));
    }

    fn fail(&mut self, body: &str, events: &mut Vec<StreamEvent>) {
        self.ended = true;
        let mut error = errors::read_body(body.as_bytes());
        // Here the code is a word that tells the kind: `server_error`, `rate_limit_exceeded`.
        error.kind = error.kind.filter(|kind| errors::status_of_kind(kind).is_some()).or(error.code.clone());
        events.push(provider_error(error));
    }
}

#[derive(Deserialize)]
struct Event<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Text<'a>,
    #[serde(default)]
    output_index: Loose<u64>,
    #[serde(default)]
    summary_index: Loose<u64>,
    #[serde(borrow, default)]
    delta: Text<'a>,
    #[serde(borrow)]
    arguments: Option<&'a RawValue>,
    #[serde(borrow, default)]
    item: Loose<OutputItem<'a>>,
    #[serde(borrow, default)]
    response: Loose<Response<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Response<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    model: Text<'a>,
    #[serde(borrow)]
    status: Text<'a>,
    #[serde(borrow)]
    output: Loose<Vec<Loose<OutputItem<'a>>>>,
    #[serde(borrow)]
    usage: Option<&'a RawValue>,
    #[serde(borrow)]
    error: Option<&'a RawValue>,
    #[serde(borrow)]
    incomplete_details: Loose<IncompleteDetails<'a>>,
}

#[derive(Default, Deserialize)]
struct IncompleteDetails<'a> {
    #[serde(borrow, default)]
    reason: Text<'a>,
}

#[derive(Deserialize)]
struct OutputItem<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow, default)]
    id: Text<'a>,
    #[serde(borrow, default)]
    call_id: Text<'a>,
    #[serde(borrow, default)]
    name: Text<'a>,
    #[serde(borrow)]
    arguments: Option<&'a RawValue>,
    #[serde(borrow, default)]
    content: Loose<Vec<Loose<ContentPart<'a>>>>,
    #[serde(borrow, default)]
    summary: Loose<Vec<Loose<ContentPart<'a>>>>,
    #[serde(borrow, default)]
    encrypted_content: Text<'a>,
}

#[derive(Deserialize)]
struct ContentPart<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow, default)]
    text: Text<'a>,
    #[serde(borrow, default)]
    refusal: Text<'a>,
}
