//! Questions about usage: sums of any span of time, of any part of the requests, by anything, in one reading.
//!
//! Whole days come from the sums of days, whole quarters of an hour from within them, and what is left at both ends of
//! a span, less than a quarter, is counted row by row. Where the rows of that time were pruned, a quarter of an hour
//! counts as a whole, by its beginning.

use super::usage::for_each_figure;
use super::usage_amounts::{Amounts, skip_encoded};
use super::usage_days::{
    DAY, Key, QUARTER, add_quarter, damaged, day_and_key, day_of, lines, open_line, peek_quarter,
    pruned_until,
};
use super::usage_filter::{Filter, Group, KeyNames, Passing};
use super::usage_question::{Gathered, GroupSums, Question, Stack};
use super::usage_sums::Sums;
use crate::failure::from_sqlite;
use inkhorn_fault::Result;
use rusqlite::{Connection, params};
use std::collections::{HashMap, HashSet};
use std::ops::Range;

/// Answers a question.
pub fn gather(db: &Connection, question: &Question<'_>) -> Result<Gathered> {
    let passing = Passing::load(db, question.filter)?;
    let pruned = pruned_until(db)?;
    let mut gathering = Gathering::new(question, &passing);
    gathering.read(db, pruned).map_err(from_sqlite)?;
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

struct Gathering<'q> {
    question: &'q Question<'q>,
    passing: &'q Passing,
    by_key: HashMap<Key, Sums>,
    others: HashSet<Key>,
    spans: Vec<Sums>,
    stacks: HashMap<(i64, i64), Vec<Sums>>,
    cells: Vec<Amounts>,
    cells_of_day: CellsOfDay,
    days: Vec<Amounts>,
}

/// The cells of the quarters of one UTC day: many lines have the same day, and the caller's time zone is slow to ask.
#[derive(Default)]
struct CellsOfDay {
    begin: Option<i64>,
    cells: Vec<usize>,
}

impl<'q> Gathering<'q> {
    fn new(question: &'q Question<'q>, passing: &'q Passing) -> Self {
        Self {
            question,
            passing,
            by_key: HashMap::new(),
            others: HashSet::new(),
            spans: vec![Sums::default(); question.spans.len()],
            stacks: HashMap::new(),
            cells: vec![Amounts::default(); question.cells.map_or(0, |cells| cells.0)],
            cells_of_day: CellsOfDay::default(),
            days: vec![Amounts::default(); question.days.len()],
        }
    }

    fn read(&mut self, db: &Connection, pruned: i64) -> rusqlite::Result<()> {
        let times = self.question.times.start.max(0)..self.question.times.end;
        let times = if times.start < times.end { self.read_ends(db, times, pruned)? } else { 0..0 };
        let days = self.question.days.first().zip(self.question.days.last());
        let days = days.map_or(0..0, |(first, last)| first.start.max(0)..last.end.max(0));
        if times.is_empty() && days.is_empty() {
            return Ok(());
        }
        let both = match (times.is_empty(), days.is_empty()) {
            (true, _) => days.clone(),
            (_, true) => times.clone(),
            _ => times.start.min(days.start)..times.end.max(days.end),
        };
        self.read_lines(db, &both, &times, &days)
    }

    /// Counts what is left at both ends, where the rows are still there to be counted; gives the whole quarters between.
    fn read_ends(&mut self, db: &Connection, times: Range<i64>, pruned: i64) -> rusqlite::Result<Range<i64>> {
        let (from, last) = (floor(times.start.saturating_add(QUARTER - 1)), floor(times.end));
        if times.start < from && floor(times.start) >= pruned {
            self.count_rows(db, times.start..from.min(times.end))?;
        }
        if last < from {
            return Ok(0..0);
        }
        let mut until = last;
        if last < times.end {
            if last >= pruned {
                self.count_rows(db, last..times.end)?;
            } else {
                until = last.saturating_add(QUARTER);
            }
        }
        Ok(from..until)
    }

