//! Answers written to the wire: events in, bytes out.
//!
//! For the gateway. A broken answer never ends like a good one: without a finish reason there is no good end to write.

mod anthropic;
mod document;
mod gathered;
mod ollama;
mod openai;
mod responses;

use crate::answer::{AnswerHead, Chunk, RawFrame};
use crate::errors::{ErrorWords, error_document};
use gathered::Gathered;
use inkhorn_domain::{FinishReason, FrontDialect, StreamEvent, TokenUsage};
use serde::Serialize;

/// Writes one answer in the client's dialect.
pub struct AnswerEncoder {
    dialect: FrontDialect,
    head: AnswerHead,
    usage: TokenUsage,
    finish: Option<FinishReason>,
    writer: Writer,
    /// Frames went out as they came: the parts around them are the upstream's too.
    passed_raw: bool,
    over: bool,
}

impl AnswerEncoder {
    /// For one answer.
    pub fn new(dialect: FrontDialect, head: AnswerHead) -> Self {
        let writer = match (head.streaming, dialect) {
            (false, _) => Writer::Whole(Gathered::default()),
            (true, FrontDialect::OpenaiChat) => Writer::Openai(openai::Writer::new(&head)),
            (true, FrontDialect::AnthropicMessages) => Writer::Anthropic(anthropic::Writer::default()),
            (true, FrontDialect::Ollama) => Writer::Ollama(ollama::Writer::new(&head)),
            (true, FrontDialect::OpenaiResponses) => Writer::Responses(responses::Writer::default()),
        };
        let usage = TokenUsage::default();
        Self { dialect, head, usage, finish: None, writer, passed_raw: false, over: false }
    }

    /// Writes one chunk. With `same_dialect_raw` the frame's own text goes out where the chunk has it, save for
    /// token counts that the client did not ask for.
    ///
    /// A provider's error inside it is never written: its words are not scrubbed. Call [`Self::fail`] for it.
    pub fn chunk(&mut self, chunk: &Chunk, same_dialect_raw: bool, out: &mut Vec<u8>) {
        let failed = chunk.events.iter().any(|event| matches!(event, StreamEvent::ProviderError { .. }));
        match &chunk.raw {
            Some(raw) if same_dialect_raw && !failed && !self.over => {
                self.note(&chunk.events);
                self.passed_raw = true;
                if let Writer::Openai(writer) = &mut self.writer {
                    writer.role_is_told();
                }
                let unasked = chunk.usage_only && !self.head.include_usage;
                if !unasked || self.dialect != FrontDialect::OpenaiChat {
                    self.raw(raw, out);
                }
            }
            _ => self.events(&chunk.events, out),
        }
    }

    /// Writes events that come from no frame.
    pub fn events(&mut self, events: &[StreamEvent], out: &mut Vec<u8>) {
        if self.over {
            return;
        }
        // Counts first: Anthropic's first message already holds some.
        self.note(events);
        for event in events {
            match &mut self.writer {
                Writer::Openai(writer) => writer.event(event, out),
                Writer::Anthropic(writer) => writer.event(event, &self.head, &self.usage, out),
                Writer::Ollama(writer) => writer.event(event, out),
                Writer::Responses(writer) => writer.event(event, &self.head, out),
                Writer::Whole(gathered) => gathered.add(event),
            }
        }
    }

    /// Writes the end of an answer that came to its end. For one that does not stream: the whole document.
    ///
    /// Without any [`StreamEvent::Finished`] before it this is [`Self::fail`].
    pub fn end(&mut self, out: &mut Vec<u8>) {
        if self.over {
            return;
        }
        let Some(finish) = self.finish else {
            let message = "The provider's answer stopped before its end.".to_owned();
            return self.fail(&ErrorWords { code: "stream_broken".into(), message }, out);
        };
        self.over = true;
        let asked = self.head.include_usage && !self.passed_raw;
        match &mut self.writer {
            Writer::Openai(writer) => writer.end(asked.then_some(&self.usage), out),
            _ if self.passed_raw => {}
            Writer::Anthropic(writer) => writer.end(finish, &self.head, &self.usage, out),
            Writer::Ollama(writer) => writer.end(finish, &self.usage, out),
            Writer::Responses(writer) => writer.end(finish, &self.head, &self.usage, out),
            Writer::Whole(gathered) => {
                json(out, &document::make(self.dialect, &self.head, gathered, &self.usage, finish));
            }
        }
    }

