//! Errors of providers read, errors for clients written.
//!
//! Providers of one dialect shape their errors in a dozen ways, so there is one tolerant reading for all of them.

use crate::lenient::beginning;
use inkhorn_domain::FrontDialect;
use serde_json::{Map, Value, json};

/// The longest message that is kept, in bytes.
const MAX_MESSAGE: usize = 2048;

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

/// Reads the body of an answer that failed: `error.message`, `error` as text, `message`, `detail`, or else the body
/// itself. A page of HTML gives no message.
pub fn read_error(body: &[u8]) -> ErrorBody {
    read_body(body)
}

/// Writes the body of an answer that refuses, in the exact shape of the client's dialect.
pub fn write_error(dialect: FrontDialect, status: u16, words: &ErrorWords) -> Vec<u8> {
    let kind = kind_of_status(dialect, status);
    error_document(dialect, kind, words).to_string().into_bytes()
}

/// The document of [`write_error`] with a given type of error.
pub fn error_document(dialect: FrontDialect, kind: &str, words: &ErrorWords) -> Value {
    match dialect {
        FrontDialect::OpenaiChat | FrontDialect::OpenaiResponses => json!({
            "error": { "message": words.message, "type": kind, "param": null, "code": words.code }
        }),
        FrontDialect::AnthropicMessages => json!({
            "type": "error", "error": { "type": kind, "message": words.message }
        }),
        FrontDialect::Ollama => json!({ "error": words.message }),
    }
}

/// The type of error that goes with a status.
fn kind_of_status(dialect: FrontDialect, status: u16) -> &'static str {
    match (dialect, status) {
        (FrontDialect::AnthropicMessages, 402) => "billing_error",
        (FrontDialect::AnthropicMessages, 409) => "conflict_error",
        (FrontDialect::AnthropicMessages, 413) => "request_too_large",
        (FrontDialect::AnthropicMessages, 504) => "timeout_error",
        (FrontDialect::AnthropicMessages, 503 | 529) => "overloaded_error",
        (FrontDialect::AnthropicMessages, 404) => "not_found_error",
        (FrontDialect::AnthropicMessages, 500..) => "api_error",
        (_, 401) => "authentication_error",
        (_, 403) => "permission_error",
        (_, 429) => "rate_limit_error",
        (_, 500..) => "server_error",
        _ => "invalid_request_error",
    }
}

/// The status that goes with a type of error, for errors inside an answer whose own status was good.
pub fn status_of_kind(kind: &str) -> Option<u16> {
    Some(match kind {
        "invalid_request_error" => 400,
        "authentication_error" => 401,
        "billing_error" | "insufficient_quota" => 402,
        "permission_error" => 403,
        "not_found_error" => 404,
        "request_too_large" => 413,
        "rate_limit_error" | "rate_limit_exceeded" => 429,
        "api_error" | "server_error" | "internal_server_error" => 500,
        "timeout_error" => 504,
        "overloaded_error" => 529,
        // Google's words.
        "INVALID_ARGUMENT" | "FAILED_PRECONDITION" | "OUT_OF_RANGE" => 400,
        "UNAUTHENTICATED" => 401,
        "PERMISSION_DENIED" => 403,
        "NOT_FOUND" => 404,
        "RESOURCE_EXHAUSTED" => 429,
        "INTERNAL" | "UNKNOWN" => 500,
        "UNAVAILABLE" => 503,
        "DEADLINE_EXCEEDED" => 504,
        _ => return None,
    })
}

/// The one tolerant reading.
pub fn read_body(body: &[u8]) -> ErrorBody {
    let top = match serde_json::from_slice(body) {
        Ok(Value::Object(top)) => top,
        // Google lists even a single error where it would have listed the pieces of an answer.
        Ok(Value::Array(list)) => match list.into_iter().next() {
            Some(Value::Object(top)) => top,
            _ => return ErrorBody { message: plain_message(body), ..ErrorBody::default() },
        },
        _ => return ErrorBody { message: plain_message(body), ..ErrorBody::default() },
    };
    let inner = match top.get("error") {
        Some(Value::Object(inner)) => inner,
        _ => &top,
    };
    let message = said(inner.get("message"))
        .or_else(|| said(top.get("error")))
        .or_else(|| said(top.get("message")).or_else(|| said(top.get("Message"))))
        .or_else(|| said(top.get("detail")).or_else(|| said_in_list(top.get("detail"))))
        .or_else(|| said(top.get("detail").and_then(|detail| detail.get("msg"))))
        .unwrap_or_else(|| cut(&String::from_utf8_lossy(body)));
    let word = |name: &str| word(inner.get(name)).or_else(|| word(top.get(name)));
    let kind = word("type").or_else(|| word("status")).filter(|kind| kind != "error");
    let retry_after_ms = wait(inner).or_else(|| wait(&top)).or_else(|| wait_in_words(&message));
    let code = reason(inner).or_else(|| word("code"));
    let param = word("param").or_else(|| place_in_list(top.get("detail")));
    ErrorBody { message, code, kind, param, retry_after_ms }
}

