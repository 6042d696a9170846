//! The row of an answer while it comes in, and the quiet line under it when it is over.

use super::texts::{Content, Meta, Texts, view};
use super::wish::Used;
use crate::guidance::Guidance;
use crate::send::{AnswerInfo, Outcome};
use crate::{Inner, blocking};
use inkhorn_contract::{AnswerView, CostView, FaultView, MessageView};
use inkhorn_fault::{Code, Fault, Result};
use inkhorn_metering::Cost;
use inkhorn_routing::PickedBy;
use inkhorn_store::messages::{MessageRow, MessageState};
use inkhorn_store::{conversations, messages};
use std::sync::Arc;
use std::time::Duration;

/// What stands in the database when the answer begins.
pub(super) enum Place {
    /// The answer has its row already.
    Kept,
    /// An older answer stands in its place and goes when this one has begun.
    After { question: Box<MessageRow>, edited: bool },
}

/// The row of the answer while it grows.
pub(super) struct Keeping {
    pub inner: Arc<Inner>,
    pub row: MessageRow,
    pub content: Content,
    pub unkept: bool,
    pub picked_by: PickedBy,
    pub used: Used,
    pub guidance: Guidance,
    pub place: Place,
}

impl Keeping {
    pub(super) async fn add(&mut self, text: &str, reasoning: &str) -> Result<()> {
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
    pub(super) async fn keep(&mut self) -> Result<()> {
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
    pub(super) async fn end(
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

pub(super) fn answer_view(about: &AnswerInfo, outcome: &Outcome) -> AnswerView {
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
        feature: None,
        assistant: None,
        web_search: about.web_search.map(search_word),
    }
}

/// Whether a provider was asked to search the web, as a word.
pub(super) fn search_word(can: bool) -> String {
    if can { "asked" } else { "unavailable" }.to_owned()
}

/// A cost as it is told.
pub(crate) fn cost_view(cost: Cost) -> CostView {
    CostView { usd: cost.amount.map(|amount| amount.to_string()), source: cost.source.as_str().to_owned() }
}
