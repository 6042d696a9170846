//! One answer on the Desk, from the kept question to the kept answer.
//!
//! What the page was told is on disk: the question before it is sent, the answer every second while it comes in, and
//! its end before the page hears of it.

use super::keeping::{Keeping, Place, answer_view};
use super::texts::{Content, Meta, Texts, view};
use super::waiting::Waiting;
use super::wish::{DESK, Used, Wish};
use super::{new_conversation, new_message};
use crate::assistants::auto::Question;
use crate::send::{Answer, Ask, AskBody};
use crate::{Engine, Inner, blocking};
use inkhorn_contract::{AnswerView, ConversationView, DeskEvent, MessageView, Topic};
use inkhorn_domain::{
    ChatRequest, ConversationId, Face, Message, MessageId, Part, Privacy, Role, StreamEvent,
};
use inkhorn_fault::{Code, Fault, Result};
use inkhorn_routing::PickedBy;
use inkhorn_store::conversations::ConversationRow;
use inkhorn_store::messages::{MessageRow, MessageState};
use inkhorn_store::{conversations, drafts, messages};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// The answer so far is kept this often while it comes in.
const KEEP_EVERY: Duration = Duration::from_secs(1);

/// Answers that are coming in, by message.
#[derive(Default)]
pub(crate) struct Running(Mutex<HashMap<MessageId, CancellationToken>>);

impl Running {
    pub(super) fn stop(&self, id: MessageId) -> bool {
        let running = self.0.lock();
        running.get(&id).inspect(|token| token.cancel()).is_some()
    }

    pub(super) fn has(&self, id: MessageId) -> bool {
        self.0.lock().contains_key(&id)
    }

    fn begin(self: &Running, id: MessageId) -> CancellationToken {
        let token = CancellationToken::new();
        self.0.lock().insert(id, token.clone());
        token
    }

    fn end(&self, id: MessageId) {
        self.0.lock().remove(&id);
    }
}

/// A question that was put and its answer that is to come.
pub(super) struct Turn {
    conversation: ConversationView,
    user: MessageView,
    answer: MessageRow,
    /// What was chosen: a model or a collection, and by which rule.
    model: String,
    picked_by: PickedBy,
    /// The assistant and the prompt, where Auto is not yet to choose.
    wish: Wish,
    history: Vec<Past>,
    place: Place,
}

/// A turn that a conversation has already.
pub(super) struct Past {
    role: Role,
    /// What was said.
    pub(super) text: String,
    /// What the model thought before it said so.
    reasoning: Option<String>,
}

impl From<Past> for Message {
    fn from(past: Past) -> Self {
        let thought = past.reasoning.map(|text| Part::Reasoning { text, signature: None });
        let parts = thought.into_iter().chain([Part::Text(past.text)]).collect();
        Self { role: past.role, parts }
    }
}

/// Keeps the question, and a row for the answer, in one transaction.
pub(super) fn begin(
    inner: &Inner,
    known: Option<ConversationId>,
    text: &str,
    wish: Wish,
    (model, picked_by): (String, PickedBy),
) -> Result<Turn> {
    let model = model.as_str();
    let texts = Texts::of(inner);
    let now = inner.clock.now();
    let old = known.map(|id| inner.store.read(|db| conversations::load(db, id))).transpose()?.flatten();
    if known.is_some() && old.is_none() {
        return Err(Fault::new(Code::NotFound));
    }
    let fresh = old.is_none();
    let mut conversation = match old {
        Some(row) => row,
        None => new_conversation(inner, &texts, text, model, None)?,
    };
    // A prompt's own model is for its turn; the conversation goes on as it was.
    if fresh || picked_by != PickedBy::Prompt {
        conversation.model = Some(model.to_owned());
    }
    let chosen_before = conversation.model_chosen && !wish.unchosen;
    conversation.model_chosen = chosen_before || picked_by == PickedBy::Explicit;
    if let Some(assistant) = &wish.lasting {
        conversation.assistant.clone_from(assistant);
    }
    conversation.updated_at = now;
    let position = inner.store.read(|db| messages::next_position(db, conversation.id))?;
    let mut question = new_message(conversation.id, position, Role::User, MessageState::Done, now);
    question.text = texts.seal(&question, &Content { text: text.to_owned(), ..Content::default() })?;
    let mut answer = new_answer(&conversation, position + 1, &question, model, &wish.used, now);
    answer.text = texts.seal(&answer, &Content::default())?;
    inner.store.write(|tx| {
        if fresh {
            conversations::insert(tx, &conversation)?
        } else {
            conversations::update(tx, &conversation)?
        }
        messages::insert(tx, &question)?;
        messages::insert(tx, &answer)?;
        drafts::remove(tx, known)
    })?;
    let history = history(inner, conversation.id, Some(question.position))?;
    let (conversation, user) = (texts.conversation(&conversation)?, texts.message(&question)?);
    let model = model.to_owned();
    Ok(Turn { conversation, user, answer, model, picked_by, wish, history, place: Place::Kept })
}

