//! The sentences of failures, from the word lists that the page shares.

use crate::Fault;
use serde_json::Value;
use std::sync::LazyLock;

/// A language that every sentence exists in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// English.
    English,
    /// Indonesian.
    Indonesian,
}

static ENGLISH: LazyLock<Value> = LazyLock::new(|| read(include_str!("../words/en.json")));
static INDONESIAN: LazyLock<Value> = LazyLock::new(|| read(include_str!("../words/id.json")));

fn read(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}

/// The `message` or `hint` of a fault. A sentence has variants: `message` is the plain one; `message_NAME` is taken
/// where the fact NAME is known. Facts stand in braces: `{address}`. An unknown fact leaves its braces out.
pub fn sentence(language: Language, fault: &Fault, part: &str) -> String {
    let list = match language {
        Language::English => &*ENGLISH,
        Language::Indonesian => &*INDONESIAN,
    };
    let entry = &list[fault.code().as_str()];
    let special = fault.facts().keys().find_map(|fact| entry[format!("{part}_{fact}")].as_str());
    let mut text = special.or_else(|| entry[part].as_str()).unwrap_or_default().to_owned();
    for (name, value) in fault.facts() {
        text = text.replace(&format!("{{{name}}}"), value);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;

    #[test]
    fn every_code_has_its_sentence_and_hint_in_both_languages() {
        for list in [&*ENGLISH, &*INDONESIAN] {
            for code in Code::ALL {
                for part in ["message", "hint"] {
                    let text = list[code.as_str()][part].as_str().unwrap_or_default();
                    assert!(text.len() > 10, "{} has no {part}", code.as_str());
                    assert!(!text.contains('!') && !text.contains('{'), "{}: {text}", code.as_str());
                }
            }
            let known = list.as_object().map(|entries| entries.len());
            assert_eq!(known, Some(Code::ALL.len()), "words for a code that does not exist");
        }
    }

    #[test]
    fn both_languages_have_the_same_variants() {
        for code in Code::ALL {
            let parts = |list: &Value| -> Vec<String> {
                let mut names: Vec<_> =
                    list[code.as_str()].as_object().into_iter().flat_map(|o| o.keys().cloned()).collect();
                names.sort();
                names
            };
            assert_eq!(parts(&ENGLISH), parts(&INDONESIAN), "{}", code.as_str());
        }
    }

    #[test]
    fn facts_fill_the_sentence_and_choose_its_variant() {
        let plain = Fault::new(Code::ConnectionRefused);
        let named = Fault::new(Code::ConnectionRefused).with("address", "localhost:11434");
        assert!(!plain.message().contains('{'), "{}", plain.message());
        assert!(named.message().contains("localhost:11434"), "{}", named.message());
    }
}
