//! Budgets through the built program: many at once cannot overrun them, the dead hold nothing, leave is used once, and
//! a refusal says why in every face.

use super::terminal::{Terminal, fields, over_http};
use inkhorn_testkit::{Answer, Behaviour, Call, Persona, RealKeychain, SimulatedProvider};
use serde_json::Value;

const MODEL: &str = "openai/gpt-4o-mini";

/// A terminal with OpenAI connected, whose model costs $0.15 in and $0.60 out for a million tokens.
fn connected(keychain: &RealKeychain) -> (Terminal, SimulatedProvider) {
    let terminal = Terminal::with_keychain(keychain);
    let provider = SimulatedProvider::start_with_key(Persona::OpenAi, terminal.key());
    terminal.add(&["--provider", "openai", "--base-url", &provider.base_url()]);
    (terminal, provider)
}

fn set(terminal: &Terminal, scope: &str, limit: &str) -> Value {
    terminal.json(&["budgets", "set", "--scope", scope, "--period", "month", "--limit", limit])
}

fn list(terminal: &Terminal) -> Vec<Value> {
    terminal.json(&["budgets", "list"]).as_array().expect("a list").clone()
}

/// Pico-dollars.
fn pico(dollars: &Value) -> i64 {
    inkhorn_domain::Money::parse(dollars.as_str().expect("decimal text")).expect("an amount").0
}

/// The totals of the log, which are those of its rows.
fn totals(terminal: &Terminal) -> Value {
    let usage = terminal.json(&["usage"]);
    let rows = usage["rows"].as_array().expect("rows");
    let cost: i64 = rows.iter().filter(|row| !row["cost"].is_null()).map(|row| pico(&row["cost"])).sum();
    assert_eq!(usage["total"]["requests"], rows.len() as u64);
    assert_eq!(pico(&usage["total"]["cost"]), cost, "the sum is that of the rows");
    usage
}

#[test]
fn a_budget_is_set_listed_and_removed() {
    let keychain = RealKeychain::start();
    let (terminal, provider) = connected(&keychain);
    provider.answer_with(Answer::words(100));
    let one = terminal.json(&[
        "budgets", "set", "--scope", "all", "--period", "day", "--limit", "2.50", "--warn", "50", "80",
    ]);
    fields(
        &one,
        &[
            "scope",
            "kind",
            "name",
            "period",
            "limit",
            "warn",
            "from",
            "until",
            "spent",
            "held",
            "left",
            "percent",
            "unpriced_requests",
            "state",
            "allowed_once",
        ],
    );
    assert_eq!((&one["limit"], &one["left"], &one["state"]), (&"2.5".into(), &"2.5".into(), &"open".into()));
    assert_eq!(one["warn"], serde_json::json!([50, 80]));
    set(&terminal, "model:openai/gpt-4o-mini", "1");
    terminal.lines(&["chat", "--model", MODEL, "Go on"]);
    let usage = totals(&terminal);
    for budget in list(&terminal) {
        assert_eq!(budget["spent"], usage["total"]["cost"], "{budget}");
        assert_eq!(pico(&budget["left"]), pico(&budget["limit"]) - pico(&budget["spent"]));
        assert_eq!(budget["held"], "0");
    }
    let gone = terminal.json(&["budgets", "remove", "--scope", "all", "--period", "day"]);
    assert_eq!(gone["removed"], "all/day");
    assert_eq!(list(&terminal).len(), 1);
    for (line, code) in [
        (["budgets", "remove", "--scope", "all", "--period", "day"].as_slice(), "not_found"),
        (&["budgets", "set", "--scope", "everything", "--period", "day", "--limit", "1"], "usage_error"),
        (&["budgets", "set", "--scope", "all", "--period", "day", "--limit=-1"], "usage_error"),
    ] {
        let (_, error) = terminal.fails(line);
        assert_eq!(error["code"], code, "{error}");
    }
    terminal.assert_clean();
}

