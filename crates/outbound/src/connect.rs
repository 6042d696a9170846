//! Making one connection: name, TCP, perhaps a proxy's tunnel, perhaps TLS, all within one deadline.

use crate::destination::{AddressClass, classify_host};
use crate::proxy::{Proxy, ProxyPlace, Way};
use crate::resolve::{ResolveFailure, Resolver};
use http::Uri;
use hyper_rustls::MaybeHttpsStream;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioIo;
use inkhorn_fault::{Code, Fault};
use rustls::ClientConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use std::error::Error;
use std::fmt;
use std::future::Future;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::client::TlsStream;
use tower_service::Service;

type Connection = MaybeHttpsStream<Way>;

/// Makes connections for one pool.
#[derive(Clone)]
pub(crate) struct Connector {
    tcp: HttpConnector<Resolver>,
    proxy: Option<Proxy>,
    tls: Tls,
    deadline: Duration,
}

/// Why no connection stands.
#[derive(Clone, Debug)]
pub(crate) enum ConnectFailure {
    /// The name has no address.
    UnknownHost,
    /// The name leads to an address that this destination may not have.
    Misplaced(IpAddr),
    /// Nothing listens, or no way there.
    Refused,
    /// The proxy (host and port) is not there or does not let it through.
    ByProxy(String),
    /// The encryption could not be agreed on. The words of the TLS library; they name no secret.
    Tls(String),
    /// Not within the deadline.
    TimedOut,
}

impl fmt::Display for ConnectFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl Error for ConnectFailure {}

impl Connector {
    pub(crate) fn new(resolver: Resolver, deadline: Duration, tls: Tls, proxy: Option<ProxyPlace>) -> Self {
        let mut tcp = HttpConnector::new_with_resolver(resolver.clone());
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_keepalive(Some(Duration::from_secs(30)));
        let proxy = proxy.map(|place| Proxy::new(place, resolver, tls.clone()));
        Self { tcp, proxy, tls, deadline }
    }

    async fn connect(mut self, to: Uri) -> Result<Connection, ConnectFailure> {
        let encrypted = to.scheme() == Some(&http::uri::Scheme::HTTPS);
        // Plain http goes to this machine or one's own network only: never over a proxy.
        let way = match &mut self.proxy {
            Some(proxy) if encrypted && !is_this_machine(&to) => proxy.reach(to.clone()).await?,
            _ => Way::Http(self.tcp.call(to.clone()).await.map_err(|error| of_tcp(&error))?),
        };
        if !encrypted {
            return Ok(MaybeHttpsStream::Http(way));
        }
        let settings = self.tls.settings().await?;
        let stream = encrypt(settings, &to, TokioIo::new(way)).await?;
        Ok(MaybeHttpsStream::Https(TokioIo::new(stream)))
    }
}

impl Service<Uri> for Connector {
    type Response = Connection;
    type Error = ConnectFailure;
    type Future = Pin<Box<dyn Future<Output = Result<Connection, ConnectFailure>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        let (deadline, connector) = (self.deadline, self.clone());
        Box::pin(async move {
            tokio::time::timeout(deadline, connector.connect(to))
                .await
                .unwrap_or(Err(ConnectFailure::TimedOut))
        })
    }
}

/// The settings of TLS, made on first use: reading the system's certificates takes a while, and who only talks to a
/// server on this machine never needs them.
#[derive(Clone)]
pub(crate) struct Tls {
    made: Arc<OnceLock<Arc<ClientConfig>>>,
    extra: Arc<[CertificateDer<'static>]>,
}

impl Tls {
    /// Trusts what the system trusts.
    pub(crate) fn ordinary() -> Self {
        Self { made: Arc::default(), extra: Arc::from([]) }
    }

    /// Trusts these authorities (PEM) besides. `tls_failed` where there is none in it.
    pub(crate) fn trusting(pem: &[u8]) -> Result<Self, Fault> {
        let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
        match read {
            Ok(extra) if !extra.is_empty() => Ok(Self { made: Arc::default(), extra: Arc::from(extra) }),
            _ => {
                Err(Fault::new(Code::TlsFailed).with_detail("the file holds no certificate that can be read"))
            }
        }
    }

    /// Encrypts the way to a proxy, which speaks HTTP/1.1 whatever stands behind it.
    pub(crate) async fn to_proxy<S>(&self, to: &Uri, stream: S) -> Result<TlsStream<S>, ConnectFailure>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let mut settings = ClientConfig::clone(&*self.settings().await?);
        settings.alpn_protocols = vec![b"http/1.1".to_vec()];
        encrypt(Arc::new(settings), to, stream).await
    }

    async fn settings(&self) -> Result<Arc<ClientConfig>, ConnectFailure> {
        if let Some(made) = self.made.get() {
            return Ok(made.clone());
        }
        let extra = self.extra.clone();
        // Reads hundreds of files: not on a thread that serves others.
        let made = tokio::task::spawn_blocking(move || make_settings(&extra)).await;
        let made = made.map_err(|_| ConnectFailure::Tls("the certificates could not be read".into()))?;
        let made = made.map_err(|error| ConnectFailure::Tls(error.to_string()))?;
        Ok(self.made.get_or_init(|| Arc::new(made)).clone())
    }
}

fn make_settings(extra: &[CertificateDer<'static>]) -> Result<ClientConfig, rustls::Error> {
    // The provider is named here and not taken from the process: nobody else can change it.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier =
        rustls_platform_verifier::Verifier::new_with_extra_roots(extra.iter().cloned(), provider.clone())?;
    let mut settings = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    settings.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(settings)
}

async fn encrypt<S>(settings: Arc<ClientConfig>, to: &Uri, stream: S) -> Result<TlsStream<S>, ConnectFailure>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let host = to.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    let name = ServerName::try_from(host.trim_end_matches('.').to_owned());
    let name = name.map_err(|_| ConnectFailure::Tls("the host has no name to check".into()))?;
    let stream = tokio_rustls::TlsConnector::from(settings).connect(name, stream).await;
    stream.map_err(|error| ConnectFailure::Tls(error.to_string()))
}

fn is_this_machine(to: &Uri) -> bool {
    let host = to.host().and_then(|host| url::Host::parse(host).ok());
    let host = host.as_ref().map(|host| match host {
        url::Host::Domain(name) => url::Host::Domain(name.as_str()),
        url::Host::Ipv4(address) => url::Host::Ipv4(*address),
        url::Host::Ipv6(address) => url::Host::Ipv6(*address),
    });
    host.and_then(|host| classify_host(&host)) == Some(AddressClass::Loopback)
}

/// Names the cause of a failure before the encryption began.
pub(crate) fn of_tcp(error: &(dyn Error + 'static)) -> ConnectFailure {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(resolve) = error.downcast_ref::<ResolveFailure>() {
            return match resolve {
                ResolveFailure::Unknown => ConnectFailure::UnknownHost,
                ResolveFailure::Misplaced(address) => ConnectFailure::Misplaced(*address),
            };
        }
        if error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::TimedOut) {
            return ConnectFailure::TimedOut;
        }
        cause = error.source();
    }
    ConnectFailure::Refused
}
