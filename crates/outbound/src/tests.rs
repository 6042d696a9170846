//! Real servers on this machine, each on a port of its own, and what becomes of requests to them.

mod proxies;

use super::*;
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const PATIENT: Deadlines = Deadlines {
    first_byte: Duration::from_secs(20),
    idle: Duration::from_secs(20),
    total: Duration::from_secs(40),
};

/// A server that counts connections, keeps what it was sent and answers by script.
#[derive(Clone, Default)]
struct Seen {
    connections: Arc<AtomicUsize>,
    requests: Arc<Mutex<Vec<String>>>,
    closed: Arc<tokio::sync::Notify>,
}

impl Seen {
    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
    fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("lock").clone()
    }
}

/// What a server does once it has read the head and body of a request.
#[derive(Clone)]
enum Script {
    /// Writes this and goes on with the next request.
    Say(Vec<u8>),
    /// Writes this and closes.
    SayAndClose(Vec<u8>),
    /// Writes this and then nothing.
    SayAndHang(Vec<u8>),
    /// Writes this, then one byte each 20 ms for ever.
    Trickle(Vec<u8>),
    /// Writes this, then the letter a for ever.
    Flood(Vec<u8>),
}

fn say(text: &str) -> Script {
    Script::Say(text.replace('\n', "\r\n").into_bytes())
}

async fn serve_at(address: &str, script: Script) -> (SocketAddr, Seen) {
    let listener = TcpListener::bind(address).await.expect("bind");
    let (at, seen) = (listener.local_addr().expect("address"), Seen::default());
    let kept = seen.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            kept.connections.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(talk(stream, script.clone(), kept.clone()));
        }
    });
    (at, seen)
}

async fn serve(script: Script) -> (SocketAddr, Seen) {
    serve_at("127.0.0.1:0", script).await
}

async fn talk(mut stream: TcpStream, script: Script, seen: Seen) {
    while let Some(request) = read_request(&mut stream).await {
        seen.requests.lock().expect("lock").push(request);
        let (first, rest) = match &script {
            Script::Say(text) => (text, None),
            Script::SayAndClose(text) => {
                let _ = stream.write_all(text).await;
                return;
            }
            Script::SayAndHang(text) => (text, Some((Vec::new(), Duration::MAX))),
            Script::Trickle(text) => (text, Some((b"1\r\na\r\n".to_vec(), Duration::from_millis(20)))),
            Script::Flood(text) => (text, Some((vec![b'a'; 65_536], Duration::ZERO))),
        };
        if stream.write_all(first).await.is_err() {
            break;
        }
        let Some((more, pause)) = rest else { continue };
        let mut byte = [0u8];
        loop {
            if pause == Duration::MAX {
                let _ = stream.read(&mut byte).await;
                break;
            }
            tokio::time::sleep(pause).await;
            if stream.write_all(&more).await.is_err() {
                break;
            }
        }
        break;
    }
    seen.closed.notify_one();
}

async fn read_request(stream: &mut TcpStream) -> Option<String> {
    let (mut got, mut piece) = (Vec::new(), [0u8; 4096]);
    loop {
        let read = stream.read(&mut piece).await.ok().filter(|read| *read > 0)?;
        got.extend_from_slice(&piece[..read]);
        let text = String::from_utf8_lossy(&got).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length =
            head.to_lowercase().lines().find_map(|l| l.strip_prefix("content-length: ")?.parse().ok());
        if body.len() >= length.unwrap_or(0) {
            return Some(text);
        }
    }
}

fn target(base: &str) -> Target {
    Destination::anywhere(&Url::parse(base).expect("url")).expect("destination").at("/v1/x").expect("path")
}

async fn send_with(out: &Outbound, base: &str, deadlines: Deadlines) -> Result<Answer, Fault> {
    let headers = vec![(HeaderName::from_static("x-api-key"), HeaderValue::from_static("CANARY-key"))];
    let target = target(base);
    let body = Bytes::from_static(b"{\"a\":1}");
    out.send(Request { target: &target, method: Method::POST, headers, body, deadlines }).await
}

async fn send(base: &str) -> Result<Answer, Fault> {
    send_with(&Outbound::new(), base, PATIENT).await
}

/// The code of a failure, after making sure that neither key nor path is in it.
fn code_of(sent: Result<Answer, Fault>) -> Code {
    let fault = sent.err().expect("a failure");
    let all = format!("{fault:?} {} {:?} {:?}", fault.hint(), fault.facts(), fault.detail());
    assert!(!all.contains("CANARY") && !all.contains("/v1/x"), "{all}");
    fault.code()
}

