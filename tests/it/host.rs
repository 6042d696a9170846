//! The commands as the page calls them, through the real window into the real engine.

use crate::driver::{Home, PROGRAM, Window};
use inkhorn_contract::AppAddRequest;
use inkhorn_domain::Face;
use inkhorn_engine::{Engine, EngineOptions, SystemClock, SystemEnvironment, resolve_keychain};
use inkhorn_testkit::{Canary, Evidence, Persona, RealKeychain, assert_clean};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Calls a command the way the page does. `Err` holds the refusal.
async fn call(window: &Window, command: &str, request: Value) -> Result<Value, Value> {
    let script = "const [command, request, done] = arguments;
        window.__TAURI_INTERNALS__.invoke(command, { request })
          .then((answer) => done({ answer }), (refusal) => done({ refusal }))";
    let reply = window.page.execute_async(script, vec![json!(command), request]).await.expect("a reply");
    match reply.get("refusal") {
        Some(refusal) => Err(refusal.clone()),
        None => Ok(reply["answer"].clone()),
    }
}

#[tokio::test]
async fn the_status_comes_from_the_profile() {
    let home = Home::make();
    let window = Window::open(&home).await;
    let status = call(&window, "app_status", json!({})).await.expect("a status");
    assert_eq!(status["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(
        status["data_dir"],
        home.profile().canonicalize().expect("the profile").to_str().expect("plain")
    );
    assert_eq!(status["connections"], 0);
    assert_eq!(status["vault"]["state"], "none");
    window.close().await;
}

#[tokio::test]
async fn what_the_page_sends_amiss_is_refused_in_words() {
    let home = Home::make();
    let window = Window::open(&home).await;
    for url in ["http://example.com/", "file:///etc/passwd", "https://127.0.0.1/", "smb://server/share"] {
        let refusal = call(&window, "open_link", json!({ "url": url })).await.expect_err(url);
        assert_eq!(refusal["code"], "bad_address", "{url}");
    }
    let refusal =
        call(&window, "connections_test", json!({ "slug": "nobody" })).await.expect_err("no such one");
    assert_eq!(refusal["code"], "not_found");
    assert!(refusal["message"].as_str().is_some_and(|message| !message.is_empty()));
    // A request of the wrong form, and one of the wrong kind, end as refusals too.
    for request in [json!({}), json!(null), json!("text"), json!({ "conversation": 7 })] {
        assert!(call(&window, "desk_delete", request).await.is_err());
    }
    assert!(call(&window, "app_status", json!({})).await.is_ok(), "and the window lives on");
    window.close().await;
}

#[tokio::test]
async fn a_pasted_key_never_enters_the_page() {
    const KEY: &str = "sk-ant-api03-CANARYcanaryCANARYcanaryCANARY0123456789-wxyz";
    let home = Home::make();
    let window = Window::open(&home).await;
    let mut clipboard = arboard::Clipboard::new().expect("the screen has a clipboard");
    clipboard.set_text(KEY).expect("the key lies there");
    let pasted = call(&window, "key_paste", json!({})).await.expect("it is read");
    assert_eq!(pasted["recognised"]["provider"], "anthropic");
    assert_eq!(pasted["recognised"]["last4"], "wxyz");
    assert!(!pasted.to_string().contains("CANARY"), "the page got {pasted}");
    call(&window, "copy_text", json!({ "text": "Zu Ende: ü" })).await.expect("it is copied");
    assert_eq!(clipboard.get_text().expect("a text"), "Zu Ende: ü");
    window.close().await;
}

/// The desktop's own service for notifications, which notes what it is asked to show.
struct Desktop(std::sync::mpsc::Sender<(String, String)>);

#[zbus::interface(name = "org.freedesktop.Notifications")]
impl Desktop {
    #[allow(clippy::too_many_arguments, reason = "the desktop's specification")]
    fn notify(
        &self,
        app_name: String,
        _replaces: u32,
        _icon: String,
        _summary: String,
        body: String,
        _actions: Vec<String>,
        _hints: std::collections::HashMap<String, zbus::zvariant::OwnedValue>,
        _expires: i32,
    ) -> u32 {
        let _ = self.0.send((app_name, body));
        1
    }
}

#[tokio::test]
async fn a_notification_reaches_the_desktop_as_plain_text() {
    let home = Home::make();
    let (tell, shown) = std::sync::mpsc::channel();
    let desktop = zbus::connection::Builder::session()
        .expect("a session bus")
        .serve_at("/org/freedesktop/Notifications", Desktop(tell))
        .expect("an object")
        .build()
        .await
        .expect("a connection");
    let window = Window::open(&home).await;
    let sentence = json!({ "text": "80 percent of $5.00 are spent: <b>all</b>, each month." });
    // Without such a service the window's own words must do.
    let told = call(&window, "notify", sentence.clone()).await.expect("an answer");
    assert_eq!(told["shown"], false);
    desktop.request_name("org.freedesktop.Notifications").await.expect("the name is free");
    let told = call(&window, "notify", sentence).await.expect("an answer");
    assert_eq!(told["shown"], true);
    let expected = "80 percent of $5.00 are spent: &lt;b&gt;all&lt;/b&gt;, each month.";
    assert_eq!(shown.try_recv().expect("it came"), ("Inkhorn".to_owned(), expected.to_owned()));
    window.close().await;
}

#[tokio::test]
async fn the_gateway_is_switched_on_and_off_and_a_taken_port_is_told() {
    let home = Home::make();
    let window = Window::open(&home).await;
    let on = call(&window, "gateway_set", json!({ "on": true, "port": 0 })).await.expect("it starts");
    assert_eq!(on["running"], true, "{on}");
    let address = on["address"].as_str().expect("an address").trim_start_matches("http://").to_owned();
    assert!(std::net::TcpStream::connect(&address).is_ok());
    let off = call(&window, "gateway_set", json!({ "on": false })).await.expect("it stops");
    assert_eq!(off["running"], false);
    assert!(std::net::TcpStream::connect(&address).is_err(), "nobody answers any more");

    let other = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let port = other.local_addr().expect("its number").port();
    let taken = call(&window, "gateway_set", json!({ "on": true, "port": port })).await.expect("a view");
    assert_eq!(taken["running"], false);
    assert_eq!(taken["fault"]["code"], "busy", "{taken}");
    window.close().await;
}

#[tokio::test]
async fn a_silent_keychain_delays_neither_the_window_nor_its_answers() {
    let keychain = RealKeychain::start();
    let variables = keychain.variables();
    let variables: Vec<(&str, &str)> =
        variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let home = Home::make();
    let canary = Canary::key_of(Persona::OpenAi);

    let window = Window::open_program(PROGRAM, &home, &variables).await;
    let draft = json!({ "provider": "openai", "key": { "source": "typed", "key": canary.text() } });
    let added = call(&window, "connections_add", json!({ "draft": draft, "test": false })).await;
    assert_eq!(added.expect("it is kept, untested")["has_key"], true);
    let status = call(&window, "app_status", json!({})).await.expect("a status");
    assert_eq!(status["vault"]["state"], "unlocked");
    assert_eq!(status["vault"]["protected_by"], "keychain");
    window.close().await;
    assert_clean(&Evidence::new().folder(home.root()), &[&canary]);

    keychain.silence_service();
    let before = Instant::now();
    let window = Window::open_program(PROGRAM, &home, &variables).await;
    window.until("document.querySelector('main')?.innerText.trim().length > 0").await;
    let status = call(&window, "app_status", json!({})).await.expect("a status");
    let took = before.elapsed();
    let state = status["vault"]["state"].as_str().expect("a state");
    assert!(["opening", "keychain_silent"].contains(&state), "{state}");
    assert!(took < Duration::from_secs(5), "on a loaded machine and unoptimised it took {took:?}");

    keychain.wake_service();
    let opened = call(&window, "vault_retry", json!({})).await.expect("an answer");
    assert_eq!(opened["state"], "unlocked", "{opened}");
    window.close().await;
}

#[tokio::test]
async fn what_another_program_changes_reaches_the_page() {
    let home = Home::make();
    let window = Window::open(&home).await;
    window
        .run(
            "const heard = window.heard = [];
             const handler = window.__TAURI_INTERNALS__.transformCallback((event) => heard.push(...event.payload.topics));
             window.__TAURI_INTERNALS__.invoke('plugin:event|listen',
               { event: 'changed', target: { kind: 'Any' }, handler });
             return null",
        )
        .await;
    let other = another_engine(&home);
    let app = AppAddRequest {
        name: "Novelcrafter".into(),
        models: Vec::new(),
        privacy: None,
        origins: Vec::new(),
        budget: None,
    };
    other.apps_add(app).await.expect("the other program admits an app");
    let heard = "const done = arguments[0];
        const look = () => window.heard.includes('apps') ? done(true) : setTimeout(look, 20); look()";
    assert_eq!(window.page.execute_async(heard, Vec::new()).await.expect("it is told"), true);
    let apps = call(&window, "apps_list", json!({})).await.expect("the apps");
    assert_eq!(apps["apps"][0]["name"], "Novelcrafter");
    window.close().await;
}

/// What the command line would be: a second program on the same profile.
fn another_engine(home: &Home) -> Engine {
    let options = EngineOptions {
        dir: home.profile(),
        passphrase: None,
        face: Face::CommandLine,
        keychain: resolve_keychain(),
        clock: Arc::new(SystemClock::new()),
        environment: Arc::new(SystemEnvironment),
    };
    Engine::open(options).expect("the profile opens twice")
}

#[tokio::test]
async fn the_page_keeps_its_preferences_in_the_one_file_that_is_open_to_it() {
    let home = Home::make();
    let window = Window::open(&home).await;
    let keep = "const done = arguments[0];
        const call = window.__TAURI_INTERNALS__.invoke;
        call('plugin:store|get_store', { path: 'page.json' })
          .then((rid) => call('plugin:store|set', { rid, key: 'look', value: 'dark' })
            .then(() => call('plugin:store|save', { rid })))
          .then(() => done('kept'), (why) => done(JSON.stringify(why)))";
    assert_eq!(window.page.execute_async(keep, Vec::new()).await.expect("an answer"), "kept");
    let file = home.data().join("app.inkhorn.desktop/page.json");
    let kept: Value = serde_json::from_str(&std::fs::read_to_string(file).expect("the file")).expect("JSON");
    assert_eq!(kept["look"], "dark");
    window.close().await;
}
