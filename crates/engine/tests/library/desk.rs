//! The Desk with prompts and assistants: which model, which settings, what is remembered, what a second try repeats.

use crate::house::{House, conversation, last_body, own, text, turn};
use inkhorn_contract::*;
use inkhorn_fault::Code;
use inkhorn_testkit::{Behaviour, Call, Persona};

fn picked(message: &MessageView) -> (String, String) {
    let line = message.answer.clone().unwrap_or_else(|| panic!("no quiet line: {:?}", message.fault));
    (line.model, line.picked_by.unwrap_or_default())
}

async fn with_rules(house: &House) -> (AssistantView, PromptView) {
    let assistant = AssistantSaveRequest { model: Some("test/assisted".into()), ..own("Mine", "Be brief.") };
    let assistant = house.assistant(assistant).await.expect("made");
    let prompt = PromptSaveRequest {
        name: "P".into(),
        text: "x".into(),
        model: Some("test/prompted".into()),
        settings: MemberSettingsView { max_tokens: Some(11), ..MemberSettingsView::default() },
        ..PromptSaveRequest::default()
    };
    (assistant, house.prompt(prompt).await.expect("made"))
}

const MODELS: [&str; 4] = ["assisted", "prompted", "chosen", "default"];

#[tokio::test]
async fn the_nearest_rule_picks_the_model_and_says_so() {
    let house = House::empty();
    let provider = house.connect(Persona::OpenAi, "Test", &MODELS).await;
    house.default_model("test/default").await;
    let (assistant, prompt) = with_rules(&house).await;
    let wish = |model: Option<&str>, with_assistant: bool, with_prompt: bool| DeskSendRequest {
        model: model.map(str::to_owned),
        assistant: Some(if with_assistant { assistant.id.clone() } else { String::new() }),
        prompt: with_prompt.then(|| prompt.id.clone()),
        ..text("Go on.")
    };
    for (request, expected) in [
        (wish(Some("test/chosen"), true, true), ("test/chosen", "explicit")),
        (wish(None, true, true), ("test/prompted", "prompt")),
        (wish(None, true, false), ("test/assisted", "assistant")),
    ] {
        let estimate = DeskEstimateRequest {
            text: "Go on.".into(),
            model: request.model.clone(),
            assistant: request.assistant.clone(),
            prompt: request.prompt.clone(),
            ..DeskEstimateRequest::default()
        };
        let estimate = house.engine.desk_estimate(estimate).await.expect("an estimate");
        assert_eq!(
            (estimate.model.as_deref(), estimate.picked_by.as_deref()),
            (Some(expected.0), Some(expected.1))
        );
        let (answer, _) = house.send(request).await;
        assert_eq!(picked(&answer), (expected.0.to_owned(), expected.1.to_owned()));
    }
    let rows = house.usage().await;
    let features: Vec<_> = rows.iter().rev().map(|row| row.feature.as_str()).collect();
    assert_eq!(features, ["prompt", "prompt", "prose"]);
    let bodies = provider.chats();
    assert_eq!(bodies[1].json()["max_completion_tokens"], 11, "the prompt's own setting");
    assert_eq!(turn(&bodies[1].json(), 0), ("system", "Be brief."), "prompt and assistant together");
}

#[tokio::test]
async fn a_conversation_goes_on_with_its_assistant_and_the_writers_choice_wins_over_its_rule() {
    let house = House::empty();
    let provider = house.connect(Persona::OpenAi, "Test", &MODELS).await;
    house.default_model("test/default").await;
    let (assistant, prompt) = with_rules(&house).await;
    let (first, told) = house.send(DeskSendRequest { model: None, ..text("One.") }).await;
    assert_eq!(picked(&first), ("test/default".into(), "default".into()));
    let id = Some(conversation(&told).id);
    let go_on = || DeskSendRequest { conversation: id.clone(), ..text("On.") };

    // Named once, the assistant stays; its rule comes before what the conversation merely used.
    let named = DeskSendRequest { assistant: Some(assistant.id.clone()), ..go_on() };
    assert_eq!(picked(&house.send(named).await.0), ("test/assisted".into(), "assistant".into()));
    let (next, told) = house.send(go_on()).await;
    assert_eq!(picked(&next), ("test/assisted".into(), "assistant".into()));
    assert_eq!(conversation(&told).assistant, Some(assistant.id.clone()));

    // A prompt's model is for its turn.
    let prompted = DeskSendRequest { prompt: Some(prompt.id.clone()), ..go_on() };
    let (answer, told) = house.send(prompted).await;
    assert_eq!(picked(&answer), ("test/prompted".into(), "prompt".into()));
    assert_eq!(conversation(&told).model.as_deref(), Some("test/assisted"));

    // What the writer chooses for the conversation holds against the assistant's rule, in later turns too.
    let chosen = DeskSendRequest { model: Some("test/chosen".into()), ..go_on() };
    assert_eq!(picked(&house.send(chosen).await.0), ("test/chosen".into(), "explicit".into()));
    assert_eq!(picked(&house.send(go_on()).await.0), ("test/chosen".into(), "conversation".into()));
    assert_eq!(turn(&last_body(&provider), 0), ("system", "Be brief."), "the assistant is still there");

    // Taken back, the choice leaves it to the rules again.
    let unchosen = DeskSendRequest { model: Some(String::new()), ..go_on() };
    assert_eq!(picked(&house.send(unchosen).await.0), ("test/assisted".into(), "assistant".into()));
    assert_eq!(picked(&house.send(go_on()).await.0), ("test/assisted".into(), "assistant".into()));

    // Taken away, it is gone.
    let without = DeskSendRequest { assistant: Some(String::new()), ..go_on() };
    let (_, told) = house.send(without).await;
    assert_eq!(conversation(&told).assistant, None);
    assert_eq!(turn(&last_body(&provider), 0).0, "user");
}

