//! `usage` for people and for programs: days that one can read, exports that add up, ranges that make no sense.

use super::terminal::Terminal;
use inkhorn_testkit::{
    Answer, Behaviour, Call, Persona, Refusal, SimulatedModel, SimulatedProvider, TokenUsage,
};
use serde_json::Value;

/// With the price of gpt-4o-mini, 0.15 and 0.60 per million: 0.00015 + 0.00006 = 0.00021 dollars.
const USED: TokenUsage = TokenUsage::Exactly {
    input: 1_000,
    cache_read: 0,
    cache_write: 0,
    output: 100,
    reasoning: 0,
    cost: None,
};

/// Three requests of known cost, one that failed half-way, one whose price nobody knows.
fn a_morning() -> (Terminal, SimulatedProvider) {
    let terminal = Terminal::fresh();
    let provider = SimulatedProvider::start_with_key(Persona::OpenAi, terminal.key());
    provider.set_models(["gpt-4o-mini", "of-next-year"].map(SimulatedModel::chat).into());
    terminal.add(&["--provider", "openai", "--base-url", &provider.base_url()]);
    provider.answer_with(Answer::text("Yes.").with_usage(USED));
    for _ in 0..3 {
        terminal.lines(&["chat", "--model", "openai/gpt-4o-mini", "Go on"]);
    }
    terminal.lines(&["chat", "--model", "openai/of-next-year", "Go on"]);
    provider.next(Call::Chat, Behaviour::Status(Refusal::of(500)));
    terminal.fails(&["chat", "--model", "openai/gpt-4o-mini", "Go on"]);
    (terminal, provider)
}

#[test]
fn days_are_a_table_that_a_person_reads() {
    let (terminal, _provider) = a_morning();
    let words = terminal.words(&["usage", "--by", "day"]);
    let lines: Vec<&str> = words.lines().collect();
    assert!(
        lines[0].starts_with("Day ") && lines[0].contains("Requests") && lines[0].contains("Cost"),
        "{words}"
    );
    let cells: Vec<&str> = lines[1].split_whitespace().collect();
    assert!(cells[0].len() == 10 && cells[0].starts_with("20"), "{words}");
    assert_eq!((cells[1], cells[2]), ("5", "1"), "requests and failures: {words}");
    assert!(lines[1].contains("$0.00063 + 2 unknown") && lines[1].ends_with("########"), "{words}");
    assert!(words.contains("Cost: $0.00063, without 2 of unknown cost."), "{words}");
    let hours = terminal.words(&["usage", "--by", "hour", "--since", "1d"]);
    assert!(
        hours.starts_with("Hour ") && hours.lines().nth(1).is_some_and(|line| line.contains(":00 ")),
        "{hours}"
    );
    let models = terminal.words(&["usage", "--by", "model"]);
    assert!(models.starts_with("Model ") && models.contains("openai/of-next-year"), "{models}");
    terminal.assert_clean();
}

#[test]
fn every_form_adds_up_to_the_same_total() {
    let (terminal, _provider) = a_morning();
    let document = terminal.json(&["usage"]);
    let total = &document["total"];
    assert_eq!(
        (&total["requests"], &total["cost"], &total["unpriced_requests"]),
        (&5.into(), &"0.00063".into(), &2.into())
    );
    let exported: Value =
        serde_json::from_str(&terminal.run(&["usage", "--export", "json"]).stdout).expect("JSON");
    assert_eq!(exported, document, "the export for programs is the document");
    let csv = terminal.run(&["usage", "--export", "csv"]).stdout;
    let mut lines = csv.lines();
    let at = lines.next().expect("a head").split(',').position(|head| head == "cost").expect("costs");
    let costs: Vec<&str> = lines.map(|line| line.split(',').nth(at).expect("a cell")).collect();
    // In pico-dollars, so that nothing is rounded.
    let pico = |cost: &str| {
        cost.strip_prefix("0.").map_or(0, |rest| format!("{rest:0<12}").parse().expect("digits"))
    };
    assert_eq!(costs.iter().map(|cost| pico(cost)).sum::<u64>(), 630_000_000, "{csv}");
    assert_eq!(costs.iter().filter(|cost| cost.is_empty()).count(), 2, "unknown is empty, not 0: {csv}");
    for by in ["provider", "model", "feature", "app", "connection", "day", "hour"] {
        let grouped = terminal.json(&["usage", "--by", by]);
        assert_eq!(grouped["total"], *total, "{by}");
        let rows = grouped["rows"].as_array().expect("rows");
        let requests: u64 = rows.iter().filter_map(|row| row["requests"].as_u64()).sum();
        assert_eq!(requests, 5, "{by}: {grouped}");
    }
    terminal.assert_clean();
}

