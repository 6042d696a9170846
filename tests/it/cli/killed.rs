//! `kill -9` at any moment: what was acknowledged is there, and the files are sound.

use super::terminal::Terminal;
use inkhorn_testkit::{Answer, Persona, RealKeychain, SimulatedProvider};
use serde_json::Value;
use std::time::{Duration, Instant};

/// In the everyday test; `INKHORN_KILL_ROUNDS` asks for more.
const ROUNDS: u32 = 30;

#[test]
fn killed_while_saving_a_key() {
    let keychain = RealKeychain::start();
    let terminal = Terminal::with_keychain(&keychain);
    let line = ["connections", "add", "--provider", "openai", "--no-test", "--key-stdin", "--json"];
    assert_eq!(terminal.run_with(&line, terminal.key().as_bytes()).status, 0, "the vault is made");
    // How long it takes undisturbed says where the moments of death must lie.
    let started = Instant::now();
    assert_eq!(terminal.run_with(&line, terminal.key().as_bytes()).status, 0);
    let whole = started.elapsed();
    let mut acknowledged = vec!["openai".to_owned(), "openai-2".to_owned()];
    let mut died = 0;
    let rounds = rounds();
    for round in 0..rounds {
        let adding = terminal.spawn_with(&line, terminal.key().as_bytes());
        // Real time on purpose: the moment of death moves through the whole life of the program.
        std::thread::sleep(moment(whole, round, rounds));
        adding.kill();
        let ended = adding.finish();
        died += u32::from(ended.status != 0);
        // What it printed, it promised.
        acknowledged
            .extend(ended.documents().iter().filter_map(|one| Some(one["slug"].as_str()?.to_owned())));
    }
    assert!(died > rounds / 3, "only {died} of {rounds} were killed in time");
    let listed = terminal.json(&["connections", "list"]);
    let listed = listed.as_array().expect("a list");
    for slug in &acknowledged {
        let one = listed.iter().find(|one| one["slug"] == slug.as_str());
        assert!(
            one.is_some_and(|one| one["has_key"] == true && one["status"] == "untested"),
            "{slug}: {one:?}"
        );
    }
    let secrets = terminal.json(&["vault", "status"])["secrets"].as_u64();
    assert_eq!(secrets, Some(listed.len() as u64), "each connection has its key and each key its connection");
    terminal.assert_sound();
    terminal.assert_clean();
}

#[test]
fn killed_while_the_vault_is_made() {
    let keychain = RealKeychain::start();
    let line = ["connections", "add", "--provider", "openai", "--no-test", "--key-stdin", "--json"];
    let started = Instant::now();
    let first = Terminal::with_keychain(&keychain);
    assert_eq!(first.run_with(&line, first.key().as_bytes()).status, 0);
    let whole = started.elapsed();
    let rounds = rounds() / 3;
    for round in 0..rounds {
        let terminal = Terminal::with_keychain(&keychain);
        let adding = terminal.spawn_with(&line, terminal.key().as_bytes());
        std::thread::sleep(moment(whole, round, rounds));
        adding.kill();
        let promised = adding.finish().documents().len();
        // Whatever is there, the next program can go on with it.
        let after = terminal.run_with(&line, terminal.key().as_bytes());
        assert_eq!(after.status, 0, "round {round}: {} {}", after.stdout, after.stderr);
        let listed = terminal.json(&["connections", "list"]);
        assert!(listed.as_array().is_some_and(|all| all.len() > promised), "round {round}: {listed}");
        assert!(listed.to_string().contains("untested"), "round {round}: {listed}");
        terminal.assert_sound();
        terminal.assert_clean();
    }
}

#[test]
fn killed_while_an_answer_streams() {
    let keychain = RealKeychain::start();
    let terminal = Terminal::with_keychain(&keychain);
    let provider = SimulatedProvider::start_with_key(Persona::OpenAi, terminal.key());
    terminal.add(&["--provider", "openai", "--base-url", &provider.base_url()]);
    let words = 120;
    provider.answer_with(Answer::words(words));
    let mut promised = 0;
    let rounds = rounds() as usize;
    for round in 0..rounds {
        let mut chat = terminal.spawn(&["chat", "--json", "--model", "openai/gpt-4o-mini", "Go on"]);
        // From the first word to the last line.
        for _ in 0..=(round * words / (rounds - 1)) {
            chat.line();
        }
        chat.kill();
        let ended = chat.finish();
        promised += ended.documents().iter().filter(|line| line.get("done").is_some()).count();
    }
    assert!(promised > 0 && promised < rounds, "{promised} of {rounds} came to their end");
    let usage = terminal.json(&["usage"]);
    let rows = usage["rows"].as_array().expect("rows");
    let completed = rows.iter().filter(|row| row["result"] == "completed").count();
    assert!(completed >= promised, "{completed} rows for {promised} answers that were told to be counted");
    // Each was sent, so each is in the log, once; what a killed one cost is not known.
    assert_eq!(rows.len(), rounds, "{usage}");
    for row in rows.iter().filter(|row| row["result"] != "completed") {
        assert_eq!((&row["result"], &row["quality"]), (&"aborted".into(), &"partial".into()), "{row}");
        assert_eq!(
            (&row["cost"], &row["model"], &row["face"]),
            (&Value::Null, &"gpt-4o-mini".into(), &"command-line".into()),
            "{row}"
        );
    }
    terminal.lines(&["chat", "--model", "openai/gpt-4o-mini", "Go on"]);
    terminal.assert_sound();
    terminal.assert_clean();
}

/// Spread over the life of the program, a little beyond its end.
fn moment(whole: Duration, round: u32, rounds: u32) -> Duration {
    whole * (round + 1) / (rounds - rounds / 15)
}

fn rounds() -> u32 {
    let asked = std::env::var("INKHORN_KILL_ROUNDS").ok().and_then(|rounds| rounds.parse().ok());
    asked.unwrap_or(ROUNDS).max(ROUNDS)
}
