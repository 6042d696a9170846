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
mod tests;
