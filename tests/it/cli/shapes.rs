//! Every command's document and exit status, as section C of the specification fixes them.

use super::terminal::{Terminal, fields};
use inkhorn_testkit::{Persona, SimulatedProvider};
use serde_json::{Value, json};

#[test]
fn the_catalogue_is_listed() {
    let terminal = Terminal::fresh();
    let providers = terminal.json(&["providers"]);
    let ids: Vec<&str> = list(&providers).iter().map(|one| one["id"].as_str().expect("an id")).collect();
    for id in [
        "openai",
        "anthropic",
        "openrouter",
        "google_gemini",
        "azure_openai",
        "aws_bedrock",
        "cohere",
        "groq",
        "mistral",
        "deepseek",
        "xai",
        "together",
        "fireworks",
        "huggingface",
        "digitalocean",
        "anyscale",
        "cerebras",
        "perplexity",
        "nvidia_nim",
        "ollama_cloud",
        "ollama",
        "lm_studio",
        "localai",
        "lightllm",
        "llama_cpp",
        "vllm",
        "koboldcpp",
        "jan",
        "openai_compatible",
    ] {
        assert!(ids.contains(&id), "{id} is not in {ids:?}");
    }
    for one in list(&providers) {
        fields(one, &["id", "name", "locality", "dialect", "base_url", "auth"]);
    }
    let ollama = list(&providers).iter().find(|one| one["id"] == "ollama").expect("listed");
    assert_eq!((&ollama["locality"], &ollama["dialect"]), (&json!("local"), &json!("ollama")));
    assert!(terminal.words(&["providers"]).contains("Anthropic"));
}

#[test]
fn a_catalogue_of_the_writers_own_lies_on_top_or_is_refused_with_its_place() {
    let terminal = Terminal::fresh();
    let own = r#"{ "providers": [
  { "id": "attic", "name": "Attic", "locality": "either", "dialect": "openai-chat", "key": "optional",
    "models": [{ "path": "/models" }], "waits": { "connect": 10, "first_byte": 60, "idle": 60, "total": 600 } }
] }"#;
    let keep = |text: &[u8]| {
        std::fs::create_dir_all(terminal.dir()).expect("the profile");
        std::fs::write(terminal.dir().join("catalogue.json"), text).expect("the catalogue is kept");
    };
    keep(own.as_bytes());
    let providers = terminal.json(&["providers"]);
    assert!(list(&providers).iter().any(|one| one["name"] == "Attic" && one["dialect"] == "openai-chat"));
    // A provider without code: a connection to it answers.
    let provider = SimulatedProvider::start_with_key(Persona::Compatible, terminal.key());
    let added = terminal.add(&["--provider", "attic", "--base-url", &provider.base_url()]);
    assert_eq!(added["provider"], "attic");

    for (text, place) in [
        (own.replace("\"optional\"", "\"maybe\""), "line 2, column 98"),
        (own.replace("}],", "},],"), "line 3, column 38"),
        (own.replace("\"attic\"", "\"At tic\""), "line 2, column 3"),
    ] {
        keep(text.as_bytes());
        let (status, error) = terminal.fails(&["providers"]);
        assert_eq!((status, error["code"].as_str()), (1, Some("damaged")), "{error}");
        let message = error["message"].as_str().expect("a message");
        assert!(message.contains(place) && message.contains("catalogue.json"), "{place}: {message}");
    }
    // Put right again, nothing is lost.
    keep(own.as_bytes());
    assert_eq!(list(&terminal.json(&["connections", "list"])).len(), 1);
}

