//! The one path that every request of every face takes: resolve, route, reserve, unseal, send, read, meter, record.
//!
//! Reads from top to bottom as it happens. Nothing here asks which face a request came from, or which provider it goes
//! to; both are facts that are written into the usage row.

use crate::admitted::AdmittedApp;
use crate::budgets::Candidate;
use crate::choice::{self, Aim, Wanted};
use crate::dispatch::dispatch;
use crate::guidance::Guidance;
use crate::house::LiveConnection;
use crate::models::member;
use crate::record::Record;
use crate::{Engine, Inner};
use bytes::Bytes;
use inkhorn_dialects::{AnswerDecoder, Chunk, Peek, WireError, read_request};
use inkhorn_domain::{
    ChatRequest, Dialect, Face, FinishReason, FrontDialect, Locality, MemberSettings, ModelAddress, Part,
    Privacy, Quality, RequestId, RequestResult, StreamEvent, Tool, UnixMillis,
};
use inkhorn_fault::{Code, Fault, Result};
use inkhorn_metering::{Outlook, Reservation, Settled, TextWritten, estimate_tokens, was_cut};
use inkhorn_outbound as outbound;
use inkhorn_providers::Refusal;
use inkhorn_routing::{Conditions, PickedBy, candidates};
use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

/// So many searches of the web one answer is expected to take at most, where a budget is to cover them.
const MOST_SEARCHES: u64 = 5;

/// A request as a face hands it in.
pub struct Ask {
    /// The way in.
    pub face: Face,
    /// What it is for: `chat`, `gateway`, or the writer's own word.
    pub feature: Cow<'static, str>,
    /// The program behind it, for the gateway.
    pub app: Option<Arc<AdmittedApp>>,
    /// How far the text may travel.
    pub privacy: Privacy,
    /// The caller's own choice: `slug/model-id`, or the name of a collection.
    pub model: Option<String>,
    /// The conversation's model.
    pub conversation_model: Option<String>,
    /// What is asked.
    pub body: AskBody,
}

/// What is asked, in our words or in a dialect's.
pub enum AskBody {
    /// In our words.
    Chat(Box<ChatRequest>),
    /// As a program sent it. Goes through unharmed where the connection speaks the same dialect.
    Wire {
        /// The dialect that it is written in.
        dialect: FrontDialect,
        /// The body.
        body: Bytes,
        /// What was seen at a glance.
        seen: Peek,
    },
}

/// Facts about an answer that has begun.
#[derive(Clone, Debug)]
pub struct AnswerInfo {
    /// The request's id, in the usage log too.
    pub request: RequestId,
    /// What was asked, `slug/model-id`.
    pub model: ModelAddress,
    /// Which rule picked the model.
    pub picked_by: PickedBy,
    /// The collection through which it was reached.
    pub collection: Option<String>,
    /// The connection's label.
    pub connection: String,
    /// Where the text goes.
    pub locality: Locality,
    /// The caller's dialect is the connection's: frames may pass as they are.
    pub same_dialect: bool,
    /// About how many tokens went out.
    pub input_estimate: u64,
    /// The context that the text has there, in tokens, where it is known.
    pub room: Option<u64>,
    /// Whether a model on this machine was in memory when the list was last fetched.
    pub loaded: Option<bool>,
    /// For an assistant that wants the web searched: whether the provider was asked to.
    pub web_search: Option<bool>,
    /// When it was asked.
    pub started: UnixMillis,
}

/// How an answer ended, as recorded.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Tokens and cost.
    pub settled: Settled,
    /// How it ended.
    pub result: RequestResult,
    /// Why the model stopped.
    pub finish: Option<FinishReason>,
    /// The model that answered, as the provider names it.
    pub answered_by: Option<String>,
    /// From asking to the end.
    pub latency: Duration,
    /// From asking to the first token.
    pub first_token: Option<Duration>,
}

/// An answer that is coming in. Dropped before its end, the upstream request ends and the row says *aborted*.
pub struct Answer {
    info: AnswerInfo,
    upstream: Option<outbound::Answer>,
    decoder: AnswerDecoder,
    connection: Arc<LiveConnection>,
    engine: Arc<Inner>,
    ready: VecDeque<Chunk>,
    fresh: Vec<Chunk>,
    failed: Option<Fault>,
    over: bool,
    record: Record,
    outcome: Option<Outcome>,
}

