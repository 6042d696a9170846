//! Questions about usage: sums of any span of time, of any part of the requests, by anything, in one reading.
//!
//! Whole days come from the sums of days, whole quarters of an hour from within them, and what is left at both ends of
//! a span, less than a quarter, is counted row by row. Where the rows of that time were pruned, a quarter of an hour
//! counts as a whole, by its beginning.

use super::usage::for_each_figure;
use super::usage_days::{
    DAY, Key, QUARTER, add_quarter, damaged, day_and_key, day_of, lines, next_quarter, open_line,
    peek_quarter, pruned_until,
};
use super::usage_filter::{Filter, Group, Passing};
use super::usage_sums::Sums;
use crate::failure::from_sqlite;
use inkhorn_fault::Result;
use rusqlite::{Connection, params};
use std::collections::HashMap;
use std::ops::Range;

/// What is asked. Times are UTC milliseconds, the end of a span not in it.
#[derive(Clone)]
pub struct Question<'q> {
    /// The span.
    pub times: Range<i64>,
    /// The requests.
    pub filter: &'q Filter,
    /// What to gather them by; one list of groups each.
    pub groups: &'q [Group],
    /// Parts of the span, in order and apart from each other, that get sums of their own: days or hours, whose bounds
    /// the caller knows from the time zone.
    pub spans: &'q [Range<i64>],
    /// What to gather the parts by.
    pub stacked_by: Option<Group>,
    /// Cells of another table: how many, and into which a quarter of an hour that begins then belongs. For hours by
    /// weekdays.
    pub cells: Option<(usize, &'q dyn Fn(i64) -> usize)>,
}

impl<'q> Question<'q> {
    /// Only the sums of all these requests.
    pub fn new(times: Range<i64>, filter: &'q Filter) -> Self {
        Self { times, filter, groups: &[], spans: &[], stacked_by: None, cells: None }
    }
}

/// The figures of one group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupSums {
    /// The group's name; `None` gathers the requests that have none.
    pub key: Option<String>,
    /// The model, under [`Group::ConnectionAndModel`].
    pub model: Option<String>,
    /// Its figures.
    pub sums: Sums,
}

/// A group in each part of the span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stack {
    /// The group's name; `None` gathers the requests that have none.
    pub key: Option<String>,
    /// The model, under [`Group::ConnectionAndModel`].
    pub model: Option<String>,
    /// Its figures in each span of the question.
    pub spans: Vec<Sums>,
}

/// The answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gathered {
    /// All together.
    pub total: Sums,
    /// For each group of the question its lines, the dearest first, then the busiest.
    pub groups: Vec<Vec<GroupSums>>,
    /// For each span of the question.
    pub spans: Vec<Sums>,
    /// The spans by group, the dearest first; empty where the question asks for none.
    pub stacks: Vec<Stack>,
    /// For each cell of the question.
    pub cells: Vec<Sums>,
}

/// Answers a question.
pub fn gather(db: &Connection, question: &Question<'_>) -> Result<Gathered> {
    let passing = Passing::load(db, question.filter)?;
    let pruned = pruned_until(db)?;
    let mut gathering = Gathering::new(question, &passing);
    let times = question.times.start.max(0)..question.times.end;
    if times.start < times.end {
        gathering.read(db, times, pruned).map_err(from_sqlite)?;
    }
    Ok(gathering.answer())
}

/// The sums of all attempts that began in this span.
pub fn sum_all(db: &Connection, times: &Range<i64>) -> Result<Sums> {
    gather(db, &Question::new(times.clone(), &Filter::default())).map(|gathered| gathered.total)
}

/// The sums of each span; the spans are in order and apart from each other.
pub fn sum_by_span(db: &Connection, spans: &[Range<i64>]) -> Result<Vec<Sums>> {
    let (Some(first), Some(last)) = (spans.first(), spans.last()) else { return Ok(Vec::new()) };
    let filter = Filter::default();
    let question = Question { spans, ..Question::new(first.start..last.end, &filter) };
    gather(db, &question).map(|gathered| gathered.spans)
}

