//! Lists of models read from providers and written for clients.
//!
//! A list is read by its shape, not by who sent it: the shapes overlap, and servers imitate each other. Everything
//! but the id may be absent. Names are cleaned here, once, so that no screen and no log shows what a server smuggles
//! into them.

mod aliases;
mod bedrock;
mod entry;

pub use bedrock::complete_profiles;

use aliases::OtherNames;

use crate::answer::WireError;
use crate::calendar::rfc3339;
use crate::lenient::{Loose, Text, plausible};
use inkhorn_domain::{Dialect, FrontDialect, ModelListing};
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, SeqAccess, Visitor};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::fmt;

/// The most models of one list. The rest is dropped and counted.
pub const MAX_MODELS: usize = 20_000;

/// One page of a provider's list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModelPage {
    /// What is on it, in the provider's order, each id once.
    pub models: Vec<ModelListing>,
    /// How many entries were left out: beyond the limit, twice the same, or without a usable id.
    pub dropped: usize,
    /// There is more: how to ask for it.
    pub next: Option<NextPage>,
    /// Models that cannot be called by their own names (Bedrock): see [`complete_profiles`].
    pub behind_profiles: Vec<ModelListing>,
}

/// The page after this one: the same question with one more field in its query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextPage {
    /// The name of the field.
    pub parameter: &'static str,
    /// Its value as the provider told it, not escaped yet.
    pub value: String,
}

/// A model as the gateway offers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServedModel {
    /// The name that clients call it by.
    pub id: String,
    /// A name for people.
    pub display_name: Option<String>,
    /// Since when, in seconds since 1970.
    pub created: i64,
    /// Whose it is: the slug of the connection.
    pub owned_by: String,
}

/// Reads a list of models in whichever of its known forms it comes.
///
/// # Errors
/// [`WireError::NotThisDialect`] when there is no list in it, [`WireError::Malformed`] when it is no JSON.
pub fn read_models(dialect: Dialect, body: &[u8]) -> Result<ModelPage, WireError> {
    let text = std::str::from_utf8(body).map_err(|_| WireError::Malformed)?;
    let text = text.trim_start_matches('\u{FEFF}').trim_start();
    if text.starts_with('[') {
        // Together sends the bare array.
        return read_list::<Entries>(text).map(|entries| entries.into_page(dialect));
    }
    let page: Page<'_> = read_list(text)?;
    let next = page.next(dialect);
    let lists = [page.data, page.models, page.model_summaries, page.profile_summaries];
    let entries = lists.into_iter().find(|list| list.present).unwrap_or_default();
    if !entries.present {
        // LightLLM has no list: it tells the name of its one model.
        let one = page.model_name.filled().and_then(|name| entry::clean_id(&name));
        let one = one.ok_or(WireError::NotThisDialect)?;
        return Ok(ModelPage { models: vec![ModelListing::named(one)], ..ModelPage::default() });
    }
    Ok(ModelPage { next, ..entries.into_page(dialect) })
}

/// Marks in a list of local models which are in memory, and with how much context: from the answer of Ollama's
/// `/api/ps`, where the others are then known not to be; or from what servers of one model tell of themselves,
/// llama.cpp's `/props` and KoboldCpp's `/api/extra/true_max_context_length`.
///
/// # Errors
/// As [`read_models`].
pub fn merge_loaded(models: &mut [ModelListing], ps_body: &[u8]) -> Result<(), WireError> {
    let text = std::str::from_utf8(ps_body).map_err(|_| WireError::Malformed)?;
    let loaded: Loaded<'_> = read_list(text)?;
    let of_all = loaded.default_generation_settings.0.map_or(loaded.value.0, |settings| settings.n_ctx.0);
    if let (None, Some(context)) = (&loaded.models, plausible(Loose(of_all)).filter(|context| *context > 0)) {
        for model in models {
            let local = model.local.get_or_insert_default();
            (local.loaded, local.loaded_context) = (Some(true), Some(context));
        }
        return Ok(());
    }
    let loaded: Vec<LoadedModel<'_>> = loaded.models.unwrap_or_default();
    for model in models {
        let here =
            loaded.iter().find(|here| here.model.as_str() == model.id || here.name.as_str() == model.id);
        let local = model.local.get_or_insert_default();
        local.loaded = Some(here.is_some());
        local.loaded_context = here.and_then(|here| plausible(Loose(here.context_length.0)));
    }
    Ok(())
}

