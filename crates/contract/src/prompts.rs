//! The prompt library: the writer's own prompts, with blanks that a form fills.
//!
//! In a prompt's text `{{name}}` is a blank, and `\{{` is two braces that are meant as such. Capitals and spaces around a
//! name do not matter. What is filled in is taken as it is: braces inside it are text.

use crate::{FaultView, MemberSettingsView, NameView, NamedModelView};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// How a blank is filled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum VariableKind {
    /// A few words on one line.
    #[default]
    Short,
    /// A text of several lines.
    Long,
    /// One of the choices.
    Choice,
}

/// A blank of a prompt.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct PromptVariable {
    /// As it stands between the braces. In any script; one line of at most 60 letters, without braces.
    pub name: String,
    /// What the form asks; empty for the name itself.
    pub label: String,
    /// How it is filled.
    pub kind: VariableKind,
    /// What can be chosen, where it is a choice.
    pub choices: Vec<String>,
    /// What stands in the form at first, and counts where nothing is given; may be empty.
    pub default: String,
    /// It may be left empty.
    pub optional: bool,
}

/// The assistant that a prompt is written for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct NamedAssistantView {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: NameView,
}

/// A prompt.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct PromptView {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its text, with its blanks.
    pub text: String,
    /// Its blanks: those that were described, in the writer's order, then those that only stand in the text.
    pub variables: Vec<PromptVariable>,
    /// Names of those that were described and do not stand in the text.
    pub unused: Vec<String>,
    /// Its own model or collection.
    pub model: Option<NamedModelView>,
    /// Its own assistant.
    pub assistant: Option<NamedAssistantView>,
    /// How a model is used for it.
    pub settings: MemberSettingsView,
    /// Unix milliseconds.
    pub created_at: i64,
    /// Unix milliseconds.
    pub updated_at: i64,
}

/// A prompt or an assistant whose seal does not open: its record was changed outside of Inkhorn, or the disk spoiled it.
/// Nothing of the writer's words in it can be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct SpoiltView {
    /// Its id, by which it can be removed or put back.
    pub id: String,
    /// Its name as it came with Inkhorn; such a one is put back and not removed.
    pub name: Option<NameView>,
    /// When it was last saved. Unix milliseconds.
    pub updated_at: i64,
}

/// All prompts.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct PromptsView {
    /// By name.
    pub prompts: Vec<PromptView>,
    /// Those that cannot be read.
    pub spoilt: Vec<SpoiltView>,
    /// The vault is not open, so they cannot be read.
    pub locked: bool,
}

/// Makes a prompt, or puts this in place of all that one says.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[ts(optional_fields)]
pub struct PromptSaveRequest {
    /// Its id; absent for a new one.
    pub id: Option<String>,
    /// Its name.
    pub name: String,
    /// Its text, with its blanks.
    pub text: String,
    /// Its blanks, where there is more to say of them than their names.
    #[serde(default)]
    #[ts(as = "Option<Vec<PromptVariable>>", optional)]
    pub variables: Vec<PromptVariable>,
    /// `slug/model-id` or the name of a collection; absent for none.
    pub model: Option<String>,
    /// An assistant's id; absent for none.
    pub assistant: Option<String>,
    /// How a model is used for it.
    #[serde(default)]
    #[ts(as = "Option<MemberSettingsView>", optional)]
    pub settings: MemberSettingsView,
}

/// Names a prompt.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct PromptRequest {
    /// Its id.
    pub prompt: String,
}

/// Looks at a prompt that is being written. Stores nothing.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[ts(optional_fields)]
pub struct PromptCheckRequest {
    /// The text as it stands.
    pub text: String,
    /// The blanks that are described.
    #[serde(default)]
    #[ts(as = "Option<Vec<PromptVariable>>", optional)]
    pub variables: Vec<PromptVariable>,
}

/// What a prompt would be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct PromptCheckView {
    /// Its blanks, as [`PromptView::variables`]; those that are described alone where the text cannot be read.
    pub variables: Vec<PromptVariable>,
    /// Those that are described and do not stand in the text.
    pub unused: Vec<String>,
    /// Why it could not be saved; names the line.
    pub fault: Option<FaultView>,
}

/// Fills a prompt's blanks.
#[derive(Debug, Clone, Default, Deserialize, TS)]
pub struct PromptFillRequest {
    /// The prompt's id.
    pub prompt: String,
    /// What goes into the blanks, by their names.
    pub values: BTreeMap<String, String>,
}

/// A prompt with its blanks filled. It is ready to be sent where nothing is missing and everything was on offer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct PromptFilledView {
    /// The text. A blank for which there is nothing stands in it as `{{name}}`.
    pub text: String,
    /// Names of the blanks for which there is nothing.
    pub missing: Vec<String>,
    /// Names of those for which something else was given than what can be chosen.
    pub not_offered: Vec<String>,
    /// What was given for no blank of this prompt.
    pub unknown: Vec<String>,
}
