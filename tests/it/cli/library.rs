//! `prompts ...`, `assistants ...` and `chat --assistant`: kept sealed, filled, sent, and refused clearly.

use super::terminal::{Terminal, fields};
use inkhorn_testkit::{Answer, Behaviour, Call, Canary, Persona, SimulatedModel, SimulatedProvider};
use serde_json::{Value, json};

fn connected() -> (Terminal, SimulatedProvider) {
    let terminal = Terminal::fresh();
    let provider = SimulatedProvider::start_with_key(Persona::OpenAi, terminal.key());
    provider.set_models(["gpt-4o", "gpt-4o-mini", "gpt-3.5-turbo"].map(SimulatedModel::chat).to_vec());
    terminal.add(&["--provider", "openai", "--base-url", &provider.base_url()]);
    terminal.json(&["settings", "set", "default_model=openai/gpt-4o"]);
    provider.forget_requests();
    (terminal, provider)
}

/// The `done` document of a streamed answer.
fn done(ran: &str) -> Value {
    let last = ran.lines().last().expect("a last line");
    let document: Value = serde_json::from_str(last).expect("a document");
    document["done"].clone()
}

#[test]
fn a_prompt_is_kept_shown_filled_sent_and_removed() {
    let (terminal, provider) = connected();
    provider.answer_with(Answer::text("Thus it ends."));
    let said = Canary::prompt();
    let file = terminal.file("prompt.txt", &format!("{} about {{{{subject}}}}, \\{{{{so}}}}", said.text()));
    let made = terminal.json(&[
        "prompts",
        "add",
        "Ending",
        &file,
        "--model",
        "openai/gpt-4o-mini",
        "--assistant",
        "blog",
    ]);
    fields(&made, &["id", "name", "text", "variables", "model", "assistant", "settings"]);
    assert_eq!(made["variables"][0]["name"], "subject");
    assert_eq!(terminal.json(&["prompts", "list"]).as_array().map(Vec::len), Some(1));
    assert!(terminal.words(&["prompts", "show", "ENDING"]).contains("subject"));

    let ran = terminal.run(&["--json", "prompts", "run", "ending", "--set", "Subject={{herons}}"]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    let done = done(&ran.stdout);
    assert_eq!((&done["model"], &done["picked_by"]), (&json!("openai/gpt-4o-mini"), &json!("prompt")));
    assert_eq!(done["assistant"]["id"], "blog");
    let body = provider.chats()[0].json();
    assert_eq!(body["messages"][1]["content"], format!("{} about {{{{herons}}}}, {{{{so}}}}", said.text()));
    assert_eq!((&body["messages"][0]["role"], &body["temperature"]), (&json!("system"), &json!(0.8)));
    assert_eq!(terminal.json(&["usage"])["rows"][0]["feature"], "prompt");
    terminal.assert_without(&[said.text()]);

    for (line, status, code) in [
        (&["prompts", "run", "Ending"][..], 2, "usage_error"),
        (&["prompts", "run", "Ending", "--set", "other=x"], 2, "usage_error"),
        (&["prompts", "run", "Nothing"], 1, "not_found"),
        (&["prompts", "run", "Ending", "--set", "subject=x", "--assistant", "Nobody"], 1, "not_found"),
        (&["prompts", "add", "Ending", &file, "--model", "nowhere/x"], 1, "model_not_found"),
    ] {
        let ran = terminal.run(&[&["--json"], line].concat());
        let told: Value = serde_json::from_str(ran.stdout.trim()).expect("a document");
        assert_eq!((ran.status, &told["error"]["code"]), (status, &json!(code)), "{line:?} {}", ran.stdout);
    }
    assert_eq!(provider.chats().len(), 1, "nothing of that was sent");
    assert_eq!(terminal.json(&["prompts", "remove", "Ending"]), json!({ "removed": "Ending" }));
    assert_eq!(terminal.json(&["prompts", "list"]), json!([]));
}

#[test]
fn an_assistant_goes_before_a_text_by_name_or_by_autos_choice() {
    let (terminal, provider) = connected();
    provider.answer_with(Answer::text("fn main() {}"));
    let all = terminal.json(&["assistants", "list"]);
    assert_eq!((all.as_array().map(Vec::len), &all[1]["id"]), (Some(9), &json!("code")));
    assert!(terminal.words(&["assistants", "list"]).contains("Web search"));

    let ran = terminal.run(&["--json", "chat", "--assistant", "Kode", "A loop."]);
    assert_eq!(done(&ran.stdout)["assistant"]["id"], "code", "{}", ran.stderr);
    let body = provider.chats()[0].json();
    assert!(
        body["messages"][0]["content"].as_str().is_some_and(|text| text.starts_with("You help with code"))
    );
    let old = ["chat", "--model", "openai/gpt-3.5-turbo", "--assistant", "web-search", "News?"];
    let ran = terminal.run(&old);
    assert!(ran.status == 0 && ran.stderr.contains("cannot search the web"), "{}", ran.stderr);

    provider.next(Call::Chat, Behaviour::Answer(Answer::text("2")));
    let ran = terminal.run(&["--json", "chat", "--assistant", "auto", "A loop."]);
    let told = done(&ran.stdout)["assistant"].clone();
    assert_eq!((&told["id"], &told["auto"]["model"]), (&json!("code"), &json!("openai/gpt-4o-mini")));
    assert!(ran.stderr.contains("chosen by openai/gpt-4o-mini for $"), "{}", ran.stderr);
    let rows = terminal.json(&["usage"])["rows"].clone();
    assert_eq!((&rows[1]["feature"], &rows[1]["face"]), (&json!("assistant-choice"), &rows[0]["face"]));
}
