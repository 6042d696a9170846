//! Where text goes, who speaks which wire format, and through which face a request came.

use serde::{Deserialize, Serialize};

/// Whether text stays on this machine (or on one that the writer named as their own) or leaves it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Locality {
    /// An address on this machine, or on a network that the writer named as their own.
    Local,
    /// Everything else.
    Cloud,
}

impl Locality {
    /// The word that stands in answers and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Cloud => "cloud",
        }
    }
}

/// How far a text may travel. Ordered: what is allowed at a lower level is allowed at each higher one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Privacy {
    /// Never leaves the machine.
    Local,
    /// May go to a provider that keeps nothing.
    ZeroRetention,
    /// May go anywhere.
    Cloud,
}

/// A family of wire formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dialect {
    /// OpenAI chat completions and everything compatible with it.
    OpenaiChat,
    /// Anthropic messages.
    AnthropicMessages,
    /// Ollama's own `/api/chat`.
    Ollama,
    /// Gemini's `generateContent`.
    Gemini,
    /// Cohere's `/v2/chat`.
    CohereV2,
    /// Bedrock's Converse.
    BedrockConverse,
    /// OpenAI responses.
    OpenaiResponses,
}

impl Dialect {
    /// Every dialect, for tables and tests.
    pub const ALL: [Self; 7] = [
        Self::OpenaiChat,
        Self::AnthropicMessages,
        Self::Ollama,
        Self::Gemini,
        Self::CohereV2,
        Self::BedrockConverse,
        Self::OpenaiResponses,
    ];

    /// The word that stands in the catalogue and in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OpenaiChat => "openai-chat",
            Self::AnthropicMessages => "anthropic-messages",
            Self::Ollama => "ollama",
            Self::Gemini => "gemini",
            Self::CohereV2 => "cohere-v2",
            Self::BedrockConverse => "bedrock-converse",
            Self::OpenaiResponses => "openai-responses",
        }
    }
}

/// A dialect that other programs may speak to Inkhorn: the gateway reads its requests and writes its answers. The others
/// are for providers only, which the type says, so that no path needs an answer to what cannot happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FrontDialect {
    /// As [`Dialect::OpenaiChat`].
    OpenaiChat,
    /// As [`Dialect::AnthropicMessages`].
    AnthropicMessages,
    /// As [`Dialect::Ollama`].
    Ollama,
    /// As [`Dialect::OpenaiResponses`].
    OpenaiResponses,
}

impl FrontDialect {
    /// Every one, for tables and tests.
    pub const ALL: [Self; 4] =
        [Self::OpenaiChat, Self::AnthropicMessages, Self::Ollama, Self::OpenaiResponses];

    /// The word that stands in answers.
    pub fn as_str(self) -> &'static str {
        Dialect::from(self).as_str()
    }
}

impl From<FrontDialect> for Dialect {
    fn from(front: FrontDialect) -> Self {
        match front {
            FrontDialect::OpenaiChat => Self::OpenaiChat,
            FrontDialect::AnthropicMessages => Self::AnthropicMessages,
            FrontDialect::Ollama => Self::Ollama,
            FrontDialect::OpenaiResponses => Self::OpenaiResponses,
        }
    }
}

/// A way in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Face {
    /// The desktop window.
    Window,
    /// The local gateway.
    Gateway,
    /// The command line.
    CommandLine,
}

impl Face {
    /// The word that stands in answers and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Window => "window",
            Self::Gateway => "gateway",
            Self::CommandLine => "command-line",
        }
    }
}