const FINE: &str = "HTTP/1.1 200 OK\ncontent-type: application/json; charset=utf-8\ncontent-length: 2\nx-request-id: r7\nretry-after: 3\nx-should-retry: false\n\n{}";

#[tokio::test]
async fn an_answer_comes_with_its_head_and_the_connection_is_used_again() {
    let (at, seen) = serve(say(FINE)).await;
    let out = Outbound::new();
    for _ in 0..3 {
        let answer = send_with(&out, &format!("http://{at}"), PATIENT).await.expect("answer");
        assert_eq!((answer.status(), answer.is_success(), answer.sent_bytes()), (200, true, 7));
        assert_eq!(answer.content_type().as_deref(), Some("application/json"));
        assert!(answer.is_of_type("Application/JSON") && !answer.is_of_type("text/html"));
        assert_eq!(
            (answer.request_id(), answer.retry_after(), answer.should_retry()),
            (Some("r7"), Some("3"), Some(false))
        );
        assert_eq!(answer.read_to_end(2).await.expect("whole"), Bytes::from_static(b"{}"));
    }
    assert_eq!((seen.connections(), seen.requests().len()), (1, 3));
    let request = seen.requests()[0].to_lowercase();
    assert!(request.starts_with("post /v1/x http/1.1\r\n") && request.ends_with("{\"a\":1}"), "{request}");
    for header in
        [&format!("host: {at}"), "accept-encoding: identity", "user-agent: inkhorn/", "x-api-key: canary-key"]
    {
        assert!(request.contains(header), "{header} in {request}");
    }
    assert!(!request.contains("referer") && !request.contains("cookie"));
}

#[tokio::test]
async fn a_kept_connection_that_was_closed_is_not_a_failure_and_nothing_is_sent_twice() {
    let (at, seen) = serve(Script::SayAndClose(FINE.replace('\n', "\r\n").into_bytes())).await;
    let out = Outbound::new();
    for _ in 0..3 {
        let answer = send_with(&out, &format!("http://{at}"), PATIENT).await.expect("answer");
        answer.read_to_end(2).await.expect("whole");
        // The pool learns of the closing when the task that drives the connection has run.
        for _ in 0..200 {
            tokio::task::yield_now().await;
        }
    }
    assert_eq!(seen.requests().len(), 3);
}

#[tokio::test]
async fn nothing_listens() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("bind");
    let at = listener.local_addr().expect("address");
    drop(listener);
    let fault = send(&format!("http://{at}")).await.err().expect("refused");
    assert_eq!(fault.code(), Code::ConnectionRefused);
    assert_eq!(fault.facts().get("address"), Some(&at.to_string()));
    assert_eq!(code_of(send(&format!("http://localhost:{}", at.port())).await), Code::ConnectionRefused);
}

#[tokio::test]
async fn a_name_without_address_is_told() {
    let out = Outbound::with(Names::Table(Arc::default()));
    assert_eq!(code_of(send_with(&out, "https://nowhere.example", PATIENT).await), Code::UnknownHost);
}

#[tokio::test]
async fn a_providers_name_that_leads_home_is_not_dialled() {
    let (at, seen) = serve(say(FINE)).await;
    let table = HashMap::from([("api.example.com".to_owned(), vec![IpAddr::from([127, 0, 0, 1])])]);
    let out = Outbound::with(Names::Table(Arc::new(table)));
    let url = Url::parse(&format!("https://api.example.com:{}", at.port())).expect("url");
    let target = Destination::public(&url).expect("destination").at("/").expect("path");
    let request = Request {
        target: &target,
        method: Method::GET,
        headers: vec![],
        body: Bytes::new(),
        deadlines: PATIENT,
    };
    let fault = out.send(request).await.err().expect("refused");
    assert_eq!(fault.code(), Code::UnknownHost);
    assert!(fault.message().contains("127.0.0.1"), "{fault:?}");
    assert_eq!(seen.connections(), 0);
}

#[tokio::test]
async fn localhost_is_found_on_either_side() {
    for side in ["127.0.0.1:0", "[::1]:0"] {
        let (at, seen) = serve_at(side, say(FINE)).await;
        let answer = send(&format!("http://localhost:{}", at.port())).await.expect(side);
        assert_eq!(answer.status(), 200, "{side}");
        assert_eq!(seen.connections(), 1, "{side}");
    }
}

