//! Optional fields that a server refuses, told from its words.
//!
//! Servers that speak OpenAI's dialect do not all take all of its fields, and a deployment whose name the writer chose
//! tells nothing of the model behind it. What they say when they refuse names the field; the request can then do without.

use crate::body::Fields;
use crate::errors::ErrorBody;
use crate::options::{MaxTokensField, WriteOptions};
use inkhorn_domain::ChatRequest;

/// A field that a request can do without, or that has another name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OptionalField {
    /// The wish for token counts in a stream.
    StreamOptions,
    /// `temperature`.
    Temperature,
    /// `top_p`.
    TopP,
    /// Texts that end the answer.
    Stop,
    /// The random seed.
    Seed,
    /// The wish to think harder.
    ReasoningEffort,
    /// The limit on tokens by its older name. It is never left out: it goes by its newer one.
    MaxTokens,
    /// The limit by its newer name. It goes by its older one.
    MaxCompletionTokens,
}

/// The names by which servers call the fields. `top_k` is missing because no request in our words has one.
const NAMES: [(&str, OptionalField); 11] = [
    ("stream_options", OptionalField::StreamOptions),
    ("stream_options.include_usage", OptionalField::StreamOptions),
    ("temperature", OptionalField::Temperature),
    ("top_p", OptionalField::TopP),
    ("stop", OptionalField::Stop),
    ("seed", OptionalField::Seed),
    ("random_seed", OptionalField::Seed),
    ("reasoning_effort", OptionalField::ReasoningEffort),
    ("reasoning.effort", OptionalField::ReasoningEffort),
    ("max_tokens", OptionalField::MaxTokens),
    ("max_completion_tokens", OptionalField::MaxCompletionTokens),
];

/// How servers say that they do not take a field at all. Whoever complains about its value must be heard by the writer.
const NOT_TAKEN: [&str; 12] = [
    "unsupported",
    "not supported",
    "not support",
    "unknown",
    "unrecognized",
    "unrecognised",
    "unexpected",
    "not permitted",
    "not allowed",
    "additional properties",
    "extra fields",
    "deprecated",
];

/// What stands in complaints about a value even where they begin as if the field were not taken.
const OTHER_VALUES: [&str; 2] = ["supported values", "must be"];

/// The optional field that a refusal names as one that is not taken: the field that it points to, or else the only one
/// among its words. `None` where it is about something else, about several, or about a value.
pub fn refused_field(said: &ErrorBody) -> Option<OptionalField> {
    let words = said.message.to_ascii_lowercase();
    let field = match &said.param {
        Some(param) => named(param)?,
        None => only_one(&words)?,
    };
    // What is asked there is always the same, so its value cannot be what is wrong.
    if field == OptionalField::StreamOptions {
        return Some(field);
    }
    let say = |phrases: &[&str]| phrases.iter().any(|phrase| words.contains(phrase));
    let kinds = [&said.code, &said.kind].into_iter().flatten();
    let told = kinds.into_iter().any(|kind| kind == "unsupported_parameter" || kind == "unknown_parameter");
    (told || (say(&NOT_TAKEN) && !say(&OTHER_VALUES))).then_some(field)
}

fn named(word: &str) -> Option<OptionalField> {
    NAMES.iter().find(|(name, _)| *name == word).map(|(_, field)| *field)
}

/// The one field among the words. Of the two names of the limit, the first is the refused one and the second the advice.
fn only_one(words: &str) -> Option<OptionalField> {
    let mut found = words
        .split(|letter: char| !letter.is_alphanumeric() && letter != '_' && letter != '.')
        .filter_map(|word| named(word.trim_matches('.')));
    let first = found.next()?;
    found.all(|other| other == first || Some(other) == first.other_name()).then_some(first)
}

impl OptionalField {
    /// The same under another name.
    pub fn other_name(self) -> Option<Self> {
        match self {
            Self::MaxTokens => Some(Self::MaxCompletionTokens),
            Self::MaxCompletionTokens => Some(Self::MaxTokens),
            _ => None,
        }
    }

    /// Takes the field out of a request, or changes how it will be written.
    pub fn leave_out(self, request: &mut ChatRequest, options: &mut WriteOptions) {
        match self {
            Self::Temperature => request.temperature = None,
            Self::TopP => request.top_p = None,
            Self::Stop => request.stop.clear(),
            Self::Seed => request.seed = None,
            Self::ReasoningEffort => request.reasoning_effort = None,
            Self::StreamOptions | Self::MaxTokens | Self::MaxCompletionTokens => {
                self.write_otherwise(options)
            }
        }
    }

    /// The same for a body that is passed through: only what we would add to it ourselves. What the client wrote stays
    /// as the client wrote it, refused or not.
    pub fn leave_out_of_passed(self, body: &[u8], options: &mut WriteOptions) {
        let clients_own: &[&str] = match self {
            Self::StreamOptions => &["stream_options"],
            Self::MaxTokens | Self::MaxCompletionTokens => &["max_tokens", "max_completion_tokens"],
            Self::Temperature | Self::TopP | Self::Stop | Self::Seed | Self::ReasoningEffort => return,
        };
        let Ok(fields) = Fields::read(body) else { return };
        if !fields.entries.iter().any(|(name, _)| clients_own.contains(&name.as_str())) {
            self.write_otherwise(options);
        }
    }

