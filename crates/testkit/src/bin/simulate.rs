//! Simulated providers for a person who tries states by hand. `cargo xtask simulate --help` says how.
//!
//! Prints where each is and which key it takes, then each request as it comes, and serves until it is ended.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for the terminal")]

use inkhorn_testkit::{
    Behaviour, Call, End, Persona, Recorded, SimulatedModel, SimulatedProvider, catalogue_of,
};
use serde_json::Value;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

const USAGE: &str = "usage: cargo xtask simulate [PROVIDER...] [switches]

PROVIDER is an id of the catalogue (openai, anthropic, ollama ...); without one, all of them are simulated.

  --port N            the first one's port, the others' the next ones; free ports without it
  --usual-ports       servers of this machine at their usual ports, to be found by the window
  --catalogue PATH    writes a catalogue.json there that leads to them: in the folder of a profile, every provider of the
                      window is a simulated one, with the sign-in too
  --key KEY           the key that all take, instead of a fresh one each
  --no-key            no key is asked for
  --models N          N more models in each list
  --chat NAME         every chat behaves as named below
  --list NAME         every list of models does
  --always NAME       every request does, the test of a connection too
  --help              this

Every simulated provider has models that are named after behaviours: choose one of them in the window, or name it with
--chat, --list or --always.
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--help") {
        println!("{USAGE}");
        print_names();
        return ExitCode::SUCCESS;
    }
    let wanted = match Wanted::read(arguments) {
        Ok(wanted) => wanted,
        Err(wrong) => {
            eprintln!("{wrong}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    let started = wanted.personas.iter().enumerate().map(|(at, persona)| wanted.start(*persona, at));
    let providers = match started.collect::<Result<Vec<SimulatedProvider>, String>>() {
        Ok(providers) => providers,
        Err(wrong) => {
            eprintln!("{wrong}");
            return ExitCode::from(2);
        }
    };
    if let Some(path) = &wanted.catalogue
        && let Err(wrong) = write_catalogue(path, &providers)
    {
        eprintln!("{wrong}");
        return ExitCode::from(2);
    }
    println!("{:18} {:44} key", "provider", "base URL");
    for provider in &providers {
        let key = provider.key().unwrap_or_else(|| "none needed".to_owned());
        println!("{:18} {:44} {key}", provider.persona().provider_id(), provider.base_url());
    }
    if let Some(path) = &wanted.catalogue {
        println!("\n{} leads there, once the window is started anew.", path.display());
    }
    println!();
    print_names();
    println!("\nWhat comes in:");
    watch(&providers)
}

fn print_names() {
    println!("Behaviours, as names of models and for the switches:");
    for (name, what) in Behaviour::NAMES {
        println!("  {name:18} {what}");
    }
    println!("  {:18} any status from 400 to 599", "fault-NNN");
}

/// Writes the catalogue. One of an earlier run is replaced; any other may be somebody's own and is left alone.
fn write_catalogue(path: &Path, providers: &[SimulatedProvider]) -> Result<(), String> {
    if path.exists() && !leads_to_simulated(path) {
        return Err(format!("{} is a catalogue of somebody's own; nothing was written.", path.display()));
    }
    std::fs::write(path, catalogue_of(providers))
        .map_err(|error| format!("{} cannot be written: {error}.", path.display()))
}

/// Whether a catalogue has nothing in it but what this program writes: addresses of this machine.
fn leads_to_simulated(path: &Path) -> bool {
    let read = std::fs::read(path).ok().and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
    let here =
        |entry: &Value| entry["base_url"].as_str().is_some_and(|at| at.starts_with("http://127.0.0.1:"));
    read.as_ref().and_then(|file| file["providers"].as_array()).is_some_and(|all| all.iter().all(here))
}

/// Says what comes, for ever. The providers serve on threads of their own.
fn watch(providers: &[SimulatedProvider]) -> ! {
    let mut told = vec![0; providers.len()];
    loop {
        for (provider, told) in providers.iter().zip(&mut told) {
            let requests = provider.requests();
            // What is still open is told when it has ended, or when one behind it has.
            let last_ended = requests.iter().rev().find(|one| one.end != End::Open).map(|one| one.number);
            for request in &requests {
                if request.number < *told || last_ended.is_none_or(|last| request.number > last) {
                    continue;
                }
                *told = request.number + 1;
                println!("{:18} {}", provider.persona().provider_id(), line(request));
            }
            if requests.len() > 1_000 && requests.iter().all(|request| request.number < *told) {
                provider.forget_requests();
            }
        }
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// A request in one line, without what it says.
fn line(request: &Recorded) -> String {
    let end = match request.end {
        End::Open => "still open",
        End::Finished => "answered",
        End::ClosedEarly => "the caller went away",
        End::CutByServer => "cut here",
    };
    let path = request.path.split('?').next().unwrap_or_default();
    format!("{} {path} ({} bytes): {end}", request.method, request.body.len())
}

struct Wanted {
    personas: Vec<Persona>,
    port: Option<u16>,
    usual_ports: bool,
    catalogue: Option<PathBuf>,
    /// `None`: a fresh one each.
    key: Option<Option<String>>,
    models: usize,
    always: Vec<(Call, String)>,
}

impl Wanted {
    fn read(arguments: Vec<String>) -> Result<Self, String> {
        let mut wanted = Self {
            personas: vec![],
            port: None,
            usual_ports: false,
            catalogue: None,
            key: None,
            models: 0,
            always: vec![],
        };
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or(format!("{argument} wants a value."));
            let number = |text: String| text.parse().map_err(|_| format!("{text} is no number."));
            match argument.as_str() {
                "--port" => {
                    let text = value()?;
                    wanted.port = Some(text.parse().map_err(|_| format!("{text} is no port."))?);
                }
                "--usual-ports" => wanted.usual_ports = true,
                "--catalogue" => wanted.catalogue = Some(value()?.into()),
                "--key" => wanted.key = Some(Some(value()?)),
                "--no-key" => wanted.key = Some(None),
                "--models" => wanted.models = number(value()?)?,
                "--chat" => wanted.always.push((Call::Chat, value()?)),
                "--list" => wanted.always.push((Call::Models, value()?)),
                "--always" => wanted.always.push((Call::Any, value()?)),
                id => match Persona::of_provider_id(id) {
                    Some(persona) => wanted.personas.push(persona),
                    None => return Err(format!("{id} is neither a provider nor a switch.")),
                },
            }
        }
        let unknown =
            wanted.always.iter().find(|(_, name)| Behaviour::by_name(name, Persona::OpenAi).is_none());
        if let Some((_, name)) = unknown {
            return Err(format!("there is no behaviour called {name}."));
        }
        if wanted.personas.is_empty() {
            wanted.personas = Persona::ALL.to_vec();
        }
        Ok(wanted)
    }

    fn start(&self, persona: Persona, at: usize) -> Result<SimulatedProvider, String> {
        let following = self.port.and_then(|port| port.checked_add(u16::try_from(at).ok()?));
        let usual = usual_port(persona).filter(|_| self.usual_ports);
        let port = usual.or(following).unwrap_or(0);
        let provider = SimulatedProvider::try_start_on(persona, SocketAddr::from(([127, 0, 0, 1], port)))
            .map_err(|error| format!("{} cannot listen on port {port}: {error}.", persona.provider_id()))?;
        if let Some(key) = &self.key {
            provider.set_key(key.as_deref());
        }
        let named = Behaviour::NAMES.iter().map(|(name, _)| SimulatedModel::chat(name));
        let more = SimulatedModel::many(self.models);
        provider.set_models(provider.models().into_iter().chain(named).chain(more).collect());
        for (call, name) in &self.always {
            if let Some(behaviour) = Behaviour::by_name(name, persona) {
                provider.always(*call, behaviour);
            }
        }
        Ok(provider)
    }
}

/// Where a server of this machine usually listens. Of those that share a port, the first one gets it.
fn usual_port(persona: Persona) -> Option<u16> {
    Some(match persona {
        Persona::Ollama => 11434,
        Persona::LmStudio => 1234,
        Persona::LlamaCpp => 8080,
        Persona::Vllm => 8000,
        Persona::KoboldCpp => 5001,
        Persona::Jan => 1337,
        _ => return None,
    })
}
