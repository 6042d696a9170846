//! Every question finds what a plain reading of all rows finds.

use super::*;
use crate::tables::usage::UsageRow;
use crate::tables::usage::tests::sample;
use crate::tables::usage_bounds::first_and_last;
use crate::testing::scratch;
use inkhorn_domain::{Money, Quality, RequestResult, TokenUsage};
use proptest::prelude::*;

const ALWAYS: Range<i64> = i64::MIN..i64::MAX;

#[test]
fn what_is_unknown_is_counted_and_never_added_as_nothing() {
    let (_dir, store) = scratch();
    let unknown = UsageRow {
        cost: None,
        tokens: TokenUsage::default(),
        quality: Quality::Partial,
        result: RequestResult::Aborted,
        ..sample(1, "a")
    };
    let rows = [
        sample(1, "a"),
        unknown,
        UsageRow { result: RequestResult::Failed, ..sample(2, "b") },
        UsageRow { result: RequestResult::Refused, ..sample(3, "b") },
    ];
    for row in &rows {
        store.append_usage(row).unwrap();
    }
    let sums = store.read_usage(|db| sum_all(db, &ALWAYS)).unwrap();
    let expected = Sums {
        attempts: 4,
        requests: 4,
        completed: 1,
        aborted: 1,
        failed: 1,
        refused: 1,
        input: 300,
        output: 60,
        uncounted: 1,
        inexact: 1,
        cost: 15_000_000,
        unpriced: 1,
        latency_ms: 900,
        timed: 1,
        first_token_ms: 120,
        first_token_timed: 1,
        ..Sums::default()
    };
    assert_eq!(sums, expected);
    let spans = [0..2, 2..3, 3..4, 4..9];
    let by_span = store.read_usage(|db| sum_by_span(db, &spans)).unwrap();
    assert_eq!(by_span.iter().map(|sums| sums.attempts).collect::<Vec<_>>(), [2, 1, 1, 0]);
}

#[test]
fn groups_are_named_dearest_first_and_each_row_is_in_one() {
    let (_dir, store) = scratch();
    for (n, slug) in [(0, "one"), (1, "two"), (2, "two")] {
        let row = UsageRow {
            slug: Some(slug.into()),
            provider: None,
            app: (n == 2).then(|| "editor".into()),
            cost: Some(Money(n)),
            ..sample(n, &format!("m{n}"))
        };
        store.append_usage(&row).unwrap();
    }
    let group = |group| -> Vec<(String, i128)> {
        let groups = store.read_usage(|db| sum_by_group(db, &ALWAYS, group)).unwrap();
        let name = |group: &GroupSums| match (&group.key, &group.model) {
            (key, Some(model)) => format!("{}/{model}", key.as_deref().unwrap_or("-")),
            (key, None) => key.clone().unwrap_or("-".into()),
        };
        groups.iter().map(|group| (name(group), group.sums.cost)).collect()
    };
    let expect = |list: &[(&str, i128)]| -> Vec<(String, i128)> {
        list.iter().map(|(name, cost)| ((*name).to_owned(), *cost)).collect()
    };
    assert_eq!(group(Group::Connection), expect(&[("two", 3), ("one", 0)]));
    assert_eq!(group(Group::Provider), expect(&[("-", 3)]));
    assert_eq!(group(Group::Feature), expect(&[("desk", 3)]));
    assert_eq!(group(Group::App), expect(&[("editor", 2), ("-", 1)]));
    assert_eq!(group(Group::Model), expect(&[("m2", 2), ("m1", 1), ("m0", 0)]));
    let pairs = expect(&[("two/m2", 2), ("two/m1", 1), ("one/m0", 0)]);
    assert_eq!(group(Group::ConnectionAndModel), pairs);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn sums_are_exact_at_any_size(
        figures in proptest::collection::vec((proptest::option::of(any::<i64>()), 0u64..1 << 63), 0..30)
    ) {
        let (_dir, store) = scratch();
        for (cost, input) in &figures {
            let tokens = TokenUsage { input: Some(*input), ..TokenUsage::default() };
            store.append_usage(&UsageRow { cost: cost.map(Money), tokens, ..sample(1, "m") }).unwrap();
        }
        let sums = store.read_usage(|db| sum_all(db, &ALWAYS)).unwrap();
        prop_assert_eq!(sums.cost, figures.iter().filter_map(|row| row.0).map(i128::from).sum::<i128>());
        prop_assert_eq!(sums.input, figures.iter().map(|row| i128::from(row.1)).sum::<i128>());
        prop_assert_eq!(sums.unpriced, figures.iter().filter(|row| row.0.is_none()).count() as u64);
    }
}

