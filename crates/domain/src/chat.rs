//! The shared vocabulary of all dialects: one request, one stream of events.
//!
//! A dialect reads its own wire form into these and writes these into its own wire form. Text is the writer's:
//! nothing here implements `Display`, and `Debug` of the parts that hold text prints lengths only.

use crate::TokenUsage;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::fmt;

/// One request for an answer.
#[derive(Clone, Default, PartialEq)]
pub struct ChatRequest {
    /// The provider's own id of the model.
    pub model: String,
    /// The turns, oldest first. System text is a turn with [`Role::System`].
    pub messages: Vec<Message>,
    /// Whether the answer comes piece by piece.
    pub stream: bool,
    /// Whether the caller asked for token counts in the stream (`stream_options.include_usage`).
    pub stream_usage: bool,
    /// Most tokens to write.
    pub max_tokens: Option<u64>,
    /// Sampling temperature.
    pub temperature: Option<f64>,
    /// Nucleus sampling.
    pub top_p: Option<f64>,
    /// Texts that end the answer.
    pub stop: Vec<String>,
    /// Random seed.
    pub seed: Option<i64>,
    /// Context length to load a local model with, in tokens (Ollama `num_ctx`).
    pub context_length: Option<u64>,
    /// How long a local server keeps the model in memory afterwards, in Ollama's words: `10m`, `-1`.
    pub keep_alive: Option<String>,
    /// How hard to think, in the words of the dialect: `low`, `medium`, `high`.
    pub reasoning_effort: Option<String>,
    /// Tools on offer.
    pub tools: Vec<Tool>,
    /// Which tool must be used.
    pub tool_choice: Option<ToolChoice>,
    /// The web is to be searched, where the provider does that by itself for the model.
    pub web_search: bool,
    /// A JSON schema (or `{"type":"json_object"}`) that the answer must follow, as OpenAI's `response_format`.
    pub response_format: Option<Value>,
    /// Fields of the same dialect that Inkhorn does not know: kept where front and back speak it, else dropped.
    pub extra: Map<String, Value>,
}

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Instructions.
    System,
    /// The writer, or the program.
    User,
    /// The model.
    Assistant,
    /// The result of a tool.
    Tool,
}

/// One turn.
#[derive(Clone, PartialEq)]
pub struct Message {
    /// Who speaks.
    pub role: Role,
    /// What, in order.
    pub parts: Vec<Part>,
}

impl Message {
    /// A turn of plain text.
    pub fn text(role: Role, text: impl Into<String>) -> Self {
        Self { role, parts: vec![Part::Text(text.into())] }
    }
}

/// A piece of a turn.
#[derive(Clone, PartialEq)]
pub enum Part {
    /// Plain text.
    Text(String),
    /// An image for a model that sees.
    Image(ImageSource),
    /// Reasoning text, with the provider's signature where it must be sent back.
    Reasoning {
        /// The text.
        text: String,
        /// Opaque proof that some providers demand back.
        signature: Option<String>,
    },
    /// The model wants a tool called.
    ToolCall {
        /// Links call and result.
        id: String,
        /// Which tool.
        name: String,
        /// JSON text of the arguments.
        arguments: String,
    },
    /// What the tool answered.
    ToolResult {
        /// The call's id.
        id: String,
        /// The answer as text.
        text: String,
        /// The tool failed.
        is_error: bool,
    },
}

/// Where an image is.
#[derive(Clone, PartialEq)]
pub enum ImageSource {
    /// Inside the request.
    Data {
        /// `image/png` and the like.
        media_type: String,
        /// Base64 of the bytes.
        base64: String,
    },
    /// At an address that the provider will fetch.
    Url(String),
}

/// A tool on offer.
#[derive(Clone, Debug, PartialEq)]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// What it does.
    pub description: Option<String>,
    /// JSON schema of its arguments.
    pub parameters: Value,
}

/// Which tool must be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ToolChoice {
    /// The model decides.
    Auto,
    /// No tool.
    None,
    /// Some tool.
    Required,
    /// This one.
    Named(String),
}

