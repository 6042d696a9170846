//! Answers read from the wire: bytes in, events out.
//!
//! For the outbound side and for tests of the gateway. One decoder reads one answer, once; it finds out by the first
//! byte whether a stream or a whole document came, because servers do not always send what was asked for.

mod anthropic;
mod bedrock;
mod cohere;
mod gemini;
mod ollama;
mod openai;
mod responses;

use crate::answer::{Chunk, RawFrame, WireError};
use crate::errors::{self, ErrorBody};
use crate::event_stream::{EventStreamFrames, FrameError};
use crate::frames::{LineFrames, SseFrame, SseFrames, TooLarge};
use crate::options::ReadOptions;
use inkhorn_domain::{Dialect, StreamEvent};
use serde_json::value::RawValue;

/// The largest answer that does not stream, in bytes.
const MAX_DOCUMENT: usize = 64 << 20;

/// Reads one answer, at whatever cuts its bytes come.
pub struct AnswerDecoder {
    wire: Wire,
    reader: Reader,
    streaming: bool,
    keep_raw: bool,
}

impl AnswerDecoder {
    /// For one answer. `streaming` is what was asked for; what really comes is recognised where the two differ.
    pub fn new(dialect: Dialect, streaming: bool) -> Self {
        let reader = match dialect {
            Dialect::OpenaiChat => Reader::Openai(openai::Reader::default()),
            Dialect::AnthropicMessages => Reader::Anthropic(anthropic::Reader::default()),
            Dialect::Ollama => Reader::Ollama(ollama::Reader::default()),
            Dialect::Gemini => Reader::Gemini(gemini::Reader::default()),
            Dialect::CohereV2 => Reader::Cohere(cohere::Reader::default()),
            Dialect::BedrockConverse => Reader::Bedrock(bedrock::Reader::default()),
            Dialect::OpenaiResponses => Reader::Responses(responses::Reader::default()),
        };
        Self { wire: Wire::Unknown(Vec::new()), reader, streaming, keep_raw: false }
    }

    /// Reads figures as this provider means them.
    pub fn reading(mut self, options: ReadOptions) -> Self {
        if let Reader::Openai(reader) = &mut self.reader {
            reader.options = options;
        }
        self
    }

    /// Keeps each frame's own text in [`Chunk::raw`], for a gateway that passes it on. Frames stay without it where
    /// a document came instead of a stream, or the other way round: they would not be what the client asked for.
    pub fn keeping_raw(mut self) -> Self {
        self.keep_raw = true;
        self
    }

    /// Reads more bytes; pieces that became whole are added to `out`.
    ///
    /// # Errors
    /// [`WireError`]; what was added to `out` before it stays true.
    pub fn push(&mut self, bytes: &[u8], out: &mut Vec<Chunk>) -> Result<(), WireError> {
        if let Wire::Unknown(seen) = &mut self.wire {
            seen.extend_from_slice(bytes);
            let Some(wire) = recognise(&self.reader, self.streaming, seen)? else {
                if seen.trim_ascii().is_empty() {
                    seen.clear(); // keep-alive blanks before an answer, perhaps for minutes
                }
                return Ok(());
            };
            let seen = std::mem::take(seen);
            self.wire = wire;
            return self.read(&seen, out);
        }
        self.read(bytes, out)
    }

    /// The stream is over.
    ///
    /// # Errors
    /// [`WireError::Cut`] when it ended before its end mark.
    pub fn finish(&mut self, out: &mut Vec<Chunk>) -> Result<(), WireError> {
        let (reader, keep_raw, streaming) = (&mut self.reader, self.keep_raw, self.streaming);
        // What stands here without its line end may be half a frame: that it cannot be read means that it was cut.
        let cut = |error| if error == WireError::TooLarge { error } else { WireError::Cut };
        match &mut self.wire {
            Wire::Unknown(_) => return Err(WireError::Cut),
            Wire::Events(frames) => frames
                .finish(|frame| reader.frame(frame.event, frame.data, keep_raw && streaming, out))
                .map_err(cut)?,
            Wire::Lines(frames) => {
                frames.finish(|line| reader.frame(None, line, keep_raw && streaming, out)).map_err(cut)?
            }
            Wire::Messages(frames) if !frames.is_between() => return Err(WireError::Cut),
            Wire::Messages(_) => {}
            Wire::Document(bytes) => {
                let text = String::from_utf8_lossy(bytes);
                let mut events = Vec::new();
                reader.document(text.trim(), &mut events)?;
                let raw =
                    (keep_raw && !streaming).then(|| RawFrame { event: None, data: text.trim().to_owned() });
                out.push(Chunk { raw, events, usage_only: false });
            }
        }
        let mut events = Vec::new();
        let ended = reader.finish(&mut events);
        if !events.is_empty() {
            out.push(Chunk { raw: None, events, usage_only: false });
        }
        if ended { Ok(()) } else { Err(WireError::Cut) }
    }