/// Prepares another answer to a turn that was answered before. Nothing is changed yet.
pub(super) fn begin_again(
    inner: &Inner,
    row: &MessageRow,
    edited: Option<String>,
    wish: Wish,
    (model, picked_by): (String, PickedBy),
) -> Result<Turn> {
    let model = model.as_str();
    let texts = Texts::of(inner);
    let all = inner.store.read(|db| messages::load_of(db, row.conversation))?;
    if all.iter().any(|message| inner.running.has(message.id)) {
        return Err(Fault::new(Code::Busy).with("reason", "an answer is still coming in"));
    }
    let asked = all.iter().rev().find(|other| other.role == Role::User && other.position <= row.position);
    let mut question = asked.ok_or_else(|| Fault::new(Code::NotFound))?.clone();
    let now = inner.clock.now();
    let mut history = history(inner, row.conversation, Some(question.position))?;
    if let Some(text) = &edited {
        question.rev += 1;
        question.updated_at = now;
        question.text = texts.seal(&question, &Content { text: text.clone(), ..Content::default() })?;
        if let Some(last) = history.last_mut() {
            last.text.clone_from(text);
        }
    }
    let conversation = inner.store.read(|db| conversations::load(db, row.conversation))?;
    let conversation = conversation.ok_or_else(|| Fault::new(Code::NotFound))?;
    let answer = new_answer(&conversation, question.position + 1, &question, model, &wish.used, now);
    let (conversation, user) = (texts.conversation(&conversation)?, texts.message(&question)?);
    let place = Place::After { question: Box::new(question), edited: edited.is_some() };
    let model = model.to_owned();
    Ok(Turn { conversation, user, answer, model, picked_by, wish, history, place })
}

fn new_answer(
    conversation: &ConversationRow,
    position: i64,
    question: &MessageRow,
    model: &str,
    used: &Used,
    now: i64,
) -> MessageRow {
    let mut answer = new_message(conversation.id, position, Role::Assistant, MessageState::Streaming, now);
    answer.parent = Some(question.id);
    answer.model = Some(model.to_owned());
    answer.meta = Meta { used: used.clone(), ..Meta::default() }.to_json();
    answer
}

/// The turns of a conversation up to a place, opened; answers of which nothing came are left out.
pub(super) fn history(inner: &Inner, id: ConversationId, until: Option<i64>) -> Result<Vec<Past>> {
    let texts = Texts::of(inner);
    let rows = inner.store.read(|db| messages::load_of(db, id))?;
    let mut turns = Vec::new();
    for row in rows.iter().filter(|row| until.is_none_or(|until| row.position <= until)) {
        let Content { text, reasoning, .. } = texts.open(row)?;
        if !text.is_empty() {
            turns.push(Past { role: row.role, text, reasoning });
        }
    }
    Ok(turns)
}

/// Sends the turn and keeps what comes.
pub(super) async fn answer(
    engine: &Engine,
    mut turn: Turn,
    mut on_event: impl FnMut(DeskEvent) + Send,
) -> Result<MessageView> {
    let inner = engine.inner.clone();
    let stop = inner.running.begin(turn.answer.id);
    let _ending = Ending { inner: inner.clone(), id: turn.answer.id };
    on_event(DeskEvent::Started {
        conversation: turn.conversation.clone(),
        user: turn.user.clone(),
        answer: view(&turn.answer, Content::default()),
    });
    inner.changed(&[Topic::Desk]);
    let chosen = tokio::select! {
        chosen = choose(engine, &mut turn, &mut on_event) => Some(chosen),
        () = stop.cancelled() => None,
    };
    let mut keeping = Keeping {
        inner: inner.clone(),
        row: turn.answer,
        content: Content {
            assistant: turn.wish.guidance.own_name().map(|name| name.en.clone()),
            ..Content::default()
        },
        unkept: false,
        picked_by: turn.picked_by,
        used: turn.wish.used.clone(),
        guidance: turn.wish.guidance.clone(),
        place: turn.place,
    };
    let ask = Ask {
        face: Face::Window,
        feature: turn.wish.feature().to_owned().into(),
        app: None,
        privacy: Privacy::Cloud,
        model: Some(turn.model.clone()),
        conversation_model: None,
        body: AskBody::Chat(Box::new(ChatRequest {
            messages: turn.history.into_iter().map(Message::from).collect(),
            stream: true,
            stream_usage: true,
            ..ChatRequest::default()
        })),
    };
    let mut waiting = Waiting::for_model(&inner, &turn.model);
    let sent = match chosen {
        None => None,
        Some(Err(fault)) => Some(Err(fault)),
        Some(Ok(())) => {
            let sending = engine.send_guided(ask, &turn.wish.guidance);
            tokio::pin!(sending);
            loop {
                tokio::select! {
                    sent = &mut sending => break Some(sent),
                    () = stop.cancelled() => break None,
                    () = waiting.rings() => on_event(waiting.event()),
                }
            }
        }
    };
    let message = match sent {
        // Stopped while the model was still silent: dropping the request ended it, and its row says so.
        None => keeping.end(MessageState::Stopped, None, None).await?,
        Some(Err(fault)) => keeping.end(MessageState::Failed, Some(fault), None).await?,
        Some(Ok(answer)) => stream(&inner, answer, &mut keeping, &stop, &mut waiting, &mut on_event).await?,
    };
    if message.state == "done" {
        let inner = inner.clone();
        let _ = blocking(move || inner.remember_model(&turn.model)).await;
    }
    on_event(DeskEvent::Ended { message: message.clone() });
    inner.changed(&[Topic::Desk]);
    Ok(message)
}

