//! The Desk: conversations and the answers that stream into them. All text is sealed before it is stored.

mod answering;
mod estimate;
mod keeping;
mod texts;
mod waiting;
mod wish;

use crate::{Engine, blocking, random};
use inkhorn_contract::*;
use inkhorn_domain::{ConversationId, MessageId, Privacy, Role};
use inkhorn_fault::{Code, Fault, Result};
use inkhorn_store::conversations::ConversationRow;
use inkhorn_store::drafts::DraftRow;
use inkhorn_store::messages::{MessageRow, MessageState};
use inkhorn_store::{conversations, drafts, messages};
use texts::{Content, Texts, snippet, title_from};
use wish::Named;

pub(crate) use answering::Running;
pub(crate) use keeping::cost_view;

/// Conversations in the list at most.
const LISTED: u32 = 1_000;
/// Messages opened at once in a search.
const BATCH: u32 = 500;
/// The longest text of one turn, in bytes.
const LONGEST: usize = 16 * 1024 * 1024;

impl Engine {
    /// Conversations, newest first; with `search`, those in which the text occurs.
    pub async fn desk_list(&self, request: DeskListRequest) -> Result<DeskListView> {
        let inner = self.inner.clone();
        blocking(move || {
            let texts = Texts::of(&inner);
            if !inner.vault.is_open() {
                // Without a vault nothing was ever written; a locked one is said to be locked.
                return Ok(DeskListView { conversations: Vec::new(), locked: inner.vault.exists() });
            }
            let search =
                request.search.map(|text| text.trim().to_lowercase()).filter(|text| !text.is_empty());
            let rows = inner.store.read(|db| conversations::load_newest(db, None, LISTED))?;
            let found = search.as_deref().map(|search| find(&inner, &texts, search)).transpose()?;
            let mut list = Vec::new();
            for row in rows {
                let mut view = texts.conversation(&row)?;
                if let (Some(search), Some(found)) = (&search, &found) {
                    view.snippet = found.get(&row.id).cloned();
                    if view.snippet.is_none() && !view.title.to_lowercase().contains(search) {
                        continue;
                    }
                }
                list.push(view);
            }
            Ok(DeskListView { conversations: list, locked: false })
        })
        .await
    }

    /// A conversation with its text, or the draft of a new one.
    pub async fn desk_open(&self, request: DeskOpenRequest) -> Result<DeskOpenView> {
        let inner = self.inner.clone();
        blocking(move || {
            let texts = Texts::of(&inner);
            let Some(id) = request.conversation else {
                let draft =
                    if inner.vault.is_open() { load_draft(&inner, &texts, None)? } else { String::new() };
                return Ok(DeskOpenView { conversation: None, messages: Vec::new(), draft });
            };
            let id = conversation_id(&id)?;
            let (row, rows) =
                inner.store.read(|db| Ok((conversations::load(db, id)?, messages::load_of(db, id)?)))?;
            let conversation = texts.conversation(&row.ok_or_else(|| Fault::new(Code::NotFound))?)?;
            let messages = rows.iter().map(|row| texts.message(row)).collect::<Result<_>>()?;
            let draft = load_draft(&inner, &texts, Some(id))?;
            Ok(DeskOpenView { conversation: Some(conversation), messages, draft })
        })
        .await
    }

    /// Sends a text and streams the answer through `on_event`. Ends when the answer does; a failure after the text was
    /// kept is an answer whose state is *failed*, not an error.
    pub async fn desk_send(
        &self,
        request: DeskSendRequest,
        on_event: impl FnMut(DeskEvent) + Send,
    ) -> Result<MessageView> {
        if request.text.trim().is_empty() || request.text.len() > LONGEST {
            return Err(
                Fault::new(Code::BadRequest).with("reason", "a turn has some text and at most 16 MiB")
            );
        }
        self.ensure_vault().await?;
        let known = request.conversation.as_deref().map(conversation_id).transpose()?;
        let DeskSendRequest { text, model, assistant, prompt, .. } = request;
        let wish = self.wish(Named { model, assistant, prompt }, known).await?;
        let model = self.model_for(&wish).await?;
        let inner = self.inner.clone();
        let turn = blocking(move || answering::begin(&inner, known, &text, wish, model)).await?;
        answering::answer(self, turn, on_event).await
    }

