//! What the writer set: for the profile, and for one connection.

use crate::{Engine, Inner, blocking};
use inkhorn_contract::{ModelsDefaultRequest, Nothing, Topic};
use inkhorn_domain::ModelAddress;
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

const DEFAULT_MODEL: &str = "default_model";
const LAST_MODEL: &str = "last_model";
const RECENT_MODELS: &str = "recent_models";
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
    pub last_model: Option<String>,
    pub recent: Vec<String>,
}

impl Remembered {
    pub(crate) fn of(all: &BTreeMap<String, String>) -> Self {
        let read = |name: &str| all.get(name).and_then(|json| serde_json::from_str::<Value>(json).ok());
        let text = |name: &str| read(name).and_then(|value| value.as_str().map(str::to_owned));
        let recent = read(RECENT_MODELS).and_then(|value| serde_json::from_value(value).ok());
        Self {
            default_model: text(DEFAULT_MODEL),
            last_model: text(LAST_MODEL),
            recent: recent.unwrap_or_default(),
        }
    }
}

impl Engine {
    /// Sets or takes away the default model.
    pub async fn models_default(&self, request: ModelsDefaultRequest) -> Result<Nothing> {
        if let Some(model) = &request.model {
            let address = ModelAddress::parse(model);
            let house = self.inner.house()?;
            if address.is_none_or(|address| house.connection(&address.slug).is_none()) {
                return Err(Fault::new(Code::ModelNotFound).with("model", model));
            }
        }
        let inner = self.inner.clone();
        blocking(move || {
            inner.store.write(|tx| match &request.model {
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

/// The embedded catalogue, with the writer's own file on top where there is one: `catalogue.json` in the profile.
pub(crate) fn load_catalogue(dir: &Path) -> Result<Catalogue> {
    let path = dir.join("catalogue.json");
    let embedded = Catalogue::embedded();
    // One byte more than is taken is enough to see that it is too much.
    let file = std::fs::File::open(&path).and_then(|file| {
        let mut bytes = Vec::new();
        file.take(MAX_CATALOGUE as u64 + 1).read_to_end(&mut bytes).map(|_| bytes)
    });
    match file {
        Ok(bytes) => embedded.with_own(&bytes).map_err(|error| {
            let reason = format!("{}: {error}", path.display());
            Fault::new(Code::UsageError).with("reason", reason)
        }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(embedded),
        Err(_) => Err(Fault::new(Code::Damaged).with("path", path.display())),
    }
}

fn json(text: &str) -> String {
    Value::from(text).to_string()
}

/// Settings of one connection. What the writer did not set is absent.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ConnectionSettings {
    all: BTreeMap<String, String>,
    pub temperature: Option<f64>,
    pub max_tokens: Option<u64>,
}

/// The names of a connection's settings, in the order in which they are told.
pub const CONNECTION_SETTINGS: [&str; 11] = [
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
];

impl ConnectionSettings {
    /// Reads the JSON object of the database; what does not fit is passed over.
    pub(crate) fn read(json: &str) -> Self {
        let mut settings = Self::default();
        let all: BTreeMap<String, String> = serde_json::from_str(json).unwrap_or_default();
        for (name, value) in all {
            let _ = settings.set(&name, &value);
        }
        settings
    }

    pub(crate) fn to_json(&self) -> String {
        serde_json::to_string(&self.all).unwrap_or_else(|_| "{}".to_owned())
    }

    pub(crate) fn all(&self) -> &BTreeMap<String, String> {
        &self.all
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
        Ok(())
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

const TAKES_PROXY: &str = "proxy takes an address like http://host:port";

fn check(name: &str, value: &str) -> Result<()> {
    let whole = |most: u64| value.parse::<u64>().is_ok_and(|number| (1..=most).contains(&number));
    let fits = match name {
        "temperature" => value.parse::<f64>().is_ok_and(|number| (0.0..=2.0).contains(&number)),
        "max_tokens" => whole(10_000_000),
        "connect_timeout" | "first_token_timeout" | "idle_timeout" => {
            value.parse::<f64>().is_ok_and(|number| (0.1..=86_400.0).contains(&number))
        }
        "priority" | "weight" => value.parse::<u32>().is_ok_and(|number| number <= 1_000),
        "key_expires" => value.parse::<jiff::civil::Date>().is_ok(),
        "proxy" => url::Url::parse(value).is_ok_and(|url| url.scheme() == "http" && url.host_str().is_some()),
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
        "key_expires" => "key_expires takes a date like 2027-01-31".into(),
        "proxy" => TAKES_PROXY.into(),
        "ca_file" => "ca_file takes the path of a PEM file of at most 1 MiB".into(),
        _ => format!("{name} takes a short text"),
    }))
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
        ] {
            settings.set(name, value).expect(name);
        }
        for (name, value) in [
            ("temperature", "hot"),
            ("temperature", "NaN"),
            ("max_tokens", "-1"),
            ("idle_timeout", "0"),
            ("proxy", "socks5://x:1"),
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