#[tokio::test]
async fn silence_ends_at_its_deadline() {
    let short = Duration::from_millis(120);
    let head = "HTTP/1.1 200 OK\ntransfer-encoding: chunked\n\n".replace('\n', "\r\n");
    let begun = format!("{head}5\r\nhello\r\n");
    // Before the head.
    let (at, seen) = serve(Script::SayAndHang(vec![])).await;
    let deadlines = Deadlines { first_byte: short, ..PATIENT };
    let base = format!("http://{at}");
    assert_eq!(code_of(send_with(&Outbound::new(), &base, deadlines).await), Code::TimedOut);
    seen.closed.notified().await;
    // After the head, before the first byte.
    let (at, _) = serve(Script::SayAndHang(head.clone().into_bytes())).await;
    let mut answer = send_with(&Outbound::new(), &format!("http://{at}"), deadlines).await.expect("head");
    assert_eq!(answer.chunk().await.expect_err("silence").code(), Code::TimedOut);
    assert!(answer.chunk().await.expect("ended").is_none());
    // Between two pieces; what came is there, and the connection is closed at once.
    let (at, seen) = serve(Script::SayAndHang(begun.clone().into_bytes())).await;
    let deadlines = Deadlines { idle: short, ..PATIENT };
    let mut answer = send_with(&Outbound::new(), &format!("http://{at}"), deadlines).await.expect("head");
    assert_eq!(answer.chunk().await.expect("piece").as_deref(), Some(b"hello".as_slice()));
    assert_eq!(answer.chunk().await.expect_err("silence").code(), Code::TimedOut);
    assert_eq!(answer.received_bytes(), 5);
    seen.closed.notified().await;
    // One byte after the other for ever: never idle, yet over at last.
    let (at, _) = serve(Script::Trickle(begun.into_bytes())).await;
    let deadlines = Deadlines { idle: Duration::from_secs(5), total: Duration::from_millis(250), ..PATIENT };
    let answer = send_with(&Outbound::new(), &format!("http://{at}"), deadlines).await.expect("head");
    assert_eq!(answer.read_to_end(1 << 20).await.expect_err("too slow").code(), Code::TimedOut);
}

#[tokio::test]
async fn pieces_that_come_in_time_keep_an_answer_alive_beyond_its_first_deadline() {
    let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n";
    let (at, _) = serve(Script::Trickle(head.into())).await;
    let deadlines =
        Deadlines { first_byte: Duration::from_millis(150), idle: Duration::from_secs(5), ..PATIENT };
    let mut answer = send_with(&Outbound::new(), &format!("http://{at}"), deadlines).await.expect("head");
    while answer.elapsed() < Duration::from_millis(400) {
        assert!(answer.chunk().await.expect("alive").is_some());
    }
}

#[tokio::test]
async fn a_server_that_accepts_and_never_shakes_hands_is_given_up() {
    let (at, _) = serve(say(FINE)).await;
    let route = Route { connect_deadline: Some(Duration::from_millis(150)), ..Route::default() };
    let out = Outbound::new().through(&route).expect("route");
    // The server waits for the end of a request that, encrypted, never comes.
    assert_eq!(code_of(send_with(&out, &format!("https://{at}"), PATIENT).await), Code::TimedOut);
}

#[tokio::test]
async fn no_redirect_is_followed() {
    let (other, seen) = serve(say(FINE)).await;
    for (status, location, told) in [
        (301, format!("http://{other}/v1/x?CANARY"), Some(other.to_string())),
        (302, "https://evil.example/CANARY".into(), Some("evil.example".into())),
        (303, "//evil.example:8/".into(), Some("evil.example:8".into())),
        (307, "file:///etc/passwd".into(), None),
        (308, "javascript:CANARY".into(), None),
    ] {
        let answer = format!("HTTP/1.1 {status} Moved\nlocation: {location}\ncontent-length: 0\n\n");
        let (at, _) = serve(say(&answer)).await;
        let fault = send(&format!("http://{at}")).await.err().expect("refused");
        assert_eq!((fault.code(), fault.status()), (Code::RedirectRefused, Some(status)));
        assert_eq!(fault.facts().get("target"), told.as_ref(), "{location}");
        assert!(!format!("{fault:?}").contains("CANARY"));
    }
    assert_eq!(seen.connections(), 0);
}

