//! One provider of the catalogue: where it is, how a key reaches it, where its lists are, and what its models want.

use super::guide::Guide;
use super::moderation::{Basis, Moderation};
use super::surface::Surface;
use crate::account::{AccountPlace, HeadroomHeaders};
use crate::finding::{Sign, Signs};
use crate::sign_in::SignInPlaces;
use http::HeaderName;
use inkhorn_dialects::{OptionChanges, ReadOptions, WriteOptions};
use inkhorn_domain::{Dialect, Slug};
use inkhorn_outbound::Deadlines;
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use std::time::Duration;
use url::Url;

/// The longest wait that makes sense, in seconds.
const LONGEST_WAIT: u64 = 24 * 60 * 60;

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
    /// Its models where it has no list to ask for.
    #[serde(default)]
    pub known_models: Vec<String>,
    /// Further lists, whose models come on top of the first. One that cannot be had is left out.
    #[serde(default)]
    pub more_models: Vec<Place>,
    /// What its list has besides models that answer in a chat or embed, where the list itself does not tell them apart:
    /// patterns as in `for_models`.
    #[serde(default)]
    pub not_for_writing: Vec<String>,
    /// Its list tells what could be set up there, not what is: only the names that the writer gives are models.
    #[serde(default)]
    pub models_by_hand: bool,
    /// The path that its API stands under, where it has no usual address to take it from.
    #[serde(default)]
    pub usual_path: Option<String>,
    /// Other forms of its API, told apart by the address.
    #[serde(default)]
    pub surfaces: Vec<Surface>,
    /// Ollama: where it tells what is in memory.
    #[serde(default)]
    pub loaded: Option<Place>,
    /// A free call that proves the key, where the list of models is open to everybody.
    #[serde(default)]
    pub validate: Option<Place>,
    /// How a server of its kind gives itself away on this machine.
    #[serde(default)]
    pub signs: Option<Signs>,
    /// Variables of the environment in which its key usually stands, the usual one first.
    #[serde(default)]
    pub env: Vec<String>,
    /// Variables in which its address usually stands beside the key, for one without a usual address.
    #[serde(default)]
    pub env_base_url: Vec<String>,
    /// Models to use where nothing is chosen and its key comes from the environment: patterns as in `for_models`, the
    /// first that is in its list.
    #[serde(default)]
    pub fallback_models: Vec<String>,
    /// Where one can sign in in the browser.
    #[serde(default)]
    pub sign_in: Option<SignInPlaces>,
    /// Where it tells how the account stands.
    #[serde(default)]
    pub account: Vec<AccountPlace>,
    /// Which headers of its answers tell the room under its limits.
    #[serde(default)]
    pub headroom: HeadroomHeaders,
    /// Headers that every request needs.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// How requests are written.
    #[serde(default)]
    pub options: WriteOptions,
    /// How the figures of its answers are meant.
    #[serde(default)]
    pub reads: ReadOptions,
    /// Models that want their requests written otherwise. The first whose pattern fits counts.
    #[serde(default)]
    pub for_models: Vec<ModelRule>,
    /// Its id in the price list, where it has one.
    #[serde(default)]
    pub prices: Option<String>,
    /// How its models are moderated, as far as that is known. The first that fits a model counts.
    #[serde(default)]
    pub content: Vec<Moderation>,
    /// What it is known for where speed is what it is chosen for; most have no such thing said of them.
    #[serde(default)]
    pub speed: Option<Basis>,
    /// How long to wait.
    pub waits: Waits,
    /// Addresses that many people give, to fill a form with. For entries that any server can stand behind.
    #[serde(default)]
    pub presets: Vec<Preset>,
    /// Steps and usual failures.
    #[serde(default)]
    pub guide: Guide,
}

impl ProviderEntry {
    /// How requests to this model are written.
    pub fn options_for(&self, model: &str) -> WriteOptions {
        let rule = self.for_models.iter().find(|rule| rule.fits(model));
        rule.map_or_else(|| self.options.clone(), |rule| rule.options.over(&self.options))
    }

    /// How this model is moderated here.
    pub fn content_of(&self, model: &str) -> Option<&Moderation> {
        self.content
            .iter()
            .find(|known| known.models.is_empty() || known.models.iter().any(|one| fits_pattern(one, model)))
    }

    /// Whether a model of its list is one that answers in a chat, or embeds.
    pub fn is_for_writing(&self, model: &str) -> bool {
        !self.not_for_writing.iter().any(|pattern| fits_pattern(pattern, model))
    }

