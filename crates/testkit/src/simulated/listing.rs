//! The models a simulated provider has, and how each persona lists them.

use serde_json::{Value, json};

use super::Persona;
use super::persona::Route;
use super::traits::{ListForm, UsualModel};

/// A moment in 2025 for `created` fields, seconds since 1970.
pub(super) const CREATED: u64 = 1_754_000_000;

/// One model of a simulated provider.
#[derive(Debug, Clone, PartialEq)]
pub struct SimulatedModel {
    /// The id that requests name.
    pub id: String,
    /// A name for people, where the provider has one.
    pub name: String,
    /// Context in tokens, where the provider tells it.
    pub context: u64,
    /// At most so many tokens per answer, where the provider tells it.
    pub output_limit: u64,
    /// No chat model but an embedding one.
    pub embedding: bool,
    /// Sees pictures.
    pub vision: bool,
    /// Calls tools.
    pub tools: bool,
    /// Thinks first. OpenAI's persona then refuses `max_tokens` and a temperature.
    pub reasoning: bool,
    /// The list says that it is moderated; only OpenRouter's tells.
    pub moderated: bool,
}

impl SimulatedModel {
    /// A chat model that calls tools, with 128,000 tokens of context.
    pub fn chat(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            name: id.to_owned(),
            context: 128_000,
            output_limit: 16_384,
            embedding: false,
            vision: false,
            tools: true,
            reasoning: false,
            moderated: false,
        }
    }

    /// An embedding model.
    pub fn embedding(id: &str) -> Self {
        Self { embedding: true, tools: false, context: 8_192, ..Self::chat(id) }
    }

    /// `count` chat models `model-00001`, ...
    pub fn many(count: usize) -> Vec<Self> {
        (1..=count).map(|number| Self::chat(&format!("model-{number:05}"))).collect()
    }

    /// With a name for people.
    pub fn named(mut self, name: &str) -> Self {
        self.name = name.to_owned();
        self
    }

    /// With another size of context, in tokens.
    pub fn with_context(mut self, tokens: u64) -> Self {
        self.context = tokens;
        self
    }

    /// Sees pictures.
    pub fn seeing(mut self) -> Self {
        self.vision = true;
        self
    }

    /// Thinks first.
    pub fn thinking(mut self) -> Self {
        self.reasoning = true;
        self
    }

    /// Moderated on the way.
    pub fn moderated(mut self) -> Self {
        self.moderated = true;
        self
    }

    /// What the persona has until a test says otherwise.
    pub(super) fn usual(persona: Persona) -> Vec<Self> {
        let model = |UsualModel(id, context, can): &UsualModel| Self {
            name: usual_name(id).to_owned(),
            context: *context,
            vision: can.contains('v'),
            tools: can.contains('t'),
            reasoning: can.contains('r'),
            embedding: can.contains('e'),
            ..Self::chat(id)
        };
        persona.traits().models.iter().map(model).collect()
    }
}

/// The name for people, where a provider gives one that is not the id.
fn usual_name(id: &str) -> &str {
    match id {
        "claude-opus-4-8" => "Claude Opus 4.8",
        "claude-sonnet-4-6" => "Claude Sonnet 4.6",
        "claude-haiku-4-5" => "Claude Haiku 4.5",
        "mistralai/mistral-small-3.2-24b-instruct" => "Mistral: Mistral Small 3.2 24B",
        "deepseek/deepseek-r1" => "DeepSeek: R1",
        "google/gemini-2.5-flash" => "Google: Gemini 2.5 Flash",
        "qwen2.5-7b-instruct" => "Qwen2.5 7B Instruct",
        _ => id,
    }
}