#[tokio::test]
async fn a_second_try_repeats_assistant_and_prompt_and_another_assistant_brings_its_model() {
    let house = House::empty();
    let provider = house.connect(Persona::OpenAi, "Test", &MODELS).await;
    house.default_model("test/default").await;
    let (assistant, prompt) = with_rules(&house).await;
    let code = DeskSendRequest {
        assistant: Some("code".into()),
        prompt: Some(prompt.id.clone()),
        ..text("A script, please.")
    };
    provider.next(Call::Chat, Behaviour::status(500));
    let (failed, _) = house.send(code).await;
    assert_eq!(failed.state, "failed");
    let first = last_body(&provider);
    let again = |request: DeskRetryRequest| house.engine.desk_retry(request, |_| ());
    let retry = DeskRetryRequest { message: failed.id.clone(), ..DeskRetryRequest::default() };
    let second = again(retry).await.expect("answered");
    assert_eq!(second.state, "done", "{:?}", second.fault);
    assert_eq!(last_body(&provider), first, "the very same request, also after a failure");
    assert_eq!(
        second.answer.clone().and_then(|line| line.assistant).map(|one| one.id).as_deref(),
        Some("code")
    );

    house.engine.prompts_delete(PromptRequest { prompt: prompt.id }).await.expect("removed");
    let other = DeskRetryRequest {
        message: second.id.clone(),
        assistant: Some(assistant.id.clone()),
        ..DeskRetryRequest::default()
    };
    let third = again(other).await.expect("answered without the prompt that is no more");
    assert_eq!(picked(&third), ("test/assisted".into(), "assistant".into()));
    let edit = DeskEditRequest { message: third.id.clone(), text: "By hand.".into() };
    let edited = house.engine.desk_edit(edit).await.expect("edited");
    assert_eq!(edited.answer.and_then(|line| line.assistant).map(|one| one.name.en).as_deref(), Some("Mine"));
    let bare =
        DeskRetryRequest { message: third.id, assistant: Some(String::new()), ..DeskRetryRequest::default() };
    again(bare).await.expect("answered");
    assert_eq!(turn(&last_body(&provider), 0).0, "user");
}

#[tokio::test]
async fn a_rule_that_names_what_is_not_there_sends_the_text_nowhere() {
    let house = House::empty();
    let provider = house.connect(Persona::OpenAi, "Test", &["default"]).await;
    let other = house.connect(Persona::OpenAi, "Other", &["m"]).await;
    house.default_model("test/default").await;
    let rule = AssistantSaveRequest { model: Some("other/m".into()), ..own("Mine", "Be brief.") };
    let rule = house.assistant(rule).await.expect("made");
    let gone = ConnectionRequest { slug: "other".into() };
    house.engine.connections_remove(gone).await.expect("removed");
    let send = DeskSendRequest { assistant: Some(rule.id), ..text("Where to?") };
    let refused = house.engine.desk_send(send, |_| ()).await.map_err(|fault| fault.code());
    assert_eq!(refused.err(), Some(Code::ModelNotFound));
    assert!(provider.chats().is_empty() && other.chats().is_empty());
}

#[tokio::test]
async fn a_conversation_whose_model_went_away_is_not_sent_to_another_company() {
    // Chosen for the conversation, or merely what answered there last.
    for chosen in [true, false] {
        let house = House::empty();
        let cloud = house.connect(Persona::OpenAi, "Cloud", &["default"]).await;
        let _local = house.connect(Persona::Ollama, "Here", &["quill"]).await;
        house.default_model("here/quill").await;
        let model = chosen.then(|| "here/quill".to_owned());
        let (answer, told) = house.send(DeskSendRequest { model, ..text("A secret.") }).await;
        assert_eq!(picked(&answer).0, "here/quill");
        house.default_model("cloud/default").await;
        let here = ConnectionRequest { slug: "here".into() };
        house.engine.connections_remove(here).await.expect("removed");

        let id = Some(conversation(&told).id);
        let go_on = || DeskSendRequest { conversation: id.clone(), ..text("On.") };
        let refused = house.engine.desk_send(go_on(), |_| {}).await.expect_err("refused");
        assert_eq!(refused.code(), Code::ModelNotFound, "chosen: {chosen}");
        assert!(cloud.chats().is_empty(), "nothing of it went to the default");
        // Only the writer's own word leads elsewhere.
        let elsewhere = DeskSendRequest { model: Some("cloud/default".into()), ..go_on() };
        assert_eq!(picked(&house.send(elsewhere).await.0).0, "cloud/default");
    }
}
