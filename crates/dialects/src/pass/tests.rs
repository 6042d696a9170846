//! What is passed on, and what is seen of it at a glance.

use super::*;

fn passed(dialect: FrontDialect, body: &str, options: &WriteOptions) -> String {
    let out = pass_through(dialect, body.as_bytes(), "real \"x\"", options).expect("good body");
    String::from_utf8(out).expect("UTF-8")
}

#[test]
fn only_the_model_changes_on_the_way() {
    let plain = WriteOptions::default();
    let body = "{ \"zeta\": 1.0, \"model\":\"a/b\",\"big\":123456789012345678901234567890,\"n\":{ \"x\" :[1e2]},\
                \"api_base\":\"http://evil\",\"max_tokens\":5,\"metadata\":{\"user\":\"u\",\"litellm_x\":1}}";
    assert_eq!(
        passed(FrontDialect::OpenaiChat, body, &plain),
        "{\"zeta\":1.0,\"model\":\"real \\\"x\\\"\",\"big\":123456789012345678901234567890,\
         \"n\":{ \"x\" :[1e2]},\"max_tokens\":5,\"metadata\":{\"user\":\"u\"}}"
    );
}

#[test]
fn options_force_counts_rename_the_limit_and_drop_sampling() {
    let options = WriteOptions {
        max_tokens_field: Some(crate::MaxTokensField::MaxCompletionTokens),
        sampling: false,
        ..WriteOptions::default()
    };
    let body = r#"{"model":"m","stream":true,"stream_options":{"include_usage":false,"x":1.50},"temperature":1,"max_tokens":7}"#;
    assert_eq!(
        passed(FrontDialect::OpenaiChat, body, &options),
        r#"{"model":"real \"x\"","stream":true,"max_completion_tokens":7,"stream_options":{"x":1.50,"include_usage":true}}"#
    );
    let body = r#"{"model":"m","stream":true,"max_tokens":7}"#;
    assert_eq!(
        passed(FrontDialect::AnthropicMessages, body, &options),
        r#"{"model":"real \"x\"","stream":true,"max_tokens":7}"#
    );
}

