//! A prompt's text as a template: `{{name}}` is a blank, `\{{` are two braces that are meant as such, and everything else
//! is text. Pure.
//!
//! Before two braces backslashes count in pairs, so that a blank may follow one: `\\{{name}}`. Anywhere else a backslash
//! is a backslash, and `}}` without a beginning is text. What is filled in is never read again.

use crate::lines::one_line;
use inkhorn_fault::{Code, Fault, Result};
use std::fmt::Write;

/// Longest name of a blank, in letters.
pub(crate) const LONGEST_NAME: usize = 60;
/// Most different blanks in one prompt.
pub(crate) const MOST_BLANKS: usize = 100;

const OPEN: &str = "{{";
const CLOSE: &str = "}}";

/// A text that was read.
pub(crate) struct Template<'t> {
    pieces: Vec<Piece<'t>>,
    names: Vec<String>,
}

enum Piece<'t> {
    Text(&'t str),
    /// The blank at this place of `names`.
    Blank(usize),
}

/// What was filled in, and what was not.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Filled {
    pub text: String,
    /// Names of blanks for which there was nothing.
    pub missing: Vec<String>,
}

impl<'t> Template<'t> {
    /// Reads a text.
    ///
    /// # Errors
    /// `bad_request` with the line of a blank that is not closed or whose name cannot be, never with what stands there;
    /// `over_limit` for too many.
    pub(crate) fn read(text: &'t str) -> Result<Self> {
        let (mut pieces, mut names) = (Vec::new(), Vec::<String>::new());
        let mut rest = text;
        while let Some(at) = rest.find(OPEN) {
            let before = &rest[..at];
            let bare = before.trim_end_matches('\\');
            let slashes = before.len() - bare.len();
            // Half of the backslashes are for the other half; one that is left over is for the braces.
            pieces.push(Piece::Text(&before[..bare.len() + slashes / 2]));
            let inner = &rest[at + OPEN.len()..];
            if slashes % 2 == 1 {
                pieces.push(Piece::Text(OPEN));
                rest = inner;
                continue;
            }
            let line = text[..text.len() - rest.len() + at].matches('\n').count() + 1;
            let name = inner.find(CLOSE).map(|end| &inner[..end]);
            let (name, raw) =
                name.and_then(|raw| Some((read_name(raw)?, raw))).ok_or_else(|| broken(line))?;
            let known = names.iter().position(|known| fold(known) == fold(&name));
            pieces.push(Piece::Blank(known.unwrap_or(names.len())));
            if known.is_none() {
                names.push(name);
            }
            if names.len() > MOST_BLANKS {
                return Err(Fault::new(Code::OverLimit).with("blanks", MOST_BLANKS));
            }
            rest = &inner[raw.len() + CLOSE.len()..];
        }
        pieces.push(Piece::Text(rest));
        Ok(Self { pieces, names })
    }

    /// The names of its blanks, each once, as first written.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// The text with its blanks filled; a blank for which there is nothing is left as it is. `None` where the whole would
    /// be longer than so many bytes.
    pub(crate) fn fill<'v>(&self, value: impl Fn(&str) -> Option<&'v str>, most: usize) -> Option<Filled> {
        let values: Vec<Option<&str>> = self.names.iter().map(|name| value(name)).collect();
        // Counted before it is built: a long value may stand in very many places.
        let length = |piece: &Piece<'_>| match piece {
            Piece::Text(text) => text.len(),
            Piece::Blank(at) => values[*at].map_or(self.names[*at].len() + 4, str::len),
        };
        let whole = self.pieces.iter().try_fold(0usize, |sum, piece| sum.checked_add(length(piece)))?;
        if whole > most {
            return None;
        }
        let mut text = String::with_capacity(whole);
        for piece in &self.pieces {
            match piece {
                Piece::Text(piece) => text.push_str(piece),
                Piece::Blank(at) => match values[*at] {
                    Some(value) => text.push_str(value),
                    None => drop(write!(text, "{{{{{}}}}}", self.names[*at])),
                },
            }
        }
        let missing = self.names.iter().zip(&values).filter(|(_, value)| value.is_none());
        Some(Filled { text, missing: missing.map(|(name, _)| name.clone()).collect() })
    }
}

/// Two names that differ in this way only are one blank.
pub(crate) fn fold(name: &str) -> String {
    name.trim().to_lowercase()
}

/// A name as it counts, or `None` for one that cannot be.
pub(crate) fn read_name(name: &str) -> Option<String> {
    if name.contains(['{', '}']) { None } else { one_line(name, LONGEST_NAME) }
}

