//! What drawings are made with: fonts, inks, sizes; and the two papers, SVG and bitmap.

use crate::NotDrawn;
use crate::ink::{Ink, Look};
use crate::svg::{Mark, Sheet, document};
use inkhorn_fault::Language;
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea};
use plotters::element::{Circle, PathElement, Rectangle};
use plotters::prelude::BitMapBackend;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontStyle, IntoFont, RGBColor, ShapeStyle, TextStyle, register_font};
use plotters_backend::DrawingBackend;
use std::sync::LazyLock;

/// The page's own type, cut to Latin letters, so that text is measured the same everywhere and a bitmap needs no font
/// of the system. Under the SIL Open Font License, which lies beside it.
const FONT: &str = "Source Sans 3";
static REGISTERED: LazyLock<bool> = LazyLock::new(|| {
    let plain = register_font(FONT, FontStyle::Normal, include_bytes!("../font/source-sans-3-latin.ttf"));
    let bold = register_font(FONT, FontStyle::Bold, include_bytes!("../font/source-sans-3-latin-600.ttf"));
    plain.is_ok() && bold.is_ok()
});

/// The height of a line of type for a size in em pixels: plotters counts sizes by height.
const HEIGHT_OF_EM: f64 = 1.24;

/// Area that a drawing is made on.
pub(crate) type Area<DB> = DrawingArea<DB, Shift>;

/// What one drawing is made with.
#[derive(Clone, Copy)]
pub(crate) struct Pen {
    pub look: Look,
    pub language: Language,
    /// Pixels of the paper for one of ours: 2 makes a bitmap sharp on fine screens.
    pub fine: i32,
    /// The paper knows only the letters of our own font.
    pub own_letters: bool,
}

impl Pen {
    pub(crate) fn for_svg(look: Look, language: Language) -> Self {
        Self { look, language, fine: 1, own_letters: false }
    }

    pub(crate) fn colour(&self, ink: Ink) -> RGBColor {
        ink.colour(self.look)
    }

    pub(crate) fn fill(&self, ink: Ink) -> ShapeStyle {
        self.colour(ink).filled()
    }

    pub(crate) fn wash(&self, ink: Ink, share: f64) -> ShapeStyle {
        self.colour(ink).mix(share).filled()
    }

    pub(crate) fn line(&self, ink: Ink, width: i32) -> ShapeStyle {
        self.colour(ink).stroke_width((width * self.fine).unsigned_abs())
    }

    /// Text of a size in pixels.
    pub(crate) fn text(&self, size: i32, ink: Ink, across: HPos, down: VPos) -> TextStyle<'static> {
        self.style(size, FontStyle::Normal, ink, Pos::new(across, down))
    }

    /// The same, in bold.
    pub(crate) fn bold(&self, size: i32, ink: Ink, across: HPos, down: VPos) -> TextStyle<'static> {
        self.style(size, FontStyle::Bold, ink, Pos::new(across, down))
    }

    fn style(&self, size: i32, weight: FontStyle, ink: Ink, pos: Pos) -> TextStyle<'static> {
        let size = f64::from(size * self.fine) * HEIGHT_OF_EM;
        let color = self.colour(ink).to_backend_color();
        TextStyle { font: (FONT, size, weight).into_font(), color, pos }
    }

    /// Text as this paper can show it.
    pub(crate) fn letters(&self, text: &str) -> String {
        let known = |letter: char| {
            let code = letter as u32;
            (0x20..0x7f).contains(&code)
                || (0xa0..=0xff).contains(&code)
                || matches!(letter, '–' | '—' | '‘' | '’' | '“' | '”' | '…' | '€')
        };
        text.chars().map(|letter| if !self.own_letters || known(letter) { letter } else { '?' }).collect()
    }

    /// Text that is at most `room` of our pixels wide, with its end cut off where it must be.
    pub(crate) fn fitted(&self, text: &str, size: i32, room: i32) -> Result<String, NotDrawn> {
        let text = self.letters(text);
        let style = self.text(size, Ink::Text, HPos::Left, VPos::Top);
        let fits = |text: &str| -> Result<bool, NotDrawn> {
            let ((left, _), (right, _)) = style.font.layout_box(text).map_err(NotDrawn::because)?;
            Ok(right - left <= room * self.fine)
        };
        if fits(&text)? {
            return Ok(text);
        }
        let mut letters: Vec<char> = text.chars().take(200).collect();
        while letters.pop().is_some() {
            let cut = format!("{}…", letters.iter().collect::<String>().trim_end());
            if fits(&cut)? {
                return Ok(cut);
            }
        }
        Ok(String::new())
    }
}

