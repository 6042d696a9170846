//! The sums are those of the rows, whatever is written, by whom, in what order.

use super::*;
use crate::Store;
use crate::tables::usage::UsageRow;
use crate::tables::usage::tests::sample;
use crate::tables::usage_gather::sum_all;
use crate::testing::scratch;
use inkhorn_domain::{FinishReason, Money, Quality, RequestResult, TokenUsage};
use proptest::prelude::*;

#[test]
fn rows_may_come_in_any_order() {
    let (_dir, store) = scratch();
    for quarter in [7, 3, 95, 3, 0, 50] {
        store.append_usage(&sample(quarter * QUARTER + 5, "m")).unwrap();
    }
    store.read_usage(verify).unwrap();
    let first = store.read_usage(|db| sum_all(db, &(0..4 * QUARTER))).unwrap();
    assert_eq!(first.attempts, 3);
}

#[test]
fn a_sum_that_is_not_that_of_its_rows_is_found() {
    let (_dir, store) = scratch();
    for n in 0..3 {
        store.append_usage(&sample(n * DAY, "m")).unwrap();
    }
    for damage in [
        "UPDATE usage SET cost = cost + 1 WHERE id = (SELECT min(id) FROM usage)",
        "DELETE FROM usage_day WHERE id = (SELECT max(id) FROM usage_day)",
        "DELETE FROM usage WHERE id = (SELECT max(id) FROM usage)",
    ] {
        // Looked at inside the transaction that did the damage, which is then rolled back.
        let found = store.change_usage(|db| {
            db.execute_batch(damage).unwrap();
            verify(db)
        });
        assert_eq!(found.map_err(|fault| fault.code()), Err(Code::Damaged), "{damage}");
    }
    store.read_usage(verify).unwrap();
}

#[test]
fn a_log_of_the_first_form_gets_its_sums_when_it_is_opened() {
    let (dir, store) = scratch();
    for n in 0..100 {
        store.append_usage(&sample(n * DAY / 7, "m")).unwrap();
    }
    let sums = |store: &Store| store.read_usage(|db| sum_all(db, &(0..i64::MAX))).unwrap();
    let before = sums(&store);
    drop(store);
    let db = Connection::open(dir.path().join("usage.db")).unwrap();
    let columns = ["cache_write_1h", "tool", "citation", "searches", "computed", "price"];
    let dropped = columns.map(|column| format!("ALTER TABLE usage DROP COLUMN {column};")).concat();
    let tables = ["usage_key", "usage_day", "usage_state", "hold", "budget_pass", "budget_notice"];
    let without = tables.map(|table| format!("DROP TABLE {table};")).concat();
    db.execute_batch(&format!("{dropped}{without}PRAGMA user_version = 1;")).unwrap();
    drop(db);
    let again = Store::open(dir.path()).unwrap();
    assert_eq!(sums(&again), before);
    again.read_usage(verify).unwrap();
    again.append_usage(&sample(5, "m")).unwrap();
    assert_eq!(sums(&again).attempts, 101);
}

#[test]
fn refusals_of_a_log_that_did_not_count_them_are_counted_but_for_rows_that_are_gone() {
    let (dir, store) = scratch();
    let declined = |time| UsageRow { finish: Some(FinishReason::ContentFilter), ..sample(time, "m") };
    let turned_down = |time| UsageRow {
        result: RequestResult::Failed,
        fault: Some(Code::ContentRefused),
        finish: None,
        ..sample(time, "m")
    };
    for day in 0..6 {
        for row in [sample(day * DAY, "m"), declined(day * DAY + 1), turned_down(day * DAY + 2)] {
            store.append_usage(&row).unwrap();
        }
    }
    // A finish that came before the writer stopped the rest is no answer that ended so.
    store.append_usage(&UsageRow { result: RequestResult::Aborted, ..declined(5 * DAY) }).unwrap();
    let sums = |store: &Store| store.read_usage(|db| sum_all(db, &(0..i64::MAX))).unwrap();
    assert_eq!((sums(&store).withheld, sums(&store).content_refused), (6, 6));
    assert_eq!(store.read_usage(refusals_from).unwrap(), 0);
    store.prune_usage(2 * DAY).unwrap();
    drop(store);

    // As the version before has left it.
    let db = Connection::open(dir.path().join("usage.db")).unwrap();
    let lines: Vec<(i64, Vec<u8>)> = {
        let mut query = db.prepare("SELECT id, sums FROM usage_day").unwrap();
        let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        rows.map(Result::unwrap).collect()
    };
    for (id, bytes) in lines {
        let mut day = read_line(&bytes).unwrap();
        let forget = |sums: &mut Sums| (sums.withheld, sums.content_refused) = (0, 0);
        forget(&mut day.total);
        day.quarters.values_mut().for_each(forget);
        db.execute("UPDATE usage_day SET sums = ?2 WHERE id = ?1", params![id, day.encode()]).unwrap();
    }
    db.execute_batch("ALTER TABLE usage_state DROP COLUMN refusals_from; PRAGMA user_version = 2;").unwrap();
    drop(db);

    let again = Store::open(dir.path()).unwrap();
    assert_eq!((sums(&again).withheld, sums(&again).content_refused), (4, 4));
    assert_eq!(sums(&again).attempts, 19, "what was removed is still in the sums");
    assert_eq!(again.read_usage(refusals_from).unwrap(), 2 * DAY);
    again.read_usage(verify).unwrap();
}