fn broken(line: usize) -> Fault {
    Fault::new(Code::BadRequest).with("blank_line", line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn filled(text: &str, values: &[(&str, &str)]) -> Filled {
        let template = Template::read(text).expect("a template");
        let find =
            |name: &str| values.iter().find(|(known, _)| fold(known) == fold(name)).map(|(_, value)| *value);
        template.fill(find, 1 << 20).expect("it fits")
    }

    fn refused(text: &str) -> Fault {
        Template::read(text).err().expect("refused")
    }

    #[test]
    fn blanks_are_filled_wherever_they_stand_and_are_one_whatever_their_capitals() {
        let text = "Write as {{ Author }}: {{scene}}. {{AUTHOR}}, mind the {{scene}}!";
        assert_eq!(Template::read(text).expect("a template").names(), ["Author", "scene"]);
        let told = filled(text, &[("author", "Melville"), ("scene", "the chase")]);
        assert_eq!(told.text, "Write as Melville: the chase. Melville, mind the the chase!");
        assert_eq!(told.missing, [""; 0]);
    }

    #[test]
    fn what_is_missing_is_named_and_its_blank_stays() {
        let told = filled("{{a}} and {{ b }}", &[("a", "1")]);
        assert_eq!((told.text.as_str(), told.missing), ("1 and {{b}}", vec!["b".to_owned()]));
    }

    #[test]
    fn a_value_is_text_whatever_stands_in_it() {
        let told = filled("{{a}}{{b}}", &[("a", "{{b}} \\{{"), ("b", "{{a}}")]);
        assert_eq!(told.text, "{{b}} \\{{{{a}}");
    }

    #[test]
    fn braces_that_are_meant_as_such_are_escaped() {
        assert_eq!(
            filled("\\{{a}} is how it is written, {{a}} how it reads", &[("a", "x")]).text,
            "{{a}} is how it is written, x how it reads"
        );
        assert_eq!(filled("C:\\\\{{a}}", &[("a", "x")]).text, "C:\\x");
        assert_eq!(filled("\\\\\\{{", &[]).text, "\\{{");
        assert_eq!(filled("a \\ b }} c { d }", &[]).text, "a \\ b }} c { d }", "no blanks, nothing read");
    }

    #[test]
    fn names_in_any_script_are_names() {
        let told = filled(
            "{{主人公の名前}} {{имя}} {{اسم}} {{nama tokoh}} {{😀}}",
            &[("主人公の名前", "花"), ("ИМЯ", "Анна"), ("اسم", "x"), ("Nama Tokoh", "Sri"), ("😀", "y")],
        );
        assert_eq!(told.text, "花 Анна x Sri y");
    }

    #[test]
    fn what_begins_a_blank_and_is_none_is_told_by_its_line_and_never_quoted() {
        let long = format!("{{{{{}}}}}", "x".repeat(61));
        for text in [
            "a\nb {{secret",
            "\n{{}}",
            "\n{{ \t }}",
            "\n{{{secret}}}",
            "\n{{two\nlines}}",
            "\n{{a\u{202e}b}}",
            &format!("\n{long}"),
        ] {
            let fault = refused(text);
            assert_eq!(fault.code(), Code::BadRequest, "{text:?}");
            assert!(
                fault.facts().iter().any(|(name, value)| *name == "blank_line" && value == "2"),
                "{text:?}"
            );
            assert!(!fault.message().contains("secret"), "{}", fault.message());
        }
        let many: String = (0..1_000).map(|n| format!("{{{{blank {n}}}}} ")).collect();
        assert_eq!(refused(&many).code(), Code::OverLimit);
        let often = "{{one}}".repeat(1_000);
        assert_eq!(Template::read(&often).expect("one blank, often").names().len(), 1);
    }

    #[test]
    fn a_whole_that_would_be_too_long_is_not_built() {
        let text = "{{a}}".repeat(50_000);
        let value = "x".repeat(1 << 20);
        let template = Template::read(&text).expect("a template");
        assert_eq!(template.fill(|_| Some(&value), 1 << 24), None);
    }

    /// What a writer does to braces that are meant as such.
    fn escaped(text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(OPEN) {
            let before = &rest[..at];
            let slashes = before.len() - before.trim_end_matches('\\').len();
            out.push_str(before);
            out.push_str(&"\\".repeat(slashes + 1));
            out.push_str(OPEN);
            rest = &rest[at + OPEN.len()..];
        }
        out + rest
    }

    proptest! {
        #[test]
        fn an_escaped_text_is_filled_to_itself(text in "[a{}\\\\ \n字]{0,60}") {
            let template = escaped(&text);
            let read = Template::read(&template).expect("nothing in it is a blank");
            prop_assert!(read.names().is_empty());
            prop_assert_eq!(read.fill(|_| None, usize::MAX).expect("it fits").text, text);
        }

        #[test]
        fn values_stand_where_their_blanks_stood(values in prop::collection::vec("[{}\\\\a\n]{0,12}", 1..6)) {
            let text: String = (0..values.len()).map(|n| format!("<{{{{v{n}}}}}>")).collect();
            let read = Template::read(&text).expect("a template");
            let at = |name: &str| name[1..].parse::<usize>().ok().map(|n| values[n].as_str());
            let whole: String = values.iter().map(|value| format!("<{value}>")).collect();
            prop_assert_eq!(read.fill(at, usize::MAX).expect("it fits").text, whole);
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,200}|[{}\\\\a]{0,200}") {
            if let Ok(read) = Template::read(&text) {
                prop_assert!(read.names().len() <= MOST_BLANKS);
                read.fill(|_| Some(""), usize::MAX).expect("it fits");
            }
        }
    }
}