/// The list for `GET /v1/models` and its kin.
pub fn write_models(dialect: FrontDialect, models: &[ServedModel]) -> Vec<u8> {
    let entries: Vec<Value> = models.iter().map(|model| model_value(dialect, model)).collect();
    let list = match dialect {
        FrontDialect::OpenaiChat | FrontDialect::OpenaiResponses => {
            json!({ "object": "list", "data": entries })
        }
        FrontDialect::AnthropicMessages => json!({
            "data": entries,
            "has_more": false,
            "first_id": models.first().map(|model| model.id.as_str()),
            "last_id": models.last().map(|model| model.id.as_str()),
        }),
        FrontDialect::Ollama => json!({ "models": entries }),
    };
    list.to_string().into_bytes()
}

/// One entry, for `GET /v1/models/{id}`.
pub fn write_model(dialect: FrontDialect, model: &ServedModel) -> Vec<u8> {
    model_value(dialect, model).to_string().into_bytes()
}

fn model_value(dialect: FrontDialect, model: &ServedModel) -> Value {
    match dialect {
        FrontDialect::OpenaiChat | FrontDialect::OpenaiResponses => json!({
            "id": model.id, "object": "model", "created": model.created, "owned_by": model.owned_by
        }),
        FrontDialect::AnthropicMessages => json!({
            "type": "model",
            "id": model.id,
            "display_name": model.display_name.as_deref().unwrap_or(&model.id),
            "created_at": rfc3339(model.created),
            "lifecycle": "active",
        }),
        FrontDialect::Ollama => json!({
            "name": model.id,
            "model": model.id,
            "modified_at": rfc3339(model.created),
            "size": 0,
            "digest": "",
            "details": { "format": "", "family": "", "parameter_size": "", "quantization_level": "" },
        }),
    }
}

fn read_list<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, WireError> {
    serde_json::from_str(text).map_err(|error| {
        let page = text.trim_start().starts_with('<');
        if error.is_data() || page { WireError::NotThisDialect } else { WireError::Malformed }
    })
}

#[derive(Deserialize)]
struct Page<'a> {
    #[serde(default)]
    data: Entries,
    #[serde(default)]
    models: Entries,
    #[serde(default)]
    has_more: Loose<bool>,
    #[serde(borrow, default)]
    last_id: Text<'a>,
    #[serde(borrow, default, alias = "nextPageToken")]
    next_page_token: Text<'a>,
    #[serde(default, rename = "modelSummaries")]
    model_summaries: Entries,
    #[serde(default, rename = "inferenceProfileSummaries")]
    profile_summaries: Entries,
    #[serde(borrow, default, rename = "nextToken")]
    next_token: Text<'a>,
    #[serde(borrow, default)]
    model_name: Text<'a>,
}

impl Page<'_> {
    /// Every dialect has its own way to say that there is more.
    fn next(&self, dialect: Dialect) -> Option<NextPage> {
        let (parameter, value) = match dialect {
            Dialect::AnthropicMessages if self.has_more.0 == Some(true) => ("after_id", &self.last_id),
            Dialect::Gemini => ("pageToken", &self.next_page_token),
            Dialect::CohereV2 => ("page_token", &self.next_page_token),
            Dialect::BedrockConverse => ("nextToken", &self.next_token),
            Dialect::AnthropicMessages | Dialect::OpenaiChat | Dialect::Ollama | Dialect::OpenaiResponses => {
                return None;
            }
        };
        let value = value.as_str();
        (!value.is_empty()).then(|| NextPage { parameter, value: value.to_owned() })
    }
}

#[derive(Deserialize)]
struct Loaded<'a> {
    #[serde(borrow)]
    models: Option<Vec<LoadedModel<'a>>>,
    #[serde(default)]
    default_generation_settings: Loose<GenerationSettings>,
    #[serde(default)]
    value: Loose<u64>,
}