#[tokio::test]
async fn an_endless_answer_is_cut_off_at_its_cap() {
    let told = "HTTP/1.1 200 OK\r\ncontent-length: 10000000000\r\n\r\n";
    let (at, seen) = serve(Script::Flood(told.into())).await;
    let answer = send(&format!("http://{at}")).await.expect("head");
    assert_eq!(
        answer.read_to_end(PLAIN_ANSWER_CAP).await.expect_err("too large").code(),
        Code::AnswerTooLarge
    );
    seen.closed.notified().await;

    let untold = "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n";
    let (at, seen) = serve(Script::Flood(untold.into())).await;
    let answer = send(&format!("http://{at}")).await.expect("head");
    assert_eq!(answer.read_to_end(1 << 20).await.expect_err("too large").code(), Code::AnswerTooLarge);
    seen.closed.notified().await;

    let (at, seen) = serve(Script::Flood("HTTP/1.1 500 Oh\r\nconnection: close\r\n\r\n".into())).await;
    let start = send(&format!("http://{at}")).await.expect("head").read_start(ERROR_BODY_CAP).await;
    assert_eq!(start.len(), ERROR_BODY_CAP);
    seen.closed.notified().await;

    let (at, _) = serve(Script::Flood("HTTP/1.1 200 OK\r\nx-long: ".into())).await;
    assert_eq!(code_of(send(&format!("http://{at}")).await), Code::AnswerTooLarge);
}

#[tokio::test]
async fn a_packed_answer_is_refused() {
    for coding in ["gzip", "br", "zstd", "identity, gzip"] {
        let (at, _) =
            serve(say(&format!("HTTP/1.1 200 OK\ncontent-encoding: {coding}\ncontent-length: 2\n\n{{}}")))
                .await;
        assert_eq!(code_of(send(&format!("http://{at}")).await), Code::NotAnApi, "{coding}");
    }
    let (at, _) = serve(say("HTTP/1.1 200 OK\ncontent-encoding: identity\ncontent-length: 2\n\n{}")).await;
    assert!(send(&format!("http://{at}")).await.is_ok());
}

#[tokio::test]
async fn what_is_no_http_is_no_api() {
    for words in
        ["SSH-2.0-OpenSSH_9.2\r\n", "<html>hello</html>\r\n\r\n", "\x15\x03\x01\x00\x02\x02\x46\r\n\r\n"]
    {
        let (at, _) = serve(Script::SayAndClose(words.into())).await;
        assert_eq!(code_of(send(&format!("http://{at}")).await), Code::NotAnApi, "{words:?}");
    }
    let (at, _) = serve(Script::SayAndClose(vec![])).await;
    assert_eq!(code_of(send(&format!("http://{at}")).await), Code::StreamBroken);
}

#[tokio::test]
async fn an_answer_cut_short_is_broken() {
    let cut = "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf";
    let (at, _) = serve(Script::SayAndClose(cut.into())).await;
    let mut answer = send(&format!("http://{at}")).await.expect("head");
    assert_eq!(answer.chunk().await.expect("piece").as_deref(), Some(b"half".as_slice()));
    assert_eq!(answer.chunk().await.expect_err("cut").code(), Code::StreamBroken);
}

#[tokio::test]
async fn dropping_closes_the_connection_at_once() {
    let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n";
    let (at, seen) = serve(Script::SayAndHang(head.into())).await;
    let mut answer = send(&format!("http://{at}")).await.expect("head");
    assert!(answer.chunk().await.expect("piece").is_some());
    drop(answer);
    seen.closed.notified().await;

    let (at, seen) = serve(Script::SayAndHang(vec![])).await;
    let base = format!("http://{at}");
    let waiting = tokio::spawn(async move { send(&base).await.map(|answer| answer.status()) });
    while seen.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    waiting.abort();
    seen.closed.notified().await;
}

#[tokio::test]
async fn plain_text_where_encryption_was_expected_fails_as_tls() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("bind");
    let at = listener.local_addr().expect("address");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        }
    });
    let fault = send(&format!("https://{at}")).await.err().expect("refused");
    assert_eq!(fault.code(), Code::TlsFailed);
    assert!(fault.detail().is_some());
}

/// A server with a certificate that no authority knows: tells how many bytes it could read after the handshake.
fn serve_tls(names: &[&str]) -> (SocketAddr, String, std::sync::mpsc::Receiver<Vec<u8>>) {
    use std::io::{Read, Write};
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let made = rcgen::generate_simple_self_signed(names).expect("certificate");
    let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).expect("key");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let settings = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .expect("settings");
    let settings = Arc::new(settings);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("bind");
    let at = listener.local_addr().expect("address");
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let session = rustls::ServerConnection::new(settings.clone()).expect("session");
            let mut stream = rustls::StreamOwned::new(session, stream);
            let mut got = vec![0u8; 4096];
            let read = stream.read(&mut got).unwrap_or(0);
            got.truncate(read);
            if read > 0 {
                let _ = stream.write_all(FINE.replace('\n', "\r\n").as_bytes());
                let _ = stream.flush();
            }
            let _ = tell.send(got);
        }
    });
    (at, made.cert.pem(), told)
}