#[test]
fn twenty_chats_at_once_cannot_overrun_a_budget() {
    let keychain = RealKeychain::start();
    let (terminal, provider) = connected(&keychain);
    provider.answer_with(Answer::words(200));
    // One costs about 0.00012 and needs 0.00015 to begin: there is room for a handful.
    set(&terminal, "connection:openai", "0.0006");
    let line = ["chat", "--json", "--model", MODEL, "--max-tokens", "200", "Go on"];
    let chats: Vec<_> = (0..20).map(|_| terminal.spawn(&line)).collect();
    let ended: Vec<_> = chats.into_iter().map(|chat| chat.finish()).collect();
    let passed = ended.iter().filter(|chat| chat.status == 0).count();
    for refused in ended.iter().filter(|chat| chat.status != 0) {
        let error = refused.documents().pop().expect("a reason");
        assert_eq!(error["error"]["code"], "over_budget", "{error}");
        assert!(
            error["error"]["message"].as_str().is_some_and(|text| text.contains("connection:openai/month"))
        );
    }
    assert!((2..=5).contains(&passed), "{passed} of twenty passed");
    assert_eq!(provider.chats().len(), passed, "what was refused never went out");
    let usage = totals(&terminal);
    let count = |result: &str| {
        let rows = usage["rows"].as_array().expect("rows").iter();
        rows.filter(|row| row["result"] == result).count()
    };
    assert_eq!((count("completed"), count("refused")), (passed, 20 - passed));
    let budget = &list(&terminal)[0];
    assert!(pico(&budget["spent"]) <= pico(&budget["limit"]), "{budget}");
    assert_eq!((&budget["spent"], &budget["held"]), (&usage["total"]["cost"], &"0".into()));
    terminal.assert_sound();
    terminal.assert_clean();
}

#[test]
fn what_a_killed_program_held_is_free_again() {
    let keychain = RealKeychain::start();
    let (terminal, provider) = connected(&keychain);
    provider.answer_with(Answer::words(50));
    set(&terminal, "all", "0.001");
    // It may cost 0.0009: two of them do not fit.
    let line = ["chat", "--model", MODEL, "--max-tokens", "1500", "Go on"];
    let spawn = || terminal.spawn(&[&["--json"], &line[..]].concat());
    provider.always(Call::Chat, Behaviour::HoldAfter(3));
    for round in 0..3 {
        let mut chat = spawn();
        chat.line();
        let (_, error) = terminal.fails(&line);
        assert_eq!(error["code"], "over_budget", "round {round}: {error}");
        assert!(pico(&list(&terminal)[0]["held"]) > 0);
        chat.kill();
        chat.finish();
        assert_eq!(list(&terminal)[0]["held"], "0", "the dead hold nothing");
    }
    provider.behave();
    provider.release();
    terminal.lines(&line);
    let usage = totals(&terminal);
    let days = terminal.json(&["usage", "--by", "day"]);
    assert_eq!(days["total"], usage["total"], "days and rows come to the same after three kills");
    // Stopped by its writer, a chat gives back what it does not use.
    provider.always(Call::Chat, Behaviour::HoldAfter(3));
    let mut chat = spawn();
    chat.line();
    chat.interrupt();
    chat.finish();
    assert_eq!(list(&terminal)[0]["held"], "0");
    totals(&terminal);
    terminal.assert_sound();
    terminal.assert_clean();
}

#[test]
fn leave_is_used_by_one_request() {
    let keychain = RealKeychain::start();
    let (terminal, provider) = connected(&keychain);
    provider.answer_with(Answer::words(5));
    set(&terminal, "feature:chat", "0");
    let chat = ["chat", "--model", MODEL, "--max-tokens", "50", "Go on"];
    let refused = || terminal.fails(&chat).1["code"] == "over_budget";
    assert!(refused());
    let allowed = terminal.json(&["budgets", "allow", "--scope", "feature:chat", "--period", "month"]);
    assert_eq!(allowed["allowed_once"], true);
    terminal.lines(&chat);
    assert!(refused());
    assert_eq!(list(&terminal)[0]["allowed_once"], false);
    assert_eq!(list(&terminal)[0]["state"], "spent");
    // What it is about is another feature's affair.
    terminal.lines(&["chat", "--model", MODEL, "--feature", "prose", "Go on"]);
    terminal.assert_clean();
}

#[test]
fn local_models_are_free_and_unknown_prices_are_said() {
    let keychain = RealKeychain::start();
    let terminal = Terminal::with_keychain(&keychain);
    let local = SimulatedProvider::start(Persona::Ollama);
    local.answer_with(Answer::words(5));
    terminal.add(&["--provider", "ollama", "--base-url", &local.base_url()]);
    let cloud = SimulatedProvider::start_with_key(Persona::OpenAi, terminal.key());
    cloud.set_models(vec![inkhorn_testkit::SimulatedModel::chat("nobody-prices-this")]);
    terminal.add(&["--provider", "openai", "--base-url", &cloud.base_url()]);
    set(&terminal, "all", "100");
    let unknown = ["chat", "--model", "openai/nobody-prices-this", "Go on"];
    let (_, error) = terminal.fails(&unknown);
    assert_eq!(error["code"], "over_budget");
    assert!(error["message"].as_str().is_some_and(|text| text.contains("nobody-prices-this")), "{error}");
    assert!(cloud.chats().is_empty());
    terminal.json(&["budgets", "allow", "--scope", "all", "--period", "month"]);
    terminal.lines(&unknown);
    let budget = &list(&terminal)[0];
    assert_eq!((&budget["unpriced_requests"], &budget["spent"]), (&1.into(), &"0".into()), "{budget}");
    set(&terminal, "all", "0");
    let model = format!("ollama/{}", local.models()[0].id);
    terminal.lines(&["chat", "--model", &model, "Go on"]);
    terminal.assert_clean();
}