    /// Whether the dialect's own end mark was read. Nothing that follows it matters, even where the server leaves the
    /// connection open.
    pub fn is_done(&self) -> bool {
        match &self.reader {
            Reader::Openai(reader) => reader.is_done(),
            Reader::Anthropic(reader) => reader.ended(),
            Reader::Ollama(reader) => reader.ended(),
            Reader::Gemini(reader) => reader.is_done(),
            Reader::Cohere(reader) => reader.ended(),
            Reader::Bedrock(reader) => reader.is_done(),
            Reader::Responses(reader) => reader.ended(),
        }
    }

    fn read(&mut self, bytes: &[u8], out: &mut Vec<Chunk>) -> Result<(), WireError> {
        let (reader, keep_raw) = (&mut self.reader, self.keep_raw && self.streaming);
        match &mut self.wire {
            Wire::Events(frames) => {
                frames.push(bytes, |frame: SseFrame<'_>| reader.frame(frame.event, frame.data, keep_raw, out))
            }
            Wire::Lines(frames) => frames.push(bytes, |line| reader.frame(None, line, keep_raw, out)),
            Wire::Messages(frames) => frames.push(bytes, |message| {
                let Reader::Bedrock(reader) = &mut *reader else { return Err(WireError::NotThisDialect) };
                let mut chunk = Chunk::default();
                let read = reader.message(message, &mut chunk.events);
                out.extend((!chunk.events.is_empty()).then_some(chunk));
                read
            }),
            Wire::Document(seen) | Wire::Unknown(seen) => {
                if seen.len() + bytes.len() > MAX_DOCUMENT {
                    return Err(WireError::TooLarge);
                }
                seen.extend_from_slice(bytes);
                Ok(())
            }
        }
    }
}

enum Wire {
    /// Nothing but blanks so far.
    Unknown(Vec<u8>),
    Events(SseFrames),
    Lines(LineFrames),
    Messages(EventStreamFrames),
    Document(Vec<u8>),
}

enum Reader {
    Openai(openai::Reader),
    Anthropic(anthropic::Reader),
    Ollama(ollama::Reader),
    Gemini(gemini::Reader),
    Cohere(cohere::Reader),
    Bedrock(bedrock::Reader),
    Responses(responses::Reader),
}

impl Reader {
    fn frame(
        &mut self,
        event: Option<&str>,
        data: &str,
        keep_raw: bool,
        out: &mut Vec<Chunk>,
    ) -> Result<(), WireError> {
        let mut chunk = Chunk::default();
        let read = match self {
            Self::Openai(reader) => reader.frame(event, data, &mut chunk),
            Self::Anthropic(reader) => reader.frame(data, &mut chunk.events),
            Self::Ollama(reader) => reader.line(data, &mut chunk.events),
            Self::Gemini(reader) => reader.frame(data, &mut chunk.events),
            Self::Cohere(reader) => reader.frame(data, &mut chunk.events),
            // Its streams are no text: see `Wire::Messages`.
            Self::Bedrock(_) => Err(WireError::NotThisDialect),
            Self::Responses(reader) => reader.frame(data, &mut chunk.events),
        }?;
        if keep_raw && read == Frame::Told {
            chunk.raw = Some(RawFrame { event: event.map(str::to_owned), data: data.to_owned() });
        }
        if chunk.raw.is_some() || !chunk.events.is_empty() {
            out.push(chunk);
        }
        Ok(())
    }

