//! Signing in at a simulated OpenRouter. The browser is played by hand: it asks for exactly what a browser would.

use crate::house::{House, connect};
use inkhorn_contract::*;
use inkhorn_engine::Engine;
use inkhorn_fault::{Code, Result};
use inkhorn_secret::Secret;
use inkhorn_testkit::{Behaviour, Call, Canary, Persona, Refusal, SimulatedProvider};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::JoinHandle;
use url::Url;

struct SigningIn {
    ending: JoinHandle<Result<SignInView>>,
    events: UnboundedReceiver<SignInEvent>,
    id: String,
    page: Url,
}

fn wanted(connection: Option<&str>) -> SignInRequest {
    SignInRequest {
        provider: "openrouter".into(),
        label: Some("My router".into()),
        base_url: None,
        connection: connection.map(str::to_owned),
    }
}

async fn begin_with(engine: &Engine, request: SignInRequest) -> SigningIn {
    let (tell, mut events) = unbounded_channel();
    let signing = engine.clone();
    let ending =
        tokio::spawn(async move { signing.sign_in(request, move |event| drop(tell.send(event))).await });
    match events.recv().await {
        Some(SignInEvent::Waiting { sign_in, url, .. }) => {
            SigningIn { ending, events, id: sign_in, page: Url::parse(&url).expect("an address") }
        }
        _ => panic!("it did not wait: {:?}", ending.await.expect("ended").err()),
    }
}

async fn begin(engine: &Engine) -> SigningIn {
    begin_with(engine, wanted(None)).await
}

impl SigningIn {
    fn callback(&self) -> Url {
        let found = self.page.query_pairs().find(|(name, _)| name == "callback_url").expect("a way back");
        Url::parse(&found.1).expect("an address")
    }

    async fn end(self) -> Result<SignInView> {
        self.ending.await.expect("it ended")
    }
}

/// What a browser gets for an address: status line, headers and body in one text. Empty where nobody listens.
async fn browse(url: &Url) -> String {
    browse_as(url, "GET", &format!("{}:{}", url.host_str().expect("host"), url.port().expect("port"))).await
}

async fn browse_as(url: &Url, method: &str, host: &str) -> String {
    let port = url.port().expect("port");
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)).await else { return String::new() };
    let query = url.query().map_or_else(String::new, |query| format!("?{query}"));
    let head =
        format!("{method} {}{query} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n", url.path());
    let _ = stream.write_all(head.as_bytes()).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

/// Says yes at the provider and follows the way back, as a browser does.
async fn say_yes(page: &Url) -> (Url, String) {
    let sent_back = browse(page).await;
    let location = sent_back.lines().find_map(|line| line.strip_prefix("location: ")).expect("a redirect");
    let back = Url::parse(location.trim()).expect("an address");
    let shown = browse(&back).await;
    (back, shown)
}

fn router() -> (Canary, SimulatedProvider, House) {
    let key = Canary::key_of(Persona::OpenRouter);
    let provider = SimulatedProvider::start_with_key(Persona::OpenRouter, key.text());
    let house = House::new().at("openrouter", &provider.base_url());
    (key, provider, house)
}

#[tokio::test]
async fn a_yes_in_the_browser_becomes_a_connection_with_its_account() {
    let (key, provider, house) = router();
    let engine = house.open();
    let mut signing = begin(&engine).await;
    let callback = signing.callback();
    assert_eq!((callback.scheme(), callback.host_str()), ("http", Some("localhost")));
    assert_eq!(callback.path().trim_start_matches("/cb/").len(), 32, "128 bits in the path");
    assert!(signing.page.query_pairs().any(|(n, v)| n == "code_challenge_method" && v == "S256"));
    assert!(provider.requests().is_empty(), "nobody was asked before the browser");

    let (back, shown) = say_yes(&signing.page).await;
    let code = back.query_pairs().find(|(name, _)| name == "code").expect("a code").1.into_owned();
    assert!(shown.starts_with("HTTP/1.1 200") && shown.contains("default-src 'none'"), "{shown}");
    assert!(shown.contains("no-referrer") && !shown.contains(&code), "{shown}");
    assert!(matches!(signing.events.recv().await, Some(SignInEvent::Exchanging)));
    let ended = signing.end().await.expect("it went well");
    assert_eq!(ended.outcome, "connected");
    let view = ended.connection.expect("a connection");
    assert_eq!((view.slug.as_str(), view.status, view.signed_in), ("my-router", "connected", true));
    let account = view.account.expect("the account is told");
    assert_eq!(account.currency, "USD");
    assert!(account.credit_limit.is_some() || account.used.is_some(), "{account:?}");

    let exchanges: Vec<_> =
        provider.requests().into_iter().filter(|one| one.path.ends_with("/auth/keys")).collect();
    assert_eq!(exchanges.len(), 1, "one exchange");
    assert!(exchanges[0].header("authorization").is_none(), "in the body only");
    assert!(browse(&back).await.is_empty(), "the port is closed");
    house.assert_without(&key);

    let removed =
        engine.connections_remove(ConnectionRequest { slug: view.slug }).await.expect("disconnected");
    assert!(removed.revoke_at.is_some_and(|page| page.starts_with("https://openrouter.ai/")));
    assert!(engine.connections_list(Nothing {}).await.expect("list").is_empty());
}

