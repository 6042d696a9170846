//! Each command: ask the engine, print what it says. One file per word that is typed first.

mod apps;
mod chat;
mod connections;
mod models;
mod serve;
mod usage;
mod vault;

use crate::arguments::{Arguments, Command};
use crate::input::{chosen_dir, load_passphrase};
use crate::output::{Done, Output, failure_words, printable};
use crate::table::lay_out;
use inkhorn_contract::{DoctorView, Nothing, ProviderView};
use inkhorn_domain::Face;
use inkhorn_engine::{Engine, EngineOptions, default_dir, system_keychain};
use std::path::PathBuf;

/// Runs one command from its arguments to its last word.
pub async fn run(arguments: Arguments, output: Output) -> Done {
    let Arguments { shared, command } = arguments;
    let passphrase = load_passphrase(shared.passphrase_file.as_deref(), output)?;
    let dir = chosen_dir(shared.data_dir.as_deref()).map_or_else(default_dir, PathBuf::from);
    let engine = Engine::open(EngineOptions {
        dir,
        passphrase,
        face: Face::CommandLine,
        keychain: system_keychain(),
    })?;
    let ended = match command {
        Command::Providers => providers(&engine, output).await,
        Command::Connections(command) => connections::run(&engine, command, output).await,
        Command::Models(command) => models::run(&engine, command, output).await,
        Command::Chat(command) => chat::run(&engine, command, output).await,
        Command::Usage(command) => usage::run(&engine, command, output).await,
        Command::Vault(command) => vault::run(&engine, command, output).await,
        Command::Apps(command) => apps::run(&engine, command, output).await,
        Command::Serve(command) => serve::run(&engine, command, output).await,
        Command::Doctor => doctor(&engine, output).await,
    };
    engine.close().await;
    ended
}

async fn providers(engine: &Engine, output: Output) -> Done {
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
