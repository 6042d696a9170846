//! Keys as people paste them, and things that are no keys at all.

use super::terminal::Terminal;
use inkhorn_testkit::{Persona, SimulatedProvider};

#[test]
fn what_was_copied_along_with_a_key_is_taken_away_with_notice() {
    let terminal = Terminal::fresh();
    let provider = SimulatedProvider::start_with_key(Persona::OpenAi, terminal.key());
    let url = provider.base_url();
    for (around, notice) in [
        ("<K>\r\n", "line ends"),
        ("\n\n  <K>\t\n", "blanks"),
        ("\"<K>\"", "quotes"),
        ("\u{201c}<K>\u{201d}", "quotes"),
        ("Bearer <K>\n", "the word Bearer"),
        ("Authorization: Bearer <K>", "the word Bearer"),
        ("export OPENAI_API_KEY='<K>'\n", "the name of a variable"),
    ] {
        let typed = around.replace("<K>", terminal.key());
        let line =
            ["connections", "add", "--provider", "openai", "--base-url", &url, "--key-stdin", "--json"];
        let ran = terminal.run_with(&line, typed.as_bytes());
        assert_eq!(ran.status, 0, "{around:?}: {} {}", ran.stdout, ran.stderr);
        assert!(ran.stderr.contains(notice), "{around:?}: {}", ran.stderr);
        let slug = ran.document()["slug"].as_str().expect("a slug").to_owned();
        terminal.json(&["connections", "remove", &slug]);
    }
    let sent = provider.requests();
    let expected = format!("Bearer {}", terminal.key());
    assert!(!sent.is_empty() && sent.iter().all(|one| one.header("authorization") == Some(&expected)));
    terminal.assert_clean();
}

#[test]
fn what_cannot_be_a_key_is_refused_before_any_call() {
    let terminal = Terminal::fresh();
    let provider = SimulatedProvider::start_with_key(Persona::OpenAi, terminal.key());
    let url = provider.base_url();
    let key = terminal.key();
    let megabyte = key.repeat(1024 * 1024 / key.len() + 1);
    let service_account = format!("{{\n  \"type\": \"service_account\",\n  \"private_key\": \"{key}\"\n}}\n");
    let anothers = "sk-ant-api03-".to_owned() + key;
    for bad in [
        "",
        " \r\n\t ",
        "\"\"",
        "Bearer ",
        &format!("{key}\0tail"),
        &format!("{key}\n{key}"),
        &format!("{key} {key}"),
        &format!("{key}é"),
        &service_account,
        &megabyte,
        &anothers,
    ] {
        let line = ["connections", "add", "--provider", "openai", "--base-url", &url, "--key-stdin"];
        let (status, error) = terminal.fails_with(&line, bad.as_bytes());
        assert_eq!((status, error["code"].as_str()), (1, Some("key_form")), "{} bytes: {error}", bad.len());
    }
    let line = ["connections", "add", "--provider", "openai", "--base-url", &url, "--key-stdin"];
    let (status, error) = terminal.fails_with(&line, &[b's', b'k', 0xff, 0xfe]);
    assert_eq!((status, error["code"].as_str()), (1, Some("key_form")), "{error}");
    assert!(provider.requests().is_empty(), "a call was made: {:?}", provider.requests());
    assert_eq!(terminal.json(&["connections", "list"]), serde_json::json!([]));
    terminal.assert_clean();
}

#[test]
fn a_key_typed_as_an_argument_is_refused_and_not_repeated() {
    let terminal = Terminal::fresh();
    let key = terminal.key();
    let option = format!("--key={key}");
    for line in [
        &["connections", "add", "--provider", "openai", key][..],
        &["connections", "add", "--provider", "openai", &option],
        &["connections", "add", "--provider", "openai", "--key-env", key],
        &["connections", "set", "openai", key],
        &["connections", "set", "openai", &format!("key={key}")],
        &["serve", "--port", key],
    ] {
        let (status, error) = terminal.fails(line);
        assert_eq!((status, error["code"].as_str()), (2, Some("usage_error")), "{}", error["message"]);
        terminal.run(line);
    }
    terminal.assert_clean();
}

#[test]
fn addresses_that_are_none_are_refused_and_near_ones_put_right() {
    let terminal = Terminal::fresh();
    let provider = SimulatedProvider::start(Persona::Compatible);
    provider.set_key(None);
    let bare = provider.socket_address().to_string();
    let port = provider.socket_address().port();
    let mut kept = Vec::new();
    for near in [
        format!("http://{bare}/v1"),
        format!("http://{bare}/v1/"),
        format!("http://{bare}/v1/chat/completions"),
        format!("http://{bare}/v1/models"),
        format!("{bare}/v1"),
        format!("http://localhost:{port}/v1"),
        format!("  http://{bare}/v1\n"),
    ] {
        let line = ["connections", "add", "--provider", "openai_compatible", "--base-url", &near];
        let added = terminal.json(&line);
        assert_eq!((&added["status"], &added["locality"]), (&"connected".into(), &"local".into()), "{near}");
        kept.push(added["base_url"].as_str().expect("an address").trim_end_matches('/').to_owned());
    }
    assert!(kept.iter().all(|url| url.ends_with(&format!(":{port}/v1"))), "{kept:?}");
    for bad in [
        "",
        "   ",
        "ftp://127.0.0.1/v1",
        "file:///etc/passwd",
        "http://",
        "http://user:secret@127.0.0.1/v1",
        "http://127.0.0.1:99999/v1",
        "http://0.0.0.0:8080/v1",
        "javascript:alert(1)",
        "http://127.0.0.1:4654/v1",
    ] {
        let line = ["connections", "add", "--provider", "openai_compatible", "--base-url", bad];
        let (status, error) = terminal.fails(&line);
        assert_eq!((status, error["code"].as_str()), (1, Some("bad_address")), "{bad:?}: {error}");
        assert!(!error.to_string().contains("secret"), "{error}");
    }
    terminal.assert_clean();
}

#[test]
fn an_answer_on_one_loopback_address_only_is_found() {
    let terminal = Terminal::fresh();
    for address in ["[::1]:0", "127.0.0.1:0"] {
        let local = SimulatedProvider::start_on(Persona::Ollama, address.parse().expect("an address"));
        let url = format!("http://localhost:{}", local.socket_address().port());
        let added = terminal.json(&["connections", "add", "--provider", "ollama", "--base-url", &url]);
        assert_eq!(added["status"], "connected", "{address}");
    }
    terminal.assert_clean();
}
