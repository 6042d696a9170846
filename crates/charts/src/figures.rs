//! The numbers behind a drawing and behind the table beneath it: one and the same.

use crate::words;
use inkhorn_fault::Language;
use jiff::civil::DateTime;

/// Letters of a name in a sentence.
const LONGEST_NAME: usize = 60;

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Pico-dollars of the requests whose cost is known.
    Spend,
    /// Tokens read and written.
    Tokens,
    /// Requests, failed and stopped ones included.
    Requests,
    /// Requests that failed.
    Errors,
    /// Milliseconds.
    Time,
}

/// How wide a column is in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// One hour.
    Hour,
    /// One of the writer's days.
    Day,
    /// One of the writer's months.
    Month,
}

/// One measure over time, each column in layers that add up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figures {
    /// What is measured.
    pub measure: Measure,
    /// How wide a column is.
    pub step: Step,
    /// Names of the layers, the largest first. What is beyond the few that can be told apart is in the last one.
    pub layers: Vec<String>,
    /// In the order of time, without gaps: a day on which nothing happened is a column of zeros.
    pub columns: Vec<Column>,
}

/// One stretch of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// When it begins, in the writer's own time.
    pub begins: DateTime,
    /// One amount for each layer, in its order. A negative one is drawn as nothing: nobody spends less than nothing.
    pub parts: Vec<i128>,
    /// Requests in it of which nobody knows what they cost. They are in no amount.
    pub unknown: u64,
}

impl Column {
    /// All layers together.
    pub fn total(&self) -> i128 {
        self.parts.iter().fold(0, |sum, part| sum.saturating_add(*part))
    }

    /// The part of a layer as it is drawn.
    pub(crate) fn drawn(&self, layer: usize) -> i128 {
        self.parts.get(layer).copied().unwrap_or(0).max(0)
    }

    pub(crate) fn drawn_total(&self) -> i128 {
        (0..self.parts.len()).fold(0, |sum, layer| sum.saturating_add(self.drawn(layer)))
    }
}

impl Figures {
    /// All columns together.
    pub fn total(&self) -> i128 {
        self.columns.iter().fold(0, |sum, column| sum.saturating_add(column.total()))
    }

    /// A column in words: its moment, its total, its layers, and what nobody knows.
    pub fn says(&self, column: &Column, language: Language) -> String {
        let moment = words::moment(column.begins, self.step, language);
        let mut says = format!("{moment}: {}", words::amount(self.measure, column.total(), language));
        let parts = self.layers.iter().zip(&column.parts).filter(|(_, part)| **part != 0);
        let layers: Vec<String> = parts
            .map(|(name, part)| {
                let name: String = name.chars().take(LONGEST_NAME).collect();
                format!("{name} {}", words::amount(self.measure, *part, language))
            })
            .collect();
        if self.layers.len() > 1 && !layers.is_empty() {
            says.push_str(&format!(" ({})", layers.join(", ")));
        }
        if column.unknown > 0 {
            says.push_str(&format!(", + {}", words::unknown_cost(column.unknown, language)));
        }
        says
    }

    /// The sum of one layer over all columns.
    pub fn layer_total(&self, layer: usize) -> i128 {
        let part = |column: &Column| column.parts.get(layer).copied().unwrap_or(0);
        self.columns.iter().fold(0, |sum, column| sum.saturating_add(part(column)))
    }
}

/// Means over time that do not add up: how long an answer took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lines {
    /// How wide a column is.
    pub step: Step,
    /// When each column begins, in the writer's own time.
    pub begins: Vec<DateTime>,
    /// The lines, each with one value per column.
    pub lines: Vec<Line>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What it shows.
    pub name: String,
    /// Milliseconds; `None` where nothing was measured, and the line is broken there.
    pub values: Vec<Option<u64>>,
}

/// Sums by weekday and hour of the day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Week {
    /// What is measured.
    pub measure: Measure,
    /// Monday to Sunday, each from midnight to midnight of the writer's own time.
    pub cells: [[i128; 24]; 7],
}
