//! A usage log of any number of requests: three years of one writer, who works in 36 ways (connection, model, feature, app,
//! face), in few of them most of the time. Made in minutes, because it is written past the log's own way.

#![allow(clippy::unwrap_used, reason = "part of benchmarks, which may stop")]

use inkhorn_domain::{
    ConnectionId, CostSource, Face, FinishReason, Money, Price, PriceState, Quality, RequestId,
    RequestResult, TokenUsage,
};
use inkhorn_store::usage::UsageRow;
use inkhorn_store::{Connection, Store};
use std::path::Path;

/// Milliseconds of a day.
pub const DAY: i64 = 86_400_000;
const QUARTER: i64 = 900_000;
/// Three years of them.
pub const DAYS: i64 = 1_096;
/// Their end: 22 November 2026, 0:00 UTC.
pub const END: i64 = 20_779 * DAY;
/// Jakarta: seven hours before UTC.
pub const OFFSET: i64 = 7 * 3_600_000;

/// Writes the rows past the log's own way, which keeps sums, as an older Inkhorn would have left them.
pub fn build(dir: &Path, rows: i64) {
    let store = Store::open(dir).unwrap();
    // Names and their numbers come from the log's own way.
    for n in 0..KINDS {
        store.append_usage(&row(END, n)).unwrap();
    }
    drop(store);
    let db = Connection::open(dir.join("usage.db")).unwrap();
    db.execute_batch(
        "PRAGMA synchronous = OFF; PRAGMA wal_autocheckpoint = 20000; DELETE FROM usage_day;
         CREATE TEMP TABLE pattern AS SELECT row_number() OVER (ORDER BY id) - 1 AS n, * FROM usage;
         DELETE FROM usage; UPDATE usage_state SET rebuild_due = 1;",
    )
    .unwrap();
    let columns = "request, attempt, face, app, feature, connection, slug, provider, model_asked, model_answered,
        input, cache_read, output, cost, cost_source, quality, result, latency_ms, first_token_ms, finish, computed, price";
    let values = columns
        .replace("request", "randomblob(16)")
        .replace("input", "input + abs(random() % 3000)")
        .replace("latency_ms", "latency_ms + abs(random() % 4000)");
    let sql = format!("INSERT INTO usage (id, {columns}) SELECT ?1, {values} FROM pattern WHERE n = ?2");
    db.execute_batch("CREATE UNIQUE INDEX pattern_n ON pattern (n); BEGIN").unwrap();
    let mut insert = db.prepare(&sql).unwrap();
    for n in 0..rows {
        insert.execute([number(n, rows), kind(n as u64) as i64]).unwrap();
        if n % 500_000 == 499_999 {
            db.execute_batch("COMMIT; BEGIN").unwrap();
        }
    }
    db.execute_batch("COMMIT").unwrap();
}

/// Number of a row: writers sleep at night, and work in the hours of their own day.
fn number(n: i64, rows: i64) -> i64 {
    let day = n * DAYS / rows;
    let within = n - (day * rows + DAYS - 1) / DAYS;
    let at = within * 15 * 3_600_000 / (rows / DAYS + 1);
    let time =
        END - (DAYS - day) * DAY + DAY - OFFSET - 16 * 3_600_000 + at / QUARTER * QUARTER + n % QUARTER;
    time << 20 | (n & 0xF_FFFF)
}

/// Ways in which one writer works: few of them most of the time, most of them seldom.
const KINDS: u64 = 36;

fn kind(n: u64) -> u64 {
    let mixed = n.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 33;
    let share = mixed % 1_000;
    if share < 900 { mixed % 5 } else { mixed / 1_000 % KINDS }
}

/// A request in one of the ways of the writer.
pub fn row(time: i64, n: u64) -> UsageRow {
    let kind = n % KINDS;
    let by_app = kind % 3 == 1;
    let provider = ["openai", "anthropic", "openrouter", "ollama"][(kind % 4) as usize];
    let price = |pico: i64| Some(Money(pico));
    UsageRow {
        request: RequestId(u128::from(n).to_be_bytes()),
        attempt: 1,
        time,
        face: if by_app { Face::Gateway } else { Face::Window },
        app: by_app.then(|| ["editor", "notes"][(kind / 18) as usize].to_owned()),
        feature: ["desk", "gateway", "chat"][(kind % 3) as usize].to_owned(),
        connection: Some(ConnectionId([(kind % 4) as u8; 16])),
        slug: Some(provider.to_owned()),
        provider: Some(provider.to_owned()),
        model_asked: format!("vendor/model-{}", kind % 12),
        model_answered: Some(format!("vendor/model-{}-2026", kind % 12)),
        tokens: TokenUsage {
            input: Some(1_200 + kind * 700),
            cache_read: Some(800),
            output: Some(350 + kind * 11),
            ..TokenUsage::default()
        },
        cost: Some(Money(5_000_000_000 + kind as i64 * 1_000_003)),
        computed: Some(Money(5_000_000_000 + kind as i64 * 1_000_003)),
        price: Some(Price {
            state: PriceState::Known,
            input: price(2_500_000_000_000),
            output: price(10_000_000_000_000),
            ..Price::UNKNOWN
        }),
        cost_source: CostSource::Computed,
        quality: Quality::Reported,
        result: if kind == 35 { RequestResult::Failed } else { RequestResult::Completed },
        fault: None,
        latency_ms: Some(900),
        first_token_ms: Some(120),
        finish: Some(FinishReason::Stop),
    }
}
