//! Refusals in the words of each imitated provider.

use serde_json::{Value, json};

use super::Persona;
use super::persona::Route;
use super::traits::{Tongue, Why};
use crate::random::make_hex;

/// A refusal: a status, headers, and a body that is the persona's own unless given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Option<String>,
    why: Option<Why>,
    field: String,
}

impl Refusal {
    /// This status with the persona's own body for it.
    pub fn of(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: None, why: None, field: String::new() }
    }

    /// What the persona says when the account is out of money, with its own status: OpenAI a 429, Fireworks a 412,
    /// Perplexity a 401, others a 402.
    pub fn without_credit(persona: Persona) -> Self {
        let status = persona.traits().no_credit.unwrap_or(402);
        Self { why: Some(Why::NoCredit), ..Self::of(status) }
    }

    /// What the persona says to a wrong key, with its own status: 401 for most, 400 for xAI, 403 for some.
    pub fn wrong_key(persona: Persona) -> Self {
        Self { why: Some(Why::WrongKey), ..Self::of(persona.traits().wrong_key) }
    }

    /// What the persona says when it does not have the model, with its own status.
    pub fn missing_model(persona: Persona) -> Self {
        Self { why: Some(Why::NoModel), ..Self::of(persona.traits().no_model.unwrap_or(404)) }
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

    fn why(&self, route: Route) -> Why {
        self.why.unwrap_or(match self.status {
            401 => Why::WrongKey,
            402 => Why::NoCredit,
            403 => Why::NotAllowed,
            404 if route == Route::Unknown => Why::NoRoute,
            404 => Why::NoModel,
            429 => Why::TooMany,
            503 | 529 => Why::Busy,
            500.. => Why::Failed,
            _ => Why::Other,
        })
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
    let traits = persona.traits();
    let own = traits.headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let numbered = traits.numbered.map(|(name, start)| (name.to_owned(), format!("{start}{}", make_hex(12))));
    own.chain(numbered).collect()
}

/// The persona's own body for a refusal.
pub(super) fn body(persona: Persona, refusal: &Refusal, about: &About<'_>) -> String {
    if let Some(body) = &refusal.body {
        return body.clone();
    }
    let why = refusal.why(about.route);
    let traits = persona.traits();
    let native = match &traits.tongue {
        Tongue::Anthropic => {
            let (kind, message) = anthropic_words(refusal, about);
            return anthropic_error(kind, &message).to_string();
        }
        // Below `/v1` it speaks as OpenAI's kin do.
        Tongue::Ollama(_) => !matches!(about.route, Route::OpenAiChat | Route::OpenAiList(_)),
        Tongue::OpenAi(_) | Tongue::Gemini | Tongue::Cohere | Tongue::Bedrock => true,
    };
    let own =
        |why: Why| traits.words.iter().find(|(meant, _)| native && *meant == why).map(|(_, body)| *body);
    // A server that has no words for being busy says that it failed.
    let fallback = || if why == Why::Busy { own(Why::Failed) } else { None };
    let template = own(why).or_else(fallback).unwrap_or_else(|| usual_words(why));
    fill(template, refusal, about)
}

/// What OpenAI's kin say where they have no words of their own.
fn usual_words(why: Why) -> &'static str {
    match why {
        Why::WrongKey => {
            r#"{"error":{"message":"invalid API key: {key}","type":"api_error","param":null,"code":null}}"#
        }
        Why::NoCredit => {
            r#"{"error":{"message":"payment required","type":"api_error","param":null,"code":null}}"#
        }
        Why::NotAllowed => {
            r#"{"error":{"message":"access denied","type":"api_error","param":null,"code":null}}"#
        }
        Why::NoModel => {
            r#"{"error":{"message":"model '{model}' not found","type":"not_found_error","param":null,"code":null}}"#
        }
        Why::NoRoute => {
            r#"{"error":{"message":"404 page not found","type":"not_found_error","param":null,"code":null}}"#
        }
        Why::TooMany => {
            r#"{"error":{"message":"too many requests","type":"api_error","param":null,"code":null}}"#
        }
        Why::Busy => {
            r#"{"error":{"message":"server busy, please try again. maximum pending requests exceeded","type":"api_error","param":null,"code":null}}"#
        }
        Why::Failed => {
            r#"{"error":{"message":"an error was encountered while running the model","type":"api_error","param":null,"code":null}}"#
        }
        Why::Form => {
            r#"{"error":{"message":"Unsupported parameter: '{field}' is not supported with this model.","type":"invalid_request_error","param":"{field}","code":"unsupported_parameter"}}"#
        }
        Why::Other => {
            r#"{"error":{"message":"the request was refused","type":"api_error","param":null,"code":null}}"#
        }
    }
}

fn fill(template: &str, refusal: &Refusal, about: &About<'_>) -> String {
    let quoted = |text: &str| {
        let json = Value::from(text).to_string();
        json[1..json.len() - 1].to_owned()
    };
    let in_full = !about.shown_key.contains('*');
    let echo = if in_full { format!(": {}", about.shown_key) } else { String::new() };
    // Google tells the wait in the body, in whole seconds.
    let told =
        refusal.headers.iter().find(|(name, wait)| name == "retry-after" && wait.parse::<u64>().is_ok());
    let info = |wait: &str| {
        format!(r#",{{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"{wait}s"}}"#)
    };
    let wait = told.map(|(_, wait)| info(wait)).unwrap_or_default();
    template
        .replace("{wait}", &wait)
        .replace("{key}", &quoted(about.shown_key))
        .replace("{echo}", &quoted(&echo))
        .replace("{model}", &quoted(about.model))
        .replace("{field}", &quoted(&refusal.field))
        .replace("{status}", &refusal.status.to_string())
        .replace("{number}", &make_hex(8))
}

/// A refusal of the request's own form, with the field that is meant.
pub(super) fn bad_field(status: u16, field: &str) -> Refusal {
    Refusal { why: Some(Why::Form), field: field.to_owned(), ..Refusal::of(status) }
}

/// A refusal of Anthropic's, with the field that is meant and what is wrong with it.
pub(super) fn anthropic_form(field: &str, message: &str) -> Refusal {
    let document = anthropic_error("invalid_request_error", &format!("{field}: {message}"));
    Refusal::of(400).with_body(&document.to_string())
}

/// A refusal of Google's: one sentence on what is wrong with the request.
pub(super) fn google_form(message: &str) -> Refusal {
    bad_field(400, message)
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
