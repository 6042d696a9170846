//! Ten million requests: how long the questions of the Usage page take, beside a plain reading of all rows in the same
//! run; what one more row costs; how much room a row takes; and that pruning keeps the sums.
//!
//! `INKHORN_BENCH_ROWS` asks for another number of requests. Prints lines for people and a line of JSON.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a program of its own that reports and may stop"
)]

mod log;

use inkhorn_domain::{BudgetScope, BudgetSubject, Money};
use inkhorn_store::Store;
use inkhorn_store::holds::{Limit, Verdict, Want};
use inkhorn_store::usage_sums::{Filter, Gathered, Group, Question, gather, sum_all};
use log::{DAY, DAYS, END, OFFSET, build, row};
use std::ops::Range;
use std::time::{Duration, Instant};

/// What one row may cost, and one question.
const MOST_ROW: Duration = Duration::from_micros(50);
const MOST_QUESTION: Duration = Duration::from_millis(100);
const MOST_BYTES: u64 = 150;

fn main() {
    let rows: i64 =
        std::env::var("INKHORN_BENCH_ROWS").ok().and_then(|rows| rows.parse().ok()).unwrap_or(10_000_000);
    let dir = tempfile::tempdir().unwrap();
    let built = timed(|| build(dir.path(), rows)).0;
    let (rebuilt, store) = timed(|| Store::open(dir.path()).unwrap());
    println!("{rows} requests: written in {built:.1?}, summed up anew in {rebuilt:.1?}");

    // What lies on the disk now is the rows and their sums; what is appended below is measured apart.
    let bytes = std::fs::metadata(dir.path().join("usage.db")).unwrap().len() / rows as u64;

    let (scan, plain) = timed(|| plain_scan(&store));
    let mut slowest = Duration::ZERO;
    let mut figures = String::new();
    for (name, times) in ranges() {
        let asked = question_time(&store, &times);
        slowest = slowest.max(asked);
        println!("dashboard, {name}: {:.1} ms", millis(asked));
        figures.push_str(&format!("\"{name}_ms\":{:.1},", millis(asked)));
    }
    let all = store.read_usage(|db| sum_all(db, &(0..i64::MAX))).unwrap();
    assert_eq!((all.attempts as i64, all.cost), plain, "the sums are those of the rows");
    println!("plain reading of all rows: {:.0} ms", millis(scan));

    let append = append_time(&store);
    let noted = noted_time(&store);
    let held = held_time(&store);
    println!(
        "one more row: {:.1} us; noted before, for the case of a kill: {:.1} us; with a budget, held and settled: {:.1} us",
        micros(append),
        micros(noted),
        micros(held)
    );
    println!("{bytes} bytes a request on the disk");

    let before = store.read_usage(|db| sum_all(db, &(0..i64::MAX))).unwrap();
    let (pruning, pruned) = timed(|| store.prune_usage(END - (DAYS - 30) * DAY).unwrap());
    let after = store.read_usage(|db| sum_all(db, &(0..i64::MAX))).unwrap();
    assert_eq!(before, after, "pruning keeps the sums");
    println!("pruning {pruned} rows: {pruning:.1?}, the sums are the same");
    println!(
        "{{\"bench\":\"usage\",\"rows\":{rows},{figures}\"scan_ms\":{:.0},\"append_us\":{:.1},\"noted_us\":{:.1},\"held_us\":{:.1},\
         \"bytes\":{bytes},\"prune_us_a_row\":{:.1}}}",
        millis(scan),
        micros(append),
        micros(noted),
        micros(held),
        micros(pruning) / pruned.max(1) as f64
    );
    if slowest > MOST_QUESTION || append.max(noted) > MOST_ROW || bytes > MOST_BYTES {
        println!("MISSED: 100 ms a question, 50 us a row, 150 bytes a request");
    }
}