    /// Reads the lines of all these days: `times` are those of the question, `days` its days.
    fn read_lines(
        &mut self,
        db: &Connection,
        both: &Range<i64>,
        times: &Range<i64>,
        days: &Range<i64>,
    ) -> rusqlite::Result<()> {
        let meets = |range: &Range<i64>, begin: i64| begin < range.end && range.start < begin + DAY;
        let numbers = lines(day_of(both.start)..day_of(both.end.saturating_sub(1)) + 1);
        let mut query =
            db.prepare_cached("SELECT id, sums FROM usage_day WHERE id >= ?1 AND id < ?2 ORDER BY id")?;
        let mut rows = query.query(params![numbers.start, numbers.end])?;
        while let Some(row) = rows.next()? {
            let (day, number) = day_and_key(row.get(0)?);
            let begin = day * DAY;
            let (asked, looked) = (meets(times, begin), meets(days, begin));
            let line = || open_line(row.get_ref(1)?.as_blob().map_err(|_| damaged())?).ok_or_else(damaged);
            let Some(key) = self.passing.by_number.get(&number) else {
                if asked && self.question.names {
                    self.name_other(number, begin, times, line()?.1).ok_or_else(damaged)?;
                }
                continue;
            };
            if !asked && !looked {
                continue;
            }
            let (total, quarters) = line()?;
            if asked {
                self.add_line(begin, key, times, &total, quarters).ok_or_else(damaged)?;
            }
            if looked || self.question.cells.is_some() {
                let asked = if asked { times.clone() } else { 0..0 };
                self.add_amounts(begin, &asked, looked, &total, quarters).ok_or_else(damaged)?;
            }
        }
        Ok(())
    }

    /// Notes that a key occurs which does not pass.
    fn name_other(&mut self, number: i64, begin: i64, times: &Range<i64>, mut rest: &[u8]) -> Option<()> {
        let Some(key) = self.passing.others.get(&number) else { return Some(()) };
        while !self.others.contains(key)
            && let Some(quarter) = peek_quarter(rest)
        {
            if times.contains(&(begin + i64::from(quarter) * QUARTER)) {
                self.others.insert(*key);
            }
            rest = rest.get(1..)?;
            skip_encoded(&mut rest)?;
        }
        Some(())
    }

    /// Adds a line to its group and its span. A day of the writer's begins within a day of UTC, so that a line mostly lies
    /// in two spans: then the quarters of the first are read, and the second has the rest.
    fn add_line(
        &mut self,
        begin: i64,
        key: &Key,
        times: &Range<i64>,
        total: &Sums,
        mut quarters: &[u8],
    ) -> Option<()> {
        let spans = self.question.spans;
        let whole = times.start <= begin && begin + DAY <= times.end;
        let span = span_of(spans, begin);
        let bound = end_of_span(spans, span, begin);
        let next = span_of(spans, bound);
        if whole && begin + DAY <= bound {
            self.add_part(span, key, total);
            self.add(key, total);
        } else if whole && begin + DAY <= end_of_span(spans, next, bound) {
            let mut first = Sums::default();
            while peek_quarter(quarters).is_some_and(|quarter| begin + i64::from(quarter) * QUARTER < bound) {
                add_quarter(&mut quarters, &mut first)?;
            }
            self.add_part(span, key, &first);
            self.add_part(next, key, &total.without(&first)?);
            self.add(key, total);
        } else {
            let sums = self.read_quarters(begin, key, times, &mut quarters)?;
            self.add(key, &sums);
        }
        Some(())
    }