/// Lets Auto choose the assistant, where it is to, and looks again which model that means. The question is kept already,
/// whatever becomes of this.
async fn choose(
    engine: &Engine,
    turn: &mut Turn,
    on_event: &mut (impl FnMut(DeskEvent) + Send),
) -> Result<()> {
    if !turn.wish.is_auto() {
        return Ok(());
    }
    let question = Question {
        face: Face::Window,
        text: turn.history.last().map(|past| past.text.as_str()).unwrap_or_default(),
        privacy: Privacy::Cloud,
        otherwise: Some(&turn.model),
        fixed: turn.wish.is_fixed(),
        previous: turn.wish.previous.as_deref(),
    };
    let guidance = std::mem::take(&mut turn.wish.guidance);
    turn.wish.guidance = engine.choose_assistant(question, guidance).await;
    if let Some(assistant) = turn.wish.guidance.told() {
        on_event(DeskEvent::AssistantChosen { assistant });
    }
    let (model, picked_by) = engine.model_for(&turn.wish).await?;
    turn.picked_by = picked_by;
    if model != turn.model {
        turn.answer.model = Some(model.clone());
        let (inner, id, name) = (engine.inner.clone(), turn.answer.conversation, model.clone());
        blocking(move || {
            inner.store.write(|tx| match conversations::load(tx, id)? {
                Some(row) => conversations::update(tx, &ConversationRow { model: Some(name), ..row }),
                None => Ok(()),
            })
        })
        .await?;
        turn.model = model;
    }
    Ok(())
}

async fn stream(
    inner: &Arc<Inner>,
    mut answer: Answer,
    keeping: &mut Keeping,
    stop: &CancellationToken,
    waiting: &mut Waiting,
    on_event: &mut (impl FnMut(DeskEvent) + Send),
) -> Result<MessageView> {
    let about = answer.info().clone();
    keeping.row.request = Some(about.request);
    keeping.row.connection_label = Some(about.connection.clone());
    let mut kept_at = inner.clock.since_start();
    let (state, fault, outcome) = loop {
        let chunk = tokio::select! {
            chunk = answer.next() => chunk,
            () = stop.cancelled() => break (MessageState::Stopped, None, answer.abort()),
            () = waiting.rings() => {
                on_event(waiting.event());
                continue;
            }
        };
        match chunk {
            None => break (MessageState::Done, None, answer.outcome().cloned()),
            Some(Err(fault)) => break (MessageState::Failed, Some(fault), answer.outcome().cloned()),
            Some(Ok(chunk)) => {
                let (mut text, mut reasoning) = (String::new(), String::new());
                let pieces = std::iter::once(chunk).chain(std::iter::from_fn(|| answer.ready()));
                for event in pieces.flat_map(|chunk| chunk.events) {
                    match event {
                        StreamEvent::Text(piece) => text.push_str(&piece),
                        StreamEvent::Reasoning(piece) => reasoning.push_str(&piece),
                        _ => {}
                    }
                }
                if !text.is_empty() || !reasoning.is_empty() {
                    waiting.over();
                }
                keeping.add(&text, &reasoning).await?;
                if !reasoning.is_empty() {
                    on_event(DeskEvent::Reasoning { text: reasoning });
                }
                if !text.is_empty() {
                    on_event(DeskEvent::Text { text });
                }
                let now = inner.clock.since_start();
                if now.saturating_sub(kept_at) >= KEEP_EVERY {
                    kept_at = now;
                    keeping.keep().await?;
                }
            }
        }
    };
    let quiet_line = outcome.map(|outcome| AnswerView {
        picked_by: Some(keeping.picked_by.as_str().to_owned()),
        feature: Some(keeping.guidance.feature().unwrap_or(DESK).to_owned()),
        assistant: keeping.guidance.told(),
        ..answer_view(&about, &outcome)
    });
    keeping.end(state, fault, quiet_line).await
}

/// Takes the answer off the list of running ones, whatever happens to it.
struct Ending {
    inner: Arc<Inner>,
    id: MessageId,
}

impl Drop for Ending {
    fn drop(&mut self) {
        self.inner.running.end(self.id);
    }
}