    /// The dialect that this model wants.
    pub fn dialect_for(&self, model: &str) -> Dialect {
        let rule = self.for_models.iter().find(|rule| rule.fits(model));
        rule.and_then(|rule| rule.dialect).unwrap_or(self.dialect)
    }

    /// The dialect in which this model searches the web.
    pub fn search_dialect_for(&self, model: &str) -> Dialect {
        let rule = self.for_models.iter().find(|rule| rule.fits(model));
        rule.and_then(|rule| rule.search_dialect).unwrap_or_else(|| self.dialect_for(model))
    }

    /// The form of the API that stands below this path of an address, where it is not the usual one.
    pub fn surface_at(&self, path: &str) -> Option<&Surface> {
        self.surfaces.iter().find(|surface| surface.covers(path))
    }

    /// The path that its API usually stands under, empty where that is the root.
    pub(crate) fn path_of_api(&self) -> &str {
        let usual = self.base_url.as_ref().map(|usual| usual.path().trim_end_matches('/'));
        usual.or(self.usual_path.as_deref()).unwrap_or_default()
    }

    /// Every place that is asked for a list or for a proof.
    pub(crate) fn places(&self) -> impl Iterator<Item = &Place> {
        let of_surfaces = self.surfaces.iter().flat_map(|surface| &surface.models);
        let lists = self.models.iter().chain(&self.more_models).chain(of_surfaces);
        lists.chain(&self.loaded).chain(&self.validate)
    }

    /// What makes the entry unusable, beyond what its form already refuses.
    pub(super) fn trouble(&self) -> Option<String> {
        let web = |url: &&Url| !matches!(url.scheme(), "http" | "https") || url.host_str().is_none();
        let pages = [&self.base_url, &self.key_page, &self.billing_page, &self.status_page];
        let presets =
            self.presets.iter().flat_map(|preset| [Some(&preset.base_url), preset.key_page.as_ref()]);
        if Slug::parse(&self.id).is_none() {
            return Some("an id has small letters, digits, - and _".into());
        }
        if self.name.trim().is_empty() || self.name.chars().any(is_hidden) {
            return Some("the name is empty or has invisible characters".into());
        }
        let signed = |url: &&Url| !url.username().is_empty() || url.password().is_some();
        if self.base_url.iter().any(|url| signed(&url)) {
            return Some("base_url has a name or password in it".into());
        }
        if let Some(url) = pages.into_iter().flatten().chain(presets.flatten()).find(web) {
            return Some(format!("{} is no web address", url.scheme()));
        }
        // A cloud provider may have an address for each of its customers; a server on this machine has a usual one.
        if self.base_url.is_none() && self.locality == EntryLocality::Local {
            return Some("base_url is missing".into());
        }
        if self.locality == EntryLocality::Cloud
            && self.base_url.as_ref().is_some_and(|url| url.scheme() != "https")
        {
            return Some("the address of a cloud provider begins with https".into());
        }
        if self.models.is_empty() && self.known_models.is_empty() {
            return Some("models names no place, and known_models no model".into());
        }
        if self.key == KeyNeed::Required && self.auth == AuthStyle::None {
            return Some("a key is required but auth is none".into());
        }
        if self.key_patterns.iter().any(|pattern| pattern.prefix.len() < 3) {
            return Some("a key pattern has at least 3 letters".into());
        }
        if let Some(trouble) = self.surfaces.iter().find_map(Surface::trouble) {
            return Some(trouble);
        }
        let usual_path = self.usual_path.iter().any(|path| !path.starts_with('/') || path.ends_with('/'));
        if usual_path {
            return Some("usual_path begins with / and does not end so".into());
        }
        let places = self.places();
        let below = |place: &&Place| place.path.starts_with('/') && !place.path.starts_with("//");
        if let Some(place) = places.into_iter().find(|place| !below(place)) {
            return Some(format!("the path {} does not begin with one /", place.path));
        }
        if self.places().filter_map(|place| place.beside.as_ref()).any(|other| !other.is_plain()) {
            return Some("the names of a host beside have small letters, digits and -".into());
        }
        let Waits { connect, first_byte, idle, total } = self.waits;
        if [connect, first_byte, idle, total].into_iter().any(|wait| !(1..=LONGEST_WAIT).contains(&wait)) {
            return Some("each wait is between 1 second and a day".into());
        }
        let too_wide = |pattern: &String| pattern.trim_matches('*').is_empty();
        if self.not_for_writing.iter().any(too_wide) {
            return Some("a pattern in not_for_writing names nothing".into());
        }
        if self.for_models.iter().any(|rule| rule.pattern.is_empty()) {
            return Some("a pattern for models is empty".into());
        }
        if let Some(trouble) = self.trouble_beside_models() {
            return Some(trouble);
        }
        let header = |(name, value): (&String, &String)| {
            name.parse::<HeaderName>().is_err() || http::HeaderValue::from_str(value).is_err()
        };
        self.headers.iter().any(header).then(|| "a header has a name or value that cannot be sent".into())
    }
}

