//! The report that a writer keeps or sends: one page with the sums, the chart and the table, as SVG or as a picture.

use crate::NotDrawn;
use crate::bars::bars;
use crate::figures::Figures;
use crate::ink::{Ink, Look};
use crate::paper::{Area, Pen, block, on_bitmap, on_svg, stroke, write};
use inkhorn_fault::Language;
use plotters::style::text_anchor::{HPos, VPos};
use plotters_backend::DrawingBackend;

const WIDTH: i32 = 820;
const MARGIN: i32 = 48;
const CHART: i32 = 240;
const ROW: i32 = 26;
/// Rows of a table on the page; the caller gathers the rest.
pub const MOST_ROWS: usize = 40;

/// What stands on the page. Words and figures are made by the caller, from the same sums as the page and the exports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The head: what it is about and when.
    pub title: String,
    /// One sentence, in one or two lines.
    pub lead: Vec<String>,
    /// The chart.
    pub figures: Figures,
    /// The heads of the table's columns. The first column is names, the others are figures.
    pub heads: Vec<String>,
    /// The table, at most [`MOST_ROWS`]; what is beyond is left out.
    pub rows: Vec<ReportRow>,
    /// The last row: all together.
    pub total: Vec<String>,
    /// Small print under it.
    pub notes: Vec<String>,
}

/// One row of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportRow {
    /// The layer of the chart that it is, for its colour.
    pub layer: Option<usize>,
    /// Its cells.
    pub cells: Vec<String>,
}

/// As an SVG document.
///
/// # Errors
/// See [`NotDrawn`].
pub fn draw_report(report: &Report, look: Look, language: Language) -> Result<String, NotDrawn> {
    let pen = Pen::for_svg(look, language);
    on_svg(size(report), pen, &report.title, |area| draw(area, report, &pen).map(|()| Vec::new()))
}

/// As a PNG picture, two pixels for one. Letters beyond Latin are shown as `?`: the built-in font has no others.
///
/// # Errors
/// See [`NotDrawn`].
pub fn print_report(report: &Report, look: Look, language: Language) -> Result<Vec<u8>, NotDrawn> {
    let pen = Pen { fine: 2, own_letters: true, ..Pen::for_svg(look, language) };
    on_bitmap(size(report), pen, |area| draw(area, report, &pen))
}

fn size(report: &Report) -> (u32, u32) {
    let rows = report.rows.len().min(MOST_ROWS) as i32;
    let height = 112 + 24 * report.lead.len() as i32 + CHART + 40 + ROW * (rows + 2) + 24;
    (WIDTH.unsigned_abs(), (height + 20 * report.notes.len() as i32 + MARGIN).unsigned_abs())
}

fn draw<DB: DrawingBackend>(area: &Area<DB>, report: &Report, pen: &Pen) -> Result<(), NotDrawn> {
    let px = |units: i32| units * pen.fine;
    let room = WIDTH - 2 * MARGIN;
    let mut y = MARGIN;
    let title = pen.fitted(&report.title, 26, room)?;
    write(area, &title, &pen.bold(26, Ink::Text, HPos::Left, VPos::Top), (px(MARGIN), px(y)))?;
    y += 46;
    for line in &report.lead {
        let line = pen.fitted(line, 16, room)?;
        write(area, &line, &pen.text(16, Ink::Soft, HPos::Left, VPos::Top), (px(MARGIN), px(y)))?;
        y += 24;
    }
    y += 18;
    let beside = area.clone().margin(px(y), 0, px(MARGIN), px(MARGIN));
    let chart = beside.shrink((0, 0), (px(room), px(CHART)));
    bars(&chart, &report.figures, pen)?;
    y += CHART + 28;
    draw_table(area, report, pen, y)
}

fn draw_table<DB: DrawingBackend>(
    area: &Area<DB>,
    report: &Report,
    pen: &Pen,
    top: i32,
) -> Result<(), NotDrawn> {
    let px = |units: i32| units * pen.fine;
    let (left, right) = (MARGIN, WIDTH - MARGIN);
    let figures = report.heads.len().saturating_sub(1) as i32;
    // A third of the page is enough for figures of any size; names get the rest.
    let each = if figures > 0 { ((right - left) * 3 / 5 / figures).min(130) } else { 0 };
    let names = right - left - each * figures - 24;
    let mut y = top;
    let mut row = |cells: &[String], layer: Option<usize>, ink: Ink, bold: bool| -> Result<(), NotDrawn> {
        let style = |across| match bold {
            true => pen.bold(14, ink, across, VPos::Top),
            false => pen.text(14, ink, across, VPos::Top),
        };
        if let Some(layer) = layer {
            let (from, to) = ((px(left), px(y + 3)), (px(left + 9), px(y + 12)));
            block(area, from, to, pen.fill(Ink::Layer(layer)))?;
        }
        for (at, cell) in (0..).zip(cells) {
            if at == 0 {
                let name = pen.fitted(cell, 14, names)?;
                write(area, &name, &style(HPos::Left), (px(left + 18), px(y)))?;
            } else {
                let cell = pen.fitted(cell, 14, each - 8)?;
                write(area, &cell, &style(HPos::Right), (px(right - each * (figures - at)), px(y)))?;
            }
        }
        y += ROW;
        let line = if bold { Ink::Paper } else { Ink::Hair };
        stroke(area, vec![(px(left), px(y - 5)), (px(right), px(y - 5))], pen.line(line, 1))
    };
    row(&report.heads, None, Ink::Soft, false)?;
    for one in report.rows.iter().take(MOST_ROWS) {
        row(&one.cells, one.layer, Ink::Text, false)?;
    }
    row(&report.total, None, Ink::Text, true)?;
    y += 10;
    let small = pen.text(12, Ink::Soft, HPos::Left, VPos::Top);
    for note in &report.notes {
        let note = pen.fitted(note, 12, right - left)?;
        write(area, &note, &small, (px(left), px(y)))?;
        y += 20;
    }
    Ok(())
}
