//! `chat`: one text to a model, its answer as it comes, and what it cost.

use super::dollars;
use crate::arguments::Chat;
use crate::input::load_text;
use crate::output::{Done, Output};
use crate::signals::{Interrupted, interrupted};
use inkhorn_contract::DeskEstimateRequest;
use inkhorn_domain::{ChatRequest, Face, Message, RequestResult, Role, StreamEvent, TokenUsage};
use inkhorn_engine::{Answer, AnswerInfo, Ask, AskBody, Engine, Outcome};
use serde_json::{Value, json};

pub(super) async fn run(engine: &Engine, command: Chat, output: Output) -> Done {
    let text = load_text(&command.text)?;
    let mut messages = Vec::new();
    let whole = [command.system.as_deref().unwrap_or_default(), &text].join("\n");
    if let Some(system) = &command.system {
        messages.push(Message::text(Role::System, system.as_str()));
    }
    messages.push(Message::text(Role::User, text));
    let ask = Ask {
        face: Face::CommandLine,
        feature: command.feature.into(),
        app: None,
        privacy: command.privacy.level(),
        model: command.model,
        conversation_model: None,
        body: AskBody::Chat(Box::new(ChatRequest {
            messages,
            stream: true,
            stream_usage: true,
            max_tokens: command.max_tokens,
            temperature: command.temperature,
            ..ChatRequest::default()
        })),
    };
    let mut stop = interrupted()?;
    warn_if_too_long(engine, &ask, &whole, output).await;
    let asked = ask.model.clone();
    let answer = tokio::select! {
        answer = engine.send(ask) => answer?,
        // Dropping the request ends and records it.
        () = stop.recv() => return tell_end(output, &stopped_unanswered(asked), None),
    };
    read(answer, &mut stop, output).await
}

/// Says before sending that the text does not fit: a server on this machine would cut it without a word.
async fn warn_if_too_long(engine: &Engine, ask: &Ask, text: &str, output: Output) {
    let request = DeskEstimateRequest {
        text: text.to_owned(),
        model: ask.model.clone(),
        ..DeskEstimateRequest::default()
    };
    // What cannot be estimated is sent all the same; the request itself says what is wrong with it.
    let Ok(estimate) = engine.desk_estimate(request).await else { return };
    if let (Some(false), Some(context)) = (estimate.fits, estimate.context_length) {
        output.note(&format!(
            "The text has about {} tokens, and the model takes {context}: its beginning may be cut off.",
            estimate.input_tokens
        ));
    }
}

/// Prints the answer piece by piece to its end.
///
/// A stop is not a failure: the command did what it was told, and the `done` line says `aborted`. So the status is 0.
async fn read(mut answer: Answer, stop: &mut Interrupted, output: Output) -> Done {
    let info = answer.info().clone();
    let mut written = Written { output, anything: false };
    loop {
        let next = tokio::select! {
            biased;
            () = stop.recv() => {
                let outcome = answer.abort();
                written.close()?;
                return tell_end(output, &done(&info, outcome.as_ref()), outcome.as_ref());
            }
            next = answer.next() => next,
        };
        match next {
            Some(Ok(chunk)) => {
                if let Err(end) = written.events(&chunk.events) {
                    // Nobody reads, or the disk is full: the model need not write on.
                    answer.abort();
                    return Err(end);
                }
            }
            Some(Err(fault)) => {
                written.close()?;
                return Err(fault.into());
            }
            None => break,
        }
    }
    written.close()?;
    tell_end(output, &done(&info, answer.outcome()), answer.outcome())
}

struct Written {
    output: Output,
    anything: bool,
}

impl Written {
    /// Text goes out; thoughts of the model and counts are no text.
    fn events(&mut self, events: &[StreamEvent]) -> Done {
        for event in events {
            let StreamEvent::Text(text) = event else { continue };
            if text.is_empty() {
                continue;
            }
            self.anything = true;
            if self.output.json {
                self.output.document(&json!({ "delta": text }))?;
            } else {
                self.output.piece(text)?;
            }
        }
        Ok(())
    }

    /// Ends the last line of words.
    fn close(&self) -> Done {
        if self.anything && !self.output.json { self.output.piece("\n") } else { Ok(()) }
    }
}

fn tell_end(output: Output, done: &Value, outcome: Option<&Outcome>) -> Done {
    if output.json {
        return output.document(&json!({ "done": done }));
    }
    if done["result"] == "aborted" {
        output.note("Stopped.");
    }
    if done["prompt_cut"] == true {
        output.note("The server read far less than was sent: it cut the beginning of the text. Give the connection more context.");
    }
    if let Some(outcome) = outcome {
        let count =
            |tokens: Option<u64>| tokens.map_or_else(|| "unknown".to_owned(), |tokens| tokens.to_string());
        let usage = &outcome.settled.usage;
        let cost = outcome.settled.cost.amount.map(|cost| cost.to_string());
        output.note(&format!(
            "{} tokens in, {} out, cost {}",
            count(usage.input),
            count(usage.output),
            dollars(cost.as_deref())
        ));
    }
    Ok(())
}

/// What stands in the last line of an answer. Counts and costs that nobody knows are null, never 0.
fn done(info: &AnswerInfo, outcome: Option<&Outcome>) -> Value {
    let settled = outcome.map(|outcome| &outcome.settled);
    let usage = settled.map(|settled| settled.usage).unwrap_or_default();
    json!({
        "model": info.model,
        "connection": info.model.slug,
        "picked_by": info.picked_by.as_str(),
        "collection": info.collection,
        "answered_by": outcome.and_then(|outcome| outcome.answered_by.clone()),
        "usage": usage_object(&usage),
        "cost": settled.and_then(|settled| settled.cost.amount).map(|cost| cost.to_string()),
        "cost_source": settled.map(|settled| settled.cost.source),
        "quality": settled.map(|settled| settled.quality),
        "rerouted": false,
        "prompt_cut": outcome.is_some_and(|outcome| info.prompt_was_cut(outcome)),
        "result": outcome.map_or(RequestResult::Aborted, |outcome| outcome.result),
        "finish": outcome.and_then(|outcome| outcome.finish).map(|finish| finish.as_str()),
        "latency_ms": outcome.map(|outcome| outcome.latency.as_millis() as u64),
        "first_token_ms": outcome.and_then(|outcome| outcome.first_token).map(|wait| wait.as_millis() as u64),
    })
}

/// The last line of a request that was stopped before anything came.
fn stopped_unanswered(asked: Option<String>) -> Value {
    let connection =
        asked.as_deref().and_then(|model| model.split_once('/')).map(|(slug, _)| slug.to_owned());
    json!({
        "model": asked,
        "connection": connection,
        "usage": usage_object(&TokenUsage::default()),
        "cost": null,
        "rerouted": false,
        "result": RequestResult::Aborted,
    })
}

fn usage_object(usage: &TokenUsage) -> Value {
    json!({
        "input_tokens": usage.input,
        "cache_read_tokens": usage.cache_read,
        "cache_write_tokens": usage.cache_write,
        "output_tokens": usage.output,
        "reasoning_tokens": usage.reasoning,
    })
}
