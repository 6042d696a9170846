//! What the writer set: for the profile, and for one connection.

use crate::{Engine, Inner, blocking};
use inkhorn_contract::{ModelsDefaultRequest, Nothing, Topic};
use inkhorn_domain::Dialect;
use inkhorn_fault::{Code, Fault, Result};
use inkhorn_outbound::{CONNECT_DEADLINE, Deadlines, Outbound, Route};
use inkhorn_providers::{
    AuthStyle, Catalogue, ConnectionTarget, MAX_CATALOGUE, ProviderEntry, parse_base_url,
};
use inkhorn_store::settings;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

pub(crate) const DEFAULT_MODEL: &str = "default_model";
pub(crate) const DEFAULT_CONNECTION: &str = "default_connection";
pub(crate) const SYSTEM_FALLBACK: &str = "system_fallback";
pub(crate) const FEATURE_MODELS: &str = "feature_models";
pub(crate) const MODELS_VISITED: &str = "models_visited_at";
pub(crate) const PRICES_FETCHED: &str = "prices_fetched_at";
pub(crate) const ADULT_MODE: &str = "adult_mode";
pub(crate) const USAGE_RETENTION: &str = "usage_retention";
pub(crate) const LAST_MODEL: &str = "last_model";
pub(crate) const RECENT_MODELS: &str = "recent_models";
const GATEWAY_PORT: &str = "gateway_port";
const GATEWAY_AT_START: &str = "gateway_at_start";
/// Models in the list of recent ones.
const RECENT: usize = 8;
/// The gateway's usual port: INKH on a telephone's keys.
const USUAL_PORT: u16 = 4654;
/// Largest extra certificate file, in bytes.
const MAX_CA_FILE: u64 = 1024 * 1024;

/// Settings of the profile that the engine itself acts on.
#[derive(Default)]
pub(crate) struct Remembered {
    pub default_model: Option<String>,
    pub default_connection: Option<String>,
    pub system_fallback: bool,
    pub last_model: Option<String>,
    pub recent: Vec<String>,
    pub feature_models: BTreeMap<String, String>,
    pub visited_at: Option<i64>,
    pub adult_mode: bool,
    /// Months that the rows of single requests are kept for.
    pub usage_retention: Option<u32>,
    /// When newer prices were fetched.
    pub prices_fetched_at: Option<i64>,
}

impl Remembered {
    pub(crate) fn of(all: &BTreeMap<String, String>) -> Self {
        let read = |name: &str| all.get(name).and_then(|json| serde_json::from_str::<Value>(json).ok());
        let text = |name: &str| read(name).and_then(|value| value.as_str().map(str::to_owned));
        let recent = read(RECENT_MODELS).and_then(|value| serde_json::from_value(value).ok());
        Self {
            default_model: text(DEFAULT_MODEL),
            default_connection: text(DEFAULT_CONNECTION),
            system_fallback: read(SYSTEM_FALLBACK).is_some_and(|value| value == true),
            last_model: text(LAST_MODEL),
            recent: recent.unwrap_or_default(),
            feature_models: read(FEATURE_MODELS)
                .and_then(|all| serde_json::from_value(all).ok())
                .unwrap_or_default(),
            visited_at: read(MODELS_VISITED).and_then(|value| value.as_i64()),
            prices_fetched_at: read(PRICES_FETCHED).and_then(|value| value.as_i64()),
            adult_mode: read(ADULT_MODE).is_some_and(|value| value == true),
            usage_retention: read(USAGE_RETENTION)
                .and_then(|value| value.as_u64())
                .and_then(|months| months.try_into().ok()),
        }
    }
}

impl Engine {
    /// Sets or takes away the default model.
    pub async fn models_default(&self, request: ModelsDefaultRequest) -> Result<Nothing> {
        let inner = self.inner.clone();
        blocking(move || {
            let house = inner.house()?;
            let model = request.model.as_deref().map(|model| house.offered(model)).transpose()?;
            inner.store.write(|tx| match &model {
                Some(model) => settings::save(tx, DEFAULT_MODEL, &json(model)),
                None => settings::remove(tx, DEFAULT_MODEL),
            })?;
            inner.reload().map(drop)
        })
        .await?;
        self.inner.changed(&[Topic::Models, Topic::Status]);
        Ok(Nothing {})
    }

    /// The gateway's port and whether it starts with the window, from now on.
    pub async fn keep_gateway_settings(&self, port: u16, at_start: bool) -> Result<()> {
        let inner = self.inner.clone();
        blocking(move || {
            inner.store.write(|tx| {
                settings::save(tx, GATEWAY_PORT, &port.to_string())?;
                settings::save(tx, GATEWAY_AT_START, &at_start.to_string())
            })
        })
        .await
    }
}

