//! Sums over the usage log. Exact: no float, no overflow, and what nobody knows is counted, not added as 0.

use super::usage::row_numbers;
use crate::failure::from_sqlite;
use inkhorn_fault::Result;
use rusqlite::{Connection, Row, params};
use std::ops::Range;

/// What rows are gathered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Group {
    /// The provider.
    Provider,
    /// The model that was asked for, whatever the connection.
    Model,
    /// What the request was for.
    Feature,
    /// The program that asked.
    App,
    /// The connection, by its slug then.
    Connection,
    /// The connection (`key`) and the model asked for there (`model`).
    ConnectionAndModel,
}

/// Figures of many attempts together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// Attempts.
    pub attempts: u64,
    /// Of those, completed.
    pub completed: u64,
    /// Of those, stopped by whoever asked.
    pub aborted: u64,
    /// Of those, failed at the provider or on the way.
    pub failed: u64,
    /// Of those, not sent.
    pub refused: u64,
    /// Tokens read, cached ones included.
    pub input: i128,
    /// Of those, from the cache.
    pub cache_read: i128,
    /// Of those, into the cache.
    pub cache_write: i128,
    /// Tokens written.
    pub output: i128,
    /// Of those, reasoning.
    pub reasoning: i128,
    /// Attempts of which nobody told any token count.
    pub uncounted: u64,
    /// Attempts whose tokens are estimated, or counted only until they broke off.
    pub inexact: u64,
    /// Pico-dollars of those attempts whose cost is known.
    pub cost: i128,
    /// Attempts whose cost nobody knows.
    pub unpriced: u64,
}

/// The figures of one group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupSums {
    /// The group's name; `None` gathers the rows that have none.
    pub key: Option<String>,
    /// The model, under [`Group::ConnectionAndModel`].
    pub model: Option<String>,
    /// Its figures.
    pub sums: Sums,
}

// SQLite's own sum fails beyond 63 bits. The halves of a number sum apart without loss, up to 2^31 rows.
macro_rules! halves {
    ($column:literal) => {
        concat!("coalesce(sum(", $column, " >> 32), 0), coalesce(sum(", $column, " & 4294967295), 0), ")
    };
}

macro_rules! figures {
    () => {
        concat!(
            "count(*),
             count(*) FILTER (WHERE result = (SELECT id FROM name WHERE text = 'completed')),
             count(*) FILTER (WHERE result = (SELECT id FROM name WHERE text = 'aborted')),
             count(*) FILTER (WHERE result = (SELECT id FROM name WHERE text = 'failed')),
             count(*) FILTER (WHERE result = (SELECT id FROM name WHERE text = 'refused')), ",
            halves!("input"),
            halves!("cache_read"),
            halves!("cache_write"),
            halves!("output"),
            halves!("reasoning"),
            halves!("cost"),
            "count(*) FILTER (WHERE input IS NULL AND output IS NULL),
             count(*) FILTER (WHERE quality <> (SELECT id FROM name WHERE text = 'reported')),
             count(*) - count(cost)
             FROM usage WHERE usage.id >= ?1 AND usage.id < ?2"
        )
    };
}

macro_rules! grouped {
    ($column:literal) => {
        concat!(
            "SELECT (SELECT text FROM name WHERE name.id = ",
            $column,
            "), NULL, ",
            figures!(),
            " GROUP BY ",
            $column
        )
    };
}

/// The sums of all attempts that began in this span (UTC milliseconds, the end not in it).
pub fn sum_all(db: &Connection, times: &Range<i64>) -> Result<Sums> {
    let numbers = row_numbers(times);
    let sql = concat!("SELECT NULL, NULL, ", figures!());
    let mut query = db.prepare_cached(sql).map_err(from_sqlite)?;
    query.query_row(params![numbers.start, numbers.end], read).map(|group| group.sums).map_err(from_sqlite)
}

/// The sums of each span, in the order given: days or hours, whose bounds the caller knows from the time zone.
pub fn sum_by_span(db: &Connection, spans: &[Range<i64>]) -> Result<Vec<Sums>> {
    spans.iter().map(|span| sum_all(db, span)).collect()
}

/// The sums of each group within a span, the dearest first, then the busiest.
pub fn sum_by_group(db: &Connection, times: &Range<i64>, group: Group) -> Result<Vec<GroupSums>> {
    let sql = match group {
        Group::Provider => grouped!("provider"),
        Group::Model => grouped!("model_asked"),
        Group::Feature => grouped!("feature"),
        Group::App => grouped!("app"),
        Group::Connection => grouped!("slug"),
        Group::ConnectionAndModel => concat!(
            "SELECT (SELECT text FROM name WHERE name.id = slug),
             (SELECT text FROM name WHERE name.id = model_asked), ",
            figures!(),
            " GROUP BY slug, model_asked"
        ),
    };
    let numbers = row_numbers(times);
    let mut query = db.prepare_cached(sql).map_err(from_sqlite)?;
    let rows = query.query_map(params![numbers.start, numbers.end], read).map_err(from_sqlite)?;
    let mut groups: Vec<GroupSums> = rows.collect::<rusqlite::Result<_>>().map_err(from_sqlite)?;
    groups.sort_by(|a, b| {
        let weight = |group: &GroupSums| (group.sums.cost, group.sums.attempts);
        weight(b).cmp(&weight(a)).then_with(|| (&a.key, &a.model).cmp(&(&b.key, &b.model)))
    });
    Ok(groups)
}

fn read(row: &Row<'_>) -> rusqlite::Result<GroupSums> {
    let count = |column: usize| row.get::<_, i64>(column).map(i64::unsigned_abs);
    let total = |column: usize| -> rusqlite::Result<i128> {
        let (high, low): (i64, i64) = (row.get(column)?, row.get(column + 1)?);
        Ok((i128::from(high) << 32) + i128::from(low))
    };
    let sums = Sums {
        attempts: count(2)?,
        completed: count(3)?,
        aborted: count(4)?,
        failed: count(5)?,
        refused: count(6)?,
        input: total(7)?,
        cache_read: total(9)?,
        cache_write: total(11)?,
        output: total(13)?,
        reasoning: total(15)?,
        cost: total(17)?,
        uncounted: count(19)?,
        inexact: count(20)?,
        unpriced: count(21)?,
    };
    Ok(GroupSums { key: row.get(0)?, model: row.get(1)?, sums })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::usage::UsageRow;
    use crate::tables::usage::tests::sample;
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
}
