//! Finding, signing in and setting, as a terminal meets them: what is there is offered, what is allowed is used, and
//! nothing of it is written down unasked.

use super::terminal::{Running, Terminal, fields};
use inkhorn_testkit::{Answer, Persona, SimulatedProvider, TokenUsage, refused_address};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;

/// Lays a catalogue on top in which every server of this machine is where nobody listens, but for these entries.
fn lay_catalogue(terminal: &Terminal, places: &[(&str, &str)]) {
    let embedded: Value = serde_json::from_str(include_str!("../../../crates/providers/catalogue.json"))
        .expect("the catalogue");
    let refused = refused_address();
    let mut entries = Vec::new();
    for mut entry in embedded["providers"].as_array().expect("providers").iter().cloned() {
        let place = places.iter().find(|(id, _)| entry["id"] == *id).map(|(_, url)| (*url).to_owned());
        let of_this_machine = entry.get("signs").is_some();
        if place.is_none() && !of_this_machine {
            continue;
        }
        let nobody = || format!("http://{refused}/v1");
        if entry["base_url"].is_string() {
            entry["base_url"] = json!(place.unwrap_or_else(nobody));
        }
        if entry["locality"] == "cloud" {
            entry["locality"] = json!("either");
        }
        entry.as_object_mut().expect("an entry").remove("presets");
        entries.push(entry);
    }
    std::fs::create_dir_all(terminal.dir()).expect("the profile's folder");
    let text = json!({ "providers": entries }).to_string();
    std::fs::write(terminal.dir().join("catalogue.json"), text).expect("written");
}

/// What a browser gets for an address: the whole answer as text.
fn browse(url: &str) -> String {
    let rest = url.strip_prefix("http://").expect("an address on this machine");
    let (host, path) = rest.split_once('/').expect("a path");
    let port = host.rsplit(':').next().expect("a port");
    let mut stream = TcpStream::connect(format!("127.0.0.1:{port}")).expect("somebody answers");
    write!(stream, "GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").expect("asked");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("answered");
    answer
}

/// Where the provider's page sends the browser once somebody said yes there.
fn way_back(page: &str) -> String {
    let answer = browse(page);
    let location = answer.lines().find_map(|line| line.strip_prefix("location: "));
    location.unwrap_or_else(|| panic!("no way back in {answer}")).trim().to_owned()
}

fn waiting(running: &mut Running) -> String {
    let waiting = running.line();
    fields(&waiting, &["kind", "sign_in", "url", "comes_back", "expires_in_ms"]);
    assert_eq!(waiting["kind"], "waiting");
    waiting["url"].as_str().expect("an address").to_owned()
}

#[test]
fn what_is_there_is_told_and_nothing_is_stored() {
    let terminal = Terminal::fresh();
    let ollama = SimulatedProvider::start(Persona::Ollama);
    let openai = SimulatedProvider::start_with_key(Persona::OpenAi, terminal.key());
    lay_catalogue(&terminal, &[("ollama", &ollama.base_url()), ("openai", &openai.base_url())]);
    let found = terminal.json_in(&["discover"], &[("OPENAI_API_KEY", terminal.key())]);
    assert_eq!(found["servers"].as_array().expect("servers").len(), 1, "{found}");
    let server = &found["servers"][0];
    fields(
        server,
        &["provider", "provider_name", "base_url", "models", "needs_key", "loading", "connection"],
    );
    assert_eq!((&server["provider"], &server["base_url"]), (&json!("ollama"), &json!(ollama.base_url())));
    assert_eq!(server["models"], ollama.models().len());
    let key = &found["keys"][0];
    fields(key, &["provider", "provider_name", "variable", "last4", "fault", "connection"]);
    assert_eq!((&key["provider"], &key["variable"]), (&json!("openai"), &json!("OPENAI_API_KEY")));
    assert!(openai.requests().is_empty(), "no cloud is called");
    assert_eq!(terminal.json(&["connections", "list"]), json!([]));
    assert!(terminal.words(&["discover"]).contains("connections add --provider ollama"));
    terminal.assert_clean();
}

