//! One model of a list, from whichever fields its server uses.

use super::bedrock;
use crate::calendar::rfc3339;
use crate::lenient::{Loose, beginning, plausible};
use inkhorn_domain::{Capability, LocalDetails, ModelListing, Money, Price, PriceState};
use serde_json::Value;

/// The longest id, in bytes. Longer ones are no names.
const MAX_ID: usize = 256;
/// The longest name for people, in bytes. Longer ones are cut.
const MAX_NAME: usize = 128;

/// What an entry of a list is.
pub enum Entry {
    /// A model of use to a writer.
    Model(Box<ModelListing>),
    /// A model that cannot be called by its own name; it tells what the profile can do by which it is called.
    BehindProfile(Box<ModelListing>),
    /// A model that neither chats nor draws nor embeds.
    OtherKind,
    /// No usable id.
    Unusable,
}

/// Reads one entry.
pub fn read(entry: &Value) -> Entry {
    if let Some(entry) = bedrock::read(entry) {
        return entry;
    }
    let id = ["id", "model", "key", "name"].iter().find_map(|name| entry.get(name)?.as_str());
    // Gemini's names stand behind the folder that they are asked for in.
    let id = id.map(|id| id.strip_prefix("models/").filter(|_| methods(entry).is_some()).unwrap_or(id));
    let Some(id) = id.and_then(clean_id) else { return Entry::Unusable };
    let kind = text(entry, "/type").unwrap_or_default();
    if matches!(kind, "rerank" | "moderation" | "audio" | "transcribe" | "speech" | "video") {
        return Entry::OtherKind;
    }
    let other_kind = |methods: Vec<&str>| {
        let of_use = ["generateContent", "chat", "embedContent", "embed"];
        !methods.iter().any(|method| of_use.contains(method)) || id.ends_with("-tts")
    };
    if methods(entry).is_some_and(other_kind) {
        return Entry::OtherKind;
    }
    let name = ["display_name", "displayName", "name"].iter().find_map(|name| entry.get(name)?.as_str());
    let mut model = ModelListing::named(id);
    model.name = name.and_then(clean_name).filter(|name| *name != model.id);
    model.context_length = first_count(
        entry,
        &[
            "/context_length",
            "/context_window",
            "/max_context_length",
            "/max_model_len",
            "/max_input_tokens",
            "/max_prompt_length",
            "/inputTokenLimit",
            "/top_provider/context_length",
            "/details/context_length",
            "/meta/n_ctx_train",
        ],
    );
    model.max_output = first_count(
        entry,
        &[
            "/max_completion_tokens",
            "/top_provider/max_completion_tokens",
            "/max_tokens",
            "/max_output_tokens",
            "/outputTokenLimit",
        ],
    );
    model.capabilities = capabilities(entry, kind, &model.id);
    // Mistral and Fireworks say who chats. What embeds need not.
    let chats = entry.pointer("/capabilities/completion_chat").or_else(|| entry.get("supports_chat"));
    if chats == Some(&Value::Bool(false)) && !model.capabilities.contains(&Capability::Embeddings) {
        return Entry::OtherKind;
    }
    model.price = entry.get("pricing").and_then(price);
    if let Some(hosts) = entry.get("providers").and_then(Value::as_array) {
        read_hosts(&mut model, hosts);
    }
    // OpenRouter's: whether the company that serves the model looks through what it is sent.
    model.moderated = entry.pointer("/top_provider/is_moderated").and_then(Value::as_bool);
    model.local = local(entry);
    model.retires_on = ["shutdown_date", "retires_at", "expiration_date", "deprecation"]
        .iter()
        .find_map(|name| day(entry.get(name)?));
    Entry::Model(Box::new(model))
}