fn plain_message(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(&body[..body.len().min(4 * MAX_MESSAGE)]);
    let text = text.trim();
    if text.starts_with('<') { String::new() } else { cut(text) }
}

/// Google's reason, which tells more than the number that it has for a code.
fn reason(fields: &Map<String, Value>) -> Option<String> {
    let details = fields.get("details")?.as_array()?;
    details.iter().take(8).find_map(|detail| word(detail.get("reason")))
}

fn said(value: Option<&Value>) -> Option<String> {
    value?.as_str().map(str::trim).filter(|text| !text.is_empty()).map(cut)
}

/// The list of complaints that FastAPI sends: `[{"loc": […], "msg": "…"}]`.
fn said_in_list(value: Option<&Value>) -> Option<String> {
    let complaints: Vec<&str> =
        value?.as_array()?.iter().take(8).filter_map(|item| item.get("msg")?.as_str()).collect();
    (!complaints.is_empty()).then(|| cut(&complaints.join("; ")))
}

/// The field of the only complaint in such a list: the end of its place.
fn place_in_list(value: Option<&Value>) -> Option<String> {
    match value?.as_array()?.as_slice() {
        [complaint] => word(complaint.get("loc")?.as_array()?.last()),
        _ => None,
    }
}

fn word(value: Option<&Value>) -> Option<String> {
    let text = match value? {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty() && text.len() <= 128).then_some(text)
}

fn cut(text: &str) -> String {
    beginning(text, MAX_MESSAGE).to_owned()
}

/// Waits that stand in fields: milliseconds, seconds, or Google's `"retryDelay": "12s"`.
fn wait(fields: &Map<String, Value>) -> Option<u64> {
    let seconds = |value: &Value| match value {
        Value::Number(number) => number.as_f64().and_then(milliseconds),
        Value::String(text) => duration(text),
        _ => None,
    };
    let here = fields.get("retry_after_ms").and_then(Value::as_u64);
    here.or_else(|| fields.get("retry_after").and_then(seconds))
        .or_else(|| fields.get("retry_after_seconds").and_then(seconds))
        .or_else(|| match fields.get("metadata") {
            Some(Value::Object(metadata)) => wait(metadata),
            _ => None,
        })
        .or_else(|| {
            let details = fields.get("details")?.as_array()?;
            details.iter().take(8).find_map(|detail| seconds(detail.get("retryDelay")?))
        })
}

/// "Please try again in 7.66s.", "Please retry in 34.07s.", "Please retry after 22 seconds."
fn wait_in_words(message: &str) -> Option<u64> {
    let before = ["try again in ", "retry in ", "retry after "];
    let (_, rest) = before.iter().find_map(|words| message.split_once(words))?;
    duration(rest.split_whitespace().next()?.trim_end_matches(['.', ',']))
}

/// `250ms`, `7.66s`, `6m0s`, `1h2m3s`, or a bare number of seconds.
fn duration(text: &str) -> Option<u64> {
    if let Ok(seconds) = text.parse::<f64>() {
        return milliseconds(seconds);
    }
    let (mut rest, mut total) = (text, 0f64);
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest[..digits].parse().ok()?;
        let unit_end =
            rest[digits..].find(|c: char| c.is_ascii_digit()).map_or(rest.len(), |length| digits + length);
        total += number
            * match &rest[digits..unit_end] {
                "ms" => 0.001,
                "s" => 1.0,
                "m" => 60.0,
                "h" => 3600.0,
                _ => return None,
            };
        rest = &rest[unit_end..];
    }
    milliseconds(total)
}

