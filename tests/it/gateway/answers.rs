//! What a tool that speaks OpenAI's dialect gets, whoever stands behind.

use super::wire::Wire;
use super::{House, MODELS};
use inkhorn_testkit::{Answer, Persona, TokenUsage};
use serde_json::{Value, json};

const USED: TokenUsage = TokenUsage::Exactly {
    input: 1_000,
    cache_read: 0,
    cache_write: 0,
    output: 100,
    reasoning: 0,
    cost: None,
};
const ALL: [Persona; 3] = [MODELS[0].0, MODELS[1].0, MODELS[2].0];

/// The chunks of a stream that ended well; its last event must be the end mark.
#[track_caller]
fn chunks(wire: &mut Wire) -> Vec<Value> {
    let mut events = wire.events();
    assert_eq!(events.pop().as_deref(), Some("[DONE]"), "{events:?}");
    events.iter().map(|event| serde_json::from_str(event).expect("a chunk is JSON")).collect()
}

fn text_of(chunks: &[Value]) -> String {
    chunks.iter().filter_map(|chunk| chunk["choices"][0]["delta"]["content"].as_str()).collect()
}

#[test]
fn every_dialect_behind_answers_in_the_callers_dialect_and_is_counted() {
    let house = House::with(&ALL);
    for back in &house.backs {
        let (model, provider) = (&back.model, &back.provider);
        provider.answer_with(Answer::text("Señor, the “rain” had stopped — at last.").with_usage(USED));

        let whole = house.ask(&house.chat(model, json!({ "max_tokens": 200 })));
        let answer = whole.json();
        assert_eq!(whole.status(), 200, "{model}: {answer}");
        assert_eq!(answer["object"], "chat.completion", "{model}");
        let choice = &answer["choices"][0];
        assert_eq!(choice["message"]["content"], "Señor, the “rain” had stopped — at last.", "{model}");
        assert_eq!(
            (&choice["message"]["role"], &choice["finish_reason"]),
            (&json!("assistant"), &json!("stop"))
        );
        let usage = &answer["usage"];
        assert_eq!(
            (&usage["prompt_tokens"], &usage["completion_tokens"]),
            (&json!(1000), &json!(100)),
            "{model}"
        );
        assert!(whole.head.header("x-request-id").is_some_and(|id| id.len() >= 16), "{model}");
        assert_eq!(whole.head.header("cache-control"), Some("no-store"));
        let sent = back.one_chat();
        let bare = model.split_once('/').expect("slug/model").1;
        assert_eq!(sent.json()["model"], bare, "the provider hears its own name of the model");
        let borne = sent.header("authorization").or(sent.header("x-api-key")).unwrap_or_default();
        assert_eq!(borne.trim_start_matches("Bearer "), back.key.as_deref().unwrap_or_default(), "{model}");
        assert!(sent.headers.iter().all(|(_, value)| !value.contains(&house.token)), "a token went upstream");

        let mut wire = house.send(&house.chat(model, json!({ "stream": true, "max_tokens": 200 })));
        let head = wire.head();
        assert_eq!(
            (head.status, head.header("content-type")),
            (200, Some("text/event-stream; charset=utf-8"))
        );
        assert!(head.header("x-request-id").is_some());
        let streamed = chunks(&mut wire);
        assert_eq!(text_of(&streamed), "Señor, the “rain” had stopped — at last.", "{model}");
        assert!(streamed.len() > 4, "{model}: it came in one piece");
        assert!(streamed.iter().all(|chunk| chunk["usage"].is_null()), "{model}: usage came unasked");
        assert!(streamed.iter().all(|chunk| chunk["object"] == "chat.completion.chunk"), "{model}");
        assert!(streamed.iter().any(|chunk| chunk["choices"][0]["finish_reason"] == "stop"), "{model}");
        back.one_chat();

        let asked = json!({ "stream": true, "stream_options": { "include_usage": true }, "max_tokens": 200 });
        let mut wire = house.send(&house.chat(model, asked));
        wire.head();
        let streamed = chunks(&mut wire);
        let counts: Vec<&Value> = streamed.iter().filter(|chunk| !chunk["usage"].is_null()).collect();
        assert_eq!(counts.len(), 1, "{model}: {counts:?}");
        assert_eq!(
            (&counts[0]["choices"], &counts[0]["usage"]["total_tokens"]),
            (&json!([]), &json!(1100)),
            "{model}"
        );
        assert_eq!(streamed.last(), counts.last().copied(), "{model}: counts are the last chunk");
        back.one_chat();
    }
    let rows = house.rows();
    assert_eq!(rows.len(), 9);
    for row in &rows {
        assert_eq!(
            (&row["face"], &row["app"], &row["result"]),
            (&json!("gateway"), &json!("Pen"), &json!("completed"))
        );
        assert_eq!((&row["input_tokens"], &row["output_tokens"]), (&json!(1000), &json!(100)), "{row}");
        assert_eq!(row["quality"], "reported", "{row}");
    }
    house.close();
}

