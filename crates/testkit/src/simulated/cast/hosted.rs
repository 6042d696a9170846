//! Those who run the models of others.

use crate::simulated::traits::{
    Counts, ListForm, OpenAi, Refuses, Thoughts, Told, Tongue, Traits, UsualModel, Why,
};

pub(in crate::simulated) const TOGETHER: Traits = Traits {
    id: "together",
    base_path: "/v1",
    key: Some(("tgp_v1_", 22)),
    public_list: false,
    wrong_key: 401,
    no_credit: Some(402),
    no_model: Some(404),
    headers: &[("x-ratelimit-limit", "10"), ("x-ratelimit-remaining", "9")],
    numbered: Some(("x-together-traceid", "")),
    words: &[
        (
            Why::WrongKey,
            r#"{"id":"{number}","error":{"message":"Invalid API key provided{echo}. You can find your API key at https://api.together.ai/settings/api-keys.","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}"#,
        ),
        (
            Why::NoCredit,
            r#"{"id":"{number}","error":{"message":"Credit limit exceeded, please navigate to https://api.together.ai/settings/billing to add credit","type":"credit_limit","param":null,"code":null}}"#,
        ),
        (
            Why::NoModel,
            r#"{"id":"{number}","error":{"message":"Unable to access model {model}. Please visit https://api.together.ai/models to view the list of supported models.","type":"invalid_request_error","param":null,"code":"model_not_available"}}"#,
        ),
        (
            Why::NotAllowed,
            r#"{"id":"{number}","error":{"message":"Your account may not use the model {model}.","type":"invalid_request_error","param":null,"code":"model_not_allowed"}}"#,
        ),
        (
            Why::TooMany,
            r#"{"id":"{number}","error":{"message":"You have reached the rate limit specific to this model {model}.","type":"model_rate_limit","param":null,"code":null}}"#,
        ),
        (
            Why::Busy,
            r#"{"id":"{number}","error":{"message":"The server is overloaded or not ready yet.","type":"service_unavailable","param":null,"code":null}}"#,
        ),
    ],
    places: &[],
    models: &[
        UsualModel("meta-llama/Llama-3.3-70B-Instruct-Turbo", 131_072, "t"),
        UsualModel("deepseek-ai/DeepSeek-R1", 163_840, "r"),
        UsualModel("Salesforce/Llama-Rank-V1-embed", 8_192, "e"),
    ],
    tongue: Tongue::OpenAi(OpenAi {
        word_fields: r#"{"token_id":5}"#,
        thoughts: Thoughts::Reasoning,
        counts: Counts::Totals,
        told: Told::InLast,
        ..OpenAi::at("/v1", &[("/v1/models", ListForm::Together)])
    }),
};

pub(in crate::simulated) const FIREWORKS: Traits = Traits {
    id: "fireworks",
    base_path: "/inference/v1",
    key: Some(("fw_", 12)),
    public_list: false,
    wrong_key: 403,
    no_credit: Some(412),
    no_model: Some(404),
    headers: &[("x-ratelimit-limit-requests", "600"), ("x-ratelimit-remaining-requests", "599")],
    numbered: Some(("x-request-id", "")),
    words: &[
        (
            Why::WrongKey,
            r#"{"error":{"object":"error","type":"invalid_request_error","code":"unauthorized","message":"unauthorized{echo}"}}"#,
        ),
        (
            Why::NoCredit,
            r#"{"error":{"object":"error","type":"invalid_request_error","code":"precondition_failed","message":"Account writer is suspended, possibly due to reaching the monthly spending limit or failure to pay past invoices."}}"#,
        ),
        (
            Why::NoModel,
            r#"{"error":{"object":"error","type":"invalid_request_error","code":"NOT_FOUND","message":"Model not found, inaccessible, and/or not deployed"}}"#,
        ),
    ],
    places: &[],
    models: &[
        UsualModel("accounts/fireworks/models/llama-v3p3-70b-instruct", 131_072, "t"),
        UsualModel("accounts/fireworks/models/deepseek-r1", 163_840, "tr"),
    ],
    tongue: Tongue::OpenAi(OpenAi {
        counts: Counts::SomeDetails,
        told: Told::InLast,
        no_writers: &["accounts/fireworks/models/flux-1-dev-fp8", "accounts/fireworks/models/whisper-v3"],
        ..OpenAi::at("/inference/v1", &[("/inference/v1/models", ListForm::Fireworks)])
    }),
};

