//! Answers written to the wire: events in, bytes out.

use crate::answer::{AnswerHead, Chunk};
use crate::errors::ErrorWords;
use inkhorn_domain::{Dialect, StreamEvent};

/// Writes one answer in the client's dialect.
pub struct AnswerEncoder {
    _dialect: Dialect,
    _head: AnswerHead,
}

impl AnswerEncoder {
    /// For one answer.
    pub fn new(dialect: Dialect, head: AnswerHead) -> Self {
        Self { _dialect: dialect, _head: head }
    }

    /// Writes one chunk. With `same_dialect_raw` the frame's own text goes out where the chunk has it.
    /// A provider's error inside it is never written: its words are not scrubbed. Call [`Self::fail`] for it.
    pub fn chunk(&mut self, chunk: &Chunk, same_dialect_raw: bool, out: &mut Vec<u8>) {
        let _ = (chunk, same_dialect_raw, out);
    }

    /// Writes events that come from no frame.
    pub fn events(&mut self, events: &[StreamEvent], out: &mut Vec<u8>) {
        let _ = (events, out);
    }

    /// Writes the end of an answer that came to its end. For one that does not stream: the whole document.
    pub fn end(&mut self, out: &mut Vec<u8>) {
        let _ = out;
    }

    /// Writes that the answer broke off, in the client's dialect, and nothing that looks like a good end.
    pub fn fail(&mut self, words: &ErrorWords, out: &mut Vec<u8>) {
        let _ = (words, out);
    }

    /// Writes something that keeps the connection open and means nothing. Nothing where the dialect has no such thing.
    pub fn keep_alive(&mut self, out: &mut Vec<u8>) {
        let _ = out;
    }
}
