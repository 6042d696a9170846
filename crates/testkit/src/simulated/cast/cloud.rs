//! The makers of models.

use crate::simulated::traits::{
    Breaks, Counts, Fixed, ListForm, OpenAi, Refuses, Thoughts, Told, Tongue, Traits, UsualModel, Why,
};

pub(in crate::simulated) const OPEN_AI: Traits = Traits {
    id: "openai",
    base_path: "/v1",
    key: Some(("sk-proj-", 32)),
    public_list: false,
    wrong_key: 401,
    no_credit: Some(429),
    no_model: Some(404),
    headers: &[
        ("openai-version", "2020-10-01"),
        ("openai-processing-ms", "214"),
        ("x-ratelimit-limit-requests", "10000"),
        ("x-ratelimit-limit-tokens", "200000"),
        ("x-ratelimit-remaining-requests", "9999"),
        ("x-ratelimit-remaining-tokens", "199950"),
        ("x-ratelimit-reset-requests", "8.64s"),
        ("x-ratelimit-reset-tokens", "15ms"),
    ],
    numbered: Some(("x-request-id", "req_")),
    words: &[
        (
            Why::WrongKey,
            r#"{"error":{"message":"Incorrect API key provided: {key}. You can find your API key at https://platform.openai.com/account/api-keys.","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}"#,
        ),
        (
            Why::NoCredit,
            r#"{"error":{"message":"You exceeded your current quota, please check your plan and billing details.","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}"#,
        ),
        (
            Why::NotAllowed,
            r#"{"error":{"message":"Project `proj_simulated` does not have access to model `{model}`","type":"invalid_request_error","param":null,"code":"model_not_found"}}"#,
        ),
        (
            Why::NoModel,
            r#"{"error":{"message":"The model `{model}` does not exist or you do not have access to it.","type":"invalid_request_error","param":null,"code":"model_not_found"}}"#,
        ),
        (
            Why::NoRoute,
            r#"{"error":{"message":"Invalid URL","type":"invalid_request_error","param":null,"code":null}}"#,
        ),
        (
            Why::TooMany,
            r#"{"error":{"message":"Rate limit reached for {model} on requests per min (RPM): Limit 3, Used 3, Requested 1.","type":"requests","param":null,"code":"rate_limit_exceeded"}}"#,
        ),
        (
            Why::Failed,
            r#"{"error":{"message":"The server had an error while processing your request.","type":"server_error","param":null,"code":null}}"#,
        ),
        (
            Why::Other,
            r#"{"error":{"message":"The request was refused.","type":"invalid_request_error","param":null,"code":null}}"#,
        ),
    ],
    places: &[],
    models: &[
        UsualModel("gpt-4.1-mini", 1_047_576, "vt"),
        UsualModel("gpt-5.4-mini", 400_000, "vtr"),
        UsualModel("gpt-4o-mini", 128_000, "vt"),
        UsualModel("text-embedding-3-small", 8_192, "e"),
    ],
    tongue: Tongue::OpenAi(OpenAi {
        fields: r#"{"service_tier":"default","system_fingerprint":"fp_simulated"}"#,
        word_fields: r#"{"obfuscation":"aZ3kQ9"}"#,
        thoughts: Thoughts::Hidden,
        counts: Counts::OpenAi,
        refuses: &[
            Refuses { field: "max_tokens", thinking: true, status: 400 },
            Refuses { field: "temperature", thinking: true, status: 400 },
            Refuses { field: "top_p", thinking: true, status: 400 },
            Refuses { field: "stop", thinking: true, status: 400 },
        ],
        no_writers: &[
            "whisper-1",
            "tts-1-hd",
            "gpt-4o-mini-tts",
            "gpt-4o-transcribe",
            "gpt-live-transcribe",
            "dall-e-3",
            "gpt-image-1",
            "chatgpt-image-latest",
            "sora-2-pro",
            "omni-moderation-latest",
            "gpt-realtime-mini",
            "gpt-4o-realtime-preview-2025-06-03",
            "gpt-audio",
            "gpt-4o-audio-preview",
            "gpt-3.5-turbo-instruct-0914",
            "davinci-002",
            "babbage-002",
        ],
        ..OpenAi::at("/v1", &[("/v1/models", ListForm::Plain("system"))])
    }),
};

