//! A connection as a form holds it: keys on their way in, addresses put right, everything checked before any call.

use crate::house::{LiveConnection, auth_to_json};
use crate::random::{self, hex};
use crate::settings::ConnectionSettings;
use crate::{Engine, Inner};
use inkhorn_contract::{
    ConnectionDraft, HeaderInput, KeyInput, KeyPastedView, KeyRecogniseRequest, KeyRecognisedView,
};
use inkhorn_fault::{Code, Fault, Result};
use inkhorn_providers::{
    AuthStyle, BaseUrl, ConnectionTarget, Credential, CustomHeader, KeyForm, KeyNeed, ProviderEntry,
    check_headers, parse_base_url, recognise_key,
};
use inkhorn_secret::{Origin, Secret};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// A key that was pasted and not used is forgotten after this.
const PASTED_FOR: Duration = Duration::from_secs(600);
/// Most models typed by hand.
const MAX_TYPED_MODELS: usize = 1_000;

/// Keys that Rust read from the clipboard, until the form is sent.
#[derive(Default)]
pub(crate) struct PastedKeys(Mutex<HashMap<String, (Secret, Duration)>>);

impl PastedKeys {
    fn keep(&self, key: Secret, now: Duration) -> String {
        let handle = hex(&random::make_id());
        let mut keys = self.0.lock();
        keys.retain(|_, (_, since)| now.saturating_sub(*since) < PASTED_FOR);
        keys.insert(handle.clone(), (key, now));
        handle
    }

    /// The key stays until the form is stored: a test comes before that.
    fn find(&self, handle: &str, now: Duration) -> Option<Secret> {
        let keys = self.0.lock();
        let (key, since) = keys.get(handle)?;
        (now.saturating_sub(*since) < PASTED_FOR).then(|| key.duplicate())
    }

    fn forget(&self, handle: &str) {
        self.0.lock().remove(handle);
    }
}

/// What the form says, checked and put right. Nothing was sent and nothing stored yet.
pub(crate) struct Prepared {
    pub entry: Arc<ProviderEntry>,
    pub label: String,
    pub base: BaseUrl,
    pub auth: AuthStyle,
    pub key: Option<Secret>,
    pub headers: Vec<CustomHeader>,
    pub models: Vec<String>,
    pub target: ConnectionTarget,
    pub origins: Vec<Origin>,
}

impl Prepared {
    /// Lends key and headers to a call.
    pub(crate) fn credential(&self) -> Credential<'_> {
        Credential { key: self.key.as_ref(), headers: &self.headers, origins: &self.origins }
    }

    pub(crate) fn auth_json(&self) -> String {
        auth_to_json(&self.auth)
    }
}

impl Engine {
    /// What a typed key's form tells. Nothing is stored.
    pub async fn key_recognise(&self, request: KeyRecogniseRequest) -> Result<KeyRecognisedView> {
        Ok(recognised(&recognise_key(&request.key, &self.inner.catalogue)))
    }

    /// Takes over a key that a face read from the clipboard. The page gets a handle for it.
    pub fn hold_pasted_key(&self, key: Secret) -> KeyPastedView {
        let recognised = recognised(&recognise_key(&key, &self.inner.catalogue));
        let handle = self.inner.pasted.keep(key, self.inner.clock.since_start());
        KeyPastedView { handle, recognised }
    }
}

