//! What opens the vault and what does not: passphrases, keychains in every state, files of a newer Inkhorn.

use super::terminal::Terminal;
use inkhorn_testkit::{Persona, RealKeychain, SimulatedProvider};
use serde_json::json;

const CHAT: [&str; 4] = ["chat", "--model", "openai/gpt-4o-mini", "Go on"];

/// A profile with one key in it and one server on this machine that needs none.
fn with_both(terminal: &Terminal) -> (SimulatedProvider, SimulatedProvider) {
    let cloud = SimulatedProvider::start_with_key(Persona::OpenAi, terminal.key());
    let local = SimulatedProvider::start(Persona::Ollama);
    terminal.add(&["--provider", "openai", "--base-url", &cloud.base_url()]);
    terminal.json(&["connections", "add", "--provider", "ollama", "--base-url", &local.base_url()]);
    cloud.forget_requests();
    (cloud, local)
}

/// The key cannot be used, the server on this machine can, nothing was sent to the cloud.
fn only_local_works(terminal: &Terminal, cloud: &SimulatedProvider, code: &str) {
    let (status, error) = terminal.fails(&CHAT);
    assert_eq!((status, error["code"].as_str()), (1, Some(code)), "{error}");
    assert!(cloud.requests().is_empty(), "{:?}", cloud.requests());
    assert!(!terminal.lines(&["chat", "--model", "ollama/llama3.2:3b", "Go on"]).is_empty());
    let models = terminal.json(&["models", "--connection", "openai"]);
    let all = models.as_array().expect("models");
    assert!(
        !all.is_empty() && all.iter().all(|one| one["available"] == false && one["reason"].is_string()),
        "{models}"
    );
    assert_eq!(terminal.json(&["connections", "show", "openai"])["status"], "locked");
}

#[test]
fn without_keychain_and_passphrase_no_key_is_taken() {
    let terminal = Terminal::fresh().without_passphrase();
    let cloud = SimulatedProvider::start_with_key(Persona::OpenAi, terminal.key());
    let line = ["connections", "add", "--provider", "openai", "--base-url", &cloud.base_url(), "--key-stdin"];
    let (status, error) = terminal.fails_with(&line, terminal.key().as_bytes());
    assert_eq!((status, error["code"].as_str()), (1, Some("keychain_unavailable")), "{error}");
    assert_eq!(terminal.json(&["connections", "list"]), json!([]));
    let local = SimulatedProvider::start(Persona::Ollama);
    terminal.json(&["connections", "add", "--provider", "ollama", "--base-url", &local.base_url()]);
    terminal.lines(&["chat", "--model", "ollama/llama3.2:3b", "Go on"]);
    terminal.assert_clean();
}

#[test]
fn a_wrong_passphrase_is_told_and_a_missing_one_locks_only_what_needs_it() {
    let terminal = Terminal::fresh();
    let (cloud, _local) = with_both(&terminal);
    let wrong = terminal.with_passphrase("quite another passphrase");
    for line in [&CHAT[..], &["vault", "status"], &["connections", "test", "openai"]] {
        let (status, error) = wrong.fails(line);
        assert_eq!((status, error["code"].as_str()), (1, Some("wrong_passphrase")), "{line:?}: {error}");
    }
    assert!(cloud.requests().is_empty(), "{:?}", cloud.requests());
    let none = terminal.without_passphrase();
    only_local_works(&none, &cloud, "vault_locked");
    assert_eq!(none.json(&["vault", "status"])["state"], "locked");
    terminal.lines(&CHAT);
    terminal.assert_clean();
}

#[test]
fn the_passphrase_is_changed_from_a_file() {
    let terminal = Terminal::fresh();
    let (_cloud, _local) = with_both(&terminal);
    for (bad, why) in
        [("too short", "fewer than 12"), ("", "fewer than 12"), ("two lines at the end\n\n", "line break")]
    {
        let file = terminal.file("bad", bad);
        let (status, error) = terminal.fails(&["vault", "passphrase", "--new-passphrase-file", &file]);
        assert_eq!((status, error["code"].as_str()), (1, Some("wrong_passphrase")), "{bad:?}: {error}");
        assert!(error["message"].as_str().is_some_and(|text| text.contains(why)), "{bad:?}: {error}");
    }
    let new = "an entirely new passphrase";
    let file = terminal.file("new", &format!("{new}\n"));
    let line = ["vault", "passphrase", "--new-passphrase-file", &file];
    let none = terminal.without_passphrase();
    assert_eq!(none.fails(&line).1["code"], "vault_locked", "the old one is needed");
    let changed = terminal.run(&[&line[..], &["--json"]].concat());
    assert_eq!((changed.status, &changed.document()["state"]), (0, &json!("unlocked")), "{}", changed.stderr);
    assert!(changed.stderr.contains("line end"), "{}", changed.stderr);
    assert_eq!(terminal.fails(&CHAT).1["code"], "wrong_passphrase", "the old one still opens");
    none.lines(&[&["--passphrase-file", &file][..], &CHAT].concat());
    terminal.assert_without(&[new]);
}

