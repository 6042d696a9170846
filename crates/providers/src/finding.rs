//! Servers on this machine, told apart: which of the known ones answers at an address. How each gives itself away is
//! data of the catalogue; the order matters, because some imitate others.
//!
//! Only asks: no key and no header of the writer's goes along, so that an unknown listener learns nothing.

use crate::catalogue::{Catalogue, ProviderEntry};
use bytes::Bytes;
use http::Method;
use inkhorn_fault::{Code, Fault};
use inkhorn_outbound::{Deadlines, Destination, Outbound, Request, Route};
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use url::{Host, Url};

/// A server on this machine answers within this, or is taken for absent.
const SOON: Deadlines = Deadlines {
    first_byte: Duration::from_millis(1500),
    idle: Duration::from_millis(500),
    total: Duration::from_millis(2500),
};

/// For a connection within this machine to stand.
const CONNECT: Duration = Duration::from_millis(500);

/// For all questions to one place.
const ALL_QUESTIONS: Duration = Duration::from_secs(6);

/// Most of an answer that is read, in bytes.
const MOST: usize = 1024 * 1024;

/// Programs that speak with people and have no models of their own (Open WebUI), where the servers behind them usually
/// are: a path, and the place in its JSON that gives them away.
const BYSTANDERS: [(&str, &str); 1] = [("/api/config", "/deployment_id")];
/// They are asked before the servers of this order and later ones.
const BYSTANDERS_BEFORE: u16 = 40;

/// How a server of one kind gives itself away.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signs {
    /// Lower is asked first: who imitates others comes before them.
    pub order: u16,
    /// One of these suffices.
    pub any: Vec<Sign>,
}

/// One question to a server, and the answer that gives it away.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sign {
    /// The path below the server's root.
    pub path: String,
    /// The answer's status.
    #[serde(default = "fine")]
    pub status: u16,
    /// The body holds this text.
    #[serde(default)]
    pub text: Option<String>,
    /// The body is JSON and has these places (JSON pointers), with this value where one is given.
    #[serde(default)]
    pub json: BTreeMap<String, Option<Value>>,
    /// The body is empty.
    #[serde(default)]
    pub empty: bool,
    /// It is there and not ready yet.
    #[serde(default)]
    pub loading: bool,
    /// It is there and wants a key.
    #[serde(default)]
    pub needs_key: bool,
    /// Only at the usual port of the entry: too little to go by elsewhere.
    #[serde(default)]
    pub at_usual_port: bool,
    /// These questions must be answered so too.
    #[serde(default)]
    pub and: Vec<Sign>,
}

fn fine() -> u16 {
    200
}

impl Sign {
    /// What makes the sign unusable.
    pub(crate) fn trouble(&self) -> Option<String> {
        if !self.path.starts_with('/') || self.path.starts_with("//") {
            return Some(format!("the path {} does not begin with one /", self.path));
        }
        if self.json.keys().any(|pointer| !pointer.is_empty() && !pointer.starts_with('/')) {
            return Some("a JSON pointer begins with /".into());
        }
        self.and.iter().find_map(Self::trouble)
    }

    fn fits(&self, answer: &Told) -> bool {
        if answer.status != self.status || (self.empty && !answer.body.is_empty()) {
            return false;
        }
        let holds = |text: &String| String::from_utf8_lossy(&answer.body).contains(text.as_str());
        if self.text.as_ref().is_some_and(|text| !holds(text)) {
            return false;
        }
        if self.json.is_empty() {
            return true;
        }
        let Ok(json) = serde_json::from_slice::<Value>(&answer.body) else { return false };
        self.json.iter().all(|(pointer, wanted)| match (json.pointer(pointer), wanted) {
            (Some(there), Some(wanted)) => there == wanted,
            (Some(there), None) => !there.is_null(),
            (None, _) => false,
        })
    }
}

