//! The way of a request whose front and back speak the same dialect: read as little as possible, change as little
//! as possible. For the gateway.

use crate::body::{BadRequest, Fields};
use crate::options::{MaxTokensField, NO_THOUGHTS, SeedField, WriteOptions};
use inkhorn_domain::FrontDialect;
use memchr::memchr2;
use serde_json::value::RawValue;
use std::borrow::Cow;

/// What a gateway must know of a request that it will pass on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peek {
    /// The model as the client names it.
    pub model: String,
    /// Whether the client wants the answer piece by piece.
    pub stream: bool,
    /// Whether an OpenAI client asked for token counts in its stream.
    pub stream_usage: bool,
    /// Most tokens to write, where the client set a limit.
    pub max_tokens: Option<u64>,
    /// Bytes of text for the model to read, escapes counted as written, images left out: the ground for an estimate.
    pub text_bytes: usize,
    /// Images for the model to look at.
    pub images: u64,
    /// How many answers an OpenAI client wants at once, each of which is charged.
    pub answers: u64,
}

/// Checks a body and reads the few fields that routing and budgets need.
///
/// # Errors
/// [`BadRequest`] for a body that must not go upstream in any case, or whose `model` or `stream` has a wrong type.
pub fn peek(dialect: FrontDialect, body: &[u8]) -> Result<Peek, BadRequest> {
    let fields = Fields::read(body)?;
    let model = fields.value("model").ok_or_else(|| BadRequest::new("model", "is missing"))?;
    let model = typed::<String>("model", model, "is not text")?;
    let stream = match fields.value("stream") {
        Some(value) => typed("stream", value, "is not true or false")?,
        None => dialect == FrontDialect::Ollama,
    };
    let stream_usage = match fields.value("stream_options") {
        Some(value) if dialect == FrontDialect::OpenaiChat => {
            typed::<StreamOptions>("stream_options", value, "is malformed")?.include_usage.unwrap_or(false)
        }
        _ => false,
    };
    refuse_stored(dialect, &fields)?;
    let (text_bytes, images) = ["messages", "system", "prompt", "tools", "input", "instructions"]
        .iter()
        .filter_map(|name| fields.value(name))
        .map(|value| count_text(value.get()))
        .fold((0, 0), |(bytes, images), (more, shown)| (bytes + more, images + shown));
    let answers = match fields.value("n").filter(|_| dialect == FrontDialect::OpenaiChat) {
        Some(value) => typed::<Option<u64>>("n", value, "is not a whole number")?.unwrap_or(1).max(1),
        None => 1,
    };
    let max_tokens = max_tokens(dialect, &fields)?;
    Ok(Peek { model, stream, stream_usage, max_tokens, text_bytes, images, answers })
}

