//! Auto: a small model names the assistant, which is told with its price, and whatever goes wrong the text is answered.

use crate::house::{House, Impatient, conversation, last_body, own, text, turn};
use inkhorn_contract::*;
use inkhorn_engine::SystemClock;
use inkhorn_testkit::{Answer, Behaviour, Call, Canary, Persona, SimulatedModel};
use serde_json::Value;
use std::time::Duration;

fn auto(said: &str) -> DeskSendRequest {
    DeskSendRequest { assistant: Some("auto".into()), ..text(said) }
}

/// What was told of the choice, in the stream and beside the answer.
fn choice(message: &MessageView, told: &[DeskEvent]) -> AnswerAssistantView {
    let streamed = told.iter().find_map(|event| match event {
        DeskEvent::AssistantChosen { assistant } => Some(assistant.clone()),
        _ => None,
    });
    let kept = message.answer.clone().and_then(|line| line.assistant);
    let streamed = streamed.expect("it is told when it is chosen");
    assert!(kept.is_none_or(|kept| kept == streamed), "and told the same afterwards");
    streamed
}

/// The place of an assistant in the list that is put to the small model.
async fn place_of(house: &House, id: &str) -> String {
    let all = house.engine.assistants_list(Nothing {}).await.expect("a list").assistants;
    let at = all.iter().position(|one| one.id == id).expect("it is there");
    (at + 1).to_string()
}

async fn house() -> (House, inkhorn_testkit::SimulatedProvider) {
    let house = House::empty();
    let provider = house.connect(Persona::OpenAi, "Test", &["gpt-4o", "gpt-4o-mini"]).await;
    house.default_model("test/gpt-4o").await;
    provider.answer_with(Answer::text("Dear editor"));
    (house, provider)
}

#[tokio::test]
async fn a_small_model_chooses_and_what_it_cost_is_told_and_written_down() {
    let (house, provider) = house().await;
    let mine = house.assistant(own("Query letters", "Write to agents.")).await.expect("made");
    let number = place_of(&house, &mine.id).await;
    provider.next(Call::Chat, Behaviour::Answer(Answer::text(&format!(" {number}.\n"))));
    let said = Canary::prompt();
    let (answer, told) = house.send(auto(said.text())).await;
    assert_eq!((answer.state, answer.text.as_str()), ("done", "Dear editor"));
    let chosen = choice(&answer, &told);
    assert_eq!((chosen.id.as_str(), chosen.name.en.as_str()), (mine.id.as_str(), "Query letters"));
    let how = chosen.auto.expect("Auto chose");
    assert_eq!((how.model.as_deref(), how.fell_back), (Some("test/gpt-4o-mini"), None), "the cheapest");
    assert_eq!(how.cost.source, "computed");

    let chats = provider.chats();
    let (asked, sent) = (chats[0].json(), chats[1].json());
    assert_eq!(asked["model"], "gpt-4o-mini");
    assert!(turn(&asked, 1).1.contains("Query letters") && turn(&asked, 1).1.contains(said.text()));
    assert_eq!((&sent["model"], turn(&sent, 0)), (&"gpt-4o".into(), ("system", "Write to agents.")));
    let rows = house.usage().await;
    assert_eq!((rows[1].feature.as_str(), rows[0].feature.as_str()), ("assistant-choice", "prose"));
    assert_eq!(rows[1].cost, how.cost.usd, "the same figure in the log");
    house.profile.assert_clean(&[&said, &Canary::of("the name", "Query letters")]);

    // The next turn is chosen for anew, knowing what went before; a second try is not.
    let number = place_of(&house, "code").await;
    provider.next(Call::Chat, Behaviour::Answer(Answer::text(&number)));
    let id = Some(conversation(&told).id);
    let (answer, told) = house.send(DeskSendRequest { conversation: id, ..text("A formula now.") }).await;
    assert_eq!(choice(&answer, &told).id, "code");
    let chats = provider.chats();
    let asked = chats[2].json();
    assert!(turn(&asked, 1).1.contains("The turn before was answered by 10."), "{}", turn(&asked, 1).1);
    let retry = DeskRetryRequest { message: answer.id, ..DeskRetryRequest::default() };
    house.engine.desk_retry(retry, |_| ()).await.expect("answered");
    assert_eq!(provider.chats().len(), 5, "no second choice");
    assert!(turn(&last_body(&provider), 0).1.contains("You help with code"));
}

