//! One list of commands in four places: the contract, the build script, the capability file, the handlers.

use crate::workspace::root;
use inkhorn_contract::COMMANDS;
use serde_json::Value;

fn contract() -> Vec<String> {
    COMMANDS.iter().map(|command| command.name.to_owned()).collect()
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// What stands between two marks, once.
fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    let (_, rest) = text.split_once(from).unwrap_or_else(|| panic!("{from} is not there"));
    rest.split_once(to).unwrap_or_else(|| panic!("{to} does not follow")).0
}

#[test]
fn the_build_script_lists_every_command() {
    let script = read("src-tauri/build.rs");
    let names = between(&script, "COMMANDS: &[&str] = &[", "];");
    let names: Vec<String> = names
        .split(',')
        .map(|name| name.trim().trim_matches('"').to_owned())
        .filter(|n| !n.is_empty())
        .collect();
    assert_eq!(names, contract());
}

#[test]
fn the_window_may_call_the_commands_and_nothing_else() {
    let capability: Value = serde_json::from_str(&read("src-tauri/capabilities/main.json")).expect("JSON");
    assert_eq!(capability["windows"], serde_json::json!(["main"]));
    assert!(capability.get("remote").is_none(), "no page from elsewhere may call anything");
    let mut allowed: Vec<String> = capability["permissions"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|permission| permission.as_str().expect("plain permissions only").to_owned())
        .collect();
    // Listening to the engine's events, and the preference file that the host has opened.
    let beside = ["core:event:allow-listen", "core:event:allow-unlisten", "store:allow-get-store"];
    let store = ["store:allow-entries", "store:allow-set", "store:allow-save"];
    let mut expected: Vec<String> = beside.into_iter().chain(store).map(str::to_owned).collect();
    expected.extend(contract().iter().map(|name| format!("allow-{}", name.replace('_', "-"))));
    allowed.sort();
    expected.sort();
    assert_eq!(allowed, expected);
    let files = std::fs::read_dir(root().join("src-tauri/capabilities")).expect("the folder").count();
    assert_eq!(files, 1, "one capability file per window");
}

#[test]
fn every_command_has_a_handler() {
    let source = read("src-tauri/commands.rs");
    let handlers = between(&source, "generate_handler![", "]");
    let names: Vec<String> =
        handlers.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect();
    assert_eq!(names, contract());
}

#[test]
fn the_content_policy_is_the_strict_one() {
    let config: Value = serde_json::from_str(&read("tauri.conf.json")).expect("JSON");
    let security = &config["app"]["security"];
    assert_eq!(config["app"]["withGlobalTauri"], Value::Bool(false));
    assert_eq!(security["freezePrototype"], Value::Bool(true));
    assert!(security.get("assetProtocol").is_none() && config["build"].get("devUrl").is_none());
    assert!(!security.to_string().contains("dangerous"));
    let policy = security["csp"].as_object().expect("one entry per kind");
    assert_eq!(policy["default-src"], "'none'");
    assert_eq!(policy["connect-src"], "ipc: http://ipc.localhost");
    for (kind, sources) in policy {
        let sources = sources.as_str().expect("text");
        for source in sources.split(' ') {
            let inside = ["'none'", "'self'", "data:", "blob:", "ipc:", "http://ipc.localhost"];
            assert!(inside.contains(&source), "{kind} lets {source} in");
        }
        let images = kind == "img-src" || !(sources.contains("data:") || sources.contains("blob:"));
        assert!(images, "{kind} is only for our own files");
    }
}
