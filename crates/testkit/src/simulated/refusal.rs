//! Refusals in the words of each imitated provider.

use serde_json::{Value, json};

use super::Persona;
use super::persona::Route;
use crate::random::make_hex;

/// A refusal: a status, headers, and a body that is the persona's own unless given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Option<String>,
    pub(super) without_credit: bool,
}

impl Refusal {
    /// This status with the persona's own body for it.
    pub fn of(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: None, without_credit: false }
    }

    /// What the persona says when the account is out of money: OpenAI a 429 of kind `insufficient_quota`, the
    /// others a 402.
    pub fn without_credit(persona: Persona) -> Self {
        let status = if persona == Persona::OpenAi { 429 } else { 402 };
        Self { without_credit: true, ..Self::of(status) }
    }

    /// With one more header.
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With this body instead of the persona's own.
    pub fn with_body(mut self, body: &str) -> Self {
        self.body = Some(body.to_owned());
        self
    }
}

/// What a refusal is about, for those bodies that name it.
pub(super) struct About<'request> {
    /// Where the request went.
    pub(super) route: Route,
    /// The model it named, or nothing.
    pub(super) model: &'request str,
    /// The key as the body may show it.
    pub(super) shown_key: &'request str,
}

/// The headers that the persona puts on every answer.
pub(super) fn usual_headers(persona: Persona) -> Vec<(String, String)> {
    let own: &[(&str, &str)] = match persona {
        Persona::OpenAi => &[
            ("openai-version", "2020-10-01"),
            ("openai-processing-ms", "214"),
            ("x-ratelimit-limit-requests", "10000"),
            ("x-ratelimit-limit-tokens", "200000"),
            ("x-ratelimit-remaining-requests", "9999"),
            ("x-ratelimit-remaining-tokens", "199950"),
            ("x-ratelimit-reset-requests", "8.64s"),
            ("x-ratelimit-reset-tokens", "15ms"),
        ],
        Persona::Anthropic => &[
            ("anthropic-organization-id", "00000000-0000-4000-8000-000000000000"),
            ("anthropic-ratelimit-requests-limit", "50"),
            ("anthropic-ratelimit-requests-remaining", "49"),
            ("anthropic-ratelimit-requests-reset", "2026-11-21T12:00:01Z"),
            ("anthropic-ratelimit-tokens-limit", "80000"),
            ("anthropic-ratelimit-tokens-remaining", "79000"),
            ("anthropic-ratelimit-tokens-reset", "2026-11-21T12:00:01Z"),
        ],
        Persona::Groq => &[
            ("x-ratelimit-limit-requests", "14400"),
            ("x-ratelimit-limit-tokens", "18000"),
            ("x-ratelimit-remaining-requests", "14399"),
            ("x-ratelimit-remaining-tokens", "17950"),
        ],
        Persona::OpenRouter | Persona::Ollama | Persona::LmStudio | Persona::Compatible => &[],
    };
    let mut headers: Vec<(String, String)> =
        own.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    match persona {
        Persona::OpenAi | Persona::Groq => {
            headers.push(("x-request-id".to_owned(), format!("req_{}", make_hex(16))))
        }
        Persona::Anthropic => headers.push(("request-id".to_owned(), format!("req_{}", make_hex(12)))),
        Persona::OpenRouter => headers.push(("x-generation-id".to_owned(), format!("gen-{}", make_hex(10)))),
        Persona::Ollama | Persona::LmStudio | Persona::Compatible => {}
    }
    headers
}

/// The persona's own body for a refusal.
pub(super) fn body(persona: Persona, refusal: &Refusal, about: &About<'_>) -> String {
    if let Some(body) = &refusal.body {
        return body.clone();
    }
    let document = match persona {
        Persona::OpenAi => open_ai(refusal, about),
        Persona::Anthropic => {
            let (kind, message) = anthropic_words(refusal, about);
            anthropic_error(kind, &message)
        }
        Persona::OpenRouter => json!({
            "error": { "code": refusal.status, "message": open_router_words(refusal.status, about) },
        }),
        Persona::Groq => groq(refusal.status, about),
        Persona::Ollama if about.route != Route::OpenAiChat && about.route != Route::OpenAiModels => {
            json!({ "error": plain_words(refusal.status, about) })
        }
        Persona::Ollama | Persona::LmStudio | Persona::Compatible => open_ai_error(
            &plain_words(refusal.status, about),
            if refusal.status == 404 { "not_found_error" } else { "api_error" },
            None,
            None,
        ),
    };
    document.to_string()
}

/// A refusal of the request's own form: status 400, with the parameter that is meant.
pub(super) fn bad_parameter(persona: Persona, parameter: &str, message: &str) -> Refusal {
    let document = match persona {
        Persona::Anthropic => anthropic_error("invalid_request_error", &format!("{parameter}: {message}")),
        Persona::OpenRouter => json!({ "error": { "code": 400, "message": message } }),
        _ => open_ai_error(message, "invalid_request_error", Some(parameter), Some("unsupported_parameter")),
    };
    Refusal::of(400).with_body(&document.to_string())
}

/// `{"error":{message,type,param,code}}`.
pub(super) fn open_ai_error(message: &str, kind: &str, parameter: Option<&str>, code: Option<&str>) -> Value {
    json!({ "error": { "message": message, "type": kind, "param": parameter, "code": code } })
}

