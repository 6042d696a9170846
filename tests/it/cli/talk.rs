//! `chat`, what it leaves in `usage`, and `serve`.

use super::terminal::{Running, Terminal, fields, over_http};
use inkhorn_testkit::{
    Answer, Behaviour, Call, End, Finish, Persona, Refusal, SimulatedProvider, TokenUsage,
};
use serde_json::{Value, json};

fn open_ai() -> (Terminal, SimulatedProvider) {
    let terminal = Terminal::fresh();
    let provider = SimulatedProvider::start_with_key(Persona::OpenAi, terminal.key());
    terminal.add(&["--provider", "openai", "--base-url", &provider.base_url()]);
    provider.forget_requests();
    (terminal, provider)
}

const USED: TokenUsage = TokenUsage::Exactly {
    input: 1_000,
    cache_read: 0,
    cache_write: 0,
    output: 100,
    reasoning: 0,
    cost: None,
};

#[test]
fn an_answer_is_streamed_counted_and_kept_in_the_log() {
    let (terminal, provider) = open_ai();
    provider.answer_with(Answer::text("Call me Ishmael. Some years ago — never mind.").with_usage(USED));
    let said = "Who are you? CANARY of the manuscript";
    let lines = terminal.lines(&[
        "chat",
        "--model",
        "openai/gpt-4o-mini",
        "--system",
        "Be brief.",
        "--max-tokens",
        "50",
        "--temperature",
        "0.3",
        "--feature",
        "drafting",
        said,
    ]);
    let (done, deltas) = lines.split_last().expect("lines");
    let text: String =
        deltas.iter().map(|line| line["delta"].as_str().expect("only deltas before the end")).collect();
    assert_eq!(text, "Call me Ishmael. Some years ago — never mind.");
    assert!(deltas.len() > 3, "it came in one piece");
    let done = &done["done"];
    fields(done, &["model", "connection", "usage", "cost", "rerouted"]);
    assert_eq!((&done["model"], &done["connection"]), (&json!("openai/gpt-4o-mini"), &json!("openai")));
    assert_eq!(
        (&done["usage"]["input_tokens"], &done["usage"]["output_tokens"]),
        (&json!(1000), &json!(100))
    );
    // 1,000 x $0.15 and 100 x $0.60 per million.
    assert_eq!((&done["cost"], &done["rerouted"]), (&json!("0.00021"), &json!(false)));
    assert_eq!((&done["finish"], &done["result"]), (&json!("stop"), &json!("completed")));

    let sent = provider.chats();
    assert_eq!(sent.len(), 1, "one request upstream");
    let body = sent[0].json();
    assert_eq!((&body["model"], &body["stream"]), (&json!("gpt-4o-mini"), &json!(true)));
    assert_eq!(
        (&body["messages"][0]["role"], &body["messages"][1]["content"]),
        (&json!("system"), &json!(said))
    );
    assert_eq!(body["temperature"], 0.3);

    let usage = terminal.json(&["usage"]);
    let row = &usage["rows"][0];
    fields(
        row,
        &[
            "time",
            "face",
            "app",
            "feature",
            "connection",
            "provider",
            "model",
            "answered_by",
            "input_tokens",
            "cache_read_tokens",
            "cache_write_tokens",
            "output_tokens",
            "reasoning_tokens",
            "cost",
            "cost_source",
            "quality",
            "result",
            "latency_ms",
            "first_token_ms",
        ],
    );
    assert_eq!((&row["face"], &row["feature"]), (&json!("command-line"), &json!("drafting")));
    assert_eq!((&row["cost"], &row["cost_source"]), (&json!("0.00021"), &json!("computed")));
    assert_eq!((&row["quality"], &row["result"]), (&json!("reported"), &json!("completed")));
    fields(&usage["total"], &["requests", "input_tokens", "output_tokens", "cost", "unpriced_requests"]);
    assert_eq!((&usage["total"]["requests"], &usage["total"]["cost"]), (&json!(1), &json!("0.00021")));
    terminal.assert_without(&[said, "Call me Ishmael"]);
}

