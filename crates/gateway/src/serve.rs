//! Listening, accepting, ending.

use crate::routes;
use crate::stall::Watched;
use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use inkhorn_engine::Engine;
use inkhorn_fault::{Code, Fault};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The usual port: INKH on a telephone's keys.
pub const DEFAULT_PORT: u16 = 4654;

/// Open connections at once, waiting ones included. Above the request limits, so that those answer first, in words.
const CONNECTIONS: usize = 256;
/// The head of a request must be here by then.
const HEAD_DEADLINE: Duration = Duration::from_secs(5);
/// Most of a request's head, in bytes.
const HEAD_CAP: usize = 16 * 1024;
/// Most headers of a request.
const HEADERS: usize = 64;
/// Running answers may end by themselves for so long when the gateway is switched off.
const FAREWELL: Duration = Duration::from_millis(500);

/// Where to listen.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The port; 0 takes a free one.
    pub port: u16,
    /// An address of the writer's choice instead of both loopback addresses. Never "all addresses".
    pub bind: Option<IpAddr>,
}

impl Default for Options {
    fn default() -> Self {
        Self { port: DEFAULT_PORT, bind: None }
    }
}

/// A gateway that answers. Ends when it is told to, or dropped.
pub struct Running {
    address: SocketAddr,
    ending: CancellationToken,
    tasks: TaskTracker,
}

impl Running {
    /// Where it answers.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://127.0.0.1:4654`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Takes no more requests, gives running answers a moment, then ends them; each is recorded.
    pub async fn stop(&self) {
        self.ending.cancel();
        self.tasks.close();
        let _ = tokio::time::timeout(FAREWELL * 4, self.tasks.wait()).await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.ending.cancel();
    }
}

/// Opens the gateway.
///
/// # Errors
/// `busy` when another program has the port: the gateway then stays off, it never moves to another port by itself.
/// `usage_error` for an address that stands for all addresses.
pub async fn start(engine: Engine, options: Options) -> Result<Running, Fault> {
    let listeners = listen(options)?;
    let address = listeners[0].local_addr().map_err(|error| port_fault(options.port, &error))?;
    let (ending, tasks) = (CancellationToken::new(), TaskTracker::new());
    let only_loopback = options.bind.is_none_or(|bind| bind.is_loopback());
    let service = routes::router(engine, address);
    let open = Arc::new(Semaphore::new(CONNECTIONS));
    for listener in listeners {
        let accepting =
            accept(listener, service.clone(), open.clone(), ending.clone(), tasks.clone(), only_loopback);
        tasks.spawn(accepting);
    }
    Ok(Running { address, ending, tasks })
}

/// Both loopback addresses on one port; IPv6 only where the machine has it.
fn listen(options: Options) -> Result<Vec<TcpListener>, Fault> {
    if let Some(bind) = options.bind {
        if bind.is_unspecified() || bind.is_multicast() {
            let reason = "name one address to listen on, not all of them";
            return Err(Fault::new(Code::UsageError).with("reason", reason));
        }
        let listener = listen_on(SocketAddr::new(bind, options.port));
        return listener.map(|listener| vec![listener]).map_err(|error| port_fault(options.port, &error));
    }
    // A free port on one family may be taken on the other: then another free port is tried.
    let mut tries = if options.port == 0 { 20 } else { 1 };
    loop {
        tries -= 1;
        let v4 = listen_on((Ipv4Addr::LOCALHOST, options.port).into())
            .map_err(|error| port_fault(options.port, &error))?;
        let port = v4.local_addr().map_err(|error| port_fault(options.port, &error))?.port();
        match listen_on((Ipv6Addr::LOCALHOST, port).into()) {
            Ok(v6) => return Ok(vec![v4, v6]),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && tries > 0 => {}
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => return Err(port_fault(port, &error)),
            Err(_) => return Ok(vec![v4]),
        }
    }
}

/// No address is ever shared with another program. On Unix the reuse of an address only skips the wait after a close.
fn listen_on(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(1024)
}

fn port_fault(port: u16, error: &io::Error) -> Fault {
    let reason = match error.kind() {
        io::ErrorKind::AddrInUse => format!("port {port} is used by another program"),
        io::ErrorKind::PermissionDenied => format!("this system does not allow port {port}"),
        kind => format!("port {port} cannot be opened ({kind})"),
    };
    Fault::new(Code::Busy).with("reason", reason).with("port", port)
}

async fn accept(
    listener: TcpListener,
    service: Router,
    open: Arc<Semaphore>,
    ending: CancellationToken,
    tasks: TaskTracker,
    only_loopback: bool,
) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = ending.cancelled() => return,
        };
        match accepted {
            Ok((stream, peer)) => {
                if only_loopback && !peer.ip().to_canonical().is_loopback() {
                    continue;
                }
                // Beyond the limit the connection is closed unheard: an answer would cost more than it says.
                let Ok(permit) = open.clone().try_acquire_owned() else { continue };
                let serving = converse(stream, service.clone(), ending.clone());
                tasks.spawn(async move {
                    serving.await;
                    drop(permit);
                });
            }
            // Out of file handles or a connection that was gone at once: the next one may do better.
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

async fn converse(stream: TcpStream, service: Router, ending: CancellationToken) {
    // Without it small pieces of a stream wait up to 40 ms for the client's acknowledgement.
    let _ = stream.set_nodelay(true);
    let service = TowerToHyperService::new(service);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_DEADLINE)
        .max_headers(HEADERS)
        .max_buf_size(HEAD_CAP)
        .half_close(false)
        .serve_connection(TokioIo::new(Watched::new(stream)), service);
    let mut connection = std::pin::pin!(connection);
    let farewell = async {
        ending.cancelled().await;
    };
    tokio::select! {
        _ = connection.as_mut() => return,
        () = farewell => connection.as_mut().graceful_shutdown(),
    }
    let _ = tokio::time::timeout(FAREWELL, connection).await;
}