pub(in crate::simulated) const ANTHROPIC: Traits = Traits {
    id: "anthropic",
    base_path: "",
    key: Some(("sk-ant-api03-", 32)),
    public_list: false,
    wrong_key: 401,
    no_credit: Some(402),
    no_model: Some(404),
    headers: &[
        ("anthropic-organization-id", "00000000-0000-4000-8000-000000000000"),
        ("anthropic-ratelimit-requests-limit", "50"),
        ("anthropic-ratelimit-requests-remaining", "49"),
        ("anthropic-ratelimit-requests-reset", "2026-11-21T12:00:01Z"),
        ("anthropic-ratelimit-tokens-limit", "80000"),
        ("anthropic-ratelimit-tokens-remaining", "79000"),
        ("anthropic-ratelimit-tokens-reset", "2026-11-21T12:00:01Z"),
    ],
    numbered: Some(("request-id", "req_")),
    words: &[],
    places: &[],
    models: &[
        UsualModel("claude-opus-4-8", 200_000, "vtr"),
        UsualModel("claude-sonnet-4-6", 200_000, "vtr"),
        UsualModel("claude-haiku-4-5", 200_000, "vt"),
    ],
    tongue: Tongue::Anthropic,
};

pub(in crate::simulated) const OPEN_ROUTER: Traits = Traits {
    id: "openrouter",
    base_path: "/api/v1",
    key: Some(("sk-or-v1-", 32)),
    public_list: true,
    wrong_key: 401,
    no_credit: Some(402),
    no_model: Some(404),
    headers: &[],
    numbered: Some(("x-generation-id", "gen-")),
    words: &[
        (Why::WrongKey, r#"{"error":{"code":{status},"message":"User not found.{echo}"}}"#),
        (
            Why::NoCredit,
            r#"{"error":{"code":{status},"message":"Insufficient credits. Add more using https://openrouter.ai/settings/credits"}}"#,
        ),
        (
            Why::NotAllowed,
            r#"{"error":{"code":{status},"message":"A guardrail of this key does not allow it: {model}"}}"#,
        ),
        (Why::NoModel, r#"{"error":{"code":{status},"message":"No endpoints found for {model}."}}"#),
        (Why::NoRoute, r#"{"error":{"code":{status},"message":"Not Found"}}"#),
        (Why::TooMany, r#"{"error":{"code":{status},"message":"Rate limit exceeded"}}"#),
        (
            Why::Busy,
            r#"{"error":{"code":{status},"message":"No available model provider meets your routing requirements"}}"#,
        ),
        (
            Why::Failed,
            r#"{"error":{"code":{status},"message":"The chosen model is down or gave an invalid answer"}}"#,
        ),
        (Why::Form, r#"{"error":{"code":{status},"message":"Unsupported parameter: {field}"}}"#),
        (Why::Other, r#"{"error":{"code":{status},"message":"The request was refused."}}"#),
    ],
    places: &[],
    models: &[
        UsualModel("mistralai/mistral-small-3.2-24b-instruct", 128_000, "t"),
        UsualModel("deepseek/deepseek-r1", 163_840, "tr"),
        UsualModel("google/gemini-2.5-flash", 128_000, "vt"),
    ],
    tongue: Tongue::OpenAi(OpenAi {
        opening: Some(": OPENROUTER PROCESSING\n\n"),
        fields: r#"{"provider":"Simulated"}"#,
        thoughts: Thoughts::ReasoningDetails,
        counts: Counts::OpenRouter,
        told: Told::Always,
        breaks: Breaks::Chunk,
        ..OpenAi::at("/api/v1", &[("/api/v1/models", ListForm::OpenRouter)])
    }),
};

pub(in crate::simulated) const GROQ: Traits = Traits {
    id: "groq",
    base_path: "/openai/v1",
    key: Some(("gsk_", 26)),
    public_list: false,
    wrong_key: 401,
    no_credit: Some(402),
    no_model: Some(404),
    headers: &[
        ("x-ratelimit-limit-requests", "14400"),
        ("x-ratelimit-limit-tokens", "18000"),
        ("x-ratelimit-remaining-requests", "14399"),
        ("x-ratelimit-remaining-tokens", "17950"),
    ],
    numbered: Some(("x-request-id", "req_")),
    words: &[
        (
            Why::WrongKey,
            r#"{"error":{"message":"Invalid API Key{echo}","type":"invalid_request_error","code":"invalid_api_key"}}"#,
        ),
        (
            Why::NoModel,
            r#"{"error":{"message":"The model `{model}` does not exist or you do not have access to it.","type":"invalid_request_error","code":"model_not_found"}}"#,
        ),
        (
            Why::NotAllowed,
            r#"{"error":{"message":"The model `{model}` is blocked at the organization level.","type":"permissions_error","code":"model_permission_blocked_org"}}"#,
        ),
        (
            Why::TooMany,
            r#"{"error":{"message":"Rate limit reached for model `{model}` on tokens per minute (TPM): Limit 6000","type":"tokens","code":"rate_limit_exceeded"}}"#,
        ),
        (Why::Failed, r#"{"error":{"message":"Internal Server Error","type":"internal_server_error"}}"#),
    ],
    places: &[],
    models: &[
        UsualModel("llama-3.3-70b-versatile", 131_072, "t"),
        UsualModel("openai/gpt-oss-20b", 131_072, "tr"),
    ],
    tongue: Tongue::OpenAi(OpenAi {
        fields: r#"{"system_fingerprint":"fp_simulated"}"#,
        thoughts: Thoughts::Reasoning,
        counts: Counts::Groq,
        no_writers: &[
            "whisper-large-v3-turbo",
            "playai-tts",
            "canopylabs/orpheus-v1-english",
            "meta-llama/llama-prompt-guard-2-86m",
            "meta-llama/llama-guard-4-12b",
        ],
        ..OpenAi::at("/openai/v1", &[("/openai/v1/models", ListForm::Groq)])
    }),
};

pub(in crate::simulated) const MISTRAL: Traits = Traits {
    id: "mistral",
    base_path: "/v1",
    key: Some(("", 16)),
    public_list: false,
    wrong_key: 401,
    no_credit: Some(402),
    no_model: Some(400),
    headers: &[("x-ratelimit-limit-req-minute", "60"), ("x-ratelimit-remaining-req-minute", "59")],
    numbered: Some(("mistral-correlation-id", "")),
    words: &[
        (Why::WrongKey, r#"{"message":"Unauthorized{echo}","request_id":"{number}"}"#),
        (Why::NoCredit, r#"{"message":"Payment required","request_id":"{number}"}"#),
        (Why::NotAllowed, r#"{"message":"Forbidden","request_id":"{number}"}"#),
        (
            Why::NoModel,
            r#"{"object":"error","message":"Invalid model: {model}","type":"invalid_model","param":null,"code":"1500"}"#,
        ),
        (Why::NoRoute, r#"{"message":"no Route matched with those values"}"#),
        (
            Why::TooMany,
            r#"{"object":"error","message":"Requests rate limit exceeded","type":"rate_limited","param":null,"code":"1300"}"#,
        ),
        (
            Why::Busy,
            r#"{"object":"error","message":"Service unavailable.","type":"unreachable_backend","code":"1100"}"#,
        ),
        (
            Why::Failed,
            r#"{"object":"error","message":"Internal server error","type":"internal_server_error","code":"1000"}"#,
        ),
        (
            Why::Form,
            r#"{"detail":[{"type":"extra_forbidden","loc":["body","{field}"],"msg":"Extra inputs are not permitted"}]}"#,
        ),
        (Why::Other, r#"{"detail":[{"type":"missing","loc":["body","messages"],"msg":"Field required"}]}"#),
    ],
    places: &[],
    models: &[
        UsualModel("mistral-large-latest", 262_144, "vt"),
        UsualModel("magistral-medium-latest", 131_072, "vtr"),
        UsualModel("mistral-embed", 8_192, "e"),
    ],
    tongue: Tongue::OpenAi(OpenAi {
        thoughts: Thoughts::Parts,
        counts: Counts::SomeDetails,
        told: Told::InLast,
        refuses: &[
            Refuses { field: "stream_options", thinking: false, status: 422 },
            Refuses { field: "seed", thinking: false, status: 422 },
            Refuses { field: "max_completion_tokens", thinking: false, status: 422 },
        ],
        no_writers: &["mistral-ocr-latest", "mistral-moderation-latest", "voxtral-mini-transcribe-2507"],
        ..OpenAi::at("/v1", &[("/v1/models", ListForm::Mistral)])
    }),
};

pub(in crate::simulated) const DEEPSEEK: Traits = Traits {
    id: "deepseek",
    base_path: "",
    key: Some(("sk-", 16)),
    public_list: false,
    wrong_key: 401,
    no_credit: Some(402),
    no_model: Some(400),
    headers: &[],
    numbered: Some(("x-ds-trace-id", "")),
    words: &[
        (
            Why::WrongKey,
            r#"{"error":{"message":"Authentication Fails, Your api key: {key} is invalid","type":"authentication_error","param":null,"code":"invalid_request_error"}}"#,
        ),
        (
            Why::NoCredit,
            r#"{"error":{"message":"Insufficient Balance","type":"unknown_error","param":null,"code":"invalid_request_error"}}"#,
        ),
        (
            Why::NoModel,
            r#"{"error":{"message":"Model Not Exist","type":"invalid_request_error","param":null,"code":"invalid_request_error"}}"#,
        ),
        (
            Why::Busy,
            r#"{"error":{"message":"Service is too busy. We advise users to temporarily switch to alternative LLM API service providers.","type":"service_unavailable_error","param":null,"code":"invalid_request_error"}}"#,
        ),
        (
            Why::Form,
            r#"{"error":{"message":"The `{field}` in the thinking mode must be passed back to the API.","type":"invalid_request_error","param":null,"code":"invalid_request_error"}}"#,
        ),
    ],
    places: &[Fixed {
        path: "/user/balance",
        guarded: true,
        body: r#"{"is_available":true,"balance_infos":[{"currency":"USD","total_balance":"12.50","granted_balance":"0.00","topped_up_balance":"12.50"}]}"#,
    }],
    models: &[UsualModel("deepseek-chat", 131_072, "t"), UsualModel("deepseek-flash", 1_000_000, "tr")],
    tongue: Tongue::OpenAi(OpenAi {
        opening: Some(": keep-alive\n\n"),
        counts: Counts::DeepSeek,
        wants_thoughts: true,
        ..OpenAi::at(
            "",
            &[("/models", ListForm::Plain("deepseek")), ("/v1/models", ListForm::Plain("deepseek"))],
        )
    }),
};

pub(in crate::simulated) const XAI: Traits = Traits {
    id: "xai",
    base_path: "/v1",
    key: Some(("xai-", 40)),
    public_list: false,
    wrong_key: 400,
    no_credit: Some(429),
    no_model: Some(404),
    headers: &[],
    numbered: Some(("x-request-id", "")),
    words: &[
        (
            Why::WrongKey,
            r#"{"code":"Client specified an invalid argument","error":"Incorrect API key provided: {key}. You can obtain an API key from https://console.x.ai."}"#,
        ),
        (
            Why::NoCredit,
            r#"{"code":"Some resource has been exhausted","error":"Your team has either used all available credits or reached its monthly spending limit. To continue making API requests, please purchase more credits or raise your spending limit."}"#,
        ),
        (
            Why::NotAllowed,
            r#"{"code":"The caller does not have permission to execute the specified operation","error":"The API key does not have access to the model {model}."}"#,
        ),
        (
            Why::NoModel,
            r#"{"code":"Some requested entity was not found","error":"The model {model} does not exist or your team does not have access to it."}"#,
        ),
        (Why::NoRoute, r#"{"code":"The requested resource was not found","error":"Not Found"}"#),
        (
            Why::TooMany,
            r#"{"code":"Some resource has been exhausted","error":"Too many requests for this team."}"#,
        ),
        (
            Why::Busy,
            r#"{"code":"The service is currently unavailable","error":"The service is at capacity."}"#,
        ),
        (Why::Failed, r#"{"code":"Internal error","error":"Internal error"}"#),
        (
            Why::Form,
            r#"{"code":"Client specified an invalid argument","error":"Argument not supported on this model: {field}"}"#,
        ),
        (Why::Other, r#"{"code":"Client specified an invalid argument","error":"The request was refused."}"#),
    ],
    places: &[Fixed {
        path: "/v1/api-key",
        guarded: true,
        body: r#"{"redacted_api_key":"xai-...0000","name":"Inkhorn","create_time":"2026-01-01T00:00:00Z","acls":["api-key:model:*","api-key:endpoint:*"],"team_blocked":false,"api_key_blocked":false,"api_key_disabled":false}"#,
    }],
    models: &[UsualModel("grok-3-mini", 131_072, "t"), UsualModel("grok-4-0709", 256_000, "vtr")],
    tongue: Tongue::OpenAi(OpenAi {
        fields: r#"{"system_fingerprint":"fp_simulated"}"#,
        counts: Counts::Xai,
        told: Told::Always,
        breaks: Breaks::Text,
        refuses: &[
            Refuses { field: "stop", thinking: true, status: 400 },
            Refuses { field: "reasoning_effort", thinking: true, status: 400 },
        ],
        ..OpenAi::at("/v1", &[("/v1/language-models", ListForm::Xai), ("/v1/models", ListForm::Plain("xai"))])
    }),
};
