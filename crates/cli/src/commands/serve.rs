//! `serve`: the gateway until a signal ends it.

use crate::arguments::Serve;
use crate::output::{Done, Output, failure_words};
use crate::signals::interrupted;
use inkhorn_contract::{ChangedEvent, Nothing, Topic, VaultState};
use inkhorn_engine::Engine;
use inkhorn_gateway::{Options, start};
use serde_json::json;
use std::io::{self, IsTerminal};
use std::time::Duration;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::TryRecvError;
use tokio::time::{MissedTickBehavior, interval, timeout};

/// The address is told no later than this, even where the keychain is still silent: local models need no key.
const UNLOCK_PATIENCE: Duration = Duration::from_secs(2);
/// So often it is looked whether another program changed the profile.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

pub(super) async fn run(engine: &Engine, command: Serve, output: Output) -> Done {
    // Heard from the first moment on: a signal during the start must not leave half of it behind.
    let mut ending = interrupted()?;
    let opening = engine.clone();
    let unlocking = tokio::spawn(async move { opening.unlock().await });
    let running = start(engine.clone(), Options { port: command.port, bind: command.bind }).await?;
    tokio::select! {
        _ = timeout(UNLOCK_PATIENCE, unlocking) => {}
        () = ending.recv() => {
            running.stop().await;
            return Ok(());
        }
    }
    let vault = engine.vault_status(Nothing {}).await?;
    if let Some(fault) = &vault.fault {
        output.note(&failure_words(fault));
    }
    let url = running.url();
    // Who starts a server from a script reads its first line; a sentence is for a person at a terminal.
    let output = Output { json: output.json || !io::stdout().is_terminal() };
    output.show(&json!({ "address": url }), || format!("Inkhorn answers at {url}"))?;
    // Read once, away from the first request that has a price.
    engine.warm_prices().await;
    let retaining = engine.clone();
    // Beside the requests, for it may take a while. What could not be removed is tried again at the next start.
    let retaining = tokio::spawn(async move { retaining.retain_usage().await });
    tokio::select! {
        () = keep_open(engine) => {}
        () = ending.recv() => {}
    }
    retaining.abort();
    running.stop().await;
    Ok(())
}

/// Opens a vault that another program made or changed while this one serves. Never ends by itself.
async fn keep_open(engine: &Engine) {
    let mut changes = engine.events();
    let mut looks = interval(LOOK_AGAIN);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        looks.tick().await;
        // A profile that cannot be read just now is told to whoever asks for something.
        let _ = engine.notice_others();
        if vault_changed(&mut changes)
            && !matches!(engine.vault_status(Nothing {}).await, Ok(view) if view.state == VaultState::Unlocked)
        {
            engine.unlock().await;
        }
    }
}

fn vault_changed(changes: &mut Receiver<ChangedEvent>) -> bool {
    let mut changed = false;
    loop {
        match changes.try_recv() {
            Ok(event) => changed |= event.topics.contains(&Topic::Vault),
            // Too many to keep: one of them may have been the vault.
            Err(TryRecvError::Lagged(_)) => changed = true,
            Err(TryRecvError::Empty | TryRecvError::Closed) => return changed,
        }
    }
}
