//! The one door to the network: every request that Inkhorn sends leaves through [`Outbound::send`].
//!
//! For the crate `providers`, which decides what to send. This crate decides how: which address a name may lead to,
//! TLS, deadlines, caps, and what a failure is called. It follows no redirect, reads no proxy from the environment,
//! keeps no cookie, unpacks nothing, sends no referrer and repeats no request; it knows no provider and no dialect.
//! It is the only crate that may name an HTTP client. Start reading at [`Outbound`].

mod answer;
mod connect;
mod destination;
mod failure;
mod proxy;
mod resolve;

pub use answer::{Answer, ERROR_BODY_CAP, MODEL_LIST_CAP, PLAIN_ANSWER_CAP};
pub use destination::{AddressClass, Destination, Reach, Target, classify_address, classify_host};

use bytes::Bytes;
use connect::{Connector, Tls};
use http::header::{ACCEPT_ENCODING, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use http_body_util::Full;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use inkhorn_fault::{Code, Fault};
use resolve::{Names, Resolver};
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;
use tokio::time::Instant;
use url::Url;

type Wire = Client<Connector, Full<Bytes>>;

/// How long a connection may take to be made unless its [`Route`] says otherwise.
pub const CONNECT_DEADLINE: Duration = Duration::from_secs(10);

/// How many different [`Route`]s keep their connections warm.
const ROUTES_KEPT: usize = 16;

/// The one HTTP client. Cheap to clone; clones share their warm connections.
#[derive(Clone)]
pub struct Outbound {
    wires: Wires,
    shared: Arc<Shared>,
}

/// One pool for each [`Reach`], because the answer for a name is judged by it.
#[derive(Clone)]
struct Wires {
    anywhere: Wire,
    public: Wire,
    near: Wire,
}

struct Shared {
    names: Names,
    routes: Mutex<Vec<(Route, Wires)>>,
}

/// Settings of one connection about the way there. The default is the ordinary way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Route {
    /// A proxy for encrypted connections to other machines: `http://host:port`, `https://host:port` or
    /// `socks5://host:port`, without user info.
    pub proxy: Option<Url>,
    /// Certificates (PEM) of authorities to trust besides those of the system.
    pub extra_authorities: Option<Vec<u8>>,
    /// How long a connection may take to be made, where it is not [`CONNECT_DEADLINE`].
    pub connect_deadline: Option<Duration>,
}

/// How long to wait for what. Connecting has its own deadline in [`Route`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadlines {
    /// From sending to the first byte of the answer's body.
    pub first_byte: Duration,
    /// Between two pieces of the body.
    pub idle: Duration,
    /// From sending to the end of the body.
    pub total: Duration,
}

/// One request.
pub struct Request<'t> {
    /// Where to.
    pub target: &'t Target,
    /// Usually GET or POST.
    pub method: Method,
    /// Headers; a value that holds a key is marked sensitive by who makes it.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// The body, empty for none.
    pub body: Bytes,
    /// How long to wait.
    pub deadlines: Deadlines,
}

impl Outbound {
    /// The client for the ordinary way. Opens nothing and reads no certificates until something is sent.
    pub fn new() -> Self {
        Self::with(Names::System)
    }

    fn with(names: Names) -> Self {
        let wires = Wires::make(&names, CONNECT_DEADLINE, &Tls::ordinary(), None);
        Self { wires, shared: Arc::new(Shared { names, routes: Mutex::default() }) }
    }