#[test]
fn a_connection_is_added_shown_tested_changed_and_removed() {
    let terminal = Terminal::fresh();
    let provider = SimulatedProvider::start_with_key(Persona::OpenAi, terminal.key());
    let url = provider.base_url();
    let added = terminal.add(&["--provider", "openai", "--label", "My OpenAI", "--base-url", &url]);
    fields(&added, &["id", "slug", "provider", "label", "base_url", "locality", "key_last4", "status"]);
    assert_eq!(added["slug"], "my-openai");
    assert_eq!((&added["locality"], &added["status"]), (&json!("cloud"), &json!("connected")));
    assert_eq!(added["key_last4"], terminal.key()[terminal.key().len() - 4..]);

    let listed = terminal.json(&["connections", "list"]);
    assert_eq!(list(&listed).len(), 1);
    assert_eq!((&listed[0]["slug"], &listed[0]["status"]), (&json!("my-openai"), &json!("connected")));
    assert_eq!(terminal.json(&["connections", "show", "my-openai"])["id"], added["id"]);

    let test = terminal.json(&["connections", "test", "my-openai"]);
    assert_eq!(test["ok"], true);
    assert!(test["models"].as_u64() > Some(0) && test["latency_ms"].is_u64(), "{test}");
    assert!(test.get("error").is_none());

    let changed =
        terminal.json(&["connections", "set", "my-openai", "label=Work", "active=off", "temperature=0.4"]);
    assert_eq!((&changed["slug"], &changed["label"]), (&json!("my-openai"), &json!("Work")));
    assert_eq!((&changed["active"], &changed["status"]), (&json!(false), &json!("disabled")));
    assert_eq!(changed["settings"]["temperature"], "0.4");

    // A key belongs to an address.
    let (status, error) =
        terminal.fails(&["connections", "set", "my-openai", "base_url=http://127.0.0.1:1/v1"]);
    assert_eq!((status, error["code"].as_str()), (1, Some("key_form")), "{error}");
    let moved = ["connections", "set", "my-openai", &format!("base_url={url}"), "active=on", "--key-stdin"];
    assert_eq!(terminal.json_with(&moved, terminal.key())["active"], true);

    assert_eq!(terminal.json(&["connections", "remove", "my-openai"]), json!({ "removed": "my-openai" }));
    for line in [["connections", "show", "my-openai"], ["connections", "test", "my-openai"]] {
        let (status, error) = terminal.fails(&line);
        assert_eq!((status, error["code"].as_str()), (1, Some("not_found")), "{error}");
    }
    assert_eq!(terminal.json(&["connections", "list"]), json!([]));
    terminal.assert_clean();
}

#[test]
fn a_key_comes_from_a_named_variable_too() {
    let terminal = Terminal::fresh();
    let provider = SimulatedProvider::start_with_key(Persona::Anthropic, terminal.key());
    let url = provider.base_url();
    let line =
        ["connections", "add", "--provider", "anthropic", "--base-url", &url, "--key-env", "WRITERS_KEY"];
    let added = terminal.json_in(&line, &[("WRITERS_KEY", terminal.key())]);
    assert_eq!((&added["slug"], &added["status"]), (&json!("anthropic"), &json!("connected")));
    let (status, error) = terminal.fails(&line);
    assert_eq!((status, error["code"].as_str()), (2, Some("usage_error")), "{error}");
    terminal.assert_clean();
}

#[test]
fn models_tell_their_price_and_whether_they_can_be_used() {
    let terminal = Terminal::fresh();
    let cloud = SimulatedProvider::start_with_key(Persona::OpenAi, terminal.key());
    let local = SimulatedProvider::start(Persona::Ollama);
    terminal.add(&["--provider", "openai", "--base-url", &cloud.base_url(), "--model", "typed-by-hand"]);
    terminal.json(&["connections", "add", "--provider", "ollama", "--base-url", &local.base_url()]);

    let models = terminal.json(&["models"]);
    for model in list(&models) {
        fields(
            model,
            &["id", "connection", "name", "context_length", "price", "capabilities", "available", "reason"],
        );
        fields(&model["price"], &["state", "input", "output", "cache_read", "cache_write"]);
        let state = model["price"]["state"].as_str().expect("a word");
        assert!(["known", "unknown", "free", "local"].contains(&state), "{state}");
    }
    let of = |slug: &str| {
        list(&models).iter().filter(|model| model["connection"] == slug).cloned().collect::<Vec<_>>()
    };
    assert!(of("ollama").iter().all(|model| model["price"]["state"] == "local"), "{models}");
    let typed =
        of("openai").into_iter().find(|model| model["id"] == "openai/typed-by-hand").expect("usable at once");
    assert_eq!((&typed["available"], &typed["price"]["state"]), (&json!(true), &json!("unknown")));
    assert!(of("openai").iter().any(|model| model["price"]["state"] == "known"), "{models}");

    assert_eq!(terminal.json(&["models", "--connection", "ollama"]), json!(of("ollama")));
    let found = terminal.json(&["models", "--search", "TYPED-by"]);
    assert_eq!((list(&found).len(), &found[0]["id"]), (1, &json!("openai/typed-by-hand")));
    let (status, error) = terminal.fails(&["models", "--connection", "nobody"]);
    assert_eq!((status, error["code"].as_str()), (1, Some("not_found")), "{error}");

    terminal.json(&["connections", "set", "openai", "active=off"]);
    let off = terminal.json(&["models", "--connection", "openai"]);
    assert!(
        list(&off).iter().all(|model| model["available"] == false && model["reason"].is_string()),
        "{off}"
    );

    // One that is gone does not keep the other from being asked again, and is named.
    drop(cloud);
    terminal.json(&["connections", "set", "openai", "active=on"]);
    let refreshed = terminal.run(&["models", "--refresh", "--json"]);
    assert_eq!(refreshed.status, 0, "{}", refreshed.stderr);
    assert!(refreshed.stderr.contains("openai did not answer"), "{}", refreshed.stderr);
    assert!(!refreshed.stderr.contains("ollama"), "{}", refreshed.stderr);
    terminal.assert_clean();
}

