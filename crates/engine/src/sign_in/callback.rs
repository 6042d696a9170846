//! The way back from the browser: one address on this machine, open for one answer.
//!
//! It listens on a port of the system's choice, over both families where the machine has both, and its path holds 128 random bits, so
//! that no other page knows it. Everything but one GET to exactly that path with our own host is turned away without a
//! word about why. What it shows is a fixed page; nothing that came in is in it.

use crate::random;
use inkhorn_fault::{Code, Fault, Result};
use inkhorn_providers::SignInCode;
use inkhorn_secret::Secret;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::JoinSet;
use url::Url;
use zeroize::Zeroizing;

/// A browser sends the head of its request within this.
const HEAD_SOON: Duration = Duration::from_secs(5);
/// Most of a request that is read, in bytes: a code has at most 512 letters, the rest are a browser's headers.
const MOST: usize = 32 * 1024;
/// Callers that may stand at the door at once.
const AT_ONCE: usize = 16;
/// Ports that are tried until one is free over both families.
const TRIES: usize = 8;
/// What a system says of a family of addresses that it does not have (`EAFNOSUPPORT`).
const NO_FAMILY: i32 = if cfg!(windows) {
    10047
} else if cfg!(target_os = "linux") {
    97
} else {
    47
};

/// What came back.
pub(super) enum Came {
    /// The writer said yes.
    Code(SignInCode),
    /// The writer said no.
    Denied,
}

/// The open way back. Dropped, its port is closed.
pub(super) struct Callback {
    came: Receiver<Came>,
    doors: JoinSet<()>,
}

impl Callback {
    /// Opens it and tells its address.
    ///
    /// # Errors
    /// `busy` where no port can be had.
    pub(super) async fn open() -> Result<(Self, String)> {
        let no_port = |error: io::Error| {
            let reason = format!("no port of this machine is free for the way back ({})", error.kind());
            Fault::new(Code::Busy).with("reason", reason)
        };
        let (port, listeners) = listen(bind).map_err(no_port)?;
        let path = format!("/cb/{}", random::hex(&random::make_nonce()?));
        let address = format!("http://localhost:{port}{path}");
        let (tell, came) = channel(1);
        let door = Arc::new(Door { path, port, tell });
        let mut doors = JoinSet::new();
        for listener in listeners {
            doors.spawn(door.clone().watch(listener));
        }
        Ok((Self { came, doors }, address))
    }

    /// Waits for the answer. Never ends by itself otherwise.
    pub(super) async fn wait(&mut self) -> Came {
        match self.came.recv().await {
            Some(came) => came,
            None => std::future::pending().await,
        }
    }

    /// Closes the port.
    pub(super) fn close(mut self) {
        self.doors.abort_all();
    }
}

/// One port of both families. A browser may take `localhost` for either: where another program had the port over one of
/// them, the code would go there.
///
/// # Errors
/// What keeps a port from being had over both. Only a machine without IPv6 listens over IPv4 alone.
fn listen(
    mut bind: impl FnMut(SocketAddr) -> io::Result<TcpListener>,
) -> io::Result<(u16, Vec<TcpListener>)> {
    let mut taken = io::Error::from(io::ErrorKind::AddrInUse);
    for _ in 0..TRIES {
        let ipv4 = bind((Ipv4Addr::LOCALHOST, 0).into())?;
        let port = ipv4.local_addr()?.port();
        match bind((Ipv6Addr::LOCALHOST, port).into()) {
            Ok(ipv6) => return Ok((port, vec![ipv4, ipv6])),
            Err(error) if is_no_family(&error) => return Ok((port, vec![ipv4])),
            // Windows refuses a port that another program keeps to itself.
            Err(error)
                if matches!(error.kind(), io::ErrorKind::AddrInUse | io::ErrorKind::PermissionDenied) =>
            {
                taken = error;
            }
            Err(error) => return Err(error),
        }
    }
    Err(taken)
}

/// Whether this machine does not have the family at all: no such family, or no such address in it.
fn is_no_family(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::AddrNotAvailable | io::ErrorKind::Unsupported)
        || error.raw_os_error() == Some(NO_FAMILY)
}

fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let listener = std::net::TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    TcpListener::from_std(listener)
}

struct Door {
    path: String,
    port: u16,
    tell: Sender<Came>,
}

impl Door {
    async fn watch(self: Arc<Self>, listener: TcpListener) {
        let mut callers: JoinSet<()> = JoinSet::new();
        loop {
            tokio::select! {
                Some(_) = callers.join_next() => {}
                accepted = listener.accept(), if callers.len() < AT_ONCE => {
                    let Ok((stream, from)) = accepted else { continue };
                    if from.ip().is_loopback() {
                        let door = self.clone();
                        callers.spawn(async move { door.answer(stream, from).await });
                    }
                }
            }
        }
    }

