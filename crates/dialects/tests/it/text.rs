//! Events and requests as text, for golden files: `Debug` hides the writer's text on purpose, these must show it.

use inkhorn_dialects::{AnswerDecoder, Chunk, WireError};
use inkhorn_domain::{Dialect, StreamEvent};
use std::fmt::Write;

/// Decodes the pieces of a wire one after the other. What was read before an error is kept.
pub fn decode<'a>(
    dialect: Dialect,
    streaming: bool,
    pieces: impl IntoIterator<Item = &'a [u8]>,
) -> (Vec<Chunk>, Result<(), WireError>) {
    let mut decoder = AnswerDecoder::new(dialect, streaming).keeping_raw();
    let mut out = Vec::new();
    let ended = pieces
        .into_iter()
        .try_for_each(|piece| decoder.push(piece, &mut out))
        .and_then(|()| decoder.finish(&mut out));
    (out, ended)
}

/// All events in order.
pub fn events(chunks: &[Chunk]) -> Vec<StreamEvent> {
    chunks.iter().flat_map(|chunk| chunk.events.clone()).collect()
}

/// One line for each event, and one for the end.
pub fn show(events: &[StreamEvent], ended: &Result<(), WireError>) -> String {
    let mut out = String::new();
    for event in events {
        match event {
            StreamEvent::Started { id, model } => writeln!(out, "started {id:?} {model:?}"),
            StreamEvent::Text(text) => writeln!(out, "text {text:?}"),
            StreamEvent::Reasoning(text) => writeln!(out, "reasoning {text:?}"),
            StreamEvent::ReasoningSignature(text) => writeln!(out, "signature {text:?}"),
            StreamEvent::ToolCallStarted { index, id, name } => {
                writeln!(out, "call {index} {id:?} {name:?}")
            }
            StreamEvent::ToolCallArguments { index, fragment } => {
                writeln!(out, "arguments {index} {fragment:?}")
            }
            StreamEvent::Usage(u) => {
                let cost = u.provider_cost.map(|cost| cost.to_string());
                writeln!(
                    out,
                    "usage input {:?} read {:?} written {:?} output {:?} reasoning {:?} cost {cost:?}",
                    u.input, u.cache_read, u.cache_write, u.output, u.reasoning
                )
            }
            StreamEvent::Finished(reason) => writeln!(out, "finished {}", reason.as_str()),
            StreamEvent::ProviderError { status, code, message } => {
                writeln!(out, "error {status:?} {code:?} {message:?}")
            }
        }
        .expect("writing to a string");
    }
    match ended {
        Ok(()) => out.push_str("ended\n"),
        Err(error) => writeln!(out, "broken: {error:?}").expect("writing to a string"),
    }
    out
}