/// The sums of each group within a span, the dearest first, then the busiest.
pub fn sum_by_group(db: &Connection, times: &Range<i64>, group: Group) -> Result<Vec<GroupSums>> {
    let filter = Filter::default();
    let question = Question { groups: &[group], ..Question::new(times.clone(), &filter) };
    gather(db, &question).map(|mut gathered| gathered.groups.pop().unwrap_or_default())
}

/// When the first and the last request of this span began, to a quarter of an hour. `None` where there is none. Right
/// also where the rows were pruned.
pub fn first_and_last(db: &Connection, times: &Range<i64>) -> Result<Option<(i64, i64)>> {
    if times.start >= times.end {
        return Ok(None);
    }
    let find = || -> rusqlite::Result<Option<(i64, i64)>> {
        let first = quarters_of_a_day(
            db,
            times,
            "SELECT id, sums FROM usage_day WHERE id >= ?1 AND id < ?2 ORDER BY id",
        )?;
        let last = quarters_of_a_day(
            db,
            times,
            "SELECT id, sums FROM usage_day WHERE id >= ?1 AND id < ?2 ORDER BY id DESC",
        )?;
        Ok(first.zip(last).map(|(first, last)| (first.0, last.1)))
    };
    find().map_err(from_sqlite)
}

/// The first and the last quarter within the span, of the day that comes first in this order and has one.
fn quarters_of_a_day(db: &Connection, times: &Range<i64>, sql: &str) -> rusqlite::Result<Option<(i64, i64)>> {
    let days = lines(day_of(times.start)..day_of(times.end.saturating_sub(1)) + 1);
    let mut query = db.prepare_cached(sql)?;
    let mut rows = query.query(params![days.start, days.end])?;
    let mut found: Option<(i64, i64)> = None;
    while let Some(row) = rows.next()? {
        let begin = day_and_key(row.get(0)?).0 * DAY;
        if found.is_some_and(|(first, _)| first / DAY != begin / DAY) {
            break;
        }
        let bytes = row.get_ref(1)?.as_blob().map_err(|_| damaged())?;
        let (_, mut rest) = open_line(bytes).ok_or_else(damaged)?;
        while !rest.is_empty() {
            let (quarter, _) = next_quarter(&mut rest).ok_or_else(damaged)?;
            let time = begin + i64::from(quarter) * QUARTER;
            if time < times.end && time.saturating_add(QUARTER) > times.start {
                found = Some(found.map_or((time, time), |(first, last)| (first.min(time), last.max(time))));
            }
        }
    }
    Ok(found)
}

struct Gathering<'q> {
    question: &'q Question<'q>,
    passing: &'q Passing,
    total: Sums,
    groups: Vec<HashMap<(i64, i64), Sums>>,
    spans: Vec<Sums>,
    stacks: HashMap<(i64, i64), Vec<Sums>>,
    cells: Vec<Sums>,
}

impl<'q> Gathering<'q> {
    fn new(question: &'q Question<'q>, passing: &'q Passing) -> Self {
        Self {
            question,
            passing,
            total: Sums::default(),
            groups: vec![HashMap::new(); question.groups.len()],
            spans: vec![Sums::default(); question.spans.len()],
            stacks: HashMap::new(),
            cells: vec![Sums::default(); question.cells.map_or(0, |cells| cells.0)],
        }
    }

    fn read(&mut self, db: &Connection, times: Range<i64>, pruned: i64) -> rusqlite::Result<()> {
        let floor = |time: i64| time / QUARTER * QUARTER;
        let (from, last) = (floor(times.start.saturating_add(QUARTER - 1)), floor(times.end));
        // What is left at the ends, where the rows are still there to be counted.
        if times.start < from && floor(times.start) >= pruned {
            self.count_rows(db, times.start..from.min(times.end))?;
        }
        if last < from {
            return Ok(());
        }
        let mut until = last;
        if last < times.end {
            if last >= pruned {
                self.count_rows(db, last..times.end)?;
            } else {
                until = last.saturating_add(QUARTER);
            }
        }
        if from < until { self.read_days(db, from..until) } else { Ok(()) }
    }

