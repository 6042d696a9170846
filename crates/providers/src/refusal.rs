//! What a provider's refusal means: understood here, once, from its status, its headers and its own words.
//!
//! The order of the questions matters: providers use one status for several things (429 for an empty account, 400 for a
//! wrong key), so the words are asked before the status.

use crate::catalogue::{Catalogue, EntryLocality, ProviderEntry};
use inkhorn_dialects::{ErrorBody, OptionalField, read_error, refused_field};
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

    /// The optional field that the server does not take, where that is why it refused: the request may do without.
    pub fn refused_field(&self) -> Option<OptionalField> {
        if !matches!(self.status, 400 | 422) || is_page(self) {
            return None;
        }
        refused_field(&read_error(&self.body))
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
    if words.tell_missing_permission() {
        return Code::ModelNotAllowed.into();
    }
    if status == 401 || words.tell_wrong_key() || (status == 403 && words.tell_of_no_key()) {
        return Code::WrongKey.into();
    }
    if words.tell_moderation() {
        return Code::ContentRefused.into();
    }
    match status {
        // A whole country that is not served.
        400 if words.say(&["location is not supported"]) => Code::ModelNotAllowed.into(),
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
        // LightLLM answers its own failures so, and Bedrock those of the model behind it.
        417 | 424 => Code::UpstreamFailed.into(),
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
        self.marked(&["insufficient_quota", "billing_error", "billing_hard_limit", "insufficient_balance", "payment_required"])
            || self.say(&[
                "credit balance is too low",
                "insufficient balance",
                "invalid_payment_instrument", "insufficient credits",
                "credit limit exceeded",
                "included credits",
                "available credits",
                "have any credits",
                "credits expired",
                // One's own limit at the provider: money too, and to be raised there.
                "spending limit",
                "specified api usage limits",
            ])
            // Google: what was paid in is gone; and a tier with no share of the model, however long one waits.
            || self.say(&["prepayment credits", "limit: 0,"])
            // Cohere: the month of a trial key.
            || self.say(&["calls / month"])
    }

    fn tell_wrong_key(&self) -> bool {
        self.marked(&["invalid_api_key", "authentication_error", "api_key_invalid"])
            || self.say(&["incorrect api key", "invalid api key", "api key not valid", "invalid x-api-key"])
            // Google blocks what it finds on the internet.
            || self.say(&["reported as leaked"])
            // AWS answers a wrong or expired credential with the status of a missing permission.
            || self.say(&[
                "make sure your api key is valid",
                "security token included in the request is",
                "request signature we calculated does not match",
                "signature expired",
                "invalid subscription key",
            ])
    }

    /// A key that is good and may not do this; OpenAI says so with 401.
    fn tell_missing_permission(&self) -> bool {
        self.marked(&["missing_scope"]) || self.say(&["insufficient permissions for this operation"])
    }

    /// What some say with 403, where others say it of a key that lacks a permission.
    fn tell_of_no_key(&self) -> bool {
        self.marked(&["unauthorized"]) || self.say(&["unauthorized", "authorization failed"])
    }

    fn tell_moderation(&self) -> bool {
        self.marked(&["content_filter", "content_policy", "moderation"])
            || self.say(&[
                "content moderation",
                "content management policy",
                "flagged",
                "requires moderation",
                "usage guidelines",
            ])
    }

    fn tell_missing_model(&self) -> bool {
        self.marked(&["model_not_found", "model_decommissioned", "unknown_model", "invalid_model"])
            || (self.say(&["model"])
                && self.say(&["not found", "not exist", "not a valid model", "unknown model"]))
            || self.say(&["model identifier is invalid", "with on-demand throughput"])
    }

    fn tell_of_model(&self) -> bool {
        self.marked(&["model", "deploymentnotfound"])
            || self.say(&["model", "no endpoints found", "not found for account"])
    }

    fn tell_too_long(&self) -> bool {
        self.marked(&["context_length", "request_too_large"])
            || self.say(&[
                "context length",
                "context window",
                "context size",
                "maximum context",
                "prompt is too long",
                "input is too long",
                "too many tokens",
                "exceeds the maximum number of tokens",
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
                "please wait before trying",
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
        // A key may also be the value of a field, as in `key=AIza...`; and it may itself end in `=`.
        let starts = std::iter::once(0).chain(core.match_indices('=').map(|(at, _)| at + 1));
        let key = starts.into_iter().find(|start| begins_as_key(&core[*start..]));
        if let Some(start) = key.or_else(|| is_masked(core).then_some(0)) {
            out.push_str(&core[..start]);
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
mod bodies;
#[cfg(test)]
mod tests;