pub(in crate::simulated) const CEREBRAS: Traits = Traits {
    id: "cerebras",
    base_path: "/v1",
    key: Some(("csk-", 24)),
    public_list: false,
    wrong_key: 401,
    no_credit: Some(402),
    no_model: Some(404),
    headers: &[
        ("x-ratelimit-limit-requests-day", "14400"),
        ("x-ratelimit-limit-tokens-minute", "60000"),
        ("x-ratelimit-remaining-requests-day", "14399"),
        ("x-ratelimit-remaining-tokens-minute", "59000"),
    ],
    numbered: Some(("x-request-id", "")),
    words: &[
        (
            Why::WrongKey,
            r#"{"message":"Wrong API Key{echo}","type":"invalid_request_error","param":"api_key","code":"wrong_api_key"}"#,
        ),
        (
            Why::NoCredit,
            r#"{"message":"Payment required to access this resource.","type":"payment_required_error","param":"quota","code":"payment_required"}"#,
        ),
        (
            Why::NoModel,
            r#"{"message":"Model {model} does not exist or you do not have access to it.","type":"not_found_error","param":"model","code":"model_not_found"}"#,
        ),
        (
            Why::TooMany,
            r#"{"message":"Requests per minute limit exceeded - too many requests sent.","type":"too_many_requests_error","param":"quota","code":"request_quota_exceeded"}"#,
        ),
        (
            Why::Form,
            r#"{"message":"{field}: property is unsupported","type":"invalid_request_error","param":"{field}","code":"wrong_api_format"}"#,
        ),
    ],
    places: &[],
    models: &[UsualModel("gpt-oss-120b", 131_072, "tr"), UsualModel("qwen-3.8-27b", 131_072, "t")],
    tongue: Tongue::OpenAi(OpenAi {
        fields: r#"{"system_fingerprint":"fp_simulated"}"#,
        word_fields: r#"{"time_info":{"created":1754000000}}"#,
        thoughts: Thoughts::Reasoning,
        told: Told::InLast,
        ..OpenAi::at("/v1", &[("/v1/models", ListForm::Plain("Cerebras"))])
    }),
};

