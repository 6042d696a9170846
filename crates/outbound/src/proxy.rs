//! The way through a proxy: an HTTP tunnel, plain or itself encrypted, or SOCKS 5. The proxy sees where a connection
//! leads, and nothing that is sent through it. It resolves the name; this machine asks nobody.

use crate::Route;
use crate::connect::{ConnectFailure, Tls, of_tcp};
use crate::destination::Reach;
use crate::resolve::Resolver;
use http::Uri;
use hyper_rustls::MaybeHttpsStream;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::{SocksV5, Tunnel};
use hyper_util::rt::TokioIo;
use inkhorn_fault::{Code, Fault};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::net::TcpStream;
use tower_service::Service;
use url::Url;

/// The way to where encryption begins: straight, or through a proxy that may itself be encrypted.
pub(crate) type Way = MaybeHttpsStream<TokioIo<TcpStream>>;

impl Route {
    /// Whether an address can be a proxy's: http, https or socks5 with a host, and no name or password in it.
    pub fn takes_proxy(proxy: &Url) -> bool {
        proxy_address(proxy).is_ok()
    }
}

/// A proxy's address as it is dialled. `bad_address` for any but those that [`Route::takes_proxy`] takes.
fn proxy_address(proxy: &Url) -> Result<Uri, Fault> {
    let bare = proxy.username().is_empty() && proxy.password().is_none();
    let scheme = match proxy.scheme() {
        scheme @ ("http" | "https") => Some(scheme),
        // Names go to the proxy in either spelling.
        "socks5" | "socks5h" => Some("http"),
        _ => None,
    };
    let usual = if proxy.scheme().starts_with("socks") { Some(1080) } else { proxy.port_or_known_default() };
    let port = proxy.port().or(usual).filter(|port| *port != 0);
    let host = proxy.host_str().filter(|host| bare && !host.is_empty());
    match (scheme, host, port) {
        (Some(scheme), Some(host), Some(port)) => {
            format!("{scheme}://{host}:{port}").parse().map_err(|_| Fault::new(Code::BadAddress))
        }
        _ => Err(Fault::new(Code::BadAddress)),
    }
}

/// A proxy, ready to be asked.
#[derive(Clone)]
pub(crate) struct Proxy {
    kind: Kind,
    /// Host and port, for people.
    name: Arc<str>,
}

#[derive(Clone)]
enum Kind {
    Tunnel(Tunnel<ToProxy>),
    Socks(SocksV5<ToProxy>),
}

/// Where a proxy is, before there is a connector to it.
#[derive(Clone)]
pub(crate) struct ProxyPlace {
    dial: Uri,
    socks: bool,
}

impl ProxyPlace {
    pub(crate) fn of(proxy: &Url) -> Result<Self, Fault> {
        Ok(Self { dial: proxy_address(proxy)?, socks: proxy.scheme().starts_with("socks") })
    }
}

impl Proxy {
    pub(crate) fn new(place: ProxyPlace, resolver: Resolver, tls: Tls) -> Self {
        // The proxy itself may well stand in one's own network.
        let mut tcp = HttpConnector::new_with_resolver(Resolver { reach: Reach::Anywhere, ..resolver });
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        let name = place.dial.authority().map_or("", |authority| authority.as_str()).into();
        let to_proxy = ToProxy { tcp, tls };
        let kind = match place.socks {
            true => Kind::Socks(SocksV5::new(place.dial, to_proxy)),
            false => Kind::Tunnel(Tunnel::new(place.dial, to_proxy)),
        };
        Self { kind, name }
    }

    /// Asks the proxy for a connection to there.
    pub(crate) async fn reach(&mut self, to: Uri) -> Result<Way, ConnectFailure> {
        let reached = match &mut self.kind {
            Kind::Tunnel(tunnel) => tunnel.call(to).await.map_err(drop),
            Kind::Socks(socks) => socks.call(to).await.map_err(drop),
        };
        reached.map_err(|()| ConnectFailure::ByProxy(self.name.to_string()))
    }
}

/// Dials the proxy itself.
#[derive(Clone)]
struct ToProxy {
    tcp: HttpConnector<Resolver>,
    tls: Tls,
}

impl Service<Uri> for ToProxy {
    type Response = Way;
    type Error = ConnectFailure;
    type Future = Pin<Box<dyn Future<Output = Result<Way, ConnectFailure>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        let Self { mut tcp, tls } = self.clone();
        Box::pin(async move {
            let encrypted = to.scheme() == Some(&http::uri::Scheme::HTTPS);
            let stream = tcp.call(to.clone()).await.map_err(|error| of_tcp(&error))?;
            if !encrypted {
                return Ok(MaybeHttpsStream::Http(stream));
            }
            let stream = tls.to_proxy(&to, TokioIo::new(stream)).await?;
            Ok(MaybeHttpsStream::Https(TokioIo::new(stream)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proxies_are_http_https_or_socks5_without_a_password() {
        for (address, dialled) in [
            ("http://127.0.0.1:3128", "http://127.0.0.1:3128/"),
            ("http://proxy.lan", "http://proxy.lan:80/"),
            ("https://proxy.example:8443", "https://proxy.example:8443/"),
            ("https://proxy.example", "https://proxy.example:443/"),
            ("socks5://127.0.0.1:9050", "http://127.0.0.1:9050/"),
            ("socks5h://[::1]", "http://[::1]:1080/"),
        ] {
            let url = Url::parse(address).expect("url");
            assert_eq!(proxy_address(&url).expect(address).to_string(), dialled);
            assert!(Route::takes_proxy(&url));
        }
        for bad in
            ["socks4://h:1", "ftp://h:1", "http://u@h:1", "socks5://u:p@h:1", "https://:p@h:1", "http://h:0"]
        {
            assert!(!Route::takes_proxy(&Url::parse(bad).expect("url")), "{bad}");
        }
    }
}