#[test]
fn a_text_comes_from_standard_input_and_goes_out_as_words() {
    let (terminal, provider) = open_ai();
    provider.answer_with(Answer::text("Yes, it is.").with_usage(USED));
    let ran =
        terminal.run_with(&["chat", "--model", "openai/gpt-4o-mini", "-"], "Is it “good”?\n".as_bytes());
    assert_eq!((ran.status, ran.stdout.as_str()), (0, "Yes, it is.\n"), "{}", ran.stderr);
    assert!(ran.stderr.contains("1000 tokens in, 100 out, cost $0.00021"), "{}", ran.stderr);
    assert_eq!(provider.chats()[0].json()["messages"][0]["content"], "Is it “good”?\n");
    let listed = terminal.words(&["usage"]);
    assert!(listed.contains("gpt-4o-mini") && listed.contains("$0.00021"), "{listed}");
}

#[test]
fn every_dialect_answers_and_thoughts_are_no_text() {
    let terminal = Terminal::fresh();
    for (persona, model) in [
        (Persona::Anthropic, "claude-haiku-4-5"),
        (Persona::OpenRouter, "deepseek/deepseek-r1"),
        (Persona::Groq, "openai/gpt-oss-20b"),
        (Persona::Ollama, "qwen3:8b"),
        (Persona::LmStudio, "qwen2.5-7b-instruct"),
        (Persona::Compatible, "local-model"),
    ] {
        let provider = SimulatedProvider::start(persona);
        provider.answer_with(Answer::text("Six bells.").with_reasoning("The writer asks the time. "));
        let id = persona.provider_id();
        let url = provider.base_url();
        let options = ["--provider", id, "--base-url", &url, "--label", id];
        let added = match provider.key() {
            Some(_) => {
                provider.set_key(Some(terminal.key()));
                terminal.add(&options)
            }
            None => terminal.json(&[&["connections", "add"][..], &options].concat()),
        };
        let address = format!("{}/{model}", added["slug"].as_str().expect("a slug"));
        let lines = terminal.lines(&["chat", "--model", &address, "What time is it?"]);
        let (done, deltas) = lines.split_last().expect("lines");
        let text: String = deltas.iter().map(|line| line["delta"].as_str().expect("a delta")).collect();
        assert_eq!(text, "Six bells.", "{id}");
        assert_eq!(done["done"]["model"], address.as_str(), "{id}");
        let local = matches!(persona, Persona::Ollama | Persona::LmStudio | Persona::Compatible);
        assert_eq!(done["done"]["cost_source"] == "local", local, "{id}: {done}");
    }
    terminal.assert_clean();
}

#[test]
fn without_a_model_the_default_one_answers_or_the_writer_is_told() {
    let terminal = Terminal::fresh();
    let (status, error) = terminal.fails(&["chat", "Hello"]);
    assert_eq!((status, error["code"].as_str()), (1, Some("model_not_found")), "{error}");
    for unknown in ["nobody/gpt-4", "gpt-4", "/", "openai/"] {
        let (status, error) = terminal.fails(&["chat", "--model", unknown, "Hello"]);
        assert_eq!((status, error["code"].as_str()), (1, Some("model_not_found")), "{unknown}: {error}");
    }
}

#[test]
fn a_private_text_does_not_leave() {
    let (terminal, provider) = open_ai();
    for level in ["local", "zero-retention"] {
        let (status, error) =
            terminal.fails(&["chat", "--model", "openai/gpt-4o-mini", "--privacy", level, "Secret"]);
        assert_eq!((status, error["code"].as_str()), (1, Some("privacy_refused")), "{level}: {error}");
    }
    assert!(provider.requests().is_empty(), "a byte left: {:?}", provider.requests());
    let usage = terminal.json(&["usage"]);
    assert_eq!(
        (&usage["rows"][0]["result"], &usage["rows"][0]["error"]),
        (&json!("refused"), &json!("privacy_refused"))
    );
    let local = SimulatedProvider::start(Persona::Ollama);
    terminal.json(&["connections", "add", "--provider", "ollama", "--base-url", &local.base_url()]);
    terminal.lines(&["chat", "--model", "ollama/llama3.2:3b", "--privacy", "local", "Secret"]);
}

