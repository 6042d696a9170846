//! Requests written and read back, and requests that must be refused by the name of their field.

use inkhorn_dialects::{WriteOptions, read_request, write_request};
use inkhorn_domain::{
    ChatRequest, Dialect, FrontDialect, ImageSource, Message, Part, Role, Tool, ToolChoice,
};
use proptest::option::of;
use proptest::prelude::*;
use serde_json::json;

fn words() -> impl Strategy<Value = String> {
    proptest::collection::vec(any::<char>(), 1..10).prop_map(|letters| letters.into_iter().collect())
}

/// What all three dialects can say: each turn of one text, calls with results.
fn turns() -> impl Strategy<Value = Vec<Message>> {
    let turn = prop_oneof![
        words().prop_map(|text| vec![Message::text(Role::User, text)]),
        words().prop_map(|text| vec![Message::text(Role::Assistant, text)]),
        words().prop_map(|text| {
            let base64 = "iVBORw0KGgo=".to_owned();
            let image = ImageSource::Data { media_type: "image/png".into(), base64 };
            vec![Message { role: Role::User, parts: vec![Part::Text(text), Part::Image(image)] }]
        }),
        (words(), 0..100u32, words()).prop_map(|(name, number, answer)| {
            let arguments = json!({ "n": number }).to_string();
            let id = format!("id{number}");
            let call = Part::ToolCall { id: id.clone(), name, arguments };
            let result = Part::ToolResult { id, text: answer, is_error: false };
            vec![
                Message { role: Role::Assistant, parts: vec![call] },
                Message { role: Role::Tool, parts: vec![result] },
            ]
        }),
    ];
    (of(words()), proptest::collection::vec(turn, 1..6)).prop_map(|(system, turns)| {
        let system = system.map(|text| Message::text(Role::System, text));
        system.into_iter().chain(turns.into_iter().flatten()).collect()
    })
}

