//! One answer on the Desk, from the kept question to the kept answer.
//!
//! What the page was told is on disk: the question before it is sent, the answer every second while it comes in, and
//! its end before the page hears of it.

use super::texts::{Content, Meta, Texts, view};
use super::wish::{Used, Wish};
use super::{new_conversation, new_message};
use crate::assistants::auto::Question;
use crate::choice::Wanted;
use crate::guidance::Guidance;
use crate::send::{Answer, Ask, AskBody, Outcome};
use crate::{Engine, Inner, blocking};
use inkhorn_contract::{
    AnswerView, ConversationView, CostView, DeskEstimateView, DeskEvent, FaultView, MessageView, PriceView,
    Topic,
};
use inkhorn_domain::{
    ChatRequest, ConversationId, Face, Message, MessageId, ModelAddress, Part, Privacy, Role, StreamEvent,
};
use inkhorn_fault::{Code, Fault, Result};
use inkhorn_metering::{Cost, estimate_message_tokens};
use inkhorn_routing::PickedBy;
use inkhorn_store::conversations::ConversationRow;
use inkhorn_store::messages::{MessageRow, MessageState};
use inkhorn_store::{conversations, drafts, messages};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// The answer so far is kept this often while it comes in.
const KEEP_EVERY: Duration = Duration::from_secs(1);
/// After so long without a first piece the page is told that there is nothing yet, and again each time.
const STILL_WAITING: Duration = Duration::from_secs(4);

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

/// What stands in the database when the answer begins.
enum Place {
    /// The answer has its row already.
    Kept,
    /// An older answer stands in its place and goes when this one has begun.
    After { question: Box<MessageRow>, edited: bool },
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
    conversation.model_chosen |= picked_by == PickedBy::Explicit;
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
        assistant: keeping.guidance.told(),
        ..answer_view(&about, &outcome)
    });
    keeping.end(state, fault, quiet_line).await
}

/// The wait for the first piece. A model that is being loaded takes minutes, and silence looks like a failure.
struct Waiting {
    clock: Arc<dyn crate::Clock>,
    since: Duration,
    bell: Option<std::pin::Pin<Box<dyn Future<Output = ()> + Send>>>,
    local: bool,
    loaded: Option<bool>,
}

impl Waiting {
    fn for_model(inner: &Inner, model: &str) -> Self {
        let house = inner.house().ok();
        let address = ModelAddress::parse(model);
        let live = house.zip(address.as_ref()).and_then(|(house, at)| house.connection(&at.slug).cloned());
        let listing = live.as_ref().zip(address.as_ref()).and_then(|(live, at)| live.model(&at.model));
        let local = live.as_ref().map(|live| live.locality_of(listing));
        let clock = inner.clock.clone();
        Self {
            since: clock.since_start(),
            bell: Some(clock.wait(STILL_WAITING)),
            clock,
            local: local == Some(inkhorn_domain::Locality::Local),
            loaded: listing.and_then(|model| model.local.as_ref()).and_then(|local| local.loaded),
        }
    }

    /// Ends when it is time to say that there is nothing yet; never, once something came.
    async fn rings(&mut self) {
        match &mut self.bell {
            Some(bell) => bell.await,
            None => std::future::pending().await,
        }
        self.bell = Some(self.clock.wait(STILL_WAITING));
    }

    fn event(&self) -> DeskEvent {
        let waited = self.clock.since_start().saturating_sub(self.since);
        let waited_ms = u64::try_from(waited.as_millis()).unwrap_or(u64::MAX);
        DeskEvent::StillWaiting { waited_ms, local: self.local, loaded: self.loaded }
    }

    fn over(&mut self) {
        self.bell = None;
    }
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

/// The row of the answer while it grows.
struct Keeping {
    inner: Arc<Inner>,
    row: MessageRow,
    content: Content,
    unkept: bool,
    picked_by: PickedBy,
    used: Used,
    guidance: Guidance,
    place: Place,
}

impl Keeping {
    async fn add(&mut self, text: &str, reasoning: &str) -> Result<()> {
        if text.is_empty() && reasoning.is_empty() {
            return Ok(());
        }
        self.content.text.push_str(text);
        if !reasoning.is_empty() {
            self.content.reasoning.get_or_insert_default().push_str(reasoning);
        }
        self.unkept = true;
        // The first piece of another answer is the moment in which the old one goes.
        if matches!(self.place, Place::After { .. }) { self.keep().await } else { Ok(()) }
    }

    /// Seals and writes what there is. A full disk does not end the answer: its text is still on the screen, and the
    /// end tries again and says so.
    async fn keep(&mut self) -> Result<()> {
        if !self.unkept {
            return Ok(());
        }
        match self.write().await {
            Ok(()) => {
                self.unkept = false;
                Ok(())
            }
            Err(fault) if matches!(fault.code(), Code::DiskFull | Code::Busy) => Ok(()),
            Err(fault) => Err(fault),
        }
    }