    async fn answer(&self, mut stream: TcpStream, _: SocketAddr) {
        let head = tokio::time::timeout(HEAD_SOON, read_head(&mut stream)).await.ok().flatten();
        let told = head.as_deref().map_or(Said::Nothing, |head| self.understand(head));
        let page = match &told {
            Said::Nothing => REFUSED,
            Said::Came(Came::Code(_)) => WELL,
            Said::Came(Came::Denied) => NOT_NOW,
        };
        // The page first: what is told ends the waiting, and with it this door.
        let _ = stream.write_all(page.as_bytes()).await;
        let _ = stream.shutdown().await;
        if let Said::Came(came) = told {
            // A second answer finds the place taken and is dropped.
            let _ = self.tell.try_send(came);
        }
    }

    fn understand(&self, head: &[u8]) -> Said {
        let Ok(head) = std::str::from_utf8(head) else { return Said::Nothing };
        let mut lines = head.split("\r\n");
        let mut words = lines.next().unwrap_or_default().split(' ');
        let (Some("GET"), Some(target), Some("HTTP/1.1" | "HTTP/1.0"), None) =
            (words.next(), words.next(), words.next(), words.next())
        else {
            return Said::Nothing;
        };
        if !self.is_for_us(lines) {
            return Said::Nothing;
        }
        let Some((path, query)) = target.split_once('?') else { return Said::Nothing };
        if path != self.path {
            return Said::Nothing;
        }
        read_query(query)
    }

    /// Exactly one `Host`, and it is ours: a page elsewhere whose name leads here is turned away.
    fn is_for_us<'h>(&self, lines: impl Iterator<Item = &'h str>) -> bool {
        let mut hosts = lines.filter_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("host").then(|| value.trim())
        });
        let (host, more) = (hosts.next().unwrap_or_default(), hosts.next());
        let ours = ["localhost", "127.0.0.1", "[::1]"].map(|name| format!("{name}:{}", self.port));
        more.is_none() && ours.iter().any(|our| host.eq_ignore_ascii_case(our))
    }
}

enum Said {
    Nothing,
    Came(Came),
}

/// One code of the right form, or an error word. Two codes are none.
fn read_query(query: &str) -> Said {
    let Ok(url) = Url::parse(&format!("http://localhost/?{query}")) else { return Said::Nothing };
    let all = |wanted: &str| -> Vec<Zeroizing<String>> {
        url.query_pairs()
            .filter(|(name, _)| name == wanted)
            .map(|(_, value)| Zeroizing::new(value.into_owned()))
            .collect()
    };
    let (codes, errors) = (all("code"), all("error"));
    match (codes.as_slice(), errors.is_empty()) {
        ([code], true) => match SignInCode::parse_bare(Secret::new(code.as_str().to_owned())) {
            Some(code) => Said::Came(Came::Code(code)),
            None => Said::Nothing,
        },
        ([], false) => Said::Came(Came::Denied),
        _ => Said::Nothing,
    }
}

/// The head of a request, without its body. `None` where it does not end or is too long.
async fn read_head(stream: &mut TcpStream) -> Option<Zeroizing<Vec<u8>>> {
    let mut head = Zeroizing::new(Vec::with_capacity(MOST));
    let mut piece = Zeroizing::new([0; 2048]);
    while head.len() < MOST {
        let read = stream.read(&mut *piece).await.ok().filter(|read| *read > 0)?;
        head.extend_from_slice(&piece[..read]);
        if let Some(end) = head.windows(4).position(|four| four == b"\r\n\r\n") {
            head.truncate(end);
            return Some(head);
        }
    }
    None
}

macro_rules! page {
    ($status:literal, $text:literal) => {
        concat!(
            "HTTP/1.1 ",
            $status,
            "\r\ncontent-type: text/html; charset=utf-8\r\ncontent-security-policy: default-src 'none'\r\n",
            "referrer-policy: no-referrer\r\ncache-control: no-store\r\nx-content-type-options: nosniff\r\n",
            "connection: close\r\n\r\n<!doctype html><meta charset=utf-8><title>Inkhorn</title><p>",
            $text,
            "</p>\n"
        )
    };
}

const WELL: &str = page!(
    "200 OK",
    "You can close this page and go back to Inkhorn. / Halaman ini boleh ditutup; kembalilah ke Inkhorn."
);
const NOT_NOW: &str = page!(
    "200 OK",
    "Nothing was connected. You can close this page. / Tidak ada yang dihubungkan. Halaman ini boleh ditutup."
);
const REFUSED: &str = page!("404 Not Found", "There is nothing here. / Tidak ada apa-apa di sini.");

#[cfg(test)]
mod tests {
    use super::*;

    const PATH: &str = "/cb/0123456789abcdef0123456789abcdef";

    /// A door that nobody watches, to ask what it would understand.
    fn door() -> (Door, Receiver<Came>) {
        let (tell, came) = channel(1);
        (Door { path: PATH.to_owned(), port: 4321, tell }, came)
    }