    fn write_otherwise(self, options: &mut WriteOptions) {
        match self {
            Self::StreamOptions => options.stream_usage = false,
            Self::MaxTokens => options.max_tokens_field = Some(MaxTokensField::MaxCompletionTokens),
            Self::MaxCompletionTokens => options.max_tokens_field = Some(MaxTokensField::MaxTokens),
            Self::Temperature | Self::TopP | Self::Stop | Self::Seed | Self::ReasoningEffort => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{read_error, write_request};
    use inkhorn_domain::Dialect;
    use serde_json::{Map, Value};

    #[test]
    fn a_refusal_names_the_field_that_is_not_taken_and_nothing_else() {
        use OptionalField::*;
        for (body, field) in [
            // OpenAI and Azure.
            (
                r#"{"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.","type":"invalid_request_error","param":"max_tokens","code":"unsupported_parameter"}}"#,
                Some(MaxTokens),
            ),
            (
                r#"{"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.","param":null}}"#,
                Some(MaxTokens),
            ),
            (
                r#"{"error":{"message":"Unsupported value: 'temperature' does not support 0.7 with this model. Only the default (1) value is supported.","param":"temperature","code":"unsupported_value"}}"#,
                Some(Temperature),
            ),
            (
                r#"{"error":{"message":"Unrecognized request argument supplied: stop.","param":null}}"#,
                Some(Stop),
            ),
            (
                r#"{"error":{"message":"Unsupported parameter: 'reasoning.effort' is not supported with this model.","param":"reasoning.effort"}}"#,
                Some(ReasoningEffort),
            ),
            // vLLM before it knew the field, FastAPI, llama-cpp-python, a proxy.
            (
                r#"{"object":"error","message":"[{'type': 'extra_forbidden', 'loc': ('body', 'stream_options'), 'msg': 'Extra inputs are not permitted', 'input': {'include_usage': True}}]","type":"BadRequestError","param":null,"code":400}"#,
                Some(StreamOptions),
            ),
            (
                r#"{"detail":[{"type":"extra_forbidden","loc":["body","seed"],"msg":"Extra inputs are not permitted"}]}"#,
                Some(Seed),
            ),
            (r#"{"detail":"Invalid parameter stream_options"}"#, Some(StreamOptions)),
            (r#"{"error":"unknown field `max_completion_tokens`"}"#, Some(MaxCompletionTokens)),
            (r#"top_p is not supported"#, Some(TopP)),
            // A value, not the field.
            (
                r#"{"error":{"message":"Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got 3 instead.","param":"temperature","code":"decimal_above_max_value"}}"#,
                None,
            ),
            (
                r#"{"error":{"message":"Unsupported value: 'reasoning_effort' does not support 'xhigh' with this model. Supported values are: 'low' and 'high'.","param":"reasoning_effort","code":"unsupported_value"}}"#,
                None,
            ),
            (
                r#"{"error":{"message":"max_tokens is too large: 40000. This model supports at most 16384 completion tokens.","param":"max_tokens"}}"#,
                None,
            ),
            // Several, another, a word that only begins the same, none.
            (r#"{"error":"temperature and top_p are not supported together"}"#, None),
            (
                r#"{"error":{"message":"Unsupported: seed","param":"tools","code":"unsupported_parameter"}}"#,
                None,
            ),
            (r#"{"error":"unknown field `max_tokens_to_sample`"}"#, None),
            (r#"{"error":"the model does not support stopping"}"#, None),
            ("", None),
        ] {
            assert_eq!(refused_field(&read_error(body.as_bytes())), field, "{body}");
        }
    }

    #[test]
    fn without_a_field_everything_else_is_written_as_before() {
        let full = ChatRequest {
            model: "m".into(),
            stream: true,
            max_tokens: Some(9),
            temperature: Some(0.5),
            top_p: Some(0.25),
            stop: vec!["END".into()],
            seed: Some(7),
            reasoning_effort: Some("high".into()),
            ..ChatRequest::default()
        };
        let written = |request: &ChatRequest, options: &WriteOptions| {
            let bytes = write_request(Dialect::OpenaiChat, request, options);
            serde_json::from_slice::<Map<String, Value>>(&bytes).expect("JSON")
        };
        let mut seen = Vec::new();
        for (name, field) in NAMES {
            let (mut request, mut options) = (full.clone(), WriteOptions::default());
            if field == OptionalField::MaxCompletionTokens {
                OptionalField::MaxTokens.leave_out(&mut request, &mut options);
            }
            let mut expected = written(&request, &options);
            // The other names of a field are those of other dialects.
            let Some(value) = expected.remove(name) else { continue };
            if let Some((other, _)) = NAMES.iter().find(|(_, other)| Some(*other) == field.other_name()) {
                expected.insert((*other).to_owned(), value);
            }
            field.leave_out(&mut request, &mut options);
            assert_eq!(written(&request, &options), expected, "{name}");
            seen.push(field);
        }
        assert_eq!(seen.len(), 8, "{seen:?}");
    }

    #[test]
    fn a_clients_own_field_stays_in_a_body_that_is_passed_through() {
        let all = NAMES.map(|(_, field)| field);
        let changed = |body: &str| {
            let mut options = WriteOptions::default();
            all.iter().for_each(|field| field.leave_out_of_passed(body.as_bytes(), &mut options));
            options
        };
        let own = r#"{"model":"m","stream_options":{},"max_tokens":5,"temperature":1,"stop":"x","seed":1}"#;
        assert_eq!(changed(own), WriteOptions::default());
        let bare = changed(r#"{"model":"m","messages":[{"content":"stream_options, max_tokens"}]}"#);
        assert!(!bare.stream_usage && bare.max_tokens_field.is_some());
        assert!(bare.sampling && bare.stop, "those are never ours there");
    }
}