impl Engine {
    /// Sends a request and waits until its answer begins.
    ///
    /// # Errors
    /// Every [`Fault`] that a request can meet before the first byte of its answer. The failure is recorded.
    pub async fn send(&self, ask: Ask) -> Result<Answer> {
        self.send_guided(ask, &Guidance::default()).await
    }

    /// Sends a request of ours as a prompt and an assistant want it.
    ///
    /// # Errors
    /// As [`Engine::send`].
    pub async fn send_guided(&self, mut ask: Ask, guidance: &Guidance) -> Result<Answer> {
        let inner = self.inner.clone();

        // Resolve: which model is meant, and how the collection that leads there wants it used.
        let (name, picked_by) = self.pick(Wanted::of(&ask, guidance)).await?;
        // Looking for a default may have fetched a list.
        let house = inner.house()?;
        let Aim { address, collection, settings } = inner.aim(&house, &name, ask.privacy)?;
        let known = house.connection(&address.slug);
        let connection =
            known.ok_or_else(|| Fault::new(Code::ModelNotFound).with("model", &address))?.clone();
        let can_search = connection.can_search(&address.model);
        if let AskBody::Chat(request) = &mut ask.body {
            guidance.apply(request, can_search);
        }
        ask.body = ask.body.used_as(&settings)?;
        let same_dialect = matches!(
            &ask.body,
            AskBody::Wire { dialect, .. }
                if Dialect::from(*dialect) == connection.dialect_for(&address.model)
        );
        if ask.body.is_ours() && !connection.write_options(&address.model).replay_reasoning {
            ask.body.forget_thoughts();
        }
        let listing = connection.model(&address.model);
        let locality = connection.locality_of(listing);

        // Reserve: what it may cost at worst. From here on the request is in the log, whatever becomes of it.
        let (input_estimate, max_output) = ask.body.size();
        let pricing = connection.pricing_of(&address.model).at(inner.clock.now());
        let (images, answers) = ask.body.images_and_answers();
        let reservation = Reservation::new(&address.model, pricing.clone(), input_estimate, max_output);
        let mut record = Record::open(inner.clone(), &ask, &address, &connection, reservation);

        // Room: a server on this machine is told how much context the text needs.
        let context = connection.context_of(listing, None);
        let local_model = listing.and_then(|model| model.local.as_ref());
        let loaded = local_model.and_then(|local| local.loaded);
        let (asked_context, room) = match connection.takes_context() {
            true => {
                let limit = max_output.or(connection.settings.max_tokens);
                let asked = context.to_ask(input_estimate, limit);
                (asked, asked.or(context.loaded))
            }
            false => (None, context.room_as_loaded()),
        };

        // Route: who may serve. One member for now, through the same door as many.
        let member = member(&connection, locality);
        let now = Conditions { privacy: ask.privacy, vault_open: inner.vault.is_open() };
        if let Err(fault) = candidates(&[member], now) {
            return Err(record.close_unsent(RequestResult::Refused, inner.why_closed(fault)));
        }
        if let Err(fault) = inner.pace.take(&connection, inner.clock.since_start()) {
            return Err(record.close_unsent(RequestResult::Refused, fault));
        }

        // Hold: what it may cost is held back of each budget that covers it, and its answer kept within that.
        let asked_output = max_output.or(connection.settings.max_tokens.filter(|_| ask.body.is_ours()));
        let model_output = listing.and_then(|model| model.max_output);
        let searches = if guidance.wants_search() && can_search { MOST_SEARCHES } else { 0 };
        let candidate = Candidate {
            subject: record.subject(),
            pricing: &pricing,
            outlook: Outlook { input_estimate, images, asked_output, model_output, answers, searches },
            time: record.started(),
        };
        match inner.hold(&house, &candidate) {
            Ok(allowance) => record.allow(allowance),
            Err(fault) => return Err(record.close_unsent(RequestResult::Refused, fault)),
        }

        let info = AnswerInfo {
            request: record.request(),
            model: address,
            picked_by,
            collection,
            connection: connection.label().to_owned(),
            locality,
            same_dialect,
            input_estimate,
            room,
            loaded,
            web_search: guidance.wants_search().then_some(can_search),
            started: record.started(),
        };
        match dispatch(&inner, &connection, &info, ask.body, asked_context, &mut record).await {
            Ok((upstream, decoder)) => Ok(Answer {
                info,
                upstream: Some(upstream),
                decoder,
                connection,
                engine: inner,
                ready: VecDeque::new(),
                fresh: Vec::new(),
                failed: None,
                over: false,
                record,
                outcome: None,
            }),
            Err(fault) => Err(record.close_unsent(RequestResult::Failed, fault)),
        }
    }
}