impl Inner {
    /// Notes the model that was used on the Desk.
    pub(crate) fn remember_model(&self, model: &str) -> Result<()> {
        let house = self.house()?;
        if house.last_model.as_deref() == Some(model)
            && house.recent.first().is_some_and(|first| first == model)
        {
            return Ok(());
        }
        let others = house.recent.iter().filter(|known| *known != model).take(RECENT - 1).cloned();
        let recent: Vec<String> = std::iter::once(model.to_owned()).chain(others).collect();
        self.store.write(|tx| {
            settings::save(tx, LAST_MODEL, &json(model))?;
            settings::save(tx, RECENT_MODELS, &Value::from(recent).to_string())
        })?;
        self.reload()?;
        self.changed(&[Topic::Models, Topic::Status]);
        Ok(())
    }
}

/// Fills in what is known of the gateway before any face started it.
pub(crate) fn fill_gateway(inner: &Inner) -> Result<()> {
    let all = inner.store.read(settings::load_all)?;
    let mut gateway = inner.gateway.lock();
    gateway.port = all.get(GATEWAY_PORT).and_then(|text| text.parse().ok()).unwrap_or(USUAL_PORT);
    gateway.at_start = all.get(GATEWAY_AT_START).is_some_and(|text| text == "true");
    Ok(())
}

/// The embedded catalogue, with the writer's own file on top where there is one: `catalogue.json` in the profile. A file
/// that cannot be used is left out whole, and the fault says where its mistake is: the profile opens all the same.
pub(crate) fn load_catalogue(dir: &Path) -> (Catalogue, Option<Fault>) {
    let embedded = Catalogue::embedded();
    match load_own(&embedded, dir) {
        Ok(Some(catalogue)) => (catalogue, None),
        Ok(None) => (embedded, None),
        Err(fault) => (embedded, Some(fault)),
    }
}

/// The catalogue with the writer's own file on top; `None` where there is no such file.
fn load_own(embedded: &Catalogue, dir: &Path) -> Result<Option<Catalogue>> {
    let path = dir.join("catalogue.json");
    // One byte more than is taken is enough to see that it is too much.
    let file = std::fs::File::open(&path).and_then(|file| {
        let mut bytes = Vec::new();
        file.take(MAX_CATALOGUE as u64 + 1).read_to_end(&mut bytes).map(|_| bytes)
    });
    match file {
        Ok(bytes) => embedded.with_own(&bytes).map(Some).map_err(|error| {
            Fault::new(Code::Damaged).with("catalogue", path.display()).with("place", error)
        }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(_) => Err(Fault::new(Code::Damaged).with("path", path.display())),
    }
}

pub(crate) fn json(text: &str) -> String {
    Value::from(text).to_string()
}

/// Settings of one connection. What the writer did not set is absent.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ConnectionSettings {
    all: BTreeMap<String, String>,
    pub temperature: Option<f64>,
    pub max_tokens: Option<u64>,
    /// Most requests within a minute.
    pub requests_per_minute: Option<u32>,
    /// Ollama: the context length to load with, in tokens.
    pub num_ctx: Option<u64>,
    /// Who comes first where nothing else decides; higher is earlier.
    pub priority: u32,
    /// Its key came by signing in.
    pub signed_in: bool,
}

/// The names of a connection's settings, in the order in which they are told.
pub const CONNECTION_SETTINGS: [&str; 14] = [
    "default_model",
    "temperature",
    "max_tokens",
    "connect_timeout",
    "first_token_timeout",
    "idle_timeout",
    "key_expires",
    "proxy",
    "ca_file",
    "priority",
    "weight",
    "requests_per_minute",
    "num_ctx",
    "keep_alive",
];

/// Whether a setting has a meaning in this dialect.
pub(crate) fn applies(name: &str, dialect: Dialect) -> bool {
    dialect == Dialect::Ollama || !matches!(name, "num_ctx" | "keep_alive")
}

/// What Inkhorn itself notes beside the settings; nobody sets it by hand.
const SIGNED_IN: &str = "signed_in";

impl ConnectionSettings {
    /// Reads the JSON object of the database; what does not fit is passed over.
    pub(crate) fn read(json: &str) -> Self {
        let mut settings = Self::default();
        let all: BTreeMap<String, String> = serde_json::from_str(json).unwrap_or_default();
        for (name, value) in all {
            if name == SIGNED_IN {
                settings.signed_in = value == "true";
            } else {
                let _ = settings.set(&name, &value);
            }
        }
        settings
    }