/// The answer to a listing or a question about the server; `None`: the route is not one of these.
pub(super) fn answer(
    route: Route,
    models: &[SimulatedModel],
    no_writers: &[&str],
    query: &str,
    body: &[u8],
) -> Option<Listed> {
    Some(match route {
        Route::OpenAiList(form) => Listed::Json(open_ai_list(form, models, no_writers)),
        Route::Fixed(place) if place.body.is_empty() => Listed::Text(""),
        Route::Fixed(place) => {
            let first = models.first().map_or("", |model| model.id.as_str());
            let body = place.body.replace("{first}", first);
            Listed::Json(serde_json::from_str(&body).expect("a fixed answer is JSON"))
        }
        Route::AnthropicModels => anthropic_page(models, query),
        Route::GeminiModels => super::gemini::page(models, query),
        Route::CohereModels => super::cohere::page(models, query),
        Route::BedrockModels => super::bedrock::models(models),
        Route::BedrockProfiles => super::bedrock::profiles(models, query),
        Route::OllamaTags => {
            Listed::Json(json!({ "models": models.iter().map(ollama_entry).collect::<Vec<_>>() }))
        }
        Route::OllamaLoaded => Listed::Json(json!({ "models": models.iter().take(1).map(|model| {
            let mut entry = ollama_entry(model);
            entry["expires_at"] = json!("2026-11-21T12:05:00.123456789Z");
            entry["size_vram"] = json!(2_019_393_189u64);
            entry["context_length"] = json!(4096);
            entry
        }).collect::<Vec<_>>() })),
        Route::OllamaShow => ollama_show(models, body),
        Route::OllamaVersion => Listed::Json(json!({ "version": "0.13.5" })),
        Route::OllamaRoot => Listed::Text("Ollama is running"),
        Route::LmStudioModels => {
            Listed::Json(json!({ "models": models.iter().map(lm_studio_entry).collect::<Vec<_>>() }))
        }
        Route::LmStudioModelsOld => Listed::Json(
            json!({ "object": "list", "data": models.iter().map(lm_studio_old_entry).collect::<Vec<_>>() }),
        ),
        Route::OpenRouterKey => Listed::Json(open_router_key()),
        Route::OpenRouterCredits => Listed::Refused(403),
        Route::AnthropicCount => Listed::Json(json!({ "input_tokens": super::respond::words_asked(body) })),
        Route::OpenAiChat | Route::AnthropicChat | Route::OllamaChat => return None,
        Route::SignInPage | Route::SignInExchange => return None,
        Route::GeminiChat | Route::CohereChat | Route::BedrockChat => return None,
        Route::Responses | Route::Unknown => return None,
    })
}

