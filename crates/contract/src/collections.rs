//! Collections: named, ordered lists of models of any connection. A collection is used like a model, by its name: the
//! first of its members that can be used now answers.

use crate::FaultView;
use inkhorn_domain::MemberSettings;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How a model is used when it is reached through a collection, where the request itself says nothing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct MemberSettingsView {
    /// From 0 to 2.
    pub temperature: Option<f64>,
    /// Most tokens in one answer.
    pub max_tokens: Option<u64>,
    /// How much it thinks first.
    #[ts(type = "'none' | 'minimal' | 'low' | 'medium' | 'high' | null")]
    pub reasoning: Option<String>,
}

impl From<&MemberSettings> for MemberSettingsView {
    fn from(settings: &MemberSettings) -> Self {
        Self {
            temperature: settings.temperature,
            max_tokens: settings.max_tokens,
            reasoning: settings.reasoning.clone(),
        }
    }
}

impl From<MemberSettingsView> for MemberSettings {
    fn from(view: MemberSettingsView) -> Self {
        Self { temperature: view.temperature, max_tokens: view.max_tokens, reasoning: view.reasoning }
    }
}

/// A model in a collection.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct MemberView {
    /// `slug/model-id`.
    pub id: String,
    /// A name for people.
    pub name: String,
    /// Whether it can be used now.
    pub available: bool,
    /// Why not: `not_connected` (there is no such connection, or it does not list the model), `gone`, an error code, or
    /// `connection_off`.
    pub reason: Option<String>,
    /// How it is used through this collection.
    pub settings: MemberSettingsView,
}

/// A collection.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct CollectionView {
    /// Its name, which is its address too.
    pub name: String,
    /// Its models, the first choice first.
    pub models: Vec<MemberView>,
    /// Used where no default model is set.
    pub default: bool,
    /// `slug/model-id` of the member that would answer now; absent where none can.
    pub answers: Option<String>,
    /// When something in it changed, unix milliseconds.
    pub updated_at: i64,
}

/// Names a collection.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct CollectionRequest {
    /// Its name; capitals do not matter.
    pub name: String,
}

/// Gives a collection another name. Whatever names the collection as its model follows.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct CollectionRenameRequest {
    /// Its name.
    pub name: String,
    /// Its new name.
    pub to: String,
}

/// Models to add, to remove, or in a new order.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct CollectionModelsRequest {
    /// The collection.
    pub name: String,
    /// `slug/model-id` each. Adding puts them at the end; reordering puts these first, and the rest behind as it was.
    pub models: Vec<String>,
}

/// How one model is used through a collection.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct CollectionSettingsRequest {
    /// The collection.
    pub name: String,
    /// `slug/model-id` of a member.
    pub model: String,
    /// In place of all that was set.
    pub settings: MemberSettingsView,
}

/// Makes a collection the default, or none.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[ts(optional_fields)]
pub struct CollectionDefaultRequest {
    /// Its name; absent for none.
    pub name: Option<String>,
}

/// A collection that was removed.
#[derive(Debug, Clone, Serialize, TS)]
pub struct CollectionDeletedView {
    /// Its name.
    pub deleted: String,
    /// What named it as its model and names nothing now: `default_model`, features.
    pub unset: Vec<String>,
}

/// A collection as text, without keys, for people and for Inkhorn.
#[derive(Debug, Clone, Serialize, TS)]
pub struct CollectionTextView {
    /// Its name.
    pub name: String,
    /// The text.
    pub text: String,
}

/// Takes in a collection that came as text.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(optional_fields)]
pub struct CollectionImportRequest {
    /// The text.
    pub text: String,
    /// Another name than the one in the text, for one that is taken here.
    pub name: Option<String>,
}

/// What a collection's text holds. Nothing is made by reading it.
#[derive(Debug, Clone, Serialize, TS)]
pub struct CollectionReadView {
    /// The name that it would get.
    pub name: String,
    /// Why it cannot have that name: it is taken, or no name.
    pub name_fault: Option<FaultView>,
    /// Its models with their settings, as they would stand here.
    pub models: Vec<MemberView>,
}

/// A collection that Inkhorn offers to make. It is made by `collections_create` and `collections_add`, or not at all.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct OfferedCollectionView {
    /// What it is for.
    #[ts(type = "'chat' | 'prose' | 'prompt' | 'summarise'")]
    pub task: &'static str,
    /// The name that it would get.
    pub name: &'static str,
    /// Models of the writer's connections that suit it, the best first; may be none.
    pub models: Vec<String>,
}
