//! Answers read from the wire: bytes in, events out.

use crate::answer::{Chunk, WireError};
use inkhorn_domain::Dialect;

/// Reads one answer, at whatever cuts its bytes come.
pub struct AnswerDecoder {
    _dialect: Dialect,
}

impl AnswerDecoder {
    /// For one answer. `streaming` is what was asked for; what really comes is recognised where the two differ.
    pub fn new(dialect: Dialect, streaming: bool) -> Self {
        let _ = streaming;
        Self { _dialect: dialect }
    }

    /// Keeps each frame's own text in [`Chunk::raw`], for a gateway that passes it on.
    pub fn keeping_raw(self) -> Self {
        self
    }

    /// Reads more bytes; pieces that became whole are added to `out`.
    ///
    /// # Errors
    /// [`WireError`]; what was added to `out` before it stays true.
    pub fn push(&mut self, bytes: &[u8], out: &mut Vec<Chunk>) -> Result<(), WireError> {
        let _ = (bytes, out);
        Ok(())
    }

    /// The stream is over.
    ///
    /// # Errors
    /// [`WireError::Cut`] when it ended before its end mark.
    pub fn finish(&mut self, out: &mut Vec<Chunk>) -> Result<(), WireError> {
        let _ = out;
        Ok(())
    }
}