#[test]
fn a_range_that_ends_before_it_begins_and_a_full_disk_are_told() {
    let (terminal, _provider) = a_morning();
    for form in [&["--export", "csv"][..], &["--by", "day"], &[]] {
        let line = [&["usage", "--since", "2026-11-21", "--until", "2026-11-01"], form].concat();
        let (status, error) = terminal.fails(&line);
        assert_eq!((status, error["code"].as_str()), (2, Some("usage_error")), "{error}");
        assert!(
            error["message"].as_str().is_some_and(|text| text.contains("ends before it begins")),
            "{error}"
        );
    }
    for form in ["csv", "json"] {
        let told = terminal.shell(&format!("\"$INKHORN\" usage --export {form} > /dev/full; echo $?"));
        assert_eq!(told.stdout.trim(), "1", "{form}");
        assert!(told.stderr.contains("no room left on the disk"), "{}", told.stderr);
    }
    assert_eq!(terminal.json(&["usage"])["total"]["requests"], 5, "nothing was lost");
}

#[test]
fn requests_are_kept_as_long_as_the_writer_says_and_their_sums_for_ever() {
    let (terminal, _provider) = a_morning();
    age(&terminal.dir(), 400);
    terminal.lines(&["chat", "--model", "openai/gpt-4o-mini", "Go on"]);
    let before = terminal.json(&["usage"]);
    let rows = || terminal.json(&["usage"])["rows"].as_array().expect("rows").len();
    assert_eq!((rows(), &before["total"]["requests"]), (6, &6.into()));
    assert_eq!(terminal.json(&["settings", "list"])["usage_retention"], Value::Null);
    for wrong in ["usage_retention=soon", "usage_retention=0m", "usage_retention=12"] {
        let (status, error) = terminal.fails(&["settings", "set", wrong]);
        assert_eq!((status, error["code"].as_str()), (2, Some("usage_error")), "{wrong}: {error}");
    }
    assert_eq!(terminal.json(&["settings", "set", "usage_retention=12m"])["usage_retention"], "12m");
    let words = terminal.words(&["settings", "list"]);
    assert!(
        words.lines().any(|line| line.starts_with("usage_retention") && line.ends_with("12m")),
        "{words}"
    );
    assert_eq!(rows(), 6, "nothing goes before a start");

    let mut serve = terminal.spawn(&["serve", "--json", "--port", "0"]);
    serve.line();
    let gone = (0..200).any(|_| rows() == 1);
    serve.terminate();
    assert_eq!(serve.finish().status, 0);
    assert!(gone, "five of them are older than a year");
    let after = terminal.json(&["usage"]);
    assert_eq!(after["total"], before["total"], "what they add up to stays");
    let months = terminal.json(&["usage", "--by", "day"]);
    assert_eq!((months["rows"].as_array().map(Vec::len), &months["total"]), (Some(2), &before["total"]));
    assert_eq!(
        terminal.json(&["settings", "set", "usage_retention=forever"])["usage_retention"],
        Value::Null
    );
    terminal.assert_sound();
    terminal.assert_clean();
}

/// Makes everything in a usage log older, rows and sums alike.
fn age(folder: &std::path::Path, days: i64) {
    let db = rusqlite::Connection::open(folder.join("usage.db")).expect("the log");
    let sql = format!(
        "UPDATE usage SET id = id - ({days} * 86400000 << 20); UPDATE usage_day SET id = id - ({days} << 32);"
    );
    db.execute_batch(&sql).expect("an older log");
}
