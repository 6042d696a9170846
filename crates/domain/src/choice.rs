//! How a model is chosen and used: what it is moderated like, where its price comes from, which rule picked it.

use serde::{Deserialize, Serialize};

/// What is known of the moderation on the way to a model and in it. Informational, never a promise; a provider's terms
/// bind the writer whatever stands here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ContentTag {
    /// The provider moderates what goes in or comes out.
    Filtered,
    /// Nobody on the way filters; the model itself may still refuse.
    Unfiltered,
    /// It is made or known to write for adults.
    AdultCapable,
}

impl ContentTag {
    /// Every one, for tables and forms.
    pub const ALL: [Self; 3] = [Self::Filtered, Self::Unfiltered, Self::AdultCapable];

    /// The word that stands in answers and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Filtered => "filtered",
            Self::Unfiltered => "unfiltered",
            Self::AdultCapable => "adult-capable",
        }
    }

    /// Reads the word back.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tag| tag.as_str() == word)
    }
}

/// Who told a price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PriceSource {
    /// The writer.
    Own,
    /// The provider's own list of models.
    List,
    /// The price book: the genai-prices data.
    Book,
    /// Nobody had to: it runs on the writer's machine.
    Local,
    /// Nobody did.
    Unknown,
}

impl PriceSource {
    /// The word that stands in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::List => "list",
            Self::Book => "book",
            Self::Local => "local",
            Self::Unknown => "unknown",
        }
    }
}

/// How a model is used when it is reached through a collection, where the request itself says nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MemberSettings {
    /// From 0 to 2.
    pub temperature: Option<f64>,
    /// Most tokens in one answer.
    pub max_tokens: Option<u64>,
    /// How much it thinks first: `none`, `minimal`, `low`, `medium`, `high`.
    pub reasoning: Option<String>,
}

impl MemberSettings {
    /// The words for how much a model thinks.
    pub const REASONING: [&str; 5] = ["none", "minimal", "low", "medium", "high"];

    /// Nothing is set.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What cannot be, in words for a person; `None` where all is well.
    pub fn problem(&self) -> Option<&'static str> {
        if self.temperature.is_some_and(|heat| !(0.0..=2.0).contains(&heat)) {
            return Some("temperature takes a number from 0 to 2");
        }
        if self.max_tokens.is_some_and(|most| !(1..=10_000_000).contains(&most)) {
            return Some("max_tokens takes a whole number of tokens");
        }
        if self.reasoning.as_deref().is_some_and(|word| !Self::REASONING.contains(&word)) {
            return Some("reasoning takes none, minimal, low, medium or high");
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_cannot_be_are_named() {
        let heat =
            |temperature| MemberSettings { temperature: Some(temperature), ..MemberSettings::default() };
        assert_eq!(heat(0.7).problem(), None);
        assert!(heat(2.1).problem().is_some() && heat(f64::NAN).problem().is_some());
        let most = MemberSettings { max_tokens: Some(0), ..MemberSettings::default() };
        let thinks = MemberSettings { reasoning: Some("a lot".to_owned()), ..MemberSettings::default() };
        assert!(most.problem().is_some() && thinks.problem().is_some());
    }
}