/// A server that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundServer {
    /// The entry that speaks with it.
    pub entry: Arc<ProviderEntry>,
    /// The base address for that entry.
    pub base_url: Url,
    /// It is still starting.
    pub loading: bool,
    /// It wants a key.
    pub needs_key: bool,
}

/// The places at which local servers usually are: the ports of the catalogue's local addresses, over both families.
pub fn usual_places(catalogue: &Catalogue) -> Vec<SocketAddr> {
    let entries = catalogue.entries();
    let usual =
        entries.iter().filter(|entry| entry.signs.is_some()).filter_map(|entry| entry.base_url.as_ref());
    let presets = entries.iter().flat_map(|entry| &entry.presets).map(|preset| &preset.base_url);
    let ports: BTreeSet<u16> = usual
        .chain(presets)
        .filter(|url| is_this_machine(url))
        .filter_map(Url::port_or_known_default)
        .collect();
    let both = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
    ports.into_iter().flat_map(|port| both.map(|address| SocketAddr::new(address, port))).collect()
}

/// Whether an address names this machine.
pub fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            name == "localhost" || name.ends_with(".localhost")
        }
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Asks who answers at a place. `None` where nobody does, or nobody whom the catalogue knows.
pub async fn identify(outbound: &Outbound, catalogue: &Catalogue, place: SocketAddr) -> Option<FoundServer> {
    let found = tokio::time::timeout(ALL_QUESTIONS, ask_all(outbound, catalogue, place)).await;
    found.ok().flatten()
}

async fn ask_all(outbound: &Outbound, catalogue: &Catalogue, place: SocketAddr) -> Option<FoundServer> {
    let mut known: Vec<(&Arc<ProviderEntry>, &Signs)> =
        catalogue.entries().iter().filter_map(|entry| Some((entry, entry.signs.as_ref()?))).collect();
    known.sort_by_key(|(_, signs)| signs.order);
    let mut asking = Asking::of(outbound, place)?;
    let mut is_server = false;
    for (entry, signs) in known {
        if signs.order >= BYSTANDERS_BEFORE && !is_server {
            if asking.is_bystander().await? {
                return None;
            }
            is_server = true;
        }
        let usual = entry.base_url.as_ref().and_then(Url::port_or_known_default) == Some(place.port());
        for sign in signs.any.iter().filter(|sign| usual || !sign.at_usual_port) {
            if asking.all_fit(sign).await? {
                let base_url = address_for(entry, place)?;
                let (loading, needs_key) = (sign.loading, sign.needs_key);
                return Some(FoundServer { entry: entry.clone(), base_url, loading, needs_key });
            }
        }
    }
    None
}

/// The entry's own address with this place in it.
fn address_for(entry: &ProviderEntry, place: SocketAddr) -> Option<Url> {
    let mut url = match &entry.base_url {
        Some(usual) => usual.clone(),
        None => Url::parse("http://localhost/v1").ok()?,
    };
    url.set_ip_host(place.ip()).ok()?;
    url.set_port(Some(place.port())).ok()?;
    Some(url)
}

/// What a server told, kept so that nothing is asked twice.
struct Told {
    status: u16,
    body: Bytes,
}

/// The questions to one place. `None` anywhere means that nobody is there, or somebody who does not answer.
struct Asking {
    outbound: Outbound,
    destination: Destination,
    told: HashMap<String, Told>,
}

impl Asking {
    fn of(outbound: &Outbound, place: SocketAddr) -> Option<Self> {
        let base = Url::parse(&format!("http://{place}/")).ok()?;
        let route = Route { connect_deadline: Some(CONNECT), ..Route::default() };
        let outbound = outbound.through(&route).ok()?;
        Some(Self { outbound, destination: Destination::anywhere(&base).ok()?, told: HashMap::new() })
    }

    async fn all_fit(&mut self, sign: &Sign) -> Option<bool> {
        if !sign.fits(self.ask(&sign.path).await?) {
            return Some(false);
        }
        for other in &sign.and {
            if !other.fits(self.ask(&other.path).await?) {
                return Some(false);
            }
        }
        Some(true)
    }