    async fn write(&mut self) -> Result<()> {
        self.row.rev += 1;
        self.row.updated_at = self.inner.clock.now();
        self.row.text = Texts::of(&self.inner).seal(&self.row, &self.content)?;
        let (inner, row) = (self.inner.clone(), self.row.clone());
        let replaces = match &self.place {
            Place::Kept => None,
            Place::After { question, edited } => Some((question.clone(), *edited)),
        };
        blocking(move || {
            inner.store.write(|tx| {
                if let Some((question, edited)) = &replaces {
                    messages::remove_after(tx, question.id)?;
                    if *edited {
                        messages::update(tx, question)?;
                    }
                    messages::insert(tx, &row)?;
                } else {
                    messages::update(tx, &row)?;
                }
                conversations::touch(tx, row.conversation, row.updated_at)
            })
        })
        .await?;
        self.place = Place::Kept;
        Ok(())
    }

    /// Keeps the end. An answer again that never began leaves the old one where it is.
    async fn end(
        &mut self,
        state: MessageState,
        fault: Option<Fault>,
        answer: Option<AnswerView>,
    ) -> Result<MessageView> {
        self.row.state = state;
        let fault = fault.as_ref().map(FaultView::from);
        self.row.meta = Meta { answer, fault, used: self.used.clone() }.to_json();
        let never_began = matches!(self.place, Place::After { .. }) && state != MessageState::Done;
        if !never_began {
            self.write().await?;
        }
        let content = std::mem::take(&mut self.content);
        Ok(view(&self.row, content))
    }
}

fn answer_view(about: &crate::send::AnswerInfo, outcome: &Outcome) -> AnswerView {
    let usage = &outcome.settled.usage;
    let millis = |duration: Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    AnswerView {
        model: about.model.to_string(),
        answered_by: outcome.answered_by.clone(),
        connection: about.connection.clone(),
        locality: about.locality.as_str().to_owned(),
        input_tokens: usage.input,
        output_tokens: usage.output,
        cost: cost_view(outcome.settled.cost),
        quality: outcome.settled.quality.as_str().to_owned(),
        latency_ms: millis(outcome.latency),
        first_token_ms: outcome.first_token.map(millis),
        finish: outcome.finish.map(|reason| reason.as_str().to_owned()),
        prompt_cut: about.prompt_was_cut(outcome),
        picked_by: Some(about.picked_by.as_str().to_owned()),
        collection: about.collection.clone(),
        assistant: None,
        web_search: about.web_search.map(search_word),
    }
}

/// Whether a provider was asked to search the web, as a word.
fn search_word(can: bool) -> String {
    if can { "asked" } else { "unavailable" }.to_owned()
}

/// A cost as it is told.
pub(crate) fn cost_view(cost: Cost) -> CostView {
    CostView { usd: cost.amount.map(|amount| amount.to_string()), source: cost.source.as_str().to_owned() }
}

impl Engine {
    /// What a request of ours would take, without sending it: by the model that would answer it now.
    pub async fn estimate(&self, ask: &Ask, guidance: &Guidance, text: &str) -> Result<DeskEstimateView> {
        let picked = self.pick(Wanted::of(ask, guidance)).await.ok();
        self.estimate_for(picked, ask.privacy, guidance, &[text])
    }

    pub(super) fn estimate_for(
        &self,
        picked: Option<(String, PickedBy)>,
        privacy: Privacy,
        guidance: &Guidance,
        turns: &[&str],
    ) -> Result<DeskEstimateView> {
        let count = |can_search: bool| {
            let instructions = guidance.instructions(can_search);
            estimate_message_tokens(instructions.as_deref().into_iter().chain(turns.iter().copied()))
        };
        let house = self.inner.house()?;
        let known = picked.and_then(|(name, rule)| {
            let aim = self.inner.aim(&house, &name, privacy).ok()?;
            let live = house.connection(&aim.address.slug)?.clone();
            Some((live, aim, rule))
        });
        let Some((live, aim, rule)) = known else {
            return Ok(DeskEstimateView {
                model: None,
                picked_by: None,
                collection: None,
                input_tokens: count(true),
                cost: cost_view(Cost::UNKNOWN),
                price: PriceView::from(&inkhorn_domain::Price::UNKNOWN),
                fits: None,
                context_length: None,
                web_search: None,
                asked_context: None,
            });
        };
        let id = aim.address.model.clone();
        let can_search = live.can_search(&id);
        let input_tokens = count(can_search);
        let listing = live.model(&id);
        let pricing = live.pricing_of(&id);
        let reading = inkhorn_domain::TokenUsage {
            input: Some(input_tokens),
            output: Some(0),
            ..inkhorn_domain::TokenUsage::default()
        };
        // A server that takes the length from the request makes room; another may have loaded the model with less than
        // it could take, and that is what the text must fit.
        let context = live.context_of(listing, pricing.context_length(&id));
        let (asked_context, context_length) = match live.takes_context() {
            true => {
                // As in sending: what the collection says comes before what the connection says.
                let most = aim.settings.max_tokens.or(live.settings.max_tokens);
                (context.to_ask(input_tokens, most), context.room_when_asked())
            }
            false => (None, context.room_as_loaded()),
        };
        Ok(DeskEstimateView {
            model: Some(aim.address.to_string()),
            picked_by: Some(rule.as_str().to_owned()),
            collection: aim.collection,
            input_tokens,
            cost: cost_view(pricing.cost(&id, &reading)),
            price: PriceView::from(&pricing.price(&id)),
            fits: context_length.map(|most| input_tokens <= most),
            context_length,
            web_search: guidance.wants_search().then(|| search_word(can_search)),
            asked_context,
        })
    }
}