/// What a plain reading of all rows finds.
fn by_hand(rows: &[UsageRow], wanted: impl Fn(&UsageRow) -> bool) -> (u64, i128) {
    let found: Vec<_> = rows.iter().filter(|row| wanted(row)).collect();
    let cost = found.iter().filter_map(|row| row.cost).map(|cost| i128::from(cost.0)).sum();
    (found.len() as u64, cost)
}

fn brief(sums: &Sums) -> (u64, i128) {
    (sums.attempts, sums.cost)
}

/// A month of rows, some of them at the very edges of quarters and days.
fn month() -> Vec<UsageRow> {
    let from = 20_000 * DAY;
    let time = |n: i64| match n % 4 {
        0 => from + n / 4 * 7 * QUARTER,
        1 => from + n * 6_977_777,
        2 => from + n / 4 * DAY / 2 - 1,
        _ => from + n * 5 * 3_600_000 + 1,
    };
    let row = |n: i64| UsageRow {
        slug: [Some("openai".to_owned()), Some("groq".to_owned()), None][(n % 3) as usize].clone(),
        app: (n % 5 == 0).then(|| "editor".to_owned()),
        cost: (n % 11 != 0).then_some(Money(1 << (n % 40))),
        ..sample(time(n), ["a", "b"][(n % 2) as usize])
    };
    (0..400).map(row).collect()
}

#[test]
fn any_span_filter_and_grouping_finds_what_a_plain_reading_finds() {
    let (_dir, store) = scratch();
    let rows = month();
    for row in &rows {
        store.append_usage(row).unwrap();
    }
    let filters = [
        Filter::default(),
        Filter {
            connections: vec![Some("groq".into()), None],
            models: vec!["a".into()],
            ..Filter::default()
        },
        Filter {
            apps: vec![Some("editor".into())],
            faces: vec![inkhorn_domain::Face::CommandLine],
            ..Filter::default()
        },
        Filter { features: vec!["nothing".into()], ..Filter::default() },
    ];
    let start = 20_000 * DAY;
    let all = [Group::Provider, Group::Model, Group::Connection, Group::App, Group::Face];
    for (from, until) in [
        (0, DAY),
        (1, DAY),
        (QUARTER, QUARTER * 9 + 7),
        (3 * DAY - 1, 9 * DAY + 1),
        (5, 6),
        (0, i64::MAX - start),
    ] {
        let times = start + from..start + until;
        // Kathmandu's days: they begin at a quarter to, or past, an hour.
        let bounds: Vec<i64> = (-1..40).map(|day| start + day * DAY + 73 * QUARTER).collect();
        let days_of_nepal: Vec<_> = bounds.windows(2).map(|pair| pair[0]..pair[1]).collect();
        // With days between that belong to none; and hours, of which many lie in one day.
        let every_other = days_of_nepal.iter().step_by(2).cloned().collect();
        let hours =
            (0..90).map(|hour| start + hour * 4 * QUARTER..start + (hour + 1) * 4 * QUARTER).collect();
        let hour = |time: i64| (time / 3_600_000 % 24) as usize;
        // Days that begin before the span and end in the middle of it.
        let days: Vec<_> = (-3..8).map(|day| start + day * DAY + 19 * QUARTER).collect();
        let days: Vec<_> = days.windows(2).map(|pair| pair[0]..pair[1]).collect();
        for (spans, filter) in [&days_of_nepal, &every_other, &hours]
            .into_iter()
            .flat_map(|spans| filters.iter().map(move |filter| (spans, filter)))
        {
            let question = Question {
                groups: &all,
                spans,
                stacked_by: Some(Group::Model),
                cells: Some((24, &hour)),
                days: &days,
                names: true,
                ..Question::new(times.clone(), filter)
            };
            let found = store.read_usage(|db| gather(db, &question)).unwrap();
            let within = |row: &UsageRow| times.contains(&row.time) && filter.passes_row(row);
            assert_eq!(brief(&found.total), by_hand(&rows, within), "{times:?} {filter:?}");
            for group in found.groups.iter() {
                assert_eq!(group.iter().map(|line| line.sums.attempts).sum::<u64>(), found.total.attempts);
            }
            for line in &found.groups[2] {
                let same = |row: &UsageRow| within(row) && row.slug == line.key;
                assert_eq!(brief(&line.sums), by_hand(&rows, same), "{line:?}");
            }
            for (at, span) in spans.iter().enumerate() {
                let inside = |row: &UsageRow| within(row) && span.contains(&row.time);
                assert_eq!(brief(&found.spans[at]), by_hand(&rows, inside), "{span:?}");
                for stack in &found.stacks {
                    let same = |row: &UsageRow| inside(row) && Some(&row.model_asked) == stack.key.as_ref();
                    assert_eq!(brief(&stack.spans[at]), by_hand(&rows, same), "{span:?}");
                }
            }
            for (at, cell) in found.cells.iter().enumerate() {
                let inside = |row: &UsageRow| within(row) && hour(row.time) == at;
                assert_eq!((cell.attempts, cell.cost), by_hand(&rows, inside), "hour {at}");
            }
            for (day, amounts) in days.iter().zip(&found.days) {
                let inside = |row: &UsageRow| filter.passes_row(row) && day.contains(&row.time);
                assert_eq!((amounts.attempts, amounts.cost), by_hand(&rows, inside), "{day:?}");
            }
            let named = |row: &UsageRow| KeyNames {
                face: row.face.as_str().to_owned(),
                app: row.app.clone(),
                feature: row.feature.clone(),
                connection: row.slug.clone(),
                provider: row.provider.clone(),
                model: row.model_asked.clone(),
            };
            for (way, sums) in &found.ways {
                let same = |row: &UsageRow| within(row) && named(row) == *way;
                assert_eq!(brief(sums), by_hand(&rows, same), "{way:?}");
            }
            // What is kept out and occurs only at an end, within a quarter of an hour, needs no name.
            let (from, until) = (floor(times.start + QUARTER - 1), floor(times.end));
            let out = rows.iter().filter(|row| (from..until).contains(&row.time) && !filter.passes_row(row));
            let mut out: Vec<KeyNames> = out.map(named).collect();
            out.sort_unstable();
            out.dedup();
            let mut others = found.others.clone();
            others.sort_unstable();
            assert_eq!(others, out, "{times:?} {filter:?}");
            let plain = store.read_usage(|db| gather(db, &Question::new(times.clone(), filter))).unwrap();
            assert_eq!(plain.total, found.total, "the sum of a day is that of its quarters");
        }
    }
}

