//! What a provider's refusal means: understood here, once, from its status, its headers and its own words.
//!
//! The order of the questions matters: providers use one status for several things (429 for an empty account, 400 for a
//! wrong key), so the words are asked before the status.

use crate::catalogue::{Catalogue, EntryLocality, ProviderEntry};
use inkhorn_dialects::{ErrorBody, read_error};
use inkhorn_fault::{Code, Fault, Reaction};
use inkhorn_outbound::Answer;
use inkhorn_secret::Scrubber;
use std::time::{Duration, SystemTime};

/// The longest wait that a provider is believed.
pub const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// An answer that is no answer.
#[derive(Clone, Debug, Default)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// `content-type` without parameters.
    pub content_type: Option<String>,
    /// `retry-after` as it came.
    pub retry_after: Option<String>,
    /// `retry-after-ms` as it came.
    pub retry_after_ms: Option<String>,
    /// The beginning of the body.
    pub body: bytes::Bytes,
}

impl Refusal {
    /// Reads what is needed from an answer and ends it.
    pub async fn read(answer: Answer) -> Self {
        Self {
            status: answer.status(),
            content_type: answer.content_type(),
            retry_after: answer.retry_after().map(str::to_owned),
            retry_after_ms: answer.retry_after_ms().map(str::to_owned),
            body: answer.read_start(inkhorn_outbound::ERROR_BODY_CAP).await,
        }
    }
}

/// Names a refusal. `address` is host and port; `model` the model that was asked for, where one was; `now` is the time
/// for waits that are given as a date.
pub fn classify(
    entry: &ProviderEntry,
    address: &str,
    model: Option<&str>,
    refusal: &Refusal,
    scrubber: &Scrubber,
    now: SystemTime,
) -> Fault {
    let said = if is_page(refusal) { ErrorBody::default() } else { read_error(&refusal.body) };
    let cause = find_cause(entry, refusal, &said, model.is_some());
    let wait = find_wait(refusal, &said, now);
    word(cause, entry, address, model, &said, wait, scrubber).with_status(refusal.status)
}

/// The fault with the facts that its sentence names.
fn word(
    cause: Cause,
    entry: &ProviderEntry,
    address: &str,
    model: Option<&str>,
    said: &ErrorBody,
    wait: Option<Duration>,
    scrubber: &Scrubber,
) -> Fault {
    let mut fault = Fault::new(cause.code).with("provider", &entry.name);
    if cause.code == Code::NotAnApi || cause.code == Code::TimedOut {
        fault = fault.with("address", address);
    }
    if let (Code::ModelNotFound | Code::ModelNotAllowed, Some(model)) = (cause.code, model) {
        fault = fault.with("model", scrubber.clean(model));
    }
    if cause.too_long {
        fault = fault.with("too_long", true);
    }
    if let Some(wait) = wait.filter(|_| waiting_helps(cause.code)) {
        fault = fault.with_retry_after(wait);
    }
    fault.with_detail(&mask_keys(&scrubber.clean(&said.message)))
}

struct Cause {
    code: Code,
    /// More text than the model takes.
    too_long: bool,
}

impl From<Code> for Cause {
    fn from(code: Code) -> Self {
        Self { code, too_long: false }
    }
}

