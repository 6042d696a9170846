//! A simulated provider for a person who tries states by hand: `simulate PROVIDER [--port N] [--key KEY | --no-key]
//! [--slow]`. Prints its base URL and key, lists models named after faults, and serves until it is ended.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for the terminal")]

use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use inkhorn_testkit::{Behaviour, Call, Persona, SimulatedModel, SimulatedProvider};

const USAGE: &str = "usage: simulate PROVIDER [--port N] [--key KEY | --no-key] [--slow]
PROVIDER: openai, anthropic, openrouter, groq, ollama, lm_studio, openai_compatible";

fn main() -> ExitCode {
    let Some(wanted) = Wanted::read(std::env::args().skip(1)) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    let provider =
        SimulatedProvider::start_on(wanted.persona, SocketAddr::from(([127, 0, 0, 1], wanted.port)));
    if let Some(key) = wanted.key {
        provider.set_key(key.as_deref());
    }
    let named = Behaviour::MODEL_NAMES.iter().map(|name| SimulatedModel::chat(name));
    provider.set_models(provider.models().into_iter().chain(named).collect());
    if wanted.slow {
        provider.always(Call::Chat, Behaviour::Paced(Duration::from_millis(60)));
    }
    println!("{}", provider.base_url());
    println!("key: {}", provider.key().as_deref().unwrap_or("none needed"));
    // Serves on its own thread; this one only stays.
    loop {
        std::thread::park();
    }
}

struct Wanted {
    persona: Persona,
    port: u16,
    /// `None`: the provider's own fresh one.
    key: Option<Option<String>>,
    slow: bool,
}

impl Wanted {
    fn read(mut arguments: impl Iterator<Item = String>) -> Option<Self> {
        let persona = Persona::of_provider_id(&arguments.next()?)?;
        let mut wanted = Self { persona, port: 0, key: None, slow: false };
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--port" => wanted.port = arguments.next()?.parse().ok()?,
                "--key" => wanted.key = Some(Some(arguments.next()?)),
                "--no-key" => wanted.key = Some(None),
                "--slow" => wanted.slow = true,
                _ => return None,
            }
        }
        Some(wanted)
    }
}