/// What a listing comes to.
pub(super) enum Listed {
    /// A JSON document.
    Json(Value),
    /// Plain text.
    Text(&'static str),
    /// Refused with this status in the persona's words.
    Refused(u16),
}

fn open_ai_list(form: ListForm, models: &[SimulatedModel], no_writers: &[&str]) -> Value {
    let mut data: Vec<Value> = models.iter().map(|model| open_ai_entry(form, model)).collect();
    if form == ListForm::Mistral {
        data.extend(models.iter().filter_map(second_name));
    }
    // Where the form tells who chats, they do not.
    data.extend(no_writers.iter().map(|id| open_ai_entry(form, &SimulatedModel::embedding(id))));
    match form {
        ListForm::OpenRouter => json!({ "data": data }),
        ListForm::Together => json!(data),
        ListForm::Xai => json!({ "models": data }),
        ListForm::OneName => json!({ "model_name": models.first().map_or("default", |model| &model.id) }),
        _ => json!({ "object": "list", "data": data }),
    }
}

/// Mistral's list has a model once more under its dated name.
fn second_name(model: &SimulatedModel) -> Option<Value> {
    let dated = SimulatedModel { id: dated_name(&model.id)?, ..model.clone() };
    let mut entry = open_ai_entry(ListForm::Mistral, &dated);
    entry["aliases"] = json!([model.id]);
    Some(entry)
}

fn dated_name(id: &str) -> Option<String> {
    id.strip_suffix("-latest").map(|family| format!("{family}-2512"))
}

fn open_ai_entry(form: ListForm, model: &SimulatedModel) -> Value {
    let plain =
        |owner: &str| json!({ "id": model.id, "object": "model", "created": CREATED, "owned_by": owner });
    let with = |owner: &str, more: Value| {
        let mut entry = plain(owner);
        if let (Value::Object(entry), Value::Object(more)) = (&mut entry, more) {
            entry.extend(more);
        }
        entry
    };
    match form {
        ListForm::Plain(owner) => plain(owner),
        ListForm::Bare | ListForm::OneName => json!({ "id": model.id, "object": "model" }),
        ListForm::OpenRouter => open_router_entry(model),
        ListForm::Groq => with(
            "Meta",
            json!({
                "active": true, "context_window": model.context, "public_apps": null,
                "max_completion_tokens": model.output_limit,
            }),
        ),
        ListForm::Mistral => with(
            "mistralai",
            json!({
                "name": model.name, "description": "A model of the simulated provider.",
                "max_context_length": model.context, "aliases": dated_name(&model.id).into_iter().collect::<Vec<_>>(), "deprecation": null, "type": "base",
                "default_model_temperature": 0.7,
                "capabilities": {
                    "completion_chat": !model.embedding, "function_calling": model.tools,
                    "reasoning": model.reasoning, "completion_fim": false, "vision": model.vision,
                },
            }),
        ),
        ListForm::Together => json!({
            "id": model.id, "object": "model", "created": CREATED, "running": false,
            "type": if model.embedding { "embedding" } else { "chat" }, "display_name": model.name,
            "organization": "Simulated", "context_length": model.context,
            "pricing": { "hourly": 0, "input": 0.88, "output": 0.88, "base": 0, "finetune": 0 },
        }),
        ListForm::Fireworks => with(
            "fireworks",
            json!({
                "kind": "HF_BASE_MODEL", "supports_chat": !model.embedding, "supports_image_input": model.vision,
                "supports_tools": model.tools, "context_length": model.context,
            }),
        ),
        ListForm::HuggingFace => with(
            "simulated",
            json!({
                "architecture": {
                    "input_modalities": if model.vision { vec!["text", "image"] } else { vec!["text"] },
                    "output_modalities": ["text"],
                },
                "providers": [
                    {
                        "provider": "simulated", "status": "live", "context_length": model.context,
                        "pricing": { "input": 0.6, "output": 0.6 }, "supports_tools": model.tools,
                        "supports_structured_output": false, "is_model_author": false,
                    },
                    { "provider": "other", "status": "live", "context_length": model.context / 2 },
                ],
            }),
        ),
        ListForm::Xai => json!({
            "id": model.id, "aliases": [], "created": CREATED, "object": "model", "owned_by": "xai", "version": "1.0",
            "input_modalities": if model.vision { vec!["text", "image"] } else { vec!["text"] },
            "output_modalities": ["text"], "prompt_text_token_price": 30_000, "completion_text_token_price": 150_000,
            "cached_prompt_text_token_price": 7_500, "max_prompt_length": model.context,
        }),
        ListForm::Vllm => with(
            "vllm",
            json!({ "root": model.id, "parent": null, "max_model_len": model.context, "permission": [] }),
        ),
        ListForm::LlamaCpp => with(
            "llamacpp",
            json!({ "meta": {
                "vocab_type": 2, "n_vocab": 152_064, "n_ctx_train": model.context, "n_embd": 3584,
                "n_params": 7_615_616_512u64, "size": 4_677_120_000u64,
            }}),
        ),
    }
}

fn open_router_entry(model: &SimulatedModel) -> Value {
    let mut input = vec!["text"];
    if model.vision {
        input.push("image");
    }
    let mut parameters = vec!["max_tokens", "temperature", "top_p", "stop", "seed"];
    if model.tools {
        parameters.extend(["tools", "tool_choice"]);
    }
    if model.reasoning {
        parameters.extend(["reasoning", "include_reasoning"]);
    }
    json!({
        "id": model.id, "canonical_slug": model.id, "hugging_face_id": "", "name": model.name, "created": CREATED,
        "description": "A model of the simulated provider.", "context_length": model.context,
        "architecture": {
            "modality": "text->text", "input_modalities": input, "output_modalities": ["text"],
            "tokenizer": "Other", "instruct_type": null,
        },
        "pricing": {
            "prompt": "0.0000005", "completion": "0.0000015", "request": "0", "image": "0", "web_search": "0",
            "internal_reasoning": "0", "input_cache_read": "0.00000005",
        },
        "top_provider": {
            "context_length": model.context, "max_completion_tokens": model.output_limit,
            "is_moderated": model.moderated,
        },
        "per_request_limits": null, "supported_parameters": parameters, "default_parameters": {},
    })
}

fn open_router_key() -> Value {
    json!({ "data": {
        "label": "sk-or-v1-au7...890", "limit": 20, "limit_remaining": 17.5, "limit_reset": null, "usage": 2.5,
        "usage_daily": 0.1, "usage_weekly": 0.6, "usage_monthly": 2.5, "byok_usage": 0, "include_byok_in_limit": false,
        "is_free_tier": false, "is_management_key": false, "expires_at": null,
        "rate_limit": { "requests": -1, "interval": "10s", "note": "This field is deprecated and safe to ignore." },
    }})
}

/// One page: `limit` (20 unless told, at most 1000), `after_id`, `before_id`.
fn anthropic_page(models: &[SimulatedModel], query: &str) -> Listed {
    let asked = |name: &str| {
        query
            .split('&')
            .find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
            .filter(|value| !value.is_empty())
    };
    let limit = match asked("limit").map(str::parse::<usize>) {
        None => 20,
        Some(Ok(limit @ 1..=1000)) => limit,
        Some(_) => return Listed::Refused(400),
    };
    let place = |id: &str| models.iter().position(|model| model.id == id);
    let (start, end) = match (asked("after_id"), asked("before_id")) {
        (Some(id), _) => {
            let start = place(id).map_or(models.len(), |at| at + 1);
            (start, (start + limit).min(models.len()))
        }
        (None, Some(id)) => {
            let end = place(id).unwrap_or(0);
            (end.saturating_sub(limit), end)
        }
        (None, None) => (0, limit.min(models.len())),
    };
    let page = &models[start..end];
    let supported = |yes: bool| json!({ "supported": yes });
    let data: Vec<Value> = page
        .iter()
        .map(|model| {
            json!({
                "type": "model", "id": model.id, "display_name": model.name, "created_at": "2026-02-04T00:00:00Z",
                "max_input_tokens": model.context, "max_tokens": model.output_limit, "lifecycle": "active",
                "deprecated_at": null, "retires_at": null, "line": null,
                "capabilities": {
                    "image_input": supported(model.vision), "pdf_input": supported(model.vision),
                    "thinking": supported(model.reasoning), "structured_outputs": supported(true),
                    "citations": supported(true), "batch": supported(true),
                },
            })
        })
        .collect();
    let more = if asked("before_id").is_some() && asked("after_id").is_none() {
        start > 0
    } else {
        end < models.len()
    };
    Listed::Json(json!({
        "data": data, "has_more": more,
        "first_id": page.first().map(|model| &model.id), "last_id": page.last().map(|model| &model.id),
    }))
}

fn ollama_capabilities(model: &SimulatedModel) -> Vec<&'static str> {
    let named = [
        (!model.embedding, "completion"),
        (model.embedding, "embedding"),
        (model.tools, "tools"),
        (model.vision, "vision"),
        (model.reasoning, "thinking"),
    ];
    named.into_iter().filter(|(has, _)| *has).map(|(_, name)| name).collect()
}

