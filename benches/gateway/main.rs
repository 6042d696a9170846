//! What the gateway costs on top of the way itself: no gateway, nginx as a plain proxy, and Inkhorn with everything on
//! (token, routing, key unsealed, durable usage row), in turns, in one run, against one fixed upstream.
//!
//! The load and the upstream are in this process, the gateways are not: their processor time is read from the system.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark"
)]

mod load;
mod nginx;
mod process;
mod upstream;

use inkhorn_testkit::{Program, RealKeychain, RunningServe, ScratchProfile};
use load::{Asked, Target};
use process::Watched;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

const ROUNDS: usize = 5;
const PLAIN_SECONDS: f64 = 2.0;
const STREAM_SECONDS: f64 = 3.0;

/// What the issue allows.
const ADDED_MILLIS: f64 = 0.2;
const PROCESSOR_TIMES: f64 = 5.0;
const TOKEN_TIMES: f64 = 4.0;
const FIRST_TOKEN_MILLIS: f64 = 0.5;
const IDLE_MEGABYTES: f64 = 25.0;
const FIRST_ANSWER_MILLIS: f64 = 100.0;

fn main() -> ExitCode {
    let keychain = RealKeychain::start();
    let profile = ScratchProfile::make();
    let upstream = upstream::Upstream::start();
    let (program, token) = prepare(&keychain, &profile, upstream.port());
    let proxy = nginx::Nginx::start(upstream.port());

    let mut first_answers = Vec::new();
    let mut idle = Vec::new();
    let direct = Target::new(upstream.port(), "mock-model", None);
    let through_nginx = Target::new(proxy.port(), "mock-model", None);
    let mut figures = Figures::default();
    for round in 0..ROUNDS {
        let (serve, took) = start(&program, &token);
        first_answers.push(took);
        let port = port_of(&serve);
        let inkhorn = Target::new(port, "bench/mock-model", Some(&token));
        std::thread::sleep(Duration::from_millis(600));
        let watched = Watched::tree(serve.running().id());
        idle.push(watched.megabytes());
        let nginx = Watched::tree(proxy.id());
        let mut turns: Vec<(&str, &Target, Option<&Watched>)> = vec![
            ("direct", &direct, None),
            ("nginx", &through_nginx, Some(&nginx)),
            ("inkhorn", &inkhorn, Some(&watched)),
        ];
        turns.rotate_left(round % 3);
        for (name, target, process) in turns {
            figures.measure(name, target, process);
        }
        let sent = inkhorn.requests();
        let outcome = serve.stop();
        assert!(outcome.succeeded(), "the gateway ended badly");
        figures.check_rows(&program, sent);
    }
    figures.print(&idle, &first_answers)
}

/// A profile with one connection whose key is sealed by the real keychain, and one app.
fn prepare(keychain: &RealKeychain, profile: &ScratchProfile, port: u16) -> (Program, String) {
    let file = PathBuf::from(env!("CARGO_BIN_EXE_inkhorn-desktop")).with_file_name("inkhorn");
    assert!(file.exists(), "build the command line first: cargo build --release -p inkhorn-cli");
    let program = Program::of_file(file, profile).with_keychain(keychain);
    let base = format!("http://127.0.0.1:{port}/v1");
    let add = [
        "connections",
        "add",
        "--json",
        "--provider",
        "openai_compatible",
        "--label",
        "bench",
        "--base-url",
        &base,
    ];
    let add = [&add[..], &["--key-stdin", "--no-test", "--model", "mock-model"]].concat();
    program.run_with_input(&add, b"sk-bench-0123456789abcdef").expect_success();
    // The price data of big providers is in memory as it is for a writer who has connected to them.
    for priced in ["openai", "anthropic"] {
        let add = ["connections", "add", "--json", "--provider", priced, "--key-stdin", "--no-test"];
        program.run_with_input(&add, b"sk-bench-9876543210fedcba").expect_success();
    }
    let app = program.run(&["apps", "add", "bench", "--json"]).expect_success();
    (program, app.json()["token"].as_str().expect("a token").to_owned())
}

/// Starts the gateway and asks once: the time from the start of the program to that answer.
fn start(program: &Program, token: &str) -> (RunningServe, f64) {
    let before = Instant::now();
    let serve = program.spawn_serve(&[]);
    let target = Target::new(port_of(&serve), "bench/mock-model", Some(token));
    let answered = load::once(&target);
    assert_eq!(answered, Asked::Answered, "the first request");
    (serve, before.elapsed().as_secs_f64() * 1e3)
}

fn port_of(serve: &RunningServe) -> u16 {
    serve.authority().rsplit_once(':').and_then(|(_, port)| port.parse().ok()).expect("a port")
}

