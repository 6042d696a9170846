//! Rows come back as they were, small, in the order of time.

use super::*;
use crate::testing::{HOSTILE, scratch};
use proptest::prelude::*;

pub(crate) fn sample(time: i64, model: &str) -> UsageRow {
    UsageRow {
        request: RequestId([7; 16]),
        attempt: 1,
        time,
        face: Face::CommandLine,
        app: None,
        feature: "desk".into(),
        connection: Some(ConnectionId([8; 16])),
        slug: Some("openai".into()),
        provider: Some("openai".into()),
        model_asked: model.into(),
        model_answered: Some(model.into()),
        tokens: TokenUsage { input: Some(100), output: Some(20), ..TokenUsage::default() },
        cost: Some(Money(5_000_000)),
        computed: Some(Money(5_000_000)),
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

#[test]
fn rows_come_back_newest_first_within_their_span() {
    let (_dir, store) = scratch();
    for time in [5, 3, 9, 7, 7] {
        store.append_usage(&sample(time, "m")).unwrap();
    }
    let times = |span: Range<i64>, limit| -> Vec<i64> {
        let rows = store.read_usage(|db| load_between(db, &span, limit)).unwrap();
        rows.into_iter().map(|row| row.time).collect()
    };
    assert_eq!(times(0..100, 100), [9, 7, 7, 5, 3]);
    assert_eq!(times(5..9, 100), [7, 7, 5]);
    assert_eq!(times(0..100, 2), [9, 7]);
    assert_eq!(times(i64::MIN..i64::MAX, 100).len(), 5);
    assert!(times(Range { start: 9, end: 5 }, 100).is_empty());
}

#[test]
fn names_are_text_whatever_they_look_like_and_are_kept_once() {
    let (_dir, store) = scratch();
    for text in HOSTILE {
        let row = UsageRow {
            app: Some((*text).into()),
            feature: (*text).into(),
            slug: Some((*text).into()),
            provider: Some((*text).into()),
            ..sample(1, text)
        };
        for _ in 0..3 {
            store.append_usage(&row).unwrap();
        }
        let rows = store.read_usage(|db| load_between(db, &(0..2), 100)).unwrap();
        assert_eq!(rows.iter().filter(|kept| **kept == row).count(), 3, "{text}");
    }
    let long = "ü".repeat(1000);
    store.append_usage(&sample(5, &long)).unwrap();
    let row = store.read_usage(|db| load_between(db, &(5..6), 1)).unwrap().remove(0);
    assert_eq!(row.model_asked, "ü".repeat(128));
}

#[test]
fn a_row_takes_at_most_150_bytes_of_the_file() {
    let (dir, store) = scratch();
    let now = 1_790_000_000_000;
    for n in 0..20_000u64 {
        let mut row = sample(now + n as i64 * 37, "vendor/some-model");
        row.app = Some("editor".into());
        row.tokens.cache_read = Some(50_000 + n);
        row.tokens.reasoning = Some(1_000);
        store.append_usage(&row).unwrap();
    }
    drop(store);
    let bytes = std::fs::metadata(dir.path().join("usage.db")).unwrap().len();
    assert!(bytes / 20_000 <= 150, "{} bytes a row", bytes / 20_000);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn any_figures_come_back_as_they_were(
        time in 0i64..LAST_TIME, counts in proptest::array::uniform9(proptest::option::of(0u64..1 << 63)),
        cost in proptest::option::of(any::<i64>()), attempt: u32, id: [u8; 16],
    ) {
        thread_local! {
            static STORE: (tempfile::TempDir, crate::Store) = scratch();
        }
        let [input, cache_read, cache_write, output, reasoning, cache_write_1h, tool, citation, searches] = counts;
        let price = Price { state: PriceState::Known, input: cost.map(Money), ..Price::UNKNOWN };
        let row = UsageRow {
            request: RequestId(id),
            attempt,
            tokens: TokenUsage {
                input, cache_read, cache_write, cache_write_1h, tool, output, reasoning, citation, searches,
                provider_cost: cost.map(Money),
            },
            cost: cost.map(Money),
            computed: cost.map(Money),
            price: Some(price),
            fault: Some(Code::RateLimited),
            connection: None,
            ..sample(time, "m")
        };
        STORE.with(|(_, store)| {
            store.append_usage(&row).unwrap();
            let rows = store.read_usage(|db| load_between(db, &(time..time + 1), 1000)).unwrap();
            prop_assert!(rows.contains(&row));
            Ok(())
        })?;
    }
}
