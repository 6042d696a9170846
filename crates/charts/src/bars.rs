//! One measure over time, as columns in layers.

use crate::NotDrawn;
use crate::figures::{Column, Figures, Measure, Step};
use crate::ink::{Ink, Look};
use crate::paper::{Area, Pen, block, dot, not_drawn, on_svg, stroke, write};
use crate::scale::{stride, ticks};
use crate::svg::Mark;
use crate::words;
use inkhorn_fault::Language;
use jiff::civil::DateTime;
use plotters::chart::ChartBuilder;
use plotters::style::text_anchor::{HPos, VPos};
use plotters_backend::DrawingBackend;

/// The size of figures at an axis.
pub(crate) const SMALL: i32 = 12;
/// Room below for moments.
const FOOT: i32 = 24;
/// Room above, for the marks of what is unknown.
const HEAD: i32 = 12;

/// Draws the columns of `figures` as an SVG document of this size in pixels. `name` is what a screen reader calls it.
///
/// # Errors
/// See [`NotDrawn`].
pub fn draw_bars(
    figures: &Figures,
    name: &str,
    size: (u32, u32),
    look: Look,
    language: Language,
) -> Result<String, NotDrawn> {
    let pen = Pen::for_svg(look, language);
    on_svg(size, pen, name, |area| bars(area, figures, &pen))
}

pub(crate) fn bars<DB: DrawingBackend>(
    area: &Area<DB>,
    figures: &Figures,
    pen: &Pen,
) -> Result<Vec<Mark>, NotDrawn> {
    let largest = figures.columns.iter().map(Column::drawn_total).max().unwrap_or(0);
    let frame = frame(area, figures.columns.len(), largest, figures.measure, pen)?;
    name_columns(
        area,
        &frame,
        &figures.columns.iter().map(|column| column.begins).collect::<Vec<_>>(),
        figures.step,
        pen,
    )?;
    let mut marks = Vec::with_capacity(figures.columns.len());
    for (at, column) in figures.columns.iter().enumerate() {
        let (left, right) = frame.column(at, pen);
        let mut below: i128 = 0;
        for layer in 0..figures.layers.len() {
            let part = column.drawn(layer);
            if part == 0 {
                continue;
            }
            let bottom = frame.height(below);
            below = below.saturating_add(part);
            // What is there is seen, however little it is.
            let top = frame.height(below).min(bottom - 1);
            block(area, (left, top), (right, bottom), pen.fill(Ink::Layer(layer)))?;
            // A hair of paper between two layers.
            if layer > 0 && bottom - top > 3 * pen.fine {
                stroke(area, vec![(left, bottom), (right, bottom)], pen.line(Ink::Paper, 1))?;
            }
        }
        if column.unknown > 0 {
            let above = frame.height(below) - 5 * pen.fine;
            dot(area, (i32::midpoint(left, right), above), 2 * pen.fine, pen.line(Ink::Soft, 1))?;
        }
        marks.push(mark(figures, column, frame.whole_column(at), pen.language));
    }
    Ok(marks)
}

/// Where a chart's parts lie, in pixels of the paper.
pub(crate) struct Frame {
    left: i32,
    right: i32,
    top: i32,
    floor: i32,
    columns: usize,
    reach: i128,
}

impl Frame {
    fn edge(&self, at: usize) -> i32 {
        let room = i64::from(self.right - self.left);
        let share = room * at as i64 / self.columns.max(1) as i64;
        self.left + share as i32
    }

    /// The left and right side of a column, with a gap where there is room for one.
    fn column(&self, at: usize, pen: &Pen) -> (i32, i32) {
        let (left, right) = (self.edge(at), self.edge(at + 1));
        let gap = match (right - left) / pen.fine {
            0..=3 => 0,
            4..=7 => 1,
            wide => wide / 6,
        } * pen.fine;
        // A column that is alone does not fill the page.
        let most = 64 * pen.fine;
        let too_wide = (right - left - 2 * gap - most).max(0) / 2;
        (left + gap + too_wide, (right - gap - too_wide).max(left + gap + too_wide + 1))
    }