fn find_cause(entry: &ProviderEntry, refusal: &Refusal, said: &ErrorBody, asked_for_model: bool) -> Cause {
    let status = refusal.status;
    let words = Words::of(said);
    if is_page(refusal) {
        // A page instead of JSON: some server in between, or not the API at all.
        return match status {
            200..=299 => Code::NotAnApi,
            401 | 407 => Code::WrongKey,
            429 => Code::RateLimited,
            503 | 529 => Code::Overloaded,
            500.. => Code::UpstreamFailed,
            _ => Code::NotAnApi,
        }
        .into();
    }
    if status == 402 || words.tell_empty_account() {
        return Code::NoCredit.into();
    }
    if status == 401 || words.tell_wrong_key() {
        return Code::WrongKey.into();
    }
    if words.tell_moderation() {
        return Code::ContentRefused.into();
    }
    match status {
        400 | 422 if words.tell_missing_model() => Code::ModelNotFound.into(),
        400 | 422 if words.tell_too_long() => Cause { code: Code::BadRequest, too_long: true },
        413 => Cause { code: Code::BadRequest, too_long: true },
        // A local server has no permissions to refuse; it did not like who asked, or is something else.
        403 if said.message.is_empty() && entry.locality != EntryLocality::Cloud => Code::NotAnApi.into(),
        403 => Code::ModelNotAllowed.into(),
        // A call that names no model cannot miss one: then the path is not there.
        404 | 410 if asked_for_model && words.tell_of_model() => Code::ModelNotFound.into(),
        404 | 405 | 410 => Code::NotAnApi.into(),
        408 => Code::TimedOut.into(),
        // LightLLM answers its own failures so.
        417 => Code::UpstreamFailed.into(),
        429 => Code::RateLimited.into(),
        500.. if words.marked(&["rate_limit"]) => Code::RateLimited.into(),
        498 | 529 => Code::Overloaded.into(),
        503 if refusal.body.is_empty() || words.tell_overload() => Code::Overloaded.into(),
        500.. if words.tell_overload() => Code::Overloaded.into(),
        500.. => Code::UpstreamFailed.into(),
        _ => Code::BadRequest.into(),
    }
}

/// What the provider said, in small letters.
struct Words {
    message: String,
    marks: String,
}

impl Words {
    fn of(said: &ErrorBody) -> Self {
        let marks = [&said.code, &said.kind].map(|mark| mark.as_deref().unwrap_or_default()).join(" ");
        Self { message: said.message.to_lowercase(), marks: marks.to_lowercase() }
    }

    fn marked(&self, any: &[&str]) -> bool {
        any.iter().any(|mark| self.marks.contains(mark))
    }

    fn say(&self, any: &[&str]) -> bool {
        any.iter().any(|words| self.message.contains(words))
    }

    fn tell_empty_account(&self) -> bool {
        self.marked(&["insufficient_quota", "billing_error", "billing_hard_limit", "insufficient_balance"])
            || self.say(&["credit balance is too low", "insufficient balance", "insufficient credits"])
    }

    fn tell_wrong_key(&self) -> bool {
        self.marked(&["invalid_api_key", "authentication_error", "api_key_invalid"])
            || self.say(&["incorrect api key", "invalid api key", "api key not valid", "invalid x-api-key"])
    }

    fn tell_moderation(&self) -> bool {
        self.marked(&["content_filter", "content_policy", "moderation"])
            || self.say(&[
                "content moderation",
                "content management policy",
                "flagged",
                "requires moderation",
            ])
    }

    fn tell_missing_model(&self) -> bool {
        self.marked(&["model_not_found", "model_decommissioned", "unknown_model"])
            || (self.say(&["model"])
                && self.say(&["not found", "does not exist", "not a valid model", "unknown model"]))
    }

    fn tell_of_model(&self) -> bool {
        self.marked(&["model"]) || self.say(&["model", "no endpoints found"])
    }

    fn tell_too_long(&self) -> bool {
        self.marked(&["context_length", "request_too_large"])
            || self.say(&[
                "context length",
                "context window",
                "context size",
                "maximum context",
                "prompt is too long",
                "too many tokens",
            ])
    }

    fn tell_overload(&self) -> bool {
        self.marked(&["overloaded"])
            || self.say(&[
                "overloaded",
                "busy",
                "over capacity",
                "at capacity",
                "loading model",
                "try again later",
            ])
    }
}

/// Whether the answer is a page for people.
fn is_page(refusal: &Refusal) -> bool {
    let says_so = refusal.content_type.as_deref().is_some_and(|kind| kind.contains("html"));
    says_so || refusal.body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<')
}

/// Whether a wait belongs to this kind of failure. Every reaction is named: a new one must be thought about.
fn waiting_helps(code: Code) -> bool {
    match code.reaction() {
        // Some providers take money back within seconds, so an empty account may come with a wait.
        Reaction::Wait | Reaction::Switch | Reaction::Pay => true,
        Reaction::FixKey | Reaction::FixAddress | Reaction::ChangeRequest | Reaction::FixMachine => false,
    }
}

