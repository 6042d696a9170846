//! The nouns of Inkhorn, for every other crate.
//!
//! What a connection, a model, a chat request, a stream event, a token count and an amount of money *are*.
//! Nothing here does I/O, reads a clock or knows a provider by name. Start reading at [`chat`].

pub mod budget;
pub mod chat;
pub mod choice;
pub mod embedding;
pub mod ids;
pub mod listing;
pub mod money;
pub mod place;
pub mod usage;

pub use budget::{BudgetPeriod, BudgetScope, BudgetSubject};
pub use chat::{ChatRequest, FinishReason, ImageSource, Message, Part, Role, StreamEvent, Tool, ToolChoice};
pub use choice::{ContentTag, MemberSettings, PriceSource};
pub use embedding::{EmbeddingPurpose, EmbeddingRequest, Embeddings};
pub use ids::{
    AppId, AssistantId, ConnectionId, ConversationId, MessageId, ModelAddress, PromptId, RequestId, Slug,
};
pub use listing::{Capability, LocalDetails, ModelListing, Price, PriceState};
pub use money::Money;
pub use place::{Dialect, Face, FrontDialect, Locality, Privacy};
pub use usage::{CostSource, Quality, RequestResult, TokenUsage};

/// Milliseconds since 1970-01-01T00:00:00Z, as the wall clock told it.
pub type UnixMillis = i64;