    /// The place of a mark: all of a column.
    pub(crate) fn whole_column(&self, at: usize) -> (i32, i32, i32, i32) {
        (self.edge(at), self.top, self.edge(at + 1), self.floor)
    }

    pub(crate) fn middle(&self, at: usize) -> i32 {
        i32::midpoint(self.edge(at), self.edge(at + 1))
    }

    /// How high an amount reaches. Only here does a sum become a float: a pixel is coarser than any rounding.
    pub(crate) fn height(&self, amount: i128) -> i32 {
        let share = (amount as f64 / self.reach.max(1) as f64).clamp(0.0, 1.0);
        self.floor - (share * f64::from(self.floor - self.top)).round() as i32
    }
}

/// Lays out a chart with its lines and their figures.
pub(crate) fn frame<DB: DrawingBackend>(
    area: &Area<DB>,
    columns: usize,
    largest: i128,
    measure: Measure,
    pen: &Pen,
) -> Result<Frame, NotDrawn> {
    let ticks = ticks(largest);
    let reach = ticks.last().copied().unwrap_or(0);
    let labels: Vec<String> = ticks.iter().map(|tick| words::at_axis(measure, *tick, pen.language)).collect();
    let style = pen.text(SMALL, Ink::Soft, HPos::Right, VPos::Center);
    let mut widest = 0;
    for label in &labels {
        let ((left, _), (right, _)) = style.font.layout_box(label).map_err(NotDrawn::because)?;
        widest = widest.max(right - left);
    }
    let chart = ChartBuilder::on(area)
        .margin_top(HEAD * pen.fine)
        .margin_right(2 * pen.fine)
        .x_label_area_size(FOOT * pen.fine)
        .y_label_area_size(widest + 10 * pen.fine)
        .build_cartesian_2d(0f64..columns.max(1) as f64, 0f64..1f64)
        .map_err(not_drawn)?;
    let (across, down) = chart.plotting_area().get_pixel_range();
    let base = area.get_base_pixel();
    let frame = Frame {
        left: across.start - base.0,
        right: across.end - base.0,
        top: down.start - base.1,
        floor: down.end - base.1,
        columns,
        reach,
    };
    for (tick, label) in ticks.iter().zip(&labels) {
        let y = frame.height(*tick);
        stroke(area, vec![(frame.left, y), (frame.right, y)], pen.line(Ink::Hair, 1))?;
        write(area, label, &style, (frame.left - 6 * pen.fine, y))?;
    }
    Ok(frame)
}

/// Writes moments under the columns, as many as there is room for.
pub(crate) fn name_columns<DB: DrawingBackend>(
    area: &Area<DB>,
    frame: &Frame,
    begins: &[DateTime],
    step: Step,
    pen: &Pen,
) -> Result<(), NotDrawn> {
    let room = match step {
        Step::Hour => 48,
        Step::Day => 56,
        Step::Month => 72,
    } * pen.fine;
    let stride = stride(begins.len(), frame.right - frame.left, room);
    let several_days = begins.len() > 25;
    let style = pen.text(SMALL, Ink::Soft, HPos::Center, VPos::Top);
    for (at, begins) in begins.iter().enumerate().step_by(stride) {
        // Hours of several days: midnight is named by its day.
        let shown = if step == Step::Hour && several_days && begins.hour() == 0 { Step::Day } else { step };
        let label = words::moment_at_axis(*begins, shown, pen.language);
        let middle = frame.middle(at);
        let half = room / 2;
        let inside = middle.min(frame.right - half + 8 * pen.fine).max(half.min(frame.left));
        if middle - inside > half {
            continue;
        }
        write(area, &label, &style, (inside, frame.floor + 7 * pen.fine))?;
    }
    Ok(())
}

fn mark(figures: &Figures, column: &Column, place: (i32, i32, i32, i32), language: Language) -> Mark {
    Mark {
        place,
        says: figures.says(column, language),
        value: words::exact(figures.measure, column.total()),
        parts: column.parts.iter().map(|part| words::exact(figures.measure, *part)).collect(),
    }
}