#[test]
fn nothing_is_stored_at_a_provider_and_nothing_builds_on_it() {
    let responses = FrontDialect::OpenaiResponses;
    for (body, wanted) in [
        (r#"{"model":"m","input":"a"}"#, r#"{"model":"real \"x\"","input":"a","store":false}"#),
        (
            r#"{"model":"m","store":true,"input":"a","max_output_tokens":9}"#,
            r#"{"model":"real \"x\"","input":"a","max_output_tokens":9,"store":false}"#,
        ),
    ] {
        assert_eq!(passed(responses, body, &WriteOptions::default()), wanted);
    }
    for field in ["previous_response_id", "conversation"] {
        let body = format!(r#"{{"model":"m","input":"a","{field}":"resp_1"}}"#);
        assert_eq!(peek(responses, body.as_bytes()).expect_err(field).field, field);
        let passed = pass_through(responses, body.as_bytes(), "m", &WriteOptions::default());
        assert_eq!(passed.expect_err(field).field, field);
        assert!(peek(FrontDialect::OpenaiChat, body.as_bytes()).is_ok(), "a field that others do not know");
    }
}

#[test]
fn options_set_a_limit_rename_the_seed_and_ask_for_no_counts() {
    let options = WriteOptions {
        stream_usage: false,
        always_limit: true,
        default_max_tokens: 4096,
        seed_field: SeedField::RandomSeed,
        ..WriteOptions::default()
    };
    let body = r#"{"model":"m","stream":true,"stream_options":{"include_usage":true},"seed":7}"#;
    assert_eq!(
        passed(FrontDialect::OpenaiChat, body, &options),
        r#"{"model":"real \"x\"","stream":true,"random_seed":7,"max_tokens":4096}"#
    );
    let body = r#"{"model":"m","max_completion_tokens":9}"#;
    assert_eq!(
        passed(FrontDialect::OpenaiChat, body, &options),
        r#"{"model":"real \"x\"","max_completion_tokens":9}"#
    );
    let body = r#"{"model":"m","seed":7,"stream_options":{}}"#;
    assert_eq!(
        passed(FrontDialect::Ollama, body, &options),
        r#"{"model":"real \"x\"","seed":7,"stream_options":{},"options":{"num_predict":4096}}"#,
        "these are OpenAI's names"
    );
}

#[test]
fn an_answer_without_a_limit_gets_one_in_each_dialect_where_it_must_have_one() {
    let limited = WriteOptions { always_limit: true, default_max_tokens: 700, ..WriteOptions::default() };
    for (dialect, body, limit) in [
        (FrontDialect::OpenaiChat, r#"{"model":"m"}"#, r#""max_tokens":700"#),
        (FrontDialect::OpenaiChat, r#"{"model":"m","max_tokens":null}"#, r#""max_tokens":700"#),
        (FrontDialect::AnthropicMessages, r#"{"model":"m"}"#, r#""max_tokens":700"#),
        (FrontDialect::OpenaiResponses, r#"{"model":"m"}"#, r#""max_output_tokens":700"#),
        (FrontDialect::Ollama, r#"{"model":"m"}"#, r#""options":{"num_predict":700}"#),
        (FrontDialect::Ollama, r#"{"options":null,"model":"m"}"#, r#""options":{"num_predict":700}"#),
        // Ollama's words for *until it has no more to say*, and *until the context is full*.
        (
            FrontDialect::Ollama,
            r#"{"model":"m","options":{"num_predict":-1,"seed":5}}"#,
            r#""options":{"seed":5,"num_predict":700}"#,
        ),
        (
            FrontDialect::Ollama,
            r#"{"model":"m","options":{"seed":5,"num_predict":-2}}"#,
            r#""options":{"seed":5,"num_predict":700}"#,
        ),
    ] {
        let passed = passed(dialect, body, &limited).replace(r#","store":false"#, "");
        assert_eq!(passed, format!(r#"{{"model":"real \"x\"",{limit}}}"#), "{body}");
    }
    for (dialect, body) in [
        (FrontDialect::Ollama, r#"{"model":"m","options":{"num_predict":9}}"#),
        (FrontDialect::AnthropicMessages, r#"{"model":"m","max_tokens":9}"#),
        (FrontDialect::OpenaiResponses, r#"{"model":"m","max_output_tokens":9}"#),
    ] {
        let passed = passed(dialect, body, &limited);
        assert!(!passed.contains("700") && passed.contains(":9"), "its own limit is kept: {passed}");
    }
    let bad = pass_through(FrontDialect::Ollama, br#"{"model":"m","options":"fast"}"#, "m", &limited);
    assert_eq!(bad.expect_err("no object").field, "options");
}

#[test]
fn answers_without_thoughts_get_some_in_their_place_where_they_are_demanded() {
    let demanding = WriteOptions { replay_reasoning: true, ..WriteOptions::default() };
    let body = r#"{"model":"m","messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"assistant","content":"c","reasoning_content":"d"}]}"#;
    let passed_on = passed(FrontDialect::OpenaiChat, body, &demanding);
    assert_eq!(passed_on.matches(r#""reasoning_content":" ""#).count(), 1, "{passed_on}");
    assert_eq!(passed_on.matches(r#""reasoning_content":"d""#).count(), 1, "{passed_on}");
    for untouched in [
        r#"{"model":"m","messages":[ {"role":"user", "content":"a"} ]}"#,
        r#"{"model":"m","messages":[{"role":"assistant","content":"c", "reasoning_content":"d"}]}"#,
        r#"{"model":"m","messages": "none"}"#,
    ] {
        let messages = untouched.split_once("\"messages\":").expect("messages").1;
        let passed_on = passed(FrontDialect::OpenaiChat, untouched, &demanding);
        assert!(passed_on.ends_with(messages.trim_start()), "{passed_on}");
    }
    assert!(!passed(FrontDialect::OpenaiChat, body, &WriteOptions::default()).contains("\" \""));
}

#[test]
fn a_peek_reads_what_routing_needs_in_each_dialect() {
    let body =
        br#"{"model":"m","stream":true,"stream_options":{"include_usage":true},"max_completion_tokens":9,"n":3,
        "messages":[{"role":"user","content":[{"type":"text","text":"abc\"d"},
        {"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]}]}"#;
    let seen = peek(FrontDialect::OpenaiChat, body).expect("good");
    let want = Peek {
        model: "m".into(),
        stream: true,
        stream_usage: true,
        max_tokens: Some(9),
        text_bytes: 6,
        images: 1,
        answers: 3,
    };
    assert_eq!(seen, want);

    let body = br#"{"model":"m","options":{"num_predict":-1},"messages":[{"role":"user","content":"hi","images":["AAAA","BBBB"]}]}"#;
    let seen = peek(FrontDialect::Ollama, body).expect("good");
    assert_eq!((seen.stream, seen.max_tokens, seen.text_bytes), (true, None, 2));

    let body = br#"{"model":"m","max_output_tokens":5,"instructions":"abc","input":[{"role":"user","content":"de"}]}"#;
    let seen = peek(FrontDialect::OpenaiResponses, body).expect("good");
    assert_eq!((seen.stream, seen.max_tokens, seen.text_bytes), (false, Some(5), 5));

    for (body, field) in [
        (&b"{}"[..], "model"),
        (b"{\"model\":7}", "model"),
        (b"{\"model\":\"m\",\"stream\":\"yes\"}", "stream"),
        (b"{\"model\":\"m\",\"max_tokens\":-4}", "max_tokens"),
    ] {
        assert_eq!(peek(FrontDialect::OpenaiChat, body).expect_err("bad").field, field);
    }
}
