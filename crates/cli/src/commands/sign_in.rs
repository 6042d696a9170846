//! `connections sign-in`: prints the address for the browser, waits for the way back, and says what became of it.

use crate::arguments::SignIn;
use crate::input::load_code;
use crate::output::{Done, End, Output, failure_words, printable};
use crate::signals::interrupted;
use inkhorn_contract::{SignInCancelRequest, SignInCodeRequest, SignInEvent, SignInRequest, SignInView};
use inkhorn_engine::Engine;
use inkhorn_fault::{Code, Fault};
use serde_json::json;
use std::sync::Arc;
use tokio::sync::Notify;
use tokio::sync::mpsc::unbounded_channel;

pub(super) async fn run(engine: &Engine, command: SignIn, output: Output) -> Done {
    let SignIn { provider, label, base_url, connection, code_stdin } = command;
    let mut stop = interrupted()?;
    let (tell, mut told) = unbounded_channel();
    let signing_in = engine.sign_in(SignInRequest { provider, label, base_url, connection }, move |event| {
        drop(tell.send(event))
    });
    tokio::pin!(signing_in);
    let mut running: Option<String> = None;
    let given_up = Arc::new(Notify::new());
    let ended = loop {
        tokio::select! {
            biased;
            Some(event) = told.recv() => {
                if let SignInEvent::Waiting { sign_in, .. } = &event {
                    running = Some(sign_in.clone());
                    if code_stdin {
                        read_code(engine, sign_in.clone(), output, given_up.clone());
                    }
                }
                show(&event, output)?;
            }
            () = stop.recv() => match &running {
                Some(sign_in) => cancel(engine, sign_in).await,
                // Not even begun: dropping it ends it.
                None => break SignInView { outcome: "cancelled", connection: None },
            },
            () = given_up.notified() => {
                if let Some(sign_in) = &running {
                    cancel(engine, sign_in).await;
                }
            }
            ended = &mut signing_in => break ended?,
        }
    };
    tell_end(&ended, output)
}

/// Hands the code from standard input in, beside the way back, which stays open. A code of the wrong form is told and
/// the sign-in ends: standard input has no second one.
fn read_code(engine: &Engine, sign_in: String, output: Output, given_up: Arc<Notify>) {
    let engine = engine.clone();
    tokio::spawn(async move {
        let read = tokio::task::spawn_blocking(load_code).await;
        let code = read.unwrap_or_else(|_| Err(Fault::new(Code::Busy)));
        let handed = match code {
            Ok(code) => engine.sign_in_code(SignInCodeRequest { sign_in, code }).await.map(drop),
            Err(fault) => Err(fault),
        };
        if let Err(fault) = handed {
            output.note(&failure_words(&fault.into()));
            given_up.notify_one();
        }
    });
}

async fn cancel(engine: &Engine, sign_in: &str) {
    // It may have ended in this very moment: then there is nothing to cancel.
    let _ = engine.sign_in_cancel(SignInCancelRequest { sign_in: sign_in.to_owned() }).await;
}

fn show(event: &SignInEvent, output: Output) -> Done {
    if output.json {
        return output.document(event);
    }
    match event {
        SignInEvent::Waiting { url, expires_in_ms, .. } => {
            output.words(&printable(&format!("Open this page in your browser and say yes there:\n{url}")))?;
            output.note(&format!("Waiting for up to {} minutes. Ctrl-C gives up.", expires_in_ms / 60_000));
        }
        SignInEvent::Exchanging => output.note("The browser is back; fetching the key."),
    }
    Ok(())
}

/// A no, a cancel or nobody coming back is no connection: the status says so, calmly.
fn tell_end(ended: &SignInView, output: Output) -> Done {
    if output.json {
        output.document(&json!({ "done": ended }))?;
    } else if let Some(view) = &ended.connection {
        output.words(&printable(&format!("{} is connected as {}.", view.label, view.slug)))?;
    } else {
        output.note(match ended.outcome {
            "denied" => "You said no at the provider. Nothing was connected.",
            "expired" => "Nobody came back from the browser in time. Nothing was connected.",
            _ => "Given up. Nothing was connected.",
        });
    }
    if ended.connection.is_some() { Ok(()) } else { Err(End::Told) }
}
