//! What tells one imitated provider from another, as data: paths, key, lists, the extras of its answers, its words
//! when it refuses. The tables are in [`super::cast`].

/// One imitated provider.
pub(super) struct Traits {
    /// Its id in Inkhorn's catalogue.
    pub(super) id: &'static str,
    /// The path of the base URL that a writer gives for it.
    pub(super) base_path: &'static str,
    /// How its keys begin, and how many random bytes follow. `None`: it usually asks for none.
    pub(super) key: Option<(&'static str, usize)>,
    /// Everybody may see its list of models.
    pub(super) public_list: bool,
    /// The status for a wrong key.
    pub(super) wrong_key: u16,
    /// The status for an empty account. `None`: nobody pays it.
    pub(super) no_credit: Option<u16>,
    /// The status for a model that it does not have. `None`: it has one model and does not look at the name.
    pub(super) no_model: Option<u16>,
    /// The headers of every answer.
    pub(super) headers: &'static [(&'static str, &'static str)],
    /// The header that numbers its answers, and how the number begins.
    pub(super) numbered: Option<(&'static str, &'static str)>,
    /// Its words when it refuses; for the rest, those of OpenAI's kin.
    pub(super) words: &'static [(Why, &'static str)],
    /// Questions with one fixed answer, by path from the server's root.
    pub(super) places: &'static [Fixed],
    /// The models that it has until a test says otherwise.
    pub(super) models: &'static [UsualModel],
    /// How it speaks.
    pub(super) tongue: Tongue,
}

/// A dialect, with what varies within it.
pub(super) enum Tongue {
    /// OpenAI chat completions.
    OpenAi(OpenAi),
    /// Anthropic messages.
    Anthropic,
    /// Ollama's own, and OpenAI's below `/v1`.
    Ollama(OpenAi),
    /// Gemini's `generateContent`.
    Gemini,
    /// Cohere's `/v2/chat`.
    Cohere,
    /// Bedrock's Converse.
    Bedrock,
}

/// One of the many that speak OpenAI's dialect.
pub(super) struct OpenAi {
    /// What stands before `/chat/completions`.
    pub(super) surface: &'static str,
    /// Its lists of models, by path from the server's root.
    pub(super) lists: &'static [(&'static str, ListForm)],
    /// What it sends before the first chunk.
    pub(super) opening: Option<&'static str>,
    /// Fields that each document and chunk has besides, as a JSON object.
    pub(super) fields: &'static str,
    /// Fields that a chunk with text has besides, as a JSON object.
    pub(super) word_fields: &'static str,
    /// How its thoughts look.
    pub(super) thoughts: Thoughts,
    /// How it counts.
    pub(super) counts: Counts,
    /// When it tells its counts in a stream.
    pub(super) told: Told,
    /// Whether a stream ends with `[DONE]`.
    pub(super) done: bool,
    /// How it breaks off inside a stream.
    pub(super) breaks: Breaks,
    /// Fields of a request that it refuses.
    pub(super) refuses: &'static [Refuses],
    /// A model that thinks wants its earlier thoughts back.
    pub(super) wants_thoughts: bool,
    /// What its list has besides models that answer in a chat: for voices, pictures, judgements.
    pub(super) no_writers: &'static [&'static str],
}

impl OpenAi {
    /// What most of them do; each names where it differs.
    pub(super) const fn at(surface: &'static str, lists: &'static [(&'static str, ListForm)]) -> Self {
        Self {
            surface,
            lists,
            opening: None,
            fields: "{}",
            word_fields: "{}",
            thoughts: Thoughts::ReasoningContent,
            counts: Counts::Details,
            told: Told::WhenAsked,
            done: true,
            breaks: Breaks::Error,
            refuses: &[],
            wants_thoughts: false,
            no_writers: &[],
        }
    }
}

/// How an entry of a list looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ListForm {
    /// `id, object, created, owned_by`.
    Plain(&'static str),
    /// LocalAI: `id, object`.
    Bare,
    Groq,
    OpenRouter,
    Mistral,
    /// A bare array.
    Together,
    Fireworks,
    HuggingFace,
    /// `GET /language-models`.
    Xai,
    Vllm,
    LlamaCpp,
    /// LightLLM: the name of its one model.
    OneName,
}

/// How thoughts look in a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Thoughts {
    /// They are kept and only counted.
    Hidden,
    /// `reasoning_content`.
    ReasoningContent,
    /// `reasoning`.
    Reasoning,
    /// `reasoning` with `reasoning_details`.
    ReasoningDetails,
    /// A content that is a list of parts.
    Parts,
}

/// How tokens are counted and named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Counts {
    /// The three totals.
    Totals,
    /// The totals, and details where there are any.
    SomeDetails,
    /// The totals with details.
    Details,
    /// As OpenAI, with all its details.
    OpenAi,
    /// With the cost.
    OpenRouter,
    /// With times.
    Groq,
    /// With cache hits and misses.
    DeepSeek,
    /// Thoughts beside the completion and in the total; the cost in ticks.
    Xai,
    /// Thoughts beside the completion and not in the total.
    Perplexity,
}

/// When counts are told in a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// In a chunk of their own, when asked for.
    WhenAsked,
    /// In a chunk of their own, always.
    Always,
    /// In the last chunk with a choice, always.
    InLast,
    /// Never, and in plain answers neither.
    Never,
}

/// How an error inside a stream looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Breaks {
    /// OpenAI's error in place of a chunk.
    Error,
    /// An error with nothing but its words.
    Words,
    /// The words as plain text.
    Text,
    /// A chunk whose finish reason is `error`, with the error beside.
    Chunk,
}

/// A field that is refused.
pub(super) struct Refuses {
    pub(super) field: &'static str,
    /// Only by models that think first.
    pub(super) thinking: bool,
    pub(super) status: u16,
}

/// Why a request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    WrongKey,
    NoCredit,
    NotAllowed,
    NoModel,
    NoRoute,
    TooMany,
    Busy,
    Failed,
    /// A field of the request; its name is `{field}`.
    Form,
    Other,
}

/// A question with one answer. `{first}` is the first model.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fixed {
    pub(super) path: &'static str,
    /// Only with the key.
    pub(super) guarded: bool,
    pub(super) body: &'static str,
}

/// A model that a provider usually has: id, context in tokens, and what it can (`v` sees, `t` calls tools, `r` thinks,
/// `e` embeds).
pub(super) struct UsualModel(pub(super) &'static str, pub(super) u64, pub(super) &'static str);
