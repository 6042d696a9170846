//! Servers on this machine, and any other that speaks OpenAI's dialect.

use crate::simulated::traits::{
    Breaks, Counts, Fixed, ListForm, OpenAi, Told, Tongue, Traits, UsualModel, Why,
};

/// Ollama behind `/v1`.
pub(super) const OLLAMA_OPEN_AI: OpenAi = OpenAi {
    fields: r#"{"system_fingerprint":"fp_ollama"}"#,
    thoughts: crate::simulated::traits::Thoughts::Reasoning,
    counts: Counts::Totals,
    ..OpenAi::at("/v1", &[("/v1/models", ListForm::Plain("library"))])
};

/// Ollama's words; below `/v1` they are OpenAI's.
pub(super) const OLLAMA_WORDS: &[(Why, &str)] = &[
    (Why::WrongKey, r#"{"error":"unauthorized: {key}"}"#),
    (Why::NoCredit, r#"{"error":"payment required"}"#),
    (Why::NotAllowed, r#"{"error":"access denied"}"#),
    (Why::NoModel, r#"{"error":"model '{model}' not found"}"#),
    (Why::NoRoute, "404 page not found"),
    (Why::TooMany, r#"{"error":"too many requests"}"#),
    (Why::Busy, r#"{"error":"server busy, please try again. maximum pending requests exceeded"}"#),
    (Why::Failed, r#"{"error":"an error was encountered while running the model"}"#),
    (Why::Form, r#"{"error":"{field} is not supported"}"#),
    (Why::Other, r#"{"error":"the request was refused"}"#),
];

/// vLLM's words.
pub(super) const VLLM_WORDS: &[(Why, &str)] = &[
    (Why::WrongKey, r#"{"error":"Unauthorized{echo}"}"#),
    (
        Why::NoModel,
        r#"{"error":{"message":"The model `{model}` does not exist.","type":"NotFoundError","param":"model","code":404}}"#,
    ),
    (Why::NoRoute, r#"{"detail":"Not Found"}"#),
    (
        Why::Other,
        r#"{"error":{"message":"[{'type': 'missing', 'loc': ('body', 'messages'), 'msg': 'Field required'}]","type":"BadRequestError","param":null,"code":400}}"#,
    ),
];

/// What all of them have in common; each names where it differs.
const LOCAL: Traits = Traits {
    id: "",
    base_path: "/v1",
    key: None,
    public_list: false,
    wrong_key: 401,
    no_credit: None,
    no_model: Some(404),
    headers: &[],
    numbered: None,
    words: &[],
    places: &[],
    models: &[],
    tongue: Tongue::Anthropic,
};

pub(in crate::simulated) const OLLAMA: Traits = Traits {
    id: "ollama",
    base_path: "",
    words: OLLAMA_WORDS,
    models: &[
        UsualModel("llama3.2:3b", 131_072, "t"),
        UsualModel("qwen3:8b", 40_960, "tr"),
        UsualModel("nomic-embed-text:latest", 2_048, "e"),
    ],
    tongue: Tongue::Ollama(OLLAMA_OPEN_AI),
    ..LOCAL
};

pub(in crate::simulated) const LM_STUDIO: Traits = Traits {
    id: "lm_studio",
    base_path: "",
    models: &[
        UsualModel("qwen2.5-7b-instruct", 32_768, "t"),
        UsualModel("text-embedding-nomic-embed-text-v1.5", 2_048, "e"),
    ],
    tongue: Tongue::OpenAi(OpenAi {
        fields: r#"{"system_fingerprint":"simulated"}"#,
        counts: Counts::SomeDetails,
        breaks: Breaks::Words,
        ..OpenAi::at("/v1", &[("/v1/models", ListForm::Plain("organization_owner"))])
    }),
    ..LOCAL
};

pub(in crate::simulated) const COMPATIBLE: Traits = Traits {
    id: "openai_compatible",
    key: Some(("compat-", 20)),
    no_credit: Some(402),
    models: &[UsualModel("local-model", 128_000, "vt"), UsualModel("second-model", 128_000, "t")],
    tongue: Tongue::OpenAi(OpenAi {
        counts: Counts::SomeDetails,
        ..OpenAi::at("/v1", &[("/v1/models", ListForm::Plain("system"))])
    }),
    ..LOCAL
};

pub(in crate::simulated) const LOCAL_AI: Traits = Traits {
    id: "localai",
    words: &[
        (
            Why::WrongKey,
            r#"{"error":{"code":401,"message":"An authentication key is required{echo}","type":"invalid_request_error"}}"#,
        ),
        (Why::NoModel, r#"{"error":{"code":404,"message":"model \"{model}\" not found","type":""}}"#),
        (Why::NoRoute, r#"{"error":{"code":404,"message":"Resource not found","type":""}}"#),
        (Why::Busy, r#"{"error":{"code":503,"message":"backend is loading model","type":""}}"#),
        (
            Why::Failed,
            r#"{"error":{"code":500,"message":"rpc error: code = Unknown desc = inference failed","type":""}}"#,
        ),
    ],
    places: &[
        Fixed { path: "/readyz", guarded: false, body: "" },
        Fixed { path: "/healthz", guarded: false, body: "" },
        Fixed { path: "/version", guarded: true, body: r#"{"version":"v3.7.0"}"# },
        Fixed {
            path: "/.well-known/localai.json",
            guarded: false,
            body: r#"{"version":"v3.7.0","endpoints":{"chat":"/v1/chat/completions","models":"/v1/models"}}"#,
        },
        // It imitates Ollama.
        Fixed { path: "/api/version", guarded: true, body: r#"{"version":"0.9.0"}"# },
        Fixed {
            path: "/api/tags",
            guarded: true,
            body: r#"{"models":[{"name":"{first}","model":"{first}","size":1,"digest":"sha256:0","details":{"family":"localai"}}]}"#,
        },
    ],
    models: &[UsualModel("llama-3.2-3b-instruct:q4_k_m", 8_192, "t")],
    tongue: Tongue::OpenAi(OpenAi {
        counts: Counts::Totals,
        ..OpenAi::at("/v1", &[("/v1/models", ListForm::Bare)])
    }),
    ..LOCAL
};

pub(in crate::simulated) const LIGHT_LLM: Traits = Traits {
    id: "lightllm",
    no_model: None,
    words: &[
        (Why::WrongKey, r#"{"message":"unauthorized: {key}"}"#),
        (Why::NoModel, r#"{"message":"the model {model} is not there"}"#),
        (Why::NoRoute, r#"{"detail":"Not Found"}"#),
        (Why::TooMany, r#"{"message":"too many requests"}"#),
        (Why::Busy, r#"{"message":"server is busy"}"#),
        (Why::Failed, r#"{"message":"error: inference failed"}"#),
        (Why::Form, r#"{"message":"{field} is not supported"}"#),
        (Why::Other, r#"{"message":"the request was refused"}"#),
    ],
    places: &[Fixed { path: "/health", guarded: false, body: r#"{"message":"Ok"}"# }],
    models: &[UsualModel("default", 32_768, "t")],
    tongue: Tongue::OpenAi(OpenAi {
        told: Told::Never,
        done: false,
        breaks: Breaks::Words,
        ..OpenAi::at("/v1", &[("/get_model_name", ListForm::OneName)])
    }),
    ..LOCAL
};

pub(in crate::simulated) const LLAMA_CPP: Traits = Traits {
    id: "llama_cpp",
    // Its list is open, with a key as without.
    public_list: true,
    no_model: None,
    words: &[
        (
            Why::WrongKey,
            r#"{"error":{"code":401,"message":"Invalid API Key{echo}","type":"authentication_error"}}"#,
        ),
        (
            Why::NoModel,
            r#"{"error":{"code":404,"message":"model '{model}' not found","type":"not_found_error"}}"#,
        ),
        (Why::NoRoute, r#"{"error":{"code":404,"message":"File Not Found","type":"not_found_error"}}"#),
        (Why::Busy, r#"{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}"#),
        (Why::Failed, r#"{"error":{"code":500,"message":"inference failed","type":"server_error"}}"#),
        (
            Why::Other,
            r#"{"error":{"code":400,"message":"the request was refused","type":"invalid_request_error"}}"#,
        ),
    ],
    places: &[
        Fixed { path: "/health", guarded: false, body: r#"{"status":"ok"}"# },
        Fixed {
            path: "/props",
            guarded: true,
            body: r#"{"default_generation_settings":{"id":0,"n_ctx":16384,"params":{}},"total_slots":1,"model_alias":"{first}","model_path":"/models/{first}","chat_template":"","chat_template_caps":{},"modalities":{"vision":false,"audio":false},"build_info":"b7000-simulated"}"#,
        },
    ],
    models: &[UsualModel("Qwen2.5-7B-Instruct-Q4_K_M.gguf", 32_768, "t")],
    tongue: Tongue::OpenAi(OpenAi {
        fields: r#"{"system_fingerprint":"b7000-simulated"}"#,
        counts: Counts::Totals,
        ..OpenAi::at("/v1", &[("/v1/models", ListForm::LlamaCpp)])
    }),
    ..LOCAL
};

pub(in crate::simulated) const VLLM: Traits = Traits {
    id: "vllm",
    words: VLLM_WORDS,
    places: &[
        Fixed { path: "/version", guarded: false, body: r#"{"version":"0.11.2"}"# },
        Fixed { path: "/health", guarded: false, body: "" },
    ],
    models: &[UsualModel("Qwen/Qwen2.5-7B-Instruct", 32_768, "t")],
    tongue: Tongue::OpenAi(OpenAi {
        counts: Counts::SomeDetails,
        ..OpenAi::at("/v1", &[("/v1/models", ListForm::Vllm)])
    }),
    ..LOCAL
};

pub(in crate::simulated) const KOBOLD_CPP: Traits = Traits {
    id: "koboldcpp",
    public_list: true,
    no_model: None,
    words: &[
        (
            Why::WrongKey,
            r#"{"detail":{"error":"Unauthorized","msg":"Authentication key is missing or invalid.{echo}","type":"unauthorized"}}"#,
        ),
        (Why::NoRoute, r#"{"error":"Not Found"}"#),
        (
            Why::Busy,
            r#"{"detail":{"msg":"Server is busy; please try again later.","type":"service_unavailable"}}"#,
        ),
        (Why::Failed, r#"{"detail":{"msg":"Error generating.","type":"server_error"}}"#),
        (Why::Other, r#"{"detail":{"msg":"No valid JSON body.","type":"bad_input"}}"#),
    ],
    places: &[
        Fixed {
            path: "/api/extra/version",
            guarded: false,
            body: r#"{"result":"KoboldCpp","version":"1.101","protected":false,"txt2img":false,"vision":false}"#,
        },
        Fixed { path: "/api/v1/model", guarded: false, body: r#"{"result":"koboldcpp/{first}"}"# },
        Fixed { path: "/api/extra/true_max_context_length", guarded: false, body: r#"{"value":8192}"# },
        Fixed {
            path: "/api/tags",
            guarded: false,
            body: r#"{"models":[{"name":"koboldcpp","model":"koboldcpp:latest","size":394998579,"digest":"b5dc5e784f2a3ee1582373093acf69a2f4e2ac1710b253a001712b86a61f88bb","details":{"family":"koboldcpp","families":["koboldcpp"],"format":"gguf","parameter_size":"unknown","quantization_level":"unknown"}}]}"#,
        },
    ],
    models: &[UsualModel("koboldcpp/Mistral-Nemo-12B", 8_192, "")],
    tongue: Tongue::OpenAi(OpenAi {
        told: Told::Never,
        ..OpenAi::at("/v1", &[("/v1/models", ListForm::Plain("koboldcpp"))])
    }),
    ..LOCAL
};

pub(in crate::simulated) const JAN: Traits = Traits {
    id: "jan",
    key: Some(("jan-", 12)),
    words: &[
        (Why::WrongKey, "Invalid or missing authorization token{echo}"),
        (Why::NoRoute, r#"{"message":"Not Found"}"#),
    ],
    places: &[Fixed {
        path: "/openapi.json",
        guarded: false,
        body: r#"{"openapi":"3.1.0","info":{"title":"Jan API Server Endpoints","version":"1.0"},"paths":{}}"#,
    }],
    models: &[UsualModel("Jan-v1-4B-Q4_K_M", 32_768, "t")],
    tongue: Tongue::OpenAi(OpenAi {
        counts: Counts::Totals,
        ..OpenAi::at("/v1", &[("/v1/models", ListForm::Plain("jan"))])
    }),
    ..LOCAL
};