pub(in crate::simulated) const PERPLEXITY: Traits = Traits {
    id: "perplexity",
    base_path: "",
    key: Some(("pplx-", 24)),
    public_list: false,
    wrong_key: 401,
    no_credit: Some(401),
    no_model: Some(400),
    headers: &[],
    numbered: None,
    words: &[
        (
            Why::WrongKey,
            "<html>\r\n<head><title>401 Authorization Required</title></head>\r\n<body>\r\n<center><h1>401 Authorization Required</h1></center>\r\n<hr><center>openresty{echo}</center>\r\n</body>\r\n</html>\r\n",
        ),
        (
            Why::NoCredit,
            r#"{"error":{"message":"You exceeded your current quota, please check your plan and billing details.","type":"insufficient_quota","code":401}}"#,
        ),
        (
            Why::NoModel,
            r#"{"error":{"message":"Invalid model '{model}'. Permitted models can be found in the documentation at https://docs.perplexity.ai/guides/model-cards.","type":"invalid_model","code":400}}"#,
        ),
        (Why::NoRoute, r#"{"detail":"Not Found"}"#),
        (
            Why::TooMany,
            r#"{"error":{"message":"Request rate limit exceeded, please try again later.","type":"request_rate_limit_exceeded","code":429}}"#,
        ),
        (Why::Form, r#"{"error":{"message":"{field} is not supported","type":"bad_request","code":400}}"#),
    ],
    places: &[],
    models: &[UsualModel("sonar", 128_000, ""), UsualModel("sonar-reasoning-pro", 128_000, "r")],
    tongue: Tongue::OpenAi(OpenAi {
        word_fields: r#"{"citations":["https://example.com/a"],"object":"chat.completion.chunk"}"#,
        thoughts: Thoughts::Hidden,
        counts: Counts::Perplexity,
        told: Told::InLast,
        refuses: &[
            Refuses { field: "stop", thinking: false, status: 400 },
            Refuses { field: "tools", thinking: false, status: 400 },
        ],
        ..OpenAi::at("", &[])
    }),
};

pub(in crate::simulated) const HUGGING_FACE: Traits = Traits {
    id: "huggingface",
    base_path: "/v1",
    key: Some(("hf_", 17)),
    public_list: true,
    wrong_key: 401,
    no_credit: Some(402),
    no_model: Some(400),
    headers: &[("x-inference-provider", "simulated")],
    numbered: Some(("x-request-id", "Root=1-")),
    words: &[
        (Why::WrongKey, r#"{"error":"Invalid username or password.{echo}"}"#),
        (
            Why::NoCredit,
            r#"{"error":"You have exceeded your monthly included credits for Inference Providers. Subscribe to PRO to get 20x more monthly included credits."}"#,
        ),
        (
            Why::NotAllowed,
            r#"{"error":"This authentication method does not have sufficient permissions to call Inference Providers on behalf of user writer"}"#,
        ),
        (
            Why::NoModel,
            r#"{"error":{"message":"The requested model '{model}' does not exist","type":"invalid_request_error","param":"model","code":"model_not_found"}}"#,
        ),
    ],
    places: &[],
    models: &[
        UsualModel("meta-llama/Llama-3.3-70B-Instruct", 131_072, "t"),
        UsualModel("zai-org/GLM-5.1:together", 200_000, "tr"),
    ],
    tongue: Tongue::OpenAi(OpenAi {
        counts: Counts::SomeDetails,
        ..OpenAi::at("/v1", &[("/v1/models", ListForm::HuggingFace)])
    }),
};

pub(in crate::simulated) const DIGITAL_OCEAN: Traits = Traits {
    id: "digitalocean",
    base_path: "/v1",
    key: Some(("sk-do-", 32)),
    public_list: false,
    wrong_key: 401,
    no_credit: Some(402),
    no_model: Some(404),
    headers: &[("ratelimit-limit", "120"), ("ratelimit-remaining", "119")],
    numbered: Some(("x-request-id", "")),
    words: &[
        (Why::WrongKey, r#"{"id":"Unauthorized","message":"Unable to authenticate you{echo}"}"#),
        (
            Why::NotAllowed,
            r#"{"error":{"message":"not available for your subscription tier","type":"forbidden_error","param":null,"code":null}}"#,
        ),
    ],
    places: &[],
    models: &[
        UsualModel("llama3.3-70b-instruct", 131_072, "t"),
        UsualModel("anthropic-claude-sonnet-4.6", 200_000, "vtr"),
    ],
    tongue: Tongue::OpenAi(OpenAi {
        no_writers: &["openai-gpt-image-1", "fal-ai/fast-sdxl", "fal-ai/elevenlabs/tts/multilingual-v2"],
        ..OpenAi::at("/v1", &[("/v1/models", ListForm::Plain("digitalocean"))])
    }),
};

pub(in crate::simulated) const NVIDIA_NIM: Traits = Traits {
    id: "nvidia_nim",
    base_path: "/v1",
    key: Some(("nvapi-", 32)),
    public_list: true,
    wrong_key: 403,
    no_credit: Some(402),
    no_model: Some(404),
    headers: &[],
    numbered: Some(("nvcf-reqid", "")),
    words: &[
        (Why::WrongKey, r#"{"status":{status},"title":"Forbidden","detail":"Authorization failed{echo}"}"#),
        (
            Why::NoCredit,
            r#"{"status":{status},"title":"Payment Required","detail":"Account 'writer': Cloud credits expired - Please contact NVIDIA representatives"}"#,
        ),
        (
            Why::NotAllowed,
            r#"{"status":{status},"title":"Forbidden","detail":"Account 'writer' may not call the model {model}"}"#,
        ),
        (
            Why::NoModel,
            r#"{"status":{status},"title":"Not Found","detail":"Function '00000000-0000': Not found for account 'writer'"}"#,
        ),
        (Why::NoRoute, "404 page not found\n"),
        (Why::TooMany, r#"{"status":{status},"title":"Too Many Requests"}"#),
        (Why::Failed, r#"{"status":{status},"title":"Internal Server Error","detail":"Inference error"}"#),
        (
            Why::Form,
            r#"{"detail":[{"type":"extra_forbidden","loc":["body","{field}"],"msg":"Extra inputs are not permitted"}]}"#,
        ),
        (Why::Other, r#"{"detail":[{"type":"missing","loc":["body","messages"],"msg":"Field required"}]}"#),
    ],
    places: &[],
    models: &[
        UsualModel("meta/llama-3.3-70b-instruct", 128_000, "t"),
        UsualModel("nvidia/nemotron-3-super-120b-a12b", 262_144, "tr"),
    ],
    tongue: Tongue::OpenAi(OpenAi {
        counts: Counts::Totals,
        refuses: &[Refuses { field: "reasoning_effort", thinking: false, status: 422 }],
        no_writers: &[
            "nvidia/nemotron-4-340b-reward",
            "meta/llama-guard-4-12b",
            "nvidia/nvclip",
            "nvidia/nv-rerankqa-mistral-4b-v3",
        ],
        ..OpenAi::at("/v1", &[("/v1/models", ListForm::Plain("meta"))])
    }),
};

pub(in crate::simulated) const OLLAMA_CLOUD: Traits = Traits {
    id: "ollama_cloud",
    base_path: "",
    key: Some(("", 24)),
    public_list: true,
    wrong_key: 401,
    no_credit: Some(402),
    no_model: Some(404),
    headers: &[],
    numbered: None,
    words: super::local::OLLAMA_WORDS,
    places: &[],
    models: &[UsualModel("gpt-oss:120b", 131_072, "tr"), UsualModel("glm-5.1", 200_000, "t")],
    tongue: Tongue::Ollama(super::local::OLLAMA_OPEN_AI),
};

/// A service of one's own on Anyscale's platform: vLLM behind a token.
pub(in crate::simulated) const ANYSCALE: Traits = Traits {
    id: "anyscale",
    base_path: "/v1",
    key: Some(("esecret_", 16)),
    public_list: false,
    wrong_key: 401,
    no_credit: None,
    no_model: Some(404),
    headers: &[],
    numbered: Some(("x-request-id", "")),
    words: super::local::VLLM_WORDS,
    places: &[],
    models: &[UsualModel("meta-llama/Llama-3.3-70B-Instruct", 131_072, "t")],
    tongue: Tongue::OpenAi(OpenAi {
        counts: Counts::SomeDetails,
        ..OpenAi::at("/v1", &[("/v1/models", ListForm::Vllm)])
    }),
};
