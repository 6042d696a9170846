//! The program for a person who tries states by hand, from outside.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says what it expected")]

use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

fn simulate(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_simulate"));
    command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// A run that ends by itself, with its status and what it said.
fn refused(arguments: &[&str]) -> (Option<i32>, String) {
    let Output { status, stderr, .. } = simulate(arguments).output().expect("it runs");
    (status.code(), String::from_utf8(stderr).expect("text"))
}

/// A run that serves until it is dropped.
struct Serving(Child);

impl Serving {
    fn start(arguments: &[&str]) -> Self {
        let mut child = simulate(arguments).spawn().expect("it runs");
        let said = BufReader::new(child.stdout.take().expect("its words"));
        // With this line it has started everything and written everything.
        assert!(said.lines().any(|line| line.expect("a line") == "What comes in:"), "it serves");
        Self(child)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.0.kill().expect("it is ended");
        self.0.wait().expect("it has ended");
    }
}

fn written(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).expect("it is written")).expect("JSON")
}

#[test]
fn a_port_that_is_taken_is_said_in_a_sentence() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("its address").port().to_string();
    let (status, said) = refused(&["ollama", "--port", &port]);
    assert_eq!(status, Some(2), "{said}");
    assert!(said.starts_with(&format!("ollama cannot listen on port {port}: ")), "{said}");
    assert!(!said.contains("panicked"), "{said}");
}

#[test]
fn a_catalogue_leads_to_what_is_simulated_and_is_written_over_nothing_of_anybody() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("catalogue.json");
    let name = path.to_str().expect("a name");
    for _ in 0..2 {
        let _serving = Serving::start(&["openrouter", "ollama", "--catalogue", name]);
        let file = written(&path);
        let ids: Vec<_> =
            file["providers"].as_array().expect("entries").iter().map(|one| &one["id"]).collect();
        assert_eq!(ids, [&json!("openrouter"), &json!("ollama")]);
        let at = file["providers"][0]["base_url"].as_str().expect("an address");
        let there = at.trim_start_matches("http://").split('/').next().expect("a place");
        std::net::TcpStream::connect(there).expect("it answers there");
    }
    let own = r#"{ "providers": [{ "id": "attic", "base_url": "https://attic.example/v1" }] }"#;
    std::fs::write(&path, own).expect("a file of one's own");
    let (status, said) = refused(&["ollama", "--catalogue", name]);
    assert_eq!(status, Some(2), "{said}");
    assert!(said.contains("somebody's own"), "{said}");
    assert_eq!(std::fs::read_to_string(&path).expect("it is there"), own);
}