/// Makes an SVG document of what `draw` draws.
pub(crate) fn on_svg(
    size: (u32, u32),
    pen: Pen,
    name: &str,
    draw: impl FnOnce(&Area<Sheet<'_>>) -> Result<Vec<Mark>, NotDrawn>,
) -> Result<String, NotDrawn> {
    fonts()?;
    let mut body = String::new();
    let marks = {
        let area = Sheet::new(&mut body, size, pen.look).into_drawing_area();
        if pen.look != Look::Page {
            area.fill(&pen.colour(Ink::Paper)).map_err(not_drawn)?;
        }
        draw(&area)?
    };
    Ok(document(size, pen.look, name, &body, &marks))
}

/// Makes a PNG picture of what `draw` draws, two pixels for one.
pub(crate) fn on_bitmap(
    size: (u32, u32),
    pen: Pen,
    draw: impl FnOnce(&Area<BitMapBackend<'_>>) -> Result<(), NotDrawn>,
) -> Result<Vec<u8>, NotDrawn> {
    fonts()?;
    let fine = pen.fine.unsigned_abs();
    let (width, height) = (size.0 * fine, size.1 * fine);
    let mut pixels = vec![0; width as usize * height as usize * 3];
    {
        let area = BitMapBackend::with_buffer(&mut pixels, (width, height)).into_drawing_area();
        area.fill(&pen.colour(Ink::Paper)).map_err(not_drawn)?;
        draw(&area)?;
        area.present().map_err(not_drawn)?;
    }
    let mut picture = Vec::new();
    let mut encoder = png::Encoder::new(&mut picture, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().map_err(NotDrawn::because)?;
    writer.write_image_data(&pixels).map_err(NotDrawn::because)?;
    writer.finish().map_err(NotDrawn::because)?;
    Ok(picture)
}

pub(crate) fn not_drawn<E: std::error::Error + Send + Sync>(error: DrawingAreaErrorKind<E>) -> NotDrawn {
    NotDrawn::because(error)
}

/// A filled rectangle between two corners.
pub(crate) fn block<DB: DrawingBackend>(
    area: &Area<DB>,
    from: (i32, i32),
    to: (i32, i32),
    style: ShapeStyle,
) -> Result<(), NotDrawn> {
    area.draw(&Rectangle::new([from, to], style)).map_err(not_drawn)
}

/// A line through points.
pub(crate) fn stroke<DB: DrawingBackend>(
    area: &Area<DB>,
    points: Vec<(i32, i32)>,
    style: ShapeStyle,
) -> Result<(), NotDrawn> {
    area.draw(&PathElement::new(points, style)).map_err(not_drawn)
}

/// A dot.
pub(crate) fn dot<DB: DrawingBackend>(
    area: &Area<DB>,
    at: (i32, i32),
    radius: i32,
    style: ShapeStyle,
) -> Result<(), NotDrawn> {
    area.draw(&Circle::new(at, radius, style)).map_err(not_drawn)
}

/// A line of text.
pub(crate) fn write<DB: DrawingBackend>(
    area: &Area<DB>,
    text: &str,
    style: &TextStyle<'_>,
    at: (i32, i32),
) -> Result<(), NotDrawn> {
    area.draw_text(text, style, at).map_err(not_drawn)
}

fn fonts() -> Result<(), NotDrawn> {
    REGISTERED.then_some(()).ok_or_else(|| NotDrawn::because("the built-in font cannot be read"))
}