    /// Adds a line to cells, for the quarters of `asked`, and to days where it is looked at for them.
    fn add_amounts(
        &mut self,
        begin: i64,
        asked: &Range<i64>,
        looked: bool,
        total: &Sums,
        mut rest: &[u8],
    ) -> Option<()> {
        let days = if looked { self.question.days } else { &[] };
        let cells = self.question.cells.filter(|_| !asked.is_empty());
        if let Some((_, cell_of)) = cells {
            self.cells_of_day.turn_to(begin, cell_of);
        }
        let mut day = span_of(days, begin);
        if cells.is_none()
            && let Some(at) = day
            && begin + DAY <= days[at].end
        {
            self.days[at].add(&Amounts::from(total));
            return Some(());
        }
        let mut until = end_of_span(days, day, begin);
        while let Some(quarter) = peek_quarter(rest) {
            let time = begin + i64::from(quarter) * QUARTER;
            let mut amounts = Amounts::default();
            rest = rest.get(1..)?;
            amounts.add_encoded(&mut rest)?;
            if cells.is_some()
                && asked.contains(&time)
                && let Some(cell) = self.cells.get_mut(*self.cells_of_day.cells.get(usize::from(quarter))?)
            {
                cell.add(&amounts);
            }
            if time >= until {
                day = span_of(days, time);
                until = end_of_span(days, day, time);
            }
            if let Some(at) = day {
                self.days[at].add(&amounts);
            }
        }
        Some(())
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
                let span = span_of(self.question.spans, time);
                open = (span, end_of_span(self.question.spans, span, time), Sums::default());
            }
            add_quarter(rest, &mut open.2)?;
        }
        self.close_span(key, &mut all, &open);
        Some(all)
    }

    fn close_span(&mut self, key: &Key, all: &mut Sums, open: &(Option<usize>, i64, Sums)) {
        all.add(&open.2);
        self.add_part(open.0, key, &open.2);
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
        if !sums.is_empty() {
            self.by_key.entry(*key).or_default().add(sums);
        }
    }

    fn place(&mut self, time: i64, key: &Key, sums: &Sums) {
        if let Some(at) = span_of(self.question.spans, time) {
            self.add_to_span(at, key, sums);
        }
        if let Some((_, cell_of)) = self.question.cells
            && let Some(cell) = self.cells.get_mut(cell_of(time))
        {
            cell.add(&Amounts::from(sums));
        }
    }

    fn add_part(&mut self, span: Option<usize>, key: &Key, sums: &Sums) {
        if let Some(at) = span
            && !sums.is_empty()
        {
            self.add_to_span(at, key, sums);
        }
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
        let mut total = Sums::default();
        self.by_key.values().for_each(|sums| total.add(sums));
        let groups = self.question.groups.iter().map(|group| {
            let mut lines: HashMap<(i64, i64), Sums> = HashMap::new();
            for (key, sums) in &self.by_key {
                lines.entry(group.of(key)).or_default().add(sums);
            }
            let line = |((key, model), sums)| GroupSums { key: text(key), model: text(model), sums };
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
        let (spans, cells, days) = (self.spans, self.cells, self.days);
        let mut ways: Vec<(KeyNames, Sums)> =
            self.by_key.iter().map(|(key, sums)| (passing.names_of(key), *sums)).collect();
        ways.sort_unstable_by(|one, other| one.0.cmp(&other.0));
        let others = self.others.iter().map(|key| passing.names_of(key)).collect();
        Gathered { total, groups, spans, stacks, cells, days, ways, others }
    }
}

impl CellsOfDay {
    fn turn_to(&mut self, begin: i64, cell_of: &dyn Fn(i64) -> usize) {
        if self.begin != Some(begin) {
            self.begin = Some(begin);
            self.cells.clear();
            self.cells.extend((begin..begin + DAY).step_by(QUARTER as usize).map(cell_of));
        }
    }
}

fn floor(time: i64) -> i64 {
    time / QUARTER * QUARTER
}

/// The span that a moment lies in.
fn span_of(spans: &[Range<i64>], time: i64) -> Option<usize> {
    let after = spans.partition_point(|span| span.start <= time);
    after.checked_sub(1).filter(|at| time < spans[*at].end)
}

/// Until when a moment and those after it lie in the same span, or between the same two.
fn end_of_span(spans: &[Range<i64>], span: Option<usize>, time: i64) -> i64 {
    match span {
        Some(at) => spans[at].end,
        None => {
            let next = spans.get(spans.partition_point(|span| span.start <= time));
            next.map_or(i64::MAX, |next| next.start)
        }
    }
}

#[cfg(test)]
mod tests;
