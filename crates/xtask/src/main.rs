//! The project's own commands: `cargo xtask run`, `test`, `check`, `bundle`, `bench`, `simulate`, `types`, `screenshots`.
//!
//! For whoever builds Inkhorn, and for the machine that checks it. It depends on almost nothing, so that it is there
//! seconds after the first checkout, and it knows nothing of what the program does. Start reading at [`COMMANDS`].
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "this program talks to a terminal")]

mod bench;
mod bundle;
mod check;
mod crates;
mod expose;
mod licences;
mod needs;
mod page;
mod prices;
mod step;
mod trial;
mod types;
mod unused;

use std::process::ExitCode;
use step::{Outcome, Steps, cargo, run};

/// Name, what it does, and the function that does it.
type Entry = (&'static str, &'static str, fn(&mut Steps, &[String]) -> Outcome);

const COMMANDS: &[Entry] = &[
    ("run", "installs what is missing, builds, and opens the window", open),
    ("check", "format, lints, layers, types, page, unit tests", check::check),
    ("test", "check, then everything else: window, SDKs, installer", trial::test),
    ("bundle", "makes the .deb and .rpm", bundle::bundle),
    ("bench", "measures, each figure beside its anchor in the same run", bench::bench),
    ("simulate", "starts simulated providers to point the window at; --help says how", simulate),
    ("types", "writes the page's types; --check only compares", types::types),
    ("prices", "copies the price data of the genai-prices release; --check only compares", prices::prices),
    ("kills", "ends the programs a thousand times in mid-work; another number may follow", trial::kills),
    ("screenshots", "keeps pictures of every page in test-output/screenshots", trial::screenshots),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((_, _, command)) =
        arguments.first().and_then(|name| COMMANDS.iter().find(|(known, ..)| known == name))
    else {
        println!("cargo xtask COMMAND, where COMMAND is one of:");
        COMMANDS.iter().for_each(|(name, what, _)| println!("  {name:12} {what}"));
        return ExitCode::from(2);
    };
    let mut steps = Steps::start();
    let outcome = command(&mut steps, arguments.get(1..).unwrap_or_default());
    steps.finish(outcome)
}

fn simulate(steps: &mut Steps, rest: &[String]) -> Outcome {
    let simulator = ["--quiet", "-p", "inkhorn-testkit", "--bin", "simulate"];
    steps.step("simulator", || run(cargo().arg("build").args(simulator)))?;
    run(cargo().arg("run").args(simulator).arg("--").args(rest))
}

fn open(steps: &mut Steps, rest: &[String]) -> Outcome {
    steps.step("tools", || needs::install(needs::BUILD))?;
    steps.step("page", page::build)?;
    steps.step("build", || run(cargo().args(["build", "-p", "inkhorn-desktop"])))?;
    let program = crates::target_folder()?.join("debug").join(crates::program("inkhorn-desktop"));
    println!("The window opens.");
    run(std::process::Command::new(program).args(rest))
}
