//! The Usage page over ten million requests, as the window asks for it: one call of `usage_dashboard` for each range, with
//! all that the page shows and as it crosses to the page. The writer's clocks change twice a year, so that no day of theirs is
//! a day of UTC. A kept log is asked first while nothing of it is in the memory of the program.
//!
//! `INKHORN_BENCH_ROWS` asks for another number of requests, and `INKHORN_BENCH_LOG` names a folder in which the log is kept
//! for the next run. Prints lines for people and a line of JSON.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a program of its own that reports and may stop"
)]

#[allow(dead_code, reason = "the store's benchmark uses all of it")]
#[path = "../../store/benches/usage/log.rs"]
mod log;

use inkhorn_contract::*;
use inkhorn_domain::{Face, UnixMillis};
use inkhorn_engine::{Clock, Engine, EngineOptions, FixedEnvironment};
use inkhorn_store::Store;
use inkhorn_testkit::ScratchProfile;
use inkhorn_vault::NoKeychain;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What a page may take.
const AT_MOST_MS: f64 = 100.0;
const ROUNDS: usize = 7;
/// The writer's zone. The program reads it from its environment.
const ZONE: &str = "America/New_York";

/// The evening of the last day of the log.
struct Evening;

impl Clock for Evening {
    fn now(&self) -> UnixMillis {
        log::END - log::OFFSET
    }

    fn since_start(&self) -> Duration {
        Duration::ZERO
    }
}

fn main() {
    if std::env::var("TZ").is_ok_and(|zone| zone == ZONE) {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(measure());
        return;
    }
    let itself = std::env::current_exe().expect("a program has a path");
    let ended = Command::new(itself).args(std::env::args().skip(1)).env("TZ", ZONE).status();
    assert!(ended.expect("it starts once more").success());
}

async fn measure() {
    let rows: i64 =
        std::env::var("INKHORN_BENCH_ROWS").ok().and_then(|rows| rows.parse().ok()).unwrap_or(10_000_000);
    let profile = ScratchProfile::make();
    let dir = std::env::var_os("INKHORN_BENCH_LOG").map_or_else(|| profile.data_dir(), PathBuf::from);
    if !dir.join("usage.db").exists() {
        log::build(&dir, rows);
        // Opening it makes the sums.
        drop(Store::open(&dir).expect("the log opens"));
    }
    let mut slowest = 0.0f64;
    let mut figures = String::new();
    for (name, request) in requests() {
        let (first, later) = times(&dir, &request).await;
        slowest = slowest.max(first).max(later);
        println!("dashboard, {name}: {later:.1} ms; the first in a program {first:.1} ms");
        figures.push_str(&format!("\"{name}_ms\":{later:.1},\"{name}_first_ms\":{first:.1},"));
    }
    let refusals = refusals_time(&dir).await;
    println!("refusals of models over a month and a year: {refusals:.1} ms");
    figures.push_str(&format!("\"refusals_ms\":{refusals:.1},"));
    println!(
        "{{\"bench\":\"dashboard\",\"rows\":{rows},{figures}\"slowest_ms\":{slowest:.1},\"at_most\":{AT_MOST_MS}}}"
    );
    if slowest > AT_MOST_MS {
        println!("MISSED: {AT_MOST_MS} ms for the Usage page of any range");
    }
}

/// What the page may ask for.
fn requests() -> Vec<(&'static str, UsageDashboardRequest)> {
    let days = |from: &str, until: &str| UsagePeriod::Days { from: from.into(), until: until.into() };
    let page = |period| UsageDashboardRequest { period, width: 760, ..UsageDashboardRequest::default() };
    let everything = || days("2023-11-01", "2026-11-21");
    let of_one = UsageFilters { provider: Some("openai".into()), ..UsageFilters::default() };
    vec![
        ("today", page(UsagePeriod::Today)),
        ("week", page(UsagePeriod::Week)),
        ("month", page(UsagePeriod::Month)),
        ("year", page(days("2025-11-22", "2026-11-21"))),
        ("everything", page(everything())),
        ("one_provider", UsageDashboardRequest { filters: of_one, ..page(everything()) }),
        (
            "tokens_by_app",
            UsageDashboardRequest {
                measure: UsageMeasure::Tokens,
                by: UsageDimension::App,
                ..page(everything())
            },
        ),
    ]
}

fn open(dir: &Path) -> Engine {
    Engine::open(EngineOptions {
        dir: dir.to_owned(),
        passphrase: None,
        face: Face::Window,
        keychain: Arc::new(NoKeychain),
        clock: Arc::new(Evening),
        environment: Arc::new(FixedEnvironment::default()),
    })
    .expect("the profile opens")
}

/// Milliseconds that the Models page waits for its refusals, in the median.
async fn refusals_time(dir: &Path) -> f64 {
    let engine = open(dir);
    let mut taken = Vec::new();
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        let view = engine.models_refusals(Nothing {}).await.expect("counted");
        taken.push(begun.elapsed().as_secs_f64() * 1e3);
        assert!(view.models.iter().any(|of| of.days_30.answers > 0), "there is something to show");
    }
    taken.sort_by(f64::total_cmp);
    taken[ROUNDS / 2]
}

/// Milliseconds of the first page of a program, and of those that follow, in the median.
async fn times(dir: &Path, request: &UsageDashboardRequest) -> (f64, f64) {
    let engine = open(dir);
    let mut taken = Vec::new();
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        let view = engine.usage_dashboard(request.clone()).await.expect("the page has an answer");
        let page = serde_json::to_string(&view).expect("the page can be written");
        taken.push(begun.elapsed().as_secs_f64() * 1e3);
        assert!(view.total.requests > 0 && !page.is_empty(), "there is something to show");
    }
    let first = taken[0];
    taken.sort_by(f64::total_cmp);
    (first, taken[ROUNDS / 2])
}