#[tokio::test]
async fn whatever_goes_wrong_with_the_choice_the_text_is_answered_and_the_reason_told() {
    let (house, provider) = house().await;
    for (behaviour, reason) in [
        (Behaviour::Answer(Answer::text("The one for letters")), "unclear"),
        (Behaviour::Answer(Answer::text("99")), "unclear"),
        (Behaviour::Answer(Answer::text("")), "unclear"),
        (Behaviour::Html, "not_an_api"),
        (Behaviour::StopWithoutEnd(1), "stream_broken"),
        (Behaviour::status(429), "rate_limited"),
        (Behaviour::status(401), "wrong_key"),
    ] {
        provider.next(Call::Chat, behaviour);
        let (answer, told) = house.send(auto("Write to my editor.")).await;
        assert_eq!((answer.state, answer.text.as_str()), ("done", "Dear editor"), "{reason}");
        let chosen = choice(&answer, &told);
        let how = chosen.auto.expect("Auto tried");
        assert_eq!((chosen.id.as_str(), how.fell_back.as_deref()), ("conversation", Some(reason)));
    }
}

#[tokio::test]
async fn a_budget_that_is_used_up_stops_the_choice_and_says_so() {
    let (house, provider) = house().await;
    let budget = BudgetSetRequest {
        scope: "feature:assistant-choice".into(),
        period: "day".into(),
        limit: "0.0000001".into(),
        warn: None,
    };
    house.engine.budgets_set(budget).await.expect("set");
    let (answer, told) = house.send(auto("Write to my editor.")).await;
    assert_eq!(answer.state, "done");
    let how = choice(&answer, &told).auto.expect("Auto tried");
    assert_eq!(how.fell_back.as_deref(), Some("over_budget"));
    assert_eq!(provider.chats().len(), 1, "only the text itself went out");
}

#[tokio::test]
async fn a_model_that_does_not_answer_soon_is_not_waited_for() {
    let house = House::at(Impatient(SystemClock::new(), Duration::from_secs(10)));
    let provider = house.connect(Persona::OpenAi, "Test", &["gpt-4o", "gpt-4o-mini"]).await;
    house.default_model("test/gpt-4o").await;
    provider.answer_with(Answer::text("Dear editor"));
    let (answer, told) = house.send(auto("Write to my editor.")).await;
    assert_eq!((answer.state, answer.text.as_str()), ("done", "Dear editor"));
    let how = choice(&answer, &told).auto.expect("Auto tried");
    assert_eq!((how.fell_back.as_deref(), how.model.as_deref()), (Some("no_time"), Some("test/gpt-4o-mini")));
}

#[tokio::test]
async fn a_text_that_would_stay_here_is_shown_to_nobody_else() {
    let house = House::empty();
    let cloud = house.connect(Persona::OpenAi, "Cloud", &["gpt-4o-mini"]).await;
    let here = house.connect_with(Persona::Ollama, "Here", vec![SimulatedModel::chat("gemma3:4b")]).await;
    let away = AssistantSaveRequest { model: Some("cloud/gpt-4o-mini".into()), ..own("Away", "Be away.") };
    let away = house.assistant(away).await.expect("made");
    here.answer_with(Answer::text("2"));
    let request = DeskSendRequest { model: Some("here/gemma3:4b".into()), ..auto("A secret.") };
    let (answer, told) = house.send(request).await;
    let how = choice(&answer, &told);
    assert_eq!((how.id.as_str(), answer.state), ("code", "done"));
    assert_eq!(how.auto.and_then(|auto| auto.model).as_deref(), Some("here/gemma3:4b"));
    assert!(cloud.chats().is_empty(), "nothing left this machine");

    // Where a default and no choice of the writer's keeps the text here, an assistant that would take it away is no choice.
    house.default_model("here/gemma3:4b").await;
    here.answer_with(Answer::text("10"));
    let (answer, told) = house.send(auto("Another secret.")).await;
    let how = choice(&answer, &told);
    assert_ne!(how.id, away.id);
    assert_eq!(
        how.auto.and_then(|auto| auto.fell_back).as_deref(),
        Some("unclear"),
        "it was not on the list"
    );
    assert!(cloud.chats().is_empty());
}