#[tokio::test]
async fn strangers_at_the_door_get_nothing_and_the_writer_still_gets_through() {
    let (_, provider, house) = router();
    let engine = house.open();
    let signing = begin(&engine).await;
    let callback = signing.callback();
    let with = |path: &str, query: &str| {
        let mut url = callback.clone();
        url.set_path(path);
        url.set_query(Some(query));
        url
    };
    let right = callback.path().to_owned();
    let host = format!("localhost:{}", callback.port().expect("port"));
    let long = format!("code={}", "a".repeat(1024 * 1024));
    for (url, method, host) in [
        (with("/cb/00000000000000000000000000000000", "code=stolen"), "GET", host.as_str()),
        (with("/", "code=stolen"), "GET", &host),
        (with(&right, "code=stolen"), "POST", &host),
        (with(&right, "code=stolen"), "GET", "evil.example"),
        (with(&right, "code=stolen"), "GET", "localhost"),
        (with(&right, "code=a&code=b"), "GET", &host),
        (with(&right, "code=%3Cscript%3E"), "GET", &host),
        (with(&right, "code="), "GET", &host),
        (with(&right, "state=only"), "GET", &host),
        (with(&right, &long), "GET", &host),
    ] {
        let shown = browse_as(&url, method, host).await;
        assert!(shown.is_empty() || shown.starts_with("HTTP/1.1 404"), "{method} {}: {shown}", url.path());
        assert!(!shown.contains("stolen"), "{shown}");
    }
    assert!(provider.requests().is_empty(), "nothing was exchanged");
    say_yes(&signing.page).await;
    assert_eq!(signing.end().await.expect("it went well").outcome, "connected");
}

#[tokio::test]
async fn a_no_a_cancel_and_nobody_coming_back_are_calm_ends() {
    let (_, provider, house) = router();
    let engine = house.open();

    let signing = begin(&engine).await;
    let mut no = signing.callback();
    no.set_query(Some("error=access_denied&error_description=%3Cb%3Ehello%3C%2Fb%3E"));
    let shown = browse(&no).await;
    assert!(shown.starts_with("HTTP/1.1 200") && !shown.contains("hello"), "{shown}");
    let ended = signing.end().await.expect("no failure");
    assert_eq!((ended.outcome, ended.connection.is_none()), ("denied", true));

    let signing = begin(&engine).await;
    let (callback, id) = (signing.callback(), signing.id.clone());
    let cancelled =
        engine.sign_in_cancel(SignInCancelRequest { sign_in: id.clone() }).await.expect("cancelled");
    assert!(cancelled.cancelled);
    assert_eq!(signing.end().await.expect("no failure").outcome, "cancelled");
    let mut late = callback.clone();
    late.set_query(Some("code=late"));
    assert!(browse(&late).await.is_empty(), "the door is closed");
    let again = engine.sign_in_cancel(SignInCancelRequest { sign_in: id.clone() }).await.expect("answered");
    assert!(!again.cancelled, "there is none any more");
    let code = SignInCodeRequest { sign_in: id, code: Secret::new("late".into()) };
    assert_eq!(engine.sign_in_code(code).await.expect_err("none runs").code(), Code::NotFound);

    let signing = begin(&engine).await;
    let callback = signing.callback();
    house.clock.ring();
    assert_eq!(signing.end().await.expect("no failure").outcome, "expired");
    assert!(browse(&callback).await.is_empty(), "the door is closed");
    assert!(provider.requests().is_empty());
    assert!(engine.connections_list(Nothing {}).await.expect("list").is_empty());
}

#[tokio::test]
async fn a_vault_locked_meanwhile_leaves_the_code_unspent() {
    let (key, provider, house) = router();
    let engine = house.open();
    let signing = begin(&engine).await;
    engine.vault_lock(Nothing {}).await.expect("locked");
    let (_, shown) = say_yes(&signing.page).await;
    assert!(shown.starts_with("HTTP/1.1 200"), "{shown}");
    assert_eq!(signing.end().await.expect_err("nothing can be kept").code(), Code::VaultLocked);
    let paths: Vec<String> = provider.requests().into_iter().map(|one| one.path).collect();
    assert!(!paths.iter().any(|path| path.ends_with("/auth/keys")), "no key was made: {paths:?}");
    assert!(engine.connections_list(Nothing {}).await.expect("list").is_empty());
    house.assert_without(&key);
}