fn ollama_details() -> Value {
    json!({
        "parent_model": "", "format": "gguf", "family": "llama", "families": ["llama"],
        "parameter_size": "3.2B", "quantization_level": "Q4_K_M",
    })
}

fn ollama_entry(model: &SimulatedModel) -> Value {
    json!({
        "name": model.id, "model": model.id, "modified_at": "2026-10-01T09:12:44.571Z", "size": 2_019_393_189u64,
        "digest": "a80c4f17acd55265feec403c7aef86be0c25983ab279d83f3bcd3abbcb5b8b72",
        "details": ollama_details(), "capabilities": ollama_capabilities(model),
    })
}

fn ollama_show(models: &[SimulatedModel], body: &[u8]) -> Listed {
    let asked: Value = serde_json::from_slice(body).unwrap_or_default();
    let name = asked["model"].as_str().or_else(|| asked["name"].as_str()).unwrap_or_default();
    match models.iter().find(|model| model.id == name) {
        None => Listed::Refused(404),
        Some(model) => Listed::Json(json!({
            "modelfile": "# Modelfile\nFROM simulated\n", "parameters": "stop \"<|eot_id|>\"",
            "template": "{{ .Prompt }}", "license": "simulated", "details": ollama_details(),
            "model_info": {
                "general.architecture": "llama", "general.parameter_count": 3_212_749_888u64,
                "llama.context_length": model.context, "llama.embedding_length": 3072,
            },
            "capabilities": ollama_capabilities(model), "modified_at": "2026-10-01T09:12:44.571Z",
        })),
    }
}

fn lm_studio_entry(model: &SimulatedModel) -> Value {
    let mut entry = json!({
        "type": if model.embedding { "embedding" } else { "llm" }, "publisher": "simulated", "key": model.id,
        "display_name": model.name, "architecture": "qwen2",
        "quantization": { "name": "Q4_K_M", "bits_per_weight": 4 }, "size_bytes": 4_683_074_240u64,
        "params_string": "7B", "loaded_instances": [], "max_context_length": model.context, "format": "gguf",
    });
    if !model.embedding {
        entry["capabilities"] = json!({ "vision": model.vision, "trained_for_tool_use": model.tools });
        entry["loaded_instances"] =
            json!([{ "id": model.id, "config": { "context_length": 4096, "parallel": 1 } }]);
    }
    entry
}

fn lm_studio_old_entry(model: &SimulatedModel) -> Value {
    let kind = match (model.embedding, model.vision) {
        (true, _) => "embeddings",
        (false, true) => "vlm",
        (false, false) => "llm",
    };
    let mut entry = json!({
        "id": model.id, "object": "model", "type": kind, "publisher": "simulated", "arch": "qwen2",
        "compatibility_type": "gguf", "quantization": "Q4_K_M", "state": "not-loaded",
        "max_context_length": model.context,
    });
    if model.tools {
        entry["capabilities"] = json!(["tool_use"]);
    }
    entry
}
