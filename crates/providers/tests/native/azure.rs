//! Azure OpenAI: the newer path and the dated one, names that the writer gives.

use crate::connection::{Connection, now, question, text};
use inkhorn_domain::Dialect;
use inkhorn_fault::Code;
use inkhorn_providers::{fetch_models, test_connection};
use inkhorn_testkit::{Persona, SimulatedProvider};

#[tokio::test]
async fn the_newer_path_takes_the_deployment_as_the_model() {
    let provider = SimulatedProvider::start(Persona::Azure);
    let key = provider.key();
    // As it is copied from the portal: without any path.
    let connection = Connection::at("azure_openai", &provider.address(), key.as_deref());
    let report =
        test_connection(&connection.target, &connection.credential(), now()).await.expect("a good key");
    assert!(report.models.models.is_empty(), "its list tells what could be deployed, not what is");
    let told = connection.ask(&question("prose", true)).await.expect("an answer");
    assert_eq!(text(&told), "The rain had stopped before the letter came.");
    let missing = connection.ask(&question("nowhere", false)).await.expect_err("no such deployment");
    assert_eq!((missing.code(), missing.status()), (Code::ModelNotFound, Some(404)));
    for request in provider.requests() {
        assert!(request.path.starts_with("/openai/v1/"), "{request:?}");
        assert_eq!(request.header("api-key"), key.as_deref());
        assert!(request.header("authorization").is_none());
    }
}

#[tokio::test]
async fn half_a_path_is_mended_with_a_suggestion() {
    let provider = SimulatedProvider::start(Persona::Azure);
    let half = format!("{}/openai", provider.address());
    let connection = Connection::at("azure_openai", &half, provider.key().as_deref());
    let fault = test_connection(&connection.target, &connection.credential(), now()).await.expect_err("half");
    let suggestion = format!("{half}/v1");
    assert_eq!((fault.code(), fault.facts().get("suggestion")), (Code::NotAnApi, Some(&suggestion)));
}

#[tokio::test]
async fn the_dated_path_names_deployment_and_version() {
    let provider = SimulatedProvider::start(Persona::Azure);
    let key = provider.key();
    for (address, version) in [
        ("/openai/deployments/prose/chat/completions?api-version=2025-01-01-preview", "2025-01-01-preview"),
        ("/openai/deployments/prose", "2024-10-21"),
    ] {
        provider.forget_requests();
        let connection =
            Connection::at("azure_openai", &format!("{}{address}", provider.address()), key.as_deref());
        let list = fetch_models(&connection.target, &connection.credential(), now()).await.expect("a list");
        let ids: Vec<&str> = list.models.iter().map(|model| model.id.as_str()).collect();
        assert_eq!(ids, ["prose"], "the address names it");
        let told = connection.ask(&question("prose", false)).await.expect("an answer");
        assert_eq!(text(&told), "The rain had stopped before the letter came.");
        let paths: Vec<String> = provider.requests().into_iter().map(|request| request.path).collect();
        assert_eq!(
            paths,
            [
                format!("/openai/models?api-version={version}"),
                format!("/openai/deployments/prose/chat/completions?api-version={version}"),
            ]
        );
        assert_eq!(connection.target.dialect_for("gpt-5-codex"), Dialect::OpenaiChat, "it knows no other");
    }
}

#[tokio::test]
async fn a_model_that_only_answers_in_responses_is_asked_there() {
    let provider = SimulatedProvider::start(Persona::Azure);
    provider.set_models(vec![inkhorn_testkit::SimulatedModel::chat("gpt-5-codex").thinking()]);
    let connection = Connection::to(&provider);
    let told = connection.ask(&question("gpt-5-codex", true)).await.expect("an answer");
    assert_eq!(text(&told), "The rain had stopped before the letter came.");
    assert_eq!(provider.chats()[0].path, "/openai/v1/responses");
}
