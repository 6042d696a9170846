//! What passes between decoder and encoder: pieces of an answer, and what can be wrong with its wire form.

use inkhorn_domain::StreamEvent;
use std::fmt;

/// One frame of the wire and what it meant.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chunk {
    /// The frame as it came, where [`crate::AnswerDecoder::keeping_raw`] was asked for. A gateway that speaks the
    /// same dialect to both sides passes it on, unknown fields and all.
    pub raw: Option<RawFrame>,
    /// What happened, in order. May be empty: not every frame means something to Inkhorn.
    pub events: Vec<StreamEvent>,
    /// An OpenAI frame with no choices that carries the token counts only. Left out on pass-through when the
    /// client did not ask for it.
    pub usage_only: bool,
}

/// A frame's own text.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct RawFrame {
    /// The SSE event name, where there was one.
    pub event: Option<String>,
    /// The SSE data, the NDJSON line, or the whole document of an answer that does not stream.
    pub data: String,
}

/// The length only: the data holds the answer.
impl fmt::Debug for RawFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawFrame({:?}, {} bytes)", self.event, self.data.len())
    }
}

/// What an encoder tells the client about the answer as a whole.
#[derive(Clone, Debug)]
pub struct AnswerHead {
    /// The id of the answer, in the form of the client's dialect (`chatcmpl-…`, `msg_…`).
    pub id: String,
    /// The model as the client named it.
    pub model: String,
    /// When the answer began, in seconds since 1970.
    pub created: i64,
    /// Whether the client wants it piece by piece.
    pub streaming: bool,
    /// Whether an OpenAI client asked for token counts in its stream.
    pub include_usage: bool,
}

/// Why an answer could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WireError {
    /// A line, an event or the whole document is over its limit.
    TooLarge,
    /// It is not an answer in this dialect: HTML, another JSON, plain text.
    NotThisDialect,
    /// It stopped before its end mark.
    Cut,
    /// It began well and then broke the rules of the dialect.
    Malformed,
}

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLarge => "the answer is larger than allowed",
            Self::NotThisDialect => "the answer is not in the expected format",
            Self::Cut => "the answer stopped before its end",
            Self::Malformed => "the answer is malformed",
        })
    }
}

impl std::error::Error for WireError {}