#[test]
fn keys_in_the_environment_are_used_once_that_is_allowed() {
    let terminal = Terminal::fresh();
    let openai = SimulatedProvider::start_with_key(Persona::OpenAi, terminal.key());
    lay_catalogue(&terminal, &[("openai", &openai.base_url())]);
    let settings = terminal.json(&["settings", "list"]);
    assert_eq!(
        settings,
        json!({
            "system_fallback": false, "usage_retention": null, "default_model": null, "default_connection": null,
            "feature_models": {},
        })
    );
    let (status, error) = terminal.fails(&["chat", "Hello"]);
    assert_eq!((status, error["code"].as_str()), (1, Some("model_not_found")), "{error}");
    assert_eq!(terminal.json(&["settings", "set", "system_fallback=on"])["system_fallback"], true);

    let variable = [("OPENAI_API_KEY", terminal.key())];
    let listed = terminal.json_in(&["connections", "list"], &variable);
    assert_eq!((&listed[0]["slug"], &listed[0]["system"]), (&json!("system-openai"), &json!(true)));
    assert_eq!(listed[0]["variable"], "OPENAI_API_KEY");
    let told = terminal.shell(&format!("OPENAI_API_KEY={} $INKHORN chat --json Hello", terminal.key()));
    let done = told.documents().pop().expect("an end")["done"].clone();
    assert_eq!(done["picked_by"], "fallback", "{done}");
    assert!(done["model"].as_str().is_some_and(|model| model.starts_with("system-openai/")), "{done}");
    let words = terminal.shell(&format!("OPENAI_API_KEY={} $INKHORN chat Hello", terminal.key()));
    assert_eq!(words.status, 0, "{}", words.stderr);
    assert!(!words.stdout.trim().is_empty());
    let model = format!("default_model=system-openai/{}", openai.models()[0].id);
    terminal.json_in(&["settings", "set", &model], &variable);
    assert_eq!(terminal.json(&["connections", "list"]), json!([]), "it goes with the variable");
    assert_eq!(terminal.json(&["vault", "status"])["secrets"], 0);

    for wrong in ["colour=red", "system_fallback=perhaps", "system_fallback", "sk-CANARY=1"] {
        let (status, error) = terminal.fails(&["settings", "set", wrong]);
        assert_eq!((status, error["code"].as_str()), (2, Some("usage_error")), "{wrong}");
        assert!(!error.to_string().contains("CANARY"), "{error}");
    }
    let (status, error) = terminal.fails(&["settings", "set", "default_model=nowhere/x"]);
    assert_eq!((status, error["code"].as_str()), (1, Some("model_not_found")), "{error}");
    terminal.assert_clean();
}

#[test]
fn one_signs_in_over_an_address_that_is_printed() {
    let terminal = Terminal::fresh();
    let router = SimulatedProvider::start_with_key(Persona::OpenRouter, terminal.key());
    let line = ["--json", "connections", "sign-in", "openrouter", "--base-url", &router.base_url()];
    let mut running = terminal.spawn(&line);
    let page = waiting(&mut running);
    assert!(page.starts_with(&router.address()) && page.contains("code_challenge_method=S256"), "{page}");
    assert!(browse(&way_back(&page)).starts_with("HTTP/1.1 200"));
    assert_eq!(running.line()["kind"], "exchanging");
    let done = running.line();
    assert_eq!(
        (&done["done"]["outcome"], &done["done"]["connection"]["signed_in"]),
        (&json!("connected"), &json!(true))
    );
    assert_eq!(running.finish().status, 0);
    let slug = done["done"]["connection"]["slug"].as_str().expect("a slug").to_owned();
    let account = terminal.json(&["connections", "account", &slug]);
    fields(&account["account"], &["asked_at", "currency", "used", "credit_left", "free_tier"]);
    let removed = terminal.json(&["connections", "remove", &slug]);
    assert!(removed["revoke_at"].as_str().is_some_and(|page| page.starts_with("https://")), "{removed}");
    terminal.assert_clean();
}

