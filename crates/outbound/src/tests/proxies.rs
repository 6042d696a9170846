//! Real proxies of each kind on this machine, in front of a server with a certificate of its own authority: the proxy
//! learns where a connection leads, and nothing of what goes through it.

use super::{PATIENT, code_of, send_with, serve_tls};
use crate::{Outbound, Route};
use inkhorn_fault::Code;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use url::Url;

/// The name that only the proxy can resolve.
const NAME: &str = "models.example.test";

/// Everything that a proxy saw, in both directions.
type Seen = Arc<Mutex<Vec<u8>>>;

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Http,
    Https,
    Socks,
}

/// Starts a proxy that leads every connection to `server`, whatever its name. Gives its address, what it sees, and
/// its own certificate where it has one.
async fn start(kind: Kind, server: SocketAddr) -> (Url, Seen, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("bind");
    let port = listener.local_addr().expect("address").port();
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("certificate");
    let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).expect("key");
    let settings =
        rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .expect("settings");
    let acceptor = TlsAcceptor::from(Arc::new(settings));
    let seen = Seen::default();
    let kept = seen.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, kept) = (acceptor.clone(), kept.clone());
            tokio::spawn(async move {
                match kind {
                    Kind::Http => tunnel(stream, server, kept).await,
                    Kind::Socks => socks(stream, server, kept).await,
                    Kind::Https => match acceptor.accept(stream).await {
                        Ok(stream) => tunnel(stream, server, kept).await,
                        Err(_) => None,
                    },
                }
            });
        }
    });
    let scheme = match kind {
        Kind::Http => "http",
        Kind::Https => "https",
        Kind::Socks => "socks5",
    };
    (Url::parse(&format!("{scheme}://localhost:{port}")).expect("url"), seen, made.cert.pem())
}

async fn tunnel<S: AsyncRead + AsyncWrite + Unpin>(
    mut from: S,
    server: SocketAddr,
    seen: Seen,
) -> Option<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(from.read_u8().await.ok()?);
    }
    seen.lock().expect("lock").extend_from_slice(&head);
    from.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await.ok()?;
    pass(from, server, seen).await
}

async fn socks(mut from: TcpStream, server: SocketAddr, seen: Seen) -> Option<()> {
    let mut greeting = [0; 3];
    from.read_exact(&mut greeting).await.ok()?;
    assert_eq!(greeting, [5, 1, 0], "one way in: without a password");
    from.write_all(&[5, 0]).await.ok()?;
    let mut request = [0; 5];
    from.read_exact(&mut request).await.ok()?;
    assert_eq!(request[..4], [5, 1, 0, 3], "a name, for the proxy to resolve");
    let mut name = vec![0; usize::from(request[4]) + 2];
    from.read_exact(&mut name).await.ok()?;
    seen.lock().expect("lock").extend_from_slice(&name);
    from.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).await.ok()?;
    pass(from, server, seen).await
}

/// Passes everything on, and keeps a copy of what the caller sends.
async fn pass<S: AsyncRead + AsyncWrite + Unpin>(from: S, server: SocketAddr, seen: Seen) -> Option<()> {
    let to = TcpStream::connect(server).await.ok()?;
    let mut watched = Watched { inner: from, seen };
    let mut to = to;
    copy_bidirectional(&mut watched, &mut to).await.ok().map(drop)
}

/// A stream whose incoming bytes are kept.
struct Watched<S> {
    inner: S,
    seen: Seen,
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
        into: &mut tokio::io::ReadBuf<'_>,
    ) -> std::task::Poll<std::io::Result<()>> {
        let before = into.filled().len();
        let polled = std::pin::Pin::new(&mut self.inner).poll_read(cx, into);
        self.seen.lock().expect("lock").extend_from_slice(&into.filled()[before..]);
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(
        mut self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
        bytes: &[u8],
    ) -> std::task::Poll<std::io::Result<usize>> {
        std::pin::Pin::new(&mut self.inner).poll_write(cx, bytes)
    }
    fn poll_flush(
        mut self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<std::io::Result<()>> {
        std::pin::Pin::new(&mut self.inner).poll_flush(cx)
    }
    fn poll_shutdown(
        mut self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<std::io::Result<()>> {
        std::pin::Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

#[tokio::test]
async fn each_kind_of_proxy_leads_there_and_learns_nothing_else() {
    for kind in [Kind::Http, Kind::Https, Kind::Socks] {
        let (server, server_pem, told) = serve_tls(&[NAME]);
        let (proxy, seen, proxy_pem) = start(kind, server).await;
        let authorities = [server_pem, proxy_pem].concat().into_bytes();
        let route =
            Route { proxy: Some(proxy.clone()), extra_authorities: Some(authorities), ..Route::default() };
        let out = Outbound::new().through(&route).expect("route");
        let answer = send_with(&out, &format!("https://{NAME}"), PATIENT).await;
        let answer = answer.unwrap_or_else(|fault| panic!("{proxy}: {fault:?}"));
        assert_eq!(answer.status(), 200, "{proxy}");
        let request = tokio::task::spawn_blocking(move || told.recv()).await.expect("task").expect("served");
        let request = String::from_utf8_lossy(&request).into_owned();
        assert!(request.contains("CANARY"), "the provider got the key: {request}");
        let seen = seen.lock().expect("lock").clone();
        let text = String::from_utf8_lossy(&seen);
        assert!(text.contains(NAME), "{proxy}: it was asked for the name");
        assert!(!text.contains("CANARY"), "{proxy}: the key passes sealed");
        assert!(!text.to_lowercase().contains("authorization"), "{proxy}: {text}");
    }
}

#[tokio::test]
async fn an_encrypted_proxy_that_nobody_vouches_for_is_not_used() {
    let (server, server_pem, _told) = serve_tls(&[NAME]);
    let (proxy, seen, _own) = start(Kind::Https, server).await;
    let route = Route {
        proxy: Some(proxy.clone()),
        extra_authorities: Some(server_pem.into_bytes()),
        ..Route::default()
    };
    let out = Outbound::new().through(&route).expect("route");
    let sent = send_with(&out, &format!("https://{NAME}"), PATIENT).await;
    let fault = sent.err().expect("not vouched for");
    assert_eq!(fault.code(), Code::ConnectionRefused);
    let at = format!("localhost:{}", proxy.port().expect("port"));
    assert!(fault.message().contains(&at), "it names the proxy: {fault}");
    assert!(seen.lock().expect("lock").is_empty(), "it never learned where to");
}

#[tokio::test]
async fn a_proxy_that_is_gone_is_named() {
    let gone = TcpListener::bind("127.0.0.1:0").await.expect("bind").local_addr().expect("address");
    for scheme in ["http", "https", "socks5"] {
        let proxy = Url::parse(&format!("{scheme}://{gone}")).expect("url");
        let route = Route { proxy: Some(proxy), ..Route::default() };
        let out = Outbound::new().through(&route).expect("route");
        let sent = send_with(&out, "https://api.example.com", PATIENT).await;
        assert_eq!(code_of(sent), Code::ConnectionRefused, "{scheme}");
    }
}
