//! `chat`: one text to a model, its answer as it comes, and what it cost.

use super::dollars;
use super::library::assistant_id;
use crate::arguments::Chat;
use crate::input::load_text;
use crate::output::{Done, Output};
use crate::signals::{Interrupted, interrupted};
use inkhorn_contract::AnswerAssistantView;
use inkhorn_domain::{ChatRequest, Face, Message, Privacy, RequestResult, Role, StreamEvent, TokenUsage};
use inkhorn_engine::{Answer, AnswerInfo, Ask, AskBody, Engine, Guidance, Outcome};
use inkhorn_fault::Result;
use serde_json::{Value, json};

pub(super) async fn run(engine: &Engine, command: Chat, output: Output) -> Done {
    let text = load_text(&command.text)?;
    let sending = Sending {
        text,
        system: command.system,
        model: command.model,
        assistant: command.assistant,
        prompt: None,
        privacy: command.privacy.level(),
        max_tokens: command.max_tokens,
        temperature: command.temperature,
        feature: command.feature,
    };
    send(engine, sending, output).await
}

/// A text on its way, from a prompt or typed.
pub(super) struct Sending {
    pub text: String,
    pub system: Option<String>,
    pub model: Option<String>,
    /// An assistant's name or id, or `auto`.
    pub assistant: Option<String>,
    /// A prompt's id.
    pub prompt: Option<String>,
    pub privacy: Privacy,
    pub max_tokens: Option<u64>,
    pub temperature: Option<f64>,
    pub feature: Option<String>,
}

/// Sends a text as a prompt and an assistant want it, and prints the answer as it comes.
pub(super) async fn send(engine: &Engine, sending: Sending, output: Output) -> Done {
    let guidance = guidance(engine, &sending, output).await?;
    let feature = sending.feature.or_else(|| guidance.feature().map(str::to_owned));
    let mut messages = Vec::new();
    let whole = [sending.system.as_deref().unwrap_or_default(), &sending.text].join("\n");
    if let Some(system) = &sending.system {
        messages.push(Message::text(Role::System, system.as_str()));
    }
    messages.push(Message::text(Role::User, sending.text));
    let ask = Ask {
        face: Face::CommandLine,
        feature: feature.map_or("chat".into(), Into::into),
        app: None,
        privacy: sending.privacy,
        model: sending.model,
        conversation_model: None,
        body: AskBody::Chat(Box::new(ChatRequest {
            messages,
            stream: true,
            stream_usage: true,
            max_tokens: sending.max_tokens,
            temperature: sending.temperature,
            ..ChatRequest::default()
        })),
    };
    let mut stop = interrupted()?;
    warn_if_too_long(engine, &ask, &guidance, &whole, output).await;
    let asked = ask.model.clone();
    let answer = tokio::select! {
        answer = engine.send_guided(ask, &guidance) => answer?,
        // Dropping the request ends and records it.
        () = stop.recv() => return tell_end(output, &stopped_unanswered(asked), None),
    };
    let assistant = guidance.told();
    read(answer, assistant.as_ref(), &mut stop, output).await
}

/// The prompt and the assistant of a text. What Auto chose is said before the answer comes.
async fn guidance(engine: &Engine, sending: &Sending, output: Output) -> Result<Guidance> {
    let prompt = sending.prompt.as_deref();
    let Some(name) = sending.assistant.as_deref() else { return engine.guidance(prompt, None).await };
    if name != "auto" {
        return engine.guidance(prompt, Some(&assistant_id(engine, name).await?)).await;
    }
    let guidance = engine
        .auto(Face::CommandLine, &sending.text, sending.model.as_deref(), prompt, sending.privacy)
        .await?;
    if let Some(AnswerAssistantView { name, auto: Some(auto), .. }) = guidance.told() {
        let by = auto.model.unwrap_or_else(|| "nobody".to_owned());
        let why = auto.fell_back.map_or_else(String::new, |why| format!(" ({why})"));
        let cost = dollars(auto.cost.usd.as_deref());
        output.note(&format!("Assistant: {}{why}, chosen by {by} for {cost}", name.en));
    }
    Ok(guidance)
}

/// Says before sending that the text does not fit: a server on this machine would cut it without a word.
async fn warn_if_too_long(engine: &Engine, ask: &Ask, guidance: &Guidance, text: &str, output: Output) {
    // What cannot be estimated is sent all the same; the request itself says what is wrong with it.
    let Ok(estimate) = engine.estimate(ask, guidance, text).await else { return };
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
async fn read(
    mut answer: Answer,
    assistant: Option<&AnswerAssistantView>,
    stop: &mut Interrupted,
    output: Output,
) -> Done {
    let info = answer.info().clone();
    let mut written = Written { output, anything: false };
    loop {
        let next = tokio::select! {
            biased;
            () = stop.recv() => {
                let outcome = answer.abort();
                written.close()?;
                return tell_end(output, &done(&info, assistant, outcome.as_ref()), outcome.as_ref());
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
    tell_end(output, &done(&info, assistant, answer.outcome()), answer.outcome())
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
    if done["web_search"] == false {
        output.note("This model cannot search the web; it was told so.");
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
fn done(info: &AnswerInfo, assistant: Option<&AnswerAssistantView>, outcome: Option<&Outcome>) -> Value {
    let settled = outcome.map(|outcome| &outcome.settled);
    let usage = settled.map(|settled| settled.usage).unwrap_or_default();
    json!({
        "model": info.model,
        "connection": info.model.slug,
        "picked_by": info.picked_by.as_str(),
        "collection": info.collection,
        "assistant": assistant,
        "web_search": info.web_search,
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
