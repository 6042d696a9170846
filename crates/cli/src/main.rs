//! The command line: the same engine and the same data as the window, for a terminal and for scripts.
//!
//! Thin on purpose: read the arguments ([`arguments`]), call the engine ([`commands`]), print its views ([`output`]).
//! Decides nothing about connections, models or money. What it prints with `--json` is a contract.

mod arguments;
mod commands;
mod input;
mod output;
mod signals;
mod table;
mod wrong_usage;

use crate::arguments::{Arguments, Command};
use crate::output::{End, Output};
use clap::Parser;
use clap::error::ErrorKind;
use inkhorn_fault::{Code, Fault};
use std::ffi::OsString;
use std::process::ExitCode;

fn main() -> ExitCode {
    // A system that refuses leaves the program less shielded, not wrong.
    let _ = inkhorn_engine::harden_process();
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::WARN)
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .init();
    let typed: Vec<OsString> = std::env::args_os().collect();
    match Arguments::try_parse_from(&typed) {
        Ok(arguments) => run(arguments),
        Err(error) => tell(&error, Output { json: asks_for_json(&typed) }),
    }
}

/// Runs one command on a runtime of its own size: a server wants a second thread, nothing else does.
fn run(arguments: Arguments) -> ExitCode {
    let output = Output { json: arguments.shared.json };
    let mut builder = match &arguments.command {
        Command::Serve(_) => tokio::runtime::Builder::new_multi_thread(),
        _ => tokio::runtime::Builder::new_current_thread(),
    };
    let ended = match builder.worker_threads(2).enable_all().build() {
        Ok(runtime) => {
            let ended = runtime.block_on(commands::run(arguments, output));
            // A keychain that never answers keeps its thread; the program does not wait for it.
            runtime.shutdown_background();
            ended
        }
        Err(error) => Err(End::Failed(Fault::new(Code::Busy).with("reason", error.kind()))),
    };
    exit_status(ended, output)
}

/// 0 done, 1 failed, 2 wrong usage.
fn exit_status(ended: output::Done, output: Output) -> ExitCode {
    match ended {
        // `inkhorn models | head` did all that was wanted of it.
        Ok(()) | Err(End::Unheard) => ExitCode::SUCCESS,
        Err(End::Told) => ExitCode::from(1),
        Err(End::Failed(fault)) => {
            let status = if fault.code() == Code::UsageError { 2 } else { 1 };
            // Where the failure cannot be told either, the status still says it.
            let _ = output.failure(&fault);
            ExitCode::from(status)
        }
    }
}

/// Help and version are answers; everything else that clap returns is wrong usage.
fn tell(error: &clap::Error, output: Output) -> ExitCode {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            let text = error.to_string();
            let view = serde_json::json!({ "help": text.trim_end() });
            exit_status(output.show(&view, || text), output)
        }
        _ => exit_status(Err(wrong_usage::usage_fault(error).into()), output),
    }
}

/// Whether JSON was asked for, on a command line that clap did not understand.
fn asks_for_json(typed: &[OsString]) -> bool {
    typed.iter().skip(1).take_while(|argument| *argument != "--").any(|argument| argument == "--json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_asked_for_by_the_option_and_not_by_the_text() {
        let typed = |line: &str| -> Vec<OsString> { line.split(' ').map(OsString::from).collect() };
        assert!(asks_for_json(&typed("inkhorn --json nonsense")));
        assert!(asks_for_json(&typed("inkhorn nonsense --json")));
        assert!(!asks_for_json(&typed("inkhorn chat -- --json")));
        assert!(!asks_for_json(&typed("--json nonsense")), "the program's own name");
    }
}