#[tokio::test]
async fn where_no_price_is_known_nobody_is_asked() {
    let house = House::empty();
    let provider = house.connect(Persona::OpenAi, "Test", &["a-model-of-next-year"]).await;
    house.default_model("test/a-model-of-next-year").await;
    let (answer, told) = house.send(auto("Write.")).await;
    assert_eq!(answer.state, "done");
    let how = choice(&answer, &told).auto.expect("Auto tried");
    assert_eq!((how.model, how.fell_back.as_deref()), (None, Some("no_model")));
    assert_eq!(provider.chats().len(), 1);
}

#[tokio::test]
async fn a_stop_while_it_chooses_ends_both_and_loses_nothing() {
    let (house, provider) = house().await;
    provider.next(Call::Chat, Behaviour::HangBeforeHeaders);
    let (events, seen) = std::sync::mpsc::channel();
    let engine = house.engine.clone();
    let sending = tokio::spawn(async move {
        engine.desk_send(auto("Write to my editor."), move |event| drop(events.send(event))).await
    });
    let waiting = tokio::task::spawn_blocking(move || {
        provider.wait_for_chats(1);
        let Ok(DeskEvent::Started { answer, .. }) = seen.recv() else { panic!("it starts first") };
        (answer.id, provider)
    });
    let (message, provider) = waiting.await.expect("events");
    assert!(house.engine.desk_stop(DeskStopRequest { message }).await.expect("told").stopped);
    let answer = sending.await.expect("joined").expect("kept");
    assert_eq!((answer.state, answer.text.as_str()), ("stopped", ""));
    assert_eq!(provider.chats().len(), 1, "the text itself was not sent");
    let rows = house.usage().await;
    assert_eq!(
        (rows.len(), rows[0].feature.as_str(), rows[0].result.as_str()),
        (1, "assistant-choice", "aborted")
    );

    // Answered again, Auto is asked again: nothing was chosen.
    provider.next(Call::Chat, Behaviour::Answer(Answer::text("5")));
    let retry = DeskRetryRequest { message: answer.id, ..DeskRetryRequest::default() };
    let again = house.engine.desk_retry(retry, |_| ()).await.expect("answered");
    let chosen = again.answer.and_then(|line| line.assistant).expect("its assistant");
    assert_eq!((chosen.id.as_str(), again.text.as_str()), ("email", "Dear editor"));
}

#[tokio::test]
async fn a_model_that_cannot_be_asked_without_thinking_is_asked_as_it_likes_it() {
    let house = House::empty();
    let provider = house.connect(Persona::OpenAi, "Test", &["gpt-5-nano", "gpt-4o"]).await;
    house.default_model("test/gpt-4o").await;
    provider.answer_with(Answer::text("Dear editor"));
    provider.next(Call::Chat, Behaviour::status(400));
    for (turn, chats) in [("First.", 3), ("Second.", 5)] {
        provider.next(Call::Chat, Behaviour::Answer(Answer::text("2")));
        let (answer, told) = house.send(auto(turn)).await;
        let chosen = choice(&answer, &told);
        assert_eq!((chosen.id.as_str(), chosen.auto.and_then(|auto| auto.fell_back)), ("code", None));
        assert_eq!(provider.chats().len(), chats, "the refusal is remembered");
    }
    let efforts: Vec<_> =
        provider.chats().iter().map(|chat| chat.json()["reasoning_effort"].clone()).collect();
    assert_eq!((&efforts[0], &efforts[1], &efforts[3]), (&"none".into(), &Value::Null, &Value::Null));
}