#[test]
fn tools_are_called_and_answered_through_every_dialect() {
    let house = House::with(&ALL);
    let tools = json!([{ "type": "function", "function": {
        "name": "look_up", "description": "Looks a word up",
        "parameters": { "type": "object", "properties": { "word": { "type": "string" } }, "required": ["word"] }
    } }]);
    for back in &house.backs {
        let model = &back.model;
        back.provider.answer_with(Answer::text("").with_tool("look_up", &json!({ "word": "inkhorn" })));
        let ask =
            |stream: bool| house.chat(model, json!({ "tools": tools, "stream": stream, "max_tokens": 100 }));
        let answer = house.ask(&ask(false)).json();
        let choice = &answer["choices"][0];
        let call = &choice["message"]["tool_calls"][0];
        assert_eq!(choice["finish_reason"], "tool_calls", "{model}: {answer}");
        assert_eq!(
            (&call["type"], &call["function"]["name"]),
            (&json!("function"), &json!("look_up")),
            "{model}"
        );
        let arguments: Value =
            serde_json::from_str(call["function"]["arguments"].as_str().expect("text")).expect("JSON");
        assert_eq!(arguments, json!({ "word": "inkhorn" }), "{model}");
        let sent = back.one_chat();
        assert!(String::from_utf8_lossy(&sent.body).contains("Looks a word up"), "{model}: no tool upstream");

        let mut wire = house.send(&ask(true));
        wire.head();
        let streamed = chunks(&mut wire);
        let calls: Vec<&Value> =
            streamed.iter().map(|chunk| &chunk["choices"][0]["delta"]["tool_calls"][0]).collect();
        let arguments: String =
            calls.iter().filter_map(|call| call["function"]["arguments"].as_str()).collect();
        assert_eq!(
            serde_json::from_str::<Value>(&arguments).expect("JSON"),
            json!({ "word": "inkhorn" }),
            "{model}"
        );
        let names: Vec<&str> = calls.iter().filter_map(|call| call["function"]["name"].as_str()).collect();
        assert_eq!(names, ["look_up"], "{model}");
        assert!(streamed.iter().any(|chunk| chunk["choices"][0]["finish_reason"] == "tool_calls"), "{model}");
        back.one_chat();

        back.provider.answer_with(Answer::text("A small bottle."));
        let mut body = ask(false);
        let id = call["id"].as_str().filter(|id| !id.is_empty()).expect("a call has an id");
        let more = [
            json!({ "role": "assistant", "content": null, "tool_calls": [call] }),
            json!({ "role": "tool", "tool_call_id": id, "content": "a horn for ink, WELLFOUND" }),
        ];
        body["messages"].as_array_mut().expect("messages").extend(more);
        let answer = house.ask(&body).json();
        assert_eq!(answer["choices"][0]["message"]["content"], "A small bottle.", "{model}: {answer}");
        let sent = back.one_chat();
        let result = match back.provider.persona() {
            Persona::Anthropic => sent.json()["messages"][2]["content"][0].clone(),
            _ => sent.json()["messages"][2].clone(),
        };
        assert!(result.to_string().contains("WELLFOUND"), "{model}: {result}");
        let form = if back.provider.persona() == Persona::Anthropic { "tool_result" } else { "tool" };
        assert!(result["type"] == form || result["role"] == form, "{model}: {result}");
    }
    house.close();
}