    fn read_days(&mut self, db: &Connection, times: Range<i64>) -> rusqlite::Result<()> {
        let days = lines(day_of(times.start)..day_of(times.end.saturating_sub(1)) + 1);
        let mut query =
            db.prepare_cached("SELECT id, sums FROM usage_day WHERE id >= ?1 AND id < ?2 ORDER BY id")?;
        let mut rows = query.query(params![days.start, days.end])?;
        while let Some(row) = rows.next()? {
            let (day, number) = day_and_key(row.get(0)?);
            let Some(key) = self.passing.by_number.get(&number) else { continue };
            let begin = day * DAY;
            let bytes = row.get_ref(1)?.as_blob().map_err(|_| damaged())?;
            let (mut sums, mut rest) = open_line(bytes).ok_or_else(damaged)?;
            let whole = times.start <= begin && begin + DAY <= times.end;
            let span = self.span_of(begin);
            let in_one_span = self.question.spans.is_empty()
                || span.is_some_and(|at| begin + DAY <= self.question.spans[at].end);
            if whole && in_one_span && self.question.cells.is_none() {
                if let Some(at) = span {
                    self.add_to_span(at, key, &sums);
                }
            } else {
                sums = self.read_quarters(begin, key, &times, &mut rest).ok_or_else(damaged)?;
            }
            self.add(key, &sums);
        }
        Ok(())
    }

    /// Reads the quarters of one line, which lie in the order of time: those of one span come together, so that most
    /// of them are added once.
    fn read_quarters(&mut self, begin: i64, key: &Key, times: &Range<i64>, rest: &mut &[u8]) -> Option<Sums> {
        let mut all = Sums::default();
        let mut open = (None, 0, Sums::default());
        while let Some(quarter) = peek_quarter(rest) {
            let time = begin + i64::from(quarter) * QUARTER;
            if !times.contains(&time) {
                add_quarter(rest, &mut Sums::default())?;
                continue;
            }
            if time >= open.1 {
                self.close_span(key, &mut all, &open);
                let span = self.span_of(time);
                open = (span, self.end_of_span(span, time), Sums::default());
            }
            let Some((_, cell_of)) = self.question.cells else {
                add_quarter(rest, &mut open.2)?;
                continue;
            };
            // Read twice: adding the few figures that are there is quicker than adding all that could be.
            if let Some(cell) = self.cells.get_mut(cell_of(time)) {
                add_quarter(&mut { *rest }, cell)?;
            }
            add_quarter(rest, &mut open.2)?;
        }
        self.close_span(key, &mut all, &open);
        Some(all)
    }

    fn close_span(&mut self, key: &Key, all: &mut Sums, open: &(Option<usize>, i64, Sums)) {
        if !open.2.is_empty() {
            all.add(&open.2);
            if let Some(at) = open.0 {
                self.add_to_span(at, key, &open.2);
            }
        }
    }

    /// Until when a moment and those after it lie in the same span, or between the same two.
    fn end_of_span(&self, span: Option<usize>, time: i64) -> i64 {
        let spans = self.question.spans;
        match span {
            Some(at) => spans[at].end,
            None => spans
                .get(spans.partition_point(|span| span.start <= time))
                .map_or(i64::MAX, |next| next.start),
        }
    }

    fn count_rows(&mut self, db: &Connection, times: Range<i64>) -> rusqlite::Result<()> {
        for_each_figure(db, &times, |time, key, sums| {
            if self.passing.passes(self.question.filter, &key) {
                self.place(time, &key, &sums);
                self.add(&key, &sums);
            }
            Ok(())
        })
    }

    fn add(&mut self, key: &Key, sums: &Sums) {
        if sums.is_empty() {
            return;
        }
        self.total.add(sums);
        for (group, lines) in self.question.groups.iter().zip(&mut self.groups) {
            lines.entry(group.of(key)).or_default().add(sums);
        }
    }

