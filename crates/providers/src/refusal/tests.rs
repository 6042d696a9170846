//! Refusals as providers send them, and what each must be called.

use super::*;
use inkhorn_secret::Secret;

const KEY: &str = "sk-proj-CANARY0123456789abcdef/+";

struct Case {
    entry: &'static str,
    status: u16,
    body: &'static str,
    code: Code,
}

fn name(entry: &str, refusal: &Refusal, model: Option<&str>) -> Fault {
    let catalogue = Catalogue::embedded();
    let entry = catalogue.find(entry).expect("entry");
    let scrubber = Scrubber::new([&Secret::new(KEY.to_owned())]);
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
    classify(entry, "api.example.com", model, refusal, &scrubber, now)
}

fn refusal(status: u16, body: &str) -> Refusal {
    Refusal { status, body: body.to_owned().into(), ..Refusal::default() }
}

/// Bodies as providers send them.
const CASES: &[Case] = &[
    // OpenAI
    Case {
        entry: "openai",
        status: 401,
        code: Code::WrongKey,
        body: r#"{"error":{"message":"Incorrect API key provided: sk-***. You can find your API key at https://platform.openai.com/account/api-keys.","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}"#,
    },
    Case {
        entry: "openai",
        status: 429,
        code: Code::NoCredit,
        body: r#"{"error":{"message":"You exceeded your current quota, please check your plan and billing details.","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}"#,
    },
    Case {
        entry: "openai",
        status: 429,
        code: Code::RateLimited,
        body: r#"{"error":{"message":"Rate limit reached for gpt-5 on requests per min (RPM): Limit 3, Used 3, Requested 1.","type":"requests","param":null,"code":"rate_limit_exceeded"}}"#,
    },
    Case {
        entry: "openai",
        status: 403,
        code: Code::ModelNotAllowed,
        body: r#"{"error":{"message":"Project `proj_x` does not have access to model `gpt-5`","type":"invalid_request_error","param":null,"code":"model_not_found"}}"#,
    },
    Case {
        entry: "openai",
        status: 404,
        code: Code::ModelNotFound,
        body: r#"{"error":{"message":"The model `x` does not exist or you do not have access to it.","type":"invalid_request_error","param":null,"code":"model_not_found"}}"#,
    },
    Case {
        entry: "openai",
        status: 404,
        code: Code::NotAnApi,
        body: r#"{"error":{"message":"Invalid URL (POST /v2/chat/completions)","type":"invalid_request_error","param":null,"code":null}}"#,
    },
    Case {
        entry: "openai",
        status: 400,
        code: Code::BadRequest,
        body: r#"{"error":{"message":"This model's maximum context length is 8192 tokens.","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}"#,
    },
    Case {
        entry: "openai",
        status: 400,
        code: Code::BadRequest,
        body: r#"{"error":{"message":"Unsupported value: 'temperature'","type":"invalid_request_error","param":"temperature","code":"unsupported_value"}}"#,
    },
    Case {
        entry: "openai",
        status: 400,
        code: Code::ContentRefused,
        body: r#"{"error":{"message":"Your request was rejected","type":"image_generation_user_error","param":null,"code":"content_policy_violation"}}"#,
    },
    Case {
        entry: "openai",
        status: 500,
        code: Code::UpstreamFailed,
        body: r#"{"error":{"message":"The server had an error while processing your request.","type":"server_error","param":null,"code":null}}"#,
    },
    Case {
        entry: "openai",
        status: 503,
        code: Code::Overloaded,
        body: r#"{"error":{"message":"The engine is currently overloaded, please try again later","type":"server_error"}}"#,
    },
    // Anthropic
    Case {
        entry: "anthropic",
        status: 401,
        code: Code::WrongKey,
        body: r#"{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"},"request_id":"req_1"}"#,
    },
    Case {
        entry: "anthropic",
        status: 402,
        code: Code::NoCredit,
        body: r#"{"type":"error","error":{"type":"billing_error","message":"Payment required"},"request_id":"req_1"}"#,
    },
    Case {
        entry: "anthropic",
        status: 400,
        code: Code::NoCredit,
        body: r#"{"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the Anthropic API."}}"#,
    },
    Case {
        entry: "anthropic",
        status: 403,
        code: Code::ModelNotAllowed,
        body: r#"{"type":"error","error":{"type":"permission_error","message":"Your API key does not have permission to use the specified resource."}}"#,
    },
    Case {
        entry: "anthropic",
        status: 404,
        code: Code::ModelNotFound,
        body: r#"{"type":"error","error":{"type":"not_found_error","message":"model: claude-nope"}}"#,
    },
    Case {
        entry: "anthropic",
        status: 400,
        code: Code::BadRequest,
        body: r#"{"type":"error","error":{"type":"invalid_request_error","message":"temperature: Extra inputs are not permitted"}}"#,
    },
    Case {
        entry: "anthropic",
        status: 400,
        code: Code::BadRequest,
        body: r#"{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 210000 tokens > 200000 maximum"}}"#,
    },
    Case {
        entry: "anthropic",
        status: 413,
        code: Code::BadRequest,
        body: r#"{"type":"error","error":{"type":"request_too_large","message":"Request exceeds the maximum size"}}"#,
    },
    Case {
        entry: "anthropic",
        status: 429,
        code: Code::RateLimited,
        body: r#"{"type":"error","error":{"type":"rate_limit_error","message":"Number of request tokens has exceeded your per-minute rate limit"}}"#,
    },
    Case {
        entry: "anthropic",
        status: 500,
        code: Code::UpstreamFailed,
        body: r#"{"type":"error","error":{"type":"api_error","message":"Internal server error"}}"#,
    },
    Case {
        entry: "anthropic",
        status: 504,
        code: Code::UpstreamFailed,
        body: r#"{"type":"error","error":{"type":"timeout_error","message":"Request timed out"}}"#,
    },
    Case {
        entry: "anthropic",
        status: 529,
        code: Code::Overloaded,
        body: r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#,
    },
    // OpenRouter
    Case {
        entry: "openrouter",
        status: 401,
        code: Code::WrongKey,
        body: r#"{"error":{"code":401,"message":"No auth credentials found"}}"#,
    },
    Case {
        entry: "openrouter",
        status: 402,
        code: Code::NoCredit,
        body: r#"{"error":{"code":402,"message":"Insufficient credits. Add more using https://openrouter.ai/settings/credits"}}"#,
    },
    Case {
        entry: "openrouter",
        status: 403,
        code: Code::ContentRefused,
        body: r#"{"error":{"code":403,"message":"openai/gpt requires moderation. Your input was flagged for \"violence\"","metadata":{"reasons":["violence"]}}}"#,
    },
    Case {
        entry: "openrouter",
        status: 404,
        code: Code::ModelNotFound,
        body: r#"{"error":{"code":404,"message":"No endpoints found for x/y."}}"#,
    },
    Case {
        entry: "openrouter",
        status: 400,
        code: Code::ModelNotFound,
        body: r#"{"error":{"code":400,"message":"x/y is not a valid model ID"}}"#,
    },
    Case {
        entry: "openrouter",
        status: 408,
        code: Code::TimedOut,
        body: r#"{"error":{"code":408,"message":"Request timed out"}}"#,
    },
    Case {
        entry: "openrouter",
        status: 429,
        code: Code::RateLimited,
        body: r#"{"error":{"code":429,"message":"Rate limit exceeded: free-models-per-day"}}"#,
    },
    Case {
        entry: "openrouter",
        status: 502,
        code: Code::UpstreamFailed,
        body: r#"{"error":{"code":502,"message":"Provider returned error"}}"#,
    },
    Case {
        entry: "openrouter",
        status: 503,
        code: Code::UpstreamFailed,
        body: r#"{"error":{"code":503,"message":"No instances available"}}"#,
    },
    // Groq
    Case {
        entry: "groq",
        status: 401,
        code: Code::WrongKey,
        body: r#"{"error":{"message":"Invalid API Key","type":"invalid_request_error","code":"invalid_api_key"}}"#,
    },
    Case {
        entry: "groq",
        status: 400,
        code: Code::ModelNotFound,
        body: r#"{"error":{"message":"The model `mixtral` has been decommissioned","type":"invalid_request_error","code":"model_decommissioned"}}"#,
    },
    Case {
        entry: "groq",
        status: 429,
        code: Code::RateLimited,
        body: r#"{"error":{"message":"Rate limit reached for model `x` on tokens per minute (TPM): Limit 6000","type":"tokens","code":"rate_limit_exceeded"}}"#,
    },
    Case {
        entry: "groq",
        status: 498,
        code: Code::Overloaded,
        body: r#"{"error":{"message":"Flex tier capacity exceeded","type":"flex","code":"capacity_exceeded"}}"#,
    },
    // Ollama
    Case {
        entry: "ollama",
        status: 404,
        code: Code::ModelNotFound,
        body: r#"{"error":"model 'nope' not found"}"#,
    },
    Case { entry: "ollama", status: 404, code: Code::NotAnApi, body: "404 page not found" },
    Case { entry: "ollama", status: 403, code: Code::NotAnApi, body: "" },
    Case {
        entry: "ollama",
        status: 400,
        code: Code::BadRequest,
        body: r#"{"error":"\"nope\" does not support thinking"}"#,
    },
    Case {
        entry: "ollama",
        status: 503,
        code: Code::Overloaded,
        body: r#"{"error":"server busy, please try again.  maximum pending requests exceeded"}"#,
    },
    Case {
        entry: "ollama",
        status: 500,
        code: Code::UpstreamFailed,
        body: r#"{"error":"llama runner process has terminated"}"#,
    },
    // Others behind a compatible address
    Case {
        entry: "openai_compatible",
        status: 400,
        code: Code::WrongKey,
        body: r#"{"code":"Client specified an invalid argument","error":"Incorrect API key provided: xa***zz. You can obtain an API key from https://console.x.ai."}"#,
    },
    Case {
        entry: "openai_compatible",
        status: 401,
        code: Code::WrongKey,
        body: r#"{"error":{"code":401,"message":"Invalid API Key","type":"authentication_error"}}"#,
    },
    Case {
        entry: "openai_compatible",
        status: 400,
        code: Code::BadRequest,
        body: r#"{"error":{"code":400,"message":"the request exceeds the available context size","type":"exceed_context_size_error"}}"#,
    },
    Case {
        entry: "openai_compatible",
        status: 404,
        code: Code::NotAnApi,
        body: r#"{"error":{"code":404,"message":"File Not Found","type":"not_found_error"}}"#,
    },
    Case { entry: "openai_compatible", status: 404, code: Code::NotAnApi, body: r#"{"detail":"Not Found"}"# },
    Case {
        entry: "openai_compatible",
        status: 405,
        code: Code::NotAnApi,
        body: r#"{"detail":"Method Not Allowed"}"#,
    },
    Case {
        entry: "openai_compatible",
        status: 417,
        code: Code::UpstreamFailed,
        body: r#"{"message":"unexpected"}"#,
    },
    Case {
        entry: "openai_compatible",
        status: 422,
        code: Code::BadRequest,
        body: r#"{"detail":[{"loc":["body","messages"],"msg":"field required"}]}"#,
    },
    Case {
        entry: "openai_compatible",
        status: 400,
        code: Code::ContentRefused,
        body: r#"{"error":{"message":"The response was filtered due to the prompt triggering Azure OpenAI's content management policy.","code":"content_filter"}}"#,
    },
    Case {
        entry: "openai_compatible",
        status: 503,
        code: Code::Overloaded,
        body: r#"{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}"#,
    },
    Case { entry: "openai_compatible", status: 503, code: Code::Overloaded, body: "" },
    Case {
        entry: "openai_compatible",
        status: 402,
        code: Code::NoCredit,
        body: r#"{"error":{"message":"Insufficient Balance","type":"unknown_error"}}"#,
    },
    // Pages
    Case {
        entry: "openai_compatible",
        status: 200,
        code: Code::NotAnApi,
        body: "<!doctype html><title>Router login</title>",
    },
    Case { entry: "openai", status: 404, code: Code::NotAnApi, body: "\n<html>model not found</html>" },
    Case { entry: "openai", status: 403, code: Code::NotAnApi, body: "<html>Just a moment...</html>" },
    Case { entry: "openai", status: 502, code: Code::UpstreamFailed, body: "<html>Bad gateway</html>" },
    Case { entry: "openai", status: 503, code: Code::Overloaded, body: "<html>Service unavailable</html>" },
    Case { entry: "openai", status: 429, code: Code::RateLimited, body: "<html>Too many requests</html>" },
    // Nothing at all
    Case { entry: "openai", status: 401, code: Code::WrongKey, body: "" },
    Case { entry: "openai", status: 409, code: Code::BadRequest, body: "" },
    Case { entry: "openai", status: 418, code: Code::BadRequest, body: "" },
    Case { entry: "openai", status: 599, code: Code::UpstreamFailed, body: "\u{0}\u{1}" },
];

#[test]
fn real_refusals_have_their_names() {
    for case in CASES {
        let fault = name(case.entry, &refusal(case.status, case.body), Some("x/y"));
        assert_eq!(fault.code(), case.code, "{} {}: {}", case.entry, case.status, case.body);
        assert_eq!(fault.status(), Some(case.status));
        assert!(!fault.message().contains('{') && !fault.hint().contains('{'), "{fault:?}");
        assert!(!fault.detail().unwrap_or_default().contains('<'), "no page in the details");
    }
}

#[test]
fn a_text_that_is_too_long_is_told_as_such() {
    for case in CASES.iter().filter(|case| case.code == Code::BadRequest) {
        let fault = name(case.entry, &refusal(case.status, case.body), Some("m"));
        let long = ["context", "too long", "maximum size", "number of tokens"]
            .iter()
            .any(|words| case.body.contains(words));
        assert_eq!(fault.facts().contains_key("too_long"), long, "{}", case.body);
    }
}

#[test]
fn a_call_that_named_no_model_cannot_miss_one() {
    let fault = name("openai", &refusal(404, r#"{"error":{"message":"No model list here"}}"#), None);
    assert_eq!(fault.code(), Code::NotAnApi);
}

#[test]
fn waits_are_believed_within_reason() {
    let seconds = |seconds: f64| Some(Duration::from_secs_f64(seconds));
    for (milliseconds, after, wait) in [
        (None, Some("2"), seconds(2.0)),
        (None, Some(" 0.5 "), seconds(0.5)),
        (Some("1500"), Some("9"), seconds(1.5)),
        (Some("soon"), Some("9"), seconds(9.0)),
        (None, Some("1000000000"), seconds(60.0)),
        (None, Some("1e300"), seconds(60.0)),
        (None, Some("Sun, 06 Nov 1994 08:49:47 GMT"), seconds(10.0)),
        (None, Some("Sun, 06 Nov 1994 08:00:00 GMT"), seconds(0.0)),
        (None, Some("Fri, 31 Dec 2100 00:00:00 GMT"), seconds(60.0)),
        (None, Some("-1"), None),
        (None, Some("NaN"), None),
        (None, Some("inf"), None),
        (None, Some("tomorrow"), None),
        (None, Some(""), None),
        (None, None, None),
    ] {
        let told = Refusal {
            retry_after: after.map(str::to_owned),
            retry_after_ms: milliseconds.map(str::to_owned),
            ..refusal(429, "{}")
        };
        assert_eq!(name("openai", &told, None).retry_after(), wait, "{milliseconds:?} {after:?}");
    }
    let google = r#"{"error":{"code":429,"message":"Quota exceeded.","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.QuotaFailure"},{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"34s"}]}}"#;
    let fault = name("google_gemini", &refusal(429, google), None);
    assert_eq!(fault.retry_after(), Some(Duration::from_secs(34)), "it stands in the body only");
    let told = Refusal { retry_after: Some("5".into()), ..refusal(401, "") };
    assert_eq!(name("openai", &told, None).retry_after(), None, "no waiting mends a wrong key");
    let told = Refusal { retry_after: Some("5".into()), ..refusal(402, "") };
    assert!(name("openrouter", &told, None).retry_after().is_some(), "money on its way");
}

#[test]
fn no_key_survives_in_the_details() {
    let bodies = [
        format!(r#"{{"error":{{"message":"You sent {KEY}, which is wrong"}}}}"#),
        format!(r#"{{"error":"Bearer {KEY}"}}"#),
        format!("plain {KEY} text"),
        r#"{"error":{"message":"Incorrect API key provided: sk-proj-CANA**********cdef."}}"#.to_owned(),
        r#"{"error":{"message":"not ours: sk-ant-api03-CANARY-9999 and gsk_CANARY123456."}}"#.to_owned(),
        r#"{"error":"Incorrect API key provided: xa***CANARY"}"#.to_owned(),
        "sk-proj-CANARY0123456789abcdef%2F%2B".to_owned(),
        r#"{"error":"POST https://a.b/v1beta/models?alt=sse&key=AIzaSyCANARY0123456789: no"}"#.to_owned(),
        r#"{"error":"api_key=sk-ant-api03-CANARY0123456789cdef== is not ours"}"#.to_owned(),
    ];
    for body in bodies {
        let fault = name("openai", &refusal(401, &body), Some("m"));
        let all = format!("{fault:?} {:?} {:?}", fault.detail(), fault.facts());
        assert!(!all.contains("CANA") && !all.contains("cdef"), "{all}");
        assert!(fault.detail().is_some_and(|detail| detail.contains(Scrubber::MARK)), "{all}");
    }
    let kept = name(
        "openai",
        &refusal(400, r#"{"error":{"message":"sk-learn and gpt-4.1: see https://a.b/c."}}"#),
        None,
    );
    assert_eq!(kept.detail(), Some("sk-learn and gpt-4.1: see https://a.b/c."));
}

#[test]
fn words_are_asked_before_the_status() {
    // Errors inside a stream come with no status of their own and are taken for a 500.
    for (kind, message, named) in [
        ("overloaded_error", "Overloaded", Code::Overloaded),
        ("insufficient_quota", "You exceeded your current quota", Code::NoCredit),
        ("rate_limit_exceeded", "Slow down", Code::RateLimited),
        ("invalid_api_key", "No", Code::WrongKey),
        ("content_filter", "No", Code::ContentRefused),
        ("server_error", "The server had an error", Code::UpstreamFailed),
    ] {
        let body = format!(r#"{{"error":{{"type":"{kind}","code":"{kind}","message":"{message}"}}}}"#);
        assert_eq!(name("openai", &refusal(500, &body), Some("m")).code(), named, "{kind}");
    }
}

#[test]
fn a_field_that_is_not_taken_is_told_by_two_statuses_and_no_page() {
    let body = r#"{"error":{"message":"stream_options is not supported","param":null}}"#;
    for (status, field) in [
        (400, Some(OptionalField::StreamOptions)),
        (422, Some(OptionalField::StreamOptions)),
        (401, None),
        (429, None),
        (500, None),
    ] {
        assert_eq!(refusal(status, body).refused_field(), field, "{status}");
    }
    assert_eq!(refusal(400, "<html>stream_options is not supported</html>").refused_field(), None);
}
