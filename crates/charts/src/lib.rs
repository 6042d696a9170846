//! Sums to drawings, for light and dark, with the same numbers as a table.
//!
//! For the engine: the Usage page and the report that a writer exports. It draws what it is given and computes nothing
//! but geometry; [`Figures`] and [`Week`] feed the drawing and the table beneath alike, and each mark of a drawing
//! carries its exact number. Pure: no clock, no database, no files. Names come from strangers and go into a drawing
//! only through [`svg`]'s escaping. Start reading at [`figures`], then at [`draw_bars`].

pub mod figures;
pub mod ink;
pub mod report;
pub mod svg;
pub mod words;

mod bars;
mod heat;
mod lines;
mod paper;
mod scale;

pub use bars::draw_bars;
pub use figures::{Column, Figures, Line, Lines, Measure, Step, Week};
pub use heat::draw_week;
pub use ink::Look;
pub use lines::draw_lines;
pub use report::{Report, ReportRow, draw_report, print_report};

use std::fmt;

/// A drawing could not be made. It is made in memory from checked numbers, so this says that a font or the drawing
/// library failed, and nothing about the writer's data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotDrawn(String);

impl fmt::Display for NotDrawn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a chart could not be drawn: {}", self.0)
    }
}

impl std::error::Error for NotDrawn {}

impl NotDrawn {
    pub(crate) fn because(reason: impl fmt::Display) -> Self {
        Self(reason.to_string())
    }
}