    /// Answers a turn again. The old answer, and what came after it, stay until the new answer has begun.
    pub async fn desk_retry(
        &self,
        request: DeskRetryRequest,
        on_event: impl FnMut(DeskEvent) + Send,
    ) -> Result<MessageView> {
        self.ensure_vault().await?;
        let id = message_id(&request.message)?;
        let inner = self.inner.clone();
        let row = blocking(move || inner.store.read(|db| messages::load(db, id))).await?;
        let row = row.ok_or_else(|| Fault::new(Code::NotFound))?;
        let DeskRetryRequest { model, assistant, text, .. } = request;
        let wish = self.wish_again(Named { model, assistant, prompt: None }, &row).await?;
        let model = self.model_for(&wish).await?;
        let inner = self.inner.clone();
        let turn = blocking(move || answering::begin_again(&inner, &row, text, wish, model)).await?;
        answering::answer(self, turn, on_event).await
    }

    /// Stops an answer that is coming in.
    pub async fn desk_stop(&self, request: DeskStopRequest) -> Result<DeskStopView> {
        Ok(DeskStopView { stopped: self.inner.running.stop(message_id(&request.message)?) })
    }

    /// Changes the text of a message.
    pub async fn desk_edit(&self, request: DeskEditRequest) -> Result<MessageView> {
        let id = message_id(&request.message)?;
        if request.text.len() > LONGEST {
            return Err(Fault::new(Code::BadRequest).with("reason", "a turn has at most 16 MiB"));
        }
        let inner = self.inner.clone();
        let view = blocking(move || {
            let texts = Texts::of(&inner);
            let mut row = idle_message(&inner, id)?;
            let content = Content { text: request.text, ..texts.open(&row)? };
            row.rev += 1;
            row.updated_at = inner.clock.now();
            row.text = texts.seal(&row, &content)?;
            inner.store.write(|tx| {
                messages::update(tx, &row)?;
                conversations::touch(tx, row.conversation, row.updated_at)
            })?;
            texts.message(&row)
        })
        .await?;
        self.inner.changed(&[Topic::Desk]);
        Ok(view)
    }

    /// Deletes a message; its text is gone from the file.
    pub async fn desk_delete_message(&self, request: MessageRequest) -> Result<Nothing> {
        let id = message_id(&request.message)?;
        let inner = self.inner.clone();
        blocking(move || {
            idle_message(&inner, id)?;
            inner.store.write(|tx| messages::remove(tx, id))?;
            inner.store.scrub_free_space()
        })
        .await?;
        self.inner.changed(&[Topic::Desk]);
        Ok(Nothing {})
    }

    /// Gives a conversation a title.
    pub async fn desk_rename(&self, request: DeskRenameRequest) -> Result<ConversationView> {
        let id = conversation_id(&request.conversation)?;
        let inner = self.inner.clone();
        let view = blocking(move || {
            let texts = Texts::of(&inner);
            let row = inner.store.read(|db| conversations::load(db, id))?;
            let mut row = row.ok_or_else(|| Fault::new(Code::NotFound))?;
            row.rev += 1;
            row.title = texts.seal_title(&row, &title_from(&request.title))?;
            inner.store.write(|tx| conversations::update(tx, &row))?;
            texts.conversation(&row)
        })
        .await?;
        self.inner.changed(&[Topic::Desk]);
        Ok(view)
    }

    /// Deletes a conversation; its text is gone from the file.
    pub async fn desk_delete(&self, request: ConversationRequest) -> Result<Nothing> {
        let id = conversation_id(&request.conversation)?;
        let inner = self.inner.clone();
        blocking(move || {
            let rows = inner.store.read(|db| messages::load_of(db, id))?;
            for row in &rows {
                inner.running.stop(row.id);
            }
            inner.store.write(|tx| conversations::remove(tx, id))?;
            inner.store.scrub_free_space()
        })
        .await?;
        self.inner.changed(&[Topic::Desk]);
        Ok(Nothing {})
    }