#[test]
fn a_broken_answer_ends_with_the_error_as_the_last_document() {
    let (terminal, provider) = open_ai();
    for broken in [
        Behaviour::CutAfterChunks(3),
        Behaviour::StopWithoutEnd(3),
        Behaviour::ErrorInsideStream(3),
        Behaviour::EchoKeyInStream(3),
    ] {
        provider.next(Call::Chat, broken.clone());
        let ran = terminal.run(&["chat", "--json", "--model", "openai/gpt-4o-mini", "Go on"]);
        assert_eq!(ran.status, 1, "{broken:?}: {}", ran.stdout);
        let lines = ran.documents();
        let (last, before) = lines.split_last().expect("lines");
        assert!(
            before.iter().all(|line| line["delta"].is_string()) && !before.is_empty(),
            "{broken:?}: {}",
            ran.stdout
        );
        assert!(last["error"]["code"].is_string(), "{broken:?}: {last}");
        assert!(!ran.stdout.contains("\"done\""), "{broken:?}: a broken answer was passed off as whole");
    }
    let usage = terminal.json(&["usage", "--by", "model"]);
    assert_eq!(usage["rows"][0]["failed_requests"], 4, "{usage}");
    // A whole answer in strange pieces is whole.
    provider.answer_with(Answer::text("Señor Quijote — hé!"));
    provider.next(Call::Chat, Behaviour::SplitEveryByte);
    let lines = terminal.lines(&["chat", "--model", "openai/gpt-4o-mini", "Go on"]);
    let text: String = lines.iter().filter_map(|line| line["delta"].as_str()).collect();
    assert_eq!(text, "Señor Quijote — hé!");
    provider.answer_with(Answer::text("Too much of").with_finish(Finish::Length));
    let lines = terminal.lines(&["chat", "--model", "openai/gpt-4o-mini", "Go on"]);
    assert_eq!(lines.last().expect("a line")["done"]["finish"], "length");
    terminal.assert_clean();
}

#[test]
fn control_c_stops_the_answer_and_records_what_came() {
    let (terminal, provider) = open_ai();
    for stop in [Running::interrupt, Running::terminate] {
        provider.forget_requests();
        provider.next(Call::Chat, Behaviour::HoldAfter(2));
        let mut chat = terminal.spawn(&["chat", "--json", "--model", "openai/gpt-4o-mini", "Go on"]);
        assert!(chat.line()["delta"].is_string());
        assert!(chat.line()["delta"].is_string());
        stop(&chat);
        let last = chat.line();
        assert_eq!(
            (&last["done"]["result"], &last["done"]["rerouted"]),
            (&json!("aborted"), &json!(false)),
            "{last}"
        );
        assert!(last["done"]["usage"]["output_tokens"].as_u64() > Some(0), "{last}");
        assert_eq!(chat.finish().status, 0);
        let number = provider.chats()[0].number;
        assert_eq!(provider.wait_for_end(number), End::ClosedEarly, "the upstream request ends too");
    }
    // Before the first word, too.
    provider.forget_requests();
    provider.next(Call::Chat, Behaviour::HangBeforeHeaders);
    let mut chat = terminal.spawn(&["chat", "--json", "--model", "openai/gpt-4o-mini", "Go on"]);
    let number = provider.wait_for_chats(1)[0].number;
    chat.interrupt();
    assert_eq!(chat.line()["done"]["result"], "aborted");
    assert_eq!(chat.finish().status, 0);
    assert_eq!(provider.wait_for_end(number), End::ClosedEarly);
    let usage = terminal.json(&["usage"]);
    let rows = usage["rows"].as_array().expect("rows");
    assert_eq!(rows.len(), 3);
    assert!(rows.iter().all(|row| row["result"] == "aborted"), "{usage}");
    terminal.assert_clean();
}

#[test]
fn a_reader_that_goes_away_ends_the_answer_quietly() {
    let (terminal, provider) = open_ai();
    provider.answer_with(Answer::words(2_000));
    let script =
        r#"{ "$INKHORN" chat --json --model openai/gpt-4o-mini 'Go on'; echo "status $?" >&2; } | head -n 1"#;
    let ran = terminal.shell(script);
    assert!(ran.stdout.starts_with("{\"delta\":") && ran.stdout.lines().count() == 1, "{}", ran.stdout);
    assert_eq!(ran.stderr, "status 0\n", "a closed pipe is nothing to complain about");
    let usage = terminal.json(&["usage"]);
    assert_eq!(usage["rows"][0]["result"], "aborted", "{usage}");
}

