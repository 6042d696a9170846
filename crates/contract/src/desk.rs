//! The Desk: conversations, and what streams into them.

use crate::{AnswerAssistantView, FaultView, PriceView};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Lists conversations, newest first.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[ts(optional_fields)]
pub struct DeskListRequest {
    /// Only those in which this text occurs, in title or messages, without regard to case.
    pub search: Option<String>,
}

/// Conversations.
#[derive(Debug, Clone, Serialize, TS)]
pub struct DeskListView {
    /// Newest first.
    pub conversations: Vec<ConversationView>,
    /// The vault is not open, so titles cannot be read.
    pub locked: bool,
}

/// One conversation in the list.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ConversationView {
    /// Its id.
    pub id: String,
    /// Its title: the writer's, or the beginning of the first text.
    pub title: String,
    /// Unix milliseconds.
    pub created_at: i64,
    /// Unix milliseconds.
    pub updated_at: i64,
    /// The model that it goes on with: the one that the writer chose for it, else the one used last.
    pub model: Option<String>,
    /// The assistant that it goes on with: an id, or `auto`.
    pub assistant: Option<String>,
    /// Where a search found the text.
    pub snippet: Option<String>,
}

/// Names a conversation.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct ConversationRequest {
    /// Its id.
    pub conversation: String,
}

/// Names a message.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct MessageRequest {
    /// Its id.
    pub message: String,
}

/// Opens a conversation, or the draft of a new one.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(optional_fields)]
pub struct DeskOpenRequest {
    /// Its id; absent for a new one.
    pub conversation: Option<String>,
}

/// A conversation with its text.
#[derive(Debug, Clone, Serialize, TS)]
pub struct DeskOpenView {
    /// Absent for a new one.
    pub conversation: Option<ConversationView>,
    /// Oldest first.
    pub messages: Vec<MessageView>,
    /// What stood in the composer.
    pub draft: String,
}

/// One message.
#[derive(Debug, Clone, Serialize, TS)]
pub struct MessageView {
    /// Its id.
    pub id: String,
    /// Who speaks.
    #[ts(type = "'user' | 'assistant'")]
    pub role: &'static str,
    /// The text.
    pub text: String,
    /// The model's reasoning, where it shows one.
    pub reasoning: Option<String>,
    /// Unix milliseconds.
    pub created_at: i64,
    /// How it stands. `stopped` and `failed` keep what came.
    #[ts(type = "'streaming' | 'done' | 'stopped' | 'failed'")]
    pub state: &'static str,
    /// For answers: who, how much, how fast.
    pub answer: Option<AnswerView>,
    /// Why it failed.
    pub fault: Option<FaultView>,
}

/// The quiet line under an answer.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct AnswerView {
    /// `slug/model-id` that was asked.
    pub model: String,
    /// The model that answered, as the provider names it.
    pub answered_by: Option<String>,
    /// The connection's label then.
    pub connection: String,
    /// Where the text went.
    #[ts(type = "'local' | 'cloud'")]
    pub locality: String,
    /// Tokens read, cached ones included.
    pub input_tokens: Option<u64>,
    /// Tokens written, reasoning included.
    pub output_tokens: Option<u64>,
    /// What it cost.
    pub cost: CostView,
    /// How far the counts can be trusted.
    #[ts(type = "'reported' | 'estimated' | 'partial'")]
    pub quality: String,
    /// From sending to the end.
    pub latency_ms: u64,
    /// From sending to the first token.
    pub first_token_ms: Option<u64>,
    /// Why it ended: `stop`, `length`, `tool-calls`, `content-filter`, `other`.
    pub finish: Option<String>,
    /// The local server read far fewer tokens than were sent: it cut the beginning of the text.
    pub prompt_cut: bool,
    /// Which rule picked the model; absent in answers of older versions.
    #[serde(default)]
    #[ts(
        type = "'explicit' | 'prompt' | 'conversation' | 'assistant' | 'feature' | 'last_used' | 'default' | 'fallback' | null"
    )]
    pub picked_by: Option<String>,
    /// The collection through which the model was reached.
    #[serde(default)]
    pub collection: Option<String>,
    /// What it counts as; absent in answers of older versions.
    #[serde(default)]
    #[ts(type = "'chat' | 'prose' | 'prompt' | 'summarise' | null")]
    pub feature: Option<String>,
    /// The assistant that it was written with.
    #[serde(default)]
    pub assistant: Option<AnswerAssistantView>,
    /// For an assistant that wants the web searched: the provider was asked to, or it cannot.
    #[serde(default)]
    #[ts(type = "'asked' | 'unavailable' | null")]
    pub web_search: Option<String>,
}

/// What something cost, or why that is not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CostView {
    /// USD as decimal text; absent when nobody knows.
    pub usd: Option<String>,
    /// Where the figure comes from.
    #[ts(type = "'provider' | 'computed' | 'local' | 'unknown'")]
    pub source: String,
}