    /// The client for a connection with settings of its own. Equal settings share their warm connections.
    ///
    /// `bad_address` where the proxy's address is none (see [`Route::takes_proxy`]), `tls_failed` where the certificates cannot be read.
    pub fn through(&self, route: &Route) -> Result<Self, Fault> {
        if *route == Route::default() {
            return Ok(self.clone());
        }
        let mut routes = self.shared.routes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, wires)) = routes.iter().find(|(known, _)| known == route) {
            return Ok(Self { wires: wires.clone(), shared: self.shared.clone() });
        }
        let proxy = route.proxy.as_ref().map(proxy::ProxyPlace::of).transpose()?;
        let tls = match &route.extra_authorities {
            Some(pem) => Tls::trusting(pem)?,
            None => Tls::ordinary(),
        };
        let deadline = route.connect_deadline.unwrap_or(CONNECT_DEADLINE);
        let wires = Wires::make(&self.shared.names, deadline, &tls, proxy);
        if routes.len() >= ROUTES_KEPT {
            routes.remove(0);
        }
        routes.push((route.clone(), wires.clone()));
        Ok(Self { wires, shared: self.shared.clone() })
    }

    /// Sends one request once and waits for the head of its answer; the body comes as it comes.
    ///
    /// Any status but 3xx is an answer. Failures are `connection_refused`, `unknown_host`, `tls_failed`, `timed_out`,
    /// `redirect_refused`, `not_an_api` (not HTTP at all), `answer_too_large`, `stream_broken`. Dropping the future or
    /// the answer closes the connection at once.
    pub async fn send(&self, request: Request<'_>) -> Result<Answer, Fault> {
        let Request { target, method, headers, body, deadlines } = request;
        let sent_bytes = body.len() as u64;
        let started = Instant::now();

        let mut wire = http::Request::new(Full::new(body));
        *wire.method_mut() = method;
        *wire.uri_mut() = target.uri.clone();
        *wire.headers_mut() = all_headers(headers);

        // What leaves the machine leaves in this line: a record of each request and the offline lock belong here.
        let mut answering = self.wires.pool(target.reach).request(wire);

        // One timer for the whole request: here for the head, later moved along with the body.
        let due = started + deadlines.first_byte.min(deadlines.total);
        let mut timer = Box::pin(tokio::time::sleep_until(due));
        let response = poll_fn(|cx| match Pin::new(&mut answering).poll(cx) {
            Poll::Ready(response) => Poll::Ready(Some(response)),
            Poll::Pending => timer.as_mut().poll(cx).map(|()| None),
        })
        .await
        .ok_or_else(|| failure::timed_out(&target.address))?
        .map_err(|error| failure::of_request(&error, &target.address))?;

        failure::refuse_redirect(&response, target)?;
        failure::refuse_packed(&response, &target.address)?;
        Ok(Answer::new(response, timer, started, deadlines, target.address.clone(), sent_bytes))
    }
}

impl Default for Outbound {
    fn default() -> Self {
        Self::new()
    }
}

impl Wires {
    fn make(names: &Names, connect_deadline: Duration, tls: &Tls, proxy: Option<proxy::ProxyPlace>) -> Self {
        let wire = |reach| {
            let resolver = Resolver { names: names.clone(), reach };
            let connector = Connector::new(resolver, connect_deadline, tls.clone(), proxy.clone());
            // The pool hands a request that was never begun to a fresh connection when the kept one proves closed.
            // That is no repetition: the server has seen nothing of it. Nothing else is ever sent twice.
            Client::builder(TokioExecutor::new())
                .timer(TokioTimer::new())
                .pool_timer(TokioTimer::new())
                .pool_idle_timeout(Duration::from_secs(90))
                .pool_max_idle_per_host(256)
                // A shared connection that died silently is found out while a request waits on it.
                .http2_keep_alive_interval(Duration::from_secs(20))
                .http2_keep_alive_timeout(Duration::from_secs(10))
                .build(connector)
        };
        Self { anywhere: wire(Reach::Anywhere), public: wire(Reach::Public), near: wire(Reach::Near) }
    }

    fn pool(&self, reach: Reach) -> &Wire {
        match reach {
            Reach::Anywhere => &self.anywhere,
            Reach::Public => &self.public,
            Reach::Near => &self.near,
        }
    }
}

fn all_headers(given: Vec<(HeaderName, HeaderValue)>) -> HeaderMap {
    let mut headers = HeaderMap::with_capacity(given.len() + 3);
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    headers.insert(USER_AGENT, HeaderValue::from_static(concat!("inkhorn/", env!("CARGO_PKG_VERSION"))));
    for (name, value) in given {
        headers.insert(name, value);
    }
    headers
}

/// A fault that names the address.
fn fault_at(code: Code, address: &str) -> Fault {
    Fault::new(code).with("address", address)
}

#[cfg(test)]
mod tests;