/// Hugging Face: several companies serve one model, and any of those that are up may answer. What holds for all of
/// them holds for the model.
fn read_hosts(model: &mut ModelListing, hosts: &[Value]) {
    let up: Vec<&Value> = hosts.iter().filter(|host| text(host, "/status") == Some("live")).collect();
    model.context_length = up.iter().filter_map(|host| count(host, "/context_length")).min();
    let all_call_tools = up.iter().all(|host| host["supports_tools"] == Value::Bool(true));
    if !up.is_empty() && all_call_tools && !model.capabilities.contains(&Capability::Tools) {
        model.capabilities.push(Capability::Tools);
    }
    let mut prices = up.iter().map(|host| host.get("pricing").and_then(price));
    let first = prices.next().flatten();
    model.price = first.filter(|first| prices.all(|other| other == Some(*first)));
}

/// An id that can be used.
pub fn clean_id(id: &str) -> Option<String> {
    let id = Some(id).filter(|id| id.len() <= 4 * MAX_ID).map(clean)?;
    (!id.is_empty() && id.len() <= MAX_ID).then_some(id)
}

/// A name that can be shown.
pub fn clean_name(name: &str) -> Option<String> {
    let name = clean(beginning(name, 4 * MAX_NAME));
    let name = beginning(&name, MAX_NAME).to_owned();
    (!name.is_empty()).then_some(name)
}

/// Without colour codes, control characters and characters that turn the direction of text.
fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        if c == '\u{1B}' {
            // `ESC [ … letter`; other sequences are two characters.
            if rest.next() == Some('[') {
                rest.by_ref().find(|c| ('@'..='~').contains(c));
            }
        } else if !c.is_control() && !turns_text(c) {
            out.push(c);
        }
    }
    out.trim().to_owned()
}

fn turns_text(c: char) -> bool {
    matches!(c, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

fn text<'a>(entry: &'a Value, pointer: &str) -> Option<&'a str> {
    entry.pointer(pointer)?.as_str().filter(|text| !text.is_empty())
}

/// What a model can be asked for: Gemini's methods, Cohere's endpoints.
fn methods(entry: &Value) -> Option<Vec<&str>> {
    let methods = entry.get("supportedGenerationMethods").or_else(|| entry.get("endpoints"))?;
    methods.as_array()?.iter().map(Value::as_str).collect()
}

fn count(entry: &Value, pointer: &str) -> Option<u64> {
    let told = entry.pointer(pointer)?;
    // Some write whole numbers as fractions.
    let whole = || told.as_f64().filter(|count| count.fract() == 0.0 && (0.0..1e15).contains(count));
    plausible(Loose(told.as_u64().or_else(|| whole().map(|count| count as u64)))).filter(|count| *count > 0)
}

fn first_count(entry: &Value, pointers: &[&str]) -> Option<u64> {
    pointers.iter().find_map(|pointer| count(entry, pointer))
}

fn capabilities(entry: &Value, kind: &str, id: &str) -> Vec<Capability> {
    let listed = |pointer: &str, word: &str| {
        let list = entry.pointer(pointer).and_then(Value::as_array);
        list.is_some_and(|list| list.iter().any(|item| item.as_str() == Some(word)))
    };
    // `true`, `{"supported": true}`, or an object that tells more.
    let told = |name: &str| match entry.get("capabilities").and_then(|all| all.get(name)) {
        Some(Value::Bool(able)) => *able,
        Some(Value::Object(more)) => more.get("supported").and_then(Value::as_bool).unwrap_or(true),
        _ => false,
    };
    // Fireworks tells it beside the id.
    let says = |name: &str| entry.get(name) == Some(&Value::Bool(true));
    let named = |word: &str| listed("/capabilities", word) || listed("/features", word);
    let can = |method: &str| methods(entry).is_some_and(|methods| methods.contains(&method));
    // Gemini's list does not tell it; the whole family reads images and calls tools.
    let gemini = id.starts_with("gemini-") && can("generateContent");
    let draws = gemini && id.contains("-image");
    let reads =
        |word: &str| listed("/architecture/input_modalities", word) || listed("/input_modalities", word);
    let makes = |word: &str| listed("/architecture/output_modalities", word);
    let takes = |word: &str| listed("/supported_parameters", word);
    let embeds = kind.starts_with("embedding")
        || can("embedContent")
        || can("embed")
        || named("embedding")
        || makes("embeddings")
        || id.to_ascii_lowercase().contains("embed");
    [
        (
            Capability::Vision,
            kind == "vlm"
                || gemini
                || reads("image")
                || named("vision")
                || told("vision")
                || told("image_input")
                || says("supports_image_input"),
        ),
        (
            Capability::Tools,
            takes("tools")
                || named("tools")
                || named("tool_use")
                || named("strict_tools")
                || gemini && !draws
                || told("function_calling")
                || told("trained_for_tool_use")
                || says("supports_tools"),
        ),
        (
            Capability::Reasoning,
            takes("reasoning")
                || named("thinking")
                || named("reasoning")
                || told("reasoning")
                || told("thinking")
                || entry.get("thinking") == Some(&Value::Bool(true)),
        ),
        (Capability::Images, kind == "image" || draws || makes("image") || named("image")),
        (Capability::Embeddings, embeds),
    ]
    .into_iter()
    .filter_map(|(capability, has)| has.then_some(capability))
    .collect()
}

