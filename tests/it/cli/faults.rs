//! Servers that refuse, hang, lie, flood and echo: each is told apart, nothing is stored, no key comes out.

use super::terminal::Terminal;
use inkhorn_testkit::{Behaviour, Call, Persona, Refusal, SimulatedProvider, refused_address};
use std::time::{Duration, Instant};

/// What a test of a connection says of each behaviour.
fn told_apart() -> Vec<(Behaviour, &'static str)> {
    vec![
        (Behaviour::Status(Refusal::of(401)), "wrong_key"),
        (Behaviour::Status(Refusal::of(402)), "no_credit"),
        (Behaviour::Status(Refusal::without_credit(Persona::OpenAi)), "no_credit"),
        (Behaviour::Status(Refusal::of(403)), "model_not_allowed"),
        (Behaviour::Status(Refusal::of(404).with_body("<html>Not Found</html>")), "not_an_api"),
        (Behaviour::Status(Refusal::of(429)), "rate_limited"),
        (Behaviour::Status(Refusal::of(500)), "upstream_failed"),
        (Behaviour::Status(Refusal::of(529)), "overloaded"),
        (Behaviour::Html, "not_an_api"),
        (Behaviour::EmptyBody, "not_an_api"),
        (Behaviour::RedirectTo("http://127.0.0.1:9/elsewhere".to_owned()), "redirect_refused"),
        (Behaviour::EndlessLine(10_000_000_000), "answer_too_large"),
        (Behaviour::CutAfterBytes(20), "stream_broken"),
        (Behaviour::EchoKey, "wrong_key"),
    ]
}

#[test]
fn a_failed_test_stores_nothing_and_says_why() {
    // Tests count per connection and are limited, so each draft has a terminal's patience of its own.
    let terminal = Terminal::fresh();
    for (behaviour, code) in told_apart() {
        let provider = SimulatedProvider::start_with_key(Persona::OpenAi, terminal.key());
        provider.always(Call::Any, behaviour.clone());
        let line =
            ["connections", "add", "--provider", "openai", "--base-url", &provider.base_url(), "--key-stdin"];
        let (status, error) = terminal.fails_with(&line, terminal.key().as_bytes());
        assert_eq!((status, error["code"].as_str()), (1, Some(code)), "{behaviour:?}: {error}");
    }
    let line = ["connections", "add", "--provider", "openai", "--key-stdin", "--base-url"];
    let nobody = format!("http://{}/v1", refused_address());
    for (address, code) in
        [(nobody.as_str(), "connection_refused"), ("https://no-such-computer.invalid/v1", "unknown_host")]
    {
        let (status, error) =
            terminal.fails_with(&[&line[..], &[address]].concat(), terminal.key().as_bytes());
        assert_eq!((status, error["code"].as_str()), (1, Some(code)), "{address}: {error}");
    }
    assert_eq!(terminal.json(&["connections", "list"]), serde_json::json!([]));
    terminal.assert_clean();
}

#[test]
fn a_wait_that_the_provider_told_is_passed_on() {
    let terminal = Terminal::fresh();
    let provider = SimulatedProvider::start_with_key(Persona::Groq, terminal.key());
    terminal.add(&["--provider", "groq", "--base-url", &provider.base_url()]);
    provider.next(Call::Chat, Behaviour::busy_for("20"));
    let (status, error) = terminal.fails(&["chat", "--model", "groq/llama-3.3-70b-versatile", "Go on"]);
    assert_eq!((status, error["code"].as_str()), (1, Some("rate_limited")), "{error}");
    assert_eq!(error["retry_after_ms"], 20_000, "{error}");
    provider.next(Call::Chat, Behaviour::status(429));
    let (_, error) = terminal.fails(&["chat", "--model", "groq/llama-3.3-70b-versatile", "Go on"]);
    assert!(error["code"] == "rate_limited" && error.get("retry_after_ms").is_none(), "{error}");
    terminal.assert_clean();
}

