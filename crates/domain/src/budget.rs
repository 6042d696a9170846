//! What a budget is about, and for how long.

use crate::{ModelAddress, Slug};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// What a budget counts. As text: `all`, `connection:slug`, `model:slug/id`, `feature:word`, `app:name`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum BudgetScope {
    /// Every request.
    All,
    /// Those that go to this connection.
    Connection(Slug),
    /// Those that ask this model.
    Model(ModelAddress),
    /// Those that are for this.
    Feature(String),
    /// Those of this program.
    App(String),
}

/// What of a request a budget looks at.
#[derive(Clone, Copy, Debug)]
pub struct BudgetSubject<'r> {
    /// The connection's slug.
    pub connection: Option<&'r str>,
    /// The model asked for, in the provider's words.
    pub model: &'r str,
    /// What it is for.
    pub feature: &'r str,
    /// The program that asks.
    pub app: Option<&'r str>,
}

impl BudgetScope {
    /// Whether this request is counted.
    pub fn covers(&self, request: &BudgetSubject<'_>) -> bool {
        match self {
            Self::All => true,
            Self::Connection(slug) => request.connection == Some(slug.as_str()),
            Self::Model(model) => {
                request.connection == Some(model.slug.as_str()) && request.model == model.model
            }
            Self::Feature(feature) => request.feature == feature,
            Self::App(app) => request.app == Some(app.as_str()),
        }
    }
}

impl fmt::Display for BudgetScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Connection(slug) => write!(f, "connection:{}", slug.as_str()),
            Self::Model(model) => write!(f, "model:{model}"),
            Self::Feature(feature) => write!(f, "feature:{feature}"),
            Self::App(app) => write!(f, "app:{app}"),
        }
    }
}

/// A text that names no scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoScope;

impl FromStr for BudgetScope {
    type Err = NoScope;

    fn from_str(text: &str) -> Result<Self, NoScope> {
        if text == "all" {
            return Ok(Self::All);
        }
        let (kind, name) = text.split_once(':').ok_or(NoScope)?;
        if name.is_empty() || name.len() > 256 || name.chars().any(char::is_control) {
            return Err(NoScope);
        }
        match kind {
            "connection" => Slug::parse(name).map(Self::Connection).ok_or(NoScope),
            "model" => ModelAddress::parse(name).map(Self::Model).ok_or(NoScope),
            "feature" => Ok(Self::Feature(name.to_owned())),
            "app" => Ok(Self::App(name.to_owned())),
            _ => Err(NoScope),
        }
    }
}

/// How long a budget lasts before it begins anew, in the writer's own days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BudgetPeriod {
    /// From midnight to midnight.
    Day,
    /// From the first of a month to the first of the next.
    Month,
}

impl BudgetPeriod {
    /// The word that stands in answers and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Month => "month",
        }
    }

    /// Reads the word back.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Day, Self::Month].into_iter().find(|period| period.as_str() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_read_as_it_is_written() {
        for text in [
            "all",
            "connection:openai",
            "model:openai/gpt-4o",
            "model:or/meta/x:free",
            "feature:desk",
            "app:My editor",
        ] {
            assert_eq!(text.parse::<BudgetScope>().map(|scope| scope.to_string()), Ok(text.to_owned()));
        }
        for bad in [
            "",
            "everything",
            "connection:",
            "connection:Not A Slug",
            "model:no-slash",
            "all:x",
            "face:window",
            "app:a\nb",
        ] {
            assert_eq!(bad.parse::<BudgetScope>(), Err(NoScope), "{bad}");
        }
    }

    #[test]
    fn a_scope_covers_its_own_requests_only() {
        let request =
            BudgetSubject { connection: Some("openai"), model: "gpt-4o", feature: "desk", app: Some("vim") };
        let covers = |scope: &str| scope.parse::<BudgetScope>().expect("a scope").covers(&request);
        for scope in ["all", "connection:openai", "model:openai/gpt-4o", "feature:desk", "app:vim"] {
            assert!(covers(scope), "{scope}");
        }
        for scope in
            ["connection:groq", "model:groq/gpt-4o", "model:openai/gpt-4o-mini", "feature:chat", "app:emacs"]
        {
            assert!(!covers(scope), "{scope}");
        }
    }
}
