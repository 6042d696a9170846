//! `discover`: what is there already, and how to say yes to it.

use crate::output::{Done, Output, printable};
use inkhorn_contract::{DiscoverView, FoundKeyView, FoundServerView, Nothing};
use inkhorn_engine::Engine;

pub(super) async fn run(engine: &Engine, output: Output) -> Done {
    let found = engine.discover(Nothing {}).await?;
    output.show(&found, || describe(&found))
}

fn describe(found: &DiscoverView) -> String {
    let lines: Vec<String> =
        found.servers.iter().map(server_line).chain(found.keys.iter().map(key_line)).collect();
    if lines.is_empty() {
        return "Nothing was found: no model server answers on this machine, and no key stands in the environment."
            .to_owned();
    }
    printable(&lines.join("\n"))
}

fn server_line(server: &FoundServerView) -> String {
    let state = match (server.loading, server.needs_key, server.models) {
        (true, _, _) => "still starting".to_owned(),
        (_, true, _) => "wants a key".to_owned(),
        (_, _, Some(1)) => "1 model".to_owned(),
        (_, _, Some(models)) => format!("{models} models"),
        (_, _, None) => "answers".to_owned(),
    };
    let next = match &server.connection {
        Some(slug) => format!("connected as {slug}"),
        None => {
            let key = if server.needs_key { " --key-stdin" } else { "" };
            format!(
                "inkhorn connections add --provider {} --base-url {}{key}",
                server.provider, server.base_url
            )
        }
    };
    format!("{} at {}: {state}\n  {next}", server.provider_name, server.base_url)
}

fn key_line(key: &FoundKeyView) -> String {
    let end = key.last4.as_ref().map_or_else(String::new, |last4| format!(" (...{last4})"));
    let next = match (&key.connection, &key.fault) {
        (Some(slug), _) => format!("stored already for {slug}"),
        (None, Some(fault)) => fault.message.clone(),
        (None, None) => {
            let address = match (&key.base_url, key.needs_address) {
                (Some(known), _) => format!(" --base-url {known}"),
                (None, true) => " --base-url ADDRESS".to_owned(),
                (None, false) => String::new(),
            };
            format!("inkhorn connections add --provider {}{address} --key-env {}", key.provider, key.variable)
        }
    };
    format!("{} in the environment{end}, for {}\n  {next}", key.variable, key.provider_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_finding_says_how_to_say_yes() {
        let server = FoundServerView {
            provider: "ollama".to_owned(),
            provider_name: "Ollama".to_owned(),
            base_url: "http://127.0.0.1:11434".to_owned(),
            models: Some(4),
            needs_key: false,
            loading: false,
            connection: None,
        };
        let key = FoundKeyView {
            provider: "openai".to_owned(),
            provider_name: "OpenAI".to_owned(),
            variable: "OPENAI_API_KEY".to_owned(),
            last4: Some("abcd".to_owned()),
            needs_address: false,
            base_url: None,
            fault: None,
            connection: None,
        };
        let azure = FoundKeyView {
            provider: "azure_openai".to_owned(),
            variable: "AZURE_OPENAI_API_KEY".to_owned(),
            needs_address: true,
            ..key.clone()
        };
        assert!(key_line(&azure).contains("azure_openai --base-url ADDRESS --key-env AZURE_OPENAI_API_KEY"));
        let there = FoundKeyView { base_url: Some("https://mine.example/v1".to_owned()), ..azure };
        assert!(key_line(&there).contains("--base-url https://mine.example/v1 --key-env"));
        let text = describe(&DiscoverView { servers: vec![server.clone()], keys: vec![key] });
        assert!(text.contains("4 models"), "{text}");
        assert!(
            text.contains("connections add --provider ollama --base-url http://127.0.0.1:11434"),
            "{text}"
        );
        assert!(text.contains("connections add --provider openai --key-env OPENAI_API_KEY"), "{text}");
        let known = FoundServerView { connection: Some("attic".to_owned()), ..server };
        assert!(server_line(&known).contains("connected as attic"));
        assert!(describe(&DiscoverView::default()).contains("Nothing"));
    }
}
