//! What can be asked of the usage log in one reading, and what comes back.

use super::usage_amounts::Amounts;
use super::usage_filter::{Filter, Group, KeyNames};
use super::usage_sums::Sums;
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
    /// Days to look at besides, in order and apart from each other, which may lie outside of the span. A quarter of an hour
    /// belongs to the day in which it begins.
    pub days: &'q [Range<i64>],
    /// Whether to name everything that occurs in the span, also what the filter keeps out.
    pub names: bool,
}

impl<'q> Question<'q> {
    /// Only the sums of all these requests.
    pub fn new(times: Range<i64>, filter: &'q Filter) -> Self {
        let (groups, spans, days): (&[Group], &[Range<i64>], &[Range<i64>]) = (&[], &[], &[]);
        Self { times, filter, groups, spans, stacked_by: None, cells: None, days, names: false }
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
    pub cells: Vec<Amounts>,
    /// For each day of the question.
    pub days: Vec<Amounts>,
    /// Each way in which requests were made that pass the filter, with its sums.
    pub ways: Vec<(KeyNames, Sums)>,
    /// The ways of the span that the filter keeps out, where the question asks for names.
    pub others: Vec<KeyNames>,
}