#[test]
fn a_keychain_opens_the_vault_and_each_of_its_states_is_told_apart() {
    let keychain = RealKeychain::start();
    let terminal = Terminal::with_keychain(&keychain);
    let (cloud, _local) = with_both(&terminal);
    let open = terminal.json(&["vault", "status"]);
    assert_eq!((&open["state"], &open["protected_by"]), (&json!("unlocked"), &json!("keychain")));
    terminal.lines(&CHAT);
    cloud.forget_requests();

    let away = terminal.without_keychain();
    assert_eq!(away.json(&["vault", "status"])["state"], "keychain_unavailable");
    only_local_works(&away, &cloud, "keychain_unavailable");

    lock(&keychain);
    assert_eq!(terminal.json(&["vault", "status"])["state"], "keychain_locked");
    only_local_works(&terminal, &cloud, "keychain_locked");
    terminal.assert_clean();

    // Another keychain that answers and knows nothing of this vault: its entry is gone, and none is made anew.
    let other = RealKeychain::start();
    let moved = terminal.in_keychain(&other);
    assert_eq!(moved.json(&["vault", "status"])["state"], "keychain_entry_missing");
    only_local_works(&moved, &cloud, "keychain_entry_missing");
    let line = ["connections", "add", "--provider", "groq", "--key-stdin", "--no-test"];
    let (status, error) = moved.fails_with(&line, terminal.key().as_bytes());
    assert_eq!((status, error["code"].as_str()), (1, Some("keychain_entry_missing")), "{error}");
    assert_eq!(
        moved.json(&["vault", "status"])["state"],
        "keychain_entry_missing",
        "an entry was made over it"
    );
    terminal.assert_clean();
}

#[test]
fn a_keychain_that_does_not_answer_is_told_apart_and_waited_for_once() {
    let keychain = RealKeychain::start();
    let terminal = Terminal::with_keychain(&keychain);
    let (cloud, _local) = with_both(&terminal);
    keychain.silence_service();
    assert_eq!(terminal.json(&["vault", "status"])["state"], "keychain_silent");
    let (status, error) = terminal.fails(&CHAT);
    assert_eq!((status, error["code"].as_str()), (1, Some("keychain_unavailable")), "{error}");
    assert!(cloud.requests().is_empty(), "{:?}", cloud.requests());
    keychain.wake_service();
    terminal.lines(&CHAT);
    terminal.assert_clean();
}

/// Locks the keychain, as a session does that is left alone.
fn lock(keychain: &RealKeychain) {
    let locked = std::process::Command::new("dbus-send")
        .args(["--session", "--print-reply", "--dest=org.freedesktop.secrets", "/org/freedesktop/secrets"])
        .args([
            "org.freedesktop.Secret.Service.Lock",
            "array:objpath:/org/freedesktop/secrets/collection/login",
        ])
        .envs(keychain.variables())
        .output();
    let locked = locked.expect("dbus-send runs");
    assert!(locked.status.success(), "{}", String::from_utf8_lossy(&locked.stderr));
}

#[test]
fn a_profile_of_a_newer_inkhorn_is_left_alone() {
    let terminal = Terminal::fresh();
    let (_cloud, _local) = with_both(&terminal);
    for file in ["inkhorn.db", "usage.db"] {
        let path = terminal.dir().join(file);
        let good = std::fs::read(&path).expect("the database");
        let mut newer = good.clone();
        // `user_version` in the head of a SQLite file.
        newer[60..64].copy_from_slice(&9_999u32.to_be_bytes());
        std::fs::write(&path, &newer).expect("written");
        for line in [&["connections", "list"][..], &["usage"], &CHAT, &["doctor"], &["serve", "--port", "0"]]
        {
            let (status, error) = terminal.fails(line);
            assert_eq!(
                (status, error["code"].as_str()),
                (1, Some("newer_format")),
                "{file} {line:?}: {error}"
            );
        }
        assert!(std::fs::read(&path).expect("the database") == newer, "{file} was changed");
        std::fs::write(&path, &good).expect("written");
    }
    terminal.lines(&CHAT);
    terminal.assert_clean();
}

#[test]
fn a_damaged_profile_is_told_and_left_alone() {
    let terminal = Terminal::fresh();
    let (_cloud, _local) = with_both(&terminal);
    let path = terminal.dir().join("inkhorn.db");
    let good = std::fs::read(&path).expect("the database");
    for damaged in [&b"this is a text"[..], &[0; 4096], &good[..good.len() / 3]] {
        std::fs::write(&path, damaged).expect("written");
        let (status, error) = terminal.fails(&["connections", "list"]);
        assert_eq!(
            (status, error["code"].as_str()),
            (1, Some("damaged")),
            "{} bytes: {error}",
            damaged.len()
        );
        assert!(std::fs::read(&path).expect("the database") == damaged, "it was changed");
    }
    std::fs::write(&path, &good).expect("written");
    terminal.lines(&CHAT);
    terminal.assert_clean();
}

#[test]
fn a_full_disk_is_told_and_nothing_is_lost() {
    let terminal = Terminal::fresh();
    let (_cloud, _local) = with_both(&terminal);
    // No file may grow beyond 32 KiB: what a full disk looks like to one program, wherever the test runs.
    let full =
        |line: &str| terminal.shell(&format!("trap '' XFSZ; ulimit -f 64; \"$INKHORN\" --json {line}"));
    let mut acknowledged = Vec::new();
    let refused = (0..100).find_map(|number| {
        let ran = full(&format!("apps add app-{number}"));
        let document = ran.document();
        match ran.status {
            0 => acknowledged.push(document["name"].as_str().expect("a name").to_owned()),
            _ => return Some(document),
        }
        None
    });
    let refused = refused.expect("the disk never was full");
    assert_eq!(refused["error"]["code"], "disk_full", "{refused}");
    let listed = terminal.json(&["apps", "list"]);
    let names: Vec<&str> =
        listed.as_array().expect("apps").iter().filter_map(|app| app["name"].as_str()).collect();
    assert_eq!(names, acknowledged, "what was acknowledged is there, what was refused is not");
    let printed = terminal.shell("\"$INKHORN\" --json providers > /dev/full; echo $?");
    assert_eq!(printed.stdout.trim(), "1", "an answer that nobody could read is no success");
    terminal.lines(&CHAT);
    terminal.assert_sound();
    terminal.assert_clean();
}