#[tokio::test]
async fn an_unknown_certificate_is_refused_before_the_key_is_sent() {
    let (at, _, told) = serve_tls(&["localhost"]);
    let base = format!("https://localhost:{}", at.port());
    assert_eq!(code_of(send(&base).await), Code::TlsFailed);
    assert_eq!(told.recv().expect("the server ended"), b"", "bytes after a handshake that failed");
}

#[tokio::test]
async fn an_authority_of_ones_own_is_trusted_for_its_names_only() {
    let (at, pem, told) = serve_tls(&["localhost"]);
    let route = Route { extra_authorities: Some(pem.into_bytes()), ..Route::default() };
    let out = Outbound::new().through(&route).expect("route");
    let answer =
        send_with(&out, &format!("https://localhost:{}", at.port()), PATIENT).await.expect("trusted");
    assert_eq!(answer.status(), 200);
    assert!(told.recv().expect("served").starts_with(b"POST /v1/x"));
    let fault = send_with(&out, &format!("https://127.0.0.1:{}", at.port()), PATIENT)
        .await
        .err()
        .expect("other name");
    assert_eq!(fault.code(), Code::TlsFailed);
    let ordinary =
        Outbound::new().through(&Route { extra_authorities: Some(b"no pem".to_vec()), ..Route::default() });
    assert_eq!(ordinary.err().expect("no certificate").code(), Code::TlsFailed);
}

#[tokio::test]
async fn a_proxy_is_used_for_encrypted_requests_to_other_machines_only() {
    let (proxy, asked) = serve(Script::SayAndClose(b"HTTP/1.1 502 No\r\n\r\n".to_vec())).await;
    let (at, _) = serve(say(FINE)).await;
    let route = Route { proxy: Url::parse(&format!("http://{proxy}")).ok(), ..Route::default() };
    let out = Outbound::new().through(&route).expect("route");
    assert!(send_with(&out, &format!("http://{at}"), PATIENT).await.is_ok());
    assert_eq!(asked.connections(), 0, "this machine is reached without the proxy");
    assert_eq!(code_of(send_with(&out, "https://api.example.com", PATIENT).await), Code::ConnectionRefused);
    let requests = asked.requests();
    assert!(requests[0].starts_with("CONNECT api.example.com:443"), "{requests:?}");
    assert!(!requests[0].contains("CANARY"));
    for bad in ["socks4://127.0.0.1:1", "http://user:pw@127.0.0.1:1"] {
        let route = Route { proxy: Url::parse(bad).ok(), ..Route::default() };
        assert_eq!(Outbound::new().through(&route).err().expect(bad).code(), Code::BadAddress);
    }
}

#[tokio::test]
async fn equal_routes_share_their_connections() {
    let (at, seen) = serve(say(FINE)).await;
    let out = Outbound::new();
    let route = Route { connect_deadline: Some(Duration::from_secs(3)), ..Route::default() };
    for _ in 0..2 {
        let through = out.through(&route).expect("route");
        send_with(&through, &format!("http://{at}"), PATIENT)
            .await
            .expect("answer")
            .read_to_end(2)
            .await
            .expect("body");
    }
    assert_eq!(seen.connections(), 1);
}

/// Run by the test below in a process of its own, where proxies stand in the environment.
#[tokio::test]
#[ignore = "started by proxies_of_the_environment_are_not_asked"]
async fn in_an_environment_with_proxies() {
    let base = std::env::var("INKHORN_TEST_BASE").expect("started by the other test");
    assert_eq!(send(&base).await.expect("answer").status(), 200);
    // Not plain: a name that the system does not know must not reach the proxy either.
    let _ = send("https://api.invalid").await;
}

#[tokio::test]
async fn proxies_of_the_environment_are_not_asked() {
    let (proxy, asked) = serve(say(FINE)).await;
    let (at, seen) = serve(say(FINE)).await;
    let mut child = tokio::process::Command::new(std::env::current_exe().expect("this program"));
    child.args(["--exact", "tests::in_an_environment_with_proxies", "--ignored"]);
    child.env("INKHORN_TEST_BASE", format!("http://{at}"));
    for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        child.env(name, format!("http://{proxy}"));
    }
    let done = child.output().await.expect("ran");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stdout));
    assert_eq!((seen.connections(), asked.connections()), (1, 0));
}