/// llama.cpp's: what the server was started with.
#[derive(Deserialize)]
struct GenerationSettings {
    #[serde(default)]
    n_ctx: Loose<u64>,
}

#[derive(Deserialize)]
struct LoadedModel<'a> {
    #[serde(borrow, default)]
    model: Text<'a>,
    #[serde(borrow, default)]
    name: Text<'a>,
    #[serde(default)]
    context_length: Loose<u64>,
}

/// The entries up to the limit. Each is read and let go before the next, so that a huge list costs no more memory
/// than its models need.
#[derive(Default)]
struct Entries {
    /// There was a list, though perhaps an empty one (`null` is Ollama's empty list).
    present: bool,
    models: Vec<ModelListing>,
    behind_profiles: Vec<ModelListing>,
    dropped: usize,
}

impl Entries {
    fn into_page(self, dialect: Dialect) -> ModelPage {
        let mut models = self.models;
        if dialect == Dialect::Ollama {
            for model in &mut models {
                model.local.get_or_insert_default();
            }
        }
        ModelPage { models, dropped: self.dropped, next: None, behind_profiles: self.behind_profiles }
    }
}

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(EntriesVisitor)
    }
}

struct EntriesVisitor;

impl<'de> Visitor<'de> for EntriesVisitor {
    type Value = Entries;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of models")
    }

    fn visit_unit<E>(self) -> Result<Entries, E> {
        Ok(Entries { present: true, ..Entries::default() })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Entries, A::Error> {
        let mut entries = Entries { present: true, ..Entries::default() };
        let (mut seen, mut other_names) = (HashSet::new(), OtherNames::default());
        while entries.models.len() < MAX_MODELS && entries.behind_profiles.len() < MAX_MODELS {
            let Some(value) = seq.next_element::<Loose<Value>>()? else {
                other_names.unite(&mut entries.models);
                return Ok(entries);
            };
            match value.0.as_ref().map(entry::read) {
                Some(entry::Entry::Model(model)) if seen.insert(model.id.clone()) => {
                    let aliases = value.0.as_ref().and_then(|entry| entry.get("aliases")).cloned();
                    other_names.add(&model.id, aliases);
                    entries.models.push(*model);
                }
                Some(entry::Entry::BehindProfile(model)) => entries.behind_profiles.push(*model),
                Some(entry::Entry::OtherKind) => {}
                Some(_) | None => entries.dropped += 1,
            }
        }
        while seq.next_element::<IgnoredAny>()?.is_some() {
            entries.dropped += 1;
        }
        other_names.unite(&mut entries.models);
        Ok(entries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use inkhorn_domain::{Capability, Money, PriceState};

    fn list(body: &str) -> Vec<ModelListing> {
        read_models(Dialect::OpenaiChat, body.as_bytes()).expect("a list").models
    }

    fn ids(models: &[ModelListing]) -> Vec<&str> {
        models.iter().map(|model| model.id.as_str()).collect()
    }

    #[test]
    fn a_model_that_is_listed_under_each_of_its_names_is_one_model() {
        let page = read_models(
            Dialect::OpenaiChat,
            br#"{"data":[
            {"id":"mistral-large-2512","aliases":["mistral-large-latest"],"capabilities":{"vision":true}},
            {"id":"mistral-large-latest","aliases":["mistral-large-2512"],"capabilities":{"vision":true}},
            {"id":"ministral-2410","aliases":["ministral-old"]},
            {"id":"ministral-old","aliases":["ministral-2410"]},
            {"id":"alone","aliases":["not-in-the-list"]},
            {"id":"odd","aliases":["odd",7,null]},{"id":"odder","aliases":"odd"}]}"#,
        )
        .expect("a list");
        assert_eq!(ids(&page.models), ["mistral-large-latest", "ministral-2410", "alone", "odd", "odder"]);
        assert_eq!(page.dropped, 0, "nothing is missing");
    }

    #[test]
    fn openrouters_extras_are_read_and_prices_are_per_million() {
        let models = list(
            r#"{"data":[
            {"id":"a/b","name":"B","context_length":200000,"pricing":{"prompt":"0.0000025","completion":"0.00001","input_cache_read":"0.00000025"},
             "top_provider":{"max_completion_tokens":64000,"is_moderated":true},"architecture":{"input_modalities":["text","image"],"output_modalities":["text"]},
             "supported_parameters":["tools","reasoning"],"expiration_date":"2027-01-14T00:00:00Z"},
            {"id":"free","pricing":{"prompt":"0","completion":"0"},"top_provider":{"is_moderated":false}},
            {"id":"auto","pricing":{"prompt":"-1","completion":"-1"},"top_provider":{"is_moderated":"perhaps"}},
            {"id":"odd","pricing":{"prompt":"lots"},"context_length":-3}]}"#,
        );
        let price = models[0].price.expect("told");
        assert_eq!(price.input, Money::parse("2.5"));
        assert_eq!(price.output, Money::parse("10"));
        assert_eq!(price.cache_read, Money::parse("0.25"));
        assert_eq!((models[0].context_length, models[0].max_output), (Some(200_000), Some(64_000)));
        let able = [Capability::Vision, Capability::Tools, Capability::Reasoning];
        assert_eq!(models[0].capabilities, able);
        assert_eq!(models[0].retires_on.as_deref(), Some("2027-01-14"));
        assert_eq!(models[0].name.as_deref(), Some("B"));
        let states: Vec<_> = models[1..].iter().map(|model| model.price.map(|price| price.state)).collect();
        assert_eq!(states, [Some(PriceState::Free), Some(PriceState::Unknown), Some(PriceState::Unknown)]);
        assert_eq!(models[3].context_length, None);
        let moderated: Vec<_> = models.iter().map(|model| model.moderated).collect();
        assert_eq!(moderated, [Some(true), Some(false), None, None]);
    }

    #[test]
    fn every_known_shape_of_a_list_is_read() {
        let groq = list(
            r#"{"object":"list","data":[{"id":"g","context_window":131072,"max_completion_tokens":32768}]}"#,
        );
        assert_eq!((groq[0].context_length, groq[0].max_output), (Some(131_072), Some(32_768)));

        let mistral = list(
            r#"{"data":[{"id":"m","max_context_length":32000,"capabilities":{"vision":true,"function_calling":true,"reasoning":false}}]}"#,
        );
        assert_eq!(mistral[0].capabilities, [Capability::Vision, Capability::Tools]);
        let beside = list(
            r#"{"data":[{"id":"mistral-embed","capabilities":{"completion_chat":false}},{"id":"mistral-ocr-latest","capabilities":{"completion_chat":false,"vision":true}},{"id":"m","capabilities":{"completion_chat":true}}]}"#,
        );
        assert_eq!(ids(&beside), ["mistral-embed", "m"], "what reads papers or judges does not write");

        let fireworks = list(
            r#"{"data":[{"id":"a/f","supports_chat":true,"supports_image_input":true,"supports_tools":true,"context_length":4096},{"id":"a/g","supports_chat":true,"supports_image_input":false,"supports_tools":false},{"id":"a/qwen3-embedding","supports_chat":false},{"id":"a/flux","supports_chat":false,"kind":"FLUMINA_BASE_MODEL"}]}"#,
        );
        let can: Vec<_> = fireworks.iter().map(|model| model.capabilities.as_slice()).collect();
        assert_eq!(can, [[Capability::Vision, Capability::Tools].as_slice(), &[], &[Capability::Embeddings]]);

        let vllm = list(r#"{"data":[{"id":"v","max_model_len":8192}]}"#);
        assert_eq!(vllm[0].context_length, Some(8192));

        let together = list(
            r#"[{"id":"t","type":"chat","display_name":"T","context_length":4096,"pricing":{"input":0.18,"output":0.59}},{"id":"r","type":"rerank"},{"id":"e","type":"embedding"}]"#,
        );
        assert_eq!(together.len(), 2);
        assert_eq!(together[0].price.expect("told").output, Money::parse("0.59"));
        assert_eq!(together[1].capabilities, [Capability::Embeddings]);

        let v1 = list(
            r#"{"models":[{"type":"llm","key":"qwen/q","display_name":"Q","architecture":"qwen3","quantization":{"name":"Q4_K_M"},"size_bytes":5,"params_string":"8B","loaded_instances":[{"id":"x","config":{"context_length":4096}}],"max_context_length":40960,"capabilities":{"vision":false,"trained_for_tool_use":true}}]}"#,
        );
        let local = v1[0].local.clone().expect("local");
        assert_eq!(
            (v1[0].id.as_str(), local.loaded, local.loaded_context),
            ("qwen/q", Some(true), Some(4096))
        );
        assert_eq!((local.family.as_deref(), local.quantisation.as_deref()), (Some("qwen3"), Some("Q4_K_M")));

        let v0 = list(
            r#"{"data":[{"id":"q","type":"vlm","arch":"qwen2","quantization":"4bit","state":"not-loaded","max_context_length":32768,"capabilities":["tool_use"]}]}"#,
        );
        assert_eq!(v0[0].local.as_ref().and_then(|local| local.loaded), Some(false));
        assert_eq!(v0[0].capabilities, [Capability::Vision, Capability::Tools]);
    }

    #[test]
    fn anthropics_pages_lead_on_and_their_capabilities_count() {
        let page = read_models(Dialect::AnthropicMessages, br#"{"data":[{"type":"model","id":"claude","display_name":"Claude","max_input_tokens":1000000,"max_tokens":128000,
            "capabilities":{"image_input":{"supported":true},"thinking":{"supported":true,"types":{}}},"retires_at":null},
            {"type":"model","id":"claude-old","lifecycle":"deprecated","deprecated_at":"2026-04-14T00:00:00Z","retires_at":"2027-01-05T00:00:00Z"}],"has_more":true,"first_id":"claude","last_id":"claude"}"#).expect("a page");
        assert_eq!(page.next, Some(NextPage { parameter: "after_id", value: "claude".into() }));
        let model = &page.models[0];
        assert_eq!((model.context_length, model.max_output), (Some(1_000_000), Some(128_000)));
        assert_eq!(model.capabilities, [Capability::Vision, Capability::Reasoning]);
        let retire: Vec<_> = page.models.iter().map(|model| model.retires_on.as_deref()).collect();
        assert_eq!(retire, [None, Some("2027-01-05")], "the day it goes, not the day that was announced");
    }

    #[test]
    fn geminis_list_keeps_what_answers_and_leads_on() {
        let page = read_models(
            Dialect::Gemini,
            br#"{"models":[
            {"name":"models/gemini-3.5-flash","version":"001","displayName":"Gemini 3.5 Flash","description":"x","inputTokenLimit":1048576,"outputTokenLimit":65536,"supportedGenerationMethods":["generateContent","countTokens"],"temperature":1,"thinking":true},
            {"name":"models/gemini-embedding-001","displayName":"Gemini Embedding","inputTokenLimit":2048,"outputTokenLimit":1,"supportedGenerationMethods":["embedContent"]},
            {"name":"models/gemini-3.1-flash-image","inputTokenLimit":32768,"supportedGenerationMethods":["generateContent"]},
            {"name":"models/gemini-3.1-flash-tts","supportedGenerationMethods":["generateContent"]},
            {"name":"models/gemma-4-31b-it","inputTokenLimit":131072,"supportedGenerationMethods":["generateContent"]},
            {"name":"models/veo-4","supportedGenerationMethods":["predictLongRunning"]}],
            "nextPageToken":"a+b/c=="}"#,
        )
        .expect("a page");
        assert_eq!(page.next, Some(NextPage { parameter: "pageToken", value: "a+b/c==".into() }));
        let ids: Vec<&str> = page.models.iter().map(|model| model.id.as_str()).collect();
        assert_eq!(
            ids,
            ["gemini-3.5-flash", "gemini-embedding-001", "gemini-3.1-flash-image", "gemma-4-31b-it"]
        );
        let flash = &page.models[0];
        assert_eq!((flash.context_length, flash.max_output), (Some(1_048_576), Some(65_536)));
        assert_eq!(flash.name.as_deref(), Some("Gemini 3.5 Flash"));
        assert_eq!(flash.capabilities, [Capability::Vision, Capability::Tools, Capability::Reasoning]);
        assert_eq!(page.models[1].capabilities, [Capability::Embeddings]);
        assert_eq!(page.models[2].capabilities, [Capability::Vision, Capability::Images]);
        assert_eq!(page.models[3].capabilities, []);
        let last = br#"{"models":[{"name":"models/x","supportedGenerationMethods":["generateContent"]}],"nextPageToken":""}"#;
        assert_eq!(read_models(Dialect::Gemini, last).expect("a page").next, None);
    }

    #[test]
    fn coheres_list_keeps_what_answers_and_leads_on() {
        let page = read_models(
            Dialect::CohereV2,
            br#"{"models":[
            {"name":"command-a-vision-07-2025","is_deprecated":false,"endpoints":["chat"],"finetuned":false,"context_length":128000,"tokenizer_url":"https://x","features":["json_mode","vision","tools"],"default_endpoints":[]},
            {"name":"command-a-reasoning-08-2025","endpoints":["generate","chat"],"context_length":256000.0,"features":["reasoning","strict_tools"]},
            {"name":"embed-v4.0","endpoints":["embed"],"context_length":128000,"features":null},
            {"name":"command-r-03-2024","is_deprecated":true,"endpoints":["chat"],"context_length":128000},
            {"name":"rerank-v4.0","endpoints":["rerank"],"context_length":32768},
            {"name":"cohere-transcribe","endpoints":[]}],"next_page_token":"t2"}"#,
        )
        .expect("a page");
        assert_eq!(page.next, Some(NextPage { parameter: "page_token", value: "t2".into() }));
        let read: Vec<_> =
            page.models.iter().map(|model| (model.id.as_str(), model.context_length)).collect();
        assert_eq!(
            read,
            [
                ("command-a-vision-07-2025", Some(128_000)),
                ("command-a-reasoning-08-2025", Some(256_000)),
                ("embed-v4.0", Some(128_000)),
                // Closed to newcomers only, and no day is told on which it goes.
                ("command-r-03-2024", Some(128_000))
            ]
        );
        assert_eq!(page.models[3].retires_on, None);
        assert_eq!(page.models[0].capabilities, [Capability::Vision, Capability::Tools]);
        assert_eq!(page.models[1].capabilities, [Capability::Tools, Capability::Reasoning]);
        assert_eq!(page.models[2].capabilities, [Capability::Embeddings]);
    }

    #[test]
    fn ollamas_list_learns_what_is_in_memory() {
        let tags = br#"{"models":[{"name":"a:8b","model":"a:8b","size":4920753328,"details":{"family":"llama","parameter_size":"8.0B","quantization_level":"Q4_K_M"},"capabilities":["completion","tools"]},
            {"name":"far","model":"far","remote_host":"https://ollama.com","size":300}]}"#;
        let mut models = read_models(Dialect::Ollama, tags).expect("a list").models;
        merge_loaded(&mut models, br#"{"models":[{"name":"a:8b","context_length":8192}]}"#).expect("ps");
        let local = models[0].local.clone().expect("local");
        assert_eq!(
            (local.loaded, local.loaded_context, local.size_bytes),
            (Some(true), Some(8192), Some(4_920_753_328))
        );
        let far = models[1].local.clone().expect("local");
        assert_eq!((far.loaded, far.remote_host.as_deref()), (Some(false), Some("https://ollama.com")));
        assert_eq!(read_models(Dialect::Ollama, b"{\"models\":null}"), Ok(ModelPage::default()));
    }

    #[test]
    fn servers_of_one_model_tell_its_name_and_its_context() {
        let page = read_models(Dialect::OpenaiChat, br#"{"model_name":"Qwen2.5-7B"}"#).expect("a name");
        assert_eq!(page.models, [ModelListing::named("Qwen2.5-7B".to_owned())]);
        for no_name in ["{\"model_name\":\"\"}", "{\"model_name\":7}", "{\"model_name\":\"\\u0000\"}"] {
            assert_eq!(
                read_models(Dialect::OpenaiChat, no_name.as_bytes()),
                Err(WireError::NotThisDialect),
                "{no_name}"
            );
        }
        for (told, context) in [
            (r#"{"default_generation_settings":{"n_ctx":16384},"total_slots":1}"#, Some(16_384)),
            (r#"{"value":8192}"#, Some(8192)),
            (r#"{"value":-1}"#, None),
            (r#"{"value":"8192"}"#, None),
            (r#"{"default_generation_settings":{"n_ctx":0}}"#, None),
            (r#"{"default_generation_settings":"16384"}"#, None),
        ] {
            let mut models = page.models.clone();
            merge_loaded(&mut models, told.as_bytes()).expect("JSON");
            let local = models[0].local.clone().expect("told of");
            assert_eq!((local.loaded_context, local.loaded), (context, Some(context.is_some())), "{told}");
        }
    }

    #[test]
    fn one_model_of_several_hosts_is_as_good_as_the_least_of_them() {
        let list = |hosts: &str| {
            let body = format!("{{\"data\":[{{\"id\":\"m\",\"providers\":[{hosts}]}}]}}");
            read_models(Dialect::OpenaiChat, body.as_bytes()).expect("a list").models.remove(0)
        };
        let big = r#"{"provider":"a","status":"live","context_length":131072,"pricing":{"input":0.6,"output":0.9},"supports_tools":true}"#;
        let small =
            r#"{"provider":"b","status":"live","context_length":32768,"pricing":{"input":0.2,"output":0.2}}"#;
        let down = r#"{"provider":"c","status":"error","context_length":4096}"#;
        let alone = list(&[big, down].join(","));
        assert_eq!(
            (alone.context_length, alone.capabilities.as_slice()),
            (Some(131_072), [Capability::Tools].as_slice())
        );
        assert_eq!(alone.price.expect("told").output, Money::parse("0.9"));
        let both = list(&[big, small].join(","));
        assert_eq!((both.context_length, both.capabilities.len()), (Some(32_768), 0));
        assert_eq!(both.price, None, "nobody knows whose price it will be");
        assert_eq!(list(down).context_length, None);
    }

    #[test]
    fn names_are_cleaned_and_lists_end_somewhere() {
        let page = read_models(
            Dialect::OpenaiChat,
            "{\"data\":[{\"id\":\"\\u001b[31mred\\u001b[0m\\u0007\",\"name\":\"x\\u202Ey\"},{\"id\":\"red\"},{\"id\":\"\\u0000\"},7,{\"name\":[]}]}".as_bytes(),
        )
        .expect("a list");
        assert_eq!(page.models.len(), 1);
        assert_eq!((page.models[0].id.as_str(), page.models[0].name.as_deref()), ("red", Some("xy")));
        assert_eq!(page.dropped, 4);

        let many: Vec<String> = (0..MAX_MODELS + 5).map(|n| format!("{{\"id\":\"m{n}\"}}")).collect();
        let body = format!("[{},{{\"id\":\"{}\"}}]", many.join(","), "x".repeat(1 << 20));
        let page = read_models(Dialect::OpenaiChat, body.as_bytes()).expect("a list");
        assert_eq!((page.models.len(), page.dropped), (MAX_MODELS, 6));
    }

    #[test]
    fn what_is_no_list_is_told_apart() {
        for (body, error) in [
            ("<html>", WireError::NotThisDialect),
            ("{\"error\":\"no\"}", WireError::NotThisDialect),
            ("{\"data\":\"x\"}", WireError::NotThisDialect),
            ("7", WireError::NotThisDialect),
            ("{\"data\":[", WireError::Malformed),
            ("", WireError::Malformed),
        ] {
            assert_eq!(read_models(Dialect::OpenaiChat, body.as_bytes()), Err(error), "{body}");
        }
    }

    #[test]
    fn what_the_gateway_lists_can_be_read_again() {
        let served = ServedModel { id: "a/b:c".into(), display_name: None, created: 0, owned_by: "a".into() };
        for dialect in FrontDialect::ALL {
            let body = write_models(dialect, std::slice::from_ref(&served));
            assert_eq!(read_models(dialect.into(), &body).expect("a list").models[0].id, served.id);
        }
        assert_eq!(
            String::from_utf8(write_model(FrontDialect::OpenaiChat, &served)).expect("UTF-8"),
            r#"{"id":"a/b:c","object":"model","created":0,"owned_by":"a"}"#
        );
    }
}
