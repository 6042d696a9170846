//! Requests read from and written to the wire.
//!
//! Read for the gateway, written for the outbound side. What one dialect can say and another cannot is left out in
//! writing, and refused in reading where leaving it out would change what the model sees.

mod anthropic;
mod bedrock;
mod cohere;
mod fields;
mod gemini;
mod ollama;
mod openai;
mod responses;

use crate::body::{BadRequest, Fields};
use crate::options::WriteOptions;
use inkhorn_domain::{ChatRequest, Dialect, FrontDialect};
use serde_json::{Map, Value};

/// The body of a request in a dialect. What the dialect cannot say is left out.
pub fn write_request(dialect: Dialect, request: &ChatRequest, options: &WriteOptions) -> Vec<u8> {
    let mut body = match dialect {
        Dialect::OpenaiChat => openai::write(request, options),
        Dialect::AnthropicMessages => anthropic::write(request, options),
        Dialect::Ollama => ollama::write(request, options),
        Dialect::Gemini => gemini::write(request, options),
        Dialect::CohereV2 => cohere::write(request, options),
        Dialect::BedrockConverse => bedrock::write(request, options),
        Dialect::OpenaiResponses => responses::write(request, options),
    };
    if let Some(more) = options.web_search.as_ref().filter(|_| request.web_search) {
        join(&mut body, more);
    }
    if options.write_extra {
        ollama::merge_options(&mut body, &request.extra, dialect);
        for (name, value) in &request.extra {
            if !body.contains_key(name) {
                body.insert(name.clone(), value.clone());
            }
        }
    }
    serde_json::Value::Object(body).to_string().into_bytes()
}

/// Adds fields to a body: lists are joined, what stands there already stays.
fn join(body: &mut Map<String, Value>, more: &Map<String, Value>) {
    for (name, value) in more {
        match (body.get_mut(name), value) {
            (Some(Value::Array(there)), Value::Array(more)) => there.extend(more.iter().cloned()),
            (Some(_), _) => {}
            (None, value) => drop(body.insert(name.clone(), value.clone())),
        }
    }
}

/// Reads a request that a program sent to the gateway, whole. Fields that Inkhorn does not know are kept in `extra`;
/// fields that would steer a gateway (addresses, keys, headers) are dropped.
///
/// # Errors
/// [`BadRequest`] with the field that is wrong: bad JSON, too deep, a wrong type, or content that cannot be translated.
pub fn read_request(dialect: FrontDialect, body: &[u8]) -> Result<ChatRequest, BadRequest> {
    let taken = fields::Taken::new(Fields::read(body)?)?;
    match dialect {
        FrontDialect::OpenaiChat => openai::read(taken),
        FrontDialect::AnthropicMessages => anthropic::read(taken),
        FrontDialect::Ollama => ollama::read(taken),
        FrontDialect::OpenaiResponses => responses::read(taken),
    }
}