#[test]
fn a_sign_in_that_becomes_nothing_says_so_with_its_status() {
    let terminal = Terminal::fresh();
    let router = SimulatedProvider::start_with_key(Persona::OpenRouter, terminal.key());
    let url = router.base_url();
    let line = ["--json", "connections", "sign-in", "openrouter", "--base-url", url.as_str()];

    let mut running = terminal.spawn(&line);
    let page = waiting(&mut running);
    let back = way_back(&page);
    let door = back.split_once('?').expect("a query").0.to_owned();
    browse(&format!("{door}?error=access_denied"));
    assert_eq!(running.line()["done"]["outcome"], "denied");
    assert_eq!(running.finish().status, 1);

    let mut running = terminal.spawn(&line);
    waiting(&mut running);
    running.interrupt();
    assert_eq!(running.line()["done"]["outcome"], "cancelled");
    assert_eq!(running.finish().status, 1);

    let mut running = terminal.spawn(&line);
    let page = waiting(&mut running);
    let door = way_back(&page).split_once('?').expect("a query").0.to_owned();
    browse(&format!("{door}?code=of_somebody_else"));
    assert_eq!(running.line()["kind"], "exchanging");
    assert_eq!(running.line()["error"]["code"], "wrong_key");
    assert_eq!(running.finish().status, 1);

    let (status, error) = terminal.fails(&["connections", "sign-in", "ollama"]);
    assert_eq!((status, error["code"].as_str()), (1, Some("not_found")), "{error}");
    let mut by_hand = terminal.spawn_with(&[&line[..], &["--code-stdin"]].concat(), b"no code at all\n");
    waiting(&mut by_hand);
    assert_eq!(by_hand.line()["done"]["outcome"], "cancelled", "standard input has no second code");
    assert_eq!(by_hand.finish().status, 1);
    assert_eq!(terminal.json(&["connections", "list"]), json!([]));
    terminal.assert_clean();
}

#[test]
fn a_text_that_does_not_fit_is_warned_of_and_a_cut_is_told() {
    let terminal = Terminal::fresh();
    let ollama = SimulatedProvider::start(Persona::Ollama);
    terminal.json(&["connections", "add", "--provider", "ollama", "--base-url", &ollama.base_url()]);
    terminal.json(&[
        "connections",
        "set",
        "ollama",
        "num_ctx=2048",
        "keep_alive=10m",
        "requests_per_minute=60",
    ]);
    ollama.answer_with(Answer::text("Well.").with_usage(TokenUsage::Exactly {
        input: 2_048,
        cache_read: 0,
        cache_write: 0,
        output: 1,
        reasoning: 0,
        cost: None,
    }));
    let model = format!("ollama/{}", ollama.models()[0].id);
    let text = "word ".repeat(6_000);
    let ran = terminal.run_with(&["chat", "--json", "--model", &model, "-"], text.as_bytes());
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("takes 2048"), "warned of before: {}", ran.stderr);
    let done = ran.documents().pop().expect("a last line");
    assert_eq!(done["done"]["prompt_cut"], true, "{done}");
    let sent = ollama.chats()[0].json();
    assert_eq!((&sent["options"]["num_ctx"], &sent["keep_alive"]), (&json!(2048), &json!("10m")));
    let short = terminal.run(&["chat", "--json", "--model", &model, "Hello"]);
    assert!(short.stderr.is_empty(), "{}", short.stderr);
    let (status, error) = terminal.fails(&["connections", "set", "ollama", "proxy=ftp://h:1"]);
    assert_eq!((status, error["code"].as_str()), (2, Some("usage_error")), "{error}");
}
