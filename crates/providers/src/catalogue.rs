//! The catalogue: what is known of each provider, as data. One file is embedded; the writer may lay one of the same
//! form on top.

use http::HeaderName;
use inkhorn_dialects::WriteOptions;
use inkhorn_domain::{Dialect, Slug};
use inkhorn_outbound::Deadlines;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use url::Url;

/// Largest catalogue file of the writer's own, in bytes.
const MAX_FILE: usize = 1024 * 1024;

static EMBEDDED: LazyLock<Catalogue> =
    LazyLock::new(|| Catalogue::default().with_own(include_str!("../catalogue.json")).unwrap_or_default());

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

    /// This catalogue with the writer's own file (its text) on top: an entry with a known id replaces the known one,
    /// a new one comes at the end. The file is taken whole or not at all.
    pub fn with_own(&self, text: &str) -> Result<Self, CatalogueError> {
        if text.len() > MAX_FILE {
            return Err(CatalogueError {
                line: 1,
                column: 1,
                reason: "the file is larger than 1 MiB".into(),
            });
        }
        let file: File = serde_json::from_str(text)?;
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
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |rest| rest.chars().count()) + 1;
        Self { line, column, reason: format!("provider {id}: {trouble}") }
    }
}

impl fmt::Display for CatalogueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.reason)
    }
}

impl std::error::Error for CatalogueError {}

impl From<serde_json::Error> for CatalogueError {
    fn from(error: serde_json::Error) -> Self {
        let (line, column) = (error.line().max(1), error.column().max(1));
        let whole = error.to_string();
        let reason = whole.split(" at line ").next().unwrap_or_default().to_owned();
        Self { line, column, reason }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    providers: Vec<ProviderEntry>,
}

/// One provider.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderEntry {
    /// Its id, `openai`: the form of a slug, with `_` for gaps.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// Where it is.
    pub locality: EntryLocality,
    /// Its wire format.
    pub dialect: Dialect,
    /// The usual address; none where the writer must give one.
    #[serde(default)]
    pub base_url: Option<Url>,
    /// How a key is sent.
    #[serde(default)]
    pub auth: AuthStyle,
    /// Whether it takes a key.
    pub key: KeyNeed,
    /// How its keys begin. Hints for a pasted key, never a condition.
    #[serde(default)]
    pub key_patterns: Vec<KeyPattern>,
    /// Where keys are made.
    #[serde(default)]
    pub key_page: Option<Url>,
    /// Where money is paid in.
    #[serde(default)]
    pub billing_page: Option<Url>,
    /// Where it tells of its troubles.
    #[serde(default)]
    pub status_page: Option<Url>,
    /// Where its list of models is; tried in order until one is there.
    pub models: Vec<Place>,
    /// Ollama: where it tells what is in memory.
    #[serde(default)]
    pub loaded: Option<Place>,
    /// A free call that proves the key, where the list of models is open to everybody.
    #[serde(default)]
    pub validate: Option<Place>,
    /// Headers that every request needs.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// How requests are written.
    #[serde(default)]
    pub options: WriteOptions,
    /// Its id in the price list, where it has one.
    #[serde(default)]
    pub prices: Option<String>,
    /// How long to wait.
    pub waits: Waits,
    /// Steps and usual failures.
    #[serde(default)]
    pub guide: Guide,
}