/// Sends a text and streams the answer.
///
/// The model is resolved in this order: what the request names; the prompt's own; what the writer chose for the
/// conversation; the assistant's own; what the conversation used last; the feature's; the one used last; the default.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[ts(optional_fields)]
pub struct DeskSendRequest {
    /// The conversation; absent begins a new one.
    pub conversation: Option<String>,
    /// The writer's text.
    pub text: String,
    /// `slug/model-id` or a collection, where the writer names one: the conversation goes on with it. Empty where the
    /// writer takes that back: from now on the rules pick one.
    pub model: Option<String>,
    /// An assistant's id, or `auto` for one that a small model chooses for each text. The conversation goes on with it.
    /// Absent: the prompt's, else as the conversation has it. Empty: none from now on.
    pub assistant: Option<String>,
    /// The prompt from which the text was filled: its model, assistant and settings count for this turn.
    pub prompt: Option<String>,
}

/// Answers a turn again, perhaps with another model. The old answer stays until the new one has begun.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[ts(optional_fields)]
pub struct DeskRetryRequest {
    /// The answer to replace, or the writer's turn to answer again. What comes after it goes.
    pub message: String,
    /// `slug/model-id`; the same as before where absent, unless another assistant is named: then its own, if it has one.
    pub model: Option<String>,
    /// An assistant's id, or `auto`; the one that answered before where absent; empty for none.
    pub assistant: Option<String>,
    /// A new text for the writer's turn.
    pub text: Option<String>,
}

/// What happens while an answer comes in.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[allow(
    clippy::large_enum_variant,
    reason = "one large event begins an answer, the thousands that follow are small"
)]
pub enum DeskEvent {
    /// The texts are kept and the request is on its way.
    Started {
        /// The conversation, new or known.
        conversation: ConversationView,
        /// The writer's turn, as kept.
        user: MessageView,
        /// The answer that now begins, empty.
        answer: MessageView,
    },
    /// Auto has chosen the assistant, or says why it could not; the text goes out now.
    AssistantChosen {
        /// The assistant, and how it was chosen.
        assistant: AnswerAssistantView,
    },
    /// Nothing has come for some seconds; a local server may be loading the model. Told once in a while until the
    /// first piece comes.
    StillWaiting {
        /// Since sending, in milliseconds.
        waited_ms: u64,
        /// The server is on this machine, so that loading is the likely reason.
        local: bool,
        /// Whether the model was in memory when the list was last fetched.
        loaded: Option<bool>,
    },
    /// More text.
    Text {
        /// The piece.
        text: String,
    },
    /// More reasoning.
    Reasoning {
        /// The piece.
        text: String,
    },
    /// The answer is kept, whole, stopped or broken off: see its state.
    Ended {
        /// As kept.
        message: MessageView,
    },
}

/// Stops an answer that is coming in.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct DeskStopRequest {
    /// The answer's id.
    pub message: String,
}

/// Whether there was something to stop.
#[derive(Debug, Clone, Serialize, TS)]
pub struct DeskStopView {
    /// It was running, and is stopped now.
    pub stopped: bool,
}

/// Changes the text of a message, without sending anything.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct DeskEditRequest {
    /// The message.
    pub message: String,
    /// Its new text.
    pub text: String,
}

/// Gives a conversation another title.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct DeskRenameRequest {
    /// The conversation.
    pub conversation: String,
    /// The title.
    pub title: String,
}

/// Keeps what stands in the composer.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(optional_fields)]
pub struct DeskDraftRequest {
    /// The conversation; absent for a new one.
    pub conversation: Option<String>,
    /// The text; empty forgets the draft.
    pub text: String,
}

/// Estimates what sending would take.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[ts(optional_fields)]
pub struct DeskEstimateRequest {
    /// The conversation whose turns go along.
    pub conversation: Option<String>,
    /// The text in the composer.
    pub text: String,
    /// `slug/model-id`.
    pub model: Option<String>,
    /// As in sending. With `auto` it is not known yet which one will be chosen, so that its instructions do not count.
    pub assistant: Option<String>,
    /// As in sending.
    pub prompt: Option<String>,
}

/// An estimate. Tokens are counted from the length of the text, so they are about right, not exact.
#[derive(Debug, Clone, Serialize, TS)]
pub struct DeskEstimateView {
    /// The model that would answer.
    pub model: Option<String>,
    /// Which rule picks it.
    #[ts(
        type = "'explicit' | 'prompt' | 'conversation' | 'assistant' | 'feature' | 'last_used' | 'default' | 'fallback' | null"
    )]
    pub picked_by: Option<String>,
    /// The collection through which it is reached.
    pub collection: Option<String>,
    /// What it would count as; the rule `feature` takes its default model.
    #[ts(type = "'chat' | 'prose' | 'prompt' | 'summarise'")]
    pub feature: String,
    /// Tokens that would be read.
    pub input_tokens: u64,
    /// What reading them costs; the answer comes on top.
    pub cost: CostView,
    /// The model's price.
    pub price: PriceView,
    /// Whether the text fits the model's context; absent where that is unknown.
    pub fits: Option<bool>,
    /// The context, in tokens.
    pub context_length: Option<u64>,
    /// For an assistant that wants the web searched: the provider will be asked to, or it cannot.
    #[ts(type = "'asked' | 'unavailable' | null")]
    pub web_search: Option<String>,
    /// Ollama: the context length with which the model will be loaded for this text, in tokens.
    pub asked_context: Option<u64>,
}
