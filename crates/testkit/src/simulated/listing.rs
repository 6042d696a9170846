//! The models a simulated provider has, and how each persona lists them.

use serde_json::{Value, json};

use super::Persona;
use super::persona::Route;

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

    /// What the persona has until a test says otherwise.
    pub(super) fn usual(persona: Persona) -> Vec<Self> {
        match persona {
            Persona::OpenAi => vec![
                Self::chat("gpt-4.1-mini").with_context(1_047_576).seeing(),
                Self::chat("gpt-5.4-mini").with_context(400_000).seeing().thinking(),
                Self::chat("gpt-4o-mini").seeing(),
                Self::embedding("text-embedding-3-small"),
            ],
            Persona::Anthropic => vec![
                Self::chat("claude-opus-4-8")
                    .named("Claude Opus 4.8")
                    .with_context(200_000)
                    .seeing()
                    .thinking(),
                Self::chat("claude-sonnet-4-6")
                    .named("Claude Sonnet 4.6")
                    .with_context(200_000)
                    .seeing()
                    .thinking(),
                Self::chat("claude-haiku-4-5").named("Claude Haiku 4.5").with_context(200_000).seeing(),
            ],
            Persona::OpenRouter => vec![
                Self::chat("mistralai/mistral-small-3.2-24b-instruct")
                    .named("Mistral: Mistral Small 3.2 24B"),
                Self::chat("deepseek/deepseek-r1").named("DeepSeek: R1").with_context(163_840).thinking(),
                Self::chat("google/gemini-2.5-flash").named("Google: Gemini 2.5 Flash").seeing(),
            ],
            Persona::Groq => vec![
                Self::chat("llama-3.3-70b-versatile").with_context(131_072),
                Self::chat("openai/gpt-oss-20b").with_context(131_072).thinking(),
            ],
            Persona::Ollama => vec![
                Self::chat("llama3.2:3b").with_context(131_072),
                Self::chat("qwen3:8b").with_context(40_960).thinking(),
                Self::embedding("nomic-embed-text:latest").with_context(2_048),
            ],
            Persona::LmStudio => vec![
                Self::chat("qwen2.5-7b-instruct").named("Qwen2.5 7B Instruct").with_context(32_768),
                Self::embedding("text-embedding-nomic-embed-text-v1.5").with_context(2_048),
            ],
            Persona::Compatible => vec![Self::chat("local-model"), Self::chat("second-model")],
        }
    }
}

/// The answer to a listing or a question about the server; `None`: the route is not one of these.
pub(super) fn answer(
    persona: Persona,
    route: Route,
    models: &[SimulatedModel],
    query: &str,
    body: &[u8],
) -> Option<Listed> {
    Some(match route {
        Route::OpenAiModels => Listed::Json(open_ai_list(persona, models)),
        Route::AnthropicModels => anthropic_page(models, query),
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
        Route::OpenAiChat | Route::AnthropicChat | Route::OllamaChat | Route::Unknown => return None,
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

fn open_ai_list(persona: Persona, models: &[SimulatedModel]) -> Value {
    let entry = |model: &SimulatedModel| match persona {
        Persona::OpenRouter => open_router_entry(model),
        Persona::Groq => json!({
            "id": model.id, "object": "model", "created": CREATED, "owned_by": "Meta", "active": true,
            "context_window": model.context, "public_apps": null, "max_completion_tokens": model.output_limit,
        }),
        Persona::Ollama => {
            json!({ "id": model.id, "object": "model", "created": CREATED, "owned_by": "library" })
        }
        Persona::LmStudio => json!({ "id": model.id, "object": "model", "owned_by": "organization_owner" }),
        Persona::OpenAi | Persona::Compatible | Persona::Anthropic => {
            json!({ "id": model.id, "object": "model", "created": CREATED, "owned_by": "system" })
        }
    };
    let data: Vec<Value> = models.iter().map(entry).collect();
    match persona {
        Persona::OpenRouter => json!({ "data": data }),
        _ => json!({ "object": "list", "data": data }),
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
            "context_length": model.context, "max_completion_tokens": model.output_limit, "is_moderated": false,
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