fn milliseconds(seconds: f64) -> Option<u64> {
    (seconds.is_finite() && (0.0..1e9).contains(&seconds)).then_some((seconds * 1000.0).round() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_shape_gives_its_message() {
        for (body, message, code) in [
            (
                r#"{"error":{"message":"no","type":"t","param":null,"code":"invalid_api_key"}}"#,
                "no",
                "invalid_api_key",
            ),
            (
                r#"{"code":"Client specified an invalid argument","error":"Incorrect API key"}"#,
                "Incorrect API key",
                "Client specified an invalid argument",
            ),
            (r#"{"error":{"code":401,"message":"User not found."}}"#, "User not found.", "401"),
            (r#"{"message":"invalid api token"}"#, "invalid api token", ""),
            (r#"{"Message":"User is not authorized"}"#, "User is not authorized", ""),
            (r#"{"detail":"Not Found"}"#, "Not Found", ""),
            (
                r#"{"detail":[{"loc":["body"],"msg":"field required","type":"x"},{"msg":"too long"}]}"#,
                "field required; too long",
                "",
            ),
            (
                r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#,
                "Overloaded",
                "",
            ),
            (r#"{"detail":{"msg":"Server is busy.","type":"service_unavailable"}}"#, "Server is busy.", ""),
            (r#"{"error":"model 'x' not found"}"#, "model 'x' not found", ""),
            (
                r#"{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID","domain":"googleapis.com"}]}}"#,
                "API key not valid. Please pass a valid API key.",
                "API_KEY_INVALID",
            ),
            (r#"[{"error":{"code":503,"message":"busy","status":"UNAVAILABLE"}}]"#, "busy", "503"),
            ("[]", "[]", ""),
            (r#"{"odd":1}"#, r#"{"odd":1}"#, ""),
            ("Bad gateway\n", "Bad gateway", ""),
            ("<!doctype html><p>502", "", ""),
            ("", "", ""),
        ] {
            let error = read_error(body.as_bytes());
            assert_eq!(error.message, message, "{body}");
            assert_eq!(error.code.unwrap_or_default(), code, "{body}");
        }
        let long = "\u{1F58B}".repeat(10_000);
        assert!(read_error(long.as_bytes()).message.len() <= MAX_MESSAGE);
    }

    #[test]
    fn waits_are_found_in_fields_and_in_words() {
        for (body, wait) in [
            (r#"{"error":{"message":"Please try again in 7.66s. Visit","code":"x"}}"#, Some(7660)),
            (r#"{"error":{"message":"Please try again in 6m0s."}}"#, Some(360_000)),
            (r#"{"error":{"code":"429","message":"Please retry after 22 seconds. Go here"}}"#, Some(22_000)),
            (r#"{"error":{"message":"try again in 120ms"}}"#, Some(120)),
            (r#"{"error":{"message":"m","metadata":{"retry_after_seconds":3}}}"#, Some(3000)),
            (r#"{"error":{"message":"m","details":[{"a":1},{"retryDelay":"12s"}]}}"#, Some(12_000)),
            (
                r#"{"error":{"message":"Quota exceeded.\nPlease retry in 34.074824224s.","code":429}}"#,
                Some(34_075),
            ),
            (r#"{"error":{"message":"m","retry_after":-1}}"#, None),
            (r#"{"error":{"message":"try again in a while"}}"#, None),
        ] {
            assert_eq!(read_error(body.as_bytes()).retry_after_ms, wait, "{body}");
        }
    }

    #[test]
    fn refusals_have_the_exact_shape_of_each_dialect() {
        let words = ErrorWords { code: "key_rejected".into(), message: "No.".into() };
        let written =
            |dialect, status| String::from_utf8(write_error(dialect, status, &words)).expect("UTF-8");
        assert_eq!(
            written(FrontDialect::OpenaiChat, 401),
            r#"{"error":{"message":"No.","type":"authentication_error","param":null,"code":"key_rejected"}}"#
        );
        assert_eq!(
            written(FrontDialect::AnthropicMessages, 404),
            r#"{"type":"error","error":{"type":"not_found_error","message":"No."}}"#
        );
        assert_eq!(written(FrontDialect::Ollama, 500), r#"{"error":"No."}"#);
    }
}
