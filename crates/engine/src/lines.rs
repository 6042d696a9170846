//! Names and labels that the writer types: one line each, and no letters that hide or turn others.

/// A line of one to `most` letters, without the space around it; `None` for what is none.
pub(crate) fn one_line(text: &str, most: usize) -> Option<String> {
    let text = text.trim();
    let fits = |letter: char| !letter.is_control() && !is_invisible(letter);
    let short = text.chars().take(most + 1).count() <= most;
    (!text.is_empty() && short && text.chars().all(fits)).then(|| text.to_owned())
}

/// Letters that turn or hide others: two names that look the same must be the same. Joiners are none of them; some scripts
/// cannot be written without.
pub(crate) fn is_invisible(letter: char) -> bool {
    matches!(
        letter,
        '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_line_and_shows_all_that_it_has() {
        assert_eq!(one_line("  Bab satu ", 8).as_deref(), Some("Bab satu"));
        assert_eq!(one_line("می\u{200c}خواهم", 9).as_deref(), Some("می\u{200c}خواهم"), "joiners are letters");
        for wrong in ["", " \t", "two\nlines", "a\u{202e}b", "too long"] {
            assert_eq!(one_line(wrong, 7), None, "{wrong:?}");
        }
    }
}