#[test]
fn pages_hold_each_row_once_whatever_is_written_meanwhile() {
    let (_dir, store) = scratch();
    let rows = month();
    for row in &rows {
        store.append_usage(row).unwrap();
    }
    let filter = Filter { models: vec!["a".into()], ..Filter::default() };
    let page = |before| {
        store
            .read_usage(|db| crate::tables::usage::load_page(db, &(0..i64::MAX), &filter, before, 7))
            .unwrap()
    };
    let (mut seen, mut before) = (Vec::new(), None);
    loop {
        let (found, next) = page(before);
        seen.extend(found.into_iter().map(|row| row.time));
        store.append_usage(&sample(30_000 * DAY, "a")).unwrap();
        before = next;
        if before.is_none() {
            break;
        }
    }
    let mut expected: Vec<i64> =
        rows.iter().filter(|row| row.model_asked == "a").map(|row| row.time).collect();
    expected.sort_unstable_by(|a, b| b.cmp(a));
    assert_eq!(seen, expected);
}

#[test]
fn the_first_and_the_last_are_found_among_all_keys_of_their_days() {
    let (_dir, store) = scratch();
    assert_eq!(store.read_usage(|db| first_and_last(db, &ALWAYS)).unwrap(), None);
    for (time, model) in
        [(9 * QUARTER + 3, "a"), (4 * QUARTER, "b"), (DAY * 7 + 5, "a"), (DAY * 7 + 80 * QUARTER, "b")]
    {
        store.append_usage(&sample(time, model)).unwrap();
    }
    let found = |times: Range<i64>| store.read_usage(|db| first_and_last(db, &times)).unwrap();
    assert_eq!(found(0..i64::MAX), Some((4 * QUARTER, DAY * 7 + 80 * QUARTER)));
    assert_eq!(found(5 * QUARTER..8 * DAY), Some((9 * QUARTER, DAY * 7 + 80 * QUARTER)));
    assert_eq!(found(DAY..DAY * 7), None);
}