    /// Keeps what stands in the composer, sealed. Before there is a vault nothing is kept: a draft is no reason to
    /// ask for a passphrase.
    pub async fn desk_draft(&self, request: DeskDraftRequest) -> Result<Nothing> {
        let conversation = request.conversation.as_deref().map(conversation_id).transpose()?;
        let inner = self.inner.clone();
        blocking(move || {
            if request.text.is_empty() {
                return inner.store.write(|tx| drafts::remove(tx, conversation));
            }
            if request.text.len() > LONGEST || (!inner.vault.is_open() && !inner.vault.exists()) {
                return Ok(());
            }
            let known = inner.store.read(|db| drafts::load(db, conversation))?;
            let rev = known.map_or(1, |draft| draft.rev + 1);
            let text = Texts::of(&inner).seal_draft(conversation, rev, &request.text)?;
            let row = DraftRow { conversation, text, rev, updated_at: inner.clock.now() };
            inner.store.write(|tx| drafts::save(tx, &row))
        })
        .await?;
        Ok(Nothing {})
    }

    /// Estimates tokens and cost of sending the text in the composer.
    pub async fn desk_estimate(&self, request: DeskEstimateRequest) -> Result<DeskEstimateView> {
        let conversation = request.conversation.as_deref().map(conversation_id).transpose()?;
        let inner = self.inner.clone();
        let history = blocking(move || match conversation.filter(|_| inner.vault.is_open()) {
            Some(id) => answering::history(&inner, id, None),
            None => Ok(Vec::new()),
        })
        .await?;
        let DeskEstimateRequest { text, model, assistant, prompt, .. } = request;
        let wish = self.wish(Named { model, assistant, prompt }, conversation).await.ok();
        let picked = match &wish {
            Some(wish) => self.model_for(wish).await.ok(),
            None => None,
        };
        let guidance = wish.map(|wish| wish.guidance).unwrap_or_default();
        let turns: Vec<&str> = history.iter().map(|past| past.text.as_str()).chain([text.as_str()]).collect();
        self.estimate_for(picked, Privacy::Cloud, &guidance, &turns)
    }
}

fn conversation_id(text: &str) -> Result<ConversationId> {
    text.parse().map_err(|_| Fault::new(Code::NotFound))
}

fn message_id(text: &str) -> Result<MessageId> {
    text.parse().map_err(|_| Fault::new(Code::NotFound))
}

/// A message that is not being written right now.
fn idle_message(inner: &crate::Inner, id: MessageId) -> Result<MessageRow> {
    if inner.running.has(id) {
        return Err(Fault::new(Code::Busy).with("reason", "the answer is still coming in"));
    }
    inner.store.read(|db| messages::load(db, id))?.ok_or_else(|| Fault::new(Code::NotFound))
}

fn load_draft(
    inner: &crate::Inner,
    texts: &Texts<'_>,
    conversation: Option<ConversationId>,
) -> Result<String> {
    match inner.store.read(|db| drafts::load(db, conversation))? {
        Some(draft) => texts.open_draft(conversation, draft.rev, &draft.text),
        None => Ok(String::new()),
    }
}

/// Where the text occurs: a snippet for each conversation that has it.
fn find(
    inner: &crate::Inner,
    texts: &Texts<'_>,
    search: &str,
) -> Result<std::collections::HashMap<ConversationId, String>> {
    let mut found = std::collections::HashMap::new();
    let mut after = None;
    loop {
        let batch = inner.store.read(|db| messages::load_batch(db, after, BATCH))?;
        let Some(last) = batch.last() else { return Ok(found) };
        after = Some(last.id);
        for row in &batch {
            if !found.contains_key(&row.conversation)
                && let Some(snippet) = snippet(&texts.open(row)?.text, search)
            {
                found.insert(row.conversation, snippet);
            }
        }
    }
}

fn new_conversation(
    inner: &crate::Inner,
    texts: &Texts<'_>,
    text: &str,
    model: &str,
    assistant: Option<String>,
) -> Result<ConversationRow> {
    let now = inner.clock.now();
    let mut row = ConversationRow {
        id: ConversationId(random::make_id()),
        title: Vec::new(),
        rev: 1,
        model: Some(model.to_owned()),
        model_chosen: false,
        assistant,
        created_at: now,
        updated_at: now,
    };
    row.title = texts.seal_title(&row, &title_from(text))?;
    Ok(row)
}

fn new_message(
    conversation: ConversationId,
    position: i64,
    role: Role,
    state: MessageState,
    now: i64,
) -> MessageRow {
    MessageRow {
        id: MessageId(random::make_id()),
        conversation,
        position,
        parent: None,
        role,
        text: Vec::new(),
        rev: 1,
        state,
        model: None,
        connection_label: None,
        request: None,
        finish: None,
        meta: "{}".to_owned(),
        created_at: now,
        updated_at: now,
    }
}
