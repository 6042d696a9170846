//! The real error bodies of every provider of the catalogue, and whether each means to wait, to switch, to pay, to fix
//! the key, to fix the address or to change the request.

use super::*;
use crate::catalogue::KeyNeed;
use std::collections::BTreeSet;

/// Entry, status, body, whether a model was asked for, and what it comes to.
type Row = (&'static str, u16, &'static str, Code, Reaction);

const ROWS: &[Row] = &[
    // OpenAI, Anthropic, OpenRouter, Groq: see the other table for the rest.
    (
        "openai",
        401,
        r#"{"error":{"message":"Incorrect API key provided: sk-proj-********************abcd. You can find your API key at https://platform.openai.com/account/api-keys.","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}"#,
        Code::WrongKey,
        Reaction::FixKey,
    ),
    (
        "openai",
        401,
        r#"{"error":{"message":"You have insufficient permissions for this operation. Missing scopes: api.model.read.","type":"invalid_request_error","param":null,"code":"missing_scope"}}"#,
        Code::WrongKey,
        Reaction::FixKey,
    ),
    (
        "openai",
        429,
        r#"{"error":{"message":"You exceeded your current quota, please check your plan and billing details.","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}"#,
        Code::NoCredit,
        Reaction::Pay,
    ),
    (
        "openai",
        429,
        r#"{"error":{"message":"Rate limit reached for gpt-5.4 on tokens per min (TPM): Limit 30000. Please try again in 7.66s.","type":"tokens","param":null,"code":"rate_limit_exceeded"}}"#,
        Code::RateLimited,
        Reaction::Wait,
    ),
    (
        "openai",
        400,
        r#"{"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.","type":"invalid_request_error","param":"max_tokens","code":"unsupported_parameter"}}"#,
        Code::BadRequest,
        Reaction::ChangeRequest,
    ),
    (
        "openai",
        500,
        r#"{"error":{"message":"The server had an error while processing your request. Sorry about that!","type":"server_error","param":null,"code":null}}"#,
        Code::UpstreamFailed,
        Reaction::Switch,
    ),
    ("openai", 404, "<html><body>404</body></html>", Code::NotAnApi, Reaction::FixAddress),
    (
        "anthropic",
        401,
        r#"{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"},"request_id":"req_1"}"#,
        Code::WrongKey,
        Reaction::FixKey,
    ),
    (
        "anthropic",
        400,
        r#"{"type":"error","error":{"type":"invalid_request_error","message":"You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC."}}"#,
        Code::NoCredit,
        Reaction::Pay,
    ),
    (
        "anthropic",
        402,
        r#"{"type":"error","error":{"type":"billing_error","message":"Payment required"}}"#,
        Code::NoCredit,
        Reaction::Pay,
    ),
    (
        "anthropic",
        429,
        r#"{"type":"error","error":{"type":"rate_limit_error","message":"This request would exceed your organization's rate limit of 40,000 input tokens per minute."}}"#,
        Code::RateLimited,
        Reaction::Wait,
    ),
    (
        "anthropic",
        529,
        r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#,
        Code::Overloaded,
        Reaction::Switch,
    ),
    (
        "anthropic",
        400,
        r#"{"type":"error","error":{"type":"invalid_request_error","message":"messages: Prefill not supported for this model"}}"#,
        Code::BadRequest,
        Reaction::ChangeRequest,
    ),
    (
        "openrouter",
        401,
        r#"{"error":{"code":401,"message":"User not found."}}"#,
        Code::WrongKey,
        Reaction::FixKey,
    ),
    (
        "openrouter",
        402,
        r#"{"error":{"code":402,"message":"This request requires more credits, or fewer max_tokens. You requested up to 65536 tokens, but can only afford 1204."}}"#,
        Code::NoCredit,
        Reaction::Pay,
    ),
    (
        "openrouter",
        403,
        r#"{"error":{"code":403,"message":"Your input was flagged","metadata":{"reasons":["sexual"],"flagged_input":"..."}}}"#,
        Code::ContentRefused,
        Reaction::ChangeRequest,
    ),
    (
        "openrouter",
        429,
        r#"{"error":{"message":"Provider returned error","code":429,"metadata":{"raw":"x is temporarily rate-limited upstream"}}}"#,
        Code::RateLimited,
        Reaction::Wait,
    ),
    (
        "openrouter",
        503,
        r#"{"error":{"code":503,"message":"There is no available model provider that meets your routing requirements"}}"#,
        Code::UpstreamFailed,
        Reaction::Switch,
    ),
    (
        "groq",
        401,
        r#"{"error":{"message":"Invalid API Key","type":"invalid_request_error","code":"invalid_api_key"}}"#,
        Code::WrongKey,
        Reaction::FixKey,
    ),
    (
        "groq",
        403,
        r#"{"error":{"message":"The model `x` is blocked at the organization level.","type":"permissions_error","code":"model_permission_blocked_org"}}"#,
        Code::ModelNotAllowed,
        Reaction::FixKey,
    ),
    (
        "groq",
        413,
        r#"{"error":{"message":"Request too large for model `x` on tokens per minute (TPM): Limit 6000, Requested 9000","type":"tokens","code":"rate_limit_exceeded"}}"#,
        Code::BadRequest,
        Reaction::ChangeRequest,
    ),
    (
        "groq",
        498,
        r#"{"error":{"message":"Flex tier capacity exceeded","type":"flex","code":"capacity_exceeded"}}"#,
        Code::Overloaded,
        Reaction::Switch,
    ),
    (
        "groq",
        402,
        r#"{"error":{"message":"Spend limit reached for your organization.","type":"billing","code":"spend_limit_reached"}}"#,
        Code::NoCredit,
        Reaction::Pay,
    ),
    (
        "groq",
        429,
        r#"{"error":{"message":"Rate limit reached for model `x` in organization `org_1` on requests per day (RPD): Limit 1000. Please try again in 1m26.4s.","type":"requests","code":"rate_limit_exceeded"}}"#,
        Code::RateLimited,
        Reaction::Wait,
    ),
    // Mistral
    ("mistral", 401, r#"{"message":"Unauthorized","request_id":"a1"}"#, Code::WrongKey, Reaction::FixKey),
    ("mistral", 401, r#"{"detail":"No Bearer token found in request"}"#, Code::WrongKey, Reaction::FixKey),
    ("mistral", 402, r#"{"message":"Payment required","request_id":"a1"}"#, Code::NoCredit, Reaction::Pay),
    (
        "mistral",
        429,
        r#"{"object":"error","message":"Requests rate limit exceeded","type":"rate_limited","param":null,"code":"1300"}"#,
        Code::RateLimited,
        Reaction::Wait,
    ),
    (
        "mistral",
        400,
        r#"{"object":"error","message":"Invalid model: nope","type":"invalid_model","param":null,"code":"1500"}"#,
        Code::ModelNotFound,
        Reaction::ChangeRequest,
    ),
    (
        "mistral",
        422,
        r#"{"detail":[{"type":"extra_forbidden","loc":["body","seed"],"msg":"Extra inputs are not permitted"}]}"#,
        Code::BadRequest,
        Reaction::ChangeRequest,
    ),
    (
        "mistral",
        503,
        r#"{"object":"error","message":"Service unavailable.","type":"unreachable_backend","code":"1100"}"#,
        Code::UpstreamFailed,
        Reaction::Switch,
    ),
    // DeepSeek
    (
        "deepseek",
        401,
        r#"{"error":{"message":"Authentication Fails, Your api key: ****abcd is invalid","type":"authentication_error","param":null,"code":"invalid_request_error"}}"#,
        Code::WrongKey,
        Reaction::FixKey,
    ),
    (
        "deepseek",
        401,
        r#"{"error":{"message":"Authentication Fails (no such user)","type":"authentication_error","param":null,"code":"invalid_request_error"}}"#,
        Code::WrongKey,
        Reaction::FixKey,
    ),
    (
        "deepseek",
        402,
        r#"{"error":{"message":"Insufficient Balance","type":"unknown_error","param":null,"code":"invalid_request_error"}}"#,
        Code::NoCredit,
        Reaction::Pay,
    ),
    (
        "deepseek",
        400,
        r#"{"error":{"message":"Model Not Exist","type":"invalid_request_error","param":null,"code":"invalid_request_error"}}"#,
        Code::ModelNotFound,
        Reaction::ChangeRequest,
    ),
    (
        "deepseek",
        400,
        r#"{"error":{"message":"The `reasoning_content` in the thinking mode must be passed back to the API.","type":"invalid_request_error","param":null,"code":"invalid_request_error"}}"#,
        Code::BadRequest,
        Reaction::ChangeRequest,
    ),
    (
        "deepseek",
        422,
        r#"{"error":{"message":"Failed to deserialize the JSON body","type":"invalid_request_error","param":null,"code":"invalid_request_error"}}"#,
        Code::BadRequest,
        Reaction::ChangeRequest,
    ),
    (
        "deepseek",
        429,
        r#"{"error":{"message":"Rate limit reached","type":"rate_limit_error","param":null,"code":null}}"#,
        Code::RateLimited,
        Reaction::Wait,
    ),
    (
        "deepseek",
        503,
        r#"{"error":{"message":"Service is too busy. We advise users to temporarily switch to alternative LLM API service providers.","type":"service_unavailable_error","param":null,"code":"invalid_request_error"}}"#,
        Code::Overloaded,
        Reaction::Switch,
    ),
    // xAI: a wrong key is a 400, and the error is plain text.
    (
        "xai",
        400,
        r#"{"code":"Client specified an invalid argument","error":"Incorrect API key provided: xa***zz. You can obtain an API key from https://console.x.ai."}"#,
        Code::WrongKey,
        Reaction::FixKey,
    ),
    (
        "xai",
        429,
        r#"{"code":"Some resource has been exhausted","error":"Your team 1234 has either used all available credits or reached its monthly spending limit. To continue making API requests, please purchase more credits or raise your spending limit."}"#,
        Code::NoCredit,
        Reaction::Pay,
    ),
    (
        "xai",
        403,
        r#"{"code":"The caller does not have permission to execute the specified operation","error":"Your newly created team doesn't have any credits or licenses yet. You can purchase those on https://console.x.ai/team/x."}"#,
        Code::NoCredit,
        Reaction::Pay,
    ),
    (
        "xai",
        403,
        r#"{"code":"The caller does not have permission to execute the specified operation","error":"The API key does not have access to the model grok-4."}"#,
        Code::ModelNotAllowed,
        Reaction::FixKey,
    ),
    (
        "xai",
        404,
        r#"{"code":"Some requested entity was not found","error":"The model nope does not exist or your team does not have access to it."}"#,
        Code::ModelNotFound,
        Reaction::ChangeRequest,
    ),
    (
        "xai",
        400,
        r#"{"code":"Client specified an invalid argument","error":"Generated image rejected by content moderation."}"#,
        Code::ContentRefused,
        Reaction::ChangeRequest,
    ),
    (
        "xai",
        400,
        r#"{"code":"Client specified an invalid argument","error":"Argument not supported on this model: stop"}"#,
        Code::BadRequest,
        Reaction::ChangeRequest,
    ),
    (
        "xai",
        429,
        r#"{"code":"Some resource has been exhausted","error":"Too many requests for team 1234 and model grok-4."}"#,
        Code::RateLimited,
        Reaction::Wait,
    ),
    (
        "xai",
        503,
        r#"{"code":"The service is currently unavailable","error":"The service is at capacity."}"#,
        Code::Overloaded,
        Reaction::Switch,
    ),
    // Together
    (
        "together",
        401,
        r#"{"id":"x","error":{"message":"Invalid API key provided. You can find your API key at https://api.together.ai/settings/api-keys.","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}"#,
        Code::WrongKey,
        Reaction::FixKey,
    ),
    (
        "together",
        402,
        r#"{"id":"x","error":{"message":"Credit limit exceeded, please navigate to https://api.together.ai/settings/billing to add credit","type":"credit_limit","param":null,"code":null}}"#,
        Code::NoCredit,
        Reaction::Pay,
    ),
    (
        "together",
        404,
        r#"{"id":"x","error":{"message":"Unable to access model nope. Please visit https://api.together.ai/models to view the list of supported models.","type":"invalid_request_error","param":null,"code":"model_not_available"}}"#,
        Code::ModelNotFound,
        Reaction::ChangeRequest,
    ),
    (
        "together",
        429,
        r#"{"id":"x","error":{"message":"You have reached the rate limit specific to this model.","type":"model_rate_limit","param":null,"code":null}}"#,
        Code::RateLimited,
        Reaction::Wait,
    ),
    (
        "together",
        503,
        r#"{"id":"x","error":{"message":"The server is overloaded or not ready yet.","type":"service_unavailable","param":null,"code":null}}"#,
        Code::Overloaded,
        Reaction::Switch,
    ),
    // Fireworks
    (
        "fireworks",
        401,
        r#"{"error":{"object":"error","type":"invalid_request_error","code":"unauthorized","message":"The API key you provided is invalid."}}"#,
        Code::WrongKey,
        Reaction::FixKey,
    ),
    ("fireworks", 403, r#"{"error":"unauthorized"}"#, Code::WrongKey, Reaction::FixKey),
    (
        "fireworks",
        412,
        r#"{"error":{"object":"error","type":"invalid_request_error","message":"Account writer is suspended, possibly due to reaching the monthly spending limit or failure to pay past invoices."}}"#,
        Code::NoCredit,
        Reaction::Pay,
    ),
    (
        "fireworks",
        404,
        r#"{"error":{"object":"error","type":"invalid_request_error","code":"NOT_FOUND","message":"Model not found, inaccessible, and/or not deployed"}}"#,
        Code::ModelNotFound,
        Reaction::ChangeRequest,
    ),
    (
        "fireworks",
        429,
        r#"{"error":{"object":"error","type":"invalid_request_error","message":"Rate limit exceeded"}}"#,
        Code::RateLimited,
        Reaction::Wait,
    ),
    (
        "fireworks",
        503,
        r#"{"error":{"object":"error","type":"internal_server_error","message":"service overloaded, please try again later"}}"#,
        Code::Overloaded,
        Reaction::Switch,
    ),
    // Cerebras: without a frame around the error.
    (
        "cerebras",
        401,
        r#"{"message":"Wrong API Key","type":"invalid_request_error","param":"api_key","code":"wrong_api_key"}"#,
        Code::WrongKey,
        Reaction::FixKey,
    ),
    (
        "cerebras",
        402,
        r#"{"message":"Payment required to access this resource.","type":"payment_required_error","param":"quota","code":"payment_required"}"#,
        Code::NoCredit,
        Reaction::Pay,
    ),
    (
        "cerebras",
        404,
        r#"{"message":"Model nope does not exist or you do not have access to it.","type":"not_found_error","param":"model","code":"model_not_found"}"#,
        Code::ModelNotFound,
        Reaction::ChangeRequest,
    ),
    (
        "cerebras",
        429,
        r#"{"message":"Tokens per minute limit exceeded - too many tokens processed.","type":"too_many_tokens_error","param":"quota","code":"token_quota_exceeded"}"#,
        Code::RateLimited,
        Reaction::Wait,
    ),
    (
        "cerebras",
        400,
        r#"{"message":"Please reduce the length of the messages or completion. Current length is 9000 while limit is 8192; context length exceeded","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}"#,
        Code::BadRequest,
        Reaction::ChangeRequest,
    ),
    // Perplexity: a web page for a wrong key, and a 401 for an empty account.
    (
        "perplexity",
        401,
        "<html>\r\n<head><title>401 Authorization Required</title></head>\r\n<body>\r\n<center><h1>401 Authorization Required</h1></center>\r\n<hr><center>openresty/1.25.3.1</center>\r\n</body>\r\n</html>\r\n",
        Code::WrongKey,
        Reaction::FixKey,
    ),
    (
        "perplexity",
        401,
        r#"{"error":{"message":"You exceeded your current quota, please check your plan and billing details.","type":"insufficient_quota","code":401}}"#,
        Code::NoCredit,
        Reaction::Pay,
    ),
    (
        "perplexity",
        400,
        r#"{"error":{"message":"Invalid model 'nope'. Permitted models can be found in the documentation at https://docs.perplexity.ai/guides/model-cards.","type":"invalid_model","code":400}}"#,
        Code::ModelNotFound,
        Reaction::ChangeRequest,
    ),
    (
        "perplexity",
        429,
        r#"{"error":{"message":"Request rate limit exceeded, please try again later.","type":"request_rate_limit_exceeded","code":429}}"#,
        Code::RateLimited,
        Reaction::Wait,
    ),
    // Hugging Face
    ("huggingface", 401, r#"{"error":"Invalid username or password."}"#, Code::WrongKey, Reaction::FixKey),
    (
        "huggingface",
        402,
        r#"{"error":"You have exceeded your monthly included credits for Inference Providers. Subscribe to PRO to get 20x more monthly included credits."}"#,
        Code::NoCredit,
        Reaction::Pay,
    ),
    (
        "huggingface",
        403,
        r#"{"error":"This authentication method does not have sufficient permissions to call Inference Providers on behalf of user x"}"#,
        Code::ModelNotAllowed,
        Reaction::FixKey,
    ),
    (
        "huggingface",
        400,
        r#"{"error":{"message":"The requested model 'nope' does not exist","type":"invalid_request_error","param":"model","code":"model_not_found"}}"#,
        Code::ModelNotFound,
        Reaction::ChangeRequest,
    ),
    ("huggingface", 429, r#"{"error":"Rate limit exceeded"}"#, Code::RateLimited, Reaction::Wait),
    // DigitalOcean
    (
        "digitalocean",
        401,
        r#"{"id":"Unauthorized","message":"Unable to authenticate you"}"#,
        Code::WrongKey,
        Reaction::FixKey,
    ),
    (
        "digitalocean",
        403,
        r#"{"error":{"message":"not available for your subscription tier","type":"forbidden_error","param":null,"code":null}}"#,
        Code::ModelNotAllowed,
        Reaction::FixKey,
    ),
    (
        "digitalocean",
        402,
        r#"{"id":"payment_required","message":"Your account has an unpaid balance."}"#,
        Code::NoCredit,
        Reaction::Pay,
    ),
    (
        "digitalocean",
        429,
        r#"{"id":"too_many_requests","message":"API Rate limit exceeded."}"#,
        Code::RateLimited,
        Reaction::Wait,
    ),
    // NVIDIA: errors of the form of RFC 7807.
    (
        "nvidia_nim",
        401,
        r#"{"status":401,"title":"Unauthorized","detail":"Authentication failed"}"#,
        Code::WrongKey,
        Reaction::FixKey,
    ),
    (
        "nvidia_nim",
        403,
        r#"{"status":403,"title":"Forbidden","detail":"Authorization failed"}"#,
        Code::WrongKey,
        Reaction::FixKey,
    ),
    (
        "nvidia_nim",
        402,
        r#"{"status":402,"title":"Payment Required","detail":"Account 'x': Cloud credits expired - Please contact NVIDIA representatives"}"#,
        Code::NoCredit,
        Reaction::Pay,
    ),
    (
        "nvidia_nim",
        404,
        r#"{"status":404,"title":"Not Found","detail":"Function '0000': Not found for account 'x'"}"#,
        Code::ModelNotFound,
        Reaction::ChangeRequest,
    ),
    ("nvidia_nim", 404, "404 page not found\n", Code::NotAnApi, Reaction::FixAddress),
    ("nvidia_nim", 429, r#"{"status":429,"title":"Too Many Requests"}"#, Code::RateLimited, Reaction::Wait),
    // Ollama, there and here
    ("ollama_cloud", 401, r#"{"error":"unauthorized"}"#, Code::WrongKey, Reaction::FixKey),
    (
        "ollama_cloud",
        402,
        r#"{"error":"this model requires a subscription, upgrade for access"}"#,
        Code::NoCredit,
        Reaction::Pay,
    ),
    (
        "ollama_cloud",
        429,
        r#"{"error":"you've reached your hourly usage limit, please upgrade to continue"}"#,
        Code::RateLimited,
        Reaction::Wait,
    ),
    (
        "ollama",
        404,
        r#"{"error":"model \"nope\" not found, try pulling it first"}"#,
        Code::ModelNotFound,
        Reaction::ChangeRequest,
    ),
    (
        "ollama",
        503,
        r#"{"error":"server busy, please try again.  maximum pending requests exceeded"}"#,
        Code::Overloaded,
        Reaction::Switch,
    ),
    (
        "ollama",
        500,
        r#"{"error":"model requires more system memory (8.4 GiB) than is available (5.1 GiB)"}"#,
        Code::UpstreamFailed,
        Reaction::Switch,
    ),
    ("ollama", 403, "", Code::NotAnApi, Reaction::FixAddress),
    // Servers on this machine
    (
        "lm_studio",
        401,
        r#"{"error":{"message":"An API token is required","type":"invalid_request_error","code":"invalid_api_key"}}"#,
        Code::WrongKey,
        Reaction::FixKey,
    ),
    (
        "lm_studio",
        404,
        r#"{"error":{"message":"Model \"nope\" not found","type":"invalid_request_error","param":"model","code":"model_not_found"}}"#,
        Code::ModelNotFound,
        Reaction::ChangeRequest,
    ),
    (
        "lm_studio",
        400,
        r#"{"error":"Trying to keep the first 9000 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens"}"#,
        Code::BadRequest,
        Reaction::ChangeRequest,
    ),
    (
        "localai",
        401,
        r#"{"error":{"code":401,"message":"An authentication key is required","type":"invalid_request_error"}}"#,
        Code::WrongKey,
        Reaction::FixKey,
    ),
    (
        "localai",
        404,
        r#"{"error":{"code":404,"message":"model \"nope\" not found","type":""}}"#,
        Code::ModelNotFound,
        Reaction::ChangeRequest,
    ),
    (
        "localai",
        500,
        r#"{"error":{"code":500,"message":"rpc error: code = Unavailable desc = error reading from server: EOF","type":""}}"#,
        Code::UpstreamFailed,
        Reaction::Switch,
    ),
    (
        "lightllm",
        417,
        r#"{"message":"the input prompt token len 9000 is too long"}"#,
        Code::UpstreamFailed,
        Reaction::Switch,
    ),
    ("lightllm", 404, r#"{"detail":"Not Found"}"#, Code::NotAnApi, Reaction::FixAddress),
    (
        "llama_cpp",
        401,
        r#"{"error":{"code":401,"message":"Invalid API Key","type":"authentication_error"}}"#,
        Code::WrongKey,
        Reaction::FixKey,
    ),
    (
        "llama_cpp",
        503,
        r#"{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}"#,
        Code::Overloaded,
        Reaction::Switch,
    ),
    (
        "llama_cpp",
        400,
        r#"{"error":{"code":400,"message":"the request exceeds the available context size, try increasing it","type":"exceed_context_size_error","n_prompt_tokens":9000,"n_ctx":4096}}"#,
        Code::BadRequest,
        Reaction::ChangeRequest,
    ),
    (
        "llama_cpp",
        404,
        r#"{"error":{"code":404,"message":"File Not Found","type":"not_found_error"}}"#,
        Code::NotAnApi,
        Reaction::FixAddress,
    ),
    ("vllm", 401, r#"{"error":"Unauthorized"}"#, Code::WrongKey, Reaction::FixKey),
    (
        "vllm",
        404,
        r#"{"error":{"message":"The model `nope` does not exist.","type":"NotFoundError","param":null,"code":404}}"#,
        Code::ModelNotFound,
        Reaction::ChangeRequest,
    ),
    (
        "vllm",
        400,
        r#"{"object":"error","message":"This model's maximum context length is 8192 tokens.","type":"BadRequestError","param":null,"code":400}"#,
        Code::BadRequest,
        Reaction::ChangeRequest,
    ),
    (
        "koboldcpp",
        401,
        r#"{"detail":{"error":"Unauthorized","msg":"Authentication key is missing or invalid.","type":"unauthorized"}}"#,
        Code::WrongKey,
        Reaction::FixKey,
    ),
    (
        "koboldcpp",
        503,
        r#"{"detail":{"msg":"Server is busy; please try again later.","type":"service_unavailable"}}"#,
        Code::Overloaded,
        Reaction::Switch,
    ),
    ("jan", 401, "Invalid or missing authorization token", Code::WrongKey, Reaction::FixKey),
    (
        "jan",
        404,
        r#"{"error":{"code":404,"message":"model not found: nope","type":"not_found_error"}}"#,
        Code::ModelNotFound,
        Reaction::ChangeRequest,
    ),
    ("anyscale", 401, r#"{"error":"Unauthorized"}"#, Code::WrongKey, Reaction::FixKey),
    (
        "anyscale",
        503,
        "upstream connect error or disconnect/reset before headers",
        Code::UpstreamFailed,
        Reaction::Switch,
    ),
    ("openai_compatible", 401, r#"{"detail":"Not authenticated"}"#, Code::WrongKey, Reaction::FixKey),
    ("openai_compatible", 404, r#"{"detail":"Not Found"}"#, Code::NotAnApi, Reaction::FixAddress),
    (
        "openai_compatible",
        502,
        "<html><body>502 Bad Gateway</body></html>",
        Code::UpstreamFailed,
        Reaction::Switch,
    ),
];

#[test]
fn each_real_body_says_what_helps() {
    let catalogue = Catalogue::embedded();
    let mut wrong = Vec::new();
    for (entry, status, body, code, reaction) in ROWS {
        let entry = catalogue.find(entry).expect("an entry");
        let refusal = Refusal { status: *status, body: (*body).into(), ..Refusal::default() };
        let fault = classify(
            entry,
            "api.example.com",
            Some("nope"),
            &refusal,
            &Scrubber::new([]),
            SystemTime::UNIX_EPOCH,
        );
        if (fault.code(), fault.code().reaction()) != (*code, *reaction) {
            wrong.push(format!("{} {status} is {:?}, not {code:?}: {body}", entry.id, fault.code()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_table_knows_every_provider_and_what_its_accounts_can_suffer() {
    // Those have tables of their own, with their dialects.
    let elsewhere = ["google_gemini", "cohere", "azure_openai", "aws_bedrock"];
    for entry in
        Catalogue::embedded().entries().iter().filter(|entry| !elsewhere.contains(&entry.id.as_str()))
    {
        let rows: Vec<&Row> = ROWS.iter().filter(|row| row.0 == entry.id).collect();
        let reactions: BTreeSet<String> = rows.iter().map(|row| format!("{:?}", row.4)).collect();
        assert!(!rows.is_empty(), "{} has no row", entry.id);
        if entry.key == KeyNeed::Required && entry.id != "anyscale" {
            for needed in ["FixKey", "Pay", "Wait"] {
                assert!(reactions.contains(needed), "{}: no body that means {needed}", entry.id);
            }
        }
    }
}