/// Why an answer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FinishReason {
    /// It was said.
    Stop,
    /// The token limit was reached.
    Length,
    /// The model waits for a tool.
    ToolCalls,
    /// The provider withheld it, or the model declined.
    ContentFilter,
    /// The provider gave a reason that Inkhorn does not know.
    Other,
}

impl FinishReason {
    /// The word that stands in answers and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Length => "length",
            Self::ToolCalls => "tool-calls",
            Self::ContentFilter => "content-filter",
            Self::Other => "other",
        }
    }
}

/// One thing that happens while an answer comes in.
#[derive(Clone, PartialEq)]
pub enum StreamEvent {
    /// The provider began to answer.
    Started {
        /// The provider's id of this answer.
        id: Option<String>,
        /// The model that answers, as the provider names it.
        model: Option<String>,
    },
    /// More text.
    Text(String),
    /// More reasoning text.
    Reasoning(String),
    /// Proof for the reasoning block that just ended.
    ReasoningSignature(String),
    /// A tool call begins.
    ToolCallStarted {
        /// Position among the tool calls of this answer, from 0.
        index: u32,
        /// Links call and result.
        id: String,
        /// Which tool.
        name: String,
    },
    /// More of a tool call's arguments.
    ToolCallArguments {
        /// Position, as in the start.
        index: u32,
        /// A piece of JSON text.
        fragment: String,
    },
    /// Token counts so far. Later ones replace earlier ones.
    Usage(TokenUsage),
    /// Why it ended. Exactly one in a whole answer.
    Finished(FinishReason),
    /// An error that the provider sent inside a stream that had begun well.
    ProviderError {
        /// An HTTP status, where the error names one.
        status: Option<u16>,
        /// The provider's own code or type.
        code: Option<String>,
        /// The provider's words, unscrubbed: never show before scrubbing.
        message: String,
    },
}

/// Lengths, never text: a request may stand in a log line by mistake, the manuscript may not.
impl fmt::Debug for ChatRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChatRequest")
            .field("model", &self.model)
            .field("messages", &self.messages)
            .field("stream", &self.stream)
            .field("tools", &self.tools.len())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}{:?}", self.role, self.parts)
    }
}

impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "Text({} bytes)", text.len()),
            Self::Image(_) => f.write_str("Image"),
            Self::Reasoning { text, .. } => write!(f, "Reasoning({} bytes)", text.len()),
            Self::ToolCall { name, arguments, .. } => {
                write!(f, "ToolCall({name}, {} bytes)", arguments.len())
            }
            Self::ToolResult { text, .. } => write!(f, "ToolResult({} bytes)", text.len()),
        }
    }
}

impl fmt::Debug for StreamEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Started { model, .. } => write!(f, "Started({model:?})"),
            Self::Text(text) => write!(f, "Text({} bytes)", text.len()),
            Self::Reasoning(text) => write!(f, "Reasoning({} bytes)", text.len()),
            Self::ReasoningSignature(_) => f.write_str("ReasoningSignature"),
            Self::ToolCallStarted { index, name, .. } => write!(f, "ToolCallStarted({index}, {name})"),
            Self::ToolCallArguments { index, fragment } => {
                write!(f, "ToolCallArguments({index}, {} bytes)", fragment.len())
            }
            Self::Usage(usage) => write!(f, "{usage:?}"),
            Self::Finished(reason) => write!(f, "Finished({reason:?})"),
            Self::ProviderError { status, code, .. } => write!(f, "ProviderError({status:?}, {code:?})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_never_prints_the_writers_text() {
        let secret = "Call me Ishmael";
        let request =
            ChatRequest { messages: vec![Message::text(Role::User, secret)], ..ChatRequest::default() };
        let events = [StreamEvent::Text(secret.into()), StreamEvent::Reasoning(secret.into())];
        let printed = format!("{request:?} {events:?}");
        assert!(!printed.contains("Ishmael"), "{printed}");
    }
}