impl ProviderEntry {
    /// What makes the entry unusable, beyond what its form already refuses.
    fn trouble(&self) -> Option<String> {
        let web = |url: &&Url| !matches!(url.scheme(), "http" | "https") || url.host_str().is_none();
        let pages = [&self.base_url, &self.key_page, &self.billing_page, &self.status_page];
        if Slug::parse(&self.id).is_none() {
            return Some("an id has small letters, digits, - and _".into());
        }
        if let Some(url) = pages.into_iter().flatten().find(web) {
            return Some(format!("{} is no web address", url.scheme()));
        }
        if self.base_url.is_none() && self.locality != EntryLocality::Either {
            return Some("base_url is missing".into());
        }
        if self.locality == EntryLocality::Cloud
            && self.base_url.as_ref().is_some_and(|url| url.scheme() != "https")
        {
            return Some("the address of a cloud provider begins with https".into());
        }
        if self.models.is_empty() {
            return Some("models names no place".into());
        }
        if self.key == KeyNeed::Required && self.auth == AuthStyle::None {
            return Some("a key is required but auth is none".into());
        }
        if self.key_patterns.iter().any(|pattern| pattern.prefix.len() < 3) {
            return Some("a key pattern has at least 3 letters".into());
        }
        let places = self.models.iter().chain(&self.loaded).chain(&self.validate);
        if let Some(place) = places.into_iter().find(|place| !place.path.starts_with('/')) {
            return Some(format!("the path {} does not begin with /", place.path));
        }
        let header = |(name, value): (&String, &String)| {
            name.parse::<HeaderName>().is_err() || http::HeaderValue::from_str(value).is_err()
        };
        self.headers.iter().any(header).then(|| "a header has a name or value that cannot be sent".into())
    }
}

/// Where a provider is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EntryLocality {
    /// Usually on this machine; the address decides.
    Local,
    /// On the internet, wherever the address points.
    Cloud,
    /// The address decides.
    Either,
}

impl EntryLocality {
    /// The word that stands in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Cloud => "cloud",
            Self::Either => "either",
        }
    }
}

/// How a key is sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum AuthStyle {
    /// Not at all.
    None,
    /// `Authorization: Bearer KEY`.
    #[default]
    Bearer,
    /// `NAME: KEY`, such as `x-api-key`.
    Header(HeaderName),
}

impl AuthStyle {
    /// Reads `none`, `bearer` or a header's name. `None` for what is no header's name or may not carry a key.
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim().to_ascii_lowercase().as_str() {
            "none" => Some(Self::None),
            "bearer" => Some(Self::Bearer),
            name => {
                let name: HeaderName = name.parse().ok()?;
                (!crate::header::is_reserved(&name)).then_some(Self::Header(name))
            }
        }
    }

    /// The word or name.
    pub fn as_str(&self) -> &str {
        match self {
            Self::None => "none",
            Self::Bearer => "bearer",
            Self::Header(name) => name.as_str(),
        }
    }
}

impl<'de> Deserialize<'de> for AuthStyle {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("auth is none, bearer or a header's name"))
    }
}

/// Whether a provider takes a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyNeed {
    /// Nothing works without one.
    Required,
    /// It works without one too.
    Optional,
}

/// How some keys of a provider begin.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyPattern {
    /// The first letters, `sk-ant-`.
    pub prefix: String,
    /// Which provider wins where patterns of one length match; higher first.
    #[serde(default)]
    pub priority: u8,
    /// Nobody else's keys begin so.
    #[serde(default)]
    pub certain: bool,
}

/// A path at a provider.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Path with query.
    pub path: String,
    /// Below the server's root instead of the base address.
    #[serde(default)]
    pub at_root: bool,
    /// The answer is a JSON object with this field; without it, something else answers there.
    #[serde(default)]
    pub field: Option<String>,
}

/// How long to wait, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Waits {
    /// For a connection to stand.
    pub connect: u64,
    /// For the first byte of an answer.
    pub first_byte: u64,
    /// Between two pieces of an answer.
    pub idle: u64,
    /// For a whole answer.
    pub total: u64,
}

impl Waits {
    /// As the client takes them; the wait for a connection belongs to the route.
    pub fn deadlines(self) -> Deadlines {
        Deadlines {
            first_byte: Duration::from_secs(self.first_byte),
            idle: Duration::from_secs(self.idle),
            total: Duration::from_secs(self.total),
        }
    }
}

