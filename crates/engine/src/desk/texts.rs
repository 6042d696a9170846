//! Text of conversations: sealed on its way into the database, opened on its way to the page.

use super::wish::Used;
use crate::Inner;
use crate::assistants::built_in;
use crate::guard::Guard;
use inkhorn_contract::{AnswerView, ConversationView, FaultView, MessageView, NameView};
use inkhorn_domain::{ConversationId, Role};
use inkhorn_fault::{Code, Fault, Result};
use inkhorn_store::conversations::ConversationRow;
use inkhorn_store::messages::{MessageRow, MessageState};
use inkhorn_vault::{Purpose, SealContext};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// What is sealed of a message.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Content {
    pub text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reasoning: Option<String>,
    /// What the writer called the assistant then; absent for one that has the name with which it came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assistant: Option<String>,
}

/// What stands beside the text, in plain: counts and reasons, no text.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Meta {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<AnswerView>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<FaultView>,
    #[serde(default)]
    pub used: Used,
}

impl Meta {
    /// What stands beside the text of a message.
    pub(super) fn of(row: &MessageRow) -> Self {
        serde_json::from_str(&row.meta).unwrap_or_default()
    }

    /// As it is stored. The name of an assistant may be the writer's own word, which is sealed with the text.
    pub(super) fn to_json(&self) -> String {
        let mut answer = self.answer.clone();
        if let Some(assistant) = answer.as_mut().and_then(|answer| answer.assistant.as_mut()) {
            assistant.name = NameView::default();
        }
        let plain = Self { answer, fault: self.fault.clone(), used: self.used.clone() };
        serde_json::to_string(&plain).unwrap_or_else(|_| "{}".to_owned())
    }
}

/// Seals and opens for one engine.
pub(super) struct Texts<'e> {
    vault: &'e Guard,
}

impl<'e> Texts<'e> {
    pub(super) fn of(inner: &'e Inner) -> Self {
        Self { vault: &inner.vault }
    }

    pub(super) fn seal(&self, row: &MessageRow, content: &Content) -> Result<Vec<u8>> {
        let json = serde_json::to_vec(content).map_err(|_| Fault::new(Code::Damaged))?;
        self.vault.seal(&message_context(row), &Zeroizing::new(json))
    }

    pub(super) fn open(&self, row: &MessageRow) -> Result<Content> {
        let json = self.vault.open(&message_context(row), &row.text)?;
        serde_json::from_slice(&json).map_err(|_| Fault::new(Code::Tampered))
    }

    pub(super) fn seal_title(&self, row: &ConversationRow, title: &str) -> Result<Vec<u8>> {
        self.vault.seal(&title_context(row), title.as_bytes())
    }

    pub(super) fn seal_draft(
        &self,
        conversation: Option<ConversationId>,
        rev: i64,
        text: &str,
    ) -> Result<Vec<u8>> {
        self.vault.seal(&draft_context(conversation, rev), text.as_bytes())
    }

    pub(super) fn open_draft(
        &self,
        conversation: Option<ConversationId>,
        rev: i64,
        text: &[u8],
    ) -> Result<String> {
        text_of(&self.vault.open(&draft_context(conversation, rev), text)?)
    }

    pub(super) fn conversation(&self, row: &ConversationRow) -> Result<ConversationView> {
        Ok(ConversationView {
            id: row.id.to_string(),
            title: text_of(&self.vault.open(&title_context(row), &row.title)?)?,
            created_at: row.created_at,
            updated_at: row.updated_at,
            model: row.model.clone(),
            assistant: row.assistant.clone(),
            snippet: None,
        })
    }

    pub(super) fn message(&self, row: &MessageRow) -> Result<MessageView> {
        Ok(view(row, self.open(row)?))
    }
}