fn request() -> impl Strategy<Value = ChatRequest> {
    let choice = prop_oneof![
        Just(ToolChoice::Auto),
        Just(ToolChoice::None),
        Just(ToolChoice::Required),
        words().prop_map(ToolChoice::Named)
    ];
    let effort = prop_oneof![Just("low"), Just("medium"), Just("high")].prop_map(str::to_owned);
    (
        turns(),
        any::<bool>(),
        1..100_000u64,
        of(0..=100u32),
        proptest::collection::vec(words(), 0..3),
        of(any::<i64>()),
        of(words()),
        of(choice),
        of(effort),
    )
        .prop_map(|(messages, stream, limit, hundredths, stop, seed, tool, choice, effort)| {
            ChatRequest {
                model: "a/b:c".into(),
                messages,
                stream,
                stream_usage: stream,
                max_tokens: Some(limit),
                // A model that thinks takes no sampling from Anthropic's callers.
                temperature: hundredths.filter(|_| effort.is_none()).map(|n| f64::from(n) / 100.0),
                top_p: None,
                stop,
                seed,
                context_length: None,
                keep_alive: None,
                reasoning_effort: effort,
                tool_choice: tool.as_ref().and(choice),
                tools: tool
                    .into_iter()
                    .map(|name| Tool {
                        name,
                        description: None,
                        parameters: json!({ "type": "object", "properties": {} }),
                    })
                    .collect(),
                web_search: false,
                response_format: None,
                extra: serde_json::Map::new(),
            }
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn what_is_written_reads_back(request in request()) {
        for dialect in FrontDialect::ALL {
            let written = write_request(dialect.into(), &request, &WriteOptions::default());
            let mut wanted = request.clone();
            match dialect {
                FrontDialect::OpenaiChat => {}
                FrontDialect::AnthropicMessages => wanted.seed = None,
                FrontDialect::Ollama => wanted.tool_choice = None,
                FrontDialect::OpenaiResponses => {
                    wanted.seed = None;
                    wanted.stop.clear();
                    wanted.messages = with_calls_in_their_turn(wanted.messages);
                }
            }
            if dialect == FrontDialect::Ollama {
                wanted.stream_usage = wanted.stream;
            }
            let read = read_request(dialect, &written);
            prop_assert!(read.as_ref() == Ok(&wanted), "{dialect:?}: {} {:?}", String::from_utf8_lossy(&written), read);
        }
    }
}

/// Items have no turns: a call belongs to what the model said before it.
fn with_calls_in_their_turn(messages: Vec<Message>) -> Vec<Message> {
    let mut out: Vec<Message> = Vec::new();
    for message in messages {
        let calls = message.parts.iter().all(|part| matches!(part, Part::ToolCall { .. }));
        match out.last_mut() {
            Some(last) if calls && last.role == message.role => last.parts.extend(message.parts),
            _ => out.push(message),
        }
    }
    out
}

#[test]
fn requests_are_refused_by_the_name_of_their_field_and_never_quoted() {
    let refused = |dialect, body: &str| {
        let bad = read_request(dialect, body.as_bytes()).expect_err(body);
        assert!(!bad.to_string().contains("private"), "{bad}");
        bad.field
    };
    let (openai, anthropic, ollama, responses) = (
        FrontDialect::OpenaiChat,
        FrontDialect::AnthropicMessages,
        FrontDialect::Ollama,
        FrontDialect::OpenaiResponses,
    );
    for (dialect, body, field) in [
        (openai, r#"{"messages":[]}"#, "model"),
        (openai, r#"{"model":["private"]}"#, "model"),
        (openai, r#"{"model":"m","temperature":"private"}"#, "temperature"),
        (openai, r#"{"model":"m","messages":"private"}"#, "messages"),
        (
            openai,
            r#"{"model":"m","messages":[{"role":"user","content":"a"},{"role":"private"}]}"#,
            "messages[1].role",
        ),
        (
            openai,
            r#"{"model":"m","messages":[{"role":"user","content":{"private":1}}]}"#,
            "messages[0].content",
        ),
        (
            openai,
            r#"{"model":"m","messages":[{"role":"user","content":[{"type":"input_audio"}]}]}"#,
            "messages[0].content[0].type",
        ),
        (
            openai,
            r#"{"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:private"}}]}]}"#,
            "messages[0].content[0].image_url",
        ),
        (
            openai,
            r#"{"model":"m","messages":[{"role":"assistant","tool_calls":[{"id":"x"}]}]}"#,
            "messages[0].tool_calls[0].function",
        ),
        (openai, r#"{"model":"m","stop":[1]}"#, "stop"),
        (openai, r#"{"model":"m","max_tokens":1.5}"#, "max_tokens"),
        (openai, r#"{"model":"m","tools":[{"type":"web_search"}]}"#, "tools[0].type"),
        (openai, r#"{"model":"m","tool_choice":"private"}"#, "tool_choice"),
        (anthropic, r#"{"model":"m","system":[{"type":"image"}]}"#, "system[0].type"),
        (
            anthropic,
            r#"{"model":"m","messages":[{"role":"user","content":[{"type":"document"}]}]}"#,
            "messages[0].content[0].type",
        ),
        (
            anthropic,
            r#"{"model":"m","messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":[{"type":"image"}]}]}]}"#,
            "messages[0].content[0].content[0].type",
        ),
        (ollama, r#"{"model":"m","options":{"num_ctx":"private"}}"#, "options.num_ctx"),
        (ollama, r#"{"model":"m","format":7}"#, "format"),
        (ollama, r#"{"model":"m","stream":"private"}"#, "stream"),
        (responses, r#"{"model":"m","input":7}"#, "input"),
        (responses, r#"{"model":"m","input":"a","previous_response_id":"private"}"#, "previous_response_id"),
        (responses, r#"{"model":"m","input":[{"type":"item_reference","id":"private"}]}"#, "input[0].type"),
        (responses, r#"{"model":"m","input":[{"role":"private","content":"a"}]}"#, "input[0].role"),
        (
            responses,
            r#"{"model":"m","input":[{"role":"user","content":[{"type":"input_file","file_id":"private"}]}]}"#,
            "input[0].content[0].type",
        ),
        (
            responses,
            r#"{"model":"m","input":[{"type":"function_call","name":"private"}]}"#,
            "input[0].call_id",
        ),
        (responses, r#"{"model":"m","input":"a","tools":[{"type":"web_search"}]}"#, "tools[0].type"),
        (responses, r#"{"model":"m","input":"a","tool_choice":{"type":"private"}}"#, "tool_choice"),
        (responses, r#"{"model":"m","input":"a","text":{"format":{"type":"private"}}}"#, "text.format.type"),
    ] {
        assert_eq!(refused(dialect, body), field, "{body}");
    }
}

#[test]
fn options_are_data_and_a_typing_error_in_them_is_told() {
    let options: WriteOptions = serde_json::from_str(
        r#"{"max_tokens_field":"max_completion_tokens","stream_usage":false,"sampling":false,"seed_field":"random_seed",
            "system_role":"developer","reasoning":"effort_object","replay_reasoning":true}"#,
    )
    .expect("good options");
    let request = ChatRequest {
        model: "m".into(),
        messages: vec![
            Message::text(Role::System, "s"),
            Message {
                role: Role::Assistant,
                parts: vec![Part::Reasoning { text: "r".into(), signature: None }, Part::Text("t".into())],
            },
        ],
        stream: true,
        max_tokens: Some(5),
        temperature: Some(1.0),
        seed: Some(1),
        reasoning_effort: Some("high".into()),
        ..ChatRequest::default()
    };
    let written = write_request(Dialect::OpenaiChat, &request, &options);
    assert_eq!(
        String::from_utf8(written).expect("UTF-8"),
        r#"{"model":"m","messages":[{"role":"developer","content":"s"},{"role":"assistant","content":"t","reasoning_content":"r"}],"stream":true,"max_completion_tokens":5,"random_seed":1,"reasoning":{"effort":"high"}}"#
    );
    assert!(serde_json::from_str::<WriteOptions>(r#"{"samplings":false}"#).is_err());
}

#[test]
fn a_search_of_the_web_is_asked_for_in_the_words_of_the_catalogue_and_only_where_it_is_wanted() {
    let plain: WriteOptions = serde_json::from_str("{}").expect("good options");
    let text = r#"{"web_search":{"tools":[{"type":"search"}],"model":"another","search":{"mode":"auto"}}}"#;
    let options: WriteOptions = serde_json::from_str(text).expect("good options");
    let tool = Tool { name: "t".into(), description: None, parameters: json!({}) };
    let asked = |request: &ChatRequest, options: &WriteOptions| -> serde_json::Value {
        let written = write_request(Dialect::OpenaiChat, request, options);
        serde_json::from_slice(&written).expect("JSON")
    };
    let request = ChatRequest { model: "m".into(), web_search: true, ..ChatRequest::default() };
    let body = asked(&request, &options);
    assert_eq!(
        (&body["tools"], &body["search"]),
        (&json!([{ "type": "search" }]), &json!({ "mode": "auto" }))
    );
    assert_eq!(body["model"], "m", "what stands there stays");
    let with_tool = ChatRequest { tools: vec![tool], ..request.clone() };
    assert_eq!(asked(&with_tool, &options)["tools"].as_array().map(Vec::len), Some(2), "tools are joined");
    let unasked = ChatRequest { web_search: false, ..request.clone() };
    assert_eq!(asked(&unasked, &options), asked(&unasked, &plain));
    assert_eq!(asked(&request, &plain), asked(&unasked, &plain), "nothing where nothing is known");
}