#[test]
fn pruning_takes_the_rows_and_leaves_the_sums() {
    let (_dir, store) = scratch();
    for n in 0..40 {
        store.append_usage(&sample(n * DAY / 4, "m")).unwrap();
    }
    let before = store.read_usage(|db| sum_all(db, &(0..i64::MAX))).unwrap();
    // The middle of a day: that day stays whole.
    assert_eq!(store.prune_usage(5 * DAY + DAY / 2).unwrap(), 20);
    assert_eq!(store.read_usage(pruned_until).unwrap(), 5 * DAY);
    assert_eq!(store.read_usage(|db| sum_all(db, &(0..i64::MAX))).unwrap(), before);
    assert_eq!(store.read_usage(|db| sum_all(db, &(DAY..2 * DAY))).unwrap().attempts, 4);
    let rows = store.read_usage(|db| crate::tables::usage::load_between(db, &(0..i64::MAX), 100)).unwrap();
    assert_eq!(rows.len(), 20);
    store.read_usage(verify).unwrap();
    // A clock that went wrong writes into days that were pruned.
    store.append_usage(&sample(DAY, "m")).unwrap();
    assert_eq!(store.read_usage(|db| sum_all(db, &(DAY..2 * DAY))).unwrap().attempts, 5);
    store.read_usage(verify).unwrap();
    assert_eq!(store.prune_usage(0).unwrap(), 0);
    assert_eq!(store.read_usage(pruned_until).unwrap(), 5 * DAY, "what is gone stays gone");
}

fn any_row() -> impl Strategy<Value = UsageRow> {
    let time = prop_oneof![
        4 => 1_790_000_000_000i64..1_790_000_000_000 + 3 * DAY,
        // Ten years off in either direction, and beyond what a row can hold.
        1 => any::<i64>(),
    ];
    let count = || proptest::option::of(prop_oneof![4 => 0u64..200_000, 1 => any::<u64>()]);
    let counts = (count(), count(), count());
    let result = prop_oneof![
        Just(RequestResult::Completed),
        Just(RequestResult::Aborted),
        Just(RequestResult::Failed),
        Just(RequestResult::Refused),
    ];
    let costs = (proptest::option::of(any::<i64>()), proptest::option::of(any::<i64>()));
    (time, counts, result, costs, 0..4u8, 1..4u32, any::<bool>()).prop_map(
        |(time, (input, output, latency_ms), result, (told, computed), who, attempt, exact)| UsageRow {
            attempt,
            tokens: TokenUsage { input, output, provider_cost: told.map(Money), ..TokenUsage::default() },
            cost: told.or(computed).map(Money),
            computed: computed.map(Money),
            quality: if exact { Quality::Reported } else { Quality::Partial },
            result,
            latency_ms,
            first_token_ms: latency_ms.map(|ms| ms / 2),
            finish: (who != 2).then_some(if exact {
                FinishReason::ContentFilter
            } else {
                FinishReason::Stop
            }),
            fault: (result == RequestResult::Failed && who != 2).then_some(Code::ContentRefused),
            app: (who > 1).then(|| format!("app {who}")),
            slug: (who > 0).then(|| "openai".to_owned()),
            ..sample(time, if who == 3 { "other" } else { "m" })
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn the_sums_are_those_of_the_rows_whatever_is_written_by_two_at_once(
        rows in proptest::collection::vec((any_row(), any::<bool>()), 1..40)
    ) {
        let (dir, one) = scratch();
        let other = Store::open(dir.path()).unwrap();
        for (row, by_other) in &rows {
            if *by_other { &other } else { &one }.append_usage(row).unwrap();
        }
        one.read_usage(verify).unwrap();
        let total = one.read_usage(|db| sum_all(db, &(i64::MIN..i64::MAX))).unwrap();
        prop_assert_eq!(total.attempts, rows.len() as u64);
        prop_assert_eq!(total.cost, rows.iter().filter_map(|(row, _)| row.cost).map(|cost| i128::from(cost.0)).sum::<i128>());
        // Made anew from the rows alone, they are the same to the byte.
        let lines = |store: &Store| store.read_usage(|db| {
            let mut query = db.prepare("SELECT id, hex(sums) FROM usage_day ORDER BY id").unwrap();
            let lines = query.query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))).unwrap();
            Ok(lines.map(rusqlite::Result::unwrap).collect::<Vec<_>>())
        }).unwrap();
        let kept = lines(&one);
        one.change_usage(rebuild).unwrap();
        prop_assert_eq!(lines(&other), kept);
    }
}