impl Inner {
    /// Checks a form. `stored` is the connection that is being changed, for what the form leaves as it is.
    pub(crate) fn prepare(
        &self,
        draft: &mut ConnectionDraft,
        stored: Option<&LiveConnection>,
    ) -> Result<Prepared> {
        if let Some(lost) = stored.and_then(LiveConnection::lost) {
            return Err(lost.clone());
        }
        let entry = self.catalogue.find(&draft.provider).cloned();
        let entry = entry.ok_or_else(|| Fault::new(Code::NotFound).with("name", &draft.provider))?;
        let usual = entry.base_url.as_ref().map(|url| url.as_str().to_owned());
        let address = draft.base_url.clone().filter(|text| !text.trim().is_empty()).or(usual);
        let address = address.ok_or_else(|| Fault::new(Code::BadAddress))?;
        let base = parse_base_url(&address, &entry, &self.own_gateways())?;
        let auth = match draft.auth.as_deref().filter(|text| !text.trim().is_empty()) {
            Some(text) => {
                AuthStyle::parse(text).ok_or_else(|| Fault::new(Code::BadHeader).with("bad_name", "auth"))?
            }
            None => stored.map_or(&entry.auth, LiveConnection::auth).clone(),
        };
        let destination = base.destination(&entry)?;
        let origin = destination.origin().clone();
        let moved = stored.is_some_and(|live| {
            live.target().map_or(true, |target| *target.destination().origin() != origin)
                || *live.auth() != auth
        });
        let key = self.take_key(&draft.key, &entry, stored, moved)?;
        if key.is_none() && entry.key == KeyNeed::Required && auth != AuthStyle::None {
            return Err(Fault::new(Code::KeyForm).with("missing", &entry.name));
        }
        let auth = if key.is_none() && entry.key == KeyNeed::Optional {
            auth_without_key(auth, stored)
        } else {
            auth
        };
        let headers = self.take_headers(&mut draft.headers, stored, moved)?;
        check_headers(&headers, &auth)?;
        let settings = stored.map_or_else(ConnectionSettings::default, |live| live.settings.clone());
        let target = settings.target(self, &entry, base.url.as_str(), auth.clone())?;
        Ok(Prepared {
            label: label(draft.label.as_deref(), &entry, stored)?,
            models: typed_models(&draft.models)?,
            origins: target.origins(),
            entry,
            base,
            auth,
            key,
            headers,
            target,
        })
    }

    /// Where a form would lead, before there is a key: for what is asked without one.
    pub(crate) fn target_of(
        &self,
        draft: &ConnectionDraft,
        stored: Option<&LiveConnection>,
    ) -> Result<ConnectionTarget> {
        if let Some(live) = stored {
            return live.target().cloned();
        }
        let entry = self.catalogue.find(&draft.provider);
        let entry = entry.ok_or_else(|| Fault::new(Code::NotFound).with("name", &draft.provider))?;
        let address = draft.base_url.as_deref().or_else(|| entry.base_url.as_ref().map(url::Url::as_str));
        let address = address.ok_or_else(|| Fault::new(Code::BadAddress))?;
        let base = parse_base_url(address, entry, &self.own_gateways())?;
        ConnectionSettings::default().target(self, entry, base.url.as_str(), entry.auth.clone())
    }

    /// A key from wherever the form says, cleaned. A key belongs to an address: with another address it is asked for
    /// again.
    fn take_key(
        &self,
        input: &KeyInput,
        entry: &ProviderEntry,
        stored: Option<&LiveConnection>,
        moved: bool,
    ) -> Result<Option<Secret>> {
        let raw = match input {
            KeyInput::None => return Ok(None),
            KeyInput::Typed { key } if key.is_empty() => return Ok(None),
            KeyInput::Typed { key } => key.duplicate(),
            KeyInput::Pasted { handle } => {
                let held = self.pasted.find(handle, self.clock.since_start());
                held.ok_or_else(|| Fault::new(Code::NotFound).with("name", "pasted key"))?
            }
            KeyInput::Environment { variable } => {
                // Only variables that are for keys of this provider: no others are anybody's business.
                let named = entry.env.iter().any(|name| name == variable);
                let held = self.environment.key(variable).filter(|_| named);
                held.ok_or_else(|| Fault::new(Code::NotFound).with("name", variable))?
            }
            KeyInput::Keep => {
                let Some(live) = stored.filter(|live| live.key_row().is_some()) else { return Ok(None) };
                if moved {
                    return Err(Fault::new(Code::KeyForm).with("again", &entry.name));
                }
                return Ok(live.unseal(self)?.into_parts().0);
            }
        };
        let form = recognise_key(&raw, &self.catalogue);
        match form.problem_for(entry) {
            Some(problem) => Err(problem),
            None => Ok(Some(form.cleaned)),
        }
    }

