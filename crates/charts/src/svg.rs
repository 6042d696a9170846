//! A drawing as SVG: the backend that plotters draws on.
//!
//! Every text is escaped here and nowhere else, and nothing is written but rectangles, lines, circles, polygons and
//! text: no script, no style, no link, no outside picture. The same drawing always gives the same bytes.

use crate::ink::{Ink, Look};
use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
};
use std::convert::Infallible;
use std::fmt::Write;

/// plotters means by a font's size its whole height; SVG means the em.
const HEIGHT_OF_EM: f64 = 1.24;

type Done = Result<(), DrawingErrorKind<Infallible>>;

/// Something in a drawing that says its value when pointed at or reached by keyboard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Its place, in pixels: left, top, right, bottom.
    pub place: (i32, i32, i32, i32),
    /// What it says.
    pub says: String,
    /// Its exact number.
    pub value: String,
    /// The exact numbers of its layers.
    pub parts: Vec<String>,
}

/// Where plotters draws to.
pub(crate) struct Sheet<'s> {
    out: &'s mut String,
    size: (u32, u32),
    look: Look,
}

impl<'s> Sheet<'s> {
    pub(crate) fn new(out: &'s mut String, size: (u32, u32), look: Look) -> Self {
        Self { out, size, look }
    }

    fn fill(&self, color: BackendColor) -> String {
        self.paint("fill", color)
    }

    fn stroke<S: BackendStyle>(&self, style: &S) -> String {
        let mut text = self.paint("stroke", style.color());
        if style.stroke_width() != 1 {
            // Writing to a string cannot fail, here and below.
            let _ = write!(text, " stroke-width=\"{}\"", style.stroke_width());
        }
        text
    }

    fn paint(&self, what: &str, color: BackendColor) -> String {
        let (red, green, blue) = color.rgb;
        let mut text = match Ink::of(color.rgb).filter(|_| self.look == Look::Page) {
            Some(ink) => format!("{what}=\"var(--{})\"", ink.variable()),
            None => format!("{what}=\"#{red:02x}{green:02x}{blue:02x}\""),
        };
        if color.alpha < 1.0 {
            let _ = write!(text, " {what}-opacity=\"{:.2}\"", color.alpha);
        }
        text
    }

    fn polygon(&mut self, tag: &str, points: impl IntoIterator<Item = BackendCoord>, paint: &str) {
        let points: Vec<_> = points.into_iter().map(|(x, y)| format!("{x},{y}")).collect();
        let _ = writeln!(self.out, "<{tag} points=\"{}\" {paint}/>", points.join(" "));
    }
}

