//! `collections ...`: made, filled, ordered, renamed, shared as text, used like a model; and texts from anywhere.

use super::terminal::{Terminal, fields};
use inkhorn_testkit::{Answer, Canary, Persona, SimulatedModel, SimulatedProvider};
use serde_json::{Value, json};

fn connected() -> (Terminal, SimulatedProvider) {
    let terminal = Terminal::fresh();
    let provider = SimulatedProvider::start_with_key(Persona::OpenAi, terminal.key());
    let ids = ["gpt-4o-mini", "vendor/odd: name 小", "third"];
    provider.set_models(ids.map(SimulatedModel::chat).to_vec());
    terminal.add(&["--provider", "openai", "--base-url", &provider.base_url()]);
    provider.forget_requests();
    (terminal, provider)
}

fn ids(collection: &Value) -> Vec<&str> {
    let models = collection["models"].as_array().expect("models");
    models.iter().map(|model| model["id"].as_str().expect("an id")).collect()
}

#[test]
fn a_collection_is_made_filled_ordered_renamed_and_deleted() {
    let (terminal, _provider) = connected();
    let made = terminal.json(&["collections", "create", "Prose"]);
    fields(&made, &["name", "models", "default", "answers", "updated_at"]);
    assert_eq!((&made["name"], ids(&made).len(), &made["answers"]), (&json!("Prose"), 0, &Value::Null));
    let odd = "openai/vendor/odd: name 小";
    let filled =
        terminal.json(&["collections", "add", "prose", odd, "openai/gpt-4o-mini", "gone/x", "openai/third"]);
    assert_eq!(ids(&filled), [odd, "openai/gpt-4o-mini", "gone/x", "openai/third"]);
    assert_eq!((&filled["answers"], &filled["models"][2]["reason"]), (&json!(odd), &json!("not_connected")));
    let again = terminal.json(&["collections", "add", "Prose", "openai/third", "openai/third"]);
    assert_eq!(ids(&again).len(), 4, "each stands once");
    let ordered = terminal.json(&["collections", "reorder", "Prose", "openai/third", "gone/x"]);
    assert_eq!(ids(&ordered), ["openai/third", "gone/x", odd, "openai/gpt-4o-mini"]);
    let fewer = terminal.json(&["collections", "remove", "Prose", "gone/x"]);
    assert_eq!(ids(&fewer), ["openai/third", odd, "openai/gpt-4o-mini"]);
    assert_eq!(terminal.json(&["collections", "default", "PROSE"])["default"], json!(true));
    let renamed = terminal.json(&["collections", "rename", "Prose", "Late prose"]);
    assert_eq!((&renamed["name"], &renamed["default"]), (&json!("Late prose"), &json!(true)));
    assert_eq!(terminal.json(&["collections", "show", "late prose"])["name"], json!("Late prose"));
    let listed = terminal.json(&["collections", "list"]);
    assert_eq!(listed.as_array().map(Vec::len), Some(1));
    let words = terminal.words(&["collections", "list"]);
    assert!(words.contains("Late prose (default)") && words.contains("openai/third"), "{words}");
    let none = terminal.json(&["collections", "default", "--none"]);
    assert_eq!((&none[0]["name"], &none[0]["default"]), (&json!("Late prose"), &json!(false)));
    for wrong in [&["collections", "default"][..], &["collections", "default", "Late prose", "--none"]] {
        assert_eq!(terminal.run(wrong).status, 2, "{wrong:?}");
    }
    let gone = terminal.json(&["collections", "delete", "Late prose"]);
    assert_eq!(gone, json!({ "deleted": "Late prose", "unset": [] }));
    assert_eq!(terminal.json(&["collections", "list"]), json!([]));

    // One name, whether its accent is a letter with it or a sign behind it.
    terminal.json(&["collections", "create", "Caf\u{e9}"]);
    let shown = terminal.json(&["collections", "show", "cafe\u{301}"]);
    assert_eq!(shown["name"], json!("Caf\u{e9}"));
}

#[test]
fn what_cannot_be_is_told_and_changes_nothing() {
    let (terminal, _provider) = connected();
    terminal.json(&["collections", "create", "Prose"]);
    terminal.json(&["collections", "create", "Caf\u{e9}"]);
    for (line, code) in [
        (&["collections", "create", "PROSE"][..], "duplicate"),
        (&["collections", "create", "Cafe\u{301}"], "duplicate"),
        (&["collections", "create", "a/b"], "bad_request"),
        (&["collections", "create", " "], "bad_request"),
        (&["collections", "create", "turned \u{202e} over"], "bad_request"),
        (&["collections", "show", "Nothing"], "not_found"),
        (&["collections", "delete", "Nothing"], "not_found"),
        (&["collections", "default", "Nothing"], "not_found"),
        (&["collections", "add", "Nothing", "openai/third"], "not_found"),
        (&["collections", "add", "Prose", "no address"], "model_not_found"),
        (&["collections", "remove", "Prose", "openai/third"], "model_not_found"),
        (&["collections", "reorder", "Prose", "openai/third"], "model_not_found"),
    ] {
        let ran = terminal.run(&[&["--json"], line].concat());
        let told: Value = serde_json::from_str(ran.stdout.trim()).expect("a document");
        assert_eq!((ran.status, &told["error"]["code"]), (1, &json!(code)), "{line:?} {}", ran.stdout);
    }
    assert_eq!(terminal.run(&["collections", "add", "Prose"]).status, 2, "models are wanted");
    assert_eq!(ids(&terminal.json(&["collections", "show", "Prose"])).len(), 0);
}