    pub(crate) fn to_json(&self) -> String {
        let mut all = self.all.clone();
        if self.signed_in {
            all.insert(SIGNED_IN.to_owned(), "true".to_owned());
        }
        serde_json::to_string(&all).unwrap_or_else(|_| "{}".to_owned())
    }

    pub(crate) fn all(&self) -> &BTreeMap<String, String> {
        &self.all
    }

    /// Sets one by name for a connection of this dialect.
    ///
    /// # Errors
    /// `usage_error` that names the setting and what it takes.
    pub(crate) fn set_for(&mut self, name: &str, value: &str, dialect: Dialect) -> Result<()> {
        if !applies(name, dialect) && !value.trim().is_empty() {
            return Err(wrong(format!("{name} is a setting of Ollama connections")));
        }
        self.set(name, value)
    }

    /// Sets one by name; an empty value takes it away.
    ///
    /// # Errors
    /// `usage_error` that names the setting and what it takes.
    pub(crate) fn set(&mut self, name: &str, value: &str) -> Result<()> {
        let value = value.trim();
        if !CONNECTION_SETTINGS.contains(&name) {
            return Err(wrong(format!(
                "there is no setting {name}; known are {}",
                CONNECTION_SETTINGS.join(", ")
            )));
        }
        if value.is_empty() {
            self.all.remove(name);
        } else {
            check(name, value)?;
            self.all.insert(name.to_owned(), value.to_owned());
        }
        self.temperature = self.number("temperature");
        self.max_tokens = self.number("max_tokens");
        self.requests_per_minute = self.number("requests_per_minute");
        self.num_ctx = self.number("num_ctx");
        self.priority = self.number("priority").unwrap_or(0);
        Ok(())
    }

    /// How long Ollama keeps a model in memory after use, in its own words: `10m`, `-1`.
    pub(crate) fn keep_alive(&self) -> Option<&str> {
        self.all.get("keep_alive").map(String::as_str)
    }

    fn number<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.all.get(name).and_then(|text| text.parse().ok())
    }

    /// A connection ready to be called, with the writer's own waits and way.
    pub(crate) fn target(
        &self,
        inner: &Inner,
        entry: &Arc<ProviderEntry>,
        base_url: &str,
        auth: AuthStyle,
    ) -> Result<ConnectionTarget> {
        let base = parse_base_url(base_url, entry, &[])?;
        let client = self.client(&inner.outbound, entry)?;
        ConnectionTarget::new(entry.clone(), client, base.destination(entry)?, auth, self.deadlines(entry))
    }

    fn deadlines(&self, entry: &ProviderEntry) -> Deadlines {
        let usual = entry.waits.deadlines();
        let seconds = |name: &str, usual: Duration| self.number(name).map_or(usual, Duration::from_secs_f64);
        Deadlines {
            first_byte: seconds("first_token_timeout", usual.first_byte),
            idle: seconds("idle_timeout", usual.idle),
            total: usual.total,
        }
    }

    fn client(&self, outbound: &Outbound, entry: &ProviderEntry) -> Result<Outbound> {
        let usual = Duration::from_secs(entry.waits.connect);
        let proxy =
            self.all.get("proxy").map(|text| url::Url::parse(text).map_err(|_| wrong(TAKES_PROXY.into())));
        let extra_authorities = self.all.get("ca_file").map(|path| read_ca_file(path)).transpose()?;
        let connect = self.number("connect_timeout").map(Duration::from_secs_f64);
        let connect = connect.or_else(|| (usual != CONNECT_DEADLINE).then_some(usual));
        outbound.through(&Route { proxy: proxy.transpose()?, extra_authorities, connect_deadline: connect })
    }
}

const TAKES_PROXY: &str = "proxy takes an address like http://host:port, https://host:port or socks5://host:port, without a name or password";

