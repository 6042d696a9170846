//! A keychain that does what a test says, for tests of this and other crates.

use crate::keychain::{Keychain, KeychainError, Patience};
use inkhorn_secret::Secret;
use parking_lot::Mutex;
use std::collections::HashMap;

/// What becomes of a write that reports success.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Keeping {
    /// It is kept.
    #[default]
    Whole,
    /// It is lost.
    Nothing,
    /// Something else is kept.
    Other,
}

/// A keychain in memory that fails as told and counts what it was asked.
#[derive(Default)]
pub struct ScriptedKeychain {
    script: Mutex<Script>,
    name: Option<String>,
}

#[derive(Default)]
struct Script {
    entries: HashMap<String, Vec<String>>,
    failing: Option<KeychainError>,
    keeping: Keeping,
    reads: usize,
    writes: usize,
}

impl ScriptedKeychain {
    /// An empty keychain that works.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same under another name.
    pub fn named(name: &str) -> Self {
        Self { name: Some(name.to_owned()), ..Self::default() }
    }

    /// From now on every call fails like this; `None` ends it.
    pub fn fail(&self, error: Option<KeychainError>) {
        self.script.lock().failing = error;
    }

    /// From now on this becomes of what is written.
    pub fn keep(&self, keeping: Keeping) {
        self.script.lock().keeping = keeping;
    }

    /// Every entry, by account.
    pub fn entries(&self) -> HashMap<String, Vec<String>> {
        self.script.lock().entries.clone()
    }

    /// Puts entries in the place of all there are.
    pub fn set_entries(&self, entries: HashMap<String, Vec<String>>) {
        self.script.lock().entries = entries;
    }

    /// Puts these candidates under every account there is.
    pub fn replace_all(&self, candidates: &[&str]) {
        for entry in self.script.lock().entries.values_mut() {
            *entry = candidates.iter().map(|text| (*text).to_owned()).collect();
        }
    }

    /// How often an entry was read.
    pub fn reads(&self) -> usize {
        self.script.lock().reads
    }

    /// How often a write was asked for, whether it worked or not.
    pub fn writes(&self) -> usize {
        self.script.lock().writes
    }
}

impl Keychain for ScriptedKeychain {
    fn backend(&self) -> &str {
        self.name.as_deref().unwrap_or("scripted keychain")
    }

    fn read(&self, account: &str, _: Patience) -> Result<Vec<Secret>, KeychainError> {
        let mut script = self.script.lock();
        script.reads += 1;
        if let Some(error) = script.failing {
            return Err(error);
        }
        let entries = script.entries.get(account).ok_or(KeychainError::NoEntry)?;
        Ok(entries.iter().cloned().map(Secret::new).collect())
    }

    fn write(&self, account: &str, value: &Secret, _: Patience) -> Result<(), KeychainError> {
        let mut script = self.script.lock();
        script.writes += 1;
        if let Some(error) = script.failing {
            return Err(error);
        }
        if script.entries.contains_key(account) {
            return Err(KeychainError::Taken);
        }
        // EXPOSE: to keep it in the memory of a test.
        let whole = value.expose().to_owned();
        let kept = match script.keeping {
            Keeping::Whole => whole,
            Keeping::Nothing => return Ok(()),
            Keeping::Other => whole.to_ascii_uppercase(),
        };
        script.entries.insert(account.to_owned(), vec![kept]);
        Ok(())
    }

    fn remove(&self, account: &str, _: Patience) -> Result<(), KeychainError> {
        let mut script = self.script.lock();
        if let Some(error) = script.failing {
            return Err(error);
        }
        script.entries.remove(account).map(drop).ok_or(KeychainError::NoEntry)
    }
}