/// `{"type":"error","error":{type,message},"request_id"}`.
pub(super) fn anthropic_error(kind: &str, message: &str) -> Value {
    json!({
        "type": "error",
        "error": { "type": kind, "message": message },
        "request_id": format!("req_{}", make_hex(12)),
    })
}

fn open_ai(refusal: &Refusal, about: &About<'_>) -> Value {
    if refusal.without_credit {
        return open_ai_error(
            "You exceeded your current quota, please check your plan and billing details.",
            "insufficient_quota",
            None,
            Some("insufficient_quota"),
        );
    }
    let model = about.model;
    let (message, kind, code) = match refusal.status {
        401 => (
            format!(
                "Incorrect API key provided: {}. You can find your API key at https://platform.openai.com/account/api-keys.",
                about.shown_key
            ),
            "invalid_request_error",
            Some("invalid_api_key"),
        ),
        403 => (
            format!("Project `proj_simulated` does not have access to model `{model}`"),
            "invalid_request_error",
            Some("model_not_found"),
        ),
        404 if about.route == Route::Unknown => ("Invalid URL".to_owned(), "invalid_request_error", None),
        404 => (
            format!("The model `{model}` does not exist or you do not have access to it."),
            "invalid_request_error",
            Some("model_not_found"),
        ),
        429 => (
            format!(
                "Rate limit reached for {model} on requests per min (RPM): Limit 3, Used 3, Requested 1."
            ),
            "requests",
            Some("rate_limit_exceeded"),
        ),
        500.. => ("The server had an error while processing your request.".to_owned(), "server_error", None),
        _ => ("The request was refused.".to_owned(), "invalid_request_error", None),
    };
    open_ai_error(&message, kind, None, code)
}

fn anthropic_words(refusal: &Refusal, about: &About<'_>) -> (&'static str, String) {
    match refusal.status {
        400 => ("invalid_request_error", "The request is not valid.".to_owned()),
        401 => ("authentication_error", format!("invalid x-api-key{}", anthropic_echo(about))),
        402 => ("billing_error", "Your credit balance is too low to access the Anthropic API.".to_owned()),
        403 => (
            "permission_error",
            "Your API key does not have permission to use the specified resource.".to_owned(),
        ),
        404 if about.route == Route::Unknown => ("not_found_error", "Not found".to_owned()),
        404 => ("not_found_error", format!("model: {}", about.model)),
        413 => ("request_too_large", "Request exceeds the maximum size".to_owned()),
        429 => ("rate_limit_error", "This request would exceed your organization's rate limit.".to_owned()),
        504 => ("timeout_error", "The request timed out.".to_owned()),
        529 => ("overloaded_error", "Overloaded".to_owned()),
        500.. => ("api_error", "Internal server error".to_owned()),
        _ => ("invalid_request_error", "The request was refused.".to_owned()),
    }
}

/// Anthropic does not repeat the key; only a test that wants it in full sees it.
fn anthropic_echo(about: &About<'_>) -> String {
    if about.shown_key.contains('*') { String::new() } else { format!(": {}", about.shown_key) }
}

fn open_router_words(status: u16, about: &About<'_>) -> String {
    match status {
        401 if about.shown_key.contains('*') => "User not found.".to_owned(),
        401 => format!("No auth credentials found for {}", about.shown_key),
        402 => "Insufficient credits. Add more using https://openrouter.ai/settings/credits".to_owned(),
        403 => "Only management keys can do this, or your input was flagged".to_owned(),
        404 => format!("No endpoints found for {}.", about.model),
        429 => "Rate limit exceeded".to_owned(),
        502 => "The chosen model is down or gave an invalid answer".to_owned(),
        503 => "No available model provider meets your routing requirements".to_owned(),
        _ => "Internal Server Error".to_owned(),
    }
}

fn groq(status: u16, about: &About<'_>) -> Value {
    let (message, kind, code) = match status {
        401 if about.shown_key.contains('*') => {
            ("Invalid API Key".to_owned(), "invalid_request_error", Some("invalid_api_key"))
        }
        401 => {
            (format!("Invalid API Key {}", about.shown_key), "invalid_request_error", Some("invalid_api_key"))
        }
        404 => (
            format!("The model `{}` does not exist or you do not have access to it.", about.model),
            "invalid_request_error",
            Some("model_not_found"),
        ),
        429 => (
            format!("Rate limit reached for model `{}` on tokens per minute (TPM): Limit 6000", about.model),
            "tokens",
            Some("rate_limit_exceeded"),
        ),
        500.. => ("Internal Server Error".to_owned(), "internal_server_error", None),
        _ => ("The request was refused.".to_owned(), "invalid_request_error", None),
    };
    open_ai_error(&message, kind, None, code)
}

fn plain_words(status: u16, about: &About<'_>) -> String {
    match status {
        401 => format!("invalid API key: {}", about.shown_key),
        402 => "payment required".to_owned(),
        403 => "access denied".to_owned(),
        404 if about.route == Route::Unknown => "404 page not found".to_owned(),
        404 => format!("model '{}' not found", about.model),
        429 => "too many requests".to_owned(),
        503 => "server busy, please try again. maximum pending requests exceeded".to_owned(),
        500.. => "an error was encountered while running the model".to_owned(),
        _ => "the request was refused".to_owned(),
    }
}