    async fn is_bystander(&mut self) -> Option<bool> {
        for (path, pointer) in BYSTANDERS {
            let told = self.ask(path).await?;
            let json = serde_json::from_slice::<Value>(&told.body).unwrap_or_default();
            if told.status == 200 && json.pointer(pointer).is_some_and(|there| !there.is_null()) {
                return Some(true);
            }
        }
        Some(false)
    }

    async fn ask(&mut self, path: &str) -> Option<&Told> {
        if !self.told.contains_key(path) {
            let told = match self.fetch(path).await {
                Ok(told) => told,
                // Something answers here that is none of ours at this path: a redirect, a compressed page, a flood.
                Err(fault) if says_something(&fault) => Told { status: 0, body: Bytes::new() },
                Err(_) => return None,
            };
            self.told.insert(path.to_owned(), told);
        }
        self.told.get(path)
    }

    async fn fetch(&self, path: &str) -> Result<Told, Fault> {
        let target = self.destination.at_root(path)?;
        let request = Request {
            target: &target,
            method: Method::GET,
            headers: Vec::new(),
            body: Bytes::new(),
            deadlines: SOON,
        };
        let answer = self.outbound.send(request).await?;
        Ok(Told { status: answer.status(), body: answer.read_to_end(MOST).await? })
    }
}

fn says_something(fault: &Fault) -> bool {
    matches!(fault.code(), Code::RedirectRefused | Code::AnswerTooLarge | Code::NotAnApi | Code::StreamBroken)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn sign(rule: Value) -> Sign {
        serde_json::from_value(rule).expect("a sign")
    }

    fn told(status: u16, body: &str) -> Told {
        Told { status, body: Bytes::from(body.to_owned()) }
    }

    #[test]
    fn a_sign_fits_by_status_text_and_places() {
        let version = sign(json!({ "path": "/v", "json": { "/result": "KoboldCpp" } }));
        assert!(version.fits(&told(200, r#"{"result":"KoboldCpp","version":"1"}"#)));
        for (status, body) in
            [(200, r#"{"result":"koboldcpp"}"#), (404, r#"{"result":"KoboldCpp"}"#), (200, "KoboldCpp")]
        {
            assert!(!version.fits(&told(status, body)), "{body}");
        }
        let there = sign(json!({ "path": "/v", "json": { "/models": null } }));
        assert!(there.fits(&told(200, r#"{"models":[]}"#)));
        assert!(!there.fits(&told(200, r#"{"models":null}"#)), "a null is not there");
        let ready = sign(json!({ "path": "/readyz", "empty": true }));
        assert!(ready.fits(&told(200, "")) && !ready.fits(&told(200, "ok")));
        let text = sign(json!({ "path": "/", "text": "Ollama is running" }));
        assert!(text.fits(&told(200, "Ollama is running")) && !text.fits(&told(200, "LocalAI")));
    }

    #[test]
    fn the_usual_places_are_the_catalogues_local_ports_over_both_families() {
        let places = usual_places(&Catalogue::embedded());
        for place in ["127.0.0.1:11434", "[::1]:11434", "127.0.0.1:1234", "[::1]:1234"] {
            assert!(places.contains(&place.parse().expect("place")), "{place} is not in {places:?}");
        }
        assert!(places.iter().all(|place| place.ip().is_loopback() && place.port() != 443));
    }

    #[test]
    fn only_this_machine_is_this_machine() {
        for (url, here) in [
            ("http://localhost:1", true),
            ("http://LOCALHOST.:1", true),
            ("http://127.9.9.9", true),
            ("http://[::1]:8080/v1", true),
            ("http://192.168.0.2", false),
            ("https://localhost.example.com", false),
        ] {
            assert_eq!(is_this_machine(&Url::parse(url).expect("url")), here, "{url}");
        }
    }
}