#[test]
fn a_collection_answers_like_a_model_and_the_next_member_takes_over() {
    let (terminal, provider) = connected();
    terminal.json(&["collections", "create", "Prose"]);
    terminal.json(&["collections", "add", "Prose", "nowhere/x", "openai/third", "openai/gpt-4o-mini"]);
    provider.answer_with(Answer::text("Yes."));
    let chat = |model: &[&str]| {
        let lines = terminal.lines(&[&["chat"], model, &["Go on."]].concat());
        lines.last().expect("an end")["done"].clone()
    };
    let done = chat(&["--model", "prose"]);
    assert_eq!((&done["model"], &done["collection"]), (&json!("openai/third"), &json!("Prose")));
    assert_eq!(done["picked_by"], json!("explicit"));
    provider.set_models(vec![SimulatedModel::chat("gpt-4o-mini")]);
    terminal.json(&["models", "--refresh"]);
    terminal.json(&["collections", "default", "Prose"]);
    let done = chat(&[]);
    assert_eq!((&done["model"], &done["picked_by"]), (&json!("openai/gpt-4o-mini"), &json!("default")));
    let badged = terminal.json(&["collections", "show", "Prose"]);
    assert_eq!(badged["models"][1]["reason"], json!("gone"));
    let gone = terminal.json(&["models", "--search", "third openai"]);
    assert_eq!((&gone[0]["available"], &gone[0]["reason"]), (&json!(false), &json!("gone")));
    let none = terminal.words(&["models", "--search", "third party"]);
    assert!(none.contains("these words") && !none.contains("--refresh"), "{none}");
}

#[test]
fn a_text_goes_out_and_comes_in_and_texts_from_anywhere_do_no_harm() {
    let (terminal, _provider) = connected();
    terminal.json(&["collections", "create", "Prose"]);
    let odd = "openai/vendor/odd: name 小";
    terminal.json(&["collections", "add", "Prose", odd, "two/gpt-4o-mini", "openai/gpt-4o-mini"]);
    let text = terminal.words(&["collections", "export", "Prose"]);
    let written = terminal.json(&["collections", "export", "Prose"]);
    assert_eq!((&written["name"], written["text"].as_str()), (&json!("Prose"), Some(text.as_str())));
    assert!(text.contains(&format!("model: {odd}\n")), "{text}");
    let file = terminal.file("prose.txt", &text);
    let again = terminal.run(&["--json", "collections", "import", &file]);
    assert!(again.status == 1 && again.stdout.contains("\"duplicate\""), "{}", again.stdout);
    let read = terminal.json(&["collections", "import", &file, "--name", "Copy"]);
    assert_eq!(ids(&read), [odd, "two/gpt-4o-mini", "openai/gpt-4o-mini"]);
    assert_eq!(read["models"][1]["reason"], json!("not_connected"));

    let key = Canary::key();
    let keyed = text.replace("two/gpt-4o-mini", &format!("two/{}", key.text()));
    let noted = text.replace(
        "# An Inkhorn collection, form 1",
        "# An Inkhorn collection, form 1; password hunter2-hunter2",
    );
    let fact =
        text.replace("model: two/gpt-4o-mini", "model: two/gpt-4o-mini\n  authorization: hunter2-hunter2");
    let huge = format!("{text}{}", "# more\n".repeat(160_000));
    for (what, bad, code) in [
        ("cut", &text[..text.len() / 2], "bad_request"),
        ("a key", keyed.as_str(), "bad_request"),
        ("a fact of its own", fact.as_str(), "bad_request"),
        ("1 MB", huge.as_str(), "over_limit"),
        ("a later form", &text.replace("form 1", "form 7"), "newer_format"),
        ("a settings file", "OPENAI_API_KEY=abc\n", "bad_request"),
        ("nothing", "", "bad_request"),
    ] {
        let ran =
            terminal.run_with(&["--json", "collections", "import", "-", "--name", "Bad"], bad.as_bytes());
        let told: Value = serde_json::from_str(ran.stdout.trim()).expect("a document");
        assert_eq!((ran.status, &told["error"]["code"]), (1, &json!(code)), "{what}: {}", ran.stdout);
        assert!(!ran.stdout.contains("hunter2-hunter2") && !ran.stderr.contains("hunter2-hunter2"), "{what}");
        assert!(!ran.stdout.contains(key.text()) && !ran.stderr.contains(key.text()), "{what}");
    }
    let remarked =
        terminal.run_with(&["--json", "collections", "import", "-", "--name", "Remark"], noted.as_bytes());
    assert_eq!(remarked.status, 0, "a remark is not read: {}", remarked.stdout);
    assert_eq!(terminal.run(&["collections", "import", "/nowhere/at/all"]).status, 2);
    let listed = terminal.json(&["collections", "list"]);
    let names: Vec<&Value> = listed.as_array().expect("a list").iter().map(|one| &one["name"]).collect();
    assert_eq!(names, ["Prose", "Copy", "Remark"]);
    terminal.assert_without(&[key.text(), "hunter2-hunter2"]);
}
