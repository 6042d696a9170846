//! The assistants that come with Inkhorn: data, in `assistants.json`.

use inkhorn_contract::NameView;
use inkhorn_domain::MemberSettings;
use serde::Deserialize;
use std::sync::LazyLock;

/// One of them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BuiltIn {
    pub id: String,
    pub name: NameView,
    pub description: NameView,
    pub feature: String,
    #[serde(default)]
    pub settings: MemberSettings,
    #[serde(default)]
    pub web_search: bool,
    instructions: Vec<String>,
}

impl BuiltIn {
    /// Its instructions as one text.
    pub(crate) fn instructions(&self) -> String {
        self.instructions.join("\n")
    }
}

/// All of them, in the order in which they are shown. The first is an ordinary conversation.
pub(crate) fn all() -> &'static [BuiltIn] {
    static ALL: LazyLock<Vec<BuiltIn>> =
        LazyLock::new(|| serde_json::from_str(include_str!("../../assistants.json")).unwrap_or_default());
    &ALL
}

/// The one of this id.
pub(crate) fn find(id: &str) -> Option<&'static BuiltIn> {
    all().iter().find(|one| one.id == id)
}

/// The one that nothing is wrong with, whatever the text is.
pub(crate) const CONVERSATION: &str = "conversation";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::choice::FEATURES;

    #[test]
    fn the_nine_are_whole_in_both_languages() {
        let ids: Vec<_> = all().iter().map(|one| one.id.as_str()).collect();
        let expected = [
            CONVERSATION,
            "code",
            "research",
            "blog",
            "email",
            "email-design",
            "web-search",
            "analysis",
            "expenses",
        ];
        assert_eq!(ids, expected);
        for one in all() {
            for text in [&one.name.en, &one.name.id, &one.description.en, &one.description.id] {
                assert!(!text.trim().is_empty() && text.chars().count() <= 120, "{}: {text}", one.id);
            }
            assert!(one.description.en != one.description.id, "{} is translated", one.id);
            assert!(FEATURES.contains(&one.feature.as_str()), "{}: {}", one.id, one.feature);
            assert_eq!(one.settings.problem(), None, "{}", one.id);
            let instructions = one.instructions();
            assert!((400..2_000).contains(&instructions.len()), "{}: {}", one.id, instructions.len());
            assert!(instructions.contains("language"), "{} answers in the writer's language", one.id);
        }
        let search: Vec<_> = all().iter().filter(|one| one.web_search).map(|one| one.id.as_str()).collect();
        assert_eq!(search, ["research", "web-search"]);
    }
}
