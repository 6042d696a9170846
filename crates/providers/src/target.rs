//! One connection, ready to be called; and the credential that is lent to a call.

use crate::access_key::AccessKey;
use crate::catalogue::{AuthStyle, Place, ProviderEntry, Surface};
use crate::header::CustomHeader;
use crate::sigv4::{Signed, sign};
use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderName, HeaderValue, Method};
use inkhorn_dialects::{PathOfModel, RequestPath, request_path};
use inkhorn_domain::Dialect;
use inkhorn_fault::{Code, Fault};
use inkhorn_outbound::{Answer, Deadlines, Destination, Outbound, Request, Target};
use inkhorn_secret::{Origin, Scrubber, Secret};
use std::borrow::Cow;
use std::sync::Arc;
use std::time::SystemTime;

/// A connection as calls need it: made once and kept, for it holds no secret. Cheap to clone.
#[derive(Clone)]
pub struct ConnectionTarget {
    pub(crate) entry: Arc<ProviderEntry>,
    pub(crate) outbound: Outbound,
    pub(crate) destination: Destination,
    pub(crate) auth: AuthStyle,
    pub(crate) deadlines: Deadlines,
    pub(crate) chat: ChatPlace,
    /// What every request carries, from the catalogue.
    fixed_headers: Vec<(HeaderName, HeaderValue)>,
}

/// Where chats go.
#[derive(Clone)]
pub(crate) enum ChatPlace {
    /// To one place, parsed once.
    Fixed(Target),
    /// To a place of each model.
    OfModel(PathOfModel),
}

impl ChatPlace {
    fn of(dialect: Dialect, destination: &Destination) -> Result<Self, Fault> {
        Ok(match request_path(dialect) {
            RequestPath::Fixed(path) => Self::Fixed(destination.at(path)?),
            RequestPath::OfModel(path) => Self::OfModel(path),
        })
    }

    fn target(
        &self,
        destination: &Destination,
        model: &str,
        streaming: bool,
    ) -> Result<Cow<'_, Target>, Fault> {
        match self {
            Self::Fixed(target) => Ok(Cow::Borrowed(target)),
            Self::OfModel(path) => {
                let path = path
                    .path(model, streaming)
                    .map_err(|bad| Fault::new(Code::BadRequest).with("reason", bad))?;
                destination.at(&path).map(Cow::Owned)
            }
        }
    }
}

impl ConnectionTarget {
    /// A connection to this destination through this client (see [`Outbound::through`] for a route of its own).
    pub fn new(
        entry: Arc<ProviderEntry>,
        outbound: Outbound,
        destination: Destination,
        auth: AuthStyle,
        deadlines: Deadlines,
    ) -> Result<Self, Fault> {
        let chat = ChatPlace::of(entry.dialect, &destination)?;
        let mut fixed_headers = vec![(
            ACCEPT,
            HeaderValue::from_static(
                "application/json, text/event-stream, application/x-ndjson, application/vnd.amazon.eventstream",
            ),
        )];
        for (name, value) in &entry.headers {
            let name: HeaderName =
                name.parse().map_err(|_| Fault::new(Code::BadHeader).with("bad_name", "name"))?;
            let value = HeaderValue::from_str(value)
                .map_err(|_| Fault::new(Code::BadHeader).with("bad_value", &name))?;
            fixed_headers.push((name, value));
        }
        Ok(Self { entry, outbound, destination, auth, deadlines, chat, fixed_headers })
    }

    /// The catalogue entry behind it.
    pub fn entry(&self) -> &Arc<ProviderEntry> {
        &self.entry
    }

    /// Where it points.
    pub fn destination(&self) -> &Destination {
        &self.destination
    }

    /// Every origin that a key of this connection may go to: its own, and the other hosts of the provider that the
    /// catalogue names. In order, each once: a key is sealed with them.
    pub fn origins(&self) -> Vec<Origin> {
        let others = self.entry.places().filter_map(|place| self.host_beside(place)?.ok());
        let mut origins: Vec<Origin> = others.map(|other| other.origin().clone()).collect();
        origins.push(self.destination.origin().clone());
        origins.sort_unstable();
        origins.dedup();
        origins
    }

    pub(crate) fn place(&self, place: &Place) -> Result<Target, Fault> {
        match self.host_beside(place) {
            Some(other) => other?.at(&place.path),
            None if place.at_root => self.destination.at_root(&place.path),
            None => self.destination.at(&place.path),
        }
    }

    /// The form of the API at this address, where it is not the usual one.
    pub(crate) fn surface(&self) -> Option<&Surface> {
        self.entry.surface_at(self.destination.path())
    }

    fn host_beside(&self, place: &Place) -> Option<Result<Destination, Fault>> {
        let host = place.beside.as_ref()?.of(self.destination.host())?;
        Some(self.destination.beside(&host))
    }

    /// The dialect in which this model is spoken to. An older form of an API knows one only.
    pub fn dialect_for(&self, model: &str) -> Dialect {
        if self.surface().is_some() { self.entry.dialect } else { self.entry.dialect_for(model) }
    }

