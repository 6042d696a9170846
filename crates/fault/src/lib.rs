//! The one error that reaches a person, in every face: what happened, why, what to do.
//!
//! A [`Fault`] carries a [`Code`] and the facts that its sentence needs; the sentences stand in `words/en.json` and
//! `words/id.json`, which the page shares. It is made once, where the failure is understood, and passed on unchanged.
//! It never holds a key or the writer's text: text of a provider goes in scrubbed, through [`Fault::with_detail`].

mod code;
mod words;

pub use code::{Blame, Code, Reaction};
pub use words::{Language, sentence};

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// `Result` with a [`Fault`].
pub type Result<T, E = Fault> = std::result::Result<T, E>;

/// One failure. Boxed inside, so that a `Result` stays small.
#[derive(Clone, PartialEq, Eq)]
pub struct Fault(Box<Facts>);

#[derive(Clone, PartialEq, Eq)]
struct Facts {
    code: Code,
    facts: BTreeMap<&'static str, String>,
    retry_after: Option<Duration>,
    status: Option<u16>,
    detail: Option<String>,
}

impl Fault {
    /// A failure of this kind.
    pub fn new(code: Code) -> Self {
        Self(Box::new(Facts { code, facts: BTreeMap::new(), retry_after: None, status: None, detail: None }))
    }

    /// Adds a fact that the sentence names, such as `address` or `model`. Never a secret, never the writer's text.
    /// Cut at 300 characters; control characters become spaces.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.0.facts.insert(name, tidy(&value.to_string(), 300));
        self
    }

    /// The wait that the provider told, rounded up to milliseconds.
    #[must_use]
    pub fn with_retry_after(mut self, wait: Duration) -> Self {
        self.0.retry_after = Some(wait);
        self.with("wait", format!("{} s", wait.as_millis().div_ceil(1000)))
    }

    /// The raw HTTP status behind it.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.0.status = Some(status);
        self
    }

    /// The provider's own words, already scrubbed of secrets. Cut at 2,000 characters.
    #[must_use]
    pub fn with_detail(mut self, detail: &str) -> Self {
        let detail = tidy(detail, 2_000);
        self.0.detail = (!detail.is_empty()).then_some(detail);
        self
    }

    /// Its kind.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// The facts by name, for a face that words the sentence itself.
    pub fn facts(&self) -> &BTreeMap<&'static str, String> {
        &self.0.facts
    }

    /// The wait that the provider told.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// The raw HTTP status behind it.
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// The provider's own words, scrubbed.
    pub fn detail(&self) -> Option<&str> {
        self.0.detail.as_deref()
    }

    /// What happened and why, in English.
    pub fn message(&self) -> String {
        sentence(Language::English, self, "message")
    }

    /// What to do, in English.
    pub fn hint(&self) -> String {
        sentence(Language::English, self, "hint")
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fault({}: {})", self.code().as_str(), self.message())
    }
}

impl std::error::Error for Fault {}

impl From<Code> for Fault {
    fn from(code: Code) -> Self {
        Self::new(code)
    }
}

/// Cuts and cleans foreign text for display: no control characters, no direction overrides.
fn tidy(text: &str, most: usize) -> String {
    let strange = |c: char| {
        c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let clean: String = text.chars().map(|c| if strange(c) { ' ' } else { c }).take(most).collect();
    clean.trim().to_owned()
}