/// The body with the upstream's name of the model in place of the client's, and otherwise as it came: order,
/// number formats and unknown fields. Steering fields are dropped; `options` may drop sampling, force token counts
/// into a stream, rename the limit on tokens or the seed, and set a limit where there is none.
///
/// # Errors
/// [`BadRequest`] as [`peek`] gives it.
pub fn pass_through(
    dialect: FrontDialect,
    body: &[u8],
    upstream_model: &str,
    options: &WriteOptions,
) -> Result<Vec<u8>, BadRequest> {
    let fields = Fields::read(body)?;
    if fields.value("model").is_none() {
        return Err(BadRequest::new("model", "is missing"));
    }
    refuse_stored(dialect, &fields)?;
    let keeps_nothing = dialect == FrontDialect::OpenaiResponses;
    let force_usage = dialect == FrontDialect::OpenaiChat
        && options.stream_usage
        && fields.value("stream").is_some_and(|stream| stream.get() == "true");
    let both_limits = fields.value("max_tokens").is_some() && fields.value("max_completion_tokens").is_some();
    let limit_name = options.max_tokens_field.filter(|_| dialect == FrontDialect::OpenaiChat && !both_limits);

    let unlimited = options.always_limit && max_tokens(dialect, &fields)?.is_none();

    let mut out = Object::with_capacity(body.len() + upstream_model.len() + 64);
    for (name, value) in &fields.entries {
        match name.as_str() {
            "options" if unlimited && dialect == FrontDialect::Ollama => {}
            // Written as null: said twice, nobody knows which one a server takes.
            "max_tokens" | "max_completion_tokens" | "max_output_tokens" if unlimited => {}
            "model" => out.entry(name, &json_text(upstream_model)),
            "temperature" | "top_p" | "top_k" if !options.sampling => {}
            "stop" if !options.stop && dialect == FrontDialect::OpenaiChat => {}
            "stream_options" if force_usage => {}
            // It counts by itself, and may refuse to be asked.
            "stream_options" if !options.stream_usage && dialect == FrontDialect::OpenaiChat => {}
            "seed" if dialect == FrontDialect::OpenaiChat => match options.seed_field {
                SeedField::Seed => out.entry(name, value.get()),
                SeedField::RandomSeed => out.entry("random_seed", value.get()),
                SeedField::Omit => {}
            },
            "store" if keeps_nothing => {}
            "max_tokens" | "max_completion_tokens" => {
                out.entry(limit_name.map_or(name.as_str(), |field| field.as_str()), value.get());
            }
            "metadata" => out.entry(name, &without_steering(value)),
            "messages" if options.replay_reasoning && dialect == FrontDialect::OpenaiChat => {
                out.entry(name, &with_thoughts(value));
            }
            _ => out.entry(name, value.get()),
        }
    }
    if unlimited {
        let limit = options.default_max_tokens.to_string();
        match dialect {
            FrontDialect::OpenaiChat => {
                let name = options.max_tokens_field.unwrap_or(MaxTokensField::MaxTokens);
                out.entry(name.as_str(), &limit);
            }
            FrontDialect::AnthropicMessages => out.entry("max_tokens", &limit),
            FrontDialect::OpenaiResponses => out.entry("max_output_tokens", &limit),
            FrontDialect::Ollama => {
                let asked = fields.value("options");
                out.entry("options", &with_entry("options", asked, "num_predict", &limit)?);
            }
        }
    }
    if force_usage {
        let asked = fields.value("stream_options");
        out.entry("stream_options", &with_entry("stream_options", asked, "include_usage", "true")?);
    }
    if keeps_nothing {
        // Said, because what is not said there means that the provider keeps the answer for a month.
        out.entry("store", "false");
    }
    Ok(out.end())
}

/// Nothing is stored at a provider, so nothing can build on it.
fn refuse_stored(dialect: FrontDialect, fields: &Fields<'_>) -> Result<(), BadRequest> {
    let stored = ["previous_response_id", "conversation"];
    match stored.into_iter().find(|name| fields.value(name).is_some()) {
        Some(name) if dialect == FrontDialect::OpenaiResponses => {
            Err(BadRequest::new(name, "builds on stored answers, and none are stored"))
        }
        _ => Ok(()),
    }
}

#[derive(serde::Deserialize)]
struct StreamOptions {
    include_usage: Option<bool>,
}

#[derive(serde::Deserialize)]
struct OllamaLimits {
    num_predict: Option<i64>,
}

fn typed<'a, T: serde::Deserialize<'a>>(
    field: &str,
    value: &'a RawValue,
    reason: &'static str,
) -> Result<T, BadRequest> {
    serde_json::from_str(value.get()).map_err(|_| BadRequest::new(field, reason))
}

fn max_tokens(dialect: FrontDialect, fields: &Fields<'_>) -> Result<Option<u64>, BadRequest> {
    let reason = "is not a whole number";
    let limit = |name: &str| fields.value(name).map(|value| typed::<u64>(name, value, reason)).transpose();
    match dialect {
        FrontDialect::OpenaiChat => Ok(limit("max_completion_tokens")?.or(limit("max_tokens")?)),
        FrontDialect::AnthropicMessages => limit("max_tokens"),
        FrontDialect::OpenaiResponses => limit("max_output_tokens"),
        FrontDialect::Ollama => {
            let Some(options) = fields.value("options") else { return Ok(None) };
            let limits: OllamaLimits = typed("options", options, "is malformed")?;
            // Ollama's -1 and -2 mean "no limit".
            Ok(limits.num_predict.and_then(|limit| u64::try_from(limit).ok()))
        }
    }
}