    fn document(&mut self, text: &str, events: &mut Vec<StreamEvent>) -> Result<(), WireError> {
        match self {
            Self::Openai(reader) => reader.document(text, events),
            Self::Anthropic(reader) => reader.document(text, events),
            Self::Ollama(reader) => reader.line(text, events).map(|_| ()),
            Self::Gemini(reader) => reader.document(text, events),
            Self::Cohere(reader) => reader.document(text, events),
            Self::Bedrock(reader) => reader.document(text, events),
            Self::Responses(reader) => reader.document(text, events),
        }
    }

    /// Whether the answer came to its end.
    fn finish(&mut self, events: &mut Vec<StreamEvent>) -> bool {
        match self {
            Self::Openai(reader) => reader.finish(events),
            Self::Anthropic(reader) => reader.ended(),
            Self::Ollama(reader) => reader.ended(),
            Self::Gemini(reader) => reader.finish(events),
            Self::Cohere(reader) => reader.ended(),
            Self::Bedrock(reader) => reader.ended(),
            Self::Responses(reader) => reader.ended(),
        }
    }
}

/// What a frame was to its reader.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Frame {
    /// A part of the answer.
    Told,
    /// An end mark, or something behind it: not to be passed on.
    Silent,
}

impl From<TooLarge> for WireError {
    fn from(_: TooLarge) -> Self {
        Self::TooLarge
    }
}

impl From<FrameError> for WireError {
    fn from(error: FrameError) -> Self {
        match error {
            FrameError::TooLarge => Self::TooLarge,
            FrameError::Malformed => Self::Malformed,
        }
    }
}

/// By its first letter: an object is a document or lines of JSON, a field name is an event stream, and nothing else
/// is an answer.
fn recognise(reader: &Reader, streaming: bool, seen: &[u8]) -> Result<Option<Wire>, WireError> {
    if b"\xEF\xBB\xBF".starts_with(seen) {
        return Ok(None);
    }
    let seen = seen.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(seen).trim_ascii_start();
    let ollama = matches!(reader, Reader::Ollama(_));
    let bedrock = matches!(reader, Reader::Bedrock(_));
    let gemini = matches!(reader, Reader::Gemini(_));
    match seen.first() {
        None => Ok(None),
        Some(b'{') if ollama && streaming => Ok(Some(Wire::Lines(LineFrames::new()))),
        Some(b'{') => Ok(Some(Wire::Document(Vec::new()))),
        Some(b'[') if gemini => Ok(Some(Wire::Document(Vec::new()))),
        Some(b'd' | b'e' | b'i' | b'r' | b':') if gemini => {
            Ok(Some(Wire::Events(SseFrames::new().with_bare_json())))
        }
        // The highest byte of a length that is allowed.
        Some(0) if bedrock => Ok(Some(Wire::Messages(EventStreamFrames::new()))),
        Some(b'd' | b'e' | b'i' | b'r' | b':') if !ollama && !bedrock => {
            Ok(Some(Wire::Events(SseFrames::new())))
        }
        Some(_) => Err(WireError::NotThisDialect),
    }
}

/// Why JSON could not be read, for a whole document.
fn document_error(error: &serde_json::Error) -> WireError {
    if error.is_eof() { WireError::Cut } else { WireError::NotThisDialect }
}

/// An error object that came inside an answer with a good status.
fn provider_error(error: ErrorBody) -> StreamEvent {
    let number = error.code.as_deref().and_then(|code| code.parse().ok());
    let status = number.filter(|status| (400..600).contains(status));
    let status = status.or_else(|| errors::status_of_kind(error.kind.as_deref()?));
    StreamEvent::ProviderError { status, code: error.code.or(error.kind), message: error.message }
}

/// Whether an `error` field says that there is one: `null`, `false`, `""` and `{}` do not.
fn is_error(error: &RawValue) -> bool {
    !matches!(error.get(), "null" | "false" | "\"\"" | "{}")
}

/// The event with arguments of a tool call, unless there are none.
fn arguments(index: u32, json: Option<&RawValue>) -> Option<StreamEvent> {
    let raw = json?.get();
    let fragment = if raw.starts_with('"') { serde_json::from_str(raw).ok()? } else { raw.to_owned() };
    let empty = fragment.is_empty() || fragment == "null";
    (!empty).then_some(StreamEvent::ToolCallArguments { index, fragment })
}