#[test]
fn what_we_do_not_know_passes_unharmed_and_what_steers_does_not_pass() {
    let house = House::with(&ALL);
    let back = house.back();
    let strange = r#""x_strange":{"n": 1.10,"big":12345678901234567890123,"z":[1e2, "\u00e9"]},"seed":7"#;
    let steering =
        r#""api_base":"http://127.0.0.1:9/","extra_headers":{"x":"y"},"base_url":"http://127.0.0.1:9/""#;
    let body = format!(
        r#"{{"messages":[{{"role":"user","content":"Hi","x_mark":0.50}}],{strange},{steering},"model":"{}"}}"#,
        back.model
    );
    let mut wire = Wire::to(house.host());
    wire.post("/v1/chat/completions", &house.token, &[("x-evil", "1")], body.as_bytes());
    assert_eq!(wire.reply().status(), 200);
    let sent = back.one_chat();
    let upstream = String::from_utf8(sent.body.clone()).expect("text");
    assert!(upstream.contains(strange) && upstream.contains(r#""x_mark":0.50"#), "{upstream}");
    for gone in ["api_base", "extra_headers", "base_url", "127.0.0.1:9"] {
        assert!(!upstream.contains(gone), "{gone} went upstream");
    }
    assert_eq!(sent.path, "/v1/chat/completions");
    assert!(sent.header("x-evil").is_none(), "a header of the caller went upstream");
    // Where the dialects differ, what has no counterpart is left out and the request is served.
    for other in &house.backs[1..] {
        let body = body.replace(&back.model, &other.model);
        let mut wire = Wire::to(house.host());
        wire.post("/v1/chat/completions", &house.token, &[], body.as_bytes());
        assert_eq!(wire.reply().status(), 200, "{}", other.model);
        other.one_chat();
    }
    house.close();
}

#[test]
fn the_list_names_the_models_that_can_be_asked() {
    let mut house = House::with(&ALL);
    let list = |house: &House, token: &str| -> Vec<String> {
        let reply = Wire::to(house.host()).get("/v1/models", token, &[]);
        assert_eq!(reply.status(), 200);
        let document = reply.json();
        assert_eq!(document["object"], "list");
        let models = document["data"].as_array().expect("models");
        assert!(models.iter().all(|model| model["object"] == "model" && model["owned_by"].is_string()));
        models.iter().filter_map(|model| Some(model["id"].as_str()?.to_owned())).collect()
    };
    let all = list(&house, &house.token);
    for back in &house.backs {
        assert!(all.contains(&back.model), "{} is not among {all:?}", back.model);
        let one = Wire::to(house.host()).get(&format!("/v1/models/{}", back.model), &house.token, &[]);
        assert_eq!((one.status(), &one.json()["id"]), (200, &json!(back.model)));
    }
    for unknown in
        ["openai/nothing", "nobody/gpt-4o-mini", "..%2f..%2fadmin", "%00", "openai%2Fgpt-4o-mini%2Fx"]
    {
        let reply = Wire::to(house.host()).get(&format!("/v1/models/{unknown}"), &house.token, &[]);
        assert_eq!(reply.error(), (404, "model_not_found".to_owned()), "{unknown}");
    }
    for path in ["/", "/v1", "/v1/../admin", "/v1/chat/completions/", "/admin", "/v1/embeddings"] {
        assert_eq!(Wire::to(house.host()).get(path, &house.token, &[]).error().0, 404, "{path}");
    }
    assert_eq!(Wire::to(house.host()).get("/v1/chat/completions", &house.token, &[]).error().0, 405);

    // An app that may use one model sees one; an app whose text stays here sees what is here.
    let cloud = house.backs[0].model.clone();
    let narrow = house.admit("Narrow", &["--models", &cloud]);
    let private = house.admit("Private", &["--privacy", "local"]);
    let knows = |token: &str| Wire::to(house.host()).get("/v1/models", token, &[]).status() == 200;
    super::wait_until("the new apps are known", || knows(&narrow) && knows(&private));
    assert_eq!(list(&house, &narrow), [cloud.as_str()]);
    let seen = list(&house, &private);
    assert!(!seen.is_empty() && seen.iter().all(|model| model.starts_with("ollama/")), "{seen:?}");

    house.backs.iter().for_each(|back| back.provider.forget_requests());
    let refused = house.ask_as(&narrow, &[], &house.chat(&house.backs[2].model, json!({})));
    assert_eq!(refused.error(), (403, "model_not_allowed".to_owned()));
    for back in &house.backs[..2] {
        for stream in [false, true] {
            let body = house.chat(&back.model, json!({ "stream": stream }));
            let refused = house.ask_as(&private, &[], &body);
            assert_eq!(refused.error(), (403, "privacy_refused".to_owned()), "{}", back.model);
        }
    }
    assert!(house.backs.iter().all(|back| back.provider.requests().is_empty()), "a byte left");
    assert_eq!(house.ask_as(&narrow, &[], &house.chat(&cloud, json!({}))).status(), 200);
    assert_eq!(house.ask_as(&private, &[], &house.chat(&house.backs[2].model, json!({}))).status(), 200);
    let rows = house.rows();
    let told = |result: &str| rows.iter().filter(|row| row["result"] == result).count();
    assert_eq!((told("refused"), told("completed")), (4, 2), "{rows:?}");
    house.close();
}