pub(crate) fn malformed(bad: inkhorn_dialects::BadRequest) -> Fault {
    Fault::new(Code::BadRequest).with("reason", bad)
}

impl AskBody {
    /// Our own faces hand in what the model thought in earlier turns. Few models want it back; to the others it would be
    /// more to read and to pay.
    fn forget_thoughts(&mut self) {
        let Self::Chat(request) = self else { return };
        for message in &mut request.messages {
            message.parts.retain(|part| !matches!(part, Part::Reasoning { signature: None, .. }));
        }
    }

    /// The body as a collection wants its model used. A program's own body is read into our words only where there is
    /// something to fill in: otherwise it stays as it was sent.
    fn used_as(self, settings: &MemberSettings) -> Result<Self> {
        if settings.is_empty() {
            return Ok(self);
        }
        let mut request = match self {
            Self::Chat(request) => request,
            Self::Wire { dialect, body, .. } => Box::new(read_request(dialect, &body).map_err(malformed)?),
        };
        choice::fill_in(settings, &mut request);
        Ok(Self::Chat(request))
    }

    /// About how many tokens go out, and the most that may come back.
    fn size(&self) -> (u64, Option<u64>) {
        match self {
            Self::Wire { seen, .. } => (seen.text_bytes.div_ceil(4) as u64, seen.max_tokens),
            Self::Chat(request) => {
                let parts = request.messages.iter().flat_map(|message| &message.parts);
                let text: u64 = parts
                    .map(|part| match part {
                        Part::Text(text) | Part::ToolResult { text, .. } | Part::Reasoning { text, .. } => {
                            estimate_tokens(text)
                        }
                        Part::ToolCall { arguments, .. } => estimate_tokens(arguments),
                        Part::Image(_) => 0,
                    })
                    .sum();
                let tools: u64 = request.tools.iter().map(size_of_tool).sum();
                (text + tools + 4 * request.messages.len() as u64, request.max_tokens)
            }
        }
    }
}

/// A tool is text too: its name, what it does, and the schema of its arguments.
fn size_of_tool(tool: &Tool) -> u64 {
    let described = tool.description.as_deref().map_or(0, estimate_tokens);
    estimate_tokens(&tool.name) + described + estimate_tokens(&tool.parameters.to_string())
}

impl AnswerInfo {
    /// Whether a server on this machine read far less than was sent: it cut the beginning of the text.
    pub fn prompt_was_cut(&self, outcome: &Outcome) -> bool {
        let told = outcome.settled.quality == Quality::Reported && outcome.result == RequestResult::Completed;
        let read = outcome.settled.usage.input.filter(|_| told && self.locality == Locality::Local);
        read.is_some_and(|read| was_cut(self.input_estimate, read, self.room))
    }
}

impl AskBody {
    /// It is in our words, so that what the writer set for the connection is filled in.
    fn is_ours(&self) -> bool {
        matches!(self, Self::Chat(_))
    }

    /// Images that go out, and how many answers are to come back.
    fn images_and_answers(&self) -> (u64, u64) {
        match self {
            Self::Wire { seen, .. } => (seen.images, seen.answers),
            Self::Chat(request) => {
                let parts = request.messages.iter().flat_map(|message| &message.parts);
                (parts.filter(|part| matches!(part, Part::Image(_))).count() as u64, 1)
            }
        }
    }
}

impl Answer {
    /// Facts that stand since the beginning.
    pub fn info(&self) -> &AnswerInfo {
        &self.info
    }

    /// How it ended; absent until [`Answer::next`] has said so.
    pub fn outcome(&self) -> Option<&Outcome> {
        self.outcome.as_ref()
    }

    /// The next piece. `None` means that the answer came to its end **and its usage row is committed**; an error, that
    /// it broke off, which is recorded too. Nothing comes after either.
    pub async fn next(&mut self) -> Option<Result<Chunk>> {
        loop {
            if let Some(chunk) = self.ready.pop_front() {
                return Some(Ok(chunk));
            }
            if let Some(fault) = self.failed.take() {
                return Some(Err(fault));
            }
            if self.over {
                return None;
            }
            let Some(upstream) = &mut self.upstream else { return None };
            match upstream.chunk().await {
                Ok(Some(bytes)) => {
                    let read = self.decoder.push(&bytes, &mut self.fresh);
                    self.take_fresh();
                    match read {
                        Err(error) => self.end(Err(wire_fault(error))),
                        // The dialect's end mark ends the answer, even where the server leaves the connection open.
                        Ok(()) if self.decoder.is_done() => self.finish(),
                        Ok(()) => {}
                    }
                }
                Ok(None) => self.finish(),
                Err(fault) => self.end(Err(fault)),
            }
        }
    }

