//! Errors of providers read, errors for clients written.

use inkhorn_domain::Dialect;

/// What a provider said when it refused. Unscrubbed: never show or log before scrubbing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ErrorBody {
    /// Its words, at most 2 KiB. Empty where the body had none.
    pub message: String,
    /// Its code; numbers as decimal text.
    pub code: Option<String>,
    /// Its type of error.
    pub kind: Option<String>,
    /// The request field that it names.
    pub param: Option<String>,
    /// How long to wait before trying again, in milliseconds, where the body tells.
    pub retry_after_ms: Option<u64>,
}

/// What a client is told. Scrubbed already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorWords {
    /// Inkhorn's code, such as `rate_limited`.
    pub code: String,
    /// The sentence.
    pub message: String,
}

/// Reads the body of an answer whose status says that it failed.
pub fn read_error(dialect: Dialect, status: u16, body: &[u8]) -> ErrorBody {
    let _ = (dialect, status, body);
    ErrorBody::default()
}

/// Writes the body of an answer that refuses, in the exact shape of the client's dialect.
pub fn write_error(dialect: Dialect, status: u16, words: &ErrorWords) -> Vec<u8> {
    let _ = (dialect, status, words);
    Vec::new()
}
