//! The colours of drawings: the page's own, by role. Their values stand here for files that leave the program, and in
//! the page's style sheet for what is shown in it; a test of the page compares the two.

use plotters::style::RGBColor;

/// Where a drawing is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// In the page: colours are the page's variables, so that one drawing follows light and dark.
    Page,
    /// In a file, on light paper.
    Light,
    /// In a file, on dark paper.
    Dark,
}

/// What a colour is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// The ground.
    Paper,
    /// Headings and totals.
    Text,
    /// Words and figures beside a drawing.
    Soft,
    /// Lines that only guide the eye.
    Hair,
    /// What went wrong.
    Wax,
    /// A layer, counted from the largest.
    Layer(usize),
}

/// Layers that can be told apart. The last of them gathers the rest.
pub const LAYERS: usize = 6;

const ROLES: [Ink; 11] = [
    Ink::Paper,
    Ink::Text,
    Ink::Soft,
    Ink::Hair,
    Ink::Wax,
    Ink::Layer(0),
    Ink::Layer(1),
    Ink::Layer(2),
    Ink::Layer(3),
    Ink::Layer(4),
    Ink::Layer(5),
];

impl Ink {
    /// The name of the page's variable.
    pub fn variable(self) -> &'static str {
        match self {
            Ink::Paper => "paper",
            Ink::Text => "ink",
            Ink::Soft => "soft",
            Ink::Hair => "hair",
            Ink::Wax => "wax",
            Ink::Layer(0) => "chart-1",
            Ink::Layer(1) => "chart-2",
            Ink::Layer(2) => "chart-3",
            Ink::Layer(3) => "chart-4",
            Ink::Layer(4) => "chart-5",
            Ink::Layer(_) => "chart-6",
        }
    }

    /// Its colour. Within a look each role has a colour of its own: drawings for the page find the role by it.
    pub fn colour(self, look: Look) -> RGBColor {
        let (light, dark) = match self {
            Ink::Paper => (0xfaf7f0, 0x1e1b17),
            Ink::Text => (0x23201b, 0xe6ded0),
            Ink::Soft => (0x575145, 0xb8ae9d),
            Ink::Hair => (0xe4dccc, 0x35302a),
            Ink::Wax => (0x96291f, 0xe59485),
            Ink::Layer(0) => (0x27408b, 0xa3b6ee),
            Ink::Layer(1) => (0x8495c6, 0x6577ae),
            Ink::Layer(2) => (0x7d6a48, 0xc9b489),
            Ink::Layer(3) => (0xb6a27c, 0x7f6f52),
            Ink::Layer(4) => (0x4f6f83, 0x86a9bf),
            Ink::Layer(_) => (0xa39a89, 0x635b4f),
        };
        let [_, red, green, blue] = u32::to_be_bytes(if look == Look::Dark { dark } else { light });
        RGBColor(red, green, blue)
    }

    /// The role that has this colour in a drawing for the page.
    pub(crate) fn of(colour: (u8, u8, u8)) -> Option<Ink> {
        ROLES.into_iter().find(|ink| {
            let RGBColor(red, green, blue) = ink.colour(Look::Page);
            (red, green, blue) == colour
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_is_found_by_its_colour() {
        for ink in ROLES {
            let RGBColor(red, green, blue) = ink.colour(Look::Page);
            assert_eq!(Ink::of((red, green, blue)), Some(ink));
        }
        assert_eq!(Ink::of((1, 2, 3)), None);
    }

    #[test]
    fn the_page_names_the_same_colours() {
        let sheet = concat!(env!("CARGO_MANIFEST_DIR"), "/../../ui/src/shared/style/page.css");
        let sheet = std::fs::read_to_string(sheet).expect("the page's style sheet");
        let (light, dark) = sheet.split_once("[data-look='dark']").expect("two looks");
        for ink in ROLES {
            for (look, part) in [(Look::Light, light), (Look::Dark, dark)] {
                let RGBColor(red, green, blue) = ink.colour(look);
                let line = format!("--{}: #{red:02x}{green:02x}{blue:02x};", ink.variable());
                assert!(part.contains(&line), "page.css has no {line}");
            }
        }
    }
}
