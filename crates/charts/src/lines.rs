//! Means over time, as lines that break where nothing was measured.

use crate::NotDrawn;
use crate::bars::{frame, name_columns};
use crate::figures::{Lines, Measure};
use crate::ink::{Ink, Look};
use crate::paper::{Area, Pen, dot, on_svg, stroke};
use crate::svg::Mark;
use crate::words;
use inkhorn_fault::Language;
use plotters_backend::DrawingBackend;

/// Draws `lines` as an SVG document of this size in pixels.
///
/// # Errors
/// See [`NotDrawn`].
pub fn draw_lines(
    lines: &Lines,
    name: &str,
    size: (u32, u32),
    look: Look,
    language: Language,
) -> Result<String, NotDrawn> {
    let pen = Pen::for_svg(look, language);
    on_svg(size, pen, name, |area| draw(area, lines, &pen))
}

fn draw<DB: DrawingBackend>(area: &Area<DB>, lines: &Lines, pen: &Pen) -> Result<Vec<Mark>, NotDrawn> {
    let values = lines.lines.iter().flat_map(|line| line.values.iter().flatten());
    let largest = values.copied().max().unwrap_or(0);
    let columns = lines.begins.len();
    let frame = frame(area, columns, i128::from(largest), Measure::Time, pen)?;
    name_columns(area, &frame, &lines.begins, lines.step, pen)?;
    for (layer, line) in lines.lines.iter().enumerate() {
        let points = line.values.iter().enumerate().take(columns);
        let places: Vec<Option<(i32, i32)>> = points
            .map(|(at, value)| value.map(|ms| (frame.middle(at), frame.height(i128::from(ms)))))
            .collect();
        for run in places.split(Option::is_none) {
            let run: Vec<(i32, i32)> = run.iter().copied().flatten().collect();
            match run.as_slice() {
                [] => {}
                [alone] => dot(area, *alone, 2 * pen.fine, pen.fill(Ink::Layer(layer)))?,
                _ => stroke(area, run, pen.line(Ink::Layer(layer), 2))?,
            }
        }
    }
    Ok((0..columns).map(|at| mark(lines, at, frame.whole_column(at), pen.language)).collect())
}

fn mark(lines: &Lines, at: usize, place: (i32, i32, i32, i32), language: Language) -> Mark {
    let value = |line: usize| lines.lines.get(line).and_then(|line| line.values.get(at).copied().flatten());
    let exact = |ms: Option<u64>| ms.map(|ms| ms.to_string()).unwrap_or_default();
    let said = lines.lines.iter().enumerate().filter_map(|(layer, line)| {
        let ms = value(layer)?;
        Some(format!("{} {}", line.name, words::amount(Measure::Time, i128::from(ms), language)))
    });
    let said: Vec<String> = said.collect();
    let nothing = match language {
        Language::English => "nothing measured",
        Language::Indonesian => "tidak ada yang terukur",
    };
    let moment = lines.begins.get(at).map(|begins| words::moment(*begins, lines.step, language));
    let said = if said.is_empty() { nothing.to_owned() } else { said.join(", ") };
    Mark {
        place,
        says: format!("{}: {said}", moment.unwrap_or_default()),
        value: exact(value(0)),
        parts: (0..lines.lines.len()).map(|layer| exact(value(layer))).collect(),
    }
}
