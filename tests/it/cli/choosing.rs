//! Which model answers where a script names none, what was refused, and the hours of the writer's own clock.

use super::terminal::{Terminal, fields};
use inkhorn_testkit::{Answer, Behaviour, Call, Finish, Persona, Refusal, SimulatedModel, SimulatedProvider};
use serde_json::{Value, json};

fn connected() -> (Terminal, SimulatedProvider) {
    let terminal = Terminal::fresh();
    let provider = SimulatedProvider::start_with_key(Persona::OpenAi, terminal.key());
    provider.set_models(["one", "two"].map(SimulatedModel::chat).to_vec());
    terminal.add(&["--provider", "openai", "--base-url", &provider.base_url()]);
    provider.forget_requests();
    (terminal, provider)
}

fn chat(terminal: &Terminal, line: &[&str]) -> Value {
    let lines = terminal.lines(&[&["chat"], line].concat());
    lines.last().expect("an end")["done"].clone()
}

#[test]
fn a_feature_has_its_own_model_and_a_script_says_which_feature() {
    let (terminal, _provider) = connected();
    terminal.json(&["collections", "create", "Prose"]);
    terminal.json(&["collections", "add", "Prose", "openai/two"]);
    let set = terminal.json(&["settings", "set", "default_model=openai/one", "default_model.prose=Prose"]);
    assert_eq!(set["feature_models"], json!({ "prose": "Prose" }));
    let listed = terminal.json(&["settings", "list"]);
    fields(&listed, &["system_fallback", "default_model", "default_connection", "feature_models"]);
    let words = terminal.words(&["settings", "list"]);
    assert!(
        words.lines().any(|line| line.split_whitespace().eq(["default_model.prose", "Prose"])),
        "{words}"
    );
    let done = chat(&terminal, &["--feature", "prose", "Go on."]);
    assert_eq!((&done["model"], &done["picked_by"]), (&json!("openai/two"), &json!("feature")));
    assert_eq!(done["collection"], json!("Prose"));
    let done = chat(&terminal, &["Go on."]);
    assert_eq!((&done["model"], &done["picked_by"]), (&json!("openai/one"), &json!("default")));
    let done = chat(&terminal, &["--feature", "prose", "--model", "openai/one", "Go on."]);
    assert_eq!((&done["model"], &done["picked_by"]), (&json!("openai/one"), &json!("explicit")));

    // All of it or nothing.
    for (wrong, code) in [
        ("default_model.poker=openai/one", "bad_request"),
        ("default_model.=openai/one", "bad_request"),
        ("default_model.chat=nowhere/x", "model_not_found"),
        ("default_model.chat=openai/nonsense", "model_not_found"),
        ("default_model.chat=No such", "model_not_found"),
    ] {
        let (status, error) = terminal.fails(&["settings", "set", "default_model=openai/two", wrong]);
        assert_eq!((status, error["code"].as_str()), (1, Some(code)), "{wrong}");
        assert_eq!(terminal.json(&["settings", "list"]), listed, "{wrong}");
    }
    terminal.json(&["collections", "rename", "Prose", "Late prose"]);
    assert_eq!(terminal.json(&["settings", "list"])["feature_models"], json!({ "prose": "Late prose" }));
    assert_eq!(terminal.json(&["settings", "set", "default_model.prose="])["feature_models"], json!({}));
    assert_eq!(chat(&terminal, &["--feature", "prose", "Go on."])["picked_by"], json!("default"));
    terminal.assert_clean();
}

#[test]
fn refusals_are_told_by_model_and_provider_without_any_text() {
    let (terminal, provider) = connected();
    assert!(terminal.words(&["models", "--refusals"]).contains("No model answered"));
    provider
        .next(Call::Chat, Behaviour::Answer(Answer::text("I would rather not.").with_finish(Finish::Filter)));
    let policy =
        r#"{"error":{"message":"flagged","type":"invalid_request_error","code":"content_policy_violation"}}"#;
    provider.next(Call::Chat, Behaviour::Status(Refusal::of(400).with_body(policy)));
    chat(&terminal, &["--model", "openai/two", "quite unmistakable words"]);
    let (_, error) = terminal.fails(&["chat", "--model", "openai/two", "quite unmistakable words"]);
    assert_eq!(error["code"], "content_refused");
    chat(&terminal, &["--model", "openai/one", "quite unmistakable words"]);
    let told = terminal.json(&["models", "--refusals"]);
    let two = json!({ "answers": 2, "withheld": 1, "refused": 1 });
    let one = json!({ "answers": 1, "withheld": 0, "refused": 0 });
    assert_eq!(
        told["models"],
        json!([
            { "name": "openai/two", "days_30": two, "days_365": two },
            { "name": "openai/one", "days_30": one, "days_365": one },
        ])
    );
    let all = json!({ "answers": 3, "withheld": 1, "refused": 1 });
    assert_eq!(told["providers"], json!([{ "name": "openai", "days_30": all, "days_365": all }]));
    let words = terminal.words(&["models", "--refusals"]);
    let cells = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    assert!(words.lines().any(|line| cells(line) == ["openai/two", "2", "1", "1", "2", "1", "1"]), "{words}");
    assert_eq!(terminal.run(&["models", "--refusals", "--refresh"]).status, 2);
    terminal.assert_without(&["quite unmistakable words", "I would rather not."]);
}

#[test]
fn hours_are_those_of_the_writers_clock_where_it_is_half_an_hour_off() {
    let (terminal, _provider) = connected();
    chat(&terminal, &["--model", "openai/one", "Hello"]);
    let time = terminal.json(&["usage"])["rows"][0]["time"].as_str().expect("a time").to_owned();
    for zone in ["Asia/Kolkata", "Asia/Kathmandu", "Asia/Jakarta", "UTC"] {
        let told = terminal.json_in(&["usage", "--by", "hour"], &[("TZ", zone)]);
        let rows = told["rows"].as_array().expect("rows");
        assert_eq!((rows.len(), &rows[0]["requests"]), (1, &json!(1)), "{zone}: {told}");
        let request = terminal.json_in(&["usage"], &[("TZ", zone)])["rows"][0]["time"].clone();
        let request = request.as_str().expect("a time");
        let hour = format!("{}:00", &request[..13]);
        assert_eq!(rows[0]["name"], json!(hour), "{zone}: the request was at {request}, {time}");
        // From the full hour of the writer's clock until now it is there; in the hour before it is not.
        let since = terminal.json_in(&["usage", "--since", &hour, "--by", "hour"], &[("TZ", zone)]);
        assert_eq!(since["rows"].as_array().map(Vec::len), Some(1), "{zone}");
        let before = terminal.json_in(&["usage", "--until", &hour, "--by", "hour"], &[("TZ", zone)]);
        assert_eq!(before["rows"], json!([]), "{zone}");
    }
}