/// The wait that the provider told: milliseconds, seconds or a date; never more than [`LONGEST_WAIT`]. What makes no
/// sense is no wait.
fn find_wait(refusal: &Refusal, said: &ErrorBody, now: SystemTime) -> Option<Duration> {
    let number = |text: &str, unit: f64| {
        let value: f64 = text.trim().parse().ok()?;
        let seconds = (value * unit).min(LONGEST_WAIT.as_secs_f64());
        (value.is_finite() && value >= 0.0).then(|| Duration::from_secs_f64(seconds))
    };
    let date = |text: &str| {
        let then = httpdate::parse_http_date(text.trim()).ok()?;
        Some(then.duration_since(now).unwrap_or_default().min(LONGEST_WAIT))
    };
    let milliseconds = refusal.retry_after_ms.as_deref().and_then(|text| number(text, 0.001));
    let seconds = || refusal.retry_after.as_deref().and_then(|text| number(text, 1.0).or_else(|| date(text)));
    let body = || said.retry_after_ms.map(|wait| Duration::from_millis(wait).min(LONGEST_WAIT));
    milliseconds.or_else(seconds).or_else(body)
}

/// Takes out what looks like a key even where it is not ours: masked ones, and ones that begin as keys do.
fn mask_keys(text: &str) -> String {
    let catalogue = Catalogue::embedded();
    let begins_as_key = |word: &str| {
        word.len() >= 12
            && catalogue
                .entries()
                .iter()
                .flat_map(|entry| &entry.key_patterns)
                .any(|pattern| word.starts_with(&pattern.prefix))
    };
    let is_masked = |word: &str| word.len() >= 6 && word.contains("**");
    let part_of_key = |c: char| {
        c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '*' | '.' | '+' | '/' | '=' | '\u{2026}')
    };
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let word_end = rest.find(|c: char| !part_of_key(c)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(word_end);
        let core = word.trim_end_matches(['.', '/']);
        if begins_as_key(core) || is_masked(core) {
            out.push_str(Scrubber::MARK);
            out.push_str(&word[core.len()..]);
        } else {
            out.push_str(word);
        }
        let gap_end = after.find(part_of_key).unwrap_or(after.len());
        out.push_str(&after[..gap_end]);
        rest = &after[gap_end..];
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use inkhorn_secret::Secret;

    const KEY: &str = "sk-proj-CANARY0123456789abcdef/+";

    struct Case {
        entry: &'static str,
        status: u16,
        body: &'static str,
        code: Code,
    }

    fn name(entry: &str, refusal: &Refusal, model: Option<&str>) -> Fault {
        let catalogue = Catalogue::embedded();
        let entry = catalogue.find(entry).expect("entry");
        let scrubber = Scrubber::new([&Secret::new(KEY.to_owned())]);
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        classify(entry, "api.example.com", model, refusal, &scrubber, now)
    }

    fn refusal(status: u16, body: &str) -> Refusal {
        Refusal { status, body: body.to_owned().into(), ..Refusal::default() }
    }

    /// Bodies as providers send them.
    const CASES: &[Case] = &[
        // OpenAI
        Case {
            entry: "openai",
            status: 401,
            code: Code::WrongKey,
            body: r#"{"error":{"message":"Incorrect API key provided: sk-***. You can find your API key at https://platform.openai.com/account/api-keys.","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}"#,
        },
        Case {
            entry: "openai",
            status: 429,
            code: Code::NoCredit,
            body: r#"{"error":{"message":"You exceeded your current quota, please check your plan and billing details.","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}"#,
        },
        Case {
            entry: "openai",
            status: 429,
            code: Code::RateLimited,
            body: r#"{"error":{"message":"Rate limit reached for gpt-5 on requests per min (RPM): Limit 3, Used 3, Requested 1.","type":"requests","param":null,"code":"rate_limit_exceeded"}}"#,
        },
        Case {
            entry: "openai",
            status: 403,
            code: Code::ModelNotAllowed,
            body: r#"{"error":{"message":"Project `proj_x` does not have access to model `gpt-5`","type":"invalid_request_error","param":null,"code":"model_not_found"}}"#,
        },
        Case {
            entry: "openai",
            status: 404,
            code: Code::ModelNotFound,
            body: r#"{"error":{"message":"The model `x` does not exist or you do not have access to it.","type":"invalid_request_error","param":null,"code":"model_not_found"}}"#,
        },
        Case {
            entry: "openai",
            status: 404,
            code: Code::NotAnApi,
            body: r#"{"error":{"message":"Invalid URL (POST /v2/chat/completions)","type":"invalid_request_error","param":null,"code":null}}"#,
        },
        Case {
            entry: "openai",
            status: 400,
            code: Code::BadRequest,
            body: r#"{"error":{"message":"This model's maximum context length is 8192 tokens.","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}"#,
        },
        Case {
            entry: "openai",
            status: 400,
            code: Code::BadRequest,
            body: r#"{"error":{"message":"Unsupported value: 'temperature'","type":"invalid_request_error","param":"temperature","code":"unsupported_value"}}"#,
        },
        Case {
            entry: "openai",
            status: 400,
            code: Code::ContentRefused,
            body: r#"{"error":{"message":"Your request was rejected","type":"image_generation_user_error","param":null,"code":"content_policy_violation"}}"#,
        },
        Case {
            entry: "openai",
            status: 500,
            code: Code::UpstreamFailed,
            body: r#"{"error":{"message":"The server had an error while processing your request.","type":"server_error","param":null,"code":null}}"#,
        },
        Case {
            entry: "openai",
            status: 503,
            code: Code::Overloaded,
            body: r#"{"error":{"message":"The engine is currently overloaded, please try again later","type":"server_error"}}"#,
        },
        // Anthropic
        Case {
            entry: "anthropic",
            status: 401,
            code: Code::WrongKey,
            body: r#"{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"},"request_id":"req_1"}"#,
        },
        Case {
            entry: "anthropic",
            status: 402,
            code: Code::NoCredit,
            body: r#"{"type":"error","error":{"type":"billing_error","message":"Payment required"},"request_id":"req_1"}"#,
        },
        Case {
            entry: "anthropic",
            status: 400,
            code: Code::NoCredit,
            body: r#"{"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the Anthropic API."}}"#,
        },
        Case {
            entry: "anthropic",
            status: 403,
            code: Code::ModelNotAllowed,
            body: r#"{"type":"error","error":{"type":"permission_error","message":"Your API key does not have permission to use the specified resource."}}"#,
        },
        Case {
            entry: "anthropic",
            status: 404,
            code: Code::ModelNotFound,
            body: r#"{"type":"error","error":{"type":"not_found_error","message":"model: claude-nope"}}"#,
        },
        Case {
            entry: "anthropic",
            status: 400,
            code: Code::BadRequest,
            body: r#"{"type":"error","error":{"type":"invalid_request_error","message":"temperature: Extra inputs are not permitted"}}"#,
        },
        Case {
            entry: "anthropic",
            status: 400,
            code: Code::BadRequest,
            body: r#"{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 210000 tokens > 200000 maximum"}}"#,
        },
        Case {
            entry: "anthropic",
            status: 413,
            code: Code::BadRequest,
            body: r#"{"type":"error","error":{"type":"request_too_large","message":"Request exceeds the maximum size"}}"#,
        },
        Case {
            entry: "anthropic",
            status: 429,
            code: Code::RateLimited,
            body: r#"{"type":"error","error":{"type":"rate_limit_error","message":"Number of request tokens has exceeded your per-minute rate limit"}}"#,
        },
        Case {
            entry: "anthropic",
            status: 500,
            code: Code::UpstreamFailed,
            body: r#"{"type":"error","error":{"type":"api_error","message":"Internal server error"}}"#,
        },
        Case {
            entry: "anthropic",
            status: 504,
            code: Code::UpstreamFailed,
            body: r#"{"type":"error","error":{"type":"timeout_error","message":"Request timed out"}}"#,
        },
        Case {
            entry: "anthropic",
            status: 529,
            code: Code::Overloaded,
            body: r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#,
        },
        // OpenRouter
        Case {
            entry: "openrouter",
            status: 401,
            code: Code::WrongKey,
            body: r#"{"error":{"code":401,"message":"No auth credentials found"}}"#,
        },
        Case {
            entry: "openrouter",
            status: 402,
            code: Code::NoCredit,
            body: r#"{"error":{"code":402,"message":"Insufficient credits. Add more using https://openrouter.ai/settings/credits"}}"#,
        },
        Case {
            entry: "openrouter",
            status: 403,
            code: Code::ContentRefused,
            body: r#"{"error":{"code":403,"message":"openai/gpt requires moderation. Your input was flagged for \"violence\"","metadata":{"reasons":["violence"]}}}"#,
        },
        Case {
            entry: "openrouter",
            status: 404,
            code: Code::ModelNotFound,
            body: r#"{"error":{"code":404,"message":"No endpoints found for x/y."}}"#,
        },
        Case {
            entry: "openrouter",
            status: 400,
            code: Code::ModelNotFound,
            body: r#"{"error":{"code":400,"message":"x/y is not a valid model ID"}}"#,
        },
        Case {
            entry: "openrouter",
            status: 408,
            code: Code::TimedOut,
            body: r#"{"error":{"code":408,"message":"Request timed out"}}"#,
        },
        Case {
            entry: "openrouter",
            status: 429,
            code: Code::RateLimited,
            body: r#"{"error":{"code":429,"message":"Rate limit exceeded: free-models-per-day"}}"#,
        },
        Case {
            entry: "openrouter",
            status: 502,
            code: Code::UpstreamFailed,
            body: r#"{"error":{"code":502,"message":"Provider returned error"}}"#,
        },
        Case {
            entry: "openrouter",
            status: 503,
            code: Code::UpstreamFailed,
            body: r#"{"error":{"code":503,"message":"No instances available"}}"#,
        },
        // Groq
        Case {
            entry: "groq",
            status: 401,
            code: Code::WrongKey,
            body: r#"{"error":{"message":"Invalid API Key","type":"invalid_request_error","code":"invalid_api_key"}}"#,
        },
        Case {
            entry: "groq",
            status: 400,
            code: Code::ModelNotFound,
            body: r#"{"error":{"message":"The model `mixtral` has been decommissioned","type":"invalid_request_error","code":"model_decommissioned"}}"#,
        },
        Case {
            entry: "groq",
            status: 429,
            code: Code::RateLimited,
            body: r#"{"error":{"message":"Rate limit reached for model `x` on tokens per minute (TPM): Limit 6000","type":"tokens","code":"rate_limit_exceeded"}}"#,
        },
        Case {
            entry: "groq",
            status: 498,
            code: Code::Overloaded,
            body: r#"{"error":{"message":"Flex tier capacity exceeded","type":"flex","code":"capacity_exceeded"}}"#,
        },
        // Ollama
        Case {
            entry: "ollama",
            status: 404,
            code: Code::ModelNotFound,
            body: r#"{"error":"model 'nope' not found"}"#,
        },
        Case { entry: "ollama", status: 404, code: Code::NotAnApi, body: "404 page not found" },
        Case { entry: "ollama", status: 403, code: Code::NotAnApi, body: "" },
        Case {
            entry: "ollama",
            status: 400,
            code: Code::BadRequest,
            body: r#"{"error":"\"nope\" does not support thinking"}"#,
        },
        Case {
            entry: "ollama",
            status: 503,
            code: Code::Overloaded,
            body: r#"{"error":"server busy, please try again.  maximum pending requests exceeded"}"#,
        },
        Case {
            entry: "ollama",
            status: 500,
            code: Code::UpstreamFailed,
            body: r#"{"error":"llama runner process has terminated"}"#,
        },
        // Others behind a compatible address
        Case {
            entry: "openai_compatible",
            status: 400,
            code: Code::WrongKey,
            body: r#"{"code":"Client specified an invalid argument","error":"Incorrect API key provided: xa***zz. You can obtain an API key from https://console.x.ai."}"#,
        },
        Case {
            entry: "openai_compatible",
            status: 401,
            code: Code::WrongKey,
            body: r#"{"error":{"code":401,"message":"Invalid API Key","type":"authentication_error"}}"#,
        },
        Case {
            entry: "openai_compatible",
            status: 400,
            code: Code::BadRequest,
            body: r#"{"error":{"code":400,"message":"the request exceeds the available context size","type":"exceed_context_size_error"}}"#,
        },
        Case {
            entry: "openai_compatible",
            status: 404,
            code: Code::NotAnApi,
            body: r#"{"error":{"code":404,"message":"File Not Found","type":"not_found_error"}}"#,
        },
        Case {
            entry: "openai_compatible",
            status: 404,
            code: Code::NotAnApi,
            body: r#"{"detail":"Not Found"}"#,
        },
        Case {
            entry: "openai_compatible",
            status: 405,
            code: Code::NotAnApi,
            body: r#"{"detail":"Method Not Allowed"}"#,
        },
        Case {
            entry: "openai_compatible",
            status: 417,
            code: Code::UpstreamFailed,
            body: r#"{"message":"unexpected"}"#,
        },
        Case {
            entry: "openai_compatible",
            status: 422,
            code: Code::BadRequest,
            body: r#"{"detail":[{"loc":["body","messages"],"msg":"field required"}]}"#,
        },
        Case {
            entry: "openai_compatible",
            status: 400,
            code: Code::ContentRefused,
            body: r#"{"error":{"message":"The response was filtered due to the prompt triggering Azure OpenAI's content management policy.","code":"content_filter"}}"#,
        },
        Case {
            entry: "openai_compatible",
            status: 503,
            code: Code::Overloaded,
            body: r#"{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}"#,
        },
        Case { entry: "openai_compatible", status: 503, code: Code::Overloaded, body: "" },
        Case {
            entry: "openai_compatible",
            status: 402,
            code: Code::NoCredit,
            body: r#"{"error":{"message":"Insufficient Balance","type":"unknown_error"}}"#,
        },
        // Pages
        Case {
            entry: "openai_compatible",
            status: 200,
            code: Code::NotAnApi,
            body: "<!doctype html><title>Router login</title>",
        },
        Case { entry: "openai", status: 404, code: Code::NotAnApi, body: "\n<html>model not found</html>" },
        Case { entry: "openai", status: 403, code: Code::NotAnApi, body: "<html>Just a moment...</html>" },
        Case { entry: "openai", status: 502, code: Code::UpstreamFailed, body: "<html>Bad gateway</html>" },
        Case {
            entry: "openai",
            status: 503,
            code: Code::Overloaded,
            body: "<html>Service unavailable</html>",
        },
        Case {
            entry: "openai",
            status: 429,
            code: Code::RateLimited,
            body: "<html>Too many requests</html>",
        },
        // Nothing at all
        Case { entry: "openai", status: 401, code: Code::WrongKey, body: "" },
        Case { entry: "openai", status: 409, code: Code::BadRequest, body: "" },
        Case { entry: "openai", status: 418, code: Code::BadRequest, body: "" },
        Case { entry: "openai", status: 599, code: Code::UpstreamFailed, body: "\u{0}\u{1}" },
    ];

    #[test]
    fn real_refusals_have_their_names() {
        for case in CASES {
            let fault = name(case.entry, &refusal(case.status, case.body), Some("x/y"));
            assert_eq!(fault.code(), case.code, "{} {}: {}", case.entry, case.status, case.body);
            assert_eq!(fault.status(), Some(case.status));
            assert!(!fault.message().contains('{') && !fault.hint().contains('{'), "{fault:?}");
            assert!(!fault.detail().unwrap_or_default().contains('<'), "no page in the details");
        }
    }

    #[test]
    fn a_text_that_is_too_long_is_told_as_such() {
        for case in CASES.iter().filter(|case| case.code == Code::BadRequest) {
            let fault = name(case.entry, &refusal(case.status, case.body), Some("m"));
            let long = ["context", "too long", "maximum size"].iter().any(|words| case.body.contains(words));
            assert_eq!(fault.facts().contains_key("too_long"), long, "{}", case.body);
        }
    }

    #[test]
    fn a_call_that_named_no_model_cannot_miss_one() {
        let fault = name("openai", &refusal(404, r#"{"error":{"message":"No model list here"}}"#), None);
        assert_eq!(fault.code(), Code::NotAnApi);
    }

    #[test]
    fn waits_are_believed_within_reason() {
        let seconds = |seconds: f64| Some(Duration::from_secs_f64(seconds));
        for (milliseconds, after, wait) in [
            (None, Some("2"), seconds(2.0)),
            (None, Some(" 0.5 "), seconds(0.5)),
            (Some("1500"), Some("9"), seconds(1.5)),
            (Some("soon"), Some("9"), seconds(9.0)),
            (None, Some("1000000000"), seconds(60.0)),
            (None, Some("1e300"), seconds(60.0)),
            (None, Some("Sun, 06 Nov 1994 08:49:47 GMT"), seconds(10.0)),
            (None, Some("Sun, 06 Nov 1994 08:00:00 GMT"), seconds(0.0)),
            (None, Some("Fri, 31 Dec 2100 00:00:00 GMT"), seconds(60.0)),
            (None, Some("-1"), None),
            (None, Some("NaN"), None),
            (None, Some("inf"), None),
            (None, Some("tomorrow"), None),
            (None, Some(""), None),
            (None, None, None),
        ] {
            let told = Refusal {
                retry_after: after.map(str::to_owned),
                retry_after_ms: milliseconds.map(str::to_owned),
                ..refusal(429, "{}")
            };
            assert_eq!(name("openai", &told, None).retry_after(), wait, "{milliseconds:?} {after:?}");
        }
        let told = Refusal { retry_after: Some("5".into()), ..refusal(401, "") };
        assert_eq!(name("openai", &told, None).retry_after(), None, "no waiting mends a wrong key");
        let told = Refusal { retry_after: Some("5".into()), ..refusal(402, "") };
        assert!(name("openrouter", &told, None).retry_after().is_some(), "money on its way");
    }

    #[test]
    fn no_key_survives_in_the_details() {
        let bodies = [
            format!(r#"{{"error":{{"message":"You sent {KEY}, which is wrong"}}}}"#),
            format!(r#"{{"error":"Bearer {KEY}"}}"#),
            format!("plain {KEY} text"),
            r#"{"error":{"message":"Incorrect API key provided: sk-proj-CANA**********cdef."}}"#.to_owned(),
            r#"{"error":{"message":"not ours: sk-ant-api03-CANARY-9999 and gsk_CANARY123456."}}"#.to_owned(),
            r#"{"error":"Incorrect API key provided: xa***CANARY"}"#.to_owned(),
            "sk-proj-CANARY0123456789abcdef%2F%2B".to_owned(),
        ];
        for body in bodies {
            let fault = name("openai", &refusal(401, &body), Some("m"));
            let all = format!("{fault:?} {:?} {:?}", fault.detail(), fault.facts());
            assert!(!all.contains("CANA") && !all.contains("cdef"), "{all}");
            assert!(fault.detail().is_some_and(|detail| detail.contains(Scrubber::MARK)), "{all}");
        }
        let kept = name(
            "openai",
            &refusal(400, r#"{"error":{"message":"sk-learn and gpt-4.1: see https://a.b/c."}}"#),
            None,
        );
        assert_eq!(kept.detail(), Some("sk-learn and gpt-4.1: see https://a.b/c."));
    }

    #[test]
    fn words_are_asked_before_the_status() {
        // Errors inside a stream come with no status of their own and are taken for a 500.
        for (kind, message, named) in [
            ("overloaded_error", "Overloaded", Code::Overloaded),
            ("insufficient_quota", "You exceeded your current quota", Code::NoCredit),
            ("rate_limit_exceeded", "Slow down", Code::RateLimited),
            ("invalid_api_key", "No", Code::WrongKey),
            ("content_filter", "No", Code::ContentRefused),
            ("server_error", "The server had an error", Code::UpstreamFailed),
        ] {
            let body = format!(r#"{{"error":{{"type":"{kind}","code":"{kind}","message":"{message}"}}}}"#);
            assert_eq!(name("openai", &refusal(500, &body), Some("m")).code(), named, "{kind}");
        }
    }
}
