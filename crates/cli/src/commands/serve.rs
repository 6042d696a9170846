//! `serve`: the gateway until a signal ends it.

use crate::arguments::Serve;
use crate::output::{Done, Output, failure_words};
use crate::signals::interrupted;
use inkhorn_contract::Nothing;
use inkhorn_engine::Engine;
use inkhorn_gateway::{Options, start};
use serde_json::json;
use std::io::{self, IsTerminal};
use std::time::Duration;

/// The address is told no later than this, even where the keychain is still silent: local models need no key.
const UNLOCK_PATIENCE: Duration = Duration::from_secs(2);

pub(super) async fn run(engine: &Engine, command: Serve, output: Output) -> Done {
    // Heard from the first moment on: a signal during the start must not leave half of it behind.
    let mut ending = interrupted()?;
    let opening = engine.clone();
    let unlocking = tokio::spawn(async move { opening.unlock().await });
    let running = start(engine.clone(), Options { port: command.port, bind: command.bind }).await?;
    let waited = tokio::time::timeout(UNLOCK_PATIENCE, unlocking);
    tokio::select! {
        _ = waited => {
            let vault = engine.vault_status(Nothing {}).await?;
            if let Some(fault) = &vault.fault {
                output.note(&failure_words(fault));
            }
            let url = running.url();
            // Who starts a server from a script reads its first line; a sentence is for a person at a terminal.
            let output = Output { json: output.json || !io::stdout().is_terminal() };
            output.show(&json!({ "address": url }), || format!("Inkhorn answers at {url}"))?;
            ending.recv().await;
        }
        () = ending.recv() => {}
    }
    running.stop().await;
    Ok(())
}