#[test]
fn a_stored_connection_that_fails_its_test_says_so_inside_the_object() {
    let terminal = Terminal::fresh();
    let provider = SimulatedProvider::start_with_key(Persona::OpenAi, terminal.key());
    terminal.add(&["--provider", "openai", "--base-url", &provider.base_url()]);
    provider.set_key(Some("another-key"));
    let ran = terminal.run(&["connections", "test", "openai", "--json"]);
    let document = ran.document();
    assert_eq!((ran.status, &document["ok"]), (1, &serde_json::json!(false)), "{document}");
    assert_eq!(document["error"]["code"], "wrong_key", "{document}");
    let shown = terminal.json(&["connections", "show", "openai"]);
    assert_eq!(
        (&shown["status"], &shown["fault"]["code"]),
        (&"failing".into(), &"wrong_key".into()),
        "{shown}"
    );
    let words = terminal.run(&["connections", "test", "openai"]);
    assert_eq!((words.status, words.stdout.as_str()), (1, ""));
    assert!(words.stderr.contains("does not accept this key"), "{}", words.stderr);
    terminal.assert_clean();
}

#[test]
fn a_chat_meets_every_refusal_in_plain_words() {
    let terminal = Terminal::fresh();
    let provider = SimulatedProvider::start_with_key(Persona::OpenAi, terminal.key());
    terminal.add(&["--provider", "openai", "--base-url", &provider.base_url()]);
    let mut faults = told_apart();
    faults.push((Behaviour::Status(Refusal::of(404)), "model_not_found"));
    let count = faults.len();
    for (behaviour, code) in faults {
        // A stream that ends before its first word is one that broke off.
        let code = if matches!(behaviour, Behaviour::EmptyBody) { "stream_broken" } else { code };
        provider.next(Call::Chat, behaviour.clone());
        let (status, error) = terminal.fails(&["chat", "--model", "openai/gpt-4o-mini", "Go on"]);
        assert_eq!((status, error["code"].as_str()), (1, Some(code)), "{behaviour:?}: {error}");
        assert!(error["message"].as_str().is_some_and(|text| text.len() > 10) && error["hint"].is_string());
    }
    let usage = terminal.json(&["usage"]);
    let rows = usage["rows"].as_array().expect("rows");
    assert_eq!(rows.len(), count, "each failure is in the log once");
    assert!(rows.iter().all(|row| row["result"] == "failed" && row["error"].is_string()), "{usage}");
    terminal.assert_clean();
}

#[test]
fn a_server_that_hangs_is_given_up() {
    let terminal = Terminal::fresh();
    let provider = SimulatedProvider::start_with_key(Persona::OpenAi, terminal.key());
    terminal.add(&["--provider", "openai", "--base-url", &provider.base_url()]);
    terminal.json(&["connections", "set", "openai", "first_token_timeout=1", "idle_timeout=1"]);
    for hanging in [Behaviour::HangBeforeHeaders, Behaviour::HangAfterHeaders, Behaviour::HoldAfter(2)] {
        provider.next(Call::Chat, hanging.clone());
        let started = Instant::now();
        let ran = terminal.run(&["chat", "--json", "--model", "openai/gpt-4o-mini", "Go on"]);
        let error = ran.documents().pop().expect("a line");
        assert_eq!((ran.status, &error["error"]["code"]), (1, &"timed_out".into()), "{hanging:?}: {error}");
        assert!(started.elapsed() < Duration::from_secs(8), "{hanging:?}: {:?}", started.elapsed());
    }
    terminal.assert_clean();
}

#[test]
fn one_silent_connection_does_not_hold_up_the_others() {
    let terminal = Terminal::fresh();
    let silent = SimulatedProvider::start_with_key(Persona::Groq, terminal.key());
    let quick = SimulatedProvider::start(Persona::Ollama);
    terminal.add(&["--provider", "groq", "--base-url", &silent.base_url()]);
    terminal.json(&["connections", "add", "--provider", "ollama", "--base-url", &quick.base_url()]);
    silent.always(Call::Any, Behaviour::HangBeforeHeaders);
    // From the cache at once.
    let started = Instant::now();
    let models = terminal.json(&["models"]);
    assert!(models.as_array().is_some_and(|models| models.len() >= 4), "{models}");
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    let ran = terminal.run(&["models", "--refresh", "--json"]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert!(started.elapsed() < Duration::from_secs(25), "{:?}", started.elapsed());
    assert!(ran.stderr.contains("groq did not answer"), "{}", ran.stderr);
    terminal.assert_clean();
}