    /// Writes that the answer broke off, in the client's dialect, and nothing that looks like a good end.
    pub fn fail(&mut self, words: &ErrorWords, out: &mut Vec<u8>) {
        if std::mem::replace(&mut self.over, true) {
            return;
        }
        let kind = if self.dialect == FrontDialect::OpenaiChat { "server_error" } else { "api_error" };
        let document = error_document(self.dialect, kind, words);
        match &mut self.writer {
            Writer::Whole(_) => json(out, &document),
            Writer::Responses(writer) => writer.fail(words, &self.head, out),
            Writer::Openai(_) => event(None, &document, out),
            Writer::Anthropic(_) => event(Some("error"), &document, out),
            Writer::Ollama(_) => {
                json(out, &document);
                out.push(b'\n');
            }
        }
    }

    /// Writes something that keeps the connection open and means nothing. Nothing where there is no such thing:
    /// lines of JSON, and answers that do not stream.
    pub fn keep_alive(&mut self, out: &mut Vec<u8>) {
        match &self.writer {
            Writer::Openai(_) | Writer::Responses(_) if !self.over => {
                out.extend_from_slice(b": keep-alive\n\n");
            }
            Writer::Anthropic(_) if !self.over => {
                out.extend_from_slice(b"event: ping\ndata: {\"type\":\"ping\"}\n\n");
            }
            _ => {}
        }
    }

    fn note(&mut self, events: &[StreamEvent]) {
        for event in events {
            match event {
                StreamEvent::Usage(usage) => self.usage.overwrite(*usage),
                StreamEvent::Finished(reason) => self.finish = self.finish.or(Some(*reason)),
                _ => {}
            }
        }
    }

    fn raw(&self, raw: &RawFrame, out: &mut Vec<u8>) {
        match &self.writer {
            Writer::Whole(_) => out.extend_from_slice(raw.data.as_bytes()),
            Writer::Ollama(_) => {
                out.extend_from_slice(raw.data.as_bytes());
                out.push(b'\n');
            }
            Writer::Openai(_) | Writer::Anthropic(_) | Writer::Responses(_) => {
                if let Some(name) = &raw.event {
                    out.extend_from_slice(b"event: ");
                    out.extend_from_slice(name.as_bytes());
                    out.push(b'\n');
                }
                for line in raw.data.split('\n') {
                    out.extend_from_slice(b"data: ");
                    out.extend_from_slice(line.as_bytes());
                    out.push(b'\n');
                }
                out.push(b'\n');
            }
        }
    }
}

enum Writer {
    Openai(openai::Writer),
    Anthropic(anthropic::Writer),
    Ollama(ollama::Writer),
    Responses(responses::Writer),
    /// Not streaming: everything is gathered for one document.
    Whole(Gathered),
}

/// JSON text at the end of `out`. Strings, numbers and maps with text keys always can be written.
fn json(out: &mut Vec<u8>, value: &impl Serialize) {
    let written = serde_json::to_writer(&mut *out, value);
    debug_assert!(written.is_ok());
}

/// One server-sent event.
fn event(name: Option<&str>, data: &impl Serialize, out: &mut Vec<u8>) {
    if let Some(name) = name {
        out.extend_from_slice(b"event: ");
        out.extend_from_slice(name.as_bytes());
        out.push(b'\n');
    }
    out.extend_from_slice(b"data: ");
    json(out, data);
    out.extend_from_slice(b"\n\n");
}
