//! The first start in the real window: what is there is found and offered, a sign-in goes through the browser and back,
//! and what goes wrong is told with what helps. The servers are simulated; where they stand is told
//! to the program by a catalogue of the writer's own.

mod first_start;
mod keys;
mod patience;
mod sign_in;

use crate::driver::{Home, PROGRAM, Window};
use inkhorn_testkit::{RealKeychain, SimulatedProvider, catalogue_of};
use serde_json::{Value, json};

const WIDE: (u32, u32) = (1280, 860);
const NARROW: (u32, u32) = (380, 860);

const ASKED: &str = "Begin with a lighthouse.";
const ANSWERED: &str = "The lamp turned, and nobody came.";

/// An answer that has come in whole.
const COMPLETE: &str = "[data-testid=turn-answer][data-state=done]";

/// Opens the window with these variables more.
async fn open(home: &Home, keychain: &RealKeychain, more: &[(&str, &str)]) -> Window {
    let variables = keychain.variables();
    let mut variables: Vec<(&str, &str)> =
        variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    variables.extend_from_slice(more);
    Window::open_program(PROGRAM, home, &variables).await
}

/// The writer's own catalogue: the entries of these servers as they are built in, but at their addresses.
fn keep_catalogue(home: &Home, servers: &[&SimulatedProvider]) {
    std::fs::create_dir_all(home.profile()).expect("the profile");
    let own = catalogue_of(servers.iter().copied());
    std::fs::write(home.profile().join("catalogue.json"), own).expect("the catalogue is kept");
}

/// Calls a command the way the page does.
async fn call(window: &Window, command: &str, request: Value) -> Value {
    let script = "const [command, request, done] = arguments;
        window.__TAURI_INTERNALS__.invoke(command, { request }).then(done, (refusal) => done({ refusal }))";
    window.page.execute_async(script, vec![json!(command), request]).await.expect("a reply")
}
