//! Models in the real window: chosen, managed, gathered in collections.

mod collections;
mod manage;
mod selector;

use crate::driver::{Home, PROGRAM, Window};
use inkhorn_testkit::{RealKeychain, SimulatedProvider};
use serde_json::{Value, json};

const WIDE: (u32, u32) = (1280, 860);
const NARROW: (u32, u32) = (380, 860);

pub(crate) async fn open(home: &Home, keychain: &RealKeychain) -> Window {
    let variables = keychain.variables();
    let variables: Vec<(&str, &str)> =
        variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    Window::open_program(PROGRAM, home, &variables).await
}

/// Calls a command the way the page does.
pub(crate) async fn call(window: &Window, command: &str, request: Value) -> Value {
    let script = "const [command, request, done] = arguments;
        window.__TAURI_INTERNALS__.invoke(command, { request }).then(done, (refusal) => done({ refusal }))";
    window.page.execute_async(script, vec![json!(command), request]).await.expect("a reply")
}

/// Connects a simulated provider, whose slug is then the provider's id with dashes.
pub(crate) async fn connect(window: &Window, provider: &str, server: &SimulatedProvider, key: Option<&str>) {
    let key = key.map_or(json!({ "source": "none" }), |key| json!({ "source": "typed", "key": key }));
    let draft = json!({ "provider": provider, "base_url": server.base_url(), "key": key });
    let added = call(window, "connections_add", json!({ "draft": draft, "test": true })).await;
    assert!(added.get("slug").is_some(), "{added}");
}
