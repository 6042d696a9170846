//! A catalogue file that leads to simulated providers.

use crate::SimulatedProvider;
use serde_json::{Value, json};

const EMBEDDED: &str = include_str!("../../providers/catalogue.json");

/// The text of a catalogue file of the writer's own: the entries of these servers as they are built in, but at their
/// addresses, signing in included. A provider of the cloud has to be reached by https, so its entry becomes one of an
/// address of the writer's own.
pub fn catalogue_of<'s>(servers: impl IntoIterator<Item = &'s SimulatedProvider>) -> String {
    let embedded: Value = serde_json::from_str(EMBEDDED).expect("the catalogue is JSON");
    let entries = embedded["providers"].as_array().expect("it has entries");
    let moved = servers.into_iter().map(|server| {
        let id = server.persona().provider_id();
        let mut entry = entries.iter().find(|entry| entry["id"] == id).expect(id).clone();
        entry["base_url"] = json!(server.base_url());
        if entry["locality"] == "cloud" {
            entry["locality"] = json!("either");
        }
        entry
    });
    let own = json!({ "providers": moved.collect::<Vec<_>>() });
    format!("{own:#}\n")
}