    fn place(&mut self, time: i64, key: &Key, sums: &Sums) {
        if let Some(at) = self.span_of(time) {
            self.add_to_span(at, key, sums);
        }
        if let Some((_, cell_of)) = self.question.cells
            && let Some(cell) = self.cells.get_mut(cell_of(time))
        {
            cell.add(sums);
        }
    }

    fn span_of(&self, time: i64) -> Option<usize> {
        let spans = self.question.spans;
        let after = spans.partition_point(|span| span.start <= time);
        after.checked_sub(1).filter(|at| time < spans[*at].end)
    }

    fn add_to_span(&mut self, at: usize, key: &Key, sums: &Sums) {
        self.spans[at].add(sums);
        if let Some(group) = self.question.stacked_by {
            let empty = || vec![Sums::default(); self.question.spans.len()];
            self.stacks.entry(group.of(key)).or_insert_with(empty)[at].add(sums);
        }
    }

    fn answer(self) -> Gathered {
        let passing = self.passing;
        let text = |number: i64| passing.name(number).map(str::to_owned);
        let line = |((key, model), sums)| GroupSums { key: text(key), model: text(model), sums };
        let groups = self.groups.into_iter().map(|lines| {
            let mut lines: Vec<GroupSums> = lines.into_iter().map(line).collect();
            lines.sort_by(|a, b| {
                let weight = |line: &GroupSums| (line.sums.cost, line.sums.attempts);
                weight(b).cmp(&weight(a)).then_with(|| (&a.key, &a.model).cmp(&(&b.key, &b.model)))
            });
            lines
        });
        let groups = groups.collect();
        let mut stacks: Vec<(Sums, Stack)> = self
            .stacks
            .into_iter()
            .map(|((key, model), spans)| {
                let mut sum = Sums::default();
                spans.iter().for_each(|span| sum.add(span));
                (sum, Stack { key: text(key), model: text(model), spans })
            })
            .collect();
        stacks.sort_by(|(a, one), (b, other)| {
            let names = |stack: &Stack| (stack.key.clone(), stack.model.clone());
            (b.cost, b.attempts).cmp(&(a.cost, a.attempts)).then_with(|| names(one).cmp(&names(other)))
        });
        let stacks = stacks.into_iter().map(|(_, stack)| stack).collect();
        Gathered { total: self.total, groups, spans: self.spans, stacks, cells: self.cells }
    }
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
            let spans: Vec<_> = bounds.windows(2).map(|pair| pair[0]..pair[1]).collect();
            let hour = |time: i64| (time / 3_600_000 % 24) as usize;
            for filter in &filters {
                let question = Question {
                    groups: &all,
                    spans: &spans,
                    stacked_by: Some(Group::Model),
                    cells: Some((24, &hour)),
                    ..Question::new(times.clone(), filter)
                };
                let found = store.read_usage(|db| gather(db, &question)).unwrap();
                let within = |row: &UsageRow| times.contains(&row.time) && filter.passes_row(row);
                assert_eq!(brief(&found.total), by_hand(&rows, within), "{times:?} {filter:?}");
                for group in found.groups.iter() {
                    assert_eq!(
                        group.iter().map(|line| line.sums.attempts).sum::<u64>(),
                        found.total.attempts
                    );
                }
                for line in &found.groups[2] {
                    let same = |row: &UsageRow| within(row) && row.slug == line.key;
                    assert_eq!(brief(&line.sums), by_hand(&rows, same), "{line:?}");
                }
                for (at, span) in spans.iter().enumerate() {
                    let inside = |row: &UsageRow| within(row) && span.contains(&row.time);
                    assert_eq!(brief(&found.spans[at]), by_hand(&rows, inside), "{span:?}");
                    for stack in &found.stacks {
                        let same =
                            |row: &UsageRow| inside(row) && Some(&row.model_asked) == stack.key.as_ref();
                        assert_eq!(brief(&stack.spans[at]), by_hand(&rows, same), "{span:?}");
                    }
                }
                for (at, cell) in found.cells.iter().enumerate() {
                    let inside = |row: &UsageRow| within(row) && hour(row.time) == at;
                    assert_eq!(brief(cell), by_hand(&rows, inside), "hour {at}");
                }
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
}