#[test]
fn usage_is_grouped_cut_by_time_and_exported() {
    let (terminal, provider) = open_ai();
    provider.answer_with(Answer::text("Yes.").with_usage(USED));
    let chat = ["chat", "--model", "openai/gpt-4o-mini", "--feature", "=cmd|' /C calc'!A0", "Go on"];
    terminal.lines(&chat);
    provider.next(Call::Chat, Behaviour::Status(Refusal::of(500)));
    assert_eq!(terminal.fails(&chat).1["code"], "upstream_failed");
    for (by, name) in [
        ("provider", Some("openai")),
        ("model", None),
        ("feature", Some("=cmd|' /C calc'!A0")),
        ("connection", Some("openai")),
        ("app", None),
        ("day", None),
        ("hour", None),
    ] {
        let usage = terminal.json(&["usage", "--by", by]);
        assert_eq!(usage["rows"].as_array().map(Vec::len), Some(1), "{by}: {usage}");
        fields(
            &usage["rows"][0],
            &["name", "requests", "input_tokens", "output_tokens", "cost", "unpriced_requests"],
        );
        assert_eq!(usage["rows"][0]["requests"], 2, "{by}");
        assert!(name.is_none_or(|name| usage["rows"][0]["name"] == name), "{by}: {usage}");
    }
    assert_eq!(terminal.json(&["usage", "--since", "1h"])["total"]["requests"], 2);
    let past = terminal.json(&["usage", "--until", "2020-01-01"]);
    assert_eq!((&past["rows"], &past["total"]["requests"]), (&json!([]), &json!(0)));
    for bad in ["yesterday-ish", "7x", "2026-13-45", ""] {
        assert_eq!(terminal.fails(&["usage", "--since", bad]).0, 2, "{bad:?}");
    }
    let exported = terminal.run(&["usage", "--export", "csv"]);
    let lines: Vec<&str> = exported.stdout.lines().collect();
    assert_eq!((exported.status, lines.len()), (0, 3), "{}", exported.stdout);
    assert!(
        lines[0].contains("cost") && !exported.stdout.contains(",=cmd"),
        "formulas run: {}",
        exported.stdout
    );
    let document: Value =
        serde_json::from_str(&terminal.run(&["usage", "--export", "json"]).stdout).expect("JSON");
    assert_eq!(document["rows"].as_array().map(Vec::len), Some(2));
    terminal.assert_clean();
}

#[test]
fn the_gateway_answers_an_admitted_program_until_it_is_told_to_end() {
    let (terminal, provider) = open_ai();
    provider.answer_with(Answer::text("Yes, through the gateway.").with_usage(USED));
    let token = terminal.json(&["apps", "add", "Obsidian"])["token"].as_str().expect("a token").to_owned();
    let mut serve = terminal.spawn(&["serve", "--json", "--port", "0"]);
    let address = serve.line()["address"].as_str().expect("an address").to_owned();
    assert!(address.starts_with("http://127.0.0.1:"), "{address}");
    let host = address.trim_start_matches("http://").to_owned();
    let port = host.rsplit(':').next().expect("a port").to_owned();

    let (status, models) = over_http(&host, "GET", "/v1/models", &token, "");
    assert_eq!((status, models.contains("openai/gpt-4o-mini")), (200, true), "{models}");
    let body = json!({ "model": "openai/gpt-4o-mini", "messages": [{ "role": "user", "content": "Go on" }] })
        .to_string();
    let (status, answer) = over_http(&host, "POST", "/v1/chat/completions", &token, &body);
    assert_eq!((status, answer.contains("through the gateway")), (200, true), "{answer}");
    assert_eq!(over_http(&host, "GET", "/v1/models", "ink_wrong", "").0, 401);

    // The port is taken: the second one says so and does not move.
    let (status, error) = terminal.fails(&["serve", "--port", &port]);
    assert_eq!((status, error["code"].as_str()), (1, Some("busy")), "{error}");

    let usage = terminal.json(&["usage"]);
    assert_eq!(
        (&usage["rows"][0]["face"], &usage["rows"][0]["app"]),
        (&json!("gateway"), &json!("Obsidian"))
    );

    terminal.json(&["apps", "revoke", "Obsidian"]);
    // Another process revoked it: the gateway notices by itself within a second.
    let give_up = std::time::Instant::now() + std::time::Duration::from_secs(1);
    while over_http(&host, "GET", "/v1/models", &token, "").0 != 401 {
        assert!(std::time::Instant::now() < give_up, "a revoked token still opens");
    }
    serve.terminate();
    let ended = serve.finish();
    assert_eq!((ended.status, ended.stderr.as_str()), (0, ""));
    terminal.assert_without(&[&token]);
}