/// Control characters, and those that turn the direction of text.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

impl ProviderEntry {
    /// The model to use where nothing is chosen, out of those that are listed.
    pub fn fallback_model<'m>(&self, listed: &[&'m str]) -> Option<&'m str> {
        let fitting = |pattern: &String| listed.iter().find(|id| fits_pattern(pattern, id));
        self.fallback_models.iter().find_map(fitting).or_else(|| listed.first()).copied()
    }

    /// What makes the entry unusable for what is no call of a model: finding, signing in, the account.
    fn trouble_beside_models(&self) -> Option<String> {
        let named = |name: &String| {
            let fits = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
            !name.is_empty() && name.len() <= 64 && name.bytes().all(fits)
        };
        if let Some(name) = self.env.iter().chain(&self.env_base_url).find(|name| !named(name)) {
            return Some(format!("{name} is no name of a variable: capitals, digits and _"));
        }
        let pages = self.sign_in.iter().flat_map(|places| [&places.page, &places.exchange]);
        if let Some(place) = pages.into_iter().find(|place| !place.path.starts_with('/')) {
            return Some(format!("the path {} does not begin with one /", place.path));
        }
        let signs = self.signs.iter().flat_map(|signs| &signs.any).find_map(Sign::trouble);
        signs.or_else(|| self.account.iter().find_map(AccountPlace::trouble))
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
    /// As AWS does: an API key as bearer, an access key as the signature of each request.
    Aws,
}

impl AuthStyle {
    /// Reads `none`, `bearer` or a header's name. `None` for what is no header's name or may not carry a key.
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim().to_ascii_lowercase().as_str() {
            "none" => Some(Self::None),
            "bearer" => Some(Self::Bearer),
            "aws" => Some(Self::Aws),
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
            Self::Aws => "aws",
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
    /// Asked with a POST that says nothing. No model can answer it, so it costs nothing; but a server that looks at
    /// the key first tells whether the key is good. For providers that have no free question for a key.
    #[serde(default)]
    pub empty_post: bool,
    /// The answer is a JSON object with this field; without it, something else answers there.
    #[serde(default)]
    pub field: Option<String>,
    /// At another host of the provider, whose key goes there too.
    #[serde(default)]
    pub beside: Option<OtherHost>,
}

/// Another host of one provider, named after the host of the base address. Where that has another name, a relay's for
/// example, it is asked itself.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OtherHost {
    /// How the name begins: `bedrock-runtime`.
    pub host: String,
    /// What stands there instead: `bedrock`.
    pub becomes: String,
}

impl OtherHost {
    /// The other host's name. `None` where the base address has another name.
    pub(crate) fn of(&self, host: &str) -> Option<String> {
        // A name, never the letters of another one: no `bedrock-runtime.attacker.example` that is not asked already
        // can come of it, for all that follows stays.
        host.strip_prefix(&self.host).map(|rest| format!("{}{rest}", self.becomes))
    }

    fn is_plain(&self) -> bool {
        let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        [&self.host, &self.becomes].into_iter().all(|name| !name.is_empty() && name.bytes().all(letter))
    }
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

/// How requests to some models are written otherwise than to the others.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelRule {
    /// Which ids it is for; `*` stands for any letters: `claude-opus-4-6*`.
    pub pattern: String,
    /// What differs.
    #[serde(default)]
    pub options: OptionChanges,
    /// The dialect that they want.
    #[serde(default)]
    pub dialect: Option<Dialect>,
    /// The dialect in which they search the web, where it is another.
    #[serde(default)]
    pub search_dialect: Option<Dialect>,
}

impl ModelRule {
    pub(super) fn fits(&self, model: &str) -> bool {
        fits_pattern(&self.pattern, model)
    }
}

/// Whether an id is of this pattern, in which `*` stands for any letters.
fn fits_pattern(pattern: &str, model: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = model.strip_prefix(first) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        let Some((_, after)) = rest.split_once(part) else { return false };
        rest = after;
    }
    rest.ends_with(last)
}

/// An address that many people give.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preset {
    /// The name of the service or the server.
    pub name: String,
    /// Its usual address.
    pub base_url: Url,
    /// Whether it takes a key.
    pub key: KeyNeed,
    /// Where keys are made.
    #[serde(default)]
    pub key_page: Option<Url>,
}
