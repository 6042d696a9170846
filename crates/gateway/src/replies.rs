//! What the gateway answers when it is not an answer of a model: refusals in the caller's dialect, safe headers.

use axum::body::Body;
use axum::response::Response;
use http::{HeaderName, HeaderValue, StatusCode, header};
use inkhorn_dialects::{ErrorWords, write_error};
use inkhorn_domain::FrontDialect;
use inkhorn_fault::{Code, Fault};

const SHOULD_RETRY: HeaderName = HeaderName::from_static("x-should-retry");

/// The status that tells a client about a failure.
pub(crate) fn status_of(code: Code) -> StatusCode {
    match code {
        Code::RateLimited | Code::OverLimit | Code::OverBudget => StatusCode::TOO_MANY_REQUESTS,
        Code::NoCredit => StatusCode::PAYMENT_REQUIRED,
        Code::ModelNotAllowed | Code::PrivacyRefused | Code::OfflineLocked => StatusCode::FORBIDDEN,
        Code::ModelNotFound | Code::NotFound => StatusCode::NOT_FOUND,
        Code::BadRequest | Code::ContentRefused | Code::UsageError | Code::BadHeader | Code::KeyForm => {
            StatusCode::BAD_REQUEST
        }
        Code::Overloaded | Code::VaultLocked | Code::Busy => StatusCode::SERVICE_UNAVAILABLE,
        Code::KeychainUnavailable
        | Code::KeychainLocked
        | Code::KeychainEntryMissing
        | Code::WrongPassphrase => StatusCode::SERVICE_UNAVAILABLE,
        Code::TimedOut => StatusCode::GATEWAY_TIMEOUT,
        Code::Duplicate => StatusCode::CONFLICT,
        // The provider's key is the writer's affair, not the caller's: 401 would blame the caller's token.
        Code::WrongKey
        | Code::UpstreamFailed
        | Code::ConnectionRefused
        | Code::UnknownHost
        | Code::TlsFailed
        | Code::NotAnApi
        | Code::StreamBroken
        | Code::RedirectRefused
        | Code::AnswerTooLarge
        | Code::BadAddress => StatusCode::BAD_GATEWAY,
        Code::Tampered | Code::Damaged | Code::NewerFormat | Code::DiskFull => {
            StatusCode::INTERNAL_SERVER_ERROR
        }
    }
}

/// What a client reads about a failure: the sentence, the provider's own scrubbed words, and what to do.
pub(crate) fn words_of(fault: &Fault) -> ErrorWords {
    let mut message = fault.message();
    if let Some(detail) = fault.detail() {
        message.push_str(" The provider says: ");
        message.push_str(detail);
    }
    message.push(' ');
    message.push_str(&fault.hint());
    ErrorWords { code: fault.code().as_str().to_owned(), message }
}

/// A refusal in the caller's dialect.
pub(crate) fn refuse(dialect: FrontDialect, fault: &Fault) -> Response {
    refuse_as(dialect, status_of(fault.code()), fault)
}

/// A refusal in the caller's dialect whose status says more than the fault's own.
pub(crate) fn refuse_as(dialect: FrontDialect, status: StatusCode, fault: &Fault) -> Response {
    let mut response = json(status, write_error(dialect, status.as_u16(), &words_of(fault)));
    // A body that is too large stays too large, however long the caller waits.
    let waits = matches!(fault.code(), Code::RateLimited | Code::OverLimit | Code::Overloaded)
        && status != StatusCode::PAYLOAD_TOO_LARGE;
    // Client libraries repeat 5xx by themselves; a repetition is a second charge, so it is asked for only where it helps.
    let retry = if waits { "true" } else { "false" };
    response.headers_mut().insert(SHOULD_RETRY, HeaderValue::from_static(retry));
    let wait = fault.retry_after().or(waits.then_some(std::time::Duration::from_secs(1)));
    if let Some(wait) = wait {
        let seconds = wait.as_millis().div_ceil(1000).clamp(1, 3600) as u64;
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// A refusal before anything is known about the caller: the status, one line, nothing to learn from.
pub(crate) fn refuse_stranger(status: u16, line: &'static str) -> Response {
    let mut response = Response::new(Body::from(line));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::FORBIDDEN);
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    // Its body was never read, so the connection cannot carry another request.
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    safe(response)
}

/// A JSON answer.
pub(crate) fn json(status: StatusCode, body: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    safe(response)
}

/// The headers that every answer bears.
pub(crate) fn safe(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    );
    response
}
