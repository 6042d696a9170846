//! Inkhorn's window: it draws the page, hands its commands to the engine, and tells the page what changed.
//!
//! For the writer's desktop. It decides nothing about models, keys or money: that is the engine's. Start reading at
//! [`main`]; the frame around the page and its fences stand in [`frame`].

// A window needs no console on Windows.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod clipboard;
mod commands;
mod drawing;
mod frame;
mod house;
mod links;
mod notify;
mod profile;
mod single;
mod telling;

use single::Claim;
use std::process::ExitCode;

fn main() -> ExitCode {
    // A panic's message may hold the writer's text, so only its place is told.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        say(&format!("Something broke inside Inkhorn, at {place}. What was acknowledged is kept."));
    }));
    match start() {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            say(&sentence);
            ExitCode::FAILURE
        }
    }
}

/// Runs until the window is closed. The error is a sentence for the person who started it.
fn start() -> Result<(), String> {
    let profile = profile::resolve(std::env::args_os().skip(1))?;
    let doorbell = match single::claim(&profile)? {
        Claim::Ours(doorbell) => doorbell,
        Claim::Shown => {
            say("Inkhorn is already open on this profile; its window was asked to come to the front.");
            return Ok(());
        }
    };
    frame::run(profile, doorbell)
}

/// One line on standard error. Where nobody listens (a desktop's menu), that is no reason to fail.
fn say(sentence: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "{sentence}");
}
