//! The models of others in a cloud of one's own: Azure and AWS.

use crate::simulated::traits::{
    Counts, ListForm, OpenAi, Refuses, Thoughts, Tongue, Traits, UsualModel, Why,
};

pub(in crate::simulated) const AZURE_OPENAI: Traits = Traits {
    id: "azure_openai",
    base_path: "/openai/v1",
    key: Some(("", 42)),
    public_list: false,
    wrong_key: 401,
    no_credit: Some(429),
    no_model: Some(404),
    headers: &[
        ("x-ms-region", "Sweden Central"),
        ("x-ms-deployment-name", "prose"),
        ("x-ratelimit-remaining-requests", "249"),
        ("x-ratelimit-remaining-tokens", "249950"),
    ],
    numbered: Some(("apim-request-id", "")),
    words: &[
        (
            Why::WrongKey,
            r#"{"error":{"code":"401","message":"Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an active subscription and use a correct regional API endpoint for your resource.{echo}"}}"#,
        ),
        (
            Why::NoCredit,
            r#"{"error":{"code":"insufficient_quota","type":"insufficient_quota","message":"You exceeded your current quota, please check your plan and billing details."}}"#,
        ),
        (
            Why::NotAllowed,
            r#"{"error":{"code":"403","message":"Access denied due to Virtual Network/Firewall rules."}}"#,
        ),
        (
            Why::NoModel,
            r#"{"error":{"code":"DeploymentNotFound","message":"The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes, please wait a moment and try again."}}"#,
        ),
        (Why::NoRoute, r#"{"error":{"code":"404","message":"Resource not found"}}"#),
        (
            Why::TooMany,
            r#"{"error":{"code":"429","message":"Requests to the ChatCompletions_Create Operation under Azure OpenAI API have exceeded token rate limit of your current OpenAI S0 pricing tier. Please go here: https://aka.ms/oai/quotaincrease if you would like to further increase the default rate limit."}}"#,
        ),
        (Why::Busy, r#"{"error":{"code":"503","message":"The server is busy. Please try again later."}}"#),
        (
            Why::Failed,
            r#"{"error":{"message":"The server had an error while processing your request. Sorry about that!","type":"server_error","param":null,"code":null}}"#,
        ),
        (
            Why::Other,
            r#"{"error":{"code":"BadRequest","message":"The request is not valid.","innererror":{"code":"InvalidRequest"}}}"#,
        ),
    ],
    places: &[],
    models: &[
        UsualModel("prose", 1_047_576, "vt"),
        UsualModel("gpt-5.4-mini", 400_000, "vtr"),
        UsualModel("text-embedding-3-small", 8_192, "e"),
    ],
    tongue: Tongue::OpenAi(OpenAi {
        opening: Some(
            "data: {\"choices\":[],\"created\":0,\"id\":\"\",\"model\":\"\",\"object\":\"\",\"prompt_filter_results\":[{\"prompt_index\":0,\"content_filter_results\":{\"hate\":{\"filtered\":false,\"severity\":\"safe\"},\"jailbreak\":{\"filtered\":false,\"detected\":false}}}]}\n\n",
        ),
        fields: r#"{"system_fingerprint":"fp_simulated"}"#,
        word_fields: r#"{"obfuscation":"aZ3kQ9"}"#,
        thoughts: Thoughts::Hidden,
        counts: Counts::OpenAi,
        refuses: &[
            Refuses { field: "max_tokens", thinking: true, status: 400 },
            Refuses { field: "temperature", thinking: true, status: 400 },
        ],
        ..OpenAi::at(
            "/openai/v1",
            &[
                ("/openai/v1/models", ListForm::Plain("system")),
                ("/openai/models", ListForm::Plain("system")),
            ],
        )
    }),
};

pub(in crate::simulated) const AWS_BEDROCK: Traits = Traits {
    id: "aws_bedrock",
    base_path: "",
    key: Some(("ABSKQmVkcm9ja0FQSUtleS1zaW11bGF0ZWQ", 32)),
    public_list: false,
    wrong_key: 403,
    no_credit: Some(403),
    no_model: Some(400),
    headers: &[],
    numbered: Some(("x-amzn-requestid", "")),
    words: &[
        (
            Why::WrongKey,
            r#"{"Message":"Authentication failed: Please make sure your API Key is valid.{echo}"}"#,
        ),
        (
            Why::NoCredit,
            r#"{"message":"Model access is denied due to INVALID_PAYMENT_INSTRUMENT:A valid payment instrument must be provided. Your AWS Marketplace subscription for this model cannot be completed at this time."}"#,
        ),
        (Why::NotAllowed, r#"{"message":"You don't have access to the model with the specified model ID."}"#),
        (Why::NoModel, r#"{"message":"The provided model identifier is invalid."}"#),
        (
            Why::NoRoute,
            r#"{"Output":{"__type":"com.amazon.coral.service#UnknownOperationException"},"Version":"1.0"}"#,
        ),
        (Why::TooMany, r#"{"message":"Too many requests, please wait before trying again."}"#),
        (Why::Busy, r#"{"message":"Too many connections, please wait before trying again."}"#),
        (
            Why::Failed,
            r#"{"message":"The system encountered an unexpected error during processing. Try your request again."}"#,
        ),
        (
            Why::Form,
            r#"{"message":"Malformed input request: #: extraneous key [{field}] is not permitted, please reformat your input and try again."}"#,
        ),
        (Why::Other, r#"{"message":"The request is not valid."}"#),
    ],
    places: &[],
    models: &[
        UsualModel("amazon.nova-lite-v1:0", 300_000, "vt"),
        UsualModel("us.anthropic.claude-opus-4-7", 1_000_000, "vtr"),
        UsualModel("deepseek.r1-v1:0", 128_000, "r"),
        UsualModel("amazon.titan-embed-text-v2:0", 8_192, "e"),
    ],
    tongue: Tongue::Bedrock,
};