impl DrawingBackend for Sheet<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Done {
        Ok(())
    }

    fn present(&mut self) -> Done {
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, color: BackendColor) -> Done {
        let paint = self.fill(color);
        let _ = writeln!(self.out, "<rect x=\"{x}\" y=\"{y}\" width=\"1\" height=\"1\" {paint}/>");
        Ok(())
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Done {
        if style.color().alpha > 0.0 {
            let ((x1, y1), (x2, y2), paint) = (from, to, self.stroke(style));
            let _ = writeln!(self.out, "<line x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\" {paint}/>");
        }
        Ok(())
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Done {
        if style.color().alpha > 0.0 {
            let (x, y) = (from.0.min(to.0), from.1.min(to.1));
            let (width, height) = ((to.0 - from.0).abs(), (to.1 - from.1).abs());
            let paint =
                if fill { self.fill(style.color()) } else { format!("fill=\"none\" {}", self.stroke(style)) };
            let _ = writeln!(
                self.out,
                "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" {paint}/>"
            );
        }
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Done {
        if style.color().alpha > 0.0 {
            let paint = format!("fill=\"none\" {} stroke-linejoin=\"round\"", self.stroke(style));
            self.polygon("polyline", path, &paint);
        }
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        centre: BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Done {
        if style.color().alpha > 0.0 {
            let paint =
                if fill { self.fill(style.color()) } else { format!("fill=\"none\" {}", self.stroke(style)) };
            let (x, y) = centre;
            let _ = writeln!(self.out, "<circle cx=\"{x}\" cy=\"{y}\" r=\"{radius}\" {paint}/>");
        }
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        corners: I,
        style: &S,
    ) -> Done {
        if style.color().alpha > 0.0 {
            let paint = self.fill(style.color());
            self.polygon("polygon", corners, &paint);
        }
        Ok(())
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, (x, y): BackendCoord) -> Done {
        if style.color().alpha == 0.0 {
            return Ok(());
        }
        let size = style.size() / HEIGHT_OF_EM;
        let anchor = match style.anchor().h_pos {
            HPos::Left => "",
            HPos::Center => " text-anchor=\"middle\"",
            HPos::Right => " text-anchor=\"end\"",
        };
        // Where the line of the letters lies: dominant-baseline is not understood everywhere.
        let down = match style.anchor().v_pos {
            VPos::Top => size * 0.82,
            VPos::Center => size * 0.34,
            VPos::Bottom => -size * 0.18,
        };
        let weight = if style.style().as_str() == "bold" { " font-weight=\"600\"" } else { "" };
        let paint = self.fill(style.color());
        let _ = writeln!(
            self.out,
            "<text x=\"{x}\" y=\"{:.1}\" font-size=\"{size:.1}\"{anchor}{weight} {paint}>{}</text>",
            f64::from(y) + down,
            escape(text)
        );
        Ok(())
    }
}

/// The whole document: the drawing, then its marks over it, so that a whole column can be pointed at.
pub(crate) fn document(size: (u32, u32), look: Look, name: &str, body: &str, marks: &[Mark]) -> String {
    let (width, height) = size;
    let font = match look {
        Look::Page => "",
        Look::Light | Look::Dark => " font-family=\"'Source Sans 3', 'Segoe UI', system-ui, sans-serif\"",
    };
    let role = if marks.is_empty() { "img" } else { "group" };
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" role=\"{role}\" aria-label=\"{}\"{font}>\n",
        escape(name)
    );
    let hidden = if marks.is_empty() { "" } else { " aria-hidden=\"true\"" };
    let _ = write!(out, "<g{hidden}>\n{body}</g>\n");
    for (at, mark) in marks.iter().enumerate() {
        let (left, top, right, bottom) = mark.place;
        let says = escape(&mark.says);
        // One stop for the Tab key; arrows go from mark to mark.
        let stop = if at == 0 { "0" } else { "-1" };
        let _ = writeln!(
            out,
            "<rect x=\"{left}\" y=\"{top}\" width=\"{}\" height=\"{}\" fill=\"transparent\" class=\"mark\" \
             role=\"img\" tabindex=\"{stop}\" data-at=\"{at}\" data-value=\"{}\" data-parts=\"{}\">\
             <title>{says}</title></rect>",
            (right - left).max(1),
            (bottom - top).max(1),
            escape(&mark.value),
            escape(&mark.parts.join(" ")),
        );
    }
    out.push_str("</svg>\n");
    out
}

/// Text that cannot become markup, and holds nothing that a parser of XML refuses.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => out.push(' '),
            '\u{fffe}' | '\u{ffff}' => out.push(' '),
            letter if letter.is_control() => out.push(' '),
            letter => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_becomes_markup() {
        let name = "</title><script>alert(1)</script>\" onload='x' &\u{0}\u{202e}";
        let escaped = escape(name);
        assert!(!escaped.contains(['<', '>', '"', '\'', '\0', '\u{202e}']), "{escaped}");
        assert!(escaped.starts_with("&lt;/title&gt;&lt;script&gt;"), "{escaped}");
        let mark =
            Mark { place: (0, 0, 4, 4), says: name.into(), value: name.into(), parts: vec![name.into()] };
        let drawn = document((10, 10), Look::Page, name, "", &[mark]);
        assert!(!drawn.contains("<script") && !drawn.contains("onload='"), "{drawn}");
    }
}