    /// A piece that has come already, without waiting.
    pub fn ready(&mut self) -> Option<Chunk> {
        self.ready.pop_front()
    }

    fn take_fresh(&mut self) {
        let mut broken = None;
        for chunk in self.fresh.drain(..) {
            for event in &chunk.events {
                self.record.observe(event);
                if let StreamEvent::ProviderError { status, code, message } = event
                    && broken.is_none()
                {
                    let refusal = in_stream(*status, code.as_deref(), message);
                    broken = Some(self.connection.classify(&self.engine, &refusal, &self.info.model.model));
                }
            }
            if broken.is_some() {
                break;
            }
            self.ready.push_back(chunk);
        }
        self.fresh.clear();
        if let Some(fault) = broken {
            self.end(Err(fault));
        }
    }

    fn finish(&mut self) {
        let read = self.decoder.finish(&mut self.fresh);
        self.take_fresh();
        self.end(read.map_err(wire_fault));
        if let Some(upstream) = self.upstream.take() {
            leave_to_its_end(upstream);
        }
    }

    /// Closes the record before anybody hears of the end.
    fn end(&mut self, how: Result<()>) {
        if self.over {
            return;
        }
        self.over = true;
        if how.is_err() {
            // Whatever else the server would send, nobody reads it: the connection is closed now.
            self.upstream = None;
        }
        let (result, fault) = match how {
            Ok(()) => (RequestResult::Completed, None),
            Err(fault) => (RequestResult::Failed, Some(fault)),
        };
        match self.record.close(result, fault.as_ref().map(Fault::code)) {
            Ok(outcome) => {
                self.outcome = Some(outcome);
                self.failed = fault;
            }
            // An answer whose cost could not be written down is not passed off as a good one.
            Err(unrecorded) => self.failed = Some(fault.unwrap_or(unrecorded)),
        }
    }

    /// Stops here: ends the upstream request and records what came.
    pub fn abort(mut self) -> Option<Outcome> {
        self.over = true;
        self.record.close(RequestResult::Aborted, None).ok()
    }
}

/// Reads the few bytes behind the end mark, so that the connection can serve the next request. A server that keeps on
/// sending loses its connection.
fn leave_to_its_end(mut upstream: outbound::Answer) {
    use futures_util::FutureExt;
    const SOON: Duration = Duration::from_secs(1);
    if upstream.chunk().now_or_never().is_some() {
        return;
    }
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        runtime.spawn(async move { tokio::time::timeout(SOON, upstream.chunk()).await });
    }
}

/// An error inside a stream that began well, in the form in which a provider would have said it at once, so that it is
/// understood at the same place.
fn in_stream(status: Option<u16>, code: Option<&str>, message: &str) -> Refusal {
    let body = serde_json::json!({ "error": { "type": code, "code": code, "message": message } });
    let (status, content_type) = (status.unwrap_or(500), Some("application/json".to_owned()));
    Refusal { status, content_type, body: body.to_string().into(), ..Refusal::default() }
}

fn wire_fault(error: WireError) -> Fault {
    Fault::new(match error {
        WireError::TooLarge => Code::AnswerTooLarge,
        WireError::NotThisDialect => Code::NotAnApi,
        WireError::Cut | WireError::Malformed => Code::StreamBroken,
    })
}

/// Text that came so far, counted and not kept.
pub(crate) fn count(written: &mut TextWritten, event: &StreamEvent) -> bool {
    match event {
        StreamEvent::Text(text) | StreamEvent::Reasoning(text) => written.add(text),
        StreamEvent::ToolCallArguments { fragment, .. } => written.add(fragment),
        StreamEvent::ToolCallStarted { name, .. } => written.add(name),
        StreamEvent::Started { .. }
        | StreamEvent::ReasoningSignature(_)
        | StreamEvent::Usage(_)
        | StreamEvent::Finished(_)
        | StreamEvent::ProviderError { .. } => return false,
    }
    true
}
