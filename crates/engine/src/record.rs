//! The usage row of one request, from asking to the end. It is written exactly once, on every way out.

use crate::Inner;
use crate::budgets::Allowance;
use crate::house::LiveConnection;
use crate::send::{Ask, Outcome, count};
use inkhorn_contract::Topic;
use inkhorn_domain::{
    BudgetSubject, CostSource, FinishReason, ModelAddress, RequestId, RequestResult, StreamEvent, TokenUsage,
    UnixMillis,
};
use inkhorn_fault::{Code, Fault, Reaction, Result};
use inkhorn_metering::{Reservation, TextWritten};
use inkhorn_store::Begun;
use inkhorn_store::usage::UsageRow;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A request that is under way. Dropped without having been closed (the caller went away, the task was ended), it
/// closes itself as *aborted*.
pub(crate) struct Record {
    engine: Arc<Inner>,
    connection: Arc<LiveConnection>,
    reservation: Option<Reservation>,
    allowance: Option<Allowance>,
    row: UsageRow,
    asked: Instant,
    sent: Option<Instant>,
    /// The note from which the next process would write the row, were this one killed.
    noted: Option<Begun>,
    first_token: Option<Duration>,
    usage: TokenUsage,
    written: TextWritten,
    finish: Option<FinishReason>,
}

impl Record {
    pub(crate) fn open(
        engine: Arc<Inner>,
        ask: &Ask,
        address: &ModelAddress,
        connection: &Arc<LiveConnection>,
        reservation: Reservation,
    ) -> Self {
        let local = reservation.pricing().local;
        let row = UsageRow {
            request: RequestId(crate::random::make_id()),
            attempt: 1,
            time: engine.clock.now(),
            face: ask.face,
            app: ask.app.as_ref().map(|app| app.name.clone()),
            feature: ask.feature.to_string(),
            connection: Some(connection.id()),
            slug: Some(connection.slug().as_str().to_owned()),
            provider: Some(connection.provider().to_owned()),
            model_asked: address.model.clone(),
            model_answered: None,
            tokens: TokenUsage::default(),
            cost: None,
            computed: None,
            price: None,
            cost_source: if local { CostSource::Local } else { CostSource::Unknown },
            quality: inkhorn_domain::Quality::Partial,
            result: RequestResult::Aborted,
            fault: None,
            latency_ms: None,
            first_token_ms: None,
            finish: None,
        };
        let connection = connection.clone();
        let (usage, written) = (TokenUsage::default(), TextWritten::default());
        let reservation = Some(reservation);
        let asked = Instant::now();
        Self {
            engine,
            connection,
            reservation,
            allowance: None,
            row,
            asked,
            sent: None,
            noted: None,
            first_token: None,
            usage,
            written,
            finish: None,
        }
    }

    pub(crate) fn request(&self) -> RequestId {
        self.row.request
    }

    pub(crate) fn started(&self) -> UnixMillis {
        self.row.time
    }

    /// What budgets look at.
    pub(crate) fn subject(&self) -> BudgetSubject<'_> {
        BudgetSubject {
            connection: self.row.slug.as_deref(),
            model: &self.row.model_asked,
            feature: &self.row.feature,
            app: self.row.app.as_deref(),
        }
    }

    /// Takes over what was held back for the request. The row gives it free.
    pub(crate) fn allow(&mut self, allowance: Option<Allowance>) {
        self.allowance = allowance;
    }

    /// Tokens that the answer may have so that it stays within its budgets.
    pub(crate) fn answer_limit(&self) -> Option<u64> {
        self.allowance.as_ref().and_then(|allowance| allowance.answer_limit)
    }

    /// From here on the provider may have seen the request.
    pub(crate) fn sent(&mut self) {
        self.sent = Some(Instant::now());
        if self.noted.is_none() {
            // A note that cannot be made stops no request: it is for the case that this process is killed.
            let noted = self.engine.store.begin_usage(&self.row);
            self.noted = noted.inspect_err(|fault| tracing::warn!(%fault, "usage log")).ok().flatten();
        }
    }

    /// Learns from an event of the answer.
    pub(crate) fn observe(&mut self, event: &StreamEvent) {
        if count(&mut self.written, event) && self.first_token.is_none() {
            self.first_token = Some(self.asked.elapsed());
        }
        match event {
            StreamEvent::Started { model: Some(model), .. } => self.row.model_answered = Some(model.clone()),
            StreamEvent::Usage(usage) => self.usage.overwrite(*usage),
            StreamEvent::Finished(reason) => self.finish = Some(*reason),
            _ => {}
        }
    }

    /// Closes a request whose answer never began, and hands the reason on.
    pub(crate) fn close_unsent(mut self, result: RequestResult, fault: Fault) -> Fault {
        match self.close(result, Some(fault.code())) {
            // The reason matters more to the writer than that it could not be written down.
            Ok(_) | Err(_) => fault,
        }
    }

    /// Settles the reservation and commits the row.
    ///
    /// # Errors
    /// `disk_full` and its like: the request ended, but its row could not be written.
    pub(crate) fn close(&mut self, result: RequestResult, error: Option<Code>) -> Result<Outcome> {
        let Some(reservation) = self.reservation.take() else { return Err(Fault::new(Code::Busy)) };
        // What was never sent, or was turned away at the door, used nothing, whatever it is called.
        // A provider that told counts was at work already, whatever it says in the end.
        let began = !self.written.is_empty() || self.usage != TokenUsage::default();
        let at_the_door = !began && error.is_some_and(turned_away);
        let used = if self.sent.is_none() || at_the_door { RequestResult::Refused } else { result };
        self.row.price =
            Some(self.engine.unit_price(&self.connection, &self.row.model_asked, reservation.pricing()));
        let settled = reservation.settle(self.usage, &self.written, used);
        let latency = self.asked.elapsed();
        let millis = |duration: Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        self.row.tokens = settled.usage;
        self.row.cost = settled.cost.amount;
        self.row.computed = settled.computed;
        self.row.cost_source = settled.cost.source;
        self.row.quality = settled.quality;
        self.row.result = result;
        self.row.fault = error;
        self.row.latency_ms = Some(millis(latency));
        self.row.first_token_ms = self.first_token.map(millis);
        self.row.finish = self.finish;
        let written = self.engine.append_and_settle(&self.row, self.allowance.take());
        // Where the row could not be written, the note stays: the next process tries again.
        if let (Ok(()), Some(noted)) = (&written, self.noted.take()) {
            self.engine.store.end_usage(noted);
        }
        self.engine.note_result(&self.connection, result, error, self.row.time);
        self.engine.changed(&[Topic::Usage, Topic::Status]);
        written?;
        Ok(Outcome {
            settled,
            result,
            finish: self.finish,
            answered_by: self.row.model_answered.clone(),
            latency,
            first_token: self.first_token,
        })
    }
}

/// Whether a failure of this kind comes before a provider begins to work. Where it may have begun, the cost is not known.
fn turned_away(code: Code) -> bool {
    match code.reaction() {
        Reaction::FixKey | Reaction::Pay | Reaction::FixAddress | Reaction::FixMachine => true,
        Reaction::Wait => code == Code::RateLimited,
        Reaction::ChangeRequest => code != Code::ContentRefused,
        Reaction::Switch => code == Code::Overloaded,
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        if self.reservation.is_some() {
            let _ = self.close(RequestResult::Aborted, None);
        }
    }
}