#[test]
fn an_app_is_stopped_at_its_budget_in_its_own_dialect() {
    let keychain = RealKeychain::start();
    let (terminal, provider) = connected(&keychain);
    provider.answer_with(Answer::words(20));
    terminal.fails(&["apps", "add", "Bad", "--budget", "much"]);
    assert_eq!(terminal.json(&["apps", "list"]), serde_json::json!([]), "nothing is admitted by half");
    let added = terminal.json(&["apps", "add", "Novelcrafter", "--budget", "0.0001"]);
    let token = added["token"].as_str().expect("a token").to_owned();
    assert_eq!(list(&terminal)[0]["scope"], "app:Novelcrafter");
    let mut serve = terminal.spawn(&["serve", "--json", "--port", "0"]);
    let address = serve.line()["address"].as_str().expect("an address").to_owned();
    let host = address.trim_start_matches("http://");
    let body = |tokens: u32| {
        format!(
            r#"{{"model":"{MODEL}","max_tokens":{tokens},"messages":[{{"role":"user","content":"Go on"}}]}}"#
        )
    };
    let ask = |path: &str, tokens: u32| over_http(host, "POST", path, &token, &body(tokens));
    assert_eq!(ask("/v1/chat/completions", 50).0, 200);
    for (path, place) in [("/v1/chat/completions", "/error/code"), ("/v1/messages", "/error/message")] {
        let (status, answer) = ask(path, 5_000);
        if status == 404 && path == "/v1/messages" {
            continue;
        }
        assert_eq!(status, 429, "{path}: {answer}");
        let answer: Value = serde_json::from_str(&answer).expect("JSON");
        let said = answer.pointer(place).and_then(Value::as_str).unwrap_or_default();
        assert!(said.contains("over_budget") || said.contains("app:Novelcrafter/month"), "{answer}");
    }
    // No limit of its own: the answer is kept within what is left.
    let free = format!(r#"{{"model":"{MODEL}","messages":[{{"role":"user","content":"Go on"}}]}}"#);
    let (status, answer) = over_http(host, "POST", "/v1/chat/completions", &token, &free);
    assert_eq!(status, 429, "{answer}");
    set(&terminal, "app:Novelcrafter", "0.002");
    let give_up = std::time::Instant::now() + std::time::Duration::from_secs(3);
    while over_http(host, "POST", "/v1/chat/completions", &token, &free).0 != 200 {
        assert!(std::time::Instant::now() < give_up, "a raised budget is seen within a second");
    }
    let sent = provider.chats().pop().expect("it went out");
    let limit = sent.json()["max_tokens"].as_u64().or(sent.json()["max_completion_tokens"].as_u64());
    assert!(limit.is_some_and(|limit| (1_024..4_000).contains(&limit)), "{limit:?}");
    serve.terminate();
    assert_eq!(serve.finish().status, 0);
    terminal.json(&["apps", "revoke", "Novelcrafter"]);
    assert!(list(&terminal).is_empty(), "its budget goes with it");
    terminal.assert_clean();
}

#[test]
fn what_is_reached_is_said_once() {
    let keychain = RealKeychain::start();
    let (terminal, provider) = connected(&keychain);
    provider.answer_with(Answer::words(100));
    // One costs about 0.00006.
    terminal.json(&[
        "budgets", "set", "--scope", "all", "--period", "month", "--limit", "0.01", "--warn", "1", "99",
    ]);
    let said = |number: usize| -> usize {
        let ran = terminal.run(&["chat", "--model", MODEL, "--max-tokens", "100", "Go on"]);
        assert_eq!(ran.status, 0, "{number}: {}", ran.stderr);
        ran.stderr.matches("1 % of the budget all/month").count()
    };
    // 1 % is reached by the second chat at the latest, and then never said again.
    assert_eq!((0..5).map(said).sum::<usize>(), 1);
    terminal.assert_clean();
}