/// What the page asks of a range: all groups, the days or hours stacked by model, and hours by weekdays.
fn question_time(store: &Store, times: &Range<i64>) -> Duration {
    let filter = Filter::default();
    let groups = [Group::Provider, Group::ConnectionAndModel, Group::Feature, Group::App, Group::Connection];
    let length = if times.end - times.start > 3 * DAY { DAY } else { 3_600_000 };
    let first = (times.start + OFFSET).div_euclid(length) * length - OFFSET;
    let spans: Vec<_> = (0..).map(|n| first + n * length).take_while(|from| *from < times.end).collect();
    let spans: Vec<_> = spans.into_iter().map(|from| from..from + length).collect();
    let weekday_and_hour = |time: i64| ((time + OFFSET) / 3_600_000 % (7 * 24)) as usize;
    let ask = || -> Gathered {
        let question = Question {
            groups: &groups,
            spans: &spans,
            stacked_by: Some(Group::Model),
            cells: Some((7 * 24, &weekday_and_hour)),
            ..Question::new(times.clone(), &filter)
        };
        store.read_usage(|db| gather(db, &question)).unwrap()
    };
    let mut taken: Vec<Duration> = (0..7).map(|_| timed(ask).0).collect();
    taken.sort_unstable();
    taken[3]
}

fn ranges() -> [(&'static str, Range<i64>); 6] {
    let midnight = END - OFFSET;
    [
        ("today", midnight..midnight + DAY),
        ("week", midnight - 6 * DAY..midnight + DAY),
        ("month", midnight - 30 * DAY..midnight + DAY),
        ("odd", midnight - 100 * DAY + 1_234_567..midnight - 3 * DAY + 7_654_321),
        ("year", midnight - 364 * DAY..midnight + DAY),
        ("everything", END - (DAYS + 2) * DAY..END + 2 * DAY),
    ]
}

/// How many rows there are and what they cost, found as anybody would find it.
fn plain_scan(store: &Store) -> (i64, i128) {
    store
        .read_usage(|db| {
            let mut query = db
                .prepare("SELECT count(*), sum(cost >> 32), sum(cost & 4294967295) FROM usage GROUP BY model_asked")
                .unwrap();
            let lines = query.query_map([], |row| {
                Ok((row.get::<_, i64>(0)?, i128::from(row.get::<_, i64>(1)?) << 32, row.get::<_, i64>(2)?))
            });
            let add = |sum: (i64, i128), line: (i64, i128, i64)| (sum.0 + line.0, sum.1 + line.1 + i128::from(line.2));
            Ok(lines.unwrap().map(Result::unwrap).fold((0, 0), add))
        })
        .unwrap()
}

fn append_time(store: &Store) -> Duration {
    const MORE: u32 = 20_000;
    let begun = Instant::now();
    for n in 0..i64::from(MORE) {
        store.append_usage(&row(END + n * 300, n as u64)).unwrap();
    }
    begun.elapsed() / MORE
}

fn noted_time(store: &Store) -> Duration {
    const MORE: u32 = 20_000;
    let begun = Instant::now();
    for n in 0..i64::from(MORE) {
        let row = row(END + n * 300, n as u64);
        let noted = store.begin_usage(&row).unwrap().unwrap();
        store.append_usage(&row).unwrap();
        store.end_usage(noted);
    }
    begun.elapsed() / MORE
}

fn held_time(store: &Store) -> Duration {
    const MORE: u32 = 5_000;
    let scope = BudgetScope::All;
    let limits = [Limit {
        name: "all/month",
        scope: &scope,
        times: END - 30 * DAY..END + DAY,
        most: Money(i64::MAX),
        warn: &[80, 100],
    }];
    let begun = Instant::now();
    for n in 0..i64::from(MORE) {
        let row = row(END + n * 300, n as u64);
        let subject = BudgetSubject {
            connection: row.slug.as_deref(),
            model: &row.model_asked,
            feature: &row.feature,
            app: row.app.as_deref(),
        };
        let want = Want { time: row.time, subject, worst: row.cost, least: Money::ZERO };
        let Verdict::Held(held) = store.hold_usage(&want, &limits).unwrap() else { panic!("fits") };
        store.append_usage_held(&row, Some(held.id), &limits).unwrap();
    }
    begun.elapsed() / MORE
}

fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let begun = Instant::now();
    let value = work();
    (begun.elapsed(), value)
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}
