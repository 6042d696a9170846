//! Names of groups as people read them, in drawings and reports: the very words of the page's table beside them.

use inkhorn_contract::{UsageDimension, UsageFilters};
use inkhorn_fault::Language;

pub(super) fn phrase(language: Language, english: &'static str, indonesian: &'static str) -> &'static str {
    match language {
        Language::English => english,
        Language::Indonesian => indonesian,
    }
}

/// The groups that have no place of their own.
pub(super) fn others(language: Language) -> &'static str {
    phrase(language, "others", "lainnya")
}

/// A group of a dimension. Without an app it was Inkhorn itself; anything else without a name is unknown.
pub(super) fn group_words(by: UsageDimension, name: &str, language: Language) -> String {
    let words = match (by, name) {
        (UsageDimension::Feature, feature) => feature_words(feature, language),
        (UsageDimension::App, "") => Some(phrase(language, "Inkhorn itself", "Inkhorn sendiri")),
        (_, "") => Some(unknown(language)),
        _ => None,
    };
    words.unwrap_or(name).to_owned()
}

/// What is let through, in the order in which the page offers it.
pub(super) fn filter_words(filters: &UsageFilters, language: Language) -> Vec<String> {
    let asked = [
        (UsageDimension::Provider, &filters.provider),
        (UsageDimension::Model, &filters.model),
        (UsageDimension::Feature, &filters.feature),
        (UsageDimension::App, &filters.app),
        (UsageDimension::Connection, &filters.connection),
    ];
    let words = |(by, name): (UsageDimension, &Option<String>)| {
        let name = name.as_deref()?;
        // Outside of a table nothing else says what it is that is unknown.
        let nameless = match by {
            UsageDimension::Provider => phrase(language, "provider unknown", "penyedia tidak diketahui"),
            UsageDimension::Connection => phrase(language, "connection unknown", "sambungan tidak diketahui"),
            _ => "",
        };
        let unnamed = name.is_empty() && !nameless.is_empty();
        Some(if unnamed { nameless.to_owned() } else { group_words(by, name, language) })
    };
    asked.into_iter().filter_map(words).collect()
}

fn unknown(language: Language) -> &'static str {
    phrase(language, "unknown", "tidak diketahui")
}

/// What Inkhorn's own parts call what they do; a word of the writer's own stays as it is.
fn feature_words(feature: &str, language: Language) -> Option<&'static str> {
    Some(match feature {
        "chat" | "desk" => phrase(language, "Desk", "Meja"),
        "gateway" => phrase(language, "other programs", "program lain"),
        "prose" => phrase(language, "prose tasks", "tugas prosa"),
        "prompt" => phrase(language, "prompts", "prompt"),
        "summarise" => phrase(language, "summaries", "ringkasan"),
        crate::assistants::auto::FEATURE => {
            phrase(language, "choosing an assistant (Auto)", "memilih asisten (Auto)")
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    /// The page's own words.
    fn page(folder: &str, language: &str) -> Value {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../ui/src/");
        let words = std::fs::read_to_string(format!("{root}{folder}/words/{language}.json"));
        serde_json::from_str(&words.expect("the page's words")).expect("JSON")
    }

    #[test]
    fn drawings_and_reports_call_groups_as_the_page_does() {
        for (language, name) in [(Language::English, "en"), (Language::Indonesian, "id")] {
            let (usage, shared) = (page("features/usage", name), page("shared", name));
            let features = usage["features"].as_object().expect("features");
            assert!(features.len() > 5);
            for (feature, words) in features {
                assert_eq!(*words, *group_words(UsageDimension::Feature, feature, language));
            }
            assert_eq!(usage["no_app"], *group_words(UsageDimension::App, "", language));
            assert_eq!(usage["others"], *others(language));
            for by in [UsageDimension::Provider, UsageDimension::Connection, UsageDimension::Model] {
                assert_eq!(shared["unknown"], *group_words(by, "", language), "{by:?}");
            }
        }
        // The writer's own word is theirs, and a model named like a feature is a model.
        assert_eq!(group_words(UsageDimension::Feature, "novel", Language::English), "novel");
        assert_eq!(group_words(UsageDimension::Model, "chat", Language::English), "chat");
    }

    #[test]
    fn a_filter_for_what_has_no_name_is_named() {
        let none = || Some(String::new());
        let filters = UsageFilters { provider: none(), app: none(), ..UsageFilters::default() };
        assert_eq!(filter_words(&filters, Language::English), ["provider unknown", "Inkhorn itself"]);
        let filters = UsageFilters { feature: Some("chat".into()), ..UsageFilters::default() };
        assert_eq!(filter_words(&filters, Language::Indonesian), ["Meja"]);
    }
}
