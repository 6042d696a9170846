//! Whom the simulated provider imitates: base path, key form, header of the key, kinds of paths.

use super::Call;
use crate::random::make_hex;

/// An imitated provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Persona {
    /// api.openai.com
    OpenAi,
    /// api.anthropic.com
    Anthropic,
    /// openrouter.ai
    OpenRouter,
    /// api.groq.com
    Groq,
    /// Ollama on this machine.
    Ollama,
    /// LM Studio on this machine.
    LmStudio,
    /// Any other server that speaks the OpenAI chat dialect.
    Compatible,
}

impl Persona {
    /// All of them.
    pub const ALL: [Persona; 7] = [
        Persona::OpenAi,
        Persona::Anthropic,
        Persona::OpenRouter,
        Persona::Groq,
        Persona::Ollama,
        Persona::LmStudio,
        Persona::Compatible,
    ];

    /// The id in Inkhorn's catalogue of providers.
    pub fn provider_id(self) -> &'static str {
        match self {
            Self::OpenAi => "openai",
            Self::Anthropic => "anthropic",
            Self::OpenRouter => "openrouter",
            Self::Groq => "groq",
            Self::Ollama => "ollama",
            Self::LmStudio => "lm_studio",
            Self::Compatible => "openai_compatible",
        }
    }

    /// The persona of a provider id.
    pub fn of_provider_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|persona| persona.provider_id() == id)
    }

    /// The path that a writer's base URL of this provider has.
    pub fn base_path(self) -> &'static str {
        match self {
            Self::OpenAi | Self::Compatible => "/v1",
            Self::OpenRouter => "/api/v1",
            Self::Groq => "/openai/v1",
            Self::Anthropic | Self::Ollama | Self::LmStudio => "",
        }
    }

    /// A fresh key of the right form, or none for servers that usually need none.
    pub fn make_key(self) -> Option<String> {
        Some(match self {
            Self::OpenAi => format!("sk-proj-{}", make_hex(32)),
            Self::Anthropic => format!("sk-ant-api03-{}", make_hex(32)),
            Self::OpenRouter => format!("sk-or-v1-{}", make_hex(32)),
            Self::Groq => format!("gsk_{}", make_hex(26)),
            Self::Compatible => format!("compat-{}", make_hex(20)),
            Self::Ollama | Self::LmStudio => return None,
        })
    }

    /// The key that a request brings, from the header that this provider reads.
    pub(super) fn key_of(self, headers: &http::HeaderMap) -> Option<String> {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let bearer = || {
            let (scheme, key) = text("authorization")?.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| key.trim().to_owned())
        };
        match self {
            Self::Anthropic => text("x-api-key").map(str::to_owned).or_else(bearer),
            _ => bearer(),
        }
    }

    /// What kind of request this is.
    pub(super) fn call_of(self, method: &http::Method, path: &str) -> Call {
        match self.route_of(method, path) {
            Route::OpenAiModels | Route::AnthropicModels | Route::OllamaTags | Route::LmStudioModels => {
                Call::Models
            }
            Route::LmStudioModelsOld => Call::Models,
            Route::OpenAiChat | Route::AnthropicChat | Route::OllamaChat => Call::Chat,
            _ => Call::Other,
        }
    }

    /// Where a request leads.
    pub(super) fn route_of(self, method: &http::Method, path: &str) -> Route {
        let get = method == http::Method::GET || method == http::Method::HEAD;
        let post = method == http::Method::POST;
        // The OpenAI surface of each persona, by what follows its base.
        let surface = match self {
            Self::OpenAi | Self::Compatible | Self::Ollama | Self::LmStudio => path.strip_prefix("/v1"),
            Self::OpenRouter => path.strip_prefix("/api/v1"),
            Self::Groq => path.strip_prefix("/openai/v1"),
            Self::Anthropic => None,
        };
        match surface {
            Some("/models") if get => return Route::OpenAiModels,
            Some("/chat/completions") if post => return Route::OpenAiChat,
            Some("/key") if get && self == Self::OpenRouter => return Route::OpenRouterKey,
            Some("/credits") if get && self == Self::OpenRouter => return Route::OpenRouterCredits,
            _ => {}
        }
        match (self, path) {
            (Self::Anthropic, "/v1/models") if get => Route::AnthropicModels,
            (Self::Anthropic, "/v1/messages") if post => Route::AnthropicChat,
            (Self::Anthropic, "/v1/messages/count_tokens") if post => Route::AnthropicCount,
            (Self::Ollama, "/") if get => Route::OllamaRoot,
            (Self::Ollama, "/api/version") if get => Route::OllamaVersion,
            (Self::Ollama, "/api/tags") if get => Route::OllamaTags,
            (Self::Ollama, "/api/ps") if get => Route::OllamaLoaded,
            (Self::Ollama, "/api/show") if post => Route::OllamaShow,
            (Self::Ollama, "/api/chat") if post => Route::OllamaChat,
            (Self::LmStudio, "/api/v1/models") if get => Route::LmStudioModels,
            (Self::LmStudio, "/api/v0/models") if get => Route::LmStudioModelsOld,
            _ => Route::Unknown,
        }
    }
}

/// The routes that personas serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Route {
    OpenAiModels,
    OpenAiChat,
    OpenRouterKey,
    OpenRouterCredits,
    AnthropicModels,
    AnthropicChat,
    AnthropicCount,
    OllamaRoot,
    OllamaVersion,
    OllamaTags,
    OllamaLoaded,
    OllamaShow,
    OllamaChat,
    LmStudioModels,
    LmStudioModelsOld,
    Unknown,
}
