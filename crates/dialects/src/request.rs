//! Requests read from and written to the wire.

use crate::body::BadRequest;
use crate::options::WriteOptions;
use inkhorn_domain::{ChatRequest, Dialect};

/// Where a request goes, relative to the base address of the connection.
pub fn request_path(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::OpenaiChat => "/chat/completions",
        Dialect::AnthropicMessages => "/v1/messages",
        Dialect::Ollama => "/api/chat",
    }
}

/// The body of a request in a dialect. What the dialect cannot say is left out.
pub fn write_request(dialect: Dialect, request: &ChatRequest, options: &WriteOptions) -> Vec<u8> {
    let _ = (dialect, request, options);
    Vec::new()
}

/// Reads a request that a program sent to the gateway, whole. Fields that Inkhorn does not know are kept in `extra`.
///
/// # Errors
/// [`BadRequest`] with the field that is wrong: bad JSON, too deep, a wrong type, or content that cannot be translated.
pub fn read_request(dialect: Dialect, body: &[u8]) -> Result<ChatRequest, BadRequest> {
    let _ = (dialect, body);
    Err(BadRequest::new("", "is not read yet"))
}