#[derive(Default)]
struct Figures {
    rows: Vec<(&'static str, Row)>,
    counted: u64,
}

#[derive(Default)]
struct Row {
    plain: Vec<f64>,
    processor: Vec<f64>,
    rate: Vec<f64>,
    first_token: Vec<f64>,
    token_processor: Vec<f64>,
}

impl Figures {
    fn measure(&mut self, name: &str, target: &Target, process: Option<&Watched>) {
        load::plain(target, 1, 0.3);
        let one = load::plain(target, 1, PLAIN_SECONDS);
        load::plain(target, 16, 0.3);
        let before = process.map(Watched::processor_seconds);
        let many = load::plain(target, 16, PLAIN_SECONDS);
        let used = |before: Option<f64>| {
            process.zip(before).map(|(process, before)| process.processor_seconds() - before)
        };
        let plain_used = used(before);
        load::streams(target, 8, 0.8);
        let before = process.map(Watched::processor_seconds);
        let streams = load::streams(target, 8, STREAM_SECONDS);
        let stream_used = used(before);
        let row = self.row(name);
        row.plain.push(one.median_millis());
        row.rate.push(many.count() as f64 / PLAIN_SECONDS);
        row.first_token.push(streams.median_first_token_millis());
        row.processor.extend(plain_used.map(|used| used * 1e6 / many.count() as f64));
        row.token_processor.extend(stream_used.map(|used| used * 1e6 / streams.tokens() as f64));
    }

    fn row(&mut self, name: &str) -> &mut Row {
        let known = ["direct", "nginx", "inkhorn"].into_iter().find(|known| *known == name).expect("a name");
        if !self.rows.iter().any(|(other, _)| *other == known) {
            self.rows.push((known, Row::default()));
        }
        self.rows.iter_mut().find(|(other, _)| *other == known).map(|(_, row)| row).expect("just made")
    }

    /// Every request that was sent through the gateway has its row.
    fn check_rows(&mut self, program: &Program, sent: u64) {
        self.counted += sent + 1;
        let usage = program.run(&["usage", "--json", "--by", "app"]).expect_success();
        assert_eq!(usage.json()["total"]["requests"].as_u64(), Some(self.counted), "rows against requests");
    }

    fn print(&self, idle: &[f64], first_answers: &[f64]) -> ExitCode {
        println!(
            "medians of {ROUNDS} rounds              c=1 p50 ms   req/s c=16   processor us/req   first token ms   processor us/token"
        );
        for (name, row) in &self.rows {
            let optional = |values: &[f64]| {
                if values.is_empty() { "-".to_owned() } else { format!("{:.1}", median(values)) }
            };
            println!(
                "{name:<34} {:>10.3} {:>12.0} {:>18} {:>16.2} {:>20}",
                median(&row.plain),
                median(&row.rate),
                optional(&row.processor),
                median(&row.first_token),
                optional(&row.token_processor),
            );
        }
        let find = |name: &str| {
            self.rows.iter().find(|(other, _)| *other == name).map(|(_, row)| row).expect("measured")
        };
        let (direct, nginx, ours) = (find("direct"), find("nginx"), find("inkhorn"));
        let paired = |a: &[f64], b: &[f64], how: fn(f64, f64) -> f64| {
            median(&a.iter().zip(b).map(|(a, b)| how(*a, *b)).collect::<Vec<_>>())
        };
        let minus = |a: f64, b: f64| a - b;
        let over = |a: f64, b: f64| a / b;
        let checks = [
            ("added latency at one connection, ms", paired(&ours.plain, &direct.plain, minus), ADDED_MILLIS),
            (
                "processor time per request, times nginx",
                paired(&ours.processor, &nginx.processor, over),
                PROCESSOR_TIMES,
            ),
            (
                "processor time per streamed token, times nginx",
                paired(&ours.token_processor, &nginx.token_processor, over),
                TOKEN_TIMES,
            ),
            (
                "first token after nginx's, ms",
                paired(&ours.first_token, &nginx.first_token, minus),
                FIRST_TOKEN_MILLIS,
            ),
            ("resident when idle, MB", median(idle), IDLE_MEGABYTES),
            ("start to first answer, ms", median(first_answers), FIRST_ANSWER_MILLIS),
        ];
        let mut all_well = true;
        for (what, value, most) in checks {
            let well = value <= most;
            all_well &= well;
            println!("{what:<50} {value:>8.2}   at most {most}{}", if well { "" } else { "   MISSED" });
        }
        println!("rows in the usage log: {} for as many requests", self.counted);
        if all_well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}