    fn understood(head: &str) -> &'static str {
        match door().0.understand(head.as_bytes()) {
            Said::Nothing => "nothing",
            Said::Came(Came::Code(_)) => "code",
            Said::Came(Came::Denied) => "denied",
        }
    }

    #[test]
    fn one_answer_of_the_right_form_is_understood() {
        for host in ["localhost:4321", "127.0.0.1:4321", "[::1]:4321", "LOCALHOST:4321"] {
            let head = format!("GET {PATH}?code=abc-1._~Z HTTP/1.1\r\nHost: {host}\r\nAccept: */*");
            assert_eq!(understood(&head), "code", "{host}");
        }
        let denied = format!("GET {PATH}?error=access_denied HTTP/1.1\r\nhost: localhost:4321");
        assert_eq!(understood(&denied), "denied");
    }

    #[test]
    fn everything_else_is_nothing() {
        let host = "\r\nHost: localhost:4321";
        let long = format!("GET {PATH}?code={} HTTP/1.1{host}", "a".repeat(513));
        for head in [
            format!("POST {PATH}?code=abc HTTP/1.1{host}"),
            format!("HEAD {PATH}?code=abc HTTP/1.1{host}"),
            format!("GET /cb/0123456789abcdef0123456789abcdee?code=abc HTTP/1.1{host}"),
            format!("GET {PATH}/?code=abc HTTP/1.1{host}"),
            format!("GET {PATH} HTTP/1.1{host}"),
            format!("GET {PATH}? HTTP/1.1{host}"),
            format!("GET {PATH}?code= HTTP/1.1{host}"),
            format!("GET {PATH}?code=a%20b HTTP/1.1{host}"),
            format!("GET {PATH}?code=%3Cscript%3E HTTP/1.1{host}"),
            format!("GET {PATH}?code=a&code=b HTTP/1.1{host}"),
            format!("GET {PATH}?code=a&error=b HTTP/1.1{host}"),
            format!("GET http://localhost:4321{PATH}?code=abc HTTP/1.1{host}"),
            format!("GET {PATH}?code=abc HTTP/1.1"),
            format!("GET {PATH}?code=abc HTTP/1.1\r\nHost: evil.example"),
            format!("GET {PATH}?code=abc HTTP/1.1\r\nHost: localhost"),
            format!("GET {PATH}?code=abc HTTP/1.1\r\nHost: localhost:4322"),
            format!("GET {PATH}?code=abc HTTP/1.1\r\nHost: localhost:4321.evil.example"),
            format!("GET {PATH}?code=abc HTTP/1.1{host}{host}"),
            format!("GET {PATH}?code=abc HTTP/2{host}"),
            format!("GET  {PATH}?code=abc HTTP/1.1{host}"),
            long,
            String::new(),
            "\r\n".to_owned(),
        ] {
            assert_eq!(understood(&head), "nothing", "{head:?}");
        }
    }

    /// Listens where a port over IPv6 is refused with these, one after the other, and then given. The ports that were
    /// tried there, and how many listeners there are at the port that was taken.
    fn listen_where(refusals: Vec<io::Error>) -> (Vec<u16>, io::Result<(u16, usize)>) {
        let (mut tried, mut refusals) = (Vec::new(), refusals.into_iter());
        let listened = listen(|address| {
            if address.is_ipv6() {
                tried.push(address.port());
                if let Some(refusal) = refusals.next() {
                    return Err(refusal);
                }
            }
            // Over IPv4 for both, so that a machine without IPv6 proves the same.
            bind((Ipv4Addr::LOCALHOST, 0).into())
        });
        (tried, listened.map(|(port, listeners)| (port, listeners.len())))
    }

    fn refused_as(kind: io::ErrorKind, times: usize) -> Vec<io::Error> {
        (0..times).map(|_| io::Error::from(kind)).collect()
    }

    #[tokio::test]
    async fn a_port_that_is_anothers_over_ipv6_is_not_taken() {
        for kind in [io::ErrorKind::AddrInUse, io::ErrorKind::PermissionDenied] {
            let (tried, listened) = listen_where(refused_as(kind, TRIES - 1));
            let (port, listeners) = listened.expect("the last try");
            assert_eq!((tried.len(), tried.last(), listeners), (TRIES, Some(&port), 2));
            let (tried, listened) = listen_where(refused_as(kind, TRIES));
            assert_eq!((tried.len(), listened.expect_err("none is free").kind()), (TRIES, kind));
        }
    }

    #[tokio::test]
    async fn only_a_machine_without_ipv6_listens_over_ipv4_alone() {
        for error in [io::ErrorKind::AddrNotAvailable.into(), io::Error::from_raw_os_error(NO_FAMILY)] {
            let (tried, listened) = listen_where(vec![error]);
            assert_eq!(listened.expect("one family"), (tried[0], 1));
        }
        let (tried, listened) = listen_where(refused_as(io::ErrorKind::OutOfMemory, 1));
        assert_eq!((tried.len(), listened.is_err()), (1, true), "what this is, nobody knows");
    }

    #[test]
    fn its_pages_hold_nothing_that_came_in_and_load_nothing() {
        for page in [WELL, NOT_NOW, REFUSED] {
            assert!(page.contains("default-src 'none'") && page.contains("no-referrer"));
            assert!(!page.contains("{}") && !page.contains("src=") && !page.contains("href="));
        }
    }
}
