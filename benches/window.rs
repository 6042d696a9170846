//! How long the window takes from its start to its first page, beside an empty window of the same toolchain in the same
//! run. The empty window is this very program, started with a mark in its environment.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a benchmark"
)]

#[path = "../tests/it/driver.rs"]
#[allow(dead_code, reason = "shared with the tests")]
mod driver;
#[path = "../tests/it/workspace.rs"]
#[allow(dead_code, reason = "shared with the tests")]
mod workspace;

use driver::{Home, PROGRAM, Window};
use std::process::ExitCode;
use std::time::{Duration, Instant};
use tauri::{WebviewUrl, WebviewWindowBuilder};

const MARK: &str = "INKHORN_EMPTY_WINDOW";
const ROUNDS: usize = 10;
/// Inkhorn's time may be at most this many times the empty window's.
const AT_MOST: f64 = 1.5;

fn main() -> ExitCode {
    if std::env::var_os(MARK).is_some() {
        show_nothing();
        return ExitCode::SUCCESS;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let empty_program = std::env::current_exe().expect("our own path");
    let empty_program = empty_program.to_str().expect("a plain path");
    let (mut empty, mut ours) = (Vec::new(), Vec::new());
    // In turns, so that whatever else the machine does falls on both.
    for _ in 0..ROUNDS {
        empty.push(runtime.block_on(time_to_first_page(empty_program, "body", &[(MARK, "1")])));
        ours.push(runtime.block_on(time_to_first_page(PROGRAM, "main", &[])));
    }
    let (empty, ours) = (median(empty), median(ours));
    let ratio = ours.as_secs_f64() / empty.as_secs_f64();
    println!("start to first page, median of {ROUNDS}: empty window {empty:.0?}, inkhorn {ours:.0?}");
    println!("ratio {ratio:.2}, at most {AT_MOST}");
    if ratio <= AT_MOST { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

async fn time_to_first_page(program: &str, element: &str, environment: &[(&str, &str)]) -> Duration {
    let home = Home::make();
    let before = Instant::now();
    let window = Window::open_program(program, &home, environment).await;
    window.text(element).await;
    let took = before.elapsed();
    window.close().await;
    took
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// A window with a page that says one word, and nothing behind it.
fn show_nothing() {
    tauri::Builder::default()
        .setup(|app| {
            WebviewWindowBuilder::new(app, "empty", WebviewUrl::App("index.html".into())).build()?;
            Ok(())
        })
        .run(tauri::generate_context!("benches/empty/tauri.conf.json"))
        .expect("an empty window");
}