    /// The dialect in which this model searches the web.
    pub fn search_dialect_for(&self, model: &str) -> Dialect {
        if self.surface().is_some() { self.entry.dialect } else { self.entry.search_dialect_for(model) }
    }

    /// Where a chat with this model in this dialect goes.
    pub(crate) fn chat_target(
        &self,
        dialect: Dialect,
        model: &str,
        streaming: bool,
    ) -> Result<Cow<'_, Target>, Fault> {
        if dialect != self.entry.dialect {
            let other = ChatPlace::of(dialect, &self.destination)?;
            return other
                .target(&self.destination, model, streaming)
                .map(|place| Cow::Owned(place.into_owned()));
        }
        self.chat.target(&self.destination, model, streaming)
    }

    pub(crate) async fn get(
        &self,
        target: &Target,
        credential: &Credential<'_>,
        deadlines: Deadlines,
        now: SystemTime,
    ) -> Result<Answer, Fault> {
        let request =
            Request { target, method: Method::GET, headers: Vec::new(), body: Bytes::new(), deadlines };
        self.send(request, credential, now).await
    }

    pub(crate) async fn post(
        &self,
        target: &Target,
        credential: &Credential<'_>,
        body: Bytes,
        deadlines: Deadlines,
        now: SystemTime,
    ) -> Result<Answer, Fault> {
        let headers = vec![(CONTENT_TYPE, HeaderValue::from_static("application/json"))];
        self.send(Request { target, method: Method::POST, headers, body, deadlines }, credential, now).await
    }

    async fn send(
        &self,
        mut request: Request<'_>,
        credential: &Credential<'_>,
        now: SystemTime,
    ) -> Result<Answer, Fault> {
        let headers = self.headers(credential, request.target, &request.method, &request.body, now)?;
        request.headers.extend(headers);
        self.outbound.send(request).await
    }

    /// The headers of one request. Only the chosen credential goes in, and only for an address that it was sealed for.
    /// Method, body and time are for those that sign what they send.
    pub(crate) fn headers(
        &self,
        credential: &Credential<'_>,
        target: &Target,
        method: &Method,
        body: &[u8],
        now: SystemTime,
    ) -> Result<Vec<(HeaderName, HeaderValue)>, Fault> {
        let mut headers = Vec::with_capacity(self.fixed_headers.len() + credential.headers.len() + 2);
        headers.extend(self.fixed_headers.iter().cloned());
        let secret = credential.key.is_some() || !credential.headers.is_empty();
        if secret && !credential.origins.contains(target.origin()) {
            return Err(Fault::new(Code::KeyForm).with("other_address", target.address()));
        }
        for header in credential.headers {
            headers.push((header.name.clone(), header.wire_value()?));
        }
        if let Some(key) = credential.key {
            match &self.auth {
                AuthStyle::None => {}
                AuthStyle::Bearer => headers.push((AUTHORIZATION, key_value("Bearer ", key)?)),
                AuthStyle::Header(name) => headers.push((name.clone(), key_value("", key)?)),
                AuthStyle::Aws => match AccessKey::parse(key) {
                    None => headers.push((AUTHORIZATION, key_value("Bearer ", key)?)),
                    Some(access) => {
                        let (host, path, query) = (target.address(), target.path(), target.query());
                        headers.extend(sign(&Signed { method, host, path, query, body }, &access, now)?);
                    }
                },
            }
        }
        Ok(headers)
    }
}

/// What one call may prove itself with: lent for the call, held by nobody here.
#[derive(Clone, Copy, Default)]
pub struct Credential<'k> {
    /// The key.
    pub key: Option<&'k Secret>,
    /// Custom headers; their values are secrets too.
    pub headers: &'k [CustomHeader],
    /// The origins that key and headers were sealed for. To any other, nothing is sent.
    pub origins: &'k [Origin],
}

impl Credential<'_> {
    /// No key and no header, for servers that want none.
    pub const NONE: Credential<'static> = Credential { key: None, headers: &[], origins: &[] };

    /// Takes every secret of this credential out of foreign text.
    pub(crate) fn scrubber(&self) -> Scrubber {
        let parts: Vec<Secret> =
            self.key.and_then(AccessKey::parse).map_or_else(Vec::new, |access| access.secrets().collect());
        let whole = self.key.into_iter().chain(self.headers.iter().map(|header| &header.value));
        Scrubber::new(whole.chain(&parts))
    }
}

fn key_value(before: &str, key: &Secret) -> Result<HeaderValue, Fault> {
    // EXPOSE: to build the one header that carries it.
    let text = key.expose();
    let built = if before.is_empty() {
        HeaderValue::from_str(text)
    } else {
        let mut whole = zeroize::Zeroizing::new(String::with_capacity(before.len() + text.len()));
        whole.push_str(before);
        whole.push_str(text);
        HeaderValue::from_str(&whole)
    };
    let mut value = built.map_err(|_| Fault::new(Code::KeyForm))?;
    value.set_sensitive(true);
    Ok(value)
}
