//! Variables of the environment, given to the engine so that a test decides them.

use inkhorn_secret::Secret;
use std::collections::BTreeMap;
use std::ffi::OsString;

/// Where variables come from.
pub trait Environment: Send + Sync {
    /// The value of a variable; `None` where it is not set.
    fn variable(&self, name: &str) -> Option<OsString>;
}

/// The variables of this process.
pub struct SystemEnvironment;

impl Environment for SystemEnvironment {
    fn variable(&self, name: &str) -> Option<OsString> {
        std::env::var_os(name)
    }
}

/// Exactly these variables.
#[derive(Default)]
pub struct FixedEnvironment(pub BTreeMap<String, OsString>);

impl Environment for FixedEnvironment {
    fn variable(&self, name: &str) -> Option<OsString> {
        self.0.get(name).cloned()
    }
}

impl dyn Environment {
    /// The value as a key; `None` where it is not set, empty, or no text.
    pub(crate) fn key(&self, name: &str) -> Option<Secret> {
        let text = self.variable(name)?.into_string().ok().map(Secret::new)?;
        (!text.is_empty()).then_some(text)
    }

    /// The first of these variables that is set.
    pub(crate) fn first_set<'n>(&self, names: &'n [String]) -> Option<&'n str> {
        let set = |name: &&String| self.variable(name).is_some_and(|value| !value.is_empty());
        names.iter().find(set).map(String::as_str)
    }
}