#[test]
fn the_vault_tells_its_state() {
    let terminal = Terminal::fresh();
    assert_eq!(terminal.json(&["vault", "status"])["state"], "none");
    let provider = SimulatedProvider::start_with_key(Persona::Groq, terminal.key());
    terminal.add(&["--provider", "groq", "--base-url", &provider.base_url()]);
    let open = terminal.json(&["vault", "status"]);
    assert_eq!((&open["state"], &open["protected_by"]), (&json!("unlocked"), &json!("passphrase")));
    assert_eq!(open["secrets"], 1);
    assert_eq!(terminal.json(&["vault", "lock"])["state"], "locked");
    assert_eq!(
        terminal.json(&["vault", "status"])["state"],
        "unlocked",
        "a command has nothing to keep locked"
    );
    terminal.assert_clean();
}

#[test]
fn programs_are_admitted_listed_and_shut_out() {
    let terminal = Terminal::fresh();
    let line =
        ["apps", "add", "Novelcrafter", "--models", "a/b,c/d", "--origin", "https://app.novelcrafter.com"];
    let added = terminal.json(&line);
    let token = added["token"].as_str().expect("once").to_owned();
    assert!(token.len() >= 32, "{} characters", token.len());
    assert_eq!((&added["name"], &added["models"]), (&json!("Novelcrafter"), &json!(["a/b", "c/d"])));
    let listed = terminal.json(&["apps", "list"]);
    assert_eq!((list(&listed).len(), &listed[0]["name"]), (1, &json!("Novelcrafter")));
    assert!(!listed.to_string().contains(&token), "shown twice");
    let (status, error) = terminal.fails(&line);
    assert_eq!((status, error["code"].as_str()), (1, Some("duplicate")), "{error}");
    assert_eq!(terminal.json(&["apps", "revoke", "Novelcrafter"]), json!({ "revoked": "Novelcrafter" }));
    assert_eq!(terminal.json(&["apps", "list"]), json!([]));
    assert_eq!(terminal.fails(&["apps", "revoke", "Novelcrafter"]).1["code"], "not_found");
    // In words only the token stands on standard output, ready to be piped.
    let said = terminal.run(&["apps", "add", "SillyTavern"]);
    assert_eq!(said.stdout.lines().count(), 1, "{}", said.stdout);
    terminal.assert_without(&[&token, said.stdout.trim()]);
}

#[test]
fn the_doctor_looks_at_everything() {
    let terminal = Terminal::fresh();
    let provider = SimulatedProvider::start_with_key(Persona::OpenAi, terminal.key());
    terminal.add(&["--provider", "openai", "--base-url", &provider.base_url()]);
    let well = terminal.json(&["doctor"]);
    fields(&well, &["ok", "checks"]);
    for check in list(&well["checks"]) {
        fields(check, &["name", "ok", "found", "fault"]);
    }
    let names: Vec<&str> =
        list(&well["checks"]).iter().map(|check| check["name"].as_str().expect("a name")).collect();
    assert!(names.contains(&"database") && names.contains(&"vault"), "{names:?}");
    assert!(terminal.words(&["doctor"]).contains("database"));
    terminal.assert_clean();
}

#[test]
fn wrong_usage_is_told_with_status_two() {
    let terminal = Terminal::fresh();
    for line in [
        &[][..],
        &["connections"],
        &["vault", "rotate"],
        &["budgets", "burn"],
        &["connections", "add"],
        &["connections", "add", "--provider", "openai", "--key", "x"],
        &["connections", "set", "openai"],
        &["connections", "set", "openai", "colour=red"],
        &["chat"],
        &["chat", ""],
        &["chat", "one", "two"],
        &["chat", "--temperature", "hot", "x"],
        &["usage", "--by", "week"],
        &["serve", "--port", "99999"],
        &["--passphrase-file", "/nowhere/at/all", "vault", "status"],
    ] {
        let (status, error) = terminal.fails(line);
        assert_eq!((status, error["code"].as_str()), (2, Some("usage_error")), "{line:?}: {error}");
        let said = terminal.run(line);
        assert_eq!((said.status, said.stdout.as_str()), (2, ""), "{line:?}");
        assert!(said.stderr.starts_with("The command was not understood"), "{line:?}: {}", said.stderr);
    }
    let (status, error) = terminal.fails_with(&["chat", "-"], &[0xff, 0xfe, b'x']);
    assert_eq!((status, error["code"].as_str()), (2, Some("usage_error")), "{error}");
    assert_eq!(terminal.run(&["--help"]).status, 0);
    assert_eq!(terminal.run(&["--version"]).stdout.trim(), concat!("inkhorn ", env!("CARGO_PKG_VERSION")));
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("no list: {value}"))
}