/// Set-up steps and usual failures with their mends, a few sentences each, by language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guide {
    /// English.
    pub en: Vec<String>,
    /// Indonesian.
    pub id: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &str = r#"{ "providers": [
  { "id": "attic", "name": "Attic", "locality": "either", "dialect": "openai-chat", "auth": "api-key",
    "key": "optional", "models": [{ "path": "/models" }],
    "waits": { "connect": 10, "first_byte": 60, "idle": 60, "total": 600 } }
] }"#;

    #[test]
    fn the_embedded_catalogue_has_its_providers_with_guides_in_both_languages() {
        let catalogue = Catalogue::embedded();
        let ids: Vec<&str> = catalogue.entries().iter().map(|entry| entry.id.as_str()).collect();
        assert_eq!(
            ids,
            ["openai", "anthropic", "openrouter", "groq", "ollama", "lm_studio", "openai_compatible"]
        );
        for entry in catalogue.entries() {
            assert!(
                entry.guide.en.len() >= 3 && entry.guide.en.len() == entry.guide.id.len(),
                "{}",
                entry.id
            );
            let cloud = entry.locality == EntryLocality::Cloud;
            assert_eq!(entry.key_page.is_some(), cloud, "{}", entry.id);
            assert_eq!(entry.key == KeyNeed::Required, cloud, "{}", entry.id);
            assert_eq!(entry.waits.first_byte, if cloud { 60 } else { 600 }, "{}", entry.id);
        }
    }

    #[test]
    fn a_file_of_the_writers_own_adds_and_replaces() {
        let own = Catalogue::embedded().with_own(OWN).expect("valid");
        assert_eq!(own.entries().len(), Catalogue::embedded().entries().len() + 1);
        let entry = own.find("attic").expect("added");
        assert_eq!(entry.auth, AuthStyle::Header(HeaderName::from_static("api-key")));
        let replaced = Catalogue::embedded()
            .with_own(&OWN.replace("\"attic\"", "\"openai_compatible\""))
            .expect("valid");
        assert_eq!(replaced.entries().len(), Catalogue::embedded().entries().len());
        assert_eq!(replaced.find("openai_compatible").map(|entry| entry.name.as_str()), Some("Attic"));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        for (from, to, line, word) in [
            ("\"either\"", "\"nowhere\"", 2, "nowhere"),
            ("\"auth\"", "\"oauth\"", 2, "oauth"),
            ("\"api-key\"", "\"Host\"", 2, "header"),
            ("\"api-key\"", "\"a b\"", 2, "header"),
            ("\"optional\"", "\"maybe\"", 3, "maybe"),
            ("\"/models\"", "\"models\"", 2, "begin with /"),
            ("600 }", "-1 }", 4, "-1"),
            ("\"waits\"", "\"waits\": {}, \"waits\"", 4, "connect"),
            ("\"Attic\"", "\"Attic\", \"name\": \"x\"", 2, "duplicate"),
            ("\"attic\"", "\"At tic\"", 2, "id"),
            ("\"dialect\"", "\"base_url\": \"file:///etc/passwd\", \"dialect\"", 2, "web address"),
            ("\"locality\": \"either\"", "\"locality\": \"cloud\"", 2, "base_url"),
            ("600 } }\n]", "600 } ]", 4, "expected"),
        ] {
            let text = OWN.replacen(from, to, 1);
            assert_ne!(text, OWN, "{from}");
            let error = Catalogue::default().with_own(&text).expect_err(to);
            assert_eq!(error.line, line, "{to}: {error}");
            assert!(error.reason.contains(word) && error.column > 0, "{to}: {error}");
        }
        let entry = OWN.lines().skip(1).take(3).collect::<Vec<_>>().join("\n");
        let twice = format!("{{ \"providers\": [\n{entry},\n{entry}\n] }}");
        let error = Catalogue::default().with_own(&twice).expect_err("twice");
        assert_eq!((error.line, error.column), (5, 3), "{error}");
        assert!(error.reason.contains("attic") && error.reason.contains("twice"), "{error}");
        assert!(Catalogue::default().with_own(&" ".repeat(MAX_FILE + 1)).is_err());
        assert!(Catalogue::default().with_own(&"[".repeat(100_000)).is_err());
    }
}
