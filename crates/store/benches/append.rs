//! What one usage row costs a request, beside the least that it could cost: appending as many bytes to a plain file.
//!
//! Prints a line for people and a line of JSON: microseconds a row, and the ratio to the plain file.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a program of its own that reports and may stop"
)]

use inkhorn_domain::{
    ConnectionId, CostSource, Face, FinishReason, Money, Quality, RequestId, RequestResult, TokenUsage,
};
use inkhorn_store::Store;
use inkhorn_store::usage::UsageRow;
use std::fs::File;
use std::io::Write;
use std::time::{Duration, Instant};

const ROWS: u32 = 100_000;
/// What a row takes in the file.
const ROW_BYTES: usize = 120;

fn main() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    let rows = timed(|n| store.append_usage(&row(n)).unwrap());
    let log = std::fs::metadata(dir.path().join("usage.db-wal")).map_or(0, |file| file.len());
    let looks = timed(|_| assert_eq!(store.changes_elsewhere(), 0));
    let begun = Instant::now();
    drop(store);
    let closing = begun.elapsed();

    let mut file = File::create(dir.path().join("plain")).unwrap();
    let plain = timed(|_| file.write_all(&[7; ROW_BYTES]).unwrap());

    let ratio = micros(rows.mean) / micros(plain.mean);
    println!(
        "usage row: {:.1} us mean, {:.1} us median, {:.1} us at 99.9 %, {:.0} us at most; plain file {:.1} us; \
         {ratio:.1} x; log {} MiB; closing {:.0} ms; changes_elsewhere {:.1} us",
        micros(rows.mean),
        micros(rows.median),
        micros(rows.rare),
        micros(rows.most),
        micros(plain.mean),
        log >> 20,
        micros(closing) / 1000.0,
        micros(looks.mean)
    );
    println!(
        "{{\"bench\":\"usage_append\",\"rows\":{ROWS},\"mean_us\":{:.2},\"median_us\":{:.2},\"p999_us\":{:.2},\
         \"plain_us\":{:.2},\"ratio\":{ratio:.2}}}",
        micros(rows.mean),
        micros(rows.median),
        micros(rows.rare),
        micros(plain.mean)
    );
}

struct Times {
    mean: Duration,
    median: Duration,
    rare: Duration,
    most: Duration,
}

fn timed(mut step: impl FnMut(u32)) -> Times {
    let mut times: Vec<Duration> = (0..ROWS)
        .map(|n| {
            let begun = Instant::now();
            step(n);
            begun.elapsed()
        })
        .collect();
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    Times { mean: times.iter().sum::<Duration>() / ROWS, median: at(0.5), rare: at(0.999), most: at(1.0) }
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

fn row(n: u32) -> UsageRow {
    UsageRow {
        request: RequestId(u128::from(n).to_be_bytes()),
        attempt: 1,
        time: 1_790_000_000_000 + i64::from(n),
        face: Face::Gateway,
        app: Some("editor".into()),
        feature: "chat".into(),
        connection: Some(ConnectionId([8; 16])),
        slug: Some("openai".into()),
        provider: Some("openai".into()),
        model_asked: format!("vendor/model-{}", n % 20),
        model_answered: Some(format!("vendor/model-{}-2026", n % 20)),
        tokens: TokenUsage {
            input: Some(1_200),
            cache_read: Some(800),
            output: Some(350),
            ..TokenUsage::default()
        },
        cost: Some(Money(5_000_000_000)),
        computed: Some(Money(5_000_000_000)),
        price: None,
        cost_source: CostSource::Computed,
        quality: Quality::Reported,
        result: RequestResult::Completed,
        fault: None,
        latency_ms: Some(900),
        first_token_ms: Some(120),
        finish: Some(FinishReason::Stop),
    }
}
