//! Assistants: instructions that go before a conversation, with a feature, a model rule and settings.
//!
//! Nine come with Inkhorn. The writer may change them, and put each back; and make others.

use crate::{CostView, MemberSettingsView, SpoiltView};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A name or a sentence in both languages. Where the writer wrote it, both are the same.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct NameView {
    /// English.
    pub en: String,
    /// Indonesian.
    pub id: String,
}

/// A model or a collection that something names as its own, and how that stands now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct NamedModelView {
    /// `slug/model-id`, or the name of a collection.
    pub id: String,
    /// A name for people.
    pub name: String,
    /// It is a collection.
    pub collection: bool,
    /// Whether it can be used now.
    pub available: bool,
    /// Why not: `not_connected` (there is no such connection, model or collection), `gone`, an error code, or
    /// `connection_off`.
    pub reason: Option<String>,
}

/// An assistant.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct AssistantView {
    /// Its id: a word for those that come with Inkhorn.
    pub id: String,
    /// Its name.
    pub name: NameView,
    /// What it is for, in a sentence.
    pub description: NameView,
    /// What the model is told before the conversation; may be empty.
    pub instructions: String,
    /// What its use counts as.
    #[ts(type = "'chat' | 'prose' | 'prompt' | 'summarise'")]
    pub feature: String,
    /// The model or collection that it uses where the writer names none.
    pub model: Option<NamedModelView>,
    /// How a model is used with it.
    pub settings: MemberSettingsView,
    /// It wants the web searched, where the model can.
    pub web_search: bool,
    /// It came with Inkhorn.
    pub built_in: bool,
    /// It came with Inkhorn, and the writer changed it.
    pub changed: bool,
}

/// All assistants.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct AssistantsView {
    /// Those that came with Inkhorn first, then the writer's own by name.
    pub assistants: Vec<AssistantView>,
    /// Those that cannot be read. One that came with Inkhorn can be put back; until then it stands among neither of them.
    pub spoilt: Vec<SpoiltView>,
    /// The vault is not open, so that the writer's own and what was changed cannot be read.
    pub locked: bool,
}

/// A connection whose provider searches the web for some of its models.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct WebSearchView {
    /// The connection's label.
    pub connection: String,
    /// Names of its first models that can.
    pub named: Vec<String>,
    /// How many can.
    pub models: u32,
    /// All of its models can.
    pub all: bool,
}

/// Makes an assistant, or puts this in place of all that one says.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[ts(optional_fields)]
pub struct AssistantSaveRequest {
    /// Its id; absent for a new one.
    pub id: Option<String>,
    /// Its name. One that came with Inkhorn keeps its names in both languages where this is one of them.
    pub name: String,
    /// What it is for; may be empty. Kept in both languages as the name is.
    pub description: String,
    /// What the model is told before the conversation; may be empty.
    pub instructions: String,
    /// What its use counts as.
    #[ts(type = "'chat' | 'prose' | 'prompt' | 'summarise'")]
    pub feature: String,
    /// `slug/model-id` or the name of a collection; absent for none.
    pub model: Option<String>,
    /// How a model is used with it.
    #[serde(default)]
    #[ts(as = "Option<MemberSettingsView>", optional)]
    pub settings: MemberSettingsView,
    /// It wants the web searched, where the model can.
    #[serde(default)]
    #[ts(as = "Option<bool>", optional)]
    pub web_search: bool,
}

/// Names an assistant.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct AssistantRequest {
    /// Its id.
    pub assistant: String,
}

/// An assistant that was removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct AssistantDeletedView {
    /// Its id.
    pub deleted: String,
    /// Prompts that were written for it and go without one now.
    pub prompts: u32,
    /// Conversations that it was part of and that go on without one.
    pub conversations: u32,
}

/// The assistant behind an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AnswerAssistantView {
    /// Its id.
    pub id: String,
    /// Its name then.
    #[serde(default)]
    pub name: NameView,
    /// How it was chosen, where Auto chose it.
    #[serde(default)]
    pub auto: Option<AutoChoiceView>,
}

/// A choice of Auto's: a small model read the text and named the assistant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AutoChoiceView {
    /// The model that was asked, `slug/model-id`; absent where there was none to ask.
    pub model: Option<String>,
    /// What asking it cost. It is in the usage log too, as `assistant-choice`.
    pub cost: CostView,
    /// How long it took.
    pub latency_ms: u64,
    /// Why nothing was chosen, so that it is an ordinary conversation: `no_model` (none that is cheap, and near enough
    /// for this text), `no_time` (it did not answer soon enough), `unclear` (its answer named none), or an error code.
    pub fell_back: Option<String>,
}