/// A message with its text, for the page.
pub(super) fn view(row: &MessageRow, content: Content) -> MessageView {
    let mut meta = Meta::of(row);
    if let Some(assistant) = meta.answer.as_mut().and_then(|answer| answer.assistant.as_mut()) {
        let came = built_in::find(&assistant.id).map(|one| one.name.clone());
        let own = content.assistant.map(|name| NameView { en: name.clone(), id: name });
        assistant.name = own.or(came).unwrap_or_default();
    }
    MessageView {
        id: row.id.to_string(),
        role: if row.role == Role::User { "user" } else { "assistant" },
        text: content.text,
        reasoning: content.reasoning,
        created_at: row.created_at,
        state: match row.state {
            MessageState::Streaming => "streaming",
            MessageState::Done => "done",
            MessageState::Stopped => "stopped",
            MessageState::Failed => "failed",
        },
        answer: meta.answer,
        fault: meta.fault,
    }
}

fn message_context(row: &MessageRow) -> SealContext<'_> {
    context(row.id.0, row.conversation.0, "text", row.rev)
}

fn title_context(row: &ConversationRow) -> SealContext<'_> {
    context(row.id.0, row.id.0, "title", row.rev)
}

/// The draft of a conversation to come has an id of zeros.
fn draft_context(conversation: Option<ConversationId>, rev: i64) -> SealContext<'static> {
    let id = conversation.map_or([0; 16], |id| id.0);
    context(id, id, "draft", rev)
}

fn context(record: [u8; 16], owner: [u8; 16], field: &'static str, rev: i64) -> SealContext<'static> {
    let (owner_kind, revision) = ("conversation", rev.unsigned_abs());
    SealContext { purpose: Purpose::Text, record, owner_kind, owner, field, revision, destination: None }
}

fn text_of(bytes: &[u8]) -> Result<String> {
    std::str::from_utf8(bytes).map(str::to_owned).map_err(|_| Fault::new(Code::Tampered))
}

/// The beginning of a text as a title: its first line, at most 80 characters, cut at a word.
pub(super) fn title_from(text: &str) -> String {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    if line.chars().count() <= 80 {
        return line.to_owned();
    }
    let cut: String = line.chars().take(79).collect();
    let cut = cut.rsplit_once(' ').map_or(cut.as_str(), |(words, _)| words);
    format!("{cut}…")
}

/// The surroundings of the first place where `search` (in lower case) occurs.
pub(super) fn snippet(text: &str, search: &str) -> Option<String> {
    const AROUND: usize = 40;
    // Lower case may have other lengths than the text, so the place is counted in characters of the lower-case text
    // and the snippet is taken from there.
    let lower = text.to_lowercase();
    let at = lower.find(search)?;
    let before = lower[..at].chars().count();
    let found = search.chars().count();
    let source: Vec<char> = if lower.chars().count() == text.chars().count() {
        text.chars().collect()
    } else {
        lower.chars().collect()
    };
    let (from, to) = (before.saturating_sub(AROUND), (before + found + AROUND).min(source.len()));
    let middle: String = source[from..to].iter().map(|c| if c.is_whitespace() { ' ' } else { *c }).collect();
    let dots = |cut: bool| if cut { "…" } else { "" };
    Some(format!("{}{}{}", dots(from > 0), middle.trim(), dots(to < source.len())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_the_first_line_cut_at_a_word() {
        assert_eq!(title_from("\n  Chapter one \nIt was"), "Chapter one");
        let long = "word ".repeat(40);
        let title = title_from(&long);
        assert!(title.chars().count() <= 80 && title.ends_with("word…"), "{title}");
        assert_eq!(title_from("字".repeat(200).as_str()).chars().count(), 80);
        assert_eq!(title_from(""), "");
    }

    #[test]
    fn a_snippet_shows_where_the_text_was_found() {
        let text = format!("{} Ishmael {}", "before ".repeat(20), "after ".repeat(20));
        let found = snippet(&text, "ishmael").expect("it is there");
        assert!(found.starts_with('…') && found.contains("Ishmael") && found.ends_with('…'), "{found}");
        assert_eq!(snippet("İstanbul", "x"), None);
        assert!(snippet("İİİİ Straße", "straße").is_some(), "letters whose lower case is longer");
    }
}
