//! OpenAI's models that answer in the responses dialect only, and the others that do not.

use crate::connection::{Connection, question, text};
use inkhorn_domain::{Dialect, FinishReason, Message, Part, Role, StreamEvent, TokenUsage};
use inkhorn_testkit::{Answer, Persona, SimulatedModel, SimulatedProvider, TokenUsage as Told};
use serde_json::json;

fn provider() -> SimulatedProvider {
    let provider = SimulatedProvider::start(Persona::OpenAi);
    provider.set_models(vec![
        SimulatedModel::chat("gpt-5.2-pro").thinking().seeing(),
        SimulatedModel::chat("gpt-4.1-mini"),
    ]);
    provider
}

#[test]
fn which_models_want_it_is_data() {
    let provider = provider();
    let connection = Connection::to(&provider);
    for (model, dialect) in [
        ("gpt-4.1-mini", Dialect::OpenaiChat),
        ("gpt-5.4", Dialect::OpenaiChat),
        ("o3", Dialect::OpenaiChat),
        ("gpt-5-pro", Dialect::OpenaiResponses),
        ("gpt-5.2-pro-2025-12-11", Dialect::OpenaiResponses),
        ("o1-pro", Dialect::OpenaiResponses),
        ("o3-pro-2025-06-10", Dialect::OpenaiResponses),
        ("gpt-5.3-codex", Dialect::OpenaiResponses),
        ("codex-mini-latest", Dialect::OpenaiResponses),
        ("o4-mini-deep-research", Dialect::OpenaiResponses),
    ] {
        assert_eq!(connection.target.dialect_for(model), dialect, "{model}");
    }
    let relay = Connection::at("openrouter", "https://openrouter.ai/api/v1", None);
    assert_eq!(relay.target.dialect_for("openai/o3-pro"), Dialect::OpenaiChat, "elsewhere they chat");
}

#[tokio::test]
async fn text_tools_and_counts_come_through_streamed_and_whole() {
    let provider = provider();
    let connection = Connection::to(&provider);
    let arguments = json!({ "word": "inkhorn \u{1F58B}" });
    let counted =
        Told::Exactly { input: 100, cache_read: 40, cache_write: 0, output: 30, reasoning: 7, cost: None };
    provider.answer_with(
        Answer::text("I look it up.")
            .with_reasoning("Hm. ")
            .with_tool("look_up", &arguments)
            .with_usage(counted),
    );
    for stream in [true, false] {
        let told = connection.ask(&question("gpt-5.2-pro", stream)).await.expect("an answer");
        assert_eq!(text(&told), "I look it up.");
        let said: String = told
            .iter()
            .filter_map(|event| match event {
                StreamEvent::ToolCallArguments { fragment, .. } => Some(fragment.as_str()),
                _ => None,
            })
            .collect();
        assert_eq!(serde_json::from_str::<serde_json::Value>(&said).ok().as_ref(), Some(&arguments));
        let usage = TokenUsage {
            input: Some(100),
            cache_read: Some(40),
            cache_write: Some(0),
            output: Some(30),
            reasoning: Some(7),
            ..TokenUsage::default()
        };
        assert!(told.contains(&StreamEvent::Usage(usage)), "{told:?}");
        assert_eq!(told.last(), Some(&StreamEvent::Finished(FinishReason::ToolCalls)));
        assert!(told.contains(&StreamEvent::ReasoningSignature("openai:gAAAAABsimulated".into())));
    }
    for request in provider.chats() {
        assert_eq!(request.path, "/v1/responses");
        assert_eq!(request.json()["store"], json!(false), "nothing is kept there");
    }
}

#[tokio::test]
async fn what_was_thought_goes_back_sealed_as_it_came() {
    let provider = provider();
    let connection = Connection::to(&provider);
    provider.answer_with(Answer::text("At six.").with_reasoning("Tides. "));
    let told = connection.ask(&question("gpt-5.2-pro", true)).await.expect("an answer");
    let signature = told.into_iter().find_map(|event| match event {
        StreamEvent::ReasoningSignature(seal) => Some(seal),
        _ => None,
    });
    let mut next = question("gpt-5.2-pro", true);
    next.messages.push(Message {
        role: Role::Assistant,
        parts: vec![Part::Reasoning { text: String::new(), signature }, Part::Text("At six.".into())],
    });
    next.messages.push(Message::text(Role::User, "And tomorrow?"));
    connection.ask(&next).await.expect("an answer");
    let sent = provider.chats()[1].json();
    assert_eq!(
        sent["input"][1],
        json!({ "type": "reasoning", "summary": [], "encrypted_content": "gAAAAABsimulated" })
    );
    // The same conversation with another provider leaves the seal out.
    let bedrock = SimulatedProvider::start(Persona::Bedrock);
    let other = Connection::to(&bedrock);
    next.model = "us.anthropic.claude-opus-4-7".into();
    other.ask(&next).await.expect("an answer");
    assert!(!bedrock.chats()[0].json().to_string().contains("gAAAA"));
}

#[tokio::test]
async fn an_ordinary_model_of_the_same_connection_still_chats() {
    let provider = provider();
    let connection = Connection::to(&provider);
    connection.ask(&question("gpt-4.1-mini", true)).await.expect("an answer");
    assert_eq!(provider.chats()[0].path, "/v1/chat/completions");
}
