//! Whom the simulated provider imitates. What is data about each is in [`super::cast`].

use super::Call;
use super::cast;
use super::traits::{Fixed, ListForm, OpenAi, Tongue, Traits};
use super::{azure, bedrock, gemini};
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
    /// generativelanguage.googleapis.com
    Gemini,
    /// api.cohere.com
    Cohere,
    /// NAME.openai.azure.com
    Azure,
    /// bedrock-runtime.REGION.amazonaws.com, with bedrock.REGION.amazonaws.com beside it.
    Bedrock,
    /// api.groq.com
    Groq,
    /// api.mistral.ai
    Mistral,
    /// api.deepseek.com
    DeepSeek,
    /// api.x.ai
    Xai,
    /// api.together.ai
    Together,
    /// api.fireworks.ai
    Fireworks,
    /// api.cerebras.ai
    Cerebras,
    /// api.perplexity.ai
    Perplexity,
    /// router.huggingface.co
    HuggingFace,
    /// inference.do-ai.run
    DigitalOcean,
    /// integrate.api.nvidia.com
    NvidiaNim,
    /// ollama.com
    OllamaCloud,
    /// A service of one's own on Anyscale's platform.
    Anyscale,
    /// Ollama on this machine.
    Ollama,
    /// LM Studio on this machine.
    LmStudio,
    /// LocalAI on this machine.
    LocalAi,
    /// LightLLM on this machine.
    LightLlm,
    /// llama.cpp's server on this machine.
    LlamaCpp,
    /// vLLM on this machine.
    Vllm,
    /// KoboldCpp on this machine.
    KoboldCpp,
    /// Jan on this machine.
    Jan,
    /// Any other server that speaks the OpenAI chat dialect.
    Compatible,
}

impl Persona {
    /// All of them.
    pub const ALL: [Persona; 29] = [
        Persona::OpenAi,
        Persona::Anthropic,
        Persona::OpenRouter,
        Persona::Gemini,
        Persona::Cohere,
        Persona::Azure,
        Persona::Bedrock,
        Persona::Groq,
        Persona::Mistral,
        Persona::DeepSeek,
        Persona::Xai,
        Persona::Together,
        Persona::Fireworks,
        Persona::Cerebras,
        Persona::Perplexity,
        Persona::HuggingFace,
        Persona::DigitalOcean,
        Persona::NvidiaNim,
        Persona::OllamaCloud,
        Persona::Anyscale,
        Persona::Ollama,
        Persona::LmStudio,
        Persona::LocalAi,
        Persona::LightLlm,
        Persona::LlamaCpp,
        Persona::Vllm,
        Persona::KoboldCpp,
        Persona::Jan,
        Persona::Compatible,
    ];