/// The object that was asked for, with this entry in it whatever it had there.
fn with_entry(field: &str, asked: Option<&RawValue>, name: &str, json: &str) -> Result<String, BadRequest> {
    let mut out = Object::with_capacity(64);
    if let Some(asked) = asked {
        let bad = |_| BadRequest::new(field, "is malformed");
        for (other, value) in &Fields::read(asked.get().as_bytes()).map_err(bad)?.entries {
            if other != name {
                out.entry(other, value.get());
            }
        }
    }
    out.entry(name, json);
    Ok(String::from_utf8_lossy(&out.end()).into_owned())
}

/// OpenAI's clients drop the thoughts of earlier answers. Where the model refuses answers without, each of them gets
/// something in their place; a conversation that has them all, or is none, stays as it is.
fn with_thoughts(messages: &RawValue) -> Cow<'_, str> {
    let parsed = serde_json::from_str::<Vec<serde_json::Map<String, serde_json::Value>>>(messages.get());
    let Ok(mut turns) = parsed else { return Cow::Borrowed(messages.get()) };
    let lacks = |turn: &serde_json::Map<String, serde_json::Value>| {
        let said = turn.get("role").is_some_and(|role| role == "assistant");
        said && !turn.get("reasoning_content").is_some_and(serde_json::Value::is_string)
    };
    if !turns.iter().any(lacks) {
        return Cow::Borrowed(messages.get());
    }
    for turn in turns.iter_mut().filter(|turn| lacks(turn)) {
        turn.insert("reasoning_content".to_owned(), NO_THOUGHTS.into());
    }
    Cow::Owned(serde_json::json!(turns).to_string())
}

/// `metadata` belongs to the client, but other gateways take orders from keys in it.
fn without_steering(value: &RawValue) -> String {
    let Ok(fields) = Fields::read(value.get().as_bytes()) else { return value.get().to_owned() };
    let mut out = Object::with_capacity(value.get().len());
    for (name, value) in &fields.entries {
        out.entry(name, value.get());
    }
    String::from_utf8_lossy(&out.end()).into_owned()
}

/// Writes an object from values that are JSON already.
struct Object(Vec<u8>);

impl Object {
    fn with_capacity(bytes: usize) -> Self {
        let mut text = Vec::with_capacity(bytes);
        text.push(b'{');
        Self(text)
    }

    fn entry(&mut self, name: &str, json: &str) {
        if self.0.len() > 1 {
            self.0.push(b',');
        }
        self.0.extend_from_slice(json_text(name).as_bytes());
        self.0.push(b':');
        self.0.extend_from_slice(json.as_bytes());
    }

    fn end(mut self) -> Vec<u8> {
        self.0.push(b'}');
        self.0
    }
}

fn json_text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Bytes of all strings that a model would read, and the images beside them. Keys, roles, ids, images and addresses are
/// not text.
fn count_text(json: &str) -> (usize, u64) {
    let bytes = json.as_bytes();
    let (mut at, mut total, mut key): (usize, usize, &[u8]) = (0, 0, b"");
    let mut images = 0;
    while let Some(quote) = bytes.get(at..).and_then(|rest| memchr::memchr(b'"', rest)) {
        let start = at + quote + 1;
        let mut end = start;
        while let Some(next) = bytes.get(end..).and_then(|rest| memchr2(b'"', b'\\', rest)) {
            end += next;
            if bytes[end] == b'"' {
                break;
            }
            end += 2;
        }
        let string = bytes.get(start..end).unwrap_or_default();
        at = end + 1;
        let is_key = bytes.get(at..).is_some_and(|rest| rest.trim_ascii_start().first() == Some(&b':'));
        if is_key {
            key = string;
        } else if key == b"type" && matches!(string, b"image" | b"image_url" | b"input_image") {
            images += 1;
        } else if !matches!(
            key,
            b"role" | b"type" | b"id" | b"data" | b"url" | b"images" | b"media_type" | b"tool_call_id"
        ) {
            total += string.len();
        }
    }
    (total, images)
}

#[cfg(test)]
mod tests;
