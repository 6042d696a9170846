//! One connection, ready to be called; and the credential that is lent to a call.

use crate::catalogue::{AuthStyle, Place, ProviderEntry};
use crate::header::CustomHeader;
use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION};
use http::{HeaderName, HeaderValue, Method};
use inkhorn_dialects::{PathOfModel, RequestPath, request_path};
use inkhorn_fault::{Code, Fault};
use inkhorn_outbound::{Answer, Deadlines, Destination, Outbound, Request, Target};
use inkhorn_secret::{Origin, Scrubber, Secret};
use std::borrow::Cow;
use std::sync::Arc;

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

impl ConnectionTarget {
    /// A connection to this destination through this client (see [`Outbound::through`] for a route of its own).
    pub fn new(
        entry: Arc<ProviderEntry>,
        outbound: Outbound,
        destination: Destination,
        auth: AuthStyle,
        deadlines: Deadlines,
    ) -> Result<Self, Fault> {
        let chat = match request_path(entry.dialect) {
            RequestPath::Fixed(path) => ChatPlace::Fixed(destination.at(path)?),
            RequestPath::OfModel(path) => ChatPlace::OfModel(path),
        };
        let mut fixed_headers = vec![(
            ACCEPT,
            HeaderValue::from_static("application/json, text/event-stream, application/x-ndjson"),
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

    pub(crate) fn place(&self, place: &Place) -> Result<Target, Fault> {
        if place.at_root { self.destination.at_root(&place.path) } else { self.destination.at(&place.path) }
    }

    /// Where a chat with this model goes.
    pub(crate) fn chat_target(&self, model: &str, streaming: bool) -> Result<Cow<'_, Target>, Fault> {
        match &self.chat {
            ChatPlace::Fixed(target) => Ok(Cow::Borrowed(target)),
            ChatPlace::OfModel(path) => {
                let path = path
                    .path(model, streaming)
                    .map_err(|bad| Fault::new(Code::BadRequest).with("reason", bad))?;
                self.destination.at(&path).map(Cow::Owned)
            }
        }
    }

    pub(crate) async fn get(
        &self,
        target: &Target,
        credential: &Credential<'_>,
        deadlines: Deadlines,
    ) -> Result<Answer, Fault> {
        let headers = self.headers(credential, target)?;
        self.outbound
            .send(Request { target, method: Method::GET, headers, body: Bytes::new(), deadlines })
            .await
    }

    /// The headers of one request. Only the chosen credential goes in, and only for an address that it was sealed for.
    pub(crate) fn headers(
        &self,
        credential: &Credential<'_>,
        target: &Target,
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
        Scrubber::new(self.key.into_iter().chain(self.headers.iter().map(|header| &header.value)))
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