    /// The headers of the form; one without a value keeps the value that is stored.
    fn take_headers(
        &self,
        inputs: &mut Vec<HeaderInput>,
        stored: Option<&LiveConnection>,
        moved: bool,
    ) -> Result<Vec<CustomHeader>> {
        let mut kept = match stored {
            Some(live) if inputs.iter().any(|input| input.value.is_none()) => {
                if moved {
                    return Err(Fault::new(Code::BadHeader).with("again", live.label()));
                }
                live.unseal(self)?.into_parts().1
            }
            _ => Vec::new(),
        };
        let mut headers = Vec::new();
        for input in inputs.drain(..) {
            headers.push(match input.value {
                Some(value) => CustomHeader::parse(&input.name, &value)?,
                None => {
                    let at = kept
                        .iter()
                        .position(|header| header.name.as_str().eq_ignore_ascii_case(input.name.trim()));
                    let at = at.ok_or_else(|| Fault::new(Code::BadHeader).with("bad_value", &input.name))?;
                    kept.swap_remove(at)
                }
            });
        }
        Ok(headers)
    }

    pub(crate) fn forget_pasted(&self, input: &KeyInput) {
        if let KeyInput::Pasted { handle } = input {
            self.pasted.forget(handle);
        }
    }

    /// Addresses at which a gateway of ours answers or would answer: a connection to one would go round in circles.
    pub(crate) fn own_gateways(&self) -> Vec<SocketAddr> {
        let gateway = self.gateway.lock();
        let running = gateway
            .address
            .as_deref()
            .and_then(|url| url.strip_prefix("http://")?.parse::<SocketAddr>().ok());
        let mut ports = vec![gateway.port];
        ports.extend(running.map(|address| address.port()));
        let both = |port: u16| {
            [
                SocketAddr::from(([127, 0, 0, 1], port)),
                SocketAddr::from((std::net::Ipv6Addr::LOCALHOST, port)),
            ]
        };
        ports.into_iter().flat_map(both).chain(running).collect()
    }
}

/// A server that takes a key but was given none is asked without one.
fn auth_without_key(auth: AuthStyle, stored: Option<&LiveConnection>) -> AuthStyle {
    if stored.is_some_and(|live| live.key_row().is_some()) { auth } else { AuthStyle::None }
}

fn label(given: Option<&str>, entry: &ProviderEntry, stored: Option<&LiveConnection>) -> Result<String> {
    let given = given.map(str::trim).filter(|text| !text.is_empty());
    let label = given.unwrap_or_else(|| stored.map_or(entry.name.as_str(), |live| live.label()));
    if label.chars().count() > 80 || label.chars().any(char::is_control) {
        let reason = "a name has at most 80 characters on one line";
        return Err(Fault::new(Code::BadRequest).with("reason", reason));
    }
    Ok(label.to_owned())
}

fn typed_models(models: &[String]) -> Result<Vec<String>> {
    let mut typed: Vec<String> = Vec::new();
    for model in models.iter().map(|model| model.trim()).filter(|model| !model.is_empty()) {
        if model.len() > 256 || model.chars().any(char::is_control) {
            return Err(Fault::new(Code::ModelNotFound).with("model", model));
        }
        if !typed.iter().any(|known| known == model) {
            typed.push(model.to_owned());
        }
    }
    if typed.len() > MAX_TYPED_MODELS {
        let reason = format!("at most {MAX_TYPED_MODELS} models are typed by hand");
        return Err(Fault::new(Code::OverLimit).with("reason", reason));
    }
    Ok(typed)
}

fn recognised(form: &KeyForm) -> KeyRecognisedView {
    KeyRecognisedView {
        provider: form.provider.as_ref().map(|entry| entry.id.clone()),
        notices: form.notices.iter().map(|notice| notice.as_str().to_owned()).collect(),
        last4: form.cleaned.last4(),
        fault: form.problem.as_ref().map(Into::into),
    }
}