#[tokio::test]
async fn the_code_can_be_handed_in_by_hand() {
    let (key, _provider, house) = router();
    let engine = house.open();
    let signing = begin(&engine).await;
    let sent_back = browse(&signing.page).await;
    let location = sent_back.lines().find_map(|line| line.strip_prefix("location: ")).expect("a redirect");
    let hand_in = |text: &str| {
        let code = SignInCodeRequest { sign_in: signing.id.clone(), code: Secret::new(text.to_owned()) };
        let engine = engine.clone();
        async move { engine.sign_in_code(code).await }
    };
    for wrong in ["", "no code here", "http://localhost/cb/x?state=1"] {
        assert_eq!(hand_in(wrong).await.expect_err("no code").code(), Code::BadRequest, "{wrong:?}");
    }
    // The whole address, as it stands in the browser that could not get through.
    hand_in(location.trim()).await.expect("handed in");
    assert_eq!(signing.end().await.expect("it went well").outcome, "connected");
    house.assert_without(&key);
}

#[tokio::test]
async fn an_exchange_that_fails_says_why_and_stores_nothing() {
    for (behaviour, code) in [
        (Behaviour::Status(Refusal::of(400)), Code::WrongKey),
        (Behaviour::Status(Refusal::of(403)), Code::WrongKey),
        (Behaviour::Status(Refusal::of(500)), Code::UpstreamFailed),
        (Behaviour::RedirectTo("https://evil.example/".into()), Code::RedirectRefused),
        (Behaviour::Html, Code::NotAnApi),
        (Behaviour::CutAfterBytes(9), Code::StreamBroken),
    ] {
        let (key, provider, house) = router();
        let engine = house.open();
        let signing = begin(&engine).await;
        let sent_back = browse(&signing.page).await;
        let location =
            sent_back.lines().find_map(|line| line.strip_prefix("location: ")).expect("a redirect");
        provider.next(Call::Other, behaviour.clone());
        browse(&Url::parse(location.trim()).expect("an address")).await;
        let fault = signing.end().await.expect_err("it failed");
        assert_eq!(fault.code(), code, "{behaviour:?}: {fault}");
        assert!(!fault.message().contains("auth_code_"), "{fault}");
        assert!(engine.connections_list(Nothing {}).await.expect("list").is_empty(), "{behaviour:?}");
        house.assert_without(&key);
    }
}

#[tokio::test]
async fn a_code_of_another_sign_in_opens_nothing() {
    let (_, _provider, house) = router();
    let engine = house.open();
    let signing = begin(&engine).await;
    let mut back = signing.callback();
    back.set_query(Some("code=auth_code_of_somebody_else"));
    browse(&back).await;
    let fault = signing.end().await.expect_err("not taken");
    assert_eq!(fault.code(), Code::WrongKey);
    assert!(fault.message().contains("sign-in"), "{fault}");
}

#[tokio::test]
async fn signing_in_anew_replaces_the_key_and_nothing_else() {
    let (_, provider, house) = router();
    let engine = house.open();
    let added = connect(&engine, &provider).await;
    crate::house::set(&engine, &added.slug, &[("temperature", "0.4")]).await.expect("set");
    provider.set_key(Some(Canary::key_of(Persona::OpenRouter).text()));
    let signing = begin_with(&engine, wanted(Some(&added.slug))).await;
    say_yes(&signing.page).await;
    let view = signing.end().await.expect("it went well").connection.expect("the same one");
    assert_eq!((view.slug.as_str(), view.label.as_str()), (added.slug.as_str(), added.label.as_str()));
    assert_eq!((view.settings["temperature"].as_str(), view.signed_in), ("0.4", true));
    let test = engine.connections_test(ConnectionRequest { slug: added.slug }).await.expect("tested");
    assert!(test.ok, "{test:?}");
}

#[tokio::test]
async fn where_one_cannot_sign_in_says_so_and_too_many_at_once_wait() {
    let (_, _provider, house) = router();
    let engine = house.open();
    let request = SignInRequest { provider: "ollama".into(), ..wanted(None) };
    assert_eq!(engine.sign_in(request, |_| ()).await.expect_err("no page").code(), Code::NotFound);
    let mut running = Vec::new();
    for _ in 0..4 {
        running.push(begin(&engine).await);
    }
    let ports: std::collections::HashSet<_> = running.iter().map(|one| one.callback().port()).collect();
    assert_eq!(ports.len(), 4, "each has a door of its own");
    assert_eq!(engine.sign_in(wanted(None), |_| ()).await.expect_err("enough").code(), Code::Busy);
    running.pop().expect("one").ending.abort();
    tokio::task::yield_now().await;
    begin(&engine).await;
}
