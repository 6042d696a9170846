//! The catalogue: what is known of each provider, as data. One file is embedded; the writer may lay one of the same
//! form on top.

mod entry;
mod guide;
mod lost;
mod moderation;
mod surface;

pub use entry::{
    AuthStyle, EntryLocality, KeyNeed, KeyPattern, ModelRule, OtherHost, Place, Preset, ProviderEntry, Waits,
};
pub use guide::{Guide, GuideText};
pub use moderation::{Basis, Moderation};
pub use surface::Surface;

use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, LazyLock};

/// Largest catalogue file of the writer's own, in bytes.
pub const MAX_CATALOGUE: usize = 1024 * 1024;

const EMBEDDED_FILE: &[u8] = include_bytes!("../catalogue.json");

static EMBEDDED: LazyLock<Catalogue> =
    LazyLock::new(|| Catalogue::default().with_own(EMBEDDED_FILE).unwrap_or_default());

/// All providers that one can connect to, in the order in which they are shown.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    entries: Vec<Arc<ProviderEntry>>,
}

impl Catalogue {
    /// The embedded catalogue.
    pub fn embedded() -> Self {
        EMBEDDED.clone()
    }

    /// This catalogue with the writer's own file (its bytes) on top: an entry with a known id replaces the known one,
    /// a new one comes at the end. The file is taken whole or not at all.
    pub fn with_own(&self, file: &[u8]) -> Result<Self, CatalogueError> {
        let text = read_text(file)?;
        let file: File = serde_json::from_str(text).map_err(|error| CatalogueError::of_json(text, &error))?;
        let mut entries = self.entries.clone();
        let mut seen = BTreeSet::new();
        for (at, entry) in file.providers.into_iter().enumerate() {
            let twice =
                || (!seen.insert(entry.id.clone())).then(|| "this id stands in the file twice".to_owned());
            if let Some(trouble) = entry.trouble().or_else(twice) {
                return Err(CatalogueError::at_entry(text, at, &entry.id, &trouble));
            }
            let entry = Arc::new(entry);
            match entries.iter_mut().find(|known| known.id == entry.id) {
                Some(known) => *known = entry,
                None => entries.push(entry),
            }
        }
        Ok(Self { entries })
    }

    /// All entries, in order.
    pub fn entries(&self) -> &[Arc<ProviderEntry>] {
        &self.entries
    }

    /// The entry with this id.
    pub fn find(&self, id: &str) -> Option<&Arc<ProviderEntry>> {
        self.entries.iter().find(|entry| entry.id == id)
    }
}

/// What is wrong with a catalogue file, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogueError {
    /// Counted from 1.
    pub line: usize,
    /// Counted from 1.
    pub column: usize,
    /// In English.
    pub reason: String,
}

impl CatalogueError {
    /// What serde_json found. It counts columns in bytes; a person counts letters.
    fn of_json(text: &str, error: &serde_json::Error) -> Self {
        let line = error.line().max(1);
        let bytes = text.split('\n').nth(line - 1).unwrap_or_default().as_bytes();
        let before = &bytes[..error.column().min(bytes.len())];
        let column = String::from_utf8_lossy(before).chars().count().max(1);
        let whole = error.to_string();
        let reason = whole.split(" at line ").next().unwrap_or_default().to_owned();
        Self { line, column, reason }
    }

    /// An entry that has the right form and cannot be right: points to where it begins.
    fn at_entry(text: &str, at: usize, id: &str, trouble: &str) -> Self {
        #[derive(Deserialize)]
        struct Raw<'t> {
            #[serde(borrow)]
            providers: Vec<&'t RawValue>,
        }
        let raw = serde_json::from_str::<Raw<'_>>(text).ok();
        let start = raw.and_then(|raw| Some(raw.providers.get(at)?.get().as_ptr() as usize));
        let before = start.map_or("", |start| &text[..start - text.as_ptr() as usize]);
        let (line, column) = place_behind(before);
        Self { line, column, reason: format!("provider {id}: {trouble}") }
    }
}

impl fmt::Display for CatalogueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.reason)
    }
}

impl std::error::Error for CatalogueError {}

/// The text of a file, if it is one.
fn read_text(file: &[u8]) -> Result<&str, CatalogueError> {
    let at_start = |reason: &str| CatalogueError { line: 1, column: 1, reason: reason.to_owned() };
    if file.len() > MAX_CATALOGUE {
        return Err(at_start("the file is larger than 1 MiB"));
    }
    // What Windows' editors write when asked for "Unicode".
    if file.starts_with(&[0xff, 0xfe]) || file.starts_with(&[0xfe, 0xff]) {
        return Err(at_start("the file is written in UTF-16; save it as UTF-8"));
    }
    let file = file.strip_prefix("\u{feff}".as_bytes()).unwrap_or(file);
    std::str::from_utf8(file).map_err(|error| {
        let good = String::from_utf8_lossy(&file[..error.valid_up_to()]);
        let (line, column) = place_behind(&good);
        CatalogueError { line, column, reason: "the file is no UTF-8 text".to_owned() }
    })
}

/// Line and column of what follows this text.
fn place_behind(text: &str) -> (usize, usize) {
    let line = text.matches('\n').count() + 1;
    let column = text.rsplit('\n').next().map_or(0, |rest| rest.chars().count()) + 1;
    (line, column)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    providers: Vec<ProviderEntry>,
}

#[cfg(test)]
mod tests;
