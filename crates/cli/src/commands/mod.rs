//! Each command: ask the engine, print what it says. One file per word that is typed first.

mod apps;
mod budgets;
mod chat;
mod collections;
mod connections;
mod discover;
mod library;
mod models;
mod serve;
mod settings;
mod sign_in;
mod usage;
mod vault;

use crate::arguments::{Arguments, Command, Connections, Vault};
use crate::input::{chosen_dir, load_passphrase};
use crate::output::{Done, Output, failure_words, printable};
use crate::table::lay_out;
use inkhorn_contract::{DoctorView, Nothing, ProviderView, VaultState};
use inkhorn_domain::Face;
use inkhorn_engine::{Engine, EngineOptions, SystemClock, SystemEnvironment, default_dir, resolve_keychain};
use inkhorn_fault::{Code, Fault, Result};
use std::path::PathBuf;
use std::sync::Arc;

/// Runs one command from its arguments to its last word.
pub async fn run(arguments: Arguments, output: Output) -> Done {
    let Arguments { shared, command } = arguments;
    let passphrase = load_passphrase(shared.passphrase_file.as_deref(), output)?;
    let has_passphrase = passphrase.is_some();
    let engine = Engine::open(EngineOptions {
        dir: chosen_dir(shared.data_dir.as_deref()).map_or_else(default_dir, PathBuf::from),
        passphrase,
        face: Face::CommandLine,
        keychain: resolve_keychain(),
        clock: Arc::new(SystemClock::new()),
        environment: Arc::new(SystemEnvironment),
    })?;
    let ended = match open_vault_for(&command, &engine, has_passphrase).await {
        Ok(()) => run_command(&engine, command, output).await,
        Err(fault) => Err(fault.into()),
    };
    engine.close().await;
    ended
}

async fn run_command(engine: &Engine, command: Command, output: Output) -> Done {
    match command {
        Command::Providers => providers(engine, output).await,
        Command::Connections(command) => connections::run(engine, command, output).await,
        Command::Discover => discover::run(engine, output).await,
        Command::Settings(command) => settings::run(engine, command, output).await,
        Command::Models(command) => models::run(engine, command, output).await,
        Command::Collections(command) => collections::run(engine, command, output).await,
        Command::Chat(command) => {
            let done = chat::run(engine, command, output).await;
            budgets::tell_reached(engine, output).await;
            done
        }
        Command::Prompts(command) => {
            let done = library::prompts(engine, command, output).await;
            budgets::tell_reached(engine, output).await;
            done
        }
        Command::Assistants(command) => library::assistants(engine, command, output).await,
        Command::Usage(command) => usage::run(engine, command, output).await,
        Command::Vault(command) => vault::run(engine, command, output).await,
        Command::Budgets(command) => budgets::run(engine, command, output).await,
        Command::Apps(command) => apps::run(engine, command, output).await,
        Command::Serve(command) => serve::run(engine, command, output).await,
        Command::Doctor => doctor(engine, output).await,
    }
}

/// Opens the vault before a command that uses a key or says whether one could be used. A vault that stays closed is
/// no failure here: local models need none, and whoever needs one is told why it is closed.
///
/// # Errors
/// `wrong_passphrase` where one was given and does not fit: going on without it would only hide the mistake.
async fn open_vault_for(command: &Command, engine: &Engine, has_passphrase: bool) -> Result<()> {
    let wanted = match command {
        Command::Chat(_)
        | Command::Prompts(_)
        | Command::Assistants(_)
        | Command::Models(_)
        | Command::Collections(_)
        | Command::Discover
        | Command::Doctor => true,
        Command::Connections(command) => {
            !matches!(command, Connections::Add(_) | Connections::Remove(_) | Connections::SignIn(_))
        }
        Command::Vault(command) => matches!(command, Vault::Status),
        // A gateway opens it while it starts.
        Command::Serve(_)
        | Command::Settings(_)
        | Command::Providers
        | Command::Usage(_)
        | Command::Apps(_)
        | Command::Budgets(_) => false,
    };
    if !wanted {
        return Ok(());
    }
    engine.unlock().await;
    let wrong = has_passphrase && engine.vault_status(Nothing {}).await?.state == VaultState::Locked;
    if wrong { Err(Fault::new(Code::WrongPassphrase)) } else { Ok(()) }
}

async fn providers(engine: &Engine, output: Output) -> Done {
    // A list without the writer's own entries would look whole.
    if let Some(fault) = engine.catalogue_fault() {
        return Err(fault.clone().into());
    }
    let views = engine.providers_list(Nothing {}).await?;
    output.show(&views, || {
        let row = |view: &ProviderView| {
            let address = view.base_url.clone().unwrap_or_else(|| "(give one)".to_owned());
            [view.id.clone(), view.name.clone(), view.locality.clone(), address]
        };
        let rows: Vec<_> = views.iter().map(row).collect();
        lay_out(["Id", "Name", "Where", "Usual address"], &rows, "No providers.")
    })
}

/// The look itself is the operation: what it finds is an answer, also where it is bad news.
async fn doctor(engine: &Engine, output: Output) -> Done {
    let view: DoctorView = engine.doctor(Nothing {}).await?;
    output.show(&view, || {
        let mut text = String::new();
        for check in &view.checks {
            let mark = if check.ok { "well" } else { "NOT WELL" };
            text.push_str(&format!("{}: {mark}: {}\n", check.name, check.found));
            if let Some(fault) = &check.fault {
                text.push_str(&format!("  {}\n", failure_words(fault).replace('\n', "\n  ")));
            }
        }
        text.push_str(if view.ok { "Everything is well." } else { "Something needs your attention." });
        printable(&text)
    })
}

/// `yes` or `no`, for tables.
fn yes(value: bool) -> String {
    if value { "yes" } else { "no" }.to_owned()
}

/// A cost for a person: unknown is said, never shown as 0.
fn dollars(cost: Option<&str>) -> String {
    cost.map_or_else(|| "unknown".to_owned(), |cost| format!("${cost}"))
}

/// Makes a list of models or origins out of what was typed, without empty ones.
fn tidy_list(typed: Vec<String>) -> Vec<String> {
    typed.into_iter().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()).collect()
}

/// A word that means on or off; `None` for any other.
fn on_or_off(word: &str) -> Option<bool> {
    match word.to_ascii_lowercase().as_str() {
        "true" | "on" | "yes" | "1" => Some(true),
        "false" | "off" | "no" | "0" => Some(false),
        _ => None,
    }
}
