//! Several programs on one profile at the same time, as a window, a gateway and a terminal are.

use super::terminal::Terminal;
use inkhorn_testkit::{Answer, Persona, SimulatedProvider};
use std::collections::HashSet;

/// Programs at once, and what each does.
const WRITERS: usize = 3;
const EACH: usize = 4;

#[test]
fn programs_that_write_side_by_side_lose_nothing() {
    let terminal = Terminal::fresh();
    let provider = SimulatedProvider::start_with_key(Persona::OpenAi, terminal.key());
    provider.answer_with(Answer::text("Yes."));
    let url = provider.base_url();
    terminal.add(&["--provider", "openai", "--base-url", &url]);
    let added: Vec<String> = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let (terminal, url) = (&terminal, &url);
                scope.spawn(move || {
                    let one = |_| {
                        // All of one name: each finds a slug of its own.
                        let line =
                            ["--provider", "openai", "--no-test", "--label", "Same", "--base-url", url];
                        let slug = terminal.add(&line)["slug"].as_str().expect("a slug").to_owned();
                        let feature = format!("writer-{writer}");
                        terminal.lines(&[
                            "chat",
                            "--model",
                            "openai/gpt-4o-mini",
                            "--feature",
                            &feature,
                            "Go on",
                        ]);
                        slug
                    };
                    (0..EACH).map(one).collect::<Vec<_>>()
                })
            })
            .collect();
        writers.into_iter().flat_map(|writer| writer.join().expect("a writer ends well")).collect()
    });
    let listed = terminal.json(&["connections", "list"]);
    let slugs: HashSet<&str> =
        listed.as_array().expect("a list").iter().map(|one| one["slug"].as_str().expect("a slug")).collect();
    assert_eq!(slugs.len(), WRITERS * EACH + 1);
    assert!(added.iter().all(|slug| slugs.contains(slug.as_str())), "{added:?} against {slugs:?}");
    let usage = terminal.json(&["usage", "--by", "feature"]);
    assert_eq!(usage["total"]["requests"], (WRITERS * EACH) as u64);
    assert_eq!(usage["rows"].as_array().map(Vec::len), Some(WRITERS));
    terminal.assert_sound();
    terminal.assert_clean();
}

#[test]
fn two_programs_that_make_the_vault_at_once_make_one() {
    let terminal = Terminal::fresh();
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| terminal.add(&["--provider", "openai", "--no-test"]));
        }
    });
    assert_eq!(terminal.json(&["vault", "status"])["secrets"], 3);
    let listed = terminal.json(&["connections", "list"]);
    assert!(listed.as_array().expect("a list").iter().all(|one| one["status"] == "untested"), "{listed}");
    terminal.assert_sound();
    terminal.assert_clean();
}

#[test]
fn a_running_gateway_uses_what_another_program_adds() {
    let terminal = Terminal::fresh();
    let token =
        terminal.json(&["apps", "add", "Novelcrafter"])["token"].as_str().expect("a token").to_owned();
    let mut serve = terminal.spawn(&["serve", "--json", "--port", "0"]);
    let address = serve.line()["address"].as_str().expect("an address").to_owned();
    let host = address.trim_start_matches("http://");
    // The vault does not exist yet; another program makes it, with the key in it.
    let provider = SimulatedProvider::start_with_key(Persona::OpenAi, terminal.key());
    terminal.add(&["--provider", "openai", "--base-url", &provider.base_url()]);
    let body = r#"{"model":"openai/gpt-4o-mini","messages":[{"role":"user","content":"Go on"}]}"#;
    let give_up = std::time::Instant::now() + std::time::Duration::from_secs(3);
    loop {
        let (status, answer) = super::terminal::over_http(host, "POST", "/v1/chat/completions", &token, body);
        if status == 200 {
            break;
        }
        assert!(std::time::Instant::now() < give_up, "{status}: {answer}");
    }
    serve.terminate();
    assert_eq!(serve.finish().status, 0);
    terminal.assert_clean();
}