    /// What is known of it.
    pub(super) fn traits(self) -> &'static Traits {
        match self {
            Self::OpenAi => &cast::OPEN_AI,
            Self::Anthropic => &cast::ANTHROPIC,
            Self::OpenRouter => &cast::OPEN_ROUTER,
            Self::Gemini => &cast::GOOGLE_GEMINI,
            Self::Cohere => &cast::COHERE,
            Self::Azure => &cast::AZURE_OPENAI,
            Self::Bedrock => &cast::AWS_BEDROCK,
            Self::Groq => &cast::GROQ,
            Self::Mistral => &cast::MISTRAL,
            Self::DeepSeek => &cast::DEEPSEEK,
            Self::Xai => &cast::XAI,
            Self::Together => &cast::TOGETHER,
            Self::Fireworks => &cast::FIREWORKS,
            Self::Cerebras => &cast::CEREBRAS,
            Self::Perplexity => &cast::PERPLEXITY,
            Self::HuggingFace => &cast::HUGGING_FACE,
            Self::DigitalOcean => &cast::DIGITAL_OCEAN,
            Self::NvidiaNim => &cast::NVIDIA_NIM,
            Self::OllamaCloud => &cast::OLLAMA_CLOUD,
            Self::Anyscale => &cast::ANYSCALE,
            Self::Ollama => &cast::OLLAMA,
            Self::LmStudio => &cast::LM_STUDIO,
            Self::LocalAi => &cast::LOCAL_AI,
            Self::LightLlm => &cast::LIGHT_LLM,
            Self::LlamaCpp => &cast::LLAMA_CPP,
            Self::Vllm => &cast::VLLM,
            Self::KoboldCpp => &cast::KOBOLD_CPP,
            Self::Jan => &cast::JAN,
            Self::Compatible => &cast::COMPATIBLE,
        }
    }

    /// The id in Inkhorn's catalogue of providers.
    pub fn provider_id(self) -> &'static str {
        self.traits().id
    }

    /// The persona of a provider id.
    pub fn of_provider_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|persona| persona.provider_id() == id)
    }

    /// The path that a writer's base URL of this provider has.
    pub fn base_path(self) -> &'static str {
        self.traits().base_path
    }

    /// A fresh key of the right form, or none for servers that usually need none.
    pub fn make_key(self) -> Option<String> {
        self.traits().key.map(|(prefix, bytes)| format!("{prefix}{}", make_hex(bytes)))
    }

    /// Whether it has a list of models to ask for.
    pub fn has_list(self) -> bool {
        self.kin().is_none_or(|kin| !kin.lists.is_empty())
    }

    /// Whether it tells its token counts.
    pub fn counts_tokens(self) -> bool {
        self.kin().is_none_or(|kin| kin.told != super::traits::Told::Never)
    }

    /// Whether it takes this field in a request to an ordinary model.
    pub fn takes(self, field: &str) -> bool {
        match &self.traits().tongue {
            // Their streams always tell their counts, and nobody asks for them.
            Tongue::Gemini | Tongue::Cohere | Tongue::Bedrock if field == "stream_options" => return false,
            _ => {}
        }
        self.kin()
            .is_none_or(|kin| !kin.refuses.iter().any(|refused| refused.field == field && !refused.thinking))
    }

    /// Whether it looks at the name of the model that is asked.
    pub fn looks_at_model(self) -> bool {
        self.traits().no_model.is_some()
    }

    /// Whether its accounts can be empty.
    pub fn takes_money(self) -> bool {
        self.traits().no_credit.is_some()
    }

    /// How it speaks OpenAI's dialect, if it does.
    pub(super) fn kin(self) -> Option<&'static OpenAi> {
        match &self.traits().tongue {
            Tongue::OpenAi(kin) | Tongue::Ollama(kin) => Some(kin),
            Tongue::Anthropic | Tongue::Gemini | Tongue::Cohere | Tongue::Bedrock => None,
        }
    }

    /// The key that a request brings, from the header that this provider reads.
    pub(super) fn key_of(self, headers: &http::HeaderMap) -> Option<String> {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let bearer = || {
            let (scheme, key) = text("authorization")?.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| key.trim().to_owned())
        };
        match &self.traits().tongue {
            Tongue::Anthropic => text("x-api-key").map(str::to_owned).or_else(bearer),
            Tongue::Gemini => text("x-goog-api-key").map(str::to_owned),
            _ if self == Self::Azure => text("api-key").map(str::to_owned),
            Tongue::OpenAi(_) | Tongue::Ollama(_) | Tongue::Cohere | Tongue::Bedrock => bearer(),
        }
    }

    /// What kind of request this is.
    pub(super) fn call_of(self, method: &http::Method, path: &str) -> Call {
        match self.route_of(method, path) {
            Route::OpenAiList(_) | Route::AnthropicModels | Route::OllamaTags | Route::LmStudioModels => {
                Call::Models
            }
            Route::LmStudioModelsOld | Route::GeminiModels | Route::CohereModels => Call::Models,
            Route::OpenAiChat | Route::AnthropicChat | Route::OllamaChat => Call::Chat,
            Route::BedrockModels | Route::BedrockProfiles => Call::Models,
            Route::GeminiChat | Route::CohereChat | Route::BedrockChat | Route::Responses => Call::Chat,
            _ => Call::Other,
        }
    }

    /// Where a request leads.
    pub(super) fn route_of(self, method: &http::Method, path: &str) -> Route {
        let get = method == http::Method::GET || method == http::Method::HEAD;
        let post = method == http::Method::POST;
        if let Some(kin) = self.kin() {
            if let Some((_, form)) = kin.lists.iter().find(|(list, _)| get && *list == path) {
                return Route::OpenAiList(*form);
            }
            if post && path.strip_prefix(kin.surface) == Some("/chat/completions") {
                return Route::OpenAiChat;
            }
            let responds = matches!(self, Self::OpenAi | Self::Azure);
            if post && responds && path.strip_prefix(kin.surface) == Some("/responses") {
                return Route::Responses;
            }
        }
        if let Some(place) = self.traits().places.iter().find(|place| get && place.path == path) {
            return Route::Fixed(place);
        }
        match (&self.traits().tongue, self, path) {
            (_, Self::OpenRouter, "/api/v1/key") if get => Route::OpenRouterKey,
            (_, Self::OpenRouter, "/api/v1/credits") if get => Route::OpenRouterCredits,
            (_, Self::OpenRouter, "/auth") if get => Route::SignInPage,
            (_, Self::OpenRouter, "/api/v1/auth/keys") if post => Route::SignInExchange,
            (_, Self::LmStudio, "/api/v1/models") if get => Route::LmStudioModels,
            (_, Self::LmStudio, "/api/v0/models") if get => Route::LmStudioModelsOld,
            (Tongue::Anthropic, _, "/v1/models") if get => Route::AnthropicModels,
            (Tongue::Anthropic, _, "/v1/messages") if post => Route::AnthropicChat,
            (Tongue::Anthropic, _, "/v1/messages/count_tokens") if post => Route::AnthropicCount,
            (Tongue::Gemini, _, "/v1beta/models") if get => Route::GeminiModels,
            (Tongue::Gemini, _, path) if post && gemini::asked(path).is_some() => Route::GeminiChat,
            (_, Self::Azure, path) if post && azure::deployment(path).is_some() => Route::OpenAiChat,
            (Tongue::Bedrock, _, "/foundation-models") if get => Route::BedrockModels,
            (Tongue::Bedrock, _, "/inference-profiles") if get => Route::BedrockProfiles,
            (Tongue::Bedrock, _, path) if post && bedrock::asked(path).is_some() => Route::BedrockChat,
            (Tongue::Cohere, _, "/v1/models") if get => Route::CohereModels,
            (Tongue::Cohere, _, "/v2/chat") if post => Route::CohereChat,
            (Tongue::Ollama(_), _, "/") if get => Route::OllamaRoot,
            (Tongue::Ollama(_), _, "/api/version") if get => Route::OllamaVersion,
            (Tongue::Ollama(_), _, "/api/tags") if get => Route::OllamaTags,
            (Tongue::Ollama(_), _, "/api/ps") if get => Route::OllamaLoaded,
            (Tongue::Ollama(_), _, "/api/show") if post => Route::OllamaShow,
            (Tongue::Ollama(_), _, "/api/chat") if post => Route::OllamaChat,
            _ => Route::Unknown,
        }
    }
}

/// The routes that personas serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Route {
    OpenAiList(ListForm),
    OpenAiChat,
    Fixed(&'static Fixed),
    OpenRouterKey,
    OpenRouterCredits,
    SignInPage,
    SignInExchange,
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
    GeminiModels,
    GeminiChat,
    CohereModels,
    CohereChat,
    BedrockModels,
    BedrockProfiles,
    BedrockChat,
    Responses,
    Unknown,
}