fn check(name: &str, value: &str) -> Result<()> {
    let whole = |most: u64| value.parse::<u64>().is_ok_and(|number| (1..=most).contains(&number));
    let fits = match name {
        "temperature" => value.parse::<f64>().is_ok_and(|number| (0.0..=2.0).contains(&number)),
        "max_tokens" => whole(10_000_000),
        "connect_timeout" | "first_token_timeout" | "idle_timeout" => {
            value.parse::<f64>().is_ok_and(|number| (0.1..=86_400.0).contains(&number))
        }
        "priority" | "weight" => value.parse::<u32>().is_ok_and(|number| number <= 1_000),
        "requests_per_minute" => value.parse::<u32>().is_ok_and(|number| (1..=100_000).contains(&number)),
        "num_ctx" => value.parse::<u64>().is_ok_and(|number| (256..=16_777_216).contains(&number)),
        "keep_alive" => is_keep_alive(value),
        "key_expires" => value.parse::<jiff::civil::Date>().is_ok(),
        "proxy" => url::Url::parse(value).is_ok_and(|url| Route::takes_proxy(&url)),
        "ca_file" => read_ca_file(value).is_ok(),
        _ => value.len() <= 256 && !value.chars().any(char::is_control),
    };
    if fits {
        return Ok(());
    }
    Err(wrong(match name {
        "temperature" => "temperature takes a number from 0 to 2".into(),
        "max_tokens" => "max_tokens takes a whole number of tokens".into(),
        "connect_timeout" | "first_token_timeout" | "idle_timeout" => format!("{name} takes seconds"),
        "priority" | "weight" => format!("{name} takes a whole number up to 1000"),
        "requests_per_minute" => "requests_per_minute takes a whole number from 1".into(),
        "num_ctx" => "num_ctx takes a whole number of tokens from 256".into(),
        "keep_alive" => "keep_alive takes a span like 10m or 24h, 0 to unload at once, -1 to keep".into(),
        "key_expires" => "key_expires takes a date like 2027-01-31".into(),
        "proxy" => TAKES_PROXY.into(),
        "ca_file" => "ca_file takes the path of a PEM file of at most 1 MiB".into(),
        _ => format!("{name} takes a short text"),
    }))
}

/// `10m`, `1h30m`, a number of seconds, or a negative number for ever.
fn is_keep_alive(value: &str) -> bool {
    if value.parse::<i32>().is_ok() {
        return true;
    }
    let mut rest = value;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let unit = &rest[digits..];
        if digits == 0 || digits > 6 || !unit.starts_with(['s', 'm', 'h']) {
            return false;
        }
        rest = &unit[1..];
    }
    !value.is_empty()
}

fn read_ca_file(path: &str) -> Result<Vec<u8>> {
    let refuse = || wrong("ca_file takes the path of a PEM file of at most 1 MiB".into());
    let size = std::fs::metadata(path).map_err(|_| refuse())?.len();
    if size > MAX_CA_FILE {
        return Err(refuse());
    }
    std::fs::read(path).map_err(|_| refuse())
}

fn wrong(reason: String) -> Fault {
    Fault::new(Code::UsageError).with("reason", reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_checked_before_they_are_kept() {
        let mut settings = ConnectionSettings::default();
        for (name, value) in [
            ("temperature", "0.7"),
            ("max_tokens", "2000"),
            ("idle_timeout", "1.5"),
            ("key_expires", "2027-01-31"),
            ("proxy", "socks5://127.0.0.1:9050"),
            ("proxy", "https://proxy.example:8443"),
            ("keep_alive", "1h30m"),
            ("keep_alive", "-1"),
            ("num_ctx", "32768"),
            ("requests_per_minute", "20"),
        ] {
            settings.set(name, value).expect(name);
        }
        for (name, value) in [
            ("temperature", "hot"),
            ("temperature", "NaN"),
            ("max_tokens", "-1"),
            ("idle_timeout", "0"),
            ("proxy", "ftp://x:1"),
            ("proxy", "http://name:word@x:1"),
            ("keep_alive", "for ever"),
            ("num_ctx", "12"),
            ("requests_per_minute", "0"),
            ("proxy", "nonsense"),
            ("ca_file", "/nowhere/at/all.pem"),
            ("key_expires", "soon"),
            ("colour", "red"),
        ] {
            assert_eq!(
                settings.set(name, value).map_err(|f| f.code()),
                Err(Code::UsageError),
                "{name}={value}"
            );
        }
        assert_eq!((settings.temperature, settings.max_tokens), (Some(0.7), Some(2000)));
        assert_eq!(ConnectionSettings::read(&settings.to_json()), settings);
        settings.set("temperature", "").expect("taken away");
        assert_eq!(settings.temperature, None);
    }

    #[test]
    fn settings_that_were_damaged_are_passed_over() {
        let read = ConnectionSettings::read(r#"{"temperature":"9","max_tokens":"5","later":"x"}"#);
        assert_eq!((read.temperature, read.max_tokens), (None, Some(5)));
        assert_eq!(ConnectionSettings::read("not json"), ConnectionSettings::default());
    }
}
