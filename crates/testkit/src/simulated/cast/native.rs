//! Providers with a dialect of their own.

use crate::simulated::traits::{Tongue, Traits, UsualModel, Why};

pub(in crate::simulated) const GOOGLE_GEMINI: Traits = Traits {
    id: "google_gemini",
    base_path: "/v1beta",
    key: Some(("AQ.Ab8RN6", 24)),
    public_list: false,
    wrong_key: 400,
    no_credit: Some(429),
    no_model: Some(404),
    headers: &[("server", "scaffolding on HTTPServer2"), ("vary", "Origin, X-Origin, Referer")],
    numbered: None,
    words: &[
        (
            Why::WrongKey,
            r#"{"error":{"code":{status},"message":"API key not valid. Please pass a valid API key.{echo}","status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID","domain":"googleapis.com","metadata":{"service":"generativelanguage.googleapis.com"}},{"@type":"type.googleapis.com/google.rpc.LocalizedMessage","locale":"en-US","message":"API key not valid. Please pass a valid API key."}]}}"#,
        ),
        (
            Why::NoCredit,
            r#"{"error":{"code":{status},"message":"Your prepayment credits are depleted. Please go to AI Studio at https://ai.studio/projects to manage your project and billing.","status":"RESOURCE_EXHAUSTED"}}"#,
        ),
        (
            Why::NotAllowed,
            r#"{"error":{"code":{status},"message":"You do not have permission to access the model {model}.","status":"PERMISSION_DENIED"}}"#,
        ),
        (
            Why::NoModel,
            r#"{"error":{"code":{status},"message":"models/{model} is not found for API version v1beta, or is not supported for generateContent. Call ListModels to see the list of available models and their supported methods.","status":"NOT_FOUND"}}"#,
        ),
        (
            Why::NoRoute,
            r#"<!DOCTYPE html><html lang=en><title>Error 404 (Not Found)!!1</title><p><b>404.</b> <ins>That's an error.</ins>"#,
        ),
        (
            Why::TooMany,
            r#"{"error":{"code":{status},"message":"You exceeded your current quota, please check your plan and billing details. For more information on this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits.","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaMetric":"generativelanguage.googleapis.com/generate_content_free_tier_requests","quotaId":"GenerateRequestsPerMinutePerProjectPerModel-FreeTier","quotaValue":"10"}]}{wait}]}}"#,
        ),
        (
            Why::Busy,
            r#"{"error":{"code":{status},"message":"The model is overloaded. Please try again later.","status":"UNAVAILABLE"}}"#,
        ),
        (
            Why::Failed,
            r#"{"error":{"code":{status},"message":"An internal error has occurred. Please retry or report in https://developers.generativeai.google/guide/troubleshooting","status":"INTERNAL"}}"#,
        ),
        (Why::Form, r#"{"error":{"code":{status},"message":"{field}","status":"INVALID_ARGUMENT"}}"#),
        (
            Why::Other,
            r#"{"error":{"code":{status},"message":"Request contains an invalid argument.","status":"INVALID_ARGUMENT"}}"#,
        ),
    ],
    places: &[],
    models: &[
        UsualModel("gemini-3.5-flash", 1_048_576, "vtr"),
        UsualModel("gemini-2.5-flash", 1_048_576, "vtr"),
        UsualModel("gemma-4-31b-it", 131_072, ""),
        UsualModel("gemini-embedding-001", 2_048, "e"),
    ],
    tongue: Tongue::Gemini,
};

pub(in crate::simulated) const COHERE: Traits = Traits {
    id: "cohere",
    base_path: "",
    key: Some(("", 20)),
    public_list: false,
    wrong_key: 401,
    no_credit: Some(402),
    no_model: Some(404),
    headers: &[("x-endpoint-monthly-call-limit", "1000"), ("x-trial-endpoint-call-limit", "20")],
    numbered: Some(("x-debug-trace-id", "")),
    words: &[
        (Why::WrongKey, r#"{"id":"{number}","message":"invalid api token{echo}"}"#),
        (
            Why::NoCredit,
            r#"{"message":"Please add or update your payment method at https://dashboard.cohere.com/billing?tab=payment to continue"}"#,
        ),
        (Why::NotAllowed, r#"{"message":"your organization does not have access to model '{model}'"}"#),
        (
            Why::NoModel,
            r#"{"id":"{number}","message":"model '{model}' not found, make sure the correct model ID was used and that you have access to the model."}"#,
        ),
        (Why::NoRoute, "404 page not found"),
        (
            Why::TooMany,
            r#"{"message":"You are using a Trial key, which is limited to 20 API calls / minute. You can continue to use the Trial key for free or upgrade to a Production key with higher rate limits at 'https://dashboard.cohere.com/api-keys'."}"#,
        ),
        (Why::Busy, r#"{"message":"the service is overloaded, please try again later"}"#),
        (
            Why::Failed,
            r#"{"id":"{number}","message":"internal server error, this has been reported to our developers. id {number}"}"#,
        ),
        (Why::Form, r#"{"id":"{number}","message":"invalid request: the field '{field}' is not valid"}"#),
        (Why::Other, r#"{"id":"{number}","message":"invalid request"}"#),
    ],
    places: &[],
    models: &[
        UsualModel("command-a-03-2025", 256_000, "t"),
        UsualModel("command-a-vision-07-2025", 128_000, "v"),
        UsualModel("command-a-reasoning-08-2025", 256_000, "tr"),
        UsualModel("embed-v4.0", 128_000, "e"),
    ],
    tongue: Tongue::Cohere,
};
