//! The window as a writer meets it: it opens, shows its first page, and is there once per profile.

use crate::driver::{Home, Window, start_plainly};
use std::path::Path;
use std::time::Duration;

#[tokio::test]
async fn the_window_opens_and_shows_the_first_page() {
    let home = Home::make();
    let window = Window::open(&home).await;
    assert_eq!(window.page.title().await.expect("a title"), "Inkhorn");
    window.until("document.querySelector('main')?.innerText.trim().length > 0").await;
    assert!(home.profile().is_dir());
    window.picture("first-page").await;
    window.close().await;
}

#[tokio::test]
async fn a_second_window_on_a_profile_shows_the_first_and_leaves() {
    let home = Home::make();
    let window = Window::open(&home).await;
    let environment = home.environment();
    let mut environment: Vec<(&str, &Path)> =
        environment.iter().map(|(name, value)| (*name, value.as_path())).collect();
    // Without a session bus: the way to the first window needs none.
    environment.push(("DBUS_SESSION_BUS_ADDRESS", Path::new("unix:path=/nonexistent")));
    let (output, took) = start_plainly(&environment);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(took < Duration::from_secs(1), "it took {took:?}");
    assert!(output.stdout.is_empty());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.contains("already open"), "{said}");
    assert_eq!(window.page.title().await.expect("the first still answers"), "Inkhorn");
    window.close().await;
}

#[tokio::test]
async fn the_page_reaches_nothing_outside_the_program() {
    let home = Home::make();
    let window = Window::open(&home).await;
    window.text("main").await;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a listener");
    let address = format!("http://{}/", listener.local_addr().expect("its address"));
    let ways = [
        format!("fetch('{address}').catch(() => 0)"),
        format!("new Image().src = '{address}'"),
        format!("navigator.sendBeacon('{address}', 'x')"),
        format!("window.open('{address}')"),
        format!("try {{ new WebSocket('{}') }} catch {{}}", address.replace("http", "ws")),
        format!(
            "const frame = document.createElement('iframe'); frame.src = '{address}'; document.body.append(frame)"
        ),
        format!(
            "const script = document.createElement('script'); script.src = '{address}'; document.head.append(script)"
        ),
        format!(
            "const link = document.createElement('a'); link.href = '{address}'; link.target = '_top'; document.body.append(link); link.click()"
        ),
        format!("location.href = '{address}'"),
    ];
    for way in &ways {
        window.run(&format!("{way}; return null")).await;
    }
    let visitor = tokio::time::timeout(Duration::from_secs(2), listener.accept()).await;
    assert!(visitor.is_err(), "the page reached a server that it must not know");
    assert_eq!(window.run("return location.protocol").await, "tauri:", "it stayed on its own page");
    assert_eq!(window.page.windows().await.expect("windows").len(), 1);
    window.close().await;
}

#[tokio::test]
async fn the_page_has_no_way_to_commands_that_are_not_listed() {
    let home = Home::make();
    let window = Window::open(&home).await;
    window.text("main").await;
    assert_eq!(window.run("return typeof window.__TAURI__").await, "undefined");
    for command in ["plugin:store|load", "plugin:window|create", "plugin:path|resolve", "no_such_command"] {
        let script = format!(
            "const done = arguments[arguments.length - 1];
             window.__TAURI_INTERNALS__.invoke('{command}', {{ path: '/tmp/x' }})
               .then(() => done('allowed'), (why) => done('refused: ' + JSON.stringify(why)))"
        );
        let answer = window.page.execute_async(&script, Vec::new()).await.expect("an answer");
        let answer = answer.as_str().unwrap_or_default().to_owned();
        assert!(answer.starts_with("refused"), "{command}: {answer}");
    }
    window.close().await;
}