/// OpenRouter tells dollars per token as text, Together dollars per million as numbers.
fn price(pricing: &Value) -> Option<Price> {
    let (names, per_token) = if pricing.get("prompt").is_some() || pricing.get("completion").is_some() {
        (["prompt", "completion", "input_cache_read", "input_cache_write"], true)
    } else if pricing.get("input").is_some() || pricing.get("output").is_some() {
        (["input", "output", "cached_input", "cache_write"], false)
    } else {
        return None;
    };
    let [input, output, cache_read, cache_write] =
        names.map(|name| pricing.get(name).and_then(|amount| per_million(amount, per_token)));
    let (Some(read), Some(written)) = (input, output) else { return Some(Price::UNKNOWN) };
    if read == Money::ZERO && written == Money::ZERO {
        return Some(Price::FREE);
    }
    Some(Price { state: PriceState::Known, input, output, cache_read, cache_write })
}

/// `None` for what is negative ("it varies") or no number.
fn per_million(amount: &Value, per_token: bool) -> Option<Money> {
    const MILLION: u32 = 1_000_000;
    let text = match amount {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    let factor = if per_token { MILLION } else { 1 };
    let exact = Money::parse(&text).and_then(|amount| amount.times(u64::from(factor)));
    exact.or_else(|| Money::from_dollars(text.parse::<f64>().ok()? * f64::from(factor)))
}

fn local(entry: &Value) -> Option<LocalDetails> {
    let owned = |pointers: &[&str]| {
        let found = pointers.iter().find_map(|pointer| text(entry, pointer));
        found.map(|text| clean(beginning(text, MAX_NAME)))
    };
    let instances = entry.get("loaded_instances").and_then(Value::as_array);
    let state = text(entry, "/state").map(|state| state == "loaded");
    let details = LocalDetails {
        family: owned(&["/details/family", "/architecture", "/arch"]),
        parameter_size: owned(&["/details/parameter_size", "/params_string"]),
        quantisation: owned(&["/details/quantization_level", "/quantization/name", "/quantization"]),
        size_bytes: first_size(entry, &["/size", "/size_bytes", "/meta/size"]),
        loaded: instances.map(|instances| !instances.is_empty()).or(state),
        loaded_context: first_count(
            entry,
            &["/loaded_instances/0/config/context_length", "/loaded_context_length"],
        ),
        remote_host: owned(&["/remote_host"]),
    };
    (details != LocalDetails::default()).then_some(details)
}

/// Sizes of files go beyond what is plausible for tokens.
fn first_size(entry: &Value, pointers: &[&str]) -> Option<u64> {
    pointers.iter().find_map(|pointer| entry.pointer(pointer)?.as_u64()).filter(|size| *size > 0)
}

/// The day of an ISO 8601 time, or of seconds since 1970.
fn day(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => {
            rfc3339(number.as_i64().filter(|s| (1_000_000_000..253_402_300_800).contains(s))?)
        }
        _ => return None,
    };
    let day = text.get(..10)?;
    let shaped = day.bytes().enumerate().all(|(position, byte)| match position {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    shaped.then(|| day.to_owned())
}
