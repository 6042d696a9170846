//! Gemini's `generateContent`, as stream or document.
//!
//! Its stream has no end mark: the reason comes with some piece, usually the last, and the end of the bytes is the end.

use super::{Frame, document_error, is_error, provider_error};
use crate::answer::WireError;
use crate::lenient::{Count, Loose, Text};
use crate::usage::GeminiUsage;
use crate::{errors, finish, signature};
use inkhorn_domain::{FinishReason, StreamEvent};
use serde::Deserialize;
use serde_json::value::RawValue;

/// More tool calls in one answer than this are no answer.
const MAX_TOOL_CALLS: u32 = 1024;

/// What must be remembered between pieces.
#[derive(Default)]
pub struct Reader {
    started: bool,
    failed: bool,
    /// It came in one piece: its end is known without a reason.
    whole: bool,
    /// The last reason that was given. Some models give one with every piece.
    reason: Option<FinishReason>,
    finished: bool,
    calls: u32,
}

impl Reader {
    /// Reads the data of one event.
    pub fn frame(&mut self, data: &str, events: &mut Vec<StreamEvent>) -> Result<Frame, WireError> {
        let data = data.trim_ascii();
        if data.is_empty() || self.failed {
            return Ok(Frame::Silent);
        }
        let unread = if self.started { WireError::Malformed } else { WireError::NotThisDialect };
        let body: Body<'_> = serde_json::from_str(data).map_err(|_| unread)?;
        if !self.started && !body.is_known() {
            return Err(unread);
        }
        self.body(body, data, events)?;
        Ok(Frame::Told)
    }

    /// Reads an answer that came in one piece: one body, or the list of bodies that a stream without `alt=sse` is.
    pub fn document(&mut self, text: &str, events: &mut Vec<StreamEvent>) -> Result<(), WireError> {
        let bodies: Vec<Body<'_>> = if text.starts_with('[') {
            serde_json::from_str(text).map_err(|error| document_error(&error))?
        } else {
            vec![serde_json::from_str(text).map_err(|error| document_error(&error))?]
        };
        if !bodies.iter().any(Body::is_known) {
            return Err(WireError::NotThisDialect);
        }
        for body in bodies {
            self.body(body, text, events)?;
        }
        self.whole = true;
        Ok(())
    }

    /// Whether an error came, behind which nothing matters.
    pub fn is_done(&self) -> bool {
        self.failed
    }

    /// The bytes are over: whether the answer is too. Only now is it sure that the reason was the last word.
    pub fn finish(&mut self, events: &mut Vec<StreamEvent>) -> bool {
        if self.failed {
            return true;
        }
        let unsaid = self.whole.then_some(FinishReason::Other);
        let Some(reason) = self.reason.or(unsaid) else { return false };
        if !std::mem::replace(&mut self.finished, true) {
            events.push(StreamEvent::Finished(match reason {
                FinishReason::Stop if self.calls > 0 => FinishReason::ToolCalls,
                reason => reason,
            }));
        }
        true
    }

    fn body(&mut self, body: Body<'_>, whole: &str, events: &mut Vec<StreamEvent>) -> Result<(), WireError> {
        if body.error.is_some_and(is_error) {
            self.failed = true;
            events.push(provider_error(errors::read_body(whole.as_bytes())));
            return Ok(());
        }
        if !std::mem::replace(&mut self.started, true) {
            let (id, model) = (body.response_id.owned(), body.model_version.owned());
            events.push(StreamEvent::Started { id, model });
        }
        // A question that is not let through has no candidates, only the reason.
        let feedback = body.prompt_feedback.0.and_then(|feedback| feedback.block_reason.filled());
        if feedback.is_some_and(|word| word != "BLOCK_REASON_UNSPECIFIED") {
            self.reason = Some(FinishReason::ContentFilter);
        }
        for candidate in body.candidates.into_iter().flatten() {
            // Only the first of several alternatives is the answer.
            if candidate.index.0.unwrap_or(0) > 0 {
                continue;
            }
            for part in candidate.content.and_then(|content| content.parts).into_iter().flatten() {
                self.part(part, events)?;
            }
            if let Some(word) = candidate.finish_reason.filled() {
                self.reason = Some(finish::read_gemini(&word));
            }
        }
        events.extend(body.usage_metadata.0.and_then(GeminiUsage::read).map(StreamEvent::Usage));
        Ok(())
    }

    fn part(&mut self, part: Part<'_>, events: &mut Vec<StreamEvent>) -> Result<(), WireError> {
        if let Some(call) = part.function_call {
            return self.call(call, part.thought_signature, events);
        }
        let Some(text) = part.text.owned() else { return Ok(()) };
        events.push(match part.thought.0 {
            Some(true) => StreamEvent::Reasoning(text),
            // The proof beside plain text may come back and need not, so it is left out.
            _ => StreamEvent::Text(text),
        });
        Ok(())
    }

    /// A call always comes whole. Its proof goes before it: a client hands it back as the proof of the thinking that
    /// led to the call.
    fn call(
        &mut self,
        call: FunctionCall<'_>,
        proof: Text<'_>,
        events: &mut Vec<StreamEvent>,
    ) -> Result<(), WireError> {
        let index = self.calls;
        if index >= MAX_TOOL_CALLS {
            return Err(WireError::TooLarge);
        }
        self.calls += 1;
        if let Some(proof) = proof.filled() {
            events.push(StreamEvent::ReasoningSignature(signature::mark_gemini(&proof)));
        }
        let id = call.id.owned().unwrap_or_else(|| format!("call_{index}"));
        let name = call.name.owned().unwrap_or_default();
        events.push(StreamEvent::ToolCallStarted { index, id, name });
        let arguments = call.args.map(RawValue::get).filter(|args| args.starts_with('{'));
        let fragment = arguments.unwrap_or("{}").to_owned();
        events.push(StreamEvent::ToolCallArguments { index, fragment });
        Ok(())
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    #[serde(borrow, default)]
    response_id: Text<'a>,
    #[serde(borrow, default)]
    model_version: Text<'a>,
    #[serde(borrow)]
    candidates: Option<Vec<Candidate<'a>>>,
    #[serde(borrow, default)]
    prompt_feedback: Loose<PromptFeedback<'a>>,
    #[serde(default)]
    usage_metadata: Loose<GeminiUsage>,
    #[serde(borrow)]
    error: Option<&'a RawValue>,
}

impl Body<'_> {
    /// Whether anything in it belongs to this dialect.
    fn is_known(&self) -> bool {
        self.candidates.is_some()
            || self.prompt_feedback.0.is_some()
            || self.usage_metadata.0.is_some()
            || self.error.is_some_and(is_error)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PromptFeedback<'a> {
    #[serde(borrow, default)]
    block_reason: Text<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Candidate<'a> {
    #[serde(default)]
    index: Count,
    #[serde(borrow)]
    content: Option<Content<'a>>,
    #[serde(borrow, default)]
    finish_reason: Text<'a>,
}

#[derive(Deserialize)]
struct Content<'a> {
    #[serde(borrow)]
    parts: Option<Vec<Part<'a>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Part<'a> {
    #[serde(borrow, default)]
    text: Text<'a>,
    #[serde(default)]
    thought: Loose<bool>,
    #[serde(borrow, default)]
    thought_signature: Text<'a>,
    #[serde(borrow)]
    function_call: Option<FunctionCall<'a>>,
}

#[derive(Deserialize)]
struct FunctionCall<'a> {
    #[serde(borrow, default)]
    id: Text<'a>,
    #[serde(borrow, default)]
    name: Text<'a>,
    #[serde(borrow)]
    args: Option<&'a RawValue>,
}
