//! Hours and weekdays: when a writer works, as a table whose cells are darker where there was more.

use crate::NotDrawn;
use crate::bars::SMALL;
use crate::figures::Week;
use crate::ink::{Ink, Look};
use crate::paper::{Area, Pen, block, on_svg, write};
use crate::svg::Mark;
use crate::words;
use inkhorn_fault::Language;
use plotters::style::text_anchor::{HPos, VPos};
use plotters_backend::DrawingBackend;

/// Room at the left for weekdays.
const SIDE: i32 = 36;
/// Room above for hours.
const HEAD: i32 = 20;
/// Shades that can be told apart.
const SHADES: i128 = 5;

/// Draws `week` as an SVG document of this size in pixels.
///
/// # Errors
/// See [`NotDrawn`].
pub fn draw_week(
    week: &Week,
    name: &str,
    size: (u32, u32),
    look: Look,
    language: Language,
) -> Result<String, NotDrawn> {
    let pen = Pen::for_svg(look, language);
    on_svg(size, pen, name, |area| draw(area, week, &pen))
}

fn draw<DB: DrawingBackend>(area: &Area<DB>, week: &Week, pen: &Pen) -> Result<Vec<Mark>, NotDrawn> {
    let (width, height) = area.dim_in_pixel();
    let (width, height) = (width.cast_signed(), height.cast_signed());
    let (side, head) = (SIDE * pen.fine, HEAD * pen.fine);
    let largest = week.cells.iter().flatten().copied().max().unwrap_or(0);
    let across = |hour: i32| side + (width - side) * hour / 24;
    let down = |day: i32| head + (height - head) * day / 7;
    let above = pen.text(SMALL, Ink::Soft, HPos::Left, VPos::Top);
    let every = if width / pen.fine < 480 { 6 } else { 3 };
    for hour in (0..24).step_by(every) {
        write(area, &words::hour(hour), &above, (across(hour as i32) + pen.fine, 2 * pen.fine))?;
    }
    let beside = pen.text(SMALL, Ink::Soft, HPos::Left, VPos::Center);
    let mut marks = Vec::with_capacity(7 * 24);
    for (day, hours) in (0..).zip(&week.cells) {
        let (top, bottom) = (down(day), down(day + 1));
        let weekday = words::weekday(day.unsigned_abs() as usize, pen.language);
        write(area, weekday, &beside, (0, i32::midpoint(top, bottom)))?;
        for (hour, amount) in (0..).zip(hours) {
            let (left, right) = (across(hour), across(hour + 1));
            let style = match shade(*amount, largest) {
                0 => pen.wash(Ink::Hair, 0.6),
                shade => pen.wash(Ink::Layer(0), [0.0, 0.18, 0.36, 0.56, 0.78, 1.0][shade]),
            };
            block(area, (left + pen.fine, top + pen.fine), (right - pen.fine, bottom - pen.fine), style)?;
            let value = words::exact(week.measure, *amount);
            marks.push(Mark {
                place: (left, top, right, bottom),
                says: format!(
                    "{weekday} {}: {}",
                    words::hour(hour.unsigned_abs() as usize),
                    words::amount(week.measure, *amount, pen.language)
                ),
                value: value.clone(),
                parts: vec![value],
            });
        }
    }
    Ok(marks)
}

/// From 0 for nothing to 5 for the most. What is there is never shown as nothing.
fn shade(amount: i128, largest: i128) -> usize {
    if amount <= 0 || largest <= 0 {
        return 0;
    }
    let shade = match amount.checked_mul(SHADES) {
        Some(scaled) => scaled / largest + i128::from(scaled % largest != 0),
        None => amount / (largest / SHADES).max(1),
    };
    usize::try_from(shade.clamp(1, SHADES)).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn something_is_never_shown_as_nothing() {
        assert_eq!([0, -1, 1, 200, 201, 1_000].map(|amount| shade(amount, 1_000)), [0, 0, 1, 1, 2, 5]);
        assert_eq!(shade(i128::MAX, i128::MAX), 5);
        assert_eq!(shade(0, 0), 0);
    }
}
